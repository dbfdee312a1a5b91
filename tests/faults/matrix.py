# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes x faults: every task that writes, and each of its requests in turn, meets every fault of the fake server.

After the run that meets the fault, two clean ones follow. Whatever happened, these hold:

* what a run tells took effect; a message that says "Nothing was changed" is right;
* the first clean run reaches what was declared, and the second one changes nothing;
* no token, MFA secret or session is left that nobody has been given;
* every failure is one of the collection's own errors, and no message holds a secret.
"""

from __future__ import annotations

import itertools
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyotp
import requests
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.mmops.mattermost.plugins.module_utils._api.connection import make_client
from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import MattermostError
from ansible_collections.mmops.mattermost.plugins.module_utils._front_end import Subject, failure, perform
from ansible_collections.mmops.mattermost.plugins.module_utils._services.mfa import MfaService
from ansible_collections.mmops.mattermost.plugins.module_utils._services.mfa_enrolment import PERIOD, Clock
from ansible_collections.mmops.mattermost.plugins.modules import (
    mm_bot,
    mm_user,
    mm_user_auth,
    mm_user_mfa,
    mm_user_onboarding,
    mm_user_session,
    mm_user_token,
    mm_user_tokens,
    mm_users,
)
from ansible_collections.mmops.mattermost.tests.support.servers import Server

PASSWORD = "Hush-password-1"
LATER = "Hush-password-2"

#: What the fake server may be told to do, by the name in the table.
FAULTS: dict[str, dict[str, Any]] = {
    "refused": {"kind": "refused", "status": 500},
    "drop before": {"kind": "drop_before"},
    "drop after": {"kind": "drop_after"},
    "truncated": {"kind": "truncated"},
    "429": {"kind": "status", "status": 429, "seconds": 1},
    "302": {"kind": "status", "status": 302, "headers": {"Location": "https://login.example.com/"}},
    **{
        f"{status} {'after' if effect else 'before'}": {"kind": "status", "status": status, "effect": effect}
        for status in (500, 503, 504, 520, 524)
        for effect in (False, True)
    },
    **{
        f"{kind.replace('_', ' ')} {'after' if effect else 'before'}": {"kind": kind, "effect": effect}
        for kind in ("not_json", "broken_json", "other_json")
        for effect in (False, True)
    },
}


@dataclass
class Write:
    """A task that writes. ``prepare`` makes what it needs on the server, ``proves`` lists what is wrong afterwards."""

    name: str
    subject: Subject
    options: dict[str, Any]
    prepare: Callable[[Bench, str], None] = lambda bench, user: None
    proves: Callable[[Bench, str, list[dict[str, Any]]], list[str]] = lambda bench, user, results: []
    #: Whether a clean run that finds everything as declared sends nothing.
    quiet: bool = True
    logs_in: bool = False


@dataclass
class Case:
    """What became of one write with one fault at one of its requests."""

    write: str
    fault: str
    request: str
    problems: list[str] = field(default_factory=list)


class Bench:
    """The fake server, asked past the collection."""

    def __init__(self, server: Server):
        self.server = server
        self._numbers = itertools.count(1)
        self.chief("chief")
        settings = (
            "EnableMultifactorAuthentication",
            "EnableAPIUserDeletion",
            "EnableUserAccessTokens",
            "EnableBotAccountCreation",
        )
        self.ask(
            "PUT",
            "/config/patch",
            ServiceSettings=dict.fromkeys(settings, True),
            LdapSettings={"Enable": True},
            TeamSettings={"MaxUsersPerTeam": 10_000},
        )
        self.crew = self.ask("POST", "/teams", name="crew", display_name="Crew", type="O")["id"]
        #: For the files of the case that is under way.
        self.folder = Path()

    def ask(self, method: str, path: str, **body: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.server.token}"}
        answer = requests.request(method, f"{self.server.url}/api/v4{path}", headers=headers, json=body or None, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def control(self, method: str, what: str, **body: Any) -> Any:
        answer = requests.request(method, f"{self.server.url}/__control__/{what}", json=body or None, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def new_name(self) -> str:
        return f"user{next(self._numbers)}"

    def create(self, name: str, **fields: Any) -> dict[str, Any]:
        return self.ask("POST", "/users", **{"username": name, "email": f"{name}@example.com", "password": PASSWORD, **fields})

    def chief(self, name: str) -> None:
        """An administrator who can log in."""
        user = self.create(name)
        self.ask("PUT", f"/users/{user['id']}/roles", roles="system_user system_admin")

    def user(self, name: str) -> dict[str, Any] | None:
        headers = {"Authorization": f"Bearer {self.server.token}"}
        answer = requests.get(f"{self.server.url}/api/v4/users/username/{name}", headers=headers, timeout=30)
        return answer.json() if answer.status_code == 200 else None

    def tokens(self, name: str) -> list[dict[str, Any]]:
        user = self.user(name)
        return self.ask("GET", f"/users/{user['id']}/tokens") if user else []

    def logs_in(self, name: str, password: str, code: str = "") -> bool:
        body = {"login_id": name, "password": password, "token": code}
        return requests.post(f"{self.server.url}/api/v4/users/login", json=body, timeout=30).status_code == 200

    def sessions(self, name: str) -> list[dict[str, Any]]:
        user = self.user(name)
        return self.ask("GET", f"/users/{user['id']}/sessions") if user else []

    def bot(self, name: str) -> dict[str, Any] | None:
        user = self.user(name)
        return self.ask("GET", f"/bots/{user['id']}?include_deleted=true") if user and user.get("is_bot") else None

    def in_crew(self, name: str) -> bool:
        user = self.user(name)
        return bool(user) and any(team["id"] == self.crew for team in self.ask("GET", f"/users/{user['id']}/teams"))

    def handed_over(self, file: str) -> str:
        """The content of a file that a task left, empty if there is none."""
        path = self.folder / file
        return path.read_text(encoding="utf-8").strip() if path.exists() else ""

    def works(self, value: str) -> bool:
        headers = {"Authorization": f"Bearer {value}"}
        return requests.get(f"{self.server.url}/api/v4/users/me", headers=headers, timeout=30).status_code == 200

    def written(self) -> list[str]:
        """The operations of the requests since the last call."""
        sent = self.control("GET", "requests")["requests"]
        self.control("DELETE", "requests")
        return [request["operation"] for request in sent]

    # -- runs ----------------------------------------------------------------------------------------------------

    def run(self, write: Write, user: str) -> dict[str, Any]:
        """The result of a task, as both hosts make it."""
        login = {"api_login_id": "chief", "api_password": PASSWORD} if write.logs_in else {"api_token": self.server.token}
        given = {**filled(write.options, user, str(self.folder)), "api_url": self.server.url, **login}
        options = ArgumentSpecValidator(write.subject.argument_spec).validate(given).validated_parameters
        client = None
        try:
            client = make_client(options)
            client.transport._sleep = lambda seconds: None
            with client:
                result = perform(write.subject, client, options, check_mode=False)
        except MattermostError as error:
            result = {"failed": True, **failure(error)}
        except Exception as error:
            result = {"failed": True, "changed": False, "operations": [], "bug": repr(error), "msg": ""}
        return {**result, "all_warnings": [*(client.warnings if client else ()), *result.get("warnings", ())]}


def filled(value: Any, user: str, folder: str) -> Any:
    """The options with the name of the case's own user, and with its folder."""
    if isinstance(value, dict):
        return {key: filled(part, user, folder) for key, part in value.items()}
    if isinstance(value, list):
        return [filled(part, user, folder) for part in value]
    return value.replace("USER", user).replace("FOLDER", folder) if isinstance(value, str) else value


# -- what must hold ----------------------------------------------------------------------------------------------


def _token_is_in_hands(bench: Bench, user: str, results: list[dict[str, Any]]) -> list[str]:
    """There is one active token, its value was handed over, and it works."""
    values = {result["token"]["id"]: result["token_value"] for result in results if result.get("token_value")}
    active = [token for token in bench.tokens(user) if token["is_active"]]
    problems = [f"the value of token {token['description']} is lost" for token in active if token["id"] not in values]
    if len(active) != 1:
        problems.append(f"{len(active)} active tokens")
    return problems + [
        f"token {token['description']} does not work"
        for token in active
        if token["id"] in values and not bench.works(values[token["id"]])
    ]


def _is_onboarded(bench: Bench, user: str, results: list[dict[str, Any]]) -> list[str]:
    """The secrets in the files work, there is one token, and the mark is gone."""
    password, token = (bench.folder / f"{user}.{kind}" for kind in ("password", "deploy.token"))
    problems = [f"there is no file {path.name}" for path in (password, token) if not path.is_file()]
    if problems:
        return problems
    if not bench.logs_in(user, password.read_text().strip()):
        problems.append("the password in the file is another one")
    if not bench.works(token.read_text().strip()):
        problems.append("the token in the file does not work")
    if len(bench.tokens(user)) != 1:
        problems.append(f"{len(bench.tokens(user))} tokens")
    if (bench.user(user) or {}).get("props"):
        problems.append("the mark is left")
    return problems


def _enrolment_is_in_hands(bench: Bench, user: str, results: list[dict[str, Any]]) -> list[str]:
    secrets = [result["secret"] for result in results if result.get("secret")]
    if not secrets:
        return ["the secret is lost"]
    # A code counts once, and the server takes the one before and after as well.
    works = any(
        bench.logs_in(user, PASSWORD, pyotp.TOTP(secret).at(int(time.time()) + seconds))
        for secret in secrets
        for seconds in (-PERIOD, 0, PERIOD)
    )
    return [] if works else ["no secret that was handed over works"]


def _tokens_are_in_files(bench: Bench, user: str, results: list[dict[str, Any]]) -> list[str]:
    """Each declared token is there once, and its file holds a value that works. No other file is left."""
    active = sorted(token["description"] for token in bench.tokens(user) if token["is_active"])
    problems = [] if active == DESCRIPTIONS else [f"the active tokens are {active}"]
    files = {description: f"{user}.{description}.token" for description in DESCRIPTIONS}
    problems += [f"the file of {name} holds nothing that works" for name, file in files.items() if not _opens(bench, file)]
    return problems + _strangers(bench, set(files.values()))


def _opens(bench: Bench, file: str) -> bool:
    value = bench.handed_over(file)
    return bool(value) and bench.works(value)


def _strangers(bench: Bench, expected: set[str]) -> list[str]:
    """Files of secrets that belong to nothing."""
    return [f"a file {path.name} is left" for path in bench.folder.iterdir() if path.is_file() and path.name not in expected]


def _passwords_are_in_files(bench: Bench, user: str, results: list[dict[str, Any]]) -> list[str]:
    names = [f"{user}-{letter}" for letter in "abc"]
    wrong = [name for name in names if not bench.logs_in(name, bench.handed_over(f"{name}.password") or "none")]
    return [f"nobody has the password of {name}" for name in wrong] + _strangers(bench, {f"{name}.password" for name in names})


def _crew_is_complete(bench: Bench, user: str, results: list[dict[str, Any]]) -> list[str]:
    return [f"{user}-{letter} is not in the team" for letter in "abc" if not bench.in_crew(f"{user}-{letter}")]


def _secret_is_in_file(bench: Bench, user: str, results: list[dict[str, Any]]) -> list[str]:
    return _enrolment_is_in_hands(bench, user, [{"secret": bench.handed_over(f"{user}.secret")}])


def _bot_is(**expected: Any) -> Callable[[Bench, str, list[dict[str, Any]]], list[str]]:
    def proves(bench: Bench, user: str, results: list[dict[str, Any]]) -> list[str]:
        bot = bench.bot(user)
        if bot is None:
            return ["there is no bot"]
        shown = {**bot, "enabled": not bot["delete_at"]}
        return [f"{name} is {shown.get(name)!r}, not {value!r}" for name, value in expected.items() if shown.get(name) != value]

    return proves


def _bot(bench: Bench, user: str) -> None:
    bench.ask("POST", "/bots", username=user)


def _is(**expected: Any) -> Callable[[Bench, str, list[dict[str, Any]]], list[str]]:
    def proves(bench: Bench, user: str, results: list[dict[str, Any]]) -> list[str]:
        account = bench.user(user) or {}
        return [
            f"{name} is {account.get(name)!r}, not {value!r}" for name, value in expected.items() if account.get(name) != value
        ]

    return proves


def _is_gone(bench: Bench, user: str, results: list[dict[str, Any]]) -> list[str]:
    return ["the account is still there"] if bench.user(user) else []


def _logs_in_with(password: str) -> Callable[[Bench, str, list[dict[str, Any]]], list[str]]:
    return lambda bench, user, results: [] if bench.logs_in(user, password) else ["the password is another one"]


def _old_token(bench: Bench, user: str) -> None:
    bench.ask("POST", f"/users/{bench.create(user)['id']}/tokens", description="deploy [generation 2020-01-01]")


def _token(bench: Bench, user: str) -> None:
    bench.ask("POST", f"/users/{bench.create(user)['id']}/tokens", description="deploy")


def _account(bench: Bench, user: str) -> None:
    bench.create(user)


def _session(bench: Bench, user: str) -> None:
    bench.create(user)
    bench.logs_in(user, PASSWORD)


def _enrolled(bench: Bench, user: str) -> None:
    created = bench.create(user)
    secret = bench.ask("POST", f"/users/{created['id']}/mfa/generate")["secret"]
    bench.ask("PUT", f"/users/{created['id']}/mfa", activate=True, code=pyotp.TOTP(secret).now())


WHO = {"username": "USER"}
NEW = {**WHO, "email": "USER@example.com", "password": PASSWORD}
PERSON = {**WHO, "email": "USER@example.com", "tokens": ["deploy"]}
DESCRIPTIONS = ["deploy", "report"]
ROSTER = [{"username": f"USER-{letter}", "email": f"USER-{letter}@example.com"} for letter in "abc"]


def _fast_mfa() -> Subject:
    """The module without the waiting for the next code."""
    slept: list[float] = []  # the last wait moves the clock, at most to the next code
    service = MfaService(Clock(lambda: time.time() + sum(slept[-1:]), slept.append))
    return Subject(mm_user_mfa.SUBJECT.options, service, mm_user_mfa.SUBJECT.rules)


WRITES = [
    Write("create", mm_user.SUBJECT, NEW, proves=_logs_in_with(PASSWORD)),
    Write(
        "create, roles, bot",
        mm_user.SUBJECT,
        {**NEW, "roles": ["system_post_all", "system_user"], "bot": True},
        proves=_is(is_bot=True, roles="system_post_all system_user"),
    ),
    Write("create, login", mm_user.SUBJECT, NEW, proves=_logs_in_with(PASSWORD), logs_in=True),
    Write("fields", mm_user.SUBJECT, {**WHO, "nickname": "N", "position": "P"}, _account, _is(nickname="N", position="P")),
    Write(
        "roles",
        mm_user.SUBJECT,
        {**WHO, "roles": ["system_user", "system_post_all"]},
        _account,
        _is(roles="system_post_all system_user"),
    ),
    Write("inactive", mm_user.SUBJECT, {**WHO, "state": "inactive"}, _account),
    Write(
        "password",
        mm_user.SUBJECT,
        {**WHO, "password": LATER, "update_password": "when_different"},
        _account,
        _logs_in_with(LATER),
    ),
    Write("absent", mm_user.SUBJECT, {**WHO, "state": "absent"}, _account, _is_gone),
    Write("roster", mm_users.SUBJECT, {"users": ROSTER, "missing_password": "random", "concurrency": 1}),
    Write(
        "onboarding",
        mm_user_onboarding.SUBJECT,
        {"users": [PERSON], "directory": "FOLDER", "concurrency": 1},
        proves=_is_onboarded,
    ),
    Write(
        "roster, passwords",
        mm_users.SUBJECT,
        {"users": ROSTER, "missing_password": "random", "passwords_directory": "FOLDER", "concurrency": 1},
        proves=_passwords_are_in_files,
    ),
    Write(
        "roster, teams",
        mm_users.SUBJECT,
        {"users": [{**entry, "teams": ["crew"]} for entry in ROSTER], "missing_password": "random", "concurrency": 1},
        proves=_crew_is_complete,
    ),
    Write(
        "tokens",
        mm_user_tokens.SUBJECT,
        {"tokens": [{**WHO, "description": each} for each in DESCRIPTIONS], "directory": "FOLDER", "concurrency": 1},
        _account,
        _tokens_are_in_files,
    ),
    Write("token", mm_user_token.SUBJECT, {**WHO, "description": "deploy"}, _account, _token_is_in_hands),
    Write(
        "rotation",
        mm_user_token.SUBJECT,
        {**WHO, "description": "deploy", "rotate_after": "90d", "overlap": "0d"},
        _old_token,
        _token_is_in_hands,
    ),
    Write("token disabled", mm_user_token.SUBJECT, {**WHO, "description": "deploy", "state": "disabled"}, _token),
    Write("token absent", mm_user_token.SUBJECT, {**WHO, "description": "deploy", "state": "absent"}, _token),
    Write("mfa", _fast_mfa(), WHO, _account, _enrolment_is_in_hands),
    Write("mfa, file", _fast_mfa(), {**WHO, "secret_path": "FOLDER/USER.secret"}, _account, _secret_is_in_file),
    Write("mfa regenerate", _fast_mfa(), {**WHO, "regenerate": True}, _enrolled, _enrolment_is_in_hands, quiet=False),
    Write("mfa absent", mm_user_mfa.SUBJECT, {**WHO, "state": "absent"}, _enrolled),
    Write("sessions", mm_user_session.SUBJECT, {**WHO, "state": "absent"}, _session),
    Write(
        "auth", mm_user_auth.SUBJECT, {**WHO, "auth_service": "ldap", "auth_data": "USER"}, _account, _is(auth_service="ldap")
    ),
    Write(
        "bot", mm_bot.SUBJECT, {**WHO, "display_name": "D", "description": "T"}, proves=_bot_is(display_name="D", enabled=True)
    ),
    Write(
        "bot, owner, off",
        mm_bot.SUBJECT,
        {**WHO, "owner": "chief", "enabled": False, "description": "T"},
        _bot,
        _bot_is(description="T", enabled=False),
    ),
]


# -- the cases ---------------------------------------------------------------------------------------------------


def requests_of(bench: Bench, write: Write) -> list[str]:
    """The operations of the requests of a run without a fault."""
    user = bench.new_name()
    write.prepare(bench, user)
    bench.written()
    with tempfile.TemporaryDirectory() as home:
        bench.folder = Path(home)
        result = bench.run(write, user)
    assert not result.get("failed"), result
    return bench.written()


def try_case(bench: Bench, write: Write, fault: str, position: int, request: str) -> Case:
    """One write with one fault at its request with this number, then two clean runs."""
    case = Case(write.name, fault, f"{position + 1} {request}")
    user = bench.new_name()
    write.prepare(bench, user)
    with tempfile.TemporaryDirectory() as home:
        bench.folder = Path(home)
        os.environ["ANSIBLE_HOME"] = home  # where notes of tokens are kept
        before = _state(bench, user)
        bench.control("POST", "faults", path="/api/v4/*", skip=position, **FAULTS[fault])
        results = [bench.run(write, user)]
        bench.control("DELETE", "faults")
        after = _state(bench, user)
        results += [bench.run(write, user), bench.run(write, user)]
        case.problems = [*_told(results[0], before, after, write), *_clean(results, write)]
        case.problems += write.proves(bench, user, results)
    for result in results:
        if "bug" in result:
            case.problems.append(f"a bare Python error: {result['bug']}")
        shown = f"{result.get('msg')} {result['all_warnings']}"
        case.problems += [f"{name} in a message" for name in (PASSWORD, LATER, bench.server.token) if name in shown]
    told = any("session" in f"{result.get('msg')} {result['all_warnings']}" for result in results)
    if bench.sessions("chief") and not told:
        case.problems.append("a session is left, and nobody says so")
    for session in bench.sessions("chief"):
        bench.ask("POST", f"/users/{bench.user('chief')['id']}/sessions/revoke", session_id=session["id"])
    return case


#: What reads and refused logins move as well.
_MOVES = ("update_at", "last_activity_at", "failed_attempts")


def _state(bench: Bench, user: str) -> list[Any]:
    """What a write may change, without what moves by itself."""
    names = [user, *(f"{user}-{letter}" for letter in "abc")]
    found = [account for account in map(bench.user, names) if account]
    people = [{key: value for key, value in account.items() if key not in _MOVES} for account in found]
    crew = [account["username"] for account in found if bench.in_crew(account["username"])]
    bot = {key: value for key, value in (bench.bot(user) or {}).items() if key not in _MOVES}
    return [people, crew, bot, bench.tokens(user)]


def _told(result: dict[str, Any], before: list[Any], after: list[Any], write: Write) -> list[str]:
    problems = []
    if result.get("failed") and "Nothing was changed" in result["msg"] and before != after:
        problems.append("said that nothing was changed")
    if result.get("failed") and not result["operations"] and before != after and "may have" not in result["msg"]:
        problems.append(f"did not tell of what was changed: {result['msg']}")
    if result["changed"] and not result["operations"]:
        problems.append("changed without operations")
    if not result.get("failed") and not result["changed"] and write.proves is not _is_gone and before != after:
        problems.append("changed in silence")
    return problems


def _clean(results: list[dict[str, Any]], write: Write) -> list[str]:
    problems = [f"the next run fails: {result['msg']}" for result in results[1:] if result.get("failed")]
    if write.quiet and results[2]["changed"]:
        problems.append(f"a third run changes {results[2]['operations']}")
    return problems


def cases(bench: Bench, writes: list[Write], faults: list[str]) -> Iterator[Case]:
    for write in writes:
        for position, request in enumerate(requests_of(bench, write)):
            for fault in faults:
                yield try_case(bench, write, fault, position, request)
