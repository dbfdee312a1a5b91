# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The memberships of all users of a roster: read in bulk, planned user by user, and sent in batches.

A batch is not atomic: what became of each user is taken from its answer. The batches are smaller than the server takes, so
that none of them outlasts the patience of a proxy.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.mmops.mattermost.plugins.module_utils._api.error_meanings import NOT_IN_CHANNELS_TEAM, USER_INACTIVE
from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import (
    InvalidInput,
    MattermostError,
    RequestRejected,
    UnexpectedAnswer,
    rejection,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._api.protocol import ApiClient
from ansible_collections.mmops.mattermost.plugins.module_utils._services.lookup import in_parallel
from ansible_collections.mmops.mattermost.plugins.module_utils._services.membership import (
    ENTER,
    JOIN,
    LEAVE,
    SET_ROLE,
    Move,
    UnfitTeam,
    check_rights,
    check_targets,
    plan_memberships,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._services.membership_look import Permissions, Person, Reader
from ansible_collections.mmops.mattermost.plugins.module_utils._services.team_option import CHANNEL_COLUMN, TEAM_COLUMN
from ansible_collections.mmops.mattermost.plugins.module_utils._services.user_memberships import declares_teams, of_others

#: How many users one request adds. The server takes 256 in a team and 1,000 in a channel, but needs up to 65 ms for each.
LARGEST_BATCH = 100

#: How many such requests are sent at a time. More would only wait for each other, and some for too long.
_BATCHES_AT_ONCE = 2

JOIN_MANY = "add_team_members"


class RosterMemberships:
    """The memberships that a roster declares. ``fail`` notes an entry that cannot be brought to its state, and why.

    ``item_of`` gives for an entry and its account what becomes of the account, ``None`` if it is not brought to its state.
    """

    def __init__(self, client: ApiClient, roster, workers: int):
        self._client = client
        self._roster = roster
        self._workers = workers

    def plan(self, found: list, item_of: Callable, fail: Callable) -> list:
        """The entries of ``found``, pairs of an entry and its account, that change, with their items.

        Raises ``InvalidInput`` for a team or channel that nobody can be added to, and for one that the caller may not manage.
        """
        found = [(entry, user) for entry, user in found if declares_teams(entry.options)]
        if not found:
            return []
        people = [_person(entry, user) for entry, user in found]
        reader = Reader(self._client, people, self._workers)
        seen = reader.find_targets()
        for entry, _user in found:
            self._placed(entry, lambda entry=entry: check_targets(entry.options["teams"], seen))
        reader.look()
        permissions = Permissions(self._client)
        changing = []
        for entry, user in found:
            item = item_of(entry, user)
            if item is None:
                continue
            user_id = user["id"] if user else None
            try:
                changes = plan_memberships(entry.options, user_id, item.plan.predicted, seen)
            except UnfitTeam as error:
                fail(entry, self.place(entry, error), InvalidInput(error.reason, error.remedy))
                continue
            if changes.moves and not permissions.unlimited:
                moves = of_others(self._client, user_id, changes.moves)
                self._placed(entry, lambda moves=moves: check_rights(moves, permissions))
            if changes.moves:
                item.moves = self._together(changes.moves)
                changes.note(item.plan)
                changing.append((entry, item))
        return changing

    def _together(self, moves: list) -> list:
        """The moves with the operation for many users at once, which the local socket does not have."""
        if self._client.local:
            return moves
        return [move._replace(operation=JOIN_MANY) if move.operation == JOIN else move for move in moves]

    def _placed(self, entry, check):
        """Run a check; its refusal gets the place in the roster, as it is about all users of the team."""
        try:
            check()
        except UnfitTeam as error:
            option = f"{self._roster.option}: " if self._roster.option else ""
            raise InvalidInput(f"{option}{self.place(entry, error)}: {error.reason}", error.remedy) from None

    def place(self, entry, error: UnfitTeam) -> Any:
        """Where an entry names the team: in a column of its own, or in ``teams``."""
        headings = self._roster.headings
        names = (f"{CHANNEL_COLUMN}{error.team}/{error.channel}", TEAM_COLUMN + error.team, "teams")
        name = next((name for name in names if name in headings), None)
        if name is None:
            return entry.where.of("teams") if _names_itself(entry) else entry.where
        return entry.where.of(headings[name])


def _names_itself(entry) -> bool:
    return bool(entry.options["teams"])


def _person(entry, user) -> Person:
    return Person(user["id"] if user else None, entry.options["teams"], "teams" in entry.options["exact"])


# -- carrying out --------------------------------------------------------------------------------------------------


class Delivery:
    """Carries out the moves of many users, teams first, then roles, channels, and at last the teams that are left.

    What failed is kept with its user, for whom nothing else is tried then. ``stopped`` says whether to begin nothing more.
    """

    def __init__(self, client: ApiClient, workers: int, stopped: Callable):
        self._client = client
        self._workers = workers
        self._stopped = stopped
        self._ids: dict = {}

    def send(self, items: list) -> None:
        moving = [item for item in items if item.moves and not item.error]
        for item in moving:
            self._ids[id(item)] = self._id_of(item)
        enters = any(move.operation == ENTER for item in moving for move in item.moves)
        lists = enters and not self._client.local and self._client.known_server().has("adds_channel_members_by_list")
        for operation, send in (
            (JOIN, None),
            (JOIN_MANY, self._join),
            (SET_ROLE, None),
            (ENTER, self._enter if lists else None),
            (LEAVE, None),
        ):
            work = [(move, item) for item in moving for move in item.moves if move.operation == operation]
            if send:
                workers = min(_BATCHES_AT_ONCE, self._workers)
                in_parallel(workers, lambda batch, send=send: self._guarded(send, batch), _batches(work))
            else:
                in_parallel(self._workers, lambda one: self._guarded(self._one, [one]), work)

    def _id_of(self, item) -> str:
        """The id of the account, which may have been created a moment ago."""
        user_id = (item.user or {}).get("id") or item.plan.answers.get("create_user", {}).get("id")
        return user_id or self._client.get_user_by_username(username=item.plan.predicted["username"])["id"]

    def _guarded(self, send, batch):
        """Send a batch for those who have not failed yet. An error of the request is that of all of them."""
        batch = [(move, item) for move, item in batch if not item.error]
        if not batch or self._stopped():
            return
        try:
            send(batch)
        except MattermostError as error:
            for move, item in batch:
                if not item.error:
                    _fail(move, item, error)

    def _one(self, batch):
        for move, item in batch:
            step = move.step(self._ids[id(item)])
            self._client.call(step.operation, step.arguments)
            item.done.append(step.operation)

    def _join(self, batch):
        team = batch[0][0].team
        members = [{"team_id": team["id"], "user_id": self._ids[id(item)]} for _move, item in batch]
        answers = self._client.add_team_members(team_id=team["id"], graceful=True, members=members)
        told = {answer.get("user_id"): answer for answer in answers or ()}
        for move, item in batch:
            answer = told.get(self._ids[id(item)])
            if answer and answer.get("member"):
                item.done.append(JOIN_MANY)
            else:
                _fail(move, item, _refusal(answer))

    def _enter(self, batch):
        """The answer holds those who were added. The others are asked for one by one, which tells why not."""
        channel_id = batch[0][0].channel["id"]
        user_ids = [self._ids[id(item)] for _move, item in batch]
        try:
            answer = self._client.add_channel_member(channel_id=channel_id, user_ids=user_ids)
        except RequestRejected as error:
            if not error.means(NOT_IN_CHANNELS_TEAM, USER_INACTIVE):
                raise
            answer = None
        added = {member["user_id"] for member in ([answer] if isinstance(answer, dict) else answer or ())}
        for move, item in batch:
            if self._ids[id(item)] in added:
                item.done.append(ENTER)
            else:
                self._guarded(self._one, [(move, item)])


def _batches(work: list) -> list:
    """The moves by team or channel, a batch at a time."""
    by_target: dict = {}
    for move, item in work:
        by_target.setdefault((move.channel or move.team)["id"], []).append((move, item))
    return [part[start : start + LARGEST_BATCH] for part in by_target.values() for start in range(0, len(part), LARGEST_BATCH)]


def _refusal(answer: dict | None) -> MattermostError:
    """Why a user of a batch was not added."""
    error = (answer or {}).get("error")
    if not isinstance(error, dict):
        return UnexpectedAnswer("the answer does not tell what became of the user", "Run the task again", JOIN_MANY)
    return rejection(
        JOIN_MANY,
        error.get("status_code") or 0,
        error.get("id") or "",
        error.get("message") or "",
        error.get("request_id") or "",
    )


def _fail(move: Move, item, error: MattermostError) -> None:
    """Note an error with a user, with the name of the team. Several users may share the error."""
    where = f"teams: {move.team['name']}" + (f"/{move.channel['name']}" if move.channel else "")
    if not error.reason.startswith("teams: "):
        error.reason = f"{where}: {error.reason}"
    item.error = error
