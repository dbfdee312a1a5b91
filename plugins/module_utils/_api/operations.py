# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All operations of the API that this collection knows, each described once.

Whatever depends on a fact about an operation reads it here: the client builds requests from this table,
the transport decides what it may repeat, the documentation lists permissions and versions, tests go through all of it.
"""

from __future__ import annotations

from ansible_collections.mmops.mattermost.plugins.module_utils._api.neighbour_operations import NEIGHBOURS
from ansible_collections.mmops.mattermost.plugins.module_utils._api.users_operations import USERS_API

#: By name: the Users API, and what user administration needs next door.
OPERATIONS = {**USERS_API, **NEIGHBOURS}
