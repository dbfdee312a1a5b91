# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: lines
short_description: Write some values of maps in lines
version_added: 0.2.0
author:
  - The mmops.mattermost contributors (@mmops)
description:
  - "Makes a text of each map of a list, like V(zoe: waiting)."
positional: _input, keys
options:
  _input:
    description: Maps.
    type: list
    elements: dict
    required: true
  keys:
    description: The keys whose values make the line.
    type: list
    elements: str
    required: true
"""

EXAMPLES = r"""
- name: Show the state of users
  ansible.builtin.debug:
    msg: "{{ [{'username': 'zoe', 'state': 'waiting'}] | mmops.mattermost.lines(['username', 'state']) }}"
"""

RETURN = r"""
_value:
  description: The texts.
  type: list
  elements: str
"""

from ansible_collections.mmops.mattermost.plugins.plugin_utils._inert import inert


def lines(maps, keys):
    """A text of each map."""
    return inert([": ".join(str(one[key]) for key in keys) for one in maps])


class FilterModule:
    """The filter."""

    def filters(self):
        return {"lines": lines}
