# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who lacks multi-factor authentication, and from when on that has a consequence."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.mmops.mattermost.plugins.filter.mfa_enforcement import mfa_enforcement

DAY = 86400
NOW = 1_800_000_000
PROPERTY = "mfa_enforcement_since"


def user(name, *, roles="system_user", service="", active=False, created=0, **more):
    return {
        "id": f"id-{name}",
        "username": name,
        "email": f"{name}@example.com",
        "roles": roles,
        "auth_service": service,
        "delete_at": 0,
        "create_at": created * 1000,
        **({"mfa_active": True} if active else {}),
        **more,
    }


def judge(*users, **options):
    return mfa_enforcement(list(users), caller_id="id-me", now=NOW, **options)


def decisions(report):
    return {account["username"]: account["decision"] for account in report["users"]}


def test_the_report_of_the_server_tells_the_last_activity():
    seen = {"last_login": 1000, "last_status_at": 86_400_000, "days_active": 0}
    found = judge(user("ada", report=seen), user("bo", report=None), user("cy"))["users"]
    assert [account["last_activity"] for account in found] == ["1970-01-02T00:00:00Z", None, None]


def test_everybody_has_a_decision():
    report = judge(
        user("zoe"),
        user("late", props={PROPERTY: str(NOW - 15 * DAY)}),
        user("safe", active=True),
        user("me"),
        user("saml", service="saml"),
        user("ldap", service="ldap"),
        user("free"),
        user("gone", delete_at=1),
        user("bot", is_bot=True),
        exempt=["Free", "nobody"],
    )
    assert decisions(report) == {
        "zoe": "waiting",
        "late": "due",
        "me": "caller",
        "saml": "login_service",
        "ldap": "waiting",
        "free": "exempt",
    }
    assert report["totals"] == {
        "concerned": 7,
        "lacking": 6,
        "due": 1,
        "waiting": 2,
        "exempt": 1,
        "login_service": 1,
        "caller": 1,
    }
    assert report["stale_exemptions"] == ["nobody"]


def test_roles_choose_and_are_counted():
    admin = "system_user system_admin"
    report = judge(user("ada", roles=admin), user("boss", roles=admin, active=True), user("zoe"), roles=["system_admin"])
    assert decisions(report) == {"ada": "waiting"}
    assert report["roles"] == {role: {"users": 2, "lacking": 1} for role in ("system_admin", "system_user")}


def test_roles_that_nobody_has_are_named():
    assert judge(user("ada"), roles=["sysadmin", "system_admin"])["unknown_roles"] == ["sysadmin"]


def test_lists_from_the_command_line_are_texts():
    users = [user("ada", roles="system_user system_admin"), user("free"), user("zoe")]
    for given in (
        {"exempt": ["free", "ada"], "roles": ["system_user", "system_admin"]},
        {"exempt": "Free, ada", "roles": "system_user,system_admin"},
    ):
        assert decisions(judge(*users, **given)) == {"ada": "exempt", "free": "exempt", "zoe": "waiting"}
    assert decisions(judge(*users, exempt="")) == dict.fromkeys(["ada", "free", "zoe"], "waiting")


@pytest.mark.parametrize(
    ("noted", "decision", "marks"),
    [
        (None, "waiting", True),
        (str(NOW - 14 * DAY), "due", False),
        (str(NOW - 14 * DAY + 1), "waiting", False),
        (str(NOW + 1), "waiting", True),
        ("soon", "waiting", True),
        ("²", "waiting", True),
    ],
)
def test_the_grace_period_begins_when_it_was_noted(noted, decision, marks):
    report = judge(user("zoe", props={"other": "kept"} | ({PROPERTY: noted} if noted else {})))
    assert decisions(report) == {"zoe": decision}
    assert report["to_mark"] == ([{"user_id": "id-zoe", "props": {PROPERTY: str(NOW)}}] if marks else [])
    assert report["to_clear"] == []


def test_without_grace_the_first_run_finds_the_user_due():
    report = judge(user("zoe"), grace="0s")
    assert decisions(report) == {"zoe": "due"}
    assert report["to_mark"] == []


def test_the_note_goes_when_it_is_needed_no_more():
    noted = {"props": {PROPERTY: "1"}}
    report = judge(user("safe", active=True, **noted), user("free", **noted), user("late", **noted), exempt=["free"])
    assert report["to_clear"] == [{"user_id": f"id-{name}", "props": {PROPERTY: None}} for name in ("safe", "free")]


@pytest.mark.parametrize(("created", "deadline"), [(0, "2027-01-15T00:00:00Z"), (1_799_500_000, "2027-01-16T13:06:40Z")])
def test_the_grace_period_can_begin_with_the_account(created, deadline):
    report = judge(user("zoe", created=created, props={PROPERTY: "1"}), grace_from="created", start="2027-01-08", grace="7d")
    assert report["users"][0]["deadline"] == deadline
    assert report["to_mark"] == []


def test_a_deadline_beyond_the_calendar_is_none():
    assert judge(user("zoe"), grace="999999w")["users"][0]["deadline"] is None


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"grace": "soon"}, "grace: 'soon' is not a valid duration"),
        ({"grace_from": "created"}, "start: '' is not a valid day"),
        ({"property": " "}, "property is empty"),
    ],
)
def test_impossible_rules_are_refused(options, says):
    with pytest.raises(AnsibleFilterError, match=says):
        judge(user("zoe"), **options)
