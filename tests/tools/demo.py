# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo: a roster of people is applied to a server, twice, and the second run changes nothing.

Without MATTERMOST_URL it starts a fake server, and stops it at the end.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import re
import signal
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import requests

from ansible_collections.mmops.mattermost.tests.support.servers import (
    NEWEST,
    RELEASES,
    ROOT,
    Server,
    ServerError,
    fake_server,
    given_server,
    play_environment,
)

ROSTER = ROOT / "examples" / "roster"
RECAP = re.compile(r"^\S+\s*:\s+ok=\d+\s+changed=(\d+)\s+unreachable=(\d+)\s+failed=(\d+)", re.MULTILINE)
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class DemoError(Exception):
    """The demo does not show what it is to show."""


def headline(text: str) -> None:
    print(f"\n=== {text} ===", flush=True)


def play(name: str, server: Server, home: Path) -> int:
    """Runs a playbook of the roster, shows its output, and returns how many tasks changed something."""
    environment = play_environment(server, home)
    environment["ANSIBLE_FORCE_COLOR" if sys.stdout.isatty() else "ANSIBLE_NOCOLOR"] = "true"
    lines = []
    command = [Path(sys.executable).with_name("ansible-playbook"), "--diff", ROSTER / name]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, encoding="utf-8") as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            lines.append(line)
    recap = RECAP.findall(COLOUR.sub("", "".join(lines)))
    if process.returncode or len(recap) != 1 or recap[0][1:] != ("0", "0"):
        raise DemoError(f"The playbook {name} failed with status {process.returncode}")
    return int(recap[0][0])


def width(text: str) -> int:
    """Columns that the text takes on a terminal."""
    return sum(
        0 if unicodedata.category(sign) in ("Mn", "Me", "Cf") else 1 + (unicodedata.east_asian_width(sign) in "WF")
        for sign in text
    )


def table(rows: list[list[str]]) -> str:
    widths = [max(width(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join(cell + " " * (size - width(cell)) for cell, size in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    return "\n".join([lines[0], "-" * (sum(widths) + 2 * (len(widths) - 1)), *lines[1:]])


def describe(user: Mapping[str, Any]) -> list[str]:
    return [
        user["username"],
        f"{user['first_name']} {user['last_name']}".strip(),
        " ".join(sorted(user["roles"].split())),
        "no" if user["delete_at"] else "yes",
        "yes" if user.get("is_bot") else "",
    ]


def allow_guests(server: Server) -> None:
    """A fresh server has them switched off, even with a licence."""
    requests.put(
        f"{server.url}/api/v4/config/patch",
        json={"GuestAccountsSettings": {"Enable": True}},
        headers={"Authorization": f"Bearer {server.token}"},
        timeout=60,
    ).raise_for_status()


def roster_on_server(server: Server, environment: Mapping[str, str]) -> str:
    with (ROSTER / "people.csv").open(encoding="utf-8", newline="") as file:
        names = [person["username"] for person in csv.DictReader(file)]
    verify: bool | str = environment.get("MATTERMOST_CA_PATH", True)
    if environment.get("MATTERMOST_VALIDATE_CERTS", "").lower() in ("0", "false", "n", "no", "off"):
        verify = False
    answer = requests.post(
        f"{server.url}/api/v4/users/usernames",
        json=names,
        headers={"Authorization": f"Bearer {server.token}"},
        timeout=60,
        verify=verify,
    )
    answer.raise_for_status()
    users = sorted(answer.json(), key=lambda user: user["username"])
    missing = sorted(set(names) - {user["username"] for user in users})
    if missing:
        raise DemoError(f"The server does not know {', '.join(missing)}")
    return table([["user", "name", "roles", "active", "bot"], *map(describe, users)])


def show(server: Server, home: Path) -> None:
    headline("The day before: those who leave today still work here")
    play("before.yml", server, home)
    headline("Today: the roster is applied to the server")
    print(f"{play('converge.yml', server, home)} task(s) changed something")
    headline("Once more: nothing is left to change")
    changed = play("converge.yml", server, home)
    headline("Who is on the server")
    print(roster_on_server(server, play_environment(server, home)))
    if changed:
        raise DemoError(f"The second run changed {changed} task(s), it should have changed none")
    print("\nThe second run changed nothing: changed=0")


def stop(number: int, _frame: object) -> None:
    raise SystemExit(128 + number)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("release", nargs="?", choices=RELEASES, default=NEWEST, help="the release that the fake server is")
    release = parser.parse_args().release
    for number in (signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, stop)
    try:
        given = given_server()
        with contextlib.ExitStack() as stack:
            home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mattermost-demo-")))
            if given:
                headline(f"Server: {given.url}")
                server = given
            else:
                server = stack.enter_context(fake_server(licensed=True, release=release))
                allow_guests(server)
                headline(f"Server: a fake one of release {release} at {server.url}")
            show(server, home)
    except (DemoError, ServerError, requests.RequestException) as error:
        print(f"\nThe demo failed: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
