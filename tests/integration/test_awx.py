# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The resources for AWX are complete, and their job templates run, with their credential and the answers of a survey."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from jinja2.sandbox import ImmutableSandboxedEnvironment

from ansible_collections.mmops.mattermost.tests.support.plays import SECRET_MARK
from ansible_collections.mmops.mattermost.tests.support.servers import ROOT, Server, fake_server, play_environment

AWX = ROOT / "docs" / "awx"
PROJECT = AWX / "project"
PREPARATIONS = Path(__file__).parent / "preparations" / "awx"
REPEATABLE = yaml.safe_load((AWX / "resources.yml").read_text(encoding="utf-8"))
COMMON = REPEATABLE.pop("common")
REPEATABLE.pop("credential")
ONCE = yaml.safe_load((AWX / "credential.yml").read_text(encoding="utf-8"))
RESOURCES = {**ONCE, **REPEATABLE}
RULEBOOK = PROJECT / "rulebooks" / "offboarding.yml"
TEMPLATES = {template["playbook"].removesuffix(".yml"): template for template in RESOURCES["job_templates"]}

#: What names a resource of each type in a file for `awx import`, as awxkit has it.
NATURAL_KEYS = {
    "credential": {"organization", "name", "credential_type"},
    "credential_type": {"name", "kind"},
    "execution_environment": {"name"},
    "inventory": {"organization", "name"},
    "job_template": {"organization", "name"},
    "organization": {"name"},
    "project": {"organization", "name"},
}

#: Exists in every AWX.
DEFAULT_ORGANIZATION = {"name": "Default", "type": "organization"}

SURVEY_TYPES = {"text", "textarea", "password", "integer", "float", "multiplechoice", "multiselect"}


def tool(name: str) -> Path:
    return Path(sys.executable).with_name(name)


def _references(value: Any) -> Iterator[dict]:
    """All natural keys in a resource."""
    if isinstance(value, dict):
        if value.get("type") in NATURAL_KEYS:
            yield value
        for part in value.values():
            yield from _references(part)
    elif isinstance(value, list):
        for part in value:
            yield from _references(part)


def test_templates_have_what_is_common() -> None:
    assert all(template.items() >= COMMON.items() for template in TEMPLATES.values())


def survey(template: Mapping) -> list[dict]:
    return template["related"]["survey_spec"]["spec"]


def role_options(role: str) -> dict:
    text = (ROOT / "roles" / role / "meta" / "argument_specs.yml").read_text(encoding="utf-8")
    return yaml.safe_load(text)["argument_specs"]["main"]["options"]


def test_resources_name_each_other() -> None:
    known = [DEFAULT_ORGANIZATION, *(resource["natural_key"] for part in RESOURCES.values() for resource in part)]
    for reference in _references(RESOURCES):
        assert set(reference) - {"type"} == NATURAL_KEYS[reference["type"]], reference
        assert reference in known
    for resource in (resource for part in RESOURCES.values() for resource in part):
        assert resource["natural_key"]["name"] == resource["name"]


def test_the_playbook_of_every_role_has_a_job_template() -> None:
    """The others are for somebody at a terminal: what they write would be gone with the container of the job."""
    playbooks = {path.stem for path in (ROOT / "playbooks").glob("*.yml")}
    assert set(TEMPLATES) == playbooks & {path.name for path in (ROOT / "roles").iterdir()}


@pytest.mark.parametrize("role", TEMPLATES)
def test_the_playbook_of_a_template_is_that_of_the_collection(role: str) -> None:
    texts = [(folder / f"{role}.yml").read_text(encoding="utf-8") for folder in (PROJECT, ROOT / "playbooks")]
    mine, theirs = (
        [{key: play[key] for key in ("hosts", "connection", "roles")} for play in yaml.safe_load(text)] for text in texts
    )
    assert mine == theirs


def test_the_project_has_no_other_playbooks() -> None:
    assert {path.stem for path in PROJECT.glob("*.yml")} == set(TEMPLATES)


@pytest.mark.parametrize("role", TEMPLATES)
def test_the_survey_asks_for_what_the_role_takes(role: str) -> None:
    options = role_options(role)
    translated = (PROJECT / f"{role}.yml").read_text(encoding="utf-8")
    for question in survey(TEMPLATES[role]):
        name = question["variable"]
        assert question["type"] in SURVEY_TYPES
        assert {"question_name", "question_description", "required", "default"} <= question.keys()
        if name not in options:
            assert re.search(rf"\b{name}\b", translated), f"{name} is neither a variable of the role nor of the playbook"
            continue
        # Answers are texts or numbers. Lists and true or false are made from them in the playbook of the project.
        assert options[name]["type"] in ("str", "path", "int"), f"{name}: translate it in the playbook of the project"
        assert (options[name]["type"] == "int") == (question["type"] == "integer"), name
        if "choices" in options[name]:
            assert set(question["choices"]) <= set(options[name]["choices"])


@pytest.mark.parametrize("role", TEMPLATES)
def test_the_survey_takes_its_own_defaults(role: str) -> None:
    for question in survey(TEMPLATES[role]):
        default = question["default"]
        if question["type"] in ("text", "textarea", "password") and default:
            assert question["min"] <= len(default) <= question["max"], question
        if "choices" in question:
            assert default in question["choices"]


def test_image_and_file_have_the_version_of_the_collection() -> None:
    version = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["version"]
    (environment,) = RESOURCES["execution_environments"]
    assert environment["image"].endswith(f":{version}")
    assert f"mmops-mattermost-{version}.tar.gz" in (AWX / "execution-environment.yml").read_text(encoding="utf-8")


def test_the_token_is_a_secret_and_not_in_the_file() -> None:
    (kind,) = RESOURCES["credential_types"]
    assert [field["id"] for field in kind["inputs"]["fields"] if field.get("secret")] == ["token"]
    (credential,) = RESOURCES["credentials"]
    assert "token" not in credential["inputs"]


def test_an_import_that_is_repeated_leaves_the_token_alone() -> None:
    """AWX replaces the inputs of a credential that is imported."""
    assert set(ONCE) == {"credential_types", "credentials"}
    assert ONCE.keys().isdisjoint(REPEATABLE)


def injected(inputs: Mapping[str, str], folder: Path) -> dict[str, str]:
    """The environment variables that AWX makes of a credential: files first, then variables that may name them."""
    (kind,) = RESOURCES["credential_types"]
    fields = {field["id"]: "" for field in kind["inputs"]["fields"]}
    sandbox = ImmutableSandboxedEnvironment()
    files = {}
    for name, template in kind["injectors"]["file"].items():
        path = folder / name.removeprefix("template.")
        path.write_text(sandbox.from_string(template).render(fields | inputs), encoding="utf-8")
        files[name.removeprefix("template.")] = str(path)
    names = {**fields, **inputs, "tower": {"filename": files}}
    return {name: sandbox.from_string(template).render(names) for name, template in kind["injectors"]["env"].items()}


def test_a_certificate_is_injected_as_a_file(tmp_path: Path) -> None:
    variables = injected({"url": "https://chat.example.com", "token": "t", "ca_certificate": "PEM"}, tmp_path)
    assert Path(variables["MATTERMOST_CA_PATH"]).read_text(encoding="utf-8") == "PEM"
    assert injected({"url": "https://chat.example.com", "token": "t"}, tmp_path)["MATTERMOST_CA_PATH"] == ""


class Job:
    """A job of a template, run by ansible-runner in the layout that AWX makes."""

    def __init__(self, role: str, server: Server, folder: Path):
        preparation = PREPARATIONS / f"{role}.yml"
        self.preparation = yaml.safe_load(preparation.read_text(encoding="utf-8"))
        self.role = role
        self.server = server
        self.folder = folder
        self.data = folder / "runner"
        self.output = folder / "output"

    def make(self) -> None:
        # Without the folder for its files: a fresh project has none.
        shutil.copytree(PROJECT, self.data / "project")
        (self.data / "inventory").mkdir()
        (inventory,) = RESOURCES["inventory"]
        variables = yaml.safe_load(inventory["variables"])
        assert set(variables) == {"output"}
        hosts = {"all": {"vars": {"output": str(self.output)}}}
        (self.data / "inventory" / "hosts.yml").write_text(json.dumps(hosts), encoding="utf-8")
        environment = play_environment(self.server, self.folder / "home")
        mine = {name: value for name, value in environment.items() if name.startswith(("ANSIBLE_", "no_", "NO_"))}
        (self.data / "files").mkdir()
        credential = injected({"url": self.server.url, "token": self.server.token}, self.data / "files")
        answers = {question["variable"]: question["default"] for question in survey(TEMPLATES[self.role])}
        unknown = self.preparation.get("answers", {}).keys() - answers.keys()
        assert not unknown, f"The survey does not ask for {', '.join(unknown)}"
        answers |= self.preparation.get("answers", {})
        unanswered = [
            question["variable"]
            for question in survey(TEMPLATES[self.role])
            if question["required"] and answers[question["variable"]] in ("", None)
        ]
        assert not unanswered, f"Not answered: {', '.join(unanswered)}"
        # Questions without an answer are not handed over.
        answers = {name: value for name, value in answers.items() if value not in ("", None)}
        self._write("env/envvars", mine | credential)
        self._write("env/extravars", answers)

    def _write(self, name: str, content: Any) -> None:
        path = self.data / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content), encoding="utf-8")

    def run(self, *arguments: str) -> str:
        """Runs the job and returns its output."""
        environment = play_environment(self.server, self.folder / "home")
        for name in ("MATTERMOST_URL", "MATTERMOST_TOKEN"):
            del environment[name]
        (self.data / "env" / "cmdline").write_text(" ".join(arguments), encoding="utf-8")
        return _checked([tool("ansible-runner"), "run", self.data, "--playbook", f"{self.role}.yml"], self.data, environment)

    def play(self, section: str) -> str:
        """Runs tasks of the preparation."""
        tasks = self.preparation.get(section, [])
        play = {
            "hosts": "localhost",
            "connection": "local",
            "gather_facts": False,
            "tasks": tasks,
            "vars": {"output": str(self.output)},
        }
        path = self.folder / f"{section}.yml"
        path.write_text(json.dumps([play]), encoding="utf-8")
        return _checked([tool("ansible-playbook"), path], self.folder, play_environment(self.server, self.folder / "home"))


def _checked(command: list, folder: Path, environment: Mapping[str, str]) -> str:
    process = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    output = process.stdout.replace(SECRET_MARK, "(secret) ")
    assert process.returncode == 0, output
    return process.stdout


@pytest.mark.parametrize("role", TEMPLATES)
def test_the_job_runs(role: str, tmp_path: Path) -> None:
    with fake_server(licensed=True) as server:
        job = Job(role, server, tmp_path)
        requests.put(
            f"{server.url}/api/v4/config/patch",
            json=job.preparation.get("settings", {}),
            headers={"Authorization": f"Bearer {server.token}"},
            timeout=30,
        ).raise_for_status()
        job.make()
        job.play("before")
        checked = job.run("--check")
        done = job.run("-vvv")
        job.play("after")
    for output in (checked, done):
        assert server.token not in output
        assert SECRET_MARK not in output


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What ansible-builder makes of the execution environment: a folder for the build of the image."""
    folder = tmp_path_factory.mktemp("environment")
    shutil.copytree(AWX, folder / "docs" / "awx")
    environment = play_environment(Server("", ""), folder / "home")
    _checked([tool("ansible-galaxy"), "collection", "build", "--output-path", folder / "build", ROOT], folder, environment)
    _checked(
        [
            tool("ansible-builder"),
            "create",
            "--file",
            folder / "docs" / "awx" / "execution-environment.yml",
            "--context",
            folder / "context",
            "--output-filename",
            "Containerfile",
        ],
        folder,
        environment,
    )
    return folder / "context"


def test_the_context_installs_the_collection(context: Path, tmp_path: Path) -> None:
    assert "ansible-core" in (context / "Containerfile").read_text(encoding="utf-8")
    environment = play_environment(Server("", ""), tmp_path / "home") | {"ANSIBLE_COLLECTIONS_PATH": str(tmp_path)}
    # As the image does, in the same folder.
    _checked(
        [
            tool("ansible-galaxy"),
            "collection",
            "install",
            "--offline",
            "--requirements-file",
            "requirements.yml",
            "--collections-path",
            tmp_path,
        ],
        context / "_build",
        environment,
    )
    found = _checked([tool("ansible-builder"), "introspect", tmp_path], tmp_path, environment)
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    requirements = [line for line in lines if line[:1] not in ("", "#")]
    assert any(requirement.startswith("pyotp") for requirement in requirements)
    for requirement in requirements:
        assert requirement in found


def rule() -> tuple[str, dict]:
    """Condition and action of the rulebook."""
    (rulebook,) = yaml.safe_load(RULEBOOK.read_text(encoding="utf-8"))
    assert {"name", "hosts", "sources", "rules"} == rulebook.keys()
    assert rulebook["sources"][0]["ansible.eda.webhook"]["token"] == "{{ webhook_token }}"
    (only,) = rulebook["rules"]
    return only["condition"], only["action"]["run_job_template"]


def test_the_rulebook_starts_a_job_template_with_answers_of_its_survey() -> None:
    _condition, action = rule()
    template = next(template for template in TEMPLATES.values() if template["name"] == action["name"])
    assert action["organization"] == template["natural_key"]["organization"]["name"]
    asked = {question["variable"]: question for question in survey(template)}
    given = action["job_args"]["extra_vars"]
    assert given.keys() <= asked.keys()
    assert all(name in given or question["default"] or not question["required"] for name, question in asked.items())


@pytest.mark.parametrize(
    ("name", "fits"), [("bo", True), ("b.o-2_x", True), ("bo ada", False), ("bo\nada", False), ("", False), ("-e", False)]
)
def test_the_rulebook_takes_user_names_only(name: str, fits: bool) -> None:
    condition, action = rule()
    pattern = re.search(r'is match\("(.+)"\)', condition)
    assert pattern
    assert bool(re.match(pattern[1], name)) is fits
    given = ImmutableSandboxedEnvironment().from_string(action["job_args"]["extra_vars"]["user_names"])
    assert given.render({"event": {"payload": {"username": name}}}).split() == [name] or not fits


def test_the_guide_shows_the_rulebook() -> None:
    guide = (ROOT / "docs" / "docsite" / "rst" / "guide_awx.rst").read_text(encoding="utf-8")
    assert textwrap.indent(RULEBOOK.read_text(encoding="utf-8"), "    ") in guide
