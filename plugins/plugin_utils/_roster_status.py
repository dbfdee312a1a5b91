# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run of a roster did: the report, and the few lines of it that go to the screen."""

from __future__ import annotations

from ansible_collections.mmops.mattermost.plugins.plugin_utils._screen import excerpt
from ansible_collections.mmops.mattermost.plugins.plugin_utils._tables import roster_table


def summary(result: dict, time: str, check_mode: bool, report: str) -> dict:
    """What the role ``user_roster`` says about the result of ``mm_users``. ``report`` is the path of its file, if any."""
    went_wrong = "counts" not in result or bool(result.get("failures"))
    status = {
        "time": time,
        "check_mode": check_mode,
        "failure": result.get("msg", "") if went_wrong else "",
        "counts": result.get("counts") or {},
        "changes": result.get("users") or [],
        "failures": result.get("failures") or [],
        "prunable": result.get("prunable") or [],
        "missing": result.get("missing") or [],
        "expiring": result.get("expiring") or [],
        "unknown": result.get("unknown") or [],
    }
    return {"status": status, "table": roster_table(status), "screen": _screen(status), "reasons": _reasons(status, report)}


def _screen(status: dict) -> list:
    """Totals, and who is not in the roster."""
    counts = [f"{name}: {count}" for name, count in status["counts"].items() if count]
    lines = [", ".join(counts)] if counts else []
    strangers = status["prunable"]
    if strangers:
        lines.append(f"{len(strangers)} active accounts are not in the roster: {', '.join(excerpt(strangers))}")
    return lines


def _reasons(status: dict, report: str) -> str:
    """Why a run failed: the reasons first, then where the others are. Empty if it did not fail."""
    reasons = [f"{entry['where']}: {entry['username']}: {entry['msg']}" for entry in status["failures"]]
    if not reasons:
        return status["failure"]
    head = f"{len(reasons)} of {status['counts']['total']} users could not be brought to the declared state:"
    tail = f"All of it is in {report or 'the variable user_roster_status'}. The next run finishes the rest."
    return "\n".join([head, *excerpt(reasons), tail])
