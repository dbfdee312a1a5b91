# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a play says which server is meant reaches every role: the variable of the role, then ``module_defaults``, then
``environment``, then the environment of Ansible, which all other tests of roles use."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.mmops.mattermost.tests.support.roles import (
    GOOD,
    PASSWORD,
    ROLES,
    ask,
    place,
    play_of,
    prepare,
    run_plays,
)
from ansible_collections.mmops.mattermost.tests.support.servers import Server, fake_server

GROUP = "group/mmops.mattermost.mattermost"
NOWHERE = "http://127.0.0.1:9"
ELSEWHERE = {"api_url": NOWHERE, "api_token": "wrong", "retries": 0}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with fake_server(licensed=True) as started:
        prepare(started)
        user = ask(started, "POST", "/users", username="deputy", email="deputy@example.com", password=PASSWORD)
        ask(started, "PUT", f"/users/{user['id']}/roles", roles="system_user system_admin")
        yield started


def ways(server: Server) -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """Ways to name the server: the connection of the role, and keywords of the play. What counts less names another one."""
    right = {"api_url": server.url, "api_token": server.token}
    return {
        "role": (right, {"module_defaults": {GROUP: ELSEWHERE}}),
        "login_of_role": (
            {"api_login_id": "deputy", "api_password": PASSWORD},
            {"module_defaults": {GROUP: {"api_url": server.url, "api_token": "wrong"}}},
        ),
        "module_defaults": (
            {},
            {"module_defaults": {GROUP: right}, "environment": {"MATTERMOST_URL": NOWHERE, "MATTERMOST_TOKEN": "wrong"}},
        ),
        "environment": ({}, {"environment": {"MATTERMOST_URL": server.url, "MATTERMOST_TOKEN": server.token}}),
    }


@pytest.mark.parametrize("role", ROLES)
def test_the_nearest_way_counts(role: str, server: Server, tmp_path: Path) -> None:
    wanted = ways(server)
    # Each on a host of its own, as facts of one would reach the next.
    plays = [
        play_of(role, {**GOOD[role], **({"connection": connection} if connection else {})}, hosts=way, **keywords)
        for way, (connection, keywords) in wanted.items()
    ]
    run = run_plays(
        plays,
        server,
        tmp_path,
        start=place(tmp_path),
        # In check mode, so that all of them can use the same people.
        arguments=(
            "--check",
            "--inventory",
            ",".join(wanted),
            "-e",
            "ansible_python_interpreter={{ ansible_playbook_python }}",
        ),
        environment={"MATTERMOST_URL": NOWHERE, "MATTERMOST_TOKEN": "wrong"},
    )
    assert run.returncode == 0, run.stdout
    assert server.token not in run.stdout
    recap = run.stdout.partition("PLAY RECAP")[2].split()
    assert set(wanted) <= set(recap), run.stdout
