#!/usr/bin/python
# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: mm_user_operation
short_description: Carry out one operation of the API of a Mattermost server
version_added: 0.1.0
author:
  - The mmops.mattermost contributors (@mmops)
description:
  - Carries out any operation of the Users API by its name, as it is, and of its neighbours those that user administration
    needs (bots, memberships of teams and channels, the user report, limits, licence, client configuration, roles). It is
    meant for what no other module of the collection does.
  - Arguments are checked before anything is sent. In check mode, operations that only read are carried out, those that
    write are not.
  - Operations have no memory. One that writes is carried out in every run, whatever the state of the server is, and the
    task is changed.
  - The page C(Operations of the API) of the collection's documentation tells of each operation which permission,
    licence, setting and version of the server it needs, and which module of the collection should be used instead.
options:
  operation:
    description: Name of the operation, as in the API reference.
    type: str
    required: true
    choices:
      - add_channel_member
      - add_team_member
      - add_team_members
      - assign_bot
      - attach_device_id
      - autocomplete_users
      - check_user_mfa
      - convert_bot_to_user
      - convert_user_to_bot
      - create_bot
      - create_user
      - create_user_access_token
      - delete_user
      - demote_user_to_guest
      - disable_bot
      - disable_user_access_token
      - enable_bot
      - enable_user_access_token
      - generate_mfa_secret
      - get_all_teams
      - get_bot
      - get_bots
      - get_channel_by_name
      - get_channel_by_name_for_team_name
      - get_channel_member
      - get_channel_members
      - get_channel_members_by_ids
      - get_channel_members_for_user
      - get_channel_members_with_team_data_for_user
      - get_channels_for_team_for_user
      - get_client_config
      - get_client_license
      - get_default_profile_image
      - get_known_users
      - get_ping
      - get_profile_image
      - get_role_by_name
      - get_roles_by_names
      - get_server_limits
      - get_sessions
      - get_team
      - get_team_by_name
      - get_team_member
      - get_team_members
      - get_team_members_by_ids
      - get_team_members_for_user
      - get_teams_for_user
      - get_total_users_stats
      - get_total_users_stats_filtered
      - get_uploads_for_user
      - get_user
      - get_user_access_token
      - get_user_access_tokens
      - get_user_access_tokens_for_user
      - get_user_audits
      - get_user_by_email
      - get_user_by_username
      - get_user_count_for_reporting
      - get_user_terms_of_service
      - get_users
      - get_users_by_group_channel_ids
      - get_users_by_ids
      - get_users_by_usernames
      - get_users_for_reporting
      - login
      - login_by_cws_token
      - logout
      - migrate_auth_to_ldap
      - migrate_auth_to_saml
      - patch_bot
      - patch_user
      - permanent_delete_all_users
      - promote_guest_to_user
      - publish_user_typing
      - register_terms_of_service_action
      - remove_team_member
      - remove_user_from_channel
      - reset_password
      - reset_password_failed_attempts
      - revoke_all_sessions
      - revoke_session
      - revoke_sessions_from_all_users
      - revoke_user_access_token
      - search_user_access_tokens
      - search_users
      - send_password_reset_email
      - send_verification_email
      - set_default_profile_image
      - set_profile_image
      - switch_account_type
      - update_channel_member_scheme_roles
      - update_channel_roles
      - update_team_member_roles
      - update_team_member_scheme_roles
      - update_user
      - update_user_active
      - update_user_auth
      - update_user_mfa
      - update_user_password
      - update_user_roles
      - verify_user_email
      - verify_user_email_without_token
  arguments:
    description:
      - Parameters of the operation, by the names of the API. See the API reference for what each operation takes.
      - Those that hold a secret are never shown in the result or in a log.
      - A parameter that is V(null) is not sent.
    type: dict
    default: {}
    suboptions:
      _:
        description:
          - Any number. Makes the address of a picture a new one, so that no cache between here and the server answers.
        type: float
      accepted:
        description: Whether the terms of service are accepted.
        type: bool
      activate:
        description: Whether MFA is to be active.
        type: bool
      active:
        description: Whether the user is to be active; for V(get_users), whether to list only active users.
        type: bool
      allow_inactive:
        description: Whether to find deactivated users as well.
        type: bool
      allow_marketing:
        description: Whether the user agreed to receive marketing messages.
        type: bool
      already_hashed:
        description: Whether O(arguments.new_password) is a hash that the server stores without a check.
        type: bool
      auth_data:
        description: Identity of the user in O(arguments.auth_service).
        type: str
      auth_service:
        description: Login service of the user, like V(ldap) or V(saml).
        type: str
      auto:
        description:
          - Whether users are matched by the e-mail addresses that the service tells, instead of O(arguments.matches).
        type: bool
      bot_user_id:
        description: Id of the user that the bot is.
        type: str
      channel_id:
        description: Id of a channel.
        type: str
      channel_name:
        description: Name of a channel, as in its address.
        type: str
      channel_roles:
        description: Roles in a channel; a list for V(search_users), else names separated by commas.
        type: raw
      code:
        description: Current MFA code. Only needed to activate.
        type: str
      current_password:
        description: Current password of the caller.
        type: str
      current_service:
        description: Login service that the user has now; V(email) if none.
        type: str
      cws_token:
        description: Token of the customer portal.
        type: str
      date_range:
        description: Time for which the days of activity are counted, like V(last30days) or V(alltime).
        type: str
      delete_at:
        description: Time of the deactivation in milliseconds. V(0) stands for an active user.
        type: int
      description:
        description: Description of the token, at most 255 characters, or of the bot.
        type: str
      device_id:
        description: Id of the mobile device.
        type: str
      direction:
        description: V(next) for the users behind O(arguments.from_id), V(prev) for those before it.
        type: str
      display_name:
        description: Name of the bot that people see.
        type: str
      email:
        description: E-mail address.
        type: str
      email_verified:
        description: Whether the address counts as verified.
        type: bool
      exclude_deleted_users:
        description: Whether to leave deactivated users out.
        type: bool
      expires_at:
        description: Time in milliseconds when the token expires. Only newer servers know it.
        type: int
      first_name:
        description: First name.
        type: str
      force:
        description: Whether to migrate even if users are left out.
        type: bool
      format:
        description: Form of the answer. Always V(old).
        type: str
      from:
        description: Login service that the users have now, like V(email).
        type: str
      from_column_value:
        description: Value of O(arguments.sort_column) of the last user of the page before.
        type: str
      from_id:
        description: Id of the last user of the page before.
        type: str
      graceful:
        description: With any value, users who cannot be added are answered with their errors, and the others are added.
        type: bool
      group_channel_ids:
        description: Ids of group messages.
        type: list
        elements: str
      group_constrained:
        description: Whether to list only users that the groups of the team or channel allow to join.
        type: bool
      has_no_team:
        description: Whether to list only users that are in no team.
        type: bool
      hide_active:
        description: Whether to list only deactivated users.
        type: bool
      hide_inactive:
        description: Whether to list only active users.
        type: bool
      id:
        description:
          - Id of the user, in addition to O(arguments.user_id) for V(update_user), or instead of O(arguments.login_id).
        type: str
      iid:
        description: Id of an invitation to a team.
        type: str
      image:
        description: Path of a picture on the host that runs the task.
        type: path
      in_channel:
        description: Id of a channel.
        type: str
      in_channel_id:
        description: Id of a channel.
        type: str
      in_group:
        description: Id of a group.
        type: str
      in_group_id:
        description: Id of a group.
        type: str
      in_team:
        description: Id of a team.
        type: str
      inactive:
        description: Whether to list only deactivated users.
        type: bool
      include_bots:
        description: Whether to count bots.
        type: bool
      include_deleted:
        description: Whether to count deactivated users, or to find disabled bots or archived channels.
        type: bool
      last_delete_at:
        description: Time in milliseconds. Channels that were archived earlier are left out.
        type: int
      last_name:
        description: Last name.
        type: str
      ldap_id:
        description: Identity of the user in LDAP.
        type: str
      ldap_only:
        description: Whether only LDAP may prove the password.
        type: bool
      limit:
        description: Number of users at most.
        type: int
      locale:
        description: Language of the user interface, like V(en).
        type: str
      login_id:
        description: User name or e-mail address.
        type: str
      match_field:
        description: Attribute of LDAP that users are matched by, V(email) or V(username).
        type: str
      matches:
        description: E-mail addresses, each with the user name of the account that it belongs to in the service.
        type: dict
      members:
        description: Users to add, maps with the keys C(team_id) and C(user_id), at most 256.
        type: list
        elements: dict
      mfa_code:
        description: Current MFA code.
        type: str
      name:
        description: Beginning of a name.
        type: str
      new_password:
        description: New password.
        type: str
      new_service:
        description: Login service that the user is to have; V(email) for none.
        type: str
      nickname:
        description: Nickname.
        type: str
      not_in_channel:
        description: Id of a channel.
        type: str
      not_in_channel_id:
        description: Id of a channel.
        type: str
      not_in_group:
        description: Id of a group.
        type: str
      not_in_team:
        description: Id of a team.
        type: str
      not_in_team_id:
        description: Id of a team.
        type: str
      notify_props:
        description: Notification settings, a map of strings. They replace the current ones as a whole.
        type: dict
      only_orphaned:
        description: Whether to list only bots whose owner is deactivated.
        type: bool
      page:
        description: Number of the page; the first is V(0).
        type: int
      page_size:
        description: Number of users on a page, at most 100.
        type: int
      parent_id:
        description: Id of the post that is answered.
        type: str
      password:
        description: Password.
        type: str
      per_page:
        description: Number of items on a page; the server answers at most 200.
        type: int
      permanent:
        description: Whether to delete the account and its posts for good, instead of deactivating it.
        type: bool
      position:
        description: Position in the company.
        type: str
      post_root_id:
        description: Id of the post that the message about the new member answers.
        type: str
      props:
        description: Properties, a map of strings. They replace the current ones as a whole.
        type: dict
      role:
        description: Part of the name of a system role.
        type: str
      role_filter:
        description: Name of a system role.
        type: str
      role_name:
        description: Name of a role.
        type: str
      role_names:
        description: Names of roles.
        type: list
        elements: str
      roles:
        description:
          - System roles, or roles in a team or channel. A list for V(search_users); names separated by commas for V(get_users),
            else by blanks.
          - An empty text takes all roles away.
        type: raw
      scheme_admin:
        description: Whether the member is an administrator of the team or channel.
        type: bool
      scheme_user:
        description: Whether the member is an ordinary member of the team or channel.
        type: bool
      search_term:
        description: Part of a user name, name or e-mail address.
        type: str
      session_id:
        description: Id of a session.
        type: str
      set_system_admin:
        description: Whether the user becomes an administrator.
        type: bool
      since:
        description: Time in milliseconds. Only users that changed since are answered.
        type: int
      sort:
        description: Order of the users or members.
        type: str
      sort_column:
        description: "Order of the users: V(Username), V(FirstName), V(LastName), V(Nickname), V(Email) or V(CreateAt)."
        type: str
      sort_direction:
        description: V(asc) or V(desc).
        type: str
      t:
        description: Token of an invitation to a team.
        type: str
      team_filter:
        description: Id of a team.
        type: str
      team_id:
        description: Id of a team.
        type: str
      team_name:
        description: Name of a team, as in its address.
        type: str
      team_roles:
        description: Roles in a team; a list for V(search_users), else names separated by commas.
        type: raw
      term:
        description: What is searched for.
        type: str
      termsOfServiceId:
        description: Id of the terms of service.
        type: str
      timezone:
        description: Map with the keys C(useAutomaticTimezone), C(automaticTimezone) and C(manualTimezone).
        type: dict
      token:
        description: Token that was sent by e-mail; for V(login), the current MFA code.
        type: str
      token_id:
        description: Id of a personal access token.
        type: str
      user_id:
        description: Id of the user, 26 characters, or V(me) for the caller.
        type: str
      user_ids:
        description: Ids of users.
        type: list
        elements: str
      username:
        description: User name.
        type: str
      usernames:
        description: User names in lower case.
        type: list
        elements: str
      without_team:
        description: Whether to list only users that are in no team.
        type: bool
  all_pages:
    description:
      - Whether to read all pages of an answer that comes in pages, instead of one.
      - Excludes O(arguments.page) and O(arguments.per_page).
    type: bool
    default: false
  confirm:
    description:
      - Name of the operation once more. V(permanent_delete_all_users) and V(revoke_sessions_from_all_users), which hit every
        user of the server, the caller included, are refused without it.
    type: str
  return_secrets:
    description:
      - Whether secrets of the answer (the value of a new token, an MFA secret and its QR code, the session token of a login,
        the hash of a password) are returned in RV(secrets). In RV(answer) they are replaced by a note.
      - These values are secrets, so give the task C(no_log) or take care of the registered variable.
    type: bool
    default: false
extends_documentation_fragment:
  - mmops.mattermost.connection
  - mmops.mattermost.attributes
attributes:
  check_mode:
    description: Can predict the result without sending a request that writes.
    support: partial
    details:
      - An operation that only reads is carried out. One that writes is checked and not sent; its answer is V(null) then.
  diff_mode:
    description: Returns what changes, before and after.
    support: none
    details:
      - An operation does not tell what was before.
  idempotent:
    description: A second run changes nothing and sends no request that writes.
    support: none
    details:
      - An operation that writes is sent in every run, and the task is changed in every run. An operation that only reads
        never changes anything.
notes:
  - An operation that the server is known not to have is refused before it is sent. The task knows the version from the first
    answer of the server.
  - The session that V(login) opens is lost if O(return_secrets) does not ask for its token. To log in for a task, use
    O(api_login_id) instead.
  - V(check_user_mfa) was removed in version 6.0 of the server. Where it is missing, the task warns and answers from
    C(mfa_active) of the account.
  - If the answer to an operation that is not safe to repeat is lost, it is not sent again, and the task fails and says so.
seealso:
  - module: mmops.mattermost.mm_user
  - module: mmops.mattermost.mm_user_info
  - name: Mattermost API reference
    description: The REST API of the server.
    link: https://api.mattermost.com/
"""

EXAMPLES = r"""
- name: Create another account in every run
  mmops.mattermost.mm_user_operation:
    api_url: https://chat.example.com
    api_token: "{{ mattermost_token }}"
    operation: create_user
    arguments:
      username: zoe
      email: zoe@example.com
      password: "{{ initial_password }}"

- name: Read the account
  mmops.mattermost.mm_user_operation:
    operation: get_user_by_username
    arguments:
      username: zoe
  register: zoe

- name: Send her an e-mail to reset her password
  mmops.mattermost.mm_user_operation:
    operation: send_password_reset_email
    arguments:
      email: "{{ zoe.answer.email }}"

- name: List the tokens of all users
  mmops.mattermost.mm_user_operation:
    operation: get_user_access_tokens
    all_pages: true
  register: tokens

- name: Create a token and keep its value
  mmops.mattermost.mm_user_operation:
    operation: create_user_access_token
    arguments:
      user_id: "{{ zoe.answer.id }}"
      description: backup
    return_secrets: true
  register: created

- name: Disable it again
  mmops.mattermost.mm_user_operation:
    operation: disable_user_access_token
    arguments:
      token_id: "{{ created.answer.id }}"

- name: Show what it would take to end the sessions of all users
  mmops.mattermost.mm_user_operation:
    operation: revoke_sessions_from_all_users
    confirm: revoke_sessions_from_all_users
  check_mode: true
"""

RETURN = r"""
answer:
  description:
    - The answer of the server as it is, secrets replaced by a note. A picture is text in base64 (PNG).
    - In check mode, V(null) for an operation that writes.
  type: raw
  returned: success
  sample: {status: OK}
secrets:
  description:
    - With O(return_secrets), the secrets of the answer by their names. The session token of a login is C(session_token).
    - Otherwise, and in check mode for an operation that writes, an empty map.
  type: dict
  returned: success
  sample: {}
diff:
  description: What changes. Always empty, as an operation does not tell what was before.
  type: dict
  returned: success
  contains:
    before:
      description: Always C({}).
      type: str
      returned: success
    after:
      description: Always C({}).
      type: str
      returned: success
operations:
  description:
    - The O(operation) if it writes and was carried out; in check mode, if it would be. Otherwise empty.
  type: list
  elements: str
  returned: always
  sample: [send_password_reset_email]
unknown:
  description: Declared options that could not be compared. Always empty, as nothing is compared.
  type: list
  elements: str
  returned: success
  sample: []
error:
  description: The error in parts, as RV(mmops.mattermost.mm_user#module:error).
  type: dict
  returned: failure
"""

from ansible_collections.mmops.mattermost.plugins.module_utils._api.operations import OPERATIONS
from ansible_collections.mmops.mattermost.plugins.module_utils._front_end import Subject, run_module
from ansible_collections.mmops.mattermost.plugins.module_utils._services.operation import OperationService, argument_options

SUBJECT = Subject(
    options=dict(
        operation=dict(type="str", required=True, choices=sorted(OPERATIONS)),
        arguments=dict(type="dict", default={}, options=argument_options()),
        all_pages=dict(type="bool", default=False),
        confirm=dict(type="str"),
        return_secrets=dict(type="bool", default=False, no_log=False),
    ),
    service=OperationService(),
)


def main():
    run_module(SUBJECT)


if __name__ == "__main__":
    main()
