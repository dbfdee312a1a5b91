# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Roles, and what they permit.

Only the permissions that the modelled requests ask for. A session's rights are those of its
user at this moment: new roles take effect on open sessions at once. The roles themselves, which
can be changed, are in roles.py.
"""

from __future__ import annotations

MANAGE_SYSTEM = "manage_system"
MANAGE_ROLES = "manage_roles"
VIEW_MEMBERS = "view_members"
EDIT_OTHER_USERS = "edit_other_users"
READ_USERS_IN_CONSOLE = "sysconsole_read_user_management_users"
WRITE_USERS_IN_CONSOLE = "sysconsole_write_user_management_users"
LIST_USERS_WITHOUT_TEAM = "list_users_without_team"
PROMOTE_GUEST = "promote_guest"
DEMOTE_TO_GUEST = "demote_to_guest"
CREATE_TOKEN = "create_user_access_token"
READ_TOKEN = "read_user_access_token"
REVOKE_TOKEN = "revoke_user_access_token"
CREATE_TEAM = "create_team"
LIST_PRIVATE_TEAMS = "list_private_teams"
JOIN_PUBLIC_TEAMS = "join_public_teams"
JOIN_PRIVATE_TEAMS = "join_private_teams"
READ_OTHER_USERS_TEAMS = "read_other_users_teams"
CREATE_GROUP_CHANNEL = "create_group_channel"
MANAGE_BOTS = "manage_others_bots"

EVERYTHING = frozenset(
    {
        MANAGE_SYSTEM,
        MANAGE_ROLES,
        VIEW_MEMBERS,
        EDIT_OTHER_USERS,
        READ_USERS_IN_CONSOLE,
        WRITE_USERS_IN_CONSOLE,
        LIST_USERS_WITHOUT_TEAM,
        PROMOTE_GUEST,
        DEMOTE_TO_GUEST,
        CREATE_TOKEN,
        READ_TOKEN,
        REVOKE_TOKEN,
        CREATE_TEAM,
        LIST_PRIVATE_TEAMS,
        JOIN_PUBLIC_TEAMS,
        JOIN_PRIVATE_TEAMS,
        READ_OTHER_USERS_TEAMS,
        CREATE_GROUP_CHANNEL,
        MANAGE_BOTS,
    }
)
NOTHING: frozenset[str] = frozenset()

# Built-in roles, and what they permit at first. Those of teams and channels can be given to a user, but permit
# nothing outside of them.
ROLES = {
    "system_admin": EVERYTHING,
    "system_user": frozenset({VIEW_MEMBERS, CREATE_TEAM, JOIN_PUBLIC_TEAMS, CREATE_GROUP_CHANNEL}),
    "system_guest": frozenset({CREATE_GROUP_CHANNEL}),
    "system_user_access_token": frozenset({CREATE_TOKEN, READ_TOKEN, REVOKE_TOKEN}),
    "system_user_manager": frozenset(
        {READ_USERS_IN_CONSOLE, WRITE_USERS_IN_CONSOLE, EDIT_OTHER_USERS, PROMOTE_GUEST, DEMOTE_TO_GUEST}
    ),
    "system_read_only_admin": frozenset({READ_USERS_IN_CONSOLE}),
    "system_manager": NOTHING,
    "system_custom_group_admin": NOTHING,
    "system_post_all": NOTHING,
    "system_post_all_public": NOTHING,
    "team_guest": NOTHING,
    "team_user": NOTHING,
    "team_admin": NOTHING,
    "team_post_all": NOTHING,
    "team_post_all_public": NOTHING,
    "channel_guest": NOTHING,
    "channel_user": NOTHING,
    "channel_admin": NOTHING,
    "custom_group_user": NOTHING,
    "playbook_admin": NOTHING,
    "playbook_member": NOTHING,
    "run_admin": NOTHING,
    "run_member": NOTHING,
}
NEED_LICENSE = ("system_user_manager", "system_read_only_admin", "system_manager", "system_custom_group_admin")

# Roles that belong to permission schemes: members get them by being guest, user or administrator.
SCHEME_MANAGED = frozenset(
    {
        "system_admin",
        "system_user",
        "system_guest",
        "team_guest",
        "team_user",
        "team_admin",
        "channel_guest",
        "channel_user",
        "channel_admin",
        "playbook_admin",
        "playbook_member",
        "run_admin",
        "run_member",
    }
)
