# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The built file is what users get: it works in an environment that has nothing else, and Ansible Galaxy accepts it."""

from __future__ import annotations

import importlib.metadata
import os
import re
import subprocess
import sys
import venv
from collections.abc import Mapping
from pathlib import Path

import pytest

from ansible_collections.mmops.mattermost.tests.support.checkout import commit, copy_checkout
from ansible_collections.mmops.mattermost.tests.support.code_blocks import blocks
from ansible_collections.mmops.mattermost.tests.support.servers import ROOT, Server, fake_server, play_environment

HERE = Path(__file__).parent

#: Bytes. The fake server and the recordings alone are larger.
LARGEST = 1_000_000


def run(*command: str | Path, folder: Path, environment: Mapping[str, str]) -> str:
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
    assert process.returncode == 0, process.stdout
    return process.stdout


def clean_environment(folder: Path, *requirements: str | Path) -> tuple[Path, dict[str, str]]:
    """A new Python environment with these requirements: its folder of programs, and variables for them."""
    venv.create(folder, with_pip=True)
    programs = folder / "bin"
    variables = play_environment(Server("", ""), folder / "home")
    variables = {name: value for name, value in variables.items() if not name.startswith("MATTERMOST_")}
    # Nothing of the checkout is to be found.
    variables |= {
        "ANSIBLE_COLLECTIONS_PATH": str(folder / "collections"),
        "HOME": str(folder / "home"),
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH'].replace(str(Path(sys.executable).parent) + os.pathsep, '')}",
        "VIRTUAL_ENV": str(folder),
    }
    if requirements:
        install(programs, *requirements, environment=variables)
    return programs, variables


def install(programs: Path, *requirements: str | Path, environment: Mapping[str, str]) -> None:
    # pip reads the settings of the caller, such as the address of the package index.
    settings = {**environment, "HOME": os.environ["HOME"]}
    run(
        programs / "python",
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        *requirements,
        folder=ROOT,
        environment=settings,
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("build")
    environment = play_environment(Server("", ""), folder / "home")
    run(
        Path(sys.executable).with_name("ansible-galaxy"),
        "collection",
        "build",
        "--output-path",
        folder,
        ROOT,
        folder=ROOT,
        environment=environment,
    )
    (file,) = folder.glob("mmops-mattermost-*.tar.gz")
    return file


def test_the_file_is_small(built: Path) -> None:
    assert built.stat().st_size < LARGEST


def test_the_first_playbook_of_the_readme_runs_where_nothing_else_is(built: Path, tmp_path: Path) -> None:
    programs, environment = clean_environment(
        tmp_path / "python", f"ansible-core=={importlib.metadata.version('ansible-core')}"
    )
    collections = Path(environment["ANSIBLE_COLLECTIONS_PATH"])
    run(
        programs / "ansible-galaxy",
        "collection",
        "install",
        "--offline",
        built,
        "--collections-path",
        collections,
        folder=tmp_path,
        environment=environment,
    )
    installed = collections / "ansible_collections" / "mmops" / "mattermost"
    install(programs, "--requirement", installed / "requirements.txt", environment=environment)
    first = next(block for block in blocks(installed / "README.md") if block.text.startswith("- name:"))
    playbook = tmp_path / "playbook.yml"
    playbook.write_text(first.text, encoding="utf-8")
    with fake_server(licensed=False) as server:
        environment |= {"MATTERMOST_URL": server.url, "MATTERMOST_TOKEN": server.token}
        command = [programs / "ansible-playbook", playbook]
        predicted, done, again = (
            run(*command, *arguments, folder=tmp_path, environment=environment)
            for arguments in (["--check", "--diff"], ["--diff"], ["--diff"])
        )
    assert "changed=1 " in predicted
    assert "changed=1 " in done
    assert "changed=0 " in again
    found = run(programs / "ansible-doc", "--list", "mmops.mattermost", folder=tmp_path, environment=environment)
    for module in (ROOT / "plugins" / "modules").glob("*.py"):
        assert f"mmops.mattermost.{module.stem}" in found


def test_galaxy_accepts_the_file(built: Path, tmp_path: Path) -> None:
    programs, environment = clean_environment(tmp_path / "python", "--requirement", HERE / "requirements.txt")
    output = run(programs / "python", "-m", "galaxy_importer.main", built, folder=tmp_path, environment=environment)
    assert "Importer processing completed successfully" in output, output
    assert "Linting collection via ansible-lint" in output
    complaints = [line for line in output.splitlines() if line.startswith(("WARNING", "ERROR"))]
    assert complaints == []


def test_a_release_lists_everything_that_is_new(tmp_path: Path) -> None:
    collection = tmp_path / "ansible_collections" / "mmops" / "mattermost"
    copy_checkout(collection)
    # antsibull-changelog asks git for the files of the collection.
    commit(collection)
    environment = play_environment(Server("", ""), tmp_path / "home") | {"ANSIBLE_COLLECTIONS_PATH": str(tmp_path)}
    antsibull = Path(sys.executable).with_name("antsibull-changelog")
    fragments = collection / "changelogs" / "fragments"
    # The first version has not been recorded: it gets its own fragments, and the one in galaxy.yml the others.
    first = [path.name for path in fragments.glob("0.1.0-*")]
    if first:
        later = {path: path.read_bytes() for path in fragments.glob("*.yml") if path.name not in first}
        for path in later:
            path.unlink()
        run(antsibull, "release", "--version", "0.1.0", folder=collection, environment=environment)
        for path, content in later.items():
            path.write_bytes(content)
    if any(fragments.glob("*.yml")):
        run(antsibull, "release", folder=collection, environment=environment)
    text = (collection / "CHANGELOG.md").read_text(encoding="utf-8").replace("\\", "")
    listed: dict[str, set[str]] = {}
    for title, entries in re.findall(r"^#+ (.+)\n\n((?:\* mmops\.mattermost\..+\n)+)", text, re.MULTILINE):
        listed.setdefault(title, set()).update(re.findall(r"mmops\.mattermost\.(\w+) - ", entries))
    assert listed == {
        "Filter": {path.stem for path in (ROOT / "plugins" / "filter").glob("*.py")},
        "Lookup": {path.stem for path in (ROOT / "plugins" / "lookup").glob("*.py")},
        "Inventory": {path.stem for path in (ROOT / "plugins" / "inventory").glob("*.py")},
        "New Modules": {path.stem for path in (ROOT / "plugins" / "modules").glob("*.py")},
        "New Playbooks": {path.stem for path in (ROOT / "playbooks").glob("*.yml")},
        "New Roles": {path.parent.parent.name for path in (ROOT / "roles").glob("*/meta/argument_specs.yml")},
    }
