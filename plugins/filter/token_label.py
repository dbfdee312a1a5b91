# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: token_label
short_description: Name a token in messages
version_added: 0.2.0
author:
  - The mmops.mattermost contributors (@mmops)
description:
  - Names a token by its owner and its description.
positional: _input
options:
  _input:
    description: A token as the role P(mmops.mattermost.token_rotation#role) takes it.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Show the name of a token
  ansible.builtin.debug:
    msg: "{{ {'username': 'ci', 'description': 'deployments'} | mmops.mattermost.token_label }}"
"""

RETURN = r"""
_value:
  description: The name, like V(ci:) and the description.
  type: str
"""

from ansible_collections.mmops.mattermost.plugins.plugin_utils._inert import inert
from ansible_collections.mmops.mattermost.plugins.plugin_utils._role_problems import token_label as label


def token_label(account):
    """The name of a token."""
    return inert(label(account))


class FilterModule:
    """The filter."""

    def filters(self):
        return {"token_label": token_label}
