# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record of a lockdown: what each step did, and what it could not do."""

from __future__ import annotations

from ansible_collections.mmops.mattermost.plugins.module_utils._services.session_choice import token_of
from ansible_collections.mmops.mattermost.plugins.plugin_utils._outcomes import (
    changed,
    ended_sessions,
    roster_failures,
    roster_users,
    token_failures,
    user_failures,
)


def recorded(earlier: dict, run: dict, steps: dict) -> dict:
    """The record with another run. ``steps`` are the results of the tasks, by the name of the step; ``{}`` for one not taken.

    Passwords and mails are done once for each user and incident, so the record keeps the ids of these users.
    """
    scrambled, mailed = changed(steps["passwords"]), changed(steps["mails"])
    return {
        "incident": earlier["incident"],
        "passwords_set": _with(earlier["passwords_set"], scrambled),
        "emails_sent": _with(earlier["emails_sent"], mailed),
        "runs": [
            *earlier["runs"],
            {
                **run,
                "tokens": [result["item"] for result in changed(steps["tokens"])],
                "passwords_set": [result["item"]["username"] for result in scrambled],
                "deactivated": roster_users(steps["deactivation"]),
                "sessions": _ended_sessions(steps),
                "emails_sent": [result["item"]["username"] for result in mailed],
                "failures": list(_failures(steps)),
            },
        ],
    }


def _ended_sessions(steps: dict) -> list:
    """Sessions that the role ended, and those that ended with a new password or a deactivation, without those of tokens."""
    ended = ended_sessions(steps["sessions"])
    left = _sessions(steps["reading"])
    if left is None:
        return ended
    known = {session["id"] for session in [*ended, *left]}
    return ended + [
        session for session in _sessions(steps["before"]) or [] if session["id"] not in known and not token_of(session)
    ]


def _sessions(reading: dict) -> list | None:
    """The sessions that ``mm_user_info`` read. ``None`` if it could not."""
    if reading.get("failed") or "users" not in reading:
        return None
    return [session for user in reading["users"] for session in user["sessions"] or []]


def _with(ids: list, results: list) -> list:
    return list(dict.fromkeys([*ids, *(result["item"]["id"] for result in results)]))


def _failures(steps: dict):
    yield from token_failures(steps["tokens"])
    for name in ("passwords", "sessions", "mails"):
        yield from user_failures(steps[name])
    yield from roster_failures(steps["deactivation"])
    if steps["reading"].get("failed"):
        yield steps["reading"]["msg"]
