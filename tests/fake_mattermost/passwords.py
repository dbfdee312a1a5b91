# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Passwords: how they are kept, and the requests that change them."""

from __future__ import annotations

import hashlib
import hmac
import secrets

import bcrypt

from . import bodies
from .basics import now
from .call import Call, Response, done
from .errors import (
    LOGIN_TOO_MANY,
    NEW_USER_PASSWORD,
    PASSWORD_OF_OTHER,
    PASSWORD_OF_REMOTE,
    PASSWORD_OWN_HASHED,
    PASSWORD_SSO,
    RESET_ATTEMPTS_PERMISSIONS,
    RESET_ATTEMPTS_SERVICE,
    RESET_LINK_EXPIRED,
    RESET_LINK_INVALID,
    RESET_LINK_SSO,
    RESET_SSO,
    WRONG_CURRENT_PASSWORD,
    WRONG_PASSWORD,
    ApiError,
    bad_body,
)
from .mails import TOKEN_LENGTH
from .router import OPEN, operation
from .rules import password_error

# The hashes look like those of bcrypt, but cost nothing: tests log in all the time. The mark
# in the salt tells them from real ones, which administrators can store with already_hashed.
_MARK = "$2a$10$fake"
_SALT_LENGTH = 18
_SIGNS = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
# What the real server needs for a hash: a new password is later than other changes of one request.
HASHING_MS = 1


def _digest(salt: str, password: str) -> str:
    digest = hashlib.blake2b(password.encode("utf-8", "surrogatepass"), key=salt.encode(), digest_size=31).digest()
    return "".join(_SIGNS[byte & 63] for byte in digest)


def hash_password(password: str) -> str:
    """The hash that is kept of a password."""
    salt = secrets.token_hex(_SALT_LENGTH // 2)
    return _MARK + salt + _digest(salt, password)


def matches(password: str, hashed: str) -> bool:
    """Whether this is the password of the hash."""
    if hashed.startswith(_MARK):
        salt, digest = hashed[len(_MARK) :][:_SALT_LENGTH], hashed[len(_MARK) + _SALT_LENGTH :]
        return hmac.compare_digest(digest, _digest(salt, password))
    try:
        return bcrypt.checkpw(password.encode(), hashed.encode())
    except ValueError:  # what was stored with already_hashed is not a hash
        return False


def check_new_user_password(state, password: str) -> None:
    """Refuse a bad password of a new user."""
    error = password_error(password, state.settings["PasswordSettings"], state.release)
    if error:
        raise NEW_USER_PASSWORD() if state.release.new_user_password_has_own_error else error


def set_password(state, user_id: str, password: str, session=None) -> None:
    """Give a user a new password; the user logs in with mail address and password from now on.

    Other sessions than this one may end.
    """
    error = password_error(password, state.settings["PasswordSettings"], state.release)
    if error:
        raise error
    set_hash(state, user_id, hash_password(password))
    if state.release.new_password_can_end_sessions and state.settings["ServiceSettings"]["TerminateSessionsOnPasswordChange"]:
        state.sessions.end_user(user_id, but=session)


def set_hash(state, user_id: str, hashed: str) -> None:
    """Store the hash of a new password."""
    user = state.users.get(user_id)
    if state.release.remote_users_are_limited and user.is_remote:
        raise PASSWORD_OF_REMOTE()
    time = now() + HASHING_MS
    state.users.write(
        user_id, password=hashed, auth_service="", auth_data=None, failed_attempts=0, update_at=time, last_password_update=time
    )
    state.users.forget(user_id)


def prove(state, user, password: str) -> None:
    """Refuse a wrong password of a user; failures count as those of a login."""
    check_attempts(state, user)
    if not matches(password, user.password):
        count_failure(state, user)
        raise WRONG_PASSWORD()
    clear_failures(state, user)


def check_attempts(state, user) -> None:
    """After too many failed attempts the right password is refused as well."""
    if user.failed_attempts >= state.settings["ServiceSettings"]["MaximumLoginAttempts"]:
        raise LOGIN_TOO_MANY()


def count_failure(state, user) -> None:
    """One more failed attempt."""
    state.users.write(user.id, failed_attempts=user.failed_attempts + 1)
    state.users.forget(user.id)


def clear_failures(state, user) -> None:
    """The right password was given."""
    state.users.write(user.id, failed_attempts=0)
    state.users.forget(user.id)


@operation("update_user_password", "PUT", "/users/{user_id}/password", local=True)
def update_user_password(call: Call) -> Response:
    """Change the password: of oneself with the current one, of others as administrator."""
    user_id = call.user_param()
    body = bodies.texts(call.body)
    call.audit("attempted")
    try:
        user = call.state.users.get(user_id)
        may = call.may(call.needed.over_administrators if user.is_system_admin else call.needed.over_others)
    except ApiError:  # an unknown user is nobody's to change
        may = False
    try:
        _change(call, user_id, body, may)
    except ApiError:
        call.audit("failed")
        raise
    call.audit("completed")
    return done()


def _change(call: Call, user_id: str, body: dict[str, str], may: bool) -> None:
    own, new = user_id == call.user_id, body.get("new_password", "")
    if body.get("already_hashed") == "true":
        if not may:
            raise PASSWORD_OWN_HASHED() if own else PASSWORD_OF_OTHER()
        set_hash(call.state, user_id, new)
    elif own:
        _change_own(call, body.get("current_password", ""), new)
    elif may:
        set_password(call.state, user_id, new, call.session)
    else:
        raise PASSWORD_OF_OTHER()


def _change_own(call: Call, current: str, new: str) -> None:
    if not current:
        raise bad_body("current_password")
    user = call.state.users.get(call.user_id)
    if user.auth_data:
        raise PASSWORD_SSO()
    try:
        prove(call.state, user, current)
    except ApiError as error:
        raise (WRONG_CURRENT_PASSWORD() if error.id == WRONG_PASSWORD.id else error) from error
    set_password(call.state, user.id, new, call.session)


@operation("send_password_reset_email", "POST", "/users/password/reset/send", OPEN, local=True)
def send_password_reset_email(call: Call) -> Response:
    """Mail a link for a new password. The answer does not tell whether there is such a user."""
    email = bodies.texts(call.body).get("email", "").lower()
    if not email:
        raise bad_body("email")
    try:
        user = call.state.users.get_by_email(email)
    except ApiError:
        return done()
    if user.auth_data:
        raise RESET_SSO()
    call.state.outbox.send("password_reset", user.id, user.email)
    return done()


@operation("reset_password", "POST", "/users/password/reset", OPEN)
def reset_password(call: Call) -> Response:
    """Set a new password with the token of a mail. The token works once."""
    body = bodies.texts(call.body)
    token = body.get("token", "")
    if len(token) != TOKEN_LENGTH:
        raise bad_body("token")
    call.audit(f"attempt - token={token}")
    try:
        _reset_password(call, token, body.get("new_password", ""))
    except ApiError:
        call.audit(f"fail - token={token}")
        raise
    call.audit(f"success - token={token}")
    return done()


def _reset_password(call: Call, token: str, new_password: str) -> None:
    mail = call.state.outbox.find("password_reset", token)
    if mail is None:
        raise RESET_LINK_INVALID()
    user = call.state.users.get(mail.user_id)
    if user.auth_service:
        raise RESET_LINK_SSO()
    if mail.to != user.email:
        raise RESET_LINK_EXPIRED()
    set_password(call.state, user.id, new_password)
    call.state.outbox.use(token)


@operation("reset_failed_attempts", "POST", "/users/{user_id}/reset_failed_attempts", since="can_reset_failed_attempts")
def reset_failed_attempts(call: Call) -> Response:
    """Unlock a user after too many failed logins."""
    user_id = call.user_param()
    if not call.may(call.needed.always):
        raise RESET_ATTEMPTS_PERMISSIONS()
    user = call.state.users.get(user_id)
    call.need_rank(user)
    if user.auth_service not in ("", "ldap"):
        raise RESET_ATTEMPTS_SERVICE()
    clear_failures(call.state, user)
    return done()
