# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What both hosts of the modules do before and after a task."""

from __future__ import annotations

import pytest

from ansible_collections.mmops.mattermost.plugins.module_utils._api.connection_options import CONNECTION_OPTIONS
from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import AnswerLost, InvalidInput
from ansible_collections.mmops.mattermost.plugins.module_utils._front_end import check_texts, failure, secret_values, unforeseen


@pytest.mark.parametrize("value", ["a\0b", ["x", "a\0b"], {"a\0b": 1}, {"x": ["a\0b"]}])
def test_a_nul_is_refused_with_the_name_of_the_option(value):
    with pytest.raises(InvalidInput, match=r"^nickname holds a NUL"):
        check_texts({"username": "zoe", "nickname": value})


def test_a_lone_surrogate_is_refused_except_in_names_of_files():
    with pytest.raises(InvalidInput, match=r"^props contains bytes"):
        check_texts({"props": {"key": "\ud800"}})
    check_texts({"src": "/home/zo\udceb/roster.csv", "username": "zoë"})
    with pytest.raises(InvalidInput, match=r"^src"):
        check_texts({"src": "a\0b"})


@pytest.mark.parametrize("url", ["http://u:PASSWORD@host", "https://u:PASSWORD@host:1/x?y", "http://u:PASSWORD@[broken"])
def test_a_password_in_the_address_is_a_secret(url):
    assert any("PASSWORD" in value for value in secret_values(CONNECTION_OPTIONS, {"api_url": url}))


def test_an_address_without_a_password_is_none():
    assert secret_values(CONNECTION_OPTIONS, {"api_url": "https://chat.example.com", "api_socket": None}) == set()


def test_an_error_that_was_not_foreseen_names_the_module_and_hides_its_text():
    result = unforeseen("mm_user", KeyError("s3cret"))
    assert result["msg"].startswith("mm_user: ")
    assert "KeyError" in result["msg"]
    assert "s3cret" not in result["msg"]


def test_a_failure_after_many_writes_shows_some_of_them():
    error = AnswerLost("the connection broke", operation="revoke_session")
    error.done = ["revoke_session"] * 5000
    result = failure(error)
    assert result["changed"]
    assert result["operations"] == ["revoke_session"] * 20
    assert result["omitted"] == {"operations": 4980}
