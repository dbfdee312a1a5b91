# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: listed
short_description: Make a list of what may be a list or a text with commas
version_added: 0.2.0
author:
  - The mmops.mattermost contributors (@mmops)
description:
  - From the command line, a list comes as a text, like V(ada,bo). Roles of this collection take both.
positional: _input
options:
  _input:
    description: A list, or a text with commas between its parts.
    type: raw
    required: true
"""

EXAMPLES = r"""
- name: Show each name
  ansible.builtin.debug:
    msg: "{{ 'ada, bo' | mmops.mattermost.listed }}"
"""

RETURN = r"""
_value:
  description: The list. The parts of a text are without the blanks around them.
  type: list
"""

from ansible_collections.mmops.mattermost.plugins.plugin_utils._listed import listed


class FilterModule:
    """The filter."""

    def filters(self):
        return {"listed": listed}
