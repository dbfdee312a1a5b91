# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan for a user that does not exist yet."""

from __future__ import annotations

from typing import Any

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput
from ansible_collections.mmops.mattermost.plugins.module_utils._plan import HIDDEN, Plan, Step, answer_of
from ansible_collections.mmops.mattermost.plugins.module_utils._services.account import GUEST, MEMBER
from ansible_collections.mmops.mattermost.plugins.module_utils._services.bot import steps_of_conversion
from ansible_collections.mmops.mattermost.plugins.module_utils._services.password import unknown_password
from ansible_collections.mmops.mattermost.plugins.module_utils._services.stored_form import completed
from ansible_collections.mmops.mattermost.plugins.module_utils._services.user_fields import (
    MAPS,
    TEXTS,
    check_password_length,
    default_map,
    merge,
    terms_of_others,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._services.user_seen import Seen

_LEFT_DEACTIVATED = "The new account is left deactivated, as it would be a full member"


def _given(declaration, *names) -> dict:
    """The declared options among these, without empty ones: an omitted field of a new user is empty."""
    return {name: declaration[name] for name in names if declaration[name]}


def plan_creation(declaration: dict, seen: Seen) -> Plan:
    body = _body(declaration, seen)
    plan = Plan(warnings=[seen.login_warning] if seen.login_warning else [])
    plan.add("create_user", **body)
    plan.note("state", "absent", "present")
    for name, value in body.items():
        plan.after[name] = HIDDEN if name == "password" else value
    plan.predicted = _predicted(body, seen.server)
    user_id = answer_of("create_user", "id")
    _give_roles(plan, declaration, seen, user_id)
    if declaration["terms_of_service"]:
        raise terms_of_others()
    if seen.picture:
        plan.add("set_profile_image", user_id=user_id, image=seen.picture.upload())
        plan.after["image"] = seen.picture.name
        plan.predicted["last_picture_update"] = None
    if declaration["auth_service"] and not declaration["auth_data"]:
        plan.warnings.append("auth_service without auth_data: nobody can log in with the new account until auth_data is set")
    if declaration["bot"]:
        plan.steps += steps_of_conversion(user_id, seen.bot_owner_id)
        plan.after["bot"] = True
        plan.after["bot_owner"] = seen.bot_owner_id
        plan.predicted["is_bot"] = True
    return plan


def _body(declaration, seen) -> dict:
    """What the request sends."""
    if declaration["user_id"]:
        raise InvalidInput(
            f"user_id: there is no user with the id {declaration['user_id']}",
            "The server chooses the id of a new user: declare username instead",
        )
    username = declaration["username"]
    if not username:
        raise InvalidInput(
            f"email: no user has the address {declaration['email']}, and creating one needs username",
            "Give it, or let a roster file make it of the address: username_from in columns",
        )
    # What the server gives to bots of its own.
    email = declaration["email"] or (f"{username}@localhost" if declaration["bot"] else None)
    if not email:
        raise InvalidInput(f"email: creating the user {username} needs an e-mail address")
    check_password_length("password", declaration["password"], seen.server)
    body: dict[str, Any] = {"username": username, "email": email, **_login(declaration), **_given(declaration, *TEXTS)}
    for name in MAPS:
        if declaration[name] is not None:
            value = merge(default_map(name, seen.server), declaration[name], name in declaration["exact"])
            if value:
                body[name] = value
    if declaration["email_verified"] is not None:
        body["email_verified"] = declaration["email_verified"]
    return body


def _login(declaration) -> dict:
    """How the new account logs in."""
    if declaration["auth_service"] or declaration["auth_data"]:
        if declaration["password"] and declaration["auth_data"]:
            raise InvalidInput("password and auth_data exclude each other when a user is created")
        return _given(declaration, "auth_service", "auth_data", "password")
    if declaration["password"]:
        return {"password": declaration["password"]}
    if declaration["bot"]:
        return {"password": lambda answers: unknown_password()}  # a bot cannot log in with it
    raise InvalidInput(f"password: creating the user {declaration['username']} needs a password, or auth_service and auth_data")


def _give_roles(plan, declaration, seen, user_id) -> None:
    roles = set(declaration["roles"] or ())
    if declaration["guest"]:
        seen.check_guests()
        # Refused, it would leave an active member where a guest was meant.
        deactivation = Step("update_user_active", {"user_id": user_id, "active": False}, None, _LEFT_DEACTIVATED)
        plan.steps.append(Step("demote_user_to_guest", {"user_id": user_id}, deactivation))
        roles = {GUEST}
    elif roles and roles != {MEMBER}:
        plan.add("update_user_roles", user_id=user_id, roles=" ".join(sorted(roles)))
    if roles and roles != {MEMBER}:
        plan.after["roles"] = sorted(roles)
        plan.predicted["roles"] = " ".join(sorted(roles))


def _predicted(body, server) -> dict:
    """A new user as an administrator of this server reads it."""
    user: dict[str, Any] = {
        "id": None,
        "create_at": None,
        "update_at": None,
        "delete_at": 0,
        "username": body["username"],
        "auth_service": body.get("auth_service", ""),
        "email": body["email"],
        "nickname": "",
        "first_name": "",
        "last_name": "",
        "position": "",
        "roles": MEMBER,
        "locale": "en",
        "timezone": default_map("timezone", server),
        "disable_welcome_email": False,
    }
    user.update({name: body[name] for name in (*TEXTS, "timezone") if body.get(name)})
    if body.get("props"):
        user["props"] = completed(body["props"], server)
    if not server.has("shows_auth_data"):
        user["auth_data"] = ""
    elif user["auth_service"]:
        user["auth_data"] = body.get("auth_data", "")
    if server.has("shows_notify_props"):
        user["notify_props"] = body.get("notify_props") or default_map("notify_props", server)
    if server.has("remote_users"):
        user["remote_id"] = ""
    return user
