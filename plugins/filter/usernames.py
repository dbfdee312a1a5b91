# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: usernames
short_description: Make a list of user names as the server has them
version_added: 0.2.0
author:
  - The mmops.mattermost contributors (@mmops)
description:
  - Takes a list, or a text with commas. Names are in lower case, without the blanks around them, each of them once.
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
    msg: "{{ 'Ada, bo, ada' | mmops.mattermost.usernames }}"
"""

RETURN = r"""
_value:
  description: The names.
  type: list
  elements: str
"""

from ansible_collections.mmops.mattermost.plugins.plugin_utils._inert import inert
from ansible_collections.mmops.mattermost.plugins.plugin_utils._listed import usernames as names


def usernames(values):
    """The names."""
    return inert(names(values))


class FilterModule:
    """The filter."""

    def filters(self):
        return {"usernames": usernames}
