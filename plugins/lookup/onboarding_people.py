# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: onboarding_people
short_description: Read a file with users to onboard
version_added: 0.2.0
author:
  - The mmops.mattermost contributors (@mmops)
description:
  - Reads a file on the controller, in a form that O(mmops.mattermost.mm_user_onboarding#module:src) takes, and checks all of
    it. Errors name the line and column. The role P(mmops.mattermost.user_onboarding#role) uses it.
options:
  _terms:
    description: Path of the file.
    type: list
    elements: path
    required: true
  columns:
    description: As O(mmops.mattermost.mm_user_onboarding#module:columns).
    type: dict
    default: {}
  delimiter:
    description: As O(mmops.mattermost.mm_user_onboarding#module:delimiter). An empty one stands for the one that fits.
    type: str
    default: ""
  defaults:
    description: As O(mmops.mattermost.mm_user_onboarding#module:defaults).
    type: dict
    default: {}
"""

EXAMPLES = r"""
- name: Show who is to be onboarded
  ansible.builtin.debug:
    msg: "{{ query('mmops.mattermost.onboarding_people', 'files/people.csv') | map(attribute='username') }}"
"""

RETURN = r"""
_raw:
  description: The users, in the order of the file, each with its options and those of all users.
  type: list
  elements: dict
"""

from ansible.errors import AnsibleError
from ansible.plugins.lookup import LookupBase

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import MattermostError
from ansible_collections.mmops.mattermost.plugins.plugin_utils._onboarding import people_in_file, src_of


class LookupModule(LookupBase):
    """The lookup."""

    def run(self, terms, variables=None, **kwargs):
        self.set_options(var_options=variables, direct=kwargs)
        options = {name: self.get_option(name) for name in ("columns", "delimiter", "defaults")}
        try:
            return [person for path in terms for person in people_in_file(src_of({**options, "src": path}))]
        except MattermostError as error:
            raise AnsibleError(f"onboarding_people: {error}") from None
