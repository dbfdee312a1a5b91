# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Roster files: users in CSV, JSON, JSON Lines or YAML, read without Ansible's templating, checked with line and column.

Values stay the texts that they are in the file, and get their types from the option they are for: a number with leading
zeros stays what it is. Messages show no values, as one that stands in the wrong place may be a password.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput
from ansible_collections.mmops.mattermost.plugins.module_utils._services.option_file import read_option_file
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_columns import Columns, Unusable
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_document import (
    read_json,
    read_json_lines,
    read_yaml,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_entry import Entry, EntryChecker, unsendable
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_source import (
    EMPTY_ROSTER,
    Source,
    decoded,
    refusal,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_table import read_csv, separator_of

#: What JSON or YAML write for a character that may not be sendable.
_UNSENDABLE = re.compile(r"\\(u(d[89a-f]|0000)|x00|0|U0000)", re.IGNORECASE)

_READERS: dict[str, Callable] = {
    ".csv": read_csv,
    ".tsv": read_csv,
    ".json": read_json,
    ".jsonl": read_json_lines,
    ".ndjson": read_json_lines,
    ".yaml": read_yaml,
    ".yml": read_yaml,
}


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


def _reader_of(path: str, has_separator: bool) -> Callable:
    """What reads a file with this ending."""
    reader = _READERS.get(os.path.splitext(path)[1].lower())
    if reader is None:
        raise InvalidInput(f"src: {path} is not a .csv, .tsv, .json, .jsonl, .ndjson, .yaml or .yml file")
    if has_separator and reader is not read_csv:
        raise InvalidInput("delimiter counts only for a CSV file", "Leave it out")
    return reader


def read_roster(path: str, columns: dict, spec: dict, delimiter: str | None = None, defaults: dict | None = None) -> RosterFile:
    """The entries of a roster file, by the ending of its name.

    ``columns`` are rules as ``Columns`` takes them, ``spec`` is the argument spec of an entry, ``defaults`` are values of
    options that an entry does not declare. Raises ``InvalidInput`` that names line and column, and ``MissingLibrary``.
    """
    rules = Columns(columns, spec)
    separator = separator_of(delimiter)
    reader = _reader_of(path, bool(separator))
    name = os.path.basename(path)
    text = decoded(read_option_file("src", path), name)
    if not text.strip():
        raise InvalidInput(f"src: {name} is empty", EMPTY_ROSTER)
    source = Source(name, text, rules, spec, separator)
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
            raise refusal(place, error, source) from None
    if not roster.entries:
        raise InvalidInput(f"src: {name} holds no users", EMPTY_ROSTER)
    if source.left_out:
        source.warnings.append(f"src: a roster does not set {', '.join(source.left_out)}, so these keys were left out")
    roster.warnings, roster.headings = source.warnings, source.headings
    return roster
