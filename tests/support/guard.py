# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The write guard: no task may write unless it says that it changes something.

It reads the journal of a play (``callback_plugins/journal.py`` and ``proxy.py`` write it) and asks of every
task of this collection that the requests which write are exactly those that the task reported in ``operations``:

* in check mode there are none, whatever the result is;
* of a result without a change there are none;
* of a result with a change there are those of ``operations``, in that order;
* of a failure there are those of ``operations``, and perhaps the one that failed;
* of a roster, whose users are worked on side by side, there are those of all its users together, in any order. One request
  may be for many of them.

A request that the transport sent again counts once. A login and a logout prove a password or authenticate, and are
allowed at any time.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.mmops.mattermost.plugins.module_utils._api.operations import OPERATIONS

COLLECTION = "mmops.mattermost."

AUTHENTICATION = frozenset({"/api/v4/users/login", "/api/v4/users/logout"})

#: Statuses after which a request may be sent again.
TURNED_AWAY = frozenset({0, 429, 502, 503, 504})


#: Operations with which a roster changes many users in one request.
FOR_MANY = frozenset({"add_team_members", "add_channel_member"})

#: Modules that write files, and send nothing.
ON_CONTROLLER = frozenset({COLLECTION + "controller_file"})

#: Modules whose result reports the operations of each user, or each token.
FOR_MANY_USERS = frozenset(COLLECTION + name for name in ("mm_users", "mm_user_onboarding", "mm_user_tokens"))


@dataclass(frozen=True)
class Request:
    """A request that the proxy saw."""

    method: str
    path: str
    #: Of the answer; 0 if there was none.
    status: int = 0

    @property
    def writes(self) -> bool:
        if self.method in ("GET", "HEAD", "OPTIONS"):
            return False
        if self.method == "POST" and urlsplit(self.path).path in AUTHENTICATION:
            return False
        # Some POST requests only read. Where several operations fit, the one with the most literal path is meant.
        fitting = [name for name in OPERATIONS if self.carries_out(name)]
        meant = min(fitting, key=lambda name: OPERATIONS[name].path.count("{"), default=None)
        return meant is None or OPERATIONS[meant].writes

    def carries_out(self, operation: str) -> bool:
        """Whether this is a request of that operation."""
        known = OPERATIONS[operation]
        pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(known.path))
        return known.method == self.method and re.fullmatch(pattern, urlsplit(self.path).path) is not None

    def repeats(self, earlier: Request) -> bool:
        """Whether this is the earlier request once more, because that one found no open ear."""
        return (self.method, self.path) == (earlier.method, earlier.path) and earlier.status in TURNED_AWAY

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass
class Task:
    """A task of a play, the requests it sent, and its results: one, or one for each item of a loop."""

    name: str
    module: str
    where: str = ""
    check_mode: bool = False
    items: list[Mapping[str, Any]] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    ended: bool = False

    @property
    def ours(self) -> bool:
        return self.module.startswith(COLLECTION)

    @property
    def asks_a_server(self) -> bool:
        return self.ours and self.module not in ON_CONTROLLER


@dataclass
class Journal:
    """All tasks of a play, in order. ``complete``: the play went to its end."""

    tasks: list[Task] = field(default_factory=list)
    complete: bool = False


def read_journal(lines: Iterable[str]) -> Journal:
    """Parses the journal. Requests before the first task belong to nobody and are left out."""
    entries = [json.loads(line) for line in lines]
    statuses = {entry["number"]: entry["status"] for entry in entries if entry["event"] == "answer"}
    journal = Journal()
    for entry in entries:
        match entry.pop("event"):
            case "task":
                journal.tasks.append(Task(**entry))
            case "request" if journal.tasks:
                status = statuses.get(entry["number"], 0)
                journal.tasks[-1].requests.append(Request(entry["method"], entry["path"], status))
            case "result":
                task = journal.tasks[-1]
                # At its start, a task does not know the values of the templates in its name.
                task.name = entry.get("name") or task.name
                task.check_mode = task.check_mode or entry["check_mode"]
                task.items += entry["items"]
                task.ended = True
            case "end":
                journal.complete = True
    return journal


def _take(operations: list[str], requests: list[Request]) -> tuple[list[str], list[Request]]:
    """Takes the requests of these operations, repetitions included, from the front. Returns what is left of both."""
    for done, operation in enumerate(operations):
        if not requests or not requests[0].carries_out(operation):
            return operations[done:], requests
        taken, requests = requests[0], requests[1:]
        while requests and requests[0].repeats(taken):
            taken, requests = requests[0], requests[1:]
    return [], requests


def _is_judged(operation: str) -> bool:
    """Whether requests of the operation are among those that are judged. The local socket is not behind the proxy."""
    known = OPERATIONS[operation]
    return known.remote and known.path not in AUTHENTICATION


def _label(item: Mapping[str, Any]) -> str:
    label = item.get("_ansible_item_label", item.get("item"))
    return "" if label is None else f" (item {label})"


def _has_failed(item: Mapping[str, Any]) -> bool:
    """Whether an item failed. With ansible-core 2.21, items of a loop do not say so, but only a failure has ``error``."""
    return bool(item.get("failed")) or "failed_when_result" in item or "error" in item


def _judge_item(item: Mapping[str, Any], writes: list[Request]) -> tuple[str, list[Request]]:
    """What is wrong with an item, if anything, and the requests that belong to later items."""
    if item.get("skipped"):
        return "", writes
    failed = _has_failed(item)
    if not item.get("changed") and not failed:
        return "", writes
    if "operations" not in item and not failed:
        return "it changed something, but does not say which operations it carried out", writes
    missing, left = _take([name for name in item.get("operations", []) if _is_judged(name)], writes)
    if missing:
        seen = f"then came {left[0]}" if left else "nothing came"
        return f"it reports the operation {missing[0]}, but {seen}", left
    failing = (item.get("error") or {}).get("operation") if failed else None
    if failing and left and left[0].carries_out(failing):
        left = _take([failing], left)[1]
    return "", left


def _judge_roster(item: Mapping[str, Any], writes: list[Request]) -> tuple[str, list[Request]]:
    """As ``_judge_item``, for a result that reports the operations of each user, or each token."""
    left = [request for number, request in enumerate(writes) if not any(map(request.repeats, writes[:number]))]
    shared: dict[str, list[Request]] = {}  # requests for many users, each of which reports them
    for user in [*item.get("users", item.get("tokens", [])), *item.get("failures", [])]:
        for operation in user.get("operations", []):
            fitting = [request for request in left if request.carries_out(operation)]
            if operation in FOR_MANY:
                fitting = fitting or shared.get(operation, [])
                shared.setdefault(operation, fitting)
            if not fitting:
                return f"it reports the operation {operation} of {user['username']}, but nothing came", left
            if fitting[0] in left:
                left.remove(fitting[0])
    failing = [(failure.get("error") or {}).get("operation") for failure in item.get("failures", [])]
    for operation in filter(None, failing):
        fitting = [request for request in left if request.carries_out(operation)]
        left = [request for request in left if request not in fitting[:1]]
    return "", left


def judge(task: Task) -> list[str]:
    """What is wrong with a task: sentences that name it. Tasks of other collections are left alone."""
    if not task.asks_a_server:
        return []
    name = f"{task.name!r} ({task.module}, {task.where})"
    if not task.ended:
        return [f"{name}: the journal shows no result"]
    writes = [request for request in task.requests if request.writes]
    if task.check_mode:
        return [f"{name}: sent {request} in check mode" for request in writes]
    if any(item.get("censored") and (item.get("changed") or _has_failed(item)) for item in task.items):
        lie = not writes and any(item.get("changed") for item in task.items)
        return [f"{name}: it changed something, but sent nothing that writes"] if lie else []
    problems = []
    judge_one = _judge_roster if task.module in FOR_MANY_USERS else _judge_item
    for item in task.items:
        problem, writes = judge_one(item, writes)
        if problem:
            # The requests after it cannot be told apart any more.
            return [f"{name}{_label(item)}: {problem}"]
    quiet = [item for item in task.items if not item.get("changed") and not _has_failed(item)]
    for request in writes:
        whose = _label(quiet[0]) if len(quiet) == 1 else ""
        problems.append(f"{name}{whose}: sent {request}, which no result reports")
    return problems


def check(path: Path) -> tuple[int, list[str]]:
    """Judges the journal of a play. Returns the number of tasks of this collection and what is wrong."""
    journal = read_journal(path.read_text(encoding="utf-8").splitlines() if path.exists() else [])
    ours = [task for task in journal.tasks if task.ours]
    problems = [problem for task in ours for problem in judge(task)]
    if not journal.complete:
        problems.append("The journal of the play has no end: the callback plugin did not run, or broke off")
    return len(ours), problems
