# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: access_review
short_description: Make the report of an access review
version_added: 0.1.0
author:
  - The mmops.mattermost contributors (@mmops)
description:
  - Judges users as M(mmops.mattermost.mm_user_info) returns them, and makes one map of findings, accounts, tokens, sessions,
    totals and charts. Nothing is sent anywhere.
  - The role P(mmops.mattermost.access_review#role) writes it as CSV, JSON and HTML.
positional: _input
options:
  _input:
    description:
      - The users, as RV(mmops.mattermost.mm_user_info#module:users). The subjects of the review must be gathered with
        V(sessions) and V(tokens) in O(mmops.mattermost.mm_user_info#module:gather).
    type: list
    elements: dict
    required: true
  refused:
    description: What could not be read, as RV(mmops.mattermost.mm_user_info#module:refused).
    type: list
    elements: dict
    default: []
  drift:
    description: The result of M(mmops.mattermost.mm_users) in check mode with C(prune=report), to include it in the report.
    type: dict
  about:
    description:
      - What is known of the review itself, for the first page of the report. All keys may be left out.
      - C(made_by) is the user whose token reads, C(server_version) the version of the server, C(scope) says in words what was
        reviewed, and C(parameters) is a map of settings.
      - C(on_server) is the number of accounts that the server counts. The report says whether as many were reviewed.
    type: dict
    version_added: 0.2.0
  now:
    description: The time of the review in seconds since 1970, instead of the current time.
    type: float
extends_documentation_fragment:
  - mmops.mattermost.access_review
"""

EXAMPLES = r"""
- name: Read all users with what belongs to them
  mmops.mattermost.mm_user_info:
    gather: [sessions, tokens]
  register: read

- name: Show what an auditor would ask about
  ansible.builtin.debug:
    msg: "{{ (read.users | mmops.mattermost.access_review(inactive_after='60d')).findings }}"
"""

RETURN = r"""
_value:
  description:
    - The report. Times are texts in UTC.
    - C(findings) lists what asks for action, the worst first. C(accounts), C(tokens) and C(sessions) list all that were
      reviewed, C(totals) counts them, and C(charts) holds what the charts of the HTML page show. C(drift) is V(null) without
      a roster, and C(unreadable) lists what the server refused.
    - C(about) holds what O(about) says, the version of this collection, the number of accounts that were reviewed, and
      C(complete), which is V(null) if it is not known how many the server has.
  type: dict
"""

import time

from ansible.errors import AnsibleFilterError

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import MattermostError
from ansible_collections.mmops.mattermost.plugins.plugin_utils._access_review import limits, review
from ansible_collections.mmops.mattermost.plugins.plugin_utils._inert import inert
from ansible_collections.mmops.mattermost.plugins.plugin_utils._plain import without_templates


def access_review(
    users,
    inactive_after="90d",
    token_max_age="90d",  # noqa: S107  a span of time
    ordinary_roles=("system_user", "system_guest"),
    mfa_services=("email", "ldap"),
    refused=(),
    drift=None,
    about=None,
    now=None,
):
    """The report of an access review."""
    if not isinstance(users, (list, tuple)):
        raise AnsibleFilterError("access_review: give the users of mmops.mattermost.mm_user_info, which are a list")
    try:
        wanted = limits(inactive_after, token_max_age, ordinary_roles, mfa_services)
    except MattermostError as error:
        raise AnsibleFilterError(f"access_review: {error}") from None
    milliseconds = int((time.time() if now is None else float(now)) * 1000)
    return inert(review(without_templates(users), wanted, milliseconds, refused, without_templates(drift), about))


class FilterModule:
    """The filter."""

    def filters(self):
        return {"access_review": access_review}
