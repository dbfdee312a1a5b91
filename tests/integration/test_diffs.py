# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``--diff`` shows a person with the settings that ansible-core has by itself."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from ansible_collections.mmops.mattermost.tests.support.plays import PROGRAMS, SECRET_MARK
from ansible_collections.mmops.mattermost.tests.support.servers import fake_server, play_environment

PASSWORD = f"{SECRET_MARK}diff-Aa1"
PERSON = {"username": "hanako", "email": "hanako@example.com", "first_name": "花子", "password": PASSWORD}
TASKS = [
    {"name": "Create one user", "mmops.mattermost.mm_user": PERSON},
    {"name": "Change one user", "mmops.mattermost.mm_user": {**PERSON, "first_name": "Zoë"}},
    {
        "name": "Change a roster",
        "mmops.mattermost.mm_users": {
            "users": [
                {"username": "hanako", "first_name": "Søren"},
                {"username": "ada", "email": "ada@example.com", "last_name": "Žagar", "password": PASSWORD},
            ]
        },
    },
    {
        "name": "Create a token",
        "mmops.mattermost.mm_user_token": {"username": "hanako", "description": "à minuit"},
        "no_log": False,
    },
]


@pytest.mark.parametrize("in_process", [True, False], ids=["in_process", "module"])
def test_a_diff_names_the_user_and_shows_real_letters(in_process: bool, tmp_path: Path) -> None:
    playbook = tmp_path / "play.yml"
    playbook.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": TASKS}]), encoding="utf-8")
    with fake_server(licensed=False) as server:
        run = subprocess.run(
            [PROGRAMS / "ansible-playbook", "--diff", playbook],
            check=False,
            env=play_environment(server, tmp_path / "home") | {"MATTERMOST_IN_PROCESS": str(in_process).lower()},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
    assert run.returncode == 0, run.stdout
    assert PASSWORD not in run.stdout
    shown = {part.partition("]")[0]: part for part in run.stdout.split("TASK [")}
    created = shown["Create one user"]
    assert "--- before: hanako\n+++ after: hanako\n" in created
    assert '+    "first_name": "花子",\n' in created
    changed = shown["Change one user"]
    assert '-    "first_name": "花子"\n' in changed
    assert '+    "first_name": "Zoë"\n' in changed
    roster = shown["Change a roster"]
    assert "+++ after: hanako\n" in roster
    assert '+    "first_name": "Søren"\n' in roster
    assert "+++ after: ada\n" in roster
    assert '+    "last_name": "Žagar",\n' in roster
    assert "+++ after: hanako\n" in shown["Create a token"]
    assert '+    "à minuit": "present"\n' in shown["Create a token"]
    assert "\\u" not in run.stdout
