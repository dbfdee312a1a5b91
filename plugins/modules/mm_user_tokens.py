#!/usr/bin/python
# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: mm_user_tokens
short_description: Create the personal access tokens of many users of a Mattermost server
version_added: 0.2.0
author:
  - The mmops.mattermost contributors (@mmops)
description:
  - Ensures that users and bots have their personal access tokens, each as M(mmops.mattermost.mm_user_token) would. The value of
    a new one goes into a file before the next one of the same user is made, and is nowhere in the result.
  - Accounts are read with one request per thousand, and tokens with one for every 200 of the server. Users who may lack one are
    asked about one by one.
  - If single tokens fail, the others are made, the task fails with a list of what failed and why, and the next run does the
    rest.
  - To rotate tokens, use M(mmops.mattermost.mm_user_token) or the role P(mmops.mattermost.token_rotation#role).
options:
  tokens:
    description: The tokens. List each only once.
    type: list
    elements: dict
    required: true
    suboptions:
      username:
        description: As O(mmops.mattermost.mm_user_token#module:username).
        type: str
      user_id:
        description: As O(mmops.mattermost.mm_user_token#module:user_id).
        type: str
      email:
        description: As O(mmops.mattermost.mm_user_token#module:email).
        type: str
      description:
        description: As O(mmops.mattermost.mm_user_token#module:description).
        type: str
        required: true
      expires_after:
        description: As O(mmops.mattermost.mm_user_token#module:expires_after).
        type: str
  directory:
    description:
      - Existing folder on the host that runs the task for the values, each in a file C(USERNAME.DESCRIPTION.token) that its
        owner alone can read. What is not a letter, digit, dot, hyphen or underscore becomes an underscore.
      - If a file cannot be written, its token is revoked again.
      - Before a token is created, the task leaves a note, and removes it when the file is written. If the run is killed in
        between, the next one finds the note, revokes the token, and creates another one. See
        O(mmops.mattermost.mm_user_token#module:hand_over) for where notes are.
    type: path
    required: true
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
    version_added: 0.2.0
extends_documentation_fragment:
  - mmops.mattermost.connection
  - mmops.mattermost.attributes
attributes:
  idempotent:
    description: A second run changes nothing and sends no request that writes.
    support: full
seealso:
  - module: mmops.mattermost.mm_user_token
  - module: mmops.mattermost.mm_users
  - ref: ansible_collections.mmops.mattermost.docsite.guide_awx
    description: Where notes and files go if hosts do not stay.
"""

EXAMPLES = r"""
- name: Ensure that two bots have their tokens
  mmops.mattermost.mm_user_tokens:
    api_url: https://chat.example.com
    api_token: "{{ mattermost_token }}"
    tokens:
      - username: deploy-bot
        description: deploy
      - username: backup-bot
        description: backup
    directory: "{{ secrets_directory }}"
"""

RETURN = r"""
tokens:
  description: What was changed, or would be in check mode, a record for each token. Values are in the files alone.
  type: list
  elements: dict
  returned: success or partial failure
  contains:
    username:
      description: Name of the user.
      type: str
      returned: always
    user_id:
      description: Id of the user.
      type: str
      returned: always
    description:
      description: Description of the token.
      type: str
      returned: always
    token_id:
      description: Id of the token. V(null) in check mode, if it would be created.
      type: str
      returned: always
    path:
      description: The file with the value. V(null) if the token was not created, but enabled.
      type: str
      returned: always
    operations:
      description: Names of the API operations that were carried out, or would be in check mode, in order.
      type: list
      elements: str
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
    description:
      description: Description of the token.
      type: str
      returned: always
    where:
      description: Its place in O(tokens).
      type: str
      returned: always
    msg:
      description: What went wrong, and what became of it.
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
omitted:
  description: How many elements of each list the result of a failed task does not hold. O(full_result) brings them.
  type: dict
  returned: failure, if a list is longer than twenty elements
  sample: {failures: 1980}
  version_added: 0.2.0
diff:
  description: What changes, a part for each changed token.
  type: list
  elements: dict
  returned: success or partial failure
  contains:
    before_header:
      description: Name of the user and description of the token, which Ansible shows above this part.
      type: str
      returned: always
    after_header:
      description: The same.
      type: str
      returned: always
    before:
      description: The states before, as RV(mmops.mattermost.mm_user_token#module:diff.before).
      type: str
      returned: always
    after:
      description: The states after, in the same form.
      type: str
      returned: always
operations:
  description: Names of the API operations that were carried out, or would be in check mode, each once.
  type: list
  elements: str
  returned: always
  sample: [create_user_access_token]
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

from ansible_collections.mmops.mattermost.plugins.module_utils._excerpt import OPTION_SPEC
from ansible_collections.mmops.mattermost.plugins.module_utils._front_end import Subject, run_module
from ansible_collections.mmops.mattermost.plugins.module_utils._services.identity import WHO_OPTIONS
from ansible_collections.mmops.mattermost.plugins.module_utils._services.tokens import TokensService

TOKEN_OPTIONS = dict(**WHO_OPTIONS, description=dict(type="str", required=True), expires_after=dict(type="str"))

SUBJECT = Subject(
    options=dict(
        tokens=dict(type="list", elements="dict", options=TOKEN_OPTIONS, required=True, no_log=False),
        directory=dict(type="path", required=True),
        concurrency=dict(type="int", default=8),
        **OPTION_SPEC,
    ),
    service=TokensService(),
)


def main():
    run_module(SUBJECT)


if __name__ == "__main__":
    main()
