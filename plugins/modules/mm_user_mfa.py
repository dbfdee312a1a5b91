#!/usr/bin/python
# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: mm_user_mfa
short_description: Manage multi-factor authentication of a user of a Mattermost server
version_added: 0.1.0
author:
  - The mmops.mattermost contributors (@mmops)
description:
  - Enrols a user, which generates a secret, computes a code from it, and activates multi-factor authentication (MFA) with
    the code. The secret is returned once, to be handed to the user.
  - Generates a new secret for a user who lost the old one, or resets the user to log in with the password alone.
  - Leaves a working enrolment alone unless told otherwise.
options:
  state:
    description:
      - V(present) ensures that MFA is active.
      - V(absent) ensures that it is not. A user that does not exist is not an error. If the server enforces MFA, the user has
        to enrol again at the next login.
    type: str
    choices: [present, absent]
    default: present
  regenerate:
    description:
      - With V(true), a user whose MFA is active gets a new secret, and the task is always changed. MFA stays active, and
        codes of the old secret are no longer accepted. Open sessions continue.
    type: bool
    default: false
  qr_code_path:
    description:
      - File on the host that runs the task into which the QR code (PNG) is written, readable by its owner only. An
        existing file is replaced. Remove it when the user has scanned the code.
      - Written only when a secret is generated. If that fails, the task warns, and the QR code is in RV(qr_code).
    type: path
  secret_path:
    description:
      - File on the host that runs the task into which the secret is written, readable by its owner only. A file that is there
        is replaced.
      - It is written before MFA becomes active, so that nothing is lost if the run is killed. If it cannot be written, the task
        fails, and MFA does not become active.
    type: path
extends_documentation_fragment:
  - mmops.mattermost.who
  - mmops.mattermost.connection
  - mmops.mattermost.attributes
attributes:
  idempotent:
    description: A second run changes nothing and sends no request that writes.
    support: partial
    details:
      - With O(regenerate=true) and active MFA the task is always changed.
requirements:
  - pyotp (to enrol)
notes:
  - Set C(no_log=true) on the task, and register the result, so that RV(secret) and RV(qr_code) do not appear in the output.
  - The server must have C(ServiceSettings.EnableMultifactorAuthentication). The Users API does not show it; without it a
    secret cannot be generated, while O(state=absent) works. Check mode therefore cannot foresee that.
  - If the server enforces MFA (C(ServiceSettings.EnforceMultifactorAuthentication), with a licence), a caller without MFA,
    administrators and personal access tokens included, can do nothing but enrol. Do that with O(user_id=me).
  - Only accounts with e-mail or LDAP login are asked for a code. Others (SAML, GitLab, ...) are refused, as their login
    service has to ask for it. Bots never log in and are refused, too.
  - A code is valid for about 30 seconds before and after its time by the server's clock. The task waits for the next code when
    one is about to end, and once more when the server refuses one, which may have been used before. That takes up to 35
    seconds, and C(update_user_mfa) appears twice in RV(operations). If the next one is refused as well, the message says
    how far the clocks differ.
  - If a run is interrupted before the activation, the user logs in as before, and the next run enrols with another secret.
  - If the answer to an activation is lost and the server cannot be asked, the task fails, but returns RV(secret), which may be
    in force. If the answer to O(regenerate=true) is lost, nobody has the new secret, and the message says so.
  - The local socket can only reset.
seealso:
  - module: mmops.mattermost.mm_user
  - name: Multi-factor authentication
    description: What administrators set up on the server.
    link: https://docs.mattermost.com/onboard/multi-factor-authentication.html
"""

EXAMPLES = r"""
- name: Enrol a user, and keep the QR code to hand it over
  mmops.mattermost.mm_user_mfa:
    api_url: https://chat.example.com
    api_token: "{{ mattermost_token }}"
    username: zoe
    qr_code_path: zoe-mfa.png
  register: zoe_mfa
  no_log: true

- name: Enrol the caller itself, which is possible when the server enforces MFA
  mmops.mattermost.mm_user_mfa:
    api_token: "{{ token_of_another_user }}"
    user_id: me
  register: own_mfa
  no_log: true

- name: Give a user who lost the phone a new secret
  mmops.mattermost.mm_user_mfa:
    username: zoe
    regenerate: true
  register: zoe_mfa
  no_log: true

- name: Let a user log in with the password alone
  mmops.mattermost.mm_user_mfa:
    username: zoe
    state: absent
"""

RETURN = r"""
user:
  description:
    - The user as the API returns it to the caller, times in milliseconds. V(null) if there is none.
    - C(mfa_active) is V(true), or missing if MFA is not active.
    - In check mode it is the predicted user, where V(null) stands for what only the server can choose.
  type: dict
  returned: success, or failure after a secret was generated
  sample:
    id: 8fj3bqtrwjnzfxpkbg9z4phbac
    username: zoe
    mfa_active: true
secret:
  description:
    - The secret for the user's authenticator, base32. Only when it was generated by this task; V(null) otherwise, and in
      check mode. It cannot be read again.
  type: str
  returned: success, or failure after a secret was generated
qr_code:
  description: The secret as a picture to scan, a PNG in base64. V(null) when RV(secret) is.
  type: str
  returned: success, or failure after a secret was generated
diff:
  description: What changes, before and after. The secret is replaced by a note.
  type: dict
  returned: success
  contains:
    before_header:
      description: Name of the user, which Ansible shows above the diff.
      type: str
      returned: when the task is about one user that there is or will be
    after_header:
      description: The same.
      type: str
      returned: when the task is about one user that there is or will be
    before:
      description: The values before, as JSON text with sorted keys.
      type: str
      returned: success
    after:
      description: The values after, in the same form.
      type: str
      returned: success
operations:
  description:
    - Names of the API operations that were carried out, in order; in check mode, of those that would be.
    - When the task fails, those that had taken effect before.
  type: list
  elements: str
  returned: always
  sample: [generate_mfa_secret, update_user_mfa]
unknown:
  description: Always empty, as the server shows to everybody whether MFA is active.
  type: list
  elements: str
  returned: success
error:
  description: The error in parts, as RV(mmops.mattermost.mm_user#module:error).
  type: dict
  returned: failure
"""

from ansible_collections.mmops.mattermost.plugins.module_utils._front_end import Subject, run_module
from ansible_collections.mmops.mattermost.plugins.module_utils._services.identity import WHO_OPTIONS
from ansible_collections.mmops.mattermost.plugins.module_utils._services.mfa import MfaService

SUBJECT = Subject(
    options=dict(
        **WHO_OPTIONS,
        state=dict(type="str", choices=["present", "absent"], default="present"),
        regenerate=dict(type="bool", default=False),
        qr_code_path=dict(type="path"),
        secret_path=dict(type="path"),
    ),
    rules=dict(required_one_of=[("username", "user_id", "email")]),
    service=MfaService(),
)


def main():
    run_module(SUBJECT)


if __name__ == "__main__":
    main()
