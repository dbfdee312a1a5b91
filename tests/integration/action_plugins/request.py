# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sends a request by itself, for targets that ask the server without a module of this collection.

It takes the options of ``ansible.builtin.uri`` and returns what that module does, as far as targets need them. It runs in
the Ansible process, which takes a tenth of the time: a play with some hundred of these tasks would be slow otherwise.
"""

from __future__ import annotations

import requests
from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

#: Seconds that a server may take for an answer.
PATIENCE = 30


class ActionModule(ActionBase):
    """``url``, ``method``, ``headers``, a ``body`` that is sent as JSON, and ``status_code``, one or a list."""

    _requires_connection = False
    _VALID_ARGS = frozenset({"url", "method", "headers", "body", "status_code"})

    def run(self, tmp=None, task_vars=None):
        """Returns ``status``, ``json``, and the headers of the answer, such as ``x_version_id``."""
        result = super().run(tmp, task_vars)
        options = self._task.args
        unknown = set(options) - self._VALID_ARGS
        if unknown:
            raise AnsibleActionFail(f"Unknown options: {', '.join(sorted(unknown))}")
        with requests.Session() as session:
            # As the caller's own netrc file would add another identity.
            session.trust_env = False
            try:
                answer = session.request(
                    options.get("method", "GET"),
                    options["url"],
                    headers=options.get("headers"),
                    json=options.get("body"),
                    timeout=PATIENCE,
                    allow_redirects=False,
                )
            except requests.RequestException as error:
                raise AnsibleActionFail(f"There was no answer: {error}") from error
        result |= {name.lower().replace("-", "_"): value for name, value in answer.headers.items()}
        result |= {"changed": False, "status": answer.status_code}
        if answer.headers.get("Content-Type", "").startswith("application/json"):
            result["json"] = answer.json()
        expected = options.get("status_code", 200)
        expected = [int(status) for status in (expected if isinstance(expected, list) else [expected])]
        if answer.status_code not in expected:
            result |= {"failed": True, "msg": f"The status is {answer.status_code}, not {expected}"}
        return result
