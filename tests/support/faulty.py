# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fake server that fails on request, and plays against it."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import requests

from ansible_collections.mmops.mattermost.tests.support.plays import PROGRAMS
from ansible_collections.mmops.mattermost.tests.support.servers import Server, play_environment


class Faulty:
    """The server, and a folder for the files of the plays."""

    def __init__(self, server: Server, folder: Path):
        self.server = server
        self.folder = folder

    def fails(self, **fault: object) -> None:
        """Orders a fault, see the README of the fake server."""
        requests.post(f"{self.server.url}/__control__/faults", json=fault, timeout=30).raise_for_status()

    def faults(self) -> list[str]:
        """The operations of faults that have not happened yet."""
        answer = requests.get(f"{self.server.url}/__control__/faults", timeout=30)
        return [fault["operation"] for fault in answer.json()]

    def sent(self, operation: str) -> int:
        """How many requests of an operation there were since the last call."""
        counts = self.counts()
        requests.delete(f"{self.server.url}/__control__/requests", timeout=30).raise_for_status()
        return counts.get(operation, 0)

    def counts(self) -> dict[str, int]:
        """How many requests of each operation there were."""
        return requests.get(f"{self.server.url}/__control__/requests", timeout=30).json()["counts"]

    def wait_for(self, operation: str, count: int = 1) -> None:
        """Returns when the server has got so many requests of an operation."""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            if self.counts().get(operation, 0) >= count:
                return
            time.sleep(0.02)
        raise AssertionError(f"{operation} was never sent")

    def ask(self, method: str, path: str, token: str | None = None, **body: object) -> requests.Response:
        """A request past the collection; as the administrator unless another token is given."""
        headers = {"Authorization": f"Bearer {self.server.token if token is None else token}"}
        answer = requests.request(method, f"{self.server.url}/api/v4{path}", headers=headers, json=body or None, timeout=30)
        answer.raise_for_status()
        return answer

    def play(self, module: str, **options: object) -> tuple[dict, str]:
        """Runs one task. Returns its result and the output of the play."""
        return self.run(
            [{f"mmops.mattermost.{module}": options, "register": "noted", "ignore_errors": True, "name": "The task"}]
        )

    def role(self, role: str, **variables: object) -> tuple[dict, str]:
        """Runs a role of the collection. Returns its variable ``ROLE_status``, and why it failed; empty if it did not."""
        include = {
            "ansible.builtin.include_role": {"name": f"mmops.mattermost.{role}"},
            "vars": {f"{role}_{name}": value for name, value in variables.items()},
        }
        notes = {
            "ansible.builtin.set_fact": {
                "noted": {"status": f"{{{{ {role}_status }}}}", "msg": "{{ ansible_failed_result.msg | default('') }}"}
            }
        }
        noted, _output = self.run([{"block": [include, notes], "rescue": [notes]}])
        return noted["status"], noted["msg"]

    def start(self, tasks: list[dict], in_process: bool = True, **variables: str) -> subprocess.Popen[str]:
        """Begins a play with these tasks, in a process group of its own."""
        playbook = self.folder / "play.yml"
        play = {"hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": tasks}
        playbook.write_text(json.dumps([play]), encoding="utf-8")
        environment = play_environment(self.server, self.folder / "home")
        return subprocess.Popen(
            [PROGRAMS / "ansible-playbook", playbook],
            cwd=self.folder,
            env={**environment, "MATTERMOST_IN_PROCESS": str(in_process), **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            start_new_session=True,
        )

    def run(self, tasks: list[dict], environment: Mapping[str, str] | None = None) -> tuple[dict, str]:
        """Runs tasks. Returns their variable ``noted``, and the output of the play."""
        result = self.folder / "result.json"
        result.unlink(missing_ok=True)
        note = {"mmops.mattermost.controller_file": {"data": "{{ noted }}", "dest": str(result)}, "no_log": True}
        with self.start([*tasks, note], **(environment or {})) as run:
            output, _errors = run.communicate()
        assert run.returncode == 0, output
        return json.loads(result.read_text(encoding="utf-8")), output
