# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: onboarding_plan
short_description: Say what each of the users to onboard is to get
version_added: 0.2.0
author:
  - The mmops.mattermost contributors (@mmops)
description:
  - Tells from the accounts that there are who is new, and who gets which secrets.
    The role P(mmops.mattermost.user_onboarding#role) uses it.
positional: _input, found, passwords, expires_after
options:
  _input:
    description: What P(mmops.mattermost.onboarding_people#filter) returned.
    type: list
    elements: dict
    required: true
  found:
    description: Those of the accounts that there are, as the API returns them.
    type: list
    elements: dict
    required: true
  passwords:
    description: V(generate) or V(email).
    type: str
    required: true
  expires_after:
    description: When new tokens expire.
    type: str
    default: ""
"""

EXAMPLES = r"""
- name: Show who gets what
  ansible.builtin.debug:
    msg: "{{ [{'username': 'zoe'}] | mmops.mattermost.onboarding_people({}) | mmops.mattermost.onboarding_plan([], 'email') }}"
"""

RETURN = r"""
_value:
  description: A map for each user, among others with the C(entry) of a roster for the account.
  type: list
  elements: dict
"""

from ansible_collections.mmops.mattermost.plugins.plugin_utils._onboarding import onboarding_plan


class FilterModule:
    """The filter."""

    def filters(self):
        return {"onboarding_plan": onboarding_plan}
