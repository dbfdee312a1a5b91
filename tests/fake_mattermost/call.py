# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One request, as the handlers see it, and the answers they give."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.responses import Response

from .basics import is_id, new_id
from .errors import PERMISSIONS, bad_url
from .permissions import FREE, MANAGE_SYSTEM, NEEDED, VIEW_MEMBERS, Need

ME = "me"
PER_PAGE_DEFAULT = 60
PER_PAGE_MAX = 200
READ_AHEAD = 512  # bytes that the server reads beyond its limit


def reply(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """An answer in JSON."""
    return reply_text(orjson.dumps(value), status, headers)


def reply_text(text: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """An answer that is JSON text already."""
    return Response(text, status, headers, "application/json")


def done() -> Response:
    """Success without data."""
    return reply({"status": "OK"})


class Call:
    """A request with all that is known about it."""

    def __init__(
        self,
        state,
        method: str,
        path: str,
        query: Mapping[str, str],
        headers: Mapping[str, str],
        body: bytes,
        *,
        local: bool,
        address: str,
        base_url: str,
    ):
        self.state = state
        self.method, self.path, self.query, self.headers, self.body = method, path, query, headers, body
        self.local, self.address, self.base_url = local, address, base_url
        self.params: dict[str, str] = {}
        self.operation = ""
        self.session = None
        self.ends_cookie = False  # the token of the browser is good for nothing
        self.request_id = new_id()

    def cut_body(self, limit: int) -> None:
        """Forget what the server would not read."""
        self.body = self.body[: limit + READ_AHEAD]

    # ---- who asks ------------------------------------------------------
    @property
    def user_id(self) -> str:
        """Id of the caller; empty without a session and on the local socket."""
        return self.session.user_id if self.session else ""

    def may(self, permission: str) -> bool:
        """Whether the caller has a permission of the system."""
        if self.local:
            return True
        caller = self.state.users.row(self.user_id)
        return caller is not None and self.state.roles.permit(caller.roles, permission)

    def need(self, permission: str) -> None:
        """Refuse a caller without the permission."""
        if not self.may(permission):
            raise PERMISSIONS(permission)

    @property
    def is_admin(self) -> bool:
        """Whether the caller administers the system."""
        return self.may(MANAGE_SYSTEM)

    # ---- what the operation needs, see permissions.py
    @property
    def needed(self) -> Need:
        """What the operation asks of its caller."""
        return NEEDED.get(self.operation, FREE)

    def need_right(self) -> None:
        """Refuse a caller who may not use the operation at all."""
        if self.needed.always:
            self.need(self.needed.always)

    def need_right_over(self, user_id: str) -> None:
        """Refuse a caller who may use the operation only for their own account."""
        if self.needed.over_others and not (self.session is not None and user_id == self.user_id):
            self.need(self.needed.over_others)

    def need_rank(self, user) -> None:
        """Refuse a caller who may not use the operation for administrators."""
        if self.needed.over_administrators and user.is_system_admin:
            self.need(self.needed.over_administrators)

    @property
    def sees_all(self) -> bool:
        """False for guests and the like: they see only users they share a channel with."""
        return self.may(VIEW_MEMBERS)

    def sees(self, user_id: str) -> bool:
        """Whether the caller may see this user."""
        return user_id == self.user_id or self.sees_all or user_id in self.state.channels.circle(self.user_id)

    def need_sight(self, user_id: str) -> None:
        """Refuse a caller who may not see this user."""
        if not self.sees(user_id):
            raise PERMISSIONS(VIEW_MEMBERS)

    # ---- parameters ------------------------------------------------------
    def user_param(self, name: str = "user_id") -> str:
        """The user id in the path; `me` is the caller."""
        value = self.params[name]
        if value == ME:
            value = self.user_id
        return self.check_id(value, name)

    def id_param(self, name: str) -> str:
        """Another id in the path."""
        return self.check_id(self.params[name], name)

    @staticmethod
    def check_id(value: str, name: str) -> str:
        """The value, if it has the form of an id."""
        if not is_id(value):
            raise bad_url(name)
        return value

    @property
    def page(self) -> int:
        """Number of the page that is asked for."""
        return self._number("page", 0)

    @property
    def per_page(self) -> int:
        """Size of a page."""
        return min(self._number("per_page", PER_PAGE_DEFAULT), PER_PAGE_MAX)

    def page_of(self, items: list) -> list:
        """The part of a list that is asked for."""
        start = self.page * self.per_page
        return items[start : start + self.per_page]

    def _number(self, name: str, default: int) -> int:
        """A number of the query; anything else counts as not given."""
        try:
            value = int(self.query.get(name, ""))
        except ValueError:
            return default
        return value if value >= 0 else default

    # ---- traces ------------------------------------------------------------
    def audit(self, extra: str = "") -> None:
        """Note what was done in the audits of the caller."""
        self.state.audits.add(self.user_id, self.path, extra, self.address, self.session.id if self.session else "")

    def audit_of(self, user_id: str, extra: str) -> None:
        """Note what was done in the audits of a user, and who did it."""
        if self.session:
            extra += " session_user=" + self.user_id
        self.state.audits.add(user_id, self.path, extra, self.address, self.session.id if self.session else "")

    def unchanged(self, etag: str) -> Response | None:
        """304, if the caller has the version with this ETag."""
        if self.headers.get("if-none-match") != etag:
            return None
        return Response(status_code=304, headers={"ETag": etag})
