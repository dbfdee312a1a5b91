# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an access review finds."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleFilterError

from ansible_collections.mmops.mattermost.plugins.filter.access_review import access_review
from ansible_collections.mmops.mattermost.plugins.plugin_utils._access_review import FINDINGS, SEVERITIES
from ansible_collections.mmops.mattermost.tests.support.people import DAY, NOW, an_id, everything, person, session, token
from ansible_collections.mmops.mattermost.tests.support.servers import ROOT

#: Enough administrators, so that a test sees only what it is about.
ADMINISTRATORS = [
    person(name, roles="system_user system_admin", mfa_active=True, sessions=[session(name, 1)]) for name in ("first", "second")
]


def reviewed(*users: dict[str, Any], **options: Any) -> dict[str, Any]:
    return access_review([*users, *ADMINISTRATORS], now=NOW, **options)


def found(*users: dict[str, Any], **options: Any) -> dict[str, list[str]]:
    return {finding["id"]: finding["usernames"] for finding in reviewed(*users, **options)["findings"]}


def account(user: dict[str, Any], **options: Any) -> dict[str, Any]:
    return next(entry for entry in reviewed(user, **options)["accounts"] if entry["username"] == user["username"])


def used(name: str, **fields: Any) -> dict[str, Any]:
    return person(name, **{"mfa_active": True, "sessions": [session(name, 1)], **fields})


def test_nothing_is_found_where_nothing_is_wrong() -> None:
    assert found(used("zoe")) == {}


def test_lists_from_the_command_line_are_texts() -> None:
    user = used("zoe", roles="system_user custom_role", mfa_active=False, auth_service="ldap")
    assert found(user, ordinary_roles="system_user, custom_role", mfa_services="email") == {}
    assert list(found(user, ordinary_roles="system_user", mfa_services="email,ldap")) == ["elevated_without_mfa"]


@pytest.mark.parametrize(
    ("user", "finding"),
    [
        (used("zoe", roles="system_user system_user_manager", mfa_active=False), "elevated_without_mfa"),
        (used("zoe", roles="system_user custom_role", mfa_active=False), "elevated_without_mfa"),
        (used("zoe", mfa_active=False), "without_mfa"),
        (used("zoe", mfa_active=False, auth_service="ldap"), "without_mfa"),
        (used("zoe", roles="system_user system_manager", sessions=[session("zoe", 91)]), "elevated_inactive"),
        (used("zoe", sessions=[]), "inactive"),
        (used("zoe", sessions=[session("zoe", 90)]), "inactive"),
        (used("zoe", roles="system_user system_admin", is_bot=True), "elevated_bots"),
        (used("zoe", roles="system_guest"), "guest"),
        (used("zoe", delete_at=1, tokens=[token("zoe", "x [generation 2026-09-20]")]), "deactivated_with_token"),
        (used("zoe", tokens=[token("zoe", "x [generation 2026-06-22]")]), "old_token"),
        (used("zoe", tokens=[token("zoe", "x")]), "undated_token"),
        (used("zoe", tokens=[token("zoe", "x [generation 2026-02-30]")]), "undated_token"),
        (used("zoe", tokens=[token("zoe", "x [generation 2026-09-20]", active=False)]), "disabled_token"),
    ],
)
def test_each_finding(user: dict[str, Any], finding: str) -> None:
    assert found(user) == {finding: ["zoe"]}


@pytest.mark.parametrize(
    "user",
    [
        used("zoe", mfa_active=False, auth_service="saml"),
        used("zoe", mfa_active=False, is_bot=True),
        used("zoe", mfa_active=False, delete_at=1),
        used("zoe", sessions=[session("zoe", 89)]),
        used("zoe", sessions=[], create_at=(NOW - 89 * DAY) * 1000),
        used("zoe", sessions=[], last_activity_at=(NOW - 5 * DAY) * 1000),
        used("zoe", sessions=[], last_login=(NOW - 5 * DAY) * 1000),
        used("zoe", sessions=None),
        used("zoe", sessions=[], is_bot=True),
        used("zoe", tokens=[token("zoe", "x [generation 2026-06-23]")]),
    ],
    ids=str,
)
def test_what_is_no_finding(user: dict[str, Any]) -> None:
    assert found(user) == {}


def test_too_few_administrators() -> None:
    report = access_review(ADMINISTRATORS[:1], now=NOW)
    assert [(finding["id"], finding["usernames"]) for finding in report["findings"]] == [("few_administrators", ["first"])]
    nobody = access_review([used("zoe")], now=NOW)
    assert [(finding["id"], finding["count"]) for finding in nobody["findings"]] == [("few_administrators", 0)]


def test_limits_are_those_of_the_caller() -> None:
    user = used(
        "zoe",
        mfa_active=False,
        roles="system_user custom",
        sessions=[session("zoe", 5)],
        tokens=[token("zoe", "x [generation 2026-09-11]")],
    )
    assert set(found(user)) == {"elevated_without_mfa"}
    options = {
        "inactive_after": "4d",
        "token_max_age": "1w",
        "ordinary_roles": ["system_user", "system_admin", "custom"],
        "mfa_services": ["ldap"],
    }
    assert set(found(user, **options)) == {"inactive", "old_token"}


def test_the_use_of_a_token_is_that_of_its_session() -> None:
    mine = token("zoe", "deploy [generation 2026-09-01]")
    props = {"type": "UserAccessToken", "user_access_token_id": mine["id"]}
    report = reviewed(used("zoe", tokens=[mine], sessions=[session("zoe", 3, props=props, expires_at=10**15)]))
    assert [(entry["description"], entry["age_days"], entry["last_used"]) for entry in report["tokens"]] == [
        ("deploy", 20, "2026-09-18")
    ]
    opened = next(entry for entry in report["sessions"] if entry["username"] == "zoe")
    assert (opened["kind"], opened["expires"]) == ("token", "")


def test_only_things_that_were_read_are_counted() -> None:
    unread = account(used("zoe", sessions=None, tokens=None))
    assert [unread[name] for name in ("sessions", "active_tokens", "disabled_tokens")] == [None, None, None]
    assert unread["activity"] == "unknown"


def test_times_beyond_the_calendar_of_the_platform() -> None:
    assert account(used("zoe", create_at=250_000_000_000_000))["created"] == "9892-03-08"
    assert account(used("zoe", create_at=10**18))["created"] == "9999-12-31"


def test_the_comparison_with_a_roster() -> None:
    drift = everything(attacks=False)["drift"]
    report = reviewed(used("zoe"), drift=drift)
    assert found(used("zoe"), drift=drift) == {"stranger": ["person03"], "differs": ["person05", "newcomer"]}
    assert report["drift"]["checked"] == 78
    assert report["drift"]["differing"][0]["differences"] == [
        {"field": "roles", "server": "system_user", "roster": "system_user system_admin"},
        {"field": "position", "server": "Customer care", "roster": "Support engineer"},
    ]


def test_totals_and_charts_add_up() -> None:
    report = access_review(everything(attacks=True)["users"], now=NOW)
    totals, charts = report["totals"], report["charts"]
    assert totals["accounts"] == totals["active"] + totals["deactivated"] == len(report["accounts"])
    assert totals["active"] == totals["people"] + totals["guests"] + totals["bots"]
    assert totals["tokens"] == totals["active_tokens"] + totals["disabled_tokens"] == len(report["tokens"])
    assert sum(line["count"] for line in charts["kinds"]) == totals["accounts"]
    assert sum(line["count"] for line in charts["services"]) == totals["active"]
    assert sum(line["count"] for line in charts["token_ages"]) == totals["active_tokens"]
    assert sum(line["count"] for line in charts["activity"]) == totals["people"] + totals["guests"]
    assert sum(line["count"] for line in charts["findings"]) == len(report["findings"]) == sum(totals["findings"].values())
    assert charts["mfa_by_role"]
    for line in charts["mfa_by_role"]:
        assert line["on"] + line["off"] + line["elsewhere"] == line["total"]


def test_one_who_is_missing_makes_less_than_100_percent() -> None:
    users = [used(f"user{number}") for number in range(300)]
    assert reviewed(*users)["totals"]["mfa_percent"] == 100
    assert reviewed(*users, used("zoe", mfa_active=False))["totals"]["mfa_percent"] == 99
    assert access_review([], now=NOW)["totals"]["mfa_percent"] is None


def test_findings_come_the_worst_first() -> None:
    severities = [severity for severity, *_texts in FINDINGS.values()]
    assert severities == sorted(severities, key=SEVERITIES.index)


@pytest.mark.parametrize(
    ("users", "options", "message"),
    [
        ({"users": []}, {}, "which are a list"),
        ([], {"inactive_after": "soon"}, "inactive_after: 'soon' is not a valid duration"),
        ([], {"token_max_age": "90"}, "token_max_age: '90' is not a valid duration"),
    ],
)
def test_wrong_options(users: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(AnsibleFilterError, match=message):
        access_review(users, **options)


def test_ids_of_the_test_people_are_such_as_the_server_gives() -> None:
    assert len(an_id("zoe")) == 26


def test_the_report_says_who_made_it_and_of_what() -> None:
    known = {"made_by": "auditor", "server_version": "10.11.2", "scope": "all accounts", "parameters": {"sessions": True}}
    about = reviewed(used("zoe"), about=known)["about"]
    assert known.items() <= about.items()
    galaxy = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
    assert about["collection_version"] == galaxy["version"]


@pytest.mark.parametrize(("on_server", "complete"), [(3, True), (4, False), (None, None)])
def test_the_report_says_whether_all_accounts_of_the_server_were_reviewed(on_server: int | None, complete: bool | None) -> None:
    about = reviewed(used("zoe"), about={"on_server": on_server})["about"]
    assert (about["reviewed"], about["on_server"], about["complete"]) == (3, on_server, complete)


def test_unknown_facts_about_the_review_are_none() -> None:
    about = reviewed(used("zoe"))["about"]
    assert {about[name] for name in ("made_by", "server_version", "scope", "on_server", "complete")} == {None}
