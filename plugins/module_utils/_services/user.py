# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of one user: reads from the server what a plan depends on, and reads the account back afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput
from ansible_collections.mmops.mattermost.plugins.module_utils._api.protocol import ApiClient
from ansible_collections.mmops.mattermost.plugins.module_utils._plan import Plan, Service
from ansible_collections.mmops.mattermost.plugins.module_utils._services.account import (
    has_picture,
    is_administrator,
    is_bot,
    is_guest,
    other_administrators,
    stops_administrating,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._services.bot import bot_of, owner_id_of
from ansible_collections.mmops.mattermost.plugins.module_utils._services.identity import find_by_id
from ansible_collections.mmops.mattermost.plugins.module_utils._services.login_service import availability, warning_of
from ansible_collections.mmops.mattermost.plugins.module_utils._services.lookup import active_administrators
from ansible_collections.mmops.mattermost.plugins.module_utils._services.system_roles import check_roles, unknown_roles
from ansible_collections.mmops.mattermost.plugins.module_utils._services.user_fields import DEFAULT_PICTURE, check_declaration
from ansible_collections.mmops.mattermost.plugins.module_utils._services.user_limit import (
    effect_on_seats,
    limit_of_users,
    takes_a_seat,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._services.user_memberships import (
    add_memberships,
    declares_teams,
    look_at_teams,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._services.user_plan import deviations, plan_user
from ansible_collections.mmops.mattermost.plugins.module_utils._services.user_seen import Seen

if TYPE_CHECKING:
    from ansible_collections.mmops.mattermost.plugins.module_utils._services.picture import Picture

#: For each option whose field not everybody sees, that field.
_FIELD_OF = {"email_verified": "email_verified", "notify_props": "notify_props", "unlock": "failed_attempts"}


class UserService(Service):
    """Reads what a plan for one user depends on, and reads the account back afterwards."""

    def check(self, declaration: dict) -> list:
        return check_declaration(declaration)

    def decide(self, declaration: dict, seen: Seen) -> Plan:
        plan = plan_user(declaration, seen)
        if seen.user is None and declaration["state"] != "present":
            plan.warnings[:0] = missing_account(declaration, declaration["missing"])
        if seen.teams is not None:
            add_memberships(declaration, seen.user, seen.teams, plan)
        plan.heading = (seen.user or declaration)["username"] or ""
        _keep_an_administrator(seen)
        if seen.user_limit:
            seen.user_limit.check([seen.effect_on_seats])
        return plan

    def predict(self, plan: Plan) -> dict:
        return {"user": plan.predicted}

    def read_back(self, client: ApiClient, plan: Plan) -> dict:
        if plan.predicted is None:
            return {"user": None}
        # By name: an answer by id may be older than a change of roles, bot or authentication.
        user = client.get_user_by_username(username=plan.predicted["username"])
        plan.warnings += deviations(plan, user)
        return {"user": user}

    @staticmethod
    def glance(client: ApiClient, user: dict | None) -> Seen:
        """What is seen without any request."""
        return Seen(user, client.server, None if client.local else client.caller, client.local)

    def look(self, client: ApiClient, declaration: dict) -> Seen:
        check_roles(declaration["roles"], unknown_roles(client, declaration["roles"] or ()))
        seen = self.look_at(client, declaration, self.find(client, declaration))
        user, plan = seen.user, plan_user(declaration, seen)
        if user and is_administrator(user) and stops_administrating(user, plan.predicted):
            seen.administrators = active_administrators(client)
        seen.effect_on_seats = effect_on_seats(user, plan.predicted) if plan.changed else ""
        if takes_a_seat(seen.effect_on_seats) and client.server.has("limits_active_users"):
            seen.user_limit = limit_of_users(client)
        if declares_teams(declaration):
            seen.teams = look_at_teams(client, declaration, user, plan.predicted)
        return seen

    def look_at(self, client: ApiClient, declaration: dict, user: dict | None) -> Seen:
        """What else the server shows of this account. A login is sent if the password is to be proved."""
        if not needs_a_look(client, declaration, user):
            return self.glance(client, user)
        if user and not client.local and _depends_on_caller(client, declaration, user):
            caller = client.who_am_i()
            if caller["id"] == user["id"] and not declaration["username"]:
                # By address the server hides from users what it shows them by name.
                user = client.get_user_by_username(username=user["username"])
        seen = self.glance(client, user)
        self._look_at_bot(client, declaration, seen)
        if _becomes_guest(declaration, user):
            seen.no_guests = _why_no_guests(client)
        if _gets_a_service(declaration, user):
            seen.login_warning = warning_of(availability(client, declaration["auth_service"]), "auth_service")
        if user is None or declaration["state"] == "absent":
            seen.picture = self._picture(declaration)
            return seen
        if _differs(declaration["email"], user["email"]):
            seen.email_holder = client.find("get_user_by_email", email=declaration["email"])
            seen.confirms_addresses = client.setting("RequireEmailVerification")
        # Found by e-mail, the name was looked for before and is free.
        if declaration["user_id"] and _differs(declaration["username"], user["username"]):
            seen.username_holder = client.find("get_user_by_username", username=declaration["username"])
        if declaration["password"] and declaration["update_password"] == "when_different":  # noqa: S105  the name of a policy
            self._prove_password(client, declaration, seen)
        self._compare_picture(client, declaration, seen)
        return seen

    @staticmethod
    def find(client: ApiClient, declaration) -> dict | None:
        """The account that the declaration names."""
        if declaration["user_id"]:
            return find_by_id(client, declaration["user_id"])
        if declaration["username"]:
            user = client.find("get_user_by_username", username=declaration["username"])
            # Only a present account is renamed: whoever is to go must be named exactly.
            if user or not declaration["email"] or declaration["state"] != "present":
                return user
        return client.find("get_user_by_email", email=declaration["email"])

    @staticmethod
    def _look_at_bot(client: ApiClient, declaration, seen):
        """The owner that a bot has, and the one that it is to have."""
        user = seen.user
        if user and is_bot(user):
            seen.bot = bot_of(client, user["id"])
        if declaration["bot_owner"]:
            seen.bot_owner_id = owner_id_of(client, "bot_owner", declaration["bot_owner"], seen.bot)
        elif not client.local:
            seen.bot_owner_id = client.who_am_i()["id"] if _concerns_bot(declaration, user) else None

    @staticmethod
    def _prove_password(client: ApiClient, declaration, seen):
        """One login. It counts towards the lock-out when it fails."""
        if seen.user["auth_service"]:
            seen.password_differs = True  # there is no password yet
            return
        proved, seen.password_hint = client.proves(seen.user["id"], declaration["password"])
        seen.password_differs = None if proved is None else not proved

    @staticmethod
    def _picture(declaration) -> Picture | None:
        path = declaration["image"]
        if not path or path == DEFAULT_PICTURE:
            return None
        # Here, because Pillow takes longer to import than most tasks run.
        from ansible_collections.mmops.mattermost.plugins.module_utils._services.picture import Picture  # noqa: PLC0415

        return Picture.read(path)

    def _compare_picture(self, client: ApiClient, declaration, seen):
        if declaration["image"] is None:
            return
        has_own = has_picture(seen.user)
        if declaration["image"] == DEFAULT_PICTURE:
            seen.picture_differs = has_own
            return
        seen.picture = self._picture(declaration)
        seen.picture_differs = not has_own or not seen.picture.shows_the_same_as(
            client.get_profile_image(user_id=seen.user["id"])
        )


def _keep_an_administrator(seen: Seen) -> None:
    """The server guards only the role of the last administrator, and only newer ones do."""
    if seen.user and seen.administrators is not None and not other_administrators(seen.administrators, [seen.user]):
        raise InvalidInput(
            f"{seen.user['username']} is the last administrator, and no other would be left",
            "Make somebody else an administrator first",
        )


def missing_account(declaration: dict, policy: str) -> list:
    """What to say of an account that is to go and does not exist. Raises ``InvalidInput`` if that is a failure."""
    option = next(name for name in ("user_id", "username", "email") if declaration[name])
    text = f"{option}: there is no account {declaration[option]} that could become {declaration['state']}"
    if policy == "fail":
        raise InvalidInput(text, "Correct the name, or take it out")
    return [f"{text}; is that a typo?"] if policy == "warn" else []


def needs_a_look(client: ApiClient, declaration: dict, user: dict | None) -> bool:
    """Whether the plan depends on more than the account itself, so that further requests are needed."""
    if declaration["image"] or _becomes_guest(declaration, user) or _concerns_bot(declaration, user):
        return True
    if _gets_a_service(declaration, user):
        return True
    return user is not None and bool(
        _differs(declaration["email"], user["email"])
        or (declaration["user_id"] and _differs(declaration["username"], user["username"]))
        or _depends_on_caller(client, declaration, user)
    )


def _gets_a_service(declaration, user) -> bool:
    """Whether an account is created that logs in with a service, not with a password of the server."""
    return user is None and bool(declaration["auth_service"]) and declaration["state"] != "absent"


def _becomes_guest(declaration, user) -> bool:
    if not declaration["guest"] or declaration["state"] == "absent":
        return False
    return user is None or not is_guest(user)


def _concerns_bot(declaration, user) -> bool:
    """Whether a bot is made, is to have an owner, or is switched off."""
    bot = bool(user and is_bot(user))
    if declaration["bot"]:
        return bot or declaration["state"] != "absent"
    return bot and (declaration["bot_owner"] is not None or declaration["state"] != "present")


def _why_no_guests(client: ApiClient) -> str:
    if client.server.has("guests") is False:
        return "guests need a licence, which this server does not have"
    if client.setting("EnableGuestAccounts") is False:
        return "guest accounts are switched off on the server (GuestAccountsSettings.Enable)"
    return ""


def _depends_on_caller(client: ApiClient, declaration, user) -> bool:
    """Whether it matters for the plan that the account is the caller's own."""
    sets_password = declaration["password"] and declaration["update_password"] != "on_create"  # noqa: S105  the name of a policy
    if sets_password or declaration["terms_of_service"] or _differs(declaration["email"], user["email"]):
        return True
    hidden = [field for option, field in _FIELD_OF.items() if declaration[option] is not None]
    return any(client.server.depends_on_caller(field, user) for field in hidden)


def _differs(wanted, current) -> bool:
    return wanted is not None and wanted != current
