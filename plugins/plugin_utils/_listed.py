# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists as users give them: from the command line, a list comes as a text with commas, as options of modules take it."""

from __future__ import annotations


def listed(values) -> list:
    """The values of a list, or the parts of a text without the blanks around them. A number counts as a text."""
    if isinstance(values, (list, tuple)):
        return list(values)
    return [part.strip() for part in str(values).split(",") if part.strip()]


def usernames(values) -> list:
    """The names as the server has them, each of them once."""
    names = (str(value).strip().lower() for value in listed(values))
    return list(dict.fromkeys(name for name in names if name))
