# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a command for as long as standard input stays open: ``leash.py COMMAND [ARGUMENT ...]``.

Whoever starts a server through it holds the other end of the pipe. However that process ends, even by SIGKILL, the
pipe closes and the server is stopped.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading

#: Seconds that the command may take to end by itself.
PATIENCE = 3


def main() -> int:
    # The holder of the leash decides, not the key press that reaches all processes of the terminal.
    for ignored in (signal.SIGINT, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    with subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL) as process:

        def stop() -> None:
            with contextlib.suppress(OSError):
                while os.read(0, 4096):
                    pass
            process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()

        signal.signal(signal.SIGTERM, lambda *unused: process.terminate())
        threading.Thread(target=stop, daemon=True).start()
        return process.wait()


if __name__ == "__main__":
    sys.exit(main())
