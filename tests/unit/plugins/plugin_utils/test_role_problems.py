# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What roles refuse before they send anything."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.mmops.mattermost.plugins.plugin_utils._role_problems import connection_problem, problems
from ansible_collections.mmops.mattermost.tests.support.servers import ROOT

FILES = {
    "people.csv": "username,auth_service,auth_data\nzoe,ldap,uid=zoe\n",
    "unknown.csv": "username,auth_service,auth_data,shoe size\nzoe,ldap,uid=zoe,41\n",
    "kerberos.csv": "username,auth_service,auth_data\nzoe,kerberos,zoe\n",
    "tasks.yml": "- name: Hand over\n  ansible.builtin.debug:\n    msg: done\n",
    "play.yml": "hosts: all\n",
    "broken.yml": "- name: [\n",
    "list.json": "[]",
    "map.json": "{}",
    "broken.json": "{",
    "other.json": '{"incident": "INC-2", "passwords_set": [], "emails_sent": [], "runs": []}',
}

#: Variables of each role that are in order.
GOOD: dict[str, dict[str, Any]] = {
    "access_review": {"directory": "new/review"},
    "auth_migration": {"src": "people.csv"},
    "mfa_enforcement": {},
    "session_lockdown": {"incident": "INC-1", "users": ["zoe"]},
    "token_rotation": {"accounts": [{"username": "bot", "description": "deploy"}], "directory": "there"},
    "user_offboarding": {"users": ["zoe"]},
    "user_onboarding": {"users": [{"username": "zoe"}], "directory": "there"},
    "user_roster": {"src": "people.csv"},
}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, content in FILES.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    (tmp_path / "there").mkdir()
    os.mkfifo(tmp_path / "pipe.json")
    monkeypatch.chdir(tmp_path)
    return tmp_path.resolve()


def found(role: str, **changes: Any) -> list[str]:
    """The problems, as the role would find them."""
    folder = ROOT / "roles" / role
    spec = yaml.safe_load((folder / "meta/argument_specs.yml").read_text(encoding="utf-8"))["argument_specs"]["main"]["options"]
    defaults = yaml.safe_load((folder / "defaults/main.yml").read_text(encoding="utf-8"))
    given = {f"{role}_{name}": value for name, value in {**GOOD[role], **changes}.items()}
    validation = ArgumentSpecValidator(spec).validate({**defaults, **given})
    assert validation.error_messages == []
    return problems(role, validation.validated_parameters)


@pytest.mark.parametrize("role", GOOD)
def test_good_variables_are_not_refused(role: str) -> None:
    assert found(role) == []


@pytest.mark.parametrize("role", GOOD)
def test_an_unknown_option_of_the_connection(role: str) -> None:
    [problem] = found(role, connection={"api_url": "https://chat.example.com", "api_tokn": "s3cr3t"})
    assert problem.startswith(f"{role}_connection: there is no connection option api_tokn. Known are api_url, ")
    assert "s3cr3t" not in problem


@pytest.mark.parametrize("value", ["https://chat.example.com", "api_url=x", 5, ["x"], None])
def test_a_connection_that_is_not_a_map(value: Any) -> None:
    problem = connection_problem("user_roster_connection", value)
    assert problem.startswith("user_roster_connection is not a map. On the command line, give it as JSON: -e '{")
    assert connection_problem("user_roster_connection", {}) == ""


REPORTS = ["auth_migration", "mfa_enforcement", "token_rotation", "user_onboarding", "user_roster"]


@pytest.mark.parametrize(
    ("role", "name"), [*((role, "report") for role in REPORTS), ("session_lockdown", "record"), ("user_offboarding", "record")]
)
@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("missing/report.json", "there is no folder {here}/missing on the controller. Create it."),
        ("people.csv/report.json", "there is no folder {here}/people.csv on the controller"),
        ("pipe.json", "{here}/pipe.json is not a regular file"),
        ("there/", None),
    ],
)
def test_a_report_that_cannot_be_written(here: Path, role: str, name: str, path: str, says: str | None) -> None:
    [problem, *_more] = found(role, **{name: path})
    assert problem.startswith(f"{role}_{name}: ")
    # A folder is not a file, unless the missing ending is told first.
    assert (says or "{here}/there is ").format(here=here) in problem


def test_a_folder_that_cannot_be_written_to(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Not by its mode: whoever runs the tests may be root.
    monkeypatch.setattr(os, "access", lambda path, mode: str(path) != str(here / "there"))
    assert found("user_roster", report="there/report.csv") == [
        f"user_roster_report: the folder {here}/there cannot be written to. Change its permissions, or name another folder."
    ]
    assert "cannot be written to" in found("access_review", directory="there/new")[0]
    assert "cannot be written to" in found("token_rotation")[0]


@pytest.mark.parametrize(
    ("role", "changes", "says"),
    [
        ("access_review", {"inactive_after": "soon"}, "access_review_inactive_after: 'soon' is not a valid duration"),
        ("access_review", {"name": "../x"}, "access_review_name: '../x' cannot begin the name of a file"),
        ("access_review", {"directory": "people.csv"}, "access_review_directory: {here}/people.csv is a file"),
        ("access_review", {"directory": "people.csv/new"}, "access_review_directory: {here}/people.csv is a file"),
        ("access_review", {"roster_src": "none.csv"}, "access_review_roster_src: there is no file {here}/none.csv"),
        (
            "access_review",
            {"directory": ".", "name": "list", "roster_src": "list.json"},
            "access_review_directory and access_review_roster_src are the same file, {here}/list.json.",
        ),
        ("access_review", {"concurrency": 0}, "access_review_concurrency: 0 is out of range"),
        ("auth_migration", {"src": "none.csv"}, "auth_migration_src: there is no file {here}/none.csv"),
        ("auth_migration", {"src": "unknown.csv"}, "auth_migration_src: unknown.csv, line 1, column 4"),
        ("auth_migration", {"src": "kerberos.csv"}, "auth_migration_src: kerberos.csv, line 2"),
        ("auth_migration", {"canary": "some"}, "auth_migration_canary: 'some' is not a valid share"),
        ("auth_migration", {"rollback": "back.csv"}, "auth_migration_rollback: {here}/back.csv is not a .json file"),
        ("auth_migration", {"rollback": "map.json"}, "auth_migration_rollback: {here}/map.json is not a rollback file"),
        ("auth_migration", {"rollback": "broken.json"}, "auth_migration_rollback: {here}/broken.json is not valid JSON"),
        (
            "auth_migration",
            {"rollback": "back.json", "report": "./there/../back.json"},
            "auth_migration_report and auth_migration_rollback are the same file, {here}/back.json",
        ),
        ("auth_migration", {"report": "people.csv"}, "auth_migration_report and auth_migration_src are the same file"),
        ("mfa_enforcement", {"action": "reset"}, "mfa_enforcement_action: reset needs names"),
        ("mfa_enforcement", {"action": "enrol"}, "mfa_enforcement_action: enrol makes secrets, which would be lost. Give"),
        (
            "mfa_enforcement",
            {"action": "enrol", "directory": "none"},
            "mfa_enforcement_directory: there is no folder {here}/none",
        ),
        ("mfa_enforcement", {"handover_tasks": "none.yml"}, "mfa_enforcement_handover_tasks: there is no file {here}/none.yml"),
        ("mfa_enforcement", {"handover_tasks": "play.yml"}, "{here}/play.yml is not a list of tasks"),
        ("mfa_enforcement", {"handover_tasks": "broken.yml"}, "{here}/broken.yml is not valid YAML"),
        ("mfa_enforcement", {"grace": "soon"}, "mfa_enforcement_grace: 'soon' is not a valid duration"),
        ("mfa_enforcement", {"grace_from": "created", "start": "today"}, "mfa_enforcement_start: 'today' is not a valid day"),
        ("mfa_enforcement", {"max_deactivations": -1}, "mfa_enforcement_max_deactivations: -1 is out of range"),
        ("session_lockdown", {"everybody": True}, "Give either session_lockdown_users or session_lockdown_everybody"),
        ("session_lockdown", {"users": []}, "Give either session_lockdown_users or session_lockdown_everybody"),
        ("session_lockdown", {"users": [], "everybody": True}, "confirm it with session_lockdown_confirm: everybody"),
        ("session_lockdown", {"exempt": ["zoe"]}, "session_lockdown_exempt is for session_lockdown_everybody: true only"),
        ("session_lockdown", {"incident": "a/b"}, 'session_lockdown_incident: "a/b" is not a valid name'),
        ("session_lockdown", {"sessions": False, "tokens": "keep"}, "Nothing is asked for"),
        ("session_lockdown", {"record": "list.json"}, "session_lockdown_record: {here}/list.json is not a record of this role"),
        ("session_lockdown", {"record": "broken.json"}, "session_lockdown_record: {here}/broken.json is not valid JSON"),
        ("session_lockdown", {"record": "other.json"}, "{here}/other.json is not a record of the incident INC-1"),
        ("token_rotation", {"accounts": []}, "token_rotation_accounts is empty"),
        ("token_rotation", {"directory": ""}, "The values of new tokens would be lost. Give token_rotation_directory"),
        ("token_rotation", {"overlap": "12h"}, "token_rotation_overlap: '12h' is no"),
        ("token_rotation", {"overlap": "91d"}, "token_rotation_overlap: it is longer than rotate_after"),
        ("token_rotation", {"rotate_after": "0d"}, "token_rotation_rotate_after: '0d' is out of range"),
        ("token_rotation", {"expires_after": "1d"}, "token_rotation_expires_after: the token would expire before rotate_after"),
        ("user_offboarding", {"users": []}, "user_offboarding_users is empty"),
        ("user_offboarding", {"delete": True}, 'user_offboarding_confirm: ["zoe"]'),
        ("user_offboarding", {"bots_to": " Zoe"}, "user_offboarding_bots_to: zoe leaves as well"),
        ("user_offboarding", {"record": "list.json"}, "user_offboarding_record: {here}/list.json is not a record of this role"),
        ("user_offboarding", {"record": "map.json"}, "user_offboarding_record: {here}/map.json is not a record of this role"),
        ("user_onboarding", {"users": []}, "Give either user_onboarding_users, the users to onboard, or user_onboarding_src"),
        ("user_onboarding", {"src": "./people.csv"}, "Give either user_onboarding_users"),
        ("user_onboarding", {"columns": {"Login": "username"}}, "user_onboarding_columns and user_onboarding_delimiter are"),
        ("user_onboarding", {"users": [], "src": "./none.csv"}, "user_onboarding_src: there is no file {here}/none.csv"),
        ("user_onboarding", {"token_expires_after": "1h"}, "user_onboarding_token_expires_after: '1h' is not a span"),
        ("user_onboarding", {"directory": ""}, "Passwords, MFA secrets and tokens would be lost"),
        ("user_roster", {"users": [{"username": "zoe"}]}, "Give either user_roster_src"),
        ("user_roster", {"src": ""}, "Give either user_roster_src"),
        ("user_roster", {"report": "report.txt"}, "user_roster_report: {here}/report.txt is not a .csv or .json file"),
        (
            "user_roster",
            {"report": "./people.csv"},
            "user_roster_report and user_roster_src are the same file, {here}/people.csv",
        ),
    ],
)
def test_mistakes_are_named(here: Path, role: str, changes: dict[str, Any], says: str) -> None:
    told = found(role, **changes)
    assert [says.format(here=here) in problem for problem in told].count(True) == 1, told
    assert not [problem for problem in told if problem.count(f"{role}_{next(iter(changes))}: ") > 1]


@pytest.mark.parametrize(
    ("accounts", "says"),
    [
        ([("cl", "x.y"), ("cl.x", "y")], "cl: x.y and cl.x: y would be written to the same file cl.x.y.token"),
        ([("cl", "a/b"), ("CL", "a_b")], "cl: a/b and cl: a_b would be written to the same file cl.a_b.token"),
        ([("cl", "a"), ("CL", "a")], "cl: a is listed more than once"),
        ([("cl", " ")], "description is empty"),
        ([("", "a")], "no user is named"),
        ([("cl", "a [generation 2026-01-01]")], "token_rotation_accounts: cl: a [generation 2026-01-01]: "),
    ],
)
def test_tokens_that_cannot_be_told_apart(accounts: list[tuple[str, str]], says: str) -> None:
    declared = [{"username": name, "description": description} for name, description in accounts]
    [problem] = found("token_rotation", accounts=declared)
    assert problem.startswith("token_rotation_accounts: ")
    assert says in problem


def test_an_account_is_named_once() -> None:
    [problem] = found("token_rotation", accounts=[{"username": "a", "user_id": "me", "description": "x"}])
    assert "exclude each other" in problem


@pytest.mark.parametrize(
    ("users", "says"),
    [
        ([{"username": "zoe"}, {"username": "ZOE"}], "zoe is listed more than once"),
        ([{"username": "zoe", "mfa": True, "bot": True}], "zoe: mfa is not for bots"),
        ([{"username": "zoe", "mfa": True, "auth_service": "saml"}], "zoe: mfa is for users with a password or LDAP"),
        ([{"username": "zoe", "tokens": [" "]}], "zoe: tokens: a description is empty"),
        ([{"username": "zoe", "image": "none.png"}], "zoe: image: there is no file"),
        ([{"username": "cl", "tokens": ["x.y"]}, {"username": "cl.x", "tokens": ["y"]}], "the same file cl.x.y.token"),
    ],
)
def test_users_who_cannot_be_onboarded(users: list[dict[str, Any]], says: str) -> None:
    [problem] = found("user_onboarding", users=users)
    assert problem.startswith("user_onboarding_users: ")
    assert says in problem


def test_users_without_secrets_need_no_place_for_them() -> None:
    assert found("user_onboarding", directory="", passwords="email") == []
    assert found("user_onboarding", directory="", users=[{"username": "b", "bot": True}]) == []
    assert found("user_onboarding", directory="", passwords="email", defaults={"tokens": ["x"]}) != []
