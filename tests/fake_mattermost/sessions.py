# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions, and the requests that list and end them."""

from __future__ import annotations

from dataclasses import dataclass, field

from . import bodies
from .basics import new_id, now
from .call import Call, Response, done, reply
from .errors import NO_SUCH_SESSION, bad_body, bad_url
from .release import Release
from .router import OPEN, operation

COOKIE = "MMAUTHTOKEN"
HOUR = 3_600_000
ACCESS_TOKEN_HOURS = 100 * 365 * 24  # a session of a personal access token never ends by itself
LOGIN_PROPS = {
    "browser": "Unknown/0.0",
    "isMobile": "false",
    "isOAuthUser": "false",
    "isSaml": "false",
    "os": "",
}  # what the server makes of clients other than browsers


@dataclass
class Session:
    """One session of a user."""

    user_id: str
    token: str
    expires_at: int
    props: dict[str, str]
    device_id: str = ""
    id: str = field(default_factory=new_id)
    create_at: int = field(default_factory=now)
    last_activity_at: int = 0  # for tests of old sessions; here, no request moves it

    def view(self, user, release: Release) -> dict:
        """What is shown of it; never the token."""
        body = {
            "id": self.id,
            "token": "",
            "create_at": self.create_at,
            "expires_at": self.expires_at,
            "last_activity_at": self.last_activity_at or self.create_at,
            "user_id": self.user_id,
            "device_id": self.device_id,
            "roles": user.roles,
            "is_oauth": False,
            "expired_notify": False,
            "props": dict(self.props, is_guest=str(user.is_guest).lower()),
            "team_members": [],
            "local": False,
        }
        if release.sessions_have_voip_device:
            body["voip_device_id"] = ""
        return body


class Sessions:
    """All sessions by token, by id and by user."""

    def __init__(self):
        self._by_token: dict[str, Session] = {}
        self._by_id: dict[str, Session] = {}
        self._by_user: dict[str, dict[str, Session]] = {}

    def add(self, session: Session) -> Session:
        """Keep a new session."""
        self._by_token[session.token] = self._by_id[session.id] = session
        self._by_user.setdefault(session.user_id, {})[session.id] = session
        return session

    def log_in(self, user_id: str, device_id: str, hours: int, platform: str) -> Session:
        """A session after a login. One device has one session."""
        if device_id:
            self.end_device(user_id, device_id)
        return self.add(
            Session(user_id, new_id(), now() + hours * HOUR, dict(LOGIN_PROPS, platform=platform, csrf=new_id()), device_id)
        )

    def use_access_token(self, token) -> Session:
        """The session that stands for the use of a personal access token."""
        return self._by_token.get(token.token) or self.add(
            Session(
                token.user_id,
                token.token,
                now() + ACCESS_TOKEN_HOURS * HOUR,
                {"type": "UserAccessToken", "user_access_token_id": token.id},
            )
        )

    def by_token(self, token: str) -> Session | None:
        """The session of a token, unless it has expired."""
        session = self._by_token.get(token)
        return session if session and session.expires_at > now() else None

    def by_id(self, session_id: str) -> Session | None:
        """The session of an id."""
        return self._by_id.get(session_id)

    def of(self, user_id: str) -> list[Session]:
        """Sessions of a user, newest first."""
        return list(reversed(self._by_user.get(user_id, {}).values()))

    def end(self, session: Session) -> None:
        """End a session."""
        if self._by_id.pop(session.id, None):
            del self._by_token[session.token]
            del self._by_user[session.user_id][session.id]

    def end_token(self, token: str) -> None:
        """End the session of a token, if there is one."""
        session = self._by_token.get(token)
        if session:
            self.end(session)

    def end_device(self, user_id: str, device_id: str, but: Session | None = None) -> None:
        """End the sessions of a device."""
        for session in self.of(user_id):
            if session.device_id == device_id and session is not but:
                self.end(session)

    def end_user(self, user_id: str, but: Session | None = None) -> None:
        """End all sessions of a user."""
        for session in self.of(user_id):
            if session is not but:
                self.end(session)

    def end_all(self) -> None:
        """End all sessions of everybody."""
        self.__init__()


def clear_cookie(response: Response) -> Response:
    """Make a browser forget its session."""
    response.set_cookie(COOKIE, "", max_age=0, path="/", httponly=True)
    return response


@operation("logout", "POST", "/users/logout", OPEN)
def logout(call: Call) -> Response:
    """End the session in use, if there is one. (A personal access token simply makes a new one.)"""
    if call.session:
        call.audit("")
        call.state.sessions.end(call.session)
    return clear_cookie(done())


@operation("get_sessions", "GET", "/users/{user_id}/sessions")
def get_sessions(call: Call) -> Response:
    """Sessions of a user, newest first."""
    user_id = call.user_param()
    call.need_right_over(user_id)
    return reply(
        [session.view(call.state.users.row(user_id), call.state.release) for session in call.state.sessions.of(user_id)]
    )


@operation("revoke_session", "POST", "/users/{user_id}/sessions/revoke")
def revoke_session(call: Call) -> Response:
    """End one session of a user."""
    user_id = call.user_param()
    call.need_right_over(user_id)
    session_id = bodies.texts(call.body).get("session_id", "")
    if not session_id:
        raise bad_body("session_id")
    session = call.state.sessions.by_id(session_id)
    if session is None:
        raise NO_SUCH_SESSION()
    if session.user_id != user_id:
        raise bad_url("user_id")
    call.state.sessions.end(session)
    call.audit("")
    return done()


@operation("revoke_all_sessions", "POST", "/users/{user_id}/sessions/revoke/all")
def revoke_all_sessions(call: Call) -> Response:
    """End all sessions of a user; of nobody, if there is no such user."""
    user_id = call.user_param()
    call.need_right_over(user_id)
    call.state.sessions.end_user(user_id)
    call.audit("")
    return done()


@operation("revoke_sessions_from_all_users", "POST", "/users/sessions/revoke/all")
def revoke_sessions_from_all_users(call: Call) -> Response:
    """End all sessions of everybody, the caller's too."""
    call.need_right()
    call.state.sessions.end_all()
    return done()


@operation("attach_device_id", "PUT", "/users/sessions/device")
def attach_device_id(call: Call) -> Response:
    """Tie a device to the session in use."""
    device_id = bodies.texts(call.body).get("device_id", "")
    if not device_id:
        if call.state.release.device_is_required:
            raise bad_body("device_id")
        return done()
    call.state.sessions.end_device(call.user_id, device_id, but=call.session)
    call.session.device_id = device_id
    call.audit("")
    response = done()
    response.set_cookie(COOKIE, call.session.token, path="/", httponly=True)
    return response
