# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server that answers by a script: what no well-behaved HTTP server does, such as half an answer or a reset."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import threading
from dataclasses import dataclass

#: Steps of a script beside the bytes of an answer.
RESET = "reset the connection after the request"
CLOSE = "close the connection after the request"
HANG = "never answer"


@dataclass(frozen=True)
class Cut:
    """Send these bytes and close the connection."""

    content: bytes


@dataclass(frozen=True)
class Stall:
    """Send these bytes and never the rest."""

    content: bytes


@dataclass(frozen=True)
class Received:
    """A request as it came. ``connection`` counts the connections from 1."""

    connection: int
    method: str
    target: str
    headers: dict
    body: bytes


def answer(status=200, data=None, content=None, kind="application/json", **headers):
    """The bytes of an answer. An underscore in the name of a header stands for a dash."""
    if content is None:
        content = json.dumps(data).encode()
    lines = [f"HTTP/1.1 {status} Text", f"Content-Type: {kind}", f"Content-Length: {len(content)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + content


class Wire:
    """Answers the first request with the first step of the script, and so on; the last step serves all that follow.

    It listens on a free port of the loopback interface (``url``), or on the UNIX socket ``path``.
    """

    def __init__(self, script, path=None):
        self.script = script
        self.requests = []
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._open = []
        self._threads = []
        if path:
            self._listener = socket.socket(socket.AF_UNIX)
            self._listener.bind(path)
            self._listener.listen()
            self.url = ""
        else:
            self._listener = socket.create_server(("127.0.0.1", 0))
            self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._spawn(self._accept)

    def _spawn(self, target, *arguments):
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def stop(self):
        self._stopped.set()
        for connection in [self._listener, *self._open]:
            with contextlib.suppress(OSError):  # not connected any more
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()
        for thread in self._threads:
            thread.join(5)

    def _accept(self):
        while True:
            try:
                connection, _address = self._listener.accept()
            except OSError:
                return
            self._open.append(connection)
            self._spawn(self._serve, connection, len(self._open))

    def _serve(self, connection, number):
        try:
            with connection, connection.makefile("rb") as stream:
                while (request := self._receive(stream, number)) and self._act(connection, request):
                    pass
        except OSError:
            pass  # the client went away, or the test is over

    def _receive(self, stream, number):
        line = stream.readline().decode("latin-1").split()
        if not line:
            return None
        headers = {}
        while name := stream.readline().decode("latin-1").strip():
            key, _colon, value = name.partition(":")
            headers[key.strip().lower()] = value.strip()
        body = stream.read(int(headers.get("content-length", "0")))
        return Received(number, line[0], line[1], headers, body)

    def _act(self, connection, request):
        with self._lock:
            self.requests.append(request)
            step = self.script[min(len(self.requests), len(self.script)) - 1]
        if callable(step):
            step = step(request)
        if isinstance(step, bytes):
            connection.sendall(step)
            return True
        if isinstance(step, (Cut, Stall)):
            connection.sendall(step.content)
        if step is RESET:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if step is HANG or isinstance(step, Stall):
            self._stopped.wait(30)
        return False
