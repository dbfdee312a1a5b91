# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Preferences of users."""

from __future__ import annotations

from . import bodies
from .call import Call, Response, done, reply
from .errors import (
    NO_SUCH_CATEGORY,
    NO_SUCH_PREFERENCE,
    PREFERENCE_DELETE_OF_OTHER,
    PREFERENCE_OF_OTHER,
    Problem,
    bad_body,
    invalid_preference,
)
from .release import USER_ID, Release
from .router import operation

BODY = {"user_id": "text", "category": "text", "name": "text", "value": "text"}
MAX = 100  # in one request
# Name of the rule in the error id, and the rule.
RULES = (
    ("category", lambda item: 1 <= len(item.get("category", "")) <= 32),
    ("name", lambda item: len(item.get("name", "")) <= 32),
    ("value", lambda item: len(item.get("value", "")) <= 20_000),
)


class Preferences:
    """The preferences of each user, by category and name.

    Users begin with a few, which are written down only when something changes.
    """

    def __init__(self, release: Release):
        self._first = release.preferences_of_new_users
        self._rows: dict[str, dict[tuple[str, str], str]] = {}

    def of(self, user_id: str) -> dict[tuple[str, str], str]:
        """The preferences of a user, in order."""
        rows = self._rows.get(user_id)
        if rows is None:
            rows = {(category, user_id if name == USER_ID else name): value for category, name, value in self._first}
        return dict(sorted(rows.items()))

    def set(self, user_id: str, preferences: dict[tuple[str, str], str]) -> None:
        """Keep the preferences of a user."""
        self._rows[user_id] = preferences

    def forget_user(self, user_id: str) -> None:
        """The user is deleted for good."""
        self._rows.pop(user_id, None)


def _of(call: Call) -> tuple[str, dict[tuple[str, str], str]]:
    """The user in the path, with the preferences. Bots and nobody have none from the beginning."""
    user_id = call.user_param()
    call.need_right_over(user_id)
    user = call.state.users.row(user_id)
    return user_id, call.state.preferences.of(user_id) if user and not user.is_bot else {}


def _view(user_id: str, preferences: dict[tuple[str, str], str]) -> list[dict]:
    return [
        {"user_id": user_id, "category": category, "name": name, "value": value}
        for (category, name), value in preferences.items()
    ]


def _given(call: Call, user_id: str, of_other: Problem) -> dict[tuple[str, str], str]:
    """The preferences in the body."""
    try:
        items = bodies.records(call.body, BODY)
    except bodies.BadBody as error:
        raise bad_body("preferences") from error
    if not 0 < len(items) <= MAX:
        raise bad_body("preferences")
    for item in items:
        if item.get("user_id") != user_id:
            raise of_other()
        for name, rule in RULES:
            if not rule(item):
                raise invalid_preference(name)
    return {(item["category"], item.get("name", "")): item.get("value", "") for item in items}


@operation("get_preferences", "GET", "/users/{user_id}/preferences", local=True)
def get_preferences(call: Call) -> Response:
    """All preferences of a user."""
    return reply(_view(*_of(call)))


@operation("get_preferences_by_category", "GET", "/users/{user_id}/preferences/{category}", local=True)
def get_preferences_by_category(call: Call) -> Response:
    """The preferences of a category."""
    user_id, preferences = _of(call)
    found = {key: value for key, value in preferences.items() if key[0] == call.params["category"]}
    if not found:
        raise NO_SUCH_CATEGORY()
    return reply(_view(user_id, found))


@operation("get_preferences_by_category_by_name", "GET", "/users/{user_id}/preferences/{category}/name/{name}", local=True)
def get_preferences_by_category_by_name(call: Call) -> Response:
    """One preference."""
    user_id, preferences = _of(call)
    key = call.params["category"], call.params["name"]
    if key not in preferences:
        raise NO_SUCH_PREFERENCE()
    return reply(_view(user_id, {key: preferences[key]})[0])


@operation("update_preferences", "PUT", "/users/{user_id}/preferences", local=True)
def update_preferences(call: Call) -> Response:
    """Set some preferences."""
    user_id, preferences = _of(call)
    call.state.preferences.set(user_id, {**preferences, **_given(call, user_id, PREFERENCE_OF_OTHER)})
    return done()


@operation("delete_preferences", "POST", "/users/{user_id}/preferences/delete", local=True)
def delete_preferences(call: Call) -> Response:
    """Delete some preferences; it does no harm if they are not there."""
    user_id, preferences = _of(call)
    for key in _given(call, user_id, PREFERENCE_DELETE_OF_OTHER):
        preferences.pop(key, None)
    call.state.preferences.set(user_id, preferences)
    return done()
