#!/usr/bin/python
# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: controller_file
short_description: Write files of reports and secrets on the controller
version_added: 0.2.0
author:
  - The mmops.mattermost contributors (@mmops)
description:
  - Writes files that only their owner can read and write (mode C(0600)), on the controller, whatever the host of the task is.
    Each file appears as a whole, so that no program reads half of it.
  - The roles of this collection write their reports, records and secrets with it. It starts no process, unlike
    M(ansible.builtin.copy), which serves most other purposes better.
  - Texts are never shown, neither in the result nor as differences.
options:
  dest:
    description:
      - File that is written, or with O(files) the folder of the files. A file that is a symbolic link stays one; what it
        points to is written.
      - A relative path starts where Ansible is started.
    type: path
    required: true
  content:
    description:
      - Text of the file, in UTF-8.
      - One of O(content), O(data) and O(files) is required.
    type: str
  data:
    description: A value that is written as JSON, in several lines and with sorted keys.
    type: raw
  files:
    description:
      - Texts of several files by their names in O(dest). A file without a text (V(null)) is removed.
      - The folder is made unless it exists, with the mode C(0700).
    type: dict
attributes:
  action:
    description: Runs on the controller only.
    support: full
  check_mode:
    description: Predicts the result without writing.
    support: full
  diff_mode:
    description: Files may hold secrets, so differences are not shown.
    support: none
  idempotent:
    description: A file that has the text and the mode already is left alone.
    support: full
seealso:
  - module: ansible.builtin.copy
"""

EXAMPLES = r"""
- name: Keep a list of who is on the server
  mmops.mattermost.controller_file:
    dest: users.json
    data: "{{ found.users }}"

- name: Write a secret that another program reads
  mmops.mattermost.controller_file:
    dest: backup.token
    content: "{{ created.token_value }}\n"
  no_log: true
"""

RETURN = r"""
written:
  description: Files whose text or mode changed.
  type: list
  elements: str
  returned: success
removed:
  description: Files that were removed.
  type: list
  elements: str
  returned: success
"""
