# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What may be asked of a server about its users. What it would refuse, ignore or answer with nothing is refused here."""

from __future__ import annotations

import os
import re

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput
from ansible_collections.mmops.mattermost.plugins.module_utils._services.duration import seconds
from ansible_collections.mmops.mattermost.plugins.module_utils._services.identity import check_identity
from ansible_collections.mmops.mattermost.plugins.module_utils._services.lookup import check_concurrency

#: How many users a search or autocompletion answers at most. There are no pages.
LARGEST_SEARCH = 1000

#: The lists of names by which users are chosen, and how one name of each is called.
NAMES = {"usernames": "username", "user_ids": "user_id", "emails": "email"}

#: Filters by membership. The server looks at one of them only and silently ignores the others.
_PLACES = ("in_team", "not_in_team", "in_channel", "not_in_channel", "in_group", "not_in_group", "without_team")

FILTERS = (*_PLACES, "group_constrained", "active", "inactive", "role", "roles", "team_roles", "channel_roles", "sort")

#: What an order of users needs.
_SORT_NEEDS = {"create_at": "in_team", "last_activity_at": "in_team", "status": "in_channel", "admin": "in_channel"}

_ID = re.compile(r"[a-z0-9]{26}\Z")


def check_declaration(declared: dict) -> None:
    """Raises ``InvalidInput``. Names are brought into the API's form."""
    _check_names(declared)
    filters = _given_filters(declared)
    ways = [way for way in ("search", "autocomplete") if declared[way] is not None]
    _check_ways(declared, ways, filters)
    if declared["autocomplete"] is not None:
        _check_autocompletion(declared, filters)
    else:
        _check_places(declared)
    _check_all_ids(declared)
    _check_numbers(declared, ways)
    _check_idle_after(declared)
    _check_directory(declared)


def chooses_users(declared) -> bool:
    """Whether users are asked for: they are, unless only the server was asked about."""
    chosen = any(declared[name] not in (None, False) for name in (*NAMES, "search", "autocomplete", "limit", *FILTERS))
    about_server = (
        declared["stats"]
        or declared["stats_filter"] is not None
        or declared["known_users"]
        or declared["group_channel_ids"] is not None
    )
    return bool(chosen or declared["gather"] or not about_server)


def idle_milliseconds(declared) -> int | None:
    """``idle_after`` in milliseconds."""
    return None if declared["idle_after"] is None else seconds("idle_after", declared["idle_after"]) * 1000


def bad_directory(reason) -> InvalidInput:
    return InvalidInput(
        f"image_directory: {reason}", "Create a directory on the host that runs the task, and let the task write to it"
    )


def _check_names(declared):
    for option, name in NAMES.items():
        for position, value in enumerate(declared[option] or ()):
            identity = {**dict.fromkeys(NAMES.values()), name: value}
            try:
                check_identity(identity)
            except InvalidInput as error:
                raise InvalidInput(error.reason.replace(name, option, 1), error.remedy) from None
            declared[option][position] = identity[name]


def _given_filters(declared) -> list:
    for name in FILTERS:
        if declared[name] in ("", []):  # left out, it would mean everybody
            raise InvalidInput(f"{name} is empty", "Leave it out, or give a value")
    return [name for name in FILTERS if declared[name]]


def _check_ways(declared, ways, filters):
    """Users are chosen by names, by a search, by an autocompletion, or by filters."""
    named = [option for option in NAMES if declared[option] is not None]
    if len(ways) > 1 or (ways and named):
        raise InvalidInput(f"{' and '.join([*named, *ways])} exclude each other", "Choose users in one way")
    for option in ways:
        if not declared[option].strip():
            raise InvalidInput(f"{option} is empty", "Leave it out, or give the beginning of a name")
    if named and (filters or declared["limit"] is not None):
        other = filters[0] if filters else "limit"
        raise InvalidInput(
            f"{other} cannot be combined with {named[0]}", "Leave it out, and choose among the users of the result instead"
        )
    if declared["active"] and declared["inactive"]:
        raise InvalidInput("active and inactive exclude each other", "Leave out both to get all users")


def _check_autocompletion(declared, filters):
    unusable = set(filters) - {"in_team", "in_channel"}
    if unusable:
        raise InvalidInput(f"autocomplete knows no filter {min(unusable)}", "Use search, or leave it out")
    if declared["in_channel"] and not declared["in_team"]:
        raise InvalidInput("in_channel: an autocompletion needs the team of the channel as well", "Give in_team too")


def _check_places(declared):
    """Filters of lists and searches: what the server needs, and what it would silently ignore."""
    places = [name for name in _PLACES if declared[name]]
    if "not_in_channel" in places:
        if not declared["in_team"]:
            raise InvalidInput("not_in_channel needs the team of the channel as well", "Give in_team too")
        places.remove("in_team")
    if len(places) > 1:
        raise InvalidInput(
            f"{' and '.join(places)} cannot be combined: the server looks at one of them only",
            "Give one of them, and filter the users of the result by the other",
        )
    if declared["group_constrained"] and not (declared["not_in_team"] or declared["not_in_channel"]):
        raise InvalidInput("group_constrained counts only together with not_in_team or not_in_channel")
    if declared["search"] is not None:
        for name in ("sort", "not_in_group"):
            if declared[name]:
                raise InvalidInput(f"a search knows no {name}", "Leave it out")
    needed = _SORT_NEEDS.get(declared["sort"] or "")
    if needed and places != [needed]:
        raise InvalidInput(
            f"sort: the order {declared['sort']} exists only for users filtered by {needed}",
            f"Give {needed}, or leave out sort",
        )
    for name, needed in (("team_roles", "in_team"), ("channel_roles", "in_channel")):
        if declared[name] and not declared[needed]:
            raise InvalidInput(f"{name} needs {needed}", "Give both")


def _check_all_ids(declared):
    for option in (*_PLACES[:-1], "group_channel_ids"):
        _check_ids(option, declared[option])
    for option, value in (declared["stats_filter"] or {}).items():
        if option in ("in_team", "in_channel"):
            _check_ids(f"stats_filter.{option}", value)


def _check_ids(option, value):
    for one in [value] if isinstance(value, str) else value or ():
        if not _ID.match(one):
            raise InvalidInput(f"{option}: {one!r} is not a valid id", "An id has 26 characters a-z and 0-9")


def _check_numbers(declared, ways):
    limit = declared["limit"]
    if limit is not None and limit < 1:
        raise InvalidInput("limit must be at least 1", "Leave it out to get all users")
    if ways and limit is not None and limit > LARGEST_SEARCH:
        raise InvalidInput(f"limit: {ways[0]} answers at most {LARGEST_SEARCH} users", "Give a smaller number")
    if declared["audits_limit"] < 0:
        raise InvalidInput("audits_limit must not be negative", "0 stands for all")
    check_concurrency(declared["concurrency"])


def _check_idle_after(declared):
    if declared["idle_after"] is None:
        return
    idle_milliseconds(declared)
    if not {"report", "sessions"} <= set(declared["gather"]):
        raise InvalidInput("idle_after needs report and sessions in gather", "Add them, or leave it out")


def _check_directory(declared):
    directory = declared["image_directory"]
    if directory is not None and not os.path.isdir(directory):
        raise bad_directory(f"there is no directory {directory}")
