# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads many accounts with as few requests as the server lets it be. Accounts that do not exist are left out."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput
from ansible_collections.mmops.mattermost.plugins.module_utils._api.operation import LARGEST_PAGE, MOST_CONNECTIONS
from ansible_collections.mmops.mattermost.plugins.module_utils._api.protocol import ApiClient
from ansible_collections.mmops.mattermost.plugins.module_utils._services.account import ADMINISTRATOR

#: How many users are asked for at once. The server has no limit; this keeps a request well under any proxy's.
LARGEST_LOOKUP = 1000


def by_usernames(client: ApiClient, usernames: list, workers: int) -> list:
    """Accounts by names in lower case, a request for every thousand. The local socket has to be asked as for addresses."""
    if client.local:
        if _listing_is_shorter(client, len(usernames)):
            wanted = set(usernames)
            return [user for user in all_pages(client, workers, "get_users") if user["username"] in wanted]
        return _each(client, workers, "get_user_by_username", "username", usernames)
    return [user for chunk in chunks(usernames) for user in client.get_users_by_usernames(usernames=chunk)]


def active_administrators(client: ApiClient) -> list:
    """All active accounts that may administer the system."""
    return list(client.pages("get_users", role=ADMINISTRATOR, active=True))


def by_ids(client: ApiClient, user_ids: list, workers: int) -> list:
    """Accounts by ids, two requests for every thousand: an answer by id may be out of date, one by name is not."""
    known = [user for chunk in chunks(user_ids) for user in client.get_users_by_ids(user_ids=chunk)]
    fresh = {user["id"]: user for user in by_usernames(client, [user["username"] for user in known], workers)}
    return [fresh.get(user["id"], user) for user in known]


def by_emails(client: ApiClient, emails: list, workers: int) -> list:
    """Accounts by addresses in lower case: a request for each, or for each page of all accounts if that is less."""
    if _listing_is_shorter(client, len(emails)):
        wanted, users = set(emails), all_pages(client, workers, "get_users")
        # A server may hide addresses in lists. To each question it answers that it does.
        if all(user["email"] for user in users):
            return [user for user in users if user["email"].lower() in wanted]
    return _each(client, workers, "get_user_by_email", "email", emails)


def _listing_is_shorter(client: ApiClient, count: int) -> bool:
    """Whether the pages of all accounts are likely to be fewer than so many accounts, asked for one by one."""
    if count <= LARGEST_PAGE or client.local:  # the local socket does not tell how many there are
        return count > LARGEST_PAGE
    return count > client.get_total_users_stats()["total_users_count"] / LARGEST_PAGE


def check_concurrency(workers) -> None:
    """Raises ``InvalidInput`` if it is not a number of threads that there are connections for."""
    if not isinstance(workers, int) or not 1 <= workers <= MOST_CONNECTIONS:
        raise InvalidInput(f"concurrency must be between 1 and {MOST_CONNECTIONS}")


def in_parallel(workers: int, function: Callable, items: Iterable) -> list:
    """The function's values for all items, in order, with that many threads. The first error stops it and rises."""
    return list(as_they_come(workers, function, items))


def as_they_come(workers: int, function: Callable, items: Iterable) -> Generator[Any, None, None]:
    """The same one by one. Close it if not all are taken, so that no further ones are begun."""
    with ThreadPoolExecutor(max_workers=workers) as pool:
        futures = deque(pool.submit(function, item) for item in items)
        try:
            while futures:
                yield futures.popleft().result()
        finally:
            for future in futures:
                future.cancel()


def all_pages(client: ApiClient, workers: int, operation: str, **arguments: Any) -> list:
    """Every item of a paged operation, in order. The more pages there were, the more are asked for at once.

    No answer tells how many pages there are. So beyond the last one, up to a quarter as many are asked for in vain.
    """

    def read(page: int) -> list:
        return getattr(client, operation)(**arguments, page=page, per_page=LARGEST_PAGE)

    found = read(0)
    if len(found) < LARGEST_PAGE:
        return found
    with ThreadPoolExecutor(max_workers=workers) as pool:
        ahead = deque([pool.submit(read, 1)])
        asked = 2
        try:
            while True:
                items = ahead.popleft().result()
                found += items
                if len(items) < LARGEST_PAGE:
                    return found
                while len(ahead) < min(max(1, asked // 4), workers):
                    ahead.append(pool.submit(read, asked))
                    asked += 1
        finally:
            for future in ahead:
                future.cancel()


def _each(client: ApiClient, workers, operation, key, values) -> list:
    found = in_parallel(workers, lambda value: client.find(operation, **{key: value}), values)
    return [user for user in found if user]


def chunks(values: list) -> Iterator[list]:
    """The values, a thousand at a time."""
    for start in range(0, len(values), LARGEST_LOOKUP):
        yield values[start : start + LARGEST_LOOKUP]
