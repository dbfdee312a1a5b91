# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Memberships of many users: how they are read, how they are sent, and what becomes of those whom the server refuses."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import ServerUnreachable
from ansible_collections.mmops.mattermost.plugins.module_utils._plan import Plan
from ansible_collections.mmops.mattermost.plugins.module_utils._services.membership import ENTER, JOIN, LEAVE, SET_ROLE, Move
from ansible_collections.mmops.mattermost.plugins.module_utils._services.membership_look import Person, Reader
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster import Item
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_memberships import JOIN_MANY, Delivery
from ansible_collections.mmops.mattermost.tests.fake_mattermost.channels import Channel
from ansible_collections.mmops.mattermost.tests.fake_mattermost.licence import ENTERPRISE
from ansible_collections.mmops.mattermost.tests.fake_mattermost.release import RELEASES
from ansible_collections.mmops.mattermost.tests.fake_mattermost.state import State
from ansible_collections.mmops.mattermost.tests.fake_mattermost.teams import Team
from ansible_collections.mmops.mattermost.tests.unit.plugins.module_utils.fake_server import FakeClient, numbered

LEFT_TEAM = "api.channel.add_user.to.channel.failed.deleted.app_error"
DOMAINS = "api.team.join_user_to_team.allowed_domains.app_error"
SALES = {"id": "s" * 26, "name": "sales", "delete_at": 0}
LEFT = {"id": "l" * 26, "name": "left", "delete_at": 0}
OLD = {"id": "o" * 26, "name": "old", "delete_at": 0}
DEV = {"id": "d" * 26, "name": "dev", "type": "O", "delete_at": 0}
#: Here teams have room for thousands.
SETTINGS = {"TeamSettings": {"MaxUsersPerTeam": 10_000}}


def id_of(number):
    return f"{number:026d}"


def start(count=3, release=RELEASES["11.2"], members=(), others=(), **accounts):
    """A client of a server with the users, the teams sales and ``others``, and the channel dev in the first one.

    ``members`` are the numbers of those who are in sales and dev; everybody was in another team, and left it.
    """
    state = State(ENTERPRISE, release)
    people = [numbered(number, **accounts.get(f"user{number}", {})) for number in range(count)]
    client = FakeClient(people, state=state, settings=SETTINGS)
    for team in (SALES, OLD, LEFT, *others):
        created = Team(name=team["name"], display_name=team["name"], type="O", id=team["id"], delete_at=team["delete_at"])
        state.teams.create(state, created, "")
    dev = state.channels.add(Channel("dev", "Dev", "O", SALES["id"], id=DEV["id"]))
    for number in range(count):
        leave(client, LEFT, number)
    for number in members:
        join(client, SALES, number)
        state.channels.add_member(dev, state.users.get(id_of(number)))
    client.known_server()
    client.sent.clear()
    return client


def join(client, team, number):
    client.state.teams.join(client.state, client.state.teams.get(team["id"]), id_of(number))


def leave(client, team, number):
    join(client, team, number)
    client.state.teams.leave(client.state, client.state.teams.get(team["id"]), id_of(number))


def items(count, *moves):
    users = [{"id": id_of(number), "username": f"user{number:05d}"} for number in range(count)]
    return [Item(user["username"], "", {}, Plan(predicted=dict(user)), user=user, moves=list(moves)) for user in users]


def send(client, people):
    Delivery(client, 4, lambda: False).send(people)
    return Counter(operation for person in people for operation in person.done)


def test_many_users_take_few_requests():
    client = start(250)
    done = send(client, items(250, Move(JOIN_MANY, SALES), Move(SET_ROLE, SALES, admin=True), Move(ENTER, SALES, DEV)))
    assert done == {JOIN_MANY: 250, SET_ROLE: 250, ENTER: 250}
    assert Counter(client.sent) == {JOIN_MANY: 3, SET_ROLE: 250, ENTER: 3}


def test_whom_a_team_refuses_is_not_added_to_its_channels():
    client = start(user1={"email": "user00001@example.org"})
    for number in range(3):
        join(client, OLD, number)
    client.state.teams.get(SALES["id"]).allowed_domains = "example.com"
    people = items(3, Move(JOIN_MANY, SALES), Move(ENTER, SALES, DEV), Move(LEAVE, OLD))
    assert send(client, people) == {JOIN_MANY: 2, ENTER: 2, LEAVE: 2}
    assert people[1].done == []
    assert str(people[1].error).startswith("add_team_members: teams: sales: the team takes addresses of certain domains only")
    assert people[1].error.details()["id"] == DOMAINS


def test_an_answer_with_the_successes_only_is_completed_one_by_one():
    client = start()
    join(client, SALES, 0)
    leave(client, SALES, 1)
    join(client, SALES, 2)
    people = items(3, Move(ENTER, SALES, DEV))
    assert send(client, people) == {ENTER: 2}
    assert Counter(client.sent) == {ENTER: 2}
    assert "teams: sales/dev: the user has left the team of the channel" in str(people[1].error)


def test_a_batch_of_failures_only_is_explained_one_by_one():
    client = start()
    leave(client, SALES, 0)
    leave(client, SALES, 1)
    people = items(2, Move(ENTER, SALES, DEV))
    assert send(client, people) == {}
    assert Counter(client.sent) == {ENTER: 3}
    assert all(LEFT_TEAM in str(person.error) for person in people)


def test_an_error_of_the_request_is_that_of_all_its_users():
    client = start()
    client.unplug(JOIN_MANY)
    people = items(3, Move(JOIN_MANY, SALES), Move(ENTER, SALES, DEV))
    assert send(client, people) == {}
    assert Counter(client.sent) == {JOIN_MANY: 1}
    assert all(isinstance(person.error, ServerUnreachable) for person in people)


@pytest.mark.parametrize("release", ["7.6.0", "9.0.0"])
def test_older_servers_take_one_user_at_a_time_in_channels(release):
    client = start(release=replace(RELEASES["7.6"], version=release))
    for number in range(3):
        join(client, SALES, number)
    assert send(client, items(3, Move(ENTER, SALES, DEV))) == {ENTER: 3}
    assert Counter(client.sent) == {ENTER: 3}


def test_a_user_who_failed_before_is_left_alone_and_nothing_begins_after_a_stop():
    client = start()
    people = items(2, Move(JOIN, SALES))
    people[0].error = ServerUnreachable("away")
    assert send(client, people) == {JOIN: 1}
    Delivery(client, 1, lambda: True).send(items(2, Move(JOIN_MANY, SALES)))
    assert Counter(client.sent) == {JOIN: 1}


def look(client, people):
    reader = Reader(client, people, 4)
    reader.find_targets()
    return reader.look()


def wish(*channels):
    return [{"name": "sales", "role": None, "channels": list(channels)}]


def test_thousands_are_read_with_a_request_for_each_thousand():
    client = start(2500, members=range(1500))
    seen = look(client, [Person(id_of(number), wish("dev"), False) for number in range(2500)])
    assert len(seen.members) == len(seen.in_channels) == 1500
    assert Counter(client.sent) == {
        "get_team_by_name": 1,
        "get_channel_by_name": 1,
        "get_team_members_by_ids": 3,
        "get_channel_members_by_ids": 2,
    }


@pytest.mark.parametrize(
    ("people", "teams", "sent"),
    [
        (1, 50, {"get_team_members_for_user": 1, "get_team": 1}),
        (20, 5, {"get_user": 1, "get_all_teams": 1, "get_team_members_by_ids": 6}),
        (20, 50, {"get_user": 1, "get_all_teams": 1, "get_team_members_for_user": 20, "get_team": 1}),
    ],
)
def test_all_teams_of_people_are_read_in_the_cheaper_way(people, teams, sent):
    # Beside sales, old and the one that everybody has left.
    others = [{"id": f"t{number:025d}", "name": f"t{number}", "delete_at": 0} for number in range(teams - 2)]
    archived = {"id": "g" * 26, "name": "gone", "delete_at": 1}
    client = start(people, others=[*others, archived], members=[0])
    join(client, others[1], 0)
    seen = look(client, [Person(id_of(number), wish(), True) for number in range(people)])
    assert [team["name"] for team in seen.others[id_of(0)]] == ["sales", "t1"]
    assert Counter(client.sent) == {"get_team_by_name": 1, **sent}


def test_new_users_are_not_looked_for():
    client = start()
    assert look(client, [Person(None, wish("dev"), True)]).members == {}
    assert Counter(client.sent) == {"get_team_by_name": 1, "get_channel_by_name": 1}
