# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: other_administrators
short_description: Tell which system administrators are left
version_added: 0.2.0
author:
  - The mmops.mattermost contributors (@mmops)
description:
  - Lists the people who can still administer the system when some accounts are gone. A server that has none left can only be
    repaired at its command line.
  - Bots and deactivated accounts do not count.
positional: _input, leaving
options:
  _input:
    description: The users, as RV(mmops.mattermost.mm_user_info#module:users). All active administrators must be among them.
    type: list
    elements: dict
    required: true
  leaving:
    description:
      - The accounts that are to be deactivated, deleted, or to lose the role.
      - Each is a user as in the input, or a user name or an id.
    type: list
    elements: raw
    default: []
"""

EXAMPLES = r"""
- name: Read the administrators
  mmops.mattermost.mm_user_info:
    role: system_admin
  register: administrators

- name: Stop if nobody else could administer the system
  ansible.builtin.assert:
    that: administrators.users | mmops.mattermost.other_administrators([leaver]) | length > 0
    fail_msg: "{{ leaver }} is the last administrator. Make somebody else one first."
  vars:
    leaver: zoe
"""

RETURN = r"""
_value:
  description: The administrators who are left, as in the input.
  type: list
  elements: dict
"""

from ansible.errors import AnsibleFilterError

from ansible_collections.mmops.mattermost.plugins.module_utils._services import account
from ansible_collections.mmops.mattermost.plugins.plugin_utils._inert import inert
from ansible_collections.mmops.mattermost.plugins.plugin_utils._listed import listed


def other_administrators(users, leaving=()):
    """The administrators who are left."""
    if not isinstance(users, (list, tuple)) or not all(isinstance(user, dict) and "roles" in user for user in users):
        raise AnsibleFilterError(
            "other_administrators: the input must be a list of users, as mmops.mattermost.mm_user_info returns them"
        )
    gone = []
    for one in [leaving] if isinstance(leaving, dict) else listed(leaving):
        if isinstance(one, dict) and "id" in one:
            gone.append(one)
        elif isinstance(one, dict):
            raise AnsibleFilterError("other_administrators: leaving must list users, user names or ids")
        else:
            gone += [user for user in users if one in (user["username"], user["id"])]
    return inert(account.other_administrators(users, gone))


class FilterModule:
    """The filter."""

    def filters(self):
        return {"other_administrators": other_administrators}
