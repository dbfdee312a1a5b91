# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many users at once: a roster is read in chunks, planned user by user with the planner of mm_user, and carried out
with bounded concurrency.
"""

from __future__ import annotations

import datetime
import re
import threading
import time
import traceback
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import (
    InvalidInput,
    MattermostError,
    ServerUnreachable,
    Stopped,
    UnforeseenError,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._plan import Plan, Service, as_text, carry_out
from ansible_collections.mmops.mattermost.plugins.module_utils._services.account import (
    is_active,
    is_bot,
    other_administrators,
    stops_administrating,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._services.identity import ME, caller_id
from ansible_collections.mmops.mattermost.plugins.module_utils._services.lookup import (
    LARGEST_LOOKUP,
    as_they_come,
    by_emails,
    by_ids,
    by_usernames,
    check_concurrency,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_columns import Unusable
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_entry import (
    ENTRY_OPTIONS,
    WARN_BEFORE_END,
    Entry,
    EntryChecker,
    ListPlace,
    settle,
    texts_in,
    unsendable,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_file import (
    EMPTY_ROSTER,
    RosterFile,
    read_roster,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_passwords import (
    Passwords,
    forget_password,
    save_password,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_prune import (
    EVERYBODY,
    brake,
    limit_of,
    scope_of,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._services.user import UserService, needs_a_look
from ansible_collections.mmops.mattermost.plugins.module_utils._services.user_fields import USER_OPTIONS, check_declaration
from ansible_collections.mmops.mattermost.plugins.module_utils._services.user_plan import (
    deviations,
    plainly_as_declared,
    plan_user,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._services.user_seen import Seen

#: How many chunks are read at a time. More would only wait for each other.
_READS_AHEAD = 2

#: Users in a row for which the server cannot be reached. Then no further one is begun.
LONGEST_ABSENCE = 5

#: How many names a warning shows.
_SHOWN = 10

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
    user: dict | None = None  # the account before the change
    password_path: str = ""  # the file for the password that was chosen for the user

    @property
    def takes_an_administrator(self) -> bool:
        """Whether an administrator is one no longer afterwards."""
        return stops_administrating(self.user, self.plan.predicted)


@dataclass
class RosterPlan(Plan):
    """The plans of all users that differ. ``total`` counts the users of the roster."""

    looks_again: bool = False  # every user is looked at again on its own
    concurrency: int = 1
    stops_on_error: bool = False
    items: list = field(default_factory=list)
    failed: list = field(default_factory=list)
    prunable: list = field(default_factory=list)
    missing: list = field(default_factory=list)  # entries to be inactive or absent that name nobody
    expiring: list = field(default_factory=list)
    total: int = 0
    executed: bool = False
    not_begun: int = 0
    tracebacks: list = field(default_factory=list)

    def complete(self) -> None:
        for item in self.items:
            item.plan.complete()

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
        # What became of this one is among the failures; the message is about all of them.
        cause = str(first.error).replace(first.error.consequence, "").rstrip()
        text = (
            f"{len(self.failed)} of {self.total} users could not be brought to the declared state, the first of them "
            f"{first.name} ({first.where}): {cause}"
        )
        if self.not_begun:
            text += (
                f" As the server could not be reached for {LONGEST_ABSENCE} users in a row, {self.not_begun} others were not "
                "begun."
            )
        doubtful = len([item for item in self.failed if item.error.outcome_unknown])
        if doubtful:
            text += f" {doubtful} of those who failed may have been changed."
        changed = len([item for item in self.items if item.done]) if self.executed else 0
        if changed or not doubtful:
            text += f" {changed} users were changed." if changed else " Nothing was changed."
        return f"{text} The next run does what is missing."

    @property
    def diff(self) -> list:
        return [item.plan.diff for item in self.items]

    @property
    def shown_diff(self) -> list:
        return [as_text(item.name, item.plan.diff) for item in self.items]

    def execute(self, client) -> None:
        """Carry out the plans, ``concurrency`` users at a time. Errors are kept with their users."""
        stop = threading.Event()
        away = _Away()
        progress = _Progress(client, len(self.items))
        service = UserService()

        def carry(item):
            if stop.is_set():
                return
            try:
                save_password(item.password_path, item.declaration["password"])
                item.done = carry_out(service, client, item.declaration, item.plan)
            except MattermostError as error:
                item.error, item.done = error, error.done
                if not (error.done or error.outcome_unknown):
                    forget_password(item.password_path)
            except Exception as error:  # that of one user must not hide what became of the others
                item.error = UnforeseenError(error)
                self.tracebacks.append(traceback.format_exc())
            if away.counts(item.error) or (item.error and (self.stops_on_error or isinstance(item.error, Stopped))):
                stop.set()
            progress.step()

        self.executed = True
        with ThreadPoolExecutor(self.concurrency) as pool:
            try:
                list(pool.map(carry, self.items))
            except BaseException:
                stop.set()  # else the pool would go on before it lets go
                raise
        self.failed += [item for item in self.items if item.error]
        if away.long:
            self.not_begun = len([item for item in self.items if not (item.error or item.done)])


class RosterService(Service):
    """Brings all users of a roster to their declared state. ``today`` tells the date."""

    def __init__(self, today=lambda: datetime.datetime.now(datetime.timezone.utc).date()):
        self._user = UserService()
        self._today = today

    def plan(self, client, declaration: dict) -> RosterPlan:
        check_concurrency(declaration["concurrency"])
        scope, limit = scope_of(declaration["prune_scope"]), limit_of(declaration["max_prune"])
        self._passwords = Passwords(declaration)
        roster = self._roster(declaration)
        entries = roster.entries
        plan = RosterPlan(
            concurrency=declaration["concurrency"], stops_on_error=declaration["on_error"] == "stop", total=len(entries)
        )
        self._check(roster, plan)
        plan.warnings += roster.warnings
        # Lists of all users are read once: the local socket has no look-up by names, and nothing else has one by addresses.
        by_chunk = not client.transport.local and all(
            entry.options["user_id"] or entry.options["username"] for entry in entries
        )
        size = LARGEST_LOOKUP if by_chunk else len(entries)
        chunks = [entries[start : start + size] for start in range(0, len(entries), size)] if entries else []
        owners: dict = {}
        # While one chunk is planned, the next are on their way.
        workers = min(_READS_AHEAD, declaration["concurrency"])
        with closing(as_they_come(workers, partial(_find, client, declaration), chunks)) as coming:
            for chunk, found in zip(chunks, coming):
                _check_owners(roster, owners, chunk, found)
                self._plan_chunk(client, declaration, zip(chunk, found), plan)
        self._report_missing(declaration["missing"], plan)
        if declaration["prune"] in ("report", "deactivate"):
            self._plan_prune(client, declaration, entries, scope, limit, plan)
        elif declaration["prune_scope"] != {**dict.fromkeys(declaration["prune_scope"]), **EVERYBODY}:
            plan.warnings.append("prune_scope has no effect without prune")
        self._keep_an_administrator(client, plan)
        return plan

    @staticmethod
    def _roster(declaration) -> RosterFile:
        defaults = {name: value for name, value in (declaration["defaults"] or {}).items() if value is not None}
        try:
            check_declaration(EntryChecker(ENTRY_OPTIONS, defaults).check({}))
        except InvalidInput as error:
            raise InvalidInput(f"defaults: {error.reason}", error.remedy) from None
        src, users, columns = declaration["src"], declaration["users"], declaration["columns"] or {}
        if src:
            return read_roster(src, columns, ENTRY_OPTIONS, declaration["delimiter"], defaults)
        if src is not None:
            raise InvalidInput("src is empty", "Give the path of a roster file, or users")
        for option in ("columns", "delimiter"):
            if declaration[option]:
                raise InvalidInput(f"{option} counts only for the file that src names", "Leave it out")
        if not users:
            raise InvalidInput("users is empty", EMPTY_ROSTER)
        checker = EntryChecker(ENTRY_OPTIONS, defaults)
        roster = RosterFile()
        for position, user in enumerate(users):
            place = ListPlace("users", position)
            try:
                if unsendable(user):
                    raise Unusable("", "a text holds a character that cannot be sent")
                roster.entries.append(Entry(place, checker.check(user)))
            except Unusable as error:
                raise InvalidInput(f"{place.of(error.key) if error.key else place}: {error.reason}", error.remedy) from None
        return roster

    def _check(self, roster, plan):
        """Everything that can be found wrong without the server, before anything is sent."""
        first: dict = {}
        today = self._today()
        for entry in roster.entries:
            options = entry.options
            if not (options["username"] or options["user_id"] or options["email"]):
                raise InvalidInput(f"{roster.place(entry)}: an entry needs username, user_id or email")
            try:
                plan.warnings += [f"{entry.where}: {warning}" for warning in check_declaration(options)]
                if options["expires_on"] is not None or options["delete_at"] is not None:
                    _note_end(entry, settle(options, today), plan)
            except Unusable as error:
                raise InvalidInput(f"{roster.place(entry, error.key)}: {error.reason}", error.remedy) from None
            except InvalidInput as error:
                raise _without_values(roster, entry, error) from None
            for name in ("username", "user_id", "email"):
                if options[name]:
                    other = first.setdefault((name, options[name]), entry)
                    if other is not entry:
                        raise InvalidInput(
                            f"{roster.place(entry, name)}: this {name} is also that of {other.where}",
                            "List every user only once",
                        )

    @staticmethod
    def _report_missing(policy, plan):
        if not plan.missing or policy == "ignore":
            return
        if policy == "fail":
            plan.failed += [
                Item(_name(entry), entry.where, entry.options, error=InvalidInput("missing: nobody has this name"))
                for entry in plan.missing
            ]
            return
        shown = ", ".join(f"{_name(entry)} ({entry.where})" for entry in plan.missing[:_SHOWN])
        more = ", ..." if len(plan.missing) > _SHOWN else ""
        plan.warnings.append(
            f"missing: nobody has the name of {len(plan.missing)} who should be inactive or absent: {shown}{more}. "
            "Correct the names, or set missing to ignore"
        )

    @staticmethod
    def _keep_an_administrator(client, plan):
        """Entries that are right one by one may together leave nobody who can administer the system."""
        leaving = [item for item in plan.items if item.takes_an_administrator]
        if not leaving:
            return
        users = client.pages("get_users", role="system_admin", active=True)
        if not other_administrators(users, [item.user for item in leaving]):
            last = leaving[-1]
            raise InvalidInput(
                f"{last.where}: {last.name} is the last administrator, and no other would be left",
                "Make somebody else an administrator first, in a run before this one",
            )

    def _plan_chunk(self, client, declaration, entries, plan):
        entries = list(entries)
        for entry, user in entries:
            self._passwords.choose(entry.options, user)
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
                plan.failed.append(Item(_name(entry), entry.where, entry.options, error=error))

    def _plan_user(self, declaration, entry, observation, plan):
        options = entry.options
        if observation.user is None and options["state"] != "present" and options["expires_on"] is None:
            plan.missing.append(entry)
            return
        user_plan = plan_user(options, observation)
        if not (user_plan.steps or user_plan.warnings or user_plan.unknown):
            return
        name = (observation.user or options)["username"]
        for warning in user_plan.warnings:
            is_about_all = warning == observation.login_warning
            if not is_about_all or warning not in plan.warnings:
                plan.warnings.append(warning if is_about_all else f"{name}: {warning}")
        plan.unknown += [option for option in user_plan.unknown if option not in plan.unknown]
        if user_plan.changed:
            path = self._passwords.path_of(options)
            plan.items.append(Item(name, entry.where, options, user_plan, user=observation.user, password_path=path))

    def _plan_prune(self, client, declaration, entries, scope, limit, plan):
        known = {(name, entry.options[name]) for entry in entries for name in ("username", "user_id", "email")}
        users = [user for user in client.pages("get_users", active=True) if is_active(user)]
        in_scope = [user for user in users if scope.holds(user)]
        if users and not in_scope:
            plan.warnings.append("prune_scope: there is no active account that it could mean")
        strangers = [
            user
            for user in in_scope
            if not known & {("username", user["username"]), ("user_id", user["id"]), ("email", user["email"].lower())}
        ]
        caller = None if client.transport.local else client.who_am_i()["id"]
        strangers = [user for user in strangers if not is_bot(user) and user["id"] != caller]
        leaving = [item.user for item in plan.items if item.takes_an_administrator]
        administrators = other_administrators(strangers, [])
        if administrators and not other_administrators(users, [*strangers, *leaving]):
            # The server would be left without anybody who can administer it.
            keep = min(administrators, key=lambda user: user["create_at"])
            strangers = [user for user in strangers if user["id"] != keep["id"]]
            plan.warnings.append(f"prune: {keep['username']} is not deactivated, as no other administrator would be left")
        plan.prunable = [user["username"] for user in strangers]
        if declaration["prune"] == "report":
            return
        brake(limit, strangers, in_scope)
        nothing = {name: option.get("default") for name, option in USER_OPTIONS.items()}
        for user in strangers:
            options = {**nothing, "user_id": user["id"], "state": "inactive"}
            user_plan = plan_user(options, self._user.glance(client, user))
            plan.items.append(Item(user["username"], "prune", options, user_plan, pruned=True, user=user))

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
        return self._returned(plan, [item for item in plan.items if item.done] if plan.executed else plan.items)

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
            "missing": [{"username": _name(entry), "where": str(entry.where)} for entry in plan.missing],
            "expiring": plan.expiring,
        }


class _Away:
    """Counts users in a row for which the server could not be reached. Threads share it."""

    def __init__(self):
        self._row = 0
        self._lock = threading.Lock()
        self.long = False

    def counts(self, error: MattermostError | None) -> bool:
        """Note what became of a user; tells whether the server has been away for too long."""
        absent = isinstance(error, ServerUnreachable) or (error is not None and error.transient)
        with self._lock:
            self._row = self._row + 1 if absent else 0
            self.long = self.long or self._row >= LONGEST_ABSENCE
            return self.long


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


def _check_owners(roster, owners: dict, entries: list, found: list) -> None:
    """Two entries for one account, by a name and by an address, would contradict each other in every run."""
    for entry, user in zip(entries, found):
        if user is not None:
            other = owners.setdefault(user["id"], entry)
            if other is not entry:
                raise InvalidInput(
                    f"{roster.place(entry)}: this is the account {user['username']}, which is also that of {other.where}",
                    "List every user only once",
                )


def _name(entry) -> str:
    return entry.options["username"] or entry.options["email"] or entry.options["user_id"]


def _note_end(entry, days, plan) -> None:
    if days is None or entry.options["state"] == "absent" or days > WARN_BEFORE_END:
        return
    end = entry.options["expires_on"].strip()
    plan.expiring.append({"username": _name(entry), "expires_on": end, "days_left": max(days, 0), "where": str(entry.where)})
    if days > 0:
        plan.warnings.append(f"expires_on: {_name(entry)} ({entry.where}) becomes inactive on {end}, in {days} days")


def _without_values(roster, entry, error) -> InvalidInput:
    """The refusal of an entry with the place of the option, and without its value, which may be in the wrong column."""
    reason = error.reason
    for text in texts_in(entry.options):
        reason = reason.replace(repr(text), "this value")
    option = re.match(r"[a-z_]*", reason).group()  # type: ignore[union-attr]
    where = roster.place(entry, option if option in entry.options else "")
    return InvalidInput(f"{where}: {reason}", error.remedy)


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
