# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: as_roster
short_description: Make a roster of the users of a server
version_added: 0.2.0
author:
  - The mmops.mattermost contributors (@mmops)
description:
  - Makes a roster of users as M(mmops.mattermost.mm_user_info) returns them. M(mmops.mattermost.mm_users) takes it back, and
    changes nothing as long as the server stays as it is.
  - It holds what an organisation manages of its people. Settings that people make for themselves are not in it, such as
    notifications.
positional: _input
options:
  _input:
    description: The users, as RV(mmops.mattermost.mm_user_info#module:users).
    type: list
    elements: dict
    required: true
  format:
    description:
      - V(csv), V(json) and V(yaml) make the text of a file. V(list) makes entries for
        O(mmops.mattermost.mm_users#module:users).
      - In CSV, an apostrophe stands before what a spreadsheet would take for a formula. It is left out when the file is read.
    type: str
    choices: [list, csv, json, yaml]
    default: list
  bots:
    description:
      - Whether bots are in the roster. It does not say which accounts are bots, so leave them out for use on another server.
    type: bool
    default: true
"""

EXAMPLES = r"""
- name: Read all users
  mmops.mattermost.mm_user_info:
  register: server

- name: Write the people among them to a file
  ansible.builtin.copy:
    content: "{{ server.users | mmops.mattermost.as_roster(format='csv', bots=false) }}"
    dest: people.csv
    mode: "0600"
"""

RETURN = r"""
_value:
  description: The roster, as text or as a list.
  type: raw
"""

from collections.abc import Callable

import yaml
from ansible.errors import AnsibleFilterError
from ansible.module_utils.parsing.convert_bool import boolean

from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_api import as_csv, as_json, entries_of
from ansible_collections.mmops.mattermost.plugins.plugin_utils._inert import inert


def _as_yaml(entries: list) -> str:
    return yaml.safe_dump(entries, allow_unicode=True, sort_keys=False, default_flow_style=False, width=1000)


_FORMATS: dict[str, Callable] = {"list": list, "csv": as_csv, "json": as_json, "yaml": _as_yaml}


def as_roster(users, format="list", bots=True):
    """The users as a roster."""
    if not isinstance(users, (list, tuple)) or not all(isinstance(user, dict) and "roles" in user for user in users):
        raise AnsibleFilterError("as_roster: the input must be a list of users, as mmops.mattermost.mm_user_info returns them")
    if format not in _FORMATS:
        raise AnsibleFilterError(f"as_roster: format must be one of {', '.join(_FORMATS)}")
    return inert(_FORMATS[format](entries_of(users, boolean(bots))))


class FilterModule:
    """The filter."""

    def filters(self):
        return {"as_roster": as_roster}
