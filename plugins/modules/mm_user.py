#!/usr/bin/python
# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: mm_user
short_description: Manage a user of a Mattermost server
version_added: 0.1.0
author:
  - The mmops.mattermost contributors (@mmops)
description:
  - Creates, updates, deactivates and deletes a user, and turns it into a guest or a bot and back.
  - Reads the account first and sends only what differs. A second run sends no request that writes.
  - For strings, an omitted option and V(null) both mean that the field is not managed (a module cannot tell them apart),
    and an empty string empties the field. In maps, an omitted key is kept, V(null) removes the key, and an empty string is
    stored as such. Options that cannot be empty say so.
options:
  username:
    description:
      - Name of the user. It is lower-cased, as the server does.
      - Names the account. Together with O(user_id), or if no user has this name but one has the O(email), it is the new
        name of that account.
      - Required to create a user. Cannot be emptied.
    type: str
  user_id:
    description:
      - Id of the user, 26 characters, or V(me) for the caller. Names the account whatever its name is.
      - Cannot be emptied, and cannot be used to create a user.
    type: str
  email:
    description:
      - E-mail address. It is lower-cased, as the server does.
      - Names the account if neither O(user_id) nor O(username) do.
      - Required to create a user, except a bot, which gets C(USERNAME@localhost). Cannot be emptied.
      - A new address is not verified. If the server has C(EmailSettings.RequireEmailVerification), it keeps the old
        address until the user has verified the new one, and the task warns.
    type: str
  state:
    description:
      - V(present) ensures that the account exists and is active.
      - V(inactive) ensures that the account, if it exists, is deactivated; its sessions end. Mattermost keeps the account,
        its name and its posts. Declared fields are brought to their values all the same.
      - V(absent) deletes the account and all its posts permanently. The server must allow it with
        C(ServiceSettings.EnableAPIUserDeletion).
      - With V(inactive) and V(absent), an account that does not exist is not an error.
    type: str
    choices: [present, inactive, absent]
    default: present
  first_name:
    description: First name, at most 64 characters. An empty string empties it.
    type: str
  last_name:
    description: Last name, at most 64 characters. An empty string empties it.
    type: str
  nickname:
    description: Nickname, at most 64 characters. An empty string empties it.
    type: str
  position:
    description: Position in the company, at most 128 characters. An empty string empties it.
    type: str
  locale:
    description:
      - Language of the user interface, like V(en), V(de) or V(pt-BR). An empty string leaves the choice to the server.
      - When a user is created with a locale that the server does not know, the server takes its default, and the task warns.
    type: str
  timezone:
    description:
      - Time zone, either the name of one, like V(Europe/Berlin), or a map with the keys C(useAutomaticTimezone),
        C(automaticTimezone) and C(manualTimezone).
      - A name sets the manual time zone; with an empty string, the user's device sets it.
      - A map is merged into the current one, unless O(exact) lists V(timezone).
    type: raw
  props:
    description:
      - Properties of the user, a map of strings. They are merged into the current ones, unless O(exact) lists V(props).
      - V(null) removes a key. An empty map changes nothing, or with O(exact) removes all properties.
    type: dict
  notify_props:
    description:
      - Notification settings, a map of strings. They are merged into the current ones (of a new user, into the server's
        defaults), unless O(exact) lists V(notify_props).
      - A 7.x server shows them to nobody but the user. Those of another existing user are therefore not touched, and listed
        in RV(unknown), unless O(update_unknown=true).
      - V(null) removes a key. An empty map changes nothing, or with O(exact) restores the defaults.
    type: dict
  exact:
    description:
      - Maps that are replaced as a whole instead of being merged. Keys that are not declared are removed.
      - With V(teams), the user leaves all teams that O(teams) does not name. Leaving a team ends the memberships in its
        channels. Archived teams are left alone.
    type: list
    elements: str
    choices: [props, notify_props, timezone, teams]
    default: []
  teams:
    description:
      - Teams that the user is in, and channels of them. Memberships are added. A user leaves teams only if O(exact) lists
        V(teams), and channels only with their team.
      - Each is a map with C(name), the name in the address of the team, C(role), V(member) or V(admin), and C(channels), a
        list of names of public or private channels. If C(role) is omitted, it is not managed, and a new member has V(member).
        A member whose roles were emptied gets V(member).
      - A text does as well, like V(sales), V(sales:admin), or V(sales/dev) for the channel C(dev) of the team C(sales). A team
        may be there several times; then it is all of that.
      - Whoever joins a team joins C(town-square) with it, and usually C(off-topic). A guest joins the named channels only, so
        the task fails if there are none. A guest cannot be V(admin).
      - A team or channel that does not exist or is archived, that the caller may not manage, or whose members are those of
        groups, and an address that the team does not take, are errors before anything is sent.
      - An account that is to be V(inactive) or V(absent) keeps its memberships as they are.
      - The memberships are not part of RV(user). What changes is in RV(diff), by team.
      - Over the local socket, C(role) cannot be declared.
    type: list
    elements: raw
  roles:
    description:
      - System roles, as a set, like V(system_user) and V(system_admin). All others are removed.
      - If omitted, roles are not managed; a new user has V(system_user). An empty list is refused, as it would remove all
        rights of the user.
    type: list
    elements: str
  guest:
    description:
      - V(true) demotes the user to a guest, whose only role is C(system_guest). The server needs a licence for that.
      - V(false) promotes a guest to a user with the role C(system_user).
      - If omitted, it is not managed.
    type: bool
  bot:
    description:
      - V(true) turns the account into a bot. A new bot needs neither O(password) nor O(email).
      - V(false) turns a bot into a user, which needs O(password).
      - If omitted, it is not managed.
    type: bool
  bot_owner:
    description:
      - Name or id of the user that owns the bot, or V(me). By default the caller owns a bot that O(bot=true) makes.
      - A bot that was converted from a user may own itself. A server may never answer a request that switches such a bot off,
        so O(state=inactive) and O(state=absent) give it an owner first, this one or the caller.
    type: str
  auth_service:
    description:
      - Login service of a new user, like V(ldap) or V(saml). Together with O(auth_data), instead of O(password).
      - It counts on creation only. If an existing account has another one, the task warns.
      - The server accepts any. The task warns if the service is, or may be, switched off, as the user cannot log in
        then.
    type: str
  auth_data:
    description:
      - Identity of a new user in its O(auth_service). It counts on creation only; M(mmops.mattermost.mm_user_auth) changes it.
    type: str
  email_verified:
    description:
      - Whether the address of a new user counts as verified.
      - The server shows it to nobody but the user. For another existing user, V(true) is therefore sent only when the
        address changes or O(update_unknown=true), and otherwise listed in RV(unknown).
      - A verification cannot be taken back.
    type: bool
  image:
    description:
      - Profile picture, the path of a file (PNG, JPEG, GIF, BMP, WebP or TIFF) on the host that runs the task, or
        V(default) for the picture that the server draws.
      - A picture that the server shows already is not sent again. Pictures are compared as the server stores them, cropped
        to a square of 128 pixels, so a difference that cannot be seen at that size does not count. This needs Pillow.
      - Cannot be empty.
    type: str
  terms_of_service:
    description:
      - Decision about the server's terms of service. The API records it for the caller only, so it can be changed only with
        the token of the user itself.
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
    description:
      - Password, which must meet the server's policy. Required to create a user, unless O(auth_service) or O(bot) is given.
      - Whether the password of an existing account is touched depends on O(update_password). Cannot be empty.
    type: str
  update_password:
    description:
      - V(on_create) sets the password when the account is created, and never again.
      - V(always) sets it in every run, so that the task is always changed.
      - V(when_different) tries to log in with O(password), and logs out again, to see whether it differs. This happens in
        check mode as well. A login that fails counts towards the lockout of the account
        (C(ServiceSettings.MaximumLoginAttempts)), and appears in its audits. For a deactivated or locked account this is
        impossible, and the password is listed in RV(unknown).
    type: str
    choices: [on_create, always, when_different]
    default: on_create
  current_password:
    description: The caller's own password, which the server requires when callers change their own O(password) or O(email).
    type: str
  convert_to_email_auth:
    description:
      - Setting a password on an account of a login service (LDAP, SAML, ...) turns it into an e-mail account.
        The task refuses that unless this is V(true).
    type: bool
    default: false
  rename:
    description:
      - Whether one of O(username) and O(email) may differ from those of the account. An account that is found by its address
        gets another O(username), and a deactivated one comes back with another O(email).
      - Without it the task refuses both, as a typo would rename a colleague, and a newcomer would get the account of somebody
        who has left. O(user_id) names one account for certain and needs no consent.
    type: bool
    default: false
  unlock:
    description:
      - Unlock the account, if failed logins have locked it, by setting their number to 0. The server does not show how many
        lock an account (C(ServiceSettings.MaximumLoginAttempts)), so this is done as soon as one has failed.
      - This needs Mattermost 10.11 or later, and an account with e-mail or LDAP login that is not the caller's own. On an older
        server a new password unlocks the account.
    type: bool
  missing:
    description:
      - What to do if O(state=inactive) or O(state=absent) names an account that does not exist. It may have been deleted, or
        its name may have a typo. V(warn) warns, V(fail) fails, and V(ignore) does neither. The task is not changed.
    type: str
    choices: [ignore, warn, fail]
    default: warn
  update_unknown:
    description:
      - Whether to send declared fields that the server does not reveal (O(notify_props), O(email_verified), O(unlock)),
        and a new O(email) that takes effect only when the user confirms it. The task is then always changed.
    type: bool
    default: false
extends_documentation_fragment:
  - mmops.mattermost.connection
  - mmops.mattermost.attributes
attributes:
  idempotent:
    description: A second run changes nothing and sends no request that writes.
    support: partial
    details:
      - With O(update_password=always) or O(update_unknown=true) the task is always changed, as the server does not reveal
        what it has.
      - With O(update_password=when_different) a login is sent to compare, and logged out again.
requirements:
  - Pillow (for O(image) with a file)
seealso:
  - name: Mattermost API reference
    description: The Users section of the REST API.
    link: https://api.mattermost.com/
"""

EXAMPLES = r"""
- name: Ensure that a user exists and is active
  mmops.mattermost.mm_user:
    api_url: https://chat.example.com
    api_token: "{{ mattermost_token }}"
    username: zoe
    email: zoe@example.com
    first_name: Zoë
    last_name: Ångström
    position: Site reliability engineer
    locale: de
    timezone: Europe/Stockholm
    password: "{{ initial_password }}"
    email_verified: true

- name: Make her an administrator
  mmops.mattermost.mm_user:
    username: zoe
    roles:
      - system_user
      - system_admin

- name: Rename her, whatever else is declared elsewhere
  mmops.mattermost.mm_user:
    email: zoe@example.com
    username: zoe.angstrom
    rename: true

- name: Note a cost centre, keep all other properties, and remove one
  mmops.mattermost.mm_user:
    username: zoe.angstrom
    props:
      cost_center: "4711"
      temporary_badge:

- name: Give her a picture
  mmops.mattermost.mm_user:
    username: zoe.angstrom
    image: files/zoe.png

- name: Set her password if it is not this one
  mmops.mattermost.mm_user:
    username: zoe.angstrom
    password: "{{ new_password }}"
    update_password: when_different

- name: Create a bot
  mmops.mattermost.mm_user:
    username: deploy-bot
    bot: true

- name: Let her administer a team, and be in two channels of another one
  mmops.mattermost.mm_user:
    username: zoe.angstrom
    teams:
      - name: operations
        role: admin
      - name: sales
        channels: [general, deals]

- name: Let her leave all teams but these
  mmops.mattermost.mm_user:
    username: zoe.angstrom
    teams: [operations, sales/deals]
    exact: [teams]

- name: Deactivate a leaver; the sessions end
  mmops.mattermost.mm_user:
    username: zoe.angstrom
    state: inactive

- name: Delete the account and all its posts for good
  mmops.mattermost.mm_user:
    username: zoe.angstrom
    state: absent
"""

RETURN = r"""
user:
  description:
    - The user as the API returns it to the caller, times in milliseconds. V(null) if there is none.
    - In check mode it is the predicted user, where V(null) stands for what only the server can choose.
  type: dict
  returned: success
  sample:
    id: 8fj3bqtrwjnzfxpkbg9z4phbac
    create_at: 1700000000000
    update_at: 1700000000000
    delete_at: 0
    username: zoe
    auth_data: ""
    auth_service: ""
    email: zoe@example.com
    nickname: ""
    first_name: Zoë
    last_name: Ångström
    position: Site reliability engineer
    roles: system_user
    locale: de
    timezone: {automaticTimezone: "", manualTimezone: Europe/Stockholm, useAutomaticTimezone: "false"}
    disable_welcome_email: false
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
  sample: [create_user, update_user_roles]
unknown:
  description: Declared options whose current value the server does not reveal, and which were therefore left alone.
  type: list
  elements: str
  returned: success
  sample: [email_verified]
error:
  description: The error in parts.
  type: dict
  returned: failure
  contains:
    operation:
      description: Name of the API operation that failed, or V(null) if none was under way.
      type: str
      returned: failure
    status:
      description: HTTP status of the server's answer.
      type: int
      returned: when the server answered
    id:
      description: The server's name of the error.
      type: str
      returned: when the server answered
    message:
      description: The server's message, in the language of the caller.
      type: str
      returned: when the server answered
    request_id:
      description: Id of the request in the server's log.
      type: str
      returned: when the server answered
"""

from ansible_collections.mmops.mattermost.plugins.module_utils._front_end import Subject, run_module
from ansible_collections.mmops.mattermost.plugins.module_utils._services.user import UserService
from ansible_collections.mmops.mattermost.plugins.module_utils._services.user_fields import MISSING_OPTION, USER_OPTIONS

SUBJECT = Subject(
    options={**USER_OPTIONS, **MISSING_OPTION},
    rules=dict(required_one_of=[("username", "user_id", "email")]),
    service=UserService(),
)


def main():
    run_module(SUBJECT)


if __name__ == "__main__":
    main()
