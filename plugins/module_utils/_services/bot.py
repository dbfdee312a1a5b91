# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of one bot: who owns it, whether it is enabled, and what people see of it.

A bot is an account and an entry beside it, which names the owner. Either of them can be switched off.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput
from ansible_collections.mmops.mattermost.plugins.module_utils._api.protocol import ApiClient
from ansible_collections.mmops.mattermost.plugins.module_utils._plan import Plan, Service, Step, answer_of
from ansible_collections.mmops.mattermost.plugins.module_utils._services.account import is_bot
from ansible_collections.mmops.mattermost.plugins.module_utils._services.identity import (
    ME,
    caller_id,
    check_identity,
    find_by_id,
    is_id,
)

#: What of a bot is declared as it is.
_TEXTS = ("username", "display_name", "description")


@dataclass
class Seen:
    """What is known of the server before the plan is made.

    ``account`` and ``bot`` are ``None`` if there is no such bot. ``owner_id`` is the declared owner. ``caller_id`` is known
    where the plan depends on it, and ``None`` on the local socket.
    """

    account: dict | None
    bot: dict | None
    owner_id: str | None = None
    caller_id: str | None = None
    local: bool = False

    @property
    def enabled(self) -> bool:
        """Whether the bot can act."""
        return bool(self.account and self.bot) and not (self.account["delete_at"] or self.bot["delete_at"])  # type: ignore[index]


def bot_of(client: ApiClient, user_id: str) -> dict | None:
    """The entry of a bot, disabled or not; ``None`` for people, and for bots that the caller may not see."""
    return client.find("get_bot", bot_user_id=user_id, include_deleted=True)


def bots_by_owner(client: ApiClient, owner_ids: Iterable[str]) -> dict:
    """The bots of these owners, disabled ones too, by the id of the owner. All bots are read, by the page."""
    found: dict = {owner_id: [] for owner_id in owner_ids}
    for bot in client.pages("get_bots", include_deleted=True):
        if bot["owner_id"] in found:
            found[bot["owner_id"]].append(bot)
    return found


def steps_before_switching_off(bot: dict, new_owner_id: str | None, option: str = "owner") -> list[Step]:
    """What has to be done before a bot is disabled, and before its account is deactivated or deleted.

    A bot that was made of a user owns itself. To switch it off sends a real server round in a circle, as the bots of a
    deactivated owner are switched off, too: the request is never answered, and the server's memory grows. So it is given
    another owner first. ``new_owner_id``: who that is, ``None`` if nobody is known. Raises ``InvalidInput`` then, which names
    ``option``.
    """
    if bot["owner_id"] != bot["user_id"] or bot["delete_at"]:
        return []
    if new_owner_id in (None, bot["user_id"]):
        raise InvalidInput(
            f"{option}: the bot {bot['username']} owns itself, and a server may never answer when such a bot is switched off",
            "Give the bot another owner",
        )
    return [Step("assign_bot", {"bot_user_id": bot["user_id"], "user_id": new_owner_id})]


def give_owner_before_switching_off(plan: Plan, bot: dict | None, owner_id: str | None) -> None:
    """Begin the plan for an account, which may be that of a bot, with the owner that the bot needs. Raises ``InvalidInput``."""
    for step in steps_before_switching_off(bot, owner_id, "bot_owner") if bot else ():
        plan.steps.append(step)
        plan.note("bot_owner", bot["owner_id"], step.arguments["user_id"])  # type: ignore[index]


def steps_of_conversion(user_id, owner_id: str | None) -> list[Step]:
    """The steps that make a bot of an account, with an owner other than itself.

    ``user_id`` may be a function, as in any step. Raises ``InvalidInput`` if nobody is known who could own the bot.
    """
    if owner_id is None:
        raise InvalidInput("bot_owner: the local socket has no caller who could own the bot", "Name the owner in bot_owner")
    if owner_id == user_id:
        raise InvalidInput(
            "bot_owner: a bot must not own itself, as a server may never answer when it is switched off",
            "Name another owner in bot_owner",
        )
    return [
        Step("convert_user_to_bot", {"user_id": user_id}),
        Step("assign_bot", {"bot_user_id": user_id, "user_id": owner_id}),
    ]


class BotService(Service):
    """Reads a bot, plans its state, and reads it back."""

    def check(self, declaration: dict) -> list:
        check_declaration(declaration)
        return []

    def decide(self, declaration: dict, seen: Seen) -> Plan:
        plan = plan_bot(declaration, seen)
        plan.heading = (seen.bot or declaration)["username"] or ""
        return plan

    def look(self, client: ApiClient, declaration: dict) -> Seen:
        """The bot that is declared, and its owner to be."""
        if declaration["user_id"]:
            account = find_by_id(client, declaration["user_id"])
            if account is None:
                raise InvalidInput(f"user_id: there is no bot with the id {declaration['user_id']}", "Correct the id")
        else:
            account = client.find("get_user_by_username", username=declaration["username"])
        seen = Seen(account, account and bot_of(client, account["id"]), local=client.local)
        if account and not seen.bot:
            raise _not_a_bot(declaration, account)
        if declaration["owner"] is not None:
            seen.owner_id = owner_id_of(client, "owner", declaration["owner"], seen.bot)
        if not client.local and (seen.bot is None or declaration["enabled"] is False):
            seen.caller_id = client.who_am_i()["id"]
        return seen

    def predict(self, plan: Plan) -> dict:
        return {"bot": plan.predicted}

    def read_back(self, client: ApiClient, plan: Plan) -> dict:
        user_id = plan.predicted["user_id"]
        if user_id is None:
            user_id = client.get_user_by_username(username=plan.predicted["username"])["id"]
        return {"bot": client.get_bot(bot_user_id=user_id, include_deleted=True)}


def check_declaration(declaration: dict) -> None:
    """Bring names and ids into the API's form, in place. Raises ``InvalidInput`` that names the option."""
    who = {**declaration, "email": None}
    check_identity(who)
    declaration.update(username=who["username"], user_id=who["user_id"])
    if declaration["owner"] is not None:
        declaration["owner"] = declaration["owner"].strip()
        if not declaration["owner"]:
            raise InvalidInput("owner is empty", "Leave it out, or give the name or the id of a user, or me")
    for name, longest in (("display_name", 64), ("description", 1024)):
        if len(declaration[name] or "") > longest:
            raise InvalidInput(f"{name} has more than {longest} characters", "Give a shorter one")


def _not_a_bot(declaration, account) -> InvalidInput:
    option = "user_id" if declaration["user_id"] else "username"
    if is_bot(account):
        return InvalidInput(
            f"{option}: the caller may not see the bot {account['username']}",
            "Use the token of an administrator, or of somebody with the permission read_others_bots",
        )
    return InvalidInput(
        f"{option}: {account['username']} is a person, not a bot", "Choose another name, or make the account a bot with mm_user"
    )


def owner_id_of(client: ApiClient, option: str, owner: str, bot: dict | None) -> str:
    """The id of a declared owner. Raises ``InvalidInput`` that names the option for one who cannot own a bot."""
    if owner == ME:
        return caller_id(client, option)
    account = client.find("get_user", user_id=owner) if is_id(owner) else None
    account = account or client.find("get_user_by_username", username=owner.lower())
    if account is None:
        raise InvalidInput(f"{option}: there is no user {owner}", "Give the name or the id of a user, or me")
    if bot and account["id"] == bot["owner_id"]:
        return account["id"]  # it is so already
    if account["delete_at"]:
        # The server takes such an owner, and may then disable the bot.
        raise InvalidInput(f"{option}: {account['username']} is deactivated", "Name somebody who is active")
    if is_bot(account):
        raise InvalidInput(f"{option}: {account['username']} is a bot, and bots cannot own bots", "Name a person")
    return account["id"]


def plan_bot(declaration: dict, seen: Seen) -> Plan:
    """The plan for one bot. Raises ``InvalidInput`` for what cannot be carried out."""
    if seen.bot is None:
        return _creation(declaration, seen)
    plan = Plan(predicted=dict(seen.bot))
    _owner(plan, declaration, seen)
    patch = {}
    for name in _TEXTS:
        before, wanted = seen.bot.get(name, ""), declaration[name]
        if wanted is not None and wanted != before:
            patch[name] = wanted
            plan.note(name, before, wanted)
    if patch:
        plan.add("patch_bot", bot_user_id=seen.bot["user_id"], **patch)
        _predict_texts(plan.predicted, patch)
    if declaration["enabled"] is not None and declaration["enabled"] != seen.enabled:
        enabled = declaration["enabled"]
        plan.add("enable_bot" if enabled else "disable_bot", bot_user_id=seen.bot["user_id"])
        plan.note("enabled", not enabled, enabled)
        plan.predicted["delete_at"] = 0 if enabled else None
    if plan.changed:
        plan.predicted["update_at"] = None
    return plan


def _owner(plan, declaration, seen):
    bot, owner_id = seen.bot, seen.owner_id
    steps = []
    if declaration["enabled"] is False and seen.enabled:
        steps = steps_before_switching_off(bot, owner_id or seen.caller_id)
    if not steps and owner_id not in (None, bot["owner_id"]):
        steps = [Step("assign_bot", {"bot_user_id": bot["user_id"], "user_id": owner_id})]
    for step in steps:
        plan.steps.append(step)
        plan.note("owner_id", bot["owner_id"], step.arguments["user_id"])
        plan.predicted["owner_id"] = step.arguments["user_id"]


def _predict_texts(bot, texts):
    """Empty texts are not shown, but for the name."""
    for name, text in texts.items():
        bot.pop(name, None)
        if text:
            bot[name] = text


def _creation(declaration, seen) -> Plan:
    name = declaration["username"]
    if declaration["enabled"] is False:  # to create a bot in order to disable it could only be a typo
        return Plan(warnings=[f"username: there is no bot {name} that could be disabled; is that a typo?"])
    if seen.local:
        raise InvalidInput(f"api_socket: the local socket cannot create the bot {name}", "Use api_url")
    texts = {name: declaration[name] for name in _TEXTS if declaration[name]}
    plan = Plan(
        predicted={"user_id": None, "owner_id": seen.caller_id, "create_at": None, "update_at": None, "delete_at": 0, **texts}
    )
    plan.add("create_bot", **texts)
    for option, text in texts.items():
        plan.note(option, None, text)
    if seen.owner_id not in (None, seen.caller_id):
        plan.add("assign_bot", bot_user_id=answer_of("create_bot", "user_id"), user_id=seen.owner_id)
        plan.predicted["owner_id"] = seen.owner_id
    plan.note("owner_id", None, plan.predicted["owner_id"])
    plan.note("enabled", None, True)
    return plan
