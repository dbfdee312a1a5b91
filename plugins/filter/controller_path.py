# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: controller_path
short_description: Make a whole path of one that starts where the play is started
version_added: 0.2.0
author:
  - The mmops.mattermost contributors (@mmops)
description:
  - A relative path of a task starts at the folder of the playbook, which is the installed collection for the playbooks of a
    collection. The roles of this collection use this filter, so that their paths start where the play is started.
positional: _input
options:
  _input:
    description: A path on the controller. An empty text stays empty.
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Show where a report is
  ansible.builtin.debug:
    msg: "{{ 'reports/users.csv' | mmops.mattermost.controller_path }}"
"""

RETURN = r"""
_value:
  description: The whole path.
  type: str
"""

from ansible_collections.mmops.mattermost.plugins.plugin_utils._controller_paths import full_path


class FilterModule:
    """The filter."""

    def filters(self):
        return {"controller_path": full_path}
