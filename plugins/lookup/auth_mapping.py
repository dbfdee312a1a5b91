# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: auth_mapping
short_description: Read a file that maps users to login services
version_added: 0.1.0
author:
  - The mmops.mattermost contributors (@mmops)
description:
  - Reads a CSV, YAML or JSON file on the controller and checks all of it. Errors name the line and column.
  - Columns or keys are C(username) and C(auth_service) (V(email), V(ldap), V(saml), V(gitlab), V(google), V(office365) or
    V(openid)), C(auth_data) (the identity in the service; not with V(email)), and optionally C(current_service) (what the
    account is expected to have) and C(current_auth_data) (the identity in that, for the way back).
options:
  _terms:
    description: Path of the file. A relative one is looked for like the files of tasks.
    type: list
    elements: path
    required: true
  columns:
    description: Renames columns or keys, like C(Login) to V(username). An empty value leaves a column out.
    type: dict
    default: {}
"""

EXAMPLES = r"""
- name: Show who should log in with what
  ansible.builtin.debug:
    msg: "{{ lookup('mmops.mattermost.auth_mapping', 'files/people.csv') }}"
"""

RETURN = r"""
_raw:
  description:
    - The rows of the file, in its order. Values that a row does not have are V(null). C(where) is the place in the file.
  type: list
  elements: list
"""

from ansible.errors import AnsibleError
from ansible.plugins.lookup import LookupBase

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import MattermostError
from ansible_collections.mmops.mattermost.plugins.plugin_utils._auth_mapping import read_mapping
from ansible_collections.mmops.mattermost.plugins.plugin_utils._inert import inert


class LookupModule(LookupBase):
    """The lookup."""

    def run(self, terms, variables=None, **kwargs):
        self.set_options(var_options=variables, direct=kwargs)
        tables = []
        for term in terms:
            path = self.find_file_in_search_path(variables, "files", term, ignore_missing=True) or term
            try:
                tables.append(inert(read_mapping(path, self.get_option("columns"))))
            except MattermostError as error:
                raise AnsibleError(f"auth_mapping: {error}") from None
        return tables
