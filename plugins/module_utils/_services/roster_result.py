# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plans for the users of a roster, how they are carried out side by side, and what became of each."""

from __future__ import annotations

import threading
import time
import traceback
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import (
    MattermostError,
    ServerUnreachable,
    Stopped,
    UnforeseenError,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._api.protocol import ApiClient
from ansible_collections.mmops.mattermost.plugins.module_utils._plan import Plan, as_text, carry_out
from ansible_collections.mmops.mattermost.plugins.module_utils._services.account import stops_administrating
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_entry import Entry
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_memberships import Delivery
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_passwords import forget_password, save_password
from ansible_collections.mmops.mattermost.plugins.module_utils._services.user import UserService
from ansible_collections.mmops.mattermost.plugins.module_utils._services.user_limit import LEAVES, effect_on_seats
from ansible_collections.mmops.mattermost.plugins.module_utils._services.verdict import verdict

#: Users in a row for which the server cannot be reached. Then no further one is begun.
LONGEST_ABSENCE = 5

_CREATE = "create_user"

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
    moves: list = field(default_factory=list)  # between teams and channels
    user: dict | None = None  # the account before the change
    password_path: str = ""  # the file for the password that was chosen for the user

    @property
    def planned(self) -> list:
        """The operations of the plan."""
        return [*self.plan.operations, *(move.operation for move in self.moves)]

    @property
    def takes_an_administrator(self) -> bool:
        """Whether an administrator is one no longer afterwards."""
        return stops_administrating(self.user, self.plan.predicted)

    @property
    def effect_on_seats(self) -> str:
        """Whether it takes one of the places that a server without a licence has for active users, or frees one."""
        return effect_on_seats(self.user, self.plan.predicted)


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
    leavers_first: bool = False  # there is no place for those who come before others have left
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
        return list(dict.fromkeys(name for item in self.items for name in (item.done if self.executed else item.planned)))

    @property
    def failure(self) -> str:
        if not self.failed:
            return ""
        aside = ""
        if self.not_begun:
            absence = f"As the server could not be reached for {LONGEST_ABSENCE} users in a row"
            aside = f"{absence}, {self.not_begun} others were not begun."
        changed = len([item for item in self.items if item.done]) if self.executed else 0
        claim = f"{len(self.failed)} of {self.total} users could not be brought to the declared state"
        return verdict(claim, self.failed, changed, "user", aside)

    @property
    def diff(self) -> list:
        return [item.plan.diff for item in self.items]

    @property
    def shown_diff(self) -> list:
        return [as_text(item.name, item.plan.diff) for item in self.items]

    def _turns(self) -> list:
        """The items in groups, each of which is complete before the next begins."""
        if not self.leavers_first:
            return [self.items]
        leaving = [item for item in self.items if item.effect_on_seats == LEAVES]
        return [leaving, [item for item in self.items if item.effect_on_seats != LEAVES]]

    def execute(self, client: ApiClient) -> None:
        """Carry out the plans, ``concurrency`` users at a time. Errors are kept with their users."""
        stop = threading.Event()
        away = _Away()
        progress = _Progress(client, len([item for item in self.items if item.plan.steps]))
        service = UserService()

        def carry(item):
            if stop.is_set():
                return
            try:
                save_password(item.password_path, item.declaration["password"])
                item.done = _bring(service, client, item)
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
                for items in self._turns():
                    list(pool.map(carry, [item for item in items if item.plan.steps]))
            except BaseException:
                stop.set()  # else the pool would go on before it lets go
                raise
        if not stop.is_set():
            self._deliver(client, stop)
        self.failed += [item for item in self.items if item.error]
        if away.long:
            self.not_begun = len([item for item in self.items if not (item.error or item.done)])

    def _deliver(self, client: ApiClient, stop):
        """Bring the users into their teams and channels."""

        def stopped():
            if self.stops_on_error and any(item.error for item in self.items):
                stop.set()
            return stop.is_set()

        Delivery(client, self.concurrency, stopped).send(self.items)


def _bring(service: UserService, client: ApiClient, item: Item) -> list:
    """Carry out the plan of a user, and return the operations that took effect."""
    # Teams are for all users together, when their accounts are as declared.
    declaration = {**item.declaration, "teams": None}
    done = carry_out(service, client, declaration, item.plan)
    if not item.password_path or _CREATE not in item.plan.operations or _CREATE in done:
        return done
    # Another run was faster, or one that was killed had sent it. The file holds the password of this one.
    declaration["update_password"] = "always"  # noqa: S105  the name of a policy
    try:
        return done + carry_out(service, client, declaration, service.plan(client, declaration))
    except MattermostError as error:
        error.done = [*done, *error.done]
        raise


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

    def __init__(self, client: ApiClient, total):
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


def returned(plan: RosterPlan, items: list[Item]) -> dict:
    failed = {id(item) for item in plan.failed}
    kinds = Counter(_kind(item) for item in items if id(item) not in failed)
    return {
        "users": [
            {
                "username": item.name,
                "user_id": _user_id(item),
                "change": _kind(item),
                "operations": item.done or item.planned,
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
        "missing": [{"username": name_of(entry), "where": str(entry.where)} for entry in plan.missing],
        "expiring": plan.expiring,
    }


def name_of(entry: Entry) -> str:
    return entry.options["username"] or entry.options["email"] or entry.options["user_id"]


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
