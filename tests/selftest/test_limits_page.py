# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide of what servers tell and do says what the modules know."""

from __future__ import annotations

from ansible_collections.mmops.mattermost.plugins.module_utils._api.server import FEATURES, HIDDEN_FIELDS
from ansible_collections.mmops.mattermost.tests.tools.limits_page import PAGE, WHERE_HIDDEN, page


def test_the_page_is_made_from_the_table():
    assert PAGE.read_text(encoding="utf-8") == page(), "Run: python tests/tools/limits_page.py"


def test_the_page_has_every_feature():
    words = " ".join(page().split())
    assert [feature.name for feature in FEATURES.values() if " ".join(feature.meaning.split()) not in words] == []


def test_the_page_has_every_hidden_field_that_can_be_declared():
    assert set(HIDDEN_FIELDS) - set(WHERE_HIDDEN) == {"last_password_update"}
