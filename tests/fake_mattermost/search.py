# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Search and autocompletion of users."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from . import bodies
from .call import Call, Response, reply_text
from .channels import need_channel
from .errors import AUTOCOMPLETE_NO_TEAM, NO_SUCH_GROUP, SEARCH_FAILED, bad_body
from .filters import RoleFilter, members, texts, visible
from .router import operation
from .teams import need_team
from .user import User

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
    team, channel = members(call, team_id=team_id), members(call, channel_id=in_channel)
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
        users = table.sorted(team.keys() - members(call, channel_id=not_in_channel).keys())
    elif not_in_team:
        outside = members(call, team_id=not_in_team)
        tests.append(lambda user: user.id not in outside)
    elif team_id:
        users = table.sorted(team)
    return reply_text(texts(call, _first(visible(call, users), limit, *tests)))


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
        return texts(call, _first(visible(call, users), limit, *tests))

    team, channel = members(call, team_id=team_id), members(call, channel_id=channel_id)
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
