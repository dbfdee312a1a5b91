# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Audits: what a user did."""

from __future__ import annotations

from collections import defaultdict

from .basics import new_id, now
from .call import Call, Response, reply
from .router import operation


class Audits:
    """Entries by user, oldest first."""

    def __init__(self):
        self._entries: dict[str, list[dict]] = defaultdict(list)

    def add(self, user_id: str, action: str, extra: str, address: str, session_id: str) -> None:
        """Note something; what nobody did is not kept."""
        if user_id:
            self._entries[user_id].append(
                {
                    "id": new_id(),
                    "create_at": now(),
                    "user_id": user_id,
                    "action": action,
                    "extra_info": extra,
                    "ip_address": address,
                    "session_id": session_id,
                }
            )

    def of(self, user_id: str) -> list[dict]:
        """Entries of a user, newest first."""
        return self._entries.get(user_id, [])[::-1]

    def forget_user(self, user_id: str) -> None:
        """The user is deleted for good."""
        self._entries.pop(user_id, None)


@operation("get_user_audits", "GET", "/users/{user_id}/audits")
def get_user_audits(call: Call) -> Response:
    """A page of the entries; null, not an empty list, if there are none."""
    user_id = call.user_param()
    call.need_right_over(user_id)
    return reply(call.page_of(call.state.audits.of(user_id)) or None)
