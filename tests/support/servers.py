# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The server that tests and the demo speak to: a fake one that is started here, or the one that the caller names."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import select
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ansible_collections.mmops.mattermost.tests.fake_mattermost import release as releases

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / "tests" / "tools"
FAKE = ROOT / "tests" / "fake_mattermost"
LEASH = Path(__file__).with_name("leash.py")

#: The releases of Mattermost that the fake server can be, oldest first, and the one that it is unless a test asks for another.
RELEASES, NEWEST = tuple(releases.RELEASES), releases.NEWEST

#: Seconds that the fake server may take to start on a busy machine.
PATIENCE = 60


class ServerError(Exception):
    """There is no server to speak to."""


@dataclass(frozen=True)
class Server:
    """A server, known by its address and the token of an administrator only."""

    url: str
    token: str = field(repr=False)


def given_server() -> Server | None:
    """The server that MATTERMOST_URL and MATTERMOST_TOKEN name, if they do."""
    url, token = os.environ.get("MATTERMOST_URL", ""), os.environ.get("MATTERMOST_TOKEN", "")
    if url and not token:
        raise ServerError("MATTERMOST_URL is set, but MATTERMOST_TOKEN is not: give the token of an administrator")
    return Server(url.rstrip("/"), token) if url else None


def _ready_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    ready, _writable, _broken = select.select([process.stdout], [], [], PATIENCE)
    return process.stdout.readline() if ready else ""


@contextlib.contextmanager
def fake_server(*, licensed: bool, release: str = NEWEST, arguments: Sequence[str] = ()) -> Iterator[Server]:
    """A fake server on a free port of the loopback interface, stopped at the end. ``arguments`` are further ones."""
    options = [
        "--port",
        "0",
        "--release",
        release,
        "--admin-login",
        "admin",
        "--admin-password",
        secrets.token_hex(16),
        *arguments,
    ]
    command = [sys.executable, LEASH, sys.executable, FAKE, *options, *(["--licensed"] * licensed)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        # A server that may write into a pipe that nobody reads would stop some day.
        reader = threading.Thread(target=process.stdout.read, daemon=True)
        try:
            line = _ready_line(process)
            if not line:
                raise ServerError("The fake server did not start")
            announcement = json.loads(line)
            reader.start()
            yield Server(announcement["url"].rstrip("/"), announcement["admin_token"])
        finally:
            process.stdin.close()
            process.wait()
            if reader.ident:
                reader.join()


def play_environment(server: Server, home: Path) -> dict[str, str]:
    """The environment for ansible-playbook: this server, the collection of this checkout, and no settings of the caller.

    The callback plugin ``preload`` makes plays faster.
    """
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "MATTERMOST_", "PYTHON"))
    }
    # TLS settings are part of how the caller's server is reached.
    for name in ("MATTERMOST_VALIDATE_CERTS", "MATTERMOST_CA_PATH", "MATTERMOST_CLIENT_CERT", "MATTERMOST_CLIENT_KEY"):
        if name in os.environ:
            environment[name] = os.environ[name]
    loopback = "127.0.0.1,localhost"
    for name in ("no_proxy", "NO_PROXY"):
        environment[name] = f"{environment[name]},{loopback}" if environment.get(name) else loopback
    # An empty configuration, so that none of the user or of the working folder is read.
    configuration = home / "ansible.cfg"
    configuration.parent.mkdir(parents=True, exist_ok=True)
    configuration.touch()
    environment |= {
        "ANSIBLE_CALLBACKS_ENABLED": "preload",
        "ANSIBLE_CALLBACK_PLUGINS": str(ROOT / "tests" / "integration" / "callback_plugins"),
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".tree"),
        # The environment of the tools knows the checkout by itself, and Ansible would find it there, too.
        "ANSIBLE_COLLECTIONS_SCAN_SYS_PATH": "false",
        "ANSIBLE_CONFIG": str(configuration),
        "ANSIBLE_HOME": str(home),
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_NOCOWS": "true",
        "ANSIBLE_REMOTE_TEMP": str(home / "tmp"),
        "MATTERMOST_URL": server.url,
        "MATTERMOST_TOKEN": server.token,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    return environment
