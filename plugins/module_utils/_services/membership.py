# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which teams and channels a user is in: the plan from what is declared and what is seen. Pure functions.

Memberships are added. Only ``exact`` with ``teams`` ends those that are not declared. Channels are never left, but with
their team.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput
from ansible_collections.mmops.mattermost.plugins.module_utils._plan import Plan, Step
from ansible_collections.mmops.mattermost.plugins.module_utils._services.account import is_active, is_bot, is_guest
from ansible_collections.mmops.mattermost.plugins.module_utils._services.team_option import (
    MEMBER,
    TEAM_ADMIN,
    guest_as_admin,
    guest_without_channel,
)

GUEST = "guest"
#: What a member has whose roles were emptied.
NO_ROLE = "none"

#: The channel that all members of a team are in, but for guests.
_DEFAULT_CHANNEL = "town-square"

JOIN = "add_team_member"
SET_ROLE = "update_team_member_scheme_roles"
ENTER = "add_channel_member"
LEAVE = "remove_team_member"


class Move(NamedTuple):
    """One change of the memberships of one user. ``admin`` counts for ``SET_ROLE`` only."""

    operation: str
    team: dict
    channel: Any = None
    admin: bool = False

    def step(self, user_id) -> Step:
        """As a step of a plan. ``user_id`` may be a function of earlier answers."""
        target: dict = {"channel_id": self.channel["id"]} if self.channel else {"team_id": self.team["id"]}
        roles = {"scheme_user": True, "scheme_admin": self.admin} if self.operation == SET_ROLE else {}
        return Step(self.operation, {**target, "user_id": user_id, **roles})


@dataclass
class Seen:
    """What the server shows. ``None`` stands for a team or channel that there is not.

    ``teams`` by name, ``channels`` by names of team and channel, ``members`` by ids of team and user, ``in_channels`` are
    ids of channel and user. ``others``: by user id, the teams in which a user is beside those that are declared.
    ``hidden``: names of teams, and of teams with channels, that the caller may not see. ``shows_roles``: whether memberships
    come with their roles.
    """

    teams: dict = field(default_factory=dict)
    channels: dict = field(default_factory=dict)
    members: dict = field(default_factory=dict)
    in_channels: set = field(default_factory=set)
    others: dict = field(default_factory=dict)
    hidden: set = field(default_factory=set)
    shows_roles: bool = True


@dataclass
class Memberships:
    """What changes for one user: the moves, and the teams before and after by name."""

    moves: list = field(default_factory=list)
    before: dict = field(default_factory=dict)
    after: dict = field(default_factory=dict)

    def note(self, plan: Plan) -> None:
        """Record the change in the plan of the account."""
        if not self.moves:
            return
        plan.note("teams", self.before, self.after)
        if plan.predicted and any(move.operation in (JOIN, LEAVE) for move in self.moves):
            plan.predicted["update_at"] = None


class UnfitTeam(InvalidInput):
    """A team, or a channel of it, that nobody can be added to. ``team`` is its name, ``channel`` that of the channel."""

    def __init__(self, reason: str, remedy: str, team: str, channel: str = ""):
        super().__init__(f"teams: {reason}", remedy)
        self.team = team
        self.channel = channel


def check_targets(teams: Iterable[dict], seen: Seen) -> None:
    """Raises ``UnfitTeam`` for the first declared team or channel that does not exist or is archived."""
    for wish in teams:
        name, team = wish["name"], seen.teams[wish["name"]]
        if name in seen.hidden:
            raise UnfitTeam(f"the caller may not see the team {name}", "Use the token of one of its administrators", name)
        if team is None:
            raise UnfitTeam(f"there is no team {name}", "Give the name in the URL of the team, not its display name", name)
        if team["delete_at"]:
            raise UnfitTeam(f"the team {name} is archived", "Leave it out, or restore the team", name)
        for channel_name in wish["channels"]:
            channel = seen.channels[name, channel_name]
            if (name, channel_name) in seen.hidden:
                raise UnfitTeam(
                    f"the caller may not see the channel {channel_name} of the team {name}",
                    "Use the token of somebody who may",
                    name,
                    channel_name,
                )
            if channel is None:
                raise UnfitTeam(
                    f"the team {name} has no channel {channel_name}",
                    "Give the name in the URL of the channel, not its display name, and the team that has it",
                    name,
                    channel_name,
                )
            if channel["delete_at"]:
                raise UnfitTeam(
                    f"the channel {channel_name} of the team {name} is archived",
                    "Leave it out, or restore the channel",
                    name,
                    channel_name,
                )


def plan_memberships(declaration: dict, user_id: str | None, account: dict, seen: Seen) -> Memberships:
    """The changes for one user. ``account`` is the user as it will be, ``user_id`` is ``None`` for one who is still created.

    Raises ``UnfitTeam`` for what the server would refuse.
    """
    plan = Memberships()
    if not is_active(account):
        return plan  # the server would add a deactivated user to teams, but to no channel
    steps: list = []
    for wish in declaration["teams"]:
        steps += _plan_team(wish, user_id, account, seen, plan)
    order = (JOIN, SET_ROLE, ENTER)
    plan.moves = sorted(steps, key=lambda move: order.index(move.operation))
    if "teams" in declaration["exact"]:
        declared = {wish["name"] for wish in declaration["teams"]}
        for team in seen.others.get(user_id, ()):
            if team["name"] not in declared:
                _leave(team, seen.members.get((team["id"], user_id)), account, plan)
    return plan


def _plan_team(wish, user_id, account, seen, plan) -> list:
    name, team = wish["name"], seen.teams[wish["name"]]
    member = seen.members.get((team["id"], user_id))
    moves = []
    if member is None:
        _check_joins(wish, team, account)
        moves.append(Move(JOIN, team))
    role, role_after = _roles(wish, team, member, account, seen)
    if role_after != (role if member else _role_on_joining(team, account)):
        moves.append(Move(SET_ROLE, team, admin=role_after == TEAM_ADMIN))
    inside = [channel for channel in wish["channels"] if _is_inside(seen, name, channel, member, user_id, account)]
    for channel_name in wish["channels"]:
        if channel_name not in inside:
            channel = seen.channels[name, channel_name]
            _check_enters(name, channel)
            if member or channel_name != _DEFAULT_CHANNEL or is_guest(account):
                moves.append(Move(ENTER, team, channel))
    if moves:
        if member:
            plan.before[name] = _shown(role, inside)
        plan.after[name] = _shown(role_after, wish["channels"])
    return moves


def _roles(wish, team, member, account, seen) -> tuple:
    """The role that a member has, and the one that it gets; ``None`` where the server does not show it."""
    wanted = wish["role"]
    if is_guest(account):
        if wanted == TEAM_ADMIN:
            raise UnfitTeam(guest_as_admin(team["name"]), "Leave out the role", team["name"])
        return GUEST, GUEST
    if not seen.shows_roles:
        if wanted:
            raise UnfitTeam(
                "the local socket neither shows nor changes roles in a team", "Leave out the role, or use api_url", team["name"]
            )
        return None, None if member else _role_on_joining(team, account)
    role = role_of(member) if member else _role_on_joining(team, account)
    if role == GUEST:  # the user is being promoted
        role = MEMBER
    return role, wanted or (MEMBER if role == NO_ROLE else role)


def role_of(member: dict) -> str:
    """The role of a membership."""
    if member.get("scheme_admin") or "team_admin" in (member.get("roles") or "").split():
        return TEAM_ADMIN
    if member.get("scheme_guest"):
        return GUEST
    return MEMBER if member.get("scheme_user") or "team_user" in (member.get("roles") or "").split() else NO_ROLE


def _role_on_joining(team, account) -> str:
    """A user with the address of the team becomes its administrator."""
    if is_guest(account):
        return GUEST
    address = (team.get("email") or "").lower()
    return TEAM_ADMIN if address and address == (account.get("email") or "").lower() else MEMBER


def _is_inside(seen, team, channel, member, user_id, account) -> bool:
    return bool(member) and (seen.channels[team, channel]["id"], user_id) in seen.in_channels


def _shown(role, channels) -> dict:
    shown = {"role": role} if role else {}
    return {**shown, "channels": sorted(channels)} if channels else shown


def _check_joins(wish, team, account):
    """Refuse what the server would refuse, or what leaves a member who sees nothing."""
    name = team["name"]
    if team.get("group_constrained"):
        raise UnfitTeam(f"the members of the team {name} are those of its groups", "Add the user to one of the groups", name)
    if is_guest(account):
        if not wish["channels"]:
            raise UnfitTeam(guest_without_channel(name), "Name them, like sales/general", name)
        return  # other domains hold for guests
    allowed = team.get("allowed_domains") or ""
    address = account.get("email") or ""
    if address and not is_bot(account) and not in_domains(address, allowed):
        raise UnfitTeam(
            f"the team {name} takes addresses of {allowed} only, and {account['username']} has another",
            "Correct the address, or change allowed_domains of the team",
            name,
        )


def _check_enters(team, channel):
    if channel.get("group_constrained"):
        raise UnfitTeam(
            f"the members of the channel {channel['name']} of the team {team} are those of its groups",
            "Add the user to one of the groups",
            team,
            channel["name"],
        )


def in_domains(address: str, domains: str) -> bool:
    """Whether an address is of one of the domains, as the server reads the list."""
    allowed = domains.lower().replace("@", " ").replace(",", " ").split()
    return not allowed or any(address.lower().endswith("@" + domain) for domain in allowed)


def _leave(team, member, account, plan):
    if team["delete_at"]:
        return  # an archived team is as good as left
    if team.get("group_constrained") and not is_bot(account):
        raise UnfitTeam(
            f"exact: the members of the team {team['name']} are those of its groups, so {account['username']} cannot leave it",
            "Remove the user from the groups, or declare the team",
            team["name"],
        )
    plan.moves.append(Move(LEAVE, team))
    plan.before[team["name"]] = _shown(role_of(member) if member and "roles" in member else None, ())


# -- the caller's rights -------------------------------------------------------------------------------------------

_TEAM_RIGHTS = {JOIN: "add_user_to_team", LEAVE: "remove_user_from_team", SET_ROLE: "manage_team_roles"}


def right_for(move: Move) -> str:
    """The permission that a move needs."""
    if move.operation == ENTER:
        public = move.channel.get("type") == "O"
        return "manage_public_channel_members" if public else "manage_private_channel_members"
    return _TEAM_RIGHTS[move.operation]


def check_rights(moves: Iterable[Move], permissions: Any) -> None:
    """Raises ``UnfitTeam`` for the first move that the caller may not make.

    ``permissions`` tells for a team, and a channel or ``None``, what the caller may do there.
    """
    for move in moves:
        if right_for(move) not in permissions(move.team, move.channel):
            name = move.team["name"]
            where = f"the channel {move.channel['name']} of the team {name}" if move.channel else f"the team {name}"
            raise UnfitTeam(
                f"the caller may not manage {where}: it lacks the permission {right_for(move)}",
                "Use the token of an administrator",
                name,
                move.channel["name"] if move.channel else "",
            )
