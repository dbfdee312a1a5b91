#!/usr/bin/python
# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: mm_user_auth
short_description: Manage how users of a Mattermost server log in
version_added: 0.1.0
author:
  - The mmops.mattermost contributors (@mmops)
description:
  - Brings an account to a login service (LDAP, SAML, GitLab, ...), or back to e-mail address and password.
  - With O(action), does one of the related tasks. It migrates all accounts of a service after a preflight, lets a user
    switch with its own credentials, sends or completes a password reset, and sends, completes or asserts the verification of an
    e-mail address.
  - One of O(username), O(user_id) and O(email) is required, except for a migration and with the O(token) of an e-mail.
options:
  auth_service:
    description:
      - The service that the user logs in with. Either this or O(action) is required.
      - V(email) means e-mail address (or user name) and password. The way back to it is a O(new_password) set by an
        administrator.
      - For any other service, the server stores what it gets and does not check that the service is configured. The account
        loses its password. So the task looks at the settings that clients may know, and fails if the service is switched
        off, or if the server certainly lacks a licence for it, unless O(allow_unavailable_service=true). If the server does not
        tell, there is a warning.
      - Only administrators see how others log in.
    type: str
    choices: [email, ldap, saml, gitlab, google, office365, openid]
  auth_data:
    description:
      - Identity of the user in O(auth_service), for example the value of the LDAP attribute in C(LdapSettings.IdAttribute).
        At most 128 characters. No two accounts may have the same one, even in different services.
      - Required if the account has another service now.
      - If the account has the O(auth_service) already, Mattermost 10.11 and later show its identity, so that it is compared.
        Older servers hide it. There it is not sent but listed in RV(unknown), unless O(update_unknown=true).
    type: str
  update_unknown:
    description:
      - Whether to send O(auth_data) for an account that has the O(auth_service) already, if the server does not show which
        identity it has. The task is then always changed.
    type: bool
    default: false
  allow_own_account:
    description:
      - Whether the caller's own account may change its login service. If that service does not work, the caller can no longer
        log in; sessions and personal access tokens stay valid.
      - With V(false), O(auth_service) and O(action=migrate_auth_to_ldap) fail rather than change it, and
        O(action=migrate_auth_to_saml) leaves it out.
    type: bool
    default: false
  allow_unavailable_service:
    description:
      - Whether an account may get a login service that is switched off on the server, or that the server has no licence for.
        Its user cannot log in until the service works. Use it to prepare a move before the service is available.
      - With V(false), O(auth_service) and O(action=switch_account_type) fail rather than lock somebody out. A migration to a
        service that is switched off fails in any case.
    type: bool
    default: false
  action:
    description:
      - V(migrate_auth_to_ldap) and V(migrate_auth_to_saml) migrate the accounts that log in with O(current_service).
        RV(preflight) shows beforehand what happens to each account. The API has no dry run; check mode is the dry run.
      - V(switch_account_type) switches one account from O(current_service) to O(new_service) with the credentials of its user.
      - V(send_password_reset_email) sends an e-mail with a link to set a new password; V(reset_password) sets it with the
        O(token) of that link.
      - V(send_verification_email) sends an e-mail with a link to verify the address; V(verify_user_email) does so with the
        O(token) of that link; V(verify_user_email_without_token) asserts as administrator that the address is the user's.
    type: str
    choices:
      - migrate_auth_to_ldap
      - migrate_auth_to_saml
      - reset_password
      - send_password_reset_email
      - send_verification_email
      - switch_account_type
      - verify_user_email
      - verify_user_email_without_token
  current_service:
    description:
      - The service that the accounts log in with now.
      - Required with O(action=migrate_auth_to_ldap), O(action=migrate_auth_to_saml) and O(action=switch_account_type).
        The server does not migrate from V(openid).
    type: str
    choices: [email, ldap, saml, gitlab, google, office365, openid]
  match_field:
    description:
      - The field that is the same in Mattermost and in LDAP. The server looks in LDAP for an entry with its value.
      - Required with O(action=migrate_auth_to_ldap).
    type: str
    choices: [email, username]
  ldap_entries:
    description:
      - The values of O(match_field) in LDAP, one for each entry, from an export of the directory. They make the
        preflight of O(action=migrate_auth_to_ldap) exact. They are not sent, and do not restrict the migration.
      - Without them, the preflight cannot tell whom LDAP knows. All accounts of O(current_service) are in
        RV(preflight.matching), and a run is changed as long as there are any.
    type: list
    elements: str
  matches:
    description:
      - The accounts that migrate to SAML, a map of their e-mail addresses on the server to their usernames at the SAML service.
      - Either this or O(auto=true) is required with O(action=migrate_auth_to_saml).
    type: dict
  auto:
    description:
      - Whether all accounts of O(current_service) migrate to SAML, under their present usernames. They must have the same
        address and username at the SAML service. Bots are left out.
      - The request names the accounts that the preflight found (as with O(matches)), so that no others are touched.
    type: bool
    default: false
  force:
    description:
      - Whether to migrate although the preflight found clashes. To SAML, the clashing accounts are left out. For LDAP this is
        up to the server, which leaves out accounts that LDAP has more than one entry for.
    type: bool
    default: false
  new_service:
    description:
      - The service to switch to. Required with O(action=switch_account_type).
      - One of O(current_service) and this must be V(email).
    type: str
    choices: [email, ldap, saml, gitlab, google, office365, openid]
  password:
    description: The password of the user in O(current_service), to switch from V(email) or V(ldap).
    type: str
  new_password:
    description:
      - The new password, with O(auth_service=email) or O(action=reset_password), or to switch to V(email).
      - With O(auth_service=email) it counts for accounts that have another service now. The password of an e-mail account is
        left alone; M(mmops.mattermost.mm_user) sets that.
      - To switch from V(email) to V(ldap), it is the user's password in LDAP.
    type: str
  ldap_id:
    description: Login name of the user in LDAP, to switch from V(email) to V(ldap).
    type: str
  mfa_code:
    description: Current code of the user's authenticator, to switch an account with multi-factor authentication.
    type: str
  token:
    description:
      - The 64 characters behind C(token=) in the link of an e-mail. Required with O(action=reset_password) and
        O(action=verify_user_email).
    type: str
extends_documentation_fragment:
  - mmops.mattermost.who
  - mmops.mattermost.connection
  - mmops.mattermost.attributes
attributes:
  idempotent:
    description: A second run changes nothing and sends no request that writes.
    support: partial
    details:
      - A declared O(auth_service) is idempotent, but for O(auth_data) with O(update_unknown=true) on servers before 10.11.
      - A migration to SAML, and one to LDAP with O(ldap_entries), is unchanged when nobody is left to migrate.
      - V(switch_account_type) is unchanged when the user has the O(new_service). A switch to a service with its own login page
        is complete only when the user has followed RV(follow_link), so until then it is changed every time.
      - All other actions are deliveries. They take place in every run and are always changed, but for
        V(verify_user_email_without_token) where the server shows that the address is verified. It shows that to the user alone.
seealso:
  - module: mmops.mattermost.mm_user
  - module: mmops.mattermost.mm_user_session
  - ref: ansible_collections.mmops.mattermost.docsite.guide_authentication
    description: Login services and migration, step by step.
notes:
  - Sessions and personal access tokens outlive the change of the login service. M(mmops.mattermost.mm_user_session) ends them.
  - After a switch with V(switch_account_type), the server ends the sessions of the user. It does that even if a switch from
    V(email) to V(ldap) fails then because LDAP is not configured; on a server without a licence the task refuses it before.
  - The server answers a request for an e-mail in the same way whether the user exists or not. The task looks first, and fails
    if there is none.
  - If the answer to an action is lost, the action is not repeated, and the error tells how to find out whether it took effect.
"""

EXAMPLES = r"""
- name: Let a user log in with LDAP
  mmops.mattermost.mm_user_auth:
    api_url: https://chat.example.com
    api_token: "{{ mattermost_token }}"
    username: zoe
    auth_service: ldap
    auth_data: uid=zoe

- name: Prepare an account for SAML before SAML is switched on
  mmops.mattermost.mm_user_auth:
    username: ada
    auth_service: saml
    auth_data: ada@example.com
    allow_unavailable_service: true

- name: Return the user to e-mail address and password
  mmops.mattermost.mm_user_auth:
    username: zoe
    auth_service: email
    new_password: "{{ initial_password }}"

- name: Let the user choose another password
  mmops.mattermost.mm_user_auth:
    username: zoe
    action: send_password_reset_email

- name: Assert that the address belongs to the user
  mmops.mattermost.mm_user_auth:
    username: zoe
    action: verify_user_email_without_token

- name: Send a link to verify the address, for the user to follow
  mmops.mattermost.mm_user_auth:
    email: zoe@example.com
    action: send_verification_email

- name: Switch an account to SAML with the password of its user
  mmops.mattermost.mm_user_auth:
    username: zoe
    action: switch_account_type
    current_service: email
    new_service: saml
    password: "{{ initial_password }}"
  register: switch

- name: Show the link that the user has to follow
  ansible.builtin.debug:
    var: switch.follow_link

- name: See who would migrate to SAML, who clashes and who is left out
  mmops.mattermost.mm_user_auth:
    action: migrate_auth_to_saml
    current_service: email
    matches:
      zoe@example.com: zoe.angstrom
      ada@example.com: ada
  check_mode: true
  register: dry_run

- name: Migrate everybody whom LDAP knows by e-mail address
  mmops.mattermost.mm_user_auth:
    action: migrate_auth_to_ldap
    current_service: email
    match_field: email
    ldap_entries: "{{ addresses_in_ldap }}"
    timeout: 600
"""

RETURN = r"""
user:
  description:
    - The user as the API returns it to the caller, times in milliseconds. V(null) with actions that name none.
    - In check mode it is the predicted user.
  type: dict
  returned: success
  sample:
    id: 8fj3bqtrwjnzfxpkbg9z4phbac
    create_at: 1700000000000
    update_at: 1700000000000
    delete_at: 0
    username: zoe
    auth_data: uid=zoe
    auth_service: ldap
    email: zoe@example.com
    nickname: ""
    first_name: Zoë
    last_name: Ångström
    position: ""
    roles: system_user
    locale: de
    timezone: {automaticTimezone: "", manualTimezone: "", useAutomaticTimezone: "true"}
    disable_welcome_email: false
follow_link:
  description:
    - Where the user goes on after a switch. To a service with its own login page, the switch is complete only when the user has
      followed the link and confirmed there.
    - V(null) in check mode and with everything but O(action=switch_account_type).
  type: str
  returned: success
  sample: https://chat.example.com/login/sso/saml?action=email_to_sso&email=zoe%40example.com
preflight:
  description:
    - What a migration means for each account, before the migration. V(null) with everything else.
    - If the preflight forbids the migration, the task fails, in check mode too, and this is in RV(error.preflight).
  type: dict
  returned: success
  contains:
    matching:
      description: The accounts that migrate. To LDAP without O(ldap_entries), those that the server will look for in LDAP.
      type: list
      elements: dict
      returned: with a migration
      contains:
        username:
          description: Name of the user.
          type: str
          returned: success
        email:
          description: Address of the user.
          type: str
          returned: success
        target:
          description: What the account is found by in the new service.
          type: str
          returned: success
        notes:
          description: Peculiarities, any of V(caller), V(administrator), V(guest), V(bot) and V(deactivated).
          type: list
          elements: str
          returned: success
    clashing:
      description:
        - The accounts that would migrate, but get into each other's way or into that of another account. Each entry has the
          C(target), the C(usernames) of the accounts that cannot migrate, and the C(reason).
      type: list
      elements: dict
      returned: with a migration
      sample: [{target: zoe.angstrom, usernames: [zoe], reason: another account has this username}]
    left_out:
      description:
        - The accounts that stay as they are, each with C(username), C(email) and the C(reason).
        - An address in O(matches) that no account has is listed without a C(username).
      type: list
      elements: dict
      returned: with a migration
      sample: [{username: max, email: max@example.com, reason: matches does not name this address}]
    already:
      description: Names of the accounts that have the new service already.
      type: list
      elements: str
      returned: with a migration
migrated:
  description:
    - Names of the accounts that a migration has changed, as they were called before. V(null) with everything else.
    - In check mode the expected ones, and V(null) where only LDAP knows.
  type: list
  elements: str
  returned: success
  sample: [ada, zoe]
diff:
  description: What changes, by option, before and after. Secrets and what the server hides are replaced by a note.
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
  sample: [update_user_auth]
unknown:
  description: Declared options whose current value the server does not reveal, and which were therefore left alone.
  type: list
  elements: str
  returned: success
  sample: [auth_data]
error:
  description: The error in parts, as RV(mmops.mattermost.mm_user#module:error), with one more.
  type: dict
  returned: failure
  contains:
    preflight:
      description: As RV(preflight).
      type: dict
      returned: when the preflight forbids the migration
"""

from ansible_collections.mmops.mattermost.plugins.module_utils._front_end import Subject, run_module
from ansible_collections.mmops.mattermost.plugins.module_utils._services.account import LOGIN_SERVICES
from ansible_collections.mmops.mattermost.plugins.module_utils._services.auth import AuthService
from ansible_collections.mmops.mattermost.plugins.module_utils._services.auth_options import ACTIONS
from ansible_collections.mmops.mattermost.plugins.module_utils._services.identity import WHO_OPTIONS

SUBJECT = Subject(
    options=dict(
        **WHO_OPTIONS,
        auth_service=dict(type="str", choices=list(LOGIN_SERVICES)),
        auth_data=dict(type="str"),
        update_unknown=dict(type="bool", default=False),
        allow_own_account=dict(type="bool", default=False),
        allow_unavailable_service=dict(type="bool", default=False),
        action=dict(type="str", choices=list(ACTIONS)),
        current_service=dict(type="str", choices=list(LOGIN_SERVICES)),
        match_field=dict(type="str", choices=["email", "username"]),
        ldap_entries=dict(type="list", elements="str"),
        matches=dict(type="dict"),
        auto=dict(type="bool", default=False),
        force=dict(type="bool", default=False),
        new_service=dict(type="str", choices=list(LOGIN_SERVICES)),
        password=dict(type="str", no_log=True),
        new_password=dict(type="str", no_log=True),
        ldap_id=dict(type="str"),
        mfa_code=dict(type="str", no_log=True),
        token=dict(type="str", no_log=True),
    ),
    rules=dict(
        required_one_of=[("auth_service", "action")],
        mutually_exclusive=[("auth_service", "action")],
        required_if=[
            ("action", "migrate_auth_to_ldap", ("current_service", "match_field")),
            ("action", "migrate_auth_to_saml", ("current_service",)),
            ("action", "reset_password", ("token", "new_password")),
            ("action", "switch_account_type", ("current_service", "new_service")),
            ("action", "verify_user_email", ("token",)),
        ],
    ),
    service=AuthService(),
)


def main():
    run_module(SUBJECT)


if __name__ == "__main__":
    main()
