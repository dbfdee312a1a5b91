# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client that need not ask again for accounts that have just been read."""

from __future__ import annotations

from typing import Any

from ansible_collections.mmops.mattermost.plugins.module_utils._api.protocol import ApiClient

#: Operations that list tokens.
_LISTS_OF_TOKENS = ("get_user_access_tokens", "get_user_access_tokens_for_user")


class KnownAccounts:
    """Answers for the accounts in ``users``, by user name; ``None`` stands for one that does not exist.

    ``without_tokens``: these accounts are so new that there cannot be a token.
    """

    def __init__(self, client: ApiClient, users: dict, without_tokens: bool = False):
        self._client = client
        self._users = users
        self._without_tokens = without_tokens

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def find(self, name: str, **arguments):
        if name == "get_user_by_username" and arguments["username"] in self._users:
            return self._users[arguments["username"]]
        return self._client.find(name, **arguments)

    def get_users_by_usernames(self, usernames: list) -> list:
        if self._users.keys() >= set(usernames):
            return [self._users[name] for name in usernames if self._users[name]]
        return self._client.get_users_by_usernames(usernames=usernames)

    def pages(self, name: str, **arguments):
        if self._without_tokens and name in _LISTS_OF_TOKENS:
            return iter(())
        return self._client.pages(name, **arguments)
