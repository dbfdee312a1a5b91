# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How users log in: the login service of an account, ways to another one, and mails for passwords and addresses.

Each ``plan_...`` function is a pure function of a declaration and an ``Observation``. ``AuthService`` makes the
observation.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput, MattermostError
from ansible_collections.mmops.mattermost.plugins.module_utils._api.operations import OPERATIONS
from ansible_collections.mmops.mattermost.plugins.module_utils._plan import HIDDEN, Plan, Service
from ansible_collections.mmops.mattermost.plugins.module_utils._services.auth_migration import (
    ADMINISTRATOR,
    EMAIL,
    SOURCES,
    TARGETS,
    MigrationRefused,
    Preflight,
    preflight,
    shown_service,
    stored,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._services.identity import WHO_OPTIONS, find_user

LDAP = "ldap"

#: Services with a login page of their own, where the user has to confirm a switch.
SINGLE_SIGN_ON = ("saml", "gitlab", "google", "office365", "openid")

SERVICES = (EMAIL, LDAP, *SINGLE_SIGN_ON)

LONGEST_AUTH_DATA = 128
TOKEN_LENGTH = 64

#: The options that each action uses; ``None`` is a declared ``auth_service``.
_USES: dict = {
    None: (*WHO_OPTIONS, "auth_service", "auth_data", "new_password", "update_unknown", "allow_own_account"),
    "migrate_auth_to_ldap": ("current_service", "match_field", "ldap_entries", "force", "allow_own_account"),
    "migrate_auth_to_saml": ("current_service", "matches", "auto", "force", "allow_own_account"),
    "reset_password": ("token", "new_password"),
    "send_password_reset_email": tuple(WHO_OPTIONS),
    "send_verification_email": tuple(WHO_OPTIONS),
    "switch_account_type": (*WHO_OPTIONS, "current_service", "new_service", "password", "new_password", "ldap_id", "mfa_code"),
    "verify_user_email": ("token",),
    "verify_user_email_without_token": tuple(WHO_OPTIONS),
}
ACTIONS = tuple(action for action in _USES if action)

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


@dataclass
class Observation:
    """What is known before a plan for one account is made.

    ``caller_id`` is ``None`` on the local socket. ``is_administrator``: the caller sees the login service of others.
    ``licensed``: whether the server has a licence, ``None`` if it does not tell.
    """

    user: dict
    caller_id: str | None = None
    is_administrator: bool = False
    licensed: bool | None = None

    @property
    def is_caller(self) -> bool:
        return self.user["id"] == self.caller_id

    @property
    def sees_service(self) -> bool:
        """Whether ``auth_service`` is what the account has. From others the server hides it as an empty string."""
        return self.is_administrator or self.is_caller or bool(self.user["auth_service"])


@dataclass
class AuthPlan(Plan):
    """``predicted`` is the user, if one is meant. ``if_lost``: the way out when an answer is lost that cannot be found again.

    ``reads_back``: whether the account is read afterwards. ``checked`` is the preflight of a migration.
    """

    if_lost: str = ""
    reads_back: bool = True
    checked: Preflight | None = field(default=None, repr=False)

    def execute(self, client) -> None:
        try:
            super().execute(client)
        except MattermostError as error:
            if error.outcome_unknown and self.if_lost:
                error.remedy = self.if_lost
            raise


class AuthService(Service):
    """Brings an account to its login service, or carries out one action."""

    def plan(self, client, declaration: dict) -> Plan:
        check_options(declaration)
        action = declaration["action"]
        if action in TARGETS:
            plan = self._plan_migration(client, declaration)
        elif "username" in _USES[action]:
            plan = _PLANNERS[action](declaration, self._observe(client, declaration, _find_user(client, declaration)))
        else:
            plan = plan_token(declaration)
        plan.if_lost = _IF_LOST.get(action, "")
        plan.looks_again = not plan.if_lost
        plan.heading = plan.predicted["username"] if plan.predicted else ""
        for operation in plan.operations:
            if client.transport.local and not OPERATIONS[operation].local:
                raise InvalidInput("the local socket does not have this operation", "Use api_url", operation)
        return plan

    def predict(self, plan) -> dict:
        return self._returned(plan, plan.predicted, plan.checked and _predicted_migrants(plan.checked))

    def read_back(self, client, plan) -> dict:
        user = plan.predicted
        if user and plan.reads_back:
            # By name: answers by id may be older than the change.
            user = client.get_user_by_username(username=user["username"])
            if user["auth_service"] != plan.predicted["auth_service"]:
                plan.warnings.append(
                    f"auth_service: the server accepted the change, but shows {shown_service(user)} "
                    f"instead of {shown_service(plan.predicted)}"
                )
        return self._returned(plan, user, plan.checked and self._migrants(client, plan))

    @staticmethod
    def _returned(plan, user, migrated) -> dict:
        return {
            "user": user,
            "follow_link": plan.answers.get("switch_account_type", {}).get("follow_link"),
            "preflight": plan.checked and plan.checked.shown(),
            "migrated": migrated,
        }

    @staticmethod
    def _caller(client) -> tuple:
        """Id of the caller, and whether it is an administrator. Whoever may open the local socket is one."""
        if client.transport.local:
            return None, True
        caller = client.who_am_i()
        return caller["id"], ADMINISTRATOR in caller["roles"].split()

    def _observe(self, client, declaration, user) -> Observation:
        if _PLANNERS[declaration["action"]] is plan_mail:
            return Observation(user)
        caller_id, is_administrator = self._caller(client)
        if user["id"] == caller_id and "notify_props" not in user:
            # By e-mail the server hides from the caller what it shows by name.
            user = client.get_user_by_username(username=user["username"])
        return Observation(user, caller_id, is_administrator, client.server.licensed)

    def _plan_migration(self, client, declaration) -> AuthPlan:
        caller_id, is_administrator = self._caller(client)
        if not is_administrator:
            raise InvalidInput(
                "a migration needs an administrator, who alone sees how others log in",
                "Use the token of a system administrator",
                declaration["action"],
            )
        users = list({user["id"]: user for user in client.pages("get_users")}.values())
        return plan_migration(declaration, preflight(users, declaration, caller_id), client.server.licensed)

    @staticmethod
    def _migrants(client, plan) -> list:
        """Names of the accounts that have the target service now and had not before."""
        service = next(target for action, target in TARGETS.items() if action in plan.operations)
        now = {user["id"] for user in client.pages("get_users") if user["auth_service"] == service}
        expected = {user["id"]: user["username"] for user, _unused in plan.checked.matching}
        others = {user["id"]: user["username"] for user in plan.checked.untouched}
        # By the names that they had: a migration to SAML changes them.
        migrated = sorted(name for user_id, name in expected.items() if user_id in now)
        missing = sorted(set(expected.values()) - set(migrated))
        surplus = sorted(name for user_id, name in others.items() if user_id in now)
        if missing and (plan.checked.certain or not migrated):
            plan.warnings.append(f"{len(missing)} of {len(expected)} accounts did not migrate: {_some(missing)}")
        if surplus:
            plan.warnings.append(f"accounts that the preflight left out migrated as well: {_some(surplus)}")
        return sorted([*migrated, *surplus])


def _find_user(client, declaration) -> dict:
    user = find_user(client, declaration)
    if user is None:
        # The server accepts many of these requests for nobody, and does nothing.
        who = next(declaration[name] for name in ("user_id", "username", "email") if declaration[name])
        raise InvalidInput(f"there is no user {who}", "Check username, user_id or email")
    return user


def check_options(declaration: dict) -> None:
    """Raises ``InvalidInput`` for options that the action does not use, and for values that no server takes."""
    action = declaration["action"]
    for name, value in declaration.items():
        if name == "action" or value is None or value is False:
            continue
        if name not in _USES[action]:
            where = f"with action: {action}" if action else "without action"
            raise InvalidInput(f"{name} has no meaning {where}", "Leave it out")
        if value == "":
            raise InvalidInput(f"{name} is empty", "Leave it out, or give a value")
    if declaration["auth_data"] and len(declaration["auth_data"]) > LONGEST_AUTH_DATA:
        raise InvalidInput(f"auth_data has {len(declaration['auth_data'])} characters", f"Use at most {LONGEST_AUTH_DATA}")
    if declaration["auth_service"] == EMAIL and declaration["auth_data"]:
        raise InvalidInput("auth_data belongs to a login service, and email is none", "Leave it out")
    if declaration["auth_service"] not in (None, EMAIL) and declaration["new_password"]:
        raise InvalidInput(
            f"new_password: an account of {declaration['auth_service']} has no password on the server", "Leave it out"
        )
    token = declaration["token"]
    if token and len(token) != TOKEN_LENGTH:
        raise InvalidInput(
            f"token has {len(token)} characters", f"Give the {TOKEN_LENGTH} characters from the link in the e-mail"
        )
    if action in TARGETS:
        current, target = declaration["current_service"], TARGETS[action]
        if current == target or current not in SOURCES:
            raise InvalidInput(
                f"current_service: the server does not migrate from {current} to {target}",
                f"Use one of {', '.join(service for service in SOURCES if service != target)}",
            )
        if target == "saml" and (declaration["matches"] is None) != declaration["auto"]:
            raise InvalidInput("a migration to SAML needs either matches or auto: true", "Give one of the two", action)


# -- the login service of one account ------------------------------------------------------------------------------


def plan_service(declaration: dict, seen: Observation) -> AuthPlan:
    """From the service that an account has to the declared one."""
    user, wanted = seen.user, declaration["auth_service"]
    name = user["username"]
    if not seen.sees_service:
        raise InvalidInput(
            f"auth_service: the caller may not see how {name} logs in", "Use the token of a system administrator"
        )
    plan = AuthPlan(predicted={**user, "auth_service": stored(wanted)})
    same = user["auth_service"] == stored(wanted)
    if same and declaration["auth_data"] and not declaration["update_unknown"]:
        plan.unknown.append("auth_data")
    if same and not (declaration["auth_data"] and declaration["update_unknown"]):
        return plan
    if user.get("is_bot"):
        raise InvalidInput(f"auth_service: {name} is a bot, which does not log in", "Give it a personal access token")
    if not same:
        plan.note("auth_service", shown_service(user), wanted)
    if wanted == EMAIL:
        _set_password(declaration, seen, plan)
        return plan
    if not declaration["auth_data"]:
        raise InvalidInput(
            f"auth_data: {name} logs in with {shown_service(user)}, and the way to {wanted} needs auth_data",
            f"Give the identity of the user in {wanted}",
        )
    if seen.is_caller and not declaration["allow_own_account"]:
        raise InvalidInput(
            f"auth_service: {name} is the caller, whose password would be gone, and who is locked out if {wanted} fails",
            "Use the token of another administrator, or allow it with allow_own_account: true",
        )
    plan.add("update_user_auth", user_id=user["id"], auth_service=wanted, auth_data=declaration["auth_data"])
    plan.note("auth_data", HIDDEN if user["auth_service"] else None, declaration["auth_data"])
    return plan


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


# -- the user's own way to another service -------------------------------------------------------------------------


def plan_switch(declaration: dict, seen: Observation) -> AuthPlan:
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
    for name in ("password", "new_password", "ldap_id", "mfa_code"):
        if name in needed and not declaration[name]:
            raise InvalidInput(f"{name} is missing for the switch from {current} to {new}", f"It needs {' and '.join(needed)}")
        if declaration[name] and name not in (*needed, *useful):
            raise InvalidInput(f"{name} has no meaning for the switch from {current} to {new}", "Leave it out")
    if LDAP in (current, new) and seen.licensed is False:
        # The server would end all sessions of the user first, and refuse then.
        raise InvalidInput("the server has no licence, which LDAP needs", "Install a licence with LDAP", "switch_account_type")
    if current in SINGLE_SIGN_ON and not seen.is_caller:
        raise InvalidInput(
            f"the server lets {user['username']} alone switch from {current} to email",
            "Use a token of that user, or set a password as administrator with auth_service: email",
            "switch_account_type",
        )
    email = _address(declaration, user)
    given = {name: declaration[name] for name in (*needed, *useful) if declaration[name]}
    plan = AuthPlan(predicted=user)
    plan.add("switch_account_type", current_service=current, new_service=new, email=email, **given)
    if new in SINGLE_SIGN_ON:
        plan.note("follow_link", None, HIDDEN)
    else:
        plan.note("auth_service", current, new)
        plan.predicted = {**user, "auth_service": stored(new)}
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


# -- passwords and addresses ---------------------------------------------------------------------------------------


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


def plan_mail(declaration: dict, seen: Observation) -> AuthPlan:
    """Send a mail with a token. The server says that all is well for whatever address it gets."""
    action, user = declaration["action"], seen.user
    if user.get("is_bot"):
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
    email = _address(declaration, user)
    plan.add(action, email=email)
    plan.note(action, None, email)
    return plan


def plan_verification(declaration: dict, seen: Observation) -> AuthPlan:
    """Assert that an address belongs to its user. Others than the user do not see whether it is verified already."""
    user = seen.user
    plan = AuthPlan(predicted=user)
    known = "notify_props" in user  # shown with all private fields
    if known and user.get("email_verified"):
        return plan
    plan.add(declaration["action"], user_id=user["id"])
    plan.note("email_verified", False if known else HIDDEN, True)
    if known:
        plan.predicted = {**user, "email_verified": True}
    return plan


def _address(declaration, user) -> str:
    email = user["email"] or declaration["email"]
    if not email:
        raise InvalidInput(f"email: the caller may not see the address of {user['username']}", "Give it in email")
    return email


_PLANNERS = {
    None: plan_service,
    "send_password_reset_email": plan_mail,
    "send_verification_email": plan_mail,
    "switch_account_type": plan_switch,
    "verify_user_email_without_token": plan_verification,
}


# -- all accounts of a service -------------------------------------------------------------------------------------


def plan_migration(declaration: dict, checked: Preflight, licensed: bool | None) -> AuthPlan:
    """A migration of everybody whom the preflight found. Raises ``MigrationRefused`` if it found something against it."""
    action, current = declaration["action"], declaration["current_service"]
    target = TARGETS[action]
    plan = AuthPlan(checked=checked)
    reason, remedy = _objection(declaration, checked, licensed)
    if reason:
        raise MigrationRefused(reason, remedy, action, checked.shown())
    if checked.clashing:
        plan.warnings.append(f"preflight: clashes ({len(checked.clashing)}); the accounts in them are left out")
    if not checked.matching:
        return plan
    if target == LDAP:
        plan.add(action, force=declaration["force"], match_field=declaration["match_field"], **{"from": current})
    else:
        # Never auto: that would take bots along, and whoever came since the preflight.
        plan.add(action, auto=False, matches={user["email"]: name for user, name in checked.matching}, **{"from": current})
    after = target if checked.certain else f"{target}, if it has an entry for {declaration['match_field']}"
    plan.note(
        "auth_service",
        {user["username"]: current for user, _unused in checked.matching},
        {user["username"]: after for user, _unused in checked.matching},
    )
    if not any(_is_administrator(user) for user in (*checked.untouched, *checked.already)):
        plan.warnings.append(
            f"every active administrator may log in with {target} only from now on: keep a personal access "
            "token of one, in case that does not work"
        )
    return plan


def _objection(declaration, checked, licensed) -> tuple:
    """What speaks against a migration, and the way out; empty if nothing does."""
    target = TARGETS[declaration["action"]].upper()
    if licensed is False:
        return (
            f"{target} is not available on this server, which has no licence",
            f"It needs a licence with {target} and {'LdapSettings' if target == 'LDAP' else 'SamlSettings'}.Enable",
        )
    if checked.clashing and not declaration["force"]:
        first = ", ".join(f"{clash_target} ({reason})" for clash_target, _unused, reason in checked.clashing[:5])
        return (
            f"the preflight found clashes ({len(checked.clashing)}), listed in error.preflight.clashing: {first}",
            "Resolve them, or leave those accounts out with force: true",
        )
    if checked.takes_caller and not declaration["allow_own_account"]:
        return (
            f"the migration may take the caller's own account along, which is locked out if {target} does not work",
            "Use the token of an administrator with another login service, or allow it with allow_own_account: true",
        )
    return "", ""


def _is_administrator(user) -> bool:
    return ADMINISTRATOR in user["roles"].split() and not user["delete_at"] and not user.get("is_bot")


def _predicted_migrants(checked: Preflight):
    """Names of the accounts that will migrate, ``None`` if only LDAP knows."""
    if not checked.certain and checked.matching:
        return None
    return sorted(user["username"] for user, _unused in checked.matching)


def _some(names) -> str:
    return ", ".join(names[:10]) + (f" and {len(names) - 10} more" if len(names) > 10 else "")
