# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files on the host that runs the task, which options name."""

from __future__ import annotations

import os
import stat

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput

#: Bytes. The server takes no larger upload by default (``FileSettings.MaxFileSize``).
LARGEST_FILE = 100 * 1024 * 1024


def read_option_file(option: str, path: str, largest: int = LARGEST_FILE) -> bytes:
    """The content of a regular file. Raises ``InvalidInput`` that names the option.

    A pipe would be waited for, and a device read, for ever.
    """
    try:
        # Without waiting for somebody who writes into a pipe.
        with open(os.open(os.path.expanduser(path), os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
            found = os.fstat(file.fileno())
            if stat.S_ISREG(found.st_mode) and found.st_size <= largest:
                content = file.read(largest + 1)
                if len(content) <= largest:  # it may have grown
                    return content
    except (OSError, ValueError) as error:
        reason = os.strerror(error.errno or 0) if isinstance(error, OSError) else "it is not a path"
        raise InvalidInput(f"{option}: {path} cannot be read: {reason}", "Give a path on the host that runs the task") from None
    if not stat.S_ISREG(found.st_mode):
        raise InvalidInput(f"{option}: {path} is not a regular file", "Give the path of a file on the host that runs the task")
    raise InvalidInput(f"{option}: {path} is larger than {largest / 1024 / 1024:g} MB", "Give a smaller file")
