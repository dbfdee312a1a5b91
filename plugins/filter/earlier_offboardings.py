# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: earlier_offboardings
short_description: Read the record of offboardings
version_added: 0.2.0
author:
  - The mmops.mattermost contributors (@mmops)
description:
  - Reads what earlier runs of the role P(mmops.mattermost.user_offboarding#role) wrote.
positional: _input
options:
  _input:
    description: Path of the record on the controller. It need not exist.
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Show how often the role has been run
  ansible.builtin.debug:
    msg: "{{ '/nowhere/record.json' | mmops.mattermost.earlier_offboardings | length }}"
"""

RETURN = r"""
_value:
  description: The runs.
  type: list
  elements: dict
"""

from ansible_collections.mmops.mattermost.plugins.plugin_utils._inert import inert
from ansible_collections.mmops.mattermost.plugins.plugin_utils._records import earlier_offboardings as read


def earlier_offboardings(path):
    """The runs so far. A file with anything else was refused before."""
    return inert(read(path))


class FilterModule:
    """The filter."""

    def filters(self):
        return {"earlier_offboardings": earlier_offboardings}
