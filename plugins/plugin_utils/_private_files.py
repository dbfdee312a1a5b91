# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files on the controller that only their owner can read."""

from __future__ import annotations

import json
import os
import stat

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput
from ansible_collections.mmops.mattermost.plugins.module_utils._services.secret_file import write_private
from ansible_collections.mmops.mattermost.plugins.plugin_utils._controller_paths import full_path
from ansible_collections.mmops.mattermost.plugins.plugin_utils._plain import without_templates


def whole_path(option: str, path: str | None) -> str:
    """Where files go. Raises ``InvalidInput`` if no place is named."""
    if not path:
        raise InvalidInput(f"{option} is empty", "Give a path")
    return full_path(path)


def as_json(plain) -> str:
    """For programs and people: one value a line, with keys in order. The value holds no containers of Ansible."""
    return json.dumps(plain, ensure_ascii=False, indent=4, sort_keys=True, default=str) + "\n"


def as_text(value) -> str:
    """What a task gives as a text. ansible-core 2.17 makes values of templates whose text looks like JSON."""
    return json.dumps(without_templates(value), ensure_ascii=False) if isinstance(value, (dict, list)) else str(value)


def folder_of_files(folder: str, files: dict) -> dict:
    """The texts by whole paths. Raises ``InvalidInput`` for names that lead elsewhere."""
    for name in files:
        if os.path.basename(name) != name or name in ("", ".", ".."):
            raise InvalidInput(f"files: {name} is not the name of a file", "Give names without a folder")
    return {os.path.join(folder, name): None if text is None else as_text(text) for name, text in files.items()}


def private_files(texts: dict, check_mode: bool, folder: str = "") -> tuple[list, list]:
    """Write files, and remove those without a text. Returns the paths of both, without those that were so already.

    ``folder`` is made unless it exists. Raises ``InvalidInput``.
    """
    written, removed = [], []
    for given, text in texts.items():
        path = os.path.realpath(given)
        try:
            if folder and not check_mode:
                os.makedirs(folder, mode=0o700, exist_ok=True)
            if text is None:
                if os.path.lexists(given):
                    removed.append(given)
                    if not check_mode:
                        os.unlink(given)
            elif not _is_so(path, text):
                written.append(given)
                if not check_mode:
                    write_private(path, text.encode())
        except UnicodeEncodeError:
            raise InvalidInput(f"The text of {given} contains bytes that are not text", "Give text in UTF-8") from None
        except OSError as error:
            raise InvalidInput(
                f"dest: {given} cannot be written ({error.strerror})", "Correct the path, or the permissions of its folder"
            ) from None
    return written, removed


def _is_so(path: str, text: str) -> bool:
    """Whether the file has this text and mode already."""
    try:
        status = os.lstat(path)
    except FileNotFoundError:
        return False
    if not stat.S_ISREG(status.st_mode):
        raise InvalidInput(f"dest: {path} is not a file", "Name another one")
    encoded = text.encode()
    if stat.S_IMODE(status.st_mode) != 0o600 or status.st_size != len(encoded):
        return False
    try:
        with open(path, "rb") as file:
            return file.read() == encoded
    except PermissionError:
        return False
