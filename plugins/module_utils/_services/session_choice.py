# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which sessions a declaration chooses, and what a session means."""

from __future__ import annotations

import fnmatch

from ansible_collections.mmops.mattermost.plugins.module_utils._services.duration import seconds

#: Properties of a session that a pattern can choose.
PATTERNS = ("browser", "os", "platform")

#: Options that choose among the sessions of a user.
CRITERIA = ("session_ids", "older_than", "idle_for", "device_id", *PATTERNS)


def chooses(declaration: dict) -> bool:
    """Whether a criterion is given. An empty list of ids is one: it chooses nothing."""
    return any(declaration[name] is not None for name in CRITERIA)


def choose(declaration: dict, sessions: list, now: int) -> list:
    """The sessions that meet all criteria. ``now`` is in milliseconds.

    A session of a personal access token is made again when it is gone. So it is chosen only by its id, or when tokens
    are to be disabled.
    """
    return [
        session
        for session in sessions
        if (declaration["disable_tokens"] or declaration["session_ids"] or not token_of(session))
        and _meets(declaration, session, now)
    ]


def _meets(declaration, session, now) -> bool:
    if declaration["session_ids"] is not None and session["id"] not in declaration["session_ids"]:
        return False
    if declaration["device_id"] is not None and session["device_id"] != declaration["device_id"]:
        return False
    used = max(session["create_at"], session["last_activity_at"])
    for name, moment in (("older_than", session["create_at"]), ("idle_for", used)):
        if declaration[name] is not None and moment > now - seconds(name, declaration[name]) * 1000:
            return False
    return all(
        declaration[name] is None
        or fnmatch.fnmatchcase((session.get("props") or {}).get(name, "").lower(), declaration[name].lower())
        for name in PATTERNS
    )


def token_of(session: dict) -> str | None:
    """Id of the personal access token that a session stands for."""
    return (session.get("props") or {}).get("user_access_token_id")


def shown(session: dict) -> dict:
    """A session for results, without what could be used to take it over."""
    props = {name: value for name, value in (session.get("props") or {}).items() if name != "csrf"}
    return {**{name: value for name, value in session.items() if name != "token"}, "props": props}
