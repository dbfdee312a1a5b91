# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who lacks multi-factor authentication, and what a rule says about each. Pure functions of users and a rule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput
from ansible_collections.mmops.mattermost.plugins.module_utils._services.account import (
    is_active,
    is_bot,
    last_use,
    listed_roles,
    logs_in_with,
    roles_of,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._services.duration import seconds
from ansible_collections.mmops.mattermost.plugins.plugin_utils._listed import listed

#: Roles of every server. Others must be held by somebody, else they are misspelt.
KNOWN_ROLES = ("system_admin", "system_guest", "system_manager", "system_read_only_admin", "system_user", "system_user_manager")

#: Login services whose accounts the server asks for a code; empty is e-mail.
_WITH_CODES = ("", "ldap")


@dataclass(frozen=True)
class Rule:
    """The users who must have MFA, and since when. Times are in seconds. ``start`` is ``None`` if the property counts."""

    roles: frozenset
    exempt: frozenset
    grace: int
    start: int | None
    prop: str


def rule(roles, exempt, grace, grace_from, start, prop) -> Rule:
    """Raises ``InvalidInput`` that names the option."""
    beginning = None
    if grace_from == "created":
        try:
            day = datetime.strptime(start, "%Y-%m-%d").replace(tzinfo=timezone.utc)
        except ValueError:
            raise InvalidInput(f"start: {start!r} is not a valid day", "Give a day like 2026-12-01") from None
        beginning = int(day.timestamp())
    if not prop.strip():
        raise InvalidInput("property is empty", "Give the name of a property of users, or leave it out")
    return Rule(
        frozenset(listed(roles)), frozenset(name.lower() for name in listed(exempt)), seconds("grace", grace), beginning, prop
    )


def enforce(users: list, wanted: Rule, caller_id: str, now: int) -> dict:
    """The report. ``now`` is in seconds."""
    people = [user for user in users if is_active(user) and not is_bot(user)]
    held = {role for user in people for role in roles_of(user)}
    concerned = [user for user in people if not wanted.roles or wanted.roles & roles_of(user)]
    lacking = [_judge(user, wanted, caller_id, now) for user in concerned if not user.get("mfa_active")]
    unready = {account["user_id"] for account in lacking if account["decision"] in ("due", "waiting")}
    return {
        "users": lacking,
        "roles": {
            role: {"users": len(having), "lacking": sum(not user.get("mfa_active") for user in having)}
            for role in sorted(held)
            for having in [[user for user in concerned if role in roles_of(user)]]
            if having
        },
        "totals": {
            "concerned": len(concerned),
            "lacking": len(lacking),
            **{
                decision: sum(account["decision"] == decision for account in lacking)
                for decision in ("due", "waiting", "exempt", "login_service", "caller")
            },
        },
        "unknown_roles": sorted(wanted.roles - held - set(KNOWN_ROLES)),
        "stale_exemptions": sorted(wanted.exempt - {user["username"] for user in people}),
        "to_mark": [
            {"user_id": account["user_id"], "props": {wanted.prop: str(account["since"])}}
            for account in lacking
            if account["decision"] == "waiting" and account["new"]
        ],
        "to_clear": [
            {"user_id": user["id"], "props": {wanted.prop: None}}
            for user in people
            if wanted.prop in (user.get("props") or {}) and user["id"] not in unready
        ],
    }


def _judge(user, wanted, caller_id, now) -> dict:
    """What the rule says about a user without MFA."""
    since, new = _since(user, wanted, now)
    deadline = since + wanted.grace
    if user["username"] in wanted.exempt:
        decision = "exempt"
    elif user["auth_service"] not in _WITH_CODES:
        decision = "login_service"
    elif user["id"] == caller_id:
        decision = "caller"
    else:
        decision = "due" if deadline <= now else "waiting"
    judged = decision in ("due", "waiting")
    used = last_use(user)
    return {
        "username": user["username"],
        "user_id": user["id"],
        "email": user["email"],
        "roles": listed_roles(user),
        "auth_service": logs_in_with(user),
        "decision": decision,
        "last_activity": _moment(used // 1000) if used else None,
        "since": since if judged else None,
        "deadline": _moment(deadline) if judged else None,
        "new": judged and new,
    }


def _since(user, wanted, now) -> tuple:
    """When the grace period of a user began, and whether that has to be noted."""
    if wanted.start is not None:
        return max(wanted.start, user["create_at"] // 1000), False
    noted = (user.get("props") or {}).get(wanted.prop, "")
    if noted.isascii() and noted.isdigit() and int(noted) <= now:
        return int(noted), False
    return now, True


def _moment(when: int) -> str | None:
    """A time as a text in UTC. ``None`` where the calendar ends."""
    try:
        return datetime.fromtimestamp(when, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (OverflowError, OSError, ValueError):
        return None
