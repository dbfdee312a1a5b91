# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of a task that failed, no longer than a person reads.

Ansible prints all of it, and a roster has thousands of users.
"""

from __future__ import annotations

#: Elements of a list that are shown.
MOST = 20

#: The option that asks for all of them.
OPTION = "full_result"

OPTION_SPEC: dict = {OPTION: {"type": "bool", "default": False}}


def shorten(result: dict) -> None:
    """Keep the first elements of each long list of a failed result. ``omitted`` counts the others.

    Of those who failed, one for each reason comes first.
    """
    omitted = {key: len(value) - MOST for key, value in result.items() if isinstance(value, list) and len(value) > MOST}
    for key in omitted:
        value = _one_for_each_reason(result[key]) if key == "failures" else result[key]
        result[key] = value[:MOST]
    if omitted:
        result["omitted"] = omitted


def _one_for_each_reason(failures: list) -> list:
    reasons = [failure["msg"].replace(failure["username"] or "", "") for failure in failures]
    first = {reason: position for position, reason in reversed(list(enumerate(reasons)))}
    return [failures[position] for position in sorted(range(len(failures)), key=lambda at: first[reasons[at]] != at)]
