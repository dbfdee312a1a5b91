# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How users log in: the login service of an account, ways to another one, and mails for passwords and addresses.

``AuthService`` looks at the server. What follows from that is planned by the modules ``auth_account``, ``auth_mail`` and
``auth_migration_plan``.
"""

from __future__ import annotations

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput
from ansible_collections.mmops.mattermost.plugins.module_utils._api.operations import OPERATIONS
from ansible_collections.mmops.mattermost.plugins.module_utils._api.protocol import ApiClient
from ansible_collections.mmops.mattermost.plugins.module_utils._plan import Service
from ansible_collections.mmops.mattermost.plugins.module_utils._services.account import is_administrator
from ansible_collections.mmops.mattermost.plugins.module_utils._services.auth_account import plan_service, plan_switch
from ansible_collections.mmops.mattermost.plugins.module_utils._services.auth_mail import (
    plan_mail,
    plan_token,
    plan_verification,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._services.auth_migration import TARGETS, preflight
from ansible_collections.mmops.mattermost.plugins.module_utils._services.auth_migration_plan import (
    actual_migrants,
    plan_migration,
    predicted_migrants,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._services.auth_options import check_options, names_a_user
from ansible_collections.mmops.mattermost.plugins.module_utils._services.auth_seen import AuthPlan, Seen
from ansible_collections.mmops.mattermost.plugins.module_utils._services.identity import find_user
from ansible_collections.mmops.mattermost.plugins.module_utils._services.login_service import (
    Availability,
    availability,
    shown_service,
    stored,
)

_PLANNERS = {
    None: plan_service,
    "send_password_reset_email": plan_mail,
    "send_verification_email": plan_mail,
    "switch_account_type": plan_switch,
    "verify_user_email_without_token": plan_verification,
}

#: What to do when nobody knows whether an action that leaves no trace took effect.
_IF_LOST = {
    "migrate_auth_to_ldap": "The server may still be at work: give it time, then run the task in check mode to see who is "
    "left; for many accounts raise timeout",
    "reset_password": "Try to log in with the new password before you run the task again; the token works once",
    "send_password_reset_email": "The e-mail may be on its way: look before you run the task again",
    "send_verification_email": "The e-mail may be on its way: look before you run the task again",
    "switch_account_type": "Look at auth_service of the user before you run the task again",
    "verify_user_email": "The address may be verified by now; the token works once",
}
_IF_LOST["migrate_auth_to_saml"] = _IF_LOST["migrate_auth_to_ldap"]


class AuthService(Service):
    """Brings an account to its login service, or carries out one action."""

    def check(self, declaration: dict) -> list:
        check_options(declaration)
        return []

    def look(self, client: ApiClient, declaration: dict) -> Seen:
        action = declaration["action"]
        if action in TARGETS:
            return _look_at_everybody(client, declaration)
        if names_a_user(action):
            return _look_at(client, declaration, _find_user(client, declaration))
        return Seen({}, client.server, local=client.local)

    def decide(self, declaration: dict, seen: Seen) -> AuthPlan:
        action = declaration["action"]
        if seen.checked:
            plan = plan_migration(declaration, seen.checked, seen.target)
        elif names_a_user(action):
            plan = _plan_account(declaration, seen)
        else:
            plan = plan_token(declaration)
        if action in _IF_LOST:
            plan.if_lost = f"It may have taken effect all the same. {_IF_LOST[action]}."
        plan.looks_again = not plan.if_lost
        plan.heading = plan.predicted["username"] if plan.predicted else ""
        for operation in plan.operations:
            if seen.local and not OPERATIONS[operation].local:
                raise InvalidInput("the local socket does not have this operation", "Use api_url", operation)
        return plan

    def predict(self, plan) -> dict:
        return self._returned(plan, plan.predicted, plan.checked and predicted_migrants(plan.checked))

    def read_back(self, client: ApiClient, plan) -> dict:
        user = plan.predicted
        if user and plan.reads_back:
            # By name: answers by id may be older than the change.
            user = client.get_user_by_username(username=user["username"])
            if user["auth_service"] != plan.predicted["auth_service"]:
                plan.warnings.append(
                    f"auth_service: the server accepted the change, but shows {shown_service(user)} "
                    f"instead of {shown_service(plan.predicted)}"
                )
        migrated = plan.checked and actual_migrants(plan, plan.checked, list(client.pages("get_users")))
        return self._returned(plan, user, migrated)

    @staticmethod
    def _returned(plan, user, migrated) -> dict:
        return {
            "user": user,
            "follow_link": plan.answers.get("switch_account_type", {}).get("follow_link"),
            "preflight": plan.checked and plan.checked.shown(),
            "migrated": migrated,
        }


def _plan_account(declaration: dict, seen: Seen) -> AuthPlan:
    plan = _PLANNERS[declaration["action"]](declaration, seen)
    if plan.changed and seen.user.get("remote_id"):
        raise InvalidInput(
            f"{seen.user['username']} belongs to another server (remote_id), which alone changes the account",
            "Change it on that server, or leave the user out",
        )
    return plan


def _look_at(client: ApiClient, declaration: dict, user: dict) -> Seen:
    """What else the server shows of this account."""
    if _PLANNERS[declaration["action"]] is plan_mail:
        return Seen(user, client.server, local=client.local)
    caller = None if client.local else client.who_am_i()
    if caller and user["id"] == caller["id"] and not (declaration["user_id"] or declaration["username"]):
        # By e-mail the server hides from the caller what it shows by name.
        user = client.get_user_by_username(username=user["username"])
    wanted = declaration["auth_service"] or declaration["new_service"]
    moves = wanted and stored(wanted) != user["auth_service"]
    target = availability(client, wanted) if moves else Availability()
    return Seen(user, client.server, caller, _sees_everybody(caller), target, client.local)


def _look_at_everybody(client: ApiClient, declaration: dict) -> Seen:
    caller = None if client.local else client.who_am_i()
    if not _sees_everybody(caller):
        raise InvalidInput(
            "a migration needs an administrator, who alone sees how others log in",
            "Use the token of a system administrator",
            declaration["action"],
        )
    users = list({user["id"]: user for user in client.pages("get_users")}.values())
    checked = preflight(users, declaration, caller["id"] if caller else None)
    target = availability(client, TARGETS[declaration["action"]])
    return Seen({}, client.server, caller, True, target, client.local, checked)


def _sees_everybody(caller: dict | None) -> bool:
    """Whether the caller sees how others log in. Without an account, on the local socket, everybody does."""
    return caller is None or is_administrator(caller)


def _find_user(client: ApiClient, declaration) -> dict:
    user = find_user(client, declaration)
    if user is None:
        # The server accepts many of these requests for nobody, and does nothing.
        who = next(declaration[name] for name in ("user_id", "username", "email") if declaration[name])
        raise InvalidInput(f"there is no user {who}", "Check username, user_id or email")
    return user
