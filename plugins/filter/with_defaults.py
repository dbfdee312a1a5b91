# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: with_defaults
short_description: Complete maps by default values
version_added: 0.2.0
author:
  - The mmops.mattermost contributors (@mmops)
description:
  - Gives each map of a list the keys that it lacks.
positional: _input, defaults
options:
  _input:
    description: Maps.
    type: list
    elements: dict
    required: true
  defaults:
    description: The values of keys that a map may lack.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Show how long two tokens are good for
  ansible.builtin.debug:
    msg: "{{ [{'description': 'ci'}, {'overlap': '1d'}] | mmops.mattermost.with_defaults({'overlap': '7d'}) }}"
"""

RETURN = r"""
_value:
  description: The complete maps.
  type: list
  elements: dict
"""

from ansible_collections.mmops.mattermost.plugins.plugin_utils._inert import inert


def with_defaults(maps, defaults):
    """The complete maps."""
    return inert([{**defaults, **one} for one in maps])


class FilterModule:
    """The filter."""

    def filters(self):
        return {"with_defaults": with_defaults}
