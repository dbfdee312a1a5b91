# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: excerpt
short_description: Shorten a report for the screen
version_added: 0.2.0
author:
  - The mmops.mattermost contributors (@mmops)
description:
  - Leaves out what is empty, and shows the first twenty elements of a list or map and how many more there are.
positional: _input
options:
  _input:
    description: A list or a map.
    type: raw
    required: true
"""

EXAMPLES = r"""
- name: Show whom a task changed
  ansible.builtin.debug:
    msg: "{{ ['ada', 'bo'] | mmops.mattermost.excerpt }}"
"""

RETURN = r"""
_value:
  description: The same, no longer than a person reads.
  type: raw
"""

from ansible_collections.mmops.mattermost.plugins.plugin_utils._inert import inert
from ansible_collections.mmops.mattermost.plugins.plugin_utils._screen import excerpt as shorten


def excerpt(value):
    """What of a value goes to the screen."""
    return inert(shorten(value))


class FilterModule:
    """The filter."""

    def filters(self):
        return {"excerpt": excerpt}
