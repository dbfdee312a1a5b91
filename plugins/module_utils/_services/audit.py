# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Entries of the audit log, as they may be shown.

The server writes the token of a mail for a new password into them. After a failed attempt such a token is still good.
"""

from __future__ import annotations

import re

from ansible_collections.mmops.mattermost.plugins.module_utils._plan import HIDDEN

_TOKEN = re.compile(r"\btoken=\S+")


def without_token(entry: dict) -> dict:
    """The entry without the token in its text. Ids of tokens stay."""
    return dict(entry, extra_info=_TOKEN.sub(f"token={HIDDEN}", entry["extra_info"])) if entry.get("extra_info") else entry
