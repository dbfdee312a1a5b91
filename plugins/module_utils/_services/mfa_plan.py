# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan for the multi-factor authentication of one user. Pure functions."""

from __future__ import annotations

from dataclasses import dataclass, field

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput, MissingLibrary
from ansible_collections.mmops.mattermost.plugins.module_utils._plan import HIDDEN
from ansible_collections.mmops.mattermost.plugins.module_utils._services.account import is_bot
from ansible_collections.mmops.mattermost.plugins.module_utils._services.mfa_enrolment import GENERATE, UPDATE, MfaPlan

#: Login services whose accounts log in with a code; empty is e-mail.
_WITH_CODES = ("", "ldap")


@dataclass
class Seen:
    """What is known before the plan is made.

    ``user`` is ``None`` if there is no such account. ``own``: it is read as that of the caller. ``can_prove``: the library
    that computes codes is installed. ``path`` and ``secret_path``: where the QR code and the secret are to be written.
    ``unwritable``: those of these options whose file cannot be written, with the path.
    """

    user: dict | None
    own: bool = False
    local: bool = False
    can_prove: bool = True
    path: str | None = None
    secret_path: str | None = None
    unwritable: dict[str, str] = field(default_factory=dict)


def plan_mfa(declaration: dict, seen: Seen) -> MfaPlan:
    """The plan for an account. Raises ``InvalidInput`` for what cannot be carried out."""
    user = seen.user
    active = bool(user and user.get("mfa_active"))
    plan = MfaPlan(predicted=user, own=seen.own, heading=user["username"] if user else "")
    if declaration["state"] == "absent":
        if user and active:
            plan.add(UPDATE, user_id=user["id"], activate=False)
            plan.note("mfa_active", True, False)
            plan.predicted = {**{key: value for key, value in user.items() if key != "mfa_active"}, "update_at": None}
        return plan
    if user is None:
        raise InvalidInput("there is no such user", "Check username, user_id or email, or create the user first")
    if active and not declaration["regenerate"]:
        return plan
    _check_eligible(user, seen.local)
    if not seen.can_prove:
        raise MissingLibrary("pyotp", "computing the code that proves a secret")
    plan.add(GENERATE, user_id=user["id"])
    if active:
        # The new secret is in force at once. To prove it could only fail, and would then lose it.
        plan.note("secret", HIDDEN, HIDDEN)
    else:
        plan.add(UPDATE, user_id=user["id"], activate=True)
        plan.note("mfa_active", False, True)
    plan.predicted = {**user, "mfa_active": True, "update_at": None}
    plan.path, plan.secret_path = seen.path, seen.secret_path
    for option, path in seen.unwritable.items():
        raise InvalidInput(
            f"{option}: {path} cannot be written",
            "Give the path of a file in a directory that exists on the host that runs the task",
        )
    return plan


def _check_eligible(user, local):
    name = user["username"]
    if local:
        raise InvalidInput(
            "api_socket: the local socket cannot generate a secret, only reset with state: absent",
            "Use api_url and the token of an administrator",
        )
    if user["auth_service"] not in _WITH_CODES:
        raise InvalidInput(
            f"{name} logs in with {user['auth_service']}, and Mattermost asks accounts with e-mail and LDAP "
            "login alone for a code",
            f"Enrol the user in {user['auth_service']} itself",
        )
    if is_bot(user):
        raise InvalidInput(f"{name} is a bot, which never logs in, and so is never asked for a code", "Leave bots out")
