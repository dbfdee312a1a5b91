# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Command line: start the server, say where it is, and end it on a signal."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import os
import signal
import socket
import stat
import sys

import orjson
import uvicorn
import uvloop
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from .accounts import add_user
from .activation import set_roles
from .app import App
from .bodies import BadBody, record
from .control import Control
from .errors import ApiError
from .licence import LICENCES, TEAM
from .ratelimit import RateLimit
from .release import NEWEST, RELEASES
from .state import State
from .user import BODY, User

AS_RECORDED = "recorded"
KEEP_ALIVE_SECONDS = 60  # as the real server; clients that reuse connections rely on it


class StartError(Exception):
    """The server cannot start."""


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python tests/fake_mattermost", description="Fake Mattermost server.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
    parser.add_argument("--port", type=int, default=0, help="port to listen on (default 0: any free one)")
    parser.add_argument("--socket", metavar="PATH", help="also listen on this local mode socket")
    parser.add_argument(
        "--licensed",
        nargs="?",
        const=AS_RECORDED,
        choices=(AS_RECORDED, *LICENCES),
        metavar="EDITION",
        help="act as a server with a licence (professional or enterprise; default: that of the recorded server)",
    )
    parser.add_argument("--release", choices=RELEASES, default=NEWEST, help="release of Mattermost (default: the newest)")
    parser.add_argument("--admin-login", default="admin", metavar="NAME", help="name of the administrator")
    parser.add_argument("--admin-password", default="Admin-Passw0rd!", metavar="PW")
    parser.add_argument("--rate-limit", action="store_true", help="limit the rate of requests: 10/s, burst of 100")
    parser.add_argument("--load", metavar="FILE", help="create users: one JSON object a line, as POST /users takes it")
    parser.add_argument("--control", action="store_true", help="switch the control surface on (see README.md)")
    return parser.parse_args()


# ---- the first users -------------------------------------------------------------
def add_administrator(state: State, login: str, password: str) -> str:
    """Create the system administrator; returns a personal access token."""
    name, at, _domain = login.partition("@")
    user = User(username=name, email=login if at else name + "@example.com", password=password)
    add_user(state, user)
    return state.tokens.add(user.id, "fake_mattermost").token


def load_users(state: State, path: str) -> None:
    """Create users from a file; `roles` counts here."""
    with open(path, "rb") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                user = User(**record(line, BODY))
                roles = user.roles
                add_user(state, user)
                if roles:
                    set_roles(state, user.id, roles)
            except (BadBody, ApiError) as error:
                raise StartError(f"{path}, line {number}: {error}") from error


# ---- serving -------------------------------------------------------------------------
class Protocol(HttpToolsProtocol):
    """Lets the application close the connection under a request: needed for faults."""

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self.scope["transport"] = self.transport


class Server(uvicorn.Server):
    """Leaves signals alone: two of these share one process."""

    @contextlib.contextmanager
    def capture_signals(self):
        """Capture nothing."""
        yield


def _server(app: App, **where) -> Server:
    return Server(
        uvicorn.Config(
            app,
            http=Protocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=1,
            **where,
        )
    )


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a restart on the same port at once
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise StartError(f"{host}:{port}: {error}") from error
    return listener


def _clear_socket(path: str) -> None:
    """Remove the socket file of a server that was killed."""
    if not os.path.exists(path):
        return
    if not stat.S_ISSOCK(os.stat(path).st_mode):
        raise StartError(f"{path} exists and is not a socket")
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(path)
        except OSError:
            os.remove(path)
        else:
            raise StartError(f"{path} belongs to a running server")


async def _serve(servers: list[Server], listener: socket.socket, socket_path: str | None, ready: dict) -> None:
    def stop() -> None:
        for server in servers:
            server.should_exit = True

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    tasks = [
        asyncio.create_task(servers[0].serve([listener])),
        *(asyncio.create_task(server.serve()) for server in servers[1:]),
    ]
    while not all(server.started for server in servers) and not any(task.done() for task in tasks):
        await asyncio.sleep(0.005)
    if socket_path and os.path.exists(socket_path):
        os.chmod(socket_path, 0o600)
    sys.stdout.buffer.write(orjson.dumps(ready) + b"\n")
    sys.stdout.flush()
    try:
        await asyncio.gather(*tasks)
    finally:
        if socket_path:
            with contextlib.suppress(FileNotFoundError):
                os.remove(socket_path)


def _run(args: argparse.Namespace) -> None:
    release = RELEASES[args.release]
    licence = TEAM
    if args.licensed:
        licence = LICENCES[release.recorded_licence if args.licensed == AS_RECORDED else args.licensed]
    state = State(licence, release)
    token = add_administrator(state, args.admin_login, args.admin_password)
    if args.load:
        load_users(state, args.load)
    if args.socket:
        _clear_socket(args.socket)
    listener = _listen(args.host, args.port)
    control = Control(state.outbox) if args.control else None
    limit = RateLimit() if args.rate_limit else None
    servers = [_server(App(state, limit=limit, control=control))]
    if args.socket:
        servers.append(_server(App(state, local=True, control=control), uds=args.socket))
    host = f"[{args.host}]" if ":" in args.host else args.host
    ready = {
        "url": f"http://{host}:{listener.getsockname()[1]}",
        "admin_login": args.admin_login,
        "admin_password": args.admin_password,
        "admin_token": token,
        "socket": args.socket,
    }
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(servers, listener, args.socket, ready))


def main() -> int:
    """Run the server until a signal ends it."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    try:
        _run(_arguments())
    except (StartError, ApiError, OSError) as error:
        sys.stderr.write(f"fake_mattermost: {error}\n")
        return 1
    return 0
