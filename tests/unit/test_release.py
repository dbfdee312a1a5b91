# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a release consists of beside the code: its version everywhere, and the ways to report what is wrong with it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from ansible_collections.mmops.mattermost.plugins.module_utils._api.server import RELEASES, text
from ansible_collections.mmops.mattermost.tests.support.servers import RELEASES as FAKED

ROOT = Path(__file__).resolve().parents[2]
GITHUB = ROOT / ".github"

#: The file of the collection, the tag in its repository, and the image with it.
NAMED_VERSION = re.compile(r"(?:mmops-mattermost-|mattermost[.]git,|mattermost-users:)(\d+\.\d+\.\d+)")


def load(path: Path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def test_the_documentation_names_the_version_of_the_collection() -> None:
    version = load(ROOT / "galaxy.yml")["version"]
    texts = [path for path in (ROOT / "docs").rglob("*.*") if path.suffix in (".md", ".rst", ".yml")]
    named = {path.name: set(NAMED_VERSION.findall(path.read_text(encoding="utf-8"))) for path in [ROOT / "README.md", *texts]}
    named = {name: versions for name, versions in named.items() if versions}
    assert {"execution-environment.yml", "resources.yml", "guide_awx.rst", "guide_quick_start.rst"} == named.keys()
    assert {name: versions for name, versions in named.items() if versions != {version}} == {}


def test_the_texts_name_the_releases_of_the_server_that_the_collection_was_tested_with() -> None:
    known = [text(release) for release in RELEASES]
    named = f"Mattermost {', '.join(known[:-1])} and {known[-1]}"
    assert named in (ROOT / "docs" / "docsite" / "home.rst").read_text(encoding="utf-8")
    assert named.replace("Mattermost", "Mattermost |") in (ROOT / "README.md").read_text(encoding="utf-8")
    assert tuple(known) == FAKED


def test_a_report_of_a_fault_asks_for_what_is_needed_to_understand_it() -> None:
    fields = {field["id"]: field for field in load(GITHUB / "ISSUE_TEMPLATE" / "fault.yml")["body"] if "id" in field}
    assert "Mattermost server" in fields["server"]["attributes"]["label"]
    assert fields["request"]["attributes"]["label"] == "error.request_id"
    assert all(fields[name]["validations"]["required"] for name in ("server", "request", "versions", "playbook"))


@pytest.mark.parametrize("path", sorted((GITHUB / "ISSUE_TEMPLATE").glob("*.yml")), ids=lambda path: path.name)
def test_an_issue_form_is_complete(path: Path) -> None:
    form = load(path)
    if path.stem == "config":
        assert [link.keys() for link in form["contact_links"]] == [{"name", "url", "about"}]
        return
    assert {"name", "description", "body"} <= form.keys()
    kinds = {"markdown", "input", "textarea"}
    assert {field["type"] for field in form["body"]} <= kinds
    labels = [field["attributes"]["label"] for field in form["body"] if field["type"] != "markdown"]
    assert len(labels) == len(set(labels))


def test_the_workflow_runs_all_tests_and_the_importer_of_galaxy() -> None:
    jobs = load(GITHUB / "workflows" / "ci.yml")["jobs"]
    commands = [step["run"] for job in jobs.values() for step in job["steps"] if "run" in step]
    assert commands == [".ci/run", "make packaging build"]
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert {"packaging", "build"} <= targets


def test_somebody_who_finds_a_vulnerability_learns_where_to_report_it() -> None:
    assert "/security/advisories/new" in (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    assert "SECURITY.md" in (ROOT / "README.md").read_text(encoding="utf-8")
