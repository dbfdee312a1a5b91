# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Users install what requirements.txt names, so a library that a module can ask for is there."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]

#: ansible-core needs it itself.
BROUGHT_BY_ANSIBLE = {"PyYAML"}


def named() -> set[str]:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return {re.split("[<>=~]", line)[0] for line in lines if line and not line.startswith("#")}


def test_the_libraries_that_modules_can_ask_for_are_named() -> None:
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "plugins").rglob("*.py")]
    asked_for = {library for source in sources for library in re.findall(r'MissingLibrary\(\s*"([\w-]+)"', source)}
    assert {"pyotp", "requests"} <= asked_for
    assert asked_for - BROUGHT_BY_ANSIBLE == named()


def test_an_execution_environment_gets_the_same() -> None:
    environment = yaml.safe_load((ROOT / "meta" / "execution-environment.yml").read_text(encoding="utf-8"))
    assert environment["dependencies"]["python"] == "meta/ee-requirements.txt"
    lines = (ROOT / "meta" / "ee-requirements.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not line.startswith("#")] == ["-r ../requirements.txt"]
