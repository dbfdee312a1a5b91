# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports of roles: tables, records, and what of them goes to the screen."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.mmops.mattermost.plugins.filter.connection import connection
from ansible_collections.mmops.mattermost.plugins.filter.earlier_moves import earlier_moves
from ansible_collections.mmops.mattermost.plugins.filter.lines import lines
from ansible_collections.mmops.mattermost.plugins.filter.only_keys import only_keys
from ansible_collections.mmops.mattermost.plugins.filter.outcomes import outcomes
from ansible_collections.mmops.mattermost.plugins.filter.roster_entries import roster_entries
from ansible_collections.mmops.mattermost.plugins.filter.token_clashes import token_clashes
from ansible_collections.mmops.mattermost.plugins.filter.token_files import token_files
from ansible_collections.mmops.mattermost.plugins.filter.token_rotation import token_rotation
from ansible_collections.mmops.mattermost.plugins.filter.users_except import users_except
from ansible_collections.mmops.mattermost.plugins.filter.with_defaults import with_defaults
from ansible_collections.mmops.mattermost.plugins.plugin_utils._listed import listed
from ansible_collections.mmops.mattermost.plugins.plugin_utils._lockdown_record import recorded
from ansible_collections.mmops.mattermost.plugins.plugin_utils._onboarding import onboarding_people
from ansible_collections.mmops.mattermost.plugins.plugin_utils._roster_status import summary
from ansible_collections.mmops.mattermost.plugins.plugin_utils._screen import excerpt
from ansible_collections.mmops.mattermost.plugins.plugin_utils._tables import csv_table, review_table, roster_table


def rows(table: str) -> list[list[str]]:
    assert table.startswith("\ufeff")
    assert table.endswith('"\r\n')
    return list(csv.reader(io.StringIO(table[1:], newline="")))


# Tables


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        ("", ""),
        (True, "yes"),
        (False, "no"),
        (0, "0"),
        (-5, "-5"),
        (1.5, "1.5"),
        ("Zoë, 花子", "Zoë, 花子"),
        ('say "hi"', 'say "hi"'),
        ("two\nlines", "two\nlines"),
        (["a", "b"], "a b"),
        ([], ""),
        ({"a": "ä"}, '{"a": "ä"}'),
        ([1, 2], "[1, 2]"),
        *((f"{sign}1+1", f"'{sign}1+1") for sign in "=+-@\t\r\n＝＋－＠"),
        (["=1", "b"], "'=1 b"),
    ],
)
def test_cells(value: Any, cell: str) -> None:
    [heading, row] = rows(csv_table(["first", "value"], [{"value": value}]))
    assert (heading, row) == (["first", "value"], ["", cell])


def test_every_cell_is_quoted() -> None:
    assert csv_table(["a", "b"], [{"a": 1}]) == '\ufeff"a","b"\r\n"1",""\r\n'


def test_the_differences_of_a_review() -> None:
    drift = {
        "differing": [
            {
                "username": "zoe",
                "change": "updated",
                "differences": [{"field": "position", "server": "=1", "roster": "Engineer"}],
            }
        ],
        "strangers": ["bo"],
        "failures": [{"username": "ada", "where": "line 3", "msg": "No."}],
    }
    assert rows(review_table({"drift": drift}, "differences"))[1:] == [
        ["zoe", "updated", "position", "'=1", "Engineer"],
        ["bo", "not in the roster", "", "", ""],
        ["ada", "not comparable", "", "", "line 3: No."],
    ]


def changed(name: str, before: dict, after: dict) -> dict[str, Any]:
    return {"username": name, "change": "updated", "before": before, "after": after}


RESULT: dict[str, Any] = {
    "counts": {"total": 4, "created": 0, "updated": 1, "failed": 1},
    "users": [changed("zoe", {"position": "a", "roles": ["x"]}, {"position": "b", "nickname": "Z"}), changed("cy", {}, {})],
    "failures": [{"username": "ada", "where": "line 3", "msg": "No."}],
    "prunable": ["bo", "zoe"],
    "unknown": [],
    "msg": "1 of 4 users could not be brought to the declared state, the first of them ada (line 3): No.",
}


def test_the_table_of_a_roster() -> None:
    status = summary(RESULT, "now", check_mode=False, report="")["status"]
    assert rows(roster_table({**status, "failure": "All of it."})) == [
        ["username", "change", "field", "before", "after", "reason"],
        ["zoe", "updated", "position", "a", "b", ""],
        ["zoe", "updated", "roles", "x", "", ""],
        ["zoe", "updated", "nickname", "", "Z", ""],
        ["cy", "updated", "", "", "", ""],
        ["ada", "failed", "", "", "", "line 3: No."],
        ["bo", "not in the roster", "", "", "", ""],
        ["", "failed", "", "", "", "All of it."],
    ]


# The screen


def test_reasons_come_first_and_are_few() -> None:
    failures = [{"username": f"user{number}", "where": f"line {number}", "msg": "No."} for number in range(2000)]
    told = summary({**RESULT, "counts": {"total": 2500}, "failures": failures}, "now", check_mode=False, report="/r.csv")
    lines = told["reasons"].splitlines()
    assert lines[:2] == ["2000 of 2500 users could not be brought to the declared state:", "line 0: user0: No."]
    assert lines[20:] == ["line 19: user19: No.", "and 1980 more", "All of it is in /r.csv. The next run finishes the rest."]


def test_a_run_that_did_not_begin_has_one_reason() -> None:
    told = summary({"msg": "src: people.csv is empty.", "failed": False}, "now", check_mode=True, report="")
    assert told["reasons"] == told["status"]["failure"] == "src: people.csv is empty."
    assert (told["screen"], told["status"]["check_mode"]) == ([], True)


def test_a_good_run_tells_totals_and_who_is_not_in_the_roster() -> None:
    strangers = [f"user{number}" for number in range(30)]
    result = {**RESULT, "counts": {"total": 2, "updated": 1, "failed": 0}, "failures": [], "prunable": strangers}
    told = summary(result, "now", check_mode=False, report="")
    assert (told["reasons"], told["status"]["failure"]) == ("", "")
    assert told["screen"][0] == "total: 2, updated: 1"
    assert told["screen"][1].startswith("30 active accounts are not in the roster: user0, user1, ")
    assert told["screen"][1].endswith("user19, and 10 more")


def test_an_excerpt_has_no_empty_parts_and_no_long_lists() -> None:
    value = {"users": list(range(25)), "failures": [], "note": "", "none": None, "zero": 0, "no": False, "deep": [{"a": {}}]}
    assert excerpt(value) == {"users": [*range(20), "and 5 more"], "zero": 0, "no": False, "deep": [{}]}
    assert excerpt({str(number): number for number in range(1, 23)})["..."] == "and 2 more"
    assert excerpt("text") == "text"


# Records


def test_the_record_of_a_lockdown() -> None:
    zoe, bo = {"id": "z", "username": "zoe"}, {"id": "b", "username": "bo"}
    token = {"id": "t", "description": "backup", "user_id": "z"}
    steps = {
        "tokens": {"results": [{"changed": True, "item": token}, {"failed": True, "item": token, "msg": "No."}]},
        "passwords": {"results": [{"changed": True, "item": zoe}, {"failed": True, "item": bo, "msg": "Never."}]},
        "deactivation": {"users": [{"username": "zoe"}], "failed": True, "failures": [{"username": "bo", "msg": "Not him."}]},
        "before": {},
        "reading": {"failed": True, "msg": "Unreadable."},
        "sessions": {"results": [{"changed": True, "item": zoe, "sessions": [{"id": "s"}]}, {"changed": False, "item": bo}]},
        "mails": {"skipped": True},
    }
    earlier = {"incident": "I", "passwords_set": ["z", "a"], "emails_sent": ["m"], "runs": [{"began": "before"}]}
    record = recorded(earlier, {"began": "now"}, steps)
    assert (record["passwords_set"], record["emails_sent"]) == (["z", "a"], ["m"])
    assert record["runs"] == [
        {"began": "before"},
        {
            "began": "now",
            "tokens": [token],
            "passwords_set": ["zoe"],
            "deactivated": ["zoe"],
            "sessions": [{"id": "s"}],
            "emails_sent": [],
            "failures": ["backup (t): No.", "bo: Never.", "bo: Not him.", "Unreadable."],
        },
    ]


def test_sessions_that_ended_with_a_new_password_are_recorded() -> None:
    before = [{"id": name, "props": {}} for name in ("with password", "by the role", "stays")]
    of_token = {"id": "token", "props": {"user_access_token_id": "t"}}
    steps: dict[str, Any] = {name: {} for name in ("tokens", "passwords", "deactivation", "mails")}
    steps["before"] = {"users": [{"sessions": [*before, of_token]}, {"sessions": None}]}
    steps["reading"] = {"users": [{"sessions": before[1:]}]}
    steps["sessions"] = {"results": [{"changed": True, "item": {}, "sessions": [before[1]]}]}
    record = {"incident": "I", "passwords_set": [], "emails_sent": [], "runs": []}
    assert [session["id"] for session in recorded(record, {}, steps)["runs"][0]["sessions"]] == ["by the role", "with password"]


def test_a_deactivation_that_failed_as_a_whole() -> None:
    steps: dict[str, Any] = {name: {} for name in ("tokens", "before", "passwords", "reading", "sessions", "mails")}
    record = {"incident": "I", "passwords_set": [], "emails_sent": [], "runs": []}
    broken = recorded(record, {}, {**steps, "deactivation": {"failed": True, "msg": "No server."}})
    assert broken["runs"][0]["failures"] == ["No server."]


# Small things


def test_the_outcomes_of_several_loops() -> None:
    zoe, bo = {"username": "zoe"}, {"username": "bo"}
    steps = [{"results": [{"changed": True, "item": zoe}, {"failed": True, "item": bo, "msg": "No."}]}, {"skipped": True}]
    assert outcomes(steps) == {"changed": [zoe], "failures": ["bo: No."]}


def test_the_same_is_said_of_several_users() -> None:
    assert roster_entries([{"id": "z"}, {"user_id": "b", "decision": "due"}], "inactive") == [
        {"user_id": "z", "state": "inactive"},
        {"user_id": "b", "state": "inactive"},
    ]
    assert roster_entries([{"id": "z"}], "inactive", {"since": None})[0]["props"] == {"since": None}


def test_maps_become_lines_and_lose_keys_and_get_values() -> None:
    maps = [{"username": "zoe", "count": 2, "more": "x"}]
    assert lines(maps, ["username", "count"]) == ["zoe: 2"]
    assert only_keys(maps, ["count"]) == [{"count": 2}]
    assert with_defaults([{"a": 1}, {"b": 2}], {"a": 5}) == [{"a": 1}, {"a": 5, "b": 2}]


def test_rows_of_those_who_move_again_are_new_ones(tmp_path: Path) -> None:
    path = tmp_path / "back.json"
    assert earlier_moves(str(path)) == []
    path.write_text('[{"username": "zoe"}, {"username": "bo"}]', encoding="utf-8")
    assert earlier_moves(str(path), [{"username": "zoe"}]) == [{"username": "bo"}]


def test_tokens_that_share_a_file_are_told_by_the_name_of_the_owner() -> None:
    due = [{"item": {"description": text}, "token": {"user_id": "z"}} for text in ("of all", "of-all", "of_all")]
    assert token_clashes(due[:1], [{"id": "z", "username": "zoe"}]) == []
    [sentence] = token_clashes([due[0], due[2]], [{"id": "z", "username": "zoe"}])
    assert "zoe" in sentence


def test_a_report_on_tokens_does_not_guess_after_a_failure() -> None:
    due = [
        {
            "item": {"username": name, "description": "ci"},
            "operations": ["create"],
            "token": {"id": "old"},
            "schedule": {"due": 1},
        }
        for name in ("ada", "bo", "cy")
    ]
    later = [{"token": {"id": "new"}, "schedule": {}}, {"skipped": True}, {"token": {"id": "new"}, "schedule": {}}]
    report = token_rotation(due, later, {"cy: ci": "It broke."})
    assert [(line["account"], line["token"], line["failure"]) for line in report] == [
        ("ada: ci", {"id": "new"}, ""),
        ("bo: ci", {"id": "old"}, ""),
        ("cy: ci", {}, "It broke."),
    ]


def test_exceptions_are_names_and_patterns() -> None:
    users = [{"username": name} for name in ("ada", "bo", "ext-1", "ext-2")]
    assert [user["username"] for user in users_except(users, ["ADA ", "ext-*"])] == ["bo"]
    assert [user["username"] for user in users_except(users, "bo,  ext-?")] == ["ada"]
    assert users_except(users, []) == users


@pytest.mark.parametrize(
    ("given", "expected"), [(["a", 5], ["a", 5]), ("a, b,", ["a", "b"]), (5, ["5"]), ("", []), (("a",), ["a"])]
)
def test_lists_as_users_give_them(given: Any, expected: list) -> None:
    assert listed(given) == expected


def test_files_of_tokens() -> None:
    told = token_files(["cl", "cl.x", "bo"], ["x.y", "y", "a/b"])
    assert told["files"] == ["cl.x.y.token", "cl.x.y.token", "bo.a_b.token"]
    assert told["clashes"] == [
        "cl: x.y and cl.x: y would be written to the same file cl.x.y.token. Change one of the descriptions."
    ]
    # The same token under two names.
    assert len(token_files(["cl", "cl"], ["x", "x"])["clashes"]) == 1


def test_people_are_completed() -> None:
    [zoe, bo] = onboarding_people(
        [{"username": "zoe", "mfa": "yes", "image": "a.png"}, {"username": "bo", "locale": None, "tokens": "a, b"}],
        {"locale": "de", "image": "default"},
    )
    assert (zoe["mfa"], zoe["bot"], zoe["tokens"], zoe["image"][:1], zoe["locale"]) == (True, False, [], "/", "de")
    assert (bo["locale"], bo["tokens"], bo["image"]) == ("de", ["a", "b"], "default")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, {}),
        ({"api_url": "u"}, {"api_url": "u", "api_socket": None}),
        ({"api_token": "t"}, {"api_token": "t", "api_login_id": None}),
        ({"api_login_id": "a", "api_password": "p"}, {"api_login_id": "a", "api_password": "p", "api_token": None}),
        ({"api_url": "", "api_token": None, "timeout": 5}, {"timeout": 5}),
        ({"validate_certs": False}, {"validate_certs": False}),
        ({"api_url": "u", "api_socket": "s"}, {"api_url": "u", "api_socket": "s"}),
    ],
)
def test_the_connection_of_a_role(options: dict[str, Any], expected: dict[str, Any]) -> None:
    assert connection(options) == expected
