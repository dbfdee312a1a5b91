# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A result is searched for secrets only if it holds one, and shows the same as if it had been searched in any case."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible.module_utils.common.parameters import remove_values
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mmops.mattermost.plugins.plugin_utils._in_process import without_secrets

texts = st.text('ab1"\\\nä😀\ud800 ', max_size=5)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-20, 20) | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=10,
)
secrets = st.sets(texts.filter(bool) | st.sampled_from(["True", "alse", "None", "12", "0.5", "e+16"]), max_size=3)


@given(result=st.dictionaries(texts, values, max_size=4), hidden=secrets)
def test_it_shows_the_same_as_a_search_of_all_values(result: dict[str, Any], hidden: set[str]) -> None:
    assert without_secrets(hidden, result) == remove_values(json.loads(json.dumps(result)), hidden)


@pytest.mark.parametrize("secret", ['"quoted"', "line\nbreak", "ä", "\\", "7", "True", "None"])
def test_a_secret_is_found_however_it_is_written(secret: str) -> None:
    result = {"user": {"nickname": f"<{secret}>", "numbers": [7, True, None]}}
    shown = without_secrets({secret}, result)
    assert secret not in json.dumps(shown["user"]["nickname"], ensure_ascii=False)
    assert shown == remove_values(result, {secret})
