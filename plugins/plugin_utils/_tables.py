# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports as tables for spreadsheets, in CSV with a byte order mark, which makes them read it as UTF-8."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable

#: A spreadsheet takes a text that begins with one of these for a formula. Some take the full-width forms as well.
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")

#: For the reviewer to fill in.
_DECISION = ("decision", "reviewer", "decided_on")

_REVIEW_COLUMNS = {
    "findings": ("severity", "title", "count", "usernames", "reason", "remedy", *_DECISION),
    "accounts": (
        "username",
        "name",
        "nickname",
        "email",
        "position",
        "state",
        "kind",
        "auth_service",
        "roles",
        "elevated_roles",
        "mfa",
        "activity",
        "last_login",
        "last_activity",
        "idle_days",
        "active_tokens",
        "disabled_tokens",
        "sessions",
        "created",
        "deactivated",
        "user_id",
        *_DECISION,
    ),
    "tokens": (
        "username",
        "account_state",
        "description",
        "generation",
        "age_days",
        "overdue",
        "active",
        "last_used",
        "expires",
        "id",
        *_DECISION,
    ),
    "sessions": ("username", "kind", "browser", "os", "platform", "created", "last_activity", "expires", "token_id", "id"),
    "differences": ("username", "change", "field", "server", "roster"),
}

_ROSTER_COLUMNS = ("username", "change", "field", "before", "after", "reason")


def csv_table(columns: Iterable[str], rows: Iterable[dict]) -> str:
    """A table with a heading. Cells for which a row has no value are empty."""
    columns = tuple(columns)
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_cell(row.get(column)) for column in columns] for row in rows)
    return "\ufeff" + text.getvalue()


def _cell(value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return str(value)
    if value is None:
        text = ""
    elif isinstance(value, str):
        text = value
    elif isinstance(value, (list, tuple)) and all(isinstance(part, str) for part in value):
        text = " ".join(value)
    else:
        text = json.dumps(value, ensure_ascii=False)
    return f"'{text}" if text.startswith(_FORMULA) else text


def review_table(report: dict, table: str) -> str:
    """One of the tables of an access review."""
    rows = _differences(report["drift"]) if table == "differences" else report[table]
    return csv_table(_REVIEW_COLUMNS[table], rows)


def _differences(drift: dict):
    for account in drift["differing"]:
        for difference in account["differences"]:
            yield {"username": account["username"], "change": account["change"], **difference}
    for username in drift["strangers"]:
        yield {"username": username, "change": "not in the roster"}
    for failure in drift["failures"]:
        reason = f"{failure['where']}: {failure['msg']}"
        yield {"username": failure["username"], "change": "not comparable", "roster": reason}


def roster_table(status: dict) -> str:
    """What a roster changed, a row for each field."""
    return csv_table(_ROSTER_COLUMNS, _roster_rows(status))


def _roster_rows(status: dict):
    for user in status["changes"]:
        for field in list({**user["before"], **user["after"]}) or [""]:
            values = {name: user[name].get(field) for name in ("before", "after")}
            yield {"username": user["username"], "change": user["change"], "field": field, **values}
    for failure in status["failures"]:
        reason = f"{failure['where']}: {failure['msg']}"
        yield {"username": failure["username"], "change": "failed", "reason": reason}
    changed = {user["username"] for user in status["changes"]}
    for username in status["prunable"]:
        if username not in changed:
            yield {"username": username, "change": "not in the roster"}
    for entry in status["missing"]:
        yield {"username": entry["username"], "change": "does not exist", "reason": entry["where"]}
    for entry in status["expiring"]:
        change = "ended" if entry["days_left"] == 0 else "ends soon"
        end = {"field": "expires_on", "after": entry["expires_on"], "reason": entry["where"]}
        yield {"username": entry["username"], "change": change, **end}
    if status["failure"]:
        yield {"username": "", "change": "failed", "reason": status["failure"]}
