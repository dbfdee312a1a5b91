# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A play that logs in once, in both front ends, and logs out at its end."""

from __future__ import annotations

import pytest

from ansible_collections.mmops.mattermost.tests.support.faulty import Faulty

PASSWORD = "Hush-password-Aa1"
LOGOUT = {"mmops.mattermost.mm_user_operation": {"operation": "logout"}, "register": "noted", "check_mode": False}


@pytest.fixture
def administrator(faulty: Faulty) -> Faulty:
    user = faulty.ask("POST", "/users", username="ada", email="ada@example.com", password=PASSWORD).json()
    faulty.ask("PUT", f"/users/{user['id']}/roles", roles="system_user system_admin")
    return faulty


def tasks(faulty: Faulty, *between: dict) -> list[dict]:
    """A module, the tasks and a role, all with the session, and the logout."""
    options = {
        "api_login_id": "ada",
        "api_password": PASSWORD,
        "api_mfa_code": "123456",
        "api_session_path": str(faulty.folder / "session"),
    }
    review = {
        "ansible.builtin.include_role": {"name": "mmops.mattermost.access_review"},
        "vars": {"access_review_directory": str(faulty.folder / "review")},
    }
    look = {"mmops.mattermost.mm_user_info": {"usernames": "{{ item }}"}, "loop": [["ada"], ["admin"]]}
    defaults = {"group/mmops.mattermost.mattermost": options}
    return [{"block": [look, *between, review], "always": [LOGOUT], "module_defaults": defaults}]


@pytest.mark.parametrize("in_process", [True, False])
def test_a_play_logs_in_once(administrator: Faulty, in_process: bool) -> None:
    environment = {"MATTERMOST_IN_PROCESS": str(in_process).lower(), "ANSIBLE_VERBOSITY": "4"}
    before = sessions(administrator)
    administrator.sent("login")
    noted, output = administrator.run(tasks(administrator), environment)
    assert noted["changed"]
    assert administrator.sent("login") == 1
    assert sessions(administrator) == before == 0
    assert not (administrator.folder / "session").exists()
    assert "Bearer" not in output


def test_the_token_is_nowhere_but_in_the_file(administrator: Faulty) -> None:
    """Not even in all variables of the host."""
    show = {"ansible.builtin.debug": {"var": "hostvars"}}
    keep = {"ansible.builtin.copy": {"src": str(administrator.folder / "session"), "dest": str(administrator.folder / "kept")}}
    _noted, output = administrator.run(tasks(administrator, {**keep, "diff": False}, show), {"ANSIBLE_VERBOSITY": "4"})
    token = (administrator.folder / "kept").read_text(encoding="utf-8").partition('"token": "')[2].rstrip('"}')
    assert len(token) == 26
    assert token not in output


def test_a_second_logout_changes_nothing(administrator: Faulty) -> None:
    [played] = tasks(administrator)
    noted, _output = administrator.run([{**played, "always": [LOGOUT, LOGOUT]}])
    assert not noted["changed"]


def sessions(faulty: Faulty) -> int:
    user = faulty.ask("GET", "/users/username/ada").json()
    return len(faulty.ask("GET", f"/users/{user['id']}/sessions").json())
