#!/usr/bin/python
# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: mm_user_info
short_description: Read users of a Mattermost server and what belongs to them
version_added: 0.1.0
author:
  - The mmops.mattermost contributors (@mmops)
description:
  - Lists users, chosen by name, by a search or by filters, and gathers on request what belongs to them, such as sessions,
    tokens and pictures. Also counts users, and lists whom the caller knows and who is in a group message.
  - Without an option, it lists all users, deactivated users and bots included.
  - It never changes the server. No secret is returned.
options:
  usernames:
    description:
      - Names of users. They are lower-cased, as the server does. Unknown names are listed in RV(missing).
      - Can be combined with O(user_ids) and O(emails), but not with filters. A user that is named twice is listed once.
      - There is a request for every thousand names.
    type: list
    elements: str
  user_ids:
    description:
      - Ids of users, 26 characters each, or V(me) for the caller.
      - There are two requests for every thousand ids, as the server's answer by id may be older than its answer by name.
    type: list
    elements: str
  emails:
    description:
      - E-mail addresses of users. There is a request for each, or all accounts are listed if that takes fewer requests.
    type: list
    elements: str
  search:
    description:
      - Beginning of a user name, nickname, first name, last name or e-mail address. With several words, each must match.
      - The server answers at most 1000 users. The task warns when the limit is reached.
      - Can be combined with all filters but O(not_in_group) and O(sort).
    type: str
  autocomplete:
    description:
      - Beginning of a user name, nickname, first name or last name, as somebody types it. Only active users are found.
      - The server answers at most 1000 users. The task warns when the limit is reached.
      - Can be combined with O(in_team), or with O(in_team) and O(in_channel).
    type: str
  in_team:
    description:
      - Id of a team whose members are listed.
      - Only one of O(in_team), O(not_in_team), O(in_channel), O(not_in_channel), O(in_group), O(not_in_group) and
        O(without_team) can be given, as the server uses only one. O(not_in_channel) and O(autocomplete) are the
        exceptions.
    type: str
  not_in_team:
    description: Id of a team. Its members are left out.
    type: str
  in_channel:
    description: Id of a channel whose members are listed. The caller must be allowed to read it.
    type: str
  not_in_channel:
    description: Id of a channel. Lists the members of O(in_team) who are not in it.
    type: str
  in_group:
    description: Id of a group (LDAP or custom) whose members are listed. The server needs a licence for that.
    type: str
  not_in_group:
    description: Id of a group. Its members are left out. The server needs a licence for that.
    type: str
  group_constrained:
    description:
      - With O(not_in_team) or O(not_in_channel) of a team or channel that is managed by groups, lists only users that its
        groups allow to join.
    type: bool
    default: false
  without_team:
    description: Lists only users that are in no team.
    type: bool
    default: false
  active:
    description: Lists only active users.
    type: bool
    default: false
  inactive:
    description: Lists only deactivated users.
    type: bool
    default: false
  role:
    description:
      - Lists only users who have this system role. A role that the server does not have is an error.
      - Servers before 10.11 also list users who have a role whose name contains this one.
    type: str
  roles:
    description:
      - Lists only users who have one of these system roles. V(system_user) stands for users who have no other role.
      - Together with O(team_roles) or O(channel_roles), one role of all of them is enough.
    type: list
    elements: str
    choices: [system_admin, system_guest, system_manager, system_read_only_admin, system_user, system_user_manager]
  team_roles:
    description: Lists only users who have one of these roles in O(in_team). System administrators are not counted.
    type: list
    elements: str
    choices: [team_admin, team_guest, team_user]
  channel_roles:
    description: Lists only users who have one of these roles in O(in_channel). System administrators are not counted.
    type: list
    elements: str
    choices: [channel_admin, channel_guest, channel_user]
  sort:
    description:
      - Order of the users, instead of the user name.
      - V(create_at) (latest first) and V(last_activity_at) need O(in_team). V(last_activity_at) lists only users whose
        activity the server knows.
      - V(status) (online first) and V(admin) (channel administrators first) need O(in_channel).
    type: str
    choices: [admin, create_at, last_activity_at, status]
  limit:
    description:
      - Largest number of users. If omitted, all are listed, for O(search) and O(autocomplete) up to 1000.
      - Cannot be combined with O(usernames), O(user_ids) and O(emails).
    type: int
  fields:
    description:
      - Fields that users have in the result, like V(email). V(id) and V(username) are always there, and so is what O(gather)
        names. Fields that a server does not have, or does not show, are left out.
      - If omitted, all are. With thousands of users, fewer fields make a playbook much faster.
    type: list
    elements: str
    version_added: 0.2.0
  gather:
    description:
      - Subjects to read for each user besides the account. The result has each under the same name in the user.
      - V(sessions) are the open sessions, newest first. They hold no token.
      - V(tokens) are the personal access tokens, without their values.
      - V(audits) are the entries of the audit log, newest first, see O(audits_limit). The server writes the tokens of
        links for a new password into them; these are not shown.
      - V(bots) are the bots that the user owns, disabled ones too. All bots of the server are read for that, once. This needs
        the permission C(read_others_bots), which administrators have.
      - V(uploads) are unfinished uploads. Only the owner sees them, administrators do not.
      - V(channel_members) are the memberships in channels of all teams.
      - V(terms_of_service) are the terms of service that the user accepted last. Only the user and administrators see
        them.
      - V(report) is what the user report tells, like when the user last logged in. It is read for 100 users at a time. It takes
        Mattermost 10.11 or later, no licence, and the permission of an administrator. Bots are not in it. On servers that have
        none, and on the local socket, it is V(null) and listed in RV(unknown).
      - V(image) is the profile picture, V(default_image) the one that the server draws, see O(image_directory).
      - Each costs one request or more for each user; requests run in parallel, see O(concurrency). Tokens of more than 20 users
        are read all at once, if the caller is an administrator.
      - Subjects that the server does not tell the caller are V(null), and listed in RV(refused).
    type: list
    elements: str
    choices: [audits, bots, channel_members, default_image, image, report, sessions, terms_of_service, tokens, uploads]
    default: []
  idle_after:
    description:
      - With V(report) and V(sessions) in O(gather), a time like V(90d). Sessions are then read only of active users who, by the
        report, were not seen within it, unless they were created within it. All other users have V(null) instead.
      - Sessions are also read of bots, which are not in the report, and of users with a token that works, if V(tokens) are in
        O(gather), as the use of a token shows in sessions only. Bots without such a token have none.
      - If the server has no report, or the caller may not read it, the sessions of all active users are read.
    type: str
    version_added: 0.2.0
  require_all:
    description: Fail if the server refuses a part of O(gather) for one of the users, instead of a warning.
    type: bool
    default: false
  audits_limit:
    description: Largest number of audits for each user, newest first. V(0) means all.
    type: int
    default: 200
  image_directory:
    description:
      - Existing directory on the host that runs the task, where pictures are written to. The names of the files are
        V(image-USERNAME.png) and V(default_image-USERNAME.png). The result then has the path instead of the picture.
      - Files that exist are overwritten. In check mode none is written. The task is not changed in either case.
    type: path
  concurrency:
    description: Number of requests that run at the same time at most, from 1 to 16.
    type: int
    default: 8
  stats:
    description: Whether to return the number of all active users and bots in RV(stats).
    type: bool
    default: false
  stats_filter:
    description:
      - If given, the number of users that match is returned in RV(filtered_stats). An empty map counts active users without
        bots. The caller must be an administrator.
    type: dict
    suboptions:
      in_team:
        description: Id of a team. Counts its members.
        type: str
      in_channel:
        description: Id of a channel. Counts its members.
        type: str
      include_deleted:
        description: Whether to count deactivated users as well.
        type: bool
        default: false
      include_bots:
        description: Whether to count bots as well.
        type: bool
        default: false
      roles:
        description: Counts users who have one of these system roles. V(system_user) stands for users who have no other role.
        type: list
        elements: str
        choices: [system_admin, system_guest, system_manager, system_read_only_admin, system_user, system_user_manager]
      team_roles:
        description: Counts users who have one of these roles in the team.
        type: list
        elements: str
        choices: [team_admin, team_guest, team_user]
      channel_roles:
        description: Counts users who have one of these roles in the channel.
        type: list
        elements: str
        choices: [channel_admin, channel_guest, channel_user]
  known_users:
    description: Whether to return the ids of all users who share a channel with the caller in RV(known_users).
    type: bool
    default: false
  group_channel_ids:
    description: Ids of group messages of the caller, whose members are returned in RV(group_channel_members).
    type: list
    elements: str
extends_documentation_fragment:
  - mmops.mattermost.connection
  - mmops.mattermost.attributes
attributes:
  check_mode:
    description: Can predict the result without sending a request that writes.
    support: full
    details:
      - The result is the same, but no file is written to O(image_directory).
  diff_mode:
    description: Returns what changes, before and after.
    support: none
    details:
      - Nothing changes.
  idempotent:
    description: A second run changes nothing and sends no request that writes.
    support: full
    details:
      - The first does not either.
notes:
  - If only O(stats), O(stats_filter), O(known_users) or O(group_channel_ids) are given, no users are listed.
  - The local socket (O(api_socket)) has only a part of this, neither search nor statistics, and of O(gather) only
    V(bots), V(tokens) and V(uploads).
seealso:
  - module: mmops.mattermost.mm_user
  - module: mmops.mattermost.mm_bot
"""

EXAMPLES = r"""
- name: List all users of the server
  mmops.mattermost.mm_user_info:
    api_url: https://chat.example.com
    api_token: "{{ mattermost_token }}"
  register: everybody

- name: List two users by name, with their sessions and tokens
  mmops.mattermost.mm_user_info:
    usernames:
      - zoe
      - bo
    gather:
      - sessions
      - tokens
  register: two

- name: Show who has a token, and what it is for
  ansible.builtin.debug:
    msg: "{{ item.username }}: {{ item.tokens | map(attribute='description') | join(', ') }}"
  loop: "{{ two.users | selectattr('tokens') }}"
  loop_control:
    label: "{{ item.username }}"

- name: Read when active people were last seen, and sessions only of those who were not seen for 90 days
  mmops.mattermost.mm_user_info:
    active: true
    gather:
      - report
      - sessions
    idle_after: 90d

- name: Find deactivated users
  mmops.mattermost.mm_user_info:
    search: zo
    inactive: true

- name: List the addresses of everybody
  mmops.mattermost.mm_user_info:
    fields:
      - email

- name: List the administrators
  mmops.mattermost.mm_user_info:
    roles:
      - system_admin
    active: true

- name: Save the pictures of the first ten users
  mmops.mattermost.mm_user_info:
    limit: 10
    gather:
      - image
    image_directory: /tmp

- name: Count the users of the server
  mmops.mattermost.mm_user_info:
    stats: true
    stats_filter:
      include_deleted: true
  register: counted

- name: List the names of those whom the caller shares a channel with
  mmops.mattermost.mm_user_info:
    known_users: true
  register: known

- name: Read their accounts
  mmops.mattermost.mm_user_info:
    user_ids: "{{ known.known_users }}"
"""

RETURN = r"""
users:
  description:
    - The users as the API returns them to the caller, times in milliseconds, ordered by name or as O(sort) says.
    - Which fields there are depends on the release. From 10.11 on, administrators also see C(auth_data), C(notify_props),
      C(failed_attempts) and C(remote_id), which is set for users of another server. C(last_picture_update) is missing or
      negative for users without a picture of their own.
    - Each user has what was gathered under the name of the subject. It is a list, for V(terms_of_service) and V(report) a
      map or V(null), and for pictures text in base64 (PNG) or the path of the file. V(null) also stands for what the server
      refused.
    - A C(report) has C(last_login), C(last_status_at), when the user was last active or set a status, both V(null) if that
      never was, and C(days_active), the number of days on which the user wrote.
  type: list
  elements: dict
  returned: success
  sample:
    - id: 8fj3bqtrwjnzfxpkbg9z4phbac
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
      position: ""
      roles: system_user
      locale: de
      timezone: {automaticTimezone: "", manualTimezone: Europe/Stockholm, useAutomaticTimezone: "false"}
      disable_welcome_email: false
      tokens:
        - id: 4x6yq7bdtpbqfkbkugm3pdp8ec
          user_id: 8fj3bqtrwjnzfxpkbg9z4phbac
          description: backup
          is_active: true
missing:
  description: The values of O(usernames), O(user_ids) and O(emails) that no user has, or that the caller may not see.
  type: list
  elements: str
  returned: success
  sample: [bo]
out_of_channel:
  description: With O(autocomplete) and O(in_channel), the users found in the team who are not in the channel.
  type: list
  elements: dict
  returned: success
  sample: []
refused:
  description: Parts of O(gather) that the server does not tell the caller.
  type: list
  elements: dict
  returned: success
  contains:
    user_id:
      description: Id of the user.
      type: str
      returned: success
    username:
      description: Name of the user.
      type: str
      returned: success
    subject:
      description: The part of O(gather).
      type: str
      returned: success
    reason:
      description: Why, and the way out.
      type: str
      returned: success
stats:
  description: With O(stats), the number of active users and bots of the server, else V(null).
  type: dict
  returned: success
  sample: {total_users_count: 412}
filtered_stats:
  description: With O(stats_filter), the number of users that match, else V(null).
  type: dict
  returned: success
  sample: {total_users_count: 430}
known_users:
  description: With O(known_users), ids of the users who share a channel with the caller. In no particular order.
  type: list
  elements: str
  returned: success
  sample: [8fj3bqtrwjnzfxpkbg9z4phbac]
group_channel_members:
  description:
    - The members of each group message of O(group_channel_ids), by its id, without the caller. The list is empty if there
      is no such group message, or if the caller is not in it.
  type: dict
  returned: success
  sample: {}
server:
  description: What the answers tell of the server.
  type: dict
  returned: success
  contains:
    version:
      description: Its version, or V(null) if it was not told, as behind some proxies.
      type: str
      returned: success
      sample: 11.2.0
    licensed:
      description: Whether it has a licence, or V(null) if that was not told.
      type: bool
      returned: success
diff:
  description: What changes, which is nothing.
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
  description: Names of the API operations that changed something. Always empty.
  type: list
  elements: str
  returned: always
  sample: []
unknown:
  description: Parts of O(gather) that the server refused for at least one user, see RV(refused), or does not have.
  type: list
  elements: str
  returned: success
  sample: [uploads]
error:
  description: The error in parts, as RV(mmops.mattermost.mm_user#module:error).
  type: dict
  returned: failure
"""

from ansible_collections.mmops.mattermost.plugins.module_utils._front_end import Subject, run_module
from ansible_collections.mmops.mattermost.plugins.module_utils._services.info import UserInfoService
from ansible_collections.mmops.mattermost.plugins.module_utils._services.info_subjects import SUBJECTS

# The server ignores other names, and so would list users without these roles.
SYSTEM_ROLES = [
    "system_admin",
    "system_guest",
    "system_manager",
    "system_read_only_admin",
    "system_user",
    "system_user_manager",
]
TEAM_ROLES = ["team_admin", "team_guest", "team_user"]
CHANNEL_ROLES = ["channel_admin", "channel_guest", "channel_user"]

SUBJECT = Subject(
    options=dict(
        usernames=dict(type="list", elements="str"),
        user_ids=dict(type="list", elements="str"),
        emails=dict(type="list", elements="str"),
        search=dict(type="str"),
        autocomplete=dict(type="str"),
        in_team=dict(type="str"),
        not_in_team=dict(type="str"),
        in_channel=dict(type="str"),
        not_in_channel=dict(type="str"),
        in_group=dict(type="str"),
        not_in_group=dict(type="str"),
        group_constrained=dict(type="bool", default=False),
        without_team=dict(type="bool", default=False),
        active=dict(type="bool", default=False),
        inactive=dict(type="bool", default=False),
        role=dict(type="str"),
        roles=dict(type="list", elements="str", choices=SYSTEM_ROLES),
        team_roles=dict(type="list", elements="str", choices=TEAM_ROLES),
        channel_roles=dict(type="list", elements="str", choices=CHANNEL_ROLES),
        sort=dict(type="str", choices=["admin", "create_at", "last_activity_at", "status"]),
        limit=dict(type="int"),
        fields=dict(type="list", elements="str"),
        gather=dict(type="list", elements="str", choices=sorted(SUBJECTS), default=[]),
        require_all=dict(type="bool", default=False),
        audits_limit=dict(type="int", default=200),
        idle_after=dict(type="str"),
        image_directory=dict(type="path"),
        concurrency=dict(type="int", default=8),
        stats=dict(type="bool", default=False),
        stats_filter=dict(
            type="dict",
            options=dict(
                in_team=dict(type="str"),
                in_channel=dict(type="str"),
                include_deleted=dict(type="bool", default=False),
                include_bots=dict(type="bool", default=False),
                roles=dict(type="list", elements="str", choices=SYSTEM_ROLES),
                team_roles=dict(type="list", elements="str", choices=TEAM_ROLES),
                channel_roles=dict(type="list", elements="str", choices=CHANNEL_ROLES),
            ),
        ),
        known_users=dict(type="bool", default=False),
        group_channel_ids=dict(type="list", elements="str"),
    ),
    service=UserInfoService(),
)


def main():
    run_module(SUBJECT)


if __name__ == "__main__":
    main()
