# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Memberships of many users: how they are read, how they are sent, and what becomes of those whom the server refuses."""

from __future__ import annotations

import threading
from collections import Counter
from types import SimpleNamespace

import pytest

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import ServerUnreachable, rejection
from ansible_collections.mmops.mattermost.plugins.module_utils._api.server import Server
from ansible_collections.mmops.mattermost.plugins.module_utils._plan import Plan
from ansible_collections.mmops.mattermost.plugins.module_utils._services.membership import ENTER, JOIN, LEAVE, SET_ROLE, Move
from ansible_collections.mmops.mattermost.plugins.module_utils._services.membership_look import Person, Reader
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster import Item
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_memberships import JOIN_MANY, Delivery

LEFT_TEAM = "api.channel.add_user.to.channel.failed.deleted.app_error"
DOMAINS = "api.team.join_user_to_team.allowed_domains.app_error"
SALES = {"id": "sales-id", "name": "sales", "delete_at": 0}
DEV = {"id": "dev-id", "name": "dev", "type": "O", "delete_at": 0}


class StubClient:
    """A server with one team and one channel. ``refused``: for ids of users, the id of the error. ``sent`` counts requests."""

    def __init__(self, refused=None, release=(11, 2, 0), teams=(SALES,), members=(), away=()):
        self.refused, self.teams, self.members, self.away = refused or {}, list(teams), list(members), away
        self.server, self.local = Server(release, False), False
        self.sent: Counter = Counter()
        self.lock = threading.Lock()

    def known_server(self):
        return self.server

    def who_am_i(self):
        return {"id": "me", "roles": "system_admin system_user"}

    def call(self, name, arguments):
        with self.lock:
            self.sent[name] += 1
        if name in self.away:
            raise ServerUnreachable("there is no connection", "", name)
        return SimpleNamespace(data=getattr(self, "_" + name)(**arguments))

    def find(self, name, **arguments):
        return self.call(name, arguments).data

    def pages(self, name, **arguments):
        return self.call(name, arguments).data

    def __getattr__(self, name):
        return lambda **arguments: self.call(name, arguments).data

    def _get_team_by_name(self, team_name):
        return next((team for team in self.teams if team["name"] == team_name), None)

    def _get_team(self, team_id):
        return next(team for team in self.teams if team["id"] == team_id)

    def _get_channel_by_name(self, team_id, channel_name, include_deleted):
        return DEV

    def _get_all_teams(self):
        return self.teams

    def _get_team_members_by_ids(self, team_id, user_ids):
        return [{"team_id": team_id, "user_id": user_id} for user_id in user_ids if (team_id, user_id) in self.members]

    def _get_team_members_for_user(self, user_id):
        present = [{"team_id": team, "user_id": user, "delete_at": 0} for team, user in self.members if user == user_id]
        return [*present, {"team_id": "left", "user_id": user_id, "delete_at": 1}]

    def _get_channel_members_by_ids(self, channel_id, user_ids):
        return [{"user_id": user_id} for user_id in user_ids]

    def _add_team_members(self, team_id, graceful, members):
        assert graceful
        assert len(members) <= 256
        return [self._answer(member["user_id"]) for member in members]

    def _answer(self, user_id):
        if user_id in self.refused:
            return {
                "user_id": user_id,
                "member": None,
                "error": {"id": self.refused[user_id], "message": "", "status_code": 400},
            }
        return {"user_id": user_id, "member": {"user_id": user_id}, "error": None}

    def _add_team_member(self, team_id, user_id):
        return {}

    def _add_channel_member(self, channel_id, user_id=None, user_ids=None):
        asked = user_ids or [user_id]
        added = [{"user_id": one} for one in asked if one not in self.refused]
        if not added:
            raise rejection("add_channel_member", 400, self.refused[asked[0]])
        return added if user_ids else added[0]

    def _update_team_member_scheme_roles(self, **arguments):
        return {}

    def _remove_team_member(self, **arguments):
        return {}


def items(count, *moves):
    users = [{"id": f"u{number}", "username": f"u{number}"} for number in range(count)]
    return [Item(user["username"], "", {}, Plan(predicted=dict(user)), user=user, moves=list(moves)) for user in users]


def send(client, people):
    Delivery(client, 4, lambda: False).send(people)
    return Counter(operation for person in people for operation in person.done)


def test_many_users_take_few_requests():
    client = StubClient()
    done = send(client, items(250, Move(JOIN_MANY, SALES), Move(SET_ROLE, SALES, admin=True), Move(ENTER, SALES, DEV)))
    assert done == {JOIN_MANY: 250, SET_ROLE: 250, ENTER: 250}
    assert client.sent == {JOIN_MANY: 3, SET_ROLE: 250, ENTER: 3}


def test_whom_a_team_refuses_is_not_added_to_its_channels():
    client = StubClient({"u1": DOMAINS})
    people = items(3, Move(JOIN_MANY, SALES), Move(ENTER, SALES, DEV), Move(LEAVE, {"id": "x", "name": "old"}))
    assert send(client, people) == {JOIN_MANY: 2, ENTER: 2, LEAVE: 2}
    assert people[1].done == []
    assert str(people[1].error).startswith("add_team_members: teams: sales: the team takes addresses of certain domains only")
    assert people[1].error.details()["id"] == DOMAINS


def test_an_answer_with_the_successes_only_is_completed_one_by_one():
    client = StubClient({"u1": LEFT_TEAM})
    people = items(3, Move(ENTER, SALES, DEV))
    assert send(client, people) == {ENTER: 2}
    assert client.sent == {ENTER: 2}
    assert "teams: sales/dev: the user has left the team of the channel" in str(people[1].error)


def test_a_batch_of_failures_only_is_explained_one_by_one():
    client = StubClient({"u0": LEFT_TEAM, "u1": LEFT_TEAM})
    people = items(2, Move(ENTER, SALES, DEV))
    assert send(client, people) == {}
    assert client.sent == {ENTER: 3}
    assert all(LEFT_TEAM in str(person.error) for person in people)


def test_an_error_of_the_request_is_that_of_all_its_users():
    client = StubClient(away={JOIN_MANY})
    people = items(3, Move(JOIN_MANY, SALES), Move(ENTER, SALES, DEV))
    assert send(client, people) == {}
    assert client.sent == {JOIN_MANY: 1}
    assert all(isinstance(person.error, ServerUnreachable) for person in people)


@pytest.mark.parametrize("release", [(7, 6, 0), (9, 0, 0)])
def test_older_servers_take_one_user_at_a_time_in_channels(release):
    client = StubClient(release=release)
    assert send(client, items(3, Move(ENTER, SALES, DEV))) == {ENTER: 3}
    assert client.sent == {ENTER: 3}


def test_a_user_who_failed_before_is_left_alone_and_nothing_begins_after_a_stop():
    client = StubClient()
    people = items(2, Move(JOIN, SALES))
    people[0].error = ServerUnreachable("away")
    assert send(client, people) == {JOIN: 1}
    Delivery(client, 1, lambda: True).send(items(2, Move(JOIN_MANY, SALES)))
    assert client.sent == {JOIN: 1}


def look(client, people):
    reader = Reader(client, people, 4)
    reader.find_targets()
    return reader.look()


def wish(*channels):
    return [{"name": "sales", "role": None, "channels": list(channels)}]


def test_thousands_are_read_with_a_request_for_each_thousand():
    client = StubClient(members=[("sales-id", f"u{number}") for number in range(1500)])
    seen = look(client, [Person(f"u{number}", wish("dev"), False) for number in range(2500)])
    assert len(seen.members) == len(seen.in_channels) == 1500
    assert client.sent == {
        "get_team_by_name": 1,
        "get_channel_by_name": 1,
        "get_team_members_by_ids": 3,
        "get_channel_members_by_ids": 2,
    }


@pytest.mark.parametrize(
    ("people", "teams", "sent"),
    [
        (1, 50, {"get_team_members_for_user": 1, "get_team": 1}),
        (20, 5, {"get_all_teams": 1, "get_team_members_by_ids": 6}),
        (20, 50, {"get_all_teams": 1, "get_team_members_for_user": 20, "get_team": 1}),
    ],
)
def test_all_teams_of_people_are_read_in_the_cheaper_way(people, teams, sent):
    others = [{"id": f"t{number}", "name": f"t{number}", "delete_at": 0} for number in range(teams)]
    archived = {"id": "gone", "name": "gone", "delete_at": 1}
    client = StubClient(teams=[SALES, *others, archived], members=[("sales-id", "u0"), ("t1", "u0")])
    seen = look(client, [Person(f"u{number}", wish(), True) for number in range(people)])
    assert [team["name"] for team in seen.others["u0"]] == ["sales", "t1"]
    assert client.sent == {"get_team_by_name": 1, **sent}


def test_who_is_created_is_not_looked_for():
    client = StubClient()
    assert look(client, [Person(None, wish("dev"), True)]).members == {}
    assert client.sent == {"get_team_by_name": 1, "get_channel_by_name": 1}
