# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A roster file that is being read: its text, and how refusals name places in it."""

from __future__ import annotations

import codecs
from dataclasses import dataclass, field

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_columns import (
    BoundColumns,
    Columns,
    Unusable,
    with_memberships,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_entry import Place

EMPTY_ROSTER = "A roster without users would say that nobody should be there"
_ENCODINGS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass
class Source:
    """A file that is being read. ``headings`` tells for an option under which heading or key it stands."""

    name: str
    text: str
    columns: Columns
    spec: dict
    separator: str | None
    headings: dict = field(default_factory=dict)
    left_out: list = field(default_factory=list)
    warnings: list = field(default_factory=list)


def refusal(place: Place, error: Unusable, source: Source) -> InvalidInput:
    where = place.of(source.headings.get(error.key, error.key)) if error.key else place
    return InvalidInput(f"src: {where}: {error.reason}", error.remedy)


def decoded(content: bytes, name: str) -> str:
    mark, encoding = next(((mark, encoding) for mark, encoding in _ENCODINGS if content.startswith(mark)), (b"", "utf-8"))
    content = content[len(mark) :]
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        before = content[: error.start].decode(encoding, "ignore")
        line, column = line_and_column(before, len(before))
        raise InvalidInput(
            f"src: {name}, line {line}, column {column}: this is not valid {encoding[:6].upper().rstrip('-')}",
            "Save the file with the encoding UTF-8",
        ) from None
    if "\0" in text:
        line, column = line_and_column(text, text.index("\0"))
        raise InvalidInput(
            f"src: {name}, line {line}, column {column}: there is a NUL character, as in UTF-16 without a byte order mark",
            "Save the file with the encoding UTF-8",
        )
    return text


def line_and_column(text: str, position: int) -> tuple:
    return text.count("\n", 0, position) + 1, position - (text.rfind("\n", 0, position) + 1) + 1


def check_rules(source: Source, bound: BoundColumns, what: str) -> None:
    bound.check_source()
    source.warnings += [f"columns: {source.name} has no {what} {title!r}" for title in bound.missing]


def applied(source: Source, bound: BoundColumns, place: Place, row: dict) -> dict:
    try:
        return bound.apply(row)
    except Unusable as error:
        raise refusal(place, error, source) from None


def with_teams(source: Source, bound: BoundColumns, place: Place, entry: dict) -> dict:
    """The entry with the columns of teams and channels brought together in the option ``teams``."""
    try:
        return with_memberships(entry) if bound.has_memberships else entry
    except Unusable as error:
        raise refusal(place, error, source) from None
