# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file that keeps a session between the tasks of a play, as each task is a process of its own.

It holds a token, so only its owner may read it, and it says whose session at which server it is: the token is never sent
to another one.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import stat
from collections.abc import Iterator

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput

_OPTION = "api_session_path"


class SessionFile:
    """The session of ``login_id`` at ``url``. It belongs to one process at a time between ``locked`` and its end."""

    def __init__(self, path: str, url: str, login_id: str):
        self.path = path
        self._owner = {"url": url.rstrip("/"), "login_id": login_id}

    @property
    def exists(self) -> bool:
        """Whether a session is kept."""
        return os.path.lexists(self.path)

    @contextlib.contextmanager
    def locked(self) -> Iterator[_Kept]:
        """What is kept, while no other process can change it. Raises ``InvalidInput`` for a file that is not ours."""
        handle = self._open()
        try:
            kept = _Kept(handle, self._owner, self._token(handle))
            yield kept
        finally:
            if os.fstat(handle).st_size == 0:
                self.forget()
            os.close(handle)

    def forget(self) -> None:
        """Remove the file."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.path)

    def _open(self) -> int:
        while True:
            try:
                handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            except OSError as error:
                raise InvalidInput(
                    f"{_OPTION}: {self.path} cannot be opened ({error.strerror})", "Give a file in an existing folder of yours"
                ) from None
            try:
                self._check(os.fstat(handle))
                fcntl.flock(handle, fcntl.LOCK_EX)
            except BaseException:
                os.close(handle)
                raise
            # Meanwhile, another process may have logged out and removed the file.
            with contextlib.suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(handle), os.lstat(self.path)):
                    return handle
            os.close(handle)

    def _check(self, found: os.stat_result) -> None:
        if not stat.S_ISREG(found.st_mode):
            raise InvalidInput(f"{_OPTION}: {self.path} is not a regular file", "Name another file")
        if found.st_mode & 0o077 or found.st_uid != os.geteuid():
            raise InvalidInput(
                f"{_OPTION}: others may read or change {self.path}, and it holds a session",
                "Remove the file, or name one that belongs to you and has the mode 0600",
            )

    def _token(self, handle: int) -> str | None:
        content = os.pread(handle, 65536, 0)
        if not content:
            return None
        try:
            kept = json.loads(content)
            owner, token = kept["owner"], kept["token"]
        except (ValueError, TypeError, KeyError):
            raise InvalidInput(f"{_OPTION}: {self.path} does not hold a session", "Name another file") from None
        if owner != self._owner:
            raise InvalidInput(
                f"{_OPTION}: {self.path} holds the session of another account or server",
                "Name another file, or log out with the options that it was made with",
            )
        return token


class _Kept:
    """The content of an open file."""

    def __init__(self, handle: int, owner: dict, token: str | None):
        self._handle = handle
        self._owner = owner
        self.token = token

    def keep(self, token: str) -> None:
        """Replace the content."""
        content = json.dumps({"owner": self._owner, "token": token}).encode()
        os.ftruncate(self._handle, 0)
        os.pwrite(self._handle, content, 0)
