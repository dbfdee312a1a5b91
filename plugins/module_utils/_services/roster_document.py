# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rosters in documents: JSON, JSON Lines and YAML."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator
from typing import Any, ClassVar

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput, MissingLibrary
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_api import from_api, from_bulk
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_place import (
    JsonPlace,
    LinePlace,
    YamlPlace,
    starts,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_source import (
    EMPTY_ROSTER,
    Source,
    applied,
    check_rules,
    line_and_column,
    with_teams,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._services.strict_json import DECODER, Refused, parse_json

try:
    import yaml

    HAS_YAML = True
except ImportError:
    HAS_YAML = False


def read_json(source: Source) -> Iterator[tuple[Any, dict]]:
    try:
        document = parse_json(source.text)
    except json.JSONDecodeError as error:
        # Lines, each with a map of its own.
        if error.msg == "Extra data" and source.text.lstrip().startswith("{"):
            return read_json_lines(source)
        raise InvalidInput(f"src: {source.name}, line {error.lineno}, column {error.colno}: {error.msg}") from None
    except Refused as error:
        raise InvalidInput(f"src: {source.name}{_refused_entry(source.text)}: {error}") from None
    key, users = _list_of_users(document, source.name)
    places = (JsonPlace(source.name, source.text, key, position) for position in range(len(users)))
    return _adapted(source, list(zip(places, users)))


def _refused_entry(text) -> str:
    """The place of the first entry that the strict parser refuses, if it is in one."""
    try:
        document = json.loads(text, parse_int=str)
        key = next(iter(document)) if isinstance(document, dict) else None
        for start in starts(text, key):
            try:
                DECODER.raw_decode(text, start)
            except Refused:
                line, column = line_and_column(text, start)
                return f", line {line}, column {column}"
    except (RecursionError, ValueError, LookupError):
        pass
    return ""


def read_json_lines(source: Source) -> Iterator[tuple[Any, dict]]:
    found = []
    for number, line in enumerate(source.text.split("\n"), 1):
        if not line.strip():
            continue
        place = LinePlace(source.name, number, line)
        try:
            document = parse_json(line)
        except json.JSONDecodeError as error:
            raise InvalidInput(f"src: {place}, column {error.colno}: {error.msg}") from None
        except Refused as error:
            raise InvalidInput(f"src: {place}: {error}") from None
        if isinstance(document, dict) and "type" in document and "username" not in document:
            if document["type"] != "user":
                continue  # a version, a team, a post ...
            if not isinstance(document.get("user"), dict):
                raise InvalidInput(f"src: {place}: a line of the type user needs a map under user")
            document, left_out = from_bulk(document["user"], known_keys(source))
            source.left_out += [key for key in left_out if key not in source.left_out]
        found.append((place, document))
    return _adapted(source, found)


def read_yaml(source: Source) -> Iterator[tuple[Any, dict]]:
    if not HAS_YAML:
        raise MissingLibrary("PyYAML", "reading a YAML roster")
    try:
        document = yaml.load(source.text, Loader=_yaml_loader())  # noqa: S506  a safe loader
    except yaml.MarkedYAMLError as error:
        mark: Any = error.problem_mark or error.context_mark
        # Quotations are parts of the file.
        problem = re.sub(r"\s*(['\"]).*\1", "", error.problem or "this is not valid YAML", flags=re.DOTALL)
        raise InvalidInput(f"src: {source.name}, line {mark.line + 1}, column {mark.column + 1}: {problem}") from None
    except RecursionError:
        raise InvalidInput(f"src: {source.name}: it is nested too deep") from None
    except yaml.YAMLError:
        raise InvalidInput(f"src: {source.name} is not valid YAML", "It may hold a control character") from None
    key, users = _list_of_users(document, source.name)
    places = (YamlPlace(source.name, source.text, key, position) for position in range(len(users)))
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


def known_keys(source) -> set:
    """The keys that mean something: options, and what ``columns`` names."""
    return {*source.spec, *source.columns.titles}


def _adapted(source, found: list) -> Iterator[tuple[Any, dict]]:
    """The entries of a document with the rules for its keys."""
    known = known_keys(source)
    found = [(place, from_api(raw, known)) for place, raw in found]
    if not source.columns.declared:
        yield from found
        return
    keys = dict.fromkeys(key for _place, raw in found if isinstance(raw, dict) for key in raw)
    bound = source.columns.bind(list(keys))
    check_rules(source, bound, "key")
    source.headings = bound.source
    for place, raw in found:
        if isinstance(raw, dict):
            yield place, with_teams(source, bound, place, applied(source, bound, place, raw))
        else:
            yield place, raw
