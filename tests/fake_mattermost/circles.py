# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests that are never answered: the deactivation of a bot that owns itself.

With a user who is deactivated go the user's bots, and with a bot its user. A bot made of a user
owns itself, so the server goes round in a circle: the user is deactivated again and again, also
after the caller has gone. It ends when the bot gets another owner, is a user again, is gone, or
when the setting that lets bots go with their owners is switched off; then the request is answered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from .basics import now
from .call import Response


class Endless(Response):
    """The answer to a request that waits for the end of a circle."""

    def __init__(self, finish: Callable[[], Response]):
        super().__init__()
        self._finish, self._over = finish, asyncio.Event()
        self.last = Response()

    def end(self) -> None:
        """Do what is left to do, and answer."""
        self.last = self._finish()
        for name, value in self.headers.items():
            if name.startswith("x-"):
                self.last.headers[name] = value
        self._over.set()

    async def wait(self, receive) -> bool:
        """Wait for the end. False if the caller has gone before."""
        over, gone = asyncio.ensure_future(self._over.wait()), asyncio.ensure_future(_gone(receive))
        try:
            await asyncio.wait((over, gone), return_when=asyncio.FIRST_COMPLETED)
        finally:
            over.cancel()
            gone.cancel()
        return self._over.is_set()


async def _gone(receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


class Circles:
    """The circles that go on, by the id of the user."""

    def __init__(self):
        self._running: dict[str, list[Endless]] = {}

    def has(self, user_id: str) -> bool:
        """Whether this user is deactivated again and again."""
        return user_id in self._running

    def answer(self, state, user_id: str, finish: Callable[[], Response]) -> Response:
        """The answer to a request that has deactivated a user: `finish` makes it, unless a circle begins."""
        if not _goes_round(state, user_id):
            return finish()
        endless = Endless(finish)
        self._running.setdefault(user_id, []).append(endless)
        return endless

    def review(self, state) -> None:
        """After a request: end the circles that have no reason any more."""
        for user_id in [user_id for user_id in self._running if not _goes_round(state, user_id)]:
            waiting = self._running.pop(user_id)
            bot = state.bots.find(user_id)
            if bot and not bot.delete_at:  # the last round has come to the bot
                bot.update_at = bot.delete_at = now()
            for endless in waiting:
                endless.end()


def _goes_round(state, user_id: str) -> bool:
    bot = state.bots.find(user_id)
    return (
        bot is not None
        and bot.owner_id == user_id
        and not bot.delete_at
        and state.settings["ServiceSettings"]["DisableBotsWhenOwnerIsDeactivated"]
    )
