# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The memberships of one user as steps of the plan for its account."""

from __future__ import annotations

from typing import Any

from ansible_collections.mmops.mattermost.plugins.module_utils._api.protocol import ApiClient
from ansible_collections.mmops.mattermost.plugins.module_utils._plan import Plan, answer_of
from ansible_collections.mmops.mattermost.plugins.module_utils._services.membership import (
    SET_ROLE,
    check_rights,
    check_targets,
    plan_memberships,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._services.membership_look import Permissions, Person, Reader


def declares_teams(declaration: dict) -> bool:
    """Whether there is anything to do about teams: an account that is to be inactive or absent keeps its memberships."""
    return declaration["teams"] is not None and declaration["state"] == "present"


def look_at_teams(client: ApiClient, declaration: dict, user: dict | None, predicted: Any) -> Any:
    """What the server shows of the declared teams. Raises ``InvalidInput`` for what cannot be, or is not for the caller."""
    person = _person(declaration, user)
    reader = Reader(client, [person])
    check_targets(person.teams, reader.find_targets())
    seen = reader.look()
    moves = plan_memberships(declaration, person.user_id, predicted, seen).moves
    permissions = Permissions(client)
    if moves and not permissions.unlimited:
        check_rights(of_others(client, person.user_id, moves), permissions)
    return seen


def add_memberships(declaration: dict, user: dict | None, seen: Any, plan: Plan) -> None:
    """Append the steps that bring a user into its teams and channels."""
    person = _person(declaration, user)
    changes = plan_memberships(declaration, person.user_id, plan.predicted, seen)
    changes.note(plan)
    user_id = person.user_id or answer_of("create_user", "id")
    plan.steps += [move.step(user_id) for move in changes.moves]


def _person(declaration, user) -> Person:
    return Person(user["id"] if user else None, declaration["teams"], "teams" in declaration["exact"])


def of_others(client: ApiClient, user_id: str | None, moves: list) -> list:
    """The moves that need a right: everybody may join and leave what is open."""
    is_caller = user_id == client.who_am_i()["id"]
    return [move for move in moves if not is_caller or move.operation == SET_ROLE]
