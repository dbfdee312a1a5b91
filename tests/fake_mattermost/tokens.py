# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Personal access tokens."""

from __future__ import annotations

from dataclasses import dataclass, field

from . import bodies
from .basics import new_id
from .call import Call, Response, done, reply
from .errors import NO_SUCH_TOKEN, PERMISSIONS, TOKEN_DESCRIPTION, TOKENS_DISABLED, bad_body
from .permissions import CREATE_TOKEN
from .router import operation
from .rules import TOKEN_DESCRIPTION_MAX

BODY = {"id": "text", "token": "text", "user_id": "text", "description": "text", "is_active": "flag"}


@dataclass
class AccessToken:
    """One personal access token."""

    user_id: str
    description: str
    is_active: bool = True
    id: str = field(default_factory=new_id)
    token: str = field(default_factory=new_id)
    expires_at: int | None = None  # 0: never; None: this server does not know of it

    def view(self) -> dict:
        """What is shown of it, but for the token itself."""
        view = {"id": self.id, "user_id": self.user_id, "description": self.description, "is_active": self.is_active}
        return view if self.expires_at is None else {**view, "expires_at": self.expires_at}


class AccessTokens:
    """All tokens by id and by value."""

    def __init__(self):
        self._by_id: dict[str, AccessToken] = {}
        self._by_value: dict[str, AccessToken] = {}

    def add(self, user_id: str, description: str) -> AccessToken:
        """Make a token."""
        return self.place(AccessToken(user_id, description))

    def place(self, token: AccessToken) -> AccessToken:
        """Keep a token as it is."""
        self._by_id[token.id] = self._by_value[token.token] = token
        return token

    def get(self, token_id: str) -> AccessToken:
        """The token of an id."""
        if token_id not in self._by_id:
            raise NO_SUCH_TOKEN()
        return self._by_id[token_id]

    def by_value(self, value: str) -> AccessToken | None:
        """The token of a value."""
        return self._by_value.get(value)

    def all(self) -> list[AccessToken]:
        """All tokens."""
        return list(self._by_id.values())

    def of(self, user_id: str) -> list[AccessToken]:
        """The tokens of a user."""
        return [token for token in self._by_id.values() if token.user_id == user_id]

    def remove(self, token: AccessToken) -> None:
        """Forget a token."""
        del self._by_id[token.id], self._by_value[token.token]


def session_of(state, value: str):
    """The session of a token that may be used now, or None."""
    token = state.tokens.by_value(value)
    user = state.users.row(token.user_id) if token and token.is_active else None
    if user is None or user.delete_at:
        return None
    if not (user.is_bot or state.settings["ServiceSettings"]["EnableUserAccessTokens"]):
        return None
    return state.sessions.use_access_token(token)


def _views(call: Call, tokens: list[AccessToken]) -> Response:
    return reply([token.view() for token in call.page_of(tokens)])


@operation("create_user_access_token", "POST", "/users/{user_id}/tokens", local=True)
def create_user_access_token(call: Call) -> Response:
    """Make a token; this answer alone shows it."""
    user_id = call.user_param()
    call.need_right()
    call.need_right_over(user_id)
    try:
        body = bodies.record(call.body, {**BODY, "expires_at": "number"} if call.state.release.tokens_expire else BODY)
        description = body.get("description", "")
    except bodies.BadBody as error:
        raise bad_body("user_access_token") from error
    if not description:
        raise bad_body("description")
    user = call.state.users.get(user_id)
    if call.state.release.remote_users_are_limited and user.is_remote:
        raise PERMISSIONS(CREATE_TOKEN)
    call.need_rank(user)
    if not (user.is_bot or call.state.settings["ServiceSettings"]["EnableUserAccessTokens"]):
        raise TOKENS_DISABLED()
    if len(description.encode()) > TOKEN_DESCRIPTION_MAX:
        raise TOKEN_DESCRIPTION()
    token = call.state.tokens.add(user_id, description)
    if call.state.release.tokens_expire:
        token.expires_at = body.get("expires_at", 0)
    call.audit("success - token_id=" + token.id)
    return reply(dict(token.view(), token=token.token))


@operation("get_user_access_tokens", "GET", "/users/tokens")
def get_user_access_tokens(call: Call) -> Response:
    """The tokens of everybody."""
    call.need_right()
    return _views(call, call.state.tokens.all())


@operation("get_user_access_tokens_for_user", "GET", "/users/{user_id}/tokens", local=True)
def get_user_access_tokens_for_user(call: Call) -> Response:
    """The tokens of a user."""
    user_id = call.user_param()
    call.need_right()
    call.need_right_over(user_id)
    return _views(call, call.state.tokens.of(user_id))


@operation("get_user_access_token", "GET", "/users/tokens/{token_id}")
def get_user_access_token(call: Call) -> Response:
    """One token by id."""
    token_id = call.id_param("token_id")
    call.need_right()
    token = call.state.tokens.get(token_id)
    call.need_right_over(token.user_id)
    return reply(token.view())


@operation("search_user_access_tokens", "POST", "/users/tokens/search")
def search_user_access_tokens(call: Call) -> Response:
    """Tokens whose id, user id or user name begins with a text."""
    call.need_right()
    try:
        term = bodies.record(call.body, {"term": "text"}).get("term", "")
    except bodies.BadBody as error:
        raise bad_body("user_access_token_search") from error
    if not term:
        raise bad_body("term")
    users = call.state.users
    return reply(
        [
            token.view()
            for token in call.state.tokens.all()
            if token.id.startswith(term) or token.user_id.startswith(term) or users.row(token.user_id).username.startswith(term)
        ]
    )


def _token_in_body(call: Call) -> AccessToken:
    """The token that the body names. A body that names none names an unknown one."""
    call.need_right()
    token = call.state.tokens.get(bodies.texts(call.body).get("token_id", ""))
    call.need_right_over(token.user_id)
    return token


@operation("revoke_user_access_token", "POST", "/users/tokens/revoke", local=True)
def revoke_user_access_token(call: Call) -> Response:
    """Remove a token, and end its session."""
    token = _token_in_body(call)
    call.state.sessions.end_token(token.token)
    call.state.tokens.remove(token)
    call.audit("success - token_id=" + token.id)
    return done()


@operation("disable_user_access_token", "POST", "/users/tokens/disable")
def disable_user_access_token(call: Call) -> Response:
    """Make a token useless for the time being, and end its session."""
    token = _token_in_body(call)
    call.state.sessions.end_token(token.token)
    token.is_active = False
    call.audit("success - token_id=" + token.id)
    return done()


@operation("enable_user_access_token", "POST", "/users/tokens/enable")
def enable_user_access_token(call: Call) -> Response:
    """Make a token usable again."""
    token = _token_in_body(call)
    token.is_active = True
    call.audit("success - token_id=" + token.id)
    return done()
