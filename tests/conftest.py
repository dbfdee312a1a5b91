# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes sure that tests import the collection from this checkout."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

LINK = Path(__file__).resolve().parents[1] / ".tree" / "ansible_collections" / "mmops" / "mattermost"


def _interrupt(*_unused: object) -> None:
    raise KeyboardInterrupt


def pytest_configure() -> None:
    # A cancelled run cleans up as an interrupted one does: fixtures stop their servers.
    signal.signal(signal.SIGTERM, _interrupt)
    if not LINK.is_dir():
        raise pytest.UsageError("The link that makes the collection importable is missing: run `make venv` first")
