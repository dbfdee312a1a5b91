# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many users at once: a roster is read in chunks, planned user by user with the planner of mm_user, and carried out
with bounded concurrency.
"""

from __future__ import annotations

import fnmatch
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput, MattermostError
from ansible_collections.mmops.mattermost.plugins.module_utils._plan import Plan, Service, as_text, carry_out
from ansible_collections.mmops.mattermost.plugins.module_utils._services.identity import ME, caller_id
from ansible_collections.mmops.mattermost.plugins.module_utils._services.lookup import (
    LARGEST_LOOKUP,
    as_they_come,
    by_emails,
    by_ids,
    by_usernames,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_file import Entry, EntryChecker, read_roster
from ansible_collections.mmops.mattermost.plugins.module_utils._services.user import UserService, needs_a_look
from ansible_collections.mmops.mattermost.plugins.module_utils._services.user_creation import unknown_password
from ansible_collections.mmops.mattermost.plugins.module_utils._services.user_fields import check_declaration
from ansible_collections.mmops.mattermost.plugins.module_utils._services.user_plan import (
    deviations,
    plainly_as_declared,
    plan_user,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._services.user_seen import Seen

#: How many chunks are read at a time. More would only wait for each other.
_READS_AHEAD = 2

#: Seconds between two reports of progress.
_REPORT_EVERY = 2.0


@dataclass
class Item:
    """One user with something to do, or to report."""

    name: str
    where: Any
    declaration: dict = field(repr=False)
    plan: Plan = field(default_factory=Plan)
    done: list = field(default_factory=list)
    error: MattermostError | None = None
    pruned: bool = False


@dataclass
class RosterPlan(Plan):
    """The plans of all users that differ. ``total`` counts the users of the roster."""

    looks_again: bool = False  # every user is looked at again on its own
    concurrency: int = 1
    stops_on_error: bool = False
    items: list = field(default_factory=list)
    failed: list = field(default_factory=list)
    prunable: list = field(default_factory=list)
    total: int = 0
    executed: bool = False

    @property
    def changed(self) -> bool:
        return any(item.done for item in self.items) if self.executed else bool(self.items)

    @property
    def operations(self) -> list:
        """Each operation once, in the order of first use."""
        return list(
            dict.fromkeys(name for item in self.items for name in (item.done if self.executed else item.plan.operations))
        )

    @property
    def failure(self) -> str:
        if not self.failed:
            return ""
        first = self.failed[0]
        return (
            f"{len(self.failed)} of {self.total} users could not be brought to the declared state, the first of them "
            f"{first.name} ({first.where}): {first.error}"
        )

    @property
    def diff(self) -> list:
        return [item.plan.diff for item in self.items]

    @property
    def shown_diff(self) -> list:
        return [as_text(item.name, item.plan.diff) for item in self.items]

    def execute(self, client) -> None:
        """Carry out the plans, ``concurrency`` users at a time. Errors are kept with their users."""
        stop = threading.Event()
        progress = _Progress(client, len(self.items))
        service = UserService()

        def carry(item):
            if stop.is_set():
                return
            try:
                item.done = carry_out(service, client, item.declaration, item.plan)
            except MattermostError as error:
                item.error, item.done = error, error.done
                if self.stops_on_error:
                    stop.set()
            progress.step()

        self.executed = True
        with ThreadPoolExecutor(self.concurrency) as pool:
            list(pool.map(carry, self.items))
        self.failed += [item for item in self.items if item.error]


class RosterService(Service):
    """Brings all users of a roster to their declared state. ``spec`` is the argument spec of an entry."""

    def __init__(self, spec: dict):
        self._spec = spec
        self._user = UserService()

    def plan(self, client, declaration: dict) -> RosterPlan:
        entries = self._entries(declaration)
        self._check(entries)
        plan = RosterPlan(
            concurrency=declaration["concurrency"], stops_on_error=declaration["on_error"] == "stop", total=len(entries)
        )
        # Lists of all users are read once: the local socket has no look-up by names, and nothing else has one by addresses.
        by_chunk = not client.transport.local and all(
            entry.options["user_id"] or entry.options["username"] for entry in entries
        )
        size = LARGEST_LOOKUP if by_chunk else len(entries)
        chunks = [entries[start : start + size] for start in range(0, len(entries), size)] if entries else []
        # While one chunk is planned, the next are on their way.
        workers = min(_READS_AHEAD, declaration["concurrency"])
        with closing(as_they_come(workers, partial(_find, client, declaration), chunks)) as coming:
            for chunk, found in zip(chunks, coming):
                self._plan_chunk(client, declaration, zip(chunk, found), plan)
        if declaration["prune"] != "none":
            self._plan_prune(client, declaration, entries, plan)
        return plan

    def _entries(self, declaration) -> list:
        if declaration["src"]:
            return read_roster(declaration["src"], declaration["columns"], self._spec)
        checker = EntryChecker(self._spec, {})
        return [
            Entry(where, checker.check(options, where))
            for where, options in ((f"users[{index}]", user) for index, user in enumerate(declaration["users"]))
        ]

    @staticmethod
    def _check(entries):
        """Everything that can be found wrong without the server, before anything is sent."""
        first: dict = {}
        for entry in entries:
            options = entry.options
            if not (options["username"] or options["user_id"] or options["email"]):
                raise InvalidInput(f"{entry.where}: an entry needs username, user_id or email")
            try:
                check_declaration(options)
            except InvalidInput as error:
                raise InvalidInput(f"{entry.where}: {error.reason}", error.remedy) from None
            for name in ("username", "user_id", "email"):
                if options[name]:
                    other = first.setdefault((name, options[name]), entry)
                    if other is not entry:
                        raise InvalidInput(
                            f"{entry.where}: {name} {options[name]} is also that of {other.where}",
                            "Every user may be there once",
                        )

    def _plan_chunk(self, client, declaration, entries, plan):
        with ThreadPoolExecutor(declaration["concurrency"]) as pool:
            observed = [
                (
                    entry,
                    pool.submit(self._user.look, client, entry.options, user)
                    if needs_a_look(client, entry.options, user)
                    else self._user.glance(client, user),
                )
                for entry, user in entries
                if user is None or not plainly_as_declared(entry.options, user)
            ]
        for entry, observation in observed:
            try:
                seen = observation if isinstance(observation, Seen) else observation.result()
                self._plan_user(declaration, entry, seen, plan)
            except InvalidInput as error:
                name = entry.options["username"] or entry.options["email"] or entry.options["user_id"]
                plan.failed.append(Item(name, entry.where, entry.options, error=error))

    def _plan_user(self, declaration, entry, observation, plan):
        options = entry.options
        if (
            observation.user is None
            and declaration["missing_password"] == "random"  # noqa: S105  the name of a policy
            and not (options["password"] or options["auth_service"])
        ):
            # Nobody shall know it: the user sets another one by a password reset.
            options["password"] = unknown_password()
        user_plan = plan_user(options, observation)
        if not (user_plan.steps or user_plan.warnings or user_plan.unknown):
            return
        name = (observation.user or options)["username"]
        plan.warnings += [f"{name}: {warning}" for warning in user_plan.warnings]
        plan.unknown += [option for option in user_plan.unknown if option not in plan.unknown]
        if user_plan.changed:
            plan.items.append(Item(name, entry.where, options, user_plan))

    def _plan_prune(self, client, declaration, entries, plan):
        known = {(name, entry.options[name]) for entry in entries for name in ("username", "user_id", "email")}
        scope = declaration["prune_scope"] or {}
        users = [user for user in client.pages("get_users", active=True) if not user["delete_at"]]
        in_scope = [user for user in users if _in_scope(user, scope)]
        strangers = [
            user
            for user in in_scope
            if not known & {("username", user["username"]), ("user_id", user["id"]), ("email", user["email"])}
        ]
        caller = None if client.transport.local else client.who_am_i()["id"]
        strangers = [user for user in strangers if not user.get("is_bot") and user["id"] != caller]
        going = {user["id"] for user in strangers}
        admins = [user for user in users if _is_admin(user)]
        if admins and all(user["id"] in going for user in admins):
            # The server would be left without anybody who can administer it.
            keep = min(admins, key=lambda user: user["create_at"])
            strangers = [user for user in strangers if user["id"] != keep["id"]]
            plan.warnings.append(f"prune: {keep['username']} is not deactivated, as no other administrator would be left")
        plan.prunable = [user["username"] for user in strangers]
        if declaration["prune"] == "report":
            return
        _brake(declaration["max_prune"], strangers, in_scope)
        for user in strangers:
            options = {
                **{name: option.get("default") for name, option in self._spec.items()},
                "user_id": user["id"],
                "state": "inactive",
            }
            plan.items.append(
                Item(user["username"], "prune", options, plan_user(options, self._user.glance(client, user)), pruned=True)
            )

    def read_back(self, client, plan) -> dict:
        done = {
            item.plan.predicted["username"]: item for item in plan.items if not item.error and item.done and item.plan.predicted
        }
        users = by_usernames(client, list(done), plan.concurrency)
        for user in users:
            item = done[user["username"]]
            plan.warnings += [f"{item.name}: {text}" for text in deviations(item.plan, user)]
            item.plan.predicted = user
        return self._returned(plan, [item for item in plan.items if item.done])

    def predict(self, plan) -> dict:
        return self._returned(plan, plan.items)

    @staticmethod
    def _returned(plan, items) -> dict:
        failed = {id(item) for item in plan.failed}
        kinds = Counter(_kind(item) for item in items if id(item) not in failed)
        return {
            "users": [
                {
                    "username": item.name,
                    "user_id": _user_id(item),
                    "change": _kind(item),
                    "operations": item.done or item.plan.operations,
                    "before": item.plan.before,
                    "after": item.plan.after,
                }
                for item in items
                if id(item) not in failed
            ],
            "counts": {
                "total": plan.total,
                **{kind: kinds[kind] for kind in ("created", "updated", "deactivated", "deleted", "pruned")},
                "failed": len(plan.failed),
                "unchanged": plan.total
                - len([item for item in plan.items if not item.pruned])
                - len([item for item in plan.failed if not item.plan.changed]),
            },
            "failures": [
                {
                    "username": item.name,
                    "where": str(item.where),
                    "msg": str(item.error),
                    "operations": item.done,
                    "error": item.error.details(),
                }
                for item in plan.failed
            ],
            "prunable": plan.prunable,
        }


class _Progress:
    """Reports how far a long run is, every few seconds."""

    def __init__(self, client, total):
        self._report = client.report
        self._total = total
        self._done = 0
        self._started = self._reported = time.monotonic()
        self._lock = threading.Lock()

    def step(self):
        with self._lock:
            self._done += 1
            now = time.monotonic()
            if now - self._reported < _REPORT_EVERY:
                return
            self._reported = now
            rate = self._done / (now - self._started)
            self._report(
                f"{self._done} of {self._total} users, {rate:.0f} per second, {(self._total - self._done) / rate:.0f} s left"
            )


def _named_by(client, options: dict) -> tuple:
    """The option that names the account, and its value."""
    if options["user_id"] == ME:
        return "user_id", caller_id(client, "user_id")
    kind = "user_id" if options["user_id"] else "username" if options["username"] else "email"
    return kind, options[kind]


def _find(client, declaration: dict, entries: list) -> list:
    """The accounts of the entries, in their order; ``None`` for those that do not exist."""
    names = [_named_by(client, entry.options) for entry in entries]
    if client.transport.local:
        by_id = by_name = by_email = list(client.pages("get_users"))
    else:
        workers = declaration["concurrency"]
        by_id = by_ids(client, [value for kind, value in names if kind == "user_id"], workers)
        by_name = by_usernames(client, [value for kind, value in names if kind == "username"], workers)
        by_email = by_emails(client, [value for kind, value in names if kind == "email"], workers)
    found = {
        "user_id": {user["id"]: user for user in by_id},
        "username": {user["username"]: user for user in by_name},
        "email": {user["email"].lower(): user for user in by_email},
    }
    return [found[kind].get(value) for kind, value in names]


def _in_scope(user: dict, scope: dict) -> bool:
    if scope.get("auth_service") is not None and user["auth_service"] != scope["auth_service"].replace("email", ""):
        return False
    if scope.get("role") and scope["role"] not in user["roles"].split():
        return False
    if scope.get("email_domain") and not user["email"].endswith("@" + scope["email_domain"].lower().lstrip("@")):
        return False
    return not scope.get("username_pattern") or fnmatch.fnmatchcase(user["username"], scope["username_pattern"])


def _is_admin(user: dict) -> bool:
    return "system_admin" in user["roles"].split()


def _brake(limit: str, strangers: list, in_scope: list) -> None:
    """Stop before anything is sent if more accounts would go than the user wants to believe."""
    try:
        number = float(limit.rstrip("%"))
        if number < 0:
            raise ValueError
    except ValueError:
        raise InvalidInput(f"max_prune: {limit!r} is no number or percentage", "Examples are 5 and 10%") from None
    allowed = len(in_scope) * number / 100 if limit.endswith("%") else number
    if len(strangers) > allowed:
        names = ", ".join(user["username"] for user in strangers[:10]) + (", ..." if len(strangers) > 10 else "")
        raise InvalidInput(
            f"max_prune: {len(strangers)} of {len(in_scope)} accounts would be deactivated ({names}), "
            f"but at most {limit} are allowed",
            "Check the roster and prune_scope with prune: report, or raise max_prune",
        )


def _kind(item: Item) -> str:
    if item.pruned:
        return "pruned"
    state = item.plan.after.get("state")
    if state == "absent":
        return "deleted"
    if state == "inactive":
        return "deactivated"
    return "created" if item.plan.before.get("state") == "absent" else "updated"


def _user_id(item: Item) -> Any:
    if item.plan.predicted:
        return item.plan.predicted["id"]
    return item.plan.steps[0].arguments.get("user_id")
