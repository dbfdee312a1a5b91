# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mapping files, and who of them moves."""

from __future__ import annotations

import json

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.mmops.mattermost.plugins.filter.auth_migration import auth_migration
from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput
from ansible_collections.mmops.mattermost.plugins.plugin_utils._auth_mapping import read_mapping

NOTHING = {"auth_data": None, "current_service": None, "current_auth_data": None}


def user(name, service="", **more):
    return {
        "id": f"id-{name}",
        "username": name,
        "email": f"{name}@example.com",
        "auth_service": service,
        "delete_at": 0,
        **more,
    }


def row(name, service="ldap", **more):
    return {
        **NOTHING,
        "username": name,
        "auth_service": service,
        "where": f"row of {name}",
        **({} if service == "email" else {"auth_data": f"uid={name}"}),
        **more,
    }


def names(rows):
    return [entry["username"] for entry in rows]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("people.csv", 'username,auth_service,auth_data,Team\nZoe,ldap,"uid=zoe,dc=example",blue\nada,email,,\n'),
        (
            "people.yml",
            (
                "- {username: Zoe, auth_service: ldap, auth_data: 'uid=zoe,dc=example', Team: blue}\n"
                "- {username: ada, auth_service: email}\n"
            ),
        ),
        (
            "people.json",
            json.dumps(
                {
                    "users": [
                        {"username": "Zoe", "auth_service": "ldap", "auth_data": "uid=zoe,dc=example"},
                        {"username": "ada", "auth_service": "email"},
                    ]
                }
            ),
        ),
    ],
)
def test_a_mapping_is_read(tmp_path, name, content):
    (tmp_path / name).write_text(content)
    rows = read_mapping(str(tmp_path / name), {"Team": ""})
    assert [{key: value for key, value in entry.items() if key != "where"} for entry in rows] == [
        {**NOTHING, "username": "zoe", "auth_service": "ldap", "auth_data": "uid=zoe,dc=example"},
        {**NOTHING, "username": "ada", "auth_service": "email"},
    ]
    assert all(entry["where"].startswith(f"{name}, line") for entry in rows)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "people.csv is empty"),
        ("username,service\n", "line 1, column 2: the column 'service' is unknown"),
        ("username,auth_service,auth_data\nzoe,kerberos,x\n", "line 2, column 2: auth_service must be one of email, ldap"),
        ("username,auth_service,auth_data\nzoe,,x\n", "line 2: auth_service is missing"),
        ("username,auth_service,auth_data\nzoe,ldap,\n", "line 2: auth_data is missing, which ldap needs"),
        ("username,auth_service,auth_data\nzoe,email,x\n", "line 2: auth_data belongs to a login service"),
        (f"username,auth_service,auth_data\nzoe,ldap,{'x' * 129}\n", "line 2: auth_data has 129 characters. Use at most 128"),
        (
            "username,auth_service,auth_data\nzoe,ldap,x\nada,ldap,y\nZOE,saml,z\n",
            "line 4: the user zoe is also in people.csv, li",
        ),
        ("username,auth_service,auth_data\nzoe,ldap,x\nada,saml,x\n", "line 3: the auth_data x is also in people.csv, line 2"),
    ],
)
def test_mistakes_are_named_with_their_line(tmp_path, content, says):
    (tmp_path / "people.csv").write_text(content)
    with pytest.raises(InvalidInput) as error:
        read_mapping(str(tmp_path / "people.csv"), {})
    assert says in str(error.value)


def test_the_way_back_is_a_mapping():
    plan = auth_migration(
        [row("zoe"), row("ada", "email", current_service="saml", current_auth_data="a@saml")],
        [user("zoe"), user("ada", "saml")],
    )
    assert plan["problems"] == []
    assert plan["rollback"] == [
        {"username": "zoe", "auth_service": "email", "current_service": "ldap", "current_auth_data": "uid=zoe"},
        {"username": "ada", "auth_service": "saml", "auth_data": "a@saml", "current_service": "email"},
    ]
    back = auth_migration(
        [{**NOTHING, "where": "here", **entry} for entry in plan["rollback"]], [user("zoe", "ldap"), user("ada")]
    )
    assert back["problems"] == []
    assert back["rollback"] == [
        {"username": "zoe", "auth_service": "ldap", "auth_data": "uid=zoe", "current_service": "email"},
        {"username": "ada", "auth_service": "email", "current_service": "saml", "current_auth_data": "a@saml"},
    ]


@pytest.mark.parametrize(
    ("canary", "now"),
    [
        ("0%", []),
        ("1%", ["a"]),
        ("25%", ["a"]),
        ("26%", ["a", "b"]),
        ("100%", ["a", "b", "c", "d"]),
        ("3", ["a", "b", "c"]),
        (2, ["a", "b"]),
        ("9", ["a", "b", "c", "d"]),
    ],
)
def test_a_canary_goes_first_and_a_second_run_moves_nobody_else(canary, now):
    rows = [row(name) for name in "abcd"]
    plan = auth_migration(rows, [user(name) for name in "abcd"], canary=canary)
    assert names(plan["now"]) == now
    assert names(plan["now"] + plan["later"]) == list("abcd")
    again = auth_migration(rows, [user(name, "ldap" if name in now else "") for name in "abcd"], canary=canary)
    assert (again["done"], again["now"], again["rollback"]) == (now, [], [])


@pytest.mark.parametrize(
    ("entry", "account", "says"),
    [
        (row("zoe"), None, "row of zoe: zoe does not exist"),
        (row("zoe"), user("zoe", is_bot=True), "is a bot"),
        (row("zoe", current_service="saml"), user("zoe"), "logs in with email, not with saml"),
        (row("me"), user("me"), "is the caller"),
        (row("zoe"), user("zoe", "saml"), "no way back. Give it in current_auth_data"),
    ],
)
def test_accounts_that_cannot_move_are_problems(entry, account, says):
    plan = auth_migration([entry], [account] if account else [], caller_id="id-me")
    assert len(plan["problems"]) == 1
    assert says in plan["problems"][0]
    assert plan["now"] == []


def test_problems_can_be_allowed():
    assert auth_migration([row("me")], [user("me")], caller_id="id-me", allow_own_account=True)["problems"] == []
    plan = auth_migration([row("zoe")], [user("zoe", "saml")], allow_no_rollback=True)
    assert plan["problems"] == []
    assert plan["rollback"][0]["auth_service"] == "saml"


def test_the_way_back_holds_the_identity_that_the_server_shows():
    plan = auth_migration([row("zoe")], [user("zoe", "saml", auth_data="zoe@saml")])
    assert plan["problems"] == []
    assert plan["rollback"] == [
        {
            "username": "zoe",
            "auth_service": "saml",
            "auth_data": "zoe@saml",
            "current_service": "ldap",
            "current_auth_data": "uid=zoe",
        }
    ]
    [problem] = auth_migration([row("zoe", current_auth_data="old")], [user("zoe", "saml", auth_data="zoe@saml")])["problems"]
    assert "zoe has another identity in saml than current_auth_data says" in problem


def test_another_identity_in_the_same_service_is_a_move():
    there = auth_migration([row("zoe")], [user("zoe", "ldap", auth_data="uid=zoe")])
    assert (there["done"], there["now"]) == (["zoe"], [])
    other = auth_migration([row("zoe")], [user("zoe", "ldap", auth_data="uid=other")])
    assert names(other["now"]) == ["zoe"]
    assert (other["rollback"][0]["auth_service"], other["rollback"][0]["auth_data"]) == ("ldap", "uid=other")


@pytest.mark.parametrize("canary", ["some", "-1", "101%", "1.5", ""])
def test_a_canary_is_a_share(canary):
    with pytest.raises(AnsibleFilterError, match="canary"):
        auth_migration([row("zoe")], [user("zoe")], canary=canary)
