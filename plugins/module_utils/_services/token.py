# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The personal access tokens of a user: reads the tokens that a plan depends on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput
from ansible_collections.mmops.mattermost.plugins.module_utils._api.protocol import ApiClient
from ansible_collections.mmops.mattermost.plugins.module_utils._plan import Service
from ansible_collections.mmops.mattermost.plugins.module_utils._services.hand_over import Note
from ansible_collections.mmops.mattermost.plugins.module_utils._services.identity import WHO_OPTIONS, find_user
from ansible_collections.mmops.mattermost.plugins.module_utils._services.token_options import LATER, wanted_of
from ansible_collections.mmops.mattermost.plugins.module_utils._services.token_plan import plan_tokens
from ansible_collections.mmops.mattermost.plugins.module_utils._services.token_result import TokenPlan, tokens_in_use
from ansible_collections.mmops.mattermost.plugins.module_utils._services.token_seen import Seen


def _utc_now() -> datetime:
    return datetime.now(timezone.utc)


class TokenService(Service):
    """Reads the tokens that a plan depends on. ``now`` tells the time in UTC, ``note`` notes what is not handed over."""

    def __init__(self, now: Callable[[], datetime] = _utc_now, note: type[Note] = Note):
        self._now = now
        self._note = note

    def check(self, declaration: dict) -> list:
        wanted_of(declaration)
        return []

    def look(self, client: ApiClient, declaration: dict) -> Seen:
        user, tokens = _read(client, declaration)
        note = self._note_of(client, declaration, user)
        seen = Seen(user, tokens, self._now(), client.local, _knows_expiry(client.server, tokens), note)
        if declaration["allow_own_token"] or client.local or client.logged_in:
            return seen
        # Which sessions there are counts only if one of them may lose its token.
        cut_off = plan_tokens(declaration, seen).cut_off
        if cut_off:
            seen.caller_id = client.who_am_i()["id"]
            if any(token["user_id"] == seen.caller_id for token in cut_off):
                seen.in_use = tokens_in_use(client)
        return seen

    def _note_of(self, client: ApiClient, declaration: dict, user: dict | None) -> Note | None:
        """The note of the declared tokens, if it is about present tokens of a description."""
        if user is None or declaration["description"] is None or declaration["state"] != "present":
            return None
        return self._note(client.address, user["id"], declaration["description"]).read()

    def decide(self, declaration: dict, seen: Seen) -> TokenPlan:
        return plan_tokens(declaration, seen)

    def predict(self, plan) -> dict:
        return {"token": plan.token, "token_value": plan.token_value, "tokens": plan.tokens, "schedule": plan.schedule}

    def read_back(self, client: ApiClient, plan) -> dict:
        # What the server answered and what the steps did says all: no request is needed.
        return self.predict(plan)

    def write_files(self, plan) -> None:
        """Keep the note if the hand-over is still to come, and remove it otherwise."""
        if not plan.pending or plan.pending.taken:
            return
        if plan.hand_over == LATER and plan.new:
            plan.pending.release()
        else:
            plan.pending.remove()


def _read(client: ApiClient, declaration: dict) -> tuple:
    """The user that the declaration names, if it names one, and all its tokens, or the one token of ``token_id``."""
    token_id = declaration["token_id"]
    if all(declaration[name] is None for name in WHO_OPTIONS):
        if client.local:
            raise InvalidInput("token_id: the local socket cannot look for a token by its id alone", "Name the user as well")
        token = client.find("get_user_access_token", token_id=token_id)
        return None, [token] if token else []
    user = find_user(client, declaration)
    if user is None:
        return None, []
    tokens = list(client.pages("get_user_access_tokens_for_user", user_id=user["id"]))
    if token_id and not client.local and all(token["id"] != token_id for token in tokens):
        stranger = client.find("get_user_access_token", token_id=token_id)
        if stranger:
            raise InvalidInput(
                f"token_id: the token belongs to another user ({stranger['user_id']}), not to {user['username']}",
                "Leave out one of the two, or correct it",
            )
    return user, tokens


def _knows_expiry(server, tokens) -> bool | None:
    """``None``: the answer to a creation will tell."""
    if tokens:
        return None if all("expires_at" in token for token in tokens) else False
    return server.has("token_expiry")
