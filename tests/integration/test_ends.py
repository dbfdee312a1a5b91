# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run leaves behind that is interrupted or killed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time

import pytest

from ansible_collections.mmops.mattermost.tests.support.faulty import Faulty

MANY = [{"username": f"user{number}", "email": f"user{number}@example.com"} for number in range(40)]
LOGIN = {"api_login_id": "chief", "api_password": "Hush-password-1"}
ROSTER = {"users": MANY, "missing_password": "random", "concurrency": 2}
LOOK = {"username": "admin"}


@pytest.fixture(autouse=True)
def chief(faulty: Faulty) -> None:
    """An administrator who can log in."""
    user = faulty.ask("POST", "/users", username="chief", email="chief@example.com", password="Hush-password-1").json()
    faulty.ask("PUT", f"/users/{user['id']}/roles", roles="system_user system_admin")
    faulty.sent("create_user")


def logins(faulty: Faulty) -> list[dict]:
    """The sessions of the administrator who logs in."""
    user = faulty.ask("GET", "/users/username/chief").json()
    return faulty.ask("GET", f"/users/{user['id']}/sessions").json()


def end(run: subprocess.Popen[str]) -> str:
    output, _errors = run.communicate(timeout=60)
    return output


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
@pytest.mark.parametrize("in_process", [True, False])
def test_an_interrupted_run_logs_out_and_writes_no_more(faulty: Faulty, number: signal.Signals, in_process: bool) -> None:
    faulty.fails(operation="create_user", kind="delay", seconds=0.3, count=-1)
    with faulty.start([{"mmops.mattermost.mm_users": {**LOGIN, **ROSTER}}], in_process) as run:
        faulty.wait_for("create_user", 2)
        assert len(logins(faulty)) == 1
        os.killpg(run.pid, number)  # as a terminal does with Ctrl-C
        end(run)
    faulty.wait_for("logout")
    time.sleep(1)  # for what was under way
    assert logins(faulty) == []
    created = faulty.sent("create_user")
    assert created < len(MANY)
    time.sleep(1)
    assert faulty.sent("create_user") == 0


def test_a_worker_stops_writing_when_ansible_was_killed(faulty: Faulty) -> None:
    faulty.fails(operation="create_user", kind="delay", seconds=0.3, count=-1)
    with faulty.start([{"mmops.mattermost.mm_users": {**LOGIN, **ROSTER}}]) as run:
        faulty.wait_for("create_user", 2)
        run.kill()
        run.wait()
    time.sleep(1)
    faulty.sent("create_user")
    time.sleep(1.5)
    assert faulty.sent("create_user") == 0
    assert logins(faulty) == []


@pytest.mark.parametrize("in_process", [True, False])
def test_a_logout_that_fails_is_told(faulty: Faulty, in_process: bool) -> None:
    faulty.fails(operation="logout", kind="status", status=500, count=-1)
    tasks = [{"mmops.mattermost.mm_user": {**LOGIN, **LOOK}}]
    with faulty.start(tasks, in_process) as run:
        output = end(run)
    assert "could not be logged out" in output


@pytest.mark.parametrize(("in_process", "place"), [(True, "home"), (False, "home"), (True, "notes")])
def test_a_token_of_a_run_that_was_killed_is_replaced(faulty: Faulty, in_process: bool, place: str) -> None:
    """``notes``: where hosts do not stay, a folder that does is named, and everything else that Ansible keeps is gone."""
    notes = {"MATTERMOST_NOTES_DIRECTORY": str(faulty.folder / "notes")} if place == "notes" else {}
    bot = faulty.ask("POST", "/users", username="bot", email="bot@example.com", password="Hush-password-1").json()["id"]
    task = {"mmops.mattermost.mm_user_token": {"username": "bot", "description": "deploy"}, "register": "noted"}
    faulty.fails(operation="create_user_access_token", kind="delay", seconds=2)
    with faulty.start([task], in_process, **notes) as run:
        time.sleep(0.5)
        while not list((faulty.folder / place).rglob("*.json")):
            time.sleep(0.02)
        time.sleep(0.2)
        run.kill()
        end(run)
    faulty.wait_for("create_user_access_token")
    [lost] = faulty.ask("GET", f"/users/{bot}/tokens").json()
    if notes:
        shutil.rmtree(faulty.folder / "home")
    result, output = faulty.run([{**task, "environment": notes}])
    assert result["operations"] == ["revoke_user_access_token", "create_user_access_token"]
    assert result["token_value"]
    assert lost["id"] in output
    [token] = faulty.ask("GET", f"/users/{bot}/tokens").json()
    assert token["id"] == result["token"]["id"]
    assert list((faulty.folder / place).rglob("*.json")) == []
    again, _output = faulty.run([task])
    assert not again["changed"]
