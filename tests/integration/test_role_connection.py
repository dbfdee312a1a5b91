# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a play says which server is meant reaches every role: the variable of the role, then ``module_defaults``, then
``environment``, then the environment of Ansible."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.mmops.mattermost.tests.support.roles import GOOD, PASSWORD, ROLES, ask, place, prepare, run
from ansible_collections.mmops.mattermost.tests.support.servers import Server, fake_server

GROUP = "group/mmops.mattermost.mattermost"
ELSEWHERE = {"api_url": "http://127.0.0.1:9", "api_token": "wrong", "retries": 0}
UNSET = {"MATTERMOST_URL": None, "MATTERMOST_TOKEN": None}

each_role = pytest.mark.parametrize("role", ROLES)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with fake_server(licensed=True) as started:
        prepare(started)
        user = ask(started, "POST", "/users", username="deputy", email="deputy@example.com", password=PASSWORD)
        ask(started, "PUT", f"/users/{user['id']}/roles", roles="system_user system_admin")
        yield started


def passes(role: str, server: Server, folder: Path, connection: dict[str, Any] | None = None, **settings: Any) -> str:
    variables = dict(GOOD[role], **({"connection": connection} if connection else {}))
    # In check mode, so that all of them can use the same people.
    process = run(role, variables, server, folder, start=place(folder), arguments=("--check",), **settings)
    assert process.returncode == 0, process.stdout
    assert server.token not in process.stdout
    return process.stdout


@each_role
def test_the_module_defaults_of_the_play(role: str, server: Server, tmp_path: Path) -> None:
    given = {"api_url": server.url, "api_token": server.token}
    wrong = {"MATTERMOST_URL": "http://127.0.0.1:9", "MATTERMOST_TOKEN": "wrong"}
    passes(role, server, tmp_path, play={"module_defaults": {GROUP: given}, "environment": wrong}, environment=wrong)


@each_role
def test_the_environment_of_the_play(role: str, server: Server, tmp_path: Path) -> None:
    given = {"MATTERMOST_URL": server.url, "MATTERMOST_TOKEN": server.token}
    passes(role, server, tmp_path, play={"environment": given}, environment=UNSET)


@each_role
def test_the_variable_of_the_role_counts_most(role: str, server: Server, tmp_path: Path) -> None:
    given = {"api_url": server.url, "api_token": server.token}
    passes(role, server, tmp_path, given, play={"module_defaults": {GROUP: ELSEWHERE}}, environment=UNSET)


@each_role
def test_a_login_of_the_role_replaces_the_token_of_the_play(role: str, server: Server, tmp_path: Path) -> None:
    given = {"api_login_id": "deputy", "api_password": PASSWORD}
    play = {"module_defaults": {GROUP: {"api_url": server.url, "api_token": "wrong"}}}
    passes(role, server, tmp_path, given, play=play, environment=UNSET)
