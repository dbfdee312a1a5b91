# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where in a document an entry of a roster is written. Only a slow parser knows lines, so it is asked for messages alone."""

from __future__ import annotations

import contextlib
import functools
import json
import re
from collections.abc import Iterator
from typing import Any

from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_entry import Place
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_source import line_and_column

with contextlib.suppress(ImportError):  # without it there is no YAML to find a place in
    import yaml


class _Document(Place):
    """A place in a document. Only a slow parser knows lines, so it is asked only when a message needs the place."""

    def __init__(self, name, text, key, position):
        self._name = name
        self._text = text
        self._key = key
        self._position = position

    def _at(self, line, column) -> str:
        return f"{self._name}, line {line}, column {column}"


class JsonPlace(_Document):
    def __str__(self):
        return self._at(*line_and_column(self._text, self._start()))

    def of(self, key: str) -> str:
        start = self._start()
        if self._text[start] != "{":
            return str(self)
        return self._at(*line_and_column(self._text, dict(_children(self._text, start)).get(key, start)))

    def _start(self):
        return starts(self._text, self._key)[self._position]


@functools.lru_cache(maxsize=1)
def starts(text, key) -> list:
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


class LinePlace(Place):
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


class YamlPlace(_Document):
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
