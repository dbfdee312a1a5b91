# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fake server that a test starts, speaks to and ends."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

FAKE = Path(__file__).resolve().parents[1] / "fake_mattermost"
PASSWORD = "Admin-Passw0rd!"
READY_SECONDS = 60
STOP_SECONDS = 10


class Fake:
    """A fake server that runs."""

    def __init__(self, process: subprocess.Popen):
        self.process = process
        ready = json.loads(process.stdout.readline())
        self.url, self.token, self.socket = ready["url"], ready["admin_token"], ready["socket"]
        self.login, self.password = ready["admin_login"], ready["admin_password"]
        self.session = requests.Session()
        self.session.trust_env = False

    @property
    def port(self) -> int:
        return int(self.url.rsplit(":", 1)[1])

    def call(self, method: str, path: str, body: object = None, token: str | None = None) -> requests.Response:
        return self.session.request(
            method,
            f"{self.url}/api/v4{path}",
            json=body,
            timeout=10,
            headers={"Authorization": f"Bearer {token or self.token}"},
        )

    def control(self, method: str, path: str, body: object = None) -> requests.Response:
        return self.session.request(method, f"{self.url}/__control__/{path}", json=body, timeout=10)

    def new_user(self, name: str, **fields: object) -> dict:
        body = {"username": name, "email": f"{name}@example.com", "password": PASSWORD, **fields}
        answer = self.call("POST", "/users", body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.session.close()
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(STOP_SECONDS)


@contextlib.contextmanager
def running(*options: object) -> Iterator[Fake]:
    command = [sys.executable, FAKE, *map(str, options)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            fake = Fake(process)
            yield fake
            fake.stop()
        finally:
            process.kill()


def name_of(request: pytest.FixtureRequest) -> str:
    """A user name for one test."""
    return "".join(letter for letter in request.node.name.lower() if letter.isalnum())[-50:]
