# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples in the documentation of every module run, and what they return is what the documentation says."""

from __future__ import annotations

import base64
import importlib
import itertools
import json
import subprocess
from pathlib import Path

import pytest
import requests
import yaml

from ansible_collections.mmops.mattermost.tests.support.plays import PROGRAMS, SECRET_MARK
from ansible_collections.mmops.mattermost.tests.support.servers import ROOT, fake_server, play_environment

MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("*.py"))
PREPARATIONS = Path(__file__).parent / "preparations" / "modules"

#: Keys that Ansible adds to every result.
OF_ANSIBLE = {"changed", "failed", "warnings", "deprecations", "invocation", "msg"}
#: What Ansible adds to each item of a loop.
OF_LOOPS = {
    "item",
    "ansible_loop_var",
    "_ansible_item_label",
    "_ansible_no_log",
    "_ansible_item_result",
    "_ansible_ignore_errors",
}

#: A grey picture of one pixel.
PICTURE = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==")


def documentation(module: str) -> tuple[list[dict], dict]:
    """The examples of a module as tasks, and what it documents to return."""
    code = importlib.import_module(f"ansible_collections.mmops.mattermost.plugins.modules.{module}")
    return yaml.safe_load(code.EXAMPLES), yaml.safe_load(code.RETURN)


def undocumented(returned: dict, documented: dict, path: str = "") -> list[str]:
    """Keys that one side has and the other has not."""
    problems = [f"{path}{key} is returned but not documented" for key in returned.keys() - documented.keys()]
    for key, description in documented.items():
        if description["returned"] in ("always", "success") and key not in returned:
            problems.append(f"{path}{key} is documented but not returned")
        inner = returned.get(key)
        for part in inner if isinstance(inner, list) else [inner]:
            if isinstance(part, dict) and part and "contains" in description:
                problems += undocumented(part, description["contains"], f"{path}{key}.")
    return problems


class Examples:
    """The examples of a module as a play that notes their results in ``folder``."""

    def __init__(self, module: str, folder: Path):
        self.name = f"mmops.mattermost.{module}"
        self.folder = folder
        self.examples, self.documented = documentation(module)
        self.preparation = yaml.safe_load((PREPARATIONS / f"{module}.yml").read_text(encoding="utf-8"))

    def play(self, server) -> dict:
        for name, content in self.preparation.get("files", {}).items():
            self._file(name).write_text(content, encoding="utf-8")
        for name in self.preparation.get("pictures", []):
            self._file(name).write_bytes(PICTURE)
        variables = {"server_url": server.url, "mattermost_token": server.token, **self.preparation.get("variables", {})}
        return {
            "hosts": "localhost",
            "connection": "local",
            "gather_facts": False,
            "vars": variables,
            "tasks": [*self.preparation.get("before", []), *itertools.chain(*map(self._noted, self.examples))],
        }

    def _file(self, name: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def _noted(self, example: dict) -> list[dict]:
        if self.name not in example:
            return [example]
        arguments = {key: value for key, value in example[self.name].items() if key != "api_url"}
        register = example.get("register", "noted")
        task = {**example, self.name: arguments, "register": register}
        if example["name"] in self.preparation.get("refused", {}):
            task["ignore_errors"] = True
        note = {
            "name": "Note what was returned",
            "no_log": True,
            "check_mode": False,
            "mmops.mattermost.controller_file": {
                "data": f"{{{{ {register} }}}}",
                "dest": str(self._file(f"results/{example['name']}.json")),
            },
        }
        return [*self.preparation.get("just_before", {}).get(example["name"], []), task, note]

    def problems(self) -> list[str]:
        """What the results of the examples and the documentation do not agree in."""
        problems = []
        for example in self.examples:
            if self.name not in example:
                continue
            result = json.loads((self.folder / "results" / f"{example['name']}.json").read_text(encoding="utf-8"))
            refused = self.preparation.get("refused", {}).get(example["name"])
            if refused:
                if result.get("error", {}).get("id") != refused:
                    problems.append(f"{example['name']}: not refused with {refused}")
                continue
            for item in result.get("results", [result]) if "loop" in example else [result]:
                returned = {key: value for key, value in item.items() if key not in OF_ANSIBLE | OF_LOOPS}
                problems += [f"{example['name']}: {problem}" for problem in undocumented(returned, self.documented)]
        return problems


@pytest.mark.parametrize("module", MODULES)
def test_examples(module: str, tmp_path: Path) -> None:
    # They use plain names and end sessions, so that only a server of their own will do.
    with fake_server(licensed=True) as server:
        examples = Examples(module, tmp_path)
        settings = examples.preparation.get("settings", {})
        requests.put(
            f"{server.url}/api/v4/config/patch", json=settings, headers={"Authorization": f"Bearer {server.token}"}, timeout=30
        ).raise_for_status()
        playbook = tmp_path / "examples.yml"
        playbook.write_text(json.dumps([examples.play(server)]), encoding="utf-8")
        run = subprocess.run(
            [PROGRAMS / "ansible-playbook", playbook],
            cwd=tmp_path,
            check=False,
            env=play_environment(server, tmp_path / "home"),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
        )
    output = run.stdout.replace(SECRET_MARK, "(hidden) ") + run.stderr
    assert run.returncode == 0, output
    assert examples.problems() == [], output
