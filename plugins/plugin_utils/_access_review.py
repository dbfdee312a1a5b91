# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the report of an access review out of what ``mm_user_info`` and ``mm_users`` return.

``review`` is a pure function. The report holds plain texts, numbers and lists only: times are texts in UTC, so that
templates only have to lay it out.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

from ansible_collections.mmops.mattermost.plugins.module_utils._services.account import (
    ADMINISTRATOR,
    is_bot,
    is_guest,
    last_use,
    listed_roles,
    logs_in_with,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._services.duration import seconds
from ansible_collections.mmops.mattermost.plugins.module_utils._services.session_choice import token_of
from ansible_collections.mmops.mattermost.plugins.module_utils._services.token_generation import generation
from ansible_collections.mmops.mattermost.plugins.plugin_utils._listed import listed

_DAY = 86_400_000

#: The last day of the calendar.
_LAST = 253_402_214_400_000

#: Fewer active administrators than this are a risk of their own: nobody can help the only one.
_ENOUGH_ADMINISTRATORS = 2

#: Ages of tokens in days, each with the label of the bar up to there.
_TOKEN_AGES = (
    (30, "up to 30 days"),
    (90, "31 to 90 days"),
    (180, "91 to 180 days"),
    (365, "181 to 365 days"),
    (None, "more than a year"),
)
_UNKNOWN_AGE = "age unknown"

#: Days since somebody was last seen, likewise.
_IDLE_TIMES = ((7, "within 7 days"), (30, "8 to 30 days ago"), (90, "31 to 90 days ago"), (None, "longer ago"))
_NEVER_SEEN = "no sign of use"

#: What is reported, the worst first: severity, title, why it matters, and the way out.
FINDINGS = {
    "elevated_without_mfa": (
        "high",
        "Elevated roles without multi-factor authentication",
        "A password alone opens an account that can change the server or other accounts.",
        "Have these people enrol, or remove their elevated roles.",
    ),
    "elevated_inactive": (
        "high",
        "Elevated roles that nobody uses",
        "The account is active and has elevated roles, but there is no sign that anybody has used it in the period.",
        "Remove the elevated roles, or deactivate the account.",
    ),
    "elevated_bots": (
        "high",
        "Bots with elevated roles",
        "Whoever holds a token of the bot has its roles. Multi-factor authentication does not protect bots.",
        "Give the bot the roles that its task needs.",
    ),
    "stranger": (
        "high",
        "Active accounts that the roster does not know",
        "Nobody has declared that these people are to have access.",
        "Deactivate them, or add them to the roster.",
    ),
    "deactivated_with_token": (
        "medium",
        "Deactivated accounts with tokens that are not disabled",
        "The tokens work again as soon as the account is activated again.",
        "Revoke the tokens.",
    ),
    "without_mfa": (
        "medium",
        "Ordinary accounts without multi-factor authentication",
        "A password alone opens the account.",
        "Have these people enrol.",
    ),
    "inactive": (
        "medium",
        "Accounts that nobody uses",
        "The account is active, but there is no sign that anybody has used it in the period.",
        "Ask whether the account is still needed, or deactivate it.",
    ),
    "old_token": (
        "medium",
        "Tokens older than the limit",
        "The token should have been rotated. Its age is that of its generation.",
        "Rotate the token.",
    ),
    "undated_token": (
        "low",
        "Tokens whose age is unknown",
        "The server keeps no time of creation of a token, and the description names no generation.",
        "Rotate the token, which writes a generation into the description.",
    ),
    "disabled_token": (
        "low",
        "Disabled tokens that remain",
        "A disabled token can be enabled again.",
        "Revoke the token, unless it is part of a rotation under way.",
    ),
    "few_administrators": (
        "low",
        "Fewer than two active administrators",
        "If the only administrator cannot log in, nobody can help on the server.",
        "Give a second person the role.",
    ),
    "differs": (
        "low",
        "Accounts that differ from the roster",
        "Somebody or something has changed the account since the roster was last converged, or the roster has changed.",
        "Converge the roster, or correct it.",
    ),
    "guest": (
        "information",
        "Guests to confirm",
        "People from outside have access.",
        "Ask their hosts whether they still need it.",
    ),
}

#: By severity; the last one asks for a look, and is not a shortcoming.
SEVERITIES = ("high", "medium", "low", "information")


@dataclass(frozen=True)
class Limits:
    """What is asked of accounts. Times are in milliseconds."""

    inactive_after: int
    token_max_age: int
    ordinary_roles: tuple
    mfa_services: tuple


def limits(inactive_after: str, token_max_age: str, ordinary_roles, mfa_services) -> Limits:
    """Raises ``InvalidInput`` that names the option."""
    return Limits(
        seconds("inactive_after", inactive_after) * 1000,
        seconds("token_max_age", token_max_age) * 1000,
        tuple(listed(ordinary_roles)),
        tuple(listed(mfa_services)),
    )


def review(users: list, wanted: Limits, now: int, refused: list, drift: dict | None, about: dict | None = None) -> dict:
    """The report. ``users`` hold ``sessions`` and ``tokens`` as far as they were gathered; ``now`` is in milliseconds.

    ``drift`` is the result of ``mm_users`` in check mode, ``about`` what is known of the review itself.
    """
    accounts, tokens, sessions = [], [], []
    for user in users:
        owned = [_token(token, user, wanted, now) for token in user.get("tokens") or []]
        opened = [_session(session, user) for session in user.get("sessions") or []]
        used = {session["token_id"]: session["last_activity"] for session in opened if session["token_id"]}
        for token in owned:
            token["last_used"] = used.get(token["id"], "")
        accounts.append(_account(user, owned, opened, wanted, now))
        tokens += owned
        sessions += opened
    difference = _drift(drift) if drift is not None else None
    report = {
        "generated_at": _moment(now),
        "about": _about(about or {}, len(accounts)),
        "limits": {
            "inactive_after_days": wanted.inactive_after // _DAY,
            "token_max_age_days": wanted.token_max_age // _DAY,
            "ordinary_roles": list(wanted.ordinary_roles),
            "mfa_services": list(wanted.mfa_services),
        },
        "findings": _findings(accounts, tokens, difference),
        "accounts": accounts,
        "tokens": tokens,
        "sessions": sessions,
        "drift": difference,
        "unreadable": [{name: entry[name] for name in ("username", "subject", "reason")} for entry in refused],
    }
    report["totals"] = _totals(report)
    report["charts"] = _charts(report)
    return report


def _about(known, reviewed) -> dict:
    """Who made the review, of what, and whether it covers the whole server. Unknown values are ``None``."""
    # ansible-core 2.17 makes texts of numbers in variables, and an empty text of null.
    on_server = None if known.get("on_server") in (None, "") else int(known["on_server"])
    return {
        "made_by": known.get("made_by") or None,
        "server_version": known.get("server_version") or None,
        "collection_version": _collection_version(),
        "scope": known.get("scope"),
        "parameters": dict(known.get("parameters") or {}),
        "reviewed": reviewed,
        "on_server": on_server,
        "complete": None if on_server is None else on_server == reviewed,
    }


def _collection_version() -> str | None:
    """Of the installed collection, or of a checkout."""
    root = Path(__file__).parents[2]
    with contextlib.suppress(OSError, ValueError, KeyError):
        return json.loads((root / "MANIFEST.json").read_text(encoding="utf-8"))["collection_info"]["version"]
    with contextlib.suppress(OSError):
        found = re.search(r"^version: (\S+)$", (root / "galaxy.yml").read_text(encoding="utf-8"), re.MULTILINE)
        return found[1] if found else None
    return None


# -- one account -----------------------------------------------------------------------------------------------------


def _account(user, tokens, sessions, wanted, now) -> dict:
    roles = listed_roles(user)
    kind = "bot" if is_bot(user) else "guest" if is_guest(user) else "person"
    service = logs_in_with(user)
    seen = last_use(user) or 0
    return {
        "username": user["username"],
        "user_id": user["id"],
        "name": " ".join(part for part in (user["first_name"], user["last_name"]) if part),
        "nickname": user["nickname"],
        "email": user["email"],
        "position": user["position"],
        "state": "deactivated" if user["delete_at"] else "active",
        "kind": kind,
        "auth_service": service,
        "roles": roles,
        "elevated_roles": [role for role in roles if role not in wanted.ordinary_roles],
        "mfa": _mfa(user, kind, service, wanted),
        "created": _day(user["create_at"]),
        "deactivated": _day(user["delete_at"]),
        "last_login": _day((user.get("report") or {}).get("last_login") or 0),
        "last_activity": _day(seen),
        "idle_days": (now - seen) // _DAY if seen else None,
        "activity": _activity(user, kind, seen, wanted, now),
        "active_tokens": _count_tokens(user, tokens, True),
        "disabled_tokens": _count_tokens(user, tokens, False),
        "sessions": None if user.get("sessions") is None else len(sessions),
    }


def _mfa(user, kind, service, wanted) -> str:
    """``elsewhere``: who logs in by another service has the second factor there, if at all."""
    if user.get("mfa_active"):
        return "on"
    if kind == "bot":
        return "not applicable"
    return "off" if service in wanted.mfa_services else "elsewhere"


def _activity(user, kind, seen, wanted, now) -> str:
    if user["delete_at"]:
        return "deactivated"
    if seen and seen > now - wanted.inactive_after:
        return "recent"
    # Bots act through integrations as well, which leave no session; and neither report nor sessions may have been read.
    if kind == "bot" or (user.get("sessions") is None and not user.get("report")):
        return "unknown"
    if user["create_at"] > now - wanted.inactive_after:
        return "new"
    return "inactive"


def _count_tokens(user, tokens, active):
    return None if user.get("tokens") is None else sum(token["active"] == active for token in tokens)


def _token(token, user, wanted, now) -> dict:
    description, day = generation(token["description"])
    age = (_as_date(now) - day).days if day else None
    return {
        "id": token["id"],
        "username": user["username"],
        "account_state": "deactivated" if user["delete_at"] else "active",
        "description": description,
        "generation": day.isoformat() if day else "",
        "age_days": age,
        "active": bool(token["is_active"]),
        "expires": _day(token.get("expires_at") or 0),
        "overdue": age is not None and age > wanted.token_max_age // _DAY,
    }


def _session(session, user) -> dict:
    props = session.get("props") or {}
    token_id = token_of(session) or ""
    used = max(session["create_at"], session["last_activity_at"])
    return {
        "id": session["id"],
        "username": user["username"],
        "kind": "token" if token_id else "device" if session["device_id"] else "login",
        "token_id": token_id,
        "browser": str(props.get("browser", "")),
        "os": str(props.get("os", "")),
        "platform": str(props.get("platform", "")),
        "created": _day(session["create_at"]),
        "last_activity": _day(used),
        # A session of a token ends with the token. The server gives it a date in the far future.
        "expires": "" if token_id else _day(session["expires_at"]),
        "used": used,
    }


# -- the roster --------------------------------------------------------------------------------------------------------


def _drift(result) -> dict:
    """What ``mm_users`` would do: who differs and how, and who is unknown."""
    return {
        "checked": result["counts"]["total"],
        "differing": [
            {
                "username": change["username"],
                "change": change["change"],
                "differences": [
                    {"field": name, "server": _text(change["before"].get(name)), "roster": _text(change["after"].get(name))}
                    for name in {**change["before"], **change["after"]}
                ],
            }
            for change in result["users"]
        ],
        "strangers": list(result["prunable"]),
        "failures": [{name: entry[name] for name in ("username", "where", "msg")} for entry in result["failures"]],
        "unknown": list(result["unknown"]),
    }


def _text(value) -> str:
    if value is None:
        return ""
    if isinstance(value, (list, tuple)) and all(isinstance(part, str) for part in value):
        return " ".join(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)


# -- what it means -----------------------------------------------------------------------------------------------------


def _findings(accounts, tokens, drift) -> list:
    active = [account for account in accounts if account["state"] == "active"]
    administrators = [
        account["username"] for account in active if ADMINISTRATOR in account["roles"] and account["kind"] != "bot"
    ]
    found = {
        "elevated_without_mfa": [account for account in active if account["elevated_roles"] and account["mfa"] == "off"],
        "elevated_inactive": [account for account in active if account["elevated_roles"] and account["activity"] == "inactive"],
        "elevated_bots": [account for account in active if account["elevated_roles"] and account["kind"] == "bot"],
        "without_mfa": [account for account in active if not account["elevated_roles"] and account["mfa"] == "off"],
        "inactive": [account for account in active if not account["elevated_roles"] and account["activity"] == "inactive"],
        "guest": [account for account in active if account["kind"] == "guest"],
        "deactivated_with_token": [token for token in tokens if token["active"] and token["account_state"] == "deactivated"],
        "old_token": [token for token in tokens if token["active"] and token["overdue"]],
        "undated_token": [token for token in tokens if token["active"] and token["age_days"] is None],
        "disabled_token": [token for token in tokens if not token["active"]],
    }
    names = {key: [entry["username"] for entry in entries] for key, entries in found.items()}
    if len(administrators) < _ENOUGH_ADMINISTRATORS:
        names["few_administrators"] = administrators
    if drift:
        names["stranger"] = drift["strangers"]
        names["differs"] = [change["username"] for change in drift["differing"]]
    findings = []
    for key, (severity, title, reason, remedy) in FINDINGS.items():
        if names.get(key) or (key == "few_administrators" and key in names):
            findings.append(
                {
                    "id": key,
                    "severity": severity,
                    "title": title,
                    "reason": reason,
                    "remedy": remedy,
                    "count": len(names[key]),
                    "usernames": list(dict.fromkeys(names[key])),
                }
            )
    return findings


def _totals(report) -> dict:
    accounts = report["accounts"]
    active = [account for account in accounts if account["state"] == "active"]
    needing = [account for account in active if account["mfa"] in ("on", "off")]
    return {
        "accounts": len(accounts),
        "active": len(active),
        "deactivated": len(accounts) - len(active),
        "people": sum(account["kind"] == "person" for account in active),
        "guests": sum(account["kind"] == "guest" for account in active),
        "bots": sum(account["kind"] == "bot" for account in active),
        "elevated": sum(bool(account["elevated_roles"]) for account in active),
        "inactive": sum(account["activity"] == "inactive" for account in active),
        "mfa_on": sum(account["mfa"] == "on" for account in needing),
        "mfa_off": sum(account["mfa"] == "off" for account in needing),
        "mfa_percent": _percent(sum(account["mfa"] == "on" for account in needing), len(needing)),
        "tokens": len(report["tokens"]),
        "active_tokens": sum(token["active"] for token in report["tokens"]),
        "disabled_tokens": sum(not token["active"] for token in report["tokens"]),
        "overdue_tokens": sum(token["active"] and token["overdue"] for token in report["tokens"]),
        "sessions": len(report["sessions"]),
        "findings": {
            severity: sum(finding["severity"] == severity for finding in report["findings"]) for severity in SEVERITIES
        },
    }


def _percent(part, whole):
    """In whole numbers, and 100 only if nobody is missing."""
    return part * 100 // whole if whole else None


def _charts(report) -> dict:
    active = [account for account in report["accounts"] if account["state"] == "active"]
    kinds = Counter(account["kind"] if account["state"] == "active" else "deactivated" for account in report["accounts"])
    labels = (("person", "people"), ("guest", "guests"), ("bot", "bots"), ("deactivated", "deactivated"))
    services = Counter(account["auth_service"] for account in active)
    ages: Counter = Counter(_bar(token["age_days"], _TOKEN_AGES, _UNKNOWN_AGE) for token in report["tokens"] if token["active"])
    times: Counter = Counter(
        _bar(account["idle_days"], _IDLE_TIMES, _NEVER_SEEN) for account in active if account["kind"] != "bot"
    )
    severities = Counter(finding["severity"] for finding in report["findings"])
    return {
        "findings": _bars([(severity, severities[severity]) for severity in SEVERITIES]),
        "kinds": _bars([(label, kinds[kind]) for kind, label in labels]),
        "services": _bars(sorted(services.items(), key=lambda item: (-item[1], item[0]))),
        "mfa_by_role": _mfa_by_role(active),
        "token_ages": _bars([(label, ages[label]) for label in [*(label for _days, label in _TOKEN_AGES), _UNKNOWN_AGE]]),
        "activity": _bars([(label, times[label]) for label in [*(label for _days, label in _IDLE_TIMES), _NEVER_SEEN]]),
    }


def _bar(days, steps, unknown) -> str:
    if days is None:
        return unknown
    return next(label for upper, label in steps if upper is None or days <= upper)


def _bars(pairs) -> list:
    """Bars with a width in percent of the longest."""
    longest = max([count for _label, count in pairs], default=0)
    return [
        {"label": label, "count": count, "width": round(count * 100 / longest, 1) if longest else 0} for label, count in pairs
    ]


def _mfa_by_role(active) -> list:
    """Who has a second factor, by role. Bots are left out."""
    counted: dict = {}
    for account in active:
        if account["mfa"] != "not applicable":
            for role in account["roles"]:
                counted.setdefault(role, Counter())[account["mfa"]] += 1
    bars = []
    for role in sorted(counted):
        count = counted[role]
        total = sum(count.values())
        bars.append(
            {
                "label": role,
                "total": total,
                **{name: count[name] for name in ("on", "off", "elsewhere")},
                **{f"{name}_width": round(count[name] * 100 / total, 1) for name in ("on", "off", "elsewhere")},
            }
        )
    return bars


# -- time --------------------------------------------------------------------------------------------------------------


def _time(milliseconds):
    # Not fromtimestamp(): it fails for times that the calendar of the platform does not reach.
    return datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(milliseconds=min(milliseconds, _LAST))


def _as_date(milliseconds) -> date:
    return _time(milliseconds).date()


def _moment(milliseconds) -> str:
    return _time(milliseconds).strftime("%Y-%m-%d %H:%M UTC")


def _day(milliseconds) -> str:
    return _as_date(milliseconds).isoformat() if milliseconds else ""
