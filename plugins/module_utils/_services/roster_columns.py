# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the columns of somebody else's export become options: renamed, left out, translated value by value, split, made up.

The rules are data. They are checked before a file is read, and applied to one row at a time.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput
from ansible_collections.mmops.mattermost.plugins.module_utils._services.team_option import (
    CHANNEL_COLUMN,
    TEAM_COLUMN,
    column_name,
    team_of_column,
)

#: The key of ``columns`` that names no column, but the one that user names are made from.
USERNAME_FROM = "username_from"

#: What a rule may hold, by what it does.
_RULES = {
    "values": {"to", "values", "otherwise"},
    "split": {"split", "separator", "at"},
    "constant": {"constant"},
    "to": {"to"},
}

_NOT_IN_USERNAMES = re.compile(r"[^a-z0-9._-]")


class Unusable(Exception):
    """A value that cannot be used. ``key`` is the column, key or option that it stands under, if it is known."""

    def __init__(self, key: str, reason: str, remedy: str = ""):
        super().__init__(reason)
        self.key = key
        self.reason = reason
        self.remedy = remedy


@dataclass(frozen=True)
class _Rule:
    """The options that a column fills. ``read`` makes a value for each of them; without it, the one option gets the value."""

    options: tuple = ()
    read: Callable[[Any], tuple] | None = None


_LEFT_OUT = _Rule()


class Columns:
    """The rules for columns, by heading. Raises ``InvalidInput`` for rules that make no sense."""

    def __init__(self, declared: dict, spec: dict):
        self._spec = spec
        self.declared = bool(declared)
        self._constants: dict = {}
        self._rules: dict = {}
        self.username_from = None
        for title, rule in declared.items():
            if title == USERNAME_FROM:
                self.username_from = self._check_source(rule)
            elif isinstance(rule, dict) and "constant" in rule:
                self._check_keys(title, rule)
                self._check_option(title, title)
                self._constants[title] = rule["constant"]
            else:
                self._rules[title] = self._rule(title, rule)

    @property
    def titles(self) -> list:
        """The headings or keys that there are rules for."""
        return [*self._rules, *([self.username_from] if self.username_from else [])]

    def _check_source(self, source):
        if not isinstance(source, str) or not source.strip():
            raise InvalidInput(f"columns: {USERNAME_FROM} must name a column, or an option like email")
        if "username" not in self._spec:
            raise InvalidInput(f"columns: {USERNAME_FROM} is unknown here")
        return source.strip()

    def _rule(self, title, rule) -> _Rule:
        if rule is None or rule == "":
            return _LEFT_OUT
        if isinstance(rule, str):
            return _Rule((self._target(title, rule),))
        if not isinstance(rule, dict):
            raise InvalidInput(
                f"columns: {title}: a rule must be the name of an option or a map", "See the examples of columns"
            )
        self._check_keys(title, rule)
        if "split" in rule:
            return self._split(title, rule)
        return _Rule((self._target(title, rule.get("to")),), self._translation(title, rule) if "values" in rule else None)

    def _target(self, title, option) -> str:
        """The option that a column fills, or the team or channel that it is about."""
        target = self._membership(option)
        if target is None:
            self._check_option(title, option)
        return target or option

    def _membership(self, title) -> str | None:
        return column_name(title) if "teams" in self._spec and isinstance(title, str) else None

    @staticmethod
    def _check_keys(title, rule):
        kind = next((kind for kind in _RULES if kind in rule), None)
        if kind is None:
            raise InvalidInput(f"columns: {title}: a rule needs to, split or constant", "See the examples of columns")
        unknown = sorted(set(map(str, rule)) - _RULES[kind])
        if unknown:
            raise InvalidInput(
                f"columns: {title}: {unknown[0]} is unknown beside {kind}", f"Known are {', '.join(sorted(_RULES[kind]))}"
            )

    def _check_option(self, title, option):
        if not isinstance(option, str) or option not in self._spec:
            shown = repr(option) if isinstance(option, str) else "this"
            raise InvalidInput(f"columns: {title}: {shown} is not an option", f"Known are {', '.join(sorted(self._spec))}")

    def _translation(self, title, rule) -> Callable[[Any], tuple]:
        if not isinstance(rule["values"], dict) or not rule["values"]:
            raise InvalidInput(f"columns: {title}: values must be a map of the values in the file to values of {rule['to']}")
        values = {_plain(value): wanted for value, wanted in rule["values"].items()}

        def translate(value):
            plain = _plain(value)
            if plain in values:
                return (values[plain],)
            if "otherwise" in rule:
                return (rule["otherwise"],)
            raise Unusable("", "this value is not among values in columns", "Add it there, or give otherwise")

        return translate

    def _split(self, title, rule) -> _Rule:
        options, separator, at = rule["split"], rule.get("separator", " "), rule.get("at", "last")
        if not isinstance(options, list) or len(options) != 2 or options[0] == options[1]:
            raise InvalidInput(f"columns: {title}: split must list two options, like first_name and last_name")
        for option in options:
            self._check_option(title, option)
            if self._spec[option]["type"] != "str":
                raise InvalidInput(f"columns: {title}: {option} does not hold a text that a name could be split into")
        if not isinstance(separator, str) or not separator:
            raise InvalidInput(f"columns: {title}: separator must be a text, like a comma")
        if at not in ("first", "last"):
            raise InvalidInput(f"columns: {title}: at must be first or last")

        def split(value):
            if not isinstance(value, str):
                raise Unusable("", "only a text can be split")
            one, found, other = value.partition(separator) if at == "first" else value.rpartition(separator)
            return (one.strip(), other.strip()) if found else (value.strip(), "")

        return _Rule(tuple(options), split)

    def bind(self, titles: list, fold: bool = False) -> BoundColumns:
        """The rules for a table with these headings, in any case (``fold``), or for a document with these keys."""
        form = _folded if fold else str
        rules = {form(title): rule for title, rule in self._rules.items()}
        names = {form(name): name for name in self._spec}
        source = form(self.username_from) if self.username_from else None
        bound: dict = {}
        for title in titles:
            rule = rules.get(form(title))
            if rule is None and form(title) in names:
                rule = _Rule((names[form(title)],))
            if rule is None and self._membership(title):
                rule = _Rule((self._membership(title),))
            bound[title] = _LEFT_OUT if rule is None and form(title) == source else rule
        there = {form(title) for title in titles}
        # A key may be missing in all maps of a document, which leaves nothing to leave out; a table shows all its headings.
        missing = [title for title, rule in self._rules.items() if form(title) not in there and (fold or rule.options)]
        return BoundColumns(bound, self._constants, self.username_from, form, missing)


@dataclass
class BoundColumns:
    """Rules for the headings of a file; ``None`` for one that is unknown. ``missing``: those that rules need in vain."""

    rules: dict
    constants: dict
    username_from: Any
    form: Callable
    missing: list

    @property
    def only_names(self) -> bool:
        """Whether the rules do no more than to rename and to leave out."""
        return not (self.constants or self.username_from or any(rule and rule.read for rule in self.rules.values()))

    def check_source(self) -> None:
        """Raises ``InvalidInput`` if user names are to be made of something that is not there."""
        there = {*map(self.form, self.rules), *self.source, *self.constants, None}
        if self.username_from not in there and self.form(self.username_from) not in there:
            raise InvalidInput(
                f"columns: {USERNAME_FROM} names {self.username_from!r}, which is neither a column nor an option that has one"
            )

    @property
    def has_memberships(self) -> bool:
        """Whether there are columns for single teams or channels."""
        return any(option.startswith(_MEMBERSHIPS) for option in self.source)

    @property
    def source(self) -> dict:
        """The heading that each option comes from."""
        return {option: title for title, rule in self.rules.items() if rule for option in rule.options}

    def apply(self, row: dict) -> dict:
        """The options that a row declares. Raises ``Unusable``."""
        options: dict = {}
        source: dict = {}
        for title, value in row.items():
            rule = self.rules[title]
            if rule is None:
                raise Unusable(title, f"the option {title!r} is unknown", "Rename it or leave it out with columns")
            try:
                values = rule.read(value) if rule.read else (value,)
            except Unusable as error:
                raise Unusable(title, error.reason, error.remedy) from None
            for option, read in zip(rule.options, values):
                if source.setdefault(option, title) != title:
                    raise Unusable(title, f"{option} is also given as {source[option]}", "Leave out one of them")
                options[option] = read
        options.update(self.constants)
        if self.username_from and not options.get("username"):
            options["username"] = self._username(row, options)
        return options

    def _username(self, row, options):
        wanted = self.form(self.username_from)
        address = next((value for title, value in row.items() if self.form(title) == wanted), None)
        address = options.get(self.username_from) if address is None else address
        if not isinstance(address, str) or not address:
            return None
        return _NOT_IN_USERNAMES.sub("-", address.partition("@")[0].strip().lower())


_MEMBERSHIPS = (TEAM_COLUMN, CHANNEL_COLUMN)


def with_memberships(options: dict) -> dict:
    """An entry in which ``teams`` also holds what the columns for single teams and channels say. Raises ``Unusable``."""
    entry = {name: value for name, value in options.items() if not name.startswith(_MEMBERSHIPS)}
    teams = entry.get("teams") or []
    teams = list(teams) if isinstance(teams, (list, tuple)) else [teams]
    for name, cell in options.items():
        if name.startswith(_MEMBERSHIPS):
            try:
                team = team_of_column(name, cell)
            except InvalidInput as error:
                raise Unusable(name, error.reason, error.remedy) from None
            teams += [team] if team else []
    entry["teams"] = teams
    return entry


def _folded(title: str) -> str:
    return " ".join(str(title).split()).casefold()


def _plain(value) -> str:
    """A value as it is compared with the keys of ``values``: booleans and numbers by their texts, in any case."""
    return "" if value is None else str(value).strip().casefold()
