# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the code blocks of texts in Markdown and reStructuredText."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

RST = re.compile(
    r"^(?:\.\. (?P<note>[^\n]*)\n\n)?\.\. code-block:: (?P<language>\S+)\n(?P<options>(?:[ ]+:[^\n]*\n)*)\n"
    r"(?P<text>(?:[ ]+[^\n]*\n|\n)+)",
    re.MULTILINE,
)
MARKDOWN = re.compile(r"^(?:<!-- (?P<note>[^\n]*) -->\n+)?```(?P<language>\S+)\n(?P<text>.*?)^```", re.MULTILINE | re.DOTALL)
NOT_RUN = "not run: "
FILE = "file: "


@dataclass(frozen=True)
class Block:
    """A code block. ``file`` is the name that the text gives it; ``reason`` says why it is not run."""

    line: int
    language: str
    text: str
    file: str = ""
    reason: str | None = None


def blocks(path: Path) -> Iterator[Block]:
    """The code blocks of a text, in order."""
    text = path.read_text(encoding="utf-8")
    for match in (RST if path.suffix == ".rst" else MARKDOWN).finditer(text):
        note = match["note"] or ""
        caption = re.search(r":caption: (\S+)", match["options"]) if path.suffix == ".rst" else None
        yield Block(
            line=text.count("\n", 0, match.start("text")) + 1,
            language=match["language"],
            text=textwrap.dedent(match["text"]),
            file=caption[1] if caption else note.removeprefix(FILE) if note.startswith(FILE) else "",
            reason=note.removeprefix(NOT_RUN).strip() if note.startswith(NOT_RUN.strip()) else None,
        )
