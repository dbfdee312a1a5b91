# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a declaration and an account are about the same person, and about nobody else."""

from __future__ import annotations

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput
from ansible_collections.mmops.mattermost.plugins.module_utils._services.user_seen import Seen


def check_same_person(declared: dict, user: dict) -> None:
    """Refuse to make one person of two: who has neither the declared name nor consent keeps the account."""
    if declared["user_id"] or declared["rename"]:
        return
    for name in ("username", "email"):
        wanted, current = declared[name], user[name]
        if not wanted or not current or wanted == current:
            continue
        if name == "username":
            raise InvalidInput(
                f"email: {user['email']} is the address of the account {current}, not of {wanted}",
                f"Correct username or email. If {current} is to be renamed, give user_id: {user['id']}, or rename: true",
            )
        if user["delete_at"] and declared["state"] == "present":
            raise InvalidInput(
                f"username: the account {user['username']} is deactivated and has the address {current}, not "
                f"{wanted}; it may be that of somebody else",
                f"Choose another username. If it is the same person, give user_id: {user['id']}, or rename: true",
            )


def check_holders(declared: dict, seen: Seen) -> None:
    user_id = seen.user and seen.user["id"]
    for name, holder in (("username", seen.username_holder), ("email", seen.email_holder)):
        if holder and holder["id"] != user_id:
            raise InvalidInput(
                f"{name}: {declared[name]} belongs to another account ({holder['username']}, id {holder['id']})",
                "Declare another value, or change or delete that account first",
            )
