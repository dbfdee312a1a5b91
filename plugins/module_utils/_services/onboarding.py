# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Onboarding of many people in one go: accounts, then secrets, each of which goes into a file, then the end of the mark.

The services for rosters, for tokens, for enrolments and for mails do everything; accounts are read once for all of them.
A new account is marked until its secrets are in files. If that never happens, because the run fails or is killed, the next run
finds the mark on the server, wherever it runs, and makes new secrets.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import MattermostError
from ansible_collections.mmops.mattermost.plugins.module_utils._api.protocol import ApiClient
from ansible_collections.mmops.mattermost.plugins.module_utils._plan import Plan, Service, as_text
from ansible_collections.mmops.mattermost.plugins.module_utils._services.hand_over import MarkedOnServer, Note
from ansible_collections.mmops.mattermost.plugins.module_utils._services.known_accounts import KnownAccounts
from ansible_collections.mmops.mattermost.plugins.module_utils._services.lookup import by_usernames, check_concurrency
from ansible_collections.mmops.mattermost.plugins.module_utils._services.mfa_enrolment import GENERATE, UPDATE
from ansible_collections.mmops.mattermost.plugins.module_utils._services.onboarding_jobs import (
    LINK,
    enrolments,
    links,
    revocations,
    run_all,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._services.onboarding_people import (
    check_people,
    people_of,
    roster_of_accounts,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._services.onboarding_plan import onboarding_lines
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster import RosterService
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_prune import EVERYBODY
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_result import RosterPlan
from ansible_collections.mmops.mattermost.plugins.module_utils._services.secret_file import secrets_folder
from ansible_collections.mmops.mattermost.plugins.module_utils._services.token_options import token_declaration
from ansible_collections.mmops.mattermost.plugins.module_utils._services.token_steps import CREATE
from ansible_collections.mmops.mattermost.plugins.module_utils._services.tokens import TokensPlan, TokensService

#: The operation that takes the mark away.
UNMARK = "patch_user"

#: What a roster does not say here.
_ROSTER: dict = {
    **dict.fromkeys(("users", "src", "columns", "delimiter", "defaults", "passwords_directory")),
    "missing": "warn",
    "missing_password": "random",
    "prune": "none",
    "prune_scope": EVERYBODY,
    "max_prune": "10%",
    "on_error": "continue",
}


@dataclass
class OnboardingPlan(Plan):
    """``lines`` say what each is to get, ``accounts`` and ``tokens`` are the plans for accounts, and for tokens of those who
    were there before.

    ``found`` are the accounts by user name, ``sent`` the operations beside those for the accounts, ``made`` the descriptions of
    tokens, ``errors`` what went wrong.
    """

    looks_again: bool = False  # each part looks again on its own
    folder: str = ""
    concurrency: int = 1
    service: RosterService = field(default_factory=RosterService)
    accounts: RosterPlan = field(default_factory=RosterPlan)
    tokens: TokensPlan = field(default_factory=TokensPlan)
    lines: list = field(default_factory=list)
    found: dict = field(default_factory=dict)
    sent: dict = field(default_factory=dict)
    made: dict = field(default_factory=dict)
    errors: dict = field(default_factory=dict)
    executed: bool = False

    @property
    def changed(self) -> bool:
        return bool(self.operations)

    @property
    def operations(self) -> list:
        """Each operation once, in the order of first use."""
        more = [name for operations in self.sent.values() for name in operations]
        return list(dict.fromkeys([*self.accounts.operations, *more]))

    @property
    def failure(self) -> str:
        failed = [line["username"] for line in self.lines if line["username"] in self.errors]
        if not failed:
            return ""
        return (
            f"{len(failed)} of {len(self.lines)} users could not be onboarded, the first of them {self.text_of(failed[0])} "
            "The next run tries them again."
        )

    @property
    def shown_diff(self) -> list:
        parts = {item.name: item.plan.diff for item in self.accounts.items}
        for line in self.lines:
            secrets = self.secrets_of(line)
            if secrets:
                part = parts.get(line["username"], {"before": {}, "after": {}})
                parts[line["username"]] = {
                    "before": {**part["before"], "secrets": []},
                    "after": {**part["after"], "secrets": secrets},
                }
        return [as_text(name, part) for name, part in parts.items()]

    def text_of(self, name: str) -> str:
        """Why somebody could not be onboarded."""
        text = " ".join(dict.fromkeys(map(str, self.errors[name])))
        done = self.executed and (name in self.sent or any(item.done for item in self.accounts.items if item.name == name))
        # The sentence of an error about its own step does not hold for those before it.
        return f"{name}: {text.replace(' Nothing was changed.', '') if done else text}"

    def secrets_of(self, line: dict) -> list:
        """Which secrets of somebody are new: password, MFA, and descriptions of tokens."""
        name = line["username"]
        if name in self.errors:
            return []
        secrets = [secret for secret, due in (("password", line["password"]), ("mfa", line["mfa"])) if due]
        return secrets + [token for token in line["tokens"] if line["begins"] or token in self.made.get(name, ())]

    # -- what is to be done --------------------------------------------------------------------------------------------

    def foresee(self, client: ApiClient) -> None:
        """Look at those who are there already, and tell what the rest will be."""
        self._fail(self.accounts.failed)
        going = [line for line in self.lines if line["username"] not in self.errors]
        there = [line for line in going if line["user_id"]]
        self.tokens = self._plan_tokens(client, [line for line in there if not line["begins"]], self.found)
        self._note_tokens(self.tokens)
        self._run(client, map(revocations, there), check_mode=True)
        self._run(client, (enrolments(line, self.folder) for line in there), check_mode=True)
        self._run(client, map(links, there), check_mode=True)
        for line in going:
            if line["begins"] and line["username"] not in self.errors:
                enrolled = [GENERATE, UPDATE] if line["mfa"] and not line["user_id"] else []
                linked = [LINK] if line["link"] and not line["user_id"] else []
                self._count(line["username"], [*enrolled, *([CREATE] * len(line["tokens"])), *linked, UNMARK])

    def _plan_tokens(self, client: ApiClient, lines: list, users: dict, without_tokens: bool = False) -> TokensPlan:
        """The plan for the tokens of these people; ``without_tokens``: their accounts were made a moment ago."""
        tokens = [
            {**token_declaration("", ""), **token, "username": line["username"]}
            for line in lines
            for token in line["wanted_tokens"]
        ]
        if not tokens:
            return TokensPlan()
        known: Any = KnownAccounts(client, users, without_tokens)
        # The mark of an account serves as well as a note.
        service = TokensService(note=MarkedOnServer if all(line["begins"] for line in lines) else Note)
        return service.plan(known, {"tokens": tokens, "directory": self.folder, "concurrency": self.concurrency})

    # -- the work ------------------------------------------------------------------------------------------------------

    def execute(self, client: ApiClient) -> None:
        self.executed, self.sent, self.made, self.errors = True, {}, {}, {}
        self.accounts.execute(client)
        self._fail(self.accounts.failed)
        users = self._read_accounts(client)
        self._run(client, map(revocations, self._going()), users=users)
        self._run(client, (enrolments(line, self.folder) for line in self._going()), users=users)
        self._make_tokens(client, users)
        self._run(client, map(links, self._going()), users=users)
        self._unmark(client, users)

    def _going(self) -> list:
        """Those for whom all went well so far."""
        return [line for line in self.lines if line["username"] not in self.errors]

    def _read_accounts(self, client: ApiClient) -> dict:
        """All accounts by user name. Those that were to be created and are not there have failed."""
        done = [item for item in self.accounts.items if item.done and not item.error]
        problem: MattermostError = MattermostError("The account was not begun, as the server could not be reached")
        try:
            self.service.read_back(client, self.accounts)
        except MattermostError as error:
            problem, done = error, []
        self._warn(self.accounts.warnings)
        users = {**self.found, **{item.plan.predicted["username"]: item.plan.predicted for item in done}}
        for line in self._going():
            if not users.get(line["username"]):
                self.errors[line["username"]] = [problem]
        return users

    def _make_tokens(self, client: ApiClient, users: dict) -> None:
        going = {line["username"] for line in self._going()}
        self.tokens.items = [item for item in self.tokens.items if item.user["username"] in going]
        new = {item.name for item in self.accounts.items if {"create_user", "create_bot"} & set(item.done)}
        begun = [line for line in self._going() if line["begins"]]
        plans = [
            self.tokens,
            self._plan_tokens(client, [line for line in begun if line["username"] in new], users, without_tokens=True),
            self._plan_tokens(client, [line for line in begun if line["username"] not in new], users),
        ]
        for plan in plans:
            plan.concurrency = self.concurrency
            plan.execute(client)
            self._note_tokens(plan)

    def _unmark(self, client: ApiClient, users: dict) -> None:
        marked = [line["unmarked"] for line in self._going() if line["begins"]]
        if not marked:
            return
        known: Any = KnownAccounts(client, users)
        plan = RosterService().plan(known, {**_ROSTER, "users": marked, "concurrency": self.concurrency})
        plan.execute(client)
        for item in plan.items:
            self._count(item.name, item.done)
        self._fail(plan.failed)

    # -- the books -----------------------------------------------------------------------------------------------------

    def _run(self, client: ApiClient, jobs: Iterable[list], users: dict | None = None, check_mode: bool = False) -> None:
        for job in run_all(client, self.concurrency, jobs, self.found if users is None else users, check_mode):
            self._count(job.username, job.operations)
            self._warn(job.warnings)
            if job.error:
                self.errors.setdefault(job.username, []).append(job.error)

    def _note_tokens(self, plan: TokensPlan) -> None:
        for item in plan.items:
            name = item.user["username"]
            self._count(name, item.done if plan.executed else item.plan.operations)
            if not item.error:
                self.made.setdefault(name, []).append(item.description)
        for item in plan.failed:
            self.errors.setdefault(item.user["username"], []).append(item.error)
        self._warn(plan.warnings)

    def _warn(self, texts: list) -> None:
        self.warnings += [text for text in texts if text not in self.warnings]

    def _count(self, name: str, operations: list) -> None:
        if operations:
            self.sent.setdefault(name, []).extend(operations)

    def _fail(self, items: Iterable) -> None:
        for item in items:
            self.errors.setdefault(item.name, []).append(item.error)


class OnboardingService(Service):
    """Brings people to the server, with their secrets in files."""

    def plan(self, client: ApiClient, declaration: dict) -> OnboardingPlan:
        workers = declaration["concurrency"]
        check_concurrency(workers)
        people = people_of(declaration)
        check_people(people, declaration)
        folder = declaration["directory"]
        folder = secrets_folder("directory", folder) if folder is not None else ""
        names = list(dict.fromkeys(entry.options["username"].lower() for entry in people.entries))
        found = {**dict.fromkeys(names), **{user["username"]: user for user in by_usernames(client, names, workers)}}
        persons = [entry.options for entry in people.entries]
        lines = onboarding_lines(persons, found, declaration["passwords"], declaration["token_expires_after"] or "")
        roster = roster_of_accounts(people, lines)
        service = RosterService(read=lambda _declaration: roster)
        chosen = folder if folder and declaration["passwords"] == "generate" else None
        known: Any = KnownAccounts(client, found)
        accounts = service.plan(known, {**_ROSTER, "passwords_directory": chosen, "concurrency": workers})
        plan = OnboardingPlan(folder=folder, concurrency=workers, service=service, accounts=accounts, lines=lines, found=found)
        plan.warnings += accounts.warnings
        plan.unknown += accounts.unknown
        plan.foresee(client)
        return plan

    def predict(self, plan) -> dict:
        changes = {item.name: item for item in plan.accounts.items}
        users = [_record(plan, line, changes.get(line["username"])) for line in plan.lines]
        return {
            "users": users,
            "failures": [
                {"username": name, "msg": plan.text_of(name), "error": errors[0].details()}
                for name, errors in plan.errors.items()
            ],
            "counts": {
                "total": len(users),
                "created": len([user for user in users if user["created"] and not user["failure"]]),
                "failed": len(plan.errors),
                "unchanged": len([user for user in users if not (user["operations"] or user["failure"])]),
            },
        }

    def read_back(self, client: ApiClient, plan) -> dict:
        # What the server answered says all.
        return self.predict(plan)


def _record(plan: OnboardingPlan, line: dict, item) -> dict:
    """What became of one of the people."""
    name = line["username"]
    account = (item and item.plan.predicted) or {}
    operations = [] if item is None else item.done if plan.executed else item.planned
    return {
        "username": name,
        "user_id": line["user_id"] or account.get("id") or "",
        "created": line["created"],
        "operations": [*operations, *plan.sent.get(name, [])],
        "secrets": plan.secrets_of(line),
        "failure": plan.text_of(name) if name in plan.errors else "",
    }
