# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Python environments as users have them: ansible-core and what the collection asks for, nothing of the development tools."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from ansible_collections.mmops.mattermost.tests.support.servers import ROOT, Server, play_environment

FOLDER = ROOT / ".cache" / "environments"


def core_of(programs: Path) -> str:
    """The ansible-core of a folder of programs, as a requirement."""
    command = [programs / "python", "-c", "import ansible.release; print(ansible.release.__version__)"]
    return f"ansible-core=={subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()}"


def user_environment(core: str, *requirements: Path, python: Path = Path(sys.executable)) -> Path:
    """The folder of the programs of an environment with this ansible-core and these requirements files.

    It is made once, and again when one of them changes.
    """
    wanted = "\n".join([str(python), core, *(path.read_text(encoding="utf-8") for path in requirements)])
    folder = FOLDER / hashlib.sha256(wanted.encode()).hexdigest()[:12]
    FOLDER.mkdir(parents=True, exist_ok=True)
    # Several test processes may want the same one.
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "ready").exists():
            shutil.rmtree(folder, ignore_errors=True)
            subprocess.run([python, "-m", "venv", "--without-pip", folder], check=True)
            arguments = [argument for path in requirements for argument in ("--requirement", path)]
            subprocess.run(
                [sys.executable, "-m", "pip", "--python", folder / "bin" / "python", "install", "--quiet", core, *arguments],
                check=True,
                env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
            )
            (folder / "ready").touch()
    return folder / "bin"


def user_variables(programs: Path, home: Path, server: Server | None = None) -> dict[str, str]:
    """The variables of a user who works in this environment, has nothing of the checkout, and installs into ``home``."""
    variables: Mapping[str, str] = play_environment(server or Server("", ""), home)
    if not server:
        variables = {name: value for name, value in variables.items() if not name.startswith("MATTERMOST_")}
    others = [part for part in os.environ["PATH"].split(os.pathsep) if not Path(part).is_relative_to(ROOT)]
    return {
        **variables,
        "ANSIBLE_COLLECTIONS_PATH": str(home / "collections"),
        "HOME": str(home),
        "PATH": os.pathsep.join([str(programs), *others]),
        "VIRTUAL_ENV": str(programs.parent),
    }
