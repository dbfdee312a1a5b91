# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an account means."""

from __future__ import annotations

from ansible_collections.mmops.mattermost.plugins.module_utils._services.account import (
    is_active,
    is_administrator,
    is_bot,
    is_guest,
    logs_in_with,
    other_administrators,
    roles_of,
)

ADMIN = "system_user system_admin"


def account(name, **fields):
    return {"id": name, "username": name, "roles": "system_user", "delete_at": 0, "auth_service": "", **fields}


def test_roles_are_a_set():
    assert roles_of({"roles": "system_user  system_admin system_user"}) == {"system_user", "system_admin"}
    assert roles_of({"roles": ""}) == set()


def test_an_administrator_has_the_role_and_not_a_similar_one():
    assert is_administrator(account("a", roles=ADMIN))
    assert not is_administrator(account("a", roles="system_user system_admin_of_something"))


def test_guests_bots_and_activity():
    assert is_guest(account("a", roles="system_guest"))
    assert not is_guest(account("a"))
    assert is_bot(account("a", is_bot=True))
    assert not is_bot(account("a"))  # the API omits false
    assert is_active(account("a"))
    assert not is_active(account("a", delete_at=5))


def test_the_login_service_has_a_name_for_passwords():
    assert logs_in_with(account("a", auth_service="ldap")) == "ldap"
    assert logs_in_with(account("a")) == "email"


def test_bots_and_deactivated_accounts_are_no_administrators_who_are_left():
    first, second = account("first", roles=ADMIN), account("second", roles=ADMIN)
    robot, gone = account("robot", roles=ADMIN, is_bot=True), account("gone", roles=ADMIN, delete_at=5)
    users = [first, second, robot, gone, account("zoe")]
    assert other_administrators(users, []) == [first, second]
    assert other_administrators(users, [first]) == [second]
    assert other_administrators(users, iter([first, second])) == []
