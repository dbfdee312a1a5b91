# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way of one account to another login service: set by an administrator, or by its user. Pure functions."""

from __future__ import annotations

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput
from ansible_collections.mmops.mattermost.plugins.module_utils._plan import HIDDEN
from ansible_collections.mmops.mattermost.plugins.module_utils._services.account import EMAIL, is_bot
from ansible_collections.mmops.mattermost.plugins.module_utils._services.auth_seen import AuthPlan, Seen, address_of
from ansible_collections.mmops.mattermost.plugins.module_utils._services.login_service import (
    LDAP,
    SINGLE_SIGN_ON,
    require_available,
    shown_service,
    stored,
)

# -- set by an administrator -----------------------------------------------------------------------------------------


def plan_service(declaration: dict, seen: Seen) -> AuthPlan:
    """From the service that an account has to the declared one."""
    user, wanted = seen.user, declaration["auth_service"]
    if not seen.sees_service:
        raise InvalidInput(
            f"auth_service: the caller may not see how {user['username']} logs in", "Use the token of a system administrator"
        )
    plan = AuthPlan(predicted=dict(user))
    is_same = user["auth_service"] == stored(wanted)
    if is_same and not _sends_identity(declaration, seen, plan):
        return plan
    if is_bot(user):
        raise InvalidInput(
            f"auth_service: {user['username']} is a bot, which does not log in", "Give it a personal access token"
        )
    if not is_same:
        plan.note("auth_service", shown_service(user), wanted)
        plan.predicted["auth_service"] = stored(wanted)
    if wanted == EMAIL:
        _set_password(declaration, seen, plan)
    else:
        _set_identity(declaration, seen, plan)
    if not is_same:
        plan.warnings += require_available(seen.target, "auth_service", declaration["allow_unavailable_service"])
    return plan


def _sends_identity(declaration, seen, plan) -> bool:
    """Whether the identity of an account that has the service already is sent."""
    wanted = declaration["auth_data"]
    if not wanted:
        return False
    if seen.reveals("auth_data"):
        return seen.user.get("auth_data", "") != wanted
    if not declaration["update_unknown"]:
        plan.unknown.append("auth_data")
    return declaration["update_unknown"]


def _set_identity(declaration, seen, plan):
    user, wanted, identity = seen.user, declaration["auth_service"], declaration["auth_data"]
    if not identity:
        raise InvalidInput(
            f"auth_data: {user['username']} logs in with {shown_service(user)}, and the way to {wanted} needs auth_data",
            f"Give the identity of the user in {wanted}",
        )
    if seen.is_caller and not declaration["allow_own_account"]:
        raise InvalidInput(
            f"auth_service: {user['username']} is the caller, whose password would be gone, and who is locked out if "
            f"{wanted} fails",
            "Use the token of another administrator, or allow it with allow_own_account: true",
        )
    plan.add("update_user_auth", user_id=user["id"], auth_service=wanted, auth_data=identity)
    if seen.reveals("auth_data"):
        plan.note("auth_data", user.get("auth_data") or None, identity)
        plan.predicted["auth_data"] = identity
    else:
        plan.note("auth_data", HIDDEN if user["auth_service"] else None, identity)


def _set_password(declaration, seen, plan):
    """A password that an administrator sets is the only way back to e-mail: ``update_user_auth`` has none.

    That operation would even store the word ``email`` as a service, with which nobody can log in.
    """
    user = seen.user
    if not declaration["new_password"]:
        raise InvalidInput(
            f"new_password: {user['username']} logs in with {shown_service(user)}, and the way back to email needs a password",
            "Give one in new_password",
        )
    if seen.is_caller:
        raise InvalidInput(
            f"auth_service: the server takes no password from {user['username']} for itself, as it logs in with "
            f"{shown_service(user)}",
            "Use the token of another administrator, or action: switch_account_type",
        )
    plan.add("update_user_password", user_id=user["id"], new_password=declaration["new_password"])
    plan.note("new_password", None, HIDDEN)
    _forget_identity(seen, plan)


def _forget_identity(seen, plan):
    """An account with a password shows no identity where identities are shown."""
    if seen.reveals("auth_data"):
        plan.predicted.pop("auth_data", None)


# -- by the user -----------------------------------------------------------------------------------------------------


def plan_switch(declaration: dict, seen: Seen) -> AuthPlan:
    """From one service to another with the credentials of the user."""
    user, current, new = seen.user, declaration["current_service"], declaration["new_service"]
    needed, useful = _credentials(current, new)
    if seen.sees_service:
        if user["auth_service"] == stored(new):
            return AuthPlan(predicted=user)
        if user["auth_service"] != stored(current):
            raise InvalidInput(
                f"current_service: {user['username']} logs in with {shown_service(user)}, not {current}",
                "Correct current_service",
            )
    _check_credentials(declaration, needed, useful)
    warnings = _check_switch(declaration, seen)
    email = address_of(declaration, user)
    given = {name: declaration[name] for name in (*needed, *useful) if declaration[name]}
    plan = AuthPlan(predicted=dict(user), warnings=warnings)
    plan.add("switch_account_type", current_service=current, new_service=new, email=email, **given)
    if new in SINGLE_SIGN_ON:
        plan.note("follow_link", None, HIDDEN)
        return plan
    plan.note("auth_service", current, new)
    plan.predicted["auth_service"] = stored(new)
    if new == EMAIL:
        _forget_identity(seen, plan)
    plan.reads_back = not seen.is_caller  # the server has ended the session
    return plan


def _credentials(current, new) -> tuple:
    """What a switch needs, and what it may use."""
    if current == EMAIL and new in SINGLE_SIGN_ON:
        return ("password",), ("mfa_code",)
    if current in SINGLE_SIGN_ON and new == EMAIL:
        return ("new_password",), ()
    if (current, new) == (EMAIL, LDAP):
        return ("password", "ldap_id", "new_password"), ("mfa_code",)
    if (current, new) == (LDAP, EMAIL):
        return ("password", "new_password"), ("ldap_id", "mfa_code")
    raise InvalidInput(
        f"new_service: the server does not switch from {current} to {new}",
        "Switch to email first, or let an administrator declare auth_service",
    )


def _check_credentials(declaration, needed, useful):
    way = f"the switch from {declaration['current_service']} to {declaration['new_service']}"
    for name in ("password", "new_password", "ldap_id", "mfa_code"):
        if name in needed and not declaration[name]:
            raise InvalidInput(f"{name} is missing for {way}", f"It needs {' and '.join(needed)}")
        if declaration[name] and name not in (*needed, *useful):
            raise InvalidInput(f"{name} has no meaning for {way}", "Leave it out")


def _check_switch(declaration, seen) -> list:
    """Refuse what the server would refuse only after it has ended the sessions of the user. Returns warnings."""
    current, new = declaration["current_service"], declaration["new_service"]
    if LDAP in (current, new) and seen.server.has("ldap") is False:
        raise InvalidInput("the server has no licence, which LDAP needs", "Install a licence with LDAP", "switch_account_type")
    if current in SINGLE_SIGN_ON and not seen.is_caller:
        raise InvalidInput(
            f"the server lets {seen.user['username']} alone switch from {current} to email",
            "Use a token of that user, or set a password as administrator with auth_service: email",
            "switch_account_type",
        )
    return require_available(
        seen.target, "new_service", declaration["allow_unavailable_service"], operation="switch_account_type"
    )
