# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands that are timed and whose requests are counted, for the rows of the benchmark."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import requests
from people import MARK, write_load_file, write_roster

from ansible_collections.mmops.mattermost.plugins.module_utils._api.operations import OPERATIONS
from ansible_collections.mmops.mattermost.tests.support.proxy import recording_proxy
from ansible_collections.mmops.mattermost.tests.support.servers import Server, fake_server, given_server, play_environment

HERE = Path(__file__).resolve().parent

CONCURRENCY = 8
PLAYBOOK = Path(sys.executable).with_name("ansible-playbook")


@dataclass
class Timing:
    """Wall times in seconds and peak memory in MB of a command that ran several times."""

    seconds: list[float] = field(default_factory=list)
    megabytes: float = 0.0

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)


class Bench:
    """Commands against one server. ``folder`` takes their files."""

    def __init__(self, server: Server, folder: Path):
        self.server = server
        self.folder = folder
        # Users have no callback plugin that makes plays faster.
        self.environment = play_environment(server, folder / "home") | {"PYTHONPATH": str(HERE)}
        del self.environment["ANSIBLE_CALLBACKS_ENABLED"]
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {server.token}"

    def play(self, name: str, *tasks: dict) -> list[str]:
        """The command that runs these tasks."""
        path = self.folder / f"{name}.yml"
        play = {"hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": list(tasks)}
        path.write_text(json.dumps([play]), encoding="utf-8")
        return [str(PLAYBOOK), str(path)]

    def floor(self, *arguments: object) -> list[str]:
        return [sys.executable, str(HERE / "floor.py"), *map(str, arguments)]

    def run(self, command: list[str], timing: Timing | None = None, environment: dict | None = None) -> None:
        """Runs a command, which must succeed."""
        started = time.monotonic()
        with tempfile.TemporaryFile() as output:
            process = subprocess.Popen(command, env=environment or self.environment, stdout=output, stderr=output)
            # The usage of this child and of its own, not of all that ran before.
            _unused, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            seconds = time.monotonic() - started
            if process.returncode:
                output.seek(0)
                sys.exit(f"{' '.join(command)} failed:\n{output.read().decode()}")
        if timing:
            timing.seconds.append(seconds)
            timing.megabytes = max(timing.megabytes, usage.ru_maxrss / 1024)

    def measure(self, rounds: int, after=lambda: None, **commands: list[str]) -> dict[str, Timing]:
        """Times commands in turns, after one run of each that does not count."""
        timings = {name: Timing() for name in commands}
        for turn, (name, command) in itertools.product(range(rounds + 1), commands.items()):
            self.run(command, timings[name] if turn else None)
            after()
        return timings

    def requests_of(self, command: list[str]) -> dict[str, int]:
        """Runs a command once more through a recording proxy and counts its requests by operation."""
        with recording_proxy(self.server.url) as proxy:
            proxy.journal = self.folder / "journal.jsonl"
            proxy.journal.write_text("")
            self.run(command, environment={**self.environment, "MATTERMOST_URL": proxy.url})
            notes = [json.loads(line) for line in proxy.journal.read_text().splitlines()]
        return dict(Counter(operation_of(note["method"], note["path"]) for note in notes if note["event"] == "request"))

    @contextlib.contextmanager
    def settings(self, **settings: dict) -> Iterator[None]:
        """Other settings of the server for a while."""
        address = f"{self.server.url}/api/v4/config"
        before = self.session.get(address, timeout=60).json()
        earlier = {part: {name: before[part][name] for name in names} for part, names in settings.items()}
        self.session.put(f"{address}/patch", json=settings, timeout=60).raise_for_status()
        try:
            yield
        finally:
            self.session.put(f"{address}/patch", json=earlier, timeout=60).raise_for_status()

    def delete_users(self, prefix: str) -> None:
        """Removes the accounts of the benchmark for good."""
        while True:
            answer = self.session.post(
                f"{self.server.url}/api/v4/users/search",
                json={"term": f"{MARK}-{prefix}", "allow_inactive": True, "limit": 1000},
                timeout=60,
            )
            users = [user for user in answer.json() if user["username"].startswith(f"{MARK}-{prefix}")]
            if not users:
                return
            for user in users:
                address = f"{self.server.url}/api/v4/users/{user['id']}?permanent=true"
                self.session.delete(address, timeout=60).raise_for_status()


def operation_of(method: str, path: str) -> str:
    """The operation that a request carries out; literal paths win over those with parameters."""
    fitting = [
        operation
        for operation in OPERATIONS.values()
        if operation.method == method
        and len(operation.path.split("/")) == len(path.split("/"))
        and all(
            part.startswith("{") or part == other
            for part, other in zip(operation.path.split("/"), path.split("/"), strict=True)
        )
    ]
    if not fitting:
        return f"{method} {path}"
    return min(fitting, key=lambda operation: operation.path.count("{")).name


def net(timing: Timing, empty: Timing) -> float:
    """Seconds without what an empty playbook takes."""
    return max(timing.median - empty.median, 0.001)


def result(
    ratio: float, baseline: str, timings: dict[str, Timing], counts: dict[str, int], memory: float | None = None
) -> dict:
    row = {
        "ratio": round(ratio, 4),
        "baseline": baseline,
        "medians": {name: round(timing.median, 3) for name, timing in timings.items()},
        "requests": counts,
    }
    if memory is not None:
        row["peak_memory_mb"] = round(memory, 1)
    return row


@contextlib.contextmanager
def prepared_server(count: int, folder: Path) -> Iterator[Server]:
    """A server with that many people: the fake, which loads them, or the given one, which is cleaned up at the end."""
    given = given_server()
    if not given:
        write_load_file(folder / "people.jsonl", count)
        # Without a licence, the server takes no more active users than a limit.
        with fake_server(licensed=True, arguments=["--load", str(folder / "people.jsonl")]) as server:
            # Deletion for good is off by default, as on a new real server.
            requests.put(
                f"{server.url}/api/v4/config/patch",
                json={"ServiceSettings": {"EnableAPIUserDeletion": True}},
                headers={"Authorization": f"Bearer {server.token}"},
                timeout=60,
            ).raise_for_status()
            yield server
        return
    bench = Bench(given, folder)
    write_roster(folder / "made.csv", count)
    # Deletion for good is off by default.
    with bench.settings(ServiceSettings={"EnableAPIUserDeletion": True}):
        try:
            bench.run(bench.play("make", {"mmops.mattermost.mm_users": {"src": str(folder / "made.csv")}}))
            yield given
        finally:
            bench.delete_users("user")
