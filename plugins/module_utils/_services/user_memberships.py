# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The memberships of one user as steps of the plan for its account."""

from __future__ import annotations

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


def add_memberships(client, declaration: dict, user: dict | None, plan: Plan) -> None:
    """Append the steps that bring a user into its teams and channels. Raises ``InvalidInput``. Sends nothing that writes."""
    if not declares_teams(declaration):
        return
    person = Person(user["id"] if user else None, declaration["teams"], "teams" in declaration["exact"])
    reader = Reader(client, [person])
    check_targets(person.teams, reader.find_targets())
    changes = plan_memberships(declaration, person.user_id, plan.predicted, reader.look())
    permissions = Permissions(client)
    if changes.moves and not permissions.unlimited:
        check_rights(of_others(client, person.user_id, changes.moves), permissions)
    changes.note(plan)
    user_id = person.user_id or answer_of("create_user", "id")
    plan.steps += [move.step(user_id) for move in changes.moves]


def of_others(client, user_id: str | None, moves: list) -> list:
    """The moves that need a right: everybody may join and leave what is open."""
    is_caller = user_id == client.who_am_i()["id"]
    return [move for move in moves if not is_caller or move.operation == SET_ROLE]
