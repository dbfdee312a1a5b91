# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads teams, channels and memberships of many users with few requests.

Each team and channel is looked up by its name once. Memberships are asked for by the ids of the users, a thousand at a
time, which says who is in a team now: the other ways also show who has left it. If all teams of a user matter (``exact``),
either all teams of the server are asked or each user is, whichever takes fewer requests.
"""

from __future__ import annotations

from typing import NamedTuple

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput, PermissionDenied
from ansible_collections.mmops.mattermost.plugins.module_utils._api.protocol import ApiClient
from ansible_collections.mmops.mattermost.plugins.module_utils._services.account import is_administrator
from ansible_collections.mmops.mattermost.plugins.module_utils._services.lookup import LARGEST_LOOKUP, chunks, in_parallel
from ansible_collections.mmops.mattermost.plugins.module_utils._services.membership import Seen

#: Up to so many users, asking each for its teams is not worse than finding out how many teams there are.
_FEW = 4


class Person(NamedTuple):
    """Whose memberships are read. ``user_id`` is ``None`` for somebody who is still created."""

    user_id: str | None
    teams: list
    exact: bool


class Reader:
    """One look at the memberships of some people."""

    def __init__(self, client: ApiClient, people: list, workers: int = 1):
        self._client = client
        self._people = people
        self._there = [person for person in people if person.user_id]
        self._workers = workers
        self._by_id: dict = {}
        self.seen = Seen(shows_roles=not client.local)

    def find_targets(self) -> Seen:
        """The declared teams and channels."""
        names = list(dict.fromkeys(team["name"] for person in self._people for team in person.teams))
        for name, team in zip(names, in_parallel(self._workers, self._find_team, names)):
            self.seen.teams[name] = team
            if team:
                self._by_id[team["id"]] = team
        pairs = dict.fromkeys(
            (team["name"], channel)
            for person in self._people
            for team in person.teams
            for channel in team["channels"]
            if self._is_open(team["name"])
        )
        found = in_parallel(self._workers, lambda pair: self._find_channel(*pair), pairs)
        self.seen.channels.update(zip(pairs, found))
        return self.seen

    def _is_open(self, name) -> bool:
        team = self.seen.teams[name]
        return bool(team) and not team["delete_at"]

    def _find_team(self, name):
        try:
            return self._client.find("get_team_by_name", team_name=name)
        except PermissionDenied:
            self.seen.hidden.add(name)
            return None

    def _find_channel(self, team, channel):
        team_id = self.seen.teams[team]["id"]
        try:
            return self._client.find("get_channel_by_name", team_id=team_id, channel_name=channel, include_deleted=True)
        except PermissionDenied:
            self.seen.hidden.add((team, channel))
            return None

    def look(self) -> Seen:
        """Who is in which of them. Call ``find_targets`` before."""
        if self._client.local:
            self._list_teams()
        else:
            self._read_teams()
        self._read_channels()
        return self.seen

    # -- teams -----------------------------------------------------------------------------------------------------

    def _read_teams(self):
        exact = [person for person in self._there if person.exact]
        others = [person for person in self._there if not person.exact]
        if len(exact) > _FEW and is_administrator(self._client.who_am_i()):  # others do not see all teams
            everything = list(self._client.pages("get_all_teams"))
            present = [team for team in everything if not team["delete_at"]]
            if len(present) * -(-len(exact) // LARGEST_LOOKUP) < len(exact):
                self._ask_teams([(team, [person.user_id for person in exact]) for team in present])
                exact = []
        in_parallel(self._workers, self._ask_user, [person.user_id for person in exact])
        self._ask_teams(self._declared_pairs(others))
        self._note_others()

    def _declared_pairs(self, people) -> list:
        """For each declared team, the users whom it concerns."""
        wanted: dict = {}
        for person in people:
            for team in person.teams:
                wanted.setdefault(team["name"], []).append(person.user_id)
        return [(self.seen.teams[name], user_ids) for name, user_ids in wanted.items()]

    def _ask_teams(self, pairs):
        for team, _user_ids in pairs:
            self._by_id[team["id"]] = team
        asked = [(team, part) for team, user_ids in pairs for part in chunks(user_ids)]
        in_parallel(self._workers, lambda pair: self._ask_team(*pair), asked)

    def _ask_team(self, team, user_ids):
        try:
            members = self._client.get_team_members_by_ids(team_id=team["id"], user_ids=user_ids)
        except PermissionDenied:
            raise InvalidInput(
                f"teams: the caller may not see who is in the team {team['name']}", "Use the token of one of its administrators"
            ) from None
        self._keep(members)

    def _ask_user(self, user_id):
        try:
            self._keep(self._client.get_team_members_for_user(user_id=user_id))
        except PermissionDenied:
            raise InvalidInput(
                "exact: the caller may not see all teams of a user",
                "Leave teams out of exact, or use the token of an administrator",
            ) from None

    def _keep(self, members):
        """Memberships that have ended still show, with the time of their end."""
        for member in members or ():
            if not member.get("delete_at"):
                self.seen.members[member["team_id"], member["user_id"]] = member

    def _note_others(self):
        """The teams that people are in beside the declared ones, each read once if it is not known yet."""
        exact = {person.user_id for person in self._there if person.exact}
        pairs = [(team_id, user_id) for team_id, user_id in self.seen.members if user_id in exact]
        unknown = list(dict.fromkeys(team_id for team_id, _user_id in pairs if team_id not in self._by_id))
        for team in in_parallel(self._workers, lambda team_id: self._client.get_team(team_id=team_id), unknown):
            self._by_id[team["id"]] = team
        for team_id, user_id in pairs:
            self.seen.others.setdefault(user_id, []).append(self._by_id[team_id])
        for teams in self.seen.others.values():
            teams.sort(key=lambda team: team["name"])

    def _list_teams(self):
        """Over the local socket, where members can only be listed as users, without their roles."""
        exact = {person.user_id for person in self._there if person.exact}
        wanted = {team["id"]: (team, set(user_ids)) for team, user_ids in self._declared_pairs(self._there)}
        for team in self._client.pages("get_all_teams") if exact else ():
            if not team["delete_at"]:
                self._by_id[team["id"]] = team
                user_ids = wanted.get(team["id"], (team, set()))[1]
                wanted[team["id"]] = (team, user_ids | exact)
        for team, user_ids in wanted.values():
            users = self._client.pages("get_users", in_team=team["id"])
            self._keep({"team_id": team["id"], "user_id": user["id"]} for user in users if user["id"] in user_ids)
        self._note_others()

    # -- channels --------------------------------------------------------------------------------------------------

    def _read_channels(self):
        """Who is in the declared channels. Only members of the team can be."""
        wanted: dict = {}
        for person in self._there:
            for wish in person.teams:
                team = self.seen.teams[wish["name"]]
                if (team["id"], person.user_id) in self.seen.members:
                    for name in wish["channels"]:
                        wanted.setdefault(self.seen.channels[wish["name"], name]["id"], []).append(person.user_id)
        asked = [(channel_id, part) for channel_id, user_ids in wanted.items() for part in chunks(user_ids)]
        ask = self._list_channel if self._client.local else self._ask_channel
        in_parallel(self._workers, lambda pair: ask(*pair), asked)

    def _ask_channel(self, channel_id, user_ids):
        members = self._client.get_channel_members_by_ids(channel_id=channel_id, user_ids=user_ids)
        self.seen.in_channels.update((channel_id, member["user_id"]) for member in members or ())

    def _list_channel(self, channel_id, user_ids):
        members = self._client.pages("get_channel_members", channel_id=channel_id)
        self.seen.in_channels.update((channel_id, member["user_id"]) for member in members)


class Permissions:
    """What the caller may do in teams and channels, by its roles there. Read when it is asked for the first time."""

    def __init__(self, client: ApiClient):
        self._client = client
        self._roles: dict = {}  # permissions by role
        self._system = None
        self._teams: dict = {}
        self._channels: dict = {}
        self._read_teams: set = set()

    @property
    def unlimited(self) -> bool:
        return self._client.local or is_administrator(self._client.who_am_i())

    def __call__(self, team: dict, channel: dict | None) -> set:
        if self._system is None:
            self._system = self._client.who_am_i()["roles"]
            members = self._client.get_team_members_for_user(user_id="me")
            self._teams = {member["team_id"]: member["roles"] for member in members if not member.get("delete_at")}
        if channel and team["id"] not in self._read_teams:
            self._read_teams.add(team["id"])
            self._read_channels(team)
        roles = [self._system, self._teams.get(team["id"], ""), self._channels.get(channel["id"], "") if channel else ""]
        return self._permissions_of(" ".join(roles).split())

    def _read_channels(self, team):
        if team["id"] in self._teams:
            members = self._client.get_channel_members_for_user(user_id="me", team_id=team["id"])
            self._channels.update({member["channel_id"]: member["roles"] for member in members})

    def _permissions_of(self, names) -> set:
        unknown = [name for name in dict.fromkeys(names) if name not in self._roles]
        if unknown:
            self._roles.update(dict.fromkeys(unknown, ()))
            for role in self._client.get_roles_by_names(role_names=unknown):
                self._roles[role["name"]] = role["permissions"]
        return set().union(*(self._roles[name] for name in names))
