# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the inventory plugin makes of a user. How it speaks to a server is tested in tests/integration."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.mmops.mattermost.plugins.doc_fragments.connection import ModuleDocFragment
from ansible_collections.mmops.mattermost.plugins.inventory import mm_users
from ansible_collections.mmops.mattermost.plugins.module_utils._api.connection_options import CONNECTION_OPTIONS
from ansible_collections.mmops.mattermost.plugins.module_utils._services import info_options
from ansible_collections.mmops.mattermost.plugins.modules import mm_user_info
from ansible_collections.mmops.mattermost.tests.support.people import person, session

NOW = 1_790_000_000_000
DOCUMENTED = yaml.safe_load(mm_users.DOCUMENTATION)["options"]


@pytest.mark.parametrize(
    ("name", "accepted"),
    [
        ("mm_users.yml", True),
        ("mm_users.yaml", True),
        ("mattermost.yml", True),
        ("prod.mm_users.yml", True),
        ("prod.mattermost.yaml", True),
        ("not_mm_users.yml", False),
        ("mm_users.json", False),
        ("mm_users.yml.bak", False),
        ("users.yml", False),
    ],
)
def test_names_of_files(tmp_path: Path, name: str, accepted: bool) -> None:
    file = tmp_path / name
    file.write_text("plugin: mmops.mattermost.mm_users\n", encoding="utf-8")
    assert bool(mm_users.InventoryModule().verify_file(str(file))) is accepted
    assert not mm_users.InventoryModule().verify_file(str(tmp_path / "missing" / name))


@pytest.mark.parametrize(
    ("fields", "groups"),
    [
        ({}, {"active", "auth_email", "role_system_user", "mfa_inactive"}),
        ({"mfa_active": True}, {"active", "auth_email", "role_system_user", "mfa_active"}),
        ({"delete_at": 1}, {"deactivated", "auth_email", "role_system_user", "mfa_inactive"}),
        ({"auth_service": "ldap"}, {"active", "auth_ldap", "role_system_user", "mfa_inactive"}),
        ({"roles": "system_guest"}, {"active", "auth_email", "role_system_guest", "guests", "mfa_inactive"}),
        ({"is_bot": True}, {"active", "auth_email", "role_system_user", "bots"}),
        ({"roles": "a b-c"}, {"active", "auth_email", "role_a", "role_b_c", "mfa_inactive"}),
        ({"roles": ""}, {"active", "auth_email", "mfa_inactive"}),
        ({"auth_service": "größe/x"}, {"active", "auth_gr__e_x", "role_system_user", "mfa_inactive"}),
    ],
)
def test_groups(fields: dict[str, Any], groups: set[str]) -> None:
    user = {name: value for name, value in person("zoe", **fields).items() if name not in ("sessions", "tokens")}
    found = mm_users.groups_of(user, NOW)
    assert set(found) == groups
    assert len(found) == len(groups)
    # What Ansible calls a valid name of a group.
    assert all(re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", group) for group in found)


@pytest.mark.parametrize(
    ("fields", "group"),
    [
        ({"sessions": []}, {"unseen"}),
        ({"sessions": [session("zoe", 30)]}, {"idle"}),
        ({"sessions": [session("zoe", 30), session("zoe", 1)]}, set()),
        ({"sessions": [], "last_login": NOW}, set()),
        ({"sessions": None}, set()),
        ({"sessions": None, "report": {"last_login": NOW, "last_status_at": None}}, set()),
        ({"sessions": None, "report": {"last_login": 1, "last_status_at": NOW}}, set()),
        ({"sessions": [], "report": {"last_login": 1, "last_status_at": 2}}, {"idle"}),
        ({"sessions": None, "report": {"last_login": None, "last_status_at": None}}, {"unseen"}),
        ({"sessions": [], "delete_at": 1}, set()),
        ({"sessions": [], "is_bot": True}, set()),
    ],
)
def test_groups_by_last_use(fields: dict[str, Any], group: set[str]) -> None:
    found = mm_users.groups_of(person("zoe", **fields), NOW - 7 * 86_400_000)
    assert set(found) & {"idle", "unseen"} == group


def test_variables() -> None:
    user = {**person("zoe", roles="system_user system_admin", sessions=[session("zoe", 2)]), "props": {"a": "b"}}
    found = mm_users.variables_of(user)
    assert found["user_id"] == user["id"]
    assert found["roles"] == ["system_user", "system_admin"]
    assert (found["active"], found["mfa_active"], found["is_bot"], found["is_guest"]) == (True, False, False, False)
    assert (found["auth_service"], found["sessions"]) == ("email", 1)
    assert found["last_activity_at"] == user["sessions"][0]["last_activity_at"]
    assert found["props"] == {"a": "b"}
    assert "id" not in found


def test_variables_without_sessions() -> None:
    user = {name: value for name, value in person("zoe").items() if name != "sessions"}
    assert not {"sessions", "last_activity_at"} & set(mm_users.variables_of(user))
    assert mm_users.variables_of({**user, "sessions": None})["sessions"] is None


def test_variables_of_the_report() -> None:
    user = person("zoe", sessions=[], report={"last_login": 5, "last_status_at": 7, "days_active": 0})
    found = mm_users.variables_of(user)
    assert (found["last_login"], found["last_activity_at"], found["sessions"]) == (5, 7, 0)
    assert "report" not in found
    user["report"]["last_login"] = None
    assert mm_users.variables_of(user)["last_login"] is None


def test_the_environment_is_that_of_the_modules() -> None:
    """Modules read it by ``fallback``, plugins by what is documented."""
    documented = yaml.safe_load(ModuleDocFragment.PLUGIN)["options"]
    assert {name: [entry["name"] for entry in option["env"]] for name, option in documented.items()} == {
        name: option["fallback"][1] for name, option in CONNECTION_OPTIONS.items()
    }


def test_filters_are_those_of_the_module() -> None:
    assert set(mm_users.FILTERS) == set(info_options.FILTERS) - {"sort"}
    for name in (*mm_users.FILTERS, "concurrency"):
        taken = mm_user_info.SUBJECT.options[name]
        documented = {key: value for key, value in DOCUMENTED[name].items() if key != "description"}
        assert documented == taken
