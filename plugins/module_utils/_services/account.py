# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an account means: facts about a user as the API shows it, each said once."""

from __future__ import annotations

from collections.abc import Iterable

ADMINISTRATOR = "system_admin"
GUEST = "system_guest"
MEMBER = "system_user"

#: How this collection calls the login with a password of the server itself. The API has an empty text for it.
EMAIL = "email"

#: All login services that accounts of a server can have.
LOGIN_SERVICES = (EMAIL, "ldap", "saml", "gitlab", "google", "office365", "openid")


def roles_of(user: dict) -> set:
    """The system roles, whose order has no meaning."""
    return set(user["roles"].split())


def listed_roles(user: dict) -> list[str]:
    """The same for people to read, in the order that the API shows."""
    return user["roles"].split()


def is_active(user: dict) -> bool:
    """Whether the account can be used. ``None`` is a time of deactivation that only the server will choose."""
    return user.get("delete_at", 0) == 0


def is_administrator(user: dict) -> bool:
    """Whether the account may administer the system."""
    return ADMINISTRATOR in roles_of(user)


def is_guest(user: dict) -> bool:
    return GUEST in roles_of(user)


def is_bot(user: dict) -> bool:
    return bool(user.get("is_bot"))


def logs_in_with(user: dict) -> str:
    """The login service, ``email`` for a password of the server itself."""
    return user.get("auth_service") or EMAIL


def has_picture(user: dict) -> bool:
    """Whether the account has a picture of its own. Newer servers show a negative time for one that they drew again."""
    return user.get("last_picture_update", 0) > 0


def state_of(user: dict) -> str:
    """The state that an account has."""
    return "inactive" if user["delete_at"] else "present"


def last_use(user: dict) -> int | None:
    """When the account was last used, in milliseconds; ``None`` if nothing that was gathered shows any use.

    Open sessions and the user report tell it. A deactivation sets the status as well, so that of a deactivated account does not
    count.
    """
    report = user.get("report") or {}
    times = [max(session["create_at"], session["last_activity_at"]) for session in user.get("sessions") or ()]
    times += [user.get("last_activity_at"), user.get("last_login"), report.get("last_login")]
    if is_active(user):
        times.append(report.get("last_status_at"))
    return max((moment for moment in times if moment), default=None)


def other_administrators(users: Iterable, leaving: Iterable) -> list:
    """The people among ``users`` who can still administer the system when the accounts ``leaving`` are gone.

    Bots do not count, as nobody logs in as one, and neither do deactivated accounts.
    """
    gone = {user["id"] for user in leaving}
    return [
        user for user in users if is_administrator(user) and is_active(user) and not is_bot(user) and user["id"] not in gone
    ]


def stops_administrating(before: dict | None, after: dict | None) -> bool:
    """Whether a person who can administer the system no longer can after a change. ``None``: there is no account."""
    return bool(before and other_administrators([before], []) and not (after and other_administrators([after], [])))
