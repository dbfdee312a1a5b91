# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The worst cases of ``make faults``: those that once lost a secret, or what had been written."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ansible_collections.mmops.mattermost.tests.faults.matrix import WRITES, Bench, requests_of, try_case
from ansible_collections.mmops.mattermost.tests.support.servers import fake_server


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with fake_server(licensed=True, arguments=["--control"]) as server:
        yield Bench(server)


@pytest.mark.parametrize(
    ("name", "request_name", "fault"),
    [
        ("create", "create_user", "other json after"),
        ("create", "create_user", "500 after"),
        ("create, roles, bot", "update_user_roles", "524 after"),
        ("create, login", "login", "broken json after"),
        ("fields", "patch_user", "504 after"),
        ("absent", "delete_user", "drop after"),
        ("roster", "get_users_by_usernames", "500 before"),
        ("onboarding", "create_user", "500 after"),
        ("onboarding", "create_user_access_token", "drop after"),
        ("onboarding", "create_user_access_token", "refused"),
        ("token", "create_user_access_token", "not json after"),
        ("token", "create_user_access_token", "broken json after"),
        ("rotation", "create_user_access_token", "520 after"),
        ("rotation", "revoke_user_access_token", "500 after"),
        ("mfa", "generate_mfa_secret", "500 after"),
        ("mfa", "update_user_mfa", "broken json after"),
        ("mfa regenerate", "generate_mfa_secret", "other json after"),
        ("mfa, file", "generate_mfa_secret", "not json after"),
        ("tokens", "create_user_access_token", "broken json after"),
        ("roster, passwords", "create_user", "520 after"),
        ("roster, teams", "get_team_by_name", "other json after"),
        ("bot, owner, off", "get_bot", "other json after"),
    ],
)
def test_nothing_is_lost(
    bench: Bench, name: str, request_name: str, fault: str, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANSIBLE_HOME", str(tmp_path))
    write = next(write for write in WRITES if write.name == name)
    position = max(number for number, operation in enumerate(requests_of(bench, write)) if operation == request_name)
    assert try_case(bench, write, fault, position, request_name).problems == []
