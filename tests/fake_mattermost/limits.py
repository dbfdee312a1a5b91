# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many active users a server without a licence may have."""

from __future__ import annotations

from .call import Call, Response, reply
from .permissions import MANAGE_SYSTEM
from .router import operation


@operation("get_server_limits", "GET", "/limits/server", since="has_server_limits")
def get_server_limits(call: Call) -> Response:
    """The limits, and how far they are reached. With a licence there are none (0)."""
    state, release = call.state, call.state.release
    if not release.limits_are_zeros_for_users:
        call.need(MANAGE_SYSTEM)
    tells, limited = call.may(MANAGE_SYSTEM), not state.licensed
    answer = {
        "maxUsersLimit": release.active_users_warning if tells and limited else 0,
        "maxUsersHardLimit": release.active_users_limit if tells and limited else 0,
        "activeUserCount": state.users.count_active() if tells else 0,
    }
    if release.limits_have_posts:
        answer |= {"postHistoryLimit": 0, "lastAccessiblePostTime": 0}
    return reply(answer)
