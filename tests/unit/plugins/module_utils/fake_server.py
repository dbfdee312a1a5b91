# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fake server in the process of the tests: a client of it that notes what it sends, and faults on demand.

The client is the one of the collection. In place of the network, its transport calls the application of the fake.
"""

from __future__ import annotations

import copy
import json
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import formatdate
from typing import Any
from urllib.parse import unquote, urlencode

from requests.structures import CaseInsensitiveDict
from urllib3.filepost import encode_multipart_formdata

from ansible_collections.mmops.mattermost.plugins.module_utils._api.client import (
    Client,
    LocalModeAuthentication,
    LoginAuthentication,
    TokenAuthentication,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import AnswerLost, ServerUnreachable
from ansible_collections.mmops.mattermost.plugins.module_utils._api.operations import OPERATIONS
from ansible_collections.mmops.mattermost.plugins.module_utils._api.transport import Endpoint, Transport
from ansible_collections.mmops.mattermost.tests.fake_mattermost.app import App
from ansible_collections.mmops.mattermost.tests.fake_mattermost.bots import Bot
from ansible_collections.mmops.mattermost.tests.fake_mattermost.call import reply
from ansible_collections.mmops.mattermost.tests.fake_mattermost.control import Control, Fault
from ansible_collections.mmops.mattermost.tests.fake_mattermost.errors import ApiError
from ansible_collections.mmops.mattermost.tests.fake_mattermost.licence import LICENCES, TEAM
from ansible_collections.mmops.mattermost.tests.fake_mattermost.passwords import hash_password, matches
from ansible_collections.mmops.mattermost.tests.fake_mattermost.release import RELEASES
from ansible_collections.mmops.mattermost.tests.fake_mattermost.state import State
from ansible_collections.mmops.mattermost.tests.fake_mattermost.user import BODY, NOTIFY_PROPS, TIMEZONE, User

ADDRESS = "https://chat.example.com"
#: When the accounts of tests were made.
NOW = 1_700_000_000_000
ADMIN = "a" * 26
#: A server where all that a licence and the settings can allow is allowed.
GENEROUS = {
    "ServiceSettings": {
        "EnableMultifactorAuthentication": True,
        "EnableBotAccountCreation": True,
        "EnableAPIUserDeletion": True,
        "DisableBotsWhenOwnerIsDeactivated": False,
    },
    "TeamSettings": {"EnableUserDeactivation": True},
    "GuestAccountsSettings": {"Enable": True},
    "SupportSettings": {"CustomTermsOfServiceEnabled": True},
    **{f"{service}Settings": {"Enable": True} for service in ("Ldap", "Saml", "GitLab", "Google", "Office365", "OpenId")},
}


def account(username: str = "", **fields) -> dict:
    """An account as the server has it; ``password`` is in plain text, and ``owner_id`` that of a bot."""
    return {
        "id": "b" * 26,
        "create_at": NOW,
        "update_at": NOW,
        "last_password_update": NOW,
        "username": username,
        "email": f"{username}@example.com",
        "roles": "system_user",
        "locale": "en",
        "timezone": dict(TIMEZONE),
        "notify_props": dict(NOTIFY_PROPS),
        **fields,
    }


def numbered(number: int, **fields) -> dict:
    """One of many accounts. Their names are in the order of their numbers."""
    return account(f"user{number:05d}", **{"id": f"{number:026d}", **fields})


def raises(error: BaseException) -> Callable[..., None]:
    """A function that raises the error."""

    def function(*_arguments):
        raise error

    return function


class NoConnection(Exception):
    """Nothing listens there."""


@dataclass
class Happening(Fault):
    """What becomes of a request: ``effect``, whether it arrives. ``first`` and ``then`` happen before and after it."""

    first: Callable | None = None
    then: Callable | None = None
    instead: Callable | None = None

    def change(self, answer):
        """The answer, or what ``instead`` makes of it."""
        if self.first:
            self.first()
        response = answer() if self.effect else None
        if self.then:
            self.then()
        return self.instead(response) if self.instead else response


class Exchange:
    """A request in the form of ASGI, and its answer as far as the transport reads it."""

    def __init__(self, method: str, path: str, query: str, headers: dict, body: bytes):
        self._chunks = [{"type": "http.request", "body": body}]
        self.status_code, self.content, self.closed = 0, b"", False
        self.headers: CaseInsensitiveDict[str] = CaseInsensitiveDict()
        self.scope = {
            "type": "http",
            "method": method,
            "scheme": "http",
            "path": unquote(path),
            "query_string": query.encode(),
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
            "client": ("127.0.0.1", 1),
            "transport": self,
        }

    def run(self, app: App) -> None:
        """Carry it out. Nothing in the application waits, so there is no need for an event loop."""
        try:
            app(self.scope, self.receive, self.send).send(None)
        except StopIteration:
            return
        raise AssertionError("the fake server waits for something")

    def close(self) -> None:
        """The application closes the connection."""
        self.closed = True

    async def receive(self):
        """The request, then its end."""
        return self._chunks.pop() if self._chunks else {"type": "http.disconnect"}

    async def send(self, message):
        """A part of the answer."""
        if message["type"] == "http.response.start":
            self.status_code = message["status"]
            self.headers.update((name.decode(), value.decode()) for name, value in message["headers"])
        else:
            self.content += message["body"]


class InProcessTransport(Transport):
    """Hands requests to the application instead of sending them. ``sent`` lists the operations in order.

    ``clock`` tells the seconds of the server, if its answers should tell the time.
    """

    def __init__(self, app: App, clock: Callable[[], float] | None = None):
        # The path of a socket only has to exist.
        super().__init__(Endpoint(socket=os.devnull) if app.local else Endpoint(url=ADDRESS))
        self._app, self._clock = app, clock
        self._turn = threading.RLock()  # the application serves one request after the other
        self.hides_version = False
        self.sent: list[str] = []
        self.statuses: list[tuple[str, int]] = []
        self.bodies: list[tuple[str, Any]] = []

    def send(self, operation, method, path, query=None, body=None, file=None, repeatable=False, token=Ellipsis):
        """Note the operation, carry it out, and read the answer as always. Nothing is repeated."""
        self.sent.append(operation)
        self.bodies.append((operation, body))
        headers, content = {"host": "chat.example.com"}, b""
        token = self.token if token is Ellipsis else token
        if token and not self.local:
            headers["Authorization"] = f"Bearer {token}"
        if body is not None:
            content = json.dumps(body).encode()
        if file:
            content, headers["Content-Type"] = encode_multipart_formdata({file[0]: (file[1], file[2])})
        exchange = Exchange(method, path, urlencode(query or {}), headers, content)
        try:
            with self._turn:
                exchange.run(self._app)
        except NoConnection:
            raise ServerUnreachable("no connection", "Check api_url", operation) from None
        self.statuses.append((operation, exchange.status_code))
        if exchange.closed:
            raise AnswerLost("the connection broke before the answer was complete", "Run the task again", operation)
        if self._clock:
            exchange.headers["Date"] = formatdate(self._clock(), usegmt=True)
        if self.hides_version:
            exchange.headers.pop("X-Version-Id", None)
        return self._read(exchange, operation)


class FakeClient(Client):
    """A client of a fake server of its own, which has a licence and settings that allow everything; or of that of ``state``.

    The caller has a session, unless ``using`` names the value of a personal access token, or ``password`` makes it log in.
    An account of the caller is made if none of ``accounts`` is it.
    """

    transport: InProcessTransport

    def __init__(
        self,
        accounts=(),
        caller_id=ADMIN,
        *,
        release="7.6",
        licensed=True,
        local=False,
        settings=None,
        state=None,
        using=None,
        password=None,
        clock=None,
    ):
        self.state = state or State(LICENCES["enterprise"] if licensed else TEAM, RELEASES[release])
        if state is None:
            self.state.settings.change(copy.deepcopy(GENEROUS))
        self.state.settings.change(settings or {})
        for fields in accounts:
            self.add(**fields)
        self.caller_id = caller_id
        self.asked: list[dict] = []
        if not local and self.state.users.row(caller_id) is None:
            self.add(**account("admin", id=caller_id, roles="system_user system_admin"))
        self.control = Control(self.state.outbox)
        transport = InProcessTransport(App(self.state, local=local, control=self.control), clock)
        super().__init__(transport, self._authenticated(local, using, password))
        self.__enter__()
        self.sent.clear()
        self.asked.clear()

    def _authenticated(self, local, using, password):
        if local:
            return LocalModeAuthentication()
        if password:
            return LoginAuthentication(self.user(self.caller_id).username, password)
        return TokenAuthentication(using or self.state.sessions.log_in(self.caller_id, "", 720, "Linux").token)

    def beside(self, **options) -> FakeClient:
        """Another client of the same server."""
        return FakeClient(state=self.state, **{"caller_id": self.caller_id, **options})

    # ---- what is sent ------------------------------------------------------
    def call(self, name, arguments, token=Ellipsis):
        """Note the arguments in ``asked``, and carry the operation out."""
        self.asked.append(arguments)
        return super().call(name, arguments, token)

    @property
    def sent(self) -> list[str]:
        """The operations in order."""
        return self.transport.sent

    @property
    def written(self) -> list[str]:
        """Those that write, but for logins."""
        return [name for name in self.sent if OPERATIONS[name].writes and name not in ("login", "logout")]

    def statuses(self, operation) -> list[int]:
        """The HTTP statuses of all answers to an operation so far; 0 for no answer."""
        return [status for name, status in self.transport.statuses if name == operation]

    def bodies(self, operation) -> list:
        """The bodies of all requests of an operation so far."""
        return [body for name, body in self.transport.bodies if name == operation]

    def hide_version(self) -> None:
        """Some proxies take the header away that tells the version."""
        self.transport.hides_version = True

    # ---- what is on the server -----------------------------------------------
    def add(self, **fields) -> User:
        """Put an account there; returns its row."""
        owner_id = fields.pop("owner_id", "z" * 26)
        is_bot = fields.pop("is_bot", False)
        password = fields.pop("password", "")
        row = User(**fields, password=hash_password(password) if password else "")
        if self.state.release.has_remote_id and row.remote_id is None:
            row.remote_id = ""
        self.state.users.place(row)
        if is_bot:
            self.state.bots.add(self.state, Bot(row.id, owner_id, create_at=row.create_at, delete_at=row.delete_at))
        return row

    def user(self, user_id) -> User:
        """The row of a user, who is there."""
        row = self.state.users.row(user_id)
        assert row, f"there is no user {user_id}"
        return row

    def named(self, username) -> User:
        """The row of a user name, which somebody has."""
        row = self.state.users.row_named(username)
        assert row, f"there is no user {username}"
        return row

    def change(self, user_id, **columns) -> None:
        """Change an account behind the back of the client."""
        self.state.users.write(user_id, **columns)
        self.state.users.forget(user_id)

    def has_password(self, user_id, password) -> bool:
        """Whether a user could log in with it."""
        return matches(password, self.user(user_id).password)

    @property
    def users(self) -> list[User]:
        """All rows but that of the administrator who is there for the client alone, ordered by name."""
        return [row for row in self.state.users.in_order() if row.id != ADMIN]

    def snapshot(self) -> dict:
        """All that the tests may change, to be compared."""
        state = self.state
        return {
            "users": {row.id: {name: getattr(row, name) for name in BODY} for row in state.users.in_order()},
            "bots": [dict(bot.__dict__) for bot in state.bots.all()],
            "tokens": [dict(token.__dict__) for token in state.tokens.all()],
            "sessions": [dict(found.__dict__) for user_id in state.users.ids() for found in state.sessions.of(user_id)],
            "terms": {user_id: state.terms.accepted(user_id) for user_id in state.users.ids()},
        }

    def shown(self, user_id, caller_id=ADMIN) -> dict:
        """What the caller sees of a user."""
        row = self.user(user_id)
        views = self.state.views
        if user_id == caller_id:
            return views.own(row)
        return views.profile(row, True, self.state.settings["PrivacySettings"])

    # ---- what goes wrong -------------------------------------------------------
    def happen(self, operation, **what) -> None:
        """Something happens to the next request of an operation. ``count`` and ``skip`` are as in the fake."""
        self.control.add(Happening("happening", operation, **what))

    def meanwhile(self, operation, **what) -> None:
        """Do something ``first``, or ``then``; the request itself goes well."""
        self.happen(operation, effect=True, **what)

    def lose(self, operation, effect=True, **what) -> None:
        """The answer is lost. ``effect``: whether the request arrives."""
        self.happen(operation, effect=effect, instead=lambda _answer: None, **what)

    def refuse(self, operation, status, error_id="fake_mattermost.refused", **what) -> None:
        """The server answers with an error, as it may do for reasons that are not modelled."""
        body = ApiError(error_id, status, "Refused.").body(None)
        self.happen(operation, instead=lambda _answer: reply(body, status), **what)

    def answer(self, operation, data, **what) -> None:
        """The server answers with this."""
        self.happen(operation, instead=lambda _answer: reply(data), **what)

    def break_down(self, operation, status=500, **what) -> None:
        """A proxy answers with a web page."""
        self.control.add(Fault("status" if status >= 300 else "not_json", operation, status=status, **what))

    def unplug(self, operation, **what) -> None:
        """No connection comes about."""
        self.happen(operation, instead=raises(NoConnection()), **what)
