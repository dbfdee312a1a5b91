# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a good answer holds at least. Proxies and login pages answer with JSON as well, and with status 200.

Only what every recorded server answers, and what the services rely on, is listed; other operations may answer anything.
"""

from __future__ import annotations

from typing import Any

_USER = ("id",)

#: Keys of the object, or of each object of the list, that an operation answers.
KEYS: dict = {
    **dict.fromkeys(
        (
            "attach_device_id",
            "delete_user",
            "demote_user_to_guest",
            "disable_user_access_token",
            "enable_user_access_token",
            "logout",
            "migrate_auth_to_ldap",
            "migrate_auth_to_saml",
            "permanent_delete_all_users",
            "promote_guest_to_user",
            "get_ping",
            "publish_user_typing",
            "register_terms_of_service_action",
            "remove_team_member",
            "remove_user_from_channel",
            "reset_password",
            "reset_password_failed_attempts",
            "revoke_all_sessions",
            "revoke_session",
            "revoke_sessions_from_all_users",
            "revoke_user_access_token",
            "send_password_reset_email",
            "send_verification_email",
            "set_default_profile_image",
            "set_profile_image",
            "update_channel_member_scheme_roles",
            "update_channel_roles",
            "update_team_member_roles",
            "update_team_member_scheme_roles",
            "update_user_active",
            "update_user_mfa",
            "update_user_password",
            "update_user_roles",
            "verify_user_email",
        ),
        ("status",),
    ),
    **dict.fromkeys(
        (
            "convert_bot_to_user",
            "create_user",
            "get_user",
            "get_user_by_email",
            "get_user_by_username",
            "get_users",
            "get_users_by_ids",
            "get_users_by_usernames",
            "login",
            "patch_user",
            "search_users",
            "update_user",
            "verify_user_email_without_token",
        ),
        _USER,
    ),
    **dict.fromkeys(("add_team_member", "get_team_member"), ("user_id",)),
    **dict.fromkeys(("add_channel_member", "get_channel_member"), ("user_id", "channel_id")),
    **dict.fromkeys(
        ("assign_bot", "convert_user_to_bot", "create_bot", "disable_bot", "enable_bot", "get_bot", "patch_bot"),
        ("user_id", "owner_id"),
    ),
    **dict.fromkeys(
        ("get_channel_by_name", "get_channel_by_name_for_team_name", "get_team", "get_team_by_name"), ("id", "name")
    ),
    "check_user_mfa": ("mfa_required",),
    "create_user_access_token": ("id", "token"),
    "get_client_license": ("IsLicensed",),
    "generate_mfa_secret": ("secret", "qr_code"),
    "get_sessions": ("id",),
    "get_total_users_stats": ("total_users_count",),
    "get_total_users_stats_filtered": ("total_users_count",),
    "get_user_access_token": ("id", "user_id", "is_active"),
    "autocomplete_users": ("users",),
    "update_user_auth": ("auth_service",),
}


def has_form(operation: str, data: Any) -> bool:
    """Whether an answer, an object or a list as the operation promises, holds what it must."""
    keys = KEYS.get(operation, ())
    items = [data] if isinstance(data, dict) else data if isinstance(data, list) else []
    return not keys or all(isinstance(item, dict) and all(key in item for key in keys) for item in items)
