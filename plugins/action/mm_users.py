# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_api import from_api
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_entry import ENTRY_OPTIONS
from ansible_collections.mmops.mattermost.plugins.modules.mm_users import SUBJECT
from ansible_collections.mmops.mattermost.plugins.plugin_utils._in_process import InProcessAction


class ActionModule(InProcessAction):
    """Runs M(mmops.mattermost.mm_users) inside the Ansible process where that is possible."""

    subject = SUBJECT

    def run(self, tmp=None, task_vars=None):
        users = self._task.args.get("users")
        if isinstance(users, list):
            # As mm_user_info returns them, they have keys that are not options.
            self._task.args["users"] = [from_api(user, ENTRY_OPTIONS) for user in users]
        return super().run(tmp, task_vars)
