# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: auth_migration
short_description: Plan which accounts move to another login service
version_added: 0.1.0
author:
  - The mmops.mattermost contributors (@mmops)
description:
  - Compares the rows of a mapping file with the accounts of a server, and says who moves now, later and not at all, and which
    rows bring the accounts back. Nothing is sent anywhere.
  - The role P(mmops.mattermost.auth_migration#role) acts on it.
positional: _input, users
options:
  _input:
    description: The rows, as P(mmops.mattermost.auth_mapping#lookup) returns them.
    type: list
    elements: dict
    required: true
  users:
    description: The accounts that the rows name, as RV(mmops.mattermost.mm_user_info#module:users).
    type: list
    elements: dict
    required: true
  caller_id:
    description: Id of the caller, whose own account does not move.
    type: str
    default: ""
  canary:
    description:
      - How many accounts of the rows may have their new service at most, in the order of the rows, a percentage like V(10%) or
        a number. Those that have it already count.
    type: str
    default: 100%
  allow_own_account:
    description: Whether the caller's own account may move to a login service.
    type: bool
    default: false
  allow_no_rollback:
    description:
      - Whether accounts may leave a login service although neither the row has a C(current_auth_data), nor does the server show
        the identity.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Read the accounts of a mapping file
  mmops.mattermost.mm_user_info:
    usernames: "{{ mapping | map(attribute='username') }}"
  vars: &mapping
    mapping: "{{ lookup('mmops.mattermost.auth_mapping', 'files/people.csv') }}"
  register: read

- name: Show what is wrong with it
  ansible.builtin.debug:
    msg: "{{ (mapping | mmops.mattermost.auth_migration(read.users)).problems }}"
  vars: *mapping
"""

RETURN = r"""
_value:
  description:
    - C(problems) are sentences about rows that cannot be carried out. C(done) are names of accounts that have their service
      already. C(now) and C(later) are the rows of those that do not, within the C(canary) and beyond it.
    - C(rollback) are rows that bring the accounts of C(now) back.
  type: dict
"""

from ansible.errors import AnsibleFilterError

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import MattermostError
from ansible_collections.mmops.mattermost.plugins.plugin_utils._auth_mapping import plan_moves
from ansible_collections.mmops.mattermost.plugins.plugin_utils._inert import inert


def auth_migration(rows, users, caller_id="", canary="100%", allow_own_account=False, allow_no_rollback=False):
    """Who moves now, later and not at all."""
    try:
        return inert(plan_moves(rows, users, caller_id, canary, allow_own_account, allow_no_rollback))
    except MattermostError as error:
        raise AnsibleFilterError(f"auth_migration: {error}") from None


class FilterModule:
    """The filter."""

    def filters(self):
        return {"auth_migration": auth_migration}
