# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Entry point of ``python tests/fake_mattermost``."""

from __future__ import annotations

import os
import sys

# A directory that is run is itself on the module path, where its files would hide
# modules of the standard library; the parent makes it a package instead.
sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

from fake_mattermost.cli import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main())
