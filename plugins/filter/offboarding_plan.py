# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: offboarding_plan
short_description: Tell what an offboarding does to each account
version_added: 0.2.0
author:
  - The mmops.mattermost contributors (@mmops)
description:
  - Says which accounts, tokens and bots the steps of the role P(mmops.mattermost.user_offboarding#role) are about, and why the
    role must not begin. Nothing is sent anywhere.
positional: _input
options:
  _input:
    description: The users who leave with their tokens and bots, as RV(mmops.mattermost.mm_user_info#module:users).
    type: list
    elements: dict
    required: true
  caller:
    description: The caller, as RV(mmops.mattermost.mm_user_info#module:users).
    type: dict
    required: true
  administrators:
    description: All active administrators, as RV(mmops.mattermost.mm_user_info#module:users).
    type: list
    elements: dict
    required: true
  missing:
    description: Names of users who do not exist, and should.
    type: list
    elements: str
    default: []
  successor:
    description: Name of the user who takes over the bots. Empty if nobody does.
    type: str
    default: ""
  found:
    description: The users of the name O(successor), as RV(mmops.mattermost.mm_user_info#module:users).
    type: list
    elements: dict
    default: []
"""

EXAMPLES = r"""
- name: Show why nobody may leave
  ansible.builtin.debug:
    msg: "{{ (leavers | mmops.mattermost.offboarding_plan(caller=caller, administrators=[caller])).problems }}"
  vars:
    leavers: []
    caller: {id: "26 letters", username: admin, roles: system_admin}
"""

RETURN = r"""
_value:
  description:
    - C(problems) are sentences on why the role must not begin.
    - C(tokens), C(active_tokens), C(bots), C(with_mfa) and C(elevated) are what the steps are about; the last are users with
      more than ordinary roles, each with the C(plain_roles) that stay, and the C(state) of the account.
    - C(bots) have the name of their C(owner).
    - C(new_owner) is the id of the O(successor).
  type: dict
"""

from ansible_collections.mmops.mattermost.plugins.plugin_utils._inert import inert
from ansible_collections.mmops.mattermost.plugins.plugin_utils._offboarding import concerned, problems


def offboarding_plan(users, caller, administrators, missing=(), successor="", found=()):
    """Why the role must not begin, and what its steps are about."""
    wrong = problems(users, caller, administrators, missing, successor, found)
    return inert({"problems": list(wrong), **concerned(users), "new_owner": found[0]["id"] if found else ""})


class FilterModule:
    """The filter."""

    def filters(self):
        return {"offboarding_plan": offboarding_plan}
