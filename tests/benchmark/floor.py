# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The floors of the benchmark: scripts that send the bare requests of a roster with requests, and do nothing else.

``floor.py ACTION COUNT ...`` carries out one of the functions below, which say what they do.
"""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests
from people import bodies, onboarded, usernames
from requests.adapters import HTTPAdapter

API = os.environ["MATTERMOST_URL"] + "/api/v4/users"


def connection() -> requests.Session:
    session = requests.Session()
    session.headers["Authorization"] = "Bearer " + os.environ["MATTERMOST_TOKEN"]
    session.mount(API, HTTPAdapter(pool_maxsize=32))
    return session


def many(concurrency: int, function: Callable, items: Iterable) -> int:
    """Calls the function for all items, and counts how often it is true."""
    with ThreadPoolExecutor(concurrency) as pool:
        return sum(pool.map(function, items))


def by_name(session: requests.Session, names: list[str]) -> list[dict]:
    """Users by name, a thousand at a time."""
    return [
        user
        for start in range(0, len(names), 1000)
        for user in session.post(f"{API}/usernames", json=names[start : start + 1000], timeout=60).json()
    ]


def read(count: int) -> int:
    """Reads users by name."""
    return len(by_name(connection(), usernames(count)))


def create(count: int, concurrency: int) -> int:
    """Creates users."""
    session = connection()

    def post(body: dict[str, str]) -> bool:
        answer = session.post(API, json=body, timeout=60)
        answer.json()
        return answer.status_code == 201

    return many(concurrency, post, bodies(count, prefix="new"))


def active(count: int, concurrency: int, state: str) -> int:
    """Reads users by name, and activates or deactivates them."""
    session = connection()
    body = {"active": state == "true"}

    def put(user: dict) -> bool:
        return session.put(f"{API}/{user['id']}/active", json=body, timeout=60).status_code == 200

    return many(concurrency, put, by_name(session, usernames(count)))


def onboard(count: int, concurrency: int, folder: str) -> int:
    """Creates users with passwords and a mark, makes a token for each, writes both to files, and takes the mark away."""
    session = connection()
    people = list(onboarded(count))
    names = [person["username"] for person in people]
    by_name(session, names)

    def post(person: dict) -> dict:
        password = "A1a-" + secrets.token_urlsafe(24)
        write(folder, f"{person['username']}.password", password)
        body = {**person, "password": password, "locale": "en", "props": {"user_onboarding_pending": "true"}}
        return session.post(API, json=body, timeout=60).json()

    def token(user: dict) -> bool:
        made = session.post(f"{API}/{user['id']}/tokens", json={"description": "laptop"}, timeout=60).json()
        write(folder, f"{user['username']}.laptop.token", made["token"])
        return True

    def unmark(user: dict) -> bool:
        return session.put(f"{API}/{user['id']}/patch", json={"props": {}}, timeout=60).status_code == 200

    with ThreadPoolExecutor(concurrency) as pool:
        users = list(pool.map(post, people))
    many(concurrency, token, by_name(session, names))
    return many(concurrency, unmark, users)


def look(count: int) -> int:
    """Reads users by name, and all tokens."""
    session = connection()
    found = len(by_name(session, [person["username"] for person in onboarded(count)]))
    page: int = 0
    while len(session.get(f"{API}/tokens", params={"page": page, "per_page": 200}, timeout=60).json()) == 200:
        page += 1
    return found


def write(folder: str, name: str, text: str) -> None:
    """A file that its owner alone can read."""
    with open(os.open(Path(folder) / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text + "\n")


ACTIONS = {function.__name__: function for function in (read, create, active, onboard, look)}

if __name__ == "__main__":
    action, count, *more = sys.argv[1:]
    given = [int(part) if part.isdigit() else part for part in more]
    sys.exit(ACTIONS[action](int(count), *given) != int(count))
