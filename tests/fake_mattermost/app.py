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
from .circles import Endless
from .control import PREFIX, Control
from .errors import NOT_FOUND, SERVER_BUSY, SESSION_EXPIRED, TOKEN_IN_QUERY, ApiError
from .mfa import check_enforced
from .ratelimit import RateLimit
from .router import API, OPEN, SESSION, Operation, find
from .sessions import COOKIE, clear_cookie
from .state import State

# Importing a subject declares its operations.
SUBJECTS = (
    "accounts",
    "activation",
    "audits",
    "bots",
    "channel_members",
    "channels",
    "client_config",
    "guests",
    "images",
    "limits",
    "listing",
    "login",
    "mails",
    "mfa",
    "passwords",
    "preferences",
    "reports",
    "roles",
    "search",
    "services",
    "sessions",
    "settings",
    "statuses",
    "system",
    "team_members",
    "teams",
    "terms",
    "tokens",
    "uploads",
)
for subject in SUBJECTS:
    import_module(f"{__package__}.{subject}")

PAGE = "<!doctype html><html><head><title>Mattermost</title></head><body>The web application.</body></html>\n"

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
        entry, params, served = find(self.state.release, call.method, call.path, self.local)
        call.params = params
        name = entry.name if entry else None
        call.operation = name or ""
        fault = self.control.fault_for(name, call.method, call.path) if self.control else None
        if fault is None:
            response = await self._await(self._answer(call, entry if served else None), receive)
            self._note(call, name, response.status_code if response else None)
            if response:
                await response(scope, receive, send)
            return
        if fault.before:
            await asyncio.sleep(fault.before)
        response = await self._await(fault.change(lambda: self._answer(call, entry if served else None)), receive)
        self._note(call, name, response.status_code if response else None)
        if response is None:
            await hang_up(scope, receive)
        elif fault.cuts_answer:
            await _send_half(response, scope, receive, send)
        else:
            await response(scope, receive, send)

    @staticmethod
    async def _await(response: Response | None, receive) -> Response | None:
        """The answer, which may be long in coming. None if there is none: the caller has gone, or should not get one."""
        if not isinstance(response, Endless):
            return response
        return response.last if await response.wait(receive) else None

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
        response = self._handle(call, entry) if entry else self._elsewhere(call)
        self.state.circles.review(self.state)
        if entry or self._is_page(call):
            response.headers["X-Request-Id"] = call.request_id
            response.headers["X-Version-Id"] = self.state.version_id
        response.headers.update(headers)
        return response

    def _is_page(self, call: Call) -> bool:
        """Whether the web application answers: it takes every GET that is not for this version of the API."""
        return not self.local and call.method == "GET" and not call.path.startswith(API + "/")

    def _elsewhere(self, call: Call) -> Response:
        """The answer to a request that is none of the operations."""
        if call.path.startswith(("/api/", PREFIX)) or (self.local and call.path.startswith(API + "/")):
            error = NOT_FOUND()
            return reply(error.body(None), error.status)
        if self.local:
            return Response("404 page not found\n", 404, media_type="text/plain")
        return Response(PAGE, 200 if call.method == "GET" else 404, media_type="text/html")

    def _handle(self, call: Call, entry: Operation) -> Response:
        try:
            if not entry.takes_files:
                section, name = self.state.release.body_limit
                call.cut_body(self.state.settings[section][name])
            self._authenticate(call, entry)
            if entry.access != OPEN and not call.local and call.session is None:
                raise SESSION_EXPIRED()
            if entry.access == SESSION and not call.local:
                check_enforced(call)
            if self.state.busy and not entry.when_busy:
                raise SERVER_BUSY()
            return entry.handler(call)
        except ApiError as error:
            response = reply(error.body(call.request_id), error.status)
            return clear_cookie(response) if call.ends_cookie else response
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

    def _authenticate(self, call: Call, entry: Operation) -> None:
        """Find the session of the caller."""
        token, place = _token_of(call)
        if call.local or not token:
            return
        session = self.state.sessions.by_token(token)
        if session is None or session.props.get("type") == "UserAccessToken":
            session = tokens.session_of(self.state, token)
        if session is None:
            call.ends_cookie = entry.access != OPEN
            return
        if place == "query":
            raise TOKEN_IN_QUERY()
        if place == "cookie" and call.method != "GET" and not _is_from_own_page(call, session):
            call.ends_cookie = self.state.release.wrong_csrf_token_ends_cookie
            raise SESSION_EXPIRED("no CSRF token")
        call.session = session


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
    if call.headers.get("x-csrf-token") == session.props.get("csrf"):
        return True
    strict = call.state.settings["ServiceSettings"][call.state.release.strict_csrf_setting]
    return not strict and call.headers.get("x-requested-with") == "XMLHttpRequest"


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
