# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Login, and the change of the way a user logs in."""

from __future__ import annotations

from urllib.parse import quote

from . import bodies, mfa
from .basics import new_id, now
from .call import Call, Response, reply
from .errors import (
    CWS_LICENSE,
    DESKTOP_TOKEN_INVALID,
    EMAIL_TO_LDAP,
    EMAIL_TO_OAUTH,
    LDAP_TO_EMAIL,
    LOGIN_BLANK_PASSWORD,
    LOGIN_BOT,
    LOGIN_GUEST_DISABLED,
    LOGIN_GUEST_LICENSE,
    LOGIN_INACTIVE,
    LOGIN_INVALID,
    LOGIN_INVALID_EMAIL,
    LOGIN_INVALID_USERNAME,
    LOGIN_NOT_VERIFIED,
    LOGIN_OTHER_SERVICE,
    LOGIN_REMOTE,
    LOGIN_TOO_MANY,
    LOGIN_UNKNOWN,
    MFA_LOGIN_BAD_CODE,
    MFA_LOGIN_NO_CODE,
    MIGRATE_LDAP,
    MIGRATE_SAML,
    NOT_LDAP_ACCOUNT,
    OAUTH_TO_EMAIL,
    OAUTH_TO_EMAIL_OTHER,
    OAUTH_UNSUPPORTED,
    SESSION_EXPIRED,
    WRONG_PASSWORD,
    ApiError,
    bad_body,
)
from .licence import AUTH_TRANSFER_SETTING, GUEST_ACCOUNTS
from .mails import TOKEN_LENGTH
from .passwords import check_attempts, clear_failures, count_failure, matches, set_password
from .router import OPEN, operation
from .sessions import COOKIE
from .user import OAUTH_SERVICES, User

# Reasons that the answer to a failed login tells; all others become "invalid credentials".
TOLD = {
    problem.id
    for problem in (
        LOGIN_BLANK_PASSWORD,
        LOGIN_BOT,
        LOGIN_INACTIVE,
        LOGIN_NOT_VERIFIED,
        LOGIN_REMOTE,
        LOGIN_TOO_MANY,
        MFA_LOGIN_BAD_CODE,
        MFA_LOGIN_NO_CODE,
    )
}

SWITCH = {
    "current_service": "text",
    "new_service": "text",
    "email": "text",
    "password": "text",
    "new_password": "text",
    "mfa_code": "text",
    "ldap_id": "text",
}


@operation("login", "POST", "/users/login", OPEN)
def login(call: Call) -> Response:
    """Open a session; its token is in the header `Token`."""
    body = bodies.texts(call.body)
    user_id, login_id = body.get("id", ""), body.get("login_id", "")
    call.audit_of(user_id, "attempt - login_id=" + login_id)
    try:
        user = _authenticate(call.state, user_id, login_id, body.get("password", ""), body.get("token", ""))
        if user.is_guest:
            _check_guest_login(call.state)
    except ApiError as error:
        call.audit_of(user_id, "failure - login_id=" + login_id)
        raise (error if error.id in TOLD else _invalid_credentials(call.state)) from error
    state = call.state
    call.audit_of(user.id, "authenticated")
    hours = state.settings["ServiceSettings"]["SessionLengthWebInHours"]
    call.session = state.sessions.log_in(user.id, body.get("device_id", ""), hours, state.release.unknown_platform)
    if state.release.keeps_last_login:  # behind the back of the cache
        state.users.get(user.id)
        state.users.write(user.id, last_login=now(), update_at=now())
    call.audit_of(user.id, "success")
    user.terms_of_service_id, user.terms_of_service_create_at = state.terms.accepted(user.id)
    response = reply(call.state.views.own(user), headers={"Token": call.session.token})
    if call.headers.get("x-requested-with") == "XMLHttpRequest":
        response.set_cookie(COOKIE, call.session.token, path="/", httponly=True)
        response.set_cookie("MMUSERID", user.id, path="/")
        response.set_cookie("MMCSRF", call.session.props["csrf"], path="/")
    return response


def _authenticate(state, user_id: str, login_id: str, password: str, code: str) -> User:
    """The user that logs in, as it was before."""
    if not password:
        raise LOGIN_BLANK_PASSWORD()
    emails = state.settings["EmailSettings"]
    if user_id:
        user = state.users.get(user_id)
    else:
        user = state.users.find_login(login_id, emails["EnableSignInWithUsername"], emails["EnableSignInWithEmail"])
        if user is None:
            raise LOGIN_UNKNOWN()
    if user.auth_service:
        raise LOGIN_OTHER_SERVICE()
    check_credentials(state, user, password, code)
    return user


def check_credentials(state, user: User, password: str, code: str) -> None:
    """All that must be right for an e-mail login, in the order in which the server looks."""
    if user.delete_at:
        raise LOGIN_INACTIVE()
    if user.is_bot:
        raise LOGIN_BOT()
    if state.release.remote_users_are_limited and user.is_remote:
        raise LOGIN_REMOTE()
    check_attempts(state, user)
    if not matches(password, user.password):
        count_failure(state, user)
        raise WRONG_PASSWORD()
    if user.mfa_active and state.settings["ServiceSettings"]["EnableMultifactorAuthentication"]:
        if not code:  # counts as a question whether a code is needed, not as a failure
            raise MFA_LOGIN_NO_CODE()
        if not mfa.use_code(state, user, code):
            count_failure(state, user)
            raise MFA_LOGIN_BAD_CODE()
    clear_failures(state, user)
    if state.settings["EmailSettings"]["RequireEmailVerification"] and not user.email_verified:
        raise LOGIN_NOT_VERIFIED()


def _check_guest_login(state) -> None:
    if GUEST_ACCOUNTS not in state.licence.adds:
        raise LOGIN_GUEST_LICENSE()
    if not state.settings["GuestAccountsSettings"]["Enable"]:
        raise LOGIN_GUEST_DISABLED()


def _invalid_credentials(state) -> ApiError:
    """The part that could be wrong depends on the kinds of login ids."""
    emails = state.settings["EmailSettings"]
    by_name, by_email = emails["EnableSignInWithUsername"], emails["EnableSignInWithEmail"]
    if by_name and not by_email:
        return LOGIN_INVALID_USERNAME()
    if by_email and not by_name:
        return LOGIN_INVALID_EMAIL()
    return LOGIN_INVALID()


@operation("login_by_cws_token", "POST", "/users/login/cws", OPEN)
def login_by_cws_token(call: Call) -> Response:
    """Login of the customer portal: this is not a cloud server."""
    raise CWS_LICENSE()


@operation("login_by_desktop_token", "POST", "/users/login/desktop_token", OPEN, since="has_desktop_tokens")
def login_by_desktop_token(call: Call) -> Response:
    """Login of the desktop program after one in a browser. No token for it is ever made here; its rate is limited."""
    error = DESKTOP_TOKEN_INVALID()
    limits = {"X-Ratelimit-Limit": "2", "X-Ratelimit-Remaining": "1", "X-Ratelimit-Reset": "1"}
    return reply(error.body(call.request_id), error.status, limits)


@operation("exchange_sso_code", "POST", "/users/login/sso/code-exchange", OPEN, since="has_sso_code_exchange")
def exchange_sso_code(call: Call) -> Response:
    """Login of the mobile program after one in a browser. No code for it is ever made here."""
    raise bad_body("login_code")


# ---- another way to log in --------------------------------------------------------
@operation("switch_account_type", "POST", "/users/login/switch", OPEN)
def switch_account_type(call: Call) -> Response:
    """Change from mail address and password to another login service, or back. No service is configured here."""
    try:
        body = bodies.record(call.body, SWITCH)
    except bodies.BadBody as error:
        raise bad_body("switch_request") from error
    current, new = body.get("current_service"), body.get("new_service")
    sso = (*OAUTH_SERVICES, "saml")
    if current == "email" and new in sso:
        link = _email_to_sso(call, body)
    elif current in sso and new == "email":
        link = _sso_to_email(call, body)
    elif (current, new) == ("email", "ldap"):
        link = _email_to_ldap(call, body)
    elif (current, new) == ("ldap", "email"):
        link = _ldap_to_email(call, body)
    else:
        raise bad_body("switch_request")
    return reply({"follow_link": link})


def _transfer_off(state) -> bool:
    """The setting that forbids the change has an effect with a licence only."""
    return (
        AUTH_TRANSFER_SETTING in state.licence.adds
        and not state.settings["ServiceSettings"]["ExperimentalEnableAuthenticationTransfer"]
    )


def _email_to_sso(call: Call, body: dict) -> str:
    if _transfer_off(call.state):
        raise EMAIL_TO_OAUTH()
    user = call.state.users.get_by_email(body.get("email", ""))
    check_credentials(call.state, user, body.get("password", ""), body.get("mfa_code", ""))
    if body["new_service"] != "saml":
        raise OAUTH_UNSUPPORTED()
    site = call.state.settings["ServiceSettings"]["SiteURL"] or call.base_url
    whom = (
        "email_token=" + new_id(TOKEN_LENGTH)
        if call.state.release.saml_link_has_token
        else f"email={quote(user.email, safe='')}"
    )
    return f"{site}/login/sso/saml?action=email_to_sso&{whom}"


def _sso_to_email(call: Call, body: dict) -> str:
    if not call.session:
        raise SESSION_EXPIRED()
    if _transfer_off(call.state):
        raise OAUTH_TO_EMAIL()
    user = call.state.users.get_by_email(body.get("email", ""))
    if user.id != call.user_id:
        raise OAUTH_TO_EMAIL_OTHER()
    set_password(call.state, user.id, body.get("new_password", ""))
    call.state.sessions.end_user(user.id)
    return "/login?extra=signin_change"


def _email_to_ldap(call: Call, body: dict) -> str:
    if _transfer_off(call.state):
        raise EMAIL_TO_LDAP(status=403)
    user = call.state.users.get_by_email(body.get("email", ""))
    check_credentials(call.state, user, body.get("password", ""), body.get("mfa_code", ""))
    call.state.sessions.end_user(user.id)
    raise EMAIL_TO_LDAP()


def _ldap_to_email(call: Call, body: dict) -> str:
    if _transfer_off(call.state):
        raise LDAP_TO_EMAIL(status=403)
    user = call.state.users.get_by_email(body.get("email", ""))
    if not user.is_ldap:
        raise NOT_LDAP_ACCOUNT()
    raise LDAP_TO_EMAIL()


# ---- all users of a service at once ---------------------------------------------------
def _check_migration(call: Call, fields: tuple[tuple[str, type], ...], sources: tuple[str, ...]) -> None:
    body = bodies.anything(call.body)
    for name, kind in fields:
        value = body.get(name)
        if not isinstance(value, kind) or (name == "from" and value not in sources) or (name == "match_field" and not value):
            raise bad_body(name)
    call.need_right()


@operation("migrate_auth_to_ldap", "POST", "/users/migrate_auth/ldap", local=True)
def migrate_auth_to_ldap(call: Call) -> Response:
    """Let users log in with LDAP from now on: it is not configured here."""
    _check_migration(
        call, (("from", str), ("force", bool), ("match_field", str)), ("email", "gitlab", "saml", "google", "office365")
    )
    raise MIGRATE_LDAP()


@operation("migrate_auth_to_saml", "POST", "/users/migrate_auth/saml", local=True)
def migrate_auth_to_saml(call: Call) -> Response:
    """Let users log in with SAML from now on: it is not configured here."""
    _check_migration(
        call, (("from", str), ("auto", bool), ("matches", dict)), ("email", "gitlab", "ldap", "google", "office365")
    )
    raise MIGRATE_SAML()
