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
import re
import socket
import ssl
import threading
import time
import traceback
import warnings
from dataclasses import dataclass, field, replace
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.mmops.mattermost.plugins.module_utils._api.error_meanings import explain
from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import (
    AnswerLost,
    CertificateRejected,
    InvalidInput,
    MattermostError,
    Redirected,
    ServerUnreachable,
    TooManyRequests,
    UnexpectedAnswer,
    rejection,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._api.operation import API_PREFIX, MOST_CONNECTIONS

try:
    import requests
    from requests.adapters import HTTPAdapter
    from urllib3.connection import HTTPConnection
    from urllib3.connectionpool import HTTPConnectionPool
    from urllib3.exceptions import ConnectTimeoutError, HTTPError, InsecureRequestWarning, NewConnectionError, ReadTimeoutError

    REQUESTS_IMPORT_ERROR = None
except ImportError:
    REQUESTS_IMPORT_ERROR = traceback.format_exc()
    HTTPAdapter = HTTPConnection = HTTPConnectionPool = object  # type: ignore[misc,assignment]

#: Seconds. A server that asks for a longer pause than this is not waited for.
LONGEST_PAUSE = 60.0

#: Seconds. Longer ones are a mistake, and more than the operating system can wait.
LONGEST_TIMEOUT = 86400

MOST_RETRIES = 100


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
        self._check_options()
        return self if self.socket else replace(self, url=_plain_address(self.url), socket="")

    def _check_options(self) -> None:
        for option, path in (
            ("ca_path", self.ca_path),
            ("client_cert", self.client_cert),
            ("client_key", self.client_key),
            ("api_socket", self.socket),
        ):
            if path and not os.path.exists(path):
                raise InvalidInput(f"{option}: there is no file {path}", "Correct the path on the host that runs the task")
        if self.client_key and not self.client_cert:
            raise InvalidInput("client_key is given without client_cert", "Give both, or a client_cert that holds both")
        for option, seconds in (("timeout", self.read_timeout), ("connect_timeout", self.connect_timeout)):
            if not 0 < seconds <= LONGEST_TIMEOUT:
                raise InvalidInput(f"{option} must be more than 0 and at most {LONGEST_TIMEOUT} seconds")
        if not 0 <= self.retries <= MOST_RETRIES:
            raise InvalidInput(f"retries must be between 0 and {MOST_RETRIES}")

    def check_certificates(self) -> None:
        """Say now which file is wrong. The libraries that would find out later do not tell."""
        if not self.url.startswith("https:"):
            return
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        if self.ca_path and self.validate_certs and os.path.isfile(self.ca_path):
            try:
                context.load_verify_locations(self.ca_path)
            except (ssl.SSLError, OSError) as error:
                raise InvalidInput(
                    f"ca_path: {self.ca_path} {_why_unusable(error, 'holds no certificate')}",
                    "Give a file with certificates of authorities in PEM",
                ) from None
        if not self.client_cert:
            return
        locked: list = []

        def passphrase() -> str:  # without it, OpenSSL would ask the terminal, and wait
            locked.append(True)
            return ""

        try:
            context.load_cert_chain(self.client_cert, self.client_key or None, passphrase)
        except (ssl.SSLError, OSError, ValueError) as error:
            raise self._unusable_certificate(error, bool(locked)) from None

    def _unusable_certificate(self, error, locked: bool) -> InvalidInput:
        option = "client_key" if self.client_key else "client_cert"
        where = self.client_key or self.client_cert
        if locked:
            return InvalidInput(f"{option}: the key in {where} is protected by a passphrase", "Give a key without one")
        if getattr(error, "reason", "") == "KEY_VALUES_MISMATCH":
            return InvalidInput(
                f"{option}: the key in {where} is not that of the certificate in client_cert",
                "Give the key that the certificate was made for",
            )
        what = f"{self.client_cert} " + (f"or {self.client_key} " if self.client_key else "")
        return InvalidInput(
            f"client_cert: {what}{_why_unusable(error, 'does not hold a certificate and its key')}",
            "Give a certificate in PEM, and its key in the same file or in client_key",
        )

    @property
    def exposes_token(self) -> bool:
        """Whether a token would travel unencrypted over a network."""
        if self.socket or not self.url.startswith("http://"):
            return False
        host = urlsplit(self.url).hostname or ""
        return host not in ("localhost", "::1") and not re.fullmatch(r"127(\.\d+){3}", host)


def _plain_address(address: str) -> str:
    """The address without what stands beside it. Raises ``InvalidInput``, which does not show it: it may hold a password."""
    if re.search(r"[\x00-\x20\x7f]", address.strip(" ")):  # the parser would drop some of them
        raise InvalidInput(
            "api_url is not an http or https address: it holds a blank, a line break or a control character",
            "Give it like https://chat.example.com",
        )
    try:
        parts = urlsplit(address)
        valid = (
            parts.scheme in ("http", "https")
            and (parts.port is None or parts.port > 0)
            and re.fullmatch(r"[^\s.]+(\.[^\s.]+)*\.?", parts.hostname or "")
        )
    except ValueError:
        valid = False
    if not valid:
        raise InvalidInput("api_url is not an http or https address", "Give it like https://chat.example.com")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise InvalidInput(
            "api_url must not hold a user, a password, a query or a fragment",
            "Give the plain address, and the credentials in api_token or api_login_id and api_password",
        )
    url = f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"
    if url.endswith(API_PREFIX):
        url = url[: -len(API_PREFIX)]
    return url


@dataclass(frozen=True)
class Answer:
    """A good answer. ``data`` is the decoded JSON, or the bytes of a picture. ``headers`` ignores case.

    Both may hold secrets, so neither shows in ``repr``.
    """

    status: int
    headers: Any = field(repr=False)
    data: Any = field(repr=False)

    @property
    def session_token(self) -> str | None:
        """The token of the session that a login has begun."""
        return self.headers.get("Token")

    @property
    def server_time(self) -> float | None:
        """The time of the server when it answered, in seconds since 1970; ``None`` if it does not tell."""
        try:
            return email.utils.parsedate_to_datetime(self.headers["Date"]).timestamp()
        except (KeyError, TypeError, ValueError, OverflowError):
            return None


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
        super().__init__("localhost", maxsize=MOST_CONNECTIONS)
        self.ConnectionCls = type("_UnixConnection", (_UnixConnection,), {"socket_path": path})


class _UnixAdapter(HTTPAdapter):
    """Sends every request to one UNIX socket."""

    def __init__(self, path: str):
        self._pool = _UnixPool(path)
        super().__init__()

    def get_connection_with_tls_context(self, request, verify, proxies=None, cert=None):
        return self._pool

    def get_connection(self, url, proxies=None):  # requests before 2.32
        return self._pool

    def close(self):
        self._pool.close()
        super().close()


def _new_session(user_agent: str) -> requests.Session:
    session = requests.Session()
    session.headers.update({"User-Agent": user_agent, "Accept": "application/json, image/*"})
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    # Not even worked out: what a redirect names may not be an address at all.
    session.get_redirect_target = lambda response: None  # type: ignore[assignment,method-assign]
    # Any callable keeps requests from looking into .netrc.
    session.auth = lambda request: request
    return session


class Transport:
    """Sends requests to one server. May be shared by threads.

    ``token`` is the session token or personal access token that requests carry; ``None`` sends none.
    ``user_agent`` names the program to the server. ``sleep`` waits for seconds; tests replace it.
    """

    def __init__(self, endpoint: Endpoint, user_agent: str = "mmops.mattermost", sleep=time.sleep):
        self.endpoint = endpoint.checked()
        self.token: str | None = None
        self._certificates_checked = False
        #: Whether requests are repeated.
        self.patient = True
        self._sleep = sleep
        self._lock = threading.Lock()
        self._resume_at = 0.0
        self._session = _new_session(user_agent)
        if self.endpoint.socket:
            self._base = "http://localhost"
            self._session.trust_env = False  # no proxy lies between here and a socket
            self._session.mount("http://", _UnixAdapter(self.endpoint.socket))
        else:
            self._base = self.endpoint.url
            adapter = HTTPAdapter(pool_connections=1, pool_maxsize=MOST_CONNECTIONS)
            self._session.mount("http://", adapter)
            self._session.mount("https://", adapter)
        self._settings = self._from_environment()

    def _from_environment(self):
        """The settings of all requests, worked out once: the environment names proxies and certificates."""
        verify: bool | str = self.endpoint.ca_path or True
        if not self.endpoint.validate_certs:
            verify = False
        certificate: Any = self.endpoint.client_cert or None
        if self.endpoint.client_key:
            certificate = (self.endpoint.client_cert, self.endpoint.client_key)
        try:
            requests.Request("GET", self._base).prepare()
        except (requests.RequestException, ValueError):
            raise InvalidInput("api_url is not an http or https address", "Give it like https://chat.example.com") from None
        settings = self._session.merge_environment_settings(self._base, {}, None, verify, certificate)
        if not self.endpoint.validate_certs:
            settings["verify"] = False  # REQUESTS_CA_BUNDLE must not switch validation on again
            warnings.simplefilter("ignore", InsecureRequestWarning)  # the user has chosen; once per request is noise
        bundle = settings["verify"]
        if isinstance(bundle, str) and not os.path.exists(bundle) and self._base.startswith("https:"):
            raise InvalidInput(
                f"REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE: there is no file {bundle}",
                "Correct the variable on the host that runs the task, or give ca_path",
            )
        return settings

    @property
    def exposure(self) -> str:
        """Where a token would travel unencrypted; empty if nowhere."""
        if self.endpoint.exposes_token:
            return "api_url is plain http: credentials and tokens travel unencrypted over the network"
        if self._base.startswith("http://") and requests.utils.select_proxy(self._base, self._settings["proxies"]):
            return (
                "api_url is plain http, and a proxy of the environment (http_proxy) gets credentials and tokens unencrypted: "
                "add the host to no_proxy"
            )
        return ""

    @property
    def local(self) -> bool:
        """Whether this is the local mode socket, where every caller is an administrator."""
        return bool(self.endpoint.socket)

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def send(
        self, operation: str, method: str, path: str, query=None, body=None, file=None, repeatable: bool = False, token=Ellipsis
    ) -> Answer:
        """Send a request, repeat it where that is safe, and return the good answer.

        ``operation`` is the name for errors. ``body`` becomes JSON, ``file`` is a tuple of form field, file name and
        bytes. ``token`` replaces the token of this transport (``None``: none) for this request.

        Raises a ``MattermostError``. A request is repeated after 429 or when no connection came about, as then nothing
        was done; after a lost answer, or where the server is not available, only if ``repeatable``.
        """
        if not self._certificates_checked:
            self.endpoint.check_certificates()
            self._certificates_checked = True
        headers = {}
        token = self.token if token is Ellipsis else token
        if token and not self.local:
            headers["Authorization"] = f"Bearer {token}"
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        files = None if file is None else {file[0]: (file[1], file[2])}
        request = self._session.prepare_request(
            requests.Request(method, self._base + path, params=query, headers=headers, data=data, files=files)
        )
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
            if pause:
                self._sleep(pause)

    def _exchange(self, operation, request) -> Answer:
        timeout = (self.endpoint.connect_timeout, self.endpoint.read_timeout)
        try:
            response = self._session.send(request, timeout=timeout, allow_redirects=False, **self._settings)
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            # Without the original: its text may hold the address of a proxy with a password.
            raise self._failure(error, operation) from None
        length = response.headers.get("Content-Length", "")
        if length.isdecimal() and response.raw.tell() < int(length):  # urllib3 before 2 takes it for complete
            raise self._lost(operation)
        return self._read(response, operation)

    def _lost(self, operation) -> MattermostError:
        where = self.endpoint.socket or self.endpoint.url
        # A server that refuses a client certificate may be gone before its reason arrives.
        doubt = ", and check that client_cert is still valid" if self.endpoint.client_cert else ""
        reason = f"the connection to {where} broke before the answer was complete"
        return AnswerLost(reason, f"Run the task again{doubt}", operation)

    def _failure(self, error, operation) -> MattermostError:
        where = self.endpoint.socket or self.endpoint.url
        original = _original(error)
        if isinstance(original, ssl.SSLEOFError):
            return self._lost(operation)
        if isinstance(error, requests.exceptions.SSLError):
            reason, remedy = _tls_reason(error)
            return CertificateRejected(f"TLS with {where} failed: {reason}", remedy, operation)
        if isinstance(error, requests.exceptions.ProxyError) and not isinstance(original, ConnectionResetError):
            return ServerUnreachable(
                f"the proxy to {where} cannot be reached or refuses",
                "Check the proxy variables of the environment (http_proxy, https_proxy, no_proxy)",
                operation,
            )
        if isinstance(error, requests.exceptions.ConnectTimeout):
            return ServerUnreachable(
                f"no connection to {where} within {self.endpoint.connect_timeout:g} seconds",
                "Check api_url and the network, or raise connect_timeout",
                operation,
            )
        return self._timeout(error, original, where, operation) or self._broken(error, original, where, operation)

    def _timeout(self, error, original, where, operation) -> MattermostError | None:
        """Nothing came in time, or no connection was made."""
        cause = _root_cause(error)
        if isinstance(error, requests.exceptions.ReadTimeout) or isinstance(cause, ReadTimeoutError):
            return AnswerLost(
                f"no answer from {where} within {self.endpoint.read_timeout:g} seconds",
                "Run the task again, or raise timeout",
                operation,
            )
        if isinstance(cause, (NewConnectionError, ConnectTimeoutError)):
            reason = "connection refused or no route"
            if isinstance(original, socket.gaierror):
                reason = "the name is not known"
            elif isinstance(original, OSError) and original.errno:
                reason = os.strerror(original.errno).lower()
            return ServerUnreachable(
                f"no connection to {where}: {reason}",
                "Check api_url (or api_socket), the network, and that the server runs",
                operation,
            )
        return None

    def _broken(self, error, original, where, operation) -> MattermostError:
        """A connection that broke, or could not be used."""
        if isinstance(
            error,
            (
                requests.exceptions.ConnectionError,
                requests.exceptions.ChunkedEncodingError,
                requests.exceptions.ContentDecodingError,
            ),
        ):
            if isinstance(original, (PermissionError, FileNotFoundError, IsADirectoryError)):
                return InvalidInput(
                    f"a certificate for {where} cannot be read: {os.strerror(original.errno or 0).lower()}",
                    "Correct ca_path, client_cert or client_key",
                    operation,
                )
            return self._lost(operation)
        if not isinstance(error, requests.RequestException) or isinstance(
            error, (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema)
        ):  # socks without PySocks
            return InvalidInput(
                f"the address {where}, that of its proxy, or a certificate cannot be used",
                "Check api_url, the proxy variables of the environment (http_proxy, https_proxy, no_proxy), "
                "ca_path, client_cert and client_key",
                operation,
            )
        return UnexpectedAnswer(f"the request to {where} failed ({type(error).__name__})", "Check api_url", operation)

    def _read(self, response, operation) -> Answer:
        status = response.status_code
        kind = response.headers.get("Content-Type", "").split(";")[0].strip().lower()
        if status < 300 and kind.startswith("image/"):
            return Answer(status, response.headers, response.content)
        if 300 <= status < 400:
            raise Redirected(
                f"the server redirects to {_address(response.headers.get('Location', 'nowhere'))}",
                "Put the final address of the server into api_url",
                operation,
            )
        if status >= 400:
            raise self._rejected(response, kind, operation)
        try:
            data = _json_lines(response.content) if kind == "application/x-ndjson" else json.loads(response.content)
        except (ValueError, RecursionError):
            has_end = "Content-Length" in response.headers or "Transfer-Encoding" in response.headers
            if status != 204 and kind != "text/html" and not has_end:
                raise self._lost(operation) from None  # only the end of the connection told the end of the answer
            what = "a web page" if kind == "text/html" else "something other than JSON"
            raise UnexpectedAnswer(
                f"{self.endpoint.url or self.endpoint.socket} answered with {what}",
                "Check api_url, and whether a proxy or a login page stands before the server",
                operation,
            ) from None
        return Answer(status, response.headers, data)

    @staticmethod
    def _rejected(response, kind, operation) -> MattermostError:
        """What an answer with an error status says."""
        status = response.status_code
        details = _error_details(response.content)
        error = rejection(
            operation,
            status,
            _text(details.get("id")),
            _text(details.get("message")),
            _text(details.get("request_id")),
            # What stands before the server may have an id in its errors as well, but not the status beside it.
            own_form=details.get("status_code") == status,
        )
        error.version_id = response.headers.get("X-Version-Id", "")
        if isinstance(error, TooManyRequests):
            error.retry_after = _retry_after(response.headers)
        elif kind == "text/html" and not error.error_id and not explain("", status).cause:
            return UnexpectedAnswer(
                f"HTTP status {status} with a web page instead of an answer of Mattermost",
                "Check api_url, and whether a proxy stands before the server",
                operation,
            )
        return error

    def _pause(self, error, attempt, repeatable) -> float | None:
        """Seconds to wait before the request is sent again; ``None`` if it must not be."""
        refused = isinstance(error, (ServerUnreachable, TooManyRequests)) and not isinstance(error, CertificateRejected)
        if not self.patient or attempt >= self.endpoint.retries or not (refused or (repeatable and error.transient)):
            return None
        pause = min(0.5 * 2**attempt, LONGEST_PAUSE) * random.uniform(0.75, 1.25)  # noqa: S311  jitter is not a secret
        if isinstance(error, TooManyRequests):
            if error.retry_after is not None:
                if error.retry_after > LONGEST_PAUSE:
                    return None
                pause = error.retry_after + random.uniform(0.0, 0.25)  # noqa: S311  jitter is not a secret
            with self._lock:  # the limit holds for all threads, so let them all wait for their turn
                self._resume_at = max(self._resume_at, time.monotonic() + pause)
            return 0.0
        return pause

    def _wait_for_turn(self):
        with self._lock:
            wait = self._resume_at - time.monotonic()
        if wait > 0:
            self._sleep(wait)


def _why_unusable(error, otherwise) -> str:
    """Why a file with certificates cannot be used."""
    if isinstance(error, OSError) and not isinstance(error, ssl.SSLError):
        return f"cannot be read: {os.strerror(error.errno or 0).lower()}"
    return otherwise


def _text(value) -> str:
    return value if isinstance(value, str) else ""


def _retry_after(headers) -> float | None:
    """Seconds that the server asks to wait: ``Retry-After`` (seconds or a date), else ``X-Ratelimit-Reset`` (seconds)."""
    for name in ("Retry-After", "X-Ratelimit-Reset"):
        value = headers.get(name, "").strip()
        if value.isdecimal():
            return float(value)
        try:
            return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time())
        except (TypeError, ValueError, OverflowError):
            continue
    return None


def _json_lines(content: bytes) -> list:
    """The values of a body with one JSON value a line."""
    return [json.loads(line) for line in content.splitlines() if line.strip()]


def _error_details(content: bytes) -> dict:
    """The error object of an error answer. The server may have written a part of the good answer before it."""
    decoder = json.JSONDecoder()
    details: dict = {}
    try:
        text = content.decode().strip()
        while text:
            value, end = decoder.raw_decode(text)
            if isinstance(value, dict):
                details = value
            text = text[end:].lstrip()
    except (ValueError, RecursionError):
        pass  # what was read before counts
    return details


def _address(location: str) -> str:
    """An address without what may be secret in it."""
    try:
        parts = urlsplit(location)
    except ValueError:
        return "an address that is none"
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}" if parts.netloc else parts.path


def _root_cause(error):
    """The urllib3 exception inside one of requests."""
    inner = error.args[0] if error.args else None
    return getattr(inner, "reason", inner)


def _original(error):
    """The exception of the operating system behind one of requests, ``None`` if there is none.

    The first one: the chain may go on with what the caller was handling when it sent the request.
    """
    while error is not None and (isinstance(error, requests.RequestException) or not isinstance(error, OSError)):
        inner = error.args[0] if error.args and isinstance(error.args[0], OSError) else None  # urllib3 wraps those of TLS
        error = inner or error.__cause__ or error.__context__
    return error


def _tls_reason(error) -> tuple:
    """Why TLS failed, and the way out."""
    cause = _original(error)
    if isinstance(cause, ssl.SSLCertVerificationError):
        reason = cause.verify_message.rstrip(".")
        if "expired" in reason or "not yet valid" in reason:
            return f"the server's {reason}", "Renew the certificate of the server, or correct the clock of this host"
        if "mismatch" in reason.lower():
            return reason, "Correct api_url: it must name the host as the certificate of the server does"
        return reason, (
            "Correct api_url, or name the certificate authority in ca_path "
            "(a directory needs the links that openssl rehash makes)"
        )
    reason = (getattr(cause, "reason", None) or "").upper()
    if "WRONG_VERSION_NUMBER" in reason or "RECORD_LAYER_FAILURE" in reason or "HTTP_REQUEST" in reason:
        return "the server does not speak TLS at this port", "Correct api_url: another port, or http://"
    if "CERTIFICATE_EXPIRED" in reason:
        return "the server says that client_cert has expired", "Renew it"
    if "CERTIFICATE_REQUIRED" in reason or "HANDSHAKE_FAILURE" in reason:
        return "the server wants a client certificate, or has no protocol in common", "Give client_cert and client_key"
    if "ALERT" in reason and ("CERTIFICATE" in reason or "UNKNOWN_CA" in reason):
        return "the server does not accept client_cert", "Give a certificate of an authority that the server trusts"
    return (
        reason.replace("_", " ").lower() or "no common protocol or a rejected certificate",
        "Correct api_url, name the certificate authority in ca_path, or give client_cert",
    )
