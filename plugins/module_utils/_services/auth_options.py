# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of each action around the login service of accounts, and the values that no server takes."""

from __future__ import annotations

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput
from ansible_collections.mmops.mattermost.plugins.module_utils._services.account import EMAIL
from ansible_collections.mmops.mattermost.plugins.module_utils._services.auth_migration import SOURCES, TARGETS
from ansible_collections.mmops.mattermost.plugins.module_utils._services.identity import WHO_OPTIONS

LONGEST_AUTH_DATA = 128
TOKEN_LENGTH = 64

_CONSENTS = ("allow_own_account", "allow_unavailable_service")

#: The options that each action uses; ``None`` is a declared ``auth_service``.
_USES: dict = {
    None: (*WHO_OPTIONS, "auth_service", "auth_data", "new_password", "update_unknown", *_CONSENTS),
    "migrate_auth_to_ldap": ("current_service", "match_field", "ldap_entries", "force", "allow_own_account"),
    "migrate_auth_to_saml": ("current_service", "matches", "auto", "force", "allow_own_account"),
    "reset_password": ("token", "new_password"),
    "send_password_reset_email": tuple(WHO_OPTIONS),
    "send_verification_email": tuple(WHO_OPTIONS),
    "switch_account_type": (
        *WHO_OPTIONS,
        *("current_service", "new_service", "password", "new_password", "ldap_id", "mfa_code", "allow_unavailable_service"),
    ),
    "verify_user_email": ("token",),
    "verify_user_email_without_token": tuple(WHO_OPTIONS),
}
ACTIONS = tuple(action for action in _USES if action)


def names_a_user(action: str | None) -> bool:
    """Whether the action is about one account, which the options name."""
    return "username" in _USES[action]


def mail_to(username: str, action: str) -> dict:
    """The declaration of an action that sends an e-mail to a user."""
    return {**dict.fromkeys(name for names in _USES.values() for name in names), "username": username, "action": action}


def check_options(declaration: dict) -> None:
    """Raises ``InvalidInput`` for options that the action does not use, and for values that no server takes."""
    _check_use(declaration)
    _check_values(declaration)
    if declaration["action"] in TARGETS:
        _check_migration(declaration)


def _check_use(declaration):
    action = declaration["action"]
    for name, value in declaration.items():
        if name == "action" or value is None or value is False:
            continue
        if name not in _USES[action]:
            where = f"with action: {action}" if action else "without action"
            raise InvalidInput(f"{name} has no meaning {where}", "Leave it out")
        if value == "":
            raise InvalidInput(f"{name} is empty", "Leave it out, or give a value")


def _check_values(declaration):
    service, auth_data, token = declaration["auth_service"], declaration["auth_data"], declaration["token"]
    if auth_data and len(auth_data) > LONGEST_AUTH_DATA:
        raise InvalidInput(f"auth_data has {len(auth_data)} characters", f"Use at most {LONGEST_AUTH_DATA}")
    if service == EMAIL and auth_data:
        raise InvalidInput("auth_data belongs to a login service, and email is not one", "Leave it out")
    if service not in (None, EMAIL) and declaration["new_password"]:
        raise InvalidInput(f"new_password: an account of {service} has no password on the server", "Leave it out")
    if token and len(token) != TOKEN_LENGTH:
        raise InvalidInput(
            f"token has {len(token)} characters", f"Give the {TOKEN_LENGTH} characters from the link in the e-mail"
        )


def _check_migration(declaration):
    action, current = declaration["action"], declaration["current_service"]
    target = TARGETS[action]
    if current == target or current not in SOURCES:
        raise InvalidInput(
            f"current_service: the server does not migrate from {current} to {target}",
            f"Use one of {', '.join(service for service in SOURCES if service != target)}",
        )
    if target == "saml" and (declaration["matches"] is None) != declaration["auto"]:
        raise InvalidInput("a migration to SAML needs either matches or auto: true", "Give one of the two", action)
