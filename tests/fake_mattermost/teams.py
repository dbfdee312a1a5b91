# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Teams and channels, as far as users need them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

import orjson

from . import bodies
from .basics import new_id, now
from .call import Call, Response, reply
from .errors import (
    CHANNEL_EXISTS,
    CHANNEL_NAME,
    GROUP_CHANNEL_SIZE,
    NO_CHANNEL_MEMBER,
    NO_SUCH_CHANNEL,
    NO_SUCH_INVITATION,
    NO_SUCH_TEAM,
    NO_TEAM_MEMBER,
    PERMISSIONS,
    TEAM_DISPLAY_NAME,
    TEAM_EXISTS,
    TEAM_NAME,
    bad_body,
)
from .permissions import CREATE_GROUP_CHANNEL, CREATE_POST, CREATE_TEAM, READ_CHANNEL, VIEW_TEAM, permissions_of
from .release import Release
from .router import operation

NAME = re.compile(r"[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?\Z")
TEAM_BODY = {
    "name": "text",
    "display_name": "text",
    "type": "text",
    "description": "text",
    "email": "text",
    "company_name": "text",
    "allowed_domains": "text",
    "allow_open_invite": "flag",
}
CHANNEL_BODY = {"team_id": "text", "name": "text", "display_name": "text", "type": "text", "purpose": "text", "header": "text"}
MEMBER_BODY = {"user_id": "text", "team_id": "text"}
DEFAULT_CHANNELS = (("town-square", "Town Square"), ("off-topic", "Off-Topic"))
ALL_PAGES = "-1"
JSON_LINES = "application/x-ndjson"
CHANNEL_NOTIFY_PROPS = {
    "desktop": "default",
    "email": "default",
    "ignore_channel_mentions": "default",
    "mark_unread": "all",
    "push": "default",
}


@dataclass
class Member:
    """The membership of a user in a team or a channel (`kind`)."""

    user_id: str
    kind: str
    admin: bool = False
    guest: bool = False
    joined_at: int = field(default_factory=now)

    def view(self) -> dict:
        """What teams and channels show alike."""
        roles = [f"{self.kind}_guest" if self.guest else f"{self.kind}_user"]
        if self.admin:
            roles.append(f"{self.kind}_admin")
        return {
            "user_id": self.user_id,
            "roles": " ".join(roles),
            "scheme_guest": self.guest,
            "scheme_user": not self.guest,
            "scheme_admin": self.admin,
            "explicit_roles": "",
        }


class _Group:
    """What has members."""

    members: dict[str, Member]
    kind: str

    def add(self, user, admin: bool = False) -> Member:
        """Make the user a member, unless it is one."""
        return self.members.setdefault(user.id, Member(user.id, self.kind, admin, user.is_guest))


@dataclass
class Team(_Group):
    """A team."""

    name: str
    display_name: str
    type: str
    extra: dict
    id: str = field(default_factory=new_id)
    invite_id: str = field(default_factory=new_id)
    create_at: int = field(default_factory=now)
    members: dict[str, Member] = field(default_factory=dict)
    kind = "team"

    def view(self) -> dict:
        """The team as it is shown."""
        return dict(
            {"description": "", "email": "", "company_name": "", "allowed_domains": "", "allow_open_invite": False},
            **self.extra,
            id=self.id,
            name=self.name,
            display_name=self.display_name,
            type=self.type,
            invite_id=self.invite_id,
            create_at=self.create_at,
            update_at=self.create_at,
            delete_at=0,
            scheme_id=None,
            group_constrained=None,
            policy_id=None,
        )

    def member_view(self, member: Member) -> dict:
        """A membership as it is shown."""
        return dict(member.view(), team_id=self.id, delete_at=0)


@dataclass
class Channel(_Group):
    """A channel of a team, a direct or a group message."""

    name: str
    display_name: str
    type: str
    team_id: str = ""
    creator_id: str = ""
    purpose: str = ""
    header: str = ""
    id: str = field(default_factory=new_id)
    create_at: int = field(default_factory=now)
    members: dict[str, Member] = field(default_factory=dict)
    kind = "channel"

    def view(self) -> dict:
        """The channel as it is shown."""
        return {
            "id": self.id,
            "create_at": self.create_at,
            "update_at": self.create_at,
            "delete_at": 0,
            "team_id": self.team_id,
            "type": self.type,
            "display_name": self.display_name,
            "name": self.name,
            "header": self.header,
            "purpose": self.purpose,
            "last_post_at": self.create_at,
            "total_msg_count": 0,
            "extra_update_at": 0,
            "creator_id": self.creator_id,
            "scheme_id": None,
            "props": None,
            "group_constrained": None,
            "shared": None,
            "total_msg_count_root": 0,
            "policy_id": None,
            "last_root_post_at": self.create_at,
        }

    def member_view(self, member: Member, release: Release) -> dict:
        """A membership as it is shown."""
        return dict(
            member.view(),
            channel_id=self.id,
            last_viewed_at=0,
            msg_count=0,
            mention_count=0,
            mention_count_root=0,
            urgent_mention_count=0,
            msg_count_root=0,
            notify_props=dict(CHANNEL_NOTIFY_PROPS, **dict(release.channel_notify_props)),
            last_update_at=member.joined_at,
        )


class _Groups:
    """All groups of a kind by id, and the groups of each user."""

    missing = NO_SUCH_TEAM

    def __init__(self):
        self._by_id: dict[str, _Group] = {}

    def find(self, group_id: str):
        """The group of an id, or None."""
        return self._by_id.get(group_id)

    def get(self, group_id: str):
        """The group of an id."""
        if group_id not in self._by_id:
            raise self.missing()
        return self._by_id[group_id]

    def all(self) -> list:
        """All groups."""
        return list(self._by_id.values())

    def of(self, user_id: str) -> list:
        """The groups of a user."""
        return [group for group in self._by_id.values() if user_id in group.members]

    def forget_user(self, user_id: str) -> None:
        """The user is deleted for good."""
        for group in self.of(user_id):
            del group.members[user_id]

    def set_guest(self, user_id: str, guest: bool) -> None:
        """The user became a guest, or ceased to be one."""
        for group in self.of(user_id):
            group.members[user_id].guest = guest
            group.members[user_id].admin &= not guest


class Teams(_Groups):
    """All teams."""

    def named(self, name: str) -> Team | None:
        """The team of a name."""
        return next((team for team in self._by_id.values() if team.name == name), None)

    def get_by_invite_id(self, invite_id: str) -> Team:
        """The team that an invitation leads to."""
        for team in self._by_id.values():
            if team.invite_id == invite_id:
                return team
        raise NO_SUCH_INVITATION()

    def create(self, state, team: Team, creator_id: str) -> None:
        """Keep a new team, with its default channels."""
        self._by_id[team.id] = team
        for name, display_name in DEFAULT_CHANNELS:
            state.channels.add(Channel(name, display_name, "O", team.id, creator_id))
        if creator_id:
            self.join(state, team, creator_id, admin=True)

    def join(self, state, team: Team, user_id: str, admin: bool = False) -> Member:
        """Make a user a member of the team and of its default channels."""
        if user_id in team.members:
            return team.members[user_id]
        user = state.users.get(user_id)
        member = team.add(user, admin)
        for name, _display_name in DEFAULT_CHANNELS:
            state.channels.named(team.id, name).add(user, admin)
        state.users.touch(user_id)
        state.users.forget(user_id)
        return member


class Channels(_Groups):
    """All channels."""

    missing = NO_SUCH_CHANNEL

    def add(self, channel: Channel) -> Channel:
        """Keep a new channel."""
        self._by_id[channel.id] = channel
        return channel

    def named(self, team_id: str, name: str) -> Channel | None:
        """The channel of a name."""
        return next((channel for channel in self._by_id.values() if (channel.team_id, channel.name) == (team_id, name)), None)

    def message(self, state, kind: str, user_ids: Iterable[str]) -> Channel:
        """The direct (D) or group (G) message between some users."""
        users = state.users.sorted(set(user_ids))
        name = "__".join(sorted(user.id for user in users))
        channel = self.named("", name)
        if channel is None:
            display_name = "" if kind == "D" else ", ".join(user.username for user in users)
            channel = self.add(Channel(name, display_name, kind))
            for user in users:
                channel.add(user)
        return channel

    def circle(self, user_id: str) -> set[str]:
        """The members of all channels of the user."""
        return set().union(*(channel.members for channel in self.of(user_id)))


# ---- who may ---------------------------------------------------------------------
def need_team(call: Call, team_id: str) -> None:
    """Refuse callers who are no members (those who may view all see any team, even one that does not exist)."""
    team = call.state.teams.find(team_id)
    if not (call.may(VIEW_TEAM) or (team and call.user_id in team.members)):
        raise PERMISSIONS(VIEW_TEAM)


def is_open(state, user_id: str, channel_id: str, permission: str) -> bool:
    """Whether a channel is open to a user: to its members, and to those who have the permission for all channels.

    One that does not exist is open to nobody.
    """
    channel = state.channels.find(channel_id)
    user = state.users.row(user_id)
    return bool(channel and user and (user_id in channel.members or permission in permissions_of(user.roles)))


def need_channel(call: Call, channel_id: str) -> None:
    """Refuse callers who may not read the channel."""
    if not (call.local or is_open(call.state, call.user_id, channel_id, READ_CHANNEL)):
        raise PERMISSIONS(READ_CHANNEL)


def _body(call: Call, fields: dict[str, str], what: str) -> dict:
    try:
        return bodies.record(call.body, fields)
    except bodies.BadBody as error:
        raise bad_body(what) from error


# ---- teams -----------------------------------------------------------------------
@operation("create_team", "POST", "/teams", local=True)
def create_team(call: Call) -> Response:
    """Create a team; the creator becomes its administrator."""
    body = _body(call, TEAM_BODY, "team")
    call.need(CREATE_TEAM)
    name, display_name = body.pop("name", ""), body.pop("display_name", "")
    if not 2 <= len(name) <= 64 or not NAME.match(name):
        raise TEAM_NAME()
    if not 1 <= len(display_name) <= 64:
        raise TEAM_DISPLAY_NAME()
    if call.state.teams.named(name):
        raise TEAM_EXISTS()
    team = Team(name, display_name, body.pop("type", "O"), body)
    call.state.teams.create(call.state, team, call.user_id)
    return reply(team.view(), 201)


@operation("get_teams", "GET", "/teams", local=True)
def get_teams(call: Call) -> Response:
    """All teams that the caller may see."""
    teams = [team for team in call.state.teams.all() if call.is_admin or call.user_id in team.members]
    return reply([team.view() for team in call.page_of(teams)])


@operation("get_team", "GET", "/teams/{team_id}", local=True)
def get_team(call: Call) -> Response:
    """One team by id."""
    team = call.state.teams.get(call.id_param("team_id"))
    need_team(call, team.id)
    return reply(team.view())


@operation("get_team_by_name", "GET", "/teams/name/{name}", local=True)
def get_team_by_name(call: Call) -> Response:
    """One team by name."""
    team = call.state.teams.named(call.params["name"])
    if team is None:
        raise NO_SUCH_TEAM()
    need_team(call, team.id)
    return reply(team.view())


@operation("get_teams_for_user", "GET", "/users/{user_id}/teams")
def get_teams_for_user(call: Call) -> Response:
    """The teams of a user."""
    user_id = call.user_param()
    call.need_right_over(user_id)
    return reply([team.view() for team in call.state.teams.of(user_id)])


@operation("add_team_member", "POST", "/teams/{team_id}/members", local=True)
def add_team_member(call: Call) -> Response:
    """Make a user a member of a team."""
    team = call.state.teams.get(call.id_param("team_id"))
    user_id = call.check_id(_body(call, MEMBER_BODY, "team_member").get("user_id", ""), "user_id")
    need_team(call, team.id)
    return reply(team.member_view(call.state.teams.join(call.state, team, user_id)), 201)


@operation("get_team_members", "GET", "/teams/{team_id}/members", local=True)
def get_team_members(call: Call) -> Response:
    """The members of a team."""
    team = call.state.teams.get(call.id_param("team_id"))
    need_team(call, team.id)
    return reply([team.member_view(member) for member in call.page_of(list(team.members.values()))])


@operation("get_team_member", "GET", "/teams/{team_id}/members/{user_id}", local=True)
def get_team_member(call: Call) -> Response:
    """One member of a team."""
    team, user_id = call.state.teams.get(call.id_param("team_id")), call.user_param()
    need_team(call, team.id)
    if user_id not in team.members:
        raise NO_TEAM_MEMBER()
    return reply(team.member_view(team.members[user_id]))


# ---- channels ---------------------------------------------------------------------
@operation("create_channel", "POST", "/channels", local=True)
def create_channel(call: Call) -> Response:
    """Create a channel of a team; the creator becomes its administrator."""
    body = _body(call, CHANNEL_BODY, "channel")
    team_id, name = body.get("team_id", ""), body.get("name", "")
    need_team(call, team_id)
    call.state.teams.get(team_id)
    if not NAME.match(name) or len(name) > 64 or body.get("type") not in ("O", "P"):
        raise CHANNEL_NAME()
    if call.state.channels.named(team_id, name):
        raise CHANNEL_EXISTS()
    channel = call.state.channels.add(Channel(creator_id=call.user_id, **dict({"display_name": name}, **body)))
    if call.user_id:
        channel.add(call.state.users.row(call.user_id), admin=True)
    return reply(channel.view(), 201)


@operation("get_channel", "GET", "/channels/{channel_id}", local=True)
def get_channel(call: Call) -> Response:
    """One channel by id."""
    channel = call.state.channels.get(call.id_param("channel_id"))
    need_channel(call, channel.id)
    return reply(channel.view())


@operation("add_channel_member", "POST", "/channels/{channel_id}/members", local=True)
def add_channel_member(call: Call) -> Response:
    """Make a user a member of a channel. The user must be in its team."""
    channel = call.state.channels.get(call.id_param("channel_id"))
    user_id = call.check_id(_body(call, MEMBER_BODY, "channel_member").get("user_id", ""), "user_id")
    need_channel(call, channel.id)
    user = call.state.users.get(user_id)
    if channel.team_id and user_id not in call.state.teams.get(channel.team_id).members:
        raise NO_TEAM_MEMBER()
    return reply(channel.member_view(channel.add(user), call.state.release), 201)


@operation("get_channel_members", "GET", "/channels/{channel_id}/members", local=True)
def get_channel_members(call: Call) -> Response:
    """The members of a channel."""
    channel = call.state.channels.get(call.id_param("channel_id"))
    need_channel(call, channel.id)
    return reply([channel.member_view(member, call.state.release) for member in call.page_of(list(channel.members.values()))])


@operation("get_channel_member", "GET", "/channels/{channel_id}/members/{user_id}", local=True)
def get_channel_member(call: Call) -> Response:
    """One member of a channel."""
    channel, user_id = call.state.channels.get(call.id_param("channel_id")), call.user_param()
    need_channel(call, channel.id)
    if user_id not in channel.members:
        raise NO_CHANNEL_MEMBER()
    return reply(channel.member_view(channel.members[user_id], call.state.release))


@operation("create_direct_channel", "POST", "/channels/direct")
def create_direct_channel(call: Call) -> Response:
    """The direct message between two users."""
    user_ids = bodies.names(call.body)
    if len(user_ids) != 2:
        raise bad_body("user_ids")
    for user_id in user_ids:
        call.state.users.get(user_id)
    if call.user_id not in user_ids and not call.is_admin:
        raise PERMISSIONS("create_direct_channel")
    return reply(call.state.channels.message(call.state, "D", user_ids).view(), 201)


@operation("create_group_channel", "POST", "/channels/group")
def create_group_channel(call: Call) -> Response:
    """The group message between three to eight users, the caller among them."""
    user_ids = bodies.names(call.body)
    if not user_ids:
        raise bad_body("user_ids")
    call.need(CREATE_GROUP_CHANNEL)
    members = {*user_ids, call.user_id}
    for user_id in members:
        call.state.users.get(user_id)
    if not 3 <= len(members) <= 8:
        raise GROUP_CHANNEL_SIZE()
    return reply(call.state.channels.message(call.state, "G", members).view(), 201)


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
                team_update_at=team.create_at if team else 0,
            )
        )
    if everything:
        return Response(b"".join(orjson.dumps(membership) + b"\n" for membership in memberships), media_type=JSON_LINES)
    return reply(memberships)


@operation("publish_user_typing", "POST", "/users/{user_id}/typing", when_busy=False)
def publish_user_typing(call: Call) -> Response:
    """Tell a channel that a user is typing. Nobody listens here."""
    user_id = call.user_param()
    channel_id = _body(call, {"channel_id": "text", "parent_id": "text"}, "typing_request").get("channel_id", "")
    call.need_right_over(user_id)
    if not is_open(call.state, user_id, channel_id, CREATE_POST):
        raise PERMISSIONS(CREATE_POST)
    return reply({"status": "OK"})
