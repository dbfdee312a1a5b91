# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes a file that a target needs, with ``content`` and ``dest`` as in ``ansible.builtin.copy``.

It runs in the Ansible process, as the roster of each case would take two processes otherwise.
"""

from __future__ import annotations

from pathlib import Path

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):
    """The file can be read by its owner only."""

    _requires_connection = False
    _VALID_ARGS = frozenset({"content", "dest"})

    def run(self, tmp=None, task_vars=None):
        """Returns ``changed``, as a file that was written may be another one than before."""
        result = super().run(tmp, task_vars)
        options = self._task.args
        if set(options) != self._VALID_ARGS or not isinstance(options["content"], str):
            raise AnsibleActionFail("Give content, a text, and dest")
        path = Path(options["dest"])
        path.touch(mode=0o600)
        path.write_text(options["content"], encoding="utf-8")
        return result | {"changed": True}
