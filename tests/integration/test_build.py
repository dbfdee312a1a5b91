# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is built is the collection, all of it and nothing else, and it can be installed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from servers import ROOT

#: Folders that users get whole.
WHOLE = ("docs", "examples", "playbooks", "plugins", "roles")
REST = {"CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "README.md", "changelogs", "meta", "requirements.txt"}
ADDED = {"FILES.json", "MANIFEST.json"}


def ansible(tool: str, *arguments: str | Path, collections: Path, home: Path) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    environment |= {"ANSIBLE_COLLECTIONS_PATH": str(collections), "ANSIBLE_HOME": str(home)}
    process = subprocess.run(
        [Path(sys.executable).with_name(tool), *arguments], cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE
    )
    return process.stdout.decode()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("build")
    ansible("ansible-galaxy", "collection", "build", "--output-path", folder, collections=folder, home=folder / "home")
    return next(folder.glob("mmops-mattermost-*.tar.gz"))


def test_the_file_holds_the_collection_and_nothing_else(built: Path) -> None:
    with tarfile.open(built) as tar:
        files = {member.name for member in tar.getmembers() if member.isfile()}
    tracked = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", *WHOLE],  # noqa: S607 - git is where the user has it
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout.split()
    assert {"LICENSE", "README.md", "meta/runtime.yml"} <= files
    assert {name.partition("/")[0] for name in files} <= {*WHOLE, *REST, *ADDED}
    assert {name for name in files if name.startswith(tuple(f"{folder}/" for folder in WHOLE))} == set(tracked)


def test_the_installed_collection_documents_its_modules(built: Path, tmp_path: Path) -> None:
    arguments = ["collection", "install", "--offline", "--collections-path", tmp_path, built]
    ansible("ansible-galaxy", *arguments, collections=tmp_path, home=tmp_path / "home")
    text = ansible("ansible-doc", "--json", "mmops.mattermost.mm_user", collections=tmp_path, home=tmp_path / "home")
    document = json.loads(text)["mmops.mattermost.mm_user"]["doc"]
    assert document["filename"].startswith(str(tmp_path))
    assert "api_url" in document["options"]
