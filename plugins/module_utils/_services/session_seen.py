# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of sessions before the plan is made.

The API does not tell a caller which session is its own. What is known: a session that a login of this task began is the
newest one of the account; and a personal access token has a session of its own, which is made again when it is gone.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ansible_collections.mmops.mattermost.plugins.module_utils._services.session_choice import token_of


@dataclass
class Account:
    """A user with its sessions, as the API shows them, and its active personal access tokens."""

    user: dict
    sessions: list
    tokens: list = field(default_factory=list)


@dataclass
class Caller:
    """Who sends the requests. ``logged_in``: the session began with a login of this task, and ends with the task.

    ``sessions`` are those of the caller's account, or none if the task is not about it. With a token, each of them may
    be the one in use.
    """

    user: dict
    logged_in: bool
    sessions: list

    @property
    def session(self) -> dict | None:
        """The session in use, if it is known."""
        if not self.logged_in:
            return self.sessions[0] if len(self.sessions) == 1 else None
        logins = [session for session in self.sessions if not token_of(session)]
        return max(logins, key=lambda session: session["create_at"], default=None)


@dataclass
class Seen:
    """What is known of the server before the plan is made.

    ``accounts`` are those that the declaration is about; ``None`` where sessions of all users end and are not read. ``tokens``
    are then the active tokens of all users. ``user`` is the account that is named, if one is. ``now`` is in milliseconds.
    """

    caller: Caller
    accounts: list[Account] | None = None
    tokens: list = field(default_factory=list)
    user: dict | None = None
    now: int = 0
