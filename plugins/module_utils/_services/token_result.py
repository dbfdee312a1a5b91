# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan for the tokens of one user: how it is carried out, and what follows from its steps."""

from __future__ import annotations

from dataclasses import dataclass, field

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput, MattermostError
from ansible_collections.mmops.mattermost.plugins.module_utils._api.protocol import ApiClient
from ansible_collections.mmops.mattermost.plugins.module_utils._plan import Plan, Step
from ansible_collections.mmops.mattermost.plugins.module_utils._services.hand_over import Note
from ansible_collections.mmops.mattermost.plugins.module_utils._services.session_choice import token_of
from ansible_collections.mmops.mattermost.plugins.module_utils._services.token_creation import Creation
from ansible_collections.mmops.mattermost.plugins.module_utils._services.token_generation import by_description, day_of, later
from ansible_collections.mmops.mattermost.plugins.module_utils._services.token_options import AT_THE_END, Rotation
from ansible_collections.mmops.mattermost.plugins.module_utils._services.token_steps import (
    CREATE,
    DISABLE,
    ENABLE,
    END_SESSION,
    REVOKE,
)


@dataclass
class TokenPlan(Plan):
    """The plan for the tokens of one user. A creation is its first step, after those that revoke what was ``lost``.

    ``named``: the tokens that the declaration names, as they are before, newest generation first. ``new``: the token to
    be created, as the API will show it. ``kept_id``: the token that is the current one, if no new one is. ``rotation``:
    the declared one, if the tokens are to be present. ``known``: the ids of all tokens of the user. ``doubtful``: the ids
    of tokens that the caller may be using. ``hand_over`` is the option, ``pending`` the note of it.

    Diff and results follow from the steps, which are shortened if one of them fails after a creation.
    """

    # The plan deals with lost answers itself. One made again might create another token, whose value would be lost.
    looks_again: bool = False
    named: list = field(default_factory=list)
    new: dict | None = None
    kept_id: str | None = None
    rotation: Rotation | None = None
    known: frozenset = frozenset()
    doubtful: set = field(default_factory=set)
    lost: frozenset = frozenset()
    hand_over: str = AT_THE_END
    pending: Note | None = None

    @property
    def _kept(self) -> list:
        """The named tokens that there still are after the steps."""
        tokens = {token["id"]: token for token in self.named}
        for step in self.steps:
            token_id = step.arguments.get("token_id")
            if step.operation == REVOKE:
                tokens.pop(token_id, None)
            elif step.operation in (ENABLE, DISABLE):
                tokens[token_id] = {**tokens[token_id], "is_active": step.operation == ENABLE}
        return list(tokens.values())

    @property
    def _created(self) -> list:
        """The new token, if there is one, without its value."""
        shown = self.answers.get(CREATE, self.new)
        return [{key: value for key, value in shown.items() if key != "token"}] if shown else []

    @property
    def tokens(self) -> list:
        """The tokens that the declaration names, as they are after the steps."""
        return self._created + self._kept

    @property
    def token(self) -> dict | None:
        """The current one of them."""
        return next((token for token in self.tokens if self.new or token["id"] == self.kept_id), None)

    @property
    def token_value(self) -> str | None:
        """The value of the new token, once it was created."""
        return self.answers.get(CREATE, {}).get("token")

    @property
    def schedule(self) -> dict | None:
        """The days from which the next steps of the rotation are due, after these steps."""
        if not self.rotation:
            return None
        generations = by_description(self.tokens)
        rotate_on = later(day_of(generations[0]), self.rotation.after) if generations else None
        predecessors = []
        for newer, twins in zip(generations, generations[1:]):
            successor = day_of(newer)
            for token in twins:
                predecessors.append(
                    {
                        "token_id": token["id"],
                        "description": token["description"],
                        "disable_on": later(successor, self.rotation.overlap) if token["is_active"] else None,
                        "revoke_on": later(successor, self.rotation.overlap + self.rotation.keep_disabled),
                    }
                )
        return {"rotate_on": rotate_on, "predecessors": predecessors}

    @property
    def diff(self) -> dict:
        before = {f"{token['description']} ({token['id']})": state_of(token) for token in self.named}
        after = {f"{token['description']} ({token['id']})": state_of(token) for token in self._kept}
        if self.new:
            after[self.new["description"]] = state_of(self.new)
        return {
            "before": {name: state for name, state in before.items() if after.get(name) != state},
            "after": {name: state for name, state in after.items() if before.get(name) != state},
        }

    @property
    def cut_off(self) -> list:
        """The tokens that work now, but no longer after the steps."""
        ends = {step.arguments["token_id"] for step in self.steps if step.operation in (DISABLE, REVOKE)}
        return [token for token in self.named if token["id"] in ends and token["is_active"]]

    def doubt(self, token_id: str, user_id: str, session_id: str) -> None:
        """Find out whether a token is in use, by ending its session, before it is disabled or revoked."""
        position = next(index for index, step in enumerate(self.steps) if step.arguments.get("token_id") == token_id)
        self.steps.insert(position, Step(END_SESSION, {"user_id": user_id, "session_id": session_id}))
        self.doubtful.add(token_id)

    def execute(self, client: ApiClient) -> None:
        try:
            self._execute(client)
        except BaseException:
            if self.pending:
                self.pending.release()
            raise

    def _execute(self, client: ApiClient):
        position = 0
        while position < len(self.steps):
            step, created = self.steps[position], CREATE in self.answers
            if step.operation == CREATE:
                creation = Creation(self.known, self.lost, self.pending)
                try:
                    self.answers[CREATE] = creation.carry_out(client, step)
                except MattermostError as error:
                    error.done = self.operations[:position] + creation.operations
                    raise
                finally:
                    self.warnings += creation.warnings
                self.steps[position:position] = creation.extra_steps
                position += len(creation.extra_steps) + 1
                continue
            try:
                self._carry_out(client, step)
            except MattermostError as error:
                if not created:
                    error.done = self.operations[:position]
                    raise
                # Nobody else knows the value of the new token, so the task must not fail any more.
                del self.steps[position:]
                self.warnings.append(
                    f"The new token was created, but not all others could be disabled or revoked: {error} "
                    "The next run will try it again."
                )
            position += 1

    def _carry_out(self, client: ApiClient, step):
        token_id = step.arguments.get("token_id")
        if token_id in self.doubtful and token_id in tokens_in_use(client).values():
            raise own_token(next(token for token in self.named if token["id"] == token_id))
        super()._carry_out(client, step)


def own_token(token: dict) -> InvalidInput:
    return InvalidInput(
        f"the token {token['id']} ({token['description']}) is in use by this task itself, which would lock itself out",
        "Run the task with another token, like the successor, or allow it with allow_own_token: true",
    )


def state_of(token: dict) -> str:
    return "present" if token["is_active"] else "disabled"


def tokens_in_use(client: ApiClient) -> dict:
    """The sessions of the caller by id, with the id of the personal access token that each stands for, or ``None``."""
    sessions = client.get_sessions(user_id=client.who_am_i()["id"])
    return {session["id"]: token_of(session) for session in sessions}
