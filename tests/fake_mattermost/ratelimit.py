# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Limit on the rate of requests, as the server has it by default.

All requests of one address count together. 100 may come at once, on top of one that is
always free; after that 10 a second.
"""

from __future__ import annotations

import math
import time

PER_SECOND = 10
BURST = 100
LIMIT = BURST + 1


class RateLimit:
    """Counts the requests of each address.

    The count is kept as the time at which all of them will be forgotten: each request moves
    it by the time that one request takes at the allowed rate.
    """

    def __init__(self):
        self._forgotten_at: dict[str, float] = {}

    def ask(self, address: str) -> tuple[bool, dict[str, str]]:
        """Count a request: (whether it is allowed, headers for the answer)."""
        clock = time.monotonic()
        until = max(self._forgotten_at.get(address, 0.0), clock) + 1 / PER_SECOND
        wait = until - clock - LIMIT / PER_SECOND
        if wait <= 0:
            self._forgotten_at[address] = until
        else:
            until -= 1 / PER_SECOND
        left = max(0, math.floor((LIMIT / PER_SECOND - (until - clock)) * PER_SECOND + 1e-9))
        headers = {
            "X-Ratelimit-Limit": str(LIMIT),
            "X-Ratelimit-Remaining": str(left),
            "X-Ratelimit-Reset": str(math.ceil(until - clock)),
        }
        if wait > 0:
            headers["Retry-After"] = str(math.ceil(wait))
        return wait <= 0, headers
