# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which accounts can be pruned, and how many at most. Whatever could be taken for "everybody" by mistake is refused."""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass
from typing import Any

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput
from ansible_collections.mmops.mattermost.plugins.module_utils._services.account import LOGIN_SERVICES, logs_in_with, roles_of

#: The argument spec of ``prune_scope``. Its documentation is in the module.
SCOPE_OPTIONS: dict = {
    "everybody": dict(type="bool"),
    "auth_service": dict(type="str"),
    "role": dict(type="str"),
    "email_domain": dict(type="str"),
    "username_pattern": dict(type="str"),
    "except": dict(type="list", elements="str"),
}

#: The value of ``prune_scope`` if it is left out. It is never what an empty value stands for.
EVERYBODY = {"everybody": True}

_VALID = {
    "role": (re.compile(r"[a-z0-9_]+\Z"), "Give the name of a system role, like system_user"),
    "email_domain": (re.compile(r"@?[^\s@]+\Z"), "An example is example.com"),
    "username_pattern": (re.compile(r"[a-z0-9._*?!\[\]-]+\Z"), "An example is ext-*"),
}
EXAMPLES = "Examples are 5 and 10%"

_LIMIT = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?) ?(%?)\Z")


@dataclass(frozen=True)
class Scope:
    """Accounts that meet all parts that are given, without those that match a pattern of ``exempt``."""

    auth_service: Any = None
    role: Any = None
    email_domain: Any = None
    username_pattern: Any = None
    exempt: tuple = ()

    def holds(self, user: dict) -> bool:
        if self.auth_service and logs_in_with(user) != self.auth_service:
            return False
        if self.role and self.role not in roles_of(user):
            return False
        if self.email_domain and not user["email"].lower().endswith("@" + self.email_domain):
            return False
        if self.username_pattern and not fnmatch.fnmatchcase(user["username"], self.username_pattern):
            return False
        return not any(fnmatch.fnmatchcase(user["username"], pattern) for pattern in self.exempt)


def scope_of(declared: dict | None) -> Scope:
    """Raises ``InvalidInput`` for a scope that is empty, in whole or in a part."""
    given = {name: value for name, value in (declared or {}).items() if value is not None and value is not False}
    if not given:
        raise InvalidInput(
            "prune_scope is empty", "Leave it out to prune among all accounts, or give one of its parts, like email_domain"
        )
    if "everybody" in given and len(given) > 1 and set(given) != {"everybody", "except"}:
        raise InvalidInput("prune_scope: everybody cannot be combined with other parts", "Leave it out")
    parts = {name: _part(name, value) for name, value in given.items() if name not in ("everybody", "except")}
    return Scope(**parts, exempt=_exempt(given["except"]) if "except" in given else ())


def _part(name, value) -> str:
    part = value.strip().lower()
    if not part:
        raise InvalidInput(f"prune_scope: {name} is empty", "Leave it out, or give a value")
    if name in _VALID:
        valid, remedy = _VALID[name]
        if not valid.match(part):
            raise InvalidInput(f"prune_scope: {name} is not valid", remedy)
    elif part not in LOGIN_SERVICES:
        raise InvalidInput(f"prune_scope: {name} is not a login service", f"Known are {', '.join(LOGIN_SERVICES)}")
    return part.lstrip("@") if name == "email_domain" else part


def _exempt(patterns) -> tuple:
    if not patterns:
        raise InvalidInput("prune_scope: except is empty", "Leave it out, or give user names or patterns")
    valid, remedy = _VALID["username_pattern"]
    for position, pattern in enumerate(patterns):
        if not isinstance(pattern, str) or not valid.match(pattern.strip().lower()):
            raise InvalidInput(f"prune_scope: except[{position}] is not a valid user name or pattern", remedy)
    return tuple(pattern.strip().lower() for pattern in patterns)


@dataclass(frozen=True)
class Limit:
    """The largest number, or percentage, of accounts that may be pruned at once."""

    text: str
    number: float
    percent: bool

    def allows(self, count: int, total: int) -> bool:
        return count <= (total * self.number / 100 if self.percent else self.number)


def limit_of(text: Any) -> Limit:
    """Raises ``InvalidInput`` for what is not a finite number or a percentage up to 100."""
    match = _LIMIT.match(text.strip()) if isinstance(text, str) else None
    if not match:
        raise InvalidInput("max_prune is not a valid number or percentage", EXAMPLES)
    limit = Limit(text.strip(), float(match.group(1)), bool(match.group(2)))
    if limit.percent and limit.number > 100:
        raise InvalidInput("max_prune is more than 100 percent", EXAMPLES)
    return limit


def brake(limit: Limit, strangers: list, in_scope: list) -> None:
    """Stop before anything is sent if more accounts would go than the user wants to believe."""
    if limit.allows(len(strangers), len(in_scope)):
        return
    names = ", ".join(user["username"] for user in strangers[:10]) + (", ..." if len(strangers) > 10 else "")
    raise InvalidInput(
        f"max_prune: {len(strangers)} of {len(in_scope)} accounts would be deactivated ({names}), "
        f"but at most {limit.text} are allowed",
        "Check the roster and prune_scope with prune: report, or raise max_prune",
    )
