# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be found wrong with a roster before anything is sent."""

from __future__ import annotations

import datetime
import re

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_columns import Unusable
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_entry import (
    ENTRY_OPTIONS,
    WARN_BEFORE_END,
    Entry,
    EntryChecker,
    ListPlace,
    settle,
    texts_in,
    unsendable,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_file import RosterFile, read_roster
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_result import RosterPlan, name_of
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_source import EMPTY_ROSTER
from ansible_collections.mmops.mattermost.plugins.module_utils._services.user_fields import check_declaration


def roster_of(declaration: dict) -> RosterFile:
    """The roster that is declared, in a file or in a list."""
    defaults = {name: value for name, value in (declaration["defaults"] or {}).items() if value is not None}
    try:
        check_declaration(EntryChecker(ENTRY_OPTIONS, defaults).check({}))
    except InvalidInput as error:
        raise InvalidInput(f"defaults: {error.reason}", error.remedy) from None
    src, users, columns = declaration["src"], declaration["users"], declaration["columns"] or {}
    if src:
        return read_roster(src, columns, ENTRY_OPTIONS, declaration["delimiter"], defaults)
    if src is not None:
        raise InvalidInput("src is empty", "Give the path of a roster file, or users")
    for option in ("columns", "delimiter"):
        if declaration[option]:
            raise InvalidInput(f"{option} counts only for the file that src names", "Leave it out")
    if not users:
        raise InvalidInput("users is empty", EMPTY_ROSTER)
    checker = EntryChecker(ENTRY_OPTIONS, defaults)
    roster = RosterFile()
    for position, user in enumerate(users):
        place = ListPlace("users", position)
        try:
            if unsendable(user):
                raise Unusable("", "a text holds a character that cannot be sent")
            roster.entries.append(Entry(place, checker.check(user)))
        except Unusable as error:
            raise InvalidInput(f"{place.of(error.key) if error.key else place}: {error.reason}", error.remedy) from None
    return roster


def check_roster(roster: RosterFile, plan: RosterPlan, today: datetime.date) -> None:
    """Everything that can be found wrong without the server, before anything is sent."""
    first: dict = {}
    for entry in roster.entries:
        options = entry.options
        if not (options["username"] or options["user_id"] or options["email"]):
            raise InvalidInput(f"{roster.place(entry)}: an entry needs username, user_id or email")
        try:
            plan.warnings += [f"{entry.where}: {warning}" for warning in check_declaration(options)]
            if options["expires_on"] is not None or options["delete_at"] is not None:
                _note_end(entry, settle(options, today), plan)
        except Unusable as error:
            raise InvalidInput(f"{roster.place(entry, error.key)}: {error.reason}", error.remedy) from None
        except InvalidInput as error:
            raise _without_values(roster, entry, error) from None
        for name in ("username", "user_id", "email"):
            if options[name]:
                other = first.setdefault((name, options[name]), entry)
                if other is not entry:
                    raise InvalidInput(
                        f"{roster.place(entry, name)}: this {name} is also that of {other.where}", "List every user only once"
                    )


def _note_end(entry, days, plan) -> None:
    if days is None or entry.options["state"] == "absent" or days > WARN_BEFORE_END:
        return
    end = entry.options["expires_on"].strip()
    plan.expiring.append({"username": name_of(entry), "expires_on": end, "days_left": max(days, 0), "where": str(entry.where)})
    if days > 0:
        plan.warnings.append(f"expires_on: {name_of(entry)} ({entry.where}) becomes inactive on {end}, in {days} days")


def _without_values(roster, entry, error) -> InvalidInput:
    """The refusal of an entry with the place of the option, and without its value, which may be in the wrong column."""
    reason = error.reason
    for text in texts_in(entry.options):
        reason = reason.replace(repr(text), "this value")
    option = re.match(r"[a-z_]*", reason).group()  # type: ignore[union-attr]
    where = roster.place(entry, option if option in entry.options else "")
    return InvalidInput(f"{where}: {reason}", error.remedy)
