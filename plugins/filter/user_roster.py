# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: user_roster
short_description: Say what a run of a roster did
version_added: 0.2.0
author:
  - The mmops.mattermost contributors (@mmops)
description:
  - Makes the report, the table and the lines for the screen of a result of M(mmops.mattermost.mm_users). The role
    P(mmops.mattermost.user_roster#role) uses it.
positional: _input, time, check_mode, report
options:
  _input:
    description: The result.
    type: dict
    required: true
  time:
    description: The time of the run.
    type: str
    required: true
  check_mode:
    description: Whether it was a run in check mode.
    type: bool
    required: true
  report:
    description: Path of the report file, or an empty text.
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Show the totals of a roster
  ansible.builtin.debug:
    msg: "{{ (result | mmops.mattermost.user_roster('now', false, '')).screen }}"
  vars:
    result:
      counts: {total: 2, created: 1, unchanged: 1}
"""

RETURN = r"""
_value:
  description:
    - C(status) is the report, C(table) the same as CSV, C(screen) are lines with totals, and C(reasons) says why users failed,
      if any did.
  type: dict
"""

from ansible_collections.mmops.mattermost.plugins.plugin_utils._inert import inert
from ansible_collections.mmops.mattermost.plugins.plugin_utils._roster_status import summary


def user_roster(result, time, check_mode, report):
    """What the role says about a result."""
    return inert(summary(result, time, check_mode, report))


class FilterModule:
    """The filter."""

    def filters(self):
        return {"user_roster": user_roster}
