# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: onboarding_status
short_description: Report on users to onboard
version_added: 0.2.0
author:
  - The mmops.mattermost contributors (@mmops)
description:
  - Puts the report together from the results of the tasks of the role.
    The role P(mmops.mattermost.user_onboarding#role) uses it.
positional: _input, done
options:
  _input:
    description: What P(mmops.mattermost.onboarding_plan#filter) returned.
    type: list
    elements: dict
    required: true
  done:
    description: The results of the tasks of the role.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Report that there is nobody
  ansible.builtin.debug:
    msg: "{{ [] | mmops.mattermost.onboarding_status(done) }}"
  vars:
    done: {accounts: {}, tokens: {}, marks: {}, mfa: {}, links: {}, revoked: {}, failures: {}, handed: {}}
"""

RETURN = r"""
_value:
  description: A map for each user, as the role documents it.
  type: list
  elements: dict
"""

from ansible_collections.mmops.mattermost.plugins.plugin_utils._onboarding import onboarding_status


class FilterModule:
    """The filter."""

    def filters(self):
        return {"onboarding_status": onboarding_status}
