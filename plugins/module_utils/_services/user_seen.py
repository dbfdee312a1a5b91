# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of one user before the plan is made."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput
from ansible_collections.mmops.mattermost.plugins.module_utils._api.server import Server

if TYPE_CHECKING:
    from ansible_collections.mmops.mattermost.plugins.module_utils._services.picture import Picture
    from ansible_collections.mmops.mattermost.plugins.module_utils._services.user_limit import UserLimit


@dataclass
class Seen:
    """What is known of the server before the plan is made.

    ``user`` is the account as the caller sees it, or ``None``. ``caller`` is the caller's own account; ``None`` on the
    local socket, and when nothing depends on it. ``password_differs`` and ``picture_differs`` are ``None`` when they are
    not known. ``username_holder`` and ``email_holder`` are other accounts that have what is declared.
    ``confirms_addresses``: whether the server changes an address only after the user has confirmed it.
    ``bot`` is the entry of a bot beside its account, where the plan depends on it, and ``bot_owner_id`` the owner to be.
    ``login_warning``: what to say of the login service of a new account; empty if people can log in with it.
    ``no_guests`` says why there can be no guests; empty if there can be, or if nobody is to become one.
    ``administrators`` are all active ones, where the account is to be one no longer.
    ``user_limit``: how many active users the server takes, where one more is to be active, and ``effect_on_seats`` what the
    change does to their number. ``teams``: the teams and channels that the declaration concerns, where it names any.
    """

    user: dict | None
    server: Server = field(default_factory=Server)
    caller: dict | None = None
    local: bool = False
    password_differs: bool | None = None
    password_hint: str = ""
    picture: Picture | None = None
    picture_differs: bool | None = None
    username_holder: dict | None = None
    email_holder: dict | None = None
    confirms_addresses: bool | None = None
    bot: dict | None = None
    bot_owner_id: str | None = None
    login_warning: str = ""
    no_guests: str = ""
    administrators: list | None = None
    user_limit: UserLimit | None = None
    effect_on_seats: str = ""
    teams: Any = None

    @property
    def is_caller(self) -> bool:
        """Whether the account is the caller's own."""
        return bool(self.caller and self.user and self.caller["id"] == self.user["id"])

    def check_guests(self) -> None:
        """Raises ``InvalidInput`` where there can be no guests."""
        if self.no_guests:
            raise InvalidInput(f"guest: {self.no_guests}", "Leave out guest, or make guests possible")

    def reveals(self, name: str) -> bool | None:
        """Whether the absence of a field in the account means that it is empty; ``None`` if that is not known."""
        return self.server.reveals(name, self.user or {}, self.caller)
