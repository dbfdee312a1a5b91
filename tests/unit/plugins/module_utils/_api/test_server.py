# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of servers: every feature against the recordings, and what follows for versions between and beyond them."""

from __future__ import annotations

import ast
import itertools
import json
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mmops.mattermost.plugins.module_utils._api.server import (
    FEATURES,
    HIDDEN_FIELDS,
    LATER,
    RELEASES,
    Server,
    text,
)

ROOT = Path(__file__).resolve().parents[5]
GOLDEN = ROOT / "tests" / "conformance" / "golden"

ALICE = {"id": "a" * 26, "roles": "system_user"}
ADMIN = {"id": "z" * 26, "roles": "system_admin system_user"}
MANAGER = {"id": "m" * 26, "roles": "system_user_manager system_user"}


@cache
def recording(flavour: str, evidence: str) -> dict | None:
    """The answer that a recorded server gave; ``None`` if it was not asked."""
    group, name = evidence.split("/")
    path = GOLDEN / flavour / f"{group}.jsonl"
    if not path.exists():
        return None
    found = [record for record in map(json.loads, path.read_text(encoding="ascii").splitlines()) if record["name"] == name]
    return found[0]["response"] if found else None


def has(release: tuple, name: str, licensed: bool = False) -> bool | None:
    return Server((*release, 0), licensed).has(name)


@pytest.mark.parametrize("feature", FEATURES.values(), ids=list(FEATURES))
def test_a_feature_stands_in_a_recording(feature):
    assert any(recording(f"{text(release)}-unlicensed", feature.evidence) for release in RELEASES)


@pytest.mark.parametrize("feature", FEATURES.values(), ids=list(FEATURES))
@pytest.mark.parametrize(("older", "newer"), list(itertools.pairwise(RELEASES)), ids=text)
def test_the_recording_tells_releases_apart(feature, older, newer):
    if feature.in_release(older) == feature.in_release(newer):
        return
    answers = [recording(f"{text(release)}-unlicensed", feature.evidence) for release in (older, newer)]
    assert answers[0] != answers[1]


@pytest.mark.parametrize("feature", [feature for feature in FEATURES.values() if feature.licence is not None], ids=str)
def test_what_depends_on_a_licence(feature):
    without, with_licence = (Server((11, 2, 0), licensed).has(feature.name) for licensed in (False, True))
    assert (without, with_licence) == (not feature.licence, feature.licence)
    assert Server((11, 2, 0), None).has(feature.name) is None


@given(st.sampled_from(sorted(FEATURES)), st.tuples(*[st.integers(0, 99)] * 3))
def test_a_version_is_decided_by_the_releases_around_it(name, number):
    feature = FEATURES[name]
    known = Server(number, feature.licence).has(name)
    if feature.since == LATER:
        assert known is (None if number[:2] > RELEASES[-1] else False)
        return
    around = {
        feature.in_release(max((release for release in RELEASES if release <= number[:2]), default=RELEASES[0])),
        feature.in_release(min((release for release in RELEASES if release >= number[:2]), default=RELEASES[-1])),
    }
    assert known is (around.pop() if len(around) == 1 else None)


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ((7, 6, 0), False),
        ((7, 6, 9), False),
        ((5, 4, 0), False),
        ((9, 5, 1), None),
        ((10, 11, 0), True),
        ((10, 11, 7), True),
        ((11, 0, 0), True),
        ((12, 3, 0), True),
        (None, None),
    ],
)
def test_examples_of_versions(number, expected):
    assert Server(number, False).has("shows_notify_props") is expected


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ((7, 5, 0), ["7.5.0", "older", "7.6"]),
        ((11, 3, 0), ["11.3.0", "newer", "11.2"]),
        ((7, 6, 0), []),
        ((9, 0, 0), []),
        ((11, 2, 9), []),
        (None, []),
    ],
)
def test_a_server_beyond_the_recordings_is_warned_of(number, words):
    warning = Server(number).warning
    assert bool(warning) == bool(words)
    assert [word for word in words if word not in warning] == []


# ---- what an account reveals -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "caller", "expected"),
    [
        ("email_verified", ADMIN, [False, False, False]),
        ("email_verified", None, [False, False, False]),
        ("email_verified", ALICE, [True, True, True]),
        ("notify_props", ADMIN, [False, True, True]),
        ("notify_props", MANAGER, [False, False, False]),
        ("failed_attempts", ADMIN, [False, True, True]),
        ("failed_attempts", ALICE, [True, True, True]),
        ("auth_data", ADMIN, [False, True, True]),
        ("auth_data", ALICE, [False, True, True]),
        ("nickname", MANAGER, [True, True, True]),
    ],
)
def test_who_sees_which_field(field, caller, expected):
    assert [Server((*release, 0)).reveals(field, ALICE, caller) for release in RELEASES] == expected


def test_an_answer_goes_before_the_version():
    assert Server((7, 6, 0)).reveals("notify_props", {**ALICE, "notify_props": {"email": "true"}}, MANAGER)


def test_one_visible_field_proves_nothing_of_another():
    shown = {**ALICE, "notify_props": {"email": "true"}, "failed_attempts": 3}
    assert Server((11, 2, 0)).reveals("email_verified", shown, ADMIN) is False


def test_an_unknown_version_makes_unknown_what_it_would_decide():
    assert Server().reveals("notify_props", ALICE, ADMIN) is None
    assert Server().reveals("email_verified", ALICE, ADMIN) is False


@pytest.mark.parametrize("field", HIDDEN_FIELDS)
@pytest.mark.parametrize("release", RELEASES, ids=text)
def test_the_caller_is_asked_for_only_where_it_matters(field, release):
    server = Server((*release, 0))
    matters = server.reveals(field, ALICE, ALICE) != server.reveals(field, ALICE, MANAGER) or server.reveals(
        field, ALICE, ADMIN
    )
    if matters and not (field in ("notify_props", "failed_attempts") and release == RELEASES[0]):
        assert server.depends_on_caller(field, ALICE)


# ---- one place -------------------------------------------------------------------------------------------------------


def test_only_the_server_table_compares_versions():
    """Others neither read the number nor hold one to compare with; operations hold theirs for the table to compare."""
    offenders = []
    for path in (ROOT / "plugins").rglob("*.py"):
        if path.name == "server.py" and path.parent.name == "_api":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            compares = isinstance(node, ast.Compare)
            parts = list(ast.walk(node)) if compares else [node]
            if any(isinstance(part, ast.Attribute) and ast.unparse(part).endswith("server.number") for part in parts):
                offenders.append(f"{path.name}:{node.lineno}: reads the number of the server")
            if compares and any(
                isinstance(part, ast.Attribute) and part.attr in ("minimum_version", "removed_in") for part in parts
            ):
                offenders.append(f"{path.name}:{node.lineno}: compares versions")
    assert offenders == []
