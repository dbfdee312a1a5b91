# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists of users: pages, look-up of several, search, autocomplete, counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice

import orjson

from . import bodies
from .basics import parse_bool
from .call import Call, Response, reply, reply_text
from .channels import need_channel
from .errors import AUTOCOMPLETE_NO_TEAM, BAD_LIST, NO_SUCH_GROUP, NOT_FOR_OPEN_SERVER, SEARCH_FAILED, bad_body, bad_url
from .memberships import Member
from .permissions import LIST_USERS_WITHOUT_TEAM, MANAGE_SYSTEM, READ_USERS_IN_CONSOLE, ROLES
from .router import operation
from .rules import are_role_names, in_domains
from .teams import need_team
from .user import User

SORT_ORDERS = ("last_activity_at", "create_at", "status", "admin")
SEARCH_LIMIT = 100
SEARCH_LIMIT_MAX = 1000
SEARCH = {
    "term": "text",
    "team_id": "text",
    "not_in_team_id": "text",
    "in_channel_id": "text",
    "not_in_channel_id": "text",
    "in_group_id": "text",
    "not_in_group_id": "text",
    "group_constrained": "flag",
    "allow_inactive": "flag",
    "without_team": "flag",
    "limit": "number",
    "role": "text",
    "roles": "list",
    "channel_roles": "list",
    "team_roles": "list",
}
ROLE_PARAMETERS = {"roles": "roles", "team_roles": "teamRoles", "channel_roles": "channelRoles"}
# Roles of the system that a list can be filtered by, besides system_user.
FILTER_ROLES = ("system_guest", "system_admin", "system_user_manager", "system_read_only_admin", "system_manager")


# ---- what is visible -----------------------------------------------------------
def _texts(call: Call, users: Iterable[User]) -> bytes:
    """Profiles of rows, as JSON text."""
    return call.state.users.profiles.many(list(users), call.is_admin, call.state.settings["PrivacySettings"])


def _visible(call: Call, users: Iterable[User]) -> Iterable[User]:
    """Leave out whom the caller may not see."""
    if call.sees_all:
        return users
    seen = call.state.channels.circle(call.user_id)
    return (user for user in users if user.id in seen)


def _members(call: Call, team_id: str = "", channel_id: str = "") -> dict[str, Member]:
    """Members of a team or a channel; none, if there is no such thing."""
    group = call.state.channels.find(channel_id) if channel_id else call.state.teams.find(team_id)
    return group.members if group else {}


# ---- filters -----------------------------------------------------------------------
class RoleFilter:
    """Users of certain roles: of the system, of a team, of a channel. One of them is enough.

    Unknown roles do not count; if none is left, all users pass.
    """

    def __init__(
        self,
        roles: Iterable[str],
        team_roles: Iterable[str],
        channel_roles: Iterable[str],
        team: dict[str, Member],
        channel: dict[str, Member],
    ):
        self._tests: list[Callable[[User], bool]] = []
        for role in roles:
            if role == "system_user":  # nothing but a user
                self._tests.append(lambda user: user.roles == "system_user")
            elif role in FILTER_ROLES:
                self._tests.append(lambda user, role=role: role in user.roles)
        self._add_scheme_roles("team", team_roles, team)
        self._add_scheme_roles("channel", channel_roles, channel)

    def _add_scheme_roles(self, kind: str, roles: Iterable[str], members: dict[str, Member]) -> None:
        """Administrators of the system count neither as users nor as administrators of team or channel."""
        tests = {
            kind + "_admin": lambda user, m: m.admin and not user.is_system_admin,
            kind + "_user": lambda user, m: not (m.admin or m.guest or user.is_system_admin),
            kind + "_guest": lambda user, m: m.guest,
        }
        for role in roles:
            if role in tests:
                self._tests.append(lambda user, test=tests[role]: user.id in members and test(user, members[user.id]))

    def __bool__(self) -> bool:
        return bool(self._tests)

    def __call__(self, user: User) -> bool:
        return not self._tests or any(test(user) for test in self._tests)


def _role_names(call: Call, parameter: str, shown_as: str) -> list[str]:
    """Names of roles in the query."""
    text = call.query.get(parameter, "")
    names = [name.strip() for name in text.split(",")] if text else []
    if not are_role_names(names):
        raise bad_body(shown_as)
    return names


def _check_roles_exist(call: Call) -> None:
    """Newer releases refuse roles that do not exist."""
    if call.state.release.unknown_roles_are_refused:
        for parameter, shown_as in ROLE_PARAMETERS.items():
            if any(name not in ROLES for name in _role_names(call, parameter, shown_as)):
                raise bad_body(shown_as)


def _query_roles(call: Call, team: dict[str, Member], channel: dict[str, Member]) -> RoleFilter:
    return RoleFilter(
        *(_role_names(call, parameter, shown_as) for parameter, shown_as in ROLE_PARAMETERS.items()), team, channel
    )


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
    team, channel = _members(call, team_id=in_team), _members(call, channel_id=in_channel)
    _check_roles_exist(call)
    keep = _filters(call, _query_roles(call, team, channel))
    constrained = parse_bool(query.get("group_constrained", ""))  # groups are not modelled: nobody is in one
    users, etag, table = None, "", call.state.users
    if parse_bool(query.get("without_team", "")):
        call.need(LIST_USERS_WITHOUT_TEAM)
        users = [user for user in table.in_order() if not call.state.teams.of(user.id)]
    elif not_in_channel:
        need_channel(call, not_in_channel)
        outside = team.keys() - _members(call, channel_id=not_in_channel).keys()
        users = [] if constrained else table.sorted(outside)
    elif not_in_team:
        need_team(call, not_in_team)
        inside = _members(call, team_id=not_in_team)
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
    if role and role not in ROLES and call.state.release.unknown_roles_are_refused:
        raise bad_body("role")
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
        chosen = _visible(call, call.state.users.in_order() if users is None else users)
        rows = list(islice((user for user in chosen if all(test(user) for test in keep)), start, start + size))
    text = _texts(call, rows)
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
    return reply_text(_texts(call, _visible(call, rows)))


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
    users = [user for user in _visible(call, users) if user.update_at > since]
    if call.state.release.ids_are_answered_in_order:
        users.sort(key=lambda user: user.username)
    return reply([call.state.views.profile(user, as_admin, privacy) for user in users])


# ---- search ------------------------------------------------------------------------------
def _matcher(term: str, fields: tuple[str, ...]) -> Callable[[User], bool]:
    """Each word of the term is the beginning of one of the fields."""
    words = [word.lstrip("@").lower() for word in term.split()]

    def matches(user: User) -> bool:
        return all(any(getattr(user, name).lower().startswith(word) for name in fields) for word in words)

    return matches


def _search_fields(call: Call, emails: bool) -> tuple[str, ...]:
    """Fields that the caller may search."""
    privacy, fields = call.state.settings["PrivacySettings"], ["username", "nickname"]
    if call.is_admin or privacy["ShowFullName"]:
        fields += ["first_name", "last_name"]
    if emails and (call.is_admin or privacy["ShowEmailAddress"]):
        fields.append("email")
    return tuple(fields)


def _first(users: Iterable[User], limit: int, *tests: Callable[[User], bool]) -> list[User]:
    """The first users that pass all tests."""
    found: list[User] = []
    for user in users:
        if len(found) >= limit:
            break
        if all(test(user) for test in tests):
            found.append(user)
    return found


@operation("search_users", "POST", "/users/search", when_busy=False)
def search_users(call: Call) -> Response:
    """Users by the beginning of a name or of the mail address."""
    try:
        body = bodies.record(call.body, SEARCH)
    except bodies.BadBody as error:
        raise bad_body("props") from error
    term = body.get("term", "")
    if not term:
        raise bad_body("term")
    team_id, not_in_team = body.get("team_id", ""), body.get("not_in_team_id", "")
    in_channel, not_in_channel = body.get("in_channel_id", ""), body.get("not_in_channel_id", "")
    if not_in_channel and not team_id:
        raise bad_body("team_id")
    if body.get("in_group_id") or body.get("not_in_group_id"):
        raise NO_SUCH_GROUP()
    for channel_id in filter(None, (in_channel, not_in_channel)):
        need_channel(call, channel_id)
    for wanted_team in filter(None, (team_id, not_in_team)):
        need_team(call, wanted_team)
    limit = body.get("limit", 0) or SEARCH_LIMIT
    if not 0 < limit <= SEARCH_LIMIT_MAX:
        raise bad_body("limit")
    team, channel = _members(call, team_id=team_id), _members(call, channel_id=in_channel)
    table, teams = call.state.users, call.state.teams
    tests = [
        _matcher(term, _search_fields(call, emails=True)),
        RoleFilter(body.get("roles", ()), body.get("team_roles", ()), body.get("channel_roles", ()), team, channel),
    ]
    if not body.get("allow_inactive"):
        tests.append(lambda user: not user.delete_at)
    if body.get("role"):
        tests.append(lambda user: body["role"].lower() in user.roles)
    users: Iterable[User] = table.in_order()
    if body.get("without_team"):
        tests.append(lambda user: not teams.of(user.id))
    elif in_channel:
        users = table.sorted(channel)
    elif not_in_channel:
        users = table.sorted(team.keys() - _members(call, channel_id=not_in_channel).keys())
    elif not_in_team:
        outside = _members(call, team_id=not_in_team)
        tests.append(lambda user: user.id not in outside)
    elif team_id:
        users = table.sorted(team)
    return reply_text(_texts(call, _first(_visible(call, users), limit, *tests)))


@operation("autocomplete_users", "GET", "/users/autocomplete")
def autocomplete_users(call: Call) -> Response:
    """Active users by the beginning of a name, for those who type.

    The parameters of the query are not named as the API reference says.
    """
    team_id, channel_id = call.query.get("in_team", ""), call.query.get("in_channel", "")
    limit = _autocomplete_limit(call.query.get("limit", ""))
    if channel_id:
        need_channel(call, channel_id)
        if not team_id:
            raise AUTOCOMPLETE_NO_TEAM()
    if team_id:
        need_team(call, team_id)
    if limit < 0:
        raise SEARCH_FAILED()
    table, tests = (
        call.state.users,
        (_matcher(call.query.get("name", ""), _search_fields(call, emails=False)), lambda user: not user.delete_at),
    )

    def found(users: Iterable[User]) -> bytes:
        return _texts(call, _first(_visible(call, users), limit, *tests))

    team, channel = _members(call, team_id=team_id), _members(call, channel_id=channel_id)
    if not channel_id:
        return reply_text(b'{"users":' + found(table.sorted(team) if team_id else table.in_order()) + b"}")
    outside = found(table.sorted(team.keys() - channel.keys()))
    rest = b"" if outside == b"[]" else b',"out_of_channel":' + outside
    return reply_text(b'{"users":' + found(table.sorted(channel)) + rest + b"}")


def _autocomplete_limit(text: str) -> int:
    if not text:
        return SEARCH_LIMIT
    try:
        return min(int(text), SEARCH_LIMIT_MAX)
    except ValueError:
        return 0


# ---- counts, and who knows whom -----------------------------------------------------------
@operation("get_total_users_stats", "GET", "/users/stats")
def get_total_users_stats(call: Call) -> Response:
    """Number of active users and bots."""
    users = _visible(call, call.state.users.in_order())
    return reply({"total_users_count": sum(not user.delete_at for user in users)})


@operation("get_total_users_stats_filtered", "GET", "/users/stats/filtered")
def get_total_users_stats_filtered(call: Call) -> Response:
    """Number of active users, or of others on request."""
    team_id, channel_id = call.query.get("in_team", ""), call.query.get("in_channel", "")
    team, channel = _members(call, team_id=team_id), _members(call, channel_id=channel_id)
    has_role = _query_roles(call, team, channel)
    call.need(READ_USERS_IN_CONSOLE)
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
    call.need(MANAGE_SYSTEM)
    settings = call.state.settings["TeamSettings"]
    if settings["EnableOpenServer"]:
        raise NOT_FOR_OPEN_SERVER()
    domains = settings["RestrictCreationToDomains"]
    users = [user for user in call.state.users.in_order() if not (user.is_bot or in_domains(user.email, domains))]
    return reply_text(_texts(call, call.page_of(users)))
