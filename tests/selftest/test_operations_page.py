# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of all operations tells the truth."""

from __future__ import annotations

import importlib

import pytest

from ansible_collections.mmops.mattermost.plugins.module_utils._api.neighbour_operations import NEIGHBOURS
from ansible_collections.mmops.mattermost.plugins.module_utils._api.users_operations import USERS_API
from ansible_collections.mmops.mattermost.tests.support.reach import module_names, operations_of
from ansible_collections.mmops.mattermost.tests.tools.operations_page import DOOR, OPTIONS, PAGE, SHARED_OPTIONS, page

MODULES = [name for name in module_names() if name != DOOR]


#: What the services that a module is composed of send for options that it does not have.
UNREACHED = {
    "mm_user_onboarding": {
        *("delete_user", "login", "logout", "register_terms_of_service_action", "reset_password_failed_attempts"),
        *("get_all_teams", "get_team", "remove_team_member"),
        *("get_total_users_stats", "get_user_by_email", "get_users_by_ids"),
        *("disable_user_access_token", "get_sessions", "revoke_session"),
        *("migrate_auth_to_ldap", "migrate_auth_to_saml", "reset_password", "send_verification_email"),
        *("switch_account_type", "update_user_auth", "verify_user_email"),
    }
}


def test_the_page_is_made_from_the_table():
    assert PAGE.read_text(encoding="utf-8") == page(), "Run: python tests/tools/operations_page.py"


def test_the_page_lists_every_operation_once():
    lines = page().splitlines()
    listed = [line.removeprefix("  * - ").strip("*") for line in lines if line.startswith("  * - **")]
    assert listed == [*sorted(USERS_API), *sorted(NEIGHBOURS)]


@pytest.mark.parametrize("module", MODULES)
def test_the_operations_of_a_module_are_those_that_its_source_can_send(module):
    assert set(OPTIONS[module]) == operations_of(module) - UNREACHED.get(module, set())


#: Values with a meaning of their own, of options that take any text.
WORDS = ("me", "default")


@pytest.mark.parametrize("module", [*MODULES, DOOR])
def test_the_options_exist_and_take_the_values(module):
    subject = importlib.import_module(f"ansible_collections.mmops.mattermost.plugins.modules.{module}").SUBJECT
    operations = SHARED_OPTIONS if module == DOOR else OPTIONS[module]
    for option in {option for options in operations.values() for option in options}:
        name, _equals, value = option.partition("=")
        spec, options = {}, subject.argument_spec
        for part in name.split("."):
            spec = options[part]
            options = spec.get("options", {})
        if value and "choices" in spec:
            assert value in spec["choices"]
        else:
            assert value in (("", "true", "false") if spec["type"] == "bool" else ("", *WORDS))


def test_no_module_is_left_out():
    assert sorted(OPTIONS) == MODULES


def test_the_source_of_a_module_is_followed_to_the_client():
    assert "get_users_by_usernames" in operations_of("mm_user_info")  # by a method of the client
    assert "patch_user" in operations_of("mm_users")  # by the service of another module
    assert "create_user" not in operations_of("mm_user_auth")  # which only borrows from that file
