# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks and tasks in the README files and in the guides run, in the order in which they are written.

They run where nothing is installed but ansible-core and what requirements.txt of the collection names.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from ansible_collections.mmops.mattermost.tests.support.code_blocks import Block, blocks
from ansible_collections.mmops.mattermost.tests.support.plays import PROGRAMS, SECRET_MARK
from ansible_collections.mmops.mattermost.tests.support.servers import ROOT, Server, fake_server
from ansible_collections.mmops.mattermost.tests.support.user_environment import core_of, user_environment, user_variables

PREPARATIONS = Path(__file__).parent / "preparations" / "documents"

#: Texts whose examples have tests of their own: they need an inventory that is made by the server.
ELSEWHERE = {"guide_adhoc_and_inventory"}

#: Addresses of the documentation that the fake server stands for.
ADDRESS = "https://chat.example.com"
SOCKET = "/var/tmp/mattermost_local.socket"  # noqa: S108  the one of Mattermost itself


def documents() -> dict[str, Path]:
    """All texts with examples, by the name of their preparation."""
    guides = sorted((ROOT / "docs" / "docsite" / "rst").glob("*.rst"))
    readmes = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "roles").glob("*/README.md"))]
    named = {path.stem: path for path in guides}
    for path in readmes:
        named["_".join(path.relative_to(ROOT).with_suffix("").parts).lower()] = path
    return {name: path for name, path in named.items() if name not in ELSEWHERE and any(_runs(block) for block in blocks(path))}


def _runs(block: Block) -> bool:
    return block.language.startswith("yaml") and block.reason is None


def _plays(document: Any) -> list[dict] | None:
    """The plays of a block, whether it holds plays or tasks. None if it holds data."""
    if not isinstance(document, list) or not all(isinstance(part, dict) for part in document):
        return None
    if all("hosts" in part or "ansible.builtin.import_playbook" in part for part in document):
        return document
    if all("block" in part or any("." in key for key in part) for part in document):
        return [{"name": "Tasks of the text", "hosts": "localhost", "gather_facts": False, "tasks": document}]
    return None


def _tasks(document: Any) -> Iterator[dict]:
    """All tasks of plays, also those in blocks."""
    for part in document or []:
        yield part
        for section in ("pre_tasks", "tasks", "post_tasks", "block", "rescue", "always"):
            yield from _tasks(part.get(section))


class Document:
    """A text as one playbook, which runs in a folder of its own."""

    def __init__(self, name: str, path: Path, folder: Path):
        self.path = path
        self.folder = folder
        preparation = PREPARATIONS / f"{name}.yml"
        self.preparation = yaml.safe_load(preparation.read_text(encoding="utf-8")) if preparation.exists() else {}

    def playbook(self, server: Server, socket: Path, python: Path) -> Path:
        self.write(
            "inventory.yml",
            json.dumps(
                {
                    "all": {
                        "hosts": {
                            host: {"ansible_connection": "local", "ansible_python_interpreter": str(python)}
                            for host in ["localhost", *self.preparation.get("hosts", [])]
                        }
                    }
                }
            ),
        )
        for name, content in self.preparation.get("files", {}).items():
            self.write(name, content)
        plays = [{"name": "Prepare", "hosts": "localhost", "gather_facts": False, "tasks": self.preparation.get("before", [])}]
        for block in blocks(self.path):
            text = block.text.replace(ADDRESS, server.url).replace(SOCKET, str(socket))
            if block.file:
                self.write(block.file, text)
            if _runs(block):
                document = yaml.safe_load(text)
                wanted = _plays(document)
                where = f"{self.path.name}, line {block.line}"
                assert wanted or block.file, f"{where}: no plays and no tasks; name the file, or say why it is not run"
                plays += wanted or []
        refused = dict(self.preparation.get("refused", {}))
        for task in _tasks(plays):
            if refused.pop(task.get("name"), None):
                task["ignore_errors"] = True
        assert not refused, f"No such tasks: {', '.join(refused)}"
        return self.write("document.yml", json.dumps(plays))

    def write(self, name: str, content: str) -> Path:
        path = self.folder / name
        assert path.resolve().is_relative_to(self.folder), f"{name} is not below the folder of the play"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
        return path


def test_there_are_documents() -> None:
    assert {"readme", "guide_quick_start"} <= documents().keys()


def test_every_preparation_has_a_document() -> None:
    assert {path.stem for path in PREPARATIONS.glob("*.yml")} <= documents().keys()


@pytest.mark.parametrize("path", [pytest.param(path, id=name) for name, path in documents().items()])
def test_a_block_that_is_not_run_says_why(path: Path) -> None:
    unexplained = [block.line for block in blocks(path) if block.reason == ""]
    assert unexplained == []


@pytest.fixture(scope="module")
def programs() -> Path:
    return user_environment(core_of(PROGRAMS), ROOT / "requirements.txt", python=PROGRAMS / "python")


@pytest.mark.parametrize("name", documents())
def test_examples(name: str, programs: Path, tmp_path: Path) -> None:
    document = Document(name, documents()[name], tmp_path / "play")
    socket = tmp_path / "socket"
    # They use plain names and change settings, so that only a server of their own will do.
    with fake_server(licensed=document.preparation.get("licensed", True), arguments=["--socket", str(socket)]) as server:
        requests.put(
            f"{server.url}/api/v4/config/patch",
            json=document.preparation.get("settings", {}),
            headers={"Authorization": f"Bearer {server.token}"},
            timeout=30,
        ).raise_for_status()
        variables = {"mattermost_token": server.token, **document.preparation.get("variables", {})}
        playbook = document.playbook(server, socket, programs / "python")
        run = subprocess.run(
            [
                programs / "ansible-playbook",
                "-vv",
                "--inventory",
                "inventory.yml",
                "--extra-vars",
                f"@{document.write('variables.json', json.dumps(variables))}",
                playbook,
            ],
            # A shell tells its folder in PWD as well.
            cwd=document.folder,
            check=False,
            env=user_variables(programs, tmp_path / "home", server)
            | {"ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".tree"), "PWD": str(document.folder)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
    output = run.stdout.replace(SECRET_MARK, "(secret) ").replace(server.token, "(token)")
    assert run.returncode == 0, output
    assert output == run.stdout, f"Secrets show:\n{output}"
    assert "no hosts matched" not in output, output
    for task, reason in document.preparation.get("refused", {}).items():
        result = output.partition(f"TASK [{task}]")[2].partition("TASK [")[0]
        # ansible-core before 2.19 shows no reason with no_log.
        assert reason in result or 'FAILED! => {"censored"' in result, f"{task}: not refused because of {reason}\n{output}"
