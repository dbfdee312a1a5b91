# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of the tests that speak HTTP."""

from __future__ import annotations

import os
import ssl

import pytest
import trustme
from pytest_httpserver import HTTPServer

from ansible_collections.mmops.mattermost.plugins.module_utils._api.transport import Endpoint, Transport
from ansible_collections.mmops.mattermost.tests.unit.plugins.module_utils.wire import Wire

VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "NETRC", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch, tmp_path_factory):
    """No proxy, .netrc, certificate or credential of whoever runs the tests."""
    for name in os.environ:
        if name.upper() in VARIABLES or name.startswith("MATTERMOST_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.delenv("ANSIBLE_HOME", raising=False)


class Pauses(list):
    """Stands for ``time.sleep``: notes the seconds and does not wait."""

    def __call__(self, seconds):
        self.append(seconds)


@pytest.fixture
def pauses():
    return Pauses()


@pytest.fixture
def open_transport(pauses):
    """Makes transports that never wait, and closes them at the end."""
    opened = []

    def make(url="", **settings):
        transport = Transport(Endpoint(url=url, **settings), sleep=pauses)
        opened.append(transport)
        return transport

    yield make
    for transport in opened:
        transport.close()


@pytest.fixture
def wire():
    """Makes servers that follow a script to the byte, and stops them at the end."""
    started = []

    def make(*script, path=None):
        server = Wire(script, path)
        started.append(server)
        return server

    yield make
    for server in started:
        server.stop()


@pytest.fixture
def socket_server(tmp_path):
    """An HTTP server on a UNIX socket, whose path is its ``host`` after ``unix://``."""
    with HTTPServer(host=f"unix://{tmp_path}/local.socket", port=0) as server:
        yield server


@pytest.fixture(scope="session")
def authority():
    """A certificate authority that nobody trusts by default."""
    return trustme.CA()


@pytest.fixture(scope="session")
def authority_path(authority, tmp_path_factory):
    path = tmp_path_factory.mktemp("authority") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


@pytest.fixture(scope="session")
def start_tls_server(authority):
    """Makes HTTPS servers for 127.0.0.1; ``client_certificate`` makes them ask for one of the same authority."""
    started = []

    def make(client_certificate=False):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(context)
        if client_certificate:
            context.verify_mode = ssl.CERT_REQUIRED
            authority.configure_trust(context)
        server = HTTPServer(host="127.0.0.1", ssl_context=context)
        server.start()
        server.expect_request("/api/v4/users/me").respond_with_json({"id": "me"})
        started.append(server)
        return server

    yield make
    for server in started:
        server.stop()
