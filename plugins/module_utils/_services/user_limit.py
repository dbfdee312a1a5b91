# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many active users a server without a licence takes, and whether a plan fits.

The server counts at the time of each creation and activation, without bots. A new bot counts until it has become one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import (
    InvalidInput,
    NotFound,
    OperationNotAvailable,
    PermissionDenied,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._api.protocol import ApiClient
from ansible_collections.mmops.mattermost.plugins.module_utils._services.account import is_active, is_bot

CREATED, ACTIVATED, BOT, LEAVES = "created", "activated", "bot", "leaves"


def effect_on_seats(before: dict | None, after: dict | None) -> str:
    """What a change does to the number of active users; empty if it stays. ``None``: there is no account."""
    if before and is_bot(before):
        return ""  # it may become a user at any time
    counted = bool(before and is_active(before))
    counts = bool(after and is_active(after) and not is_bot(after))
    if counts and not counted:
        return ACTIVATED if before else CREATED
    if counted and not counts:
        return LEAVES
    return BOT if after and is_bot(after) and before is None else ""


def takes_a_seat(effect: str) -> bool:
    """Whether a change with this effect needs a place for an active user, be it for a moment."""
    return effect not in ("", LEAVES)


@dataclass(frozen=True)
class UserLimit:
    """``most`` active users, of whom there are ``active``."""

    most: int
    active: int

    def check(self, effects: Iterable[str], at_once: int = 1) -> bool:
        """Whether those who leave have to go before others come. Raises ``InvalidInput`` if it is too many anyway.

        ``at_once``: how many new bots may be users at the same time.
        """
        counted = Counter(effects)
        coming = counted[CREATED] + counted[ACTIVATED]
        seats = coming + min(counted[BOT], at_once)
        free = self.most - self.active + counted[LEAVES]
        if seats > max(free, 0):
            raise InvalidInput(
                f"{_named(counted)} would exceed the limit of {self.most} active users; {max(free, 0)} fit "
                f"({self.active} are active{_leaving(counted[LEAVES])})",
                "Take some of them out, deactivate accounts that nobody needs, or get a licence for the server",
            )
        return seats > max(self.most - self.active, 0)


def _named(counted) -> str:
    kinds = ((CREATED, "new"), (ACTIVATED, "activated"))
    parts = [f"{counted[kind]} {text}" for kind, text in kinds if counted[kind]]
    return f"{' and '.join(parts)} {_users(sum(counted[kind] for kind, _text in kinds))}" if parts else "a new bot"


def _users(count) -> str:
    return "user" if count == 1 else "users"


def _leaving(count) -> str:
    return f", {count} of whom would leave" if count else ""


def limit_of_users(client: ApiClient) -> UserLimit | None:
    """The limit of the server; ``None`` if there is none, or if it does not tell the caller."""
    if client.local or not client.server.known or client.server.has("limits_active_users") is False:
        return None
    with suppress(PermissionDenied, NotFound, OperationNotAvailable):
        limits = client.get_server_limits()
        if limits.get("maxUsersHardLimit"):  # who may not know is told zeros
            return UserLimit(limits["maxUsersHardLimit"], limits["activeUserCount"])
    return None
