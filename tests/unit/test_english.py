# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns of phrase that a native reader stumbles over, in messages, documentation, comments and test names."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from ansible_collections.mmops.mattermost.tests.support.servers import ROOT

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

#: A sentence with such a clause as its subject, like "What is missing is added", has two verbs before it goes on otherwise.
#: "What is missing" alone may stand above a list of it.
CLAUSE = re.compile(r"\b(?:What|Who)\b(?P<rest>[^.?!:;|`\"]*(?P<end>[.?!:;|`\"]|$))")
GOES_ON = re.compile(
    r",|\n[\s#*]*\n"
    r"|\b(?:after|as|because|before|but|how|if|since|than|that|until|what|when|where|which|who|whom|whose|why)\b"
)
VERB = re.compile(
    r"\b(?:am|are|is|was|were|has|had|does|did|can|cannot|could|may|might|must|should|will|would"
    r"|became|becomes|begins|belongs|came|comes|counts|depends|differs|fails|follows|gets|gives|goes|holds|joins|keeps|knows|lacks"
    r"|leaves|logged|logs|makes|means|needs|owns|refuses|remains|says|sees|sets|shows|stands|stays|takes|tells|wants|wins|works)\b"
)
TEST_NAME = re.compile(r"\bdef test_(\w+)")

#: Files in which people read something.
READ = (
    "*.md",
    ".github/**/*.yml",
    "Makefile",
    "changelogs/fragments/*.yml",
    "docs/**/*.rst",
    "docs/**/*.yml",
    "examples/**/*.*",
    "extensions/**/*.md",
    "extensions/**/*.yml",
    "playbooks/*.yml",
    "plugins/**/*.py",
    "roles/**/*.md",
    "roles/**/*.yml",
    "tests/**/*.md",
    "tests/**/*.py",
    "tests/**/*.yml",
)
#: The recording tool and its findings come from elsewhere and are kept as they came, and this file quotes what is wrong.
ELSEWHERE = re.compile(
    r"tests/conformance/(?:scenarios/|FACTS|(?:compare|conform|context|normalise|settings|transcript)[.]py)"
    r"|tests/unit/test_english"
)


def texts() -> list[str]:
    """The paths of these files."""
    names = {str(path.relative_to(ROOT)) for pattern in READ for path in ROOT.glob(pattern)}
    return sorted(name for name in names if not ELSEWHERE.match(name))


def subject_clauses(text: str) -> Iterator[tuple[int, str]]:
    """Sentences that have a clause with "what" or "who" as their subject, by where they begin."""
    for match in CLAUSE.finditer(text):
        beginning = GOES_ON.split(match["rest"])[0]
        if match["end"] != "?" and len(VERB.findall(beginning)) > 1:
            yield match.start(), match.group()
    for match in TEST_NAME.finditer(text):
        if list(subject_clauses(match[1].capitalize().replace("_", " "))):
            yield match.start(), match[1]


def odd_places(text: str) -> list[str]:
    """Lines with an odd phrase, also with one that is broken over two lines."""
    found = []
    for start, sentence in subject_clauses(text):
        line = text.count("\n", 0, start) + 1
        found.append(f"line {line}: {' '.join(sentence.split())!r}; write: somebody who, everything that, a value that")
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
        ("What is missing is added.", True),
        ("# What a module\n# sets could be lost", True),
        ("Who logs in by SAML has it there.", True),
        ("def test_what_is_missing_is_added(): pass", True),
        ("What is missing", False),
        ("What is missing, and what is added.", False),
        ("What is refused before anything is sent", False),
        ("What can the server do?", False),
        ("def test_what_is_missing(): pass", False),
    ],
)
def test_odd_phrases_are_found(text: str, odd: bool) -> None:
    assert bool(odd_places(text)) == odd
