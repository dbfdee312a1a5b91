# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files on the host that runs the task, which options name."""

from __future__ import annotations

import os

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput


def read_option_file(option: str, path: str) -> bytes:
    """The content of a file. Raises ``InvalidInput`` that names the option."""
    try:
        with open(os.path.expanduser(path), "rb") as file:
            return file.read()
    except OSError as error:
        raise InvalidInput(
            f"{option}: {path} cannot be read: {os.strerror(error.errno or 0)}", "Give a path on the host that runs the task"
        ) from None
