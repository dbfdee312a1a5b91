#!/usr/bin/python
# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: mm_bot
short_description: Manage a bot of a Mattermost server
version_added: 0.1.0
author:
  - The mmops.mattermost contributors (@mmops)
description:
  - Creates a bot, gives it another owner, enables or disables it, and changes its name and description.
  - The API cannot delete a bot. To delete one with all its posts, use O(mmops.mattermost.mm_user#module:state=absent).
  - A bot that was converted from a user owns itself. Disabling such a bot sends a server into an endless loop that uses up its
    memory. The task gives it another owner first, see O(enabled).
options:
  username:
    description:
      - Name of the bot. It is lower-cased, as the server does. A bot that does not exist is created.
      - Together with O(user_id), the name that the bot gets.
    type: str
  user_id:
    description: Id of the bot's account, 26 characters, or V(me) for the caller.
    type: str
  owner:
    description:
      - Owner of the bot, by the name or the id of an active user, or V(me) for the caller.
      - If omitted, the owner stays as it is, see O(enabled). The owner of a new bot is the caller.
    type: str
  enabled:
    description:
      - Whether the bot can act. If omitted, it stays as it is, and a new bot is enabled.
      - With V(false), a bot that owns itself gets the O(owner) first, or the caller if none is given.
      - With V(false), a bot that does not exist is not created, and the task warns.
    type: bool
  display_name:
    description: Name that people see, at most 64 characters. An empty string removes it.
    type: str
  description:
    description: Description of the bot, at most 1024 characters. An empty string removes it.
    type: str
extends_documentation_fragment:
  - mmops.mattermost.connection
  - mmops.mattermost.attributes
attributes:
  idempotent:
    description: A second run changes nothing and sends no request that writes.
    support: full
notes:
  - The server must have C(ServiceSettings.EnableBotAccountCreation) to create a bot.
  - With C(ServiceSettings.DisableBotsWhenOwnerIsDeactivated), which is the default, the bots of a deactivated owner are
    disabled. Give them another owner before. They stay disabled when the owner comes back.
  - A former owner may know the tokens of a bot. To rotate them, use M(mmops.mattermost.mm_user_token).
  - The local socket cannot create bots, and has no caller. Name the O(owner) when a bot that owns itself is disabled.
seealso:
  - module: mmops.mattermost.mm_user
  - module: mmops.mattermost.mm_user_info
  - module: mmops.mattermost.mm_user_token
  - name: Bot accounts
    description: What bots are, and what the server lets them do.
    link: https://developers.mattermost.com/integrate/reference/bot-accounts/
"""

EXAMPLES = r"""
- name: Ensure that there is a bot, and that zoe owns it
  mmops.mattermost.mm_bot:
    api_url: https://chat.example.com
    api_token: "{{ mattermost_token }}"
    username: deploy-bot
    display_name: Deployments
    description: Tells about deployments
    owner: zoe

- name: Disable it
  mmops.mattermost.mm_bot:
    username: deploy-bot
    enabled: false

- name: Read the bots of a user who leaves
  mmops.mattermost.mm_user_info:
    usernames: [zoe]
    gather: [bots]
  register: leaver

- name: Hand all of them over to somebody who stays
  mmops.mattermost.mm_bot:
    user_id: "{{ item.user_id }}"
    owner: bo
  loop: "{{ leaver.users[0].bots }}"
  loop_control:
    label: "{{ item.username }}"
"""

RETURN = r"""
bot:
  description:
    - The bot as the API returns it, times in milliseconds. C(delete_at) is V(0) unless the bot is disabled. V(null) if there is
      none.
    - In check mode it is the predicted bot, where V(null) stands for what only the server can choose.
  type: dict
  returned: success
  sample:
    user_id: 8fj3bqtrwjnzfxpkbg9z4phbac
    username: deploy-bot
    display_name: Deployments
    description: Tells about deployments
    owner_id: 4x6yq7bdtpbqfkbkugm3pdp8ec
    create_at: 1700000000000
    update_at: 1700000000000
    delete_at: 0
diff:
  description: What changes, before and after.
  type: dict
  returned: success
  contains:
    before_header:
      description: Name of the bot, which Ansible shows above the diff.
      type: str
      returned: success
    after_header:
      description: The same.
      type: str
      returned: success
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
  sample: [assign_bot, disable_bot]
unknown:
  description: Always empty, as the server shows everything of a bot.
  type: list
  elements: str
  returned: success
error:
  description: The error in parts, as RV(mmops.mattermost.mm_user#module:error).
  type: dict
  returned: failure
"""

from ansible_collections.mmops.mattermost.plugins.module_utils._front_end import Subject, run_module
from ansible_collections.mmops.mattermost.plugins.module_utils._services.bot import BotService

SUBJECT = Subject(
    options=dict(
        username=dict(type="str"),
        user_id=dict(type="str"),
        owner=dict(type="str"),
        enabled=dict(type="bool"),
        display_name=dict(type="str"),
        description=dict(type="str"),
    ),
    rules=dict(required_one_of=[("username", "user_id")]),
    service=BotService(),
)


def main():
    run_module(SUBJECT)


if __name__ == "__main__":
    main()
