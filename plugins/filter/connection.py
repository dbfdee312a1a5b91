# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: connection
short_description: Make the connection options of a role count more than those of the play
version_added: 0.2.0
author:
  - The mmops.mattermost contributors (@mmops)
description:
  - Takes the map C(ROLE_connection) of a role and adds what switches off the alternatives that the C(module_defaults) of the
    play may hold. With C(api_login_id) in the map, for example, an C(api_token) of the play does not count.
  - The roles of this collection use it. Nothing is sent anywhere.
positional: _input
options:
  _input:
    description: Connection options of the modules, like C(api_url) and C(api_token).
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Read the users with the connection of a role
  mmops.mattermost.mm_user_info:
    usernames: [zoe]
  module_defaults:
    group/mmops.mattermost.in_roles: "{{ {'api_login_id': 'ada', 'api_password': password} | mmops.mattermost.connection }}"
"""

RETURN = r"""
_value:
  description: The options that have a value, and V(null) for each option that they replace.
  type: dict
"""

from ansible_collections.mmops.mattermost.plugins.module_utils._api.connection_options import ALTERNATIVES


def connection(options):
    """The options of a role. ``None`` gives an option back to the environment, which counts less."""
    given = {name: value for name, value in options.items() if value not in (None, "")}
    replaced = {other: None for name in given for other in ALTERNATIVES.get(name, ())}
    return {**replaced, **given}


class FilterModule:
    """The filter."""

    def filters(self):
        return {"connection": connection}
