# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of writes, and what is said of them, when requests fail in the middle of a task."""

from __future__ import annotations

import pytest

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import MattermostError, RequestRejected
from ansible_collections.mmops.mattermost.plugins.module_utils._plan import converge
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster import RosterService
from ansible_collections.mmops.mattermost.plugins.module_utils._services.user import UserService
from ansible_collections.mmops.mattermost.plugins.module_utils._services.user_fields import USER_OPTIONS
from ansible_collections.mmops.mattermost.plugins.modules import mm_users
from ansible_collections.mmops.mattermost.tests.fake_mattermost.activation import remove
from ansible_collections.mmops.mattermost.tests.unit.plugins.module_utils.declarations import declared
from ansible_collections.mmops.mattermost.tests.unit.plugins.module_utils.fake_server import FakeClient, account, raises

ZOE = {"username": "zoe", "email": "zoe@example.com", "password": "Hush-password-1"}


def web_page(client, effect):
    client.break_down("create_user", 200, effect=effect)


def error_of_the_server(client, effect):
    client.refuse("create_user", 500, "", effect=effect)


def error_of_a_proxy(client, effect):
    client.break_down("create_user", 524, effect=effect)


def run(client, **options):
    declaration = {"missing": "ignore", **declared(USER_OPTIONS, **{**ZOE, **options})}
    return converge(UserService(), client, declaration, check_mode=False)


def failure(client, **options):
    with pytest.raises(MattermostError) as caught:
        run(client, **options)
    return caught.value


@pytest.mark.parametrize("effect", [True, False])
@pytest.mark.parametrize("fails", [web_page, error_of_the_server, error_of_a_proxy])
def test_after_an_answer_that_is_not_of_mattermost_the_server_is_looked_at(fails, effect):
    client = FakeClient()
    fails(client, effect)
    outcome = run(client, roles=["system_user", "system_admin"])
    assert outcome.operations == ["create_user", "update_user_roles"]
    assert client.sent.count("create_user") == (1 if effect else 2)


def test_a_refused_write_changed_nothing():
    client = FakeClient()
    client.refuse("create_user", 400, "model.user.is_valid.email.app_error")
    error = failure(client)
    assert str(error).endswith("Nothing was changed.")
    assert error.done == []


def test_a_write_that_is_refused_after_another_tells_of_that():
    client = FakeClient()
    client.refuse("update_user_roles", 400, "app.role.check_roles_exist.role_not_found")
    error = failure(client, roles=["system_user", "system_post_all"])
    assert "app.role.check_roles_exist.role_not_found" in str(error)
    assert "create_user took effect before: the next run does what is missing." in str(error)
    assert error.done == ["create_user"]


def test_a_write_of_unknown_outcome_says_what_the_next_run_does():
    client = FakeClient()
    client.lose("create_user", effect=False, count=3)
    error = failure(client)
    assert "create_user may have taken effect: the next run looks at the server and does what is missing then." in str(error)
    assert "Run the task again" not in str(error)


def test_a_look_that_fails_after_a_lost_write_says_so():
    client = FakeClient()
    client.lose("create_user")
    client.lose("get_user_by_username", effect=False, skip=1)
    error = failure(client)
    assert "create_user may have taken effect" in str(error)


def test_writes_are_told_although_they_cannot_be_read_back():
    client = FakeClient()
    client.refuse("get_user_by_username", 500, "", skip=1)
    outcome = run(client)
    assert outcome.operations == ["create_user"]
    assert outcome.plan.changed
    assert outcome.returned["user"]["username"] == "zoe"
    assert outcome.returned["user"]["id"] == client.named("zoe").id
    assert "the result is a prediction" in outcome.plan.warnings[0]


# -- two runs at once --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("taken", ["username", "email"])
def test_an_account_that_another_run_creates_at_the_same_time_is_the_declared_one(taken):
    client = FakeClient()
    # Of a user that has both, the server may name either.
    client.refuse("create_user", 400, f"app.user.save.{taken}_exists.app_error", first=lambda: client.add(**account("zoe")))
    outcome = run(client, nickname="Z")
    assert outcome.operations == ["patch_user"]
    assert outcome.returned["user"]["nickname"] == "Z"


def test_a_name_of_somebody_else_is_refused_as_before():
    client = FakeClient()
    client.refuse("create_user", 400, "app.user.save.email_exists.app_error")
    with pytest.raises(RequestRejected, match=r"belongs to another account.*Nothing was changed"):
        run(client)
    assert client.sent.count("create_user") == 1


def test_an_account_that_another_run_deletes_at_the_same_time_is_gone_as_declared():
    client = FakeClient([account("zoe")])
    client.meanwhile("delete_user", first=lambda: remove(client.state, "b" * 26))
    outcome = run(client, state="absent", password=None)
    assert outcome.operations == []
    assert client.written == ["delete_user"]
    assert outcome.returned == {"user": None}


# -- rosters -----------------------------------------------------------------------------------------------------

MANY = [{"username": f"user{number}", "email": f"user{number}@example.com"} for number in range(30)]


def run_roster(client, concurrency=1):
    declaration = declared(mm_users.SUBJECT.options, users=MANY, missing_password="random", concurrency=concurrency)
    return converge(RosterService(), client, declaration, check_mode=False)


def test_a_roster_that_cannot_be_read_back_is_told_in_full():
    client = FakeClient()
    client.refuse("get_users_by_usernames", 500, "", skip=1)
    client.refuse("create_user", 400, "model.user.is_valid.email.app_error")
    returned = run_roster(client).returned
    assert (returned["counts"]["created"], returned["counts"]["failed"]) == (29, 1)
    assert [user["user_id"] for user in returned["users"]] == [client.named(user["username"]).id for user in returned["users"]]


@pytest.mark.parametrize("concurrency", [1, 4])
def test_a_server_that_is_gone_ends_a_roster_after_some_users(concurrency):
    client = FakeClient()
    client.break_down("create_user", 503, skip=7, count=-1)
    client.break_down("get_user_by_username", 503, count=-1)
    client.break_down("get_users_by_usernames", 503, skip=1, count=-1)
    outcome = run_roster(client, concurrency=concurrency)
    counts = outcome.returned["counts"]
    assert counts["created"] == 7
    assert 5 <= counts["failed"] <= 5 + concurrency
    assert f"{23 - counts['failed']} others were not begun" in outcome.plan.failure
    assert len(outcome.returned["users"]) == 7


def test_a_fault_of_the_collection_does_not_hide_what_became_of_the_others():
    client = FakeClient()
    client.meanwhile("create_user", first=raises(KeyError("s3cret")))
    returned = run_roster(client).returned
    assert returned["counts"]["created"] == 29
    assert "KeyError" in returned["failures"][0]["msg"]
    assert "s3cret" not in returned["failures"][0]["msg"]


def test_a_refusal_for_one_user_is_not_an_absence():
    client = FakeClient()
    client.refuse("create_user", 400, "model.user.is_valid.email.app_error", count=9)
    assert run_roster(client).returned["counts"]["created"] == 21
