# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the plays of the integration tests with the oldest and the newest ansible-core that the collection supports.

``cores.py [PYTEST ARGUMENT ...]``. Each version gets an environment of its own in ``.cache/cores``; only the plays run in it,
the tests themselves run in ``.venv``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from ansible_collections.mmops.mattermost.tests.support.servers import ROOT

#: Versions with the Python versions that they run with, the best first.
CORES = {"2.17.14": ["3.12", "3.11", "3.10"], "2.21.5": ["3.13", "3.12"]}

#: The tests that run plays. The others try programs of which there is one version, or the tests themselves.
TESTS = [
    "targets",
    "hosts",
    "every_operation",
    "examples",
    "documentation",
    "inventory",
    "faults",
    "role_faults",
    "role_variables",
]


def find_python(versions: list[str]) -> str:
    """A Python of one of these versions that really runs: some machines have mere place holders."""
    for version in versions:
        path = shutil.which(f"python{version}")
        if path and subprocess.run([path, "-c", ""], check=False, capture_output=True).returncode == 0:
            return path
    sys.exit(f"No Python {' or '.join(versions)} on the PATH: install one, so that this version of ansible-core can be tried")


def environment(core: str, versions: list[str]) -> Path:
    """The folder with the programs of this ansible-core, made if it is not there yet."""
    folder = ROOT / ".cache" / "cores" / core
    if not (folder / "bin" / "ansible-playbook").exists():
        subprocess.run([find_python(versions), "-m", "venv", "--clear", folder], check=True)
        subprocess.run(
            [
                folder / "bin" / "python",
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                f"ansible-core=={core}",
                "--requirement",
                ROOT / "requirements.txt",
            ],
            check=True,
        )
    return folder / "bin"


def main() -> int:
    statuses = []
    for core, versions in CORES.items():
        programs = environment(core, versions)
        print(f"ansible-core {core}", flush=True)
        statuses.append(
            subprocess.run(
                [sys.executable, "-m", "pytest", *sys.argv[1:], *(f"tests/integration/test_{name}.py" for name in TESTS)],
                cwd=ROOT,
                check=False,
                env={**os.environ, "TEST_ANSIBLE_PROGRAMS": str(programs)},
            ).returncode
        )
    return max(statuses)


if __name__ == "__main__":
    sys.exit(main())
