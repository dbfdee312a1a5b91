# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables of the guides that repeat what the code says."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from ansible_collections.mmops.mattermost.plugins.module_utils._api.connection_options import CONNECTION_OPTIONS

DOCS = Path(__file__).resolve().parents[2] / "docs" / "docsite"


def test_the_guide_lists_the_variables_of_all_connection_options():
    text = (DOCS / "rst" / "guide_connection.rst").read_text(encoding="utf-8")
    rows = re.findall(r"^   \* - ``(\w+)``\n     - ``(MATTERMOST_\w+)``$", text, re.MULTILINE)
    assert dict(rows) == {name: option["fallback"][1][0] for name, option in CONNECTION_OPTIONS.items()}


def test_every_guide_is_listed_once():
    sections = yaml.safe_load((DOCS / "extra-docs.yml").read_text(encoding="utf-8"))["sections"]
    listed = [name for section in sections for name in section["toctree"]]
    assert sorted(listed) == sorted(path.stem for path in (DOCS / "rst").glob("*.rst"))
