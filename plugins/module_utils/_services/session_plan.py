# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan for sessions: which end, and in what order, so that the caller does not lose access before the task is done.

Pure functions of what is declared and what is seen.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ansible_collections.mmops.mattermost.plugins.module_utils._api.error_meanings import SESSION_GONE, TOKEN_GONE
from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput
from ansible_collections.mmops.mattermost.plugins.module_utils._plan import Plan, Step
from ansible_collections.mmops.mattermost.plugins.module_utils._services.identity import WHO_OPTIONS
from ansible_collections.mmops.mattermost.plugins.module_utils._services.session_choice import choose, chooses, shown, token_of
from ansible_collections.mmops.mattermost.plugins.module_utils._services.session_options import EVERYBODY
from ansible_collections.mmops.mattermost.plugins.module_utils._services.session_seen import Account, Caller, Seen

#: Heading of a diff that is about no single user.
_ALL_USERS = "all users"

#: A session or token that somebody else has ended in between is done.
_GONE = (SESSION_GONE, TOKEN_GONE)


def plan_sessions(declaration: dict, seen: Seen) -> Plan:
    """The plan for what is declared. Raises ``InvalidInput`` for what cannot be carried out."""
    if declaration["state"] == "present":
        return plan_present(declaration, seen)
    if seen.accounts is None:
        return plan_everybody(declaration, seen)
    return plan_absent(declaration, seen)


# -- a device --------------------------------------------------------------------------------------------------------


def plan_present(declaration: dict, seen: Seen) -> Plan:
    """Attach the device to the caller's session."""
    device_id, caller = declaration["device_id"], seen.caller
    if any(declaration[name] for name in WHO_OPTIONS) and (not seen.user or seen.user["id"] != caller.user["id"]):
        raise InvalidInput(
            "state: present is for the caller only, as the API attaches a device to the session that a "
            f"request comes from, which is one of {caller.user['username']}",
            "Leave out the user, or run the task with a session token of that user",
        )
    if caller.logged_in:
        raise InvalidInput(
            "device_id: the session of api_login_id ends with this task, so a device cannot be attached to it",
            "Give the token of a session that lasts in api_token",
        )
    attached = [session for session in caller.sessions if session["device_id"] == device_id]
    plan = Plan(predicted={"sessions": [shown(session) for session in attached], "tokens": []}, heading=caller.user["username"])
    if not attached:
        known = caller.session
        plan.add("attach_device_id", device_id=device_id)
        plan.note("device_id", known and known["device_id"], device_id)
        # Among several, only the server knows which one it is.
        session = shown(known) if known else dict.fromkeys(shown(caller.sessions[0]) if caller.sessions else ("id", "user_id"))
        plan.predicted["sessions"] = [
            {**session, "user_id": caller.user["id"], "device_id": device_id, "expires_at": None, "last_activity_at": None}
        ]
    elif not caller.session:
        plan.unknown.append("device_id")
        plan.warnings.append(
            f"device_id: one of the {len(caller.sessions)} sessions of {caller.user['username']} has this "
            "device; the API does not tell whether it is the one of api_token, so nothing was sent"
        )
    return plan


# -- the end of sessions -----------------------------------------------------------------------------------------------


def plan_everybody(declaration: dict, seen: Seen) -> Plan:
    """End every session of the server. Whether there are any is not read, which would take a request for every user."""
    tokens = seen.tokens
    plan = Plan(predicted={"sessions": None, "tokens": _after(declaration, tokens)}, heading=_ALL_USERS)
    plan.note("sessions", "(of all users, not read)", [])
    steps = [Step(EVERYBODY, {})]
    if declaration["disable_tokens"]:
        steps = [*_disabling(tokens), *steps]
    _add(plan, declaration, steps, seen.caller)
    _tell_of_tokens(plan, declaration, tokens)
    return plan


def plan_absent(declaration: dict, seen: Seen) -> Plan:
    """End the chosen sessions of these accounts."""
    accounts, caller = seen.accounts or [], seen.caller
    plan = Plan(heading=_ALL_USERS if declaration["all_users"] else "".join(account.user["username"] for account in accounts))
    steps: list = []
    sessions: list = []
    tokens: list = []
    for account in accounts:
        # The session of a login of this task is nobody's business: the task ends it itself.
        sparing = account.user["id"] == caller.user["id"] and (caller.logged_in or declaration["keep_current"])
        spared = caller.session if sparing else None
        chosen = [session for session in choose(declaration, account.sessions, seen.now) if session is not spared]
        concerned = _tokens_to_end(declaration, account, chosen, spared)
        steps += _ending(declaration, account, chosen, concerned, sparing)
        sessions += chosen
        tokens += concerned
    if sessions:
        plan.note("sessions", [shown(session) for session in sessions], [])
    plan.predicted = {"sessions": [shown(session) for session in sessions], "tokens": _after(declaration, tokens)}
    _add(plan, declaration, steps, caller)
    _tell_of_tokens(plan, declaration, tokens)
    return plan


def _ending(declaration, account: Account, chosen, tokens, sparing) -> list:
    """The steps that end the chosen sessions of an account."""
    user_id = account.user["id"]
    steps = []
    if declaration["disable_tokens"]:
        steps += _disabling(tokens)  # which ends their sessions as well
        disabled = {token["id"] for token in tokens}
        chosen = [session for session in chosen if token_of(session) not in disabled]
    if chosen and not sparing and not chooses(declaration):
        return [*steps, Step("revoke_all_sessions", {"user_id": user_id})]
    # The newest one last: it may be the one in use.
    return steps + [Step("revoke_session", {"user_id": user_id, "session_id": session["id"]}) for session in reversed(chosen)]


def _tokens_to_end(declaration, account, chosen, spared) -> list:
    """The tokens that concern a plan: all of the user, or those whose sessions were chosen."""
    kept = spared and token_of(spared)
    ids = {token_of(session) for session in chosen}
    return [token for token in account.tokens if token["id"] != kept and (token["id"] in ids or not chooses(declaration))]


def _disabling(tokens) -> list:
    return [Step("disable_user_access_token", {"token_id": token["id"]}) for token in tokens]


def _after(declaration, tokens) -> list:
    return [{**token, "is_active": not declaration["disable_tokens"]} for token in tokens]


def _tell_of_tokens(plan, declaration, tokens) -> None:
    if not tokens:
        return
    if declaration["disable_tokens"]:
        plan.note("tokens", tokens, _after(declaration, tokens))
        return
    users = len({token["user_id"] for token in tokens})
    listed = ", ".join(token["id"] for token in tokens[:5]) + (", ..." if len(tokens) > 5 else "")
    plan.warnings.append(
        f"{len(tokens)} personal access token(s) of {users} user(s) go on working, as the end of a session does not stop "
        f"them: {listed}. Use disable_tokens: true to disable them, or mm_user_token to revoke them"
    )


def _add(plan: Plan, declaration: dict, steps: list, caller: Caller) -> None:
    """Add the steps to the plan; last the one that may end the caller's own access, if that is allowed."""
    risky = [step for step in steps if _endangers(step, caller)]
    if risky:
        _guard(declaration, caller, risky)
    ordered = [step for step in steps if step not in risky] + risky
    plan.steps += [replace(step, tolerates=_GONE) for step in ordered]


def _endangers(step: Step, caller: Caller) -> bool:
    """Whether a step may end the access of the caller, so that later requests would be refused."""
    if caller.logged_in:
        # Its session is spared, or ends with everything else in the last request.
        return False
    arguments: dict[str, Any] = step.arguments
    if step.operation == "disable_user_access_token":
        return any(token_of(session) == arguments["token_id"] for session in caller.sessions)
    if arguments.get("user_id", caller.user["id"]) != caller.user["id"]:
        return False
    return any(
        arguments.get("session_id", session["id"]) == session["id"] and not token_of(session) for session in caller.sessions
    )


def _guard(declaration: dict, caller: Caller, risky: list) -> None:
    name, count = caller.user["username"], len(caller.sessions)
    doubt = f"the API does not tell which of the {count} sessions of {name} is the one of api_token"
    elsewhere = "use api_login_id and api_password, whose session is known, or the credentials of another administrator"
    if declaration["keep_current"]:
        raise InvalidInput(f"keep_current: {doubt}", f"Choose other sessions with session_ids, or {elsewhere}")
    if declaration["keep_current"] is None:
        what = "this would end the caller's own access" if caller.session else f"this may end the caller's own access: {doubt}"
        keep = "keep it with keep_current: true, " if caller.session else ""
        raise InvalidInput(what, f"{keep}let it end as the last thing with keep_current: false, or {elsewhere}")
    if len(risky) > 1:
        raise InvalidInput(
            f"keep_current: {doubt}, so it cannot be ended as the last of {len(risky)} requests",
            f"Choose fewer, or {elsewhere}",
        )
