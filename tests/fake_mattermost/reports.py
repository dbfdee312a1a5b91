# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report about users: pages of them, filtered and sorted, with their last login.

A page is asked for by the value and the id of the last user of the page before, not by a number.
Bots are not in it. There are no posts here, so the range of dates (`date_range`), which counts
the days on which somebody wrote, makes no difference.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from itertools import islice

import orjson

from .basics import is_id
from .call import Call, Response, reply, reply_text
from .errors import REPORT_ACTIVE, REPORT_FAILED, REPORT_PAGE_SIZE, REPORT_SORT, REPORT_TEAM
from .router import operation
from .user import User

PAGE_SIZE_DEFAULT = 50
PAGE_SIZE_MAX = 100
COLUMNS = {
    "CreateAt": "create_at",
    "Username": "username",
    "FirstName": "first_name",
    "LastName": "last_name",
    "Nickname": "nickname",
    "Email": "email",
    "Roles": "roles",
}
SEARCHED = ("username", "first_name", "last_name", "nickname", "email")


class Order:
    """All users in the order of a column; those of the same value by id."""

    def __init__(self, rows: Iterable[User], column: str, descending: bool):
        self._column, self._descending = column, descending
        self.rows = sorted(rows, key=lambda row: row.id)
        self.rows.sort(key=lambda row: getattr(row, column), reverse=descending)
        values = [getattr(row, column) for row in self.rows]
        self._values = values[::-1] if descending else values  # ascending, for bisect

    def beyond(self, value: object, user_id: str, ahead: bool) -> Iterable[User]:
        """The users behind a place, or (`ahead`) those before it, the nearest first.

        As on the server, users of the same value as the place count by their ids in the direction of the walk,
        though the list has them in ascending order even where it descends.
        """
        up = ahead == self._descending  # towards higher values
        first, last = bisect_left(self._values, value), bisect_right(self._values, value)
        if self._descending:
            first, last = len(self.rows) - last, len(self.rows) - first
        same = [row for row in self.rows[first:last] if (row.id > user_id if up else row.id < user_id)]
        if ahead:
            yield from reversed(same)
            yield from (self.rows[number] for number in range(first - 1, -1, -1))
        else:
            yield from same
            yield from islice(self.rows, last, None)


class Orders:
    """The orders that were asked for, kept until a user changes in the column: pages of thousands are cheap."""

    def __init__(self, users):
        self._users = users
        self._kept: dict[tuple[str, bool], tuple[int, Order]] = {}

    def get(self, column: str, descending: bool) -> Order:
        """The users in the order of a column."""
        key, version = (column, descending), self._users.version_of(column)
        if key not in self._kept or self._kept[key][0] != version:
            self._kept[key] = version, Order(self._users.in_order(), column, descending)
        return self._kept[key][1]


def _filters(call: Call) -> Callable[[User], bool]:
    """Whether a user passes the filters of the query."""
    query, teams = call.query, call.state.teams
    team_id, role = query.get("team_filter", ""), query.get("role_filter", "").lower()
    if team_id and not is_id(team_id):
        raise REPORT_TEAM()
    hide_active, hide_inactive, no_team = (
        query.get(name) == "true" for name in ("hide_active", "hide_inactive", "has_no_team")
    )
    if hide_active and hide_inactive:
        raise REPORT_ACTIVE()
    tests: list[Callable[[User], bool]] = [lambda user: not user.is_bot]
    if role:
        tests.append(lambda user: role in user.roles)  # a part of a name is enough
    if no_team:
        tests.append(lambda user: not teams.of(user.id))
    elif team_id:
        team = teams.find(team_id)
        members = team.members if team else {}
        tests.append(lambda user: user.id in members)
    if hide_active:
        tests.append(lambda user: bool(user.delete_at))
    if hide_inactive:
        tests.append(lambda user: not user.delete_at)
    words = query.get("search_term", "").lower().split()
    if words:
        tests.append(lambda user: all(any(word in getattr(user, name).lower() for name in SEARCHED) for word in words))
    return lambda user: all(test(user) for test in tests)


def _page_size(call: Call) -> int:
    try:
        return int(call.query.get("page_size", ""))
    except ValueError:
        return PAGE_SIZE_DEFAULT


def _walk(call: Call) -> tuple[Iterable[User], bool]:
    """The users from the place that the query names, and whether it is walked backwards."""
    query = call.query
    column = COLUMNS.get(query.get("sort_column") or "Username")
    if column is None:
        raise REPORT_SORT()
    order = call.state.orders.get(column, query.get("sort_direction") == "desc")
    back = query.get("direction") == "prev"
    value, user_id = query.get("from_column_value", ""), query.get("from_id", "")
    if not (value and user_id):
        return order.rows, back
    if column != "create_at":
        return order.beyond(value, user_id, ahead=back), back
    try:
        return order.beyond(int(value), user_id, ahead=back), back
    except ValueError as error:
        raise REPORT_FAILED(value) from error


@operation("get_users_for_reporting", "GET", "/reports/users", since="has_user_report")
def get_users_for_reporting(call: Call) -> Response:
    """A page of the report."""
    call.need_right()
    passes, size = _filters(call), _page_size(call)
    if not 0 < size <= PAGE_SIZE_MAX:
        raise REPORT_PAGE_SIZE()
    walk, back = _walk(call)
    users = list(islice(filter(passes, walk), size))
    if back:
        users.reverse()
    return reply_text(b"[" + b",".join(_text(call, user) for user in users) + b"]")


def _text(call: Call, user: User) -> bytes:
    """A user in the report, as JSON text: what administrators see, and some more."""
    more = {"days_active": 0}
    if user.last_login:
        more["last_login"] = user.last_login
    seen_at = call.state.statuses.of(user.id).last_activity_at
    if seen_at:
        more["last_status_at"] = seen_at
    profile = call.state.users.profiles.one(user, True, call.state.settings["PrivacySettings"])
    return profile[:-1] + b"," + orjson.dumps(more)[1:]


@operation("get_user_count_for_reporting", "GET", "/reports/users/count", since="has_user_report")
def get_user_count_for_reporting(call: Call) -> Response:
    """Number of users that pass the filters."""
    call.need_right()
    return reply(sum(map(_filters(call), call.state.users.in_order())))
