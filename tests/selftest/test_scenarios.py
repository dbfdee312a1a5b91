# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tools of the Molecule scenarios tell of failures, and leave nothing behind. The scenarios are run by `make molecule`."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from ansible_collections.mmops.mattermost.tests.support.servers import FAKE
from ansible_collections.mmops.mattermost.tests.tools import scenario_server, scenarios


def gone(process: int) -> bool:
    """Whether a process has ended, or only waits for somebody to notice."""
    listed = subprocess.run(["/bin/ps", "-o", "stat=", "-p", str(process)], check=False, capture_output=True, text=True)
    return listed.stdout.strip()[:1] in ("", "Z")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    scenario_server.stop(tmp_path)


def test_a_server_runs_until_it_is_stopped(folder: Path) -> None:
    scenario_server.start(folder)
    server = json.loads((folder / "server.json").read_text(encoding="utf-8"))
    process = int((folder / "server.pid").read_text(encoding="utf-8"))
    me = requests.get(
        f"{server['url']}/api/v4/users/me", timeout=30, headers={"Authorization": f"Bearer {server['admin_token']}"}
    )
    assert me.json()["username"] == "admin"
    assert (folder / "server.json").stat().st_mode & 0o077 == 0
    scenario_server.stop(folder)
    assert gone(process)
    assert list(folder.iterdir()) == []


def test_a_server_whose_start_was_interrupted_is_stopped(folder: Path) -> None:
    with subprocess.Popen([sys.executable, FAKE, "--port", "0"], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        (folder / "server.pid").write_text(str(process.pid), encoding="utf-8")
        scenario_server.stop(folder)
        assert process.wait(30) in (0, -signal.SIGTERM, -signal.SIGKILL)


def test_another_process_with_the_number_of_the_server_goes_on(folder: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        (folder / "server.pid").write_text(str(process.pid), encoding="utf-8")
        scenario_server.stop(folder)
        assert process.poll() is None
        process.communicate(b"\n", timeout=30)
        assert process.returncode == 0


def test_nothing_of_molecule_goes_on_after_an_interrupt() -> None:
    """A playbook that molecule started would go on without it."""
    started = (
        "import subprocess, sys, time; child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(300)']);"
        "print(child.pid, flush=True); time.sleep(300)"
    )
    with subprocess.Popen([sys.executable, "-c", started], stdout=subprocess.PIPE, start_new_session=True) as process:
        assert process.stdout is not None
        child = int(process.stdout.readline())
        begin = time.monotonic()
        scenarios.end(process)
        assert gone(child)
        assert process.wait(30) == -signal.SIGTERM
        assert time.monotonic() - begin < scenarios.GRACE + 5


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[tuple]:
    suites: list[tuple] = []
    monkeypatch.setattr(scenarios, "write_suite", lambda *values: suites.append(values))
    monkeypatch.setattr(scenarios.signal, "signal", lambda _number, _handler: None)
    monkeypatch.setattr(scenarios, "names", lambda: ["one", "two", "three"])
    return suites


def test_a_failure_is_told_and_the_others_run_all_the_same(
    written: list[tuple], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(scenarios, "run", lambda name, _folder: 1 if name == "two" else 0)
    monkeypatch.setattr(sys, "argv", ["scenarios.py"])
    assert scenarios.main() == 1
    assert [line.split()[:2] for line in capsys.readouterr().out.splitlines()[-3:]] == [
        ["passed", "one"],
        ["FAILED", "two"],
        ["passed", "three"],
    ]
    assert written[0][:3] == ("molecule", ["one", "two", "three"], "two")


def test_an_interrupt_ends_all_without_a_result(
    written: list[tuple], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = []

    def interrupted(_name: str, folder: Path) -> int:
        folder.mkdir(parents=True)
        folders.append(folder)
        raise KeyboardInterrupt

    monkeypatch.setattr(scenarios, "run", interrupted)
    monkeypatch.setattr(sys, "argv", ["scenarios.py"])
    assert scenarios.main() == 130
    assert written == []
    assert [folder.parent.exists() for folder in folders] == [False]
    assert "Stopped" in capsys.readouterr().err


def test_an_unknown_scenario_is_told(
    written: list[tuple], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["scenarios.py", "one", "four"])
    assert scenarios.main() == 2
    assert "There is no scenario four. There are: one, two, three" in capsys.readouterr().err
    assert written == []
