# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What services need of the client. Requests, headers, versions and the transport are not among it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol

from ansible_collections.mmops.mattermost.plugins.module_utils._api.server import Server


class ApiAnswer(Protocol):
    """A good answer."""

    @property
    def data(self) -> Any:
        """The decoded JSON, or the bytes of a picture."""

    @property
    def session_token(self) -> str | None:
        """The token of the session that a login has begun."""

    @property
    def server_time(self) -> float | None:
        """The time of the server when it answered, in seconds since 1970; ``None`` if it does not tell."""


class ApiClient(Protocol):
    """The operations of the API that services carry out by name, and what is known of the server and the caller.

    Operations without a method here are carried out with ``call``, ``find`` and ``pages``.
    """

    @property
    def address(self) -> str:
        """Which server this is: the address, or the path of the local mode socket."""

    @property
    def local(self) -> bool:
        """Whether this is the local mode socket, where every caller is an administrator without an account."""

    @property
    def server(self) -> Server:
        """What an answer told of the server."""

    @property
    def caller(self) -> Any:
        """The caller's own user, once it is known."""

    @property
    def has_session(self) -> bool:
        """Whether there is a session that the operation ``logout`` could end."""

    @property
    def logged_in(self) -> bool:
        """Whether the session began with a login of this client, which ends it as well."""

    @property
    def report(self) -> Callable[[str], None]:
        """Takes news of a long run."""

    @property
    def stop_reason(self) -> Callable[[], str]:
        """Says why nothing must be written any more; empty if it may be."""

    def call(self, name: str, arguments: dict) -> ApiAnswer:
        """Carry out an operation and return the whole answer."""

    def find(self, name: str, **arguments: Any) -> Any:
        """The answer of a reading operation, or ``None`` if the server has no such thing."""

    def pages(self, name: str, **arguments: Any) -> Iterator[Any]:
        """Every item of a paged operation, page by page."""

    def setting(self, name: str) -> bool | None:
        """A setting of the server that clients may know; ``None`` if it does not tell."""

    def proves(self, user_id: str, password: str) -> tuple[bool | None, str]:
        """Whether this is the password of an account, by one login. ``None`` if that cannot be told, and the reason."""

    def who_am_i(self) -> dict:
        """The caller's own user, asked for once."""

    def known_server(self) -> Server:
        """The server. It is asked for its version, once, if no answer told that yet."""

    def add_channel_member(self, **arguments: Any) -> Any: ...
    def add_team_members(self, **arguments: Any) -> list: ...
    def autocomplete_users(self, **arguments: Any) -> dict: ...
    def check_user_mfa(self, *, login_id: str) -> dict: ...
    def get_bot(self, *, bot_user_id: str, include_deleted: bool) -> dict: ...
    def get_channel_members_by_ids(self, **arguments: Any) -> list: ...
    def get_channel_members_for_user(self, **arguments: Any) -> list: ...
    def get_default_profile_image(self, *, user_id: str) -> bytes: ...
    def get_known_users(self) -> list: ...
    def get_profile_image(self, *, user_id: str) -> bytes: ...
    def get_roles_by_names(self, *, role_names: list) -> list: ...
    def get_sessions(self, *, user_id: str) -> list: ...
    def get_server_limits(self) -> dict: ...
    def get_team(self, *, team_id: str) -> dict: ...
    def get_team_members_by_ids(self, **arguments: Any) -> list: ...
    def get_team_members_for_user(self, *, user_id: str) -> list: ...
    def get_total_users_stats(self) -> dict: ...
    def get_total_users_stats_filtered(self, **arguments: Any) -> dict: ...
    def get_user_count_for_reporting(self, **arguments: Any) -> int: ...
    def get_users_for_reporting(self, **arguments: Any) -> list: ...
    def get_uploads_for_user(self, *, user_id: str) -> list: ...
    def get_user(self, *, user_id: str) -> dict: ...
    def get_user_by_username(self, *, username: str) -> dict: ...
    def get_users_by_group_channel_ids(self, *, group_channel_ids: list) -> dict: ...
    def get_users_by_ids(self, *, user_ids: list) -> list: ...
    def get_users_by_usernames(self, *, usernames: list) -> list: ...
    def revoke_user_access_token(self, *, token_id: str) -> Any: ...
    def search_users(self, **arguments: Any) -> list: ...
