# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rosters: what is read from files, what is refused with its place, and what becomes of many users."""

from __future__ import annotations

import csv
import datetime
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
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_entry import ENTRY_OPTIONS
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_file import read_roster
from ansible_collections.mmops.mattermost.plugins.modules.mm_users import SUBJECT
from ansible_collections.mmops.mattermost.tests.unit.plugins.module_utils.declarations import declared
from ansible_collections.mmops.mattermost.tests.unit.plugins.module_utils.fake_server import FakeClient
from ansible_collections.mmops.mattermost.tests.unit.plugins.module_utils.fake_server import account as new_account


def run(client, check_mode=False, **options):
    return converge(RosterService(), client, roster(**options), check_mode)


def roster(**options):
    return declared(SUBJECT.options, **{"missing_password": "random", "max_prune": "100%", "concurrency": 3, **options})


def account(name, number=1, **fields):
    return new_account(name, id=f"{number:026d}", create_at=number, **fields)


def person(name, **fields):
    return {"username": name, "email": f"{name}@example.com", **fields}


def write(directory, name, text):
    path = directory / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def options_of(path, **columns):
    defaults = declared(ENTRY_OPTIONS)
    return [
        {key: value for key, value in entry.options.items() if value != defaults[key]}
        for entry in read_roster(path, columns, ENTRY_OPTIONS).entries
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


# An apostrophe at the beginning may be the mark of a formula.
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=10).filter(lambda text: text.strip()[:1] != "'")


@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=5))
def test_a_spreadsheets_quotes_are_understood(names):
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "people.csv")
        with path.open("w", newline="", encoding="utf-8") as file:
            rows = csv.writer(file)
            rows.writerow(["username", "first_name", "last_name"])
            rows.writerows([f"user{index}", *name] for index, name in enumerate(names))
        read = [
            (entry.options["first_name"], entry.options["last_name"])
            for entry in read_roster(str(path), {}, ENTRY_OPTIONS).entries
        ]
        assert read == [(first.strip(), last.strip()) for first, last in names]


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("a.csv", "username,colour\nzoe,red\n", r"line 1, column 2: the column 'colour' is unknown"),
        ("a.csv", "username,email,username\n", r"line 1, column 3: username is also in column 1"),
        ("a.csv", "username,email\nzoe\n", r"line 2: 1 cells, but the header has 2"),
        ("a.csv", 'username,email\n"zoe,z@example.com\n', r"line"),
        ("a.csv", "username,guest\nzoe,maybe\n", r"line 2, column 2: guest must be true or false"),
        ("a.csv", "username,state\n\nzoe,gone\n", r"line 3, column 2: state must be one of present"),
        (
            "a.csv",
            'username,first_name\n"zoe","a\nb"\nada,x\nzoe,y\n',
            r"line 5, column 1: this username is also that of a.csv, line 2",
        ),
        ("a.csv", "username,email\nzoe,nonsense\n", r"line 2, column 2: email: this value is"),
        ("a.csv", b"username\nzo\xeb\n", r"line 2, column 3: this is not valid UTF-8"),
        ("a.csv", "", r"is empty"),
        ("a.csv", "nickname\nzoe\n", r"needs username, user_id or email"),
        ("a.json", "[]", r"is empty"),
        (
            "a.json",
            '[\n {"username": "zoe"},\n  {"username": "ada", "colour": 1}]',
            r"line 3, column 33: the option 'colour' is unknown",
        ),
        ("a.json", '[{"username": }]', r"line 1, column 15"),
        ("a.json", '{"a": 1, "b": 2}', r"holds no list of users"),
        ("a.json", '["zoe"]', r"line 1, column 2: an entry must be a map"),
        ("a.yml", "users:\n  - username: zoe\n  - username: [a\n", r"line 4, column 1"),
        (
            "a.yml",
            "users:\n  - username: zoe\n  - username: ada\n    roles: {a: b}\n",
            r"line 4, column 12: roles must be a list of texts",
        ),
        ("a.txt", "zoe", r"is not a .csv"),
    ],
)
def test_mistakes_are_named_with_their_place_and_nothing_is_sent(tmp_path, name, text, place):
    client = FakeClient()
    with pytest.raises(InvalidInput, match=place):
        run(client, src=write(tmp_path, name, text))
    assert client.sent == []


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InvalidInput, match=r"nowhere\.csv cannot be read"):
        run(FakeClient(), src=str(tmp_path / "nowhere.csv"))


# -- many users --------------------------------------------------------------------------------------------------


def test_only_what_differs_is_sent_and_the_second_run_is_quiet():
    client = FakeClient([account("same", 1), account("other", 2), account("leaver", 3)])
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
    client = FakeClient([account(f"user{number}", number) for number in range(2500)])
    run(client, users=[person(f"user{number}") for number in range(2500)])
    assert client.sent == ["get_users_by_usernames"] * 3


def test_users_may_be_named_in_any_way():
    people = [account(name, number) for number, name in enumerate(["a", "b", "c"])]
    caller = account("me", 3, roles="system_user system_admin")
    client = FakeClient([*people, caller], caller_id=caller["id"])
    users = [{"email": "c@example.com"}, {"user_id": f"{1:026d}"}, person("new"), {"user_id": "me"}, {"username": "a"}]
    outcome = run(client, users=[{**user, "nickname": "N"} for user in users])
    assert [user["username"] for user in outcome.returned["users"]] == ["c", "b", "new", "me", "a"]
    assert outcome.returned["counts"]["created"] == 1
    looked = ["get_users_by_ids", "get_users_by_usernames", "get_users_by_usernames", "get_user_by_email"]
    assert client.sent[:5] == ["get_user", *looked]


def test_over_the_local_socket_all_users_are_listed_once():
    client = FakeClient([account(f"user{number}", number) for number in range(2000)], local=True)
    users = [{"username": f"user{number}"} for number in range(1500)]
    others = [{"user_id": f"{1800:026d}"}, {"email": "user1900@example.com"}]
    outcome = run(client, users=[*users, *others], concurrency=1)
    assert (outcome.plan.changed, client.sent) == (False, ["get_users"] * 11)
    with pytest.raises(InvalidInput, match="no caller"):
        run(client, users=[{"user_id": "me"}])


def refusing(*accounts):
    """A server that takes no change of the user ``ada``."""
    client = FakeClient(accounts)
    client.refuse("patch_user", 400, "model.user.is_valid.nickname.app_error", path=f"*/users/{2:026d}/*", count=-1)
    return client


def test_the_others_are_done_when_one_fails_and_the_next_run_finishes():
    users = [person("zoe", nickname="Z"), person("ada", nickname="A"), person("mei", nickname="M")]
    client = refusing(account("zoe", 1), account("ada", 2), account("mei", 3))
    outcome = run(client, users=users)
    assert outcome.plan.changed
    assert "1 of 3 users" in outcome.plan.failure
    assert "model.user.is_valid.nickname.app_error" in outcome.plan.failure
    assert [user["username"] for user in outcome.returned["users"]] == ["zoe", "mei"]
    assert [(failure["username"], failure["where"]) for failure in outcome.returned["failures"]] == [("ada", "users[1]")]
    assert outcome.returned["counts"]["failed"] == 1
    healed = run(client.beside(), users=users)
    assert [user["username"] for user in healed.returned["users"]] == ["ada"]
    assert healed.plan.failure == ""


def test_no_further_users_are_started_after_a_failure_on_request():
    users = [person("ada", nickname="A"), person("mei", nickname="M"), person("zoe", nickname="Z")]
    client = refusing(account("ada", 2), account("mei", 1), account("zoe", 3))
    outcome = run(client, users=users, on_error="stop", concurrency=1)
    assert client.written == ["patch_user"]
    assert outcome.returned["users"] == []
    assert not outcome.plan.changed


def test_a_user_who_cannot_be_planned_fails_alone():
    client = FakeClient()
    outcome = run(client, users=[{"username": "ada"}, person("zoe")])
    assert [user["username"] for user in outcome.returned["users"]] == ["zoe"]
    assert "e-mail" in outcome.returned["failures"][0]["msg"]
    assert outcome.returned["counts"]["unchanged"] == 0


def test_a_random_password_is_only_made_on_request():
    assert run(FakeClient(), users=[person("zoe")], missing_password="fail").returned["counts"]["failed"] == 1
    client = FakeClient()
    outcome = run(client, users=[person("zoe")])
    made = client.bodies("create_user")[0]["password"]
    assert len(made) > 20
    assert client.has_password(client.named("zoe").id, made)
    assert made not in repr((outcome.returned, outcome.plan.diff, outcome.plan))


def test_the_caller_changes_its_own_address_with_its_password():
    admins = "system_user system_admin"
    client = FakeClient([account("zoe", 1, password="mine", roles=admins)], caller_id=f"{1:026d}")
    user = {"username": "zoe", "email": "new@example.com"}
    assert "current_password" in run(client, users=[user]).returned["failures"][0]["msg"]
    assert run(client, users=[{**user, "current_password": "mine"}]).returned["counts"]["updated"] == 1


# -- pruning -----------------------------------------------------------------------------------------------------


def crowd():
    return FakeClient(
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
    assert outcome.returned["prunable"] == ["ada", "ldap-user", "mei"]
    assert not outcome.plan.changed


def test_strangers_are_deactivated():
    client = crowd()
    outcome = run(client, users=[person("zoe")], prune="deactivate")
    assert {
        name
        for name, change in ((user["username"], user["change"]) for user in outcome.returned["users"])
        if change == "pruned"
    } == {"ada", "mei", "ldap-user"}
    active = {user.username for user in client.users if not user.delete_at}
    assert active == {"admin", "zoe", "robot"}
    assert not run(client, users=[person("zoe")], prune="deactivate").plan.changed


@pytest.mark.parametrize(
    ("scope", "prunable"),
    [
        ({"auth_service": "ldap"}, ["ldap-user"]),
        ({"auth_service": "email"}, ["ada", "mei"]),
        ({"role": "system_user"}, ["ada", "ldap-user", "mei"]),
        ({"role": "system_manager"}, []),
        ({"email_domain": "example.com"}, ["ada", "ldap-user", "mei"]),
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


@pytest.mark.parametrize(
    "limit",
    [
        "a few",
        "nan",
        "inf",
        "-inf",
        "1e999",
        "nan%",
        "inf%",
        "1e999%",
        "-1",
        "-1%",
        "101%",
        "10%%",
        "",
        "%",
        "9" * 400,
        "٣",
        None,
        "1_0",
    ],
)
@pytest.mark.parametrize("prune", ["none", "report", "deactivate"])
def test_a_brake_that_is_no_number_is_refused(limit, prune):
    client = crowd()
    with pytest.raises(InvalidInput, match="max_prune"):
        run(client, users=[person("zoe")], prune=prune, max_prune=limit)
    assert client.sent == []


@pytest.mark.parametrize(
    "scope",
    [
        None,
        {},
        {"everybody": False},
        dict.fromkeys(["everybody", "auth_service", "role", "email_domain", "username_pattern", "except"]),
        {"email_domain": ""},
        {"email_domain": " @ "},
        {"email_domain": "example.com", "role": ""},
        {"username_pattern": " "},
        {"auth_service": ""},
        {"auth_service": "ldapp"},
        {"everybody": True, "role": "system_user"},
        {"except": []},
        {"except": [""]},
        {"except": [None]},
        {"except": ["zoe", "b c"]},
    ],
)
def test_a_scope_that_is_empty_is_an_error_and_never_everybody(scope):
    client = crowd()
    with pytest.raises(InvalidInput, match="prune_scope"):
        run(client, users=[person("zoe")], prune="report", prune_scope=scope)
    assert client.sent == []


def test_exceptions_from_pruning_need_not_exist_and_are_not_touched():
    client = crowd()
    scope = {"except": ["LDAP-*", "nobody", "m?i", "gone"]}
    outcome = run(client, users=[person("zoe")], prune="deactivate", prune_scope=scope)
    assert [(user["username"], user["change"]) for user in outcome.returned["users"]] == [("ada", "pruned")]
    assert client.user(f"{6:026d}").delete_at == 5
    assert not run(client, users=[person("zoe")], prune="deactivate", prune_scope=scope).plan.changed


def test_exceptions_do_not_count_for_the_brake():
    scope = {"everybody": True, "except": ["ldap-user"]}
    with pytest.raises(InvalidInput, match="2 of 5 accounts"):
        run(crowd(), users=[person("zoe")], prune="deactivate", prune_scope=scope, max_prune="1")


def test_a_scope_without_effect_is_warned_of():
    [warning] = run(crowd(), users=[person("zoe")], prune_scope={"role": "system_user"}).plan.warnings
    assert warning == "prune_scope has no effect without prune"
    [warning] = run(crowd(), users=[person("zoe")], prune="report", prune_scope={"email_domain": "nowhere"}).plan.warnings
    assert "there is no active account that it could mean" in warning


def test_an_administrator_remains():
    client = FakeClient(
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


def administrators(*names, **robot):
    admin = "system_user system_admin"
    accounts = [account(name, number, roles=admin) for number, name in enumerate(names, 1)]
    return [*accounts, account("robot", 8, roles=admin, is_bot=True, **robot), account("zoe", 9)]


def test_a_bot_is_not_the_administrator_who_remains():
    client = FakeClient(administrators("first", "second"), caller_id=f"{8:026d}")
    outcome = run(client, users=[person("zoe")], prune="deactivate")
    assert outcome.returned["prunable"] == ["second"]
    assert "first is not deactivated" in outcome.plan.warnings[0]


def test_the_roster_and_pruning_together_leave_an_administrator():
    client = FakeClient(administrators("first", "second"), caller_id=f"{8:026d}")
    outcome = run(client, users=[person("zoe"), {"username": "first", "state": "inactive"}], prune="deactivate")
    assert outcome.returned["prunable"] == []
    assert "second is not deactivated" in outcome.plan.warnings[0]


@pytest.mark.parametrize("leaves", [{"state": "inactive"}, {"state": "absent"}, {"roles": ["system_user"]}, {"guest": True}])
def test_entries_that_together_leave_no_administrator_are_refused(leaves):
    client = FakeClient(administrators("first", "second"), caller_id=f"{8:026d}")
    with pytest.raises(InvalidInput, match=r"users\[2\]: second is the last administrator"):
        run(client, users=[{"username": "first", **leaves}, person("zoe"), {"username": "second", **leaves}])
    assert client.written == []
    assert run(client, users=[{"username": "first", **leaves}, person("zoe")]).plan.changed


# -- nobody, twice, for a time -----------------------------------------------------------------------------------


def test_a_name_that_nobody_has_is_warned_of_and_changes_nothing():
    users = [person("zoe"), {"username": "zeo", "state": "inactive"}, {"email": "ada@nowhere.example", "state": "absent"}]
    for check_mode in (True, False):
        outcome = run(FakeClient([account("zoe")]), check_mode, users=users)
        assert not outcome.plan.changed
        assert outcome.plan.failure == ""
        [warning] = outcome.plan.warnings
        assert warning.startswith("missing: nobody has the name of 2")
        assert "zeo (users[1]), ada@nowhere.example (users[2])" in warning
        assert outcome.returned["missing"] == [
            {"username": "zeo", "where": "users[1]"},
            {"username": "ada@nowhere.example", "where": "users[2]"},
        ]


def test_a_play_decides_what_a_name_that_nobody_has_means(tmp_path):
    path = write(tmp_path, "a.csv", "username,state,nickname\nzoe,present,Z\nzeo,inactive,\n")
    quiet = run(FakeClient([account("zoe")]), src=path, missing="ignore")
    assert (quiet.plan.warnings, quiet.plan.failure) == ([], "")
    outcome = run(FakeClient([account("zoe")]), src=path, missing="fail")
    assert "zeo (a.csv, line 3): missing: nobody has this name" in outcome.plan.failure
    assert outcome.returned["counts"] == {
        "total": 2, "created": 0, "updated": 1, "deactivated": 0, "deleted": 0, "pruned": 0, "failed": 1, "unchanged": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    "other",
    [{"email": "ZOE@example.com"}, {"user_id": f"{1:026d}"}, {"user_id": "me"}, {"user_id": f"{1:026d}", "username": "eoz"}],
)
def test_one_account_has_one_entry_whatever_it_is_named_by(other):
    client = FakeClient([account("zoe", 1)], caller_id=f"{1:026d}")
    with pytest.raises(InvalidInput, match=r"users\[1\]: this is the account zoe, which is also that of users\[0\]"):
        run(client, users=[{"username": "zoe", "nickname": "A"}, {"nickname": "B", **other}])
    assert client.written == []


@pytest.mark.parametrize(
    ("end", "state", "days"),
    [("2026-11-27", "inactive", 0), ("2026-11-26", "inactive", 0), ("2026-11-28", "present", 1), ("2026-12-11", "present", 14)],
)
def test_an_entry_ends_on_its_day(end, state, days):
    client = FakeClient([account("zoe")])
    users = [person("zoe", expires_on=end)]
    outcome = converge(RosterService(lambda: datetime.date(2026, 11, 27)), client, roster(users=users), False)
    assert ("inactive" if outcome.plan.changed else "present") == state
    assert outcome.returned["expiring"] == [{"username": "zoe", "expires_on": end, "days_left": days, "where": "users[0]"}]
    warnings = [f"expires_on: zoe (users[0]) becomes inactive on {end}, in {days} days"] if days else []
    assert outcome.plan.warnings == warnings


def test_an_end_that_is_far_or_past_is_quiet():
    users = [person("zoe", expires_on="2999-01-01"), person("gone", expires_on="2020-01-01")]
    outcome = run(FakeClient([account("zoe")]), users=users)
    assert (outcome.plan.changed, outcome.plan.warnings, outcome.returned["missing"]) == (False, [], [])
    with pytest.raises(InvalidInput, match=r"users\[0\].expires_on: expires_on is not a valid date"):
        run(FakeClient(), users=[person("zoe", expires_on="2026-13-45")])


def test_the_apis_forms_are_taken():
    client = FakeClient([account("zoe", 1, roles="system_admin system_user"), account("ada", 2)], caller_id=f"{1:026d}")
    users = [{"username": "zoe", "roles": ["system_user system_admin"], "delete_at": 0}, {"username": "ada", "delete_at": 5}]
    assert [user["change"] for user in run(client, users=users).returned["users"]] == ["deactivated"]
    assert not run(client, users=users).plan.changed


def test_defaults_hold_for_all_and_are_checked():
    client = FakeClient([account("zoe", 1), account("ada", 2)])
    outcome = run(
        client, users=[{"username": "zoe"}, {"username": "ada", "locale": "fr"}], defaults={"locale": "de", "roles": None}
    )
    assert {user["username"]: user["after"] for user in outcome.returned["users"]} == {
        "zoe": {"locale": "de"},
        "ada": {"locale": "fr"},
    }
    with pytest.raises(InvalidInput, match="defaults: roles"):
        run(client, users=[{"username": "zoe"}], defaults={"roles": []})


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"users": []}, "users is empty. A roster without users"),
        ({"users": None}, "users is empty"),
        ({"src": ""}, "src is empty"),
        ({"users": [None]}, r"users\[0\]: an entry must be a map"),
        ({"users": [{"username": "zoe", "password": {"a": 1}}]}, r"users\[0\].password: password must be a text"),
        ({"users": [{"username": "z\ud800"}]}, r"users\[0\]: a text holds a character that cannot be sent"),
        ({"users": [{"username": "zoe"}], "columns": {"a": "email"}}, "columns counts only for the file that src names"),
        ({"users": [{"username": "zoe"}], "delimiter": ";"}, "delimiter counts only for the file that src names"),
        *(
            ({"users": [{"username": "zoe"}], "concurrency": number}, "concurrency must be between 1 and")
            for number in (0, -1, 17, None)
        ),
    ],
)
def test_options_are_checked_before_anything_is_sent(options, says):
    client = FakeClient()
    with pytest.raises(InvalidInput, match=says):
        run(client, **options)
    assert client.sent == []


def test_a_service_that_is_switched_off_is_told_once():
    client = crowd()
    client.state.settings.change({"LdapSettings": {"Enable": False}})
    people = [person(name, auth_service="ldap", auth_data=name) for name in ("uma", "ute", "udo")]
    [warning] = run(client, users=people).plan.warnings
    assert warning.startswith("auth_service: ldap is switched off on this server (LdapSettings.Enable)")
