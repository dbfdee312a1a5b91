# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files on the host that runs the task which hold a secret, and which only their owner can read."""

from __future__ import annotations

import contextlib
import os
import tempfile

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput


def write_private(path: str, content: bytes) -> None:
    """Write a file that only its owner can read, whatever was there before. It appears as a whole. Raises ``OSError``."""
    handle, temporary = tempfile.mkstemp(dir=os.path.dirname(path), prefix=".")  # mode 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def remove(path: str) -> None:
    """Remove a file of a secret that is of no use."""
    with contextlib.suppress(OSError):
        os.unlink(path)


def secrets_folder(option: str, path: str) -> str:
    """The whole path of a folder for files of secrets. Raises ``InvalidInput`` if none can be written there."""
    folder = os.path.abspath(os.path.expanduser(path))
    if not path or not os.path.isdir(folder):
        raise InvalidInput(
            f"{option}: there is no folder {folder if path else 'of this name'}", "Create it, with the mode 0700"
        )
    if not os.access(folder, os.W_OK | os.X_OK):
        raise InvalidInput(f"{option}: the folder {folder} cannot be written", "Correct its owner or mode")
    return folder
