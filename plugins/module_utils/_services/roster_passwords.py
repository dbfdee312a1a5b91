# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Passwords that a roster chooses for users, and the files that they are handed over in."""

from __future__ import annotations

import os

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput
from ansible_collections.mmops.mattermost.plugins.module_utils._services.password import unknown_password
from ansible_collections.mmops.mattermost.plugins.module_utils._services.secret_file import (
    remove,
    secrets_folder,
    write_private,
)


class Passwords:
    """Chooses passwords as the options say. Raises ``InvalidInput`` for options that do not fit together."""

    def __init__(self, declaration: dict):
        self._chooses = declaration["missing_password"] == "random"  # noqa: S105  the name of a policy
        self._folder = ""
        self._chosen: dict = {}
        if declaration["passwords_directory"] is not None:
            if not self._chooses:
                raise InvalidInput("passwords_directory counts only with missing_password: random", "Leave out one of the two")
            self._folder = secrets_folder("passwords_directory", declaration["passwords_directory"])

    def choose(self, options: dict, user: dict | None) -> None:
        """Give a password to a user that needs one: a new one, or, if it can be handed over, one whose entry renews it."""
        if not self._chooses or options["password"] or options["auth_service"] or options["state"] == "absent":
            return
        renewed = self._folder and options["update_password"] == "always"  # noqa: S105  the name of a policy
        if user and (not renewed or user.get("is_bot") or user["auth_service"]):
            return
        options["password"] = unknown_password()
        if self._folder and not options["bot"]:
            name = user["username"] if user else options["username"]
            self._chosen[id(options)] = os.path.join(self._folder, f"{name}.password") if name else ""

    def path_of(self, options: dict) -> str:
        """The file for the password that was chosen, empty if there is none."""
        return self._chosen.get(id(options), "")


def save_password(path: str, password: str) -> None:
    """Write a chosen password before it is sent: a run that is killed in between has lost nothing."""
    if not path:
        return
    try:
        write_private(path, f"{password}\n".encode())
    except OSError as error:
        raise InvalidInput(f"passwords_directory: {path} could not be written: {os.strerror(error.errno or 0)}") from None


def forget_password(path: str) -> None:
    """Remove the file of a password that the account did not get."""
    if path:
        remove(path)
