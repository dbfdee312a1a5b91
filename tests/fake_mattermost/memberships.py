# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What teams and channels have in common: members, and the roles of members."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from . import bodies
from .basics import now
from .errors import (
    CHANNEL_ROLES_GUEST_CHANGED,
    CHANNEL_SCHEME_GUEST,
    CHANNEL_SCHEME_NO_USER,
    CHANNEL_SCHEME_USER_AND_GUEST,
    MEMBER_ROLE_OF_OTHER_KIND,
    TEAM_ROLES_GUEST_AND_USER,
    TEAM_SCHEME_GUEST,
    TEAM_SCHEME_NO_USER,
    TEAM_SCHEME_USER_AND_GUEST,
    Problem,
    bad_body,
)

SCHEME_ROLES_BODY = {"scheme_guest": "flag", "scheme_user": "flag", "scheme_admin": "flag"}
# What can be wrong with scheme roles: (a guest stays one, a user and a guest at once, not even a user).
SCHEME_PROBLEMS: dict[str, tuple[Problem, Problem, Problem]] = {
    "team": (TEAM_SCHEME_GUEST, TEAM_SCHEME_USER_AND_GUEST, TEAM_SCHEME_NO_USER),
    "channel": (CHANNEL_SCHEME_GUEST, CHANNEL_SCHEME_USER_AND_GUEST, CHANNEL_SCHEME_NO_USER),
}


@dataclass
class Member:
    """The membership of a user in a team or a channel (`kind`).

    Guest, user and administrator are flags; roles besides these are kept as text.
    """

    user_id: str
    kind: str
    admin: bool = False
    guest: bool = False
    user: bool = True
    explicit_roles: str = ""
    joined_at: int = field(default_factory=now)
    delete_at: int = 0  # when the user left; only teams remember that
    last_viewed_at: int = 0
    last_update_at: int = 0
    mentions: int = 0

    def __post_init__(self):
        self.last_update_at = self.last_update_at or self.joined_at

    @property
    def roles(self) -> str:
        """The roles as text."""
        flags = (("guest", self.guest), ("user", self.user), ("admin", self.admin))
        return " ".join(self.explicit_roles.split() + [f"{self.kind}_{name}" for name, given in flags if given])

    def view(self) -> dict:
        """What teams and channels show alike."""
        return {
            "user_id": self.user_id,
            "roles": self.roles,
            "scheme_guest": self.guest,
            "scheme_user": self.user,
            "scheme_admin": self.admin,
            "explicit_roles": self.explicit_roles,
        }

    def set_roles(self, text: str, roles) -> None:
        """Give the member these roles and no others; none at all is possible, too."""
        flags, explicit = {"guest": False, "user": False, "admin": False}, []
        for name in text.split():
            role = roles.named(name, status=400)
            kind, _underscore, flag = name.partition("_")
            if not role.scheme_managed:
                explicit.append(name)
            elif kind == self.kind and flag in flags:
                flags[flag] = True
            else:
                raise MEMBER_ROLE_OF_OTHER_KIND()
        if flags["guest"] and flags["user"]:
            raise TEAM_ROLES_GUEST_AND_USER()
        if flags["guest"] != self.guest:
            raise CHANNEL_ROLES_GUEST_CHANGED()
        self.user, self.admin, self.explicit_roles = flags["user"], flags["admin"], " ".join(explicit)

    def set_scheme_roles(self, raw: bytes) -> None:
        """Set the flags that a body asks for; a flag that is not given is off."""
        try:
            body = bodies.record(raw, SCHEME_ROLES_BODY)
        except bodies.BadBody as error:
            raise bad_body("scheme_roles") from error
        stays_guest, user_and_guest, no_user = SCHEME_PROBLEMS[self.kind]
        if self.guest:
            raise stays_guest()
        if body.get("scheme_guest"):
            raise user_and_guest()
        if not body.get("scheme_user"):
            raise no_user()
        self.user, self.admin = True, body.get("scheme_admin", False)

    def set_guest(self, guest: bool) -> None:
        """The user became a guest, or ceased to be one."""
        self.guest, self.user, self.admin = guest, not guest, self.admin and not guest


class Group:
    """What has members."""

    id: str
    kind: str
    members: dict[str, Member]
    group_constrained: bool | None = None

    def permits(self, state, user_id: str, permission: str) -> bool:
        """Whether the membership of a user brings a permission."""
        member = self.members.get(user_id)
        return member is not None and state.roles.permit(member.roles, permission)


AnyGroup = TypeVar("AnyGroup", bound=Group)


class Groups(Generic[AnyGroup]):
    """All groups of a kind by id, and the groups of each user."""

    missing: Problem

    def __init__(self):
        self._by_id: dict[str, AnyGroup] = {}
        self._by_user: dict[str, dict[str, AnyGroup]] = defaultdict(dict)

    def find(self, group_id: str) -> AnyGroup | None:
        """The group of an id, or None."""
        return self._by_id.get(group_id)

    def get(self, group_id: str) -> AnyGroup:
        """The group of an id."""
        if group_id not in self._by_id:
            raise self.missing()
        return self._by_id[group_id]

    def all(self) -> list[AnyGroup]:
        """All groups."""
        return list(self._by_id.values())

    def of(self, user_id: str) -> list[AnyGroup]:
        """The groups of a user, those joined first first."""
        return list(self._by_user[user_id].values()) if user_id in self._by_user else []

    def add_member(self, group: AnyGroup, user, **fields: Any) -> Member:
        """Make the user a member, unless it is one."""
        if user.id not in group.members:
            fields = {"guest": user.is_guest, "user": not user.is_guest, **fields}
            group.members[user.id] = Member(user.id, group.kind, **fields)
            self._by_user[user.id][group.id] = group
        return group.members[user.id]

    def remove_member(self, group: AnyGroup, user_id: str) -> Member:
        """End a membership; returns it."""
        del self._by_user[user_id][group.id]
        return group.members.pop(user_id)

    def forget_user(self, user_id: str) -> None:
        """The user is deleted for good."""
        for group in self.of(user_id):
            self.remove_member(group, user_id)
        self._by_user.pop(user_id, None)

    def set_guest(self, user_id: str, guest: bool) -> None:
        """The user became a guest, or ceased to be one."""
        for group in self.of(user_id):
            group.members[user_id].set_guest(guest)

    def _drop(self, group: AnyGroup) -> None:
        """Remove a group for good."""
        for user_id in list(group.members):
            self.remove_member(group, user_id)
        del self._by_id[group.id]
