# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of time zones. The server takes any text for one."""

from __future__ import annotations

from collections.abc import Mapping

try:
    from zoneinfo import ZoneInfo
except ImportError:  # Python 3.8
    ZoneInfo = None  # type: ignore[assignment, misc]


def unknown_timezones(timezone: Mapping) -> list:
    """A warning for each name in the map of a user that is not a time zone, as far as this host knows them."""
    names = [timezone.get(key) for key in ("manualTimezone", "automaticTimezone")]
    if not any(names) or not _is_known("Europe/London"):  # it may know none
        return []
    return [f"timezone: {name!r} is not a time zone like Europe/Berlin" for name in names if name and not _is_known(name)]


def _is_known(name) -> bool:
    if ZoneInfo is None:
        return False
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError, TypeError):
        return False
    return True
