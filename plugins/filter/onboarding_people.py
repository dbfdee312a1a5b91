# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: onboarding_people
short_description: Complete the users to onboard with the options that all of them have
version_added: 0.2.0
author:
  - The mmops.mattermost contributors (@mmops)
description:
  - Adds to each user the options that its entry does not have. The role P(mmops.mattermost.user_onboarding#role) uses it.
positional: _input, defaults
options:
  _input:
    description: The users, as O(mmops.mattermost.user_onboarding#role:main:user_onboarding_users).
    type: list
    elements: dict
    required: true
  defaults:
    description: Options of all users.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Show who is onboarded in which language
  ansible.builtin.debug:
    msg: "{{ [{'username': 'zoe'}] | mmops.mattermost.onboarding_people({'locale': 'de'}) }}"
"""

RETURN = r"""
_value:
  description:
    - The users. C(email), C(password), C(auth_service), C(bot), C(mfa) and C(tokens) are there always. The path of an C(image)
      is a whole one.
  type: list
  elements: dict
"""

from ansible_collections.mmops.mattermost.plugins.plugin_utils._onboarding import onboarding_people


class FilterModule:
    """The filter."""

    def filters(self):
        return {"onboarding_people": onboarding_people}
