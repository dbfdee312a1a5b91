# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of all errors says what the messages of the modules say."""

from __future__ import annotations

from ansible_collections.mmops.mattermost.plugins.module_utils._api.error_meanings import EXPLANATIONS
from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import rejection
from ansible_collections.mmops.mattermost.tests.tools.errors_page import PAGE, page


def test_the_page_is_made_from_the_table():
    assert PAGE.read_text(encoding="utf-8") == page(), "Run: python tests/tools/errors_page.py"


def test_the_page_has_every_id_once():
    terms = [line.strip("`") for line in page().splitlines() if line.startswith("``")]
    assert len(terms) == len(set(terms))
    assert set(EXPLANATIONS) < set(terms)


def test_an_entry_says_what_the_message_says():
    error_id = "api.user.login.inactive.app_error"
    cause, remedy = str(rejection("login", 401, error_id)).split(f" [{error_id}]. ")
    entry = page().split(f"``{error_id}``\n")[1].split("\n``")[0]
    assert cause.removeprefix("login: ").capitalize() in entry
    assert remedy in entry


def test_the_message_at_the_top_is_one_that_modules_show():
    quote = str(rejection("update_user_roles", 404, "app.role.check_roles_exist.role_not_found"))
    assert quote in " ".join(page().split())
