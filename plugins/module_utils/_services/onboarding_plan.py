# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each of the people to onboard is to get. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_entry import ENTRY_OPTIONS

#: A property of accounts whose secrets have not been handed over yet.
PENDING = "user_onboarding_pending"

#: The argument spec of one of the people, but for ``mfa`` and ``tokens``: what ``mm_user`` takes for a new account.
_ACCOUNT_OPTIONS = (
    *("username", "email", "email_verified", "teams", "first_name", "last_name", "nickname", "position"),
    *("locale", "timezone", "notify_props", "roles", "guest", "bot", "image", "password", "auth_service", "auth_data"),
)
DEFAULTS_OPTIONS: dict = {
    **{name: ENTRY_OPTIONS[name] for name in _ACCOUNT_OPTIONS if name != "username"},
    "mfa": dict(type="bool"),
    "tokens": dict(type="list", elements="str", no_log=False),
}
PERSON_OPTIONS: dict = {"username": dict(type="str", required=True), **DEFAULTS_OPTIONS}

#: What people have if neither their entry nor the defaults say anything else.
_PERSON: dict = {"email": "", "password": "", "auth_service": "", "bot": False, "mfa": False, "tokens": ()}

#: What an entry of a roster does not have, or means otherwise.
_NOT_IN_ENTRY = frozenset({"mfa", "tokens", "bot", "email", "password", "auth_service"})


def given(options: Mapping) -> dict:
    """The options that have a value."""
    return {name: value for name, value in options.items() if value is not None}


def completed(options: Mapping, defaults: Mapping) -> dict:
    """One of the people, with the options of the defaults that the entry does not have. Neither holds ``None``."""
    return {**_PERSON, **defaults, **options}


def is_chosen(person: Mapping) -> bool:
    """Whether the password of a new account is chosen for the person."""
    return not (person["bot"] or person["auth_service"] or person["password"])


def secrets_of(person: Mapping, passwords: str) -> bool:
    """Whether a new account has secrets that go to files."""
    return person["mfa"] or bool(person["tokens"]) or (passwords == "generate" and is_chosen(person))


def person_problem(person: Mapping) -> str:
    """A sentence about what does not fit together; empty if all does."""
    if person["mfa"] and person["bot"]:
        return "mfa is not for bots, which never log in. Leave it out for them."
    if person["mfa"] and person["auth_service"] not in ("", "ldap"):
        return (
            "mfa is for users with a password or LDAP. Other login services ask for a second factor themselves. Leave it out."
        )
    if not all(description.strip() for description in person["tokens"]):
        return "tokens: a description is empty. Say what the token is for."
    if len(set(person["tokens"])) < len(person["tokens"]):
        return "tokens: a description is given twice. Give every token another one."
    return ""


def onboarding_lines(people: Iterable[Mapping], found: Mapping, passwords: str, expires_after: str = "") -> list:
    """What each is to get. ``found``: the accounts that there are, by user name.

    ``begins``: the account is new, or has the mark of one whose secrets may have got lost (``pending``).
    """
    return [_line(person, found.get(person["username"].lower()), passwords, expires_after) for person in people]


def _line(person: Mapping, user: Mapping | None, passwords: str, expires_after: str) -> dict:
    pending = user is not None and PENDING in (user.get("props") or {})
    begins = user is None or pending
    name = person["username"].lower()
    mfa = person["mfa"] and (begins or not (user or {}).get("mfa_active"))
    chosen = begins and is_chosen(person)
    token = {"username": name, **({"expires_after": expires_after} if expires_after else {})}
    return {
        "username": name,
        "user_id": user["id"] if user else "",
        "created": user is None,
        "pending": pending,
        "begins": begins,
        "password": chosen and passwords == "generate",
        "link": chosen and passwords == "email",
        "mfa": mfa,
        "tokens": list(person["tokens"]),
        "due": begins or mfa or bool(person["tokens"]),
        "wanted_mfa": [{"username": name, "renewed": pending}] if mfa else [],
        "wanted_tokens": [{**token, "description": description} for description in person["tokens"]],
        "unmarked": {"username": name, "props": {PENDING: None}},
        "entry": _entry(person, begins, chosen and pending and passwords == "generate"),
    }


def _entry(person: Mapping, begins: bool, renew_password: bool) -> dict:
    """The entry of a roster for one of the people. Options that are only passed on are passed on whole."""
    entry = {name: value for name, value in person.items() if name not in _NOT_IN_ENTRY}
    entry.update({name: person[name] for name in ("email", "auth_service", "bot") if person[name]})
    if person["bot"]:
        entry.pop("email_verified", None)
    else:
        if begins:
            entry.setdefault("email_verified", True)
        if person["password"] and not person["auth_service"]:
            entry["password"] = person["password"]
    if begins:
        entry["props"] = {PENDING: "true"}
    if renew_password:
        entry["update_password"] = "always"  # noqa: S105  the name of a policy
    return entry
