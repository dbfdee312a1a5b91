# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An offboarding: why it must not begin, what its steps are about, and the record of them."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.mmops.mattermost.plugins.plugin_utils._listed import usernames
from ansible_collections.mmops.mattermost.plugins.plugin_utils._offboarding import concerned, problems, recorded


def user(name: str, **fields: Any) -> dict[str, Any]:
    return {
        "id": f"id of {name}",
        "username": name,
        "roles": "system_user",
        "auth_service": "",
        "delete_at": 0,
        "tokens": [],
        "bots": [],
        **fields,
    }


ADMIN = user("admin", roles="system_admin system_user")
BOSS = user("boss", roles="system_user system_admin")
ADA, BO = user("ada"), user("bo")


def found(*leavers: dict, administrators: tuple = (ADMIN, BOSS), **more: Any) -> list[str]:
    options = {"missing": [], "successor": "", "found": [], **more}
    return list(problems(list(leavers), ADMIN, list(administrators), **options))


def test_ordinary_leavers_may_leave() -> None:
    assert found(ADA, BO) == []
    assert found(ADA, BOSS) == []
    assert found(ADA, successor="bo", found=[BO]) == []


@pytest.mark.parametrize(
    ("leavers", "options", "says"),
    [
        ([ADA], {"missing": ["cy", "di"]}, "there is no user cy, di. Correct the names."),
        ([ADA, ADMIN], {}, "admin is the caller, who would be locked out half way."),
        ([user("robot", is_bot=True)], {}, "robot is a bot, not a person."),
        ([ADA, BOSS], {"administrators": (BOSS,)}, "no active administrator would be left without boss."),
        ([BOSS], {"administrators": (BOSS, {**ADMIN, "is_bot": True})}, "no active administrator would be left without boss."),
        ([ADA], {"successor": "bo"}, "there is no active user bo."),
        ([ADA], {"successor": "bo", "found": [{**BO, "delete_at": 5}]}, "there is no active user bo."),
        ([ADA], {"successor": "bo", "found": [{**BO, "is_bot": True}]}, "there is no active user bo."),
    ],
)
def test_reasons_not_to_begin(leavers: list, options: dict, says: str) -> None:
    [sentence] = found(*leavers, **options)
    assert sentence.startswith("user_offboarding_")
    assert says in sentence


def test_a_server_without_administrators_keeps_nobody_from_leaving() -> None:
    assert found(ADA, administrators=()) == []


def test_the_steps_get_what_they_are_about() -> None:
    tokens = [{"id": "1", "is_active": True}, {"id": "2", "is_active": False}]
    bot = {"user_id": "b", "username": "robot", "owner_id": "id of ada"}
    guest = user("guest", roles="system_guest")
    special = user("special", roles="system_guest system_manager", delete_at=7)
    plan = concerned([user("ada", tokens=tokens, bots=[bot], mfa_active=True), BOSS, guest, special, user("old", roles="")])
    assert [token["id"] for token in plan["tokens"]] == ["1", "2"]
    assert [token["id"] for token in plan["active_tokens"]] == ["1"]
    assert plan["bots"] == [{**bot, "owner": "ada"}]
    assert [one["username"] for one in plan["with_mfa"]] == ["ada"]
    assert [(one["username"], one["plain_roles"], one["state"]) for one in plan["elevated"]] == [
        ("boss", ["system_user"], "present"),
        ("special", ["system_guest"], "inactive"),
    ]


def test_the_record_tells_what_each_step_did() -> None:
    bot = {"user_id": "b", "username": "robot", "owner_id": "id of ada"}
    token = {"id": "t", "description": "backup"}
    leavers = [user("ada", bots=[bot], auth_service="ldap"), user("bo", auth_service="saml")]
    steps = {
        "tokens_disabled": {"results": [{"changed": True, "item": token}]},
        "tokens_revoked": {"results": [{"failed": True, "item": token, "msg": "Kept."}]},
        "sessions": {"results": [{"changed": True, "item": ADA, "sessions": [{"id": "s"}]}, {"changed": False, "item": BO}]},
        "roles": {"results": [{"changed": True, "item": {"username": "ada", "roles": ["system_admin", "system_user"]}}]},
        "mfa": {"results": [{"failed": True, "item": BO, "msg": "No code."}]},
        "bots": {"results": [{"changed": True, "item": bot}]},
        "bot_tokens": {"users": [{"username": "robot", "tokens": [token]}, {"username": "idle", "tokens": []}]},
        "deactivation": {"users": [{"username": "ada"}], "failed": True, "failures": [{"username": "bo", "msg": "Not him."}]},
        "deletion": {"failed": True, "msg": "No server."},
    }
    record = recorded({"began": "now", "asked_for": {"bots_to": ""}}, leavers, steps)
    assert record["users"] == ["ada", "bo"]
    assert (record["tokens_disabled"], record["tokens_revoked"]) == ([token], [])
    assert record["sessions"] == [{"id": "s"}]
    assert record["roles_removed"] == {"ada": ["system_admin", "system_user"]}
    assert record["mfa_reset"] == []
    assert (record["bots"], record["bots_disabled"], record["bots_reassigned"]) == ({"robot": "ada"}, ["robot"], [])
    assert record["bots_with_tokens"] == ["robot"]
    assert (record["deactivated"], record["deleted"]) == (["ada"], [])
    assert [note.partition(":")[0] for note in record["notes"]] == ["ada", "bo", "robot"]
    assert record["failures"] == ["backup (t): Kept.", "bo: No code.", "bo: Not him.", "No server."]


def test_bots_that_went_to_somebody_else_are_not_disabled() -> None:
    bot = {"user_id": "b", "username": "robot", "owner_id": "id of ada"}
    steps = {"bots": {"results": [{"changed": True, "item": bot}]}}
    record = recorded({"asked_for": {"bots_to": "bo"}}, [user("ada", bots=[bot])], steps)
    assert (record["bots_disabled"], record["bots_reassigned"]) == ([], ["robot"])


def test_a_run_in_which_nothing_was_done_has_an_empty_record() -> None:
    record = recorded({"asked_for": {"bots_to": ""}}, [], {})
    assert not any(value for name, value in record.items() if name != "asked_for")


@pytest.mark.parametrize(
    ("given", "names"), [(["Ada", " bo ", "ada", ""], ["ada", "bo"]), ("Ada, bo,,ada", ["ada", "bo"]), (5, ["5"]), (" , ", [])]
)
def test_names_are_as_the_server_has_them(given: Any, names: list[str]) -> None:
    assert usernames(given) == names
