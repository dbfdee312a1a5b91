# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values in the form in which the server stores them, against the recordings and for all texts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mmops.mattermost.plugins.module_utils._services.stored_form import (
    REWRITTEN,
    as_stored,
    complete_status,
    same_status,
)

GOLDEN = Path(__file__).resolve().parents[5] / "tests" / "conformance" / "golden"


def sent_and_stored(name: str) -> tuple[dict, dict]:
    for line in (GOLDEN / "11.2-unlicensed" / "newer.jsonl").read_text(encoding="ascii").splitlines():
        record = json.loads(line)
        if record["name"] == name:
            return record["request"]["body"], record["response"]["body"]
    raise AssertionError(name)


def test_words_are_stored_as_recorded():
    sent, stored = sent_and_stored("notify_patch_mention_keys")
    for key, value in sent["notify_props"].items():
        assert as_stored(f"notify_props.{key}", value) == stored["notify_props"][key]


def test_a_status_is_completed_as_recorded():
    sent, stored = sent_and_stored("props_custom_status")
    assert complete_status(sent["props"]["customStatus"]) == stored["props"]["customStatus"]
    assert same_status(sent["props"]["customStatus"], stored["props"]["customStatus"])


@given(st.sampled_from(sorted(REWRITTEN)), st.text())
def test_stored_values_do_not_change_again(name, value):
    assert as_stored(name, as_stored(name, value)) == as_stored(name, value)


@pytest.mark.parametrize(
    ("name", "value", "stored"),
    [
        ("first_name", "\u202aDana\u202c", "Dana"),
        ("nickname", "\ufeffZo\u00eb", "Zo\u00eb"),
        ("last_name", " Doe ", " Doe "),
        ("position", "\u202aEngineer", "\u202aEngineer"),
        ("username", "ZOE", "zoe"),
        ("email", " Zoe@Example.com ", "zoe@example.com"),
        ("notify_props.mention_keys", "Zoe,,Zo", "zoe,zo"),
        ("notify_props.highlight_keys", "Zoe,,Zo", "Zoe,,Zo"),
    ],
)
def test_examples(name, value, stored):
    assert as_stored(name, value) == stored


@pytest.mark.parametrize(
    ("wanted", "current", "same"),
    [
        (
            '{"text": "busy", "emoji": "x"}',
            '{"emoji":"x","text":"busy","duration":"","expires_at":"0001-01-01T00:00:00Z"}',
            True,
        ),
        (
            '{"text": "busy"}',
            '{"emoji":"speech_balloon","text":"busy","duration":"","expires_at":"0001-01-01T00:00:00Z"}',
            True,
        ),
        ('{"text": "busy"}', '{"emoji":"x","text":"busy"}', False),
        (
            '{"text": "busy", "emoji": "x", "expires_at": "2030-01-01T00:00:00Z"}',
            '{"emoji":"x","text":"busy","duration":"date_and_time","expires_at":"2030-01-01T00:00:00Z"}',
            True,
        ),
        ('{"text": "busy"}', None, False),
        (None, None, True),
        ("free text", "free text", True),
        ("free text", "other", False),
        ("[]", "{}", False),
    ],
)
def test_statuses_are_compared_by_what_they_say(wanted, current, same):
    assert same_status(wanted, current) is same


@given(st.text(), st.text())
def test_a_completed_status_stays(emoji, message):
    completed = complete_status(json.dumps({"emoji": emoji, "text": message}))
    assert complete_status(completed) == completed
    assert same_status(completed, completed)
