#!/usr/bin/python
# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: mm_user_onboarding
short_description: Bring new users to a Mattermost server, with their secrets in files
version_added: 0.2.0
author:
  - The mmops.mattermost contributors (@mmops)
description:
  - Creates accounts as M(mmops.mattermost.mm_users) would, enrols users in multi-factor authentication (MFA), and creates
    personal access tokens. Passwords, MFA secrets and values of tokens go into files, each as it is made, and are nowhere in
    the result.
  - Accounts are read with one request per thousand, and tokens with one for every 200 of the server. Several users are
    processed at a time.
  - Until its secrets are in files, a new account has the property C(user_onboarding_pending). If a run fails or is killed in
    between, the next one finds it, on whatever host it runs, and makes a new password, a new enrolment and new tokens.
  - Users who exist already are brought to the declared state. They keep their password, and get only what they lack.
  - Everything about the accounts is checked before anything is sent. If single users fail all the same, the others are done,
    the task fails with a list of who failed and why, and the next run does the rest.
  - The role P(mmops.mattermost.user_onboarding#role) uses it, and writes a report.
options:
  users:
    description:
      - The people, each with options of M(mmops.mattermost.mm_user) for the account. Options that are left out are taken from
        O(defaults).
      - One of O(users) and O(src) is required.
    type: list
    elements: dict
    suboptions:
      username:
        description: Name of the user.
        type: str
        required: true
      email:
        description: As O(mmops.mattermost.mm_user#module:email).
        type: str
      email_verified:
        description: As O(mmops.mattermost.mm_user#module:email_verified). Addresses of new users count as verified by default.
        type: bool
      teams:
        description: As O(mmops.mattermost.mm_user#module:teams).
        type: list
        elements: raw
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
      notify_props:
        description: As O(mmops.mattermost.mm_user#module:notify_props).
        type: dict
      roles:
        description: As O(mmops.mattermost.mm_user#module:roles).
        type: list
        elements: str
      guest:
        description: As O(mmops.mattermost.mm_user#module:guest).
        type: bool
      bot:
        description: Whether the account is a bot, which has no password and no MFA.
        type: bool
      image:
        description: As O(mmops.mattermost.mm_user#module:image).
        type: str
      password:
        description: A password for a new account, instead of one that is chosen. It is not handed over.
        type: str
      auth_service:
        description: As O(mmops.mattermost.mm_user#module:auth_service).
        type: str
      auth_data:
        description: As O(mmops.mattermost.mm_user#module:auth_data).
        type: str
      mfa:
        description: Whether the user is enrolled in MFA. This needs pyotp on the host that runs the task.
        type: bool
      tokens:
        description: Descriptions of personal access tokens that the user is to have.
        type: list
        elements: str
  src:
    description:
      - File with the people, on the host that runs the task, in a form that O(mmops.mattermost.mm_users#module:src) takes. Each
        line or entry has the options of O(users).
      - In a CSV file, descriptions in the column C(tokens) are separated by semicolons or blanks; those that hold blanks are
        written as a JSON list.
    type: path
  columns:
    description: As O(mmops.mattermost.mm_users#module:columns).
    type: dict
    default: {}
  delimiter:
    description: As O(mmops.mattermost.mm_users#module:delimiter).
    type: str
  defaults:
    description: Options of all users, unless their entry has them.
    type: dict
    suboptions:
      email:
        description: As O(mmops.mattermost.mm_user#module:email).
        type: str
      email_verified:
        description: As O(mmops.mattermost.mm_user#module:email_verified). Addresses of new users count as verified by default.
        type: bool
      teams:
        description: As O(mmops.mattermost.mm_user#module:teams).
        type: list
        elements: raw
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
      notify_props:
        description: As O(mmops.mattermost.mm_user#module:notify_props).
        type: dict
      roles:
        description: As O(mmops.mattermost.mm_user#module:roles).
        type: list
        elements: str
      guest:
        description: As O(mmops.mattermost.mm_user#module:guest).
        type: bool
      bot:
        description: Whether the account is a bot, which has no password and no MFA.
        type: bool
      image:
        description: As O(mmops.mattermost.mm_user#module:image).
        type: str
      password:
        description: A password for a new account, instead of one that is chosen. It is not handed over.
        type: str
      auth_service:
        description: As O(mmops.mattermost.mm_user#module:auth_service).
        type: str
      auth_data:
        description: As O(mmops.mattermost.mm_user#module:auth_data).
        type: str
      mfa:
        description: Whether the user is enrolled in MFA. This needs pyotp on the host that runs the task.
        type: bool
      tokens:
        description: Descriptions of personal access tokens that the user is to have.
        type: list
        elements: str
  passwords:
    description:
      - How new users get in who have neither O(users[].password) nor O(users[].auth_service).
      - V(generate) makes a password for each, and writes it into a file.
      - V(email) gives them a random password that nobody knows. The server sends an e-mail with a link to set another one.
    type: str
    choices: [generate, email]
    default: generate
  token_expires_after:
    description: As O(mmops.mattermost.mm_user_token#module:expires_after), for all new tokens.
    type: str
  directory:
    description:
      - Existing folder on the host that runs the task for the secrets, each in a file that its owner alone can read,
        C(USERNAME.password), C(USERNAME.secret) and C(USERNAME.png) (MFA), and C(USERNAME.DESCRIPTION.token).
      - It is required if there are secrets.
      - See O(mmops.mattermost.mm_user_token#module:hand_over) for where notes of tokens that are not in their file yet are.
    type: path
  concurrency:
    description: How many users are processed at a time, at most 16.
    type: int
    default: 8
  full_result:
    description:
      - Ansible prints the whole result of a task that fails. So it holds the first twenty elements of each list, of
        RV(failures) one for each reason first, and RV(omitted) tells how many others there are.
      - With V(true), the result holds all of them, for tasks that follow. Combine it with C(failed_when) or C(no_log), else the
        screen is full of them.
    type: bool
    default: false
extends_documentation_fragment:
  - mmops.mattermost.connection
  - mmops.mattermost.attributes
attributes:
  idempotent:
    description: A second run changes nothing and sends no request that writes.
    support: full
seealso:
  - module: mmops.mattermost.mm_users
  - module: mmops.mattermost.mm_user_tokens
  - module: mmops.mattermost.mm_user_mfa
"""

EXAMPLES = r"""
- name: Onboard a user and a bot
  mmops.mattermost.mm_user_onboarding:
    api_url: https://chat.example.com
    api_token: "{{ mattermost_token }}"
    users:
      - username: zoe
        email: zoe@example.com
        tokens: [laptop]
      - username: deploy-bot
        bot: true
        tokens: [deploy]
    defaults:
      locale: de
    directory: "{{ secrets_directory }}"

- name: Onboard the people of a file
  mmops.mattermost.mm_user_onboarding:
    api_url: https://chat.example.com
    api_token: "{{ mattermost_token }}"
    src: people.csv
    directory: "{{ secrets_directory }}"
"""

RETURN = r"""
users:
  description: The people, in their order, whether anything was changed or not. It holds no secrets.
  type: list
  elements: dict
  returned: success or partial failure
  contains:
    username:
      description: Name of the user.
      type: str
      returned: always
    user_id:
      description: Id of the user. Empty if there is none yet.
      type: str
      returned: always
    created:
      description: Whether the account was not there before.
      type: bool
      returned: always
    operations:
      description: Names of the API operations that were carried out, or would be in check mode.
      type: list
      elements: str
      returned: always
    secrets:
      description: Which secrets are new, V(password), V(mfa), and descriptions of tokens.
      type: list
      elements: str
      returned: always
    failure:
      description: Why the user could not be onboarded. Empty if all went well.
      type: str
      returned: always
failures:
  description: What failed. The task fails if this is not empty.
  type: list
  elements: dict
  returned: success or partial failure
  contains:
    username:
      description: Name of the user.
      type: str
      returned: always
    msg:
      description: What went wrong, and what became of it.
      type: str
      returned: always
    error:
      description: The first error in parts, as RV(mmops.mattermost.mm_user#module:error).
      type: dict
      returned: always
counts:
  description: How many users there are of each kind.
  type: dict
  returned: success or partial failure
  sample: {total: 100, created: 3, failed: 0, unchanged: 97}
omitted:
  description: How many elements of each list the result of a failed task does not hold. O(full_result) brings them.
  type: dict
  returned: failure, if a list is longer than twenty elements
  sample: {users: 980}
diff:
  description: What changes, a part for each changed user. Secrets are named only.
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
      description: The values after, in the same form, with the names of new C(secrets).
      type: str
      returned: always
operations:
  description: Names of the API operations that were carried out, or would be in check mode, each once.
  type: list
  elements: str
  returned: always
  sample: [create_user, create_user_access_token, patch_user]
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

from ansible_collections.mmops.mattermost.plugins.module_utils._excerpt import OPTION_SPEC
from ansible_collections.mmops.mattermost.plugins.module_utils._front_end import Subject, run_module
from ansible_collections.mmops.mattermost.plugins.module_utils._services.onboarding import OnboardingService
from ansible_collections.mmops.mattermost.plugins.module_utils._services.onboarding_plan import DEFAULTS_OPTIONS, PERSON_OPTIONS

SUBJECT = Subject(
    options=dict(
        users=dict(type="list", elements="dict", options=PERSON_OPTIONS),
        src=dict(type="path"),
        columns=dict(type="dict", default={}),
        delimiter=dict(type="str"),
        defaults=dict(type="dict", options=DEFAULTS_OPTIONS),
        passwords=dict(type="str", choices=["generate", "email"], default="generate", no_log=False),
        token_expires_after=dict(type="str", no_log=False),
        directory=dict(type="path"),
        concurrency=dict(type="int", default=8),
        **OPTION_SPEC,
    ),
    rules=dict(required_one_of=[("users", "src")], mutually_exclusive=[("users", "src")]),
    service=OnboardingService(),
)


def main():
    run_module(SUBJECT)


if __name__ == "__main__":
    main()
