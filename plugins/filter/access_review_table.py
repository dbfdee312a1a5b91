# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: access_review_table
short_description: Make a table of an access review for spreadsheets
version_added: 0.2.0
author:
  - The mmops.mattermost contributors (@mmops)
description:
  - Makes CSV of a part of the report of P(mmops.mattermost.access_review#filter). A text that a spreadsheet would take for a
    formula gets an apostrophe.
positional: _input, table
options:
  _input:
    description: The report.
    type: dict
    required: true
  table:
    description: One of V(findings), V(accounts), V(tokens), V(sessions) and V(differences).
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Write the accounts of a review
  ansible.builtin.copy:
    content: "{{ access_review_report | mmops.mattermost.access_review_table('accounts') }}"
    dest: accounts.csv
    mode: "0600"
"""

RETURN = r"""
_value:
  description: The table, with a heading and a byte order mark.
  type: str
"""

from ansible_collections.mmops.mattermost.plugins.plugin_utils._inert import inert
from ansible_collections.mmops.mattermost.plugins.plugin_utils._tables import review_table


def access_review_table(report, table):
    """The table as CSV."""
    return inert(review_table(report, table))


class FilterModule:
    """The filter."""

    def filters(self):
        return {"access_review_table": access_review_table}
