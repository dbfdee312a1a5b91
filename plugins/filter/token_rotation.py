# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: token_rotation
short_description: Report on a rotation of tokens
version_added: 0.2.0
author:
  - The mmops.mattermost contributors (@mmops)
description:
  - Tells for each token what was done about it, and when it is due next.
positional: _input, later, failures
options:
  _input:
    description: The results of the loop of M(mmops.mattermost.mm_user_token) that said what to do about each token.
    type: list
    elements: dict
    required: true
  later:
    description: The results of the same loop after the rotation. Those that were skipped do not count.
    type: list
    elements: dict
    required: true
  failures:
    description: Sentences on what failed, by the name of the token, see P(mmops.mattermost.token_label#filter).
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Show that there is nothing to report
  ansible.builtin.debug:
    msg: "{{ [] | mmops.mattermost.token_rotation([], {}) }}"
"""

RETURN = r"""
_value:
  description: An C(account), C(operations), C(failure), C(token) and C(schedule) for each token.
  type: list
  elements: dict
"""

from ansible_collections.mmops.mattermost.plugins.plugin_utils._inert import inert
from ansible_collections.mmops.mattermost.plugins.plugin_utils._role_problems import token_label


def token_rotation(due, later, failures):
    """A line of the report for each token."""
    return inert([_line(before, after, failures) for before, after in zip(due, later)])


def _line(before, after, failures):
    account = token_label(before["item"])
    # After a failure nobody knows without another look.
    now = {} if account in failures else before if after.get("skipped") else after
    return {
        "account": account,
        # What this run does about it, and in check mode would do.
        "operations": before["operations"],
        "failure": failures.get(account, ""),
        "token": now.get("token", {}),
        "schedule": now.get("schedule", {}),
    }


class FilterModule:
    """The filter."""

    def filters(self):
        return {"token_rotation": token_rotation}
