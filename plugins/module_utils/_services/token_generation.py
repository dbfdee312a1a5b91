# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Generations of tokens.

The server keeps no time of creation of a token, so a rotation writes the day into the description, as a generation:
``deploy [generation 2026-11-23]``. All generations of a description are one family.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta

_GENERATION = re.compile(r"(.*) \[generation (\d{4}-\d{2}-\d{2})\]\Z", re.DOTALL)


def with_generation(description: str, day: date) -> str:
    """The description of a generation."""
    return f"{description} [generation {day.isoformat()}]"


def generation(description: str) -> tuple[str, date | None]:
    """A description without its generation, and the day of it; ``None`` for the day if there is none."""
    match = _GENERATION.match(description)
    if match:
        try:
            return match.group(1), date.fromisoformat(match.group(2))
        except ValueError:
            pass  # looks like a day, but is not in the calendar
    return description, None


def belongs(token: dict, description: str | None) -> bool:
    """Whether a description names a token: literally, or as one of its generations."""
    return description in (token["description"], generation(token["description"])[0])


def by_description(tokens: Iterable[dict]) -> list:
    """Lists of tokens that share a description. More than one in a list clash."""
    groups: dict = {}
    for token in tokens:
        groups.setdefault(token["description"], []).append(token)
    return list(groups.values())


def day_of(twins: list[dict]) -> date | None:
    return generation(twins[0]["description"])[1]


def later(day: date | None, days: int) -> str | None:
    """The day that is so many days later, as a text. ``None`` where the calendar ends."""
    try:
        return (day + timedelta(days=days)).isoformat() if day else None
    except OverflowError:
        return None
