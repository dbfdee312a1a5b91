# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: access_review_files
short_description: Lay out the report of an access review
version_added: 0.2.0
author:
  - The mmops.mattermost contributors (@mmops)
description:
  - Makes the texts of the files of an access review out of its report, all at once.
  - The role P(mmops.mattermost.access_review#role) writes them with M(mmops.mattermost.controller_file).
positional: _input
options:
  _input:
    description: What P(mmops.mattermost.access_review#filter) made, with a C(title) and the name of the C(server).
    type: dict
    required: true
  templates:
    description: Folder of the template of the page, C(report.html.j2). Other formats need none.
    type: path
    required: true
  formats:
    description: What is laid out.
    type: list
    elements: str
    choices: [csv, json, html]
    default: [csv, json, html]
  name:
    description: Beginning of the names of the files.
    type: str
    default: access-review
"""

EXAMPLES = r"""
- name: Show how large the tables of a review are
  ansible.builtin.debug:
    msg: "{{ item.key }}: {{ item.value | length }}"
  loop: "{{ files | dict2items | selectattr('value') }}"
  vars:
    files: "{{ access_review_report | mmops.mattermost.access_review_files(templates='', formats=['csv']) }}"
  loop_control:
    label: "{{ item.key }}"
"""

RETURN = r"""
_value:
  description:
    - The text of each file by its name. Tables have a heading and a byte order mark.
    - V(null) for the table of differences if the review compared the server with no roster, so that none must be there.
  type: dict
"""

from ansible_collections.mmops.mattermost.plugins.plugin_utils._inert import inert
from ansible_collections.mmops.mattermost.plugins.plugin_utils._listed import listed
from ansible_collections.mmops.mattermost.plugins.plugin_utils._review_files import review_files


def access_review_files(report, templates, formats=("csv", "json", "html"), name="access-review"):
    """The texts of the files by their names."""
    return inert(review_files(report, listed(formats), name, templates))


class FilterModule:
    """The filter."""

    def filters(self):
        return {"access_review_files": access_review_files}
