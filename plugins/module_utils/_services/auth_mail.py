# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mails with links to set a password or to verify an address, and the use of their tokens. Pure functions."""

from __future__ import annotations

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput
from ansible_collections.mmops.mattermost.plugins.module_utils._plan import HIDDEN
from ansible_collections.mmops.mattermost.plugins.module_utils._services.account import is_bot
from ansible_collections.mmops.mattermost.plugins.module_utils._services.auth_seen import AuthPlan, Seen, address_of
from ansible_collections.mmops.mattermost.plugins.module_utils._services.login_service import shown_service


def plan_token(declaration: dict) -> AuthPlan:
    """Use up the token of a mail. The server tells nobody whose it is."""
    action = declaration["action"]
    plan = AuthPlan()
    if action == "reset_password":
        plan.add(action, token=declaration["token"], new_password=declaration["new_password"])
        plan.note("new_password", HIDDEN, HIDDEN)
    else:
        plan.add(action, token=declaration["token"])
        plan.note("email_verified", HIDDEN, True)
    return plan


def plan_mail(declaration: dict, seen: Seen) -> AuthPlan:
    """Send a mail with a token. The server says that all is well for whatever address it gets."""
    action, user = declaration["action"], seen.user
    if is_bot(user):
        raise InvalidInput(f"{user['username']} is a bot, which reads no e-mail", "Name a user", action)
    if action == "send_password_reset_email" and user["auth_service"]:
        raise InvalidInput(
            f"{user['username']} logs in with {shown_service(user)} and has no password here",
            "Reset the password in that service, or set one with auth_service: email",
            action,
        )
    plan = AuthPlan(predicted=user, reads_back=False)
    if user["delete_at"]:
        plan.warnings.append(f"{user['username']} is deactivated and cannot log in, whatever the e-mail leads to")
    email = address_of(declaration, user)
    plan.add(action, email=email)
    plan.note(action, None, email)
    return plan


def plan_verification(declaration: dict, seen: Seen) -> AuthPlan:
    """Assert that an address belongs to its user. Others than the user do not see whether it is verified already."""
    user = seen.user
    plan = AuthPlan(predicted=user)
    if user.get("email_verified"):
        return plan
    is_known = seen.reveals("email_verified")
    plan.add(declaration["action"], user_id=user["id"])
    plan.note("email_verified", False if is_known else HIDDEN, True)
    if is_known:
        plan.predicted = {**user, "email_verified": True}
    return plan
