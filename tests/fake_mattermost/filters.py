# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What lists of users have in common: who is visible, filters by roles."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from .call import Call
from .errors import bad_body
from .memberships import Member
from .permissions import ROLES
from .rules import are_role_names
from .user import User

ROLE_PARAMETERS = {"roles": "roles", "team_roles": "teamRoles", "channel_roles": "channelRoles"}
# Roles of the system that a list can be filtered by, besides system_user.
FILTER_ROLES = ("system_guest", "system_admin", "system_user_manager", "system_read_only_admin", "system_manager")


# ---- what is visible -----------------------------------------------------------
def texts(call: Call, users: Iterable[User]) -> bytes:
    """Profiles of rows, as JSON text."""
    return call.state.users.profiles.many(list(users), call.is_admin, call.state.settings["PrivacySettings"])


def visible(call: Call, users: Iterable[User]) -> Iterable[User]:
    """Leave out whom the caller may not see."""
    if call.sees_all:
        return users
    seen = call.state.channels.circle(call.user_id)
    return (user for user in users if user.id in seen)


def members(call: Call, team_id: str = "", channel_id: str = "") -> dict[str, Member]:
    """Members of a team or a channel; none, if there is no such thing."""
    group = call.state.channels.find(channel_id) if channel_id else call.state.teams.find(team_id)
    return group.members if group else {}


# ---- filters -----------------------------------------------------------------------
class RoleFilter:
    """Users of certain roles: of the system, of a team, of a channel. One of them is enough.

    Unknown roles do not count; if none is left, all users pass.
    """

    def __init__(
        self,
        roles: Iterable[str],
        team_roles: Iterable[str],
        channel_roles: Iterable[str],
        team: dict[str, Member],
        channel: dict[str, Member],
    ):
        self._tests: list[Callable[[User], bool]] = []
        for role in roles:
            if role == "system_user":  # nothing but a user
                self._tests.append(lambda user: user.roles == "system_user")
            elif role in FILTER_ROLES:
                self._tests.append(lambda user, role=role: role in user.roles)
        self._add_scheme_roles("team", team_roles, team)
        self._add_scheme_roles("channel", channel_roles, channel)

    def _add_scheme_roles(self, kind: str, roles: Iterable[str], members: dict[str, Member]) -> None:
        """Administrators of the system count neither as users nor as administrators of team or channel."""
        tests = {
            kind + "_admin": lambda user, m: m.admin and not user.is_system_admin,
            kind + "_user": lambda user, m: not (m.admin or m.guest or user.is_system_admin),
            kind + "_guest": lambda user, m: m.guest,
        }
        for role in roles:
            if role in tests:
                self._tests.append(lambda user, test=tests[role]: user.id in members and test(user, members[user.id]))

    def __bool__(self) -> bool:
        return bool(self._tests)

    def __call__(self, user: User) -> bool:
        return not self._tests or any(test(user) for test in self._tests)


def role_names(call: Call, parameter: str, shown_as: str) -> list[str]:
    """Names of roles in the query."""
    text = call.query.get(parameter, "")
    names = [name.strip() for name in text.split(",")] if text else []
    if not are_role_names(names):
        raise bad_body(shown_as)
    return names


def check_roles_exist(call: Call) -> None:
    """Newer releases refuse roles that do not exist."""
    if call.state.release.unknown_roles_are_refused:
        role = call.query.get("role", "").lower()
        if role and role not in ROLES:
            raise bad_body("role")
        for parameter, shown_as in ROLE_PARAMETERS.items():
            if any(name not in ROLES for name in role_names(call, parameter, shown_as)):
                raise bad_body(shown_as)


def query_roles(call: Call, team: dict[str, Member], channel: dict[str, Member]) -> RoleFilter:
    return RoleFilter(
        *(role_names(call, parameter, shown_as) for parameter, shown_as in ROLE_PARAMETERS.items()), team, channel
    )
