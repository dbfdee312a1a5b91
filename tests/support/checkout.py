# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of the checkout, and copies of them for tools that need a clean one."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from ansible_collections.mmops.mattermost.tests.support.servers import ROOT


def checkout_files() -> list[str]:
    """The files that git knows or would add. Those that were deleted and not yet committed are left out."""
    listing = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"],  # noqa: S607 - git is where the user has it
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
    ).stdout.decode()
    paths = ((name, ROOT / name) for name in listing.split("\0") if name)
    return [name for name, path in paths if path.is_symlink() or path.exists()]


def copy_checkout(target: Path) -> int:
    """Copies the files, and returns how many there are."""
    names = checkout_files()
    for name in names:
        copy = target / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, copy, follow_symlinks=False)
    return len(names)


def commit(folder: Path) -> None:
    """Makes a git repository of a folder, with all that git does not ignore."""
    author = ["-c", "user.name=tests", "-c", "user.email=tests@example.com"]
    for arguments in (["init"], ["add", "--all"], [*author, "commit", "--no-verify", "--message", "All files"]):
        subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)  # noqa: S607 - as above
