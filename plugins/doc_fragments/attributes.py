# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations


class ModuleDocFragment:
    """What all modules of the collection support alike. Each module documents C(idempotent) itself."""

    DOCUMENTATION = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/mmops.mattermost.mattermost) in C(module_defaults) to set defaults for all modules.
    support: full
    membership:
      - mmops.mattermost.mattermost
  check_mode:
    description: Can predict the result without sending a request that writes.
    support: full
  diff_mode:
    description: Returns what changes, before and after. Secrets are not shown.
    support: full
"""
