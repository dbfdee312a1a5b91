# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The user report of newer servers: when people last logged in and were last active. Bots are not in it."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import NotFound, OperationNotAvailable
from ansible_collections.mmops.mattermost.plugins.module_utils._api.protocol import ApiClient
from ansible_collections.mmops.mattermost.plugins.module_utils._services.account import is_bot
from ansible_collections.mmops.mattermost.plugins.module_utils._services.lookup import in_parallel

#: How many users the report answers at most. The next page is asked for by the last user of the one before.
LARGEST_REPORT_PAGE = 100

#: So many users, or fewer, are looked for one by one.
_FEW_USERS = 20

#: For fewer users than this, it is worth to ask how many pages there are.
_MANY_USERS = 1000


def read_report(client: ApiClient, users: list, workers: int, team_id: str | None = None) -> dict | None:
    """What the report tells of each of the users that it holds, by id; ``None`` if the server has no report.

    ``team_id``: a team that all of them are in. Raises ``PermissionDenied`` if the caller may not read it.
    """
    if client.local or client.server.has("user_report") is False:
        return None
    filters: dict = {"team_filter": team_id} if team_id else {}
    if all(not user["delete_at"] for user in users):
        filters["hide_inactive"] = True
    try:
        if _singly(client, users, filters):
            rows = in_parallel(workers, lambda user: _find(client, user, filters), users)
        else:
            rows = _all_rows(client, users, workers, filters)
    except (NotFound, OperationNotAvailable):  # nobody knows which release brought it
        return None
    return {row["id"]: _told(row) for row in rows if row}


def _told(row) -> dict:
    """What only the report tells. A time before the first login or use is left out by servers."""
    times = {name: row.get(name) or None for name in ("last_login", "last_status_at")}
    return {**times, "days_active": row.get("days_active") or 0}


def _singly(client: ApiClient, users, filters) -> bool:
    """Whether it takes fewer requests to look for the users than to read all pages."""
    if len(users) <= _FEW_USERS or len(users) >= _MANY_USERS:
        return len(users) <= _FEW_USERS
    return len(users) < client.get_user_count_for_reporting(**filters) / LARGEST_REPORT_PAGE


def _find(client: ApiClient, user, filters) -> dict | None:
    """The row of one user. A search finds parts of names as well."""
    found = _rows(client, {user["id"]}, {**filters, "search_term": user["username"]})
    return next((row for row in found if row["id"] == user["id"]), None)


def _all_rows(client: ApiClient, users: list, workers: int, filters: dict) -> list:
    """The rows of many users, or more, some of them twice. Each thread begins after another user.

    In whatever order the server has them, each goes on to where another has begun, so none is left out.
    """
    people = [user for user in users if not is_bot(user)]
    span = -(-len(people) // (LARGEST_REPORT_PAGE * workers)) * LARGEST_REPORT_PAGE
    starts = people[span - 1 : -1 : span] if people else []
    missing = {user["id"] for user in people}
    ends = {user["id"] for user in starts}
    parts = in_parallel(workers, lambda start: list(_rows(client, missing, filters, start, ends)), [None, *starts])
    return [row for part in parts for row in part]


def _rows(client: ApiClient, missing: set, filters: dict, start: dict | None = None, ends: Collection = ()) -> Iterator[dict]:
    """The rows of the report after that of ``start``, page by page, to one of ``ends``, or until nobody is missing.

    Users who were there are taken out of ``missing``.
    """
    known: set = set()
    after = _after(start) if start else {}
    while missing:
        rows = client.get_users_for_reporting(page_size=LARGEST_REPORT_PAGE, sort_column="Username", **filters, **after) or []
        yield from rows
        ids = {row["id"] for row in rows}
        # A server that ignores the place would answer the same page for ever.
        if len(rows) < LARGEST_REPORT_PAGE or ids <= known or not ids.isdisjoint(ends):
            return
        known |= ids
        missing -= ids
        after = _after(rows[-1])


def _after(row: dict) -> dict:
    return {"direction": "next", "from_column_value": row["username"], "from_id": row["id"]}
