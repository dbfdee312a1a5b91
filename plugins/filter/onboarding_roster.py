# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: onboarding_roster
short_description: Make the roster of users to onboard
version_added: 0.2.0
author:
  - The mmops.mattermost contributors (@mmops)
description:
  - Makes the entries of O(mmops.mattermost.mm_users#module:users) for the accounts.
    The role P(mmops.mattermost.user_onboarding#role) uses it.
positional: _input, passwords
options:
  _input:
    description: What P(mmops.mattermost.onboarding_plan#filter) returned.
    type: list
    elements: dict
    required: true
  passwords:
    description: Passwords that were chosen, by user name.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Show the roster
  ansible.builtin.debug:
    msg: "{{ [] | mmops.mattermost.onboarding_roster({}) }}"
"""

RETURN = r"""
_value:
  description: The entries.
  type: list
  elements: dict
"""

from ansible_collections.mmops.mattermost.plugins.plugin_utils._onboarding import onboarding_roster


class FilterModule:
    """The filter."""

    def filters(self):
        return {"onboarding_roster": onboarding_roster}
