# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The people to onboard, as they are declared in a list or a file, and what can be found wrong before anything is sent."""

from __future__ import annotations

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput, MissingLibrary
from ansible_collections.mmops.mattermost.plugins.module_utils._services.mfa_enrolment import HAS_PYOTP
from ansible_collections.mmops.mattermost.plugins.module_utils._services.onboarding_plan import (
    PERSON_OPTIONS,
    completed,
    given,
    person_problem,
    secrets_of,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_columns import Unusable
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_entry import (
    ENTRY_OPTIONS,
    Entry,
    EntryChecker,
    ListPlace,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_file import RosterFile, read_roster
from ansible_collections.mmops.mattermost.plugins.module_utils._services.token_file import clash_sentences
from ansible_collections.mmops.mattermost.plugins.module_utils._services.token_options import token_declaration, wanted_of


def people_of(declaration: dict) -> RosterFile:
    """The people, each complete with the defaults. Raises ``InvalidInput`` that names the place."""
    defaults = given(declaration["defaults"] or {})
    src, users = declaration["src"], declaration["users"]
    if src:
        roster = read_roster(src, declaration["columns"] or {}, PERSON_OPTIONS, declaration["delimiter"])
    elif src is not None:
        raise InvalidInput("src is empty", "Give the path of a file, or users")
    elif not users:
        raise InvalidInput("users is empty", "Give the users to onboard")
    elif declaration["columns"] or declaration["delimiter"]:
        raise InvalidInput("columns and delimiter count only for the file that src names", "Leave them out")
    else:
        roster = RosterFile([Entry(ListPlace("users", position), user) for position, user in enumerate(users)])
    entries = [Entry(entry.where, completed(given(entry.options), defaults)) for entry in roster.entries]
    roster.entries = entries
    for entry in entries:
        if not entry.options.get("username"):
            raise InvalidInput(f"{roster.place(entry)}: an entry needs username")
    return roster


def check_people(roster: RosterFile, declaration: dict) -> None:
    """Raises ``InvalidInput`` for what does not fit together, and for secrets that would be lost."""
    expires_after = declaration["token_expires_after"] or None
    tokens: list = []
    for entry in roster.entries:
        person = entry.options
        problem = person_problem(person)
        if problem:
            raise InvalidInput(f"{roster.place(entry)}: {problem.rstrip('.')}")
        for description in person["tokens"]:
            tokens.append((person["username"].lower(), description))
            try:
                wanted_of(token_declaration(person["username"], description, expires_after))
            except InvalidInput as error:
                raise InvalidInput(f"{roster.place(entry, 'tokens')}: {error.reason}", error.remedy) from None
        if person["mfa"] and not HAS_PYOTP:
            raise MissingLibrary("pyotp", "computing the code that proves a secret")
    clashes = clash_sentences(tokens)
    if clashes:
        raise InvalidInput(f"tokens: {clashes[0].rstrip('.')}")
    if not declaration["directory"] and any(secrets_of(entry.options, declaration["passwords"]) for entry in roster.entries):
        raise InvalidInput("directory: passwords, MFA secrets and tokens would be lost", "Name an existing folder")


def roster_of_accounts(people: RosterFile, lines: list) -> RosterFile:
    """The roster of the accounts, with the places of the people."""
    checker = EntryChecker(ENTRY_OPTIONS)
    entries = []
    for entry, line in zip(people.entries, lines):
        try:
            entries.append(Entry(entry.where, checker.check(line["entry"])))
        except Unusable as error:
            raise InvalidInput(f"{people.place(entry, error.key)}: {error.reason}", error.remedy) from None
    return RosterFile(entries, people.warnings, people.headings, people.option)
