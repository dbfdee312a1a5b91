# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The recording proxy hands on what it gets, unchanged, and notes it."""

from __future__ import annotations

import contextlib
import gzip
import http.client
import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from ansible_collections.mmops.mattermost.tests.support.proxy import RecordingProxy, recording_proxy

PACKED = gzip.compress(b'{"packed": true}')


class Upstream(BaseHTTPRequestHandler):
    """Answers with what it was asked."""

    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        echo = {"method": self.command, "target": self.path, "body": body.hex(), "headers": sorted(self.headers.items())}
        status, packed = (304, b"") if self.path.endswith("/same") else (201, json.dumps(echo).encode())
        self.send_response(status)
        if self.path.endswith("/packed"):
            packed = PACKED
            self.send_header("Content-Encoding", "gzip")
        if status != 304:
            self.send_header("Content-Length", str(len(packed)))
        self.send_header("X-Version-Id", "7.6.0.1.2.false")
        self.send_header("Set-Cookie", "one=1")
        self.send_header("Set-Cookie", "two=2")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(packed)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = answer

    def log_message(self, *unused: object) -> None:
        """Nothing on the terminal."""


@pytest.fixture
def proxy(tmp_path: Path) -> Iterator[RecordingProxy]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Upstream) as upstream:
        threading.Thread(target=upstream.serve_forever, daemon=True).start()
        with recording_proxy(f"http://127.0.0.1:{upstream.server_port}/chat/") as running:
            running.journal = tmp_path / "journal.jsonl"
            yield running
        upstream.shutdown()


def ask(proxy: RecordingProxy, method: str, target: str, body: bytes = b"", **headers: str):
    with contextlib.closing(http.client.HTTPConnection(urlsplit(proxy.url).netloc, timeout=10)) as connection:
        connection.request(method, target, body=body, headers=headers)
        answer = connection.getresponse()
        return answer, answer.read()


def noted(proxy: RecordingProxy) -> list[dict]:
    assert proxy.journal is not None
    return [json.loads(line) for line in proxy.journal.read_text(encoding="utf-8").splitlines()]


def test_a_request_arrives_as_it_was_sent(proxy: RecordingProxy) -> None:
    target = "/api/v4/users/username/o%27brien%2F%C3%A5?in_team=&name=%C3%A5+b"
    answer, text = ask(proxy, "PUT", target, b"\x00\xff", Authorization="Bearer x", Cookie="a=1")
    echo = json.loads(text)
    assert answer.status == 201
    assert echo["method"] == "PUT"
    assert echo["target"] == f"/chat{target}"
    assert echo["body"] == "00ff"
    headers = {name.lower(): value for name, value in echo["headers"]}
    assert headers.pop("host").startswith("127.0.0.1:")
    assert {name: value for name, value in headers.items() if name != "connection"} == {
        "accept-encoding": "identity",
        "authorization": "Bearer x",
        "content-length": "2",
        "cookie": "a=1",
    }
    assert answer.headers["X-Version-Id"] == "7.6.0.1.2.false"
    assert answer.headers.get_all("Set-Cookie") == ["one=1", "two=2"]
    assert len(answer.headers.get_all("Content-Length")) == 1


def test_no_cookie_of_an_answer_comes_with_the_next_request(proxy: RecordingProxy) -> None:
    ask(proxy, "GET", "/api")
    _answer, text = ask(proxy, "GET", "/api")
    assert "cookie" not in {name.lower() for name, _value in json.loads(text)["headers"]}


def test_a_packed_answer_stays_packed(proxy: RecordingProxy) -> None:
    answer, body = ask(proxy, "GET", "/packed")
    assert body == PACKED
    assert answer.headers["Content-Encoding"] == "gzip"


@pytest.mark.parametrize(("method", "target", "status"), [("HEAD", "/api", 201), ("GET", "/same", 304)])
def test_an_answer_without_body_ends(proxy: RecordingProxy, method: str, target: str, status: int) -> None:
    answer, body = ask(proxy, method, target)
    assert (answer.status, body) == (status, b"")


def test_requests_are_noted_in_order(proxy: RecordingProxy) -> None:
    ask(proxy, "GET", "/api/v4/users?page=1")
    ask(proxy, "DELETE", "/api/v4/users/x", Authorization="Bearer secret-token")
    assert noted(proxy) == [
        {"event": "request", "number": 1, "method": "GET", "path": "/api/v4/users"},
        {"event": "answer", "number": 1, "status": 201},
        {"event": "request", "number": 2, "method": "DELETE", "path": "/api/v4/users/x"},
        {"event": "answer", "number": 2, "status": 201},
    ]


def test_a_server_that_is_down_is_a_bad_gateway(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with recording_proxy(f"http://127.0.0.1:{port}") as proxy:
        proxy.journal = tmp_path / "journal.jsonl"
        answer, text = ask(proxy, "POST", "/api/v4/users", b"{}")
        assert answer.status == 502
        assert b"could not reach the server" in text
        assert noted(proxy) == [{"event": "request", "number": 1, "method": "POST", "path": "/api/v4/users"}]
