# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people see of a role, and where its files are, when they run the playbook of an installed collection."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.mmops.mattermost.tests.support.faulty import Faulty
from ansible_collections.mmops.mattermost.tests.support.roles import (
    GOOD,
    LEFT,
    PASSWORD,
    ROLES,
    ask,
    files,
    installed,
    place,
    prepare,
    run,
)
from ansible_collections.mmops.mattermost.tests.support.servers import Server, fake_server

each_role = pytest.mark.parametrize("role", ROLES)

#: Words of something that went wrong. In a good run they stand in the totals of Ansible only.
FAILURE = re.compile(
    r"fail|error|cannot|could not|there is no |\bis no\b|\bis not\b|wrong|lost|broken|refuse|problem|stop if", re.IGNORECASE
)


@pytest.fixture
def server() -> Iterator[Server]:
    with fake_server(licensed=True) as started:
        prepare(started)
        yield started


@pytest.mark.parametrize("in_process", [True, pytest.param(False, marks=pytest.mark.modules)])
@each_role
def test_a_playbook_of_the_installed_collection(role: str, in_process: bool, server: Server, tmp_path: Path) -> None:
    start = place(tmp_path)
    collection = installed(tmp_path)
    before = files(collection)
    environment = {
        "ANSIBLE_COLLECTIONS_PATH": str(collection.parents[2]),
        "MATTERMOST_IN_PROCESS": str(in_process).lower(),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    process = run(role, GOOD[role], server, tmp_path, start=start, playbook=f"mmops.mattermost.{role}", environment=environment)
    assert process.returncode == 0, process.stdout
    assert files(collection) == before
    assert set(LEFT[role]) <= files(start)
    assert not [line for line in process.stdout.splitlines() if FAILURE.search(line.replace("failed=0", ""))]
    assert PASSWORD not in process.stdout


#: Variables that cannot work, and what the message says. ``{start}`` is the folder that the play is started in.
BAD: dict[str, dict[str, Any]] = {
    "access_review": {"directory": "roster.csv"},
    "auth_migration": {"report": "missing/report.json"},
    "mfa_enforcement": {"report": "missing/report.json"},
    "session_lockdown": {"record": "missing/record.json"},
    "token_rotation": {"report": "missing/report.json"},
    "user_offboarding": {"record": "missing/record.json"},
    "user_onboarding": {"report": "missing/report.json"},
    "user_roster": {"report": "missing/report.json"},
}


@pytest.mark.parametrize("arguments", [("--check",), ()], ids=["check", "real"])
@each_role
def test_nothing_is_sent_if_a_file_cannot_be_written(role: str, arguments: tuple, faulty: Faulty, tmp_path: Path) -> None:
    start = place(tmp_path)
    faulty.sent("any")
    process = run(role, {**GOOD[role], **BAD[role]}, faulty.server, tmp_path, start=start, arguments=arguments)
    assert process.returncode != 0
    [name] = BAD[role]
    expected = start / "roster.csv" if role == "access_review" else start / "missing"
    message = json.loads(process.stdout.partition("FAILED! => ")[2].splitlines()[0])["msg"]
    assert message.startswith(f"{role}_{name}: ")
    assert str(expected) in message
    assert faulty.counts() == {}


def test_an_offboarding_predicts_as_many_changes_as_it_makes(server: Server, tmp_path: Path) -> None:
    """Of somebody whose only sessions are those of tokens, too: they end with the tokens."""
    ask(server, "PUT", "/config/patch", ServiceSettings={"EnableBotAccountCreation": True})
    user = ask(server, "POST", "/users", username="di", email="di@example.com", password=PASSWORD)
    ask(server, "PUT", f"/users/{user['id']}/roles", roles="system_user system_post_all")
    token = ask(server, "POST", f"/users/{user['id']}/tokens", description="in use")["token"]
    ask(Server(server.url, token), "GET", "/users/me")
    bot = ask(server, "POST", "/bots", username="di-bot")
    ask(server, "POST", f"/bots/{bot['user_id']}/assign/{user['id']}")
    variables = {"users": ["di", "cy"]}
    changes = []
    # The check mode of a play is not known to ansible_check_mode.
    for arguments, play in ((("--check",), {}), ((), {"check_mode": True}), ((), {})):
        output = run("user_offboarding", variables, server, tmp_path, arguments=arguments, play=play).stdout
        changes += re.findall(r"changed=(\d+)", output)
    assert len(changes) == 3
    assert changes[0] == changes[1] == changes[2], changes
    record = json.loads((tmp_path / "user-offboarding.json").read_text(encoding="utf-8"))["offboarding_runs"][0]
    assert record["roles_removed"] == {"di": ["system_user", "system_post_all"]}


def test_a_roster_of_which_some_fail_says_why_in_a_few_lines(server: Server, tmp_path: Path) -> None:
    start = place(tmp_path)
    good = [f"user{number:04},user{number:04}@example.com" for number in range(300)]
    bad = [f"bad{number}," for number in range(30)]  # without the address that a new user needs
    (start / "roster.csv").write_text("\n".join(["username,email", *good, *bad]), encoding="utf-8")
    variables = {"src": "roster.csv", "report": "report.json", "missing_password": "random"}
    process = run("user_roster", variables, server, tmp_path, start=start)
    assert process.returncode != 0
    assert len(process.stdout) < 20_000
    assert process.stdout.count("needs an e-mail address") < 50
    assert str(start / "report.json") in process.stdout
    report = json.loads((start / "report.json").read_text(encoding="utf-8"))
    assert (len(report["failures"]), report["counts"]["created"]) == (30, 300)
    assert report["failure"].startswith("30 of 330 users could not be brought")
