# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: roster_entries
short_description: Say the same of several users
version_added: 0.2.0
author:
  - The mmops.mattermost contributors (@mmops)
description:
  - Makes entries for O(mmops.mattermost.mm_users#module:users) that all have the same options.
positional: _input
options:
  _input:
    description: Users with an C(id) or a C(user_id).
    type: list
    elements: dict
    required: true
  state:
    description: State of the accounts, see O(mmops.mattermost.mm_users#module:users).
    type: str
    required: true
  props:
    description: Properties of the accounts, see O(mmops.mattermost.mm_users#module:users).
    type: dict
"""

EXAMPLES = r"""
- name: Deactivate the users that were read
  mmops.mattermost.mm_users:
    users: "{{ read.users | mmops.mattermost.roster_entries(state='inactive') }}"
"""

RETURN = r"""
_value:
  description: The entries.
  type: list
  elements: dict
"""

from ansible_collections.mmops.mattermost.plugins.plugin_utils._inert import inert


def roster_entries(users, state, props=None):
    """An entry for each user."""
    options = {"state": state} if props is None else {"state": state, "props": props}
    return inert([{"user_id": user["id"] if "id" in user else user["user_id"], **options} for user in users])


class FilterModule:
    """The filter."""

    def filters(self):
        return {"roster_entries": roster_entries}
