# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP as the server and the caller see it: what is sent, what is repeated, and what an odd answer turns into."""

from __future__ import annotations

import datetime
import email.utils
import json
import re
import shutil
import socket
import subprocess
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from pytest_httpserver import HTTPServer
from werkzeug import Response

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import (
    AnswerLost,
    CertificateRejected,
    InvalidInput,
    MattermostError,
    NotFound,
    OperationNotAvailable,
    RequestRejected,
    ServerUnavailable,
    ServerUnreachable,
    TooManyRequests,
    UnexpectedAnswer,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._api.transport import Endpoint, Transport
from ansible_collections.mmops.mattermost.tests.unit.plugins.module_utils.wire import CLOSE, HANG, RESET, Cut, Stall, answer

TOKEN = "k3yt0k3nk3yt0k3nk3yt0k3nk3"
PASSWORD = "s3cr3t-Passw0rd"
PROXY_PASSWORD = "pr0xypw"
OK = answer(200, {"status": "OK"})
ME = "/api/v4/users/me"


def get(transport, **arguments):
    """A read, which may be repeated."""
    return transport.send("get_user", "GET", ME, repeatable=True, **arguments)


def create(transport):
    """A write that must not be repeated."""
    return transport.send("create_user", "POST", "/api/v4/users", body={"password": PASSWORD})


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def everything_shown(error):
    """All texts through which an exception could reach a terminal or a log."""
    return "\n".join(
        [str(error), repr(error), json.dumps(error.details()), repr(error.args), *traceback.format_exception(error)]
    )


def assert_helpful(error, *words):
    """One or two sentences, with these words and a way out."""
    sentences = re.findall(r"[^ ].*?\.(?= [A-Z]|$)", str(error))
    assert 1 <= len(sentences) <= 2, str(error)
    assert error.remedy, str(error)
    for word in words:
        assert word in str(error)


# ---- what is sent -------------------------------------------------------------------------------------------------


def test_the_token_is_in_the_authorization_header_only(wire, open_transport):
    server = wire(OK)
    transport = open_transport(server.url)
    transport.token = TOKEN

    get(transport)

    [request] = server.requests
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert TOKEN not in request.target + request.body.decode()
    assert "cookie" not in request.headers


@pytest.mark.parametrize(("token", "sent"), [("other", "Bearer other"), (None, None)])
def test_a_request_may_carry_another_token_or_none(wire, open_transport, token, sent):
    server = wire(OK)
    transport = open_transport(server.url)
    transport.token = TOKEN

    get(transport, token=token)

    assert server.requests[0].headers.get("authorization") == sent


def test_a_transport_without_token_sends_none(wire, open_transport):
    server = wire(OK)

    get(open_transport(server.url))

    assert "authorization" not in server.requests[0].headers


def test_the_user_agent_names_the_collection(wire, open_transport):
    server = wire(OK)

    get(open_transport(server.url))

    assert server.requests[0].headers["user-agent"].startswith("mmops.mattermost")


def test_requests_share_a_connection(wire, open_transport):
    server = wire(OK)
    transport = open_transport(server.url)

    for _unused in range(3):
        get(transport)

    assert [request.connection for request in server.requests] == [1, 1, 1]


@pytest.mark.parametrize("given", ["{}/", "{}/api/v4", "{}/api/v4/", "{}//"])
def test_the_address_may_end_as_people_write_it(wire, open_transport, given):
    server = wire(OK)

    get(open_transport(given.format(server.url)))

    assert server.requests[0].target == ME


def test_a_server_may_live_under_a_path(wire, open_transport):
    server = wire(OK)

    get(open_transport(f"{server.url}/chat/"))

    assert server.requests[0].target == f"/chat{ME}"


def test_a_file_is_a_multipart_upload(httpserver, open_transport):
    httpserver.expect_request("/api/v4/users/me/image").respond_with_json({"status": "OK"})

    open_transport(httpserver.url_for("")).send(
        "set_profile_image", "POST", "/api/v4/users/me/image", file=("image", 'a "b" ü.png', b"\x89PNG")
    )

    request = httpserver.log[0][0]
    assert request.content_type.startswith("multipart/form-data; boundary=")
    assert b'name="image"' in request.get_data()
    assert b"\x89PNG" in request.get_data()


# ---- .netrc, cookies, redirects, proxies ----------------------------------------------------------------------------


@pytest.fixture
def netrc(monkeypatch, tmp_path):
    path = tmp_path / "netrc"
    path.write_text("machine 127.0.0.1 login intruder password stolen\ndefault login intruder password stolen\n")
    path.chmod(0o600)
    monkeypatch.setenv("NETRC", str(path))


@pytest.mark.usefixtures("netrc")
@pytest.mark.parametrize(("token", "sent"), [(TOKEN, f"Bearer {TOKEN}"), (None, None)])
def test_a_netrc_entry_neither_replaces_nor_adds_credentials(wire, open_transport, token, sent):
    server = wire(OK)
    transport = open_transport(server.url)
    transport.token = token

    get(transport)

    assert server.requests[0].headers.get("authorization") == sent


def test_cookies_are_neither_kept_nor_sent(wire, open_transport):
    server = wire(answer(200, {}, Set_Cookie="MMAUTHTOKEN=stolen; Path=/"))
    transport = open_transport(server.url)

    get(transport)
    get(transport)

    assert len(server.requests) == 2
    assert not any("cookie" in request.headers for request in server.requests)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_another_host_gets_nothing(wire, open_transport, pauses, status):
    other = wire(OK)
    server = wire(answer(status, {}, Location=f"{other.url}/login?token=leak"))
    transport = open_transport(server.url)
    transport.token = TOKEN

    with pytest.raises(UnexpectedAnswer) as caught:
        get(transport)

    assert_helpful(caught.value, "get_user", other.url, "api_url")
    assert "leak" not in everything_shown(caught.value)
    assert len(server.requests) == 1
    assert other.requests == []
    assert pauses == []


@pytest.mark.parametrize("location", ["/elsewhere", "//[broken", "http://user:pw0rd@127.0.0.1:1/x", ""])
def test_a_redirect_of_any_kind_is_not_followed(wire, open_transport, location):
    server = wire(answer(302, {}, Location=location))

    with pytest.raises(UnexpectedAnswer) as caught:
        get(open_transport(server.url))

    assert_helpful(caught.value, "redirects", "api_url")
    assert "pw0rd" not in everything_shown(caught.value)
    assert len(server.requests) == 1


def test_the_proxy_of_the_environment_is_used(wire, open_transport, monkeypatch):
    proxy = wire(OK)
    monkeypatch.setenv("http_proxy", proxy.url.replace("//", "//bob:pr0xypw@"))

    get(open_transport("http://chat.example.com"))

    [request] = proxy.requests
    assert request.target == f"http://chat.example.com{ME}"
    assert request.headers["proxy-authorization"].startswith("Basic ")


def test_no_proxy_excludes_the_server(wire, open_transport, monkeypatch):
    server, proxy = wire(OK), wire(OK)
    monkeypatch.setenv("http_proxy", proxy.url)
    monkeypatch.setenv("no_proxy", "127.0.0.1")

    get(open_transport(server.url))

    assert (len(server.requests), len(proxy.requests)) == (1, 0)


def test_a_proxy_that_cannot_be_reached_is_named_without_its_password(open_transport, monkeypatch, pauses):
    monkeypatch.setenv("http_proxy", f"http://bob:{PROXY_PASSWORD}@127.0.0.1:{free_port()}")

    with pytest.raises(ServerUnreachable) as caught:
        get(open_transport("http://chat.example.com", retries=1))

    assert_helpful(caught.value, "proxy", "http_proxy")
    assert PROXY_PASSWORD not in everything_shown(caught.value)
    assert len(pauses) == 1


@pytest.mark.parametrize("proxy", ["http://bob:{}@[broken", "socks5://bob:{}@127.0.0.1:1", "http://bob:{}@:x"])
def test_a_proxy_that_cannot_be_used_is_an_input_error(open_transport, monkeypatch, proxy):
    monkeypatch.setenv("http_proxy", proxy.format(PROXY_PASSWORD))

    with pytest.raises(MattermostError) as caught:
        get(open_transport("http://chat.example.com", retries=0))

    assert_helpful(caught.value, "proxy", "http_proxy")
    assert PROXY_PASSWORD not in everything_shown(caught.value)


def test_a_write_is_not_repeated_when_the_proxy_loses_the_answer(wire, open_transport, monkeypatch):
    proxy = wire(RESET)
    monkeypatch.setenv("http_proxy", proxy.url)

    with pytest.raises(AnswerLost):
        create(open_transport("http://chat.example.com"))

    assert len(proxy.requests) == 1


# ---- the local socket -----------------------------------------------------------------------------------------------


def test_the_local_socket_is_spoken_to_without_token_and_proxy(wire, open_transport, monkeypatch, tmp_path):
    proxy, server = wire(OK), wire(answer(200, {"id": "me"}), path=str(tmp_path / "local.socket"))
    monkeypatch.setenv("http_proxy", proxy.url)
    monkeypatch.setenv("ALL_PROXY", proxy.url)
    transport = open_transport(socket=str(tmp_path / "local.socket"))
    transport.token = TOKEN

    assert transport.local
    assert [get(transport).data for _unused in range(3)] == [{"id": "me"}] * 3
    assert [request.connection for request in server.requests] == [1, 1, 1]
    assert not any("authorization" in request.headers for request in server.requests)
    assert proxy.requests == []


def test_the_local_socket_speaks_http(socket_server, open_transport):
    socket_server.expect_request("/api/v4/users", method="POST", json={"password": PASSWORD}).respond_with_json(
        {"id": "new"}, status=201
    )

    answered = create(open_transport(socket=socket_server.host.removeprefix("unix://")))

    assert (answered.status, answered.data) == (201, {"id": "new"})


def test_nobody_listens_on_the_local_socket(open_transport, tmp_path, pauses):
    path = tmp_path / "dead.socket"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))

    with pytest.raises(ServerUnreachable) as caught:
        create(open_transport(socket=str(path), retries=2))

    assert_helpful(caught.value, "create_user", str(path), "connection refused", "api_socket")
    assert len(pauses) == 2


def test_a_local_socket_that_is_no_socket(open_transport, tmp_path):
    path = tmp_path / "file"
    path.touch()

    with pytest.raises(ServerUnreachable) as caught:
        get(open_transport(socket=str(path), retries=0))

    assert_helpful(caught.value, str(path), "api_socket")


def test_the_local_socket_does_not_answer(wire, open_transport, tmp_path):
    server = wire(HANG, path=str(tmp_path / "local.socket"))

    with pytest.raises(AnswerLost) as caught:
        create(open_transport(socket=str(tmp_path / "local.socket"), read_timeout=0.05))

    assert_helpful(caught.value, "0.05 seconds", "timeout")
    assert len(server.requests) == 1


# ---- TLS ------------------------------------------------------------------------------------------------------------


def test_an_untrusted_certificate_is_rejected_once(start_tls_server, open_transport, pauses):
    server = start_tls_server()
    transport = open_transport(server.url_for(""))
    transport.token = TOKEN

    with pytest.raises(CertificateRejected) as caught:
        get(transport)

    assert_helpful(caught.value, "get_user", server.url_for("").rstrip("/"), "ca_path")
    assert "certificate" in caught.value.reason
    assert TOKEN not in everything_shown(caught.value)
    assert (pauses, server.log) == ([], [])


def test_the_authority_can_be_named(start_tls_server, open_transport, authority_path):
    server = start_tls_server()

    assert get(open_transport(server.url_for(""), ca_path=authority_path)).data == {"id": "me"}


def test_the_authority_of_the_environment_is_used(start_tls_server, open_transport, authority_path, monkeypatch):
    server = start_tls_server()
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", authority_path)

    assert get(open_transport(server.url_for(""))).data == {"id": "me"}


def test_a_certificate_for_another_name_is_rejected(start_tls_server, open_transport, authority_path):
    server = start_tls_server()

    with pytest.raises(CertificateRejected) as caught:
        get(open_transport(f"https://localhost:{server.port}", ca_path=authority_path))

    assert_helpful(caught.value, "localhost", "api_url")


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_validation_stays_off_whatever_the_environment_says(start_tls_server, open_transport, tmp_path, monkeypatch, variable):
    server = start_tls_server()
    for bundle in ("/nowhere/bundle.pem", str(tmp_path)):
        monkeypatch.setenv(variable, bundle)

        assert get(open_transport(server.url_for(""), validate_certs=False)).data == {"id": "me"}


def test_validation_stays_off_beside_an_authority(start_tls_server, open_transport, tmp_path):
    server = start_tls_server()
    other = tmp_path / "other.pem"
    other.touch()

    assert get(open_transport(server.url_for(""), ca_path=str(other), validate_certs=False)).data == {"id": "me"}


def test_a_bundle_of_the_environment_that_does_not_exist_is_named(open_transport, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/bundle.pem")

    with pytest.raises(InvalidInput) as caught:
        open_transport("https://chat.example.com")

    assert_helpful(caught.value, "REQUESTS_CA_BUNDLE", "/nowhere/bundle.pem", "ca_path")


def test_a_client_certificate_opens_the_door(start_tls_server, open_transport, authority, authority_path, tmp_path):
    server = start_tls_server(client_certificate=True)
    certificate = authority.issue_cert("client.example.com")
    both, alone, key = (str(tmp_path / name) for name in ("both.pem", "cert.pem", "key.pem"))
    certificate.private_key_and_cert_chain_pem.write_to_path(both)
    certificate.cert_chain_pems[0].write_to_path(alone)
    certificate.private_key_pem.write_to_path(key)

    for settings in ({"client_cert": both}, {"client_cert": alone, "client_key": key}):
        assert get(open_transport(server.url_for(""), ca_path=authority_path, **settings)).data == {"id": "me"}


def test_a_missing_client_certificate_is_explained(start_tls_server, open_transport, authority_path):
    server = start_tls_server(client_certificate=True)

    with pytest.raises(MattermostError) as caught:
        get(open_transport(server.url_for(""), ca_path=authority_path, retries=0))

    assert_helpful(caught.value, "get_user")


@pytest.mark.parametrize("setting", ["ca_path", "client_cert"])
def test_a_file_that_is_no_certificate_is_explained(
    start_tls_server, open_transport, pauses, authority_path, tmp_path, setting
):
    server = start_tls_server()
    garbage = tmp_path / "garbage.pem"
    garbage.write_text("no certificate")

    with pytest.raises(MattermostError) as caught:
        get(open_transport(server.url_for(""), **{"ca_path": authority_path, setting: str(garbage)}))

    assert_helpful(caught.value, setting)
    assert (pauses, server.log) == ([], [])


def test_a_client_certificate_that_is_a_directory_is_explained(start_tls_server, open_transport, authority_path, tmp_path):
    server = start_tls_server()

    with pytest.raises(MattermostError) as caught:
        get(open_transport(server.url_for(""), ca_path=authority_path, client_cert=str(tmp_path)))

    assert_helpful(caught.value, "client_cert")
    assert not caught.value.outcome_unknown


def test_https_to_a_server_that_speaks_http(httpserver, open_transport):
    with pytest.raises(CertificateRejected) as caught:
        get(open_transport(f"https://127.0.0.1:{httpserver.port}"))

    assert_helpful(caught.value, "TLS", "api_url")

    assert_helpful(caught.value, "does not speak TLS at this port")


def test_a_client_certificate_that_has_expired_is_explained(
    start_tls_server, open_transport, authority, authority_path, tmp_path
):
    server = start_tls_server(client_certificate=True)
    path = str(tmp_path / "expired.pem")
    yesterday = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
    authority.issue_cert("client.example.com", not_after=yesterday).private_key_and_cert_chain_pem.write_to_path(path)

    with pytest.raises(MattermostError, match=r"client_cert (has expired\. Renew it|is still valid)") as caught:
        get(open_transport(server.url_for(""), ca_path=authority_path, client_cert=path, retries=0))

    assert_helpful(caught.value, "get_user")
    assert server.log == []


def test_authorities_may_be_a_folder_with_the_links_that_openssl_looks_for(
    start_tls_server, open_transport, authority, authority_path, tmp_path
):
    server = start_tls_server()
    folder = tmp_path / "authorities"
    folder.mkdir()
    shutil.copy(authority_path, folder / "ca.pem")

    with pytest.raises(CertificateRejected) as caught:
        get(open_transport(server.url_for(""), ca_path=str(folder)))
    assert_helpful(caught.value, "ca_path", "openssl rehash")

    subprocess.run(["openssl", "rehash", folder], check=True, capture_output=True)  # noqa: S607  found where it is installed
    assert get(open_transport(server.url_for(""), ca_path=str(folder))).data == {"id": "me"}


@pytest.mark.parametrize(
    ("certificate", "key", "words"),
    [
        ("certificate", None, ["client_cert", "does not hold a certificate and its key"]),
        ("certificate", "other_key", ["client_key", "is not that of the certificate"]),
        ("certificate", "locked_key", ["client_key", "passphrase"]),
    ],
)
def test_a_client_certificate_that_cannot_be_used_is_explained(
    start_tls_server, open_transport, authority, authority_path, tmp_path, pauses, certificate, key, words
):
    server = start_tls_server(client_certificate=True)
    names = {name: str(tmp_path / name) for name in ("certificate", "other_key", "locked_key")}
    authority.issue_cert("a.example.com").cert_chain_pems[0].write_to_path(names["certificate"])
    other = authority.issue_cert("b.example.com").private_key_pem
    other.write_to_path(names["other_key"])
    locked = serialization.load_pem_private_key(other.bytes(), None).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"secret")
    )
    Path(names["locked_key"]).write_bytes(locked)

    with pytest.raises(InvalidInput) as caught:
        get(
            open_transport(
                server.url_for(""), ca_path=authority_path, client_cert=names[certificate], client_key=names.get(key, "")
            )
        )

    assert_helpful(caught.value, *words)
    assert (pauses, server.log) == ([], [])


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("connect_timeout", 10**11),
        ("connect_timeout", 0),
        ("connect_timeout", float("nan")),
        ("retries", -1),
        ("retries", 10**9),
    ],
)
def test_a_setting_out_of_range_is_named(open_transport, setting, value):
    with pytest.raises(InvalidInput, match=setting):
        open_transport("http://127.0.0.1:1", **{setting: value})


@pytest.mark.parametrize("value", [10**11, 0, -1, float("inf")])
def test_a_timeout_out_of_range_is_named(open_transport, value):
    with pytest.raises(InvalidInput, match=r"^timeout must be"):
        open_transport("http://127.0.0.1:1", read_timeout=value)


@pytest.mark.parametrize(
    "url", ["http://chat.exa\nmple.com", "http://chat.example.com\r\n", "http://a\tb.example.com", "http://a\0b"]
)
def test_an_address_with_a_line_break_is_refused(open_transport, url):
    with pytest.raises(InvalidInput, match=r"api_url .*line break"):
        open_transport(url)


def test_a_proxy_that_would_see_the_token_of_a_loopback_address_is_told(open_transport, monkeypatch):
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    assert open_transport("http://127.0.0.1:8065").exposure == ""
    monkeypatch.setenv("http_proxy", "http://proxy.example.com:3128")
    assert "no_proxy" in open_transport("http://127.0.0.1:8065").exposure
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert open_transport("http://127.0.0.1:8065").exposure == ""


# ---- what is repeated -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("send", [get, create])
@pytest.mark.parametrize(
    ("headers", "least", "most"),
    [
        ({"Retry_After": "7"}, 6.5, 7.3),
        ({"X_Ratelimit_Reset": "3"}, 2.5, 3.3),
        ({"Retry_After": "2", "X_Ratelimit_Reset": "40"}, 1.5, 2.3),
        ({"Retry_After": "soon", "X_Ratelimit_Reset": "3"}, 2.5, 3.3),
        ({"Retry_After": "one two three four five six"}, 0.3, 0.7),
        ({"Retry_After": "-5"}, 0.3, 0.7),
        ({"Retry_After": "1\xb2"}, 0.3, 0.7),
        ({}, 0.3, 0.7),
    ],
)
def test_a_refused_request_is_repeated_when_the_server_wants_it(wire, open_transport, pauses, send, headers, least, most):
    server = wire(answer(429, content=b"limit exceeded\n", kind="text/plain", **headers), OK)

    assert send(open_transport(server.url)).data == {"status": "OK"}
    assert len(server.requests) == 2
    assert len(pauses) == 1
    assert least <= pauses[0] <= most


@pytest.mark.parametrize(("ahead", "least", "most"), [(30, 28, 31), (-30, 0, 0.3)])
def test_the_pause_may_be_a_date(wire, open_transport, pauses, ahead, least, most):
    date = email.utils.formatdate(time.time() + ahead, usegmt=True)
    server = wire(answer(429, content=b"limit exceeded\n", kind="text/plain", Retry_After=date), OK)

    get(open_transport(server.url))

    assert len(server.requests) == 2
    assert least <= sum(pauses) <= most


@pytest.mark.parametrize("header", ["Retry_After", "X_Ratelimit_Reset"])
def test_a_pause_of_hours_is_not_waited_for(wire, open_transport, pauses, header):
    server = wire(answer(429, content=b"limit exceeded\n", kind="text/plain", **{header: "3600"}))

    with pytest.raises(TooManyRequests) as caught:
        get(open_transport(server.url))

    assert_helpful(caught.value, "get_user", "RateLimitSettings")
    assert (caught.value.status, caught.value.error_id, caught.value.retry_after) == (429, "", 3600)
    assert (len(server.requests), pauses) == (1, [])


def test_a_limit_that_stays_ends_in_an_error(wire, open_transport, pauses):
    server = wire(answer(429, content=b"limit exceeded\n", kind="text/plain", Retry_After="1"))

    with pytest.raises(TooManyRequests):
        create(open_transport(server.url, retries=3))

    assert (len(server.requests), len(pauses)) == (4, 3)


def test_threads_wait_together_for_the_limit(wire):
    server = wire(answer(429, content=b"limit exceeded\n", kind="text/plain", Retry_After="5"), OK)
    slept = []
    limited, release = threading.Event(), threading.Event()

    def sleep(seconds):
        slept.append((threading.get_ident(), seconds))
        limited.set()
        release.wait(10)

    transport = Transport(Endpoint(server.url), sleep=sleep)
    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(get, transport)
        assert limited.wait(10)
        others = [pool.submit(get, transport) for _unused in range(2)]
        while len(slept) < 3 and not all(other.done() for other in others):
            time.sleep(0.001)
        requests_while_limited = len(server.requests)
        release.set()
        assert [future.result().data for future in (first, *others)] == [{"status": "OK"}] * 3
    transport.close()

    assert requests_while_limited == 1
    assert len({thread for thread, _seconds in slept}) == 3
    assert all(4 < seconds < 5.3 for _thread, seconds in slept)


UNAVAILABLE = [answer(status, content=b"<html>Bad gateway</html>", kind="text/html") for status in (502, 503, 504, 520, 524)]
UNAVAILABLE.append(answer(503, {"id": "api.context.server_busy.app_error", "message": "Busy.", "status_code": 503}))
LOST = [
    RESET,
    CLOSE,
    Cut(b"HTTP/1.1 200 OK\r\nContent-"),
    Cut(OK[:-5]),
    Cut(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"a"'),
    Cut(b'HTTP/1.1 200 OK\r\n\r\n{"id": "m'),
    answer(content=b"nope", Content_Encoding="gzip"),
    Cut(b"no http at all\r\n\r\n"),
]


@pytest.mark.parametrize(
    ("step", "kind"), [*((step, ServerUnavailable) for step in UNAVAILABLE), *((step, AnswerLost) for step in LOST)]
)
class TestLostOutcome:
    """The server may have carried out the request, or not."""

    def test_a_read_is_repeated(self, wire, open_transport, pauses, step, kind):
        server = wire(step, step, OK)

        assert get(open_transport(server.url)).data == {"status": "OK"}
        assert len(server.requests) == 3
        assert len(pauses) == 2
        assert 0.3 < pauses[0] < 0.7 < pauses[1] < 1.3

    def test_it_is_not_repeated_for_ever(self, wire, open_transport, pauses, step, kind):
        server = wire(step)

        with pytest.raises(kind) as caught:
            get(open_transport(server.url, retries=2))

        assert caught.value.outcome_unknown
        assert (len(server.requests), len(pauses)) == (3, 2)

    def test_a_write_that_must_not_be_repeated_is_sent_once(self, wire, open_transport, pauses, step, kind):
        server = wire(step)

        with pytest.raises(kind) as caught:
            create(open_transport(server.url))

        assert caught.value.__class__ is kind
        assert caught.value.outcome_unknown
        assert_helpful(caught.value, "create_user")
        assert PASSWORD not in everything_shown(caught.value)
        assert (len(server.requests), pauses) == (1, [])


@pytest.mark.parametrize(
    "step",
    [
        answer(500, content=b"<html>Error</html>", kind="text/html"),
        answer(500, content=b"error", kind="text/plain"),
        answer(500, {"error": "out of memory"}),
        answer(400, {"id": "gateway.refused", "message": "No."}),
        answer(404, content=b"404 page not found", kind="text/plain"),
        answer(200, content=b"<html>Welcome</html>", kind="text/html"),
        answer(201, content=b'{"id": "x', kind="application/json"),
        answer(204, content=b""),
    ],
)
def test_an_answer_that_mattermost_does_not_give_leaves_the_outcome_of_a_write_unknown(wire, open_transport, pauses, step):
    server = wire(step)

    with pytest.raises(MattermostError) as caught:
        create(open_transport(server.url))

    assert caught.value.outcome_unknown
    assert (len(server.requests), pauses) == (1, [])


@pytest.mark.parametrize(
    "step",
    [
        answer(302, {}, Location="https://login.example.com/"),
        answer(429, content=b"limit exceeded", kind="text/plain"),
        answer(500, {"id": "app.user.save.app_error", "message": "No.", "status_code": 500}),
    ],
)
def test_a_refusal_leaves_no_doubt(wire, open_transport, step):
    with pytest.raises(MattermostError) as caught:
        create(open_transport(wire(step).url, retries=0))

    assert not caught.value.outcome_unknown


@pytest.mark.parametrize("step", [HANG, Stall(OK[:-5])])
def test_a_server_that_keeps_waiting(wire, open_transport, pauses, step):
    server = wire(step, step, OK)
    transport = open_transport(server.url, read_timeout=0.05)

    with pytest.raises(AnswerLost) as caught:
        create(transport)
    assert_helpful(caught.value, "create_user", "0.05 seconds", "timeout")
    assert caught.value.outcome_unknown
    assert len(server.requests) == 1

    assert get(transport).data == {"status": "OK"}
    assert (len(server.requests), len(pauses)) == (3, 1)


@pytest.mark.parametrize("send", [get, create])
def test_no_connection_is_tried_again_as_nothing_was_done(open_transport, pauses, send):
    url = f"http://127.0.0.1:{free_port()}"

    with pytest.raises(ServerUnreachable) as caught:
        send(open_transport(url))

    assert_helpful(caught.value, url, "connection refused", "api_url")
    assert not caught.value.outcome_unknown
    assert len(pauses) == 4
    assert pauses == sorted(pauses)


def test_a_server_that_starts_late_is_reached(wire, pauses):
    port = free_port()
    started = []

    def sleep(_seconds):
        server = HTTPServer(host="127.0.0.1", port=port)
        server.expect_request("/api/v4/users").respond_with_json({"id": "new"}, status=201)
        server.start()
        started.append(server)

    transport = Transport(Endpoint(f"http://127.0.0.1:{port}"), sleep=sleep)
    try:
        assert create(transport).data == {"id": "new"}
    finally:
        transport.close()
        for server in started:
            server.stop()


def test_an_unknown_host_name_is_said_so(open_transport, monkeypatch):
    def unknown(*_arguments, **_more):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    with pytest.raises(ServerUnreachable) as caught:
        get(open_transport("http://chat.invalid", retries=0))

    assert_helpful(caught.value, "http://chat.invalid", "name is not known", "api_url")


def test_an_error_that_the_caller_was_handling_does_not_change_the_cause(open_transport):
    """Exceptions are chained: the search for a cause must end before those of the caller."""
    transport = open_transport(f"http://127.0.0.1:{free_port()}", retries=0)

    def while_handling():
        try:
            raise NotFound("get_user", 404, "app.user.missing_account.const")
        except NotFound:
            get(transport)

    with pytest.raises(ServerUnreachable, match="connection refused"):
        while_handling()


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 500, 501])
def test_other_errors_are_not_repeated(wire, open_transport, pauses, status):
    server = wire(answer(status, {"id": "some.id", "message": "Some text.", "status_code": status}))

    with pytest.raises(RequestRejected) as caught:
        get(open_transport(server.url))

    assert not caught.value.outcome_unknown
    assert (len(server.requests), pauses) == (1, [])


# ---- answers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("data", [{"a": "ü"}, [], [1], None, "text"])
def test_json_of_any_kind_is_data(wire, open_transport, data):
    server = wire(answer(200, data))

    assert get(open_transport(server.url)).data == data


def test_a_picture_is_bytes(wire, open_transport):
    server = wire(answer(200, content=b"\x89PNG\r\n", kind="image/png"))

    assert get(open_transport(server.url)).data == b"\x89PNG\r\n"


def test_headers_are_found_in_any_case(wire, open_transport):
    """Proxies that speak HTTP/2 to the server hand on names in lower case."""
    server = wire(answer(200, {}, token="session", x_version_id="7.6.0.x.y.true"))

    headers = get(open_transport(server.url)).headers

    assert (headers.get("Token"), headers.get("X-Version-Id")) == ("session", "7.6.0.x.y.true")


def test_an_answer_shows_no_secret_when_it_is_printed(wire, open_transport):
    server = wire(answer(200, {"secret": "MFAS3CR3T"}, Token="s3ss10n"))

    shown = repr(get(open_transport(server.url)))

    assert "MFAS3CR3T" not in shown
    assert "s3ss10n" not in shown


@pytest.mark.parametrize(
    ("content", "kind", "words"),
    [
        (b"<html><title>Sign in</title></html>", "text/html; charset=utf-8", ["web page"]),
        (b"", "application/json", ["other than JSON"]),
        (b"", "", ["other than JSON"]),
        (b"{", "application/json", ["other than JSON"]),
        (b"\xff\xfe", "application/json", ["other than JSON"]),
        (b"[" * 100000, "application/json", ["other than JSON"]),
    ],
)
@pytest.mark.parametrize("status", [200, 201, 204])
def test_a_good_answer_other_than_json_is_not_from_mattermost(wire, open_transport, pauses, status, content, kind, words):
    server = wire(answer(status, content=b"" if status == 204 else content, kind=kind))

    with pytest.raises(UnexpectedAnswer) as caught:
        get(open_transport(server.url))

    assert_helpful(caught.value, "get_user", server.url, "api_url", "proxy", *([] if status == 204 else words))
    assert (len(server.requests), pauses) == (1, [])


@pytest.mark.parametrize("status", [400, 401, 403, 404, 407, 500])
def test_a_web_page_as_an_error_is_not_of_mattermost(wire, open_transport, status):
    server = wire(answer(status, content=b"<html>Access denied</html>", kind="text/html"))

    with pytest.raises((UnexpectedAnswer, OperationNotAvailable)) as caught:
        get(open_transport(server.url))

    assert_helpful(caught.value, "get_user", "api_url")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"404 page not found", "text/plain"),
        (b'{"error": "not found"}', "application/json"),
        (b"", ""),
        (b"[]", "application/json"),
        (b'{"id": 7}', "application/json"),
        (b"<html></html>", "text/html"),
    ],
)
def test_a_404_of_another_server_does_not_mean_that_a_user_is_missing(wire, open_transport, content, kind):
    server = wire(answer(404, content=content, kind=kind))

    with pytest.raises(MattermostError) as caught:
        get(open_transport(server.url))

    assert not isinstance(caught.value, NotFound)
    assert_helpful(caught.value, "api_url")


def test_a_request_too_large_for_a_proxy_is_explained(wire, open_transport):
    server = wire(answer(413, content=b"<html>413</html>", kind="text/html"))

    with pytest.raises(RequestRejected) as caught:
        create(open_transport(server.url))

    assert_helpful(caught.value, "larger than", "Send less")
    assert caught.value.status == 413


@pytest.mark.parametrize("separator", ["", "\n", " "])
def test_the_error_after_a_list_is_found(wire, open_transport, separator):
    """Some errors of the server come after the good answer that it had begun."""
    error = {
        "id": "api.context.invalid_url_param.app_error",
        "message": "Invalid inactive.",
        "request_id": "r1",
        "status_code": 400,
    }
    server = wire(answer(400, content=(json.dumps([{"id": "first"}]) + separator + json.dumps(error)).encode()))

    with pytest.raises(RequestRejected) as caught:
        get(open_transport(server.url))

    assert (caught.value.error_id, caught.value.request_id) == (error["id"], "r1")
    assert "Invalid inactive" in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"plain words", b"\xff", b"null", b'"text"', b'{"id": null, "message": 5}', b"[1] ["])
def test_an_error_without_an_id_is_known_by_its_status(wire, open_transport, content):
    server = wire(answer(500, content=content))

    with pytest.raises(RequestRejected) as caught:
        get(open_transport(server.url))

    assert (caught.value.status, caught.value.error_id) == (500, "")
    assert "500" in str(caught.value)


# ---- the endpoint ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "",
        "chat.example.com",
        "ftp://chat.example.com",
        "https://",
        "https://:443",
        "https://[::1",
        "https://chat.example.com:port",
        "https://chat.example.com:0",
        "https://chat .example.com",
        "https://.example.com",
        "https://chat.example.com:99999",
    ],
)
def test_an_address_that_is_none_is_refused(open_transport, url):
    with pytest.raises(InvalidInput) as caught:
        open_transport(url)

    assert_helpful(caught.value, "api_url", "https://chat.example.com")


def test_an_address_that_no_name_server_takes_is_refused(open_transport):
    with pytest.raises(MattermostError) as caught:
        get(open_transport(f"https://{'a' * 64}.example.com", retries=0))

    assert_helpful(caught.value, "get_user", "api_url")


@pytest.mark.parametrize(
    "url",
    [
        "https://bob:pw0rd@chat.example.com",
        "https://chat.example.com?token=pw0rd",
        "https://chat.example.com#pw0rd",
        "https://bob:pw0rd@:x",
        "https://pw0rd@chat.example.com/",
    ],
)
def test_an_address_with_credentials_is_refused_without_showing_them(open_transport, url):
    with pytest.raises(InvalidInput) as caught:
        open_transport(url)

    assert_helpful(caught.value, "api_url")
    assert "pw0rd" not in everything_shown(caught.value)


@pytest.mark.parametrize(
    ("settings", "option"),
    [
        ({"ca_path": "/nowhere/ca.pem"}, "ca_path"),
        ({"client_cert": "/nowhere/cert.pem"}, "client_cert"),
        ({"client_cert": "/", "client_key": "/nowhere/key.pem"}, "client_key"),
        ({"client_key": "/"}, "client_cert"),
        ({"socket": "/nowhere/local.socket"}, "api_socket"),
        ({"read_timeout": 0}, "timeout"),
        ({"connect_timeout": -1}, "connect_timeout"),
        ({"retries": -1}, "retries"),
    ],
)
def test_a_setting_that_cannot_work_is_named(open_transport, settings, option):
    with pytest.raises(InvalidInput, match=option):
        open_transport("https://chat.example.com", **settings)


@pytest.mark.parametrize(
    ("url", "exposes"),
    [
        ("http://chat.example.com", True),
        ("http://10.0.0.1:8065", True),
        ("https://chat.example.com", False),
        ("http://localhost:8065", False),
        ("http://127.0.0.1", False),
        ("http://127.1.2.3", False),
        ("http://[::1]:80", False),
        ("HTTP://chat.example.com", True),
        ("http://127.example.com", True),
    ],
)
def test_plain_http_to_another_host_exposes_the_token(url, exposes):
    assert Endpoint(url).checked().exposes_token is exposes


def test_the_local_socket_exposes_nothing(tmp_path):
    path = tmp_path / "socket"
    path.touch()

    assert not Endpoint(socket=str(path)).checked().exposes_token


# ---- a caller that goes on despite a failure ------------------------------------------------------------------------


def test_a_transport_works_on_after_an_error(wire, open_transport):
    server = wire(RESET, answer(400, {"id": "some.id"}), OK)
    transport = open_transport(server.url)

    for kind in (AnswerLost, RequestRejected):
        with pytest.raises(kind):
            create(transport)

    assert create(transport).data == {"status": "OK"}


def test_a_response_object_of_a_framework_is_understood(httpserver, open_transport):
    """Chunked answers, as behind most proxies, have no length."""
    httpserver.expect_request(ME).respond_with_handler(
        lambda _request: Response((part for part in (b'{"id":', b' "me"}')), content_type="application/json")
    )

    assert get(open_transport(httpserver.url_for(""))).data == {"id": "me"}
