# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: token_clashes
short_description: Tell which tokens would share a file
version_added: 0.2.0
author:
  - The mmops.mattermost contributors (@mmops)
description:
  - The role P(mmops.mattermost.token_rotation#role) hands each token over in a file, whose name has the name of the owner. Two
    tokens of an account can be declared by its name and by its id.
positional: _input, owners
options:
  _input:
    description: The results of the loop of M(mmops.mattermost.mm_user_token) that said what to do about each token.
    type: list
    elements: dict
    required: true
  owners:
    description: The owners of the tokens, as RV(mmops.mattermost.mm_user_info#module:users).
    type: list
    elements: dict
    required: true
"""

EXAMPLES = r"""
- name: Show that no tokens share a file
  ansible.builtin.debug:
    msg: "{{ [] | mmops.mattermost.token_clashes([]) }}"
"""

RETURN = r"""
_value:
  description: A sentence for each file that several tokens would share.
  type: list
  elements: str
"""

from ansible_collections.mmops.mattermost.plugins.module_utils._services.token_file import clash_sentences
from ansible_collections.mmops.mattermost.plugins.plugin_utils._inert import inert


def token_clashes(due, owners):
    """Sentences about tokens that would share a file."""
    names = {user["id"]: user["username"] for user in owners}
    return inert(clash_sentences((names[result["token"]["user_id"]], result["item"]["description"]) for result in due))


class FilterModule:
    """The filter."""

    def filters(self):
        return {"token_clashes": token_clashes}
