# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: onboarding_work
short_description: List what there is to do for users to onboard
version_added: 0.2.0
author:
  - The mmops.mattermost contributors (@mmops)
description:
  - Lists what the tasks of the role have to do for those for whom all went well so far.
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
- name: Show that there is nothing to do
  ansible.builtin.debug:
    msg: "{{ [] | mmops.mattermost.onboarding_work(done) }}"
  vars:
    done: {accounts: {}, tokens: {}, marks: {}, mfa: {}, links: {}, revoked: {}, failures: {}, handed: {}}
"""

RETURN = r"""
_value:
  description: Entries for the modules, by task.
  type: dict
"""

from ansible_collections.mmops.mattermost.plugins.plugin_utils._onboarding import onboarding_work


class FilterModule:
    """The filter."""

    def filters(self):
        return {"onboarding_work": onboarding_work}
