# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Spans of time as options write them: ``90d``, ``12h``, ``1w``."""

from __future__ import annotations

import re

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput

#: More than any span needs, and less than what leaves the calendar.
_DIGITS = 6

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


def seconds(option: str, text: str) -> int:
    """The seconds that a span means. Raises ``InvalidInput`` that names the option."""
    match = re.match(r"([0-9]+)([smhdw])\Z", text.strip().lower())
    if not match:
        raise InvalidInput(
            f"{option}: {text!r} is not a valid duration", "Give a number and a unit s, m, h, d or w, like 12h or 30d"
        )
    if len(match.group(1).lstrip("0")) > _DIGITS:
        raise InvalidInput(f"{option}: {text[:20]!r} is out of range", f"Give a number of at most {_DIGITS} digits")
    return int(match.group(1)) * _SECONDS[match.group(2)]
