# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What may be declared of sessions."""

from __future__ import annotations

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput
from ansible_collections.mmops.mattermost.plugins.module_utils._services.duration import seconds
from ansible_collections.mmops.mattermost.plugins.module_utils._services.identity import WHO_OPTIONS, is_id
from ansible_collections.mmops.mattermost.plugins.module_utils._services.session_choice import CRITERIA

#: The operation that ends all sessions of the server, and the word that confirms ``all_users``.
EVERYBODY = "revoke_sessions_from_all_users"


def check_declaration(declaration: dict) -> None:
    """Refuse contradictions. Raises ``InvalidInput`` that names the option, before anything is sent."""
    named = [name for name in WHO_OPTIONS if declaration[name] is not None]
    for name in ("device_id", "older_than", "idle_for"):
        if declaration[name] == "":
            raise InvalidInput(f"{name} is empty", "Leave it out, or give a value")
    for name in ("older_than", "idle_for"):
        if declaration[name] is not None:
            seconds(name, declaration[name])
    for session_id in declaration["session_ids"] or ():
        if not is_id(session_id):
            raise InvalidInput(f"session_ids: {session_id!r} is not a valid id", "An id has 26 characters a-z and 0-9")
    if declaration["state"] == "present":
        if declaration["device_id"] is None:
            raise InvalidInput("state: present attaches a device, but device_id is missing", "Give device_id")
        misplaced = [
            name
            for name in (*CRITERIA, "keep_current", "all_users", "disable_tokens")
            if name != "device_id" and declaration[name] not in (None, False)
        ]
        if misplaced:
            raise InvalidInput(f"{', '.join(misplaced)}: only for state: absent", "Leave it out")
    elif declaration["all_users"]:
        if named:
            raise InvalidInput(f"all_users and {', '.join(named)} exclude each other", "Give one of the two")
        if declaration["confirm"] != EVERYBODY:
            raise InvalidInput("all_users ends sessions of everybody on the server", f"Confirm it with confirm: {EVERYBODY}")
    elif not named:
        raise InvalidInput("nobody is named whose sessions are to end", "Give username, user_id or email, or all_users: true")
