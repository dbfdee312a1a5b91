# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of the tokens of a user before the plan is made."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from ansible_collections.mmops.mattermost.plugins.module_utils._services.hand_over import Note
from ansible_collections.mmops.mattermost.plugins.module_utils._services.token_options import DONE


@dataclass
class Seen:
    """What is known of the server before the plan is made.

    ``user`` owns the ``tokens``; it is ``None`` if there is none, or if ``token_id`` alone is declared. ``now`` is in UTC.
    ``local``: over the local socket. ``knows_expiry`` is ``False`` for a server whose tokens never expire, ``None`` if
    that is not known. ``note`` tells what an earlier run created and did not hand over.
    ``caller_id`` is known where the caller may be using a token that is to be cut off, and ``in_use`` holds then the sessions
    of the caller by id, with the id of the token that each stands for, or ``None``.
    """

    user: dict | None
    tokens: list
    now: datetime
    local: bool = False
    knows_expiry: bool | None = None
    note: Note | None = None
    caller_id: str | None = None
    in_use: dict = field(default_factory=dict)

    @property
    def today(self) -> date:
        return self.now.date()

    def expired(self, token: dict) -> bool:
        """Whether its time is over. A time of 0, or none, means never."""
        return 0 < (token.get("expires_at") or 0) <= self.now.timestamp() * 1000

    def lost(self, hand_over: str) -> frozenset:
        """The ids of the tokens that an earlier run created and did not hand over."""
        note = self.note
        if note is None or note.taken or not note.description or hand_over == DONE:
            return frozenset()
        return frozenset(
            token["id"] for token in self.tokens if token["description"] == note.description and token["id"] not in note.known
        )
