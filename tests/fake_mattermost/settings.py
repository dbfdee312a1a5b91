# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings of the server (System Console), and the requests that read and change them.

The defaults are those of a fresh server, with one exception: personal access tokens
are on, as the fake hands one out when it starts.
"""

from __future__ import annotations

import copy
import hashlib

import orjson

from . import bodies, guests
from .call import Call, Response, reply
from .errors import bad_body
from .permissions import MANAGE_SYSTEM
from .release import Release
from .router import operation

DEFAULTS = {
    "ServiceSettings": {
        "SiteURL": "",
        "EnableUserAccessTokens": True,
        "EnableMultifactorAuthentication": False,
        "EnforceMultifactorAuthentication": False,
        "EnableBotAccountCreation": False,
        "EnableAPIUserDeletion": False,
        "MaximumLoginAttempts": 10,
        "ExperimentalEnableAuthenticationTransfer": True,
        "DisableBotsWhenOwnerIsDeactivated": True,
        "SessionLengthWebInHours": 720,
        "TerminateSessionsOnPasswordChange": True,
        "MaximumPayloadSizeBytes": 300000,
        "EnableAPITeamDeletion": False,
    },
    "TeamSettings": {
        "SiteName": "Mattermost",
        "EnableUserCreation": True,
        "EnableOpenServer": False,
        "RestrictCreationToDomains": "",
        "EnableUserDeactivation": False,
        "MaxUsersPerTeam": 50,
    },
    "EmailSettings": {
        "EnableSignUpWithEmail": True,
        "EnableSignInWithEmail": True,
        "EnableSignInWithUsername": True,
        "RequireEmailVerification": False,
        "SendEmailNotifications": False,  # as there is no mail server
    },
    "PasswordSettings": {"MinimumLength": 8, "Lowercase": False, "Uppercase": False, "Number": False, "Symbol": False},
    "PrivacySettings": {"ShowEmailAddress": True, "ShowFullName": True},
    "GuestAccountsSettings": {"Enable": False, "RestrictCreationToDomains": "", "EnforceMultifactorAuthentication": False},
    "SupportSettings": {"CustomTermsOfServiceEnabled": False},
    "FileSettings": {"MaxFileSize": 104857600, "MaxImageResolution": 33177600},
    "LocalizationSettings": {"DefaultClientLocale": "en"},
    "LdapSettings": {
        "Enable": False,
        "FirstNameAttribute": "",
        "LastNameAttribute": "",
        "NicknameAttribute": "",
        "PositionAttribute": "",
        "PictureAttribute": "",
    },
    "SamlSettings": {"Enable": False},
    "GitLabSettings": {"Enable": False},
    "GoogleSettings": {"Enable": False},
    "Office365Settings": {"Enable": False},
    "OpenIdSettings": {"Enable": False},
    "RateLimitSettings": {"Enable": False, "PerSec": 10, "MaxBurst": 100, "VaryByRemoteAddr": True},
}


class Settings:
    """The settings: sections by name, each a map."""

    def __init__(self, release: Release):
        self._release = release
        self.sections = copy.deepcopy(DEFAULTS)
        self.sections["ServiceSettings"][release.strict_csrf_setting] = release.strict_csrf
        self._digest = None

    def __getitem__(self, section: str) -> dict:
        return self.sections[section]

    def change(self, changes: dict) -> None:
        """Take over the settings that are given. Those the fake does not know are kept, without effect."""
        for section, values in changes.items():
            known = DEFAULTS.get(section, {})
            if not isinstance(values, dict) or any(
                key in known and value is not None and type(value) is not type(known[key]) for key, value in values.items()
            ):
                raise bad_body("config")
        for section, values in changes.items():
            given = {key: value for key, value in values.items() if value is not None}
            self.sections.setdefault(section, {}).update(given)
        self._digest = None

    @property
    def digest(self) -> str:
        """Changes with every change of a setting; part of the header X-Version-Id."""
        if self._digest is None:
            text = orjson.dumps(self.sections, option=orjson.OPT_SORT_KEYS)
            self._digest = hashlib.new(self._release.config_hash, text, usedforsecurity=False).hexdigest()
        return self._digest


@operation("get_config", "GET", "/config", local=True)
def get_config(call: Call) -> Response:
    """All settings."""
    call.need(MANAGE_SYSTEM)
    return reply(call.state.settings.sections)


@operation("patch_config", "PUT", "/config/patch", local=True)
@operation("update_config", "PUT", "/config", local=True)
def patch_config(call: Call) -> Response:
    """Change some settings."""
    call.need(MANAGE_SYSTEM)
    try:
        changes = bodies.first_value(call.body)
    except bodies.BadBody as error:
        raise bad_body("config") from error
    if not isinstance(changes, dict):
        raise bad_body("config")
    settings = call.state.settings
    guests_before = settings["GuestAccountsSettings"]["Enable"]
    settings.change(changes)
    if guests_before and not settings["GuestAccountsSettings"]["Enable"]:
        guests.deactivate_all(call.state)
    return reply(settings.sections)
