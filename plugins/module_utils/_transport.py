# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP to one Mattermost server: one kept-alive session, TLS, the local socket, retries, typed errors.

Nothing here knows what a user is. The rules that protect the token: it travels only in the ``Authorization`` header of
requests to ``api_url``; redirects are not followed, so no other host can receive it; a .netrc entry never replaces it;
no cookie is kept or sent.
"""

from __future__ import annotations

import email.utils
import json
import os
import random
import socket
import ssl
import threading
import time
import traceback
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.mmops.mattermost.plugins.module_utils._errors import (
    AnswerLost,
    CertificateRejected,
    InvalidInput,
    MattermostError,
    ServerUnreachable,
    TooManyRequests,
    UnexpectedAnswer,
    rejection,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._operations import API_PREFIX

try:
    import requests
    from requests.adapters import HTTPAdapter
    from urllib3.connection import HTTPConnection
    from urllib3.connectionpool import HTTPConnectionPool
    from urllib3.exceptions import ConnectTimeoutError, NewConnectionError
    REQUESTS_IMPORT_ERROR = None
except ImportError:
    REQUESTS_IMPORT_ERROR = traceback.format_exc()
    HTTPAdapter = HTTPConnection = HTTPConnectionPool = object  # type: ignore[misc,assignment]

#: Seconds. A server that asks for a longer pause than this is not waited for.
LONGEST_PAUSE = 60.0

#: Connections kept open. More concurrent requests than this open and close further ones.
POOL_SIZE = 16


@dataclass(frozen=True)
class Endpoint:
    """Where the server is and how to speak to it.

    Either ``url`` or ``socket`` (path of the local mode socket). ``connect_timeout`` and ``read_timeout`` are seconds;
    ``retries`` is how often a request is sent again at most.
    """

    url: str = ""
    socket: str = ""
    validate_certs: bool = True
    ca_path: str = ""
    client_cert: str = ""
    client_key: str = ""
    connect_timeout: float = 10.0
    read_timeout: float = 30.0
    retries: int = 4

    def checked(self) -> Endpoint:
        """The same endpoint with a normalised ``url``. Raises ``InvalidInput`` that names the wrong option."""
        for option, path in (("ca_path", self.ca_path), ("client_cert", self.client_cert),
                             ("client_key", self.client_key), ("api_socket", self.socket)):
            if path and not os.path.exists(path):
                raise InvalidInput(f"{option}: there is no file {path}", "Correct the path on the host that runs the task")
        if self.client_key and not self.client_cert:
            raise InvalidInput("client_key is given without client_cert", "Give both, or a client_cert that holds both")
        for option, seconds in (("timeout", self.read_timeout), ("connect_timeout", self.connect_timeout)):
            if seconds <= 0:
                raise InvalidInput(f"{option} must be more than 0 seconds")
        if self.retries < 0:
            raise InvalidInput("retries must not be negative")
        if self.socket:
            return self
        try:
            parts = urlsplit(self.url)
            valid = parts.scheme in ("http", "https") and parts.hostname and (parts.port is None or parts.port > 0)
        except ValueError:
            valid = False
        # The value is not shown: it may hold a password.
        if not valid:
            raise InvalidInput("api_url is not an http or https address", "Give it like https://chat.example.com")
        if "@" in parts.netloc or parts.query or parts.fragment:
            raise InvalidInput("api_url must not hold a user, a password, a query or a fragment",
                               "Give the plain address, and the credentials in api_token or api_login_id and api_password")
        url = f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"
        if url.endswith(API_PREFIX):
            url = url[:-len(API_PREFIX)]
        return Endpoint(url, "", self.validate_certs, self.ca_path, self.client_cert, self.client_key,
                        self.connect_timeout, self.read_timeout, self.retries)

    @property
    def exposes_token(self) -> bool:
        """Whether a token would travel unencrypted over a network."""
        if self.socket or not self.url.startswith("http://"):
            return False
        host = urlsplit(self.url).hostname or ""
        return host not in ("localhost", "::1") and not host.startswith("127.")


@dataclass(frozen=True)
class Answer:
    """A good answer. ``data`` is the decoded JSON, or the bytes of a picture."""

    status: int
    headers: dict
    data: Any


class _UnixConnection(HTTPConnection):
    """HTTP over a UNIX socket. The path is set by the pool that makes the connection."""

    socket_path = ""

    def _new_conn(self):
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(self.timeout if isinstance(self.timeout, (int, float)) else None)
        try:
            connection.connect(self.socket_path)
        except OSError as error:
            connection.close()
            raise NewConnectionError(self, os.strerror(error.errno or 0)) from error
        return connection


class _UnixPool(HTTPConnectionPool):
    def __init__(self, path: str):
        super().__init__("localhost", maxsize=POOL_SIZE)
        self.ConnectionCls = type("_UnixConnection", (_UnixConnection,), {"socket_path": path})


class _UnixAdapter(HTTPAdapter):
    """Sends every request to one UNIX socket."""

    def __init__(self, path: str):
        self._pool = _UnixPool(path)
        super().__init__()

    def get_connection_with_tls_context(self, request, verify, proxies=None, cert=None):
        return self._pool

    def get_connection(self, url, proxies=None):    # requests before 2.32
        return self._pool

    def close(self):
        self._pool.close()
        super().close()


class Transport:
    """Sends requests to one server. May be shared by threads.

    ``token`` is the session token or personal access token that requests carry; ``None`` sends none.
    ``user_agent`` names the program to the server. ``sleep`` waits for seconds; tests replace it.
    """

    def __init__(self, endpoint: Endpoint, user_agent: str = "mmops.mattermost", sleep=time.sleep):
        self.endpoint = endpoint.checked()
        self.token: str | None = None
        self._sleep = sleep
        self._lock = threading.Lock()
        self._resume_at = 0.0
        self._session = requests.Session()
        self._session.headers.update({"User-Agent": user_agent, "Accept": "application/json, image/*"})
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        # Any callable keeps requests from looking into .netrc.
        self._session.auth = lambda request: request
        if self.endpoint.socket:
            self._base = "http://localhost"
            self._session.trust_env = False     # no proxy lies between here and a socket
            self._session.mount("http://", _UnixAdapter(self.endpoint.socket))
        else:
            self._base = self.endpoint.url
            adapter = HTTPAdapter(pool_connections=1, pool_maxsize=POOL_SIZE)
            self._session.mount("http://", adapter)
            self._session.mount("https://", adapter)
        verify: bool | str = self.endpoint.ca_path or True
        if not self.endpoint.validate_certs:
            verify = False
        certificate: Any = self.endpoint.client_cert or None
        if self.endpoint.client_key:
            certificate = (self.endpoint.client_cert, self.endpoint.client_key)
        # Once for all requests: it reads the environment for proxies and certificates.
        self._settings = self._session.merge_environment_settings(self._base, {}, None, verify, certificate)
        if not self.endpoint.validate_certs:
            self._settings["verify"] = False    # REQUESTS_CA_BUNDLE must not switch validation on again

    @property
    def local(self) -> bool:
        """Whether this is the local mode socket, where every caller is an administrator."""
        return bool(self.endpoint.socket)

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def send(self, operation: str, method: str, path: str, query=None, body=None, file=None, repeatable: bool = False,
             token=Ellipsis) -> Answer:
        """Send a request, repeat it where that is safe, and return the good answer.

        ``operation`` is the name for errors. ``body`` becomes JSON, ``file`` is a tuple of form field, file name and
        bytes. ``token`` replaces the token of this transport (``None``: none) for this request.

        Raises a ``MattermostError``. A request is repeated after 429 or when no connection came about, as then nothing
        was done; after a lost answer, 502, 503 and 504 only if ``repeatable``.
        """
        headers = {}
        token = self.token if token is Ellipsis else token
        if token and not self.local:
            headers["Authorization"] = f"Bearer {token}"
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        files = None if file is None else {file[0]: (file[1], file[2])}
        request = self._session.prepare_request(requests.Request(
            method, self._base + path, params=query, headers=headers, data=data, files=files))
        attempt = 0
        while True:
            self._wait_for_turn()
            try:
                return self._exchange(operation, request)
            except MattermostError as error:
                pause = self._pause(error, attempt, repeatable)
                if pause is None:
                    raise
            attempt += 1
            self._sleep(pause)

    def _exchange(self, operation, request) -> Answer:
        timeout = (self.endpoint.connect_timeout, self.endpoint.read_timeout)
        try:
            response = self._session.send(request, timeout=timeout, allow_redirects=False, **self._settings)
        except requests.RequestException as error:
            # Without the original: its text may hold the address of a proxy with a password.
            raise self._failure(error, operation) from None
        return self._read(response, operation)

    def _failure(self, error, operation) -> MattermostError:
        where = self.endpoint.socket or self.endpoint.url
        if isinstance(error, requests.exceptions.SSLError):
            return CertificateRejected(f"TLS with {where} failed: {_tls_reason(error)}",
                                       "Correct api_url, name the certificate authority in ca_path, or give client_cert",
                                       operation)
        if isinstance(error, requests.exceptions.ProxyError):
            return ServerUnreachable(f"the proxy to {where} cannot be reached or refuses",
                                     "Check the proxy variables of the environment (https_proxy, no_proxy)", operation)
        if isinstance(error, requests.exceptions.ConnectTimeout):
            return ServerUnreachable(f"no connection to {where} within {self.endpoint.connect_timeout:g} seconds",
                                     "Check api_url and the network, or raise connect_timeout", operation)
        if isinstance(error, requests.exceptions.ReadTimeout):
            return AnswerLost(f"no answer from {where} within {self.endpoint.read_timeout:g} seconds",
                              "Run the task again, or raise timeout", operation)
        cause = _root_cause(error)
        if isinstance(cause, (NewConnectionError, ConnectTimeoutError)):
            unknown = isinstance(_original(cause), socket.gaierror)
            reason = "the name is not known" if unknown else "connection refused or no route"
            return ServerUnreachable(f"no connection to {where}: {reason}",
                                     "Check api_url (or api_socket), the network, and that the server runs", operation)
        if isinstance(error, (requests.exceptions.ConnectionError, requests.exceptions.ChunkedEncodingError,
                              requests.exceptions.ContentDecodingError)):
            return AnswerLost(f"the connection to {where} broke before the answer was complete",
                              "Run the task again", operation)
        return UnexpectedAnswer(f"the request to {where} failed ({type(error).__name__})", "Check api_url", operation)

    def _read(self, response, operation) -> Answer:
        status = response.status_code
        kind = response.headers.get("Content-Type", "").split(";")[0].strip().lower()
        if status < 300 and kind.startswith("image/"):
            return Answer(status, dict(response.headers), response.content)
        if 300 <= status < 400:
            raise UnexpectedAnswer(f"the server redirects to {_address(response.headers.get('Location', 'nowhere'))}",
                                   "Put the final address of the server into api_url", operation)
        try:
            data = json.loads(response.content)
        except ValueError:
            data = None
        if status >= 400:
            details = data if isinstance(data, dict) else {}
            error = rejection(operation, status, *(_text(details.get(key)) for key in ("id", "message", "request_id")))
            if isinstance(error, TooManyRequests):
                error.retry_after = _retry_after(response.headers)
            elif not error.error_id and error.status not in (502, 503, 504) and kind == "text/html":
                raise UnexpectedAnswer(f"HTTP status {status} with a web page instead of an answer of Mattermost",
                                       "Check api_url, and whether a proxy stands before the server", operation)
            raise error
        if data is None and response.content.strip() != b"null":
            what = "a web page" if kind == "text/html" else "something that is no JSON"
            raise UnexpectedAnswer(f"{self.endpoint.url or self.endpoint.socket} answered with {what}",
                                   "Check api_url, and whether a proxy or a login page stands before the server", operation)
        return Answer(status, dict(response.headers), data)

    def _pause(self, error, attempt, repeatable) -> float | None:
        """Seconds to wait before the request is sent again; ``None`` if it must not be."""
        refused = isinstance(error, (ServerUnreachable, TooManyRequests)) and not isinstance(error, CertificateRejected)
        if attempt >= self.endpoint.retries or not (refused or (repeatable and error.outcome_unknown)):
            return None
        pause = min(0.5 * 2 ** attempt, LONGEST_PAUSE) * random.uniform(0.75, 1.25)  # noqa: S311  jitter is no secret
        if isinstance(error, TooManyRequests):
            if error.retry_after is not None:
                if error.retry_after > LONGEST_PAUSE:
                    return None
                pause = error.retry_after + random.uniform(0.0, 0.25)  # noqa: S311  jitter is no secret
            with self._lock:    # the limit holds for all threads, so let them all wait
                self._resume_at = max(self._resume_at, time.monotonic() + pause)
        return pause

    def _wait_for_turn(self):
        with self._lock:
            wait = self._resume_at - time.monotonic()
        if wait > 0:
            self._sleep(wait)


def _text(value) -> str:
    return value if isinstance(value, str) else ""


def _retry_after(headers) -> float | None:
    """Seconds that the server asks to wait: ``Retry-After`` (seconds or a date), else ``X-Ratelimit-Reset`` (seconds)."""
    for name in ("Retry-After", "X-Ratelimit-Reset"):
        value = headers.get(name, "").strip()
        if value.isdigit():
            return float(value)
        moment = email.utils.parsedate_to_datetime(value).timestamp() if value.count(" ") >= 4 else None
        if moment is not None:
            return max(0.0, moment - time.time())
    return None


def _address(location: str) -> str:
    """An address without what may be secret in it."""
    parts = urlsplit(location)
    return f"{parts.scheme}://{parts.hostname}{parts.path}" if parts.hostname else parts.path


def _root_cause(error):
    """The urllib3 exception inside one of requests."""
    inner = error.args[0] if error.args else None
    return getattr(inner, "reason", inner)


def _original(error):
    """The exception of the operating system behind one of urllib3."""
    while error.__cause__ is not None or error.__context__ is not None:
        error = error.__cause__ or error.__context__
    return error


def _tls_reason(error) -> str:
    cause = _original(error)
    if isinstance(cause, ssl.SSLCertVerificationError):
        return cause.verify_message.rstrip(".")
    if isinstance(cause, ssl.SSLError) and cause.reason:
        return cause.reason.replace("_", " ").lower()
    return "no common protocol or a rejected certificate"
