# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: offboarding_record
short_description: Tell what an offboarding did
version_added: 0.2.0
author:
  - The mmops.mattermost contributors (@mmops)
description:
  - Puts together what the steps of the role P(mmops.mattermost.user_offboarding#role) did and could not do.
positional: _input, users, steps
options:
  _input:
    description: What is known of the run apart from its steps, C(asked_for) included.
    type: dict
    required: true
  users:
    description: The users who leave, as RV(mmops.mattermost.mm_user_info#module:users).
    type: list
    elements: dict
    required: true
  steps:
    description: The results of the tasks C(tokens_disabled), C(tokens_revoked), C(sessions), C(roles), C(mfa), C(bots),
      C(deactivation) and C(deletion), and of C(bot_tokens), which reads the tokens of the bots. An empty map for one not taken.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Show the record of a run in which nobody left
  ansible.builtin.debug:
    msg: "{{ {'asked_for': {'bots_to': ''}} | mmops.mattermost.offboarding_record([], {}) }}"
"""

RETURN = r"""
_value:
  description: The record of the run.
  type: dict
"""

from ansible_collections.mmops.mattermost.plugins.plugin_utils._inert import inert
from ansible_collections.mmops.mattermost.plugins.plugin_utils._offboarding import recorded


def offboarding_record(run, users, steps):
    """The record of a run."""
    return inert(recorded(run, users, steps))


class FilterModule:
    """The filter."""

    def filters(self):
        return {"offboarding_record": offboarding_record}
