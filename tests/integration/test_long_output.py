# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A task about thousands of users that fails shows why, and no more than a person reads."""

from __future__ import annotations

import pytest

from ansible_collections.mmops.mattermost.tests.support.faulty import Faulty
from ansible_collections.mmops.mattermost.tests.support.servers import NEWEST

#: A newest server without a licence takes 250 active users.
pytestmark = pytest.mark.parametrize("faulty", [f"{NEWEST}-licensed"], indirect=True)

#: Characters of output. A page of a terminal has some 8,000, and the records of twenty users have several lines each.
A_FEW_PAGES = 40_000

#: Without a password, which new users need; every second one has one.
USERS = [
    {
        "username": f"user{number}",
        "email": f"user{number}@example.com",
        **({"password": "Hush-password-1"} if number % 2 else {}),
    }
    for number in range(2_000)
]
#: Another reason, and by far not the first to fail.
USERS.append({"username": "admin", "user_id": "z" * 26})


def failing(module: str, **options: object) -> list[dict]:
    return [{f"mmops.mattermost.{module}": options, "register": "noted", "ignore_errors": True, "check_mode": True}]


@pytest.mark.parametrize("in_process", ["true", "false"])
def test_a_roster_of_two_thousand_that_fails(faulty: Faulty, in_process: str) -> None:
    settings = {"MATTERMOST_IN_PROCESS": in_process, "ANSIBLE_DIFF_ALWAYS": "true"}
    result, output = faulty.run(failing("mm_users", users=USERS), settings)
    assert result["failed"]
    assert len(output) < A_FEW_PAGES
    assert output.index("password") < output.index('"users": [')
    assert {key: len(result[key]) for key in ("users", "failures", "diff")} == {"users": 20, "failures": 20, "diff": 20}
    assert result["omitted"] == {"users": 980, "failures": 981, "diff": 980}
    assert (result["counts"]["created"], result["counts"]["failed"]) == (1000, 1001)
    assert "full_result: true" in result["msg"]
    assert [failure["where"] for failure in result["failures"][:2]] == ["users[0]", "users[2000]"]


def test_all_of_it_where_it_is_asked_for(faulty: Faulty) -> None:
    result, _output = faulty.run(failing("mm_users", users=USERS[:60], full_result=True))
    assert {key: len(result[key]) for key in ("users", "failures", "diff")} == {"users": 30, "failures": 30, "diff": 30}
    assert "omitted" not in result
    assert "full_result" not in result["msg"]


def test_many_tokens_that_fail(faulty: Faulty) -> None:
    faulty.fails(operation="create_user_access_token", kind="refused", status=500, count=-1)
    tokens = [{"username": "admin", "description": f"token {number}"} for number in range(50)]
    result, _output = faulty.play("mm_user_tokens", tokens=tokens, directory=str(faulty.folder))
    assert result["failed"]
    assert len(result["failures"]) == 20
    assert result["omitted"] == {"failures": 30, "diff": 30}
    assert result["msg"].startswith("50 of 50 tokens are not as declared")
    assert "Nothing was changed." in result["msg"]
