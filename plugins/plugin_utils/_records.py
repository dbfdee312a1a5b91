# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON files that runs of a role add to. A file that holds something else is refused, and so never overwritten.

All functions raise ``InvalidInput`` that names the option without the name of the role.
"""

from __future__ import annotations

import json
import os

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput


def earlier_lockdown(path: str, incident: str) -> dict:
    """The record of a lockdown, or an empty one."""
    record = _read("record", path)
    if record is None:
        # Ids of users.
        return {"incident": incident, "passwords_set": [], "emails_sent": [], "runs": []}
    lists = ("passwords_set", "emails_sent", "runs")
    if not isinstance(record, dict) or not all(isinstance(record.get(name), list) for name in lists):
        raise _foreign("record", path, "a record of this role")
    if record.get("incident") != incident:
        raise _foreign("record", path, f"a record of the incident {incident}")
    return record


def earlier_offboardings(path: str) -> list:
    """The records of earlier runs."""
    record = _read("record", path)
    runs = record.get("offboarding_runs") if isinstance(record, dict) else [] if record is None else None
    if not isinstance(runs, list):
        raise _foreign("record", path, "a record of this role")
    return runs


def earlier_rows(path: str) -> list:
    """The rows of users who moved in earlier runs."""
    rows = _read("rollback", path)
    if rows is None:
        return []
    if not isinstance(rows, list) or not all(isinstance(row, dict) and isinstance(row.get("username"), str) for row in rows):
        raise _foreign("rollback", path, "a rollback file of this role")
    return rows


def _read(option: str, path: str):
    """The content of a file, or ``None`` if there is none."""
    if not os.path.exists(path):
        return None
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except OSError as error:
        raise InvalidInput(f"{option}: {path} cannot be read ({error.strerror})", "Change its permissions") from None
    except (ValueError, RecursionError):
        raise InvalidInput(
            f"{option}: {path} is not valid JSON, so it is not a file of this role", "Name another file"
        ) from None


def _foreign(option: str, path: str, what: str) -> InvalidInput:
    return InvalidInput(f"{option}: {path} is not {what}", "Name another file")
