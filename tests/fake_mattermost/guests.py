# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Guests: users with the role system_guest."""

from __future__ import annotations

from .activation import set_active
from .basics import now
from .call import Call, Response, done
from .errors import ALREADY_GUEST, DEMOTE_DISABLED, DEMOTE_LICENSE, NO_GUEST
from .licence import GUEST_ACCOUNTS
from .router import operation


@operation("promote_guest_to_user", "POST", "/users/{user_id}/promote", local=True)
def promote_guest_to_user(call: Call) -> Response:
    """Make a user of a guest. It needs no licence."""
    user_id = call.user_param()
    call.need_right()
    user = call.state.users.get(user_id)
    if not user.is_guest:
        raise NO_GUEST()
    roles = " ".join("system_user" if name == "system_guest" else name for name in user.role_names)
    _change(call.state, user_id, roles, guest=False)
    for team in call.state.teams.of(user_id):
        call.state.channels.join_defaults(team.id, call.state.users.row(user_id), admin=False)
    return done()


@operation("demote_user_to_guest", "POST", "/users/{user_id}/demote", local=True)
def demote_user_to_guest(call: Call) -> Response:
    """Make a guest of a user; sessions go on."""
    user_id = call.user_param()
    if GUEST_ACCOUNTS not in call.state.licence.adds:
        raise DEMOTE_LICENSE()
    if not call.state.settings["GuestAccountsSettings"]["Enable"]:
        raise DEMOTE_DISABLED()
    call.need_right()
    user = call.state.users.get(user_id)
    call.need_rank(user)
    if user.is_guest:
        raise ALREADY_GUEST()
    _change(call.state, user_id, "system_guest", guest=True)
    return done()


def _change(state, user_id: str, roles: str, guest: bool) -> None:
    state.users.write(user_id, roles=roles, update_at=now())
    state.users.forget(user_id)
    state.teams.set_guest(user_id, guest)
    state.channels.set_guest(user_id, guest)


def deactivate_all(state) -> None:
    """Guest accounts were switched off: those who are nothing but guests are deactivated."""
    for user_id in state.users.ids():
        user = state.users.row(user_id)
        if user.roles == "system_guest" and not user.delete_at:
            set_active(state, user.copy(), False)
