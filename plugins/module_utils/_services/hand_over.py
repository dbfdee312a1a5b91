# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Notes of new tokens whose value may not have reached anybody yet.

A task can be killed between the creation of a token and the moment when its value is in safe hands. The token would then
be found by the next run, taken for the declared one, and be of use to nobody. So a note is written before the creation and
removed after the hand-over; a run that finds a note revokes the token and creates another.

A note is a file of the user that runs the task, on the host that runs it. It holds no secret. Where hosts come and go, as
containers do, the folder of the notes must be one that stays: ``MATTERMOST_NOTES_DIRECTORY`` names it.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
from typing import Any

#: The environment variable that names another folder for notes.
FOLDER_VARIABLE = "MATTERMOST_NOTES_DIRECTORY"


def notes_folder() -> str:
    """Where notes are: in the folder that the environment names, or beside what Ansible keeps for itself on this host."""
    folder = os.environ.get(FOLDER_VARIABLE)
    if folder:
        return os.path.abspath(os.path.expanduser(folder))
    home = os.environ.get("ANSIBLE_HOME") or os.path.join("~", ".ansible")
    return os.path.join(os.path.expanduser(home), "mmops.mattermost", "not_handed_over")


class Note:
    """The note for one description of tokens of one user.

    ``description`` is that of the token that was, or was to be, created, with its generation; ``known`` the ids of the
    tokens that the user had before. ``description`` is empty if there is no note. ``taken``: the process that wrote the note
    is still at work.
    """

    def __init__(self, server: str, user_id: str, name: str):
        key = hashlib.sha256("\n".join((server, user_id, name)).encode(errors="surrogateescape")).hexdigest()
        self._path = os.path.join(notes_folder(), f"{key[:40]}.json")
        self._file: Any = None
        self.description = ""
        self.known: frozenset = frozenset()
        self.taken = False

    def read(self) -> Note:
        """Look for the note. One that cannot be read counts as none."""
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError), open(self._path, encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                self.taken = True
            content = json.load(file)
            self.description, self.known = content["description"], frozenset(content["known"])
        return self

    def write(self, description: str, known: frozenset) -> None:
        """Write the note, and hold it as long as this process lives or until it is released. Raises ``OSError``."""
        os.makedirs(os.path.dirname(self._path), mode=0o700, exist_ok=True)
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        self._file = os.fdopen(handle, "r+", encoding="utf-8")
        fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # another process at the same token: its note counts
        self._file.truncate()
        json.dump({"description": description, "known": sorted(known)}, self._file)
        self._file.flush()
        os.fsync(self._file.fileno())

    def release(self) -> None:
        """Leave the note to the next run."""
        if self._file:
            self._file.close()
            self._file = None

    def remove(self) -> None:
        """The token was handed over, or there is none."""
        self.release()
        with contextlib.suppress(OSError):
            os.unlink(self._path)


class MarkedOnServer(Note):
    """In place of a note, where a mark of the account on the server says that its tokens are not in safe hands yet."""

    def read(self) -> Note:
        return self

    def write(self, description: str, known: frozenset) -> None:
        """Nothing is written."""

    def remove(self) -> None:
        """Nothing was written."""
