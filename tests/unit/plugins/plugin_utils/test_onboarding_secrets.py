# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The secrets of a user, as tasks of the user and files get them."""

from __future__ import annotations

from ansible_collections.mmops.mattermost.plugins.plugin_utils._onboarding import onboarding_secrets

ZOE = {"id": "i", "username": "zoe", "email": "zoe@example.com"}
TOKEN = {"item": "a/b", "token": {"id": "t"}, "token_value": "value"}


def test_each_new_secret_has_a_file() -> None:
    secrets = onboarding_secrets(ZOE, "word", {"secret": "base32", "qr_code": "png"}, [TOKEN])
    assert secrets["handed_over"] == {
        "username": "zoe",
        "user_id": "i",
        "email": "zoe@example.com",
        "password": "word",
        "mfa_secret": "base32",
        "qr_code": "png",
        "tokens": [{"description": "a/b", "token_id": "t", "token_value": "value"}],
    }
    assert secrets["files"] == [
        {"name": "zoe.password", "content": "word\n"},
        {"name": "zoe.secret", "content": "base32\n"},
        {"name": "zoe.a_b.token", "content": "value\n"},
    ]


def test_a_token_that_was_there_and_a_skipped_task_bring_nothing_new() -> None:
    secrets = onboarding_secrets(ZOE, "", {"skipped": True}, [{"item": "old", "token": {"id": "t"}, "token_value": None}])
    assert (secrets["handed_over"]["mfa_secret"], secrets["handed_over"]["tokens"], secrets["files"]) == ("", [], [])
