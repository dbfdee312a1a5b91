# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every client may know of settings and licence: some of the settings, all of them texts."""

from __future__ import annotations

from .call import Call, Response, reply
from .errors import CLIENT_CONFIG_FORMAT, CLIENT_LICENSE_FORMAT, CPA_LICENSE, bad_body
from .licence import GUEST_ACCOUNTS, TEAM, TERMS_OF_SERVICE
from .router import OPEN, operation

# Keys, and where their values come from: those for everybody, and those for clients with a session.
FOR_ALL = {
    "SiteName": ("TeamSettings", "SiteName"),
    "EnableMultifactorAuthentication": ("ServiceSettings", "EnableMultifactorAuthentication"),
    "EnableUserCreation": ("TeamSettings", "EnableUserCreation"),
    "EnableOpenServer": ("TeamSettings", "EnableOpenServer"),
    "EnableSignUpWithEmail": ("EmailSettings", "EnableSignUpWithEmail"),
    "EnableSignInWithEmail": ("EmailSettings", "EnableSignInWithEmail"),
    "EnableSignInWithUsername": ("EmailSettings", "EnableSignInWithUsername"),
    "PasswordMinimumLength": ("PasswordSettings", "MinimumLength"),
    "PasswordRequireLowercase": ("PasswordSettings", "Lowercase"),
    "PasswordRequireUppercase": ("PasswordSettings", "Uppercase"),
    "PasswordRequireNumber": ("PasswordSettings", "Number"),
    "PasswordRequireSymbol": ("PasswordSettings", "Symbol"),
    "EnableGuestAccounts": ("GuestAccountsSettings", "Enable"),
    "DefaultClientLocale": ("LocalizationSettings", "DefaultClientLocale"),
}
# Without a licence they are off, whatever the setting says.
LICENSED = {
    "EnforceMultifactorAuthentication": ("ServiceSettings", "EnforceMultifactorAuthentication"),
    "EnableLdap": ("LdapSettings", "Enable"),
    "EnableSaml": ("SamlSettings", "Enable"),
    "EnableSignUpWithGoogle": ("GoogleSettings", "Enable"),
    "EnableSignUpWithOffice365": ("Office365Settings", "Enable"),
    "EnableSignUpWithOpenId": ("OpenIdSettings", "Enable"),
}
GITLAB = {"EnableSignUpWithGitLab": ("GitLabSettings", "Enable")}
TERMS = {"EnableCustomTermsOfService": ("SupportSettings", "CustomTermsOfServiceEnabled")}
WITH_SESSION = {
    "SiteURL": ("ServiceSettings", "SiteURL"),
    "EnableUserAccessTokens": ("ServiceSettings", "EnableUserAccessTokens"),
    "EnableBotAccountCreation": ("ServiceSettings", "EnableBotAccountCreation"),
    "EnableUserDeactivation": ("TeamSettings", "EnableUserDeactivation"),
    "RequireEmailVerification": ("EmailSettings", "RequireEmailVerification"),
    "SendEmailNotifications": ("EmailSettings", "SendEmailNotifications"),
}


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


@operation("get_client_config", "GET", "/config/client", OPEN, local=True)
def get_client_config(call: Call) -> Response:
    """The settings that every client may know."""
    state, release = call.state, call.state.release
    if release.client_config_wants_format:
        if not call.query.get("format"):
            raise CLIENT_CONFIG_FORMAT()
        if call.query["format"] != "old":
            raise bad_body("format")  # not a parameter of the URL, as one would expect
    keys = FOR_ALL | (LICENSED if state.licensed else {})
    if state.licensed or not release.client_config_hides_gitlab:
        keys |= GITLAB
    if TERMS_OF_SERVICE in state.licence.adds:
        keys |= TERMS
    if call.local or call.session:
        keys |= WITH_SESSION
    texts = {name: _text(state.settings[section][key]) for name, (section, key) in keys.items()}
    texts |= {} if state.licensed else dict.fromkeys(LICENSED, "false")
    return reply(dict(texts, Version=release.version, BuildNumber=release.build, BuildEnterpriseReady="true"))


@operation("get_client_license", "GET", "/license/client", OPEN)
def get_client_license(call: Call) -> Response:
    """The licence."""
    if not call.query.get("format"):
        raise CLIENT_LICENSE_FORMAT()
    if call.query["format"] != "old":
        raise bad_body("format")
    licence = call.state.licence
    if licence is TEAM:
        return reply({"IsLicensed": "false"})
    return reply(
        {
            "IsLicensed": "true",
            "SkuName": licence.name.title(),
            "SkuShortName": licence.name,
            "Users": "200000",
            "LDAP": "true",
            "MFA": "true",
            "SAML": "true",
            "OpenId": "true",
            "GuestAccounts": _text(GUEST_ACCOUNTS in licence.adds),
            "CustomTermsOfService": _text(TERMS_OF_SERVICE in licence.adds),
            "CustomPermissionsSchemes": "true",
        }
    )


@operation("list_all_cpa_fields", "GET", "/custom_profile_attributes/fields", since="has_custom_profile_attributes")
def list_all_cpa_fields(call: Call) -> Response:
    """The custom attributes of users. No licence that is modelled has them."""
    raise CPA_LICENSE()
