# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is gathered of each user besides the account.

Things that the API tells of many users are read at once, the rest by several threads.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
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
from ansible_collections.mmops.mattermost.plugins.module_utils._services.account import (
    is_active,
    is_administrator,
    is_bot,
    last_use,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._services.audit import without_token
from ansible_collections.mmops.mattermost.plugins.module_utils._services.bot import bots_by_owner
from ansible_collections.mmops.mattermost.plugins.module_utils._services.info_options import idle_milliseconds
from ansible_collections.mmops.mattermost.plugins.module_utils._services.info_selection import once
from ansible_collections.mmops.mattermost.plugins.module_utils._services.lookup import all_pages, in_parallel
from ansible_collections.mmops.mattermost.plugins.module_utils._services.user_report import read_report

#: With more users than this, the tokens of all users are read by the page instead of those of each user.
_MANY_USERS = 20


class _Refused(InvalidInput):
    """The API tells it to others only, so nothing was asked."""


#: What means that a part cannot be read, and not that nothing can.
_REFUSALS = (_Refused, PermissionDenied, NotFound, OperationNotAvailable)


@dataclass(frozen=True)
class Gathered:
    """A subject of a user. ``reason`` says why it could not be read, in which case the value is ``None``."""

    user: dict
    subject: str
    value: Any
    reason: str = ""


def gather(client: ApiClient, declared: dict, users: list, now: int) -> list[Gathered]:
    """The subjects of the users, subject by subject. ``now`` is in milliseconds.

    Raises the refusal of the server if all was required.
    """
    subjects = once(declared["gather"])
    if not subjects or not users:
        return []
    reader = _Reader(client, declared, now)
    reader.prepare(subjects, users)
    # Whose sessions are read may depend on all the rest.
    gathered = {subject: reader.read(subject, users) for subject in subjects if subject != "sessions"}
    if "sessions" in subjects:
        gathered["sessions"] = _needed_sessions(reader, users, gathered)
    return [part for subject in subjects for part in gathered[subject]]


def _needed_sessions(reader, users, gathered) -> list[Gathered]:
    known: dict = {user["id"]: dict(user) for user in users}
    for subject in {"report", "tokens"} & set(gathered):
        for part in gathered[subject]:
            known[part.user["id"]][subject] = part.value
    chosen = [user for user in users if reader.needs_sessions(known[user["id"]])]
    ids = {user["id"] for user in chosen}
    return reader.read("sessions", chosen) + [Gathered(user, "sessions", None) for user in users if user["id"] not in ids]


class _Reader:
    """Reads what is gathered. ``caller`` is the caller's own user, ``None`` where there is none or nobody asks."""

    def __init__(self, client: ApiClient, declared, now):
        self.client = client
        self.declared = declared
        self.caller: Any = None
        self.has_report = False
        idle = idle_milliseconds(declared)
        self._idle_since = None if idle is None else now - idle
        self._at_once: dict[str, Callable] = {}

    def prepare(self, subjects, users) -> None:
        """Read what the API tells of many users."""
        if {"uploads", "terms_of_service"} & set(subjects) and not self.client.local:
            self.caller = self.client.who_am_i()
        if "tokens" in subjects and len(users) > _MANY_USERS and not self.client.local:
            tokens = _all_tokens(self.client, self.declared["concurrency"])
            if tokens is not None:
                self._at_once["tokens"] = lambda user: tokens.get(user["id"], [])
        if "bots" in subjects:
            self._at_once["bots"] = self._unless_refused(lambda: bots_by_owner(self.client, (user["id"] for user in users)))
        if "report" in subjects:
            self._at_once["report"] = self._unless_refused(lambda: self._report(users))

    def _report(self, users) -> dict:
        report = read_report(self.client, users, self.declared["concurrency"], self.declared["in_team"])
        self.has_report = report is not None
        if report is None and self.declared["require_all"] and not self._sessions_tell("report"):
            raise InvalidInput("gather: this server has no user report", "Leave out report, or update the server to 10.11")
        return defaultdict(lambda: None, report or {})

    @staticmethod
    def _unless_refused(look: Callable) -> Callable:
        """What tells the value of each user, or raises for each why it cannot be told."""
        try:
            found = look()
        except (PermissionDenied, OperationNotAvailable) as error:
            return _raiser(error)
        return lambda user: found[user["id"]]

    def read(self, subject: str, users: list) -> list[Gathered]:
        """A subject of these users."""
        if subject in self._at_once:
            return [self._part(subject, self._at_once[subject], user) for user in users]
        look = partial(SUBJECTS[subject], self)
        return in_parallel(self.declared["concurrency"], partial(self._part, subject, look), users)

    def _part(self, subject, look, user) -> Gathered:
        try:
            return Gathered(user, subject, look(user))
        except _REFUSALS as error:
            if self.declared["require_all"] and not self._sessions_tell(subject):
                raise
            return Gathered(user, subject, None, "" if self._sessions_tell(subject) else str(error))

    def _sessions_tell(self, subject) -> bool:
        """Whether sessions are read in place of the report, so that nothing is missing without it."""
        return subject == "report" and self._idle_since is not None

    def needs_sessions(self, user: dict) -> bool:
        """Whether the report leaves open when the user was last seen. ``user`` holds the other subjects."""
        if self._idle_since is None:
            return True
        if not (is_active(user) and self.has_report):
            return is_active(user)
        tokens = user.get("tokens")
        if tokens and any(token["is_active"] for token in tokens):
            return True  # their use shows in sessions only
        if is_bot(user):
            return tokens is None
        return max(last_use(user) or 0, user["create_at"]) <= self._idle_since

    # -- one user at a time ------------------------------------------------------------------------------------------

    def sessions(self, user):
        sessions = self.client.get_sessions(user_id=user["id"])
        for session in sessions:
            (session.get("props") or {}).pop("csrf", None)  # a secret of the user's browser
        return sessions

    def access_tokens(self, user):
        return list(self.client.pages("get_user_access_tokens_for_user", user_id=user["id"]))

    def audits(self, user):
        entries = self.client.pages("get_user_audits", user_id=user["id"])
        return [without_token(entry) for entry in islice(entries, self.declared["audits_limit"] or None)]

    def uploads(self, user):
        if self.caller and user["id"] != self.caller["id"]:
            explanation = EXPLANATIONS["api.user.get_uploads_for_user.forbidden.app_error"]
            raise _Refused(f"gather: {explanation.cause}", explanation.remedy)
        return self.client.get_uploads_for_user(user_id=user["id"])

    def channel_members(self, user):
        return list(self.client.pages("get_channel_members_with_team_data_for_user", user_id=user["id"]))

    def terms_of_service(self, user):
        """The API answers about the caller only; of others an administrator sees it in the single user."""
        if self.caller and user["id"] == self.caller["id"]:
            return self.client.find("get_user_terms_of_service", user_id=user["id"])
        if self.caller and not is_administrator(self.caller):
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


#: What can be gathered, and what reads it; ``None`` if that is read of all users at once.
SUBJECTS: dict[str, Any] = {
    "sessions": _Reader.sessions,
    "tokens": _Reader.access_tokens,
    "audits": _Reader.audits,
    "bots": None,
    "report": None,
    "uploads": _Reader.uploads,
    "channel_members": _Reader.channel_members,
    "terms_of_service": _Reader.terms_of_service,
    "image": _Reader.image,
    "default_image": _Reader.default_image,
}


def _raiser(error: MattermostError) -> Callable:
    def refuse(user):
        raise error

    return refuse


def _all_tokens(client: ApiClient, workers: int) -> dict | None:
    """The tokens of all users by their ids, ``None`` if the caller may not list them."""
    try:
        # The list has no order, so a page may repeat what another has shown.
        tokens = {token["id"]: token for token in all_pages(client, workers, "get_user_access_tokens")}
    except PermissionDenied:
        return None
    found: dict = defaultdict(list)
    for token in tokens.values():
        found[token["user_id"]].append(token)
    return dict(found)
