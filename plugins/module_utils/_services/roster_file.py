# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Roster files: users in CSV, JSON or YAML, read without Ansible's templating and checked with line and column."""

from __future__ import annotations

import csv
import functools
import io
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput, MissingLibrary
from ansible_collections.mmops.mattermost.plugins.module_utils._services.option_file import read_option_file

try:
    import yaml

    HAS_YAML = True
except ImportError:
    HAS_YAML = False

#: Columns in which an empty cell of a CSV file says "empty". In all others it says "not declared".
_EMPTY_IS_A_VALUE = frozenset({"first_name", "last_name", "nickname", "position"})

_EMPTY_ROSTER = "A roster without users would say that nobody is to be there"

_TEXT_ONLY = frozenset({str})
_TRUE = frozenset({"true", "yes", "y", "on", "1"})
_FALSE = frozenset({"false", "no", "n", "off", "0"})


class Entry(NamedTuple):
    """One user of a roster: where it is written (``str()`` of it, for messages), and the declared options."""

    where: Any
    options: dict


def read_roster(path: str, columns: dict, spec: dict) -> list[Entry]:
    """The entries of a roster file, by the ending of its name.

    ``columns`` renames columns or keys; one that is renamed to nothing is left out. ``spec`` is the argument spec of an
    entry. Raises ``InvalidInput`` that names line and column, and ``MissingLibrary``.
    """
    readers = {".csv": _read_csv, ".json": _read_json, ".yaml": _read_yaml, ".yml": _read_yaml}
    reader = readers.get(os.path.splitext(path)[1].lower())
    if reader is None:
        raise InvalidInput(f"src: {path} is no .csv, .json, .yaml or .yml file")
    content = read_option_file("src", path)
    name = os.path.basename(path)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        column = len(before) - (before.rfind(b"\n") + 1) + 1
        raise InvalidInput(
            f"src: {name}, line {before.count(10) + 1}, column {column}: this is no UTF-8",
            "Save the file with the encoding UTF-8",
        ) from None
    if not text.strip():
        raise InvalidInput(f"src: {name} is empty", _EMPTY_ROSTER)
    checker = EntryChecker(spec, columns)
    return [Entry(where, checker.check(options, where)) for where, options in reader(text, name, spec, columns)]


def _read_csv(text, name, spec, columns) -> Iterator[tuple[str, dict]]:
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [cell.strip() for cell in next(rows, [])]
        _check_header(header, name, spec, columns)
        options = [columns.get(title, title) for title in header]
        typed = [
            (title, spec[option]["type"]) for title, option in zip(header, options) if option and spec[option]["type"] != "str"
        ]
        clearing = [title for title, option in zip(header, options) if option in _EMPTY_IS_A_VALUE]
        line = rows.line_num + 1
        for row in rows:
            where, line = f"{name}, line {line}", rows.line_num + 1
            if not any(row):
                continue
            if len(row) != len(header):
                raise InvalidInput(
                    f"src: {where}: {len(row)} cells, but the header has {len(header)}", "Quote cells that hold a comma"
                )
            entry: dict = {title: cell for title, cell in zip(header, map(str.strip, row)) if cell}
            for title, kind in typed:
                if title in entry:
                    entry[title] = _cell(entry[title], kind)
            for title in clearing:
                entry.setdefault(title, "")
            yield where, entry
    except csv.Error as error:
        raise InvalidInput(f"src: {name}, line {rows.line_num}: {error}", "Correct the quotes") from None


def _check_header(header, name, spec, columns):
    for position, title in enumerate(header, 1):
        if columns.get(title, title) and columns.get(title, title) not in spec:
            raise InvalidInput(
                f"src: {name}, line 1, column {position}: the column {title!r} is unknown",
                f"Rename it or leave it out with columns; known are {', '.join(sorted(spec))}",
            )
    seen: dict = {}
    for position, title in enumerate(header, 1):
        option = columns.get(title, title)
        if option and option in seen:
            raise InvalidInput(f"src: {name}, line 1, column {position}: {option} is also in column {seen[option]}")
        seen[option] = position


def _cell(cell, kind):
    """The value of a CSV cell for an option of this type."""
    if kind == "list":
        return cell.replace(";", " ").replace(",", " ").split()
    if kind == "dict" or (kind == "raw" and cell.startswith("{")):
        try:
            return json.loads(cell)
        except ValueError:
            return cell  # refused with its place when the entry is checked
    return cell


def _read_json(text, name, spec, columns) -> Iterator[tuple[Any, dict]]:
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise InvalidInput(f"src: {name}, line {error.lineno}, column {error.colno}: {error.msg}") from None
    yield from _entries(document, name, text)


def _read_yaml(text, name, spec, columns) -> Iterator[tuple[Any, dict]]:
    if not HAS_YAML:
        raise MissingLibrary("PyYAML", "reading a YAML roster")
    try:
        document = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506  a safe loader
    except yaml.MarkedYAMLError as error:
        mark: Any = error.problem_mark
        raise InvalidInput(f"src: {name}, line {mark.line + 1}, column {mark.column + 1}: {error.problem}") from None
    except yaml.YAMLError:
        raise InvalidInput(f"src: {name} is no YAML") from None
    yield from _entries(document, name, text)


def _entries(document, name, text) -> Iterator[tuple[Any, dict]]:
    if isinstance(document, dict) and len(document) == 1:
        (document,) = document.values()  # a list under a heading, such as users:
    if not isinstance(document, list):
        raise InvalidInput(f"src: {name} holds no list of users")
    if not document:
        raise InvalidInput(f"src: {name} is empty", _EMPTY_ROSTER)
    for position, options in enumerate(document):
        yield _Place(name, position, text), options


@functools.lru_cache(maxsize=1)
def _places(text):
    """Line and column of every entry. JSON is YAML, too."""
    node: Any = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    if isinstance(node, yaml.MappingNode):
        node = node.value[0][1]
    return [(item.start_mark.line + 1, item.start_mark.column + 1) for item in node.value]


@dataclass(frozen=True)
class _Place:
    """The place of an entry. Only a slow parser knows lines, so it is asked only when a message needs the place."""

    _name: str
    _position: int
    _text: str

    def __str__(self):
        if not HAS_YAML:
            return f"{self._name}, entry {self._position + 1}"
        line, column = _places(self._text)[self._position]
        return f"{self._name}, line {line}, column {column}"


class EntryChecker:
    """Brings entries into the form of an argument spec. ``columns`` renames keys; one renamed to nothing is left out."""

    def __init__(self, spec: dict, columns: dict):
        self._spec = spec
        self._names = {**{name: name for name in spec}, **columns}
        self._defaults = {name: option.get("default") for name, option in spec.items()}
        # Most entries of most rosters hold nothing but texts that need no second look.
        self._any_text = {
            name for name, option in spec.items() if option["type"] == "str" and "choices" not in option and name not in columns
        }

    def check(self, raw: Any, where: Any) -> dict:
        """All options of an entry in their types, with defaults. Raises ``InvalidInput`` that names place and option."""
        if not isinstance(raw, dict):
            raise InvalidInput(f"{where}: an entry must be a map of options")
        options = self._defaults.copy()
        if self._any_text.issuperset(raw) and _TEXT_ONLY.issuperset(map(type, raw.values())):
            options.update(raw)
            return options
        for key, value in raw.items():
            name = self._names.get(key, key)
            if value is None or not name:
                continue
            if name in self._spec:
                options[name] = _typed(value, self._spec[name], name, where)
            else:
                raise InvalidInput(f"{where}: the option {key!r} is unknown", f"Known are {', '.join(sorted(self._spec))}")
        return options


def _typed(value, option, name, where):
    kind = option.get("type", "str")
    if kind == "str" and isinstance(value, (int, float)) and not isinstance(value, bool):
        value = str(value)
    elif kind == "bool" and isinstance(value, str):
        value = True if value.lower() in _TRUE else False if value.lower() in _FALSE else value
    elif kind == "list" and isinstance(value, str):
        value = value.split(",")
    fits = {"str": str, "bool": bool, "list": list, "dict": dict, "raw": object}[kind]
    if not isinstance(value, fits):
        raise InvalidInput(f"{where}: {name} must be of the type {kind}")
    choices = option.get("choices")
    for part in value if isinstance(value, list) else [value]:
        if kind == "list" and not isinstance(part, str):
            raise InvalidInput(f"{where}: {name} must be a list of strings")
        if choices and part not in choices:
            raise InvalidInput(f"{where}: {name} is {part!r}, but must be one of {', '.join(choices)}")
    if kind == "dict" and "options" in option:
        return EntryChecker(option["options"], {}).check(value, f"{where}: {name}")
    return value
