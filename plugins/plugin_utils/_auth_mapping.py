# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which accounts move to which login service: the mapping file, and the plan for it."""

from __future__ import annotations

import re

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput
from ansible_collections.mmops.mattermost.plugins.module_utils._services.account import EMAIL, LOGIN_SERVICES, is_bot
from ansible_collections.mmops.mattermost.plugins.module_utils._services.auth_options import LONGEST_AUTH_DATA
from ansible_collections.mmops.mattermost.plugins.module_utils._services.login_service import shown_service
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_file import read_roster

#: The columns of a mapping file.
SPEC = {
    "username": {"type": "str"},
    "auth_service": {"type": "str", "choices": list(LOGIN_SERVICES)},
    "auth_data": {"type": "str"},
    "current_service": {"type": "str", "choices": list(LOGIN_SERVICES)},
    "current_auth_data": {"type": "str"},
}


def read_mapping(path: str, columns: dict) -> list:
    """The rows of a mapping file, each with its place (``where``). Raises ``InvalidInput`` that names line and column."""
    rows: list = []
    names: dict = {}
    identities: dict = {}
    for place, entry in read_roster(path, columns, SPEC).entries:
        row = {**entry, "where": str(place)}
        for name in ("username", "auth_service"):
            if not row[name]:
                raise InvalidInput(f"src: {place}: {name} is missing", "Every row needs username and auth_service")
        row["username"] = row["username"].lower()
        _check_identity(row)
        _check_once(names, row["username"], place, "the user")
        if row["auth_data"]:
            _check_once(identities, row["auth_data"], place, "the auth_data")
        rows.append(row)
    return rows


def _check_identity(row):
    service, identity = row["auth_service"], row["auth_data"]
    if service == EMAIL and identity:
        raise InvalidInput(f"src: {row['where']}: auth_data belongs to a login service, and email is not one", "Leave it empty")
    if service != EMAIL and not identity:
        raise InvalidInput(
            f"src: {row['where']}: auth_data is missing, which {service} needs", f"Give the identity of the user in {service}"
        )
    if len(identity or "") > LONGEST_AUTH_DATA:
        raise InvalidInput(f"src: {row['where']}: auth_data has {len(identity)} characters", f"Use at most {LONGEST_AUTH_DATA}")


def _check_once(seen, value, place, what):
    if value in seen:
        raise InvalidInput(f"src: {place}: {what} {value} is also in {seen[value]}", "Keep one of the two rows")
    seen[value] = place


def plan_moves(rows, users, caller_id, canary, allow_own_account=False, allow_no_rollback=False) -> dict:
    """What becomes of each row. ``users`` are those that the rows name, as the API shows them."""
    accounts = {user["username"]: user for user in users}
    problems, done, pending = [], [], []
    for row in rows:
        user = accounts.get(row["username"])
        if user and shown_service(user) == row["auth_service"] and not _differs(row["auth_data"], user):
            done.append(row["username"])
            continue
        problem = _problem(row, user, caller_id, allow_own_account, allow_no_rollback)
        if problem or user is None:
            problems.append(f"{row['where']}: {row['username']} {problem}.")
        else:
            pending.append(
                {
                    **row,
                    "current_auth_data": user.get("auth_data") or row["current_auth_data"],
                    "user_id": user["id"],
                    "email": user["email"],
                    "previous_service": shown_service(user),
                    "deactivated": bool(user["delete_at"]),
                }
            )
    now = pending[: max(0, quota(canary, len(rows)) - len(done))]
    return {
        "problems": problems,
        "done": done,
        "now": now,
        "later": pending[len(now) :],
        "rollback": [_reverse(row) for row in now],
    }


def _differs(identity, user) -> bool:
    """Whether the account certainly has another identity. Older servers show none."""
    return bool(identity and user.get("auth_data") and user["auth_data"] != identity)


def _problem(row, user, caller_id, allow_own_account, allow_no_rollback) -> str:
    if user is None:
        return "does not exist. Correct the name, or leave the row out"
    if is_bot(user):
        return "is a bot, which does not log in. Leave the row out"
    current = shown_service(user)
    if row["current_service"] and row["current_service"] != current:
        return f"logs in with {current}, not with {row['current_service']}. Correct current_service"
    if user["id"] == caller_id and not (allow_own_account and row["auth_service"] != EMAIL):
        return "is the caller. Leave the row out, or use the token of another administrator"
    if _differs(row["current_auth_data"], user):
        return f"has another identity in {current} than current_auth_data says. Correct current_auth_data"
    if current != EMAIL and not (user.get("auth_data") or row["current_auth_data"] or allow_no_rollback):
        return (
            f"has an identity in {current} that the server does not reveal, so there would be no way back. Give it in "
            "current_auth_data, or allow that"
        )
    return ""


def _reverse(row) -> dict:
    """The row of the way back. It is a row of a mapping file as well."""
    back = {
        "username": row["username"],
        "auth_service": row["previous_service"],
        "auth_data": row["current_auth_data"],
        "current_service": row["auth_service"],
        "current_auth_data": row["auth_data"],
    }
    return {name: value for name, value in back.items() if value is not None}


def quota(canary, count) -> int:
    """How many of the rows may be at their service after this run."""
    match = re.match(r"([0-9]+)(%?)\Z", str(canary).strip())
    if not match:
        raise InvalidInput(
            f"canary: {canary!r} is not a valid share", "Give a percentage, like 10%, or a number of users, like 5"
        )
    number = int(match.group(1))
    if not match.group(2):
        return number
    if number > 100:
        raise InvalidInput(f"canary: {canary!r} is more than all", "Give at most 100%")
    return -(-count * number // 100)
