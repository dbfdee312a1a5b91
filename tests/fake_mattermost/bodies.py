# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Request bodies, read the way the server reads them.

Some endpoints know the fields of their body and refuse values of the wrong type; names
of fields match in any case, unknown ones are ignored, ``null`` counts as not given. Others
read a plain map of texts and take a body that they cannot read for an empty one. In both
cases what follows the first JSON value is ignored, and so is the content type.
"""

from __future__ import annotations

import json
from typing import Any

import orjson

_decoder = json.JSONDecoder()


class BadBody(ValueError):
    """The body cannot be read."""


def first_value(raw: bytes) -> Any:
    """The first JSON value of the body."""
    try:
        return orjson.loads(raw)
    except ValueError:
        pass
    try:
        return _decoder.raw_decode(raw.decode("utf-8").lstrip(" \t\r\n"))[0]
    except ValueError as error:
        raise BadBody(str(error)) from error


def _text_map(value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or not all(v is None or isinstance(v, str) for v in value.values()):
        raise BadBody("not a map of texts")
    return {key: item or "" for key, item in value.items()}


def _text_list(value: Any) -> list[str]:
    if not isinstance(value, list) or not all(item is None or isinstance(item, str) for item in value):
        raise BadBody("not a list of texts")
    return [item or "" for item in value]


def _exactly(kind: type):
    def read(value: Any) -> Any:
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):  # JSON keeps these apart
            raise BadBody(f"not of type {kind.__name__}")
        return value

    return read


READERS = {"text": _exactly(str), "number": _exactly(int), "flag": _exactly(bool), "texts": _text_map, "list": _text_list}


def record(raw: bytes, fields: dict[str, str]) -> dict[str, Any]:
    """A body with known fields (name: kind); only those that are given are in the result."""
    return _record(first_value(raw), fields)


def records(raw: bytes, fields: dict[str, str]) -> list[dict[str, Any]]:
    """A body that is a list of objects with known fields."""
    value = first_value(raw)
    if value is not None and not isinstance(value, list):
        raise BadBody("not a list")
    return [_record(item, fields) for item in value or []]


def _record(value: Any, fields: dict[str, str]) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise BadBody("not an object")
    result = {}
    for name, item in value.items():
        kind = fields.get(name.lower())
        if kind and item is not None:
            result[name.lower()] = READERS[kind](item)
    return result


def texts(raw: bytes) -> dict[str, str]:
    """A body read as plain map of texts; values of other types count as empty."""
    return {key: item if isinstance(item, str) else "" for key, item in anything(raw).items()}


def anything(raw: bytes) -> dict[str, Any]:
    """A body read as a plain map; anything else counts as an empty one."""
    try:
        value = first_value(raw)
    except BadBody:
        return {}
    return value if isinstance(value, dict) else {}


def list_of_texts(raw: bytes) -> list[str]:
    """A body that is a list of texts."""
    return _text_list(first_value(raw))


def names(raw: bytes) -> list[str]:
    """A body read as a list of texts; anything else counts as an empty one."""
    try:
        value = first_value(raw)
    except BadBody:
        return []
    return [item if isinstance(item, str) else "" for item in value] if isinstance(value, list) else []
