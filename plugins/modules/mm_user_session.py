#!/usr/bin/python
# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: mm_user_session
short_description: End sessions of users of a Mattermost server, or attach a device to your own
version_added: 0.1.0
author:
  - The mmops.mattermost contributors (@mmops)
description:
  - Ends the sessions of a user, some of them chosen by id, age, idle time, device or browser, or the sessions of everybody.
  - The sessions that end are listed in the result, in check mode and in the diff.
  - Attaches a mobile device to the session of the caller.
options:
  state:
    description:
      - V(absent) ends the chosen sessions. A user that does not exist and a session that has ended are not errors.
      - V(present) attaches O(device_id) to the session that the request comes from, that of O(api_token). Other sessions of
        the user with the same device end.
    type: str
    choices: [absent, present]
    required: true
  all_users:
    description:
      - With V(true), sessions of everybody end. This needs O(confirm).
      - Without a criterion this takes one request, and the sessions are not read. With a criterion, or with
        O(keep_current=true), it takes one reading request for every active user.
    type: bool
    default: false
  confirm:
    description: The word V(revoke_sessions_from_all_users), which confirms O(all_users=true), in check mode as well.
    type: str
  session_ids:
    description:
      - Ids of sessions. Others are left alone; ids that the user does not have count as ended.
      - An empty list chooses nothing.
    type: list
    elements: str
  older_than:
    description:
      - Only sessions that began at least this long ago, like V(30d). Units are s, m, h, d and w.
      - If several criteria are given, a session must meet all of them.
    type: str
  idle_for:
    description:
      - Only sessions that were not used for this long, like V(12h).
      - The server notes the use of a session every few minutes only.
    type: str
  device_id:
    description:
      - With O(state=absent), only sessions with this device. With O(state=present), the device to attach.
      - Devices are written like V(apple:TOKEN) or V(android:TOKEN).
    type: str
  browser:
    description:
      - Only sessions whose property C(browser) matches this pattern, like V(Chrome/*). Case does not matter.
      - Sessions of programs have V(Unknown/0.0).
    type: str
  os:
    description: Only sessions whose property C(os) matches this pattern, like V(Windows*). It may be empty.
    type: str
  platform:
    description: Only sessions whose property C(platform) matches this pattern, like V(Macintosh).
    type: str
  keep_current:
    description:
      - What to do with the session that the task itself uses, if it is among the chosen ones.
      - V(true) keeps it. V(false) ends it last; later tasks need other credentials.
      - If omitted, the task fails before anything is sent.
      - The API does not tell which session is the caller's. With O(api_login_id) it is known to be the newest one; it
        ends with the task anyway, is therefore left out, and this option has no effect. With O(api_token) it is known only
        if the account has just one session. Otherwise each session of the caller's account other than that of a personal access
        token counts as possibly the caller's, V(true) is refused if such a session is chosen, and V(false) if that would
        take more than one request.
      - A personal access token does not lose its access when sessions end, but it does by O(disable_tokens=true).
    type: bool
  disable_tokens:
    description:
      - Personal access tokens keep working when sessions end, and the task warns about them. V(true) disables them as well.
      - Without a criterion, all active tokens of the user are disabled. With criteria, those whose sessions meet them are;
        with O(idle_for), for example, the tokens that were not used for this long. A token that was never used has no session.
      - M(mmops.mattermost.mm_user_token) enables a token again.
    type: bool
    default: false
extends_documentation_fragment:
  - mmops.mattermost.who
  - mmops.mattermost.connection
  - mmops.mattermost.attributes
attributes:
  idempotent:
    description: A second run changes nothing and sends no request that writes.
    support: partial
    details:
      - With O(all_users=true) and no criterion the task is always changed, as the API does not show whether there
        are any sessions.
      - With O(state=present), if the account of O(api_token) has several sessions and one of them has the device, the API
        does not show whether it is the right one. Nothing is sent then, RV(unknown) lists O(device_id), and the task warns.
      - Users who log in again have sessions again.
notes:
  - Sessions of personal access tokens are ended only if O(session_ids) names them, or with O(disable_tokens=true), as the next
    use of the token opens a new one.
  - Listing and ending sessions of others needs the permission C(edit_other_users), O(all_users=true) needs C(manage_system).
  - The local socket does not offer sessions.
seealso:
  - module: mmops.mattermost.mm_user_token
  - module: mmops.mattermost.mm_user
    description: O(mmops.mattermost.mm_user#module:state=inactive) ends the sessions of a leaver as well.
"""

EXAMPLES = r"""
- name: End all sessions of a user, and disable the personal access tokens
  mmops.mattermost.mm_user_session:
    api_url: https://chat.example.com
    api_token: "{{ mattermost_token }}"
    username: zoe
    state: absent
    disable_tokens: true

- name: End the sessions that a user has not used for a month
  mmops.mattermost.mm_user_session:
    username: zoe
    state: absent
    idle_for: 30d

- name: End the sessions of a lost phone
  mmops.mattermost.mm_user_session:
    username: zoe
    state: absent
    device_id: apple:1f6a2b

- name: End all sessions of an outdated browser
  mmops.mattermost.mm_user_session:
    username: zoe
    state: absent
    browser: Firefox/9?.*

- name: End my other sessions
  mmops.mattermost.mm_user_session:
    api_login_id: zoe
    api_password: "{{ password }}"
    user_id: me
    state: absent

- name: Show which sessions of anybody are older than half a year
  mmops.mattermost.mm_user_session:
    all_users: true
    confirm: revoke_sessions_from_all_users
    state: absent
    older_than: 26w
  check_mode: true

- name: Attach a device to the session of this token
  mmops.mattermost.mm_user_session:
    api_token: "{{ session_token }}"
    state: present
    device_id: apple:1f6a2b

- name: Log everybody out
  mmops.mattermost.mm_user_session:
    all_users: true
    confirm: revoke_sessions_from_all_users
    state: absent
    keep_current: false
"""

RETURN = r"""
sessions:
  description:
    - The sessions that were ended, or would be in check mode, as the API shows them, times in milliseconds, without secrets.
    - With O(state=present), the session with the device; what only the server can choose is V(null) in check mode.
    - V(null) with O(all_users=true) and no criterion.
  type: list
  elements: dict
  returned: success
  sample:
    - id: ue7iacxn3jbo7xwgf9hnpjeoiy
      create_at: 1700000000000
      expires_at: 1702592000000
      last_activity_at: 1700000100000
      user_id: 8fj3bqtrwjnzfxpkbg9z4phbac
      device_id: ""
      roles: system_user
      is_oauth: false
      expired_notify: false
      props: {browser: Chrome/110.0, isMobile: "false", os: Linux, platform: Linux}
      team_members: []
      local: false
tokens:
  description:
    - The active personal access tokens that the task concerns. C(is_active) tells whether they go on working
      or, with O(disable_tokens=true), are disabled.
    - They are looked at only if something ends.
  type: list
  elements: dict
  returned: success
  contains:
    id:
      description: Id of the token.
      type: str
      returned: always
    user_id:
      description: Id of its user.
      type: str
      returned: always
    description:
      description: Its description; V(null) if the caller may not read it.
      type: str
      returned: always
    is_active:
      description: Whether it works after the task.
      type: bool
      returned: always
diff:
  description: The sessions and tokens that change, before and after.
  type: dict
  returned: success
  contains:
    before_header:
      description: Name of the user, or V(all users), which Ansible shows above the diff.
      type: str
      returned: when there is such a user
    after_header:
      description: The same.
      type: str
      returned: when there is such a user
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
    - When the task fails, those that had taken effect before, the first twenty of them.
  type: list
  elements: str
  returned: always
  sample: [disable_user_access_token, revoke_all_sessions]
omitted:
  description: How many elements of RV(operations) are not shown.
  type: dict
  returned: failure, if there are more than twenty
  sample: {operations: 180}
  version_added: 0.2.0
unknown:
  description: V(device_id), if nothing tells whether the session in use has the device.
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
from ansible_collections.mmops.mattermost.plugins.module_utils._services.session import SessionService

SUBJECT = Subject(
    options=dict(
        **WHO_OPTIONS,
        state=dict(type="str", choices=["absent", "present"], required=True),
        all_users=dict(type="bool", default=False),
        confirm=dict(type="str"),
        session_ids=dict(type="list", elements="str"),
        older_than=dict(type="str"),
        idle_for=dict(type="str"),
        device_id=dict(type="str"),
        browser=dict(type="str"),
        os=dict(type="str"),
        platform=dict(type="str"),
        keep_current=dict(type="bool"),
        disable_tokens=dict(type="bool", default=False, no_log=False),
    ),
    service=SessionService(),
)


def main():
    run_module(SUBJECT)


if __name__ == "__main__":
    main()
