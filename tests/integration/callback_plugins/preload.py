# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes plays of many tasks faster: each task runs in a fork of the Ansible process, so what is loaded before the first one,
none of them loads by itself. A third of the time of a small task goes into loading filters otherwise."""

from __future__ import annotations

import gc

from ansible.plugins.callback import CallbackBase
from ansible.plugins.loader import filter_loader, test_loader

DOCUMENTATION = """
name: preload
type: notification
short_description: Loads the filters and tests of Ansible when a play starts
description: Used by the integration tests of this collection.
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "preload"
    CALLBACK_NEEDS_ENABLED = True

    def v2_playbook_on_start(self, playbook):
        for loader in (filter_loader, test_loader):
            # Tells the loader what the plugins of ansible-core are.
            loader.get("ansible.builtin.match")
            list(loader.all())
        # A fork that collects garbage would copy all pages of what was loaded.
        gc.freeze()
