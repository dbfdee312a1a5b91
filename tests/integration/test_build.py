# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A build holds the whole collection and nothing else, and ansible-core alone installs it, built or not."""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from ansible_collections.mmops.mattermost.tests.support.checkout import checkout_files, commit, copy_checkout
from ansible_collections.mmops.mattermost.tests.support.user_environment import core_of, user_environment, user_variables

#: What users do not get.
KEPT_BACK = ("changelogs/fragments/", "extensions/", "tests/", ".", "Makefile", "galaxy.yml", "pyproject.toml")
ADDED = {"FILES.json", "MANIFEST.json"}

#: What make, editors, systems and users leave in a checkout. None of it is for others.
LITTER = [
    ".ansible/tmp/run",
    ".cache/environments/0123/lib/site.py",
    ".idea/workspace.xml",
    ".venv/pyvenv.cfg",
    "build/docs/index.html",
    "build/mmops-mattermost-0.0.1.tar.gz",
    "build/results/unit.xml",
    "changelogs/.plugin-cache.yaml",
    "mmops-mattermost-0.0.1.tar.gz",
    "playbooks/site.retry",
    "plugins/.DS_Store",
    "plugins/modules/__pycache__/mm_user.cpython-311.pyc",
    "plugins/modules/mm_user.py~",
    "roles/user_roster/tasks/.main.yml.swp",
    "tests/output/junit/sanity.xml",
    "venv/pyvenv.cfg",
]


@pytest.fixture(scope="module")
def programs() -> Path:
    return user_environment(core_of(Path(sys.executable).parent))


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with this checkout, in which somebody has worked."""
    folder = tmp_path_factory.mktemp("clone")
    copy_checkout(folder)
    commit(folder)
    for name in LITTER:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("left over", encoding="utf-8")
    link = folder / ".tree" / "ansible_collections" / "mmops" / "mattermost"
    link.parent.mkdir(parents=True)
    link.symlink_to(folder)
    return folder


def ansible(programs: Path, home: Path, tool: str, *arguments: str | Path, folder: Path) -> str:
    process = subprocess.run(
        [programs / tool, *arguments],
        cwd=folder,
        env=user_variables(programs, home),
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    assert process.returncode == 0, process.stdout
    return process.stdout


@pytest.fixture(scope="module")
def built(programs: Path, clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("build")
    ansible(programs, folder / "home", "ansible-galaxy", "collection", "build", "--output-path", folder, folder=clone)
    return next(folder.glob("mmops-mattermost-*.tar.gz"))


def shipped() -> set[str]:
    return {name for name in checkout_files() if not name.startswith(KEPT_BACK)}


def test_the_environment_has_nothing_but_ansible_core(programs: Path) -> None:
    found = "import importlib.util; print([name for name in ('distlib', 'requests') if importlib.util.find_spec(name)])"
    assert subprocess.check_output([programs / "python", "-c", found], text=True).strip() == "[]"


def test_the_file_holds_the_collection_and_nothing_else(built: Path) -> None:
    with tarfile.open(built) as tar:
        files = {member.name for member in tar.getmembers() if member.isfile()}
    assert files - ADDED == shipped()
    assert {"LICENSE", "README.md", "meta/runtime.yml", "plugins/modules/mm_user.py"} <= files


@pytest.mark.parametrize("source", ["a clone", "a requirement of a folder", "a requirement of git", "a built file"])
def test_ansible_core_alone_installs(source: str, programs: Path, clone: Path, built: Path, tmp_path: Path) -> None:
    entries = {
        "a requirement of a folder": {"name": str(clone), "type": "dir"},
        "a requirement of git": {"name": f"file://{clone}", "type": "git"},
    }
    if source in entries:
        requirements = tmp_path / "requirements.yml"
        requirements.write_text(json.dumps({"collections": [entries[source]]}), encoding="utf-8")
        what: tuple[str | Path, ...] = ("--requirements-file", requirements)
    else:
        what = (clone if source == "a clone" else built,)
    ansible(programs, tmp_path, "ansible-galaxy", "collection", "install", "--offline", *what, folder=tmp_path)

    installed = tmp_path / "collections" / "ansible_collections" / "mmops" / "mattermost"
    files = {str(path.relative_to(installed)) for path in installed.rglob("*") if path.is_file()}
    assert files - ADDED == shipped()
    text = ansible(programs, tmp_path, "ansible-doc", "--json", "mmops.mattermost.mm_user", folder=tmp_path)
    document = json.loads(text)["mmops.mattermost.mm_user"]["doc"]
    assert document["filename"].startswith(str(installed))
    assert "api_url" in document["options"]
