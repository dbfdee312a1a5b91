# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The templates of the role access_review, and what it passes on. How the page looks is tested in a browser."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest
import yaml

from ansible_collections.mmops.mattermost.plugins.modules import mm_user_info, mm_users
from ansible_collections.mmops.mattermost.tests.support.servers import ROOT

ROLE = ROOT / "roles" / "access_review"
PAGE = (ROLE / "templates" / "report.html.j2").read_text(encoding="utf-8")
SPECS = yaml.safe_load((ROLE / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))
OPTIONS = SPECS["argument_specs"]["main"]["options"]
DEFAULTS = yaml.safe_load((ROLE / "defaults" / "main.yml").read_text(encoding="utf-8"))


def test_nothing_in_the_page_keeps_a_value_from_being_escaped() -> None:
    assert not {"safe", "autoescape", "Markup"} & set(re.findall(r"\w+", PAGE))


@pytest.mark.parametrize(("file", "directive"), [("report.css", "style-src"), ("report.js", "script-src")])
def test_the_policy_of_the_page_names_its_style_and_script(file: str, directive: str) -> None:
    content = (ROLE / "templates" / file).read_text(encoding="utf-8").strip()
    digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
    named = re.search(rf"{directive} 'sha256-([^']+)'", PAGE)
    assert named
    assert named[1] == digest, f"{file} has changed: write its new hash into {directive} of report.html.j2"
    assert "</" not in content, "it would end the element that it stands in"


def test_the_page_loads_nothing() -> None:
    assert re.findall(r"https?:|//|@import|url\(|src=|<link", PAGE.replace("</", "")) == []


#: Variables of the role that become an option of a module.
PASSED = {
    "in_team": mm_user_info.SUBJECT.options["in_team"],
    "concurrency": mm_user_info.SUBJECT.options["concurrency"],
    "roster_src": mm_users.SUBJECT.options["src"],
    "roster_columns": mm_users.SUBJECT.options["columns"],
    "roster_scope": mm_users.SUBJECT.options["prune_scope"],
}


@pytest.mark.parametrize("name", PASSED)
def test_values_are_passed_on_as_the_module_takes_them(name: str) -> None:
    documented, taken = OPTIONS[f"access_review_{name}"], PASSED[name]
    assert documented["type"] == taken["type"]
    assert documented.get("choices") == taken.get("choices")
    assert documented.get("default") == taken.get("default")
    inner = {option: spec["type"] for option, spec in taken.get("options", {}).items()}
    assert {option: spec["type"] for option, spec in documented.get("options", {}).items()} == inner


def test_defaults_are_those_that_are_documented() -> None:
    documented = {name: spec["default"] for name, spec in OPTIONS.items() if "default" in spec}
    assert documented == DEFAULTS
