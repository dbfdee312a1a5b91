# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What mm_bot plans and does, on a server that goes round in a circle as real ones do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput
from ansible_collections.mmops.mattermost.plugins.module_utils._plan import Step, converge
from ansible_collections.mmops.mattermost.plugins.module_utils._services.bot import (
    BotService,
    bots_by_owner,
    steps_before_switching_off,
)
from ansible_collections.mmops.mattermost.plugins.modules.mm_bot import SUBJECT
from ansible_collections.mmops.mattermost.tests.unit.plugins.module_utils.declarations import declared
from ansible_collections.mmops.mattermost.tests.unit.plugins.module_utils.fake_server import ADMIN, NOW, FakeClient, account

ZOE, BO, GONE, SELF, ROBOT = (letter * 26 for letter in "zbgsr")


def start(**options):
    return FakeClient(
        [
            account("zoe", id=ZOE),
            account("bo", id=BO),
            account("gone", id=GONE, delete_at=NOW),
            account("selfie", id=SELF, is_bot=True, owner_id=SELF),
            account("robot", id=ROBOT, is_bot=True, owner_id=ZOE, first_name="Robot"),
        ],
        **options,
    )


@pytest.fixture
def client():
    return start()


def run(client, check_mode=False, **options):
    return converge(BotService(), client, declared(SUBJECT.options, **options), check_mode)


DECLARATIONS = [
    ({"username": "new"}, ["create_bot"]),
    ({"username": "New ", "display_name": "N", "description": "D"}, ["create_bot"]),
    ({"username": "new", "owner": "me", "enabled": True}, ["create_bot"]),
    ({"username": "new", "owner": "zoe"}, ["create_bot", "assign_bot"]),
    ({"username": "robot"}, []),
    ({"username": "robot", "owner": "zoe", "enabled": True, "display_name": "Robot", "description": ""}, []),
    ({"username": "robot", "owner": BO}, ["assign_bot"]),
    ({"user_id": ROBOT, "owner": "BO"}, ["assign_bot"]),
    ({"username": "robot", "display_name": "", "description": "d"}, ["patch_bot"]),
    ({"user_id": ROBOT, "username": "robbie"}, ["patch_bot"]),
    ({"username": "robot", "enabled": False}, ["disable_bot"]),
    ({"username": "robot", "enabled": False, "owner": "bo", "description": "d"}, ["assign_bot", "patch_bot", "disable_bot"]),
    ({"username": "selfie", "enabled": False}, ["assign_bot", "disable_bot"]),
    ({"username": "selfie", "enabled": False, "owner": "zoe"}, ["assign_bot", "disable_bot"]),
    ({"username": "selfie", "enabled": True}, []),
    ({"username": "selfie", "owner": "zoe"}, ["assign_bot"]),
]


@pytest.mark.parametrize(("declaration", "operations"), DECLARATIONS)
def test_a_declaration_comes_true_and_was_predicted(declaration, operations):
    predicted = run(start(), check_mode=True, **declaration)
    client = start()
    outcome = run(client, **declaration)

    assert client.written == outcome.operations == predicted.operations == operations
    assert outcome.plan.diff == predicted.plan.diff
    bot = outcome.returned["bot"]
    expected = predicted.returned["bot"]
    assert bot.keys() == expected.keys()
    assert {key: value for key, value in bot.items() if expected[key] is not None} == {
        key: value for key, value in expected.items() if value is not None
    }


@pytest.mark.parametrize(("declaration", "_operations"), DECLARATIONS)
def test_check_mode_writes_nothing_and_a_second_run_neither(client, declaration, _operations):
    run(client, check_mode=True, **declaration)
    assert client.written == []

    run(client, **declaration)
    client.sent.clear()
    assert not run(client, **declaration).plan.changed
    assert client.written == []


def test_a_bot_comes_back(client):
    run(client, username="robot", enabled=False)
    assert run(client, username="robot").operations == []  # not asked for
    outcome = run(client, username="robot", enabled=True)
    assert outcome.operations == ["enable_bot"]
    assert (outcome.plan.before["enabled"], outcome.plan.after["enabled"]) == (False, True)
    assert outcome.returned["bot"]["delete_at"] == 0


def test_a_bot_whose_account_is_deactivated_is_not_enabled(client):
    client.change(ROBOT, delete_at=NOW)
    assert run(client, username="robot", enabled=False).operations == []
    assert run(client, username="robot", enabled=True).operations == ["enable_bot"]


def test_the_new_owner_is_in_the_diff(client):
    outcome = run(client, check_mode=True, username="selfie", enabled=False)
    assert outcome.plan.diff == {"before": {"owner_id": SELF, "enabled": True}, "after": {"owner_id": ADMIN, "enabled": False}}


def test_a_bot_that_nobody_has_is_not_created_to_be_disabled(client):
    outcome = run(client, username="tpyo", enabled=False)
    assert outcome.plan.warnings == ["username: there is no bot tpyo that could be disabled; is that a typo?"]
    assert outcome.returned == {"bot": None}
    assert client.written == []


@pytest.mark.parametrize("operation", ["create_bot", "assign_bot", "patch_bot"])
def test_a_lost_answer_makes_it_look_again(client, operation):
    client.lose(operation)
    declaration = {"username": "new"} if operation == "create_bot" else {"username": "robot", "owner": "bo", "description": "d"}
    outcome = run(client, **declaration)
    assert client.written == outcome.operations
    assert client.written.count(operation) == 1


@pytest.mark.parametrize(
    ("declaration", "words"),
    [
        ({"username": "zoe"}, "username: zoe is a person, not a bot"),
        ({"user_id": ZOE}, "user_id: zoe is a person"),
        ({"user_id": "q" * 26}, "user_id: there is no bot with the id q"),
        ({"user_id": "q"}, "user_id: 'q' is not a valid id"),
        ({"username": " "}, "username is empty"),
        ({"username": "a b"}, "username: 'a b' is not valid"),
        ({"username": "robot", "owner": ""}, "owner is empty"),
        ({"username": "robot", "owner": "nobody"}, "owner: there is no user nobody"),
        ({"username": "robot", "owner": "q" * 26}, "owner: there is no user q"),
        ({"username": "robot", "owner": "gone"}, "owner: gone is deactivated"),
        ({"username": "robot", "owner": "selfie"}, "owner: selfie is a bot"),
        ({"username": "selfie", "owner": "selfie", "enabled": False}, "owner: the bot selfie owns itself"),
        ({"username": "robot", "display_name": "n" * 65}, "display_name has more than 64"),
        ({"username": "robot", "description": "d" * 1025}, "description has more than 1024"),
    ],
)
def test_impossible_declarations_are_refused_before_anything_is_sent(client, declaration, words):
    with pytest.raises(InvalidInput, match=words):
        run(client, **declaration)
    assert client.written == []


def test_a_bot_that_the_caller_may_not_see_is_not_taken_for_a_person(client):
    client.refuse("get_bot", 404, "store.sql_bot.get.missing.app_error")
    with pytest.raises(InvalidInput, match="the caller may not see the bot robot"):
        run(client, username="robot")


def test_the_local_socket_has_no_caller(client):
    client = client.beside(local=True)
    with pytest.raises(InvalidInput, match="cannot create the bot new"):
        run(client, username="new")
    with pytest.raises(InvalidInput, match="the bot selfie owns itself"):
        run(client, username="selfie", enabled=False)
    with pytest.raises(InvalidInput, match="owner: the local socket has no caller"):
        run(client, username="robot", owner="me")
    assert client.written == []
    assert run(client, username="selfie", enabled=False, owner="zoe").operations == ["assign_bot", "disable_bot"]


@given(st.sampled_from([SELF, ZOE]), st.sampled_from([0, NOW]), st.sampled_from([ADMIN, None]))
def test_only_a_bot_that_owns_itself_and_can_act_needs_another_owner(owner_id, delete_at, new_owner_id):
    bot = {"user_id": SELF, "username": "selfie", "owner_id": owner_id, "delete_at": delete_at}
    if owner_id != SELF or delete_at:
        assert steps_before_switching_off(bot, new_owner_id) == []
    elif new_owner_id is None:
        with pytest.raises(InvalidInput, match="owns itself"):
            steps_before_switching_off(bot, new_owner_id)
    else:
        assert steps_before_switching_off(bot, new_owner_id) == [Step("assign_bot", {"bot_user_id": SELF, "user_id": ADMIN})]


def test_the_bots_of_owners_are_read_all_at_once(client):
    robot = client.get_bot(bot_user_id=ROBOT, include_deleted=True)
    client.sent.clear()
    assert bots_by_owner(client, [ZOE, BO]) == {ZOE: [robot], BO: []}
    assert client.sent == ["get_bots"]
