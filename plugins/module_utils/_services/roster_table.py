# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rosters in tables: files of comma-separated values, and their kin."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_api import FORMULA_MARK, FORMULA_STARTS
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_columns import BoundColumns
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_entry import Place
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_source import (
    Source,
    applied,
    check_rules,
    with_teams,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._services.strict_json import parse_json

#: Columns in which an empty cell of a CSV file says "empty". In all others it says "not declared".
_EMPTY_IS_A_VALUE = frozenset({"first_name", "last_name", "nickname", "position"})

#: Separators that are found by themselves, and what they are called.
_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_SEPARATOR_NAMES = {"comma": ",", "semicolon": ";", "tab": "\t", "\\t": "\t", "bar": "|"}

_FORMULA = re.compile(f"{FORMULA_MARK}+[{re.escape(''.join(FORMULA_STARTS))}]")


def separator_of(delimiter) -> str | None:
    if delimiter is None:
        return None
    separator = _SEPARATOR_NAMES.get(delimiter, delimiter)
    if len(separator) != 1 or separator in '"\r\n\0 ' or "\ud800" <= separator <= "\udfff":
        raise InvalidInput("delimiter is not a valid separator", "Give one character, or comma, semicolon or tab")
    return separator


class _Row(Place):
    """A row of a table. ``headings`` are those of its cells, in order."""

    __slots__ = ("_headings", "_line", "_name")

    def __init__(self, name, line, headings):
        self._name = name
        self._line = line
        self._headings = headings

    def __str__(self):
        return f"{self._name}, line {self._line}"

    def of(self, key: str) -> str:
        return f"{self}, column {self._headings.index(key) + 1}" if key in self._headings else str(self)


def read_csv(source: Source) -> Iterator[tuple[Any, dict]]:
    skipped, start, separator = _preamble(source.text)
    separator = source.separator or separator or _likely_separator(source, start)
    rows = csv.reader(io.StringIO(source.text[start:], newline=""), delimiter=separator, strict=True)
    try:
        header = [cell.strip() for cell in next(rows, [])]
        bound = _bind_header(source, header, skipped + 1, separator)
        yield from _rows(source, rows, skipped, header, bound)
    except csv.Error as error:
        raise InvalidInput(f"src: {source.name}, line {rows.line_num + skipped}: {error}", "Correct the quotes") from None


def _preamble(text) -> tuple:
    """Lines before the headings: how many, where they end, and the separator that ``sep=;`` names."""
    lines, position, separator = 0, 0, None
    while position < len(text):
        end = text.find("\n", position)
        end = len(text) if end < 0 else end
        line = text[position:end].strip(" \r").strip('"')
        named = re.match(r"sep=(.)\Z", line, re.IGNORECASE)
        if named:
            separator = named.group(1)
        elif line.strip(" \t,;|") and not line.startswith("#TYPE"):
            break
        lines, position = lines + 1, end + 1
    return lines, position, separator


def _likely_separator(source, start) -> str:
    """The separator that makes the most known headings of the first line, and then the most headings."""
    end = source.text.find("\n", start)
    line = source.text[start : end if end >= 0 else len(source.text)]

    def headings(separator):
        bound = source.columns.bind(_split_line(line, separator), fold=True)
        return sum(rule is not None for rule in bound.rules.values()), line.count(separator)

    return max(_SEPARATORS, key=headings)


def _split_line(line, separator) -> list:
    try:
        return [cell.strip() for cell in next(csv.reader([line.rstrip("\r")], delimiter=separator), [])]
    except csv.Error:
        return []


def _bind_header(source, header, line, separator) -> BoundColumns:
    where = f"src: {source.name}, line {line}"
    bound = source.columns.bind([title for title in header if title], fold=True)
    unknown = [title for title, rule in bound.rules.items() if rule is None]
    if unknown:
        better = _likely_separator(source, _preamble(source.text)[1])
        if len(header) == 1 and better not in (separator, ",") and better in header[0]:
            raise InvalidInput(
                f"{where}: the headings are separated by {_SEPARATORS[better]}?", "Leave out delimiter, or give this separator"
            )
        if len(unknown) == len(bound.rules):
            # Without a line of headings, this is a person, perhaps with a password.
            raise InvalidInput(
                f"{where}: none of the {len(unknown)} headings is known",
                "The first line must hold headings. Rename them or leave them out with columns; "
                f"known are {', '.join(sorted(source.spec))}",
            )
        raise InvalidInput(
            f"{where}, column {header.index(unknown[0]) + 1}: the column {unknown[0]!r} is unknown",
            f"Rename it or leave it out with columns; known are {', '.join(sorted(source.spec))}",
        )
    check_rules(source, bound, "heading")
    seen: dict = {}
    for position, title in enumerate(header, 1):
        for option in bound.rules[title].options if title else ():
            if option in seen:
                raise InvalidInput(f"{where}, column {position}: {option} is also in column {seen[option]}")
            if option in bound.constants:
                raise InvalidInput(
                    f"{where}, column {position}: {option} has a constant in columns as well", "Leave out one of them"
                )
            seen[option] = position
    return bound


#: The type of a column that is not for an option, but for a team or channel.
_TEXT = {"type": "str"}


def _rows(source, rows, skipped, header, bound) -> Iterator[tuple[Any, dict]]:
    source.headings = bound.source
    options = [next(iter(bound.rules[title].options), None) if title else None for title in header]
    filled = [*bound.source, *bound.constants]
    typed = [(option, source.spec[option]["type"]) for option in filled if source.spec.get(option, _TEXT)["type"] != "str"]
    clearing = [option for option in bound.source if option in _EMPTY_IS_A_VALUE]
    marked = FORMULA_MARK in source.text and bool(_FORMULA.search(source.text))
    only_names = bound.only_names
    untitled = [position for position, title in enumerate(header) if not title]
    line = rows.line_num + 1
    for row in rows:
        place, line = _Row(source.name, line + skipped, header), rows.line_num + 1
        cells = list(map(str.strip, row))
        if not any(cells):
            continue
        if len(cells) != len(header):
            raise InvalidInput(
                f"src: {place}: {len(cells)} cells, but the header has {len(header)}", "Quote cells that hold the separator"
            )
        for position in untitled:
            if cells[position]:
                raise InvalidInput(
                    f"src: {place}, column {position + 1}: the column has no heading", "Give it one, or empty it"
                )
        if marked:
            cells = [cell[1:] if _FORMULA.match(cell) else cell for cell in cells]
        if only_names:
            entry: dict = {option: cell for option, cell in zip(options, cells) if cell and option}
        else:
            entry = applied(source, bound, place, {title: cell for title, cell in zip(header, cells) if title})
            entry = {option: value for option, value in entry.items() if value != "" and value is not None}
        for option, kind in typed:
            if option in entry:
                entry[option] = _cell(entry[option], kind)
        for option in clearing:
            entry.setdefault(option, "")
        yield place, with_teams(source, bound, place, entry)


def _cell(cell, kind):
    """The value of a CSV cell for an option of this type."""
    if not isinstance(cell, str):
        return cell
    if kind == "list" and not cell.startswith("["):
        return cell.replace(";", " ").replace(",", " ").split()
    if kind in ("dict", "list") or (kind == "raw" and cell.startswith("{")):
        try:
            return parse_json(cell)
        except ValueError:
            return cell  # refused with its place when the entry is checked
    return cell
