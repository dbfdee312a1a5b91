# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The example roster, which is what people copy, and the demo, which is what they see first."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from ansible_collections.mmops.mattermost.tests.support.plays import PROGRAMS
from ansible_collections.mmops.mattermost.tests.support.servers import ROOT, TOOLS, fake_server, play_environment

ROSTER = ROOT / "examples" / "roster"


def run(*command: str | Path, environment: dict[str, str]) -> str:
    process = subprocess.run(
        command,
        check=False,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    assert process.returncode == 0, process.stdout
    return process.stdout


@pytest.mark.parametrize("playbook", ["before.yml", "converge.yml"])
def test_the_example_shows_the_recommended_way(playbook: str) -> None:
    text = (ROSTER / playbook).read_text(encoding="utf-8")
    assert "mmops.mattermost.user_roster" in text
    assert "split(" not in text
    assert yaml.safe_load(text)


def test_the_demo_shows_names_and_a_second_run_without_changes(tmp_path: Path) -> None:
    with fake_server(licensed=True) as server:
        output = run(sys.executable, TOOLS / "demo.py", environment=play_environment(server, tmp_path))
    assert "The second run changed nothing: changed=0" in output
    assert "+++ after: sato.hanako" in output
    assert '"first_name": "花子"' in output


def test_a_roster_with_guests_also_fits_a_server_without_a_licence(tmp_path: Path) -> None:
    with fake_server(licensed=False) as server:
        first, again = (
            run(PROGRAMS / "ansible-playbook", ROSTER / "converge.yml", environment=play_environment(server, tmp_path))
            for _run in range(2)
        )
    assert "Guests of the roster stay ordinary users" in first
    assert "changed=1 " in first
    assert "changed=0 " in again
