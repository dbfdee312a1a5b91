# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What users see when the server or the network fails in the middle of a task."""

from __future__ import annotations

import pytest

from ansible_collections.mmops.mattermost.tests.support.faulty import Faulty

ZOE = {"username": "zoe", "email": "zoe@example.com", "password": "Hush-password-Aa1"}
MANY = [
    {"username": f"user{number}", "email": f"user{number}@example.com", "password": "Hush-password-Aa1"} for number in range(60)
]


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "truncated"])
def test_a_lost_creation_is_looked_for_and_not_repeated_blindly(faulty: Faulty, kind: str) -> None:
    faulty.fails(operation="create_user", kind=kind)
    result, _output = faulty.play("mm_user", **ZOE, roles=["system_user", "system_post_all"])
    assert not result["failed"]
    assert result["operations"] == ["create_user", "update_user_roles"]
    assert result["user"]["roles"] == "system_post_all system_user"
    assert faulty.sent("create_user") == (2 if kind == "drop_before" else 1)
    assert not faulty.play("mm_user", **ZOE)[0]["changed"]


def test_reads_are_repeated_until_the_server_is_back(faulty: Faulty) -> None:
    faulty.fails(operation="get_user_by_username", kind="status", status=503, count=2)
    result, _output = faulty.play("mm_user", **ZOE)
    assert result["operations"] == ["create_user"]


def test_a_rate_limit_slows_a_roster_down_but_fails_nobody(faulty: Faulty) -> None:
    faulty.fails(operation="create_user", kind="status", status=429, seconds=1, skip=10, count=8)
    result, _output = faulty.play("mm_users", users=MANY)
    assert not result["failed"]
    assert result["counts"]["created"] == len(MANY)


def test_the_next_run_finishes_what_a_failing_server_left(faulty: Faulty) -> None:
    faulty.fails(operation="create_user", kind="refused", status=500, count=3)
    result, _output = faulty.play("mm_users", users=MANY)
    assert result["failed"]
    assert (result["counts"]["created"], result["counts"]["failed"]) == (len(MANY) - 3, 3)
    assert all("Refused on demand" in failure["msg"] for failure in result["failures"])
    again, _output = faulty.play("mm_users", users=MANY)
    assert (again["counts"]["created"], again["counts"]["unchanged"]) == (3, len(MANY) - 3)


@pytest.mark.parametrize("in_process", ["true", "false"])
def test_a_password_in_the_address_shows_nowhere(faulty: Faulty, in_process: str) -> None:
    address = faulty.server.url.replace("://", "://zoe:Hush-in-the-address@")
    task = {"mmops.mattermost.mm_user": {**ZOE, "api_url": address}, "register": "noted", "ignore_errors": True}
    settings = {"MATTERMOST_IN_PROCESS": in_process, "ANSIBLE_VERBOSITY": "3"}
    result, output = faulty.run([task], settings)
    assert result["failed"]
    assert "api_url" in result["msg"]
    assert "********" in output
    assert "Hush-in-the-address" not in output
    assert "Hush-in-the-address" not in str(result)
    assert faulty.sent("create_user") == 0


def test_a_role_that_there_is_not_is_refused_before_anything_is_sent(faulty: Faulty) -> None:
    roles = ["system_user", "auditor"]
    for module, options in (("mm_user", {**ZOE, "roles": roles}), ("mm_users", {"users": [{**ZOE, "roles": roles}]})):
        result, _output = faulty.play(module, **options)
        assert result["failed"]
        assert "roles: the server has no role auditor" in result["msg"]
    assert faulty.sent("create_user") == 0


def test_a_web_page_in_place_of_an_answer_is_named(faulty: Faulty) -> None:
    faulty.fails(operation="get_user_by_username", kind="not_json", count=-1)
    result, _output = faulty.play("mm_user", **ZOE)
    assert result["failed"]
    assert "web page" in result["msg"]
    assert "api_url" in result["msg"]


def test_a_long_run_shows_its_progress(faulty: Faulty) -> None:
    faulty.fails(operation="create_user", kind="delay", seconds=0.15, count=-1)
    _result, output = faulty.play("mm_users", users=MANY, concurrency=2)
    progress = [line for line in output.splitlines() if line.startswith("The task: ")]
    assert progress
    assert all(line.endswith(" s left") and f" of {len(MANY)} users" in line for line in progress)
