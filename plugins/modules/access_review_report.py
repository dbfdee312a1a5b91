#!/usr/bin/python
# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: access_review_report
short_description: Report who has access to a Mattermost server
version_added: 0.2.0
author:
  - The mmops.mattermost contributors (@mmops)
description:
  - Reads all users with their roles, tokens and sessions, judges them as P(mmops.mattermost.access_review#filter) does, and
    writes the report as CSV, JSON and one HTML page on the controller, for its owner only. On request, it compares the server
    with a roster. The server is never changed.
  - The role P(mmops.mattermost.access_review#role) consists of this module, a check of its variables, and a summary.
  - The server is read on the host of the task, by M(mmops.mattermost.mm_user_info) and M(mmops.mattermost.mm_users).
options:
  directory:
    description:
      - Folder on the controller that the report is written to. It is made if it does not exist, with the mode C(0700).
      - A relative path starts where Ansible is started. Files of an earlier report are replaced.
    type: path
    required: true
  formats:
    description: What is written. V(csv) are several files, as accounts, tokens, sessions and differences are separate tables.
    type: list
    elements: str
    choices: [csv, json, html]
    default: [csv, json, html]
  templates:
    description:
      - Folder of the template of the page, C(report.html.j2), on the controller. The default is the page of the role.
    type: path
  name:
    description: Beginning of the names of the files.
    type: str
    default: access-review
  title:
    description: Title of the page.
    type: str
    default: Access review
  server:
    description: Name of the server in the report. If it is empty, its address.
    type: str
    default: ""
  sessions:
    description:
      - Whether open sessions are read, a request for each user. From Mattermost 10.11 on, only of those whom the user report
        does not show to be seen within O(inactive_after), and of those with a token that works.
    type: bool
    default: true
  every_session:
    description: Whether the sessions of all users are read and listed, whatever the user report tells.
    type: bool
    default: false
  in_team:
    description: Id of a team, to review its members only.
    type: str
  concurrency:
    description: Number of requests that run at the same time at most, from 1 to 16.
    type: int
    default: 8
  roster_src:
    description: Roster on the controller to compare the server with, as O(mmops.mattermost.mm_users#module:src).
    type: path
  roster_columns:
    description: Columns of the roster, as O(mmops.mattermost.mm_users#module:columns).
    type: dict
    default: {}
  roster_scope:
    description: Which accounts the roster is to know, as O(mmops.mattermost.mm_users#module:prune_scope).
    type: dict
    default: {everybody: true}
extends_documentation_fragment:
  - mmops.mattermost.connection
  - mmops.mattermost.attributes
  - mmops.mattermost.access_review
attributes:
  action:
    description: Judges and writes on the controller.
    support: full
  check_mode:
    description: Reads the server and returns the report, but writes no files.
  diff_mode:
    description: Nothing is changed.
    support: none
  idempotent:
    description: Nothing is changed. Files are new in every run, as the report names its time.
    support: full
seealso:
  - module: mmops.mattermost.mm_user_info
"""

EXAMPLES = r"""
- name: Report who has access, and compare with the roster
  mmops.mattermost.access_review_report:
    directory: review
    inactive_after: 60d
    roster_src: people.csv
  register: report
  # It holds personal data.
  no_log: true

- name: Show what asks for action
  ansible.builtin.debug:
    msg: "{{ report.findings | mmops.mattermost.lines(['severity', 'title', 'count']) }}"
"""

RETURN = r"""
title:
  description: O(title).
  type: str
  returned: success
server:
  description: O(server), or the address of the server.
  type: str
  returned: success
generated_at:
  description: When the report was made, a text in UTC.
  type: str
  returned: success
about:
  description: Who made the report, of what, with which parameters, and whether it covers all accounts of the server.
  type: dict
  returned: success
limits:
  description: What was asked of accounts.
  type: dict
  returned: success
findings:
  description: What asks for action, the worst first.
  type: list
  elements: dict
  returned: success
accounts:
  description: All accounts that were reviewed.
  type: list
  elements: dict
  returned: success
tokens:
  description: Their personal access tokens, without values.
  type: list
  elements: dict
  returned: success
sessions:
  description: Their sessions, as far as they were read.
  type: list
  elements: dict
  returned: success
drift:
  description: Differences from the roster, or V(null) without one.
  type: dict
  returned: success
unreadable:
  description: What the server refused to tell.
  type: list
  elements: dict
  returned: success
totals:
  description: Numbers of accounts, tokens, sessions and findings.
  type: dict
  returned: success
charts:
  description: What the charts of the page show.
  type: dict
  returned: success
written:
  description: Files that were written. None in check mode.
  type: list
  elements: str
  returned: success
"""
