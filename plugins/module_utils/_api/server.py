# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a server can do and what it reveals, by its version and its licence.

This is the only place that compares versions. An answer beats the version, the version beats silence, and silence is
``None``: not known.

Facts come from recordings of three releases. What two of them do alike, the releases between do as well. Where they differ,
nobody knows which of the releases between changed it. A server older than the oldest or newer than the newest is taken for
the nearest one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

#: The releases that recordings show, oldest first.
V7_6, V10_11, V11_2 = RELEASES = ((7, 6), (10, 11), (11, 2))

#: For ``since``: later than all recordings. Whether a server of today has it, only its answers tell.
LATER = (10**6,)


@dataclass(frozen=True)
class Feature:
    """Something that servers differ in.

    ``since``: the first recorded release that has it; ``until``: the last one. ``None``: all of them.
    ``licence``: ``True`` if it needs one, ``False`` if only servers without one have it, else ``None``.
    ``meaning`` is a sentence for the documentation. ``evidence`` is the recording that shows it, as ``group/record``.
    """

    name: str
    meaning: str
    evidence: str
    since: tuple | None = None
    until: tuple | None = None
    licence: bool | None = None

    def in_release(self, release: tuple) -> bool:
        """Whether this recorded release has it."""
        return (self.since or release) <= release <= (self.until or release)


FEATURES = {
    feature.name: feature
    for feature in (
        Feature(
            "shows_notify_props",
            "Administrators see the notification settings of others",
            "newer/view_admin_by_username",
            since=V10_11,
        ),
        Feature(
            "shows_failed_attempts",
            "Administrators see how many logins of others failed",
            "newer/view_admin_by_username",
            since=V10_11,
        ),
        Feature(
            "shows_auth_data",
            "Administrators, and users for themselves, see the identity in a login service",
            "auth/auth_ldap_only_get_by_username",
            since=V10_11,
        ),
        Feature(
            "keeps_notify_props",
            "A full update that sends back what an administrator reads keeps the notification settings",
            "newer/notify_get_then_put",
            since=V10_11,
        ),
        Feature(
            "pushes_while_online",
            "New users get notifications on their devices while they are online, too (push_status)",
            "create/create_min_as_admin",
            since=V10_11,
        ),
        Feature(
            "fresh_by_id",
            "A change of the login service and a conversion to a bot show at once when the account is read by its id",
            "auth/auth_ldap_get_admin",
            since=V10_11,
        ),
        Feature(
            "takes_times_of_creation",
            "New users keep create_at and delete_at of the request, so that one can be created deactivated",
            "create/create_full_then_get",
            until=V7_6,
        ),
        Feature(
            "checks_custom_status",
            "props.customStatus has to be a status, which the server completes",
            "newer/props_custom_status",
            since=V10_11,
        ),
        Feature("long_passwords", "Passwords have up to 72 bytes, instead of 64", "newer/password_72", since=V10_11),
        Feature(
            "new_password_may_end_sessions",
            "A new password ends the sessions of the user, if ServiceSettings.TerminateSessionsOnPasswordChange is true",
            "newer/password_same_by_admin_session",
            since=V10_11,
        ),
        Feature(
            "conversion_to_bot_ends_sessions",
            "The sessions of a user end when it becomes a bot",
            "bots/to_bot_old_session",
            since=V10_11,
        ),
        Feature(
            "ldap_owns_activation",
            "Accounts with LDAP login are activated by LDAP alone; deletion deactivates them all the same",
            "newer/ldap_active_false",
            since=V10_11,
        ),
        Feature(
            "guards_last_administrator",
            "The last active administrator cannot lose the role",
            "lastadmin/last_admin_roles_self",
            since=V10_11,
        ),
        Feature("codes_count_once", "A one-time code of MFA is accepted once", "newer/mfa_login_next_code_again", since=V10_11),
        Feature(
            "unlocks_accounts",
            "An administrator can unlock an account that too many failed logins have locked",
            "newer/reset_attempts",
            since=V10_11,
        ),
        Feature(
            "refuses_unknown_roles_in_lists",
            "A list of the users with a role that does not exist is refused, instead of empty",
            "newer/list_roles_one_unknown",
            since=V10_11,
        ),
        Feature(
            "redraws_picture",
            "A new user name changes the picture that the server draws",
            "auth/auth_after_password_patch_username",
            since=V10_11,
        ),
        Feature(
            "remote_users", "remote_id marks a user of another server, which is left alone", "newer/remote_login", since=V10_11
        ),
        Feature(
            "user_report",
            "A report tells administrators the last login and the last activity of users",
            "newer/reports_users",
            since=V10_11,
        ),
        Feature(
            "adds_channel_members_by_list",
            "One request adds many users to a channel",
            "neighbours_more/channel_add_some_unknown",
            since=V10_11,
        ),
        Feature(
            "limits_active_users",
            "A server without a licence takes a limited number of active users: 5,000, from 11.2 on 250",
            "newer/limits_server",
            since=V10_11,
            licence=False,
        ),
        Feature(
            "update_verifies_address",
            "Each change of a user of a login service verifies its address",
            "auth/auth_ldap_only_patch_first_name",
            since=V11_2,
        ),
        Feature("token_expiry", "Personal access tokens can expire", "tokens/token_create_admin_for_user", since=LATER),
        Feature(
            "guests",
            "There can be guests, if GuestAccountsSettings.Enable is true",
            "lastadmin/last_admin_demote",
            licence=True,
        ),
        Feature("ldap", "Users can log in with LDAP, if LdapSettings.Enable is true", "sessions/migrate_ldap", licence=True),
        Feature("saml", "Users can log in with SAML, if SamlSettings.Enable is true", "sessions/migrate_saml", licence=True),
        Feature(
            "hides_gitlab",
            "Without a licence, the server offers no login with GitLab",
            "neighbours/client_config_anon",
            since=V11_2,
            licence=False,
        ),
    )
}

#: For each field of a user that not everybody sees, the feature that shows it to administrators; ``None``: nothing does.
HIDDEN_FIELDS = {
    "auth_data": "shows_auth_data",
    "email_verified": None,
    "failed_attempts": "shows_failed_attempts",
    "last_password_update": None,
    "notify_props": "shows_notify_props",
}

#: Hidden fields that are shown to the user itself from the release on that shows them to administrators.
_ONLY_WITH_FEATURE = frozenset({"auth_data"})


def text(release: tuple) -> str:
    """A release as people write it."""
    return ".".join(str(part) for part in release)


@dataclass(frozen=True)
class Server:
    """``number`` is like ``(10, 11, 0)``; it and ``licensed`` are ``None`` as long as they are not known."""

    number: tuple | None = None
    licensed: bool | None = None

    @classmethod
    def of(cls, header: str) -> Server:
        """From the header ``X-Version-Id``: ``VERSION.BUILD.HASH.LICENSED``. A header of another shape tells nothing."""
        match = re.match(r"(\d{1,6})\.(\d{1,6})\.(\d{1,6})\..*\.(true|false)$", header)
        if not match:
            return cls()
        return cls(tuple(int(part) for part in match.groups()[:3]), match.group(4) == "true")

    def __str__(self) -> str:
        return text(self.number) if self.number else "of unknown version"

    @property
    def known(self) -> bool:
        """Whether an answer told the version."""
        return self.number is not None

    @property
    def warning(self) -> str:
        """What to say about a server that no recording is near to; empty for all others."""
        if self.number is None or RELEASES[0] <= self.number[:2] <= RELEASES[-1]:
            return ""
        is_older = self.number[:2] < RELEASES[0]
        return (
            f"This server is Mattermost {self}, {'older than' if is_older else 'newer than'} all releases that the collection "
            f"was tested with; it is taken for {text(RELEASES[0] if is_older else RELEASES[-1])}"
        )

    def has(self, name: str) -> bool | None:
        """Whether the server has a feature; ``None`` if that is not known."""
        feature = FEATURES[name]
        if feature.licence is not None and self.licensed == (not feature.licence):
            return False
        by_release = self._by_release(feature)
        if by_release and feature.licence is not None and self.licensed is None:
            return None
        return by_release

    def _by_release(self, feature: Feature) -> bool | None:
        if feature.since is None and feature.until is None:
            return True
        if self.number is None:
            return None
        release = self.number[:2]
        if feature.since == LATER:
            return False if release <= RELEASES[-1] else None
        before = [known for known in RELEASES if known <= release] or [RELEASES[0]]
        after = [known for known in RELEASES if known >= release] or [RELEASES[-1]]
        answers = {feature.in_release(before[-1]), feature.in_release(after[0])}
        return answers.pop() if len(answers) == 1 else None

    def depends_on_caller(self, field: str, user: dict) -> bool:
        """Whether it takes the caller's account to tell what the absence of a field in this account means."""
        if field not in HIDDEN_FIELDS or user.get(field):
            return False
        feature = HIDDEN_FIELDS[field]
        return feature is None or self.has(feature) is not False

    def reveals(self, field: str, user: dict, caller: dict | None) -> bool | None:
        """Whether the absence of a field in an account means that it is empty; ``None`` if that is not known.

        ``user`` is an account that was read by its id or name, ``caller`` the account of whoever read it, or ``None`` if
        that is an administrator without one, as on the local socket.
        """
        if field not in HIDDEN_FIELDS or user.get(field):
            return True
        feature = HIDDEN_FIELDS[field]
        if caller and caller["id"] == user["id"]:
            return self.has(str(feature)) if field in _ONLY_WITH_FEATURE else True
        if feature is None or (caller and "system_admin" not in caller["roles"].split()):
            return False
        return self.has(feature)

    def predates(self, version: str) -> bool:
        """Whether the server is certainly older than what came with this version, like ``5.26`` or ``10.11``.

        Something that was first recorded of a release may have come with any release since the recorded one before it.
        """
        if self.number is None:
            return False
        wanted = _number(version)
        if wanted in RELEASES[1:]:
            return self.number[:2] <= RELEASES[RELEASES.index(wanted) - 1]
        return self.number < wanted


def is_recent(version: str) -> bool:
    """Whether something that came with this version is missing from the oldest server that is known."""
    return bool(version) and _number(version) > RELEASES[0]


def _number(version: str) -> tuple:
    return tuple(int(part) for part in version.split("."))
