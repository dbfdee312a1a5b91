# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: only_keys
short_description: Keep some keys of maps
version_added: 0.2.0
author:
  - The mmops.mattermost contributors (@mmops)
description:
  - Leaves out all keys but the given ones of each map of a list.
positional: _input, keys
options:
  _input:
    description: Maps.
    type: list
    elements: dict
    required: true
  keys:
    description: The keys that stay.
    type: list
    elements: str
    required: true
"""

EXAMPLES = r"""
- name: Show the names of users
  ansible.builtin.debug:
    msg: "{{ [{'username': 'zoe', 'state': 'waiting'}] | mmops.mattermost.only_keys(['username']) }}"
"""

RETURN = r"""
_value:
  description: The maps.
  type: list
  elements: dict
"""

from ansible_collections.mmops.mattermost.plugins.plugin_utils._inert import inert


def only_keys(maps, keys):
    """The maps without their other keys."""
    return inert([{key: one[key] for key in keys} for one in maps])


class FilterModule:
    """The filter."""

    def filters(self):
        return {"only_keys": only_keys}
