# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tokens of many users: reads in bulk, a file for each value, and nothing lost whatever goes wrong in between."""

from __future__ import annotations

import stat

import pytest

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput
from ansible_collections.mmops.mattermost.plugins.module_utils._plan import converge
from ansible_collections.mmops.mattermost.plugins.module_utils._services.hand_over import Note, notes_folder
from ansible_collections.mmops.mattermost.plugins.module_utils._services.tokens import TokensService
from ansible_collections.mmops.mattermost.plugins.modules.mm_user_tokens import SUBJECT
from ansible_collections.mmops.mattermost.tests.unit.plugins.module_utils._services.test_token import (
    ADMIN,
    BOT,
    CREATE,
    OTHER,
    REVOKE,
    add,
    start,
    tokens_of,
)
from ansible_collections.mmops.mattermost.tests.unit.plugins.module_utils.declarations import declared

READ_ALL, READ_ONE = "get_user_access_tokens", "get_user_access_tokens_for_user"


def entry(username, description, **more):
    return declared(SUBJECT.options["tokens"]["options"], username=username, description=description, **more)


TWO = (entry("deploy-bot", "deploy"), entry("other", "a/b"))


def run(client, folder, tokens=TWO, check_mode=False):
    declaration = declared(SUBJECT.options, tokens=list(tokens), directory=str(folder), concurrency=1)
    return converge(TokensService(), client, declaration, check_mode)


def files(folder):
    return {path.name: path.read_text() for path in folder.iterdir()}


def test_each_value_is_in_a_file_of_its_own_and_nowhere_else(tmp_path):
    client = start()
    outcome = run(client, tmp_path)
    assert files(tmp_path) == {"deploy-bot.deploy.token": "value1\n", "other.a_b.token": "value2\n"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}
    assert [(token["username"], token["path"].rpartition("/")[2]) for token in outcome.returned["tokens"]] == [
        ("deploy-bot", "deploy-bot.deploy.token"),
        ("other", "other.a_b.token"),
    ]
    assert "value1" not in str(outcome.returned) + str(outcome.plan.shown_diff)


def test_a_second_run_reads_in_bulk_and_writes_nothing(tmp_path):
    client = start()
    run(client, tmp_path)
    client.sent.clear()
    outcome = run(client, tmp_path)
    assert not outcome.plan.changed
    assert client.sent == ["get_users_by_usernames", READ_ALL]


def test_check_mode_tells_the_same_and_sends_and_writes_nothing(tmp_path):
    client = start()
    foretold = run(client, tmp_path, check_mode=True)
    assert client.written == []
    assert files(tmp_path) == {}
    real = run(client, tmp_path)
    assert foretold.operations == real.operations == [CREATE]
    without_id = [{**token, "token_id": None} for token in real.returned["tokens"]]
    assert foretold.returned["tokens"] == without_id


def test_a_token_that_the_list_of_all_lacks_is_not_made_twice(tmp_path):
    client = start("deploy")
    client.answer(READ_ALL, [])
    outcome = run(client, tmp_path)
    assert [token["username"] for token in outcome.returned["tokens"]] == ["other"]


def test_without_the_right_to_list_all_users_are_asked_one_by_one(tmp_path):
    client = start()
    client.refuse(READ_ALL, 403, "api.context.permissions.app_error")
    assert len(run(client, tmp_path).returned["tokens"]) == 2
    assert client.sent.count(READ_ONE) == 2


@pytest.mark.parametrize("description", ["deploy"])
def test_what_a_killed_run_made_is_replaced(tmp_path, description):
    client = start(description)
    note = Note(client.address, BOT, description)
    note.write(description, frozenset())
    note.release()
    outcome = run(client, tmp_path, TWO[:1])
    assert outcome.operations == [REVOKE, CREATE]
    assert files(tmp_path) == {"deploy-bot.deploy.token": "value2\n"}
    assert Note(client.address, BOT, description).read().description == ""


def test_a_token_whose_value_cannot_be_written_is_revoked_again(tmp_path):
    client = start()
    (tmp_path / "deploy-bot.deploy.token").mkdir()
    outcome = run(client, tmp_path)
    assert outcome.plan.failure.startswith(
        "1 of 2 tokens are not as declared, the first of them deploy-bot: deploy (tokens[0])"
    )
    [failure] = outcome.returned["failures"]
    assert failure["operations"] == [CREATE, REVOKE]
    assert "The new token was revoked again" in failure["msg"]
    assert [token.user_id for token in tokens_of(client).values()] == [OTHER]


def test_one_that_fails_does_not_hold_up_the_others(tmp_path):
    client = start()
    add(client, "deploy")
    add(client, "deploy")
    outcome = run(client, tmp_path)
    assert [failure["username"] for failure in outcome.returned["failures"]] == ["deploy-bot"]
    assert [token["username"] for token in outcome.returned["tokens"]] == ["other"]


@pytest.mark.parametrize(
    ("tokens", "says"),
    [
        ([], "tokens is empty"),
        ([entry(None, "x")], "no user is named"),
        ([entry("nobody", "x")], "there is no user nobody"),
        ([entry("other", " ")], "description is empty"),
        ([TWO[0], TWO[0]], r"tokens\[1\]: this is also tokens\[0\]"),
        ([entry("other", "a/b"), entry("other", "a_b")], "would be written to the same file"),
        ([entry("other", "x", expires_after="1h")], "expires_after"),
    ],
)
def test_mistakes_are_refused_before_anything_is_written(tmp_path, tokens, says):
    client = start()
    with pytest.raises(InvalidInput, match=says):
        run(client, tmp_path, tokens)
    assert client.written == []


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(InvalidInput, match="directory: there is no folder"):
        run(start(), tmp_path / "nowhere")


def test_the_caller_is_me(tmp_path):
    outcome = run(start(), tmp_path, [entry(None, "own", user_id="me")])
    assert outcome.returned["tokens"][0]["user_id"] == ADMIN


def test_notes_are_where_the_environment_says(tmp_path, monkeypatch):
    assert notes_folder().endswith("/.ansible/mmops.mattermost/not_handed_over")
    monkeypatch.setenv("MATTERMOST_NOTES_DIRECTORY", str(tmp_path / "volume" / "notes"))
    note = Note("https://chat.example.com", BOT, "deploy")
    note.write("deploy", frozenset())
    note.release()
    assert [path.suffix for path in (tmp_path / "volume" / "notes").iterdir()] == [".json"]
    monkeypatch.setenv("ANSIBLE_HOME", str(tmp_path / "another_container"))
    assert Note("https://chat.example.com", BOT, "deploy").read().description == "deploy"
