# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Roles, activation and deletion of users."""

from __future__ import annotations

from . import bodies
from .accounts import is_full
from .basics import now, parse_bool
from .call import Call, Response, done
from .errors import (
    ACTIVE_GUESTS_OFF,
    ACTIVE_LDAP,
    ACTIVE_LIMIT,
    ACTIVE_NOT_ENABLED,
    ACTIVE_PERMISSIONS,
    ADMINISTRATOR,
    DELETE_NOT_ENABLED,
    LAST_ADMINISTRATOR,
    MISSING_ACCOUNT,
    ROLE_NEEDS_LICENSE,
    ROLE_NOT_FOUND,
    ApiError,
    bad_body,
)
from .licence import DELEGATED_ADMINISTRATION
from .permissions import DELEGATED_ADMINISTRATORS, MANAGE_SYSTEM
from .router import operation
from .rules import are_role_names
from .user import User


# ---- roles -----------------------------------------------------------------
@operation("update_user_roles", "PUT", "/users/{user_id}/roles", local=True)
def update_user_roles(call: Call) -> Response:
    """Give a user these roles and no others; no role at all is possible, too."""
    user_id = call.user_param()
    roles = bodies.texts(call.body).get("roles", "")
    names = roles.split()
    if not are_role_names(names) or names == ["system_admin"]:
        raise bad_body("roles")
    if DELEGATED_ADMINISTRATION not in call.state.licence.adds and any(name in DELEGATED_ADMINISTRATORS for name in names):
        raise ROLE_NEEDS_LICENSE()
    call.need_right()
    try:
        set_roles(call.state, user_id, roles)
    except ApiError as error:
        raise (MISSING_ACCOUNT(status=400) if error.id == MISSING_ACCOUNT.id else error) from error
    call.audit(f"user={user_id} roles={roles}")
    return done()


def set_roles(state, user_id: str, roles: str) -> None:
    """Store the text of roles as it is."""
    user = state.users.get(user_id)
    if any(name not in state.roles for name in roles.split()):
        raise ROLE_NOT_FOUND()
    loses = user.is_system_admin and "system_admin" not in roles
    if loses and state.release.last_administrator_keeps_role and state.users.count_active_administrators() <= 1:
        raise LAST_ADMINISTRATOR()
    user.roles = roles
    state.users.update(user, trusted=True)
    state.users.forget(user_id)


# ---- activation ----------------------------------------------------------------
@operation("update_user_active", "PUT", "/users/{user_id}/active", local=True)
def update_user_active(call: Call) -> Response:
    """Activate or deactivate a user."""
    user_id = call.user_param()
    active = bodies.anything(call.body).get("active")
    if not isinstance(active, bool):
        raise bad_body("active")
    if not active and user_id == call.user_id:
        if not call.state.settings["TeamSettings"]["EnableUserDeactivation"]:
            raise ACTIVE_NOT_ENABLED()
    elif not call.may(call.needed.over_others):
        raise ACTIVE_PERMISSIONS()
    user = call.state.users.get(user_id)
    call.need_rank(user)
    if user.is_ldap and call.state.release.ldap_decides_about_activation:
        raise ACTIVE_LDAP()
    if active and user.is_guest and not call.state.settings["GuestAccountsSettings"]["Enable"]:
        raise ACTIVE_GUESTS_OFF()
    set_active(call.state, user, active)
    call.audit(f"user_id={user_id} active={str(active).lower()}")
    return done() if active else call.state.circles.answer(call.state, user_id, done)


def set_active(state, user: User, active: bool) -> None:
    """Activate or deactivate; a repeated deactivation gets a new time."""
    if active and is_full(state):
        raise ACTIVE_LIMIT()
    user.delete_at = 0 if active and not state.circles.has(user.id) else now()
    state.users.update(user, trusted=True)
    if not active:
        state.sessions.end_user(user.id)
        state.statuses.go_offline(user.id)
        if state.settings["ServiceSettings"]["DisableBotsWhenOwnerIsDeactivated"]:
            _disable_bots_of(state, user.id)
    state.users.forget(user.id)


def _disable_bots_of(state, owner_id: str) -> None:
    for bot in state.bots.of(owner_id):
        if bot.user_id != owner_id and not bot.delete_at:
            set_bot_active(state, bot, active=False)


def set_bot_active(state, bot, active: bool) -> None:
    """Activate or deactivate a bot and its user."""
    set_active(state, state.users.get(bot.user_id), active)
    if active == bool(bot.delete_at):
        bot.update_at = now()
        bot.delete_at = 0 if active else bot.update_at


# ---- deletion -------------------------------------------------------------------
@operation("delete_user", "DELETE", "/users/{user_id}", local=True)
def delete_user(call: Call) -> Response:
    """Deactivate a user, or delete the user for good."""
    user_id = call.user_param()
    call.need_right_over(user_id)
    settings = call.state.settings
    if user_id == call.user_id and not settings["TeamSettings"]["EnableUserDeactivation"] and not call.may(MANAGE_SYSTEM):
        raise ACTIVE_NOT_ENABLED()
    user = call.state.users.get(user_id)
    call.need_rank(user)
    permanent = parse_bool(call.query.get("permanent", ""))
    if not permanent or call.local or settings["ServiceSettings"]["EnableAPIUserDeletion"]:
        set_active(call.state, user, False)
    else:
        told = call.is_admin and call.state.release.administrators_learn_of_deletion_setting
        raise DELETE_NOT_ENABLED(case=ADMINISTRATOR if told else "")
    call.audit("user_id=" + user_id)

    def finish() -> Response:
        if permanent:
            remove(call.state, user_id)
        return done()

    return call.state.circles.answer(call.state, user_id, finish)


def remove(state, user_id: str) -> None:
    """Delete a user and all that belongs to the user."""
    state.sessions.end_user(user_id)
    for token in state.tokens.of(user_id):
        state.tokens.remove(token)
    for table in (
        state.teams,
        state.channels,
        state.bots,
        state.images,
        state.terms,
        state.uploads,
        state.audits,
        state.preferences,
        state.statuses,
    ):
        table.forget_user(user_id)
    state.users.delete(user_id)


@operation("permanent_delete_all_users", "DELETE", "/users", http=False, local=True)
def permanent_delete_all_users(call: Call) -> Response:
    """Delete everybody for good. The next user will be the administrator."""
    for user_id in call.state.users.ids():
        remove(call.state, user_id)
    return done()
