# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The floors of reading a server: scripts that send the bare requests, and do nothing else.

``floor_review.py review COUNT`` reads the pages of users, of tokens and of the user report, and what else a review asks for.
``floor_review.py lockdown COUNT CONCURRENCY`` reads the active users, the tokens, and the sessions of each user.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import requests
from floor import connection

API = os.environ["MATTERMOST_URL"] + "/api/v4"


def pages(session: requests.Session, path: str, **query: str) -> Iterator[dict]:
    page = 0
    while True:
        items = session.get(f"{API}/{path}", params={**query, "page": str(page), "per_page": "200"}, timeout=60).json()
        yield from items
        if len(items) < 200:
            return
        page += 1


def report(session: requests.Session) -> int:
    after: dict[str, str] = {}
    count = 0
    while True:
        query = {"page_size": "100", "sort_column": "Username", **after}
        rows = session.get(f"{API}/reports/users", params=query, timeout=60).json()
        count += len(rows)
        if len(rows) < 100:
            return count
        after = {"direction": "next", "from_column_value": rows[-1]["username"], "from_id": rows[-1]["id"]}


def review() -> int:
    session = connection()
    users = list(pages(session, "users"))
    list(pages(session, "users/tokens"))
    counting = {"include_deleted": "true", "include_bots": "true"}
    session.get(f"{API}/users/stats/filtered", params=counting, timeout=60).json()
    session.get(f"{API}/users/me", timeout=60).json()
    return min(len(users), report(session))


def lockdown(concurrency: int) -> int:
    session = connection()
    users = [user for user in pages(session, "users", active="true") if not user.get("is_bot")]
    list(pages(session, "users/tokens"))
    ids = [user["id"] for user in users]
    for start in range(0, len(ids), 1000):
        known = session.post(f"{API}/users/ids", json=ids[start : start + 1000], timeout=60).json()
        session.post(f"{API}/users/usernames", json=[user["username"] for user in known], timeout=60).json()

    def sessions(user_id: str) -> bool:
        return isinstance(session.get(f"{API}/users/{user_id}/sessions", timeout=60).json(), list)

    with ThreadPoolExecutor(concurrency) as pool:
        return sum(pool.map(sessions, ids))


if __name__ == "__main__":
    found = review() if sys.argv[1] == "review" else lockdown(int(sys.argv[3]))
    sys.exit(found < int(sys.argv[2]))
