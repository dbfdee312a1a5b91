# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Members of teams: list, add, remove, roles."""

from __future__ import annotations

from . import bodies
from .basics import is_id, parse_bool
from .call import Call, Response, done, reply
from .errors import (
    NO_TEAM_MEMBER,
    TEAM_ADD_NO_BODY,
    TEAM_DOMAINS,
    TEAM_FULL,
    TEAM_GROUP_CONSTRAINED,
    TEAM_NEVER_MEMBER,
    TEAM_REMOVE_GROUP_CONSTRAINED,
    ApiError,
    bad_body,
)
from .memberships import Member
from .permissions import ADD_TO_TEAM, JOIN_PRIVATE_TEAMS, JOIN_PUBLIC_TEAMS, MANAGE_TEAM_ROLES, REMOVE_FROM_TEAM
from .router import operation
from .rules import are_role_names, in_domains
from .teams import Team, need_team

MEMBER_BODY = {"user_id": "text", "team_id": "text"}
BATCH_MAX = 256


# ---- read --------------------------------------------------------------------
@operation("get_team_members", "GET", "/teams/{team_id}/members")
def get_team_members(call: Call) -> Response:
    """A page of the members of a team, ordered by user id or by user name."""
    team_id = call.id_param("team_id")
    need_team(call, team_id)
    team, users = call.state.teams.find(team_id), call.state.users
    members = list(team.members.values()) if team else []
    if parse_bool(call.query.get("exclude_deleted_users", "")):
        members = [member for member in members if not users.row(member.user_id).delete_at]
    if call.query.get("sort") == "Username":
        members.sort(key=lambda member: users.row(member.user_id).username)
    else:
        members.sort(key=lambda member: member.user_id)
    return reply([team.member_view(member) for member in call.page_of(members)])


@operation("get_team_members_by_ids", "POST", "/teams/{team_id}/members/ids")
def get_team_members_by_ids(call: Call) -> Response:
    """Those of some users who are members now."""
    team_id, user_ids = call.id_param("team_id"), bodies.names(call.body)
    if not user_ids:
        raise bad_body("user_ids")
    need_team(call, team_id)
    team = call.state.teams.find(team_id)
    members = [team.members[user_id] for user_id in sorted(set(user_ids)) if user_id in team.members] if team else []
    return reply([team.member_view(member) for member in members])


@operation("get_team_member", "GET", "/teams/{team_id}/members/{user_id}")
def get_team_member(call: Call) -> Response:
    """One membership, also one that has ended."""
    team_id, user_id = call.id_param("team_id"), call.user_param()
    need_team(call, team_id)
    call.need_sight(user_id)
    team = call.state.teams.find(team_id)
    return reply(team.member_view(_membership(team, user_id)))


def _membership(team: Team | None, user_id: str) -> Member:
    member = team.membership(user_id) if team else None
    if member is None:
        raise NO_TEAM_MEMBER()
    return member


@operation("get_team_members_for_user", "GET", "/users/{user_id}/teams/members")
def get_team_members_for_user(call: Call) -> Response:
    """All memberships of a user: also those that have ended, and those in archived teams."""
    user_id = call.user_param()
    call.need_right_over(user_id)
    call.need_sight(user_id)
    return reply([team.member_view(member) for team, member in call.state.teams.memberships_of(user_id)])


@operation("get_team_stats", "GET", "/teams/{team_id}/stats")
def get_team_stats(call: Call) -> Response:
    """Number of members, and of those who are active."""
    team_id = call.id_param("team_id")
    need_team(call, team_id)
    team = call.state.teams.find(team_id)
    total, active = (len(team.members), active_count(call.state, team)) if team else (0, 0)
    return reply({"team_id": team_id, "total_member_count": total, "active_member_count": active})


def active_count(state, team: Team) -> int:
    """Number of members who are not deactivated."""
    return sum(not state.users.row(user_id).delete_at for user_id in team.members)


# ---- add ------------------------------------------------------------------------
@operation("add_team_member", "POST", "/teams/{team_id}/members", local=True)
def add_team_member(call: Call) -> Response:
    """Make a user a member of a team. Neither the deactivation of a user nor the archive is in the way."""
    team_id = call.id_param("team_id")
    try:
        body = bodies.record(call.body, MEMBER_BODY)
    except bodies.BadBody as error:
        raise TEAM_ADD_NO_BODY() from error
    _check_member(body, team_id, "team_id")
    if body["user_id"] == call.user_id:
        open_invite = call.state.teams.get(team_id).allow_open_invite
        call.need(JOIN_PUBLIC_TEAMS if open_invite else JOIN_PRIVATE_TEAMS)
    else:
        need_team(call, team_id, ADD_TO_TEAM)
    team = call.state.teams.get(team_id)
    if team.group_constrained:
        raise TEAM_GROUP_CONSTRAINED()
    return reply(team.member_view(_join(call, team, body["user_id"])), 201)


@operation("add_team_members", "POST", "/teams/{team_id}/members/batch")
def add_team_members(call: Call) -> Response:
    """Make several users members. The first one that fails ends it, but those before stay members.

    With anything as `graceful` all are tried, and the answer tells about each.
    """
    team_id = call.id_param("team_id")
    try:
        members = bodies.records(call.body, MEMBER_BODY)
    except bodies.BadBody as error:
        raise bad_body("members") from error
    if len(members) > BATCH_MAX:
        raise bad_body("too many members in batch")
    if not members:
        raise bad_body("no members in batch")
    team = call.state.teams.get(team_id)
    if team.group_constrained:
        raise TEAM_GROUP_CONSTRAINED()
    for body in members:
        _check_member(body, team_id, "team_id for member with user_id=" + body.get("user_id", ""))
    need_team(call, team_id, ADD_TO_TEAM)
    graceful = bool(call.query.get("graceful"))
    answers = []
    for body in members:
        member, error = None, None
        try:
            member = team.member_view(_join(call, team, body["user_id"]))
        except ApiError as problem:
            if not graceful:
                raise
            error = problem.body(None)
        answers.append({"user_id": body["user_id"], "member": member, "error": error})
    return reply(answers if graceful else [answer["member"] for answer in answers], 201)


def _check_member(body: dict, team_id: str, team_shown_as: str) -> None:
    if body.get("team_id") != team_id:
        raise bad_body(team_shown_as)
    if not is_id(body.get("user_id", "")):
        raise bad_body("user_id")


def _join(call: Call, team: Team, user_id: str) -> Member:
    """Make a user a member, if the team takes it."""
    state = call.state
    user, settings = state.users.get(user_id), state.settings
    if user.is_guest:
        domains = [settings["GuestAccountsSettings"]["RestrictCreationToDomains"]]
    else:
        domains = [team.allowed_domains, settings["TeamSettings"]["RestrictCreationToDomains"]]
    if not user.is_bot and not all(in_domains(user.email, allowed) for allowed in domains):
        raise TEAM_DOMAINS()
    if user_id not in team.members and _is_full(state, team):
        raise TEAM_FULL()
    return state.teams.join(state, team, user_id, admin=user.email == team.email)


def _is_full(state, team: Team) -> bool:
    most = state.settings["TeamSettings"]["MaxUsersPerTeam"]
    return len(team.members) >= most and active_count(state, team) >= most


# ---- remove, roles -----------------------------------------------------------------
@operation("remove_team_member", "DELETE", "/teams/{team_id}/members/{user_id}", local=True)
def remove_team_member(call: Call) -> Response:
    """End the membership of a user. To end it again does no harm."""
    team_id, user_id = call.id_param("team_id"), call.user_param()
    if user_id != call.user_id:
        need_team(call, team_id, REMOVE_FROM_TEAM)
    team, user = call.state.teams.get(team_id), call.state.users.get(user_id)
    if team.group_constrained and user_id != call.user_id and not user.is_bot:
        raise TEAM_REMOVE_GROUP_CONSTRAINED()
    if not team.membership(user_id):
        raise TEAM_NEVER_MEMBER()
    call.state.teams.leave(call.state, team, user_id)
    return done()


@operation("update_team_member_roles", "PUT", "/teams/{team_id}/members/{user_id}/roles")
def update_team_member_roles(call: Call) -> Response:
    """Give a member these roles and no others."""
    team_id, user_id = call.id_param("team_id"), call.user_param()
    roles = bodies.texts(call.body).get("roles", "")
    if not are_role_names(roles.split()):
        raise bad_body("team_member_roles")
    need_team(call, team_id, MANAGE_TEAM_ROLES)
    _membership(call.state.teams.find(team_id), user_id).set_roles(roles, call.state.roles)
    return done()


@operation("update_team_member_scheme_roles", "PUT", "/teams/{team_id}/members/{user_id}/schemeRoles")
def update_team_member_scheme_roles(call: Call) -> Response:
    """Make a member an administrator of the team, or a plain member."""
    team_id, user_id = call.id_param("team_id"), call.user_param()
    need_team(call, team_id, MANAGE_TEAM_ROLES)
    _membership(call.state.teams.find(team_id), user_id).set_scheme_roles(call.body)
    return done()
