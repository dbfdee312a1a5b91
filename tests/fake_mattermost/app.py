# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From an HTTP request to its answer: routing, authentication, faults, rate limit."""

from __future__ import annotations

import asyncio
import logging
from importlib import import_module
from urllib.parse import parse_qsl

from starlette.datastructures import Headers
from starlette.requests import cookie_parser

from . import tokens
from .call import Call, Response, reply
from .control import PREFIX, Control
from .errors import NOT_FOUND, SERVER_BUSY, SESSION_EXPIRED, TOKEN_IN_QUERY, ApiError
from .mfa import check_enforced
from .ratelimit import RateLimit
from .router import OPEN, SESSION, Operation, find
from .sessions import COOKIE, clear_cookie
from .state import State

# Importing a subject declares its operations.
SUBJECTS = (
    "accounts",
    "activation",
    "audits",
    "bots",
    "guests",
    "images",
    "listing",
    "login",
    "mails",
    "mfa",
    "passwords",
    "services",
    "sessions",
    "settings",
    "system",
    "teams",
    "terms",
    "tokens",
    "uploads",
)
for subject in SUBJECTS:
    import_module(f"{__package__}.{subject}")

log = logging.getLogger("fake_mattermost")


class App:
    """ASGI application. The network and the local mode socket have one each, on the same state."""

    def __init__(self, state: State, *, local: bool = False, limit: RateLimit | None = None, control: Control | None = None):
        self.state, self.local, self.limit, self.control = state, local, limit, control

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] != "http":  # no websockets here
            return
        call = await self._read(scope, receive)
        if self.control and call.path.startswith(PREFIX):
            await self.control.answer(call)(scope, receive, send)
            return
        entry, params, served = find(call.method, call.path, self.local)
        call.params = params
        name = entry.name if entry else None
        fault = self.control.fault_for(name, call.method, call.path) if self.control else None
        if fault is None:
            response = self._answer(call, entry if served else None)
            self._note(call, name, response.status_code)
            await response(scope, receive, send)
            return
        if fault.before:
            await asyncio.sleep(fault.before)
        response = fault.change(lambda: self._answer(call, entry if served else None))
        self._note(call, name, response.status_code if response else None)
        if response is None:
            await hang_up(scope, receive)
        elif fault.cuts_answer:
            await _send_half(response, scope, receive, send)
        else:
            await response(scope, receive, send)

    async def _read(self, scope, receive) -> Call:
        chunks, more = [], True
        while more:
            message = await receive()
            chunks.append(message.get("body", b""))
            more = message.get("more_body", False)
        headers = Headers(scope=scope)
        query = dict(reversed(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)))
        return Call(
            self.state,
            scope["method"],
            scope["path"],
            query,
            headers,
            b"".join(chunks),
            local=self.local,
            address=scope["client"][0] if scope.get("client") else "",
            base_url=f"{scope['scheme']}://{headers.get('host', '')}",
        )

    def _note(self, call: Call, name: str | None, status: int | None) -> None:
        if self.control:
            self.control.note(call, name, status)

    # ---- the answer --------------------------------------------------------
    def _answer(self, call: Call, entry: Operation | None) -> Response:
        """From here on nothing waits: the whole effect of a request happens at once, see state.py."""
        allowed, headers = self.limit.ask(call.address) if self.limit else (True, {})
        if not allowed:
            return Response("limit exceeded\n", 429, headers, "text/plain")
        if entry is None:
            error = NOT_FOUND()
            response = reply(error.body(None), error.status)
        else:
            response = self._handle(call, entry)
            response.headers["X-Request-Id"] = call.request_id
            response.headers["X-Version-Id"] = self.state.version_id
        response.headers.update(headers)
        return response

    def _handle(self, call: Call, entry: Operation) -> Response:
        try:
            dead = self._authenticate(call)
            if entry.access != OPEN and not call.local and call.session is None:
                return self._session_expired(call, dead)
            if entry.access == SESSION and not call.local:
                check_enforced(call)
            if self.state.busy and not entry.when_busy:
                raise SERVER_BUSY()
            return entry.handler(call)
        except ApiError as error:
            return reply(error.body(call.request_id), error.status)
        except Exception:
            log.exception("%s %s", call.method, call.path)
            return reply(
                {
                    "id": "fake_mattermost.internal_error",
                    "message": "This is a bug of the fake server.",
                    "detailed_error": "",
                    "request_id": call.request_id,
                    "status_code": 500,
                },
                500,
            )

    def _authenticate(self, call: Call) -> bool:
        """Find the session of the caller. True if there is a token, but it is good for nothing."""
        if call.local:
            return False
        token, place = _token_of(call)
        if not token:
            return False
        session = self.state.sessions.by_token(token)
        if session is None or session.props.get("type") == "UserAccessToken":
            session = tokens.session_of(self.state, token)
        if session is None:
            return True
        if place == "query":
            raise TOKEN_IN_QUERY()
        if place == "cookie" and call.method != "GET" and not _is_from_own_page(call, session):
            raise SESSION_EXPIRED("no CSRF token")
        call.session = session
        return False

    def _session_expired(self, call: Call, dead: bool) -> Response:
        error = SESSION_EXPIRED()
        response = reply(error.body(call.request_id), error.status)
        return clear_cookie(response) if dead else response


def _token_of(call: Call) -> tuple[str, str]:
    """The token of a request, and where it was."""
    cookies = cookie_parser(call.headers.get("cookie", ""))
    if cookies.get(COOKIE):
        return cookies[COOKIE], "cookie"
    scheme, _space, value = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() in ("bearer", "token") and value:
        return value, "header"
    return call.query.get("access_token", ""), "query"


def _is_from_own_page(call: Call, session) -> bool:
    """Whether a request with a cookie comes from a page of the server, not from one of somebody else."""
    return (
        call.headers.get("x-csrf-token") == session.props.get("csrf")
        or call.headers.get("x-requested-with") == "XMLHttpRequest"
    )


# ---- broken connections --------------------------------------------------------------
async def hang_up(scope, receive) -> None:
    """Close the connection without (the rest of) an answer."""
    scope["transport"].close()
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send_half(response: Response, scope, receive, send) -> None:
    """Announce the whole answer, but send half of its body."""
    await send({"type": "http.response.start", "status": response.status_code, "headers": response.raw_headers})
    await send({"type": "http.response.body", "body": response.body[: len(response.body) // 2], "more_body": True})
    await hang_up(scope, receive)
