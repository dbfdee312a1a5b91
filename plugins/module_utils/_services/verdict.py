# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the message of a task about many says when some of them failed: why, and what became of the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def verdict(claim: str, failed: Sequence[Any], changed: int, what: str, aside: str = "") -> str:
    """``claim`` says that some failed, ``what`` is one of all those that the task is about: a user, a token.

    The failed ones have ``name``, ``where`` and ``error``; ``aside`` is a further sentence.
    """
    first = failed[0]
    # The consequence for this one is among the failures; the message is about all of them.
    cause = str(first.error).replace(first.error.consequence, "").rstrip()
    sentences = [f"{claim}, the first of them {first.name} ({first.where}): {cause}", aside]
    doubtful = len([item for item in failed if item.error.outcome_unknown])
    if doubtful:
        sentences.append(f"{doubtful} of those who failed may have been changed.")
    if changed:
        sentences.append(f"{changed} {what}{' was' if changed == 1 else 's were'} changed.")
    elif not doubtful:
        sentences.append("Nothing was changed.")
    return " ".join([*filter(None, sentences), "The next run does what is missing."])
