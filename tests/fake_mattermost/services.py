# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The login service of a user: PUT /users/ID/auth."""

from __future__ import annotations

from contextlib import suppress

from . import bodies
from .call import Call, Response, reply
from .errors import AUTH_DATA_EXISTS, AUTH_INCOMPLETE, AUTH_SAVE_FAILED, ApiError, bad_body
from .router import operation
from .rules import AUTH_DATA_MAX, AUTH_SERVICE_MAX


@operation("update_user_auth", "PUT", "/users/{user_id}/auth")
def update_user_auth(call: Call) -> Response:
    """Give a user another login service. Neither service nor user are checked."""
    call.need_right()
    user_id = call.user_param()
    try:
        body = bodies.record(call.body, {"auth_service": "text", "auth_data": "text"})
    except bodies.BadBody as error:
        raise bad_body("user") from error
    service, data = body.get("auth_service", ""), body.get("auth_data", "")
    if not (service and data):
        raise AUTH_INCOMPLETE()
    with suppress(ApiError):
        call.state.users.get(user_id)  # the user as it is now gets into the cache, and stays there
    if len(data) > AUTH_DATA_MAX or len(service) > AUTH_SERVICE_MAX:
        raise AUTH_SAVE_FAILED()
    if not call.state.users.set_auth(user_id, service, data):
        raise AUTH_DATA_EXISTS()
    call.audit(f"updated user {user_id} auth to service={service}")
    return reply({"auth_service": service, "auth_data": data})
