# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which users a declaration chooses: by names, by a search, by an autocompletion or by filters."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import islice

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput
from ansible_collections.mmops.mattermost.plugins.module_utils._api.protocol import ApiClient
from ansible_collections.mmops.mattermost.plugins.module_utils._services.account import ADMINISTRATOR
from ansible_collections.mmops.mattermost.plugins.module_utils._services.identity import ME, caller_id
from ansible_collections.mmops.mattermost.plugins.module_utils._services.info_options import FILTERS, LARGEST_SEARCH, NAMES
from ansible_collections.mmops.mattermost.plugins.module_utils._services.lookup import (
    all_pages,
    by_emails,
    by_ids,
    by_usernames,
)

#: The filters by membership as a search calls them. It has none for ``not_in_group``.
_SEARCH_NAMES = {
    "in_team": "team_id",
    "not_in_team": "not_in_team_id",
    "in_channel": "in_channel_id",
    "not_in_channel": "not_in_channel_id",
    "in_group": "in_group_id",
}

_ROLE = re.compile(r"[a-z0-9_]{1,64}\Z")


@dataclass
class Selection:
    """The users that a declaration chooses.

    ``missing`` lists names, ids and addresses that no user has, ``out_of_channel`` users of the team who are not in the
    channel of an autocompletion.
    """

    users: list = field(default_factory=list)
    missing: list = field(default_factory=list)
    out_of_channel: list = field(default_factory=list)
    warnings: list = field(default_factory=list)


def select(client: ApiClient, declared: dict) -> Selection:
    """The users that a declaration chooses, ordered by name unless the declaration says otherwise."""
    _check_role(client, declared["role"])
    if any(declared[option] is not None for option in NAMES):
        return _named(client, declared)
    if declared["autocomplete"] is not None:
        return _autocompleted(client, declared)
    if declared["search"] is not None:
        return _searched(client, declared)
    query = {}
    for name in FILTERS:
        if declared[name]:
            query[name] = ",".join(declared[name]) if isinstance(declared[name], list) else declared[name]
    if declared["limit"]:
        return Selection(list(islice(client.pages("get_users", **query), declared["limit"])))
    return Selection(all_pages(client, declared["concurrency"], "get_users", **query))


def _check_role(client: ApiClient, role):
    """Some servers refuse a role that does not exist, others list nobody. Every server has administrators."""
    if not role or role == ADMINISTRATOR:
        return
    if not (_ROLE.match(role) and client.get_roles_by_names(role_names=[role])):
        raise InvalidInput(f"role: the server has no role {role!r}", "Give the whole name of a role, like system_user")


def _named(client: ApiClient, declared) -> Selection:
    workers = declared["concurrency"]
    usernames, user_ids, emails = (once(declared[option]) for option in ("usernames", "user_ids", "emails"))
    found = by_usernames(client, usernames, workers)
    if ME in user_ids:
        own_id = caller_id(client, "user_ids")
        user_ids = once(own_id if user_id == ME else user_id for user_id in user_ids)
    found += by_ids(client, user_ids, workers)
    with_address = by_emails(client, emails, workers)
    found += with_address
    missing = _without(usernames, (user["username"] for user in found))
    missing += _without(user_ids, (user["id"] for user in found))
    missing += _without(emails, (user["email"].lower() for user in with_address))
    users = {user["id"]: user for user in found}
    return Selection(sorted(users.values(), key=lambda user: user["username"]), missing)


def _autocompleted(client: ApiClient, declared) -> Selection:
    limit = declared["limit"] or LARGEST_SEARCH
    answer = client.autocomplete_users(
        name=declared["autocomplete"].strip(), limit=limit, in_team=declared["in_team"], in_channel=declared["in_channel"]
    )
    selection = Selection(answer["users"], out_of_channel=answer.get("out_of_channel") or [])
    return _with_warning(selection, selection.users, declared)


def _searched(client: ApiClient, declared) -> Selection:
    body = {
        _SEARCH_NAMES.get(name, name): declared[name]
        for name in FILTERS
        if declared[name] and name not in ("active", "inactive", "sort")
    }
    # A search knows no filter for inactive users only, so ask for all and choose here.
    limit = LARGEST_SEARCH if declared["inactive"] else declared["limit"] or LARGEST_SEARCH
    found = client.search_users(term=declared["search"].strip(), allow_inactive=not declared["active"], limit=limit, **body)
    users = [user for user in found if user["delete_at"] or not declared["inactive"]]
    return _with_warning(Selection(users[: declared["limit"]]), found, declared)


def _with_warning(selection, found, declared) -> Selection:
    if len(found) >= LARGEST_SEARCH and declared["limit"] is None:
        selection.warnings.append(
            f"The server answers at most {LARGEST_SEARCH} users of a search, so some may be left out: "
            "give a longer beginning of a name, or list users with filters instead"
        )
    return selection


def once(values) -> list:
    """Each value once, in order."""
    return list(dict.fromkeys(values or ()))


def _without(wanted, found) -> list:
    there = set(found)
    return [value for value in wanted if value not in there]
