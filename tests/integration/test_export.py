# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook export_roster writes what the role user_roster takes back without a change."""

from __future__ import annotations

import stat
import subprocess

import pytest

from ansible_collections.mmops.mattermost.tests.support.faulty import Faulty
from ansible_collections.mmops.mattermost.tests.support.plays import PROGRAMS
from ansible_collections.mmops.mattermost.tests.support.servers import play_environment

PASSWORD = "Hush-password-Aa1"


def export(faulty: Faulty, *variables: str) -> subprocess.CompletedProcess:
    extra = [part for variable in variables for part in ("-e", variable)]
    return subprocess.run(
        [PROGRAMS / "ansible-playbook", "mmops.mattermost.export_roster", *extra],
        cwd=faulty.folder,
        check=False,
        env=play_environment(faulty.server, faulty.folder / "home") | {"PWD": str(faulty.folder)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )


@pytest.fixture
def people(faulty: Faulty) -> Faulty:
    faulty.ask("POST", "/users", username="zoe", email="zoe@example.com", password=PASSWORD, first_name="Zoë", nickname="=1+1")
    gone = faulty.ask("POST", "/users", username="gone", email="gone@example.com", password=PASSWORD, position="007").json()
    faulty.ask("DELETE", f"/users/{gone['id']}")
    robot = faulty.ask("POST", "/users", username="robot", email="robot@example.com", password=PASSWORD).json()
    faulty.ask("POST", f"/users/{robot['id']}/convert_to_bot")
    return faulty


@pytest.mark.parametrize("name", ["people.csv", "people.json", "people.yml"])
def test_an_exported_roster_is_taken_back_without_a_change(people: Faulty, name: str) -> None:
    run = export(people, f"file={name}")
    assert run.returncode == 0, run.stdout
    path = people.folder / name
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    status, message = people.role("user_roster", src=str(path), prune="report")
    assert message == ""
    assert status["changes"] == []
    assert status["prunable"] == []
    assert status["counts"]["unchanged"] == status["counts"]["total"] >= 4


def test_bots_deactivated_accounts_and_others_can_be_left_out(people: Faulty) -> None:
    assert export(people, "file=people.csv", "bots=false", "active=true", "role=system_user").returncode == 0
    names = [line.split(",")[0] for line in (people.folder / "people.csv").read_text(encoding="utf-8").splitlines()[1:]]
    assert "zoe" in names
    assert not {"robot", "gone"} & set(names)


@pytest.mark.parametrize("variables", [[], ["file=people.txt"], ["file=nowhere/people.csv"]])
def test_a_file_that_cannot_be_written_is_refused_first(faulty: Faulty, variables: list[str]) -> None:
    run = export(faulty, *variables)
    assert run.returncode != 0
    assert "with -e file=people.csv" in run.stdout
