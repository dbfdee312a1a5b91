# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fake server of a molecule scenario: ``scenario_server.py start FOLDER`` and ``scenario_server.py stop FOLDER``.

It outlives the playbook that starts it. Until it is stopped, FOLDER holds its address and token (``server.json``), its
process id (``server.pid``) and what it says (``server.log``).
"""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path

from ansible_collections.mmops.mattermost.tests.support.servers import FAKE, NEWEST, PATIENCE, ServerError

#: Seconds that the server may take to end by itself.
GRACE = 5


def _is_server(process: int) -> bool:
    """Whether the process is still a fake server of this checkout. Another one may have got its number since."""
    if Path("/proc/self/cmdline").exists():
        try:
            return str(FAKE).encode() in Path(f"/proc/{process}/cmdline").read_bytes()
        except OSError:
            return False
    listed = subprocess.run(
        ["/bin/ps", "-ww", "-o", "args=", "-p", str(process)], check=False, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
    )
    return str(FAKE).encode() in listed.stdout


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def start(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    command = [
        sys.executable,
        FAKE,
        "--port",
        "0",
        "--release",
        NEWEST,
        "--licensed",
        "--admin-password",
        secrets.token_hex(16),
    ]
    part = folder / "server.part"
    part.touch(mode=0o600)
    with part.open("w", encoding="utf-8") as out, (folder / "server.log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=log, start_new_session=True)
    (folder / "server.pid").write_text(str(process.pid), encoding="utf-8")
    deadline = time.monotonic() + PATIENCE
    while not part.read_text(encoding="utf-8").endswith("\n"):
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            raise ServerError(f"The fake server did not start: {(folder / 'server.log').read_text(encoding='utf-8')}")
        time.sleep(0.05)
    # It is there only if the server is.
    part.rename(folder / "server.json")
    process.returncode = 0  # it goes on: nobody is to wait for it


def stop(folder: Path) -> None:
    identity = folder / "server.pid"
    # There may be a server even if its start was interrupted.
    process = int(identity.read_text(encoding="utf-8") or 0) if identity.exists() else 0
    if process and _is_server(process):
        deadline = time.monotonic() + GRACE
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGTERM)
            while _runs(process) and time.monotonic() < deadline:
                time.sleep(0.05)
            os.kill(process, signal.SIGKILL)
    for name in ("server.json", "server.part", "server.pid", "server.log"):
        (folder / name).unlink(missing_ok=True)


def main() -> int:
    action, folder = sys.argv[1:]
    try:
        {"start": start, "stop": stop}[action](Path(folder))
    except ServerError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
