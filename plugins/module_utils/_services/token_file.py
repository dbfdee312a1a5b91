# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files that new tokens are handed over in."""

from __future__ import annotations

import re
from collections.abc import Iterable


def token_file(username: str, description: str) -> str:
    """The name of the file of a token. Characters that a file name should not have become underscores."""
    return f"{username}.{re.sub('[^A-Za-z0-9._-]', '_', description)}.token"


def clash_sentences(tokens: Iterable[tuple[str, str]]) -> list:
    """About tokens that would go to the same file. ``tokens`` are pairs of user name and description."""
    found: dict = {}
    for username, description in sorted(tokens):
        found.setdefault(token_file(username, description), []).append(f"{username}: {description}")
    return [
        f"{' and '.join(names)} would be written to the same file {file}. Change one of the descriptions."
        for file, names in found.items()
        if len(names) > 1
    ]
