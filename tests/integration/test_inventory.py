# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory plugin against a fake server: what it lists, what it keeps, and ad-hoc commands over it."""

from __future__ import annotations

import json
import shlex
import stat
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from ansible_collections.mmops.mattermost.tests.support.code_blocks import blocks
from ansible_collections.mmops.mattermost.tests.support.plays import PROGRAMS, SECRET_MARK
from ansible_collections.mmops.mattermost.tests.support.proxy import RecordingProxy, recording_proxy
from ansible_collections.mmops.mattermost.tests.support.servers import ROOT, Server, fake_server, play_environment

#: More than a page of the API.
CROWD = 230

#: Otherwise Ansible goes on without what could not be read.
FAILING = {"ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true"}

TEMPLATE = "{{ lookup('ansible.builtin.pipe', 'echo taken over') }}"


@dataclass
class Place:
    """A server with people behind a proxy, and how Ansible is run on it."""

    server: Server
    proxy: RecordingProxy
    home: Path
    ids: dict[str, str]

    def run(self, tool: str, *arguments: str | Path, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
        variables = play_environment(Server(self.proxy.url, self.server.token), self.home) | environment
        return subprocess.run(
            [PROGRAMS / tool, *arguments],
            cwd=folder,
            env=variables,
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
        )

    def inventory(self, folder: Path, text: str, **environment: str) -> dict[str, Any]:
        """What ansible-inventory lists for an inventory file."""
        file = folder / "mm_users.yml"
        file.write_text(f"plugin: mmops.mattermost.mm_users\n{text}", encoding="utf-8")
        run = self.run("ansible-inventory", "-i", file, "--list", folder=folder, **FAILING, **environment)
        assert run.returncode == 0, run.stderr
        assert self.server.token not in run.stdout + run.stderr
        return plain(json.loads(run.stdout)) | {"stderr": run.stderr}

    def sent(self) -> list[str]:
        """The paths of the requests since the last call."""
        journal = self.proxy.journal
        assert journal is not None
        lines = journal.read_text(encoding="utf-8").splitlines() if journal.exists() else []
        journal.unlink(missing_ok=True)
        return [entry["path"] for entry in map(json.loads, lines) if entry["event"] == "request"]


def plain(value: Any) -> Any:
    """Without the marks that say that a text is not a template."""
    if isinstance(value, dict):
        if set(value) == {"__ansible_unsafe"}:
            return value["__ansible_unsafe"]
        return {key: plain(part) for key, part in value.items()}
    return [plain(part) for part in value] if isinstance(value, list) else value


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    home = tmp_path_factory.mktemp("home")
    people = home / "people.jsonl"
    password = f"{SECRET_MARK}Aa1-people"
    crowd = [
        {"username": f"person{number:03}", "email": f"person{number:03}@example.com", "password": password}
        for number in range(CROWD)
    ]
    special = [
        {"username": name, "email": f"{name}@example.org", "password": password, "nickname": TEMPLATE}
        for name in ("zoe", "mfa_inactive", "localhost", "ines", "bo")
    ]
    people.write_text("".join(json.dumps(user) + "\n" for user in [*crowd, *special]), encoding="utf-8")
    with fake_server(licensed=True, arguments=["--load", str(people)]) as server, recording_proxy(server.url) as proxy:
        headers = {"Authorization": f"Bearer {server.token}"}
        users = f"{server.url}/api/v4/users"
        names = requests.post(
            f"{users}/usernames", json=["person000", *(user["username"] for user in special)], headers=headers, timeout=30
        ).json()
        ids = {user["username"]: user["id"] for user in names}
        settings = {"GuestAccountsSettings": {"Enable": True}, "ServiceSettings": {"EnableUserAccessTokens": True}}
        requests.put(f"{server.url}/api/v4/config/patch", json=settings, headers=headers, timeout=30).raise_for_status()
        requests.post(f"{users}/{ids['ines']}/demote", headers=headers, timeout=30).raise_for_status()
        requests.delete(f"{users}/{ids['person000']}", headers=headers, timeout=30).raise_for_status()
        roles = {"roles": "system_user system_admin"}
        requests.put(f"{users}/{ids['zoe']}/roles", json=roles, headers=headers, timeout=30).raise_for_status()
        login = {"login_id": "zoe", "password": password}
        requests.post(f"{users}/login", json=login, timeout=30).raise_for_status()
        yield Place(server, proxy, home, ids)


@pytest.fixture(autouse=True)
def journal(place: Place, tmp_path: Path) -> Iterator[None]:
    place.proxy.journal = tmp_path / "journal.jsonl"
    yield
    place.proxy.journal = None


def test_every_user_is_a_host(place: Place, tmp_path: Path) -> None:
    listed = place.inventory(tmp_path, "")
    hosts = listed["_meta"]["hostvars"]
    assert {f"person{number:03}" for number in range(CROWD)} | {"zoe", "admin"} <= set(hosts)
    assert hosts["zoe"]["mattermost_user_id"] == place.ids["zoe"]
    assert hosts["zoe"]["mattermost_email"] == "zoe@example.org"
    assert hosts["zoe"]["ansible_connection"] == "local"
    # A nickname is never a template.
    assert hosts["zoe"]["mattermost_nickname"] == TEMPLATE
    assert listed["deactivated"]["hosts"] == ["person000"]
    assert set(listed["role_system_admin"]["hosts"]) == {"admin", "zoe"}
    assert len(listed["mfa_inactive"]["hosts"]) == len(hosts) == CROWD + 6
    # Two pages, and nothing else.
    assert place.sent() == ["/api/v4/users"] * 2


def test_names_that_mean_something_else(place: Place, tmp_path: Path) -> None:
    listed = place.inventory(tmp_path, "")
    hosts = listed["_meta"]["hostvars"]
    assert not {"localhost", "mfa_inactive"} & set(hosts)
    for name in ("localhost", "mfa_inactive"):
        assert hosts[place.ids[name]]["mattermost_username"] == name
        assert f"The user {name} is called {place.ids[name]} in the inventory" in " ".join(listed["stderr"].split())


def test_options(place: Place, tmp_path: Path) -> None:
    listed = place.inventory(
        tmp_path,
        """
hostname: email
group_prefix: chat_
inactive: true
api_token: "{{ lookup('ansible.builtin.env', 'TOKEN_ELSEWHERE') }}"
keyed_groups:
  - key: mattermost_email.split('@')[1]
    prefix: domain
groups:
  gone: not mattermost_active
compose:
  display_name: mattermost_username ~ '!'
""",
        TOKEN_ELSEWHERE=place.server.token,
        MATTERMOST_TOKEN="wrong",
    )
    assert set(listed["_meta"]["hostvars"]) == {"person000@example.com"}
    assert listed["_meta"]["hostvars"]["person000@example.com"]["display_name"] == "person000!"
    for group in ("chat_deactivated", "chat_mfa_inactive", "domain_example_com", "gone"):
        assert listed[group]["hosts"] == ["person000@example.com"]


def test_sessions_tell_the_last_use(place: Place, tmp_path: Path) -> None:
    listed = place.inventory(tmp_path, "roles: [system_admin]\nsessions: true\nidle_after: 0s\n")
    hosts = listed["_meta"]["hostvars"]
    assert set(hosts) == {"admin", "zoe"}
    assert hosts["zoe"]["mattermost_sessions"] == 1
    assert hosts["zoe"]["mattermost_last_activity_at"] > hosts["zoe"]["mattermost_create_at"]
    assert "zoe" in listed["idle"]["hosts"]
    listed = place.inventory(tmp_path, "role: system_user\nsessions: true\n")
    assert "idle" not in listed
    assert "person001" in listed["unseen"]["hosts"]
    assert not {"zoe", "person000"} & set(listed["unseen"]["hosts"])


def test_the_report_tells_the_last_use_of_those_without_a_session(place: Place, tmp_path: Path) -> None:
    """Somebody who logged out long ago has no session, and was seen all the same."""
    users = f"{place.server.url}/api/v4/users"
    login = {"login_id": "bo", "password": f"{SECRET_MARK}Aa1-people"}
    token = requests.post(f"{users}/login", json=login, timeout=30).headers["Token"]
    requests.post(f"{users}/logout", headers={"Authorization": f"Bearer {token}"}, timeout=30).raise_for_status()
    listed = place.inventory(tmp_path, "sessions: true\nidle_after: 60d\nactive: true\nbots: false\n")
    bo = listed["_meta"]["hostvars"]["bo"]
    assert bo["mattermost_last_activity_at"] == bo["mattermost_last_login"] > bo["mattermost_create_at"]
    assert "bo" not in [*listed["unseen"]["hosts"], *listed.get("idle", {}).get("hosts", [])]
    # Two pages of users, three of the report with their number before, and no session.
    reports = "/api/v4/reports/users"
    assert place.sent() == ["/api/v4/users"] * 2 + [f"{reports}/count"] + [reports] * 3
    listed = place.inventory(tmp_path, "sessions: true\nidle_after: 0s\nactive: true\n")
    assert "bo" in listed["idle"]["hosts"]
    assert listed["_meta"]["hostvars"]["bo"]["mattermost_sessions"] == 0
    place.sent()


def test_sessions_can_be_counted_all_the_same(place: Place, tmp_path: Path) -> None:
    listed = place.inventory(tmp_path, "roles: [system_admin]\nsessions: true\nevery_session: true\n")
    assert listed["_meta"]["hostvars"]["zoe"]["mattermost_sessions"] == 1
    assert "idle" not in listed


def test_without_a_report_sessions_tell(tmp_path: Path) -> None:
    """As on servers before 10.11."""
    with fake_server(licensed=False, release="7.6") as server, recording_proxy(server.url) as proxy:
        proxy.journal = tmp_path / "journal.jsonl"
        place = Place(server, proxy, tmp_path / "home", {})
        listed = place.inventory(tmp_path, "sessions: true\n")
        assert listed["_meta"]["hostvars"]["admin"]["mattermost_sessions"] is not None
        assert "mattermost_last_login" not in listed["_meta"]["hostvars"]["admin"]
        assert "cannot be read" not in listed["stderr"]
        assert not [path for path in place.sent() if "reports" in path]


def test_answers_are_kept(place: Place, tmp_path: Path) -> None:
    text = "cache: true\ncache_plugin: ansible.builtin.jsonfile\ncache_connection: kept\nactive: true\n"
    first = place.inventory(tmp_path, text)
    assert place.sent() == ["/api/v4/users"] * 2
    second = place.inventory(tmp_path, text)
    assert place.sent() == []
    assert second["_meta"] == first["_meta"]
    assert second["_meta"]["hostvars"]["zoe"]["mattermost_nickname"] == TEMPLATE
    # Another question is not answered from there.
    other = place.inventory(tmp_path, text.replace("active: true", "inactive: true"))
    assert list(other["_meta"]["hostvars"]) == ["person000"]
    assert place.sent() == ["/api/v4/users"]
    # A file on the disk holds no token of the caller.
    kept = "".join(file.read_text(encoding="utf-8") for file in (tmp_path / "kept").iterdir())
    assert "person001" in kept
    assert place.server.token not in kept
    # It holds names and addresses of people.
    assert stat.S_IMODE((tmp_path / "kept").stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "kept").iterdir()} == {0o600}
    # And what was kept can be refreshed.
    (tmp_path / "play.yml").write_text('[{"hosts": "all", "gather_facts": false}]', encoding="utf-8")
    run = place.run("ansible-playbook", "-i", tmp_path / "mm_users.yml", "--flush-cache", "play.yml", folder=tmp_path)
    assert run.returncode == 0, run.stdout + run.stderr
    assert place.sent() == ["/api/v4/users"]


def test_an_ad_hoc_command(place: Place, tmp_path: Path) -> None:
    (tmp_path / "mm_users.yml").write_text("plugin: mmops.mattermost.mm_users\n", encoding="utf-8")
    arguments = [
        "-i",
        tmp_path / "mm_users.yml",
        "role_system_admin:!admin",
        "-m",
        "mmops.mattermost.mm_user_session",
        "-a",
        "user_id={{ mattermost_user_id }} state=absent",
    ]
    run = place.run("ansible", *arguments, "--check", folder=tmp_path)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "zoe | CHANGED" in run.stdout
    assert not [path for path in place.sent() if "revoke" in path]
    run = place.run("ansible", *arguments, folder=tmp_path)
    assert "zoe | CHANGED" in run.stdout, run.stdout + run.stderr
    assert [path for path in place.sent() if "revoke" in path]
    run = place.run("ansible", *arguments, folder=tmp_path)
    assert "zoe | SUCCESS" in run.stdout, run.stdout + run.stderr
    # A nickname that is a template shows as it is when it is used.
    shown = place.run(
        "ansible",
        "-i",
        tmp_path / "mm_users.yml",
        "zoe",
        "-m",
        "ansible.builtin.debug",
        "-a",
        "msg=<{{ mattermost_nickname }}>",
        folder=tmp_path,
    )
    assert f"<{TEMPLATE}>" in shown.stdout


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("in_team: wrong", "in_team: 'wrong' is not a valid id. An id has 26 characters"),
        ("active: true\ninactive: true", "active and inactive exclude each other"),
        ("idle_after: soon", "idle_after: 'soon' is not a valid duration"),
        ("group_prefix: 1-", "group_prefix: '1-' cannot begin the name of a group"),
        ("roles: [boss]", "boss"),
        ("api_url: chat.example.com", "api_url is not an http or https address"),
        ("api_token: dead", "does not accept the session"),
    ],
)
def test_errors_name_the_option(place: Place, tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "mm_users.yml"
    file.write_text(f"plugin: mmops.mattermost.mm_users\n{text}\n", encoding="utf-8")
    run = place.run("ansible-inventory", "-i", file, "--list", folder=tmp_path, **FAILING)
    assert run.returncode != 0
    assert message.lower() in " ".join(run.stderr.split()).lower()


def state(place: Place, username: str) -> str:
    answer = requests.get(
        f"{place.server.url}/api/v4/users/username/{username}",
        timeout=30,
        headers={"Authorization": f"Bearer {place.server.token}"},
    )
    return "deactivated" if answer.json()["delete_at"] else "active"


def test_the_guide(place: Place, tmp_path: Path) -> None:
    """All that it shows works in its order. Last, as it changes people."""
    assert (state(place, "ines"), state(place, "bo")) == ("active", "active")
    written, commands = [], []
    for block in blocks(ROOT / "docs" / "docsite" / "rst" / "guide_adhoc_and_inventory.rst"):
        if block.file:
            (tmp_path / block.file).write_text(block.text.replace("~/.cache", "cache"), encoding="utf-8")
            written.append(block.file)
            if block.file == "mm_users.yml":
                run = place.run("ansible-inventory", "-i", block.file, "--graph", folder=tmp_path, **FAILING)
                assert run.returncode == 0, run.stderr
                assert "mfa_inactive:" in run.stdout
        elif block.language == "console":
            for line in block.text.replace("\\\n", " ").splitlines():
                command = shlex.split(line.removeprefix("$ "))
                if command and command[0].startswith("ansible"):
                    run = place.run(command[0], *command[1:], folder=tmp_path, **FAILING)
                    assert run.returncode == 0, f"{line}\n{run.stdout}{run.stderr}"
                    commands.append(command[0])
    assert written.count("mm_users.yml") == 4
    assert len(commands) == 9
    assert (state(place, "ines"), state(place, "bo")) == ("deactivated", "deactivated")
