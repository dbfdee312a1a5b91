# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What mm_bot plans and does, on a model of the server that goes round in a circle as real ones do."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import AnswerLost, InvalidInput, rejection
from ansible_collections.mmops.mattermost.plugins.module_utils._plan import Step, converge
from ansible_collections.mmops.mattermost.plugins.module_utils._services.bot import (
    BotService,
    bots_by_owner,
    steps_before_switching_off,
)
from ansible_collections.mmops.mattermost.tests.unit.plugins.module_utils.server_model import NOW, ModelClient, new_account

OPTIONS = dict.fromkeys(("username", "user_id", "owner", "enabled", "display_name", "description"))
ADMIN, ZOE, BO, GONE, SELF, ROBOT = (letter * 26 for letter in "azbgsr")


class BotModel(ModelClient):
    """Knows bots as well. ``lost``: operations whose answer is lost although they took effect."""

    def __init__(self, **options):
        super().__init__(
            [
                new_account(id=ADMIN, username="admin"),
                new_account(id=ZOE, username="zoe"),
                new_account(id=BO, username="bo"),
                new_account(id=GONE, username="gone", delete_at=NOW),
                new_account(id=SELF, username="selfie", is_bot=True),
                new_account(id=ROBOT, username="robot", is_bot=True),
            ],
            caller_id=ADMIN,
        )
        self.bots = {
            SELF: {"user_id": SELF, "username": "selfie", "owner_id": SELF, "create_at": 1, "update_at": 1, "delete_at": 0},
            ROBOT: {
                "user_id": ROBOT,
                "username": "robot",
                "display_name": "Robot",
                "owner_id": ZOE,
                "create_at": 1,
                "update_at": 1,
                "delete_at": 0,
            },
        }
        self.lost = []

    def call(self, name, arguments, token=Ellipsis):
        answer = super().call(name, arguments, token)
        if name in self.lost:
            self.lost.remove(name)
            raise AnswerLost("the connection broke", "", name)
        return answer

    def pages(self, name, **arguments):
        assert (name, arguments) == ("get_bots", {"include_deleted": True})
        self.sent.append(name)
        return list(self.bots.values())

    def _get_bot(self, bot_user_id, include_deleted):
        if bot_user_id not in self.bots:
            raise rejection("get_bot", 404, "store.sql_bot.get.missing.app_error")
        return copy.deepcopy(self.bots[bot_user_id])

    def _create_bot(self, username, **texts):
        user_id = "n" * 26
        self.accounts[user_id] = new_account(id=user_id, username=username, is_bot=True)
        self.bots[user_id] = {
            "user_id": user_id,
            "username": username,
            "owner_id": self.caller_id,
            "create_at": NOW,
            "update_at": NOW,
            "delete_at": 0,
            **texts,
        }
        return self.bots[user_id]

    def _patch_bot(self, bot_user_id, **patch):
        bot = self.bots[bot_user_id]
        bot.update(patch)
        for name in ("display_name", "description"):
            if not bot.get(name):
                bot.pop(name, None)
        bot["update_at"] = NOW
        self.accounts[bot_user_id]["username"] = bot["username"]
        return bot

    def _assign_bot(self, bot_user_id, user_id):
        assert not self.accounts[user_id].get("is_bot"), "a bot as owner: 403"
        self.bots[bot_user_id].update(owner_id=user_id, update_at=NOW)

    def _disable_bot(self, bot_user_id):
        assert self.bots[bot_user_id]["owner_id"] != bot_user_id, "the server goes round in a circle"
        self.bots[bot_user_id].update(delete_at=NOW, update_at=NOW)
        self.accounts[bot_user_id]["delete_at"] = NOW

    def _enable_bot(self, bot_user_id):
        self.bots[bot_user_id].update(delete_at=0, update_at=NOW)
        self.accounts[bot_user_id]["delete_at"] = 0


@pytest.fixture
def client():
    return BotModel()


def run(client, check_mode=False, **options):
    return converge(BotService(), client, {**OPTIONS, **options}, check_mode)


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
def test_what_is_declared_becomes_so_and_was_predicted(declaration, operations):
    predicted = run(BotModel(), check_mode=True, **declaration)
    client = BotModel()
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
    client.accounts[ROBOT]["delete_at"] = NOW
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
    client.lost = [operation]
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
def test_what_cannot_be_is_refused_before_anything_is_sent(client, declaration, words):
    with pytest.raises(InvalidInput, match=words):
        run(client, **declaration)
    assert client.written == []


def test_a_bot_that_the_caller_may_not_see_is_not_taken_for_a_person(client):
    del client.bots[ROBOT]
    with pytest.raises(InvalidInput, match="the caller may not see the bot robot"):
        run(client, username="robot")


def test_the_local_socket_has_no_caller(client):
    client.transport.local = True
    try:
        with pytest.raises(InvalidInput, match="cannot create the bot new"):
            run(client, username="new")
        with pytest.raises(InvalidInput, match="the bot selfie owns itself"):
            run(client, username="selfie", enabled=False)
        with pytest.raises(InvalidInput, match="owner: the local socket has no caller"):
            run(client, username="robot", owner="me")
        assert run(client, username="selfie", enabled=False, owner="zoe").operations == ["assign_bot", "disable_bot"]
    finally:
        del client.transport.local


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
    assert bots_by_owner(client, [ZOE, BO]) == {ZOE: [client.bots[ROBOT]], BO: []}
    assert client.sent == ["get_bots"]
