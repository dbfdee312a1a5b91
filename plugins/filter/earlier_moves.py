# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: earlier_moves
short_description: Read who moved between login services
version_added: 0.2.0
author:
  - The mmops.mattermost contributors (@mmops)
description:
  - Reads the file that earlier runs of the role P(mmops.mattermost.auth_migration#role) wrote, which brings users back.
positional: _input, but
options:
  _input:
    description: Path of the file on the controller. It need not exist.
    type: str
    required: true
  but:
    description: Users whose rows are left out, as they get others.
    type: list
    elements: dict
    default: []
"""

EXAMPLES = r"""
- name: Show who has moved
  ansible.builtin.debug:
    msg: "{{ '/nowhere/rollback.json' | mmops.mattermost.earlier_moves }}"
"""

RETURN = r"""
_value:
  description: The rows.
  type: list
  elements: dict
"""

from ansible_collections.mmops.mattermost.plugins.plugin_utils._inert import inert
from ansible_collections.mmops.mattermost.plugins.plugin_utils._records import earlier_rows as read


def earlier_moves(path, but=()):
    """The rows so far. A file with anything else was refused before."""
    renewed = {user["username"] for user in but}
    return inert([row for row in read(path) if row["username"] not in renewed])


class FilterModule:
    """The filter."""

    def filters(self):
        return {"earlier_moves": earlier_moves}
