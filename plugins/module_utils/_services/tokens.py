# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Personal access tokens of many users. Each value goes into a file before the next token of the same user is made.

Accounts are read a thousand at a time, tokens in pages of all tokens of the server. A token that is there, once and in order,
needs nothing else. Whatever else there may be to do is looked at, planned and carried out by the service for one token.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import (
    InvalidInput,
    MattermostError,
    PermissionDenied,
    Stopped,
    UnforeseenError,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._api.operation import LARGEST_PAGE
from ansible_collections.mmops.mattermost.plugins.module_utils._api.protocol import ApiClient
from ansible_collections.mmops.mattermost.plugins.module_utils._plan import Plan, Service, as_text, carry_out
from ansible_collections.mmops.mattermost.plugins.module_utils._services.hand_over import Note
from ansible_collections.mmops.mattermost.plugins.module_utils._services.identity import ME, caller_id, check_identity
from ansible_collections.mmops.mattermost.plugins.module_utils._services.known_accounts import KnownAccounts
from ansible_collections.mmops.mattermost.plugins.module_utils._services.lookup import (
    by_emails,
    by_ids,
    by_usernames,
    check_concurrency,
    in_parallel,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._services.secret_file import secrets_folder, write_private
from ansible_collections.mmops.mattermost.plugins.module_utils._services.token import TokenService
from ansible_collections.mmops.mattermost.plugins.module_utils._services.token_file import clash_sentences, token_file
from ansible_collections.mmops.mattermost.plugins.module_utils._services.token_options import PLAIN_TOKEN, wanted_of
from ansible_collections.mmops.mattermost.plugins.module_utils._services.verdict import verdict


@dataclass
class Item:
    """One declared token."""

    where: str
    declaration: dict
    user: dict = field(default_factory=dict)
    plan: Any = field(default_factory=Plan)
    path: str = ""
    told: list = field(default_factory=list)  # the warnings of the plan
    done: list = field(default_factory=list)
    error: MattermostError | None = None

    @property
    def description(self) -> str:
        return self.declaration["description"]

    @property
    def name(self) -> str:
        """How messages call it."""
        declared = self.declaration
        owner = self.user.get("username") or declared["username"] or declared["email"] or declared["user_id"]
        return f"{owner}: {self.description}"


@dataclass
class TokensPlan(Plan):
    """The plans of all tokens that need something."""

    looks_again: bool = False  # every token is looked at on its own
    one: TokenService = field(default_factory=TokenService)
    concurrency: int = 1
    items: list = field(default_factory=list)
    failed: list = field(default_factory=list)
    total: int = 0
    executed: bool = False

    @property
    def changed(self) -> bool:
        return any(item.done for item in self.items) if self.executed else bool(self.items)

    @property
    def operations(self) -> list:
        """Each operation once, in the order of first use."""
        return list(
            dict.fromkeys(name for item in self.items for name in (item.done if self.executed else item.plan.operations))
        )

    @property
    def failure(self) -> str:
        if not self.failed:
            return ""
        changed = len([item for item in self.items if item.done]) if self.executed else 0
        return verdict(f"{len(self.failed)} of {self.total} tokens are not as declared", self.failed, changed, "token")

    @property
    def shown_diff(self) -> list:
        return [as_text(item.name, item.plan.diff) for item in self.items]

    def execute(self, client: ApiClient) -> None:
        """Carry out the plans, ``concurrency`` users at a time; those of one user one after the other."""
        stop = threading.Event()
        users: dict = {}
        for item in self.items:
            users.setdefault(item.user["id"], []).append(item)

        def carry(items):
            for item in items:
                if not stop.is_set():
                    _carry_out(self.one, client, item)
                if isinstance(item.error, Stopped):
                    stop.set()

        self.executed = True
        in_parallel(self.concurrency, carry, users.values())
        for item in self.items:
            self.warnings += [f"{item.name}: {text}" for text in item.plan.warnings if text not in item.told]
        self.failed += [item for item in self.items if item.error]


class TokensService(Service):
    """Brings all tokens of a list about, and their values into files.

    ``now`` tells the time in seconds, ``note`` makes notes of what is not handed over.
    """

    def __init__(self, now: Callable[[], float] = time.time, note: type[Note] = Note):
        self._now = now
        self._note = note
        self._one = TokenService(note=note)

    def plan(self, client: ApiClient, declaration: dict) -> TokensPlan:
        check_concurrency(declaration["concurrency"])
        folder = secrets_folder("directory", declaration["directory"])
        items = _items(declaration["tokens"])
        workers = declaration["concurrency"]
        plan = TokensPlan(one=self._one, concurrency=workers, total=len(items))
        _find(client, items, workers)
        _check_files(items, folder)
        tokens = _tokens_by_user(client, items)
        doubtful = [item for item in items if not self._is_as_declared(client, item, tokens)]
        for item in in_parallel(workers, lambda item: _look(self._one, client, item), doubtful):
            plan.warnings += [f"{item.name}: {text}" for text in item.told]
            if item.error:
                plan.failed.append(item)
            elif item.plan.changed:
                plan.items.append(item)
        return plan

    def _is_as_declared(self, client: ApiClient, item, tokens) -> bool:
        """Whether there is nothing to do. The list of all tokens has no order, so that a token may be missing in it."""
        alike = [token for token in tokens.get(item.user["id"], ()) if token["description"] == item.description]
        if len(alike) != 1 or not alike[0]["is_active"] or item.user["delete_at"]:
            return False
        if 0 < (alike[0].get("expires_at") or 0) <= self._now() * 1000:
            return False
        return not self._note(client.address, item.user["id"], item.description).read().description

    def predict(self, plan) -> dict:
        items = [item for item in plan.items if item.done and not item.error] if plan.executed else plan.items
        return {
            "tokens": [
                {
                    "username": item.user["username"],
                    "user_id": item.user["id"],
                    "description": item.description,
                    "token_id": (item.plan.token or {}).get("id"),
                    "path": item.path if item.plan.new else None,
                    "operations": item.done if plan.executed else item.plan.operations,
                }
                for item in items
            ],
            "failures": [
                {
                    "username": item.user["username"],
                    "description": item.description,
                    "where": item.where,
                    "msg": str(item.error),
                    "operations": item.done,
                    "error": item.error.details(),
                }
                for item in plan.failed
            ],
        }

    def read_back(self, client: ApiClient, plan) -> dict:
        # What the server answered says all.
        return self.predict(plan)


def _items(tokens: list) -> list:
    """The declared tokens in the form of the API. Raises ``InvalidInput`` that says which of them is wrong."""
    if not tokens:
        raise InvalidInput("tokens is empty", "Give the tokens that there are to be")
    items: list = []
    first: dict = {}
    for position, declared in enumerate(tokens):
        where = f"tokens[{position}]"
        declaration = {**PLAIN_TOKEN, **declared}
        try:
            check_identity(declaration)
            if not any(declaration[name] for name in ("username", "user_id", "email")):
                raise InvalidInput("no user is named", "Give username, user_id or email")
            wanted_of(declaration)
        except InvalidInput as error:
            raise InvalidInput(f"{where}: {error.reason}", error.remedy) from None
        key = tuple(declaration[name] for name in ("username", "user_id", "email", "description"))
        if first.setdefault(key, where) != where:
            raise InvalidInput(f"{where}: this is also {first[key]}", "List every token only once")
        items.append(Item(where, declaration))
    return items


def _find(client: ApiClient, items, workers) -> None:
    """The accounts of all items, a thousand at a time."""
    kinds: dict = {"user_id": [], "username": [], "email": []}
    for item in items:
        if item.declaration["user_id"] == ME:
            item.declaration["user_id"] = caller_id(client, f"{item.where}: user_id")
        kind = next(kind for kind in kinds if item.declaration[kind])
        kinds[kind].append(item)
    for kind, read in (("user_id", by_ids), ("username", by_usernames), ("email", by_emails)):
        if not kinds[kind]:
            continue
        key = {"user_id": "id"}.get(kind, kind)
        users = read(client, list(dict.fromkeys(item.declaration[kind] for item in kinds[kind])), workers)
        found = {user[key].lower(): user for user in users}
        for item in kinds[kind]:
            name = item.declaration[kind]
            if name not in found:
                raise InvalidInput(f"{item.where}: {kind}: there is no user {name}", "Correct it, or create the user first")
            item.user = found[name]


def _check_files(items, folder) -> None:
    """Every token has a file of its own."""
    clashes = clash_sentences((item.user["username"], item.description) for item in items)
    if clashes:
        raise InvalidInput(f"tokens: {clashes[0].rstrip('.')}")
    for item in items:
        item.path = os.path.join(folder, token_file(item.user["username"], item.description))


def _tokens_by_user(client: ApiClient, items) -> dict:
    """The tokens of the users by id of the user, as far as pages of all tokens tell with fewer requests than users."""
    owners = {item.user["id"] for item in items}
    if client.local or len(owners) <= 1:
        return {}
    found: dict = {}
    try:
        for number, token in enumerate(client.pages("get_user_access_tokens")):
            if number >= len(owners) * LARGEST_PAGE:
                break  # there are so many that the users are asked for one by one
            if token["user_id"] in owners:
                found.setdefault(token["user_id"], []).append(token)
    except PermissionDenied:
        return {}
    return found


def _look(one: TokenService, client: ApiClient, item) -> Item:
    """Plan one token by what the server shows of its user alone."""
    item.declaration.update(username=item.user["username"], user_id=None, email=None)
    try:
        item.plan = one.plan(KnownAccounts(client, {item.user["username"]: item.user}), item.declaration)
        item.told = list(item.plan.warnings)
    except MattermostError as error:
        item.error = error
    return item


def _carry_out(one: TokenService, client: ApiClient, item) -> None:
    """Create the token, and write its value. Errors are kept with the item."""
    try:
        item.done = carry_out(one, client, item.declaration, item.plan)
    except MattermostError as error:
        item.error, item.done = error, error.done
    except Exception as error:  # that of one token must not hide what became of the others
        item.error = UnforeseenError(error)
    if item.error or not _write(client, item):
        return
    one.write_files(item.plan)  # the value is safe: the note goes


def _write(client: ApiClient, item) -> bool:
    """Write the value, or revoke the token that nobody has; tells whether the note of it is of no use any more."""
    value = item.plan.token_value
    if value is None:
        return True
    try:
        write_private(item.path, f"{value}\n".encode())
    except OSError as error:
        item.error = InvalidInput(f"directory: {item.path} could not be written: {os.strerror(error.errno or 0)}")
    else:
        return True
    try:
        client.revoke_user_access_token(token_id=item.plan.token["id"])
    except MattermostError:
        item.error.conclude("The new token could not be revoked, and nobody has its value: the next run replaces it.")
        return False
    item.done.append("revoke_user_access_token")
    item.error.conclude("The new token was revoked again.")
    return True
