# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Teams: create, read, change, archive. Their members are in team_members.py."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from . import bodies
from .basics import new_id, now, parse_bool
from .call import Call, Response, done, reply
from .errors import (
    NO_SUCH_INVITATION,
    NO_SUCH_TEAM,
    NO_SUCH_TEAM_NAME,
    PERMISSIONS,
    TEAM_CREATION_FORBIDDEN,
    TEAM_DELETION_OFF,
    TEAM_EXISTS,
    TEAM_NAME,
    TEAM_NAME_CHARACTERS,
    bad_body,
    invalid_team,
)
from .memberships import Group, Groups, Member
from .permissions import ADD_TO_TEAM, CREATE_TEAM, LIST_PRIVATE_TEAMS, LIST_PUBLIC_TEAMS, MANAGE_TEAM, VIEW_TEAM
from .router import operation

NAME = re.compile(r"[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?\Z")
PATCH = {
    "display_name": "text",
    "description": "text",
    "company_name": "text",
    "allowed_domains": "text",
    "allow_open_invite": "flag",
    "group_constrained": "flag",
}
BODY = {**PATCH, "id": "text", "name": "text", "type": "text", "email": "text"}
# Name of the rule in the error id, and the rule. The first one that is broken is reported.
RULES = (
    ("name", lambda team: 1 <= len(team.display_name) <= 64),
    ("description", lambda team: len(team.description) <= 255),
    ("type", lambda team: team.type in ("O", "I")),
    ("company", lambda team: len(team.company_name) <= 64),
    ("domains", lambda team: len(team.allowed_domains) <= 500),
)


@dataclass
class Team(Group):
    """A team."""

    name: str = ""
    display_name: str = ""
    type: str = ""
    description: str = ""
    email: str = ""
    company_name: str = ""
    allowed_domains: str = ""
    allow_open_invite: bool = False
    group_constrained: bool | None = None
    id: str = field(default_factory=new_id)
    invite_id: str = field(default_factory=new_id)
    create_at: int = field(default_factory=now)
    update_at: int = 0
    delete_at: int = 0
    members: dict[str, Member] = field(default_factory=dict)
    left: dict[str, Member] = field(default_factory=dict)  # those who were members once
    kind = "team"

    def __post_init__(self):
        self.update_at = self.update_at or self.create_at

    def check(self) -> None:
        """Raise the error of the first rule that the team breaks."""
        for name, rule in RULES:
            if not rule(self):
                raise invalid_team(name)

    def patch(self, changes: dict[str, Any]) -> None:
        """Change the fields that are given."""
        before = dict(self.__dict__)
        self.__dict__.update(changes)
        try:
            self.check()
        except Exception:
            self.__dict__.update(before)
            raise
        if changes.get("allow_open_invite") is False:
            self.invite_id = new_id()  # old invitations do not work any more
        self.update_at = now()

    def membership(self, user_id: str) -> Member | None:
        """The membership of a user, also one that has ended."""
        return self.members.get(user_id) or self.left.get(user_id)

    def view(self) -> dict:
        """The team as it is shown."""
        return {
            "id": self.id,
            "create_at": self.create_at,
            "update_at": self.update_at,
            "delete_at": self.delete_at,
            "display_name": self.display_name,
            "name": self.name,
            "description": self.description,
            "email": self.email,
            "type": self.type,
            "company_name": self.company_name,
            "allowed_domains": self.allowed_domains,
            "invite_id": self.invite_id,
            "allow_open_invite": self.allow_open_invite,
            "scheme_id": None,
            "group_constrained": self.group_constrained,
            "policy_id": None,
            "cloud_limits_archived": False,
        }

    def member_view(self, member: Member) -> dict:
        """A membership as it is shown."""
        return dict(member.view(), team_id=self.id, delete_at=member.delete_at)


class Teams(Groups[Team]):
    """All teams."""

    missing = NO_SUCH_TEAM

    def __init__(self):
        super().__init__()
        self._left: dict[str, dict[str, Team]] = {}  # the teams that a user left

    def named(self, name: str) -> Team | None:
        """The team of a name, archived or not."""
        return next((team for team in self._by_id.values() if team.name == name), None)

    def get_by_invite_id(self, invite_id: str) -> Team:
        """The team that an invitation leads to."""
        for team in self._by_id.values():
            if team.invite_id == invite_id:
                return team
        raise NO_SUCH_INVITATION()

    def memberships_of(self, user_id: str) -> list[tuple[Team, Member]]:
        """All memberships of a user, with those that have ended."""
        present = [(team, team.members[user_id]) for team in self.of(user_id)]
        return present + [(team, team.left[user_id]) for team in self._left.get(user_id, {}).values()]

    def create(self, state, team: Team, creator_id: str) -> None:
        """Keep a new team, with its default channels."""
        self._by_id[team.id] = team
        state.channels.add_defaults(team.id, creator_id)
        if creator_id:
            self.join(state, team, creator_id, admin=True)

    def join(self, state, team: Team, user_id: str, admin: bool = False) -> Member:
        """Make a user a member of the team and, but for guests, of its default channels."""
        if user_id in team.members:
            return team.members[user_id]
        user = state.users.get(user_id)
        if team.left.pop(user_id, None):
            del self._left[user_id][team.id]
        member = self.add_member(team, user, admin=admin)
        if not user.is_guest:
            state.channels.join_defaults(team.id, user, admin)
        self._tell(state, user_id)
        return member

    def leave(self, state, team: Team, user_id: str) -> None:
        """End a membership, and those in the channels of the team. The team remembers it."""
        if user_id in team.members:
            team.left[user_id] = self.remove_member(team, user_id)
            self._left.setdefault(user_id, {})[team.id] = team
        for channel in state.channels.of(user_id):
            if channel.team_id == team.id:
                state.channels.remove_member(channel, user_id)
        member = team.left[user_id]
        member.explicit_roles, member.delete_at = "", now()
        self._tell(state, user_id)

    def set_guest(self, user_id: str, guest: bool) -> None:
        """The user became a guest, or ceased to be one; that holds for memberships that have ended, too."""
        for _team, member in self.memberships_of(user_id):
            member.set_guest(guest)

    @staticmethod
    def _tell(state, user_id: str) -> None:
        state.users.touch(user_id)
        state.users.forget(user_id)

    def forget_user(self, user_id: str) -> None:
        """The user is deleted for good."""
        super().forget_user(user_id)
        for team in self._left.pop(user_id, {}).values():
            del team.left[user_id]

    def remove(self, state, team: Team) -> None:
        """Remove a team for good, with its channels."""
        state.channels.remove_of_team(team.id)
        for user_id in team.left:
            del self._left[user_id][team.id]
        self._drop(team)


# ---- who may ---------------------------------------------------------------------
def may_in_team(call: Call, team_id: str, permission: str) -> bool:
    """Whether the caller has a permission for all teams, even one that does not exist, or as member of this one."""
    team = call.state.teams.find(team_id)
    return call.may(permission) or (team is not None and team.permits(call.state, call.user_id, permission))


def need_team(call: Call, team_id: str, permission: str = VIEW_TEAM) -> None:
    """Refuse callers who do not have the permission for a team."""
    if not may_in_team(call, team_id, permission):
        raise PERMISSIONS(permission)


def _need_sight(call: Call, team: Team) -> None:
    """Open teams can be seen by everybody, others by their members."""
    if not (team.allow_open_invite and team.type == "O"):
        need_team(call, team.id)


def shown(call: Call, team: Team) -> dict:
    """A team as the caller sees it: its address and invitation are not for everybody."""
    body = team.view()
    if not may_in_team(call, team.id, MANAGE_TEAM):
        body["email"] = ""
        if not may_in_team(call, team.id, ADD_TO_TEAM):
            body["invite_id"] = ""
    return body


def _body(call: Call, fields: dict[str, str]) -> dict:
    try:
        return bodies.record(call.body, fields)
    except bodies.BadBody as error:
        raise bad_body("team") from error


def _team_param(call: Call) -> Team:
    """The team in the path, if the caller administers it."""
    team_id = call.id_param("team_id")
    need_team(call, team_id, MANAGE_TEAM)
    return call.state.teams.get(team_id)


# ---- requests --------------------------------------------------------------------
@operation("create_team", "POST", "/teams", local=True)
def create_team(call: Call) -> Response:
    """Create a team; the creator becomes its administrator."""
    body = _body(call, BODY)
    if not call.may(CREATE_TEAM):
        raise TEAM_CREATION_FORBIDDEN()
    body.pop("id", None)
    team = Team(**{"type": "O", **body})
    if call.user_id:
        team.email = call.state.users.row(call.user_id).email
    if not 2 <= len(team.name) <= 64:
        raise TEAM_NAME()
    team.check()
    if not NAME.match(team.name):
        raise TEAM_NAME_CHARACTERS()
    if call.state.teams.named(team.name):
        raise TEAM_EXISTS()
    call.state.teams.create(call.state, team, call.user_id)
    return reply(team.view(), 201)


@operation("get_teams", "GET", "/teams", local=True)
def get_teams(call: Call) -> Response:
    """A page of the teams that the caller may list, archived ones too, ordered by display name."""
    teams = _listed(call)
    page = [shown(call, team) for team in call.page_of(teams)]
    counted = parse_bool(call.query.get("include_total_count", ""))
    return reply({"teams": page, "total_count": len(teams)} if counted else page)


def _may_list(call: Call, team: Team) -> bool:
    return call.may(LIST_PUBLIC_TEAMS if team.allow_open_invite else LIST_PRIVATE_TEAMS)


def _listed(call: Call) -> list[Team]:
    teams = [team for team in call.state.teams.all() if _may_list(call, team)]
    return sorted(teams, key=lambda team: team.display_name)


@operation("get_team", "GET", "/teams/{team_id}", local=True)
def get_team(call: Call) -> Response:
    """One team by id."""
    team = call.state.teams.get(call.id_param("team_id"))
    _need_sight(call, team)
    return reply(shown(call, team))


@operation("get_team_by_name", "GET", "/teams/name/{name}", local=True)
def get_team_by_name(call: Call) -> Response:
    """One team by name, in any case."""
    team = get_named(call, call.params["name"])
    _need_sight(call, team)
    return reply(shown(call, team))


def get_named(call: Call, name: str) -> Team:
    """The team of a name, in any case."""
    team = call.state.teams.named(name.lower())
    if team is None:
        raise NO_SUCH_TEAM_NAME()
    return team


@operation("team_exists", "GET", "/teams/name/{name}/exists")
def team_exists(call: Call) -> Response:
    """Whether there is a team of a name that the caller may see."""
    team = call.state.teams.named(call.params["name"].lower())
    sees = team and (call.user_id in team.members or _may_list(call, team))
    return reply({"exists": bool(sees)})


@operation("search_teams", "POST", "/teams/search", local=True, when_busy=False)
def search_teams(call: Call) -> Response:
    """The teams that the caller may list with a part of the name or of the display name; in pages on request."""
    body = _body(call, {"term": "text", "page": "number", "per_page": "number"})
    term = body.get("term", "").lower()
    teams = [team for team in _listed(call) if term in team.name or term in team.display_name.lower()]
    if "page" not in body or "per_page" not in body:
        return reply([shown(call, team) for team in teams])
    start = max(0, body["page"] * body["per_page"])
    page = teams[start : start + max(0, body["per_page"])]
    return reply({"teams": [shown(call, team) for team in page], "total_count": len(teams)})


@operation("get_teams_for_user", "GET", "/users/{user_id}/teams")
def get_teams_for_user(call: Call) -> Response:
    """The teams of a user, without archived ones; none, if there is no such user."""
    user_id = call.user_param()
    call.need_right_over(user_id)
    return reply([shown(call, team) for team in call.state.teams.of(user_id) if not team.delete_at])


@operation("update_team", "PUT", "/teams/{team_id}", local=True)
def update_team(call: Call) -> Response:
    """Change all fields that can be changed: what is not given is emptied."""
    body = _body(call, BODY)
    if body.get("id") != call.params["team_id"]:
        raise bad_body("id")
    team = _team_param(call)
    team.patch({name: body.get(name, getattr(Team, name)) for name in PATCH})
    return reply(shown(call, team))


@operation("patch_team", "PUT", "/teams/{team_id}/patch", local=True)
def patch_team(call: Call) -> Response:
    """Change the fields that are given."""
    changes = _body(call, PATCH)
    team = _team_param(call)
    team.patch(changes)
    return reply(shown(call, team))


@operation("update_team_privacy", "PUT", "/teams/{team_id}/privacy", local=True)
def update_team_privacy(call: Call) -> Response:
    """Open a team for everybody, or close it."""
    privacy = bodies.anything(call.body).get("privacy")
    if privacy not in ("O", "I"):
        raise bad_body("privacy")
    team = _team_param(call)
    team.patch({"type": privacy, "allow_open_invite": privacy == "O"})
    return reply(team.view())


@operation("soft_delete_team", "DELETE", "/teams/{team_id}", local=True)
def soft_delete_team(call: Call) -> Response:
    """Archive a team, or delete it for good. Its members stay members of an archived one."""
    team = _team_param(call)
    if not parse_bool(call.query.get("permanent", "")):
        team.delete_at = team.update_at = now()
    elif call.local or call.state.settings["ServiceSettings"]["EnableAPITeamDeletion"]:
        call.state.teams.remove(call.state, team)
    else:
        raise TEAM_DELETION_OFF()
    return done()


@operation("restore_team", "POST", "/teams/{team_id}/restore", local=True)
def restore_team(call: Call) -> Response:
    """Take a team out of the archive."""
    team = _team_param(call)
    team.delete_at, team.update_at = 0, now()
    return reply(team.view())
