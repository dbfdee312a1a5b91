# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks about many that are killed half way, or that are not alone: no secret is lost, and the next run does the rest."""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import requests
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.mmops.mattermost.plugins.module_utils._api.connection import make_client
from ansible_collections.mmops.mattermost.plugins.module_utils._front_end import perform
from ansible_collections.mmops.mattermost.plugins.modules import mm_users
from ansible_collections.mmops.mattermost.tests.support.faulty import Faulty

NAMES = [f"user{number}" for number in range(20)]
PASSWORD = "Hush-password-1"


def kill(run: subprocess.Popen[str]) -> None:
    """Kill Ansible and all that it has started, so that none of them can tidy up."""
    table = subprocess.run(["/bin/ps", "-A", "-o", "pid=,ppid="], check=True, capture_output=True, encoding="utf-8").stdout
    children = [line.split() for line in table.splitlines()]
    doomed = [run.pid]
    for number in doomed:
        doomed += [int(pid) for pid, parent in children if int(parent) == number]
    # None of them goes on, or ends by itself, while the others are killed.
    for ending, number in itertools.product((signal.SIGSTOP, signal.SIGKILL), doomed):
        with contextlib.suppress(ProcessLookupError):  # it had ended before
            os.kill(number, ending)
    run.communicate(timeout=60)


def killed(faulty: Faulty, module: str, operation: str, in_process: bool, **options: Any) -> int:
    """Kills a task when it has sent some requests of an operation. Returns how many."""
    faulty.fails(operation=operation, kind="delay", seconds=0.3, count=-1)
    with faulty.start([{f"mmops.mattermost.{module}": options}], in_process) as run:
        faulty.wait_for(operation, 5)
        kill(run)
    requests.delete(f"{faulty.server.url}/__control__/faults", timeout=30).raise_for_status()
    return faulty.counts()[operation]


def count(faulty: Faulty, user_id: str) -> int:
    """How many tokens a user has."""
    return len(faulty.ask("GET", f"/users/{user_id}/tokens").json())


def works(faulty: Faulty, path: Path) -> bool:
    """Whether the server takes the token in a file."""
    value = path.read_text(encoding="utf-8").strip()
    headers = {"Authorization": f"Bearer {value}"}
    return requests.get(f"{faulty.server.url}/api/v4/users/me", headers=headers, timeout=30).status_code == 200


def logs_in(faulty: Faulty, name: str, path: Path) -> bool:
    body = {"login_id": name, "password": path.read_text(encoding="utf-8").strip()}
    return requests.post(f"{faulty.server.url}/api/v4/users/login", json=body, timeout=30).status_code == 200


def test_a_roster_with_files_of_passwords(faulty: Faulty) -> None:
    files = faulty.folder / "passwords"
    files.mkdir()
    users = [{"username": name, "email": f"{name}@example.com"} for name in NAMES]
    options = {"users": users, "missing_password": "random", "passwords_directory": str(files), "concurrency": 2}
    assert killed(faulty, "mm_users", "create_user", in_process=True, **options) < len(NAMES)
    result, _output = faulty.play("mm_users", **options)
    assert not result["failed"]
    assert 0 < result["counts"]["created"] < len(NAMES)
    assert sorted(path.name for path in files.iterdir()) == sorted(f"{name}.password" for name in NAMES)
    assert [name for name in NAMES if not logs_in(faulty, name, files / f"{name}.password")] == []
    assert not faulty.play("mm_users", **options)[0]["changed"]


def test_tokens_of_many(faulty: Faulty) -> None:
    files = faulty.folder / "tokens"
    files.mkdir()
    faulty.ask("PUT", "/config/patch", ServiceSettings={"EnableUserAccessTokens": True})
    ids = {
        name: faulty.ask("POST", "/users", username=name, email=f"{name}@example.com", password=PASSWORD).json()["id"]
        for name in NAMES
    }
    tokens = [{"username": name, "description": "deploy"} for name in NAMES]
    options = {"tokens": tokens, "directory": str(files), "concurrency": 2}
    assert killed(faulty, "mm_user_tokens", "create_user_access_token", in_process=False, **options) < len(NAMES)
    time.sleep(0.5)  # for what the server had got
    lost = [name for name in NAMES if count(faulty, ids[name]) and not (files / f"{name}.deploy.token").exists()]
    result, _output = faulty.play("mm_user_tokens", **options)
    assert not result["failed"]
    assert ("revoke_user_access_token" in result["operations"]) is bool(lost)
    assert sorted(path.name for path in files.iterdir()) == sorted(f"{name}.deploy.token" for name in NAMES)
    assert [name for name in NAMES if not works(faulty, files / f"{name}.deploy.token")] == []
    assert [name for name in NAMES if count(faulty, ids[name]) != 1] == []
    assert not faulty.play("mm_user_tokens", **options)[0]["changed"]


def test_the_file_has_the_password_when_another_run_was_faster(faulty: Faulty) -> None:
    given = {
        "api_url": faulty.server.url,
        "api_token": faulty.server.token,
        "users": [{"username": "zoe", "email": "zoe@example.com"}],
        "missing_password": "random",
        "passwords_directory": str(faulty.folder),
    }
    options = ArgumentSpecValidator(mm_users.SUBJECT.argument_spec).validate(given).validated_parameters
    with make_client(options) as client:
        send = client.call

        def call(name: str, arguments: dict, **others: Any) -> Any:
            if name == "create_user":
                faulty.ask("POST", "/users", username="zoe", email="zoe@example.com", password=PASSWORD)
            return send(name, arguments, **others)

        client.call = call  # type: ignore[method-assign]
        result = perform(mm_users.SUBJECT, client, options, check_mode=False)
    assert result["operations"] == ["update_user_password"]
    assert logs_in(faulty, "zoe", faulty.folder / "zoe.password")
