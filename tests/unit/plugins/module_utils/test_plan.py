# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json

import pytest

from ansible_collections.mmops.mattermost.plugins.module_utils._plan import Plan, _consequence, as_text


def test_a_diff_is_text_with_real_letters_and_sorted_keys():
    plan = Plan(heading="hanako")
    plan.note("last_name", "Zoë", "花子")
    plan.note("first_name", None, {"b": [1], "a": True})
    shown = plan.shown_diff
    assert shown["before_header"] == shown["after_header"] == "hanako"
    assert shown["before"] == '{\n    "first_name": null,\n    "last_name": "Zoë"\n}\n'
    assert shown["after"].index('"a"') < shown["after"].index('"b"') < shown["after"].index("花子")
    assert json.loads(shown["after"]) == plan.diff["after"]


def test_without_a_heading_there_is_none():
    assert as_text("", {"before": {}, "after": {}}) == {"before": "{}\n", "after": "{}\n"}


@pytest.mark.parametrize("name", ["Zoë Ångström", "花子", "佐藤\u3000花子", "نیک\u200cنام", "👩\u200d🚀", "e\u0301"])
def test_names_are_shown_as_they_are_written(name):
    assert f'"{name}"' in as_text("", {"before": {}, "after": {"nickname": name}})["after"]


@pytest.mark.parametrize("sign", ["\x1b", "\x85", "\x9b", "\u2028", "\u202e", "\u2066", "\ufeff", "\ud800", "\U000e0067", "\r"])
def test_signs_that_would_forge_a_line_are_escaped(sign):
    text = as_text("", {"before": {}, "after": {"nickname": f"a{sign}b", "z": 1}})["after"]
    assert sign not in text
    assert len(text.splitlines()) == 4
    assert json.loads(text)["nickname"] == f"a{sign}b"


def test_operations_that_took_effect_many_times_are_counted():
    text = _consequence("revoke_session", False, ["disable_user_access_token", *["revoke_session"] * 5000])
    assert text == (
        "disable_user_access_token, revoke_session (5000 times) took effect before: the next run does what is missing."
    )
