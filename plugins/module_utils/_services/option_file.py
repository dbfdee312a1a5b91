# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files on the host that runs the task, which options name."""

from __future__ import annotations

import os
import stat

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput

#: Bytes that are read at most, unless an option has a limit of its own.
LARGEST_FILE = 100 * 1024 * 1024


def read_option_file(option: str, path: str, largest: int = LARGEST_FILE) -> bytes:
    """The content of a file. Raises ``InvalidInput`` that names the option.

    Only regular files are opened: a pipe would block for ever, and a device may never end.
    """
    if "\0" in path:
        raise InvalidInput(f"{option}: the path holds a NUL character", "Give a path on the host that runs the task")
    full = os.path.expanduser(path)
    try:
        if not stat.S_ISREG(os.stat(full).st_mode):
            raise InvalidInput(
                f"{option}: {path} cannot be read: it is not a regular file",
                "Give the path of a file, not of a folder, pipe or device",
            )
        with open(full, "rb") as file:
            content = file.read(largest + 1)
    except (OSError, ValueError) as error:
        reason = os.strerror(error.errno or 0) if isinstance(error, OSError) else "the path is not valid"
        raise InvalidInput(f"{option}: {path} cannot be read: {reason}", "Give a path on the host that runs the task") from None
    if len(content) > largest:
        raise InvalidInput(f"{option}: {path} is larger than {largest // 1024 // 1024} MB", "Give a smaller file")
    return content
