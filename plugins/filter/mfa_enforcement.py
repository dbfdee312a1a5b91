# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: mfa_enforcement
short_description: Judge which users lack multi-factor authentication
version_added: 0.1.0
author:
  - The mmops.mattermost contributors (@mmops)
description:
  - Says for users as M(mmops.mattermost.mm_user_info) returns them who lacks multi-factor authentication (MFA), and what a
    rule says about each of them. Nothing is sent anywhere.
  - The role P(mmops.mattermost.mfa_enforcement#role) acts on it.
positional: _input
options:
  _input:
    description: The users, as RV(mmops.mattermost.mm_user_info#module:users).
    type: list
    elements: dict
    required: true
  caller_id:
    description: Id of the caller, who is never due.
    type: str
    default: ""
  roles:
    description: System roles whose users must have MFA. An empty list stands for everybody.
    type: list
    elements: str
    default: []
  exempt:
    description: Names of users who need no MFA.
    type: list
    elements: str
    default: []
  grace:
    description: How long a user may go without MFA, like V(14d).
    type: str
    default: 14d
  grace_from:
    description:
      - V(first_seen) counts from the time in the O(property) of the user, or from O(now) if there is none.
      - V(created) counts from the creation of the account, but not from before O(start).
    type: str
    choices: [first_seen, created]
    default: first_seen
  start:
    description: Day on which the rule begins, like V(2026-12-01), in UTC.
    type: str
    default: ""
  property:
    description: Name of the property with the time when the grace period began, in seconds since 1970.
    type: str
    default: mfa_enforcement_since
  now:
    description: The time in seconds since 1970, instead of the current time.
    type: int
"""

EXAMPLES = r"""
- name: Read all active users
  mmops.mattermost.mm_user_info:
    active: true
  register: read

- name: Show which administrators lack MFA
  ansible.builtin.debug:
    msg: "{{ (read.users | mmops.mattermost.mfa_enforcement(roles=['system_admin'])).users }}"
"""

RETURN = r"""
_value:
  description:
    - C(users) are those who must have MFA and lack it, each with a C(decision) of V(due), V(waiting), V(exempt),
      V(login_service) (which has to ask for a second factor itself) or V(caller).
    - Each also has C(last_activity), if V(report) was in O(mmops.mattermost.mm_user_info#module:gather), else V(null).
    - C(roles) and C(totals) count them. C(stale_exemptions) are exempt names that no active user has.
    - C(to_mark) and C(to_clear) are entries for M(mmops.mattermost.mm_users) that keep the O(property) up to date.
  type: dict
"""

import time

from ansible.errors import AnsibleFilterError

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import MattermostError
from ansible_collections.mmops.mattermost.plugins.plugin_utils._inert import inert
from ansible_collections.mmops.mattermost.plugins.plugin_utils._mfa_enforcement import enforce, rule


def mfa_enforcement(
    users,
    caller_id="",
    roles=(),
    exempt=(),
    grace="14d",
    grace_from="first_seen",
    start="",
    property="mfa_enforcement_since",
    now=None,
):
    try:
        wanted = rule(roles, exempt, grace, grace_from, start, property)
        return inert(enforce(users, wanted, caller_id, int(time.time() if now is None else now)))
    except MattermostError as error:
        raise AnsibleFilterError(str(error)) from None


class FilterModule:
    def filters(self):
        return {"mfa_enforcement": mfa_enforcement}
