# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Roster files: users in CSV, JSON, JSON Lines or YAML, read without Ansible's templating, checked with line and column.

Values stay the texts that they are in the file, and get their types from the option they are for: a number with leading
zeros stays what it is. Messages show no values, as one that stands in the wrong place may be a password.
"""

from __future__ import annotations

import codecs
import csv
import functools
import io
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput, MissingLibrary
from ansible_collections.mmops.mattermost.plugins.module_utils._services.option_file import read_option_file
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_api import (
    FORMULA_MARK,
    FORMULA_STARTS,
    from_api,
    from_bulk,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_columns import (
    BoundColumns,
    Columns,
    Unusable,
    with_memberships,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_entry import (
    Entry,
    EntryChecker,
    Place,
    unsendable,
)

try:
    import yaml

    HAS_YAML = True
except ImportError:
    HAS_YAML = False

#: Columns in which an empty cell of a CSV file says "empty". In all others it says "not declared".
_EMPTY_IS_A_VALUE = frozenset({"first_name", "last_name", "nickname", "position"})

#: Separators that are found by themselves, and what they are called.
_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_SEPARATOR_NAMES = {"comma": ",", "semicolon": ";", "tab": "\t", "\\t": "\t", "bar": "|"}

EMPTY_ROSTER = "A roster without users would say that nobody should be there"
_ENCODINGS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
#: What JSON or YAML write for a character that may not be sendable.
_UNSENDABLE = re.compile(r"\\(u(d[89a-f]|0000)|x00|0|U0000)", re.IGNORECASE)
_FORMULA = re.compile(f"{FORMULA_MARK}+[{re.escape(''.join(FORMULA_STARTS))}]")


@dataclass
class RosterFile:
    """What a roster file holds. ``headings`` tells for an option under which heading or key it stands."""

    entries: list = field(default_factory=list)
    warnings: list = field(default_factory=list)
    headings: dict = field(default_factory=dict)
    option: str = ""

    def place(self, entry: Entry, option: str = "") -> str:
        """Where an entry, or the value of one of its options, is written; for messages."""
        where = entry.where.of(self.headings.get(option, option)) if option else str(entry.where)
        return f"{self.option}: {where}" if self.option else where


def read_roster(path: str, columns: dict, spec: dict, delimiter: str | None = None, defaults: dict | None = None) -> RosterFile:
    """The entries of a roster file, by the ending of its name.

    ``columns`` are rules as ``Columns`` takes them, ``spec`` is the argument spec of an entry, ``defaults`` are values of
    options that an entry does not declare. Raises ``InvalidInput`` that names line and column, and ``MissingLibrary``.
    """
    rules = Columns(columns, spec)
    separator = _separator(delimiter)
    readers = {
        ".csv": _read_csv, ".tsv": _read_csv, ".json": _read_json, ".jsonl": _read_json_lines, ".ndjson": _read_json_lines,
        ".yaml": _read_yaml, ".yml": _read_yaml,
    }  # fmt: skip
    reader = readers.get(os.path.splitext(path)[1].lower())
    if reader is None:
        raise InvalidInput(f"src: {path} is not a .csv, .tsv, .json, .jsonl, .ndjson, .yaml or .yml file")
    if separator and reader is not _read_csv:
        raise InvalidInput("delimiter counts only for a CSV file", "Leave it out")
    name = os.path.basename(path)
    text = _decoded(read_option_file("src", path), name)
    if not text.strip():
        raise InvalidInput(f"src: {name} is empty", EMPTY_ROSTER)
    source = _Source(name, text, rules, spec, separator)
    checker = EntryChecker(spec, defaults)
    roster = RosterFile(option="src")
    may_be_unsendable = "\\" in text and bool(_UNSENDABLE.search(text))
    for place, options in reader(source):
        if may_be_unsendable and unsendable(options):
            raise InvalidInput(
                f"src: {place}: a text holds a character that cannot be sent", "Remove NUL characters and halves of pairs"
            )
        try:
            roster.entries.append(Entry(place, checker.check(options)))
        except Unusable as error:
            raise _refusal(place, error, source) from None
    if not roster.entries:
        raise InvalidInput(f"src: {name} holds no users", EMPTY_ROSTER)
    if source.left_out:
        source.warnings.append(f"src: a roster does not set {', '.join(source.left_out)}, so these keys were left out")
    roster.warnings, roster.headings = source.warnings, source.headings
    return roster


def _separator(delimiter) -> str | None:
    if delimiter is None:
        return None
    separator = _SEPARATOR_NAMES.get(delimiter, delimiter)
    if len(separator) != 1 or separator in '"\r\n\0 ' or "\ud800" <= separator <= "\udfff":
        raise InvalidInput("delimiter is not a valid separator", "Give one character, or comma, semicolon or tab")
    return separator


@dataclass
class _Source:
    """A file that is being read. ``headings`` tells for an option under which heading or key it stands."""

    name: str
    text: str
    columns: Columns
    spec: dict
    separator: str | None
    headings: dict = field(default_factory=dict)
    left_out: list = field(default_factory=list)
    warnings: list = field(default_factory=list)


def _refusal(place, error: Unusable, source) -> InvalidInput:
    where = place.of(source.headings.get(error.key, error.key)) if error.key else place
    return InvalidInput(f"src: {where}: {error.reason}", error.remedy)


def _decoded(content: bytes, name: str) -> str:
    mark, encoding = next(((mark, encoding) for mark, encoding in _ENCODINGS if content.startswith(mark)), (b"", "utf-8"))
    content = content[len(mark) :]
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        before = content[: error.start].decode(encoding, "ignore")
        line, column = _line_and_column(before, len(before))
        raise InvalidInput(
            f"src: {name}, line {line}, column {column}: this is not valid {encoding[:6].upper().rstrip('-')}",
            "Save the file with the encoding UTF-8",
        ) from None
    if "\0" in text:
        line, column = _line_and_column(text, text.index("\0"))
        raise InvalidInput(
            f"src: {name}, line {line}, column {column}: there is a NUL character, as in UTF-16 without a byte order mark",
            "Save the file with the encoding UTF-8",
        )
    return text


def _line_and_column(text: str, position: int) -> tuple:
    return text.count("\n", 0, position) + 1, position - (text.rfind("\n", 0, position) + 1) + 1


# -- tables --------------------------------------------------------------------------------------------------------


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


def _read_csv(source: _Source) -> Iterator[tuple[Any, dict]]:
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
    _check_rules(source, bound, "heading")
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


def _check_rules(source, bound, what):
    bound.check_source()
    source.warnings += [f"columns: {source.name} has no {what} {title!r}" for title in bound.missing]


def _rows(source, rows, skipped, header, bound) -> Iterator[tuple[Any, dict]]:
    source.headings = bound.source
    options = [next(iter(bound.rules[title].options), None) if title else None for title in header]
    filled = [*bound.source, *bound.constants]
    typed = [(option, source.spec[option]["type"]) for option in filled if source.spec.get(option, _TEXT)["type"] != "str"]
    has_memberships = bound.has_memberships
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
            entry = _applied(source, bound, place, {title: cell for title, cell in zip(header, cells) if title})
            entry = {option: value for option, value in entry.items() if value != "" and value is not None}
        for option, kind in typed:
            if option in entry:
                entry[option] = _cell(entry[option], kind)
        for option in clearing:
            entry.setdefault(option, "")
        yield place, _with_memberships(source, place, entry) if has_memberships else entry


def _applied(source, bound, place, row) -> dict:
    try:
        return bound.apply(row)
    except Unusable as error:
        raise _refusal(place, error, source) from None


def _with_memberships(source, place, entry) -> dict:
    try:
        return with_memberships(entry)
    except Unusable as error:
        raise _refusal(place, error, source) from None


#: The type of a column that is not for an option, but for a team or channel.
_TEXT = {"type": "str"}


def _cell(cell, kind):
    """The value of a CSV cell for an option of this type."""
    if not isinstance(cell, str):
        return cell
    if kind == "list" and not cell.startswith("["):
        return cell.replace(";", " ").replace(",", " ").split()
    if kind in ("dict", "list") or (kind == "raw" and cell.startswith("{")):
        try:
            return _parse_json(cell)
        except ValueError:
            return cell  # refused with its place when the entry is checked
    return cell


# -- documents -----------------------------------------------------------------------------------------------------


class _Refused(ValueError):
    """JSON that Python's parser would take."""


def _object(pairs):
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _value in pairs]
        raise _Refused(f"the key {next(key for key in keys if keys.count(key) > 1)!r} is there twice")
    return found


def _no_number(name):
    raise _Refused(f"{name} is not a JSON value")


#: Strict, and leaves numbers the texts that they are.
_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_no_number, parse_int=str, parse_float=str)


def _parse_json(text: str) -> Any:
    """A JSON document. Raises ``ValueError``."""
    try:
        return _DECODER.decode(text)
    except RecursionError:
        raise _Refused("it is nested too deep") from None


def _read_json(source: _Source) -> Iterator[tuple[Any, dict]]:
    try:
        document = _parse_json(source.text)
    except json.JSONDecodeError as error:
        # Lines, each with a map of its own.
        if error.msg == "Extra data" and source.text.lstrip().startswith("{"):
            return _read_json_lines(source)
        raise InvalidInput(f"src: {source.name}, line {error.lineno}, column {error.colno}: {error.msg}") from None
    except _Refused as error:
        raise InvalidInput(f"src: {source.name}{_refused_entry(source.text)}: {error}") from None
    key, users = _list_of_users(document, source.name)
    places = (_JsonPlace(source.name, source.text, key, position) for position in range(len(users)))
    return _adapted(source, list(zip(places, users)))


def _refused_entry(text) -> str:
    """The place of the first entry that the strict parser refuses, if it is in one."""
    try:
        document = json.loads(text, parse_int=str)
        key = next(iter(document)) if isinstance(document, dict) else None
        for start in _starts(text, key):
            try:
                _DECODER.raw_decode(text, start)
            except _Refused:
                line, column = _line_and_column(text, start)
                return f", line {line}, column {column}"
    except (RecursionError, ValueError, LookupError):
        pass
    return ""


def _read_json_lines(source: _Source) -> Iterator[tuple[Any, dict]]:
    found = []
    for number, line in enumerate(source.text.split("\n"), 1):
        if not line.strip():
            continue
        place = _LinePlace(source.name, number, line)
        try:
            document = _parse_json(line)
        except json.JSONDecodeError as error:
            raise InvalidInput(f"src: {place}, column {error.colno}: {error.msg}") from None
        except _Refused as error:
            raise InvalidInput(f"src: {place}: {error}") from None
        if isinstance(document, dict) and "type" in document and "username" not in document:
            if document["type"] != "user":
                continue  # a version, a team, a post ...
            if not isinstance(document.get("user"), dict):
                raise InvalidInput(f"src: {place}: a line of the type user needs a map under user")
            document, left_out = from_bulk(document["user"], _known(source))
            source.left_out += [key for key in left_out if key not in source.left_out]
        found.append((place, document))
    return _adapted(source, found)


def _read_yaml(source: _Source) -> Iterator[tuple[Any, dict]]:
    if not HAS_YAML:
        raise MissingLibrary("PyYAML", "reading a YAML roster")
    try:
        document = yaml.load(source.text, Loader=_yaml_loader())  # noqa: S506  a safe loader
    except yaml.MarkedYAMLError as error:
        mark: Any = error.problem_mark or error.context_mark
        # What is quoted is a part of the file.
        problem = re.sub(r"\s*(['\"]).*\1", "", error.problem or "this is not valid YAML", flags=re.DOTALL)
        raise InvalidInput(f"src: {source.name}, line {mark.line + 1}, column {mark.column + 1}: {problem}") from None
    except RecursionError:
        raise InvalidInput(f"src: {source.name}: it is nested too deep") from None
    except yaml.YAMLError:
        raise InvalidInput(f"src: {source.name} is not valid YAML", "It may hold a control character") from None
    key, users = _list_of_users(document, source.name)
    places = (_YamlPlace(source.name, source.text, key, position) for position in range(len(users)))
    return _adapted(source, list(zip(places, users)))


@functools.lru_cache(maxsize=1)
def _yaml_loader():
    """A safe loader that leaves all scalars the texts that they are, and refuses keys that are there twice."""

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        yaml_implicit_resolvers: ClassVar[dict] = {}

        def construct_mapping(self, node, deep=False):
            seen = set()
            for key, _value in node.value:
                if key.tag == "tag:yaml.org,2002:merge":
                    continue
                if not isinstance(key, yaml.ScalarNode) or key.tag == "tag:yaml.org,2002:null":
                    raise yaml.constructor.ConstructorError(None, None, "a key must be a text", key.start_mark)
                if key.value in seen:
                    raise yaml.constructor.ConstructorError(None, None, "this key is there twice", key.start_mark)
                seen.add(key.value)
            return super().construct_mapping(node, deep)

        def refuse(self, node):
            raise yaml.constructor.ConstructorError(
                None, None, "a value that begins with an exclamation mark must be quoted", node.start_mark
            )

    Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"(~|null|Null|NULL|)\Z"), ["~", "n", "N", ""])
    Loader.add_implicit_resolver("tag:yaml.org,2002:merge", re.compile(r"<<\Z"), ["<"])
    for kind in ("int", "float", "bool", "timestamp"):
        Loader.add_constructor(f"tag:yaml.org,2002:{kind}", Loader.construct_yaml_str)
    for tag in ("tag:yaml.org,2002:binary", "tag:yaml.org,2002:omap", "tag:yaml.org,2002:pairs", "tag:yaml.org,2002:set", None):
        Loader.add_constructor(tag, Loader.refuse)
    return Loader


def _list_of_users(document, name) -> tuple:
    """The list, and the key that it stands under if it does."""
    key = None
    if isinstance(document, dict) and (len(document) == 1 or isinstance(document.get("users"), list)):
        key = "users" if "users" in document else next(iter(document))  # a list under a heading, or a result of mm_user_info
        document = document[key]
    if not isinstance(document, list):
        raise InvalidInput(f"src: {name} holds no list of users")
    if not document:
        raise InvalidInput(f"src: {name} is empty", EMPTY_ROSTER)
    return key, document


def _known(source) -> set:
    """The keys that mean something: options, and what ``columns`` names."""
    return {*source.spec, *source.columns.titles}


def _adapted(source, found: list) -> Iterator[tuple[Any, dict]]:
    """The entries of a document with the rules for its keys."""
    known = _known(source)
    found = [(place, from_api(raw, known)) for place, raw in found]
    if not source.columns.declared:
        yield from found
        return
    keys = dict.fromkeys(key for _place, raw in found if isinstance(raw, dict) for key in raw)
    bound = source.columns.bind(list(keys))
    _check_rules(source, bound, "key")
    source.headings = bound.source
    for place, raw in found:
        entry = _applied(source, bound, place, raw) if isinstance(raw, dict) else raw
        yield place, _with_memberships(source, place, entry) if bound.has_memberships and isinstance(raw, dict) else entry


class _Document(Place):
    """A place in a document. Only a slow parser knows lines, so it is asked only when a message needs the place."""

    def __init__(self, name, text, key, position):
        self._name = name
        self._text = text
        self._key = key
        self._position = position

    def _at(self, line, column) -> str:
        return f"{self._name}, line {line}, column {column}"


class _JsonPlace(_Document):
    def __str__(self):
        return self._at(*_line_and_column(self._text, self._start()))

    def of(self, key: str) -> str:
        start = self._start()
        if self._text[start] != "{":
            return str(self)
        return self._at(*_line_and_column(self._text, dict(_children(self._text, start)).get(key, start)))

    def _start(self):
        return _starts(self._text, self._key)[self._position]


@functools.lru_cache(maxsize=1)
def _starts(text, key) -> list:
    """Where each entry of a JSON document begins."""
    start = _BLANK.match(text).end()  # type: ignore[union-attr]
    if key is not None:
        start = dict(_children(text, start))[key]
    return [position for _key, position in _children(text, start)]


_BLANK = re.compile(r"[\s,:]*")


def _children(text, start) -> Iterator[tuple[Any, int]]:
    """For each member of the JSON map or list that begins at ``start``: its key, and where its value begins."""
    decoder = json.JSONDecoder(parse_int=str, parse_float=str)
    position = _BLANK.match(text, start + 1).end()  # type: ignore[union-attr]
    while text[position] not in "]}":
        key = None
        if text[start] == "{":
            key, position = decoder.raw_decode(text, position)
            position = _BLANK.match(text, position).end()  # type: ignore[union-attr]
        yield key, position
        position = _BLANK.match(text, decoder.raw_decode(text, position)[1]).end()  # type: ignore[union-attr]


class _LinePlace(Place):
    """A line that holds a JSON map, itself or as the user of a bulk export."""

    def __init__(self, name, number, line):
        self._text = f"{name}, line {number}"
        self._line = line

    def __str__(self):
        return self._text

    def of(self, key: str) -> str:
        start = len(self._line) - len(self._line.lstrip())
        if self._line[start] != "{":
            return self._text
        members = dict(_children(self._line, start))
        if key not in members and self._line[members.get("user", start)] == "{":
            members = dict(_children(self._line, members.get("user", start)))
        return f"{self._text}, column {members[key] + 1}" if key in members else self._text


class _YamlPlace(_Document):
    def __str__(self):
        mark = self._node().start_mark
        return self._at(mark.line + 1, mark.column + 1)

    def of(self, key: str) -> str:
        node = self._node()
        if isinstance(node, yaml.MappingNode):
            for name, value in node.value:
                if name.value == key:
                    return self._at(value.start_mark.line + 1, value.start_mark.column + 1)
        return str(self)

    def _node(self):
        return _nodes(self._text, self._key)[self._position]


@functools.lru_cache(maxsize=1)
def _nodes(text, key) -> list:
    """The nodes of all entries of a YAML document."""
    node: Any = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    if key is not None:
        node = next(value for name, value in node.value if name.value == key)
    return node.value
