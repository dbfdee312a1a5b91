# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A reverse proxy that notes the method and path of every request before it hands it on."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import socket
import ssl
import threading
from collections.abc import Iterator
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

METHODS = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]

#: Headers that concern one connection only (RFC 9110, section 7.6.1), and those that httpx sets itself.
NOT_FORWARDED = frozenset(
    {
        "connection",
        "content-length",
        "host",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)

#: Longer than any time-out of the modules that tests use.
PATIENCE = 120.0


class RecordingProxy:
    """The proxy in front of ``upstream``. ``journal`` is the file that requests are noted in, or none."""

    def __init__(self, upstream: str) -> None:
        self.upstream = upstream.rstrip("/")
        self.url = ""
        self.journal: Path | None = None
        self._numbers = itertools.count(1)
        self._prefix = urlsplit(self.upstream).path

    def _note(self, event: str, **entry: object) -> None:
        if self.journal is None:
            return
        with self.journal.open("a", encoding="utf-8") as journal:
            journal.write(json.dumps({"event": event, **entry}) + "\n")

    def _client(self) -> httpx.AsyncClient:
        verify: ssl.SSLContext | bool = True
        if os.environ.get("MATTERMOST_VALIDATE_CERTS", "").lower() in ("0", "false", "n", "no", "off"):
            verify = False
        elif os.environ.get("MATTERMOST_CA_PATH"):
            verify = ssl.create_default_context(cafile=os.environ["MATTERMOST_CA_PATH"])
        loopback = urlsplit(self.upstream).hostname in ("127.0.0.1", "::1", "localhost")
        # Cookies belong to whoever is in front. The server would even prefer one to the token of the next request.
        no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
        return httpx.AsyncClient(
            verify=verify, trust_env=not loopback, timeout=PATIENCE, follow_redirects=False, cookies=no_cookies
        )

    def application(self) -> Starlette:
        async def forward(request: Request) -> Response:
            number = next(self._numbers)
            self._note("request", number=number, method=request.method, path=request.url.path)
            # The bytes as they came: encodings of the path are part of what is tested.
            path = request.scope["raw_path"].partition(b"?")[0]
            url = httpx.URL(self.upstream).copy_with(
                raw_path=self._prefix.encode() + path + (b"?" + request.scope["query_string"]).rstrip(b"?")
            )
            headers = [(name, value) for name, value in request.headers.items() if name not in NOT_FORWARDED]
            message = client.build_request(request.method, url, headers=headers, content=await request.body())
            for name in ("accept", "accept-encoding", "user-agent"):
                if name not in request.headers:
                    del message.headers[name]
            try:
                answer = await client.send(message, stream=True)
                # Not decoded: a compressed answer goes on as it is.
                body = b"".join([chunk async for chunk in answer.aiter_raw()])
                await answer.aclose()
                self._note("answer", number=number, status=answer.status_code)
            except httpx.HTTPError as error:
                return PlainTextResponse(f"The test proxy could not reach the server: {error}", 502)
            response = Response(body, answer.status_code)
            response.raw_headers = [
                (name.lower(), value)
                for name, value in answer.headers.raw
                if name.decode("latin-1").lower() not in NOT_FORWARDED
            ]
            if request.method != "HEAD":
                response.raw_headers.append((b"content-length", str(len(body)).encode()))
            return response

        @contextlib.asynccontextmanager
        async def lifespan(application: Starlette):
            nonlocal client
            async with self._client() as client:
                yield

        client: httpx.AsyncClient
        return Starlette(routes=[Route("/{path:path}", forward, methods=METHODS)], lifespan=lifespan)


@contextlib.contextmanager
def recording_proxy(upstream: str) -> Iterator[RecordingProxy]:
    """Runs a recording proxy in a thread of this process."""
    proxy = RecordingProxy(upstream)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        # Connections inherit it. asyncio sets it only if the listener names its protocol, and answers would wait for 40 ms.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        proxy.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        config = uvicorn.Config(
            proxy.application(), log_level="error", access_log=False, lifespan="on", server_header=False, date_header=False
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])), daemon=True)
        thread.start()
        try:
            yield proxy
        finally:
            server.should_exit = True
            thread.join(PATIENCE)
