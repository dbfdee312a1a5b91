# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations that a plan for tokens consists of."""

from __future__ import annotations

from ansible_collections.mmops.mattermost.plugins.module_utils._api.error_meanings import TOKEN_GONE
from ansible_collections.mmops.mattermost.plugins.module_utils._plan import Step

CREATE = "create_user_access_token"
ENABLE = "enable_user_access_token"
DISABLE = "disable_user_access_token"
REVOKE = "revoke_user_access_token"
END_SESSION = "revoke_session"


def revocation(token_id: str) -> Step:
    """A token that is gone already is as it should be, and to revoke it twice does no harm."""
    return Step(REVOKE, {"token_id": token_id}, tolerates=(TOKEN_GONE,), repeats_if_lost=True)
