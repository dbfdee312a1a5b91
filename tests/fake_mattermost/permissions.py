# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may do what, as data: roles have permissions, permissions bring others, operations need them.

Only the permissions that the modelled requests ask for. A session's rights are those of its
user at this moment: new roles take effect on open sessions at once. A licence adds no
permission to a role; it decides whether the roles of delegated administrators can be given.
"""

from __future__ import annotations

from dataclasses import dataclass

# ---- permissions ------------------------------------------------------------------
MANAGE_SYSTEM = "manage_system"
MANAGE_ROLES = "manage_roles"
VIEW_MEMBERS = "view_members"
EDIT_OTHER_USERS = "edit_other_users"
LIST_USERS_WITHOUT_TEAM = "list_users_without_team"
PROMOTE_GUEST = "promote_guest"
DEMOTE_TO_GUEST = "demote_to_guest"
CREATE_TOKEN = "create_user_access_token"
READ_TOKEN = "read_user_access_token"
REVOKE_TOKEN = "revoke_user_access_token"
CREATE_TEAM = "create_team"
CREATE_GROUP_CHANNEL = "create_group_channel"
MANAGE_BOTS = "manage_others_bots"
CREATE_POST = "create_post"

READ_OTHERS_TEAMS = "read_other_users_teams"
VIEW_TEAM = "view_team"
LIST_PRIVATE_TEAMS = "list_private_teams"
LIST_PUBLIC_TEAMS = "list_public_teams"
MANAGE_TEAM = "manage_team"
MANAGE_TEAM_ROLES = "manage_team_roles"
ADD_TO_TEAM = "add_user_to_team"
REMOVE_FROM_TEAM = "remove_user_from_team"
JOIN_PUBLIC_TEAMS = "join_public_teams"
JOIN_PRIVATE_TEAMS = "join_private_teams"

READ_CHANNEL = "read_channel"
READ_PUBLIC_CHANNEL = "read_public_channel"
MANAGE_PUBLIC_MEMBERS = "manage_public_channel_members"
MANAGE_PRIVATE_MEMBERS = "manage_private_channel_members"
MANAGE_CHANNEL_ROLES = "manage_channel_roles"

READ_USERS_IN_CONSOLE = "sysconsole_read_user_management_users"
WRITE_USERS_IN_CONSOLE = "sysconsole_write_user_management_users"
READ_GROUPS_IN_CONSOLE = "sysconsole_read_user_management_groups"
WRITE_GROUPS_IN_CONSOLE = "sysconsole_write_user_management_groups"
READ_TEAMS_IN_CONSOLE = "sysconsole_read_user_management_teams"
WRITE_TEAMS_IN_CONSOLE = "sysconsole_write_user_management_teams"
READ_CHANNELS_IN_CONSOLE = "sysconsole_read_user_management_channels"
WRITE_CHANNELS_IN_CONSOLE = "sysconsole_write_user_management_channels"

# A permission of the System Console brings those that its page needs.
BRINGS = {
    READ_USERS_IN_CONSOLE: {READ_OTHERS_TEAMS},
    WRITE_USERS_IN_CONSOLE: {EDIT_OTHER_USERS, DEMOTE_TO_GUEST, PROMOTE_GUEST},
    READ_TEAMS_IN_CONSOLE: {LIST_PRIVATE_TEAMS, LIST_PUBLIC_TEAMS, VIEW_TEAM},
    WRITE_TEAMS_IN_CONSOLE: {
        MANAGE_TEAM,
        MANAGE_TEAM_ROLES,
        ADD_TO_TEAM,
        REMOVE_FROM_TEAM,
        JOIN_PUBLIC_TEAMS,
        JOIN_PRIVATE_TEAMS,
    },
    READ_CHANNELS_IN_CONSOLE: {READ_CHANNEL, READ_PUBLIC_CHANNEL},
    WRITE_CHANNELS_IN_CONSOLE: {MANAGE_TEAM, MANAGE_PUBLIC_MEMBERS, MANAGE_PRIVATE_MEMBERS, MANAGE_CHANNEL_ROLES},
    WRITE_GROUPS_IN_CONSOLE: {MANAGE_TEAM, MANAGE_PUBLIC_MEMBERS, MANAGE_PRIVATE_MEMBERS},
}


def _with_brought(*permissions: str) -> frozenset[str]:
    return frozenset(permissions).union(*(BRINGS.get(permission, ()) for permission in permissions))


NOTHING: frozenset[str] = frozenset()
EVERYTHING = frozenset(value for name, value in globals().items() if name.isupper() and isinstance(value, str))

# ---- roles --------------------------------------------------------------------------
# Delegated administrators read much, and manage teams and channels. None of them may change users: the page of the
# users in the System Console is not theirs, unless somebody gives it to the role.
_READS_USER_MANAGEMENT = (READ_GROUPS_IN_CONSOLE, READ_TEAMS_IN_CONSOLE, READ_CHANNELS_IN_CONSOLE)
_WRITES_USER_MANAGEMENT = (WRITE_GROUPS_IN_CONSOLE, WRITE_TEAMS_IN_CONSOLE, WRITE_CHANNELS_IN_CONSOLE)

# What the roles permit at first: they are kept, and can be changed, in roles.py. Those of members count for the team or
# the channel.
ROLES = {
    "system_admin": EVERYTHING,
    "system_user": frozenset({VIEW_MEMBERS, CREATE_TEAM, CREATE_GROUP_CHANNEL, LIST_PUBLIC_TEAMS, JOIN_PUBLIC_TEAMS}),
    "system_guest": frozenset({CREATE_GROUP_CHANNEL}),
    "system_user_access_token": frozenset({CREATE_TOKEN, READ_TOKEN, REVOKE_TOKEN}),
    "system_user_manager": _with_brought(*_READS_USER_MANAGEMENT, *_WRITES_USER_MANAGEMENT),
    "system_manager": _with_brought(*_READS_USER_MANAGEMENT, *_WRITES_USER_MANAGEMENT),
    "system_read_only_admin": _with_brought(READ_USERS_IN_CONSOLE, *_READS_USER_MANAGEMENT),
    "system_custom_group_admin": NOTHING,
    "system_post_all": frozenset({CREATE_POST}),
    "system_post_all_public": NOTHING,
    "team_guest": frozenset({VIEW_TEAM}),
    "team_user": frozenset({VIEW_TEAM, ADD_TO_TEAM, READ_PUBLIC_CHANNEL}),
    "team_admin": frozenset(
        {MANAGE_TEAM, MANAGE_TEAM_ROLES, REMOVE_FROM_TEAM, MANAGE_CHANNEL_ROLES, MANAGE_PUBLIC_MEMBERS, MANAGE_PRIVATE_MEMBERS}
    ),
    "team_post_all": NOTHING,
    "team_post_all_public": NOTHING,
    "channel_guest": frozenset({READ_CHANNEL, CREATE_POST}),
    "channel_user": frozenset({READ_CHANNEL, CREATE_POST, MANAGE_PUBLIC_MEMBERS, MANAGE_PRIVATE_MEMBERS}),
    "channel_admin": frozenset({MANAGE_CHANNEL_ROLES}),
    "custom_group_user": NOTHING,
    "playbook_admin": NOTHING,
    "playbook_member": NOTHING,
    "run_admin": NOTHING,
    "run_member": NOTHING,
}
# They can be given with a licence that has them.
DELEGATED_ADMINISTRATORS = ("system_user_manager", "system_read_only_admin", "system_manager")


# Roles that belong to permission schemes: members of teams and channels get them by being guest, user or administrator.
SCHEME_MANAGED = frozenset(name for name in ROLES if name.endswith(("_admin", "_user", "_guest", "_member"))) - {
    "system_read_only_admin",
    "system_custom_group_admin",
    "custom_group_user",
}


# ---- operations ---------------------------------------------------------------------
@dataclass(frozen=True)
class Need:
    """What an operation of the users API asks of its caller, beyond a session."""

    always: str = ""
    over_others: str = ""  # for any account but the caller's
    over_administrators: str = ""  # for the account of an administrator


# All other operations are open to every session. Whom a caller sees at all (VIEW_MEMBERS) is up to `Call.need_sight`.
_EDIT = Need(over_others=EDIT_OTHER_USERS)
_EDIT_BELOW = Need(over_others=EDIT_OTHER_USERS, over_administrators=MANAGE_SYSTEM)
_WRITE_USERS = Need(over_others=WRITE_USERS_IN_CONSOLE, over_administrators=MANAGE_SYSTEM)
_ADMINISTER = Need(MANAGE_SYSTEM)

NEEDED = {
    "get_total_users_stats_filtered": Need(READ_USERS_IN_CONSOLE),
    "get_users_with_invalid_emails": Need(READ_USERS_IN_CONSOLE),
    "get_channel_members_with_team_data_for_user": _EDIT,
    "get_user_audits": _EDIT,
    # accounts
    "update_user": _EDIT_BELOW,
    "patch_user": _EDIT_BELOW,
    "delete_user": _EDIT_BELOW,
    "set_profile_image": _EDIT,
    "set_default_profile_image": _EDIT,
    "update_user_roles": Need(MANAGE_ROLES),
    "update_user_active": _WRITE_USERS,
    "promote_guest_to_user": Need(PROMOTE_GUEST),
    "demote_user_to_guest": Need(DEMOTE_TO_GUEST, over_administrators=MANAGE_SYSTEM),
    "convert_user_to_bot": _ADMINISTER,
    "convert_bot_to_user": _ADMINISTER,
    # passwords, MFA, login
    "update_user_password": _WRITE_USERS,
    "reset_failed_attempts": Need(WRITE_USERS_IN_CONSOLE, over_administrators=MANAGE_SYSTEM),
    "verify_user_email_without_token": _ADMINISTER,
    "update_user_auth": _ADMINISTER,
    "migrate_auth_to_ldap": _ADMINISTER,
    "migrate_auth_to_saml": _ADMINISTER,
    "generate_mfa_secret": _EDIT,
    "update_user_mfa": _EDIT,
    # sessions
    "get_sessions": _EDIT,
    "revoke_session": _EDIT,
    "revoke_all_sessions": _EDIT,
    "revoke_sessions_from_all_users": _ADMINISTER,
    # personal access tokens
    "create_user_access_token": Need(CREATE_TOKEN, EDIT_OTHER_USERS, MANAGE_SYSTEM),
    "get_user_access_tokens_for_user": Need(READ_TOKEN, EDIT_OTHER_USERS),
    "get_user_access_token": Need(READ_TOKEN, EDIT_OTHER_USERS),
    "get_user_access_tokens": _ADMINISTER,
    "search_user_access_tokens": _ADMINISTER,
    "revoke_user_access_token": Need(REVOKE_TOKEN, EDIT_OTHER_USERS),
    "disable_user_access_token": Need(REVOKE_TOKEN, EDIT_OTHER_USERS),
    "enable_user_access_token": Need(CREATE_TOKEN, EDIT_OTHER_USERS),
    # teams and channels
    "get_teams_for_user": Need(over_others=READ_USERS_IN_CONSOLE),
    "get_team_members_for_user": Need(over_others=READ_OTHERS_TEAMS),
    "get_channels_for_team_for_user": _EDIT,
    "get_channel_members_for_user": Need(over_others=MANAGE_SYSTEM),
    "get_private_channels_for_team": _ADMINISTER,
    "publish_user_typing": Need(over_others=MANAGE_SYSTEM),
    # the report, roles, statuses, preferences
    "get_users_for_reporting": _ADMINISTER,
    "get_user_count_for_reporting": _ADMINISTER,
    "get_all_roles": _ADMINISTER,
    "patch_role": _ADMINISTER,
    "update_user_status": _EDIT,
    "get_preferences": _EDIT,
    "get_preferences_by_category": _EDIT,
    "get_preferences_by_category_by_name": _EDIT,
    "update_preferences": _EDIT,
    "delete_preferences": _EDIT,
}
FREE = Need()
