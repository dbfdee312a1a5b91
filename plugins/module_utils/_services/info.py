# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a server tells of its users: who is meant, and what is gathered of each.

Nothing here changes the server. Users are read by the thousand or by the page; what the API tells of one user at a
time is asked for by several threads.
"""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from ansible_collections.mmops.mattermost.plugins.module_utils._api.error_meanings import EXPLANATIONS
from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import (
    InvalidInput,
    MattermostError,
    NotFound,
    OperationNotAvailable,
    PermissionDenied,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._api.protocol import ApiClient
from ansible_collections.mmops.mattermost.plugins.module_utils._plan import Plan, Service
from ansible_collections.mmops.mattermost.plugins.module_utils._services.account import ADMINISTRATOR
from ansible_collections.mmops.mattermost.plugins.module_utils._services.audit import without_token
from ansible_collections.mmops.mattermost.plugins.module_utils._services.bot import bots_by_owner
from ansible_collections.mmops.mattermost.plugins.module_utils._services.identity import ME, caller_id, check_identity
from ansible_collections.mmops.mattermost.plugins.module_utils._services.lookup import (
    by_emails,
    by_ids,
    by_usernames,
    check_concurrency,
    chunks,
    in_parallel,
)

#: How many users a search or autocompletion answers at most. There are no pages.
LARGEST_SEARCH = 1000

#: With more users than this, the tokens of all users are read by the page instead of those of each user.
_MANY_USERS = 20

#: The lists of names by which users are chosen, and how one name of each is called.
_NAMES = {"usernames": "username", "user_ids": "user_id", "emails": "email"}

#: Filters by membership. The server looks at one of them only and silently ignores the others.
_PLACES = ("in_team", "not_in_team", "in_channel", "not_in_channel", "in_group", "not_in_group", "without_team")

_FILTERS = (*_PLACES, "group_constrained", "active", "inactive", "role", "roles", "team_roles", "channel_roles", "sort")

#: The filters by membership as a search calls them. It has none for ``not_in_group``.
_SEARCH_NAMES = {
    "in_team": "team_id",
    "not_in_team": "not_in_team_id",
    "in_channel": "in_channel_id",
    "not_in_channel": "not_in_channel_id",
    "in_group": "in_group_id",
}

#: What an order of users needs.
_SORT_NEEDS = {"create_at": "in_team", "last_activity_at": "in_team", "status": "in_channel", "admin": "in_channel"}

_ID = re.compile(r"[a-z0-9]{26}\Z")
_ROLE = re.compile(r"[a-z0-9_]{1,64}\Z")


@dataclass
class InfoPlan(Plan):
    """A plan without steps. ``files`` are pictures to write, by path."""

    files: dict = field(default_factory=dict, repr=False)


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


class UserInfoService(Service):
    """Reads users and what belongs to them."""

    def plan(self, client: ApiClient, declaration: dict) -> InfoPlan:
        check_declaration(declaration)
        selection = select(client, declaration) if _chooses_users(declaration) else Selection()
        plan = InfoPlan(warnings=selection.warnings)
        refused = gather(client, declaration, selection.users, plan)
        plan.predicted = {
            "users": selection.users,
            "missing": selection.missing,
            "out_of_channel": selection.out_of_channel,
            "refused": refused,
            **_read_about_server(client, declaration),
        }
        return plan

    def predict(self, plan: Plan) -> dict:
        return plan.predicted

    def write_files(self, plan) -> None:
        for path, content in plan.files.items():
            try:
                with open(path, "wb") as file:
                    file.write(content)
            except OSError as error:
                raise _bad_directory(os.strerror(error.errno or 0)) from None


# -- what is asked -------------------------------------------------------------------------------------------------


def check_declaration(declared: dict) -> None:
    """Refuse what the server would refuse, ignore or answer with nothing. Names are brought into the API's form."""
    for option, name in _NAMES.items():
        for position, value in enumerate(declared[option] or ()):
            identity = {**dict.fromkeys(_NAMES.values()), name: value}
            check_identity(identity)
            declared[option][position] = identity[name]
    filters = [name for name in _FILTERS if declared[name]]
    for name in _FILTERS:
        if declared[name] in ("", []):  # left out, it would mean everybody
            raise InvalidInput(f"{name} is empty", "Leave it out, or give a value")
    ways = [way for way in ("search", "autocomplete") if declared[way] is not None]
    named = [option for option in _NAMES if declared[option] is not None]
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
    _check_filters(declared, filters)
    for option in (*_PLACES[:-1], "group_channel_ids"):
        _check_ids(option, declared[option])
    for option, value in (declared["stats_filter"] or {}).items():
        if option in ("in_team", "in_channel"):
            _check_ids(f"stats_filter.{option}", value)
    _check_numbers(declared, ways)
    _check_directory(declared)


def _check_filters(declared, filters):
    if declared["active"] and declared["inactive"]:
        raise InvalidInput("active and inactive exclude each other", "Leave out both to get all users")
    if declared["autocomplete"] is not None:
        unusable = set(filters) - {"in_team", "in_channel"}
        if unusable:
            raise InvalidInput(f"autocomplete knows no filter {min(unusable)}", "Use search, or leave it out")
        if declared["in_channel"] and not declared["in_team"]:
            raise InvalidInput("in_channel: an autocompletion needs the team of the channel as well", "Give in_team too")
        return
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


def _check_ids(option, value):
    for one in [value] if isinstance(value, str) else value or ():
        if not _ID.match(one):
            raise InvalidInput(f"{option}: {one!r} is no id", "An id has 26 characters a-z and 0-9")


def _check_numbers(declared, ways):
    limit = declared["limit"]
    if limit is not None and limit < 1:
        raise InvalidInput("limit must be at least 1", "Leave it out to get all users")
    if ways and limit is not None and limit > LARGEST_SEARCH:
        raise InvalidInput(f"limit: {ways[0]} answers at most {LARGEST_SEARCH} users", "Give a smaller number")
    if declared["audits_limit"] < 0:
        raise InvalidInput("audits_limit must not be negative", "0 stands for all")
    check_concurrency(declared["concurrency"])


def _check_directory(declared):
    directory = declared["image_directory"]
    if directory is not None and not os.path.isdir(directory):
        raise _bad_directory(f"there is no directory {directory}")


def _bad_directory(reason):
    return InvalidInput(
        f"image_directory: {reason}", "Create a directory on the host that runs the task, and let the task write to it"
    )


def _chooses_users(declared) -> bool:
    """Whether users are asked for: they are, unless only the server was asked about."""
    chosen = any(declared[name] not in (None, False) for name in (*_NAMES, "search", "autocomplete", "limit", *_FILTERS))
    about_server = (
        declared["stats"]
        or declared["stats_filter"] is not None
        or declared["known_users"]
        or declared["group_channel_ids"] is not None
    )
    return bool(chosen or declared["gather"] or not about_server)


# -- users ---------------------------------------------------------------------------------------------------------


def select(client: ApiClient, declared: dict) -> Selection:
    """The users that a declaration chooses, ordered by name unless the declaration says otherwise."""
    _check_role(client, declared["role"])
    if any(declared[option] is not None for option in _NAMES):
        return _named(client, declared)
    if declared["autocomplete"] is not None:
        return _autocompleted(client, declared)
    if declared["search"] is not None:
        return _searched(client, declared)
    query = {}
    for name in _FILTERS:
        if declared[name]:
            query[name] = ",".join(declared[name]) if isinstance(declared[name], list) else declared[name]
    return Selection(list(islice(client.pages("get_users", **query), declared["limit"])))


def _check_role(client: ApiClient, role):
    """Some servers refuse a role that does not exist, others list nobody. Every server has administrators."""
    if not role or role == ADMINISTRATOR:
        return
    if not (_ROLE.match(role) and client.get_roles_by_names(role_names=[role])):
        raise InvalidInput(f"role: the server has no role {role!r}", "Give the whole name of a role, like system_user")


def _named(client: ApiClient, declared) -> Selection:
    workers = declared["concurrency"]
    usernames, emails = (_once(declared[option]) for option in ("usernames", "emails"))
    user_ids = _once(declared["user_ids"])
    found = by_usernames(client, usernames, workers)
    if ME in user_ids:
        own_id = caller_id(client, "user_ids")
        user_ids = _once(own_id if user_id == ME else user_id for user_id in user_ids)
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
        for name in _FILTERS
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


# -- what is gathered of each user -----------------------------------------------------------------------------------


class _Refused(InvalidInput):
    """The API tells it to others only, so nothing was asked."""


@dataclass
class _Reader:
    """Reads what is gathered. ``caller`` is the caller's own user, ``None`` where there is none or nobody asks."""

    client: Any
    declared: dict
    caller: Any = None
    tokens: Any = None
    bots_of: Any = None

    def sessions(self, user):
        sessions = self.client.get_sessions(user_id=user["id"])
        for session in sessions:
            (session.get("props") or {}).pop("csrf", None)  # a secret of the user's browser
        return sessions

    def access_tokens(self, user):
        if self.tokens is not None:
            return [token for token in self.tokens if token["user_id"] == user["id"]]
        return list(self.client.pages("get_user_access_tokens_for_user", user_id=user["id"]))

    def bots(self, user):
        if isinstance(self.bots_of, MattermostError):
            raise self.bots_of
        return self.bots_of[user["id"]]

    def audits(self, user):
        entries = self.client.pages("get_user_audits", user_id=user["id"])
        return [without_token(entry) for entry in islice(entries, self.declared["audits_limit"] or None)]

    def uploads(self, user):
        if self.caller and user["id"] != self.caller["id"]:
            explanation = EXPLANATIONS["api.user.get_uploads_for_user.forbidden.app_error"]
            raise _Refused(f"gather: {explanation.cause}", explanation.remedy)
        return self.client.get_uploads_for_user(user_id=user["id"]) or []

    def channel_members(self, user):
        return list(self.client.pages("get_channel_members_with_team_data_for_user", user_id=user["id"]))

    def terms_of_service(self, user):
        """The API answers about the caller only; of others an administrator sees it in the single user."""
        if self.caller and user["id"] == self.caller["id"]:
            return self.client.find("get_user_terms_of_service", user_id=user["id"])
        if self.caller and "system_admin" not in self.caller["roles"].split():
            raise _Refused(
                "gather: only the user and administrators see the terms of service that a user has accepted",
                "Use the token of that user or of a system administrator",
            )
        details = self.client.get_user(user_id=user["id"])
        if not details.get("terms_of_service_id"):
            return None
        return {
            "user_id": user["id"],
            "terms_of_service_id": details["terms_of_service_id"],
            "create_at": details.get("terms_of_service_create_at"),
        }

    def image(self, user):
        return self.client.get_profile_image(user_id=user["id"])

    def default_image(self, user):
        return self.client.get_default_profile_image(user_id=user["id"])


#: What can be gathered, and what reads it.
SUBJECTS: dict[str, Callable] = {
    "sessions": _Reader.sessions,
    "tokens": _Reader.access_tokens,
    "audits": _Reader.audits,
    "bots": _Reader.bots,
    "uploads": _Reader.uploads,
    "channel_members": _Reader.channel_members,
    "terms_of_service": _Reader.terms_of_service,
    "image": _Reader.image,
    "default_image": _Reader.default_image,
}


def gather(client: ApiClient, declared: dict, users: list, plan: InfoPlan) -> list:
    """Add the subjects to the users, each under its name, and return what was refused.

    What the server does not tell the caller is ``None``, listed in ``plan.unknown``, and explained in a warning.
    Raises the refusal instead if all was required.
    """
    subjects = _once(declared["gather"])
    if not subjects or not users:
        return []
    reader = _Reader(client, declared)
    if {"uploads", "terms_of_service"} & set(subjects) and not client.local:
        reader.caller = client.who_am_i()
    if "tokens" in subjects and len(users) > _MANY_USERS and not client.local:
        reader.tokens = _all_tokens(client)
    if "bots" in subjects:
        reader.bots_of = _bots_of(client, users)

    def read(item):
        user, subject = item
        try:
            return SUBJECTS[subject](reader, user), ""
        except (_Refused, PermissionDenied, NotFound, OperationNotAvailable) as error:
            if declared["require_all"]:
                raise
            return None, str(error)

    items = [(user, subject) for subject in subjects for user in users]
    refused = []
    for (user, subject), (value, reason) in zip(items, in_parallel(declared["concurrency"], read, items)):
        picture = isinstance(value, bytes)
        user[subject] = _picture(plan, declared["image_directory"], subject, user, value) if picture else value
        if reason:
            refused.append({"user_id": user["id"], "username": user["username"], "subject": subject, "reason": reason})
    for subject in subjects:
        reasons = [entry["reason"] for entry in refused if entry["subject"] == subject]
        if reasons:
            plan.unknown.append(subject)
            plan.warnings.append(f"{subject} of {len(reasons)} of {len(users)} users cannot be read. {reasons[0]}")
    return refused


def _bots_of(client: ApiClient, users) -> dict | MattermostError:
    """The bots of each user, or why they cannot be read."""
    try:
        return bots_by_owner(client, (user["id"] for user in users))
    except (PermissionDenied, OperationNotAvailable) as error:
        return error


def _all_tokens(client: ApiClient) -> list | None:
    """The tokens of all users, ``None`` if the caller may not list them."""
    try:
        # The list has no order, so a page may repeat what another has shown.
        return list({token["id"]: token for token in client.pages("get_user_access_tokens")}.values())
    except PermissionDenied:
        return None


def _picture(plan, directory, subject, user, content) -> str:
    """The picture as it shows in the result: in base64, or the path of the file that is to be written."""
    if directory is None:
        return base64.b64encode(content).decode()
    # A name can hold none of the other characters; this keeps a strange server from choosing the path.
    path = os.path.join(directory, f"{subject}-{re.sub('[^a-z0-9._-]', '_', user['username'])}.png")
    plan.files[path] = content
    return path


# -- the server as a whole ------------------------------------------------------------------------------------------


def _read_about_server(client: ApiClient, declared) -> dict:
    stats = filtered = None
    if declared["stats"]:
        stats = client.get_total_users_stats()
    if declared["stats_filter"] is not None:
        filtered = client.get_total_users_stats_filtered(
            **{
                name: ",".join(value) if isinstance(value, list) else value
                for name, value in declared["stats_filter"].items()
                if value
            }
        )
    known = client.get_known_users() or [] if declared["known_users"] else []
    members = {}
    for chunk in chunks(_once(declared["group_channel_ids"])):
        answer = client.get_users_by_group_channel_ids(group_channel_ids=chunk)
        members.update({channel_id: answer.get(channel_id) or [] for channel_id in chunk})
    return {"stats": stats, "filtered_stats": filtered, "known_users": known, "group_channel_members": members}


# -- helpers ---------------------------------------------------------------------------------------------------------


def _once(values) -> list:
    """Each value once, in order."""
    return list(dict.fromkeys(values or ()))


def _without(wanted, found) -> list:
    there = set(found)
    return [value for value in wanted if value not in there]
