# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of an account before its way to another login service is planned, and what such a plan has beside its steps."""

from __future__ import annotations

from dataclasses import dataclass, field

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput
from ansible_collections.mmops.mattermost.plugins.module_utils._api.server import Server
from ansible_collections.mmops.mattermost.plugins.module_utils._plan import Plan
from ansible_collections.mmops.mattermost.plugins.module_utils._services.auth_migration import Preflight
from ansible_collections.mmops.mattermost.plugins.module_utils._services.login_service import Availability


@dataclass
class Seen:
    """What is known before a plan for one account is made.

    ``caller`` is the caller's own account; ``None`` on the local socket, and where nothing depends on it.
    ``is_administrator``: the caller sees the login service of others. ``target``: whether people can log in with the
    service that the account is to get. ``user`` is empty where no account is named. ``checked`` is the preflight of a
    migration.
    """

    user: dict
    server: Server = field(default_factory=Server)
    caller: dict | None = None
    is_administrator: bool = False
    target: Availability = field(default_factory=Availability)
    local: bool = False
    checked: Preflight | None = None

    @property
    def is_caller(self) -> bool:
        return bool(self.caller and self.user["id"] == self.caller["id"])

    @property
    def sees_service(self) -> bool:
        """Whether ``auth_service`` is what the account has. From others the server hides it as an empty string."""
        return self.is_administrator or self.is_caller or bool(self.user["auth_service"])

    def reveals(self, name: str) -> bool | None:
        """Whether the absence of a field in the account means that it is empty; ``None`` if that is not known."""
        return self.server.reveals(name, self.user, self.caller)


@dataclass
class AuthPlan(Plan):
    """``predicted`` is the user, if one is meant. ``reads_back``: whether the account is read afterwards.

    ``checked`` is the preflight of a migration.
    """

    reads_back: bool = True
    checked: Preflight | None = field(default=None, repr=False)


def address_of(declaration: dict, user: dict) -> str:
    """The address of an account, which the caller may have to give."""
    email = user["email"] or declaration["email"]
    if not email:
        raise InvalidInput(f"email: the caller may not see the address of {user['username']}", "Give it in email")
    return email
