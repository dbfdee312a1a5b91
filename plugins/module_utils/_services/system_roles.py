# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Roles that are declared: whether the server has them, asked before anything is sent that a refusal would leave half done."""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput, MattermostError
from ansible_collections.mmops.mattermost.plugins.module_utils._api.protocol import ApiClient

#: Roles that every server has.
_EVERYWHERE = frozenset(
    {
        "system_admin",
        "system_guest",
        "system_manager",
        "system_post_all",
        "system_post_all_public",
        "system_read_only_admin",
        "system_user",
        "system_user_access_token",
        "system_user_manager",
    }
)

#: How roles begin that have a meaning within a team or a channel only.
_ELSEWHERE = ("team_", "channel_")


def strange_roles(roles: Iterable[str]) -> list:
    """Warnings of roles that the server takes, and that give no right in the whole system."""
    found = [role for role in roles if role.startswith(_ELSEWHERE)]
    return [f"roles: {', '.join(found)} counts within a team or a channel; the option teams gives such roles"] if found else []


def unknown_roles(client: ApiClient, roles: Iterable[str]) -> frozenset:
    """Those that the server does not have. It is asked only for roles that not every server has."""
    asked = sorted(set(roles) - _EVERYWHERE)
    if not asked:
        return frozenset()
    try:
        return frozenset(asked).difference(role["name"] for role in client.get_roles_by_names(role_names=asked))
    except MattermostError:
        return frozenset()  # the caller may not read roles: the server itself refuses then


def check_roles(roles: Iterable[str] | None, unknown: frozenset) -> None:
    """Raises ``InvalidInput`` that names a role which the server does not have."""
    found = [role for role in roles or () if role in unknown]
    if found:
        raise InvalidInput(f"roles: the server has no role {', '.join(found)}", "Correct the name, or create the role first")
