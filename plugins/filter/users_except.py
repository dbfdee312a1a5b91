# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: users_except
short_description: Leave users out by their names
version_added: 0.2.0
author:
  - The mmops.mattermost contributors (@mmops)
description:
  - Leaves out the users whose name is one of the given ones, or matches one of them as a pattern. Upper and lower case
    are the same.
positional: _input, names
options:
  _input:
    description: Users, as RV(mmops.mattermost.mm_user_info#module:users).
    type: list
    elements: dict
    required: true
  names:
    description: Names and patterns, like V(ext-*), a list or a text with commas in between.
    type: raw
    required: true
"""

EXAMPLES = r"""
- name: Show all users but two
  ansible.builtin.debug:
    msg: "{{ [{'username': 'ada'}, {'username': 'bo'}] | mmops.mattermost.users_except('ada, ext-*') }}"
"""

RETURN = r"""
_value:
  description: The other users.
  type: list
  elements: dict
"""

from fnmatch import fnmatchcase

from ansible_collections.mmops.mattermost.plugins.plugin_utils._inert import inert
from ansible_collections.mmops.mattermost.plugins.plugin_utils._listed import listed


def users_except(users, names):
    """The users whose names match none of the names and patterns."""
    patterns = [str(name).strip().lower() for name in listed(names)]
    return inert([user for user in users if not any(fnmatchcase(user["username"], pattern) for pattern in patterns)])


class FilterModule:
    """The filter."""

    def filters(self):
        return {"users_except": users_except}
