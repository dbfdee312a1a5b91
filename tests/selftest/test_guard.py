# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The write guard finds what it is there for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.mmops.mattermost.tests.support.guard import Request, Task, check, judge, read_journal
from ansible_collections.mmops.mattermost.tests.support.plays import run_target
from ansible_collections.mmops.mattermost.tests.support.proxy import recording_proxy
from ansible_collections.mmops.mattermost.tests.support.servers import fake_server

MODULE = "mmops.mattermost.mm_user"
ID = "a" * 26
CREATE = Request("POST", "/api/v4/users", 201)
PATCH = Request("PUT", f"/api/v4/users/{ID}/patch", 200)
ROLES = Request("PUT", f"/api/v4/users/{ID}/roles", 200)
JOIN = Request("POST", "/api/v4/teams/a/members/batch", 201)
READ = Request("GET", f"/api/v4/users/{ID}", 200)
UNCHANGED = {"changed": False, "operations": []}
#: What is left of a result with no_log.
HIDDEN = {"changed": True, "censored": "the output has been hidden"}


def task(requests: list[Request], *items: dict[str, Any], check_mode: bool = False, module: str = MODULE) -> Task:
    return Task("a task", module, "main.yml:1", check_mode, list(items), requests, ended=True)


def changed(*operations: str, **more: Any) -> dict[str, Any]:
    return {"changed": True, "operations": list(operations), **more}


@pytest.mark.parametrize(
    ("request_", "writes"),
    [
        (Request("GET", "/api/v4/users/me"), False),
        (Request("HEAD", "/api/v4/users/me"), False),
        (Request("POST", "/api/v4/users/ids"), False),
        (Request("POST", "/api/v4/users/usernames?since=1"), False),
        (Request("POST", "/api/v4/users/search"), False),
        (Request("POST", "/api/v4/users/group_channels"), False),
        (Request("POST", "/api/v4/users/tokens/search"), False),
        (Request("POST", "/api/v4/users/mfa"), False),
        (Request("POST", "/api/v4/users/login"), False),
        (Request("POST", "/api/v4/users/logout"), False),
        (Request("POST", "/api/v4/users"), True),
        (Request("POST", "/api/v4/users/login/switch"), True),
        (Request("POST", "/api/v4/users/tokens/revoke"), True),
        (Request("PUT", "/api/v4/users/ids"), True),
        (Request("DELETE", f"/api/v4/users/{ID}"), True),
    ],
)
def test_what_writes(request_: Request, writes: bool) -> None:
    assert request_.writes is writes


@pytest.mark.parametrize(
    "honest",
    [
        task([READ], UNCHANGED),
        task([READ], changed("create_user"), check_mode=True),
        task([READ, CREATE, ROLES, READ], changed("create_user", "update_user_roles")),
        task([READ, PATCH, READ, READ, READ, PATCH], changed("patch_user"), UNCHANGED, changed("patch_user")),
        task([PATCH, PATCH], changed("patch_user"), changed("patch_user")),
        task([Request("PUT", PATCH.path, 503), PATCH], changed("patch_user")),
        task([Request("PUT", PATCH.path), PATCH], changed("patch_user")),
        task([READ], {"changed": False, "failed": True}),
        task([CREATE, ROLES], {"failed": True, "operations": ["create_user"], "error": {"operation": "update_user_roles"}}),
        task([CREATE], {"failed_when_result": False, "operations": [], "error": {"operation": "create_user"}}),
        task([READ], {"skipped": True, "changed": False}),
        task([CREATE], UNCHANGED, module="ansible.builtin.uri"),
        task([Request("POST", "/api/v4/users/login", 401)], UNCHANGED, check_mode=True),
        task([Request("POST", "/api/v4/users/login", 200)], changed("login")),
        task([], changed("permanent_delete_all_users")),
        task([READ, CREATE, READ], HIDDEN),
        task([CREATE, ROLES], {**HIDDEN, "changed": False, "failed": True}),
        task([READ], {**HIDDEN, "changed": False}),
    ],
)
def test_honest_tasks_pass(honest: Task) -> None:
    assert judge(honest) == []


@pytest.mark.parametrize(
    ("dishonest", "complaint"),
    [
        (task([CREATE], UNCHANGED), "'a task' (mmops.mattermost.mm_user, main.yml:1): sent POST /api/v4/users, which no"),
        (task([CREATE], changed("create_user"), check_mode=True), "sent POST /api/v4/users in check mode"),
        (task([CREATE], {"failed": True}, check_mode=True), "sent POST /api/v4/users in check mode"),
        (task([CREATE, ROLES], changed("create_user")), f"sent PUT /api/v4/users/{ID}/roles, which no result reports"),
        (task([PATCH, PATCH], changed("patch_user")), f"sent PUT /api/v4/users/{ID}/patch, which no result reports"),
        (task([PATCH, PATCH], changed("patch_user"), {**UNCHANGED, "item": "zoe"}), "(item zoe): sent PUT"),
        (task([PATCH], changed("patch_user"), changed("patch_user", item="bo")), "(item bo): it reports the operation patch_"),
        (task([ROLES, CREATE], changed("create_user", "update_user_roles")), "operation create_user, but then came PUT"),
        (task([CREATE], {"changed": True}), "does not say which operations"),
        (task([CREATE, ROLES], {"failed": True, "operations": [], "error": {"operation": "create_user"}}), "/roles, which no"),
        (task([CREATE], {"skipped": True, "changed": False}), "sent POST /api/v4/users, which no result reports"),
        (task([READ], HIDDEN), "it changed something, but sent nothing"),
        (task([CREATE], {**HIDDEN, "changed": False}), "sent POST /api/v4/users, which no result reports"),
        (task([CREATE], HIDDEN, check_mode=True), "sent POST /api/v4/users in check mode"),
        (Task("a task", MODULE, "main.yml:1", requests=[READ]), "the journal shows no result"),
    ],
)
def test_dishonest_tasks_are_found(dishonest: Task, complaint: str) -> None:
    assert len(judge(dishonest)) == 1
    assert complaint in judge(dishonest)[0]


def entry(event: str, **more: Any) -> str:
    return json.dumps({"event": event, **more})


ROSTER = "mmops.mattermost.mm_users"


def user(name: str, *operations: str, **more: Any) -> dict[str, Any]:
    return {"username": name, "operations": list(operations), **more}


@pytest.mark.parametrize(
    ("requests", "result", "complaint"),
    [
        # Users are worked on side by side, so that requests come in any order.
        (
            [PATCH, CREATE, ROLES],
            changed(users=[user("zoe", "create_user", "update_user_roles"), user("ada", "patch_user")]),
            "",
        ),
        (
            [CREATE, ROLES],
            changed(
                users=[user("zoe", "create_user")],
                failures=[user("ada", error={"operation": "update_user_roles"})],
                failed=True,
            ),
            "",
        ),
        ([Request("POST", "/api/v4/users", 429), CREATE], changed(users=[user("zoe", "create_user")]), ""),
        ([], {"changed": False, "users": []}, ""),
        ([PATCH], {"changed": False, "users": []}, "which no result reports"),
        ([CREATE, PATCH], changed(users=[user("zoe", "create_user")]), "which no result reports"),
        (
            [CREATE],
            changed(users=[user("zoe", "create_user"), user("ada", "create_user")]),
            "create_user of ada, but nothing came",
        ),
        # One request may bring many users into a team.
        ([JOIN], changed(users=[user("zoe", "add_team_members"), user("ada", "add_team_members")]), ""),
        ([JOIN, JOIN], changed(users=[user("zoe", "add_team_members")]), "which no result reports"),
        ([], changed(users=[user("zoe", "add_team_members")]), "add_team_members of zoe, but nothing came"),
    ],
)
def test_a_roster_is_judged_by_all_its_users(requests: list[Request], result: dict[str, Any], complaint: str) -> None:
    problems = judge(task([READ, *requests], result, module=ROSTER))
    assert len(problems) == bool(complaint)
    assert complaint in "".join(problems)


def test_requests_belong_to_the_task_they_follow() -> None:
    journal = read_journal(
        [
            entry("request", number=1, method="GET", path="/api/v4/users/me"),
            entry("task", name="first", module=MODULE, where="main.yml:1"),
            entry("request", number=2, method="POST", path="/api/v4/users"),
            entry("answer", number=2, status=503),
            entry("request", number=3, method="POST", path="/api/v4/users"),
            entry("result", check_mode=True, items=[changed("create_user")]),
            entry("task", name="second", module="ansible.builtin.uri", where="main.yml:9"),
            entry("end"),
        ]
    )
    first, second = journal.tasks
    assert [request.status for request in first.requests] == [503, 0]
    assert first.check_mode
    assert first.items == [changed("create_user")]
    assert not second.requests
    assert not second.ended
    assert journal.complete


def test_a_play_without_journal_is_found(tmp_path: Path) -> None:
    count, problems = check(tmp_path / "nothing.jsonl")
    assert count == 0
    assert problems == ["The journal of the play has no end: the callback plugin did not run, or broke off"]


PLANTED = """\
- name: Create a user and deny it
  mmops.mattermost.mm_user:
    username: "{{ name }}"
    email: "{{ name }}@example.com"
    password: Hush-planted-1
  changed_when: false
  vars:
    name: guard-{{ now(utc=true, fmt='%Y%m%d%H%M%S') }}
  register: created

- name: Change loop items and deny one of them
  mmops.mattermost.mm_user:
    user_id: "{{ created.user.id }}"
    nickname: "{{ item }}"
  changed_when: item != 'second'
  loop: [first, second, third]

- name: Honestly predict a change
  mmops.mattermost.mm_user:
    user_id: "{{ created.user.id }}"
    nickname: fourth
  check_mode: true

- name: Honestly remove the traces
  mmops.mattermost.mm_user:
    user_id: "{{ created.user.id }}"
    state: inactive

- name: Say a password aloud
  ansible.builtin.debug:
    msg: The password is {{ 'Hush' ~ '-planted-1' }}
"""


def test_planted_lies_are_found_in_a_real_play(tmp_path: Path) -> None:
    role = tmp_path / "targets" / "planted" / "tasks"
    role.mkdir(parents=True)
    (role / "main.yml").write_text(PLANTED, encoding="utf-8")
    with fake_server(licensed=False) as server, recording_proxy(server.url) as proxy:
        run = run_target("planted", server, proxy, tmp_path, targets=tmp_path / "targets")
    assert run.status == 0, run.output
    assert run.tasks == 4
    creation, loop, secret = run.problems
    assert creation.startswith("'Create a user and deny it'")
    assert loop.startswith("'Change loop items and deny one of them'")
    assert "(item second): sent PUT" in loop
    assert secret.startswith("A password shows in the output of the play:")
    assert "planted-1" not in secret
    assert "/api/v4/users, which no result reports" in creation
