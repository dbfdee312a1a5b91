# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results of test steps as JUnit files."""

from __future__ import annotations

from xml.etree import ElementTree

from ansible_collections.mmops.mattermost.tests.support.servers import ROOT

FOLDER = ROOT / "build" / "results"


def write_suite(name: str, tests: list[str], problem: str, seconds: float) -> None:
    """Writes the result of a step that is not run by pytest (which writes its own)."""
    suite = ElementTree.Element(
        "testsuite", {"name": name, "tests": str(len(tests)), "failures": str(int(bool(problem))), "time": f"{seconds:.3f}"}
    )
    for test in tests:
        ElementTree.SubElement(suite, "testcase", {"classname": name, "name": test})
    if problem:
        ElementTree.SubElement(suite, "system-err").text = problem
    FOLDER.mkdir(parents=True, exist_ok=True)
    ElementTree.ElementTree(suite).write(FOLDER / f"{name}.xml", encoding="utf-8", xml_declaration=True)
