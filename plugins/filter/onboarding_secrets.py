# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: onboarding_secrets
short_description: Put the secrets of a user together for the hand-over
version_added: 0.2.0
author:
  - The mmops.mattermost contributors (@mmops)
description:
  - Makes of the results of tasks what the role P(mmops.mattermost.user_onboarding#role) hands over. It holds secrets, so set
    C(no_log) for the task.
positional: _input, password, mfa, tokens
options:
  _input:
    description: The account.
    type: dict
    required: true
  password:
    description: The password of a new account. Empty if there is none.
    type: str
    required: true
  mfa:
    description: The result of M(mmops.mattermost.mm_user_mfa). Empty if there is none.
    type: dict
    required: true
  tokens:
    description: The results of M(mmops.mattermost.mm_user_token), those of a loop over descriptions.
    type: list
    elements: dict
    required: true
"""

EXAMPLES = r"""
- name: Show what is handed over to somebody without secrets
  ansible.builtin.debug:
    msg: "{{ {'id': 'i', 'username': 'zoe', 'email': 'zoe@example.com'} | mmops.mattermost.onboarding_secrets('', {}, []) }}"
"""

RETURN = r"""
_value:
  description:
    - C(handed_over) is the map that tasks of the user get, C(files) are the files, each with C(name) and C(content).
  type: dict
"""

from ansible_collections.mmops.mattermost.plugins.plugin_utils._onboarding import onboarding_secrets


class FilterModule:
    """The filter."""

    def filters(self):
        return {"onboarding_secrets": onboarding_secrets}
