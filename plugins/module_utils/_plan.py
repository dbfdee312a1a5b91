# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plan, then apply: what every module has in common.

A service looks at the server, and a planner turns what it saw and what was declared into a ``Plan``. ``changed``, the
diff and the predicted result come from the plan alone, in check mode and in a real run, so the two cannot disagree.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import MattermostError, RequestRejected, Stopped
from ansible_collections.mmops.mattermost.plugins.module_utils._api.operations import OPERATIONS
from ansible_collections.mmops.mattermost.plugins.module_utils._api.protocol import ApiClient

#: What a diff shows in place of a secret.
HIDDEN = "(not shown)"


@dataclass(frozen=True)
class Step:
    """One operation to carry out.

    A value of ``arguments`` may be a function: it gets the answers so far, by operation name, and returns the value.
    That is how a step uses what only the server can choose, such as the id of a new user.

    ``if_refused`` is carried out if the server refuses the step, where the steps before it would leave what nobody wants.
    ``consequence`` says then what that has done.

    ``tolerates``: refusals, by the kinds that ``error_meanings`` lists, which say that what the step is for is so already.
    ``repeats_if_lost``: it is sent once more when its answer is lost, as to do it twice does no harm.
    """

    operation: str
    arguments: dict = field(repr=False)  # may hold secrets
    if_refused: Step | None = None
    consequence: str = ""
    tolerates: tuple = ()
    repeats_if_lost: bool = False


@dataclass
class Plan:
    """What brings the server from what it is to what was asked.

    ``before`` and ``after`` hold what changes, by option name, without secrets. ``heading`` names the user whom the diff is
    about. ``predicted`` is the resource as the
    API will return it; what only the server can choose is ``None`` in it. ``unknown`` names declared fields that
    the server does not reveal. ``looks_again``: whether the plan is made again when an answer is lost; not so where
    reading cannot tell what took effect. ``if_lost`` says then what may have become of the steps, and the way out.
    """

    steps: list = field(default_factory=list)
    before: dict = field(default_factory=dict)
    after: dict = field(default_factory=dict)
    predicted: Any = None
    unknown: list = field(default_factory=list)
    warnings: list = field(default_factory=list)
    looks_again: bool = True
    if_lost: str = ""
    heading: str = ""
    #: The answers of the operations that were carried out, by operation name. Not shown: they may hold secrets.
    answers: dict = field(default_factory=dict, repr=False)

    def add(self, operation: str, **arguments) -> None:
        """Append a step."""
        self.steps.append(Step(operation, arguments))

    def note(self, name: str, before, after) -> None:
        """Record a change for the diff."""
        self.before[name] = before
        self.after[name] = after

    def complete(self) -> None:
        """Fill in what only the server could choose, as far as an answer told it."""
        for answer in self.answers.values():
            if self.predicted and isinstance(answer, dict) and answer.get("username") == self.predicted.get("username"):
                known = {name: answer[name] for name, value in self.predicted.items() if value is None and name in answer}
                self.predicted.update(known)

    @property
    def changed(self) -> bool:
        return bool(self.steps)

    @property
    def failure(self) -> str:
        """What went wrong although the rest was done; empty if nothing did."""
        return ""

    @property
    def operations(self) -> list:
        return [step.operation for step in self.steps]

    @property
    def diff(self) -> dict | list:
        return {"before": self.before, "after": self.after}

    @property
    def shown_diff(self) -> dict | list:
        """The diff as Ansible shows it."""
        return as_text(self.heading, self.diff)

    def execute(self, client: ApiClient) -> None:
        """Carry out the steps in order. An error that stops them tells in ``done`` which had taken effect."""
        for position, step in enumerate(self.steps):
            try:
                self._carry_out(client, step)
            except MattermostError as error:
                error.done = self.operations[:position]
                if self.if_lost and error.outcome_unknown:
                    error.conclude(self.if_lost)
                if step.if_refused and not error.outcome_unknown:
                    self._carry_out(client, step.if_refused)
                    error.done.append(step.if_refused.operation)
                    error.remedy = f"{step.if_refused.consequence}. {error.remedy}".strip()
                raise

    def _carry_out(self, client: ApiClient, step: Step) -> None:
        arguments = {name: value(self.answers) if callable(value) else value for name, value in step.arguments.items()}
        try:
            self.keep(step, self._send(client, step, arguments))
        except MattermostError as error:
            if not error.means(*step.tolerates):
                raise

    @staticmethod
    def _send(client: ApiClient, step: Step, arguments: dict):
        try:
            return client.call(step.operation, arguments)
        except MattermostError as error:
            if not (step.repeats_if_lost and error.outcome_unknown):
                raise
        return client.call(step.operation, arguments)

    def keep(self, step: Step, answer) -> None:
        """Keep the answer to a step for those that follow, and for the result."""
        self.answers[step.operation] = answer.data


#: Signs that names hold, and that do no harm in a line, although they do not count as printable.
_SHOWN = frozenset("\u200c\u200d\u3000")


def as_text(heading: str, diff) -> dict:
    """A diff of texts under a heading. Of maps, Ansible would show ``\\u82b1`` where a name has a letter beyond ASCII."""
    headings = {"before_header": heading, "after_header": heading} if heading else {}
    return {**headings, **{side: _text(diff[side]) for side in ("before", "after")}}


def _text(values) -> str:
    lines = json.dumps(values, ensure_ascii=False, indent=4, sort_keys=True).split("\n")
    return "".join(f"{_printable(line)}\n" for line in lines)


def _printable(line) -> str:
    """With escapes for what would break the line, or turn its direction: anybody can choose a nickname."""
    if line.isprintable():
        return line
    return "".join(sign if sign.isprintable() or sign in _SHOWN else json.dumps(sign)[1:-1] for sign in line)


def answer_of(operation: str, key: str) -> Callable:
    """For the arguments of a step: a key of the answer to an earlier step."""
    return lambda answers: answers[operation][key]


class Service:
    """What a module is about, without Ansible and without HTTP.

    All services have one skeleton: ``check`` the declaration, ``look`` at the server, ``decide`` what follows from the two.
    """

    def check(self, declaration: dict) -> list:
        """Bring the declaration into the form of the API, in place, before anything is sent. Returns warnings.

        Raises ``InvalidInput`` that names the option.
        """
        return []

    def look(self, client: ApiClient, declaration: dict) -> Any:
        """What the plan depends on, as a ``Seen``. Sends no request that writes."""
        raise NotImplementedError

    def decide(self, declaration: dict, seen: Any) -> Plan:
        """The plan. Pure: no request, no file, no clock, no chance. Raises ``InvalidInput`` for what cannot be carried out."""
        raise NotImplementedError

    def plan(self, client: ApiClient, declaration: dict) -> Plan:
        """Check, look, decide."""
        warnings = self.check(declaration)
        plan = self.decide(declaration, self.look(client, declaration))
        plan.warnings[:0] = warnings
        return plan

    def predict(self, plan: Plan) -> dict:
        """The module's own return keys, as they will be after the plan, with ``None`` for what only the server knows."""
        raise NotImplementedError

    def read_back(self, client: ApiClient, plan: Plan) -> dict:
        """The same keys after the plan was carried out, read from the server or taken from ``plan.answers``."""
        raise NotImplementedError

    def write_files(self, plan: Plan) -> None:
        """Write the files that the result names, on the host that runs the task. Not called in check mode.

        When it is called, everything was carried out, and somebody waits for the result.
        """


@dataclass
class Outcome:
    """What became of a declaration. ``returned`` holds the return keys that are the module's own."""

    plan: Plan
    operations: list
    returned: dict


#: How often a plan is made again because the server turned out to be in another state than expected.
_FRESH_LOOKS = 2


def converge(service: Service, client, declaration: dict, check_mode: bool) -> Outcome:
    """Bring the server to what is declared, or predict that in check mode."""
    plan = service.plan(client, declaration)
    if check_mode:
        return Outcome(plan, plan.operations, service.predict(plan))
    if not plan.changed:
        service.write_files(plan)
        return Outcome(plan, [], service.predict(plan))
    done = carry_out(service, client, declaration, plan)
    if client.stop_reason():
        raise _told(Stopped(client.stop_reason()), done)
    service.write_files(plan)
    try:
        returned = service.read_back(client, plan)
    except MattermostError as error:
        # The operations that were carried out must be told all the same.
        plan.warnings.append(f"Everything was carried out, but the result is a prediction, as reading it failed: {error}")
        plan.complete()
        returned = service.predict(plan)
    return Outcome(plan, done, returned)


def _attempt(plan: Plan, client: ApiClient) -> MattermostError | None:
    """Carry out a plan. The error that stopped it, if one did."""
    try:
        plan.execute(client)
    except MattermostError as error:
        return error
    return None


def carry_out(service: Service, client, declaration: dict, plan: Plan) -> list:
    """Carry out a plan and return the names of the operations that took effect, in order.

    When nobody knows whether a write took effect, or somebody else was faster, the service looks at the server again and
    goes on with what is still missing, rather than repeating the request. An error that rises all the same tells in
    ``done`` and ``consequence`` what became of the writes.
    """
    done: list = []
    current = plan
    looks_left = _FRESH_LOOKS if plan.looks_again else 0
    while True:
        failed = _attempt(current, client)
        if failed is None:
            done += current.operations
            break
        missing = current.operations[len(failed.done) :]  # the first of them is the one that failed
        done += failed.done
        overtaken = isinstance(failed, RequestRejected) and failed.overtaken
        if not looks_left or not (failed.outcome_unknown or overtaken):
            raise _told(failed, done)
        looks_left -= 1
        try:
            current = service.plan(client, declaration)
        except MattermostError as error:
            if not failed.outcome_unknown:
                raise _told(failed, done) from None
            error.outcome_unknown, error.done = True, done
            error.conclude(_consequence(failed.operation, True, done))
            raise
        still_missing = current.operations.count(missing[0]) >= missing.count(missing[0])
        if overtaken and still_missing:
            raise _told(failed, done)
        if failed.outcome_unknown and not still_missing:
            done.append(missing[0])  # it had taken effect after all
    if current is not plan:
        plan.warnings += [warning for warning in current.warnings if warning not in plan.warnings]
        plan.answers.update(current.answers)
    return done


def _told(error: MattermostError, done: list) -> MattermostError:
    """The error that says what became of the writes of the task."""
    error.done = done
    writes = error.operation in OPERATIONS and OPERATIONS[error.operation].writes
    if not error.consequence and (writes or done or error.outcome_unknown):
        error.conclude(_consequence(error.operation, error.outcome_unknown, done))
    return error


def _consequence(operation: str, unknown: bool, done: list) -> str:
    """What was changed, and what the next run does about it."""
    counts = Counter(done)
    named = ", ".join(name if count == 1 else f"{name} ({count} times)" for name, count in counts.items())
    before = f"{named} took effect before" if done else ""
    if unknown:
        return (
            f"{before + ', and ' if before else ''}{operation} may have taken effect: the next run looks at the server and "
            "does what is missing then."
        )
    return f"{before}: the next run does what is missing." if before else "Nothing was changed."
