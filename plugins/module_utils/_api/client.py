# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The API by the names of its operations, and how a caller proves who it is."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import quote

from ansible_collections.mmops.mattermost.plugins.module_utils._api.answers import has_form
from ansible_collections.mmops.mattermost.plugins.module_utils._api.error_meanings import (
    ADDRESS_NOT_VERIFIED,
    MFA_CODE_MISSING,
    WRONG_LOGIN,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import (
    InvalidInput,
    MattermostError,
    NotAuthenticated,
    NotFound,
    RequestRejected,
    Stopped,
    UnexpectedAnswer,
    WrongServerVersion,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._api.operation import LARGEST_PAGE, Operation
from ansible_collections.mmops.mattermost.plugins.module_utils._api.operations import OPERATIONS
from ansible_collections.mmops.mattermost.plugins.module_utils._api.server import Server, is_recent
from ansible_collections.mmops.mattermost.plugins.module_utils._api.session_file import SessionFile
from ansible_collections.mmops.mattermost.plugins.module_utils._api.transport import Answer, Transport

_TYPES: dict[str, Any] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "object": dict,
    "array": (list, tuple),
    "binary": (bytes, tuple),
}

# An empty list may come as null.
_ANSWERS: dict = {
    "object": dict,
    "list": (list, type(None)),
    "object or list": (dict, list, type(None)),
    "number": int,
    "picture": bytes,
}


#: The operation that anybody may ask, at no cost, to see the version in the header of the answer.
_PING = "get_ping"


class Authentication:
    """How requests are authenticated. ``begin`` and ``end`` are called around all of them."""

    @property
    def has_session(self) -> bool:
        """Whether the caller has a session that could be ended."""
        return True

    def begin(self, client: Client) -> None:
        """Before the first request."""

    def prepare(self, client: Client, operation: str) -> None:
        """Before each request."""

    def forget(self) -> None:
        """After the caller's own logout."""

    def end(self, client: Client) -> None:
        """After the last request."""


class TokenAuthentication(Authentication):
    """A personal access token or session token that the caller already has."""

    def __init__(self, token: str):
        self._token = token

    def begin(self, client: Client) -> None:
        if not re.fullmatch(r"[!-~]+", self._token):
            raise InvalidInput(
                "api_token holds a character that no token has", "Give the token alone, without blanks and line breaks"
            )
        client.transport.token = self._token


class LoginAuthentication(Authentication):
    """A login with password, and MFA code if the account asks for one. It is logged out at the end."""

    def __init__(self, login_id: str, password: str, mfa_code: str = ""):
        self._credentials = {"login_id": login_id, "password": password}
        if mfa_code:
            self._credentials["token"] = mfa_code

    def begin(self, client: Client) -> None:
        client.transport.token = self.log_in(client)

    def log_in(self, client: Client) -> str:
        """The token of a new session."""
        try:
            answer = client.call("login", self._credentials)
        except MattermostError as error:
            if error.outcome_unknown:
                error.conclude("A session may have been opened that nobody uses; it ends by itself, or with mm_user_session.")
            raise
        token = answer.session_token
        if not token:  # whatever came next would be sent as nobody
            raise UnexpectedAnswer(
                "the answer holds no session token", "Check api_url, and whether a proxy removes the header Token", "login"
            )
        client.caller = answer.data
        return token

    def end(self, client: Client) -> None:
        client.call("logout", {})
        client.transport.token = None


class KeptLoginAuthentication(Authentication):
    """A login whose session is kept in a file for later tasks, until one of them carries out the operation ``logout``."""

    def __init__(self, login: LoginAuthentication, file: SessionFile):
        self._login = login
        self._file = file
        self._ready = False
        self._lock = threading.RLock()  # requests may come from several threads, and the login is one itself

    @property
    def has_session(self) -> bool:
        return self._ready or self._file.exists

    def prepare(self, client: Client, operation: str) -> None:
        with self._lock:
            if self._ready:
                return
            self._ready = True
            try:
                with self._file.locked() as kept:
                    client.transport.token = kept.token
                    # A logout needs no session that works.
                    if kept.token is None or not (operation == "logout" or self._is_alive(client)):
                        client.transport.token = None
                        token = self._login.log_in(client)
                        kept.keep(token)
                        client.transport.token = token
            except BaseException:
                self._ready = False
                raise

    @staticmethod
    def _is_alive(client: Client) -> bool:
        try:
            client.who_am_i()
        except NotAuthenticated:
            return False
        return True

    def forget(self) -> None:
        self._file.forget()
        self._ready = False

    def end(self, client: Client) -> None:
        client.transport.token = None


class LocalModeAuthentication(Authentication):
    """None: whoever may open the local mode socket is an administrator."""


class Client:
    """All operations of the API, as methods that take the API's parameters by name and return the answer's data.

    ``with Client(transport, authentication) as client: client.get_user(user_id="me")``

    ``caller`` is the caller's own user once it is known, ``server`` what an answer told of the server, ``warnings``
    what the user of the module should know, and ``report`` takes news of a long run. ``stop_reason`` is asked before every
    write, and says why there must be none any more; empty if it may be sent.
    """

    def __init__(self, transport: Transport, authentication: Authentication | None):
        self.transport = transport
        self._authentication = authentication or Authentication()
        self._session_proven = False
        self._asked_for_version = False
        self._settings: dict | None = None
        self.warnings: list[str] = []
        self.report: Callable[[str], None] = lambda text: None
        self.stop_reason: Callable[[], str] = lambda: ""
        self._stopped = ""
        self.caller: Any = None
        self.server = Server()

    def __enter__(self) -> Client:
        try:
            self._authentication.begin(self)
        except BaseException:
            self.transport.close()
            raise
        return self

    def __exit__(self, *exception) -> None:
        try:
            self._authentication.end(self)
        except MattermostError as error:  # what was done stays done
            self.warnings.append(f"The session could not be logged out: {error}")
        finally:
            self.transport.close()

    def stop(self, reason: str) -> None:
        """Send nothing any more, from whatever thread, but the logout, and that without patience."""
        self._stopped = reason
        self.transport.patient = False

    @property
    def address(self) -> str:
        """Which server this is: the address, or the path of the local mode socket."""
        return self.transport.endpoint.url or self.transport.endpoint.socket

    @property
    def local(self) -> bool:
        """Whether this is the local mode socket, where every caller is an administrator without an account."""
        return self.transport.local

    @property
    def has_session(self) -> bool:
        """Whether there is a session that the operation ``logout`` could end."""
        return self._authentication.has_session

    @property
    def logged_in(self) -> bool:
        """Whether the session began with a login of this client, which ends it as well."""
        return isinstance(self._authentication, LoginAuthentication)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """The operations. ``AttributeError`` for anything else."""
        if name not in OPERATIONS:
            raise AttributeError(name)

        def operation(**arguments):
            return self._data(name, arguments)

        operation.__name__ = name
        operation.__doc__ = OPERATIONS[name].summary
        return operation

    def _data(self, name: str, arguments: dict) -> Any:
        """What an operation answers, where a list that comes as null is an empty one."""
        data = self.call(name, arguments).data
        return [] if data is None and OPERATIONS[name].answer == "list" else data

    def __dir__(self):
        return sorted({*super().__dir__(), *OPERATIONS})

    def call(self, name: str, arguments: dict, token=Ellipsis) -> Answer:
        """Carry out an operation and return the whole answer.

        ``token`` replaces the caller's own for this request; ``None`` sends none.
        Raises ``InvalidInput`` for arguments that the operation does not take and ``WrongServerVersion``, before anything is
        sent, and the errors of the transport.
        """
        operation = OPERATIONS[name]
        path, query, body, file = _assemble(operation, arguments)
        self._check_stopped(operation)
        if token is Ellipsis:
            self._authentication.prepare(self, name)
        self._check_version(operation)
        if name == "create_user" and token is Ellipsis and not self.transport.local:
            self._prove_session()
        try:
            answer = self.transport.send(name, operation.method, path, query, body, file, operation.repeatable, token)
        except RequestRejected as error:
            self._learn(error.version_id)
            raise
        if not isinstance(answer.data, _ANSWERS[operation.answer]) or not has_form(name, answer.data):
            raise UnexpectedAnswer(
                "the answer has another form than Mattermost gives it",
                "Check api_url, and whether the server is a Mattermost server",
                name,
            )
        self._learn(answer.headers.get("X-Version-Id", ""))
        if token is Ellipsis and not operation.permission.startswith("none"):
            self._session_proven = True
        if name == "logout" and token is Ellipsis:
            self._authentication.forget()
        return answer

    def _check_stopped(self, operation):
        reason = self._stopped or (self.stop_reason() if operation.writes else "")
        if reason and operation.name != "logout":
            raise Stopped(reason, "Run the task again", operation.name)

    def _learn(self, version_id: str) -> None:
        """Note what the first answer that tells it, a refusal as well, says of the server."""
        if self.server.known:
            return
        self.server = Server.of(version_id)
        if self.server.warning:
            self.warnings.append(self.server.warning)

    def _check_version(self, operation: Operation) -> None:
        """Raises ``WrongServerVersion`` if it is known that the server does not have the operation, or no longer has it."""
        server = self.known_server() if is_recent(operation.minimum_version) and operation.name != _PING else self.server
        if operation.minimum_version and server.predates(operation.minimum_version):
            raise WrongServerVersion(
                operation.name, f"needs Mattermost {operation.minimum_version} or later; this server is {server}"
            )
        if operation.removed_in and server.known and not server.predates(operation.removed_in):
            raise WrongServerVersion(operation.name, f"Mattermost {operation.removed_in} removed it; this server is {server}")

    def known_server(self) -> Server:
        """The server. It is asked for its version, once, if no answer told that yet. Some proxies never tell."""
        if not self.server.known and not self._asked_for_version:
            self._asked_for_version = True
            self.call(_PING, {}, token=None)
        return self.server

    def setting(self, name: str) -> bool | None:
        """A setting of the server that clients may know, like ``RequireEmailVerification``; ``None`` if it does not tell.

        All of them are read once.
        """
        if self._settings is None:
            settings: dict = {}
            if not self.local:  # the local socket has no such operation
                with suppress(RequestRejected):  # something between may not want it to be read
                    settings = self.get_client_config(format="old")
            self._settings = settings  # complete, as other threads may ask
        return {"true": True, "false": False}.get(str(self._settings.get(name)))

    def proves(self, user_id: str, password: str) -> tuple[bool | None, str]:
        """Whether this is the password of an account, by one login. ``None`` if that cannot be told, and the reason.

        A wrong password counts towards the lock-out.
        """
        try:
            answer = self.call("login", {"id": user_id, "password": password}, token=None)
        except RequestRejected as error:
            if error.means(WRONG_LOGIN):
                return False, ""
            # A wrong password is reported before a missing code or an address that is not verified.
            return (True, "") if error.means(MFA_CODE_MISSING, ADDRESS_NOT_VERIFIED) else (None, error.reason)
        self.call("logout", {}, token=answer.session_token)
        return True, ""

    def _prove_session(self):
        """With a dead token the server takes a creation for an anonymous sign-up, so look at the session first."""
        if not self._session_proven:
            self.who_am_i()

    def who_am_i(self) -> dict:
        """The caller's own user, asked for once. Raises ``NotAuthenticated``."""
        if self.caller is None:
            self.caller = self.get_user(user_id="me")
        return self.caller

    def pages(self, name: str, **arguments) -> Iterator[Any]:
        """Every item of a paged operation, page by page."""
        page = 0
        while True:
            items = self._data(name, {**arguments, "page": page, "per_page": LARGEST_PAGE})
            yield from items
            if len(items) < LARGEST_PAGE:
                return
            page += 1

    def find(self, name: str, **arguments) -> Any:
        """The answer of a reading operation, or ``None`` if the server has no such thing."""
        try:
            return self._data(name, arguments)
        except NotFound:
            return None


def check_arguments(name: str, arguments: dict) -> None:
    """Raises ``InvalidInput`` for arguments that the operation does not take, as ``Client.call`` does. Nothing is sent."""
    _assemble(OPERATIONS[name], arguments)


def _assemble(operation: Operation, arguments: dict):
    """Path, query, JSON body and file of a request."""
    unknown = set(arguments) - {parameter.name for parameter in operation.parameters}
    if unknown:
        raise InvalidInput(
            f"there is no parameter {', '.join(sorted(unknown))}",
            f"It takes: {', '.join(parameter.name for parameter in operation.parameters) or 'none'}",
            operation.name,
        )
    path, file = operation.path, None
    query: dict = {}
    body: Any = None
    fields: dict = {}
    takes_fields = False
    for parameter in operation.parameters:
        value = arguments.get(parameter.name)
        takes_fields = takes_fields or parameter.where == "body"
        if value is None:
            if parameter.required:
                raise InvalidInput(f"the parameter {parameter.name} is missing", "", operation.name)
            continue
        _check_value(operation, parameter, value)
        if parameter.where == "path":
            path = path.replace("{" + parameter.name + "}", quote(value, safe=""))
            if parameter.repeated:
                fields[parameter.name] = value
        elif parameter.where == "query":
            query[parameter.name] = str(value).lower() if isinstance(value, bool) else value
        elif parameter.where == "items":
            body = list(value)
        elif parameter.where == "file":
            name, content = value if isinstance(value, tuple) else ("image", value)
            file = (parameter.name, name, content)
        else:
            fields[parameter.name] = value
    if takes_fields:
        body = fields
    return path, query or None, body, file


def _check_value(operation: Operation, parameter, value) -> None:
    if not isinstance(value, _TYPES[parameter.type]) or (isinstance(value, bool) and parameter.type != "boolean"):
        raise InvalidInput(f"the parameter {parameter.name} must be of the type {parameter.type}", "", operation.name)
    if not encodable(value):
        raise InvalidInput(f"the parameter {parameter.name} contains bytes that are not text", "", operation.name)
    if parameter.where == "path":
        if not value:
            raise InvalidInput(f"the parameter {parameter.name} is empty", "", operation.name)
        if value in (".", ".."):  # HTTP libraries resolve it, which makes the path of another operation
            raise InvalidInput(f"the parameter {parameter.name} must not be {value}", "", operation.name)


def texts_in(value: Any) -> Iterator[str]:
    """All texts in a value, at any depth, in no order."""
    ahead = [value]
    while ahead:
        one = ahead.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            ahead += one
            ahead += one.values()
        elif isinstance(one, (list, tuple)):
            ahead += one


def encodable(value: Any) -> bool:
    """Whether all texts in a value have a form in UTF-8. Ansible keeps other bytes as lone surrogates."""
    try:
        "".join(texts_in(value)).encode()
    except UnicodeEncodeError:
        return False
    return True
