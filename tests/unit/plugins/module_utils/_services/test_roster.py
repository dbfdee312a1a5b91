# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rosters: what is read from files, what is refused with its place, and what becomes of many users."""

from __future__ import annotations

import csv
import json
import tempfile
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput
from ansible_collections.mmops.mattermost.plugins.module_utils._plan import converge
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster import RosterService
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_file import read_roster
from ansible_collections.mmops.mattermost.plugins.module_utils._services.user_fields import USER_OPTIONS
from ansible_collections.mmops.mattermost.tests.unit.plugins.module_utils.server_model import ModelClient, new_account

OPTIONS = {
    "users": None,
    "src": None,
    "columns": {},
    "missing_password": "random",
    "prune": "none",
    "prune_scope": None,
    "max_prune": "100%",
    "concurrency": 3,
    "on_error": "continue",
}


def run(client, check_mode=False, **options):
    return converge(RosterService(USER_OPTIONS), client, {**OPTIONS, **options}, check_mode)


def account(name, number=1, **fields):
    return new_account(id=f"{number:026d}", username=name, email=f"{name}@example.com", create_at=number, **fields)


def person(name, **fields):
    return {"username": name, "email": f"{name}@example.com", **fields}


def write(directory, name, text):
    path = directory / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def options_of(path, **columns):
    defaults = {key: option.get("default") for key, option in USER_OPTIONS.items()}
    return [
        {key: value for key, value in entry.options.items() if value != defaults[key]}
        for entry in read_roster(path, columns, USER_OPTIONS)
    ]


# -- files -------------------------------------------------------------------------------------------------------

PEOPLE = [
    {"username": "zoe", "first_name": "Zoë", "roles": ["system_user", "system_admin"], "guest": False},
    {"username": "mei", "last_name": "陈", "state": "inactive", "props": {"cost_center": "4711"}},
]


def test_the_three_formats_say_the_same(tmp_path):
    table = (
        "\ufeffusername,first_name,last_name,roles,guest,state,props\r\n"
        "zoe,Zoë,,system_user; system_admin,no,,\r\n"
        'mei,,陈,,,inactive,"{""cost_center"": ""4711""}"\r\n'
    )
    with_empty_texts = [{**PEOPLE[0], "last_name": ""}, {**PEOPLE[1], "first_name": ""}]
    assert options_of(write(tmp_path, "people.csv", table)) == with_empty_texts
    assert options_of(write(tmp_path, "people.json", json.dumps(PEOPLE))) == PEOPLE
    assert options_of(write(tmp_path, "people.yml", yaml.safe_dump({"users": PEOPLE}, allow_unicode=True))) == PEOPLE


def test_columns_are_renamed_or_left_out(tmp_path):
    path = write(tmp_path, "people.csv", "Login,Badge\nzoe,7\n")
    assert options_of(path, Login="username", Badge=None) == [{"username": "zoe"}]


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=10)


@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=5))
def test_a_spreadsheets_quotes_are_understood(names):
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "people.csv")
        with path.open("w", newline="", encoding="utf-8") as file:
            rows = csv.writer(file)
            rows.writerow(["username", "first_name", "last_name"])
            rows.writerows([f"user{index}", *name] for index, name in enumerate(names))
        read = [(entry.options["first_name"], entry.options["last_name"]) for entry in read_roster(str(path), {}, USER_OPTIONS)]
        assert read == [(first.strip(), last.strip()) for first, last in names]


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("a.csv", "username,colour\nzoe,red\n", r"line 1, column 2: the column 'colour' is unknown"),
        ("a.csv", "username,email,username\n", r"line 1, column 3: username is also in column 1"),
        ("a.csv", "username,email\nzoe\n", r"line 2: 1 cells, but the header has 2"),
        ("a.csv", 'username,email\n"zoe,z@example.com\n', r"line"),
        ("a.csv", "username,guest\nzoe,maybe\n", r"line 2: guest must be of the type bool"),
        ("a.csv", "username,state\n\nzoe,gone\n", r"line 3: state is 'gone', but must be one of present"),
        ("a.csv", 'username,first_name\n"zoe","a\nb"\nada,x\nzoe,y\n', r"line 5: username zoe is also that of a.csv, line 2"),
        ("a.csv", "username,email\nzoe,nonsense\n", r"line 2: email: 'nonsense' is no e-mail address"),
        ("a.csv", b"username\nzo\xeb\n", r"line 2, column 3: this is no UTF-8"),
        ("a.csv", "", r"is empty"),
        ("a.csv", "nickname\nzoe\n", r"needs username, user_id or email"),
        ("a.json", "[]", r"is empty"),
        (
            "a.json",
            '[\n {"username": "zoe"},\n  {"username": "ada", "colour": 1}]',
            r"line 3, column 3: the option 'colour' is unknown",
        ),
        ("a.json", '[{"username": }]', r"line 1, column 15"),
        ("a.json", '{"a": 1, "b": 2}', r"holds no list of users"),
        ("a.json", '["zoe"]', r"line 1, column 2: an entry must be a map"),
        ("a.yml", "users:\n  - username: zoe\n  - username: [a\n", r"line 4, column 1"),
        (
            "a.yml",
            "users:\n  - username: zoe\n  - username: ada\n    roles: 7\n",
            r"line 3, column 5: roles must be of the type list",
        ),
        ("a.txt", "zoe", r"is no .csv"),
    ],
)
def test_what_is_wrong_is_named_with_its_place_and_nothing_is_sent(tmp_path, name, text, place):
    client = ModelClient()
    with pytest.raises(InvalidInput, match=place):
        run(client, src=write(tmp_path, name, text))
    assert client.sent == []


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InvalidInput, match=r"nowhere\.csv cannot be read"):
        run(ModelClient(), src=str(tmp_path / "nowhere.csv"))


# -- many users --------------------------------------------------------------------------------------------------


def test_only_what_differs_is_sent_and_the_second_run_is_quiet():
    client = ModelClient([account("same", 1), account("other", 2), account("leaver", 3)])
    users = [person("same"), person("other", nickname="O"), person("leaver", state="inactive"), person("new")]
    predicted = run(client, users=users, check_mode=True)
    assert client.written == []
    real = run(client, users=users)
    assert (
        real.returned["counts"]
        == predicted.returned["counts"]
        == {"total": 4, "created": 1, "updated": 1, "deactivated": 1, "deleted": 0, "pruned": 0, "failed": 0, "unchanged": 1}
    )
    assert real.plan.diff == predicted.plan.diff
    assert [(user["username"], user["change"]) for user in real.returned["users"]] == [
        ("other", "updated"),
        ("leaver", "deactivated"),
        ("new", "created"),
    ]
    assert all(user["user_id"] for user in real.returned["users"])
    client.sent.clear()
    again = run(client, users=users)
    assert not again.plan.changed
    assert client.sent == ["get_users_by_usernames"]
    assert again.returned["counts"]["unchanged"] == 4


def test_a_roster_is_read_with_one_request_per_thousand():
    client = ModelClient([account(f"user{number}", number) for number in range(2500)])
    run(client, users=[person(f"user{number}") for number in range(2500)])
    assert client.sent == ["get_users_by_usernames"] * 3


def test_users_may_be_named_in_any_way():
    client = ModelClient([account(name, number) for number, name in enumerate(["a", "b", "c", "me"])], caller_id=f"{3:026d}")
    users = [{"email": "c@example.com"}, {"user_id": f"{1:026d}"}, person("new"), {"user_id": "me"}, {"username": "a"}]
    outcome = run(client, users=[{**user, "nickname": "N"} for user in users])
    assert [user["username"] for user in outcome.returned["users"]] == ["c", "b", "new", "me", "a"]
    assert outcome.returned["counts"]["created"] == 1
    assert client.sent[:4] == ["get_users_by_ids", "get_users_by_usernames", "get_users_by_usernames", "get_user_by_email"]


def test_over_the_local_socket_all_users_are_listed_once():
    client = ModelClient([account(f"user{number}", number) for number in range(2000)])
    client.transport = type("Local", (), {"local": True})
    users = [{"username": f"user{number}"} for number in range(1500)]
    outcome = run(client, users=[*users, {"user_id": f"{1800:026d}"}, {"email": "user1900@example.com"}])
    assert (outcome.plan.changed, client.sent) == (False, ["get_users"])
    with pytest.raises(InvalidInput, match="no caller"):
        run(client, users=[{"user_id": "me"}])


class Refusing(ModelClient):
    """Takes no change of the user ``ada``."""

    def _patch_user(self, user_id, **patch):
        if self.accounts[user_id]["username"] == "ada":
            raise InvalidInput("the server does not like ada")
        return super()._patch_user(user_id, **patch)


def test_the_others_are_done_when_one_fails_and_the_next_run_finishes():
    users = [person("zoe", nickname="Z"), person("ada", nickname="A"), person("mei", nickname="M")]
    accounts = [account("zoe", 1), account("ada", 2), account("mei", 3)]
    client = Refusing(accounts)
    outcome = run(client, users=users)
    assert outcome.plan.changed
    assert "1 of 3 users" in outcome.plan.failure
    assert "does not like ada" in outcome.plan.failure
    assert [user["username"] for user in outcome.returned["users"]] == ["zoe", "mei"]
    assert [(failure["username"], failure["where"]) for failure in outcome.returned["failures"]] == [("ada", "users[1]")]
    assert outcome.returned["counts"]["failed"] == 1
    healed = run(ModelClient(client.accounts.values()), users=users)
    assert [user["username"] for user in healed.returned["users"]] == ["ada"]
    assert healed.plan.failure == ""


def test_no_further_users_are_started_after_a_failure_on_request():
    users = [person("ada", nickname="A"), person("mei", nickname="M"), person("zoe", nickname="Z")]
    client = Refusing([account("ada", 1), account("mei", 2), account("zoe", 3)])
    outcome = run(client, users=users, on_error="stop", concurrency=1)
    assert client.written == ["patch_user"]
    assert outcome.returned["users"] == []
    assert not outcome.plan.changed


def test_who_cannot_be_planned_fails_alone():
    client = ModelClient()
    outcome = run(client, users=[{"username": "ada"}, person("zoe")])
    assert [user["username"] for user in outcome.returned["users"]] == ["zoe"]
    assert "e-mail" in outcome.returned["failures"][0]["msg"]
    assert outcome.returned["counts"]["unchanged"] == 0


def test_a_random_password_is_only_made_on_request():
    assert run(ModelClient(), users=[person("zoe")], missing_password="fail").returned["counts"]["failed"] == 1
    client = ModelClient()
    outcome = run(client, users=[person("zoe")])
    made = next(iter(client.accounts.values()))["password"]
    assert len(made) > 20
    assert made not in repr((outcome.returned, outcome.plan.diff, outcome.plan))


def test_the_caller_changes_its_own_address_with_its_password():
    client = ModelClient([account("zoe", 1, password="mine")], caller_id=f"{1:026d}")
    user = {"username": "zoe", "email": "new@example.com"}
    assert "current_password" in run(client, users=[user]).returned["failures"][0]["msg"]
    assert run(client, users=[{**user, "current_password": "mine"}]).returned["counts"]["updated"] == 1


# -- pruning -----------------------------------------------------------------------------------------------------


def crowd():
    return ModelClient(
        [
            account("admin", 1, roles="system_admin system_user"),
            account("zoe", 2),
            account("ada", 3),
            account("mei", 4),
            account("robot", 5, is_bot=True),
            account("gone", 6, delete_at=5),
            account("ldap-user", 7, auth_service="ldap"),
        ],
        caller_id=f"{1:026d}",
    )


def test_strangers_are_reported_without_a_change():
    outcome = run(crowd(), users=[person("zoe")], prune="report")
    assert outcome.returned["prunable"] == ["ada", "mei", "ldap-user"]
    assert not outcome.plan.changed


def test_strangers_are_deactivated():
    client = crowd()
    outcome = run(client, users=[person("zoe")], prune="deactivate")
    assert {
        name
        for name, change in ((user["username"], user["change"]) for user in outcome.returned["users"])
        if change == "pruned"
    } == {"ada", "mei", "ldap-user"}
    active = {user["username"] for user in client.accounts.values() if not user["delete_at"]}
    assert active == {"admin", "zoe", "robot"}
    assert not run(client, users=[person("zoe")], prune="deactivate").plan.changed


@pytest.mark.parametrize(
    ("scope", "prunable"),
    [
        ({"auth_service": "ldap"}, ["ldap-user"]),
        ({"auth_service": "email"}, ["ada", "mei"]),
        ({"role": "system_user"}, ["ada", "mei", "ldap-user"]),
        ({"role": "system_manager"}, []),
        ({"email_domain": "example.com"}, ["ada", "mei", "ldap-user"]),
        ({"email_domain": "example.org"}, []),
        ({"username_pattern": "a*"}, ["ada"]),
        ({"username_pattern": "a*", "auth_service": "ldap"}, []),
    ],
)
def test_only_accounts_in_scope_are_pruned(scope, prunable):
    assert run(crowd(), users=[person("zoe")], prune="report", prune_scope=scope).returned["prunable"] == prunable


@pytest.mark.parametrize(("limit", "stops"), [("2", True), ("3", False), ("49%", True), ("50%", False)])
def test_the_brake_stops_before_anything_is_sent(limit, stops):
    client = crowd()  # 3 of 6 active accounts are strangers
    users = [person("zoe", nickname="Z")]
    if not stops:
        assert run(client, users=users, prune="deactivate", max_prune=limit).returned["counts"]["pruned"] == 3
        return
    with pytest.raises(InvalidInput, match="3 of 6 accounts would be deactivated"):
        run(client, users=users, prune="deactivate", max_prune=limit)
    assert client.written == []


def test_a_brake_that_is_no_number_is_refused():
    with pytest.raises(InvalidInput, match="max_prune"):
        run(crowd(), users=[person("zoe")], prune="deactivate", max_prune="a few")


def test_an_administrator_remains():
    client = ModelClient(
        [
            account("first", 1, roles="system_user system_admin"),
            account("second", 2, roles="system_user system_admin"),
            account("zoe", 3),
        ],
        caller_id=f"{3:026d}",
    )
    outcome = run(client, users=[person("zoe")], prune="deactivate")
    assert outcome.returned["prunable"] == ["second"]
    assert "first is not deactivated" in outcome.plan.warnings[0]
