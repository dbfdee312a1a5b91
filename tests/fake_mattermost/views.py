# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What whom sees of a user.

There are three views. The raw one shows everything, even the hash of the password. The personal
view leaves the secrets out; users get it of themselves, and administrators get it as
answer to a change. The profile is what one gets of others; administrators see more of it, and
how much more depends on the release.
"""

from __future__ import annotations

import orjson

from .release import Release
from .user import User

ALWAYS = (
    "id",
    "create_at",
    "update_at",
    "delete_at",
    "username",
    "auth_service",
    "email",
    "nickname",
    "first_name",
    "last_name",
    "position",
    "roles",
    "locale",
    "timezone",
    "disable_welcome_email",
)
UNLESS_EMPTY = (
    "password",
    "email_verified",
    "allow_marketing",
    "props",
    "notify_props",
    "last_password_update",
    "last_picture_update",
    "failed_attempts",
    "mfa_active",
    "mfa_secret",
    "last_activity_at",
    "last_login",
    "is_bot",
    "bot_description",
    "bot_last_icon_update",
    "terms_of_service_id",
    "terms_of_service_create_at",
)
UNLESS_NULL = ("auth_data", "remote_id")
SECRETS = ("password", "mfa_secret", "last_login")
PRIVATE = ("email_verified", "allow_marketing", "notify_props", "last_password_update", "failed_attempts")


class Views:
    """The views of one release."""

    def __init__(self, release: Release):
        self._shows_auth_data = release.shows_auth_data
        self._hidden_from_administrators = tuple(name for name in PRIVATE if name not in release.administrators_see)

    def raw(self, user: User) -> dict:
        """Everything."""
        body = {name: getattr(user, name) for name in ALWAYS}
        body.update((name, value) for name in UNLESS_EMPTY if (value := getattr(user, name)))
        body.update((name, value) for name in UNLESS_NULL if (value := getattr(user, name)) is not None)
        return body

    def own(self, user: User) -> dict:
        """Everything but the secrets."""
        body = self.raw(user)
        for name in SECRETS:
            body.pop(name, None)
        if not self._shows_auth_data:
            body["auth_data"] = ""
        return body

    def profile(self, user: User, as_admin: bool, privacy: dict) -> dict:
        """What others see; `privacy` are the PrivacySettings."""
        body = self.own(user)
        for name in self._hidden_from_administrators if as_admin else PRIVATE:
            body.pop(name, None)
        if not as_admin:
            body["auth_service"] = body["auth_data"] = ""
            if not privacy["ShowEmailAddress"]:
                body["email"] = ""
            if not privacy["ShowFullName"]:
                body["first_name"] = body["last_name"] = ""
        return body


class ProfileTexts:
    """Profiles as JSON text, kept until the user changes: lists of thousands are cheap."""

    def __init__(self, views: Views):
        self._views = views
        self._texts: dict[str, dict[tuple, bytes]] = {}

    def forget(self, user_id: str) -> None:
        """The user has changed."""
        self._texts.pop(user_id, None)

    def one(self, user: User, as_admin: bool, privacy: dict) -> bytes:
        """The profile of a row of the table (of no copy: it may differ)."""
        viewer = (as_admin, as_admin or privacy["ShowEmailAddress"], as_admin or privacy["ShowFullName"])
        texts = self._texts.setdefault(user.id, {})
        if viewer not in texts:
            # a copy: what orjson returns holds on to a much bigger buffer
            texts[viewer] = bytes(memoryview(orjson.dumps(self._views.profile(user, as_admin, privacy))))
        return texts[viewer]

    def many(self, users: list[User], as_admin: bool, privacy: dict) -> bytes:
        """A list of profiles."""
        return b"[" + b",".join([self.one(user, as_admin, privacy) for user in users]) + b"]"
