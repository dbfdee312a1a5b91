# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of writes, and what is said of them, when requests fail in the middle of a task."""

from __future__ import annotations

import pytest

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import (
    AnswerLost,
    InvalidInput,
    MattermostError,
    RequestRejected,
    UnexpectedAnswer,
    rejection,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._plan import converge
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster import RosterService
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_prune import EVERYBODY
from ansible_collections.mmops.mattermost.plugins.module_utils._services.user import UserService
from ansible_collections.mmops.mattermost.plugins.module_utils._services.user_fields import USER_OPTIONS
from ansible_collections.mmops.mattermost.tests.unit.plugins.module_utils.server_model import ModelClient, new_account

DEFAULTS = {"missing": "ignore", **{name: option.get("default") for name, option in USER_OPTIONS.items()}}
ZOE = {"username": "zoe", "email": "zoe@example.com", "password": "Hush-password-1"}
WEB_PAGE = UnexpectedAnswer("a web page", "Check api_url", "create_user")


class Shaky(ModelClient):
    """Fails as ordered: ``faults`` lists operation, whether it takes effect, and the error. ``before`` runs first."""

    def __init__(self, accounts=(), faults=(), before=None):
        super().__init__(accounts)
        self.faults = list(faults)
        self.before = before or {}

    def call(self, name, arguments, token=Ellipsis):
        if name in self.before:
            self.before.pop(name)(self)
        fault = next((fault for fault in self.faults if fault[0] == name), None)
        if not fault:
            return super().call(name, arguments, token)
        self.faults.remove(fault)
        if fault[1]:
            super().call(name, arguments, token)
        else:
            self.sent.append(name)
        raise fault[2]


def run(client, **options):
    return converge(UserService(), client, {**DEFAULTS, **ZOE, **options}, check_mode=False)


def failure(client, **options):
    with pytest.raises(MattermostError) as caught:
        run(client, **options)
    return caught.value


@pytest.mark.parametrize("effect", [True, False])
@pytest.mark.parametrize("error", [WEB_PAGE, rejection("create_user", 500), rejection("create_user", 524)])
def test_after_an_answer_that_is_not_of_mattermost_the_server_is_looked_at(error, effect):
    client = Shaky(faults=[("create_user", effect, error)])
    outcome = run(client, roles=["system_user", "system_admin"])
    assert outcome.operations == ["create_user", "update_user_roles"]
    assert client.sent.count("create_user") == (1 if effect else 2)


def test_a_refused_write_changed_nothing():
    refusal = rejection("create_user", 400, "model.user.is_valid.email.app_error")
    error = failure(Shaky(faults=[("create_user", False, refusal)]))
    assert str(error).endswith("Nothing was changed.")
    assert error.done == []


def test_a_write_that_is_refused_after_another_tells_of_that():
    refusal = rejection("update_user_roles", 400, "app.role.check_roles_exist.role_not_found")
    error = failure(Shaky(faults=[("update_user_roles", False, refusal)]), roles=["system_user", "nobody"])
    assert "create_user took effect before: the next run does what is missing." in str(error)
    assert error.done == ["create_user"]


def test_a_write_of_unknown_outcome_says_what_the_next_run_does():
    down = AnswerLost("no answer", "Run the task again", "create_user")
    error = failure(Shaky(faults=[("create_user", False, down)] * 3))
    assert "create_user may have taken effect: the next run looks at the server and does what is missing then." in str(error)
    assert "Run the task again" not in str(error)


def test_a_look_that_fails_after_a_lost_write_says_so():
    down = AnswerLost("no answer", "Run the task again", "get_user_by_username")
    client = Shaky(faults=[("create_user", True, AnswerLost("no answer", "", "create_user"))])
    client.before["create_user"] = lambda client: client.faults.append(("get_user_by_username", False, down))
    error = failure(client)
    assert "create_user may have taken effect" in str(error)


def test_what_was_written_is_told_although_it_cannot_be_read_back():
    down = rejection("get_user_by_username", 500)
    client = Shaky(before={"create_user": lambda client: client.faults.append(("get_user_by_username", False, down))})
    outcome = run(client)
    assert outcome.operations == ["create_user"]
    assert outcome.plan.changed
    assert outcome.returned["user"]["username"] == "zoe"
    assert outcome.returned["user"]["id"] in client.accounts
    assert "the result is a prediction" in outcome.plan.warnings[0]


# -- two runs at once --------------------------------------------------------------------------------------------


def somebody_creates(client, **fields):
    account = new_account(**{"id": "z" * 26, "username": "zoe", "email": "zoe@example.com", **fields})
    client.accounts[account["id"]] = account


@pytest.mark.parametrize("taken", ["username", "email"])
def test_an_account_that_another_run_creates_at_the_same_time_is_the_declared_one(taken):
    refusal = rejection("create_user", 400, f"app.user.save.{taken}_exists.app_error")
    client = Shaky(faults=[("create_user", False, refusal)], before={"create_user": somebody_creates})
    outcome = run(client, nickname="Z")
    assert outcome.operations == ["patch_user"]
    assert outcome.returned["user"]["nickname"] == "Z"


def test_a_name_of_somebody_else_is_refused_as_before():
    refusal = rejection("create_user", 400, "app.user.save.email_exists.app_error")
    client = Shaky(faults=[("create_user", False, refusal)])
    with pytest.raises(RequestRejected, match=r"belongs to another account.*Nothing was changed"):
        run(client)
    assert client.sent.count("create_user") == 1


def test_an_account_that_another_run_deletes_at_the_same_time_is_gone_as_declared():
    client = Shaky([new_account(id="z" * 26, username="zoe", email="zoe@example.com")])
    client.before["delete_user"] = lambda client: client.accounts.clear()
    client.faults = [("delete_user", False, rejection("delete_user", 404, "app.user.missing_account.const"))]
    outcome = run(client, state="absent", password=None)
    assert outcome.operations == []
    assert outcome.returned == {"user": None}


# -- rosters -----------------------------------------------------------------------------------------------------

ROSTER = {
    "users": [],
    "src": None,
    "columns": {},
    "delimiter": None,
    "defaults": None,
    "missing": "warn",
    "missing_password": "random",
    "passwords_directory": None,
    "prune": "none",
    "prune_scope": EVERYBODY,
    "max_prune": "100%",
    "concurrency": 1,
    "on_error": "continue",
}
MANY = [{"username": f"user{number}", "email": f"user{number}@example.com"} for number in range(30)]


def run_roster(client, **options):
    return converge(RosterService(), client, {**ROSTER, "users": MANY, **options}, check_mode=False)


def test_a_roster_that_cannot_be_read_back_is_told_in_full():
    down = rejection("get_users_by_usernames", 500)
    client = Shaky(before={"create_user": lambda client: client.faults.append(("get_users_by_usernames", False, down))})
    refusal = rejection("create_user", 400, "model.user.is_valid.email.app_error")
    client.faults = [("create_user", False, refusal)]
    returned = run_roster(client).returned
    assert (returned["counts"]["created"], returned["counts"]["failed"]) == (29, 1)
    assert all(user["user_id"] in client.accounts for user in returned["users"])


@pytest.mark.parametrize("concurrency", [1, 4])
def test_a_server_that_is_gone_ends_a_roster_after_some_users(concurrency):
    client = Shaky()
    original = client.call

    def call(name, arguments, token=Ellipsis):
        if len(client.accounts) >= 7:
            client.sent.append(name)
            raise rejection(name, 503)
        return original(name, arguments, token)

    client.call = call
    outcome = run_roster(client, concurrency=concurrency)
    counts = outcome.returned["counts"]
    assert counts["created"] == 7
    assert 5 <= counts["failed"] <= 5 + concurrency
    assert f"{23 - counts['failed']} others were not begun" in outcome.plan.failure
    assert len(outcome.returned["users"]) == 7


def test_a_fault_of_the_collection_does_not_hide_what_became_of_the_others():
    client = Shaky(faults=[("create_user", False, KeyError("s3cret"))])
    returned = run_roster(client).returned
    assert returned["counts"]["created"] == 29
    assert "KeyError" in returned["failures"][0]["msg"]
    assert "s3cret" not in returned["failures"][0]["msg"]


def test_a_refusal_for_one_user_is_not_an_absence():
    refusal = InvalidInput("no")
    client = Shaky(faults=[("create_user", False, refusal)] * 9)
    assert run_roster(client).returned["counts"]["created"] == 21
