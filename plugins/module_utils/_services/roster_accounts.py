# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The accounts that the entries of a roster name, found with as few requests as the server lets it be."""

from __future__ import annotations

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput
from ansible_collections.mmops.mattermost.plugins.module_utils._api.protocol import ApiClient
from ansible_collections.mmops.mattermost.plugins.module_utils._services.identity import ME, caller_id
from ansible_collections.mmops.mattermost.plugins.module_utils._services.lookup import (
    all_pages,
    by_emails,
    by_ids,
    by_usernames,
)


def _named_by(client: ApiClient, options: dict) -> tuple:
    """The option that names the account, and its value."""
    if options["user_id"] == ME:
        return "user_id", caller_id(client, "user_id")
    kind = "user_id" if options["user_id"] else "username" if options["username"] else "email"
    return kind, options[kind]


def find_accounts(client: ApiClient, declaration: dict, entries: list) -> list:
    """The accounts of the entries, in their order; ``None`` for those that do not exist."""
    names = [_named_by(client, entry.options) for entry in entries]
    workers = declaration["concurrency"]
    if client.local:
        by_id = by_name = by_email = all_pages(client, workers, "get_users")
    else:
        by_id = by_ids(client, [value for kind, value in names if kind == "user_id"], workers)
        by_name = by_usernames(client, [value for kind, value in names if kind == "username"], workers)
        by_email = by_emails(client, [value for kind, value in names if kind == "email"], workers)
    found = {
        "user_id": {user["id"]: user for user in by_id},
        "username": {user["username"]: user for user in by_name},
        "email": {user["email"].lower(): user for user in by_email},
    }
    return [found[kind].get(value) for kind, value in names]


def check_owners(roster, owners: dict, entries: list, found: list) -> None:
    """Two entries for one account, by a name and by an address, would contradict each other in every run."""
    for entry, user in zip(entries, found):
        if user is not None:
            other = owners.setdefault(user["id"], entry)
            if other is not entry:
                raise InvalidInput(
                    f"{roster.place(entry)}: this is the account {user['username']}, which is also that of {other.where}",
                    "List every user only once",
                )
