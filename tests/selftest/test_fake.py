# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fake server comes and goes cleanly, holds many users, and fails on demand."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from ansible_collections.mmops.mattermost.tests.support.fake_process import (
    FAKE,
    PASSWORD,
    READY_SECONDS,
    Fake,
    name_of,
    running,
)
from ansible_collections.mmops.mattermost.tests.support.servers import ROOT

OPERATIONS = ROOT / "tests" / "conformance" / "operations.json"


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


# ---- start and stop -----------------------------------------------------------------
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_leaves_nothing_behind(tmp_path: Path, number: signal.Signals) -> None:
    path = tmp_path / "local.sock"
    with running("--socket", path) as fake:
        assert path.stat().st_mode & 0o777 == 0o600
        port = fake.port
        assert not is_free(port)
        assert fake.call("GET", "/users/me").status_code == 200
        assert fake.stop(number) == 0
    assert is_free(port)
    assert not path.exists()


def test_prints_one_line() -> None:
    with running() as fake:
        fake.call("GET", "/users/me")
        fake.stop()
        assert fake.process.stdout.read() == ""


def test_restarts_on_the_same_port_and_forgets_everything(tmp_path: Path) -> None:
    path = tmp_path / "local.sock"
    with running("--socket", path) as fake:
        port = fake.port
        fake.new_user("anna")
        fake.process.kill()  # leaves the socket file
        fake.stop()
    with running("--socket", path, "--port", port) as fake:
        assert fake.port == port
        assert fake.call("GET", "/users/username/anna").status_code == 404


def test_stops_while_a_connection_is_open_and_a_request_waits() -> None:
    with running("--control") as fake:
        fake.control("POST", "faults", {"operation": "get_user", "kind": "delay", "seconds": 60})
        with socket.create_connection(("127.0.0.1", fake.port)) as waiting:
            waiting.sendall(b"GET /api/v4/users/me HTTP/1.1\r\nHost: x\r\n\r\n")
            time.sleep(0.2)
            fake.stop()


def test_refuses_a_port_in_use() -> None:
    with running() as fake:
        command = [sys.executable, FAKE, "--port", str(fake.port)]
        second = subprocess.run(command, capture_output=True, text=True, timeout=READY_SECONDS, check=False)
    assert second.returncode == 1
    assert second.stdout == ""
    assert str(fake.port) in second.stderr


def test_administrator_of_ones_choice() -> None:
    with running("--admin-login", "root@corp.example", "--admin-password", "Secret-123") as fake:
        answer = fake.call("POST", "/users/login", {"login_id": "root@corp.example", "password": "Secret-123"})
        assert answer.status_code == 200
        assert answer.json()["roles"] == "system_admin system_user"
        assert answer.json()["id"] == fake.call("GET", "/users/me").json()["id"]


# ---- many users, many requests ---------------------------------------------------------
def test_load(tmp_path: Path) -> None:
    count = 2000
    file = tmp_path / "users.jsonl"
    with file.open("w") as lines:
        for number in range(count):
            user = {"username": f"user{number:04}", "email": f"user{number:04}@example.com", "password": PASSWORD}
            if number == 7:
                user["roles"] = "system_user system_admin"
            lines.write(json.dumps(user) + "\n")
    with running("--load", file) as fake:
        assert fake.call("GET", "/users/stats").json() == {"total_users_count": count + 1}
        names = [f"user{number:04}" for number in range(count)]
        found = fake.call("POST", "/users/usernames", names).json()
        assert [user["username"] for user in found] == names
        assert found[7]["roles"] == "system_user system_admin"
        page = fake.call("GET", "/users?page=9&per_page=200").json()
        assert [user["username"] for user in page] == names[1799:1999]  # the administrator comes first
        assert fake.call("POST", "/users/login", {"login_id": "user1999", "password": PASSWORD}).status_code == 200


def test_load_names_the_line_of_a_bad_user(tmp_path: Path) -> None:
    file = tmp_path / "users.jsonl"
    file.write_text('{"username": "a", "email": "a@example.com", "password": "long enough"}\n{"username": "b"}\n')
    command = [sys.executable, FAKE, "--load", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=READY_SECONDS, check=False)
    assert done.returncode == 1
    assert "line 2" in done.stderr


def test_concurrent_requests_do_not_disturb_each_other() -> None:
    with running() as fake, ThreadPoolExecutor(16) as pool:
        shared = fake.new_user("shared")
        tokens = f"/users/{shared['id']}/tokens"

        def work(number: int) -> tuple[int, int]:
            # 80 different users, each of them asked for four times at about the same time
            name = f"worker{number % 80}"
            body = {"username": name, "email": f"{name}@example.com", "password": PASSWORD}
            with requests.Session() as session:
                session.trust_env = False
                session.headers["Authorization"] = f"Bearer {fake.token}"
                created = session.post(f"{fake.url}/api/v4/users", json=body, timeout=10)
                token = session.post(f"{fake.url}/api/v4{tokens}", json={"description": str(number)}, timeout=10)
            return created.status_code, token.status_code

        results = list(pool.map(work, range(320)))
        assert sorted(created for created, _token in results) == [201] * 80 + [400] * 240
        assert {token for _created, token in results} == {200}
        pages = [fake.call("GET", f"{tokens}?per_page=200&page={page}").json() for page in range(3)]
        assert {int(token["description"]) for page in pages for token in page} == set(range(320))
        assert fake.call("GET", "/users/stats").json() == {"total_users_count": 82}


# ---- control surface -------------------------------------------------------------------
@pytest.fixture(scope="module")
def controlled() -> Iterator[Fake]:
    with running("--control") as fake:
        yield fake


@pytest.fixture
def fake(controlled: Fake) -> Fake:
    controlled.control("DELETE", "faults")
    controlled.control("DELETE", "requests")
    return controlled


def exists(fake: Fake, name: str) -> bool:
    return fake.call("GET", f"/users/username/{name}").status_code == 200


def create(fake: Fake, name: str) -> requests.Response:
    return fake.call("POST", "/users", {"username": name, "email": f"{name}@example.com", "password": PASSWORD})


def test_control_is_off_by_default() -> None:
    with running() as fake:
        assert fake.control("GET", "requests").status_code == 404
        assert fake.control("POST", "faults", {"operation": "get_user", "kind": "drop_before"}).status_code == 404
        assert fake.call("GET", "/users/me").status_code == 200


@pytest.mark.parametrize(("kind", "effect"), [("drop_before", False), ("drop_after", True)])
def test_fault_drop(fake: Fake, request: pytest.FixtureRequest, kind: str, effect: bool) -> None:
    name = name_of(request)
    assert fake.control("POST", "faults", {"operation": "create_user", "kind": kind}).status_code == 201
    with pytest.raises(requests.ConnectionError):
        create(fake, name)
    assert exists(fake, name) is effect


def test_fault_truncated(fake: Fake, request: pytest.FixtureRequest) -> None:
    name = name_of(request)
    fake.control("POST", "faults", {"operation": "create_user", "kind": "truncated"})
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        create(fake, name)
    assert exists(fake, name)


def test_fault_not_json(fake: Fake, request: pytest.FixtureRequest) -> None:
    name = name_of(request)
    fake.control("POST", "faults", {"operation": "create_user", "kind": "not_json"})
    answer = create(fake, name)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert not exists(fake, name)


def test_fault_rate_limit(fake: Fake) -> None:
    fake.control(
        "POST",
        "faults",
        {
            "operation": "get_user",
            "kind": "status",
            "status": 429,
            "seconds": 3,
            "headers": {"X-Ratelimit-Remaining": None, "X-Extra": "yes"},
        },
    )
    answer = fake.call("GET", "/users/me")
    assert (answer.status_code, answer.text) == (429, "limit exceeded\n")
    assert (answer.headers["Retry-After"], answer.headers["X-Ratelimit-Reset"]) == ("3", "3")
    assert answer.headers["X-Extra"] == "yes"
    assert "X-Ratelimit-Remaining" not in answer.headers
    assert fake.call("GET", "/users/me").status_code == 200


@pytest.mark.parametrize("status", [502, 503, 504])
@pytest.mark.parametrize("effect", [False, True])
def test_fault_status(fake: Fake, request: pytest.FixtureRequest, status: int, effect: bool) -> None:
    name = name_of(request)
    fake.control("POST", "faults", {"operation": "create_user", "kind": "status", "status": status, "effect": effect})
    answer = create(fake, name)
    assert answer.status_code == status
    assert answer.text.startswith("<html>")
    assert exists(fake, name) is effect


def test_fault_delay(fake: Fake) -> None:
    fake.control("POST", "faults", {"operation": "get_user", "kind": "delay", "seconds": 0.3})
    assert fake.call("GET", "/users/me").elapsed.total_seconds() >= 0.3


def test_fault_by_path_count_and_skip(fake: Fake) -> None:
    fake.control(
        "POST", "faults", {"method": "GET", "path": "/api/v4/users/*", "kind": "status", "status": 503, "skip": 1, "count": 2}
    )
    assert [fake.call("GET", "/users/me").status_code for unused in range(4)] == [200, 503, 503, 200]
    fake.control("POST", "faults", {"path": "/api/v4/users/me", "kind": "status", "status": 502, "count": -1})
    assert [fake.call("GET", "/users/me").status_code for unused in range(3)] == [502, 502, 502]
    assert len(fake.control("GET", "faults").json()) == 1
    fake.control("DELETE", "faults")
    assert fake.call("GET", "/users/me").status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {"operation": "nosuch", "kind": "delay"},
        {"operation": "get_user", "kind": "nosuch"},
        {"kind": "delay"},
        {"operation": "get_user", "kind": "delay", "unknown": 1},
        {"operation": "get_user", "kind": "delay", "count": "1"},
    ],
)
def test_bad_fault(fake: Fake, body: dict) -> None:
    answer = fake.control("POST", "faults", body)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_journal(fake: Fake) -> None:
    fake.control("POST", "faults", {"operation": "logout", "kind": "drop_before"})
    fake.call("GET", "/users/me")
    fake.call("POST", "/users/mfa", {})
    fake.call("GET", "/nosuch")
    with pytest.raises(requests.ConnectionError):
        fake.call("POST", "/users/logout")
    journal = fake.control("GET", "requests").json()
    assert journal["counts"] == {"get_user": 1, "check_user_mfa": 1, "unknown": 1, "logout": 1}
    assert [(entry["operation"], entry["status"]) for entry in journal["requests"]] == [
        ("get_user", 200),
        ("check_user_mfa", 404),
        (None, 404),
        ("logout", None),
    ]
    fake.control("DELETE", "requests")
    assert fake.control("GET", "requests").json() == {"total": 0, "counts": {}, "requests": []}


def test_every_operation_of_the_users_api_can_fail(fake: Fake) -> None:
    names = json.loads(OPERATIONS.read_text())
    for name in names:
        assert fake.control("POST", "faults", {"operation": name, "kind": "delay"}).status_code == 201, name


def test_mails_reset_a_password(fake: Fake, request: pytest.FixtureRequest) -> None:
    name = name_of(request)
    user = fake.new_user(name)
    fake.call("POST", "/users/password/reset/send", {"email": user["email"]})
    mail = fake.control("GET", "mails").json()[-1]
    assert (mail["kind"], mail["to"]) == ("password_reset", user["email"])
    reset = {"token": mail["token"], "new_password": "Another-Passw0rd!"}
    assert fake.call("POST", "/users/password/reset", dict(reset, new_password="short")).status_code == 400
    assert fake.call("POST", "/users/password/reset", reset).status_code == 200
    assert fake.call("POST", "/users/password/reset", reset).status_code == 400
    login = {"login_id": name, "password": "Another-Passw0rd!"}
    assert fake.call("POST", "/users/login", login).status_code == 200


def test_mails_verify_an_address(fake: Fake, request: pytest.FixtureRequest) -> None:
    user = fake.new_user(name_of(request))
    fake.call("POST", "/users/email/verify/send", {"email": user["email"]})
    token = fake.control("GET", "mails").json()[-1]["token"]
    assert fake.call("POST", "/users/email/verify", {"token": token}).status_code == 200
    assert fake.call("PUT", f"/users/{user['id']}/patch", {}).json()["email_verified"] is True
