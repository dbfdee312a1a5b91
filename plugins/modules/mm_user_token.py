#!/usr/bin/python
# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: mm_user_token
short_description: Manage and rotate the personal access tokens of a user of a Mattermost server
version_added: 0.1.0
author:
  - The mmops.mattermost contributors (@mmops)
description:
  - Creates, disables, enables and revokes personal access tokens of a user, of a bot, or of the caller, and rotates them.
  - The server shows the value of a token once, in the answer to its creation. This module returns it in RV(token_value) and
    nowhere else. Everybody who sees the result of the task sees the value, so give the task C(no_log=true) and store what you
    register.
  - An administrator may create a token for anybody, and using it needs no role. To manage its own tokens, a user needs the role
    C(system_user_access_token). Tokens of users, not those of bots, need C(ServiceSettings.EnableUserAccessTokens).
  - With O(rotate_after) the task declares a rotation. It creates a successor when the newest token is old enough, and
    later disables and revokes the predecessors. Between these days it changes nothing.
options:
  username:
    description: Name of the user that owns the tokens.
    type: str
  user_id:
    description: Id of the user, or V(me) for the caller.
    type: str
  email:
    description: E-mail address of the user.
    type: str
  description:
    description:
      - What the token is for. It names the token, and all generations of it that a rotation makes.
      - At most 255 bytes in UTF-8, with O(rotate_after) at most 231, because the generation is a part of it.
      - A description that ends with a generation, like V(deploy [generation 2026-11-23]), names that one alone.
      - The server does not keep descriptions unique. See O(duplicates).
    type: str
  token_id:
    description:
      - Id of the token, as the server shows it. It is not the value of the token.
      - Together with O(description), or with the user, both must match.
      - Cannot be used to create a token, and not with O(rotate_after).
    type: str
  state:
    description:
      - V(present) ensures that there is a token that can be used. One that is disabled is enabled, one that has expired is
        replaced. If there are generations, this applies to the newest.
      - V(disabled) ensures that the token, if it exists, cannot be used. All generations are disabled.
      - V(absent) revokes the token. All generations are revoked.
      - With V(disabled) and V(absent), a token or a user that does not exist is not an error, and options of the rotation
        are ignored.
    type: str
    choices: [present, disabled, absent]
    default: present
  duplicates:
    description:
      - What to do about several tokens of the same description. Generations of different days are not duplicates.
      - V(fail) fails, lists their ids, and changes nothing.
      - V(keep_one) keeps the one that O(token_id) names, or else the only one that is active, and revokes the others.
        If that leaves it open, the task fails, as the server does not keep the time of creation.
      - V(all) brings all of them to the O(state).
      - With O(state=absent), V(keep_one) and V(all) are the same.
    type: str
    choices: [fail, keep_one, all]
    default: fail
  rotate_after:
    description:
      - How old the newest token may become, like V(90d) or V(12w), in whole days. On that day a successor is created.
      - The module writes the day in UTC into the description, like V(deploy [generation 2026-11-23]), since the server does
        not keep the time of creation. A token whose description is exactly O(description) counts as older than every
        generation.
      - Counts with O(state=present), and needs O(overlap).
    type: str
  overlap:
    description:
      - How long a predecessor can be used after its successor was created, like V(7d), in whole days.
      - The first run on or after the day of the successor plus O(overlap) disables the predecessor. One that was disabled
        earlier stays so.
      - V(0d) ends it last in the run that creates the successor. If the run is killed just
        then, the next one makes another successor, and until then no token works. Where that matters, use
        O(hand_over=later), or an overlap of at least a day.
      - It should not be longer than O(rotate_after). Otherwise more than two generations work at the same time, and the task
        warns.
    type: str
  keep_disabled:
    description:
      - How long a predecessor is then kept disabled, so that it could still be enabled, like V(7d), in whole days.
      - The first run on or after the day of the successor plus O(overlap) plus O(keep_disabled) revokes it. With V(0d) it
        is revoked instead of being disabled.
      - If it is not given, it is as long as O(overlap).
      - The local mode socket cannot disable tokens. There, a predecessor is revoked when its overlap is over.
    type: str
  expires_after:
    description:
      - When a new token expires, like V(120d), in whole days from the start of the day in UTC. It counts on creation only.
      - Servers before 11 do not support it, and would make a token that never expires. There the task fails before it sends
        anything. If only the answer to the creation shows that the server does not support it, the new token is revoked again,
        and the task fails. Use O(rotate_after) on these servers.
    type: str
  hand_over:
    description:
      - When the value of a new token counts as handed over. Before it creates a token, the task leaves a note on the host that
        runs it, in the folder that E(MATTERMOST_NOTES_DIRECTORY) names, or else in C(mmops.mattermost/not_handed_over) beside
        what Ansible keeps there (E(ANSIBLE_HOME), by default C(~/.ansible)). The note holds ids and no secret. If jobs run in
        containers, or on several hosts, name a folder that outlives and joins them. If the run is killed or interrupted before
        the hand-over, the next run that sees this folder finds the note, revokes the token that nobody received, and creates
        another one.
      - V(at_the_end) takes the value for handed over when the task ends, since the result holds it then.
      - V(later) takes it for handed over when another task, after you have stored the value, declares the same token with
        V(done). Until then the token that it follows is not ended, even with O(overlap=0d), and the next run that
        does not say V(done) replaces the new token.
      - V(done) says that the value of the token that there is was handed over.
      - Counts with O(state=present) and O(description).
    type: str
    choices: [at_the_end, later, done]
    default: at_the_end
  allow_own_token:
    description:
      - Whether the task may disable or revoke the personal access token that it is using itself. Everything after that fails.
      - By default it refuses that. See the notes.
    type: bool
    default: false
extends_documentation_fragment:
  - mmops.mattermost.connection
  - mmops.mattermost.attributes
attributes:
  idempotent:
    description: A second run changes nothing and sends no request that writes.
    support: full
    details:
      - With O(rotate_after), a second run on the same day.
notes:
  - The server does not tell which token the caller is using, but the use of a token shows as a session. If the caller's
    sessions all belong to tokens that are to be disabled or revoked, the task is refused at once, in check mode as well. If
    only some do, the task ends such a session (the operation C(revoke_session)) just before it disables or revokes the token.
    A session that comes back belongs to a token in use, which is then left alone, and the task fails. Ending the session of a
    token does no harm to the token. In check mode nothing is ended, so the run may refuse what check mode predicts.
  - When the answer to a creation is lost, or is not one that Mattermost gives, the task looks for the new token. As nobody
    knows its value, it is revoked, with a warning, and another one is created. A run that is killed leaves that to the next
    one, see O(hand_over).
  - Once a new token was created, the task does not fail any more, as its value would be lost. If a predecessor could not be
    disabled or revoked, the task warns, and the next run tries again.
  - If the value of a new token got lost, revoke that token by O(token_id). The next run creates another one.
seealso:
  - module: mmops.mattermost.mm_user
  - name: Mattermost API reference
    description: The Users section of the REST API.
    link: https://api.mattermost.com/
"""

EXAMPLES = r"""
- name: Ensure that the bot has a token
  mmops.mattermost.mm_user_token:
    api_url: https://chat.example.com
    api_token: "{{ mattermost_token }}"
    username: deploy-bot
    description: backup
  register: backup
  no_log: true

- name: Store its value, which is returned only when the token was created
  ansible.builtin.copy:
    content: "{{ backup.token_value }}"
    dest: "{{ secrets_directory }}/backup.token"
    mode: "0600"
  when: backup.token_value is not none
  no_log: true

- name: Rotate a token every 90 days, and let the old one work for another week
  mmops.mattermost.mm_user_token:
    username: deploy-bot
    description: deploy
    rotate_after: 90d
    overlap: 7d
  register: deploy
  no_log: true

- name: Create a token whose value must not get lost, whatever happens to this run
  mmops.mattermost.mm_user_token:
    username: deploy-bot
    description: database
    hand_over: later
  register: database
  no_log: true

- name: Store its value
  ansible.builtin.copy:
    content: "{{ database.token_value }}"
    dest: "{{ secrets_directory }}/database.token"
    mode: "0600"
  when: database.token_value is not none
  no_log: true

- name: Say that the value is safe, so that the next run keeps the token
  mmops.mattermost.mm_user_token:
    username: deploy-bot
    description: database
    hand_over: done

- name: Disable a token for the time being
  mmops.mattermost.mm_user_token:
    username: deploy-bot
    description: backup
    state: disabled

- name: Enable it again
  mmops.mattermost.mm_user_token:
    username: deploy-bot
    token_id: "{{ backup.token.id }}"

- name: Keep this one of several tokens of the same description
  mmops.mattermost.mm_user_token:
    username: deploy-bot
    description: backup
    token_id: "{{ backup.token.id }}"
    duplicates: keep_one

- name: Revoke all generations of a token
  mmops.mattermost.mm_user_token:
    username: deploy-bot
    description: deploy
    state: absent
"""

RETURN = r"""
token:
  description:
    - The current token as the API returns it, without its value; with a rotation, the newest generation.
      V(null) if there is none.
    - Newer servers show C(expires_at), in milliseconds, 0 for never.
    - In check mode, C(id) is V(null) for a token that would be created.
  type: dict
  returned: success
  sample:
    id: 8fj3bqtrwjnzfxpkbg9z4phbac
    user_id: 3c1b8f6w5tgqujhno7psr9xeda
    description: deploy [generation 2026-11-23]
    is_active: true
token_value:
  description:
    - The secret value of the token that was created. This is the only place where it is shown, and the only time.
    - V(null) if no token was created, and in check mode.
  type: str
  returned: success
  sample: 1x9mkq3ubffjtq8wz6ncd5arpo
tokens:
  description: All tokens that the task names, newest generation first, as RV(token).
  type: list
  elements: dict
  returned: success
  sample:
    - id: 8fj3bqtrwjnzfxpkbg9z4phbac
      user_id: 3c1b8f6w5tgqujhno7psr9xeda
      description: deploy [generation 2026-11-23]
      is_active: true
schedule:
  description:
    - With a rotation, when its next steps are due. Each takes place in the first run on or after its day, in UTC.
    - V(null) without O(rotate_after), and if the O(state) is not V(present).
  type: dict
  returned: success
  contains:
    rotate_on:
      description: The day of the next successor. V(null) if the calendar ends before.
      type: str
      returned: success
      sample: "2027-02-21"
    predecessors:
      description: The older tokens, newest first.
      type: list
      elements: dict
      returned: success
      contains:
        token_id:
          description: Id of the token.
          type: str
          returned: always
        description:
          description: Its description, with the generation.
          type: str
          returned: always
        disable_on:
          description: The day on which it is disabled. V(null) if it is disabled already.
          type: str
          returned: always
        revoke_on:
          description: The day on which it is revoked.
          type: str
          returned: always
diff:
  description: The state of each token that changes, by description and id, before and after.
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
      description:
          - The states before, V(present) or V(disabled), as JSON text with sorted keys.
          - A token that is created is left out.
      type: str
      returned: success
    after:
      description: The states after, in the same form. A token that is revoked is left out.
      type: str
      returned: success
operations:
  description:
    - Names of the API operations that were carried out, in order; in check mode, of those that would be.
    - When the task fails, those that had taken effect before.
  type: list
  elements: str
  returned: always
  sample: [create_user_access_token, disable_user_access_token]
unknown:
  description: Declared options whose current value the server does not reveal. Always empty here.
  type: list
  elements: str
  returned: success
  sample: []
error:
  description: The error in parts, as RV(mmops.mattermost.mm_user#module:error).
  type: dict
  returned: failure
"""

from ansible_collections.mmops.mattermost.plugins.module_utils._front_end import Subject, run_module
from ansible_collections.mmops.mattermost.plugins.module_utils._services.identity import WHO_OPTIONS
from ansible_collections.mmops.mattermost.plugins.module_utils._services.token import TokenService
from ansible_collections.mmops.mattermost.plugins.module_utils._services.token_options import AT_THE_END, DONE, LATER

SUBJECT = Subject(
    options=dict(
        **WHO_OPTIONS,
        description=dict(type="str"),
        token_id=dict(type="str", no_log=False),
        state=dict(type="str", choices=["present", "disabled", "absent"], default="present"),
        duplicates=dict(type="str", choices=["fail", "keep_one", "all"], default="fail"),
        rotate_after=dict(type="str"),
        overlap=dict(type="str"),
        keep_disabled=dict(type="str"),
        expires_after=dict(type="str"),
        hand_over=dict(type="str", choices=[AT_THE_END, LATER, DONE], default=AT_THE_END),
        allow_own_token=dict(type="bool", default=False, no_log=False),
    ),
    rules=dict(required_one_of=[("username", "user_id", "email", "token_id"), ("description", "token_id")]),
    service=TokenService(),
)


def main():
    run_module(SUBJECT)


if __name__ == "__main__":
    main()
