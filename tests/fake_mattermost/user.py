# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record of a user, and what of it may come from outside."""

from __future__ import annotations

from typing import Any

# Fields of a user in a request body, and of which kind they are.
BODY = {
    "id": "text",
    "create_at": "number",
    "update_at": "number",
    "delete_at": "number",
    "username": "text",
    "password": "text",
    "auth_data": "text",
    "auth_service": "text",
    "email": "text",
    "email_verified": "flag",
    "nickname": "text",
    "first_name": "text",
    "last_name": "text",
    "position": "text",
    "roles": "text",
    "allow_marketing": "flag",
    "props": "texts",
    "notify_props": "texts",
    "last_password_update": "number",
    "last_picture_update": "number",
    "failed_attempts": "number",
    "locale": "text",
    "timezone": "texts",
    "mfa_active": "flag",
    "mfa_secret": "text",
    "remote_id": "text",
    "last_activity_at": "number",
    "last_login": "number",
    "is_bot": "flag",
    "bot_description": "text",
    "bot_last_icon_update": "number",
    "terms_of_service_id": "text",
    "terms_of_service_create_at": "number",
    "disable_welcome_email": "flag",
}

# Fields that a patch can change. `password` proves who asks, it is not stored.
PATCH = {
    "username": "text",
    "password": "text",
    "nickname": "text",
    "first_name": "text",
    "last_name": "text",
    "position": "text",
    "email": "text",
    "props": "texts",
    "notify_props": "texts",
    "locale": "text",
    "timezone": "texts",
    "remote_id": "text",
}

NOTIFY_PROPS = {
    "channel": "true",
    "comments": "never",
    "desktop": "mention",
    "desktop_sound": "true",
    "desktop_threads": "all",
    "email": "true",
    "email_threads": "all",
    "first_name": "false",
    "mention_keys": "",
    "push": "mention",
    "push_threads": "all",
}
TIMEZONE = {"automaticTimezone": "", "manualTimezone": "", "useAutomaticTimezone": "true"}

OAUTH_SERVICES = ("gitlab", "google", "office365", "openid")


class User:
    """A user as the database has it.

    Only what differs from these defaults is kept per user, so that many users need little
    memory. The maps are never changed in place: copies of a user share them.
    """

    id = username = password = auth_service = email = nickname = first_name = last_name = position = ""
    roles = locale = mfa_secret = bot_description = terms_of_service_id = ""
    create_at = update_at = delete_at = last_password_update = last_picture_update = failed_attempts = 0
    last_activity_at = last_login = bot_last_icon_update = terms_of_service_create_at = 0
    email_verified = allow_marketing = mfa_active = is_bot = disable_welcome_email = False
    auth_data: str | None = None
    remote_id: str | None = None
    props: dict[str, str] | None = None
    notify_props: dict[str, str] | None = None
    timezone: dict[str, str] | None = None
    mfa_used_codes: tuple[int, ...] = ()

    def __init__(self, **fields: Any):
        self.__dict__.update(fields)

    def copy(self) -> User:
        """The same record, to be changed without effect on this one."""
        return User(**self.__dict__)

    def patch(self, changes: dict[str, Any]) -> None:
        """Take over the fields that are given, but for the password."""
        self.__dict__.update({name: value for name, value in changes.items() if name != "password"})

    # ---- what kind of user this is ---------------------------------------
    @property
    def role_names(self) -> list[str]:
        """The roles one by one."""
        return self.roles.split()

    @property
    def is_system_admin(self) -> bool:
        """Whether the user has the role system_admin."""
        return "system_admin" in self.role_names

    @property
    def is_guest(self) -> bool:
        """Whether the user has the role system_guest."""
        return "system_guest" in self.role_names

    @property
    def is_ldap(self) -> bool:
        """Whether the user logs in with LDAP."""
        return self.auth_service == "ldap"

    @property
    def is_saml(self) -> bool:
        """Whether the user logs in with SAML."""
        return self.auth_service == "saml"

    @property
    def is_remote(self) -> bool:
        """Whether this is the user of another server."""
        return bool(self.remote_id)

    @property
    def is_oauth(self) -> bool:
        """Whether the user logs in with an OAuth service."""
        return self.auth_service in OAUTH_SERVICES
