# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which account is meant: the options ``username``, ``user_id`` and ``email``, and the account that they name."""

from __future__ import annotations

import re

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput
from ansible_collections.mmops.mattermost.plugins.module_utils._api.protocol import ApiClient

#: The argument spec of the ways to name an account. Its documentation is in the modules.
WHO_OPTIONS: dict = dict(username=dict(type="str"), user_id=dict(type="str"), email=dict(type="str"))

#: For ``user_id``: the caller.
ME = "me"

_USER_ID = re.compile(r"[a-z0-9]{26}\Z")
_USERNAME = re.compile(r"[a-z0-9._-]{1,64}\Z")
_RESERVED = frozenset({"all", "channel", "here", "matterbot", "system"})
_EMAIL = re.compile(r"(?!mailto:)[^\s@<>]+@[^\s@<>]*[^\s@<>.]\Z")


def check_identity(declaration: dict) -> None:
    """Bring ``username``, ``user_id`` and ``email`` of a declaration into the API's form, in place.

    Raises ``InvalidInput`` that names the option.
    """
    for name in WHO_OPTIONS:
        value = declaration[name]
        if value is not None:
            declaration[name] = value = value.strip()
            if not value:
                raise InvalidInput(f"{name} is empty", "Leave it out, or give a value")
    user_id, username, email = declaration["user_id"], declaration["username"], declaration["email"]
    if user_id and user_id != ME and not _USER_ID.match(user_id):
        raise InvalidInput(
            f"user_id: {user_id!r} is not a valid id", "An id has 26 characters a-z and 0-9; a name goes into username"
        )
    if username:
        # The server keeps names and addresses in lower case.
        declaration["username"] = username = username.lower()
        if not _USERNAME.match(username) or username in _RESERVED or not username.strip("."):
            raise InvalidInput(
                f"username: {username!r} is not valid or reserved",
                "Use 1 to 64 characters a-z, 0-9, dot, dash and underscore, and no reserved word like all or system",
            )
    if email:
        declaration["email"] = email = email.lower()
        if not _EMAIL.match(email) or len(email) > 128:
            raise InvalidInput(
                f"email: {email!r} is not a valid e-mail address", "Give one like zoe@example.com, of at most 128 characters"
            )


def is_id(value: str) -> bool:
    """Whether this has the form of an id. A name may have it as well."""
    return bool(_USER_ID.match(value))


def caller_id(client: ApiClient, option: str) -> str:
    """The caller's own id, for ``me`` in this option. Raises ``InvalidInput`` if it can stand for nobody."""
    _check_caller(client, option)
    return client.who_am_i()["id"]


def _check_caller(client: ApiClient, option):
    if client.local:
        raise InvalidInput(f"{option}: the local socket has no caller that me could stand for", "Name the user")


def find_by_id(client: ApiClient, user_id: str) -> dict | None:
    """The account with this id, or the caller's own for ``me``; read again by name, as an answer by id may be out of date."""
    if user_id == ME:
        _check_caller(client, "user_id")
    by_id = client.find("get_user", user_id=user_id)
    return by_id and client.find("get_user_by_username", username=by_id["username"])


def find_user(client: ApiClient, declaration: dict) -> dict | None:
    """The account that a declaration names, ``None`` if there is none. Changes the declaration as ``check_identity`` does.

    Raises ``InvalidInput`` for a declaration that names no account, or two.
    """
    check_identity(declaration)
    user_id, username, email = (declaration[name] for name in ("user_id", "username", "email"))
    if user_id:
        user = find_by_id(client, user_id)
    elif username:
        user = client.find("get_user_by_username", username=username)
    elif email:
        user = client.find("get_user_by_email", email=email)
    else:
        raise InvalidInput("no user is named", "Give username, user_id or email")
    for name in ("username", "email"):
        # The address of others may be hidden from the caller.
        if user and user[name] and declaration[name] not in (None, user[name]):
            raise InvalidInput(
                f"{name}: the account is {user['username']} with the address {user['email']}, not {declaration[name]}",
                "Name one account, by username, user_id or email",
            )
    return user
