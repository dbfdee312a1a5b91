# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An entry of a roster: the options that it may declare, and its values in their types."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_columns import Unusable
from ansible_collections.mmops.mattermost.plugins.module_utils._services.team_option import joined
from ansible_collections.mmops.mattermost.plugins.module_utils._services.user_fields import MAPS, USER_OPTIONS

#: The argument spec of an entry: a user, and what only a roster says of one. Its documentation is in the module.
ENTRY_OPTIONS: dict = dict(**USER_OPTIONS, expires_on=dict(type="str"), delete_at=dict(type="int"))

#: What ``defaults`` may say for all entries: options without a default of their own.
DEFAULTS_OPTIONS: dict = {
    name: ENTRY_OPTIONS[name]
    for name in (
        "position",
        "locale",
        "timezone",
        "props",
        "notify_props",
        "roles",
        "guest",
        "auth_service",
        "email_verified",
        "exact",
        "teams",
    )
}

#: Days before the end of an entry from which on a run warns of it.
WARN_BEFORE_END = 14

_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})\Z")
_INTEGER = re.compile(r"-?[0-9]{1,18}\Z")

_TEXT_ONLY = frozenset({str})
# The words that ansible-core takes for booleans.
_TRUE = frozenset({"true", "t", "yes", "y", "on", "1"})
_FALSE = frozenset({"false", "f", "no", "n", "off", "0"})

_FITS: dict = {"str": str, "bool": bool, "list": list, "dict": dict, "raw": object, "int": int}
_KINDS = {"str": "a text", "bool": "true or false", "list": "a list of texts", "dict": "a map", "int": "a whole number"}


class Entry(NamedTuple):
    """One user of a roster: where it is written, a ``Place``, and the declared options."""

    where: Any
    options: dict


class Place:
    """Where an entry is written. ``str()`` of it is for messages."""

    __slots__ = ()

    def of(self, key: str) -> str:
        """The place of the value under a key or heading."""
        raise NotImplementedError


class ListPlace(Place):
    """A place in a list that an option holds."""

    def __init__(self, option: str, position: int):
        self._text = f"{option}[{position}]"

    def __str__(self):
        return self._text

    def of(self, key: str) -> str:
        return f"{self._text}.{key}"


class EntryChecker:
    """Brings entries into the form of an argument spec. ``defaults`` are values of options that an entry does not declare."""

    def __init__(self, spec: dict, defaults: dict | None = None):
        self._spec = spec
        self._defaults = {**{name: option.get("default") for name, option in spec.items()}, **(defaults or {})}
        self._maps = [name for name in MAPS if name in (defaults or {})]
        # Most entries of most rosters hold nothing but texts that need no second look.
        self._any_text = {name for name, option in spec.items() if option["type"] == "str" and "choices" not in option}

    def check(self, raw: Any) -> dict:
        """All options of an entry in their types, with defaults. Raises ``Unusable``, whose key may be empty."""
        if not isinstance(raw, dict):
            raise Unusable("", "an entry must be a map of options")
        options = self._defaults.copy()
        if self._any_text.issuperset(raw) and _TEXT_ONLY.issuperset(map(type, raw.values())):
            options.update(raw)
            return options
        for name, value in raw.items():
            if name not in self._spec:
                shown = repr(name) if isinstance(name, str) else "that is not a text"
                raise Unusable(name, f"the option {shown} is unknown", f"Known are {', '.join(sorted(self._spec))}")
            if value is not None:
                options[name] = typed(value, self._spec[name], name)
        for name in self._maps:
            if isinstance(raw.get(name), dict) and isinstance(self._defaults[name], dict):
                options[name] = {**self._defaults[name], **raw[name]}
        return self._with_lists(options)

    def _with_lists(self, options: dict) -> dict:
        """Of lists that are joined with those of all entries, an entry declares more, not another."""
        if self._defaults.get("exact") and options["exact"] is not self._defaults["exact"]:
            options["exact"] = [*options["exact"], *self._defaults["exact"]]
        teams = self._defaults.get("teams")
        if teams and options["teams"] is not teams:
            options["teams"] = joined(teams, options["teams"])
        return options


def typed(value: Any, option: dict, name: str) -> Any:
    """A value in the type of its option. Messages never show it, as a cell in the wrong column may be a password."""
    kind = option.get("type", "str")
    if kind == "str" and isinstance(value, (int, float)) and not isinstance(value, bool):
        value = str(value)
    elif kind == "bool":
        value = _boolean(value)
    elif kind == "int":
        value = int(value) if isinstance(value, str) and _INTEGER.match(value.strip()) else value
    elif kind == "list" and isinstance(value, str):
        value = value.replace(",", " ").split()
    if not isinstance(value, _FITS[kind]) or (kind == "int" and isinstance(value, bool)):
        raise Unusable(name, f"{name} must be {_KINDS[kind]}")
    if kind == "list" and option.get("elements") != "raw" and not all(isinstance(part, str) for part in value):
        raise Unusable(name, f"{name} must be a list of texts")
    choices = option.get("choices")
    if choices and not set(value if kind == "list" else [value]).issubset(choices):
        raise Unusable(name, f"{name} must be one of {', '.join(choices)}")
    if kind == "dict" and "options" in option:
        return _part(value, option["options"], name)
    return value


def _boolean(value):
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower() if isinstance(value, (str, int)) else ""
    return True if word in _TRUE else False if word in _FALSE else None


def _part(value, spec, name) -> dict:
    """A map with options of its own, like ``terms_of_service``."""
    try:
        part = EntryChecker(spec).check(value)
    except Unusable as error:
        raise Unusable(name, f"{name}: {error.reason}", error.remedy) from None
    for option, rules in spec.items():
        if rules.get("required") and part[option] is None:
            raise Unusable(name, f"{name}: {option} is missing")
    return part


def texts_in(value: Any) -> Iterator[str]:
    """All texts in a value, keys included. What several places share is looked at once, however deep it is."""
    ahead: list = [value]
    seen: set = set()
    while ahead:
        one = ahead.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, (dict, list)) and id(one) not in seen:
            seen.add(id(one))
            ahead += [*one.keys(), *one.values()] if isinstance(one, dict) else one


def unsendable(value: Any) -> bool:
    """Whether a text holds half a pair of UTF-16, which UTF-8 cannot carry, or NUL, which the server cannot store."""
    return any("\0" in text or any("\ud800" <= character <= "\udfff" for character in text) for text in texts_in(value))


def settle(options: dict, today: datetime.date) -> int | None:
    """Turn the end of an entry, and the API's way to say that an account is deactivated, into ``state``, in place.

    Returns how many days an entry has left if it has an end, 0 or less if it has come. Raises ``Unusable``.
    """
    deleted_at, end = options["delete_at"], options["expires_on"]
    if deleted_at is not None and deleted_at < 0:
        raise Unusable("delete_at", "delete_at must not be negative", "0 stands for an active account")
    days = None
    if end is not None:
        days = (_date(end) - today).days
    if options["state"] == "present" and (deleted_at or (days is not None and days <= 0)):
        options["state"] = "inactive"
    return days


def _date(text: str) -> datetime.date:
    match = _DATE.match(text.strip())
    try:
        if match:
            return datetime.date(*map(int, match.groups()))
    except ValueError:
        pass
    raise Unusable("expires_on", "expires_on is not a valid date", "An example is 2027-03-31")
