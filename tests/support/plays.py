# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a target, a role below ``targets/``, as a play of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.mmops.mattermost.tests.support import guard
from ansible_collections.mmops.mattermost.tests.support.proxy import RecordingProxy
from ansible_collections.mmops.mattermost.tests.support.servers import ROOT, Server, play_environment

HERE = ROOT / "tests" / "integration"
TARGETS = HERE / "targets"

#: The folder of the programs of Ansible, for instance those of another version of ansible-core.
PROGRAMS = Path(os.environ.get("TEST_ANSIBLE_PROGRAMS") or Path(sys.executable).parent)

#: What Ansible prints when a callback plugin raises; the play goes on without it.
BROKEN_CALLBACK = "in callback plugin"

#: Targets that leave a server useless, and have tests of their own.
DESTRUCTIVE = frozenset({"every_operation"})

#: Every password of a target begins with it.
SECRET_MARK = "Hush-"


@dataclass(frozen=True)
class Run:
    """A finished play. ``tasks`` counts those of this collection; ``problems`` is what the write guard found."""

    status: int
    output: str
    tasks: int
    problems: list[str]


def target_names() -> list[str]:
    """The targets that any server stands, but not those that only prepare others."""
    names = {path.parent.parent.name for path in TARGETS.glob("*/tasks/main.yml")} - DESTRUCTIVE
    return sorted(name for name in names if not name.startswith(("setup_", "prepare_")))


def run_target(
    target: str,
    server: Server,
    proxy: RecordingProxy,
    folder: Path,
    *,
    targets: Path = TARGETS,
    in_process: bool = True,
    environment: Mapping[str, str] | None = None,
) -> Run:
    """Runs a target against the server behind the proxy. ``folder`` is an empty one for whatever the play leaves.

    ``in_process``: modules may run inside the Ansible process, as users have it; otherwise each is started by itself.
    ``environment`` holds further variables for the play.
    """
    journal = folder / "journal.jsonl"
    playbook = folder / f"{target}.yml"
    play = {
        "name": f"Integration target {target}",
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "roles": [{"role": target}],
    }
    playbook.write_text(json.dumps([play]), encoding="utf-8")
    variables = play_environment(Server(proxy.url, server.token), folder / "home")
    variables |= {
        "ANSIBLE_ACTION_PLUGINS": str(HERE / "action_plugins"),
        "ANSIBLE_CALLBACKS_ENABLED": "journal,preload",
        "ANSIBLE_DIFF_ALWAYS": "true",
        "ANSIBLE_INJECT_FACT_VARS": "false",
        "ANSIBLE_NOCOLOR": "true",
        "ANSIBLE_ROLES_PATH": str(targets),
        "MATTERMOST_IN_PROCESS": str(in_process).lower(),
        "MATTERMOST_TEST_JOURNAL": str(journal),
        **(environment or {}),
    }
    proxy.journal = journal
    try:
        process = subprocess.run(
            # With all details, as secrets must not show in them either.
            [PROGRAMS / "ansible-playbook", "-vvvv", playbook],
            cwd=folder,
            env=variables,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
    finally:
        proxy.journal = None
    tasks, problems = guard.check(journal)
    if BROKEN_CALLBACK in process.stdout:
        problems.append("A callback plugin failed, see the output of the play")
    for secret, what in ((SECRET_MARK, "A password"), (server.token, "The token")):
        for line in process.stdout.splitlines():
            if secret in line:
                # The line itself does not belong into a log.
                problems.append(f"{what} shows in the output of the play: {line.partition(secret)[0][-60:]}...")
    return Run(process.returncode, process.stdout, tasks, problems)
