# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions: which are to end, and in what order, so that the caller does not cut its own branch in mid-task.

``plan_absent`` and ``plan_present`` are pure functions of a declaration and of what the server shows.

The API does not tell a caller which session is its own. What is known: a session that a login of this task began is the
newest one of the account; and a personal access token has a session of its own, which is made anew when it is gone.
"""

from __future__ import annotations

import fnmatch
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.mmops.mattermost.plugins.module_utils._api.error_meanings import SESSION_GONE, TOKEN_GONE
from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import (
    InvalidInput,
    PermissionDenied,
    RequestRejected,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._api.transport import Answer
from ansible_collections.mmops.mattermost.plugins.module_utils._plan import Plan, Service, Step
from ansible_collections.mmops.mattermost.plugins.module_utils._services.duration import seconds
from ansible_collections.mmops.mattermost.plugins.module_utils._services.identity import ME, WHO_OPTIONS, find_user

#: Properties of a session that a pattern can choose.
PATTERNS = ("browser", "os", "platform")

#: Options that choose among the sessions of a user.
CRITERIA = ("session_ids", "older_than", "idle_for", "device_id", *PATTERNS)

#: Heading of a diff that is about no single user.
_ALL_USERS = "all users"

#: The operation that ends all sessions of the server, and the word that confirms ``all_users``.
EVERYBODY = "revoke_sessions_from_all_users"

_SESSION_ID = re.compile(r"[a-z0-9]{26}\Z")

#: Users whose sessions are read at the same time.
_READERS = 8


@dataclass
class Account:
    """A user with its sessions, as the API shows them, and its active personal access tokens."""

    user: dict
    sessions: list
    tokens: list = field(default_factory=list)


@dataclass
class Caller:
    """Who sends the requests. ``logged_in``: the session began with a login of this task, and ends with the task.

    ``sessions`` are those of the caller's account, or none if the task is not about it. With a token, each of them may
    be the one in use.
    """

    user: dict
    logged_in: bool
    sessions: list

    @property
    def session(self) -> dict | None:
        """The session in use, if it is known."""
        if not self.logged_in:
            return self.sessions[0] if len(self.sessions) == 1 else None
        logins = [session for session in self.sessions if not token_of(session)]
        return max(logins, key=lambda session: session["create_at"], default=None)


class SessionPlan(Plan):
    """A plan that takes what somebody else has ended in between for done."""

    def execute(self, client) -> None:
        super().execute(_Forgiving(client))


class _Forgiving:
    """Sends through a client, but what is gone already is no error."""

    def __init__(self, client):
        self._client = client

    def call(self, name: str, arguments: dict) -> Answer:
        try:
            return self._client.call(name, arguments)
        except RequestRejected as error:
            if not error.means(SESSION_GONE, TOKEN_GONE):
                raise
            return Answer(error.status, {}, None)


class SessionService(Service):
    """Reads sessions and tokens, and plans which of them end. ``clock`` gives the seconds since 1970."""

    def __init__(self, clock: Callable[[], float] = time.time):
        self._clock = clock

    def plan(self, client, declaration: dict) -> SessionPlan:
        check_declaration(declaration)
        if client.transport.local:
            raise InvalidInput(
                "api_socket: the local socket does not offer sessions", "Use api_url and the token of an administrator"
            )
        if declaration["state"] == "present":
            return self._plan_device(client, declaration)
        if not declaration["all_users"]:
            user = find_user(client, declaration)
            users = [user] if user else []
        elif chooses(declaration) or declaration["keep_current"]:
            users = list(client.pages("get_users", active=True))
        else:
            tokens = [token for token in client.pages("get_user_access_tokens") if token["is_active"]]
            return plan_everybody(declaration, tokens, self._caller(client, [] if client.logged_in else None))
        now = int(self._clock() * 1000)
        accounts = self._accounts(client, declaration, users, now)
        plan = plan_absent(declaration, accounts, self._caller(client, accounts), now)
        plan.heading = _ALL_USERS if declaration["all_users"] else "".join(user["username"] for user in users)
        return plan

    def predict(self, plan: Plan) -> dict:
        return plan.predicted

    def read_back(self, client, plan: Plan) -> dict:
        if "device_id" not in plan.after:
            return plan.predicted
        sessions = client.get_sessions(user_id=ME)
        return {
            **plan.predicted,
            "sessions": [shown(session) for session in sessions if session["device_id"] == plan.after["device_id"]],
        }

    def _plan_device(self, client, declaration) -> SessionPlan:
        caller = self._caller(client)
        if any(declaration[name] for name in WHO_OPTIONS):
            user = find_user(client, declaration)
            if not user or user["id"] != caller.user["id"]:
                raise InvalidInput(
                    "state: present is for the caller only, as the API attaches a device to the session that a "
                    f"request comes from, which is one of {caller.user['username']}",
                    "Leave out the user, or run the task with a session token of that user",
                )
        return plan_present(declaration, caller)

    @staticmethod
    def _caller(client, accounts=None) -> Caller:
        """The caller, with its sessions as far as they are among those of the accounts; all of them without accounts."""
        me = client.who_am_i()
        if accounts is None:
            sessions = client.get_sessions(user_id=me["id"]) or []
        else:
            sessions = [session for account in accounts if account.user["id"] == me["id"] for session in account.sessions]
        return Caller(me, client.logged_in, sessions)

    def _accounts(self, client, declaration, users, now) -> list:
        with ThreadPoolExecutor(_READERS) as pool:
            sessions = pool.map(lambda user: client.get_sessions(user_id=user["id"]) or [], users)
            accounts = [Account(user, found) for user, found in zip(users, sessions)]
        concerned = [account for account in accounts if self._needs_tokens(declaration, account, now)]
        if len(concerned) > 1:
            by_user: dict = {account.user["id"]: account for account in concerned}
            for token in client.pages("get_user_access_tokens"):
                if token["is_active"] and token["user_id"] in by_user:
                    by_user[token["user_id"]].tokens.append(token)
        for account in concerned if len(concerned) == 1 else ():
            account.tokens = self._tokens(client, declaration, account)
        return accounts

    @staticmethod
    def _needs_tokens(declaration, account, now) -> bool:
        """Whether the plan disables tokens, or has to warn of those that go on working."""
        chosen = choose(declaration, account.sessions, now)
        if any(token_of(session) for session in chosen):
            return True
        return not chooses(declaration) and bool(chosen or declaration["disable_tokens"])

    @staticmethod
    def _tokens(client, declaration, account) -> list:
        user_id = account.user["id"]
        try:
            found = list(client.pages("get_user_access_tokens_for_user", user_id=user_id))
        except PermissionDenied:
            if declaration["disable_tokens"]:
                raise
            # Tokens in use are known from their sessions.
            found = [
                {"id": token_of(session), "user_id": user_id, "description": None, "is_active": True}
                for session in account.sessions
                if token_of(session)
            ]
        return [token for token in found if token["is_active"]]


def check_declaration(declaration: dict) -> None:
    """Refuse contradictions. Raises ``InvalidInput`` that names the option, before anything is sent."""
    named = [name for name in WHO_OPTIONS if declaration[name] is not None]
    for name in ("device_id", "older_than", "idle_for"):
        if declaration[name] == "":
            raise InvalidInput(f"{name} is empty", "Leave it out, or give a value")
    for name in ("older_than", "idle_for"):
        if declaration[name] is not None:
            seconds(name, declaration[name])
    for session_id in declaration["session_ids"] or ():
        if not _SESSION_ID.match(session_id):
            raise InvalidInput(f"session_ids: {session_id!r} is no id", "An id has 26 characters a-z and 0-9")
    if declaration["state"] == "present":
        if declaration["device_id"] is None:
            raise InvalidInput("state: present attaches a device, but device_id is missing", "Give device_id")
        misplaced = [
            name
            for name in (*CRITERIA, "keep_current", "all_users", "disable_tokens")
            if name != "device_id" and declaration[name] not in (None, False)
        ]
        if misplaced:
            raise InvalidInput(f"{', '.join(misplaced)}: only for state: absent", "Leave it out")
    elif declaration["all_users"]:
        if named:
            raise InvalidInput(f"all_users and {', '.join(named)} exclude each other", "Give one of the two")
        if declaration["confirm"] != EVERYBODY:
            raise InvalidInput("all_users ends sessions of everybody on the server", f"Confirm it with confirm: {EVERYBODY}")
    elif not named:
        raise InvalidInput("nobody is named whose sessions are to end", "Give username, user_id or email, or all_users: true")


def chooses(declaration: dict) -> bool:
    """Whether a criterion is given. An empty list of ids is one: it chooses nothing."""
    return any(declaration[name] is not None for name in CRITERIA)


def choose(declaration: dict, sessions: list, now: int) -> list:
    """The sessions that meet all criteria. ``now`` is in milliseconds.

    A session of a personal access token is made anew when it is gone. So it is chosen only by its id, or when tokens
    are to be disabled.
    """
    return [
        session
        for session in sessions
        if (declaration["disable_tokens"] or declaration["session_ids"] or not token_of(session))
        and _meets(declaration, session, now)
    ]


def _meets(declaration, session, now) -> bool:
    if declaration["session_ids"] is not None and session["id"] not in declaration["session_ids"]:
        return False
    if declaration["device_id"] is not None and session["device_id"] != declaration["device_id"]:
        return False
    used = max(session["create_at"], session["last_activity_at"])
    for name, moment in (("older_than", session["create_at"]), ("idle_for", used)):
        if declaration[name] is not None and moment > now - seconds(name, declaration[name]) * 1000:
            return False
    return all(
        declaration[name] is None
        or fnmatch.fnmatchcase((session.get("props") or {}).get(name, "").lower(), declaration[name].lower())
        for name in PATTERNS
    )


def token_of(session: dict) -> str | None:
    """Id of the personal access token that a session stands for."""
    return (session.get("props") or {}).get("user_access_token_id")


def shown(session: dict) -> dict:
    """A session for results, without what could be used to take it over."""
    props = {name: value for name, value in (session.get("props") or {}).items() if name != "csrf"}
    return {**{name: value for name, value in session.items() if name != "token"}, "props": props}


# -- a device --------------------------------------------------------------------------------------------------------


def plan_present(declaration: dict, caller: Caller) -> SessionPlan:
    """Attach the device to the caller's session."""
    device_id = declaration["device_id"]
    if caller.logged_in:
        raise InvalidInput(
            "device_id: the session of api_login_id ends with this task, so a device cannot be attached to it",
            "Give the token of a session that lasts in api_token",
        )
    attached = [session for session in caller.sessions if session["device_id"] == device_id]
    plan = SessionPlan(
        predicted={"sessions": [shown(session) for session in attached], "tokens": []}, heading=caller.user["username"]
    )
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


def plan_everybody(declaration: dict, tokens: list, caller: Caller) -> SessionPlan:
    """End every session of the server. Whether there are any is not read, which would take a request for every user."""
    plan = SessionPlan(predicted={"sessions": None, "tokens": _after(declaration, tokens)}, heading=_ALL_USERS)
    plan.note("sessions", "(of all users, not read)", [])
    steps = [Step(EVERYBODY, {})]
    if declaration["disable_tokens"]:
        steps = [*_disabling(tokens), *steps]
    _add(plan, declaration, steps, caller)
    _tell_of_tokens(plan, declaration, tokens)
    return plan


def plan_absent(declaration: dict, accounts: list, caller: Caller, now: int) -> SessionPlan:
    """End the chosen sessions of these accounts. ``now`` is in milliseconds."""
    plan = SessionPlan()
    steps: list = []
    sessions: list = []
    tokens: list = []
    for account in accounts:
        user_id = account.user["id"]
        # The session of a login of this task is nobody's business: the task ends it itself.
        sparing = user_id == caller.user["id"] and (caller.logged_in or declaration["keep_current"])
        spared = caller.session if sparing else None
        chosen = [session for session in choose(declaration, account.sessions, now) if session is not spared]
        concerned = _tokens_to_end(declaration, account, chosen, spared)
        ending = chosen
        if declaration["disable_tokens"]:
            steps += _disabling(concerned)  # which ends their sessions as well
            disabled = {token["id"] for token in concerned}
            ending = [session for session in chosen if token_of(session) not in disabled]
        if ending and not sparing and not chooses(declaration):
            steps.append(Step("revoke_all_sessions", {"user_id": user_id}))
        else:
            # The newest one last: it may be the one in use.
            steps += [Step("revoke_session", {"user_id": user_id, "session_id": session["id"]}) for session in reversed(ending)]
        sessions += chosen
        tokens += concerned
    if sessions:
        plan.note("sessions", [shown(session) for session in sessions], [])
    plan.predicted = {"sessions": [shown(session) for session in sessions], "tokens": _after(declaration, tokens)}
    _add(plan, declaration, steps, caller)
    _tell_of_tokens(plan, declaration, tokens)
    return plan


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
    plan.steps += [step for step in steps if step not in risky] + risky


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
