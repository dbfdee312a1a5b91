# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Control surface for tests: faults on demand, a journal of requests, the mails. See README.md."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from . import bodies
from .basics import new_id
from .call import Call, Response, done, reply
from .errors import ApiError
from .router import OPERATIONS

PREFIX = "/__control__/"
JOURNAL_SIZE = 100_000
KINDS = ("delay", "drop_before", "drop_after", "status", "truncated", "not_json", "broken_json", "other_json", "refused")
FIELDS = {
    "kind": str,
    "operation": str,
    "method": str,
    "path": str,
    "count": int,
    "skip": int,
    "seconds": (int, float),
    "status": int,
    "effect": bool,
    "headers": dict,
}
REASONS = {502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout"}
REFUSAL = "Refused on demand."
PAGE = "<html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>\n"


class BadRequest(ValueError):
    """The test asks for something that does not exist."""


@dataclass
class Fault:
    """Something that should go wrong with the next matching requests."""

    kind: str
    operation: str | None = None
    method: str | None = None
    path: str | None = None
    count: int = 1  # how often; -1: until it is removed
    skip: int = 0  # let so many requests that fit pass first
    seconds: float = 0
    status: int = 503
    effect: bool = False  # where the answer is replaced: whether the request takes effect
    headers: dict[str, str | None] = field(default_factory=dict)  # null: leave out one that is there by default
    id: str = field(default_factory=new_id)

    def fits(self, operation: str | None, method: str, path: str) -> bool:
        """Whether a request is one of those that should fail."""
        return (
            (self.operation is None or self.operation == operation)
            and (self.method is None or self.method == method)
            and (self.path is None or fnmatchcase(path, self.path))
        )

    @property
    def before(self) -> float:
        """Seconds to wait before the request is looked at."""
        return self.seconds if self.kind == "delay" else 0

    @property
    def cuts_answer(self) -> bool:
        """Whether the answer ends in the middle."""
        return self.kind == "truncated"

    def change(self, answer: Callable[[], Response]) -> Response | None:
        """What is sent in place of the answer; None: the connection is closed. Calling `answer` has the effect."""
        if self.kind == "drop_before":
            return None
        if self.kind in ("delay", "truncated"):
            return answer()
        if self.kind == "drop_after" or self.effect:
            answer()
        if self.kind == "drop_after":
            return None
        if self.kind == "not_json":
            return self._respond(200, PAGE.format("Welcome"), "text/html", {})
        if self.kind == "broken_json":
            return self._respond(200, '{"id": "', "application/json", {})
        if self.kind == "other_json":
            return self._respond(200, '{"result": "Welcome"}', "application/json", {})
        if self.kind == "refused":
            return reply(ApiError("fake_mattermost.refused", self.status, REFUSAL).body(None), self.status)
        if self.status == 429:
            wait = str(max(1, round(self.seconds)))
            return self._respond(
                429,
                "limit exceeded\n",
                "text/plain",
                {"Retry-After": wait, "X-Ratelimit-Limit": "101", "X-Ratelimit-Remaining": "0", "X-Ratelimit-Reset": wait},
            )
        title = f"{self.status} {REASONS.get(self.status, 'Error')}"
        return self._respond(self.status, PAGE.format(title), "text/html", {})

    def _respond(self, status: int, text: str, media_type: str, defaults: dict[str, str]) -> Response:
        headers = {name: value for name, value in {**defaults, **self.headers}.items() if value is not None}
        return Response(text, status, headers, media_type)


class Control:
    """Faults that wait to happen, and the journal."""

    def __init__(self, outbox):
        self._outbox = outbox
        self._faults: list[Fault] = []
        self._journal: deque[dict] = deque(maxlen=JOURNAL_SIZE)

    # ---- for the server --------------------------------------------------
    def fault_for(self, operation: str | None, method: str, path: str) -> Fault | None:
        """The fault of a request. The oldest one that fits counts down."""
        for fault in self._faults:
            if not fault.fits(operation, method, path):
                continue
            if fault.skip:
                fault.skip -= 1
                continue
            if fault.count > 0:
                fault.count -= 1
            if not fault.count:
                self._faults.remove(fault)
            return fault
        return None

    def note(self, call: Call, operation: str | None, status: int | None) -> None:
        """Write a request into the journal; no status means that the connection was closed."""
        self._journal.append(
            {"method": call.method, "path": call.path, "operation": operation, "status": status, "local": call.local}
        )

    # ---- for tests -----------------------------------------------------------
    def answer(self, call: Call) -> Response:
        """A request to the control surface."""
        handler = {
            ("POST", "faults"): self._add_fault,
            ("GET", "faults"): lambda call: reply([asdict(fault) for fault in self._faults]),
            ("DELETE", "faults"): lambda call: self._clear(self._faults),
            ("GET", "requests"): self._requests,
            ("DELETE", "requests"): lambda call: self._clear(self._journal),
            ("GET", "mails"): lambda call: reply(self._outbox.listing()),
        }.get((call.method, call.path[len(PREFIX) :]))
        if handler is None:
            return reply({"error": "there is no such request"}, 404)
        try:
            return handler(call)
        except BadRequest as error:
            return reply({"error": str(error)}, 400)

    def add(self, fault: Fault) -> None:
        """Let something go wrong."""
        self._faults.append(fault)

    def _add_fault(self, call: Call) -> Response:
        fault = _fault(bodies.anything(call.body))
        self.add(fault)
        return reply(asdict(fault), 201)

    def _requests(self, call: Call) -> Response:
        counts = Counter(entry["operation"] or "unknown" for entry in self._journal)
        return reply({"total": len(self._journal), "counts": counts, "requests": list(self._journal)})

    @staticmethod
    def _clear(things) -> Response:
        things.clear()
        return done()


def _fault(body: dict[str, Any]) -> Fault:
    """The fault that a body describes."""
    for name, value in body.items():
        if name not in FIELDS:
            raise BadRequest(f"there is no field {name}; there are {', '.join(FIELDS)}")
        if not isinstance(value, FIELDS[name]):
            raise BadRequest(f"{name} is of the wrong type")
    fault = Fault(**{"kind": "", **body})
    if fault.kind not in KINDS:
        raise BadRequest("kind is one of " + ", ".join(KINDS))
    if fault.operation is not None and all(entry.name != fault.operation for entry in OPERATIONS):
        raise BadRequest(f"there is no operation {fault.operation}")
    if not (fault.operation or fault.path):
        raise BadRequest("give operation or path")
    return fault
