# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists of users: pages, look-up of several, counts."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

import orjson

from . import bodies
from .basics import parse_bool
from .call import Call, Response, reply, reply_text
from .channels import need_channel
from .errors import BAD_LIST, NO_SUCH_GROUP, NOT_FOR_OPEN_SERVER, bad_body, bad_url
from .filters import RoleFilter, check_roles_exist, members, query_roles, texts, visible
from .permissions import LIST_USERS_WITHOUT_TEAM
from .router import operation
from .rules import in_domains
from .teams import need_team
from .user import User

SORT_ORDERS = ("last_activity_at", "create_at", "status", "admin")


# ---- GET /users -----------------------------------------------------------------------
@operation("get_users", "GET", "/users", local=True)
def get_users(call: Call) -> Response:
    """A page of all users, or of those in (or not in) a team, a channel or a group."""
    query = call.query
    in_team, not_in_team = query.get("in_team", ""), query.get("not_in_team", "")
    in_channel, not_in_channel = query.get("in_channel", ""), query.get("not_in_channel", "")
    group = query.get("in_group", "") or query.get("not_in_group", "")
    if not_in_channel and not in_team:
        raise bad_url("team_id")
    sort = query.get("sort", "")
    _check_sort(
        call, sort, in_team, in_channel, not_in_team or in_channel or not_in_channel or query.get("without_team") or group
    )
    team, channel = members(call, team_id=in_team), members(call, channel_id=in_channel)
    check_roles_exist(call)
    keep = _filters(call, query_roles(call, team, channel))
    constrained = parse_bool(query.get("group_constrained", ""))  # groups are not modelled: nobody is in one
    users, etag, table = None, "", call.state.users
    if parse_bool(query.get("without_team", "")):
        call.need(LIST_USERS_WITHOUT_TEAM)
        users = [user for user in table.in_order() if not call.state.teams.of(user.id)]
    elif not_in_channel:
        need_channel(call, not_in_channel)
        outside = team.keys() - members(call, channel_id=not_in_channel).keys()
        users = [] if constrained else table.sorted(outside)
    elif not_in_team:
        need_team(call, not_in_team)
        inside = members(call, team_id=not_in_team)
        users = [] if constrained else [user for user in table.in_order() if user.id not in inside]
        etag = _etag(call, users)
    elif in_team:
        need_team(call, in_team)
        users = table.sorted(team)
        etag = "" if sort else _etag(call, users)
        if sort == "create_at":
            users.sort(key=lambda user: user.create_at, reverse=True)
        elif sort == "last_activity_at":
            users = []  # nobody is ever online here
    elif in_channel:
        need_channel(call, in_channel)
        users = table.sorted(channel)
        if sort == "admin":
            users.sort(key=lambda user: not channel[user.id].admin)
    elif group:
        raise NO_SUCH_GROUP()
    return _page(call, users, keep, etag)


def _check_sort(call: Call, sort: str, in_team: str, in_channel: str, not_plain_team: str | None) -> None:
    """Some orders exist for the members of a team, others for those of a channel."""
    if (
        (sort and sort not in SORT_ORDERS)
        or (sort in ("last_activity_at", "create_at") and (not in_team or not_plain_team))
        or (sort in ("status", "admin") and not in_channel)
    ):
        raise bad_url("sort")


def _filters(call: Call, roles: RoleFilter) -> list[Callable[[User], bool]]:
    """The filters that a query asks for."""
    filters: list[Callable[[User], bool]] = [roles] if roles else []
    role = call.query.get("role", "").lower()
    if role:
        filters.append(lambda user: role in user.roles)  # a part of a name is enough
    if parse_bool(call.query.get("inactive", "")):
        filters.append(lambda user: bool(user.delete_at))
    elif parse_bool(call.query.get("active", "")):
        filters.append(lambda user: not user.delete_at)
    return filters


def _etag(call: Call, users: list[User]) -> str:
    return f"{call.state.release.version}.{len(users)}.{max((user.update_at for user in users), default=0)}"


def _page(call: Call, users: list[User] | None, keep: list[Callable[[User], bool]], etag: str) -> Response:
    """A page of the users (None: all) that pass the filters."""
    unchanged = call.unchanged(etag) if etag else None
    if unchanged:
        return unchanged
    start, size = call.page * call.per_page, call.per_page
    if users is None and not keep and call.sees_all:
        rows = call.state.users.page(start, size)  # there may be many thousands: take just these
    else:
        chosen = visible(call, call.state.users.in_order() if users is None else users)
        rows = list(islice((user for user in chosen if all(test(user) for test in keep)), start, start + size))
    text = texts(call, rows)
    if parse_bool(call.query.get("active", "")) and parse_bool(call.query.get("inactive", "")):
        # The server notices the contradiction, but goes on: two JSON values in one answer.
        error = bad_url("inactive")
        return reply_text(text + b"\n" + orjson.dumps(error.body(call.request_id)), error.status)
    return reply_text(text, headers={"ETag": etag} if etag else None)


# ---- several users by name or id -----------------------------------------------------------
def _list(call: Call) -> list[str]:
    """The body, a list of texts."""
    if call.state.release.bad_list_is_parse_error:
        try:
            return bodies.list_of_texts(call.body)
        except bodies.BadBody as error:
            raise BAD_LIST() from error
    return bodies.names(call.body)


@operation("get_users_by_usernames", "POST", "/users/usernames")
def get_users_by_usernames(call: Call) -> Response:
    """Users by name, any number of them."""
    names = _list(call)
    if not names:
        raise bad_body("usernames")
    table = call.state.users
    rows = [row for name in sorted(set(names)) if (row := table.row_named(name))]
    return reply_text(texts(call, visible(call, rows)))


@operation("get_users_by_ids", "POST", "/users/ids", local=True)
def get_users_by_ids(call: Call) -> Response:
    """Users by id, any number of them. They may be out of date, see users.py."""
    ids = _list(call)
    if not ids:
        raise bad_body("user_ids")
    since = 0
    if call.query.get("since"):
        try:
            since = int(call.query["since"])
        except ValueError as error:
            raise bad_body("since") from error
    table, privacy, as_admin = call.state.users, call.state.settings["PrivacySettings"], call.is_admin
    users = [table.get(user_id) for user_id in dict.fromkeys(ids) if table.row(user_id)]
    users = [user for user in visible(call, users) if user.update_at > since]
    if call.state.release.ids_are_answered_in_order:
        users.sort(key=lambda user: user.username)
    return reply([call.state.views.profile(user, as_admin, privacy) for user in users])


# ---- counts, and who knows whom -----------------------------------------------------------
@operation("get_total_users_stats", "GET", "/users/stats")
def get_total_users_stats(call: Call) -> Response:
    """Number of active users and bots."""
    users = visible(call, call.state.users.in_order())
    return reply({"total_users_count": sum(not user.delete_at for user in users)})


@operation("get_total_users_stats_filtered", "GET", "/users/stats/filtered")
def get_total_users_stats_filtered(call: Call) -> Response:
    """Number of active users, or of others on request."""
    team_id, channel_id = call.query.get("in_team", ""), call.query.get("in_channel", "")
    team, channel = members(call, team_id=team_id), members(call, channel_id=channel_id)
    has_role = query_roles(call, team, channel)
    call.need_right()
    deleted, bots, remote = (
        parse_bool(call.query.get(name, "")) for name in ("include_deleted", "include_bots", "include_remote_users")
    )
    remote = remote or not call.state.release.remote_users_are_limited
    count = sum(
        1
        for user in call.state.users.in_order()
        if (deleted or not user.delete_at)
        and (bots or not user.is_bot)
        and (remote or not user.is_remote)
        and (not team_id or user.id in team)
        and (not channel_id or user.id in channel)
        and has_role(user)
    )
    return reply({"total_users_count": count})


@operation("get_known_users", "GET", "/users/known")
def get_known_users(call: Call) -> Response:
    """Ids of all who share a channel with the caller."""
    return reply(sorted(call.state.channels.circle(call.user_id) - {call.user_id}))


@operation("get_users_by_group_channel_ids", "POST", "/users/group_channels")
def get_users_by_group_channel_ids(call: Call) -> Response:
    """Members of group messages of the caller, without the caller."""
    channel_ids = _list(call)
    if not channel_ids:
        raise BAD_LIST() if call.state.release.bad_list_is_parse_error else bad_body("channel_ids")
    result, privacy = {}, call.state.settings["PrivacySettings"]
    for channel_id in channel_ids:
        channel = call.state.channels.find(channel_id)
        if channel and channel.type == "G" and call.user_id in channel.members:
            others = call.state.users.sorted(channel.members.keys() - {call.user_id})
            result[channel_id] = [call.state.views.profile(user, call.is_admin, privacy) for user in others]
    return reply(result)


@operation("get_users_with_invalid_emails", "GET", "/users/invalid_emails", since="can_list_invalid_emails")
def get_users_with_invalid_emails(call: Call) -> Response:
    """Active users whose mail address does not belong to the domains of the server. An open server has none."""
    call.need_right()
    settings = call.state.settings["TeamSettings"]
    if settings["EnableOpenServer"]:
        raise NOT_FOR_OPEN_SERVER()
    domains = settings["RestrictCreationToDomains"]
    users = [user for user in call.state.users.in_order() if not (user.is_bot or in_domains(user.email, domains))]
    return reply_text(texts(call, call.page_of(users)))
