# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An offboarding: why it must not begin, what its steps are about, and the record of them."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.mmops.mattermost.plugins.module_utils._services.account import EMAIL as PASSWORD
from ansible_collections.mmops.mattermost.plugins.module_utils._services.account import (
    GUEST,
    MEMBER,
    is_active,
    is_bot,
    is_guest,
    listed_roles,
    logs_in_with,
    other_administrators,
    roles_of,
    state_of,
)
from ansible_collections.mmops.mattermost.plugins.plugin_utils._outcomes import (
    changed,
    ended_sessions,
    roster_failures,
    roster_users,
    token_failures,
    user_failures,
)

# -- before it begins --------------------------------------------------------------------------------------------------


def problems(users: list, caller: dict, administrators: list, missing: list, successor: str, found: list) -> Iterator[str]:
    """Sentences on why the role must not begin. ``found`` are the users of the name ``successor``."""
    if missing:
        yield f"user_offboarding_users: there is no user {', '.join(missing)}. Correct the names."
    if caller["id"] in {user["id"] for user in users}:
        yield (
            f"user_offboarding_users: {caller['username']} is the caller, who would be locked out half way. Run the role with "
            "the token of another administrator."
        )
    bots = [user["username"] for user in users if is_bot(user)]
    if bots:
        yield (
            f"user_offboarding_users: {', '.join(bots)} is a bot, not a person. Leave it out. To end a bot, use mm_bot with "
            "enabled: false."
        )
    leaving = {user["id"] for user in users}
    gone = [user["username"] for user in other_administrators(administrators, []) if user["id"] in leaving]
    if gone and not other_administrators(administrators, users):
        yield (
            f"user_offboarding_users: no active administrator would be left without {', '.join(gone)}. Nothing was changed. "
            "Appoint another administrator first."
        )
    if successor and not any(is_active(user) and not is_bot(user) for user in found):
        yield f"user_offboarding_bots_to: there is no active user {successor}. Name somebody who stays."


def concerned(users: list) -> dict:
    """The tokens, bots and users that the steps are about."""
    tokens = [token for user in users for token in user["tokens"]]
    owners = {user["id"]: user["username"] for user in users}
    return {
        "tokens": tokens,
        "active_tokens": [token for token in tokens if token["is_active"]],
        "elevated": [
            {
                "id": user["id"],
                "username": user["username"],
                "roles": listed_roles(user),
                "plain_roles": [GUEST] if is_guest(user) else [MEMBER],
                # Without it, the module would activate an account that is not active.
                "state": state_of(user),
            }
            for user in users
            if roles_of(user) - {MEMBER} and roles_of(user) != {GUEST}
        ],
        "with_mfa": [user for user in users if user.get("mfa_active")],
        "bots": [{**bot, "owner": owners[bot["owner_id"]]} for user in users for bot in user["bots"]],
    }


# -- the record --------------------------------------------------------------------------------------------------------


def recorded(run: dict, users: list, steps: dict) -> dict:
    """The record of a run. ``steps`` are the results of the tasks, by the name of the step."""
    bots = [bot for user in users for bot in user["bots"]]
    owners = {user["id"]: user["username"] for user in users}
    settled = _names(steps, "bots")
    given_away = bool(run["asked_for"]["bots_to"])
    with_tokens = [bot["username"] for bot in _step(steps, "bot_tokens").get("users") or [] if bot["tokens"]]
    return {
        **run,
        "users": [user["username"] for user in users],
        "tokens_disabled": _items(steps, "tokens_disabled"),
        "tokens_revoked": _items(steps, "tokens_revoked"),
        "sessions": ended_sessions(_step(steps, "sessions")),
        # All that the users had.
        "roles_removed": {user["username"]: user["roles"] for user in _items(steps, "roles")},
        "mfa_reset": _names(steps, "mfa"),
        # With their owners before.
        "bots": {bot["username"]: owners[bot["owner_id"]] for bot in bots},
        "bots_disabled": [] if given_away else settled,
        "bots_reassigned": settled if given_away else [],
        # Their tokens can be used, or could be again.
        "bots_with_tokens": with_tokens,
        "deactivated": roster_users(_step(steps, "deactivation")),
        "deleted": roster_users(_step(steps, "deletion")),
        "notes": list(_notes(users, with_tokens)),
        "failures": list(_failures(steps)),
    }


def _step(steps: dict, name: str) -> dict:
    return steps.get(name) or {}


def _items(steps: dict, name: str) -> list:
    return [result["item"] for result in changed(_step(steps, name))]


def _names(steps: dict, name: str) -> list:
    return [item["username"] for item in _items(steps, name)]


def _notes(users: list, bots: list) -> Iterator[str]:
    """What somebody has to see to by hand."""
    in_ldap = [user["username"] for user in users if logs_in_with(user) == "ldap"]
    elsewhere = [user["username"] for user in users if logs_in_with(user) not in ("ldap", PASSWORD)]
    if in_ldap:
        yield (
            f"{', '.join(in_ldap)}: LDAP manages the account, and the next synchronisation decides whether it is active. "
            "Disable the entry in LDAP as well. Some servers refuse to deactivate such an account; it then ends with the "
            "synchronisation."
        )
    if elsewhere:
        yield f"{', '.join(elsewhere)}: a login service knows the account. Disable it there as well."
    if bots:
        yield (
            f"{', '.join(bots)}: the owner may know the tokens of the bot. If it goes on, rotate them, for example with the "
            "role token_rotation."
        )


def _failures(steps: dict) -> Iterator[str]:
    for name in ("tokens_disabled", "tokens_revoked"):
        yield from token_failures(_step(steps, name))
    for name in ("sessions", "roles", "mfa", "bots"):
        yield from user_failures(_step(steps, name))
    for name in ("deactivation", "deletion"):
        yield from roster_failures(_step(steps, name))
