# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Members of channels: list, add, remove, roles; and that somebody is typing."""

from __future__ import annotations

import orjson

from . import bodies
from .basics import is_id
from .call import Call, Response, done, reply
from .channels import DEFAULT_CHANNEL, Channel, channel_body, is_open, need_channel
from .errors import (
    CHANNEL_ADD_DEACTIVATED,
    CHANNEL_ADD_LEFT_TEAM,
    CHANNEL_ADD_TYPE,
    CHANNEL_GROUP_CONSTRAINED,
    CHANNEL_REMOVE_DEFAULT,
    CHANNEL_REMOVE_GROUP_CONSTRAINED,
    CHANNEL_REMOVE_TYPE,
    NO_CHANNEL_MEMBER,
    NO_TEAM_MEMBER,
    PERMISSIONS,
    ApiError,
    bad_body,
    bad_url,
)
from .memberships import Member
from .permissions import CREATE_POST, MANAGE_CHANNEL_ROLES, MANAGE_PRIVATE_MEMBERS, MANAGE_PUBLIC_MEMBERS
from .router import operation
from .rules import are_role_names
from .teams import need_team

ADD_MAX = 1000
ALL_PAGES = "-1"
JSON_LINES = "application/x-ndjson"
NEVER_VIEWED = {"last_viewed_at": -1, "last_update_at": -1}


def _channel_param(call: Call) -> Channel:
    return call.state.channels.get(call.id_param("channel_id"))


def _member(channel: Channel, user_id: str) -> Member:
    if user_id not in channel.members:
        raise NO_CHANNEL_MEMBER()
    return channel.members[user_id]


def _need_to_manage(call: Call, channel: Channel) -> None:
    """Refuse callers who may not add and remove others."""
    need_channel(call, channel.id, MANAGE_PUBLIC_MEMBERS if channel.type == "O" else MANAGE_PRIVATE_MEMBERS)


# ---- read ------------------------------------------------------------------------
@operation("get_channel_members", "GET", "/channels/{channel_id}/members", local=True)
def get_channel_members(call: Call) -> Response:
    """A page of the members of a channel, ordered by user id."""
    channel = _channel_param(call)
    need_channel(call, channel.id)
    members = sorted(channel.members.values(), key=lambda member: member.user_id)
    return reply([channel.member_view(member, call.state.release) for member in call.page_of(members)])


@operation("get_channel_members_by_ids", "POST", "/channels/{channel_id}/members/ids")
def get_channel_members_by_ids(call: Call) -> Response:
    """Those of some users who are members."""
    channel_id, user_ids = call.id_param("channel_id"), bodies.names(call.body)
    if not user_ids:
        raise bad_body("user_ids")
    need_channel(call, channel_id)
    channel = call.state.channels.get(channel_id)
    found = [channel.members[user_id] for user_id in sorted(set(user_ids)) if user_id in channel.members]
    return reply([channel.member_view(member, call.state.release) for member in found])


@operation("get_channel_member", "GET", "/channels/{channel_id}/members/{user_id}", local=True)
def get_channel_member(call: Call) -> Response:
    """One member of a channel."""
    channel, user_id = _channel_param(call), call.user_param()
    need_channel(call, channel.id)
    return reply(channel.member_view(_member(channel, user_id), call.state.release))


@operation("get_channel_members_for_user", "GET", "/users/{user_id}/teams/{team_id}/channels/members")
def get_channel_members_for_user(call: Call) -> Response:
    """The memberships of a user in the channels of a team that are not archived, and in messages."""
    user_id, team_id = call.user_param(), call.id_param("team_id")
    need_team(call, team_id)
    call.need_right_over(user_id)
    return reply(
        [
            channel.member_view(channel.members[user_id], call.state.release)
            for channel in call.state.channels.of(user_id)
            if channel.team_id in (team_id, "") and not channel.delete_at
        ]
    )


@operation("get_channel_members_with_team_data_for_user", "GET", "/users/{user_id}/channel_members")
def get_channel_members_with_team_data_for_user(call: Call) -> Response:
    """All memberships of a user in channels."""
    user_id = call.user_param()
    call.need_right_over(user_id)
    memberships = []
    everything = call.query.get("page") == ALL_PAGES and call.state.release.all_memberships_are_lines
    channels = call.state.channels.of(user_id)
    for channel in channels if everything else call.page_of(channels):
        team = call.state.teams.find(channel.team_id)
        memberships.append(
            dict(
                channel.member_view(channel.members[user_id], call.state.release),
                team_display_name=team.display_name if team else "",
                team_name=team.name if team else "",
                team_update_at=team.update_at if team else 0,
            )
        )
    if everything:
        return Response(b"".join(orjson.dumps(membership) + b"\n" for membership in memberships), media_type=JSON_LINES)
    return reply(memberships)


# ---- add -------------------------------------------------------------------------
@operation("add_channel_member", "POST", "/channels/{channel_id}/members", local=True)
def add_channel_member(call: Call) -> Response:
    """Make one user (`user_id`) or several (`user_ids`) members of a channel, be it archived or not.

    Of several, those who fail are left out of the answer; only if all fail the last error is told.
    """
    channel_id, body = call.id_param("channel_id"), bodies.anything(call.body)
    user_ids = body.get("user_ids")
    if not isinstance(user_ids, list):
        user_ids = [body.get("user_id")]
        if not isinstance(user_ids[0], str) or not is_id(user_ids[0]):
            raise bad_body("user_id")
    if len(user_ids) > ADD_MAX:
        raise bad_body("user_ids")
    channel = call.state.channels.get(channel_id)
    if channel.is_message:
        raise CHANNEL_ADD_TYPE()
    if not _may_join(call, channel, user_ids):
        _need_to_manage(call, channel)
    if channel.group_constrained and user_ids:
        raise CHANNEL_GROUP_CONSTRAINED()
    added, failure = [], None
    for user_id in user_ids:
        try:
            added.append(_add(call, channel, user_id))
        except ApiError as error:
            failure = error
    if failure and not added:
        raise failure
    if "user_id" in body and len(added) == 1:
        return reply(added[0], 201)
    return reply(added or None, 201)


def _may_join(call: Call, channel: Channel, user_ids: list) -> bool:
    """Whether the caller joins a public channel of one of their teams."""
    team = call.state.teams.find(channel.team_id)
    return user_ids == [call.user_id] and channel.type == "O" and bool(team and call.user_id in team.members)


def _add(call: Call, channel: Channel, user_id: object) -> dict:
    """Make a user a member of a channel. The user must be in its team, and active."""
    state = call.state
    if not isinstance(user_id, str) or not is_id(user_id):
        raise bad_url("user_id")
    if user_id in channel.members:
        return channel.member_view(channel.members[user_id], state.release)
    user, team = state.users.get(user_id), state.teams.get(channel.team_id)
    if not team.membership(user_id):
        raise NO_TEAM_MEMBER()
    if user_id not in team.members:
        raise CHANNEL_ADD_LEFT_TEAM()
    if user.delete_at:
        raise CHANNEL_ADD_DEACTIVATED()
    by_other = call.user_id not in ("", user_id)
    times = NEVER_VIEWED if by_other and state.release.added_channel_members_never_viewed else {}
    member = state.channels.add_member(channel, user, **times)
    view = channel.member_view(member, state.release)
    if by_other:
        member.mentions += 1  # by the message that somebody was added
    return view


# ---- remove, roles -----------------------------------------------------------------
@operation("remove_channel_member", "DELETE", "/channels/{channel_id}/members/{user_id}", local=True)
def remove_channel_member(call: Call) -> Response:
    """End the membership of a user."""
    channel, user = _channel_param(call), call.state.users.get(call.user_param())
    if channel.is_message:
        raise CHANNEL_REMOVE_TYPE()
    if user.id != call.user_id:
        if channel.group_constrained and not user.is_bot:
            raise CHANNEL_REMOVE_GROUP_CONSTRAINED()
        _need_to_manage(call, channel)
    if channel.name == DEFAULT_CHANNEL and not user.is_guest:
        raise CHANNEL_REMOVE_DEFAULT()
    _member(channel, user.id)
    call.state.channels.remove_member(channel, user.id)
    return done()


@operation("update_channel_roles", "PUT", "/channels/{channel_id}/members/{user_id}/roles")
def update_channel_roles(call: Call) -> Response:
    """Give a member these roles and no others."""
    channel_id, user_id = call.id_param("channel_id"), call.user_param()
    roles = bodies.texts(call.body).get("roles", "")
    if not are_role_names(roles.split()):
        raise bad_body("roles")
    _manageable_member(call, channel_id, user_id).set_roles(roles, call.state.roles)
    return done()


@operation("update_channel_member_scheme_roles", "PUT", "/channels/{channel_id}/members/{user_id}/schemeRoles")
def update_channel_member_scheme_roles(call: Call) -> Response:
    """Make a member an administrator of the channel, or a plain member."""
    channel_id, user_id = call.id_param("channel_id"), call.user_param()
    _manageable_member(call, channel_id, user_id).set_scheme_roles(call.body)
    return done()


def _manageable_member(call: Call, channel_id: str, user_id: str) -> Member:
    """The member, if the caller administers the channel."""
    need_channel(call, channel_id, MANAGE_CHANNEL_ROLES)
    return _member(call.state.channels.get(channel_id), user_id)


@operation("publish_user_typing", "POST", "/users/{user_id}/typing", when_busy=False)
def publish_user_typing(call: Call) -> Response:
    """Tell a channel that a user is typing. Nobody listens here."""
    user_id = call.user_param()
    body = channel_body(call, {"channel_id": "text", "parent_id": "text"}, "typing_request")
    call.need_right_over(user_id)
    channel_id = body.get("channel_id", "")
    # Users who may write everywhere may do so even where there is no channel.
    user = call.state.users.row(user_id)
    everywhere = bool(channel_id and user and call.state.roles.permit(user.roles, CREATE_POST))
    if not everywhere and not is_open(call.state, user_id, channel_id, CREATE_POST):
        raise PERMISSIONS(CREATE_POST)
    return done()
