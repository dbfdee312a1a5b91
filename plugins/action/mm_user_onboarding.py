# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from ansible_collections.mmops.mattermost.plugins.modules.mm_user_onboarding import SUBJECT
from ansible_collections.mmops.mattermost.plugins.plugin_utils._in_process import InProcessAction


class ActionModule(InProcessAction):
    """Runs M(mmops.mattermost.mm_user_onboarding) inside the Ansible process where that is possible."""

    subject = SUBJECT
