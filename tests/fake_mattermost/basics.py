# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ids and timestamps as the server makes them."""

from __future__ import annotations

import os
import re
import time

_ALPHABET = "abcdefghijkmnopqrstuwxyz13456789"  # 32 signs
_ID = re.compile(r"[A-Za-z0-9]{26}\Z")


def new_id(length: int = 26) -> str:
    """A fresh id or token."""
    return "".join([_ALPHABET[byte % 32] for byte in os.urandom(length)])


def is_id(value: str) -> bool:
    """Whether the text has the form of an id."""
    return _ID.match(value) is not None


def now() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def parse_bool(text: str) -> bool:
    """A flag of a query: these words are true, all others false."""
    return text in ("1", "t", "T", "true", "TRUE", "True")
