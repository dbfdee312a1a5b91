# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Channels of teams, direct and group messages. Their members are in channel_members.py."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from . import bodies
from .basics import new_id, now, parse_bool
from .call import Call, Response, done, reply
from .errors import (
    CHANNEL_EXISTS,
    CHANNEL_IS_ARCHIVED,
    CHANNEL_IS_DEFAULT,
    CHANNEL_NAME,
    CHANNEL_NOT_ARCHIVED,
    GROUP_CHANNEL_SIZE,
    NO_CHANNELS,
    NO_SUCH_CHANNEL,
    NO_SUCH_CHANNEL_NAME,
    PERMISSIONS,
    bad_body,
)
from .memberships import Group, Groups, Member
from .permissions import CREATE_GROUP_CHANNEL, MANAGE_TEAM, READ_CHANNEL, READ_PUBLIC_CHANNEL
from .router import operation
from .teams import NAME, get_named, need_team

BODY = {"team_id": "text", "name": "text", "display_name": "text", "type": "text", "purpose": "text", "header": "text"}
PATCH = {"name": "text", "display_name": "text", "purpose": "text", "header": "text", "group_constrained": "flag"}
DEFAULT_CHANNEL = "town-square"  # nobody leaves it
DEFAULT_CHANNELS = ((DEFAULT_CHANNEL, "Town Square"), ("off-topic", "Off-Topic"))
NOTIFY_PROPS = {
    "desktop": "default",
    "email": "default",
    "ignore_channel_mentions": "default",
    "mark_unread": "all",
    "push": "default",
}


@dataclass
class Channel(Group):
    """A channel of a team, a direct or a group message."""

    name: str
    display_name: str
    type: str
    team_id: str = ""
    creator_id: str = ""
    purpose: str = ""
    header: str = ""
    group_constrained: bool | None = None
    id: str = field(default_factory=new_id)
    create_at: int = field(default_factory=now)
    update_at: int = 0
    delete_at: int = 0
    members: dict[str, Member] = field(default_factory=dict)
    kind = "channel"

    def __post_init__(self):
        self.update_at = self.update_at or self.create_at

    @property
    def is_message(self) -> bool:
        """Whether this is a direct or a group message, whose members never change."""
        return self.type in ("D", "G")

    def view(self) -> dict:
        """The channel as it is shown."""
        return {
            "id": self.id,
            "create_at": self.create_at,
            "update_at": self.update_at,
            "delete_at": self.delete_at,
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
            "group_constrained": self.group_constrained,
            "shared": None,
            "total_msg_count_root": 0,
            "policy_id": None,
            "last_root_post_at": self.create_at,
        }

    def member_view(self, member: Member, release) -> dict:
        """A membership as it is shown."""
        return dict(
            member.view(),
            channel_id=self.id,
            last_viewed_at=member.last_viewed_at,
            msg_count=0,
            mention_count=member.mentions,
            mention_count_root=member.mentions,
            urgent_mention_count=0,
            msg_count_root=0,
            notify_props=dict(NOTIFY_PROPS, **dict(release.channel_notify_props)),
            last_update_at=member.last_update_at,
        )


class Channels(Groups[Channel]):
    """All channels."""

    missing = NO_SUCH_CHANNEL

    def __init__(self):
        super().__init__()
        self._by_name: dict[tuple[str, str], Channel] = {}  # by id of the team and name

    def add(self, channel: Channel) -> Channel:
        """Keep a new channel."""
        self._by_id[channel.id] = self._by_name[channel.team_id, channel.name] = channel
        return channel

    def named(self, team_id: str, name: str) -> Channel | None:
        """The channel of a name, archived or not."""
        return self._by_name.get((team_id, name))

    def rename(self, channel: Channel, name: str) -> None:
        """Give a channel another name."""
        del self._by_name[channel.team_id, channel.name]
        channel.name = name
        self._by_name[channel.team_id, name] = channel

    def of_team(self, team_id: str) -> list[Channel]:
        """The channels of a team, archived ones too, ordered by display name."""
        channels = [channel for channel in self._by_id.values() if channel.team_id == team_id]
        return sorted(channels, key=lambda channel: channel.display_name.lower())

    def remove_of_team(self, team_id: str) -> None:
        """Remove the channels of a team for good."""
        for channel in self.of_team(team_id):
            self._drop(channel)
            del self._by_name[team_id, channel.name]

    # ---- default channels ------------------------------------------------
    def add_defaults(self, team_id: str, creator_id: str) -> None:
        """The channels that every team has."""
        for name, display_name in DEFAULT_CHANNELS:
            self.add(Channel(name, display_name, "O", team_id, creator_id))

    def join_defaults(self, team_id: str, user, admin: bool) -> None:
        """A new member of a team is in its default channels, unless they are archived."""
        for name, _display_name in DEFAULT_CHANNELS:
            channel = self.named(team_id, name)
            if channel and not channel.delete_at:
                self.add_member(channel, user, admin=admin)

    # ---- messages --------------------------------------------------------
    def message(self, state, kind: str, user_ids: Iterable[str]) -> Channel:
        """The direct (D) or group (G) message between some users."""
        users = state.users.sorted(set(user_ids))
        name = "__".join(sorted(user.id for user in users))
        channel = self.named("", name)
        if channel is None:
            display_name = "" if kind == "D" else ", ".join(user.username for user in users)
            channel = self.add(Channel(name, display_name, kind))
            for user in users:
                self.add_member(channel, user)
        return channel

    def circle(self, user_id: str) -> set[str]:
        """The members of all channels of the user."""
        return set().union(*(channel.members for channel in self.of(user_id)))


# ---- who may ---------------------------------------------------------------------
def is_open(state, user_id: str, channel_id: str, permission: str) -> bool:
    """Whether a user has a permission for a channel: as member of it or of its team, or for all channels.

    One that does not exist is open to nobody.
    """
    channel = state.channels.find(channel_id)
    user = state.users.row(user_id)
    if channel is None or user is None:
        return False
    team = state.teams.find(channel.team_id)
    return (
        channel.permits(state, user_id, permission)
        or (team is not None and team.permits(state, user_id, permission))
        or state.roles.permit(user.roles, permission)
    )


def need_channel(call: Call, channel_id: str, permission: str = READ_CHANNEL) -> None:
    """Refuse callers who do not have the permission for a channel."""
    if not (call.local or is_open(call.state, call.user_id, channel_id, permission)):
        raise PERMISSIONS(permission)


def channel_body(call: Call, fields: dict[str, str], what: str = "channel") -> dict:
    """The body of a request about channels."""
    try:
        return bodies.record(call.body, fields)
    except bodies.BadBody as error:
        raise bad_body(what) from error


def _channel_param(call: Call) -> Channel:
    """The channel in the path, if the caller is one of its users."""
    channel = call.state.channels.get(call.id_param("channel_id"))
    need_channel(call, channel.id)
    return channel


# ---- create, read ------------------------------------------------------------------
@operation("create_channel", "POST", "/channels", local=True)
def create_channel(call: Call) -> Response:
    """Create a channel of a team; the creator becomes its administrator."""
    body = channel_body(call, BODY)
    team_id, name = body.get("team_id", ""), body.get("name", "")
    need_team(call, team_id)
    call.state.teams.get(team_id)
    if not NAME.match(name) or len(name) > 64 or body.get("type") not in ("O", "P"):
        raise CHANNEL_NAME()
    if call.state.channels.named(team_id, name):
        raise CHANNEL_EXISTS()
    channel = call.state.channels.add(Channel(creator_id=call.user_id, **dict({"display_name": name}, **body)))
    if call.user_id:
        call.state.channels.add_member(channel, call.state.users.row(call.user_id), admin=True)
    return reply(channel.view(), 201)


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


@operation("get_channel", "GET", "/channels/{channel_id}", local=True)
def get_channel(call: Call) -> Response:
    """One channel by id."""
    return reply(_channel_param(call).view())


@operation("get_channel_by_name", "GET", "/teams/{team_id}/channels/name/{channel_name}", local=True)
def get_channel_by_name(call: Call) -> Response:
    """One channel by its name and the id of its team."""
    return _show_named(call, call.id_param("team_id"))


@operation("get_channel_by_name_for_team_name", "GET", "/teams/name/{team_name}/channels/name/{channel_name}", local=True)
def get_channel_by_name_for_team_name(call: Call) -> Response:
    """One channel by its name and the name of its team."""
    return _show_named(call, get_named(call, call.params["team_name"]).id)


def _show_named(call: Call, team_id: str) -> Response:
    """An archived channel is shown on request only; a private one is hidden from those who are not in it."""
    channel = call.state.channels.named(team_id, call.params["channel_name"].lower())
    if not channel or (channel.delete_at and not parse_bool(call.query.get("include_deleted", ""))):
        raise NO_SUCH_CHANNEL_NAME()
    if not call.local and not is_open(call.state, call.user_id, channel.id, READ_CHANNEL):
        if channel.type != "O":
            raise NO_SUCH_CHANNEL_NAME()
        need_team(call, team_id, READ_PUBLIC_CHANNEL)
    return reply(channel.view())


@operation("get_public_channels_for_team", "GET", "/teams/{team_id}/channels", local=True)
def get_public_channels_for_team(call: Call) -> Response:
    """A page of the public channels of a team."""
    return _page_of_team(call, lambda channel: channel.type == "O" and not channel.delete_at)


@operation("get_private_channels_for_team", "GET", "/teams/{team_id}/channels/private", local=True)
def get_private_channels_for_team(call: Call) -> Response:
    """A page of the private channels of a team, for administrators."""
    call.need_right()
    return _page_of_team(call, lambda channel: channel.type == "P" and not channel.delete_at)


@operation("get_deleted_channels_for_team", "GET", "/teams/{team_id}/channels/deleted", local=True)
def get_deleted_channels_for_team(call: Call) -> Response:
    """A page of the archived channels of a team; private ones are shown to administrators."""
    return _page_of_team(call, lambda channel: channel.delete_at > 0 and (channel.type == "O" or call.is_admin))


def _page_of_team(call: Call, keep: Callable[[Channel], bool]) -> Response:
    team_id = call.id_param("team_id")
    need_team(call, team_id)
    channels = [channel for channel in call.state.channels.of_team(team_id) if keep(channel)]
    return reply([channel.view() for channel in call.page_of(channels)])


@operation("get_channels_for_team_for_user", "GET", "/users/{user_id}/teams/{team_id}/channels")
def get_channels_for_team_for_user(call: Call) -> Response:
    """The channels of a user in a team, and the messages of the user."""
    user_id, team_id = call.user_param(), call.id_param("team_id")
    call.need_right_over(user_id)
    need_team(call, team_id)
    deleted = parse_bool(call.query.get("include_deleted", ""))
    channels = [
        channel
        for channel in call.state.channels.of(user_id)
        if channel.team_id in (team_id, "") and (deleted or not channel.delete_at)
    ]
    if not channels:
        raise NO_CHANNELS()
    channels.sort(key=lambda channel: channel.display_name.lower())
    newest = max(channel.update_at for channel in channels)
    etag = f"{call.state.release.version}.{channels[0].id}.{newest}.{len(channels)}"
    return call.unchanged(etag) or reply([channel.view() for channel in channels], headers={"ETag": etag})


# ---- change ------------------------------------------------------------------------
@operation("patch_channel", "PUT", "/channels/{channel_id}/patch", local=True)
def patch_channel(call: Call) -> Response:
    """Change the fields that are given."""
    changes = channel_body(call, PATCH)
    channel = _channel_param(call)
    name = changes.pop("name", channel.name)
    if name != channel.name:
        if not NAME.match(name) or len(name) > 64 or channel.name == DEFAULT_CHANNEL:
            raise CHANNEL_NAME()
        if call.state.channels.named(channel.team_id, name):
            raise CHANNEL_EXISTS()
        call.state.channels.rename(channel, name)
    channel.__dict__.update(changes)
    channel.update_at = now()
    return reply(channel.view())


@operation("delete_channel", "DELETE", "/channels/{channel_id}", local=True)
def delete_channel(call: Call) -> Response:
    """Archive a channel."""
    channel = _channel_param(call)
    if channel.is_message:
        raise PERMISSIONS("delete_private_channel")
    if channel.delete_at:
        raise CHANNEL_IS_ARCHIVED()
    if channel.name == DEFAULT_CHANNEL:
        raise CHANNEL_IS_DEFAULT()
    channel.delete_at = channel.update_at = now()
    return done()


@operation("restore_channel", "POST", "/channels/{channel_id}/restore", local=True)
def restore_channel(call: Call) -> Response:
    """Take a channel out of the archive."""
    channel = call.state.channels.get(call.id_param("channel_id"))
    need_team(call, channel.team_id, MANAGE_TEAM)
    if not channel.delete_at:
        raise CHANNEL_NOT_ARCHIVED()
    channel.delete_at, channel.update_at = 0, now()
    return reply(channel.view())
