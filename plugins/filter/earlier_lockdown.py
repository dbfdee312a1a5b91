# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: earlier_lockdown
short_description: Read the record of a lockdown
version_added: 0.2.0
author:
  - The mmops.mattermost contributors (@mmops)
description:
  - Reads the record that earlier runs of the role P(mmops.mattermost.session_lockdown#role) have written, or begins one.
positional: _input, incident
options:
  _input:
    description: Path of the record on the controller.
    type: str
    required: true
  incident:
    description: Name of the incident.
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Show how often a role has been run for an incident
  ansible.builtin.debug:
    msg: "{{ ('/nowhere/record.json' | mmops.mattermost.earlier_lockdown('INC-4711')).runs | length }}"
"""

RETURN = r"""
_value:
  description: The record.
  type: dict
"""

from ansible_collections.mmops.mattermost.plugins.plugin_utils._inert import inert
from ansible_collections.mmops.mattermost.plugins.plugin_utils._records import earlier_lockdown as read


def earlier_lockdown(path, incident):
    """The record, or an empty one. A file with anything else was refused before."""
    return inert(read(path, incident))


class FilterModule:
    """The filter."""

    def filters(self):
        return {"earlier_lockdown": earlier_lockdown}
