# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The releases of Mattermost that the fake can be, as differences in plain words.

Read from top to bottom this is the changelog. A field says what the server does; handlers read
``call.state.release``, and know no version numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Release:
    """What one release does differently from another."""

    version: str
    build: str
    config_hash: str  # digest of the settings in X-Version-Id


V7_6 = Release(version="7.6.0", build="3912805", config_hash="md5")

V10_11 = replace(V7_6, version="10.11.0", build="16909346542")

V11_2 = replace(V10_11, version="11.2.0", build="20188450353", config_hash="sha256")

RELEASES = {"7.6": V7_6, "10.11": V10_11, "11.2": V11_2}  # oldest first
NEWEST = list(RELEASES)[-1]
