# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The login services that accounts can have, and whether a server lets people log in with them.

A server stores any service for an account and checks nothing. An account with one that is switched off cannot log in.
"""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput
from ansible_collections.mmops.mattermost.plugins.module_utils._api.protocol import ApiClient
from ansible_collections.mmops.mattermost.plugins.module_utils._services.account import EMAIL, logs_in_with

LDAP = "ldap"

#: Services with a login page of their own, where the user has to confirm a switch.
SINGLE_SIGN_ON = ("saml", "gitlab", "google", "office365", "openid")


@dataclass(frozen=True)
class _Switch:
    """What turns a service on: a setting of the server, and the name under which clients may read it."""

    setting: str
    client_setting: str


_SWITCHES = {
    "ldap": _Switch("LdapSettings.Enable", "EnableLdap"),
    "saml": _Switch("SamlSettings.Enable", "EnableSaml"),
    "gitlab": _Switch("GitLabSettings.Enable", "EnableSignUpWithGitLab"),
    "google": _Switch("GoogleSettings.Enable", "EnableSignUpWithGoogle"),
    "office365": _Switch("Office365Settings.Enable", "EnableSignUpWithOffice365"),
    "openid": _Switch("OpenIdSettings.Enable", "EnableSignUpWithOpenId"),
}

#: Either of these lets accounts with a password log in.
_PASSWORD_SWITCHES = (
    _Switch("EmailSettings.EnableSignInWithEmail", "EnableSignInWithEmail"),
    _Switch("EmailSettings.EnableSignInWithUsername", "EnableSignInWithUsername"),
)


def shown_service(user: dict) -> str:
    """How an account logs in, for messages."""
    if user["auth_service"] == EMAIL:
        return "a service called email, which does not exist"
    return logs_in_with(user)


def stored(service: str) -> str:
    """The ``auth_service`` of an account that logs in with this service."""
    return "" if service == EMAIL else service


@dataclass(frozen=True)
class Availability:
    """Whether people can log in with a service.

    ``obstacle`` says why nobody can, and ``remedy`` the way out; ``doubt`` says what the server does not tell.
    All are empty if people can.
    """

    obstacle: str = ""
    remedy: str = ""
    doubt: str = ""


def availability(client: ApiClient, service: str) -> Availability:
    """Whether people can log in with a service, from the licence and from the settings that clients may know."""
    if stored(service) == "":
        return _password_login(client)
    switch = _SWITCHES.get(service)
    if switch is None:
        return Availability(doubt=f"{service} is not a login service that Mattermost is known to have")
    if _lacks_licence(client.server, service):
        return Availability(
            f"{service} needs a licence, which this server does not have",
            f"Install a licence, and set {switch.setting} to true on the server",
        )
    is_on = client.setting(switch.client_setting)
    if is_on is None:
        return Availability(doubt=f"the server does not tell whether {service} is switched on ({switch.setting})")
    if is_on:
        return Availability()
    return Availability(
        f"{service} is switched off on this server ({switch.setting}), or its licence does not include it",
        f"Set {switch.setting} to true on the server, and see that {service} works",
    )


def _lacks_licence(server, service) -> bool:
    """Whether the server certainly lacks the licence that a service needs. Of others, only the setting tells."""
    if service == "gitlab":
        return server.has("hides_gitlab") is True
    return service in ("ldap", "saml") and server.has(service) is False


def _password_login(client: ApiClient) -> Availability:
    values = [client.setting(switch.client_setting) for switch in _PASSWORD_SWITCHES]
    names = " and ".join(switch.setting for switch in _PASSWORD_SWITCHES)
    if True in values:
        return Availability()
    if None in values:
        return Availability(doubt=f"the server does not tell whether people log in with passwords ({names})")
    return Availability(
        f"email is switched off on this server ({names} are both false)", "Set one of the two to true on the server"
    )


def warning_of(found: Availability, option: str) -> str:
    """For somebody who goes on all the same; empty if people can log in."""
    if found.obstacle:
        return f"{option}: {found.obstacle}; as long as that is so, nobody can log in with it"
    return found.doubt and f"{option}: {found.doubt}"


def require_available(found: Availability, option: str, consent: bool, operation: str = "") -> list:
    """Warnings for a service that an account is to get. Raises ``InvalidInput`` if nobody can log in with it.

    With consent that is a warning as well.
    """
    if found.obstacle and not consent:
        raise InvalidInput(
            f"{option}: {found.obstacle}", f"{found.remedy}, or prepare for it with allow_unavailable_service: true", operation
        )
    warning = warning_of(found, option)
    return [warning] if warning else []
