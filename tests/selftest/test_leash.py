# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No server outlives the process that started it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from ansible_collections.mmops.mattermost.tests.support.servers import LEASH

CHILD = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + CHILD
HOLDER = """
import subprocess, sys, time
subprocess.Popen([sys.executable, *sys.argv[1:]], stdin=subprocess.PIPE)
time.sleep(60)
"""


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def wait_until_gone(process: int) -> bool:
    deadline = time.monotonic() + 20
    while alive(process) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not alive(process)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_the_child_dies_with_the_holder_of_the_leash(how: signal.Signals) -> None:
    command = [sys.executable, "-c", HOLDER, LEASH, sys.executable, "-c", CHILD]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        child = int(holder.stdout.readline())
        assert alive(child)
        holder.send_signal(how)
    assert wait_until_gone(child)


@pytest.mark.parametrize("code", [CHILD, STUBBORN])
def test_the_child_dies_when_the_leash_is_dropped(code: str) -> None:
    command = [sys.executable, LEASH, sys.executable, "-c", code]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as leash:
        child = int(leash.stdout.readline())
        leash.stdin.close()
        leash.wait(20)
    assert not alive(child)


def test_the_status_of_the_child_is_handed_on() -> None:
    command = [sys.executable, LEASH, sys.executable, "-c", "raise SystemExit(7)"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as leash:
        assert leash.wait(20) == 7
