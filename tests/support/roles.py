# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every role with variables that are right, and a server where they are."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import requests

from ansible_collections.mmops.mattermost.tests.support.plays import PROGRAMS
from ansible_collections.mmops.mattermost.tests.support.servers import ROOT, Server, play_environment

PASSWORD = "Hush-password-Aa1"
ROSTER = "username,email,position\nada,ada@example.com,Engineer\nbo,bo@example.com,Designer\n"
MAPPING = "username,auth_service,auth_data\nada,ldap,uid=ada\nbo,ldap,uid=bo\n"

#: Variables with which each role changes something and succeeds. All paths are relative.
GOOD: dict[str, dict[str, Any]] = {
    "access_review": {"directory": "out", "roster_src": "roster.csv"},
    "auth_migration": {"src": "mapping.csv", "canary": "100%", "rollback": "out/back.json", "report": "out/moved.json"},
    "mfa_enforcement": {"action": "enrol", "users": ["ada"], "directory": "secrets", "report": "out/mfa.json"},
    "session_lockdown": {"incident": "one", "users": ["ada"], "record": "out/lockdown.json"},
    "token_rotation": {
        "accounts": [{"username": "ada", "description": "of ada"}],
        "directory": "secrets",
        "report": "out/tokens.json",
    },
    "user_offboarding": {"users": ["cy"], "record": "out/offboarding.json"},
    "user_onboarding": {
        "users": [{"username": "zoe", "email": "zoe@example.com", "mfa": True, "tokens": ["of zoe"]}],
        "directory": "secrets",
        "report": "out/onboarding.json",
    },
    "user_roster": {"src": "roster.csv", "report": "out/roster.csv", "prune": "report"},
}

#: What the variables above leave, below the folder that the play is started in.
LEFT: dict[str, list[str]] = {
    "access_review": [f"out/access-review{end}" for end in (".html", ".json", "-accounts.csv", "-differences.csv")],
    "auth_migration": ["out/back.json", "out/moved.json"],
    "mfa_enforcement": ["secrets/ada.png", "secrets/ada.secret", "out/mfa.json"],
    "session_lockdown": ["out/lockdown.json"],
    "token_rotation": ["secrets/ada.of_ada.token", "out/tokens.json"],
    "user_offboarding": ["out/offboarding.json"],
    "user_onboarding": [f"secrets/zoe.{end}" for end in ("password", "secret", "png", "of_zoe.token")]
    + ["out/onboarding.json"],
    "user_roster": ["out/roster.csv"],
}

ROLES = sorted(GOOD)


def ask(server: Server, method: str, path: str, **body: object) -> Any:
    """A request past the collection, as the administrator."""
    headers = {"Authorization": f"Bearer {server.token}"}
    answer = requests.request(method, f"{server.url}/api/v4{path}", headers=headers, json=body or None, timeout=30)
    answer.raise_for_status()
    return answer.json()


def prepare(server: Server) -> None:
    """Three people, each with a personal access token and a session, and the settings that the roles need."""
    service = {"EnableUserAccessTokens": True, "EnableMultifactorAuthentication": True}
    ask(server, "PUT", "/config/patch", ServiceSettings=service, LdapSettings={"Enable": True})
    for name in ("ada", "bo", "cy"):
        user = ask(server, "POST", "/users", username=name, email=f"{name}@example.com", password=PASSWORD)
        ask(server, "POST", f"/users/{user['id']}/tokens", description=f"of {name}")
        login = {"login_id": name, "password": PASSWORD}
        requests.post(f"{server.url}/api/v4/users/login", json=login, timeout=30).raise_for_status()


def place(folder: Path) -> Path:
    """The folder that plays are started in, with the files that they read."""
    start = folder / "start"
    for part in ("out", "secrets"):
        (start / part).mkdir(parents=True)
    (start / "roster.csv").write_text(ROSTER, encoding="utf-8")
    (start / "mapping.csv").write_text(MAPPING, encoding="utf-8")
    return start


def play_of(role: str, variables: Mapping[str, Any], **keywords: Any) -> dict[str, Any]:
    """A play with the role. ``keywords`` are further ones of the play, or others than here."""
    given = {f"{role}_{name}": value for name, value in variables.items()}
    common = {"hosts": "localhost", "connection": "local", "gather_facts": False}
    return common | keywords | {"roles": [{"role": f"mmops.mattermost.{role}", "vars": given}]}


def run(
    role: str,
    variables: Mapping[str, Any],
    server: Server,
    folder: Path,
    *,
    playbook: str | None = None,
    play: Mapping[str, Any] | None = None,
    **settings: Any,
) -> subprocess.CompletedProcess[str]:
    """Runs a role in a play of its own with these keywords, or the named playbook. ``settings`` are those of `run_plays`."""
    if playbook is None:
        return run_plays([play_of(role, variables, **(play or {}))], server, folder, **settings)
    given = {f"{role}_{name}": value for name, value in variables.items()}
    return _run([playbook, "-e", json.dumps(given)], server, folder, **settings)


def run_plays(plays: list[dict[str, Any]], server: Server, folder: Path, **settings: Any) -> subprocess.CompletedProcess[str]:
    """Runs plays from a file that is elsewhere than where they are started.

    ``start`` is the folder for that, ``arguments`` are further ones of the command. A variable of the ``environment`` that is
    ``None`` is taken out of it.
    """
    written = folder / "plays" / "play.yml"
    written.parent.mkdir(exist_ok=True)
    written.write_text(json.dumps(plays), encoding="utf-8")
    return _run([str(written)], server, folder, **settings)


def _run(
    command: list[str],
    server: Server,
    folder: Path,
    *,
    start: Path | None = None,
    arguments: tuple[str, ...] = (),
    environment: Mapping[str, str | None] | None = None,
) -> subprocess.CompletedProcess[str]:
    settings: dict[str, str | None] = {**play_environment(server, folder / "home"), "ANSIBLE_NOCOLOR": "true"}
    settings |= environment or {}
    return subprocess.run(
        [PROGRAMS / "ansible-playbook", *command, *arguments],
        cwd=start or folder,
        env={name: value for name, value in settings.items() if value is not None},
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )


def files(folder: Path) -> set[str]:
    """All files below a folder."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def installed(folder: Path) -> Path:
    """A copy of the collection elsewhere than where plays are started. Returns the path for ``ANSIBLE_COLLECTIONS_PATH``."""
    target = folder / "collections" / "ansible_collections" / "mmops" / "mattermost"
    target.parent.mkdir(parents=True)
    names = ["galaxy.yml", "meta", "playbooks", "plugins", "roles"]
    target.mkdir()
    for name in names:
        subprocess.run(["/bin/cp", "-r", ROOT / name, target / name], check=True)
    return target
