# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: session_lockdown
short_description: Add a run to the record of a lockdown
version_added: 0.2.0
author:
  - The mmops.mattermost contributors (@mmops)
description:
  - Puts together what the steps of the role P(mmops.mattermost.session_lockdown#role) did and could not do.
positional: _input, run, steps
options:
  _input:
    description: The record so far.
    type: dict
    required: true
  run:
    description: What is known of the run apart from its steps.
    type: dict
    required: true
  steps:
    description: The results of the tasks C(tokens), C(before), C(passwords), C(deactivation), C(reading), C(sessions)
      and C(mails).
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Show the record of a run that did nothing
  ansible.builtin.debug:
    msg: "{{ record | mmops.mattermost.session_lockdown({}, steps) }}"
  vars:
    record: {incident: INC-4711, passwords_set: [], emails_sent: [], runs: []}
    steps: {tokens: {}, before: {}, passwords: {}, deactivation: {}, reading: {}, sessions: {}, mails: {}}
"""

RETURN = r"""
_value:
  description: The record.
  type: dict
"""

from ansible_collections.mmops.mattermost.plugins.plugin_utils._inert import inert
from ansible_collections.mmops.mattermost.plugins.plugin_utils._lockdown_record import recorded


def session_lockdown(record, run, steps):
    """The record with another run."""
    return inert(recorded(record, run, steps))


class FilterModule:
    """The filter."""

    def filters(self):
        return {"session_lockdown": session_lockdown}
