# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Users: create, read, change."""

from __future__ import annotations

from . import bodies
from .call import Call, Response, reply
from .errors import (
    ACCEPTED_DOMAIN,
    CREATE_LIMIT,
    EMAIL_EXISTS,
    EMAIL_HIDDEN,
    NO_OPEN_SERVER,
    PATCH_PROVIDER_ATTRIBUTE,
    PERMISSIONS,
    PUT_PROVIDER_ATTRIBUTE,
    SIGNUP_DISABLED,
    SIGNUP_LINK_INVALID,
    UPDATE_ACCEPTED_DOMAIN,
    ApiError,
    bad_body,
    bad_url,
)
from .images import draw_default_picture
from .mails import mark_verified
from .passwords import check_new_user_password, prove
from .permissions import VIEW_MEMBERS
from .release import Release
from .router import OPEN, operation
from .rules import TRANSLATIONS, in_domains, is_email, is_username
from .user import BODY, PATCH, User


# ---- create ------------------------------------------------------------------
@operation("create_user", "POST", "/users", OPEN, local=True)
def create_user(call: Call) -> Response:
    """Create a user: as administrator, with an invitation, or by open sign-up."""
    try:
        user = User(**bodies.record(call.body, BODY))
    except bodies.BadBody as error:
        raise bad_body("user") from error
    state = call.state
    _clean_input(user, call.is_admin, state.release)
    if call.query.get("t"):
        raise SIGNUP_LINK_INVALID()  # invitations by mail are not modelled: no token is known
    if call.query.get("iid"):
        _check_signup(state)
        team = state.teams.get_by_invite_id(call.query["iid"])
        user.email_verified = False
        answer = _create(state, user)
        state.teams.join(state, team, user.id)
    else:
        if not call.is_admin:
            _check_signup(state)
            if not state.settings["TeamSettings"]["EnableOpenServer"] and not state.users.only_bots:
                raise NO_OPEN_SERVER()
            user.email_verified = False
        answer = _create(state, user)
    call.audit("user_id=" + user.id)
    return reply(answer, 201)


def _clean_input(user: User, is_admin: bool, release: Release) -> None:
    """Drop what a body cannot set."""
    if not release.takes_times_of_body:
        user.create_at = user.update_at = user.delete_at = user.last_activity_at = 0
    user.remote_id = "" if release.has_remote_id else user.remote_id
    user.last_login = 0
    if not is_admin:
        user.auth_data, user.auth_service, user.email_verified = "", "", False
    user.last_password_update = user.last_picture_update = user.failed_attempts = 0
    user.mfa_active, user.mfa_secret = False, ""
    user.email = user.email.strip()


def _check_signup(state) -> None:
    if not (state.settings["EmailSettings"]["EnableSignUpWithEmail"] and state.settings["TeamSettings"]["EnableUserCreation"]):
        raise SIGNUP_DISABLED()


def _create(state, user: User) -> dict:
    """Save a new user, if there is room for one more; the answer."""
    if is_full(state):
        raise CREATE_LIMIT()
    add_user(state, user)
    return state.views.own(user)


def add_user(state, user: User) -> None:
    """Save a new user; the object is completed."""
    settings, release = state.settings, state.release
    user.roles = "system_user"
    if not (user.is_ldap or user.is_saml) and not in_domains(user.email, settings["TeamSettings"]["RestrictCreationToDomains"]):
        raise ACCEPTED_DOMAIN()
    if state.users.only_bots:
        user.roles = "system_admin system_user"
    if user.locale not in TRANSLATIONS:
        user.locale = settings["LocalizationSettings"]["DefaultClientLocale"]
    if not user.auth_service:
        check_new_user_password(state, user.password)
    if release.has_remote_id and user.remote_id is None:
        user.remote_id = ""
    state.users.insert(user)
    if user.email_verified:
        mark_verified(state, user.id, user.email)


# ---- read ---------------------------------------------------------------------
@operation("get_user", "GET", "/users/{user_id}", local=True)
def get_user(call: Call) -> Response:
    """One user by id. It may be out of date, see users.py."""
    user_id = call.user_param()
    call.need_sight(user_id)
    return _show(call, call.state.users.get(user_id))


@operation("get_user_by_username", "GET", "/users/username/{username}", local=True)
def get_user_by_username(call: Call) -> Response:
    """One user by name."""
    name = call.params["username"]
    if not is_username(name):
        raise bad_body("username")  # not a parameter of the URL, as one would expect
    try:
        user = call.state.users.get_by_username(name)
    except ApiError as error:
        raise (error if call.sees_all else PERMISSIONS(VIEW_MEMBERS)) from error
    call.need_sight(user.id)
    return _show(call, user)


def _show(call: Call, user: User) -> Response:
    own_account = user.id == call.user_id
    if own_account or call.is_admin:
        user.terms_of_service_id, user.terms_of_service_create_at = call.state.terms.accepted(user.id)
    privacy = call.state.settings["PrivacySettings"]
    etag = _etag(call, user)
    views = call.state.views
    shown = views.own(user) if own_account else views.profile(user, call.is_admin, privacy)
    return call.unchanged(etag) or reply(shown, headers={"ETag": etag})


@operation("get_user_by_email", "GET", "/users/email/{email}", local=True)
def get_user_by_email(call: Call) -> Response:
    """One user by mail address. Users get of themselves what others get."""
    email = call.params["email"].lower()
    if not is_email(email, call.state.release):
        raise bad_url("email")
    privacy = call.state.settings["PrivacySettings"]
    if not (call.is_admin or privacy["ShowEmailAddress"]):
        raise EMAIL_HIDDEN()
    try:
        user = call.state.users.get_by_email(email)
    except ApiError as error:
        raise (error if call.sees_all else PERMISSIONS(VIEW_MEMBERS)) from error
    call.need_sight(user.id)
    etag = _etag(call, user)
    return call.unchanged(etag) or reply(call.state.views.profile(user, call.is_admin, privacy), headers={"ETag": etag})


def _etag(call: Call, user: User) -> str:
    privacy = call.state.settings["PrivacySettings"]
    parts = (
        call.state.release.version,
        user.id,
        user.update_at,
        user.terms_of_service_id,
        user.terms_of_service_create_at,
        privacy["ShowFullName"],
        privacy["ShowEmailAddress"],
    )
    return ".".join(str(part) for part in parts)


# ---- change --------------------------------------------------------------------
@operation("patch_user", "PUT", "/users/{user_id}/patch")
def patch_user(call: Call) -> Response:
    """Change the fields that are given."""
    user_id = call.user_param()
    try:
        changes = bodies.record(call.body, PATCH)
    except bodies.BadBody as error:
        raise bad_body("user") from error
    call.need_right_over(user_id)
    try:
        before = call.state.users.get(user_id)
    except ApiError as error:
        raise bad_body("user_id") from error
    call.need_rank(before)
    if _is_set_by_provider(before, changes, not call.state.release.oauth_names_can_be_patched):
        raise PATCH_PROVIDER_ATTRIBUTE()
    if "email" in changes:
        _check_own_email(call, before, changes["email"], changes.get("password", ""))
    user = patch(call.state, user_id, changes)
    call.audit("")
    return reply(call.state.views.own(user))


def patch(state, user_id: str, changes: dict) -> User:
    """Change the fields that are given; returns what was saved."""
    user = state.users.get(user_id)
    user.patch(changes)
    update(state, user)
    return user


@operation("update_user", "PUT", "/users/{user_id}", local=True)
def update_user(call: Call) -> Response:
    """Change all fields: what is not given is emptied."""
    user_id = call.user_param()
    try:
        user = User(**bodies.record(call.body, BODY))
    except bodies.BadBody as error:
        raise bad_body("user") from error
    if user.id != user_id:
        raise bad_body("user_id")
    old_rule = call.state.release.own_administrator_role_in_put_is_refused
    if old_rule:
        call.need_rank(user)
    call.need_right_over(user_id)
    before = call.state.users.get(user_id)
    if not old_rule:
        call.need_rank(before)
    if _is_set_by_provider(before, {name: getattr(user, name) for name in PATCH}, True):
        raise PUT_PROVIDER_ATTRIBUTE()
    if user.email:
        _check_own_email(call, before, user.email, user.password)
    update(call.state, user)
    call.audit("")
    return reply(call.state.views.own(user))


def _check_own_email(call: Call, before: User, email: str, password: str) -> None:
    """Users who change their own mail address must give the password."""
    if email == before.email or before.id != call.user_id:
        return
    if not password:
        raise bad_body("password")
    prove(call.state, before, password)


def _is_set_by_provider(user: User, changes: dict, names_of_oauth: bool) -> bool:
    """Whether a change is left to the login service. (That of LDAP and SAML attributes is not modelled: it needs
    a server that is configured for them.)"""

    def changed(name: str) -> bool:
        return name in changes and changes[name] != getattr(user, name)

    if user.auth_service and changed("username"):
        return True
    return names_of_oauth and user.is_oauth and (changed("first_name") or changed("last_name"))


def update(state, user: User) -> None:
    """Save a changed user; the object becomes what was saved."""
    settings = state.settings
    before = state.users.get(user.id)
    if user.email != before.email:
        if not (before.is_guest or before.is_ldap or before.is_saml) and not in_domains(
            user.email, settings["TeamSettings"]["RestrictCreationToDomains"]
        ):
            raise UPDATE_ACCEPTED_DOMAIN()
        if settings["EmailSettings"]["RequireEmailVerification"]:
            _ask_to_verify(state, before, user)
    state.users.update(user)
    state.users.forget(user.id)
    if state.release.renaming_draws_default_picture and user.username != before.username and user.last_picture_update <= 0:
        draw_default_picture(state, user)
        user.__dict__.update(state.users.get(user.id).__dict__)


def is_full(state) -> bool:
    """Whether there are as many active users as a server without a licence may have. Bots do not count."""
    limit = 0 if state.licensed else state.release.active_users_limit
    return 0 < limit <= state.users.count_active()


def _ask_to_verify(state, before: User, user: User) -> None:
    """The new address is mailed a link, and counts once that was used."""
    new, user.email = user.email, before.email
    try:
        state.users.get_by_email(new)
    except ApiError:
        state.outbox.send("verify_email", user.id, new)
    else:
        raise EMAIL_EXISTS()
