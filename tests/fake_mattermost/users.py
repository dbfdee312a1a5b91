# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of users, and the cache in front of it.

A user that is read by id comes from a cache of the server; one that is read by name or mail
address comes from the database. Most changes drop the user from the cache, but not all: the
change of the login service and the conversion to a bot do not, and then the old user is seen
by id until something else drops it (newer releases do not forget these two). What went
through the cache differs in one point: a timezone that is null in the database has become an
empty map.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from .basics import new_id, now
from .errors import EMAIL_EXISTS, MISSING_ACCOUNT, NO_SUCH_USERNAME, SAVE_FAILED, UPDATE_FIND, USER_EXISTS, USERNAME_EXISTS
from .passwords import hash_password
from .release import Release
from .rules import check_user
from .tidy import drop_mentions_of, tidy, tidy_mention_keys
from .user import BODY, TIMEZONE, User
from .views import ProfileTexts, Views

# Columns that an update through the API never writes, and those that only some may write.
KEPT = (
    "create_at",
    "auth_data",
    "auth_service",
    "password",
    "last_password_update",
    "last_picture_update",
    "email_verified",
    "failed_attempts",
    "mfa_secret",
    "mfa_active",
    "last_login",
)
TRUSTED = ("roles", "delete_at")
# Not columns of the table: they come from elsewhere, or belong to a single answer.
NO_COLUMNS = (
    "is_bot",
    "bot_description",
    "bot_last_icon_update",
    "terms_of_service_id",
    "terms_of_service_create_at",
    "disable_welcome_email",
    "last_activity_at",
)
COLUMNS = tuple(name for name in BODY if name not in NO_COLUMNS)
INDEXED = ("username", "email", "auth_data")
SORTED = ("create_at", "username", "first_name", "last_name", "nickname", "email", "roles")  # reports are sorted by them
EVERY = "every column"


class Users:
    """All users, by id, name, mail address and auth data."""

    def __init__(self, release: Release, views: Views):
        self._release = release
        self._rows: dict[str, User] = {}
        self._by_name: dict[str, User] = {}
        self._by_email: dict[str, User] = {}
        self._by_auth_data: dict[str, User] = {}
        self._names: list[str] = []  # in order
        self._cache: dict[str, User] = {}
        self._versions: Counter[str] = Counter()  # changes of each column
        self.profiles = ProfileTexts(views)

    # ---- reading ---------------------------------------------------------
    def row(self, user_id: str) -> User | None:
        """The row itself, not to be changed."""
        return self._rows.get(user_id)

    def row_named(self, name: str) -> User | None:
        """The row of a user name, not to be changed."""
        return self._by_name.get(name)

    def get(self, user_id: str) -> User:
        """A copy by id, out of the cache."""
        kept = self._cache.get(user_id)
        if kept is not None:
            return kept.copy()
        row = self._rows.get(user_id)
        if row is None:
            raise MISSING_ACCOUNT()
        kept = self._cache[user_id] = row.copy()
        kept.timezone = kept.timezone or {}
        return row.copy()

    def forget(self, user_id: str) -> None:
        """Drop a user from the cache."""
        self._cache.pop(user_id, None)

    def get_by_username(self, name: str) -> User:
        """A copy by name, out of the database."""
        row = self._by_name.get(name)
        if row is None:
            raise NO_SUCH_USERNAME()
        return row.copy()

    def get_by_email(self, email: str) -> User:
        """A copy by mail address, out of the database."""
        row = self._by_email.get(email)
        if row is None:
            raise MISSING_ACCOUNT()
        return row.copy()

    def find_login(self, login_id: str, by_name: bool, by_email: bool) -> User | None:
        """A copy of the user of a login, out of the database."""
        login_id = login_id.lower()
        row = (by_name and self._by_name.get(login_id)) or (by_email and self._by_email.get(login_id)) or None
        return row.copy() if row else None

    def is_free(self, email: str, user_id: str) -> bool:
        """Whether no other user has this mail address."""
        owner = self._by_email.get(email)
        return owner is None or owner.id == user_id

    def in_order(self) -> Iterator[User]:
        """All rows, ordered by user name."""
        return map(self._by_name.__getitem__, self._names)

    def page(self, start: int, size: int) -> list[User]:
        """Some rows of the order by user name."""
        return [self._by_name[name] for name in self._names[start : start + size]]

    def sorted(self, user_ids: Iterable[str]) -> list[User]:
        """The rows of these ids, ordered by user name."""
        rows = (self._rows.get(user_id) for user_id in user_ids)
        return sorted((row for row in rows if row), key=lambda row: row.username)

    def ids(self) -> list[str]:
        """The ids of all users."""
        return list(self._rows)

    def count_active(self) -> int:
        """How many users are active, not counting bots."""
        return sum(1 for row in self._rows.values() if not row.delete_at and not row.is_bot)

    def count_active_administrators(self) -> int:
        """How many active users are administrators, not counting bots."""
        return sum(1 for row in self._rows.values() if row.is_system_admin and not row.delete_at and not row.is_bot)

    def version_of(self, column: str) -> tuple[int, int]:
        """Changes whenever the users, ordered by this column, do."""
        return self._versions[EVERY], self._versions[column]

    @property
    def only_bots(self) -> bool:
        """Whether there is nobody yet: the next user will be the administrator."""
        return all(row.is_bot for row in self._rows.values())

    # ---- writing -------------------------------------------------------------
    def insert(self, user: User) -> None:
        """Save a new user. The object is completed; it is not the row."""
        if user.id:
            raise USER_EXISTS()
        user.id = new_id()
        user.username = user.username or self._release.generated_name_prefix + new_id()
        tidy(user, self._release)
        user.create_at = user.create_at or now()
        user.update_at = user.last_password_update = user.create_at
        user.mfa_active = False
        user.locale = user.locale or "en"
        if user.timezone is None:
            user.timezone = TIMEZONE
        check_user(user, self._release)
        self._check_free(user)
        if user.auth_data in self._by_auth_data:
            raise SAVE_FAILED("auth data")
        row = user.copy()
        if row.password:
            row.password = hash_password(row.password)
        for name in NO_COLUMNS:
            row.__dict__.pop(name, None)
        self.place(row)

    def place(self, row: User) -> None:
        """Keep a new row as it is, whatever the rules say; tests put users there that way."""
        self._rows[row.id] = row
        self._versions[EVERY] += 1
        self._index(row)

    def update(self, user: User, trusted: bool = False) -> None:
        """Save a changed copy. The object becomes what was saved.

        Trusted changes may write roles and the deactivation.
        """
        tidy(user, self._release)
        tidy_mention_keys(user)
        user.update_at = now()
        check_user(user, self._release)
        row = self._rows[user.id]
        for name in KEPT if trusted else KEPT + TRUSTED:
            setattr(user, name, getattr(row, name))
        if user.is_oauth:
            if not trusted:
                user.email = row.email
        elif user.is_ldap and not trusted:
            if (user.username, user.email) != (row.username, row.email):
                raise UPDATE_FIND()
        elif user.email != row.email:
            user.email_verified = False
        if self._release.login_service_verifies_email and user.auth_service not in ("", "email"):
            user.email_verified = True
        if user.username != row.username:
            drop_mentions_of(user, row.username)
        self._check_free(user)
        self.write(user.id, **{name: getattr(user, name) for name in COLUMNS})

    def write(self, user_id: str, **columns: Any) -> None:
        """Write columns of a row as they are."""
        row = self._rows[user_id]
        indexed = any(name in columns and columns[name] != getattr(row, name) for name in INDEXED)
        if indexed:
            self._unindex(row)
        for name in SORTED:
            if name in columns and columns[name] != getattr(row, name):
                self._versions[name] += 1
        row.__dict__.update(columns)
        if indexed:
            self._index(row)
        self.profiles.forget(user_id)

    def touch(self, user_id: str) -> None:
        """Move `update_at`."""
        self.write(user_id, update_at=now())

    def set_auth(self, user_id: str, service: str, data: str) -> bool:
        """Write the login service; the password is lost. False if another user has the data.

        No two users can have the same one; a converted bot can have the empty one.
        """
        owner = self._by_auth_data.get(data)
        if owner is not None and owner.id != user_id:
            return False
        if user_id in self._rows:
            time = now()
            self.write(
                user_id,
                auth_service=service,
                auth_data=data,
                password="",
                failed_attempts=0,
                update_at=time,
                last_password_update=time,
            )
        if self._release.auth_changes_clear_cache:
            self.forget(user_id)
        return True

    def delete(self, user_id: str) -> None:
        """Remove a user for good."""
        row = self._rows.pop(user_id)
        self._versions[EVERY] += 1
        self._unindex(row)
        self.forget(user_id)
        self.profiles.forget(user_id)

    def _check_free(self, user: User) -> None:
        """Name and mail address belong to no other user."""
        for index, value, problem in (
            (self._by_name, user.username, USERNAME_EXISTS),
            (self._by_email, user.email, EMAIL_EXISTS),
        ):
            owner = index.get(value)
            if owner is not None and owner.id != user.id:
                raise problem()

    def _index(self, row: User) -> None:
        self._by_name[row.username] = self._by_email[row.email] = row
        if row.auth_data is not None:
            self._by_auth_data[row.auth_data] = row
        insort(self._names, row.username)

    def _unindex(self, row: User) -> None:
        del self._by_name[row.username], self._by_email[row.email]
        if row.auth_data is not None:
            del self._by_auth_data[row.auth_data]
        del self._names[bisect_left(self._names, row.username)]
