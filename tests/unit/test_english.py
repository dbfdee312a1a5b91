# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns of phrase that a native reader stumbles over, in all that users read: messages, documentation, READMEs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

#: What is wrong, and what to write instead. "There is no X" is good English, and so is "no longer".
ODD = {
    r"\b(?:there )?(?:is|are|was|were) no (?!longer|more|later)\b": "is not a valid X, is not an X",
    r"\bshall\b": "should",
    r"\banew\b": "again, another",
    r"\bthe own\b": "your own, their own, the caller's",
    r"\bnot (?:be )?called like\b": "not named like",
    r"\bworked on at a time\b": "processed at a time",
}
GOOD = re.compile(r"there\b", re.IGNORECASE)

#: Files in which users read something.
READ = (
    "*.md",
    "Makefile",
    "changelogs/fragments/*.yml",
    "docs/**/*.rst",
    "docs/**/*.yml",
    "examples/**/*.*",
    "playbooks/*.yml",
    "plugins/**/*.py",
    "roles/**/*.md",
    "roles/**/*.yml",
)


def texts() -> list[str]:
    """The paths of these files."""
    return sorted({str(path.relative_to(ROOT)) for pattern in READ for path in ROOT.glob(pattern)})


def odd_places(text: str) -> list[str]:
    """Lines with an odd phrase, also with one that is broken over two lines."""
    found = []
    for phrase, better in ODD.items():
        for match in re.finditer(phrase.replace(" ", r"[\s#]+"), text, re.IGNORECASE):
            if not GOOD.match(match.group()):
                line = text.count("\n", 0, match.start()) + 1
                found.append(f"line {line}: {' '.join(match.group().split())!r}; write: {better}")
    return found


@pytest.mark.parametrize("name", texts())
def test_nobody_stumbles(name: str) -> None:
    assert odd_places((ROOT / name).read_text(encoding="utf-8", errors="replace")) == []


@pytest.mark.parametrize(
    ("text", "odd"),
    [
        ("'x' is no id", True),
        ("A user that does not exist is\n# no error.", True),
        ("there is no user x", False),
        ("The token is no longer valid", False),
        ("Who shall be there", True),
        ("Change the own password", True),
        ("It is read anew.", True),
    ],
)
def test_odd_phrases_are_found(text: str, odd: bool) -> None:
    assert bool(odd_places(text)) == odd
