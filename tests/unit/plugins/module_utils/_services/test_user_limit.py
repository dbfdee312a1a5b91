# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server without a licence takes a limited number of active users. Users beyond it are refused before anything is sent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput
from ansible_collections.mmops.mattermost.plugins.module_utils._plan import converge
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster import RosterService
from ansible_collections.mmops.mattermost.plugins.module_utils._services.user import UserService
from ansible_collections.mmops.mattermost.plugins.module_utils._services.user_limit import (
    ACTIVATED,
    BOT,
    CREATED,
    LEAVES,
    UserLimit,
    effect_on_seats,
)
from ansible_collections.mmops.mattermost.plugins.modules import mm_user, mm_users
from ansible_collections.mmops.mattermost.tests.fake_mattermost.licence import ENTERPRISE, TEAM
from ansible_collections.mmops.mattermost.tests.fake_mattermost.release import RELEASES
from ansible_collections.mmops.mattermost.tests.fake_mattermost.state import State
from ansible_collections.mmops.mattermost.tests.unit.plugins.module_utils.declarations import declared
from ansible_collections.mmops.mattermost.tests.unit.plugins.module_utils.fake_server import FakeClient, numbered

ACTIVE, GONE, BOT_ACCOUNT = {"delete_at": 0}, {"delete_at": 5}, {"delete_at": 0, "is_bot": True}


@pytest.mark.parametrize(
    ("before", "after", "effect"),
    [
        (None, ACTIVE, CREATED),
        (None, {**ACTIVE, "is_bot": True}, BOT),
        (GONE, ACTIVE, ACTIVATED),
        (ACTIVE, {"delete_at": None}, LEAVES),  # at a time that the server will choose
        (ACTIVE, None, LEAVES),
        (ACTIVE, BOT_ACCOUNT, LEAVES),
        (ACTIVE, ACTIVE, ""),
        (GONE, None, ""),
        (GONE, GONE, ""),
        (None, None, ""),
        (BOT_ACCOUNT, ACTIVE, ""),
        (BOT_ACCOUNT, None, ""),
    ],
)
def test_what_a_change_does_to_the_number_of_active_users(before, after, effect):
    assert effect_on_seats(before, after) == effect


@pytest.mark.parametrize(
    ("active", "effects", "leavers_first"),
    [
        (249, [CREATED], False),
        (240, [CREATED] * 5 + [ACTIVATED] * 5, False),
        (250, [LEAVES, ""], False),
        (250, [CREATED, LEAVES], True),
        (249, [CREATED, LEAVES, CREATED], True),
        (249, [BOT] * 20, False),  # one after the other
        (300, [LEAVES], False),
    ],
)
def test_what_fits(active, effects, leavers_first):
    assert UserLimit(250, active).check(effects) == leavers_first


def test_new_bots_are_users_for_a_moment():
    assert not UserLimit(250, 242).check([BOT] * 20, at_once=8)
    assert UserLimit(250, 249).check([BOT] * 20 + [LEAVES] * 7, at_once=8)
    with pytest.raises(InvalidInput, match=r"^a new bot would exceed"):
        UserLimit(250, 243).check([BOT] * 20, at_once=8)


@pytest.mark.parametrize(
    ("active", "effects", "says"),
    [
        (10, [CREATED] * 500, r"^500 new users would exceed the limit of 250 active users; 240 fit \(10 are active\)"),
        (250, [CREATED], r"^1 new user would exceed the limit of 250 active users; 0 fit \(250 are active\)"),
        (249, [CREATED, ACTIVATED], r"^1 new and 1 activated users would exceed the limit of 250 active users; 1 fit"),
        (250, [ACTIVATED, LEAVES, ACTIVATED], r"^2 activated users .*; 1 fit \(250 are active, 1 of whom would leave\)"),
        (300, [CREATED, LEAVES], r"; 0 fit"),
        (250, [BOT], r"^a new bot would exceed"),
    ],
)
def test_what_does_not_fit(active, effects, says):
    with pytest.raises(InvalidInput, match=says):
        UserLimit(250, active).check(effects)


def limited(active, gone=0, release="11.2", licensed=False, most=10):
    """A server that takes ``most`` active users, of whom one is the caller."""
    accounts = [numbered(number, delete_at=0 if number < active else 5) for number in range(active + gone)]
    state = State(ENTERPRISE if licensed else TEAM, replace(RELEASES[release], active_users_limit=most))
    return FakeClient(accounts, state=state)


def entries(numbers, **fields):
    return [
        {"username": f"user{number:05d}", "email": f"user{number:05d}@example.com", "password": "Secret-1234", **fields}
        for number in numbers
    ]


def converged(client, users, check_mode=False, **options):
    return converge(RosterService(), client, declared(mm_users.SUBJECT.options, users=users, **options), check_mode)


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_roster_that_is_too_long_is_refused_before_anything_is_sent(check_mode):
    client = limited(active=4)
    with pytest.raises(InvalidInput, match=r"6 new users would exceed the limit of 10 active users; 5 fit \(5 are active\)"):
        converged(client, entries(range(10)), check_mode)
    assert client.written == []


def test_a_roster_that_fits_is_created():
    client = limited(active=4)
    assert converged(client, entries(range(9))).returned["counts"]["created"] == 5
    assert client.sent.count("get_server_limits") == 1


def test_those_who_leave_make_place_for_others():
    client = limited(active=9, gone=1)
    users = [*entries([9, 10, 11]), *entries([0, 1], state="inactive")]
    outcome = converged(client, users, prune="deactivate", prune_scope={"username_pattern": "user00008"}, max_prune="100%")
    assert outcome.plan.failed == []
    assert outcome.returned["counts"] == {
        "total": 5, "created": 2, "updated": 1, "deactivated": 2, "deleted": 0, "pruned": 1, "failed": 0, "unchanged": 0,
    }  # fmt: skip


def test_a_roster_without_newcomers_is_not_counted():
    client = limited(active=9)
    converged(client, entries([0], state="inactive"))
    assert "get_server_limits" not in client.sent


@pytest.mark.parametrize(("release", "licensed"), [("11.2", True), ("7.6", False)])
def test_a_server_without_a_limit_is_not_asked(release, licensed):
    client = limited(active=0, release=release, licensed=licensed)
    converged(client, entries([0]))
    assert "get_server_limits" not in client.sent


def test_a_server_that_does_not_tell_its_version_is_not_asked():
    client = limited(active=0)
    client.hide_version()
    converged(client, entries([0]))
    assert "get_server_limits" not in client.sent


def test_a_caller_who_may_not_know_goes_on():
    client = limited(active=0)
    client.refuse("get_server_limits", 403, "api.context.permissions.app_error")
    assert converged(client, entries([0])).returned["counts"]["created"] == 1
    assert client.sent.count("get_server_limits") == 1


def test_a_server_that_takes_any_number_goes_on():
    client = limited(active=0, most=0)
    assert converged(client, entries([0])).returned["counts"]["created"] == 1
    assert client.sent.count("get_server_limits") == 1


@pytest.mark.parametrize(("state", "gone"), [("present", 0), ("present", 1)])
def test_one_user_too_many_is_refused(state, gone):
    client = limited(active=9, gone=gone)
    declaration = declared(mm_user.SUBJECT.options, **entries([9])[0], state=state)
    kind = "activated" if gone else "new"
    with pytest.raises(InvalidInput, match=f"^1 {kind} user would exceed the limit of 10 active users; 0 fit"):
        converge(UserService(), client, declaration, check_mode=True)
    assert client.written == []
