# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A session that lasts over the tasks of a play."""

from __future__ import annotations

import json
import os
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.mmops.mattermost.plugins.module_utils._api.connection import make_client
from ansible_collections.mmops.mattermost.plugins.module_utils._api.connection_options import CONNECTION_OPTIONS
from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput, RequestRejected
from ansible_collections.mmops.mattermost.tests.unit.plugins.module_utils.wire import answer

PASSWORD = "s3cr3t-Passw0rd"
LOGGED_IN = answer(200, {"id": "admin"}, Token="s3ss10n")
ME = answer(200, {"id": "admin", "username": "admin"})
OK = answer(200, {"status": "OK"})
DEAD = answer(401, {"id": "api.context.session_expired.app_error", "message": "Please log in.", "status_code": 401})
USED = answer(401, {"id": "api.user.check_user_mfa.bad_code.app_error", "message": "No.", "status_code": 401})


@pytest.fixture
def path(tmp_path):
    return tmp_path / "session"


def client(server, path, **given):
    login = {"api_login_id": "admin", "api_password": PASSWORD, "api_mfa_code": "123456"}
    result = ArgumentSpecValidator(CONNECTION_OPTIONS).validate(
        {"api_url": server.url, "api_session_path": str(path), **login, **given}
    )
    return make_client(result.validated_parameters)


def sent(server):
    return [request.target.removeprefix("/api/v4/users/") for request in server.requests]


def read(server, path, **given):
    with client(server, path, **given) as opened:
        return opened.get_user(user_id="me")


def test_later_tasks_go_on_with_the_session_of_the_first(wire, path):
    server = wire(LOGGED_IN, ME, ME, ME)
    read(server, path)
    read(server, path)
    assert sent(server) == ["login", "me", "me", "me"]
    assert {request.headers["authorization"] for request in server.requests[1:]} == {"Bearer s3ss10n"}


def test_only_its_owner_can_read_the_session(wire, path):
    read(wire(LOGGED_IN, ME), path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_logout_ends_the_session_and_removes_the_file(wire, path):
    server = wire(LOGGED_IN, ME, OK)
    read(server, path)
    with client(server, path) as opened:
        assert opened.has_session
        opened.logout()
    assert sent(server) == ["login", "me", "logout"]
    assert server.requests[-1].headers["authorization"] == "Bearer s3ss10n"
    assert not path.exists()
    with client(server, path) as opened:
        assert not opened.has_session


def test_a_session_that_has_ended_is_replaced(wire, path):
    server = wire(LOGGED_IN, ME, DEAD, answer(200, {"id": "admin"}, Token="an0ther"), ME)
    read(server, path)
    read(server, path)
    assert sent(server) == ["login", "me", "me", "login", "me"]
    assert json.loads(path.read_text())["token"] == "an0ther"


def test_tasks_that_run_at_the_same_time_log_in_once(wire, path):
    server = wire(LOGGED_IN, ME, ME, ME, ME, ME, ME, ME)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _number: read(server, path), range(4)))
    assert sent(server).count("login") == 1


def test_a_login_that_fails_leaves_no_file(wire, path):
    with pytest.raises(RequestRejected, match="api_session_path"):
        read(wire(USED), path)
    assert not path.exists()


def test_nothing_is_sent_by_a_client_that_is_not_used(wire, path):
    server = wire()
    with client(server, path):
        pass
    assert server.requests == []


def test_a_token_needs_no_file(wire, path):
    server = wire(ME)
    read(server, path, api_token="k3yt0k3n", api_login_id=None)
    assert not path.exists()


@pytest.mark.parametrize(
    ("content", "mode", "message"),
    [
        ("{}", 0o600, "does not hold a session"),
        ("my notes", 0o600, "does not hold a session"),
        ("[]", 0o600, "does not hold a session"),
        (
            '{"owner": {"url": "https://other.example.com", "login_id": "admin"}, "token": "x"}',
            0o600,
            "another account or server",
        ),
        ("", 0o644, "others may read"),
        ("", 0o620, "others may read or change"),
    ],
)
def test_a_file_that_is_not_ours_is_left_alone(wire, path, content, mode, message):
    path.write_text(content)
    path.chmod(mode)
    server = wire()
    with pytest.raises(InvalidInput, match=message) as caught:
        read(server, path)
    assert str(path) in str(caught.value)
    assert "api_session_path" in str(caught.value)
    assert (server.requests, path.read_text()) == ([], content)


def test_a_folder_that_does_not_exist_is_named(wire, tmp_path):
    with pytest.raises(InvalidInput, match="cannot be opened"):
        read(wire(), tmp_path / "missing" / "session")


@pytest.mark.parametrize("kind", ["folder", "pipe", "link"])
def test_only_regular_files_are_taken(wire, path, tmp_path, kind):
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InvalidInput, match="api_session_path"):
        read(wire(), path)
    assert not (tmp_path / "elsewhere").exists()
