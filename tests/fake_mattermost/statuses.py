# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether users are online. Nobody is by itself, as there are no websockets; but a status can be set."""

from __future__ import annotations

from dataclasses import dataclass

from . import bodies
from .basics import now
from .call import Call, Response, reply
from .errors import bad_body
from .router import operation

OFFLINE = "offline"
SETTABLE = ("online", "away", "dnd", OFFLINE)
BODY = {"user_id": "text", "status": "text", "dnd_end_time": "number"}


@dataclass
class Status:
    """The status of a user; this is the one of a user who was never there."""

    user_id: str
    status: str = OFFLINE
    manual: bool = False
    last_activity_at: int = 0
    dnd_end_time: int = 0

    def view(self) -> dict:
        """The status as it is shown."""
        return dict(self.__dict__)


class Statuses:
    """The status of each user who has one."""

    def __init__(self):
        self._rows: dict[str, Status] = {}

    def of(self, user_id: str) -> Status:
        """The status of a user, or of somebody who does not exist."""
        return self._rows.get(user_id) or Status(user_id)

    def set(self, status: Status) -> None:
        """Keep a status."""
        self._rows[status.user_id] = status

    def go_offline(self, user_id: str) -> None:
        """The user is gone, as after a deactivation."""
        self.set(Status(user_id, last_activity_at=now()))

    def forget_user(self, user_id: str) -> None:
        """The user is deleted for good."""
        self._rows.pop(user_id, None)


@operation("get_user_status", "GET", "/users/{user_id}/status")
def get_user_status(call: Call) -> Response:
    """The status of a user."""
    return reply(call.state.statuses.of(call.user_param()).view())


@operation("get_users_statuses_by_ids", "POST", "/users/status/ids")
def get_users_statuses_by_ids(call: Call) -> Response:
    """The status of several users."""
    user_ids = bodies.names(call.body)
    if not user_ids:
        raise bad_body("user_ids")
    for user_id in user_ids:
        if len(user_id) != 26:
            raise bad_body("user_ids")
    return reply([call.state.statuses.of(user_id).view() for user_id in dict.fromkeys(user_ids)])


@operation("update_user_status", "PUT", "/users/{user_id}/status")
def update_user_status(call: Call) -> Response:
    """Set the status of oneself, or, as administrator, of others."""
    user_id = call.user_param()
    try:
        body = bodies.record(call.body, BODY)
    except bodies.BadBody as error:
        raise bad_body("status") from error
    if body.get("user_id") != user_id:
        raise bad_body("user_id")
    call.need_right_over(user_id)
    status = body.get("status", "")
    if status not in SETTABLE:
        raise bad_body("status")
    end = body.get("dnd_end_time", 0) if status == "dnd" else 0
    call.state.statuses.set(Status(user_id, status, True, now(), end))
    return get_user_status(call)
