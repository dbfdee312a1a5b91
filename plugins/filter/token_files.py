# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: token_files
short_description: Say which file each new token is handed over in
version_added: 0.2.0
author:
  - The mmops.mattermost contributors (@mmops)
description:
  - Makes the names of files of tokens, and tells which tokens would share one. The roles
    P(mmops.mattermost.token_rotation#role) and P(mmops.mattermost.user_onboarding#role) use it.
positional: _input, descriptions
options:
  _input:
    description: The names of the owners.
    type: list
    elements: str
    required: true
  descriptions:
    description: The descriptions of the tokens, in the same order.
    type: list
    elements: str
    required: true
"""

EXAMPLES = r"""
- name: Show where a token is handed over
  ansible.builtin.debug:
    msg: "{{ ['zoe'] | mmops.mattermost.token_files(['laptop']) }}"
"""

RETURN = r"""
_value:
  description:
    - C(files) are the names of the files, in the order of the tokens. C(clashes) are sentences about tokens that would share
      one.
  type: dict
"""

from ansible_collections.mmops.mattermost.plugins.module_utils._services.token_file import clash_sentences, token_file
from ansible_collections.mmops.mattermost.plugins.plugin_utils._inert import inert


def token_files(usernames, descriptions):
    """The files, and which of them several tokens share."""
    tokens = list(zip(usernames, descriptions))
    return inert({"files": [token_file(*token) for token in tokens], "clashes": clash_sentences(tokens)})


class FilterModule:
    """The filter."""

    def filters(self):
        return {"token_files": token_files}
