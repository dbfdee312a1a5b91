# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Users in Mattermost's own forms, as entries of a roster and back: objects of the API, lines of a bulk import or export."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from ansible_collections.mmops.mattermost.plugins.module_utils._services.account import is_active, is_bot
from ansible_collections.mmops.mattermost.plugins.module_utils._services.team_option import from_bulk_teams

#: What ``mm_user_info`` adds to a user under the name of an option that means something else.
_GATHERED = frozenset({"image", "terms_of_service"})

#: Notification settings that a bulk import calls otherwise.
_BULK_NOTIFY_PROPS = {"mobile": "push", "mobile_push_status": "push_status"}

#: Columns of an exported roster, in order.
COLUMNS = ("username", "email", "first_name", "last_name", "nickname", "position", "locale", "roles", "state")

#: What stands before a cell that a spreadsheet would take for a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
FORMULA_MARK = "'"


def from_api(raw: Any, known: Any) -> Any:
    """An entry for a user as the API shows it, with the keys that are ``known``; anything else as it is.

    That an account is a bot is not declared: a bot that owns itself would get an owner, which is a change.
    """
    if not isinstance(raw, dict) or not {"id", "create_at", "username"} <= raw.keys():
        return raw
    entry = {key: value for key, value in raw.items() if key in known and key not in _GATHERED}
    return _without_empty_service(entry)


def from_bulk(user: dict, known: Any) -> tuple:
    """An entry for the user of a line of a bulk import or export, and the keys that a roster does not set."""
    entry = {key: value for key, value in user.items() if key in known}
    if isinstance(entry.get("notify_props"), dict):
        entry["notify_props"] = {_BULK_NOTIFY_PROPS.get(key, key): value for key, value in entry["notify_props"].items()}
    if "teams" in entry:
        entry["teams"] = from_bulk_teams(entry["teams"])
    return _without_empty_service(entry), [key for key in user if key not in known]


def _without_empty_service(entry) -> dict:
    """The API shows an empty text for accounts that have no login service, and for what it hides."""
    return {key: value for key, value in entry.items() if value != "" or key not in ("auth_service", "auth_data")}


def entries_of(users: Any, bots: bool = True) -> list:
    """The entries of a roster that changes nothing on the server that shows these users. ``bots``: with bots."""
    entries = []
    for user in sorted(users, key=lambda user: user["username"]):
        if is_bot(user) and not bots:
            continue
        # As plain texts: Ansible's own kinds of text cannot be written as YAML.
        entry: dict = {name: "".join(user.get(name) or "") for name in COLUMNS[:-1]}
        entry["roles"] = entry["roles"].split()
        entry["state"] = "present" if is_active(user) else "inactive"
        if not entry["email"]:  # the server may hide addresses
            del entry["email"]
        if user.get("auth_service"):
            entry["auth_service"] = "".join(user["auth_service"])
        entries.append(entry)
    return entries


def as_csv(entries: list) -> str:
    """The entries as a table that spreadsheets show as text, and that is read back as it was."""
    names = [*COLUMNS, *(["auth_service"] if any("auth_service" in entry for entry in entries) else [])]
    file = io.StringIO()
    rows = csv.writer(file, lineterminator="\n")
    rows.writerow(names)
    rows.writerows([_cell(entry.get(name, "")) for name in names] for entry in entries)
    return file.getvalue()


def _cell(value) -> str:
    text = " ".join(value) if isinstance(value, list) else value
    return FORMULA_MARK + text if text.lstrip(FORMULA_MARK).startswith(FORMULA_STARTS) else text


def as_json(entries: list) -> str:
    return json.dumps(entries, ensure_ascii=False, indent=2) + "\n"
