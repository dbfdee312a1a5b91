# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bots, and the way from user to bot and back.

A bot is a user with an owner. The owner has no right to it: bots are the administrators' business.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from . import accounts, activation, bodies, passwords
from .basics import now, parse_bool
from .call import Call, Response, reply
from .errors import (
    AUTH_DATA_EXISTS,
    BOT_CREATION_DISABLED,
    BOT_DESCRIPTION,
    BOT_SAVE_FAILED,
    BOT_USERNAME,
    NO_SUCH_BOT,
    PERMISSIONS,
    bad_body,
)
from .permissions import MANAGE_BOTS
from .router import operation
from .rules import is_username
from .user import PATCH, User

BODY = {"username": "text", "display_name": "text", "description": "text"}
DESCRIPTION_MAX = 1024


@dataclass
class Bot:
    """What a bot has besides its user."""

    user_id: str
    owner_id: str
    description: str = ""
    create_at: int = field(default_factory=now)
    update_at: int = 0
    delete_at: int = 0

    def __post_init__(self):
        self.update_at = self.create_at

    def view(self, username: str, display_name: str) -> dict:
        """What is shown of it."""
        body = {
            "user_id": self.user_id,
            "username": username,
            "owner_id": self.owner_id,
            "create_at": self.create_at,
            "update_at": self.update_at,
            "delete_at": self.delete_at,
        }
        if display_name:
            body["display_name"] = display_name
        if self.description:
            body["description"] = self.description
        return body


class Bots:
    """All bots by the id of their user."""

    def __init__(self):
        self._rows: dict[str, Bot] = {}

    def find(self, user_id: str) -> Bot | None:
        """The bot of a user, if the user is one."""
        return self._rows.get(user_id)

    def get(self, user_id: str) -> Bot:
        """The bot of a user."""
        if user_id not in self._rows:
            raise NO_SUCH_BOT()
        return self._rows[user_id]

    def all(self) -> list[Bot]:
        """All bots."""
        return list(self._rows.values())

    def of(self, owner_id: str) -> list[Bot]:
        """The bots of an owner."""
        return [bot for bot in self._rows.values() if bot.owner_id == owner_id]

    def add(self, state, bot: Bot) -> Bot:
        """Make a bot of a user."""
        if bot.user_id in self._rows:
            raise BOT_SAVE_FAILED()
        self._rows[bot.user_id] = bot
        state.users.write(bot.user_id, is_bot=True, bot_description=bot.description)
        return bot

    def remove(self, state, bot: Bot) -> None:
        """The user is no longer a bot."""
        del self._rows[bot.user_id]
        state.users.write(bot.user_id, is_bot=False, bot_description="")

    def forget_user(self, user_id: str) -> None:
        """The user is deleted for good."""
        self._rows.pop(user_id, None)


def _view(call: Call, bot: Bot) -> dict:
    user = call.state.users.row(bot.user_id)
    return bot.view(user.username, user.first_name)


def _bot_param(call: Call) -> Bot:
    """The bot in the path. For those without the right it is as good as none."""
    bot = call.state.bots.get(call.id_param("bot_user_id"))
    if not call.may(MANAGE_BOTS):
        raise NO_SUCH_BOT()
    return bot


def _body(call: Call) -> dict:
    try:
        return bodies.record(call.body, BODY)
    except bodies.BadBody as error:
        raise bad_body("bot") from error


@operation("create_bot", "POST", "/bots")
def create_bot(call: Call) -> Response:
    """Create a bot; it writes to its owner at once."""
    body = _body(call)
    call.need(MANAGE_BOTS)
    if not call.state.settings["ServiceSettings"]["EnableBotAccountCreation"]:
        raise BOT_CREATION_DISABLED()
    username = body.get("username", "")
    _check(username, body)
    user = User(username=username, email=_email(username), first_name=body.get("display_name", ""), roles="system_user")
    call.state.users.insert(user)
    bot = Bot(user.id, call.user_id, body.get("description", ""), user.create_at)
    call.state.bots.add(call.state, bot)
    call.state.channels.message(call.state, "D", (call.user_id, user.id))
    return reply(_view(call, bot), 201)


def _email(username: str) -> str:
    """The address that stands for none."""
    return username.lower() + "@localhost"


def _check(username: str, body: dict) -> None:
    if not is_username(username.lower()):
        raise BOT_USERNAME()
    if len(body.get("description", "")) > DESCRIPTION_MAX:
        raise BOT_DESCRIPTION()


@operation("get_bots", "GET", "/bots", local=True)
def get_bots(call: Call) -> Response:
    """A page of the bots, oldest first; also disabled ones, or just those of deactivated owners, on request."""
    call.need(MANAGE_BOTS)
    deleted, orphaned = (parse_bool(call.query.get(name, "")) for name in ("include_deleted", "only_orphaned"))
    bots = [
        bot for bot in call.state.bots.all() if (deleted or not bot.delete_at) and (not orphaned or _is_orphaned(call, bot))
    ]
    bots.sort(key=lambda bot: (bot.create_at, call.state.users.row(bot.user_id).username))
    return reply([_view(call, bot) for bot in call.page_of(bots)])


def _is_orphaned(call: Call, bot: Bot) -> bool:
    """Whether the owner is deactivated. (An owner who was deleted for good, or never was, does not count.)"""
    owner = call.state.users.row(bot.owner_id)
    return owner is not None and bool(owner.delete_at)


@operation("get_bot", "GET", "/bots/{bot_user_id}", local=True)
def get_bot(call: Call) -> Response:
    """One bot. One that is deactivated is shown on request only."""
    bot = _bot_param(call)
    if bot.delete_at and not parse_bool(call.query.get("include_deleted", "")):
        raise NO_SUCH_BOT()
    return reply(_view(call, bot))


@operation("patch_bot", "PUT", "/bots/{bot_user_id}", local=True)
def patch_bot(call: Call) -> Response:
    """Change the fields that are given; nothing moves if they are the same as before."""
    body = _body(call)
    bot = _bot_param(call)
    user = call.state.users.get(bot.user_id)
    before = {"username": user.username, "display_name": user.first_name, "description": bot.description}
    after = {**before, **body}
    if after != before:
        _check(after["username"], after)
        user.username, user.first_name, user.email = after["username"], after["display_name"], _email(after["username"])
        call.state.users.update(user, trusted=True)
        bot.description, bot.update_at = after["description"], now()
        call.state.users.write(user.id, bot_description=bot.description)
        call.state.users.forget(user.id)
    return reply(_view(call, bot))


@operation("disable_bot", "POST", "/bots/{bot_user_id}/disable", local=True)
def disable_bot(call: Call) -> Response:
    """Deactivate a bot."""
    bot = _bot_param(call)
    state = call.state

    def finish() -> Response:
        activation.set_bot_active(state, bot, active=False)
        return reply(_view(call, bot))

    activation.set_active(state, state.users.get(bot.user_id), False)
    return state.circles.answer(state, bot.user_id, finish)


@operation("enable_bot", "POST", "/bots/{bot_user_id}/enable", local=True)
def enable_bot(call: Call) -> Response:
    """Activate a bot."""
    bot = _bot_param(call)
    activation.set_bot_active(call.state, bot, active=True)
    return reply(_view(call, bot))


@operation("assign_bot", "POST", "/bots/{bot_user_id}/assign/{user_id}", local=True)
def assign_bot(call: Call) -> Response:
    """Give a bot to another owner: not to a bot, but to anybody else, even to nobody."""
    owner_id = call.user_param()
    bot = _bot_param(call)
    owner = call.state.users.row(owner_id)
    if owner and owner.is_bot:
        raise PERMISSIONS("assign_bot")
    bot.owner_id, bot.update_at = owner_id, now()
    return reply(_view(call, bot))


@operation("convert_user_to_bot", "POST", "/users/{user_id}/convert_to_bot", local=True)
def convert_user_to_bot(call: Call) -> Response:
    """Make a bot of a user: it owns itself, and keeps roles and tokens."""
    user = call.state.users.get(call.user_param())
    call.need_right()
    release = call.state.release
    if release.conversion_takes_login_service and user.auth_service and not call.state.users.set_auth(user.id, "", ""):
        raise AUTH_DATA_EXISTS()
    bot = call.state.bots.add(call.state, Bot(user.id, user.id))
    if release.conversion_ends_sessions:
        call.state.sessions.end_user(user.id)
    if release.auth_changes_clear_cache:
        call.state.users.forget(user.id)
    return reply(bot.view(user.username, user.username))


@operation("convert_bot_to_user", "POST", "/bots/{bot_user_id}/convert_to_user", local=True)
def convert_bot_to_user(call: Call) -> Response:
    """Make a user of a bot. The steps are not undone when a later one fails."""
    bot = call.state.bots.get(call.id_param("bot_user_id"))
    try:
        body = bodies.record(call.body, PATCH)
    except bodies.BadBody as error:
        raise bad_body("userPatch") from error
    if not body.get("password"):
        raise bad_body("userPatch")
    call.need_right()
    state = call.state
    user = state.users.get(bot.user_id)
    if parse_bool(call.query.get("set_system_admin", "")) and not user.is_system_admin:
        activation.set_roles(state, bot.user_id, user.roles + " system_admin")
    user = accounts.patch(state, bot.user_id, body)
    passwords.set_password(state, bot.user_id, body["password"])
    state.bots.remove(state, bot)
    return reply(call.state.views.own(user))
