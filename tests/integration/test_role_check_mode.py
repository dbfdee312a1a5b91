# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Roles predict the same with ``--check`` and with ``check_mode`` of the play, and what they predict is what they change."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from harness.roles import GOOD, ask, place, prepare, run
from servers import Server, fake_server


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with fake_server(licensed=True) as started:
        prepare(started)
        # A token in use ends with its session, and an unused one has none.
        user = ask(started, "GET", "/users/username/cy")
        ask(started, "POST", f"/users/{user['id']}/sessions/revoke/all")
        value = ask(started, "POST", f"/users/{user['id']}/tokens", description="used")["token"]
        headers = {"Authorization": f"Bearer {value}"}
        requests.get(f"{started.url}/api/v4/users/me", headers=headers, timeout=30).raise_for_status()
        yield started


@pytest.mark.parametrize("role", ["token_rotation", "user_offboarding"])
def test_both_ways_of_check_mode_predict_the_run(role: str, server: Server, tmp_path: Path) -> None:
    seen = []
    ways: list = [(("--check",), {}), ((), {"check_mode": True})]
    for arguments, play in [*ways, *[((), {})] * (role == "user_offboarding")]:
        folder = tmp_path / str(len(seen))
        folder.mkdir()
        process = run(role, GOOD[role], server, folder, start=place(folder), arguments=arguments, play=play)
        assert process.returncode == 0, process.stdout
        # A line for each task that changes something; times and folders differ.
        tasks = re.split(r"^TASK ", process.stdout, flags=re.MULTILINE)
        changed = [task.partition("]")[0].partition(" of ")[0] for task in tasks if "\nchanged:" in task]
        seen.append(changed)
    assert seen[0] == seen[1]
    if role == "user_offboarding":  # the other one looks in check mode, and then acts in other tasks
        assert seen[1] == seen[2]
