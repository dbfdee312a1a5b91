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
  - Memberships in teams and channels are read with one request for each of them and each thousand users, and added with one for
    each hundred. With V(teams) in C(exact), each team of the server is read, or each user is, whichever is less.
  - The whole roster is checked before anything is sent. If single users fail all the same, the others are done, the task
    fails with a list of who failed and why, and the next run finishes the rest.
options:
  users:
    description:
      - The users. Each takes the options of M(mmops.mattermost.mm_user), and needs C(username), C(user_id) or C(email).
      - Unlike in M(mmops.mattermost.mm_user), an account that is named by C(username) is never found by its C(email). Rename
        with C(user_id).
      - List every account only once, whatever you name it by.
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
        choices: [props, notify_props, timezone, teams]
        default: []
      teams:
        description:
          - As O(mmops.mattermost.mm_user#module:teams). In a CSV file, use texts like V(sales:admin;sales/dev;support).
          - All users of the roster are read and added together. A mistake about a team or channel itself fails the task
            before anything is sent.
        type: list
        elements: raw
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
      update_unknown:
        description: As O(mmops.mattermost.mm_user#module:update_unknown).
        type: bool
        default: false
      expires_on:
        description:
          - The last day of the entry has passed on this date, like V(2027-03-31). From this day on, in UTC, V(present) in
            O(users[].state) means V(inactive).
          - The task warns from 14 days before, and lists the entry in RV(expiring).
        type: str
      delete_at:
        description:
          - How the API says that an account is deactivated, V(0) if it is not. Any other time makes V(inactive) of V(present)
            in O(users[].state).
        type: int
  src:
    description:
      - Path of a roster file on the host that runs the task, instead of O(users). The ending tells the format, C(.csv),
        C(.tsv), C(.json), C(.jsonl), C(.ndjson), C(.yaml) or C(.yml). It must be a regular file of at most 100 MB, in UTF-8, or
        in UTF-16 with a byte order mark.
      - The file is read directly. A list of thousands that passes through Ansible's templating takes far longer.
      - The first line of a CSV file names the options, in any case. The separator is found by itself. A line C(sep=;) and the
        line C(#TYPE) of PowerShell may come before. In a list, values are separated by spaces, commas or semicolons; maps
        are written as JSON. An empty cell means empty for C(first_name), C(last_name), C(nickname) and C(position), and not
        declared for all others. An apostrophe before C(=), C(+), C(-) or C(@) is left out.
      - A column C(team:sales) says V(member), V(admin), V(yes) or V(no) of the team C(sales), a column C(channel:sales/dev)
        V(yes) or V(no) of its channel C(dev). An empty cell means V(no), which ends a membership only with V(teams) in
        C(exact).
      - A JSON or YAML file holds a list of maps, or a map with one key, or with the key C(users), that holds it. Scalars are
        taken as they are written, so that a number keeps its leading zeros. YAML needs PyYAML.
      - In JSON Lines, each line holds a map. Lines of a bulk import or export of Mattermost are taken as well. Their keys that
        are not options are left out with a warning, and lines of other types than C(user) are ignored.
      - In JSON and YAML, users may stand as the API and M(mmops.mattermost.mm_user_info) show them. Keys that cannot be
        declared are ignored, and the account is named by its C(username).
    type: path
  columns:
    description:
      - What to do with columns or keys of O(src) that are not named like the options. Each rule stands under the heading of
        its column. It may name columns C(team:NAME) and C(channel:TEAM/NAME) like options.
      - An empty value leaves the column out. A text renames it, like C(Login) to V(username).
      - "A map with C(to) and C(values) translates values, like C({to: state, values: {Yes: present, No: inactive}}). Upper and
        lower case are the same. A value that is not listed is an error, unless C(otherwise) says what it stands for. C(null)
        stands for not declared."
      - "A map with C(split) splits a text in two, like C({split: [first_name, last_name]}). It is split at the last blank, or
        at the first one with C(at: first), or at another C(separator)."
      - "A map with C(constant) under the name of an option gives all entries a value, like C(locale: {constant: de})."
      - The key C(username_from) names the column or option, such as V(email), that user names are made of where there are none.
        What stands before the C(@) counts, in lower case, with a dash for each character that a user name cannot hold.
    type: dict
    default: {}
  delimiter:
    description:
      - The separator of a CSV file in O(src), a character, or V(comma), V(semicolon) or V(tab). Without it, the one is taken
        that makes the most known headings.
    type: str
  defaults:
    description:
      - Options for all entries that do not declare them. Maps are merged key by key. O(defaults.teams) and O(defaults.exact)
        are joined with those of an entry; what an entry says of a team counts.
    type: dict
    suboptions:
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
      roles:
        description: As O(mmops.mattermost.mm_user#module:roles).
        type: list
        elements: str
      guest:
        description: As O(mmops.mattermost.mm_user#module:guest).
        type: bool
      auth_service:
        description: As O(mmops.mattermost.mm_user#module:auth_service).
        type: str
      email_verified:
        description: As O(mmops.mattermost.mm_user#module:email_verified).
        type: bool
      exact:
        description: As O(mmops.mattermost.mm_user#module:exact).
        type: list
        elements: str
        choices: [props, notify_props, timezone, teams]
        default: []
      teams:
        description: As O(mmops.mattermost.mm_user#module:teams).
        type: list
        elements: raw
  missing:
    description:
      - What to do about entries with O(users[].state=inactive) or O(users[].state=absent) whose account does not exist. It may
        be a spelling mistake. Nothing is changed in any case.
      - V(warn) names them with their places, V(fail) reports an error for each of them, and V(ignore) says nothing.
      - All of them are in RV(missing).
    type: str
    choices: [ignore, warn, fail]
    default: warn
  missing_password:
    description:
      - What to do when a new user has neither C(password) nor C(auth_service).
      - V(fail) reports an error for this user.
      - V(random) gives the account a random password that nobody knows. The user gets in by a password reset, or by the
        file in O(passwords_directory).
    type: str
    choices: [fail, random]
    default: fail
  passwords_directory:
    description:
      - Existing folder on the host that runs the task for the passwords of O(missing_password=random), each in a file
        C(USERNAME.password) that its owner alone can read. Bots have none.
      - A file is written before its password is sent, so that no password is lost if the run is killed. It is removed if the
        server refuses the account.
      - Users who exist keep their password, unless their entry has C(update_password=always) and no C(password). They get
        another one in every run.
    type: path
  prune:
    description:
      - What to do with active accounts that the roster does not know.
      - V(none) does not look for them, V(report) lists them in RV(prunable), and V(deactivate) deactivates them.
      - The caller, bots, and the last active administrator are never touched. Bots with the role of an administrator do not
        count as administrators who are left.
    type: str
    choices: [none, report, deactivate]
    default: none
  prune_scope:
    description:
      - Only accounts that meet all parts can be pruned. An empty map or part is an error, so that it never stands for all
        accounts by mistake.
    type: dict
    default: {everybody: true}
    suboptions:
      everybody:
        description: All accounts, as if O(prune_scope) were left out. It can only be combined with O(prune_scope.except).
        type: bool
      auth_service:
        description:
          - Login service, V(ldap), V(saml), V(gitlab), V(google), V(office365) or V(openid), or V(email) for accounts with a
            password.
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
      except:
        description:
          - User names, or patterns like V(svc-*), of accounts that are never pruned. They need not exist, and nothing else
            about them is managed.
        type: list
        elements: str
  max_prune:
    description:
      - The task fails before anything is sent if O(prune=deactivate) would deactivate more accounts than this,
        a number or a percentage of the active accounts in O(prune_scope).
    type: str
    default: 10%
  concurrency:
    description: How many users are processed at a time, at most 16.
    type: int
    default: 8
  on_error:
    description:
      - V(continue) goes on with the other users when one fails; V(stop) starts no further ones.
    type: str
    choices: [continue, stop]
    default: continue
  full_result:
    description:
      - Ansible prints the whole result of a task that fails. So it holds the first twenty elements of each list, of
        RV(failures) one for each reason first, and RV(omitted) tells how many others there are.
      - With V(true), the result holds all of them, for tasks that follow. Combine it with C(failed_when) or C(no_log), else the
        screen is full of them.
    type: bool
    default: false
    version_added: 0.2.0
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

- name: Take an export of Active Directory, and make user names of the addresses
  mmops.mattermost.mm_users:
    src: files/accounts.csv
    missing_password: random
    columns:
      mail: email
      username_from: email
      DisplayName: {split: [first_name, last_name]}
      Enabled: {to: state, values: {"True": present, "False": inactive}}
    defaults:
      locale: de
      timezone: Europe/Berlin

- name: Declare some users in the playbook
  mmops.mattermost.mm_users:
    users:
      - username: zoe
        email: zoe@example.com
        password: "{{ initial_password }}"
        roles: [system_user, system_admin]
      - username: ada
        state: inactive

- name: Bring people into their teams and channels, and out of all others
  mmops.mattermost.mm_users:
    src: files/teams.csv
    missing_password: random
    columns:
      Sales: team:sales
      Deals?: channel:sales/deals
    defaults:
      teams: [operations]
      exact: [teams]

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
      except: [svc-*, auditor]
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
missing:
  description: Entries that should be inactive or absent, and whose account does not exist.
  type: list
  elements: dict
  returned: success or partial failure
  contains:
    username:
      description: Name of the user, or what else the entry names it by.
      type: str
      returned: always
    where:
      description: Place in the roster.
      type: str
      returned: always
expiring:
  description: Entries whose end, C(expires_on), is near or has come.
  type: list
  elements: dict
  returned: success or partial failure
  contains:
    username:
      description: Name of the user, or what else the entry names it by.
      type: str
      returned: always
    expires_on:
      description: The end.
      type: str
      returned: always
    days_left:
      description: How many days are left, V(0) if the end has come.
      type: int
      returned: always
    where:
      description: Place in the roster.
      type: str
      returned: always
omitted:
  description: How many elements of each list the result of a failed task does not hold. O(full_result) brings them.
  type: dict
  returned: failure, if a list is longer than twenty elements
  sample: {failures: 1980}
  version_added: 0.2.0
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

from ansible_collections.mmops.mattermost.plugins.module_utils._excerpt import OPTION_SPEC
from ansible_collections.mmops.mattermost.plugins.module_utils._front_end import Subject, run_module
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster import RosterService
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_entry import DEFAULTS_OPTIONS, ENTRY_OPTIONS
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_prune import EVERYBODY, SCOPE_OPTIONS

SUBJECT = Subject(
    options=dict(
        users=dict(type="list", elements="dict", options=ENTRY_OPTIONS),
        src=dict(type="path"),
        columns=dict(type="dict", default={}),
        delimiter=dict(type="str"),
        defaults=dict(type="dict", options=DEFAULTS_OPTIONS),
        missing=dict(type="str", choices=["ignore", "warn", "fail"], default="warn"),
        missing_password=dict(type="str", choices=["fail", "random"], default="fail", no_log=False),
        passwords_directory=dict(type="path", no_log=False),
        prune=dict(type="str", choices=["none", "report", "deactivate"], default="none"),
        prune_scope=dict(type="dict", options=SCOPE_OPTIONS, default=EVERYBODY),
        max_prune=dict(type="str", default="10%"),
        concurrency=dict(type="int", default=8),
        on_error=dict(type="str", choices=["continue", "stop"], default="continue"),
        **OPTION_SPEC,
    ),
    rules=dict(required_one_of=[("users", "src")], mutually_exclusive=[("users", "src")]),
    service=RosterService(),
)


def main():
    run_module(SUBJECT)


if __name__ == "__main__":
    main()
