# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every operation of the Users API can be reached from a playbook.

The target ``every_operation`` has a server of its own, as its last operations leave nobody on it. On a server of the
caller, these are skipped unless MATTERMOST_TEST_MAY_DESTROY says otherwise.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ansible_collections.mmops.mattermost.plugins.module_utils._api.operations import OPERATIONS
from ansible_collections.mmops.mattermost.plugins.module_utils._api.users_operations import USERS_API
from ansible_collections.mmops.mattermost.tests.support.flavours import flavours, options
from ansible_collections.mmops.mattermost.tests.support.guard import Journal, Request, read_journal
from ansible_collections.mmops.mattermost.tests.support.plays import SECRET_MARK, Run, run_target
from ansible_collections.mmops.mattermost.tests.support.proxy import recording_proxy
from ansible_collections.mmops.mattermost.tests.support.servers import fake_server, given_server

TARGET = "every_operation"


@dataclass(frozen=True)
class Reached:
    """A run of the target, the operations that it reached, and those that it left out, with the reasons."""

    run: Run
    operations: frozenset[str]
    skipped: dict[str, str]


def operation_of(request: Request) -> str | None:
    """The operation of a request; of several, the one with the most literal path."""
    fitting = [name for name in OPERATIONS if request.carries_out(name)]
    return min(fitting, key=lambda name: OPERATIONS[name].path.count("{"), default=None)


def operations_in(journal: Journal) -> frozenset[str]:
    """The operations that tasks of this collection sent through the proxy, or reported."""
    ours = [task for task in journal.tasks if task.ours]
    requested = {operation_of(request) for task in ours for request in task.requests if request.status}
    # The local socket is not behind the proxy.
    reported = {name for task in ours if not task.check_mode for item in task.items for name in item.get("operations", ())}
    return frozenset(name for name in requested if name) | {name for name in reported if not OPERATIONS[name].remote}


@pytest.fixture(scope="module", params=flavours())
def reached(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reached]:
    folder = tmp_path_factory.mktemp(TARGET)
    given = given_server()
    # The path of a socket must be short.
    with contextlib.ExitStack() as stack:
        if given:
            server = given
            environment = {
                "MATTERMOST_TEST_MAY_DESTROY": os.environ.get("MATTERMOST_TEST_MAY_DESTROY", ""),
                "MATTERMOST_TEST_SOCKET": os.environ.get("MATTERMOST_SOCKET", ""),
            }
        else:
            socket = str(Path(stack.enter_context(tempfile.TemporaryDirectory())) / "socket")
            server = stack.enter_context(fake_server(**options(request.param), arguments=["--socket", socket]))
            environment = {"MATTERMOST_TEST_MAY_DESTROY": "true", "MATTERMOST_TEST_SOCKET": socket}
        proxy = stack.enter_context(recording_proxy(server.url))
        run = run_target(TARGET, server, proxy, folder, environment=environment)
        skipped = {}
        if environment["MATTERMOST_TEST_MAY_DESTROY"].lower() not in ("true", "yes", "1"):
            reason = "hits every user of the server: set MATTERMOST_TEST_MAY_DESTROY=true if that may be"
            skipped = dict.fromkeys(("revoke_sessions_from_all_users", "permanent_delete_all_users"), reason)
        elif not environment["MATTERMOST_TEST_SOCKET"]:
            skipped = {"permanent_delete_all_users": "only the local socket has it: name it in MATTERMOST_SOCKET"}
        lines = (folder / "journal.jsonl").read_text(encoding="utf-8").splitlines()
        yield Reached(run, operations_in(read_journal(lines)), skipped)


def test_the_play_passes(reached: Reached) -> None:
    problems = list(reached.run.problems)
    if reached.run.status:
        problems.insert(0, f"ansible-playbook ended with status {reached.run.status}")
    if problems:
        pytest.fail("\n".join([*problems, "", reached.run.output.replace(SECRET_MARK, "(hidden) ")]), pytrace=False)


@pytest.mark.parametrize("operation", USERS_API)
def test_the_play_reaches(operation: str, reached: Reached) -> None:
    if operation in reached.skipped:
        assert operation not in reached.operations
        pytest.skip(reached.skipped[operation])
    assert operation in reached.operations


@pytest.mark.parametrize(
    ("method", "path", "operation"),
    [
        ("GET", f"/api/v4/users/{'a' * 26}", "get_user"),
        ("GET", "/api/v4/users/known", "get_known_users"),
        ("GET", "/api/v4/users/tokens", "get_user_access_tokens"),
        ("POST", "/api/v4/users/tokens/search", "search_user_access_tokens"),
        ("PUT", "/api/v4/users/sessions/device", "attach_device_id"),
        ("POST", f"/api/v4/users/{'a' * 26}/tokens", "create_user_access_token"),
        ("GET", "/api/v4/config", None),
    ],
)
def test_a_request_is_taken_for_the_right_operation(method: str, path: str, operation: str | None) -> None:
    assert operation_of(Request(method, path)) == operation


def test_operations_that_were_predicted_or_not_answered_do_not_count() -> None:
    journal = read_journal(
        [
            '{"event": "task", "name": "a", "module": "mmops.mattermost.mm_user_operation", "where": "main.yml:1"}',
            '{"event": "request", "number": 1, "method": "GET", "path": "/api/v4/users/known"}',
            (
                '{"event": "result", "check_mode": true, "items": '
                '[{"changed": true, "operations": ["permanent_delete_all_users"]}]}'
            ),
            '{"event": "task", "name": "b", "module": "ansible.builtin.uri", "where": "main.yml:9"}',
            '{"event": "request", "number": 2, "method": "GET", "path": "/api/v4/users/stats"}',
            '{"event": "answer", "number": 2, "status": 200}',
        ]
    )
    assert operations_in(journal) == frozenset()
