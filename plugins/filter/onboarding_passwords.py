# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: onboarding_passwords
short_description: Choose passwords for users to onboard
version_added: 0.2.0
author:
  - The mmops.mattermost contributors (@mmops)
description:
  - Chooses a random password for each user that gets one.
    The role P(mmops.mattermost.user_onboarding#role) uses it.
positional: _input
options:
  _input:
    description: What P(mmops.mattermost.onboarding_plan#filter) returned.
    type: list
    elements: dict
    required: true
"""

EXAMPLES = r"""
- name: Count those who get a password
  ansible.builtin.debug:
    msg: "{{ [] | mmops.mattermost.onboarding_passwords | length }}"
"""

RETURN = r"""
_value:
  description: The passwords by user name.
  type: dict
"""

from ansible_collections.mmops.mattermost.plugins.plugin_utils._onboarding import onboarding_passwords


class FilterModule:
    """The filter."""

    def filters(self):
        return {"onboarding_passwords": onboarding_passwords}
