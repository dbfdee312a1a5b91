# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs molecule scenarios, all of them or the named ones: ``scenarios.py [NAME ...]``.

Each runs in a folder of its own, and whatever happens, no server is left behind.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ansible_collections.mmops.mattermost.tests.support.results import write_suite
from ansible_collections.mmops.mattermost.tests.support.servers import ROOT
from ansible_collections.mmops.mattermost.tests.tools import scenario_server

SCENARIOS = ROOT / "extensions" / "molecule"

#: Seconds that molecule and its playbooks may take to end when they are stopped.
GRACE = 10


def names() -> list[str]:
    return sorted(path.parent.name for path in SCENARIOS.glob("*/molecule.yml"))


def environment(folder: Path) -> dict[str, str]:
    """Nothing of the caller's settings and servers."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("ANSIBLE_", "MATTERMOST_", "MOLECULE_", "PYTHON"))
    }
    loopback = "127.0.0.1,localhost"
    return kept | {
        "ANSIBLE_HOME": str(folder / "home"),
        "MOLECULE_EPHEMERAL_DIRECTORY": str(folder / "scenario"),
        "NO_PROXY": loopback,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "no_proxy": loopback,
    }


def end(group: subprocess.Popen) -> None:
    """Ends molecule and its playbooks, and waits for them: what they write later would stay behind."""
    deadline = time.monotonic() + GRACE
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group.pid, signal.SIGTERM)
        while time.monotonic() < deadline:
            group.poll()
            os.killpg(group.pid, 0)
            time.sleep(0.05)
        os.killpg(group.pid, signal.SIGKILL)


def run(name: str, folder: Path) -> int:
    (folder / "scenario").mkdir(parents=True)
    command = [Path(sys.executable).with_name("molecule"), "test", "--scenario-name", name]
    try:
        # A session of its own, so that an interrupt reaches molecule by end(), and nothing of it is missed.
        with subprocess.Popen(
            command, cwd=ROOT, env=environment(folder), stdin=subprocess.DEVNULL, start_new_session=True
        ) as process:
            try:
                return process.wait()
            finally:
                end(process)
    finally:
        scenario_server.stop(folder / "scenario")


def main() -> int:
    # A cancelled run cleans up as an interrupted one does.
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    known = names()
    chosen = sys.argv[1:] or known
    unknown = sorted(set(chosen) - set(known))
    if unknown or not chosen:
        print(f"There is no scenario {', '.join(unknown)}. There are: {', '.join(known)}", file=sys.stderr)
        return 2
    start = time.monotonic()
    seconds: dict[str, float] = {}
    failed = []
    try:
        with tempfile.TemporaryDirectory(prefix="mattermost-molecule-") as home:
            for name in chosen:
                begin = time.monotonic()
                print(f"=== {name}", flush=True)
                if run(name, Path(home).resolve() / name):
                    failed.append(name)
                seconds[name] = time.monotonic() - begin
    except KeyboardInterrupt:
        print("\nStopped", file=sys.stderr)
        return 130
    write_suite("molecule", chosen, ", ".join(failed), time.monotonic() - start)
    for name in chosen:
        print(f"{'FAILED' if name in failed else 'passed'}  {name}  {seconds[name]:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
