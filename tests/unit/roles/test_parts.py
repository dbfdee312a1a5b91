# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every role has all its parts: a playbook, a scenario that tests it in full, and an integration target."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.mmops.mattermost.tests.support.code_blocks import blocks
from ansible_collections.mmops.mattermost.tests.support.servers import ROOT
from ansible_collections.mmops.mattermost.tests.tools import scenarios

ROLES = sorted(path.parent.parent.name for path in (ROOT / "roles").glob("*/tasks/main.yml"))

#: Ways to go through several lists at a time, or through the keys of maps.
PROGRAMS = re.compile(r"\| (?:zip|product|dict2items)\b|map\('(?:combine|extract|dict2items|selectattr)'")

COMMANDS = {f"ansible.builtin.{name}" for name in ("command", "expect", "raw", "script", "shell")}
#: Only its being skipped counts, which tells that this is check mode. It starts no module.
PROBE = "exit 0"

each_role = pytest.mark.parametrize("role", ROLES)


def load(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def uses(plays: list[dict[str, Any]], role: str) -> dict[str, Any] | None:
    """The variables that plays give to the role, if they run it."""
    for play in plays:
        for entry in play.get("roles", []):
            if entry["role"] == f"mmops.mattermost.{role}":
                return entry.get("vars", {})
        for task in play.get("tasks", []):
            if (task.get("ansible.builtin.include_role") or {}).get("name") == f"mmops.mattermost.{role}":
                return task.get("vars", {})
    return None


@each_role
def test_a_playbook_runs_the_role(role: str) -> None:
    [play] = load(ROOT / "playbooks" / f"{role}.yml")
    assert uses([play], role) is not None
    assert (play["hosts"], play["connection"], play["gather_facts"]) == ("localhost", "local", False)


def tasks_of(content: Any) -> Iterator[dict[str, Any]]:
    """The tasks of a file that do something themselves, also those in blocks."""
    for task in content or []:
        inner = [task[section] for section in ("block", "rescue", "always") if section in task]
        for section in inner:
            yield from tasks_of(section)
        if not inner and not {"ansible.builtin.include_tasks", "ansible.builtin.import_tasks"} & task.keys():
            yield task


#: With tasks of the user for the hand-over, it goes through the secrets of one person after the other.
LONG = {"user_onboarding": 36}


@each_role
def test_a_role_is_a_procedure_and_not_a_program(role: str) -> None:
    files = sorted((ROOT / "roles" / role / "tasks").glob("*.yml"))
    assert sum(len(list(tasks_of(load(path)))) for path in files) <= LONG.get(role, 25)


@each_role
def test_filters_build_records_and_not_tasks(role: str) -> None:
    for path in sorted((ROOT / "roles" / role / "tasks").glob("*.yml")):
        assert PROGRAMS.findall(path.read_text(encoding="utf-8")) == []


@each_role
def test_a_target_tests_the_role(role: str) -> None:
    assert (ROOT / "tests" / "integration" / "targets" / f"role_{role}" / "tasks" / "main.yml").is_file()


@each_role
def test_a_scenario_runs_the_role_and_looks_at_what_it_did(role: str) -> None:
    folder = scenarios.SCENARIOS / role
    given = uses(load(folder / "converge.yml"), role)
    assert given is not None
    assert given[f"{role}_connection"] == "{{ molecule_connection }}"
    checks = [task for play in load(folder / "verify.yml") for task in play["tasks"] if "ansible.builtin.assert" in task]
    assert checks


def test_make_molecule_runs_the_scenarios_of_all_roles() -> None:
    assert scenarios.names() == ROLES


@each_role
def test_a_scenario_leaves_no_step_out(role: str) -> None:
    """Settings of a scenario could replace those that all have in common."""
    own = load(scenarios.SCENARIOS / role / "molecule.yml")
    assert own.keys() & {"ansible", "driver", "prerun", "scenario"} == set()


def test_the_steps_of_all_scenarios() -> None:
    common = load(scenarios.SCENARIOS / "config.yml")
    steps = common["scenario"]["test_sequence"]
    wanted = ["create", "converge", "idempotence", "verify", "destroy"]
    assert [step for step in steps if step in wanted] == ["destroy", *wanted]
    # The checkout is what is tested, not a copy of it.
    assert common["prerun"] is False
    assert common["ansible"]["env"]["ANSIBLE_COLLECTIONS_PATH"] == "${MOLECULE_PROJECT_DIRECTORY}/.tree"


@each_role
def test_the_readme_has_an_example_that_runs(role: str) -> None:
    examples = [
        block
        for block in blocks(ROOT / "roles" / role / "README.md")
        if block.language.startswith("yaml") and block.reason is None
    ]
    assert [block for block in examples if uses(yaml.safe_load(block.text), role) is not None]


@each_role
def test_no_task_runs_a_command(role: str) -> None:
    files = list((ROOT / "roles" / role / "tasks").rglob("*.yml"))
    assert files
    for file in files:
        ahead = list(load(file))
        while ahead:
            task = ahead.pop()
            commands = [task[name] for name in COMMANDS & task.keys()]
            assert commands in ([], [PROBE]), f"{file.relative_to(ROOT)}: {task.get('name')}"
            ahead += [inner for section in ("block", "rescue", "always") for inner in task.get(section, [])]
