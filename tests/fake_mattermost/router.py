# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations of the server: name, method, path, and who may reach them.

Each subject declares its own with ``@operation``. The names of the users API are those of
the API reference.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

API = "/api/v4"

OPEN = "open"  # anybody; a session is used if there is one
SESSION = "session"  # a session, and MFA where it is enforced
SESSION_NO_MFA = "session without MFA"

_NAME = r"[A-Za-z0-9_\-]+"
SEGMENTS = {
    "username": r"[A-Za-z0-9_.\-]+",
    "email": r".+",
    "name": _NAME,
    "team_name": _NAME,
    "channel_name": _NAME,
    "category": _NAME,
}
ANY_ID = r"[A-Za-z0-9]+"


@dataclass(frozen=True)
class Operation:
    """One request of the API."""

    name: str
    method: str
    path: str
    access: str
    http: bool  # reachable over the network
    local: bool  # reachable over the local mode socket
    when_busy: bool  # answered by a server that is marked busy
    takes_files: bool  # bodies may be as big as files
    since: str  # field of the release that says whether it exists; empty: it always does
    handler: Callable | None


OPERATIONS: list[Operation] = []
_patterns: dict[str, list[tuple[re.Pattern, Operation]]] = defaultdict(list)


def operation(
    name: str,
    method: str,
    path: str,
    access: str = SESSION,
    *,
    http: bool = True,
    local: bool = False,
    when_busy: bool = True,
    takes_files: bool = False,
    since: str = "",
) -> Callable:
    """Declare the decorated function as handler of a request."""

    def declare(handler: Callable | None) -> Callable | None:
        entry = Operation(name, method, API + path, access, http, local, when_busy, takes_files, since, handler)
        pattern = re.sub(r"\\\{(\w+)\\\}", lambda m: f"(?P<{m[1]}>{SEGMENTS.get(m[1], ANY_ID)})", re.escape(entry.path))
        OPERATIONS.append(entry)
        _patterns[method].append((re.compile(pattern + r"\Z"), entry))
        # fixed words before variable parts: /users/known is not the user named known
        _patterns[method].sort(key=lambda item: ("{" in item[1].path, item[1].path.count("{")))
        return handler

    return declare


def removed(name: str, method: str, path: str) -> None:
    """Declare a request that earlier versions of the server had."""
    operation(name, method, path, http=False)(None)


def find(release, method: str, path: str, local: bool) -> tuple[Operation | None, dict[str, str], bool]:
    """The operation of a request, its path parameters, and whether it is served here.

    An operation that exists, but not in this release or not on this side (network or socket), is named all the same.
    """
    elsewhere = None
    for pattern, entry in _patterns[method]:
        found = pattern.match(path)
        if found and (entry.local if local else entry.http) and (not entry.since or getattr(release, entry.since)):
            return entry, found.groupdict(), True
        if found and elsewhere is None:
            elsewhere = entry
    return elsewhere, {}, False
