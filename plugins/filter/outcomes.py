# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: outcomes
short_description: Tell what loops did and could not do
version_added: 0.2.0
author:
  - The mmops.mattermost contributors (@mmops)
description:
  - Sums up the results of tasks with a loop over users, which go on when one of them fails.
positional: _input
options:
  _input:
    description: The registered results of the tasks.
    type: list
    elements: dict
    required: true
"""

EXAMPLES = r"""
- name: Show who could not be changed
  ansible.builtin.debug:
    msg: "{{ ([{'results': []}] | mmops.mattermost.outcomes).failures }}"
"""

RETURN = r"""
_value:
  description: C(changed) are the items that were changed, C(failures) sentences about those that were not.
  type: dict
"""

from ansible_collections.mmops.mattermost.plugins.plugin_utils._inert import inert
from ansible_collections.mmops.mattermost.plugins.plugin_utils._outcomes import changed, user_failures


def outcomes(steps):
    """What was changed, and what failed."""
    return inert(
        {
            "changed": [result["item"] for step in steps for result in changed(step)],
            "failures": [sentence for step in steps for sentence in user_failures(step)],
        }
    )


class FilterModule:
    """The filter."""

    def filters(self):
        return {"outcomes": outcomes}
