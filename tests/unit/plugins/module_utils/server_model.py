# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A model of the server for tests of the planner: the same operations, without HTTP and without the server's quirks.

It keeps one account per id with everything, secrets included, and shows of it what an administrator sees.
"""

from __future__ import annotations

from ansible_collections.mmops.mattermost.plugins.module_utils._api.client import Client
from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import NotFound, rejection
from ansible_collections.mmops.mattermost.plugins.module_utils._api.operations import OPERATIONS
from ansible_collections.mmops.mattermost.plugins.module_utils._api.server import Server
from ansible_collections.mmops.mattermost.plugins.module_utils._api.transport import Answer
from ansible_collections.mmops.mattermost.plugins.module_utils._services.user_fields import (
    DEFAULT_NOTIFY_PROPS,
    DEFAULT_TIMEZONE,
)

HIDDEN = ("password", "notify_props", "email_verified", "picture")
NOW = 1_700_000_000_000


class ModelTransport:
    local = False


class ModelClient:
    """Stands in for ``Client``. ``sent`` lists the operations in order; ``caller_id`` is the caller's own account.

    ``stale`` holds accounts that are answered by id in place of what they are now.
    """

    def __init__(self, accounts=(), caller_id="a" * 26):
        self.accounts = {account["id"]: account for account in accounts}
        self.caller_id = caller_id
        self.sent = []
        self.owners = {}
        self.stale = {}
        self.report = lambda text: None
        self.transport = ModelTransport()
        self.address = "https://chat.example.com"
        self.stop_reason = lambda: ""
        self.caller = None
        self.server = Server((7, 6, 0), True)

    @property
    def local(self):
        return self.transport.local

    @property
    def written(self):
        return [name for name in self.sent if OPERATIONS[name].writes and name not in ("login", "logout")]

    def call(self, name, arguments, token=Ellipsis):
        self.sent.append(name)
        return Answer(200, {"Token": "session"}, getattr(self, "_" + name)(**arguments))

    def find(self, name, **arguments):
        try:
            return self.call(name, arguments).data
        except NotFound:
            return None

    def who_am_i(self):
        self.caller = {"id": self.caller_id, "roles": "system_admin system_user"}
        return self.caller

    def known_server(self):
        return self.server

    def setting(self, name):
        return None

    proves = Client.proves

    def __getattr__(self, name):
        if name not in OPERATIONS:
            raise AttributeError(name)
        return lambda **arguments: self.call(name, arguments).data

    def shown(self, account):
        """The account as it is read; private fields for the owner only, empty maps left out as the server does."""
        hidden = ("password", "picture") if account["id"] == self.caller_id else HIDDEN
        user = {key: value for key, value in account.items() if key not in hidden}
        for key in ("props", "email_verified"):
            if not user.get(key):
                user.pop(key, None)
        return user

    def pages(self, name, **arguments):
        self.sent.append(name)
        return [self.shown(account) for account in self.accounts.values()]

    def _one(self, name, field, value):
        for account in self.accounts.values():
            if account[field] == value:
                return self.shown(account)
        raise rejection(name, 404, "app.user.missing_account.const")

    def _in_order(self):
        return [self.shown(account) for account in sorted(self.accounts.values(), key=lambda account: account["username"])]

    def _get_users_by_usernames(self, usernames):
        assert 0 < len(usernames) <= 1000, "an empty list: 400"
        wanted = set(usernames)
        return [user for user in self._in_order() if user["username"] in wanted]

    def _get_users_by_ids(self, user_ids):
        assert 0 < len(user_ids) <= 1000, "an empty list: 400"
        wanted = set(user_ids)
        return [self.stale.get(user["id"], user) for user in self._in_order() if user["id"] in wanted]

    def _get_total_users_stats(self):
        return {"total_users_count": len(self.accounts)}

    def _get_user(self, user_id):
        return self._one("get_user", "id", user_id)

    def _get_user_by_username(self, username):
        return self._one("get_user_by_username", "username", username)

    def _get_user_by_email(self, email):
        return self._one("get_user_by_email", "email", email)

    def _create_user(self, **body):
        account = new_account(id=f"{len(self.accounts):026d}")
        account.update({key: value for key, value in body.items() if value})
        account["password"] = body.get("password")
        self.accounts[account["id"]] = account
        return {**self.shown(account), "notify_props": account["notify_props"]}

    def _patch_user(self, user_id, **patch):
        account = self.accounts[user_id]
        patch.pop("password", None)
        if patch.get("email", account["email"]) != account["email"]:
            account["email_verified"] = False
        account.update(patch)
        if account["notify_props"] == {}:
            account["notify_props"] = dict(DEFAULT_NOTIFY_PROPS)
        return {**self.shown(account), "notify_props": account["notify_props"]}

    def _update_user(self, user_id, id, **body):
        """A full update: what is left out is emptied, or gets its default again."""
        account = self.accounts[user_id]
        empty = dict.fromkeys(("nickname", "first_name", "last_name", "position", "locale"), "")
        account.update({**empty, "props": {}, "notify_props": dict(DEFAULT_NOTIFY_PROPS), "timezone": None, **body})

    def _update_user_active(self, user_id, active):
        self.accounts[user_id]["delete_at"] = 0 if active else NOW

    def _update_user_roles(self, user_id, roles):
        assert roles, "an empty string strips every role"
        self.accounts[user_id]["roles"] = roles

    def _demote_user_to_guest(self, user_id):
        assert self.accounts[user_id]["roles"] != "system_guest", "a guest already: 501"
        self.accounts[user_id]["roles"] = "system_guest"

    def _promote_guest_to_user(self, user_id):
        assert "system_guest" in self.accounts[user_id]["roles"].split(), "no guest: 501"
        self.accounts[user_id]["roles"] = "system_user"

    def _verify_user_email_without_token(self, user_id):
        self.accounts[user_id]["email_verified"] = True

    def _update_user_password(self, user_id, new_password, current_password=None):
        account = self.accounts[user_id]
        if user_id == self.caller_id:
            assert current_password == account["password"]
        account.update(password=new_password, auth_service="")

    def _convert_user_to_bot(self, user_id):
        assert not self.accounts[user_id].get("is_bot"), "a bot already: 500"
        self.accounts[user_id]["is_bot"] = True
        self.owners[user_id] = user_id

    def _assign_bot(self, bot_user_id, user_id):
        self.owners[bot_user_id] = user_id

    def _get_bot(self, bot_user_id, include_deleted):
        account = self.accounts[bot_user_id]
        owner_id = self.owners.get(bot_user_id, "z" * 26)
        return {"user_id": bot_user_id, "owner_id": owner_id, "username": account["username"], "delete_at": 0}

    def _convert_bot_to_user(self, bot_user_id, password, **patch):
        account = self.accounts[bot_user_id]
        account.pop("is_bot")
        account["password"] = password
        self._patch_user(bot_user_id, **patch)

    def _delete_user(self, user_id, permanent=False):
        if permanent:
            del self.accounts[user_id]
        else:
            self.accounts[user_id]["delete_at"] = NOW

    def _register_terms_of_service_action(self, user_id, termsOfServiceId, accepted):
        account = self.accounts[user_id]
        for key in ("terms_of_service_id", "terms_of_service_create_at"):
            account.pop(key, None)
        if accepted:
            account.update(terms_of_service_id=termsOfServiceId, terms_of_service_create_at=NOW)

    def _login(self, id, password):
        account = self.accounts[id]
        if account["delete_at"]:
            raise rejection("login", 401, "api.user.login.inactive.app_error")
        if account["password"] != password:
            raise rejection("login", 401, "api.user.login.invalid_credentials_email_username")
        return self.shown(account)

    def _logout(self):
        return {"status": "OK"}


def new_account(**fields):
    """An account as the server makes it, with the private fields."""
    return {
        "id": "b" * 26,
        "create_at": NOW,
        "update_at": NOW,
        "delete_at": 0,
        "username": "",
        "auth_data": "",
        "auth_service": "",
        "email": "",
        "nickname": "",
        "first_name": "",
        "last_name": "",
        "position": "",
        "roles": "system_user",
        "locale": "en",
        "timezone": dict(DEFAULT_TIMEZONE),
        "disable_welcome_email": False,
        "notify_props": dict(DEFAULT_NOTIFY_PROPS),
        "email_verified": False,
        "password": None,
        **fields,
    }
