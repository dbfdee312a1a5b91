# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The preflight of a migration of accounts to another login service, since the API has no dry run.

It is a pure function of the accounts and the declaration. Names and addresses are compared in lower case, as the server
keeps them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput
from ansible_collections.mmops.mattermost.plugins.module_utils._services.account import (
    EMAIL,
    is_administrator,
    is_bot,
    is_guest,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._services.login_service import shown_service, stored

#: The actions, and the service that each leads to.
TARGETS = {"migrate_auth_to_ldap": "ldap", "migrate_auth_to_saml": "saml"}

#: From where the server migrates.
SOURCES = (EMAIL, "gitlab", "google", "office365", "ldap", "saml")


class MigrationRefused(InvalidInput):
    """The preflight forbids the migration. Nothing was sent."""

    def __init__(self, reason: str, remedy: str, operation: str, preflight: dict):
        super().__init__(reason, remedy, operation)
        self.preflight = preflight

    def details(self) -> dict:
        return {**super().details(), "preflight": self.preflight}


@dataclass
class Preflight:
    """What a migration would do to each account.

    ``matching`` holds pairs of an account and what it is looked up by in the target service; ``clashing`` tuples of such a
    value, the accounts that therefore cannot migrate, and a reason; ``left_out`` pairs of an account (or an address without
    one) and a reason. ``certain``: nothing but ``matching`` decides who migrates; otherwise it depends on what the target
    service knows.
    """

    certain: bool
    matching: list = field(default_factory=list)
    clashing: list = field(default_factory=list)
    left_out: list = field(default_factory=list)
    already: list = field(default_factory=list)
    caller_id: str | None = None

    def shown(self) -> dict:
        """As the result shows it."""
        return {
            "matching": [
                {"username": user["username"], "email": user["email"], "target": target, "notes": self._notes(user)}
                for user, target in self.matching
            ],
            "clashing": [
                {"target": target, "usernames": sorted(user["username"] for user in users), "reason": reason}
                for target, users, reason in self.clashing
            ],
            "left_out": [
                {"username": user.get("username"), "email": user["email"], "reason": reason} for user, reason in self.left_out
            ],
            "already": [user["username"] for user in self.already],
        }

    @property
    def untouched(self) -> list:
        """The accounts that should stay as they are, without those that have the target service."""
        return [
            *(user for user, _unused in self.left_out if "id" in user),
            *(user for _unused, users, reason in self.clashing for user in users),
        ]

    @property
    def takes_caller(self) -> bool:
        return any(self.is_caller(user) for user, _unused in self.matching)

    def is_caller(self, user) -> bool:
        return user["id"] == self.caller_id

    def _notes(self, user) -> list:
        marks = {
            "caller": self.is_caller(user),
            "administrator": is_administrator(user),
            "guest": is_guest(user),
            "bot": is_bot(user),
            "deactivated": bool(user["delete_at"]),
        }
        return [mark for mark, holds in marks.items() if holds]


def preflight(users: list, declaration: dict, caller_id: str | None) -> Preflight:
    """Who would match, who clashes and who is left out. Raises ``InvalidInput`` for a bad declaration."""
    target, current = TARGETS[declaration["action"]], stored(declaration["current_service"])
    entries = declaration["ldap_entries"]
    found = Preflight(certain=target == "saml" or entries is not None, caller_id=caller_id)
    candidates = []
    for user in users:
        if user["auth_service"] == target:
            found.already.append(user)
        elif user["auth_service"] != current:
            found.left_out.append((user, f"logs in with {shown_service(user)}"))
        else:
            candidates.append(user)
    if target == "ldap":
        _match_ldap(candidates, declaration["match_field"], entries, found)
    else:
        _match_saml(users, candidates, declaration, found)
    return found


def _match_ldap(candidates, match_field, entries, found):
    """The server itself looks for every account of the current service; none can be kept out of it."""
    if entries is None:
        found.matching = [(user, user[match_field].lower()) for user in candidates]
        return
    known = Counter(entry.strip().lower() for entry in entries)
    for user in candidates:
        value = user[match_field].lower()
        if value not in known:
            found.left_out.append((user, f"LDAP has no entry with this {match_field}"))
        elif known[value] > 1:
            found.clashing.append((value, [user], f"LDAP has {known[value]} entries with this {match_field}"))
        elif is_bot(user) or user.get("remote_id"):
            kind = "bot" if is_bot(user) else "user of another server"
            found.clashing.append((value, [user], f"a {kind} has the {match_field} of an LDAP entry"))
        else:
            found.matching.append((user, value))


def _match_saml(users, candidates, declaration, found):
    """The task names the accounts in the request, so that only those are touched which match here."""
    wanted = None if declaration["auto"] else _wanted(declaration["matches"])
    chosen: dict = defaultdict(list)
    for user in candidates:
        email = user["email"].lower()
        if is_bot(user):
            found.left_out.append((user, "is a bot, which does not log in"))
        elif user.get("remote_id"):
            found.left_out.append((user, "belongs to another server, which alone changes the account"))
        elif wanted is not None and email not in wanted:
            found.left_out.append((user, "matches does not name this address"))
        elif found.is_caller(user) and not declaration["allow_own_account"]:
            found.left_out.append((user, "is the caller's own account, which only allow_own_account lets migrate"))
        else:
            chosen[user["username"] if wanted is None else wanted[email]].append(user)
    holders = {user["username"]: user for user in users}
    for target, matched in chosen.items():
        holder = holders.get(target, matched[0])
        if len(matched) > 1:
            found.clashing.append((target, matched, "matches gives this username to more than one account"))
        elif holder["id"] != matched[0]["id"]:
            found.clashing.append((target, matched, "another account has this username"))
        else:
            found.matching.append((matched[0], target))
    known = {user["email"].lower() for user in users}
    found.left_out += [({"email": email}, "no account has this address") for email in wanted or () if email not in known]


def _wanted(matches) -> dict:
    """The username at the SAML service, by address."""
    wanted: dict = {}
    for email, username in matches.items():
        key = str(email).strip().lower()
        value = str(username).strip().lower() if isinstance(username, (str, int)) else ""
        if not key or not value:
            raise InvalidInput(f"matches: {email!r} has no username", "Give a map of e-mail addresses to usernames")
        if wanted.setdefault(key, value) != value:
            raise InvalidInput(f"matches: {key} is there twice, with different usernames", "Name every address once")
    return wanted
