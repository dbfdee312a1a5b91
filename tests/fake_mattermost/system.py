# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The server itself: ping, and the mark that it is busy."""

from __future__ import annotations

from .basics import now, parse_bool
from .call import Call, Response, done, reply
from .errors import bad_url
from .permissions import MANAGE_SYSTEM
from .router import OPEN, operation

BUSY_SECONDS = 3600


class Busy:
    """Until when the server is marked busy: then it does not answer searches and the like."""

    def __init__(self):
        self.until = 0

    def __bool__(self) -> bool:
        return now() < self.until


@operation("ping", "GET", "/system/ping", OPEN, local=True)
def ping(call: Call) -> Response:
    """The server is there."""
    answer = {"AndroidLatestVersion": "", "AndroidMinVersion": "", "IosLatestVersion": "", "IosMinVersion": "", "status": "OK"}
    if call.state.release.names_search_engine:
        answer["ActiveSearchBackend"] = "database"
    if parse_bool(call.query.get("get_server_status", "")):
        answer |= {"database_status": "OK", "filestore_status": "OK"}
        if call.is_admin:
            answer["root_status"] = False
    return reply(answer)


@operation("set_server_busy", "POST", "/server_busy")
def set_server_busy(call: Call) -> Response:
    """Mark the server busy for some seconds."""
    call.need(MANAGE_SYSTEM)
    text = call.query.get("seconds", str(BUSY_SECONDS))
    if not text.isdigit() or not int(text):
        raise bad_url("seconds")
    call.state.busy.until = now() + int(text) * 1000
    return done()


@operation("get_server_busy", "GET", "/server_busy")
def get_server_busy(call: Call) -> Response:
    """Whether the server is marked busy."""
    call.need(MANAGE_SYSTEM)
    busy = call.state.busy
    return reply({"busy": bool(busy), "expires": busy.until // 1000 if busy else 0})


@operation("clear_server_busy", "DELETE", "/server_busy")
def clear_server_busy(call: Call) -> Response:
    """Take the mark away."""
    call.need(MANAGE_SYSTEM)
    call.state.busy.until = 0
    return done()
