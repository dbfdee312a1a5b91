#!/usr/bin/python
# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: mm_users
short_description: Manage the users of a Mattermost server by a roster
version_added: 0.1.0
author:
  - The mmops.mattermost contributors (@mmops)
description:
  - Brings many users to their declared state in one task, each as M(mmops.mattermost.mm_user) would.
  - Accounts named by C(username) are read with one request per thousand, those named by C(user_id) with two, and those named
    by C(email) with one each or by listing all accounts, whichever is less. Only what differs is sent, to several users at a
    time.
  - The whole roster is checked before anything is sent. If single users fail all the same, the others are done, the task
    fails with a list of who failed and why, and the next run finishes the rest.
options:
  users:
    description:
      - The users. Each takes the options of M(mmops.mattermost.mm_user), and needs C(username), C(user_id) or C(email).
      - Other than there, an account that is named by C(username) is never found by its C(email). Rename with C(user_id).
    type: list
    elements: dict
    suboptions:
      username:
        description: As O(mmops.mattermost.mm_user#module:username).
        type: str
      user_id:
        description: As O(mmops.mattermost.mm_user#module:user_id).
        type: str
      email:
        description: As O(mmops.mattermost.mm_user#module:email).
        type: str
      state:
        description: As O(mmops.mattermost.mm_user#module:state).
        type: str
        choices: [present, inactive, absent]
        default: present
      first_name:
        description: As O(mmops.mattermost.mm_user#module:first_name).
        type: str
      last_name:
        description: As O(mmops.mattermost.mm_user#module:last_name).
        type: str
      nickname:
        description: As O(mmops.mattermost.mm_user#module:nickname).
        type: str
      position:
        description: As O(mmops.mattermost.mm_user#module:position).
        type: str
      locale:
        description: As O(mmops.mattermost.mm_user#module:locale).
        type: str
      timezone:
        description: As O(mmops.mattermost.mm_user#module:timezone).
        type: raw
      props:
        description: As O(mmops.mattermost.mm_user#module:props).
        type: dict
      notify_props:
        description: As O(mmops.mattermost.mm_user#module:notify_props).
        type: dict
      exact:
        description: As O(mmops.mattermost.mm_user#module:exact).
        type: list
        elements: str
        choices: [props, notify_props, timezone]
        default: []
      roles:
        description: As O(mmops.mattermost.mm_user#module:roles).
        type: list
        elements: str
      guest:
        description: As O(mmops.mattermost.mm_user#module:guest).
        type: bool
      bot:
        description: As O(mmops.mattermost.mm_user#module:bot).
        type: bool
      bot_owner:
        description: As O(mmops.mattermost.mm_user#module:bot_owner).
        type: str
      auth_service:
        description: As O(mmops.mattermost.mm_user#module:auth_service).
        type: str
      auth_data:
        description: As O(mmops.mattermost.mm_user#module:auth_data).
        type: str
      email_verified:
        description: As O(mmops.mattermost.mm_user#module:email_verified).
        type: bool
      image:
        description: As O(mmops.mattermost.mm_user#module:image).
        type: str
      terms_of_service:
        description: As O(mmops.mattermost.mm_user#module:terms_of_service).
        type: dict
        suboptions:
          id:
            description: Id of the terms of service.
            type: str
            required: true
          accepted:
            description: Whether the user accepts them.
            type: bool
            default: true
      password:
        description: As O(mmops.mattermost.mm_user#module:password).
        type: str
      update_password:
        description: As O(mmops.mattermost.mm_user#module:update_password).
        type: str
        choices: [on_create, always, when_different]
        default: on_create
      current_password:
        description: As O(mmops.mattermost.mm_user#module:current_password).
        type: str
      convert_to_email_auth:
        description: As O(mmops.mattermost.mm_user#module:convert_to_email_auth).
        type: bool
        default: false
      rename:
        description: As O(mmops.mattermost.mm_user#module:rename).
        type: bool
        default: false
      unlock:
        description: As O(mmops.mattermost.mm_user#module:unlock).
        type: bool
        default: false
      update_unknown:
        description: As O(mmops.mattermost.mm_user#module:update_unknown).
        type: bool
        default: false
  src:
    description:
      - Path of a roster file on the host that runs the task, instead of O(users). The ending tells the format, C(.csv),
        C(.json), C(.yaml) or C(.yml). It must be in UTF-8.
      - The file is read directly. A list of thousands that passes through Ansible's templating takes far longer.
      - The first line of a CSV file names the options. In a list, values are separated by spaces, commas or semicolons; maps
        are written as JSON. An empty cell means empty for C(first_name), C(last_name), C(nickname) and C(position), and not
        declared for all others.
      - A JSON or YAML file holds a list of maps, or a map with one key that holds it. YAML needs PyYAML.
    type: path
  columns:
    description:
      - Renames columns or keys of O(src) that are not called like the options, like C(Login) to V(username).
        An empty value leaves a column out.
    type: dict
    default: {}
  missing_password:
    description:
      - What to do when a new user has neither C(password) nor C(auth_service).
      - V(fail) lets this user fail.
      - V(random) gives the account a random password that nobody knows. The user gets in by a password reset.
    type: str
    choices: [fail, random]
    default: fail
  prune:
    description:
      - What to do with active accounts that the roster does not know.
      - V(none) does not look for them, V(report) lists them in RV(prunable), and V(deactivate) deactivates them.
      - The caller, bots, and the last active administrators are never touched.
    type: str
    choices: [none, report, deactivate]
    default: none
  prune_scope:
    description: Only accounts that meet all of these can be pruned.
    type: dict
    suboptions:
      auth_service:
        description: Login service, like V(ldap), or V(email) for accounts with a password.
        type: str
      role:
        description: A system role.
        type: str
      email_domain:
        description: Domain of the e-mail address, like V(example.com).
        type: str
      username_pattern:
        description: Pattern for the user name, like V(ext-*).
        type: str
  max_prune:
    description:
      - The task fails before anything is sent if O(prune=deactivate) would deactivate more accounts than this,
        a number or a percentage of the active accounts in O(prune_scope).
    type: str
    default: 10%
  concurrency:
    description: How many users are worked on at a time.
    type: int
    default: 8
  on_error:
    description:
      - V(continue) goes on with the other users when one fails; V(stop) starts no further ones.
    type: str
    choices: [continue, stop]
    default: continue
extends_documentation_fragment:
  - mmops.mattermost.connection
  - mmops.mattermost.attributes
attributes:
  idempotent:
    description: A second run changes nothing and sends no request that writes.
    support: partial
    details:
      - The limits of M(mmops.mattermost.mm_user) hold for each user.
requirements:
  - Pillow (for pictures)
  - PyYAML (for a YAML roster)
seealso:
  - module: mmops.mattermost.mm_user
"""

EXAMPLES = r"""
- name: Bring all users of a roster file to the declared state
  mmops.mattermost.mm_users:
    api_url: https://chat.example.com
    api_token: "{{ mattermost_token }}"
    src: files/people.csv
    missing_password: random

- name: Use the columns of the personnel system as they are
  mmops.mattermost.mm_users:
    src: files/personnel.csv
    missing_password: random
    columns:
      Login: username
      Mail: email
      Given name: first_name
      Surname: last_name
      Cost centre:

- name: Declare some users in the playbook
  mmops.mattermost.mm_users:
    users:
      - username: zoe
        email: zoe@example.com
        password: "{{ initial_password }}"
        roles: [system_user, system_admin]
      - username: ada
        state: inactive

- name: Show who is on the server but not on the roster
  mmops.mattermost.mm_users:
    src: files/people.csv
    missing_password: random
    prune: report

- name: Deactivate them, but stop if that would be more than five
  mmops.mattermost.mm_users:
    src: files/people.csv
    missing_password: random
    prune: deactivate
    prune_scope:
      email_domain: example.com
    max_prune: 5
"""

RETURN = r"""
users:
  description: What was changed, or would be in check mode, a record for each changed user.
  type: list
  elements: dict
  returned: success or partial failure
  contains:
    username:
      description: Name of the user before the change, or of a new user.
      type: str
      returned: always
    user_id:
      description: Id of the user; V(null) if it is not known yet.
      type: str
      returned: always
    change:
      description: V(created), V(updated), V(deactivated), V(deleted) or V(pruned).
      type: str
      returned: always
    operations:
      description: Names of the API operations, in order.
      type: list
      elements: str
      returned: always
    before:
      description: What changes, before.
      type: dict
      returned: always
    after:
      description: What changes, after. Secrets are not shown.
      type: dict
      returned: always
counts:
  description: How many users there are of each kind.
  type: dict
  returned: success or partial failure
  sample: {total: 100, created: 3, updated: 1, deactivated: 1, deleted: 0, pruned: 0, failed: 0, unchanged: 95}
failures:
  description: The users that could not be brought to the declared state.
  type: list
  elements: dict
  returned: success or partial failure
  contains:
    username:
      description: Name of the user.
      type: str
      returned: always
    where:
      description: Place in the roster.
      type: str
      returned: always
    msg:
      description: Why.
      type: str
      returned: always
    operations:
      description: Names of the API operations that had taken effect before.
      type: list
      elements: str
      returned: always
    error:
      description: The error in parts, as RV(mmops.mattermost.mm_user#module:error).
      type: dict
      returned: always
prunable:
  description: Names of active accounts in O(prune_scope) that the roster does not know.
  type: list
  elements: str
  returned: success or partial failure
diff:
  description: What changes, a part for each changed user. Secrets and what the server hides are replaced by a note.
  type: list
  elements: dict
  returned: success or partial failure
  contains:
    before_header:
      description: Name of the user, which Ansible shows above this part.
      type: str
      returned: always
    after_header:
      description: The same.
      type: str
      returned: always
    before:
      description: The values before, as JSON text with sorted keys.
      type: str
      returned: always
    after:
      description: The values after, in the same form.
      type: str
      returned: always
operations:
  description: Names of the API operations that were carried out, or would be in check mode, each once.
  type: list
  elements: str
  returned: always
  sample: [create_user, update_user_roles]
unknown:
  description: Declared options whose current value the server does not reveal, and which were therefore left alone.
  type: list
  elements: str
  returned: success or partial failure
error:
  description: The error in parts, as RV(mmops.mattermost.mm_user#module:error).
  type: dict
  returned: failure before anything was done
"""

from ansible_collections.mmops.mattermost.plugins.module_utils._front_end import Subject, run_module
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster import RosterService
from ansible_collections.mmops.mattermost.plugins.module_utils._services.user_fields import USER_OPTIONS

SUBJECT = Subject(
    options=dict(
        users=dict(type="list", elements="dict", options=USER_OPTIONS),
        src=dict(type="path"),
        columns=dict(type="dict", default={}),
        missing_password=dict(type="str", choices=["fail", "random"], default="fail", no_log=False),
        prune=dict(type="str", choices=["none", "report", "deactivate"], default="none"),
        prune_scope=dict(
            type="dict",
            options=dict(
                auth_service=dict(type="str"),
                role=dict(type="str"),
                email_domain=dict(type="str"),
                username_pattern=dict(type="str"),
            ),
        ),
        max_prune=dict(type="str", default="10%"),
        concurrency=dict(type="int", default=8),
        on_error=dict(type="str", choices=["continue", "stop"], default="continue"),
    ),
    rules=dict(required_one_of=[("users", "src")], mutually_exclusive=[("users", "src")]),
    service=RosterService(USER_OPTIONS),
)


def main():
    run_module(SUBJECT)


if __name__ == "__main__":
    main()
