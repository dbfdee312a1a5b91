# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Inputs from practice, in ``practice/play.yml``, have the same outcome on every release."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
import requests

from ansible_collections.mmops.mattermost.tests.support.plays import PROGRAMS
from ansible_collections.mmops.mattermost.tests.support.roles import ask
from ansible_collections.mmops.mattermost.tests.support.servers import RELEASES, fake_server, play_environment

PRACTICE = Path(__file__).parent / "practice"
PASSWORD = "Hush-password-1"


@pytest.mark.parametrize(("release", "licensed"), [(release, release == "10.11") for release in RELEASES])
def test_inputs_from_practice(release: str, licensed: bool, tmp_path: Path) -> None:
    folder = tmp_path / "practice"
    shutil.copytree(PRACTICE, folder)
    with fake_server(licensed=licensed, release=release) as server:
        ask(server, "POST", "/teams", name="crew", display_name="Crew", type="O")
        sleeper = ask(server, "POST", "/users", username="sleeper", email="sleeper@example.com", password=PASSWORD)
        login = {"login_id": "sleeper", "password": PASSWORD}
        requests.post(f"{server.url}/api/v4/users/login", json=login, timeout=30).raise_for_status()
        ask(server, "POST", f"/users/{sleeper['id']}/sessions/revoke/all")
        # Only the inventory has it from a file; the play has it from its defaults, which must reach everything.
        inventory = folder / "people.mm_users.yml"
        text = inventory.read_text(encoding="utf-8")
        inventory.write_text(f"{text}api_url: {server.url}\napi_token: {server.token}\n", encoding="utf-8")
        given = {"url": server.url, "token": server.token, "release": release}
        environment = play_environment(server, tmp_path / "home")
        run = subprocess.run(
            [PROGRAMS / "ansible-playbook", "-i", inventory, "-e", json.dumps(given), "play.yml"],
            cwd=folder,
            env={name: value for name, value in environment.items() if not name.startswith("MATTERMOST_")},
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
    assert run.returncode == 0, run.stdout
    assert PASSWORD not in run.stdout
