# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people see of a report on the screen: what there is to say, and no list longer than they read."""

from __future__ import annotations

from ansible_collections.mmops.mattermost.plugins.module_utils._excerpt import MOST


def excerpt(value):
    """The value without what is empty, and with the first elements of long lists and maps."""
    if isinstance(value, dict):
        return _excerpt_of_map(value)
    if isinstance(value, (list, tuple)):
        shown = [excerpt(part) for part in value[:MOST]]
        return [*shown, _rest(value)] if len(value) > MOST else shown
    return value


def _excerpt_of_map(value: dict) -> dict:
    told = {key: part for key, part in value.items() if part not in (None, "", [], {})}
    shown = {key: excerpt(part) for key, part in list(told.items())[:MOST]}
    return {**shown, "...": _rest(told)} if len(told) > MOST else shown


def _rest(value) -> str:
    return f"and {len(value) - MOST} more"
