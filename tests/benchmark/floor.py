# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The floors of the benchmark: scripts that send the bare requests of a roster with requests, and do nothing else.

``floor.py read COUNT`` reads users by name, a thousand at a time. ``floor.py create COUNT CONCURRENCY`` creates them.
"""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor

import requests
from people import bodies, usernames
from requests.adapters import HTTPAdapter

API = os.environ["MATTERMOST_URL"] + "/api/v4/users"


def connection() -> requests.Session:
    session = requests.Session()
    session.headers["Authorization"] = "Bearer " + os.environ["MATTERMOST_TOKEN"]
    session.mount(API, HTTPAdapter(pool_maxsize=32))
    return session


def read(count: int) -> int:
    session, found = connection(), 0
    names = usernames(count)
    for start in range(0, count, 1000):
        answer = session.post(API + "/usernames", json=names[start : start + 1000], timeout=60)
        found += len(answer.json())
    return found


def create(count: int, concurrency: int) -> int:
    session = connection()

    def post(body: dict[str, str]) -> bool:
        answer = session.post(API, json=body, timeout=60)
        answer.json()
        return answer.status_code == 201

    with ThreadPoolExecutor(concurrency) as pool:
        return sum(pool.map(post, bodies(count, prefix="new")))


if __name__ == "__main__":
    done = read(int(sys.argv[2])) if sys.argv[1] == "read" else create(int(sys.argv[2]), int(sys.argv[3]))
    sys.exit(done != int(sys.argv[2]))
