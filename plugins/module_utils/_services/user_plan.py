# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan for one user: from what is declared and what is seen to the operations between the two. Pure functions."""

from __future__ import annotations

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput
from ansible_collections.mmops.mattermost.plugins.module_utils._plan import Plan
from ansible_collections.mmops.mattermost.plugins.module_utils._services.account import roles_of, state_of
from ansible_collections.mmops.mattermost.plugins.module_utils._services.bot import give_owner_before_switching_off
from ansible_collections.mmops.mattermost.plugins.module_utils._services.user_creation import plan_creation
from ansible_collections.mmops.mattermost.plugins.module_utils._services.user_fields import MAPS, PLAIN
from ansible_collections.mmops.mattermost.plugins.module_utils._services.user_seen import Seen
from ansible_collections.mmops.mattermost.plugins.module_utils._services.user_update import Update


def plan_user(declaration: dict, seen: Seen) -> Plan:
    """The plan for one user. Raises ``InvalidInput`` for what cannot be carried out."""
    state, user = declaration["state"], seen.user
    if user is None:
        return plan_creation(declaration, seen) if state == "present" else Plan()
    plan = _plan_deletion(declaration, seen) if state == "absent" else Update(declaration, seen).plan
    if plan.changed and user.get("remote_id"):
        raise InvalidInput(
            f"{user['username']} belongs to another server (remote_id), which alone changes the account",
            "Change it on that server, or leave the user out",
        )
    return plan


def plainly_as_declared(declaration: dict, user: dict) -> bool:
    """Whether nothing but plain fields is declared, and all of them match, so that the plan would be empty.

    A short cut for rosters: it is the case of most users in most runs, and takes a fraction of the time of a plan.
    """
    if declaration["state"] != "present" or user["delete_at"]:
        return False
    for name in _ASK_FOR_A_CLOSER_LOOK:
        if declaration[name] is not None:
            return False
    for name in PLAIN:
        if declaration[name] is not None and declaration[name] != user[name]:
            return False
    if declaration["password"] and declaration["update_password"] != "on_create":  # noqa: S105  the name of a policy
        return False
    return declaration["roles"] is None or set(declaration["roles"]) == roles_of(user)


_ASK_FOR_A_CLOSER_LOOK = (
    "guest",
    "bot",
    "bot_owner",
    "auth_service",
    "email_verified",
    "image",
    "terms_of_service",
    "unlock",
    *MAPS,
)


def _plan_deletion(declaration, seen) -> Plan:
    user = seen.user
    for name in ("username", "email"):
        # An address is a description only when a name or id says who is meant, but both must mean the same account.
        if declaration[name] and declaration[name] != user[name]:
            raise InvalidInput(
                f"{name}: the account that is to be deleted is {user['username']} with the address "
                f"{user['email']}, not {declaration[name]}",
                "Name one account, by username, user_id or email, or correct the other option",
            )
    plan = Plan()
    give_owner_before_switching_off(plan, seen.bot, seen.bot_owner_id)
    plan.add("delete_user", user_id=user["id"], permanent=True)
    plan.note("state", state_of(user), "absent")
    return plan


def deviations(plan: Plan, user: dict) -> list:
    """Warnings where the server took a request, but stored something else than was declared.

    An example: with ``EmailSettings.RequireEmailVerification`` it keeps the old address until the new one is verified.
    """
    warnings = []
    for name in plan.after:
        expected = plan.predicted.get(name)
        if name in ("roles", *PLAIN, *MAPS) and name in user and expected is not None:
            actual = user[name]
            same = roles_of(user) == roles_of(plan.predicted) if name == "roles" else actual == expected
            if not same:
                warnings.append(f"{name}: the server accepted the change but shows {actual!r} instead of {expected!r}")
    return warnings
