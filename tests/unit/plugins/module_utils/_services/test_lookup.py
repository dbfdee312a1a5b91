# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many accounts are read with few requests, and as they are now."""

from __future__ import annotations

import threading
import time
from types import SimpleNamespace

import pytest

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput, PermissionDenied
from ansible_collections.mmops.mattermost.plugins.module_utils._services.lookup import (
    all_pages,
    by_emails,
    by_ids,
    by_usernames,
    in_parallel,
)
from ansible_collections.mmops.mattermost.tests.unit.plugins.module_utils.fake_server import FakeClient, numbered

MANY = 2500
PAGES = 13  # of 200


def server(count=MANY, **options):
    return FakeClient((numbered(number) for number in range(count)), **options)


def names(users):
    return [user["username"] for user in users]


@pytest.mark.parametrize(("count", "requests"), [(0, 0), (1, 1), (1000, 1), (1001, 2), (2500, 3)])
def test_names_are_looked_up_a_thousand_at_once(count, requests):
    client = server()
    wanted = [f"user{number:05d}" for number in range(count)]
    assert names(by_usernames(client, wanted, 4)) == wanted
    assert client.sent == ["get_users_by_usernames"] * requests


def test_the_local_socket_is_asked_for_each_name():
    client = server(3, local=True)
    assert names(by_usernames(client, ["user00002", "nobody", "user00000"], 4)) == ["user00002", "user00000"]
    assert client.sent == ["get_user_by_username"] * 3


def test_many_accounts_are_listed_over_the_local_socket():
    client = server(local=True)
    wanted = [f"user{number:05d}" for number in range(300)]
    assert names(by_usernames(client, wanted, 1)) == wanted
    assert names(by_emails(client, [f"{name}@example.com" for name in wanted], 1)) == wanted
    assert client.sent == ["get_users"] * 2 * PAGES


def test_ids_are_looked_up_a_thousand_at_once_and_read_again_by_name():
    client = server()
    ids = [f"{number:026d}" for number in range(1500)]
    client.state.users.get(ids[7])  # the account gets into the cache of the server, and stays there as it is
    client.state.users.write(ids[7], roles="system_guest")
    found = by_ids(client, [*ids, "x" * 26], 4)
    assert [user["id"] for user in found] == ids
    assert [user["id"] for user in found if user["roles"] == "system_guest"] == [ids[7]]
    assert client.sent == ["get_users_by_ids"] * 2 + ["get_users_by_usernames"] * 2


def test_few_addresses_are_asked_for_one_by_one():
    client = server()
    assert names(by_emails(client, ["user00003@example.com", "nobody@example.com"], 4)) == ["user00003"]
    assert client.sent == ["get_user_by_email"] * 2


def test_many_addresses_are_found_in_the_list_of_all():
    client = server()
    wanted = [f"user{number:05d}@example.com" for number in range(300)]
    client.change(f"{5:026d}", email="User00005@example.com")
    assert names(by_emails(client, [*wanted, "nobody@example.com"], 1)) == [f"user{number:05d}" for number in range(300)]
    assert client.sent == ["get_total_users_stats", *["get_users"] * PAGES]


def test_accounts_whose_addresses_are_hidden_are_not_taken_for_missing():
    client = server(300, caller_id=f"{0:026d}", settings={"PrivacySettings": {"ShowEmailAddress": False}})
    with pytest.raises(PermissionDenied, match="may not see e-mail addresses"):
        by_emails(client, [f"user{number:05d}@example.com" for number in range(300)], 4)
    assert "get_user_by_email" in client.sent


@pytest.mark.parametrize(
    ("count", "least", "most"), [(0, 1, 1), (198, 1, 1), (199, 2, 2), (200, 2, 2), (999, 6, 6), (MANY, PAGES, PAGES + 3)]
)
def test_all_pages_are_read_in_order_and_few_in_vain(count, least, most):
    client = server(count)
    assert names(all_pages(client, 4, "get_users")) == ["admin", *(f"user{number:05d}" for number in range(count))]
    assert least <= len(client.sent) <= most


def test_many_pages_are_read_side_by_side():
    client = server(5000)
    running, together, lock = 0, [], threading.Lock()

    def get_users(**arguments):
        nonlocal running
        with lock:
            running += 1
            together.append(running)
        time.sleep(0.02 if arguments["page"] % 2 else 0.01)
        with lock:
            running -= 1
        return client.get_users(**arguments)

    slow = SimpleNamespace(get_users=get_users)
    assert names(all_pages(slow, 3, "get_users")) == ["admin", *(f"user{number:05d}" for number in range(5000))]
    assert max(together[:4]) == 1
    assert max(together) == 3


@pytest.mark.parametrize("page", [0, 1, 9])
def test_a_page_that_is_refused_ends_the_reading(page):
    client = server()
    client.refuse("get_users", 403, "api.context.permissions.app_error", skip=page)
    with pytest.raises(PermissionDenied):
        all_pages(client, 4, "get_users")
    assert len(client.sent) <= page + 4


def test_no_more_requests_run_at_once_than_allowed():
    running, most, lock = 0, 0, threading.Lock()

    def work(item):
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.005)
        with lock:
            running -= 1
        return -item

    assert in_parallel(3, work, range(20)) == [-item for item in range(20)]
    assert 1 < most <= 3


def test_the_first_error_stops_the_rest():
    done = []

    def work(item):
        if item == 0:
            raise InvalidInput("first")
        time.sleep(0.01)
        done.append(item)

    with pytest.raises(InvalidInput, match="first"):
        in_parallel(1, work, range(100))
    assert len(done) < 99
