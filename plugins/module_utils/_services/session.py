# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions: reads the sessions and the tokens that a plan depends on."""

from __future__ import annotations

import time
from collections.abc import Callable

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput, PermissionDenied
from ansible_collections.mmops.mattermost.plugins.module_utils._api.protocol import ApiClient
from ansible_collections.mmops.mattermost.plugins.module_utils._plan import Plan, Service
from ansible_collections.mmops.mattermost.plugins.module_utils._services.identity import ME, WHO_OPTIONS, find_user
from ansible_collections.mmops.mattermost.plugins.module_utils._services.lookup import all_pages, in_parallel
from ansible_collections.mmops.mattermost.plugins.module_utils._services.session_choice import choose, chooses, shown, token_of
from ansible_collections.mmops.mattermost.plugins.module_utils._services.session_options import check_declaration
from ansible_collections.mmops.mattermost.plugins.module_utils._services.session_plan import plan_sessions
from ansible_collections.mmops.mattermost.plugins.module_utils._services.session_seen import Account, Caller, Seen

#: Users whose sessions are read at the same time.
_READERS = 8


class SessionService(Service):
    """Reads sessions and tokens, and plans which of them end. ``clock`` gives the seconds since 1970."""

    def __init__(self, clock: Callable[[], float] = time.time):
        self._clock = clock

    def check(self, declaration: dict) -> list:
        check_declaration(declaration)
        return []

    def look(self, client: ApiClient, declaration: dict) -> Seen:
        if client.local:
            raise InvalidInput(
                "api_socket: the local socket does not offer sessions", "Use api_url and the token of an administrator"
            )
        if declaration["state"] == "present":
            named = any(declaration[name] for name in WHO_OPTIONS)
            return Seen(self._caller(client), user=find_user(client, declaration) if named else None)
        if not declaration["all_users"]:
            user = find_user(client, declaration)
            users = [user] if user else []
        elif chooses(declaration) or declaration["keep_current"]:
            users = all_pages(client, _READERS, "get_users", active=True)
        else:
            tokens = [token for token in all_pages(client, _READERS, "get_user_access_tokens") if token["is_active"]]
            return Seen(self._caller(client, [] if client.logged_in else None), tokens=tokens)
        now = int(self._clock() * 1000)
        accounts = self._accounts(client, declaration, users, now)
        return Seen(self._caller(client, accounts), accounts, now=now)

    def decide(self, declaration: dict, seen: Seen) -> Plan:
        return plan_sessions(declaration, seen)

    def predict(self, plan: Plan) -> dict:
        return plan.predicted

    def read_back(self, client: ApiClient, plan: Plan) -> dict:
        if "device_id" not in plan.after:
            return plan.predicted
        sessions = client.get_sessions(user_id=ME)
        return {
            **plan.predicted,
            "sessions": [shown(session) for session in sessions if session["device_id"] == plan.after["device_id"]],
        }

    @staticmethod
    def _caller(client: ApiClient, accounts=None) -> Caller:
        """The caller, with its sessions as far as they are among those of the accounts; all of them without accounts."""
        me = client.who_am_i()
        if accounts is None:
            sessions = client.get_sessions(user_id=me["id"])
        else:
            sessions = [session for account in accounts if account.user["id"] == me["id"] for session in account.sessions]
        return Caller(me, client.logged_in, sessions)

    def _accounts(self, client: ApiClient, declaration, users, now) -> list:
        sessions = in_parallel(_READERS, lambda user: client.get_sessions(user_id=user["id"]), users)
        accounts = [Account(user, found) for user, found in zip(users, sessions)]
        concerned = [account for account in accounts if self._needs_tokens(declaration, account, now)]
        if len(concerned) > 1:
            by_user: dict = {account.user["id"]: account for account in concerned}
            for token in all_pages(client, _READERS, "get_user_access_tokens"):
                if token["is_active"] and token["user_id"] in by_user:
                    by_user[token["user_id"]].tokens.append(token)
        for account in concerned if len(concerned) == 1 else ():
            account.tokens = self._tokens(client, declaration, account)
        return accounts

    @staticmethod
    def _needs_tokens(declaration, account, now) -> bool:
        """Whether the plan disables tokens, or has to warn of those that go on working."""
        chosen = choose(declaration, account.sessions, now)
        if any(token_of(session) for session in chosen):
            return True
        return not chooses(declaration) and bool(chosen or declaration["disable_tokens"])

    @staticmethod
    def _tokens(client: ApiClient, declaration, account) -> list:
        user_id = account.user["id"]
        try:
            found = list(client.pages("get_user_access_tokens_for_user", user_id=user_id))
        except PermissionDenied:
            if declaration["disable_tokens"]:
                raise
            # Tokens in use are known from their sessions.
            found = [
                {"id": token_of(session), "user_id": user_id, "description": None, "is_active": True}
                for session in account.sessions
                if token_of(session)
            ]
        return [token for token in found if token["is_active"]]
