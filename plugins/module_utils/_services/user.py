# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of one user: what is declared, what the server shows, and the plan between the two.

``plan_user`` is a pure function of a declaration and an ``Observation``. ``UserService`` makes the observation.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput, RequestRejected
from ansible_collections.mmops.mattermost.plugins.module_utils._plan import Plan, Service, answer_of
from ansible_collections.mmops.mattermost.plugins.module_utils._services.identity import find_by_id
from ansible_collections.mmops.mattermost.plugins.module_utils._services.user_fields import (
    DEFAULT_MAPS,
    DEFAULT_PICTURE,
    MAPS,
    TEXTS,
    check_declaration,
    merge,
)

if TYPE_CHECKING:
    from ansible_collections.mmops.mattermost.plugins.module_utils._services.picture import Picture

#: What the result shows in place of a secret in a diff.
HIDDEN = "(not shown)"

GUEST = "system_guest"


@dataclass
class Observation:
    """What is known of the server before the plan is made.

    ``user`` is the account as an administrator sees it, or ``None``. ``is_caller``: the account is the caller's own;
    ``None`` when nothing depends on it. ``password_differs`` and ``picture_differs`` are ``None`` when they are not
    known. ``username_holder`` and ``email_holder`` are other accounts that have what is declared.
    """

    user: dict | None
    is_caller: bool | None = None
    password_differs: bool | None = None
    password_hint: str = ""
    picture: Picture | None = None
    picture_differs: bool | None = None
    username_holder: dict | None = None
    email_holder: dict | None = None
    local: bool = False


class UserService(Service):
    """Reads what a plan for one user depends on, and reads the account back afterwards."""

    def plan(self, client, declaration: dict) -> Plan:
        check_declaration(declaration)
        user = self.find(client, declaration)
        return plan_user(declaration, self.observe(client, declaration, user))

    def predict(self, plan: Plan) -> dict:
        return {"user": plan.predicted}

    def read_back(self, client, plan: Plan) -> dict:
        if plan.predicted is None:
            return {"user": None}
        # By name: an answer by id may be older than a change of roles, bot or authentication.
        user = client.get_user_by_username(username=plan.predicted["username"])
        plan.warnings += deviations(plan, user)
        return {"user": user}

    def observe(self, client, declaration: dict, user: dict | None) -> Observation:
        """What else the server shows of this account. A login is sent if the password is to be proved."""
        observation = Observation(user, local=client.transport.local)
        if user is None or declaration["state"] == "absent":
            observation.picture = self._picture(declaration)
            return observation
        if _differs(declaration["email"], user["email"]):
            observation.email_holder = client.find("get_user_by_email", email=declaration["email"])
        # Found by e-mail, the name was looked for before and is free.
        if declaration["user_id"] and _differs(declaration["username"], user["username"]):
            observation.username_holder = client.find("get_user_by_username", username=declaration["username"])
        if self._depends_on_caller(declaration, user) and not observation.local:
            observation.is_caller = client.who_am_i()["id"] == user["id"]
        if declaration["password"] and declaration["update_password"] == "when_different":  # noqa: S105  likewise
            self._prove_password(client, declaration, observation)
        self._compare_picture(client, declaration, observation)
        return observation

    @staticmethod
    def find(client, declaration) -> dict | None:
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
    def _depends_on_caller(declaration, user) -> bool:
        sets_password = declaration["password"] and declaration["update_password"] != "on_create"  # noqa: S105  the name of a policy
        return bool(sets_password or declaration["terms_of_service"] or _differs(declaration["email"], user["email"]))

    @staticmethod
    def _prove_password(client, declaration, observation):
        """One login. It counts towards the lockout when it fails."""
        user = observation.user
        if user["auth_service"]:
            observation.password_differs = True  # there is no password yet
            return
        try:
            answer = client.call("login", {"id": user["id"], "password": declaration["password"]}, token=None)
        except RequestRejected as error:
            observation.password_differs = _PASSWORD_VERDICTS.get(error.error_id)
            if observation.password_differs is None:
                observation.password_hint = error.reason
            return
        client.call("logout", {}, token=answer.headers.get("Token"))
        observation.password_differs = False

    @staticmethod
    def _picture(declaration) -> Picture | None:
        path = declaration["image"]
        if not path or path == DEFAULT_PICTURE:
            return None
        # Here, because Pillow takes longer to import than most tasks run.
        from ansible_collections.mmops.mattermost.plugins.module_utils._services.picture import Picture  # noqa: PLC0415

        return Picture.read(path)

    def _compare_picture(self, client, declaration, observation):
        if declaration["image"] is None:
            return
        has_own = bool(observation.user.get("last_picture_update"))
        if declaration["image"] == DEFAULT_PICTURE:
            observation.picture_differs = has_own
            return
        observation.picture = self._picture(declaration)
        observation.picture_differs = not has_own or not observation.picture.shows_the_same_as(
            client.get_profile_image(user_id=observation.user["id"])
        )


#: What a refused login tells of the password. Other refusals come before the password is looked at.
_PASSWORD_VERDICTS = {
    "api.user.login.invalid_credentials_email_username": True,
    "api.user.login.invalid_credentials_email": True,
    "api.user.login.invalid_credentials_username": True,
    # A wrong password is reported before a missing code or address verification.
    "mfa.validate_token.authenticate.app_error": False,
    "api.user.login.not_verified.app_error": False,
}


def plan_user(declaration: dict, seen: Observation) -> Plan:
    """The plan for one user. Raises ``InvalidInput`` for what cannot be carried out."""
    state, user = declaration["state"], seen.user
    if user is None:
        return _plan_creation(declaration, seen) if state == "present" else Plan()
    if state == "absent":
        return _plan_deletion(declaration, user)
    return _Update(declaration, seen).plan


def plainly_as_declared(declaration: dict, user: dict) -> bool:
    """Whether nothing but plain fields is declared, and all of them match, so that the plan would be empty.

    A short cut for rosters: it is the case of most users in most runs, and takes a fraction of the time of a plan.
    """
    if declaration["state"] != "present" or user["delete_at"]:
        return False
    for name in _ASK_FOR_A_CLOSER_LOOK:
        if declaration[name] is not None:
            return False
    for name in _PLAIN:
        if declaration[name] is not None and declaration[name] != user[name]:
            return False
    if declaration["password"] and declaration["update_password"] != "on_create":  # noqa: S105  the name of a policy
        return False
    return declaration["roles"] is None or set(declaration["roles"]) == set(user["roles"].split())


_PLAIN = ("username", "email", *TEXTS)
_ASK_FOR_A_CLOSER_LOOK = ("guest", "bot", "auth_service", "email_verified", "image", "terms_of_service", *MAPS)


# -- creation ------------------------------------------------------------------------------------------------------


def _plan_creation(declaration, seen) -> Plan:
    if declaration["user_id"]:
        raise InvalidInput(
            f"user_id: there is no user with the id {declaration['user_id']}",
            "The server chooses the id of a new user: declare username instead",
        )
    bot = bool(declaration["bot"])
    username = declaration["username"]
    if not username:
        raise InvalidInput(f"email: no user has the address {declaration['email']}, and creating one needs username")
    # What the server gives to bots of its own.
    email = declaration["email"] or (f"{username}@localhost" if bot else None)
    if not email:
        raise InvalidInput(f"email: creating the user {username} needs an e-mail address")
    body: dict[str, Any] = {"username": username, "email": email}
    if declaration["auth_service"] or declaration["auth_data"]:
        if declaration["password"] and declaration["auth_data"]:
            raise InvalidInput("password and auth_data exclude each other when a user is created")
        body.update(_given(declaration, "auth_service", "auth_data", "password"))
    elif declaration["password"]:
        body["password"] = declaration["password"]
    elif bot:
        body["password"] = unknown_password()  # a bot cannot log in with it
    else:
        raise InvalidInput(f"password: creating the user {username} needs a password, or auth_service and auth_data")
    body.update(_given(declaration, *TEXTS))
    for name in MAPS:
        if declaration[name] is not None:
            value = merge(DEFAULT_MAPS[name], declaration[name], name in declaration["exact"])
            if value:
                body[name] = value
    if declaration["email_verified"] is not None:
        body["email_verified"] = declaration["email_verified"]

    plan = Plan()
    plan.add("create_user", **body)
    plan.note("state", "absent", "present")
    for name, value in body.items():
        plan.after[name] = HIDDEN if name == "password" else value
    plan.predicted = _predict_new(body)
    user_id = answer_of("create_user", "id")

    roles = _desired_roles(declaration)
    if declaration["guest"]:
        plan.add("demote_user_to_guest", user_id=user_id)
        roles = {GUEST}
    elif roles and roles != {"system_user"}:
        plan.add("update_user_roles", user_id=user_id, roles=_roles_text(roles))
    if roles and roles != {"system_user"}:
        plan.after["roles"] = sorted(roles)
        plan.predicted["roles"] = _roles_text(roles)
    if declaration["terms_of_service"]:
        raise _terms_of_others()
    if seen.picture:
        plan.add("set_profile_image", user_id=user_id, image=seen.picture.upload())
        plan.after["image"] = seen.picture.name
        plan.predicted["last_picture_update"] = None
    if bot:
        plan.add("convert_user_to_bot", user_id=user_id)
        plan.after["bot"] = True
        plan.predicted["is_bot"] = True
    return plan


def unknown_password() -> str:
    """A random password that meets any policy and that nobody is to know."""
    return secrets.token_urlsafe(24) + "aA1!"


def _predict_new(body) -> dict:
    """A new user as an administrator reads it."""
    user: dict[str, Any] = {
        "id": None,
        "create_at": None,
        "update_at": None,
        "delete_at": 0,
        "username": body["username"],
        "auth_data": "",
        "auth_service": body.get("auth_service", ""),
        "email": body["email"],
        "nickname": "",
        "first_name": "",
        "last_name": "",
        "position": "",
        "roles": "system_user",
        "locale": "en",
        "timezone": dict(DEFAULT_MAPS["timezone"]),
        "disable_welcome_email": False,
    }
    user.update({name: body[name] for name in (*TEXTS, "timezone", "props") if body.get(name)})
    return user


# -- deletion ------------------------------------------------------------------------------------------------------


def _plan_deletion(declaration, user) -> Plan:
    for name in ("username", "email"):
        # An address is a description only when a name or id says who is meant, but both must mean the same account.
        if declaration[name] and declaration[name] != user[name]:
            raise InvalidInput(
                f"{name}: the account that is to be deleted is {user['username']} with the address "
                f"{user['email']}, not {declaration[name]}",
                "Name one account, by username, user_id or email, or correct the other option",
            )
    plan = Plan()
    plan.add("delete_user", user_id=user["id"], permanent=True)
    plan.note("state", _state_of(user), "absent")
    return plan


# -- update --------------------------------------------------------------------------------------------------------


class _Update:
    """The plan for an account that exists."""

    def __init__(self, declaration, seen):
        self.declared = declaration
        self.seen = seen
        self.user = seen.user
        self.plan = Plan(predicted=dict(seen.user))
        self.user_id = seen.user["id"]
        self._check_holders()
        self._check_auth_service()
        # An account is closed before anything else, and opened only when it is as declared.
        if declaration["state"] == "inactive":
            self._activity(False)
        self._fields()
        self._verified_email()
        self._password()
        self._roles()
        self._terms_of_service()
        self._image()
        if declaration["bot"] and not self.user.get("is_bot"):
            self.plan.add("convert_user_to_bot", user_id=self.user_id)
            self._expect("bot", False, True, is_bot=True)
        if declaration["state"] == "present":
            self._activity(True)

    def _expect(self, option, before, after, **predicted):
        self.plan.note(option, before, after)
        self.plan.predicted.update(predicted)

    def _check_holders(self):
        for name, holder in (("username", self.seen.username_holder), ("email", self.seen.email_holder)):
            if holder and holder["id"] != self.user_id:
                raise InvalidInput(
                    f"{name}: {self.declared[name]} belongs to another account ({holder['username']}, id {holder['id']})",
                    "Declare another value, or change or delete that account first",
                )

    def _check_auth_service(self):
        wanted = self.declared["auth_service"]
        if wanted is not None and wanted != self.user["auth_service"]:
            self.plan.warnings.append(
                f"auth_service: {self.user['username']} logs in with {self.user['auth_service'] or 'email'}, not "
                f"{wanted or 'email'}; auth_service and auth_data count on creation, mm_user_auth moves an existing account"
            )

    def _activity(self, active):
        if active == (not self.user["delete_at"]):
            return
        self.plan.add("update_user_active", user_id=self.user_id, active=active)
        self._expect("state", _state_of(self.user), "present" if active else "inactive", delete_at=0 if active else None)

    def _fields(self):
        """Everything that one patch changes."""
        patch = {}
        for name in _PLAIN:
            wanted = self.declared[name]
            if wanted is not None and wanted != self.user[name]:
                patch[name] = wanted
                self._expect(name, self.user[name], patch[name], **{name: patch[name]})
        for name in MAPS:
            self._map(name, patch)
        hidden_settings = self._hidden_notify_props()
        if self.declared["bot"] is False and self.user.get("is_bot"):
            if not self.declared["password"]:
                raise InvalidInput("password: a bot that becomes a user needs a password")
            self.plan.add("convert_bot_to_user", bot_user_id=self.user_id, password=self.declared["password"], **patch)
            self.plan.note("bot", True, False)
            self.plan.note("password", None, HIDDEN)
            self.plan.predicted.pop("is_bot")
            self.plan.predicted.pop("bot_description", None)
            patch = {}
        if patch or hidden_settings:
            self._patch(patch)
        if hidden_settings:
            # The answer to a patch shows what a GET hides, so that the declared entries can be merged into it.
            wanted, exact = self.declared["notify_props"], "notify_props" in self.declared["exact"]
            self.plan.add(
                "patch_user",
                user_id=self.user_id,
                notify_props=lambda answers: merge(answers["patch_user"].get("notify_props", {}), wanted, exact),
            )
            self.plan.note("notify_props", HIDDEN, wanted)

    def _map(self, name, patch):
        wanted = self.declared[name]
        if wanted is None or (name == "notify_props" and not _reveals_all(self.user)):
            return
        current = self.user.get(name) or {}
        # Sent empty, the server would fill in defaults, and the next run would find a difference again.
        merged = merge(current, wanted, name in self.declared["exact"]) or dict(DEFAULT_MAPS[name])
        if merged == current:
            return
        patch[name] = merged
        self._expect(name, current, merged, **{name: merged})
        if not merged:
            self.plan.predicted.pop(name)

    def _hidden_notify_props(self) -> bool:
        """Whether hidden notification settings are to be sent all the same."""
        if self.declared["notify_props"] is None or _reveals_all(self.user):
            return False
        if self.declared["update_unknown"] and not self.seen.local:
            return True
        self.plan.unknown.append("notify_props")
        return False

    def _patch(self, patch):
        if self.seen.local:
            self._full_update(patch)
            return
        arguments = dict(patch)
        if "email" in patch and self.seen.is_caller:
            arguments["password"] = self._current_password("email")
        self.plan.add("patch_user", user_id=self.user_id, **arguments)

    def _full_update(self, patch):
        """The local socket has no patch, and a full update resets what it leaves out."""
        if "notify_props" not in patch and not _reveals_all(self.user):
            if self.declared["notify_props"] is None or "notify_props" not in self.declared["exact"]:
                raise InvalidInput(
                    f"{', '.join(patch)}: the local socket can change fields only by a full update, which would reset the "
                    "notification settings of the user, and it does not show them",
                    "Use api_url for changes of fields, or declare the whole notify_props and list it in exact",
                )
            patch["notify_props"] = merge({}, self.declared["notify_props"], True)
            self.plan.unknown.remove("notify_props")
            self.plan.note("notify_props", HIDDEN, patch["notify_props"])
        kept = {name: self.user[name] for name in (*_PLAIN, *MAPS) if self.user.get(name)}
        self.plan.add("update_user", user_id=self.user_id, id=self.user_id, **{**kept, **patch})

    def _verified_email(self):
        wanted = self.declared["email_verified"]
        if wanted is None:
            return
        known: bool | None
        if "email" in self.plan.after:
            known = False  # a new address loses the verification
            self.plan.predicted.pop("email_verified", None)
        else:
            known = bool(self.user.get("email_verified")) if _reveals_all(self.user) else None
        if known is None and not (wanted and self.declared["update_unknown"]):
            self.plan.unknown.append("email_verified")
        elif wanted and not known:
            self.plan.add("verify_user_email_without_token", user_id=self.user_id)
            self.plan.note("email_verified", HIDDEN if known is None else False, True)
            if _reveals_all(self.user):
                self.plan.predicted["email_verified"] = True
        elif known and not wanted:
            self.plan.warnings.append("email_verified: the API cannot take back a verification")

    def _password(self):
        password, policy = self.declared["password"], self.declared["update_password"]
        if not password or policy == "on_create" or "bot" in self.plan.after:
            return
        if self.user["auth_service"] and not self.declared["convert_to_email_auth"]:
            raise InvalidInput(
                f"password: {self.user['username']} logs in with {self.user['auth_service']}, and setting a password would "
                "turn the account into an e-mail account",
                "Leave out password, use update_password: on_create, or allow it with convert_to_email_auth: true",
            )
        if policy == "when_different":
            if self.seen.password_differs is None:
                self.plan.unknown.append("password")
                self.plan.warnings.append(
                    "password: it cannot be proved whether it differs, as the login was refused before: "
                    + self.seen.password_hint
                )
            if not self.seen.password_differs:
                return
        arguments = {"new_password": password}
        if self.seen.is_caller:
            arguments["current_password"] = self._current_password("password")
        self.plan.add("update_user_password", user_id=self.user_id, **arguments)
        self.plan.note("password", HIDDEN, HIDDEN)
        if self.user["auth_service"]:
            self._expect("auth_service", self.user["auth_service"], "", auth_service="")

    def _current_password(self, option):
        if not self.declared["current_password"]:
            raise InvalidInput(
                f"{option}: the server wants the caller's own password for a change of its own {option}",
                "Give it in current_password",
            )
        return self.declared["current_password"]

    def _roles(self):
        current = set(self.user["roles"].split())
        wanted = _desired_roles(self.declared)
        after = current
        if self.declared["guest"] and GUEST not in current:
            self.plan.add("demote_user_to_guest", user_id=self.user_id)
            after = {GUEST}
        elif self.declared["guest"] is False and GUEST in current:
            self.plan.add("promote_guest_to_user", user_id=self.user_id)
            after = {"system_user"}
        if wanted and wanted != after:
            self.plan.add("update_user_roles", user_id=self.user_id, roles=_roles_text(wanted))
            after = wanted
        if after != current:
            self._expect("roles", sorted(current), sorted(after), roles=_roles_text(after))

    def _terms_of_service(self):
        wanted = self.declared["terms_of_service"]
        if not wanted:
            return
        accepted = self.user.get("terms_of_service_id") or None
        if wanted["accepted"] == (accepted == wanted["id"]):
            return
        if not self.seen.is_caller:
            raise _terms_of_others()
        self.plan.add(
            "register_terms_of_service_action", user_id=self.user_id, termsOfServiceId=wanted["id"], accepted=wanted["accepted"]
        )
        self.plan.note("terms_of_service", accepted, wanted["id"] if wanted["accepted"] else None)
        if wanted["accepted"]:
            self.plan.predicted.update(terms_of_service_id=wanted["id"], terms_of_service_create_at=None)
        else:
            for key in ("terms_of_service_id", "terms_of_service_create_at"):
                self.plan.predicted.pop(key, None)

    def _image(self):
        if not self.seen.picture_differs:
            return
        before = "custom" if self.user.get("last_picture_update") else DEFAULT_PICTURE
        if self.seen.picture:
            self.plan.add("set_profile_image", user_id=self.user_id, image=self.seen.picture.upload())
            self._expect("image", before, self.seen.picture.name, last_picture_update=None)
        else:
            self.plan.add("set_default_profile_image", user_id=self.user_id)
            self.plan.note("image", before, DEFAULT_PICTURE)
            self.plan.predicted.pop("last_picture_update")


def deviations(plan: Plan, user: dict) -> list:
    """Warnings where the server took a request, but stored something else than was declared.

    An example: with ``EmailSettings.RequireEmailVerification`` it keeps the old address until the new one is verified.
    """
    warnings = []
    for name in plan.after:
        expected = plan.predicted.get(name)
        if name in ("roles", *_PLAIN, *MAPS) and name in user and expected is not None:
            actual = user[name]
            same = set(actual.split()) == set(expected.split()) if name == "roles" else actual == expected
            if not same:
                warnings.append(f"{name}: the server accepted the change but shows {actual!r} instead of {expected!r}")
    return warnings


def _differs(wanted, current) -> bool:
    return wanted is not None and wanted != current


def _given(declaration, *names) -> dict:
    """The declared options among these, without empty ones: an omitted field of a new user is empty."""
    return {name: declaration[name] for name in names if declaration[name]}


def _reveals_all(user) -> bool:
    """Whether the account is shown with its private fields: to its owner, and to administrators by newer servers."""
    return "notify_props" in user


def _state_of(user) -> str:
    return "inactive" if user["delete_at"] else "present"


def _desired_roles(declaration) -> set:
    return set(declaration["roles"] or ())


def _roles_text(roles) -> str:
    return " ".join(sorted(roles))


def _terms_of_others() -> InvalidInput:
    return InvalidInput(
        "terms_of_service: the API records the decision of the caller only", "Run the task with the token of that user"
    )
