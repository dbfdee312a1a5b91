# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connection options that modules share, and the client that they make."""

from __future__ import annotations

import traceback

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.mmops.mattermost.plugins.module_utils._api import connection
from ansible_collections.mmops.mattermost.plugins.module_utils._api.connection import make_client
from ansible_collections.mmops.mattermost.plugins.module_utils._api.connection_options import CONNECTION_OPTIONS
from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput, MissingLibrary
from ansible_collections.mmops.mattermost.tests.unit.plugins.module_utils.wire import answer

TOKEN = "k3yt0k3nk3yt0k3nk3yt0k3nk3"
PASSWORD = "s3cr3t-Passw0rd"
URL = "https://chat.example.com"


def options(**given):
    """The options as a module gets them."""
    result = ArgumentSpecValidator(CONNECTION_OPTIONS).validate(given)
    assert result.error_messages == []
    return result.validated_parameters


@pytest.fixture
def connect():
    """Makes clients of options, and closes them at the end."""
    opened = []

    def make(**given):
        client = make_client(options(**given))
        opened.append(client)
        return client

    yield make
    for client in opened:
        client.transport.close()


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ({}, ["api_url", "MATTERMOST_URL", "api_socket"]),
        ({"api_token": TOKEN}, ["api_url"]),
        ({"api_url": "", "api_token": TOKEN}, ["api_url"]),
        ({"api_url": URL}, ["api_token", "MATTERMOST_TOKEN", "api_login_id", "api_password"]),
        ({"api_url": URL, "api_token": ""}, ["api_token"]),
        ({"api_url": URL, "api_password": PASSWORD}, ["api_login_id"]),
        ({"api_url": URL, "api_mfa_code": "123456"}, ["api_token", "api_login_id"]),
        ({"api_url": URL, "api_login_id": "admin"}, ["api_password", "MATTERMOST_PASSWORD"]),
        ({"api_url": URL, "api_login_id": "admin", "api_password": ""}, ["api_password"]),
        (
            {"api_url": URL, "api_token": TOKEN, "api_login_id": "admin", "api_password": PASSWORD},
            ["api_token", "api_login_id"],
        ),
        ({"api_url": URL, "api_token": TOKEN, "api_login_id": "admin"}, ["api_token", "api_login_id"]),
        ({"api_url": "chat.example.com", "api_token": TOKEN}, ["api_url"]),
        ({"api_url": URL, "api_token": TOKEN, "ca_path": "/nowhere/ca.pem"}, ["ca_path", "/nowhere/ca.pem"]),
        ({"api_url": URL, "api_token": TOKEN, "client_cert": "/nowhere/cert.pem"}, ["client_cert"]),
        ({"api_url": URL, "api_token": TOKEN, "client_cert": "/", "client_key": "/nowhere/key.pem"}, ["client_key"]),
        ({"api_url": URL, "api_token": TOKEN, "client_key": "/"}, ["client_key", "client_cert"]),
        ({"api_url": URL, "api_token": TOKEN, "timeout": 0}, ["timeout"]),
        ({"api_url": URL, "api_token": TOKEN, "timeout": -1}, ["timeout"]),
        ({"api_url": URL, "api_token": TOKEN, "connect_timeout": 0}, ["connect_timeout"]),
        ({"api_url": URL, "api_token": TOKEN, "retries": -1}, ["retries"]),
        ({"api_socket": "/nowhere/local.socket"}, ["api_socket", "/nowhere/local.socket"]),
    ],
)
def test_options_that_cannot_work_are_named(given, names):
    with pytest.raises(InvalidInput) as caught:
        make_client(options(**given))

    text = str(caught.value)
    assert [name for name in names if name not in text] == []
    shown = "".join(traceback.format_exception(caught.value))
    assert [secret for secret in (TOKEN, PASSWORD, "123456") if secret in shown + repr(caught.value)] == []


def test_a_token_is_used(connect, wire):
    server = wire(answer(200, {"id": "x"}))

    with connect(api_url=server.url, api_token=TOKEN) as client:
        client.get_user(user_id="me")

    assert server.requests[0].headers["authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize("mfa", [{}, {"api_mfa_code": "123456"}])
def test_a_login_is_used(connect, wire, mfa):
    server = wire(answer(200, {"id": "x"}, Token="s3ss10n"))

    with connect(api_url=server.url, api_login_id="admin", api_password=PASSWORD, **mfa):
        pass

    assert [request.target.rpartition("/")[2] for request in server.requests] == ["login", "logout"]
    assert (b"123456" in server.requests[0].body) == bool(mfa)


def test_a_login_of_the_task_counts_more_than_a_token_of_the_environment(connect, wire, monkeypatch):
    monkeypatch.setenv("MATTERMOST_TOKEN", TOKEN)
    server = wire(answer(200, {"id": "x"}, Token="s3ss10n"))

    with connect(api_url=server.url, api_login_id="admin", api_password=PASSWORD):
        pass

    assert [request.target.rpartition("/")[2] for request in server.requests] == ["login", "logout"]


def test_a_token_of_the_task_counts_more_than_a_login_of_the_environment(connect, wire, monkeypatch):
    monkeypatch.setenv("MATTERMOST_LOGIN_ID", "admin")
    monkeypatch.setenv("MATTERMOST_PASSWORD", PASSWORD)
    server = wire(answer(200, {"id": "x"}))

    with connect(api_url=server.url, api_token=TOKEN) as client:
        client.get_user(user_id="me")

    assert server.requests[0].headers["authorization"] == f"Bearer {TOKEN}"


def test_the_environment_cannot_ask_for_both(monkeypatch):
    monkeypatch.setenv("MATTERMOST_TOKEN", TOKEN)
    monkeypatch.setenv("MATTERMOST_LOGIN_ID", "admin")

    with pytest.raises(InvalidInput, match="exclude each other"):
        make_client(options(api_url=URL))


def test_the_local_socket_goes_before_address_and_credentials(connect, wire, tmp_path):
    remote, local = wire(answer(200, {"id": "x"})), wire(answer(200, {"id": "x"}), path=str(tmp_path / "local.socket"))

    with connect(api_socket=str(tmp_path / "local.socket"), api_url=remote.url, api_token=TOKEN) as client:
        client.get_user(user_id="x")

    assert (len(remote.requests), len(local.requests)) == (0, 1)
    assert "authorization" not in local.requests[0].headers
    assert client.warnings == []


@pytest.mark.parametrize(("general_url", "local"), [(None, False), ("https://other.example.com", False), (URL, True)])
def test_a_socket_of_the_environment_counts_less_than_the_address_of_a_task(connect, monkeypatch, tmp_path, general_url, local):
    general, of_the_task = tmp_path / "general.socket", tmp_path / "task.socket"
    general.touch()
    of_the_task.touch()
    monkeypatch.setenv("MATTERMOST_SOCKET", str(general))
    if general_url:
        monkeypatch.setenv("MATTERMOST_URL", general_url)

    assert connect(api_url=URL, api_token=TOKEN).transport.local is local
    assert connect(api_url=URL, api_token=TOKEN, api_socket=str(of_the_task)).transport.local


def test_nothing_is_sent_until_the_client_is_opened(connect, wire):
    server = wire(answer(200, {"id": "x"}))

    connect(api_url=server.url, api_login_id="admin", api_password=PASSWORD)

    assert server.requests == []


@pytest.mark.parametrize(
    ("variable", "option", "text", "value"),
    [
        ("MATTERMOST_URL", "api_url", URL, URL),
        ("MATTERMOST_SOCKET", "api_socket", "/run/local.socket", "/run/local.socket"),
        ("MATTERMOST_TOKEN", "api_token", TOKEN, TOKEN),
        ("MATTERMOST_LOGIN_ID", "api_login_id", "admin", "admin"),
        ("MATTERMOST_PASSWORD", "api_password", PASSWORD, PASSWORD),
        ("MATTERMOST_MFA_CODE", "api_mfa_code", "012345", "012345"),
        ("MATTERMOST_SESSION_PATH", "api_session_path", "/run/session", "/run/session"),
        ("MATTERMOST_VALIDATE_CERTS", "validate_certs", "no", False),
        ("MATTERMOST_CA_PATH", "ca_path", "/etc/ca.pem", "/etc/ca.pem"),
        ("MATTERMOST_CLIENT_CERT", "client_cert", "/etc/cert.pem", "/etc/cert.pem"),
        ("MATTERMOST_CLIENT_KEY", "client_key", "/etc/key.pem", "/etc/key.pem"),
        ("MATTERMOST_CONNECT_TIMEOUT", "connect_timeout", "5", 5),
        ("MATTERMOST_TIMEOUT", "timeout", "7", 7),
        ("MATTERMOST_RETRIES", "retries", "0", 0),
    ],
)
def test_every_option_has_a_variable(monkeypatch, variable, option, text, value):
    monkeypatch.setenv(variable, text)

    assert options()[option] == value


def test_every_option_was_tried_with_its_variable():
    [mark] = [mark for mark in test_every_option_has_a_variable.pytestmark if mark.name == "parametrize"]

    assert {option for _variable, option, _text, _value in mark.args[1]} == set(CONNECTION_OPTIONS)


def test_secrets_are_marked():
    assert {name for name, spec in CONNECTION_OPTIONS.items() if spec.get("no_log")} == {
        "api_token",
        "api_password",
        "api_mfa_code",
    }


@pytest.mark.parametrize(("url", "warns"), [("http://chat.example.com", True), (URL, False), ("http://localhost:8065", False)])
def test_plain_http_is_warned_about(connect, url, warns):
    client = connect(api_url=url, api_token=TOKEN)

    assert bool(client.warnings) == warns
    assert all("unencrypted" in warning for warning in client.warnings)


def test_settings_reach_the_transport(connect, authority_path):
    client = connect(
        api_url=URL,
        api_token=TOKEN,
        ca_path=authority_path,
        validate_certs=False,
        timeout=7,
        connect_timeout=3,
        retries=2,
        client_cert=authority_path,
        client_key=authority_path,
    )
    endpoint = client.transport.endpoint

    assert (endpoint.url, endpoint.ca_path, endpoint.validate_certs) == (URL, authority_path, False)
    assert (endpoint.read_timeout, endpoint.connect_timeout, endpoint.retries) == (7, 3, 2)
    assert (endpoint.client_cert, endpoint.client_key) == (authority_path, authority_path)


def test_a_missing_library_is_named(monkeypatch):
    monkeypatch.setattr(connection, "REQUESTS_IMPORT_ERROR", "Traceback ...")

    with pytest.raises(MissingLibrary, match="requests") as caught:
        make_client(options(api_url=URL, api_token=TOKEN))

    assert caught.value.library == "requests"
