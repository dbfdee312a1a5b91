# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the fake server models around users beyond the recordings: bots, teams, channels, the report, roles."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import requests

from ansible_collections.mmops.mattermost.tests.support.servers import Server, fake_server

UNKNOWN = "z" * 26
PASSWORD = "User-Passw0rd!"


class Client:
    """Requests with a token."""

    def __init__(self, url: str, token: str):
        self.url, self.token = url, token
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Authorization"] = f"Bearer {token}"

    def send(self, method: str, path: str, body: object = None, **query: object) -> requests.Response:
        return self.session.request(method, f"{self.url}/api/v4{path}", json=body, params=query, timeout=10)

    def get(self, path: str, **query: object):
        return self.ok("GET", path, None, **query)

    def ok(self, method: str, path: str, body: object = None, **query: object):
        answer = self.send(method, path, body, **query)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    def refused(self, method: str, path: str, body: object = None, **query: object) -> tuple[int, str]:
        answer = self.send(method, path, body, **query)
        return answer.status_code, answer.json()["id"]

    # ---- things to work with
    def user(self, name: str, **fields: object) -> str:
        body = {"username": name, "email": f"{name}@example.com", "password": PASSWORD, **fields}
        return self.ok("POST", "/users", body)["id"]

    def log_in(self, name: str) -> Client:
        answer = self.send("POST", "/users/login", {"login_id": name, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        return Client(self.url, answer.headers["Token"])

    def bot(self, name: str, owner: str = "") -> str:
        bot = self.ok("POST", "/bots", {"username": name, "display_name": name.title()})["user_id"]
        if owner:
            self.ok("POST", f"/bots/{bot}/assign/{owner}")
        return bot

    def team(self, name: str, **fields: object) -> str:
        team = self.ok("POST", "/teams", {"name": name, "display_name": name.title(), "type": "O"})["id"]
        if fields:
            self.ok("PUT", f"/teams/{team}/patch", fields)
        return team

    def join(self, team: str, *users: str) -> None:
        for user in users:
            self.ok("POST", f"/teams/{team}/members", {"team_id": team, "user_id": user})

    def channel(self, team: str, name: str, kind: str = "O") -> str:
        body = {"team_id": team, "name": name, "display_name": name, "type": kind}
        return self.ok("POST", "/channels", body)["id"]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with fake_server(licensed=True, release="11.2") as server:
        client = Client(server.url, server.token)
        client.ok(
            "PUT", "/config/patch", {"ServiceSettings": {"EnableBotAccountCreation": True, "EnableAPIUserDeletion": True}}
        )
        client.ok("PUT", "/config/patch", {"GuestAccountsSettings": {"Enable": True}})
        yield server


@pytest.fixture
def admin(server: Server) -> Client:
    return Client(server.url, server.token)


# ---- bots ------------------------------------------------------------------------------
def test_bots_come_in_pages_oldest_first(admin: Client) -> None:
    bots = [admin.bot(f"pagebot{number}") for number in (2, 1, 3)]
    everything = admin.get("/bots", per_page=200)
    assert [bot["user_id"] for bot in everything if bot["user_id"] in bots] == bots
    pages = [admin.get("/bots", per_page=2, page=number) for number in range(len(everything) // 2 + 2)]
    assert [bot for page in pages for bot in page] == everything
    assert pages[-1] == []


def test_bot_is_an_orphan_while_its_owner_is_deactivated(admin: Client) -> None:
    owner = admin.user("orphanowner")
    on, off = admin.bot("orphanon", owner), admin.bot("orphanoff", owner)
    nobodys = admin.bot("orphannobody", UNKNOWN)
    admin.ok("POST", f"/bots/{off}/disable")

    def orphans(**query: object) -> set[str]:
        return {bot["user_id"] for bot in admin.get("/bots", only_orphaned="true", **query)} & {on, off, nobodys}

    assert orphans(include_deleted="true") == set()
    admin.ok("PUT", "/config/patch", {"ServiceSettings": {"DisableBotsWhenOwnerIsDeactivated": False}})
    admin.ok("DELETE", f"/users/{owner}")
    assert orphans() == {on}
    assert orphans(include_deleted="true") == {on, off}
    admin.ok("PUT", "/config/patch", {"ServiceSettings": {"DisableBotsWhenOwnerIsDeactivated": True}})
    admin.ok("PUT", f"/users/{owner}/active", {"active": True})
    assert orphans(include_deleted="true") == set()


def test_deactivation_of_an_owner_disables_the_bots_for_good(admin: Client) -> None:
    owner = admin.user("botleaver")
    bot, other = admin.bot("leaversbot", owner), admin.bot("othersbot")
    admin.ok("DELETE", f"/users/{owner}")
    assert admin.refused("GET", f"/bots/{bot}") == (404, "store.sql_bot.get.missing.app_error")
    assert admin.get(f"/bots/{bot}", include_deleted="true")["delete_at"] > 0
    assert admin.get(f"/users/{bot}")["delete_at"] > 0
    assert admin.get(f"/bots/{other}")["delete_at"] == 0
    admin.ok("PUT", f"/users/{owner}/active", {"active": True})
    assert admin.refused("GET", f"/bots/{bot}")[0] == 404
    admin.ok("POST", f"/bots/{bot}/enable")
    assert admin.get(f"/users/{bot}")["delete_at"] == 0


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"username": "Not A Name"}, "model.bot.is_valid.username.app_error"),
        ({"description": "x" * 1025}, "model.bot.is_valid.description.app_error"),
    ],
)
def test_bad_change_of_a_bot_changes_nothing(admin: Client, request: pytest.FixtureRequest, change: dict, error: str) -> None:
    bot = admin.bot(f"badbot{len(next(iter(change.values())))}")
    before = admin.get(f"/bots/{bot}"), admin.get(f"/users/{bot}")
    assert admin.refused("PUT", f"/bots/{bot}", change) == (400, error)
    assert (admin.get(f"/bots/{bot}"), admin.get(f"/users/{bot}")) == before


# ---- teams -----------------------------------------------------------------------------
def test_team_is_archived_and_restored(admin: Client) -> None:
    team, user = admin.team("phoenix"), admin.user("phoenixuser")
    admin.join(team, user)
    before = admin.get(f"/teams/{team}")
    admin.ok("DELETE", f"/teams/{team}")
    assert admin.get("/teams/name/Phoenix")["delete_at"] > 0
    assert admin.get(f"/users/{user}/teams") == []
    assert [member["delete_at"] for member in admin.get(f"/users/{user}/teams/members")] == [0]
    assert admin.ok("POST", f"/teams/{team}/restore")["delete_at"] == 0
    assert [found["id"] for found in admin.get(f"/users/{user}/teams")] == [team]
    after = admin.get(f"/teams/{team}")
    assert {name for name in before if before[name] != after[name]} == {"update_at"}


def test_patch_of_a_team_changes_what_is_given(admin: Client) -> None:
    team = admin.team("patched")
    before = admin.get(f"/teams/{team}")
    changes = {"description": "d", "allowed_domains": "a.example", "group_constrained": True, "company_name": "c"}
    after = admin.ok("PUT", f"/teams/{team}/patch", changes)
    assert {name: after[name] for name in changes} == changes
    assert {name for name in before if before[name] != after[name]} == {*changes, "update_at"}
    assert admin.refused("PUT", f"/teams/{team}/patch", {"display_name": ""}) == (400, "model.team.is_valid.name.app_error")
    assert admin.get(f"/teams/{team}") == after


def test_teams_are_listed_with_archived_ones_by_display_name(admin: Client) -> None:
    names = ["zulu", "alfa", "mike"]
    teams = {name: admin.team("list-" + name) for name in names}
    admin.ok("DELETE", f"/teams/{teams['mike']}")
    found = [team for team in admin.get("/teams", per_page=200) if team["id"] in teams.values()]
    assert [(team["name"], team["delete_at"] > 0) for team in found] == [
        ("list-alfa", False),
        ("list-mike", True),
        ("list-zulu", False),
    ]
    counted = admin.get("/teams", per_page=1, include_total_count="true")
    assert len(counted["teams"]) == 1
    assert counted["total_count"] >= len(names)
    assert [team["name"] for team in admin.ok("POST", "/teams/search", {"term": "LIST-"})] == [team["name"] for team in found]
    page = admin.ok("POST", "/teams/search", {"term": "list-", "page": 1, "per_page": 2})
    assert ([team["name"] for team in page["teams"]], page["total_count"]) == (["list-zulu"], 3)


def test_users_see_open_teams_without_address_and_invitation(admin: Client) -> None:
    closed, opened = admin.team("closedteam"), admin.team("openteam", allow_open_invite=True)
    admin.user("looker")
    user = admin.log_in("looker")
    shown = user.get(f"/teams/{opened}")
    assert (shown["email"], shown["invite_id"]) == ("", "")
    assert admin.get(f"/teams/{opened}")["invite_id"]
    assert user.refused("GET", f"/teams/{closed}") == (403, "api.context.permissions.app_error")
    assert {team["id"] for team in user.get("/teams", per_page=200)} & {closed, opened} == {opened}
    assert user.get("/teams/name/closedteam/exists") == {"exists": False}
    me = user.get("/users/me")["id"]
    user.join(opened, me)
    assert user.refused("POST", f"/teams/{closed}/members", {"team_id": closed, "user_id": me})[0] == 403


def test_team_has_room_for_a_number_of_active_members(admin: Client) -> None:
    team = admin.team("narrow")
    users = [admin.user(f"narrow{number}") for number in range(3)]
    admin.ok("PUT", "/config/patch", {"TeamSettings": {"MaxUsersPerTeam": 3}})
    admin.join(team, *users[:2])  # with the creator: three
    body = {"team_id": team, "user_id": users[2]}
    assert admin.refused("POST", f"/teams/{team}/members", body) == (400, "app.team.join_user_to_team.max_accounts.app_error")
    admin.join(team, users[0])  # who is a member already
    admin.ok("DELETE", f"/users/{users[0]}")
    admin.join(team, users[2])
    admin.ok("PUT", "/config/patch", {"TeamSettings": {"MaxUsersPerTeam": 1000}})


def test_members_of_a_team_come_in_pages_by_user_id(admin: Client) -> None:
    team = admin.team("paged")
    users = [admin.user(f"paged{number}") for number in range(7)]
    batch = [{"team_id": team, "user_id": user} for user in users]
    assert {member["user_id"] for member in admin.ok("POST", f"/teams/{team}/members/batch", batch)} == set(users)
    pages = [admin.get(f"/teams/{team}/members", per_page=3, page=page) for page in range(4)]
    found = [member["user_id"] for page in pages for member in page]
    assert found == sorted(found)
    assert set(users) < set(found)
    assert [len(page) for page in pages] == [3, 3, 2, 0]
    by_name = admin.get(f"/teams/{team}/members", sort="Username")
    assert [member["user_id"] for member in by_name][1:] == users  # the creator comes first


def test_somebody_who_comes_back_to_a_team_is_in_its_default_channels_again(admin: Client) -> None:
    team, user = admin.team("boomerang"), admin.user("boomerang")
    channel = admin.channel(team, "extra")
    admin.join(team, user)
    admin.ok("POST", f"/channels/{channel}/members", {"user_id": user})
    members = f"/users/{user}/teams/{team}/channels/members"
    assert len(admin.get(members)) == 3
    admin.ok("DELETE", f"/teams/{team}/members/{user}")
    assert admin.get(members) == []
    assert admin.get(f"/teams/{team}/members/{user}")["delete_at"] > 0
    admin.join(team, user)
    assert len(admin.get(members)) == 2
    assert [member["delete_at"] for member in admin.get(f"/users/{user}/teams/members")] == [0]


def test_team_of_groups_takes_and_loses_nobody(admin: Client) -> None:
    team, user = admin.team("grouped"), admin.user("grouped")
    admin.join(team, user)
    admin.ok("PUT", f"/teams/{team}/patch", {"group_constrained": True})
    batch = [{"team_id": team, "user_id": user}]
    assert admin.refused("POST", f"/teams/{team}/members/batch", batch) == (400, "api.team.add_members.user_denied")
    problem = (400, "api.team.remove_member.group_constrained.app_error")
    assert admin.refused("DELETE", f"/teams/{team}/members/{user}") == problem


def test_allowed_domains_of_a_team_do_not_concern_bots_and_guests(admin: Client) -> None:
    team, user, guest = (
        admin.team("domains", allowed_domains="corp.example"),
        admin.user("domainuser"),
        admin.user("domainguest"),
    )
    bot = admin.bot("domainbot")
    admin.ok("POST", f"/users/{guest}/demote")
    admin.join(team, bot, guest)
    problem = (400, "api.team.join_user_to_team.allowed_domains.app_error")
    assert admin.refused("POST", f"/teams/{team}/members", {"team_id": team, "user_id": user}) == problem


@pytest.mark.parametrize("kind", ["team", "channel"])
def test_roles_of_members(admin: Client, kind: str) -> None:
    team, user = admin.team(f"roles-{kind}"), admin.user(f"roles{kind}")
    admin.join(team, user)
    channel = admin.channel(team, "roles")
    admin.ok("POST", f"/channels/{channel}/members", {"user_id": user})
    member = f"/{kind}s/{team if kind == 'team' else channel}/members/{user}"

    def roles() -> tuple:
        found = admin.get(member)
        return found["roles"], found["scheme_user"], found["scheme_admin"], found["explicit_roles"]

    admin.ok("PUT", f"{member}/roles", {"roles": f"{kind}_user {kind}_admin"})
    assert roles() == (f"{kind}_user {kind}_admin", True, True, "")
    admin.ok("PUT", f"{member}/roles", {"roles": f"{kind}_user system_post_all"})
    assert roles() == (f"system_post_all {kind}_user", True, False, "system_post_all")
    other = "channel" if kind == "team" else "team"
    problem = (400, "api.channel.update_team_member_roles.scheme_role.app_error")
    assert admin.refused("PUT", f"{member}/roles", {"roles": f"{other}_user"}) == problem
    problem = (400, "api.channel.update_team_member_roles.changing_guest_role.app_error")
    assert admin.refused("PUT", f"{member}/roles", {"roles": f"{kind}_guest"}) == problem
    admin.ok("PUT", f"{member}/schemeRoles", {"scheme_user": True, "scheme_admin": True})
    assert roles() == (f"system_post_all {kind}_user {kind}_admin", True, True, "system_post_all")
    problem = (400, f"api.{kind}.update_{kind}_member_roles.user_and_guest.app_error")
    assert admin.refused("PUT", f"{member}/schemeRoles", {"scheme_guest": True, "scheme_user": True}) == problem


def test_administrators_of_a_team_manage_it(admin: Client) -> None:
    team, boss, user = admin.team("managed"), admin.user("boss"), admin.user("minion")
    admin.join(team, boss, user)
    client = admin.log_in("boss")
    assert client.refused("DELETE", f"/teams/{team}/members/{user}")[0] == 403
    admin.ok("PUT", f"/teams/{team}/members/{boss}/schemeRoles", {"scheme_user": True, "scheme_admin": True})
    client.ok("PUT", f"/teams/{team}/patch", {"description": "mine"})
    client.ok("DELETE", f"/teams/{team}/members/{user}")


def test_guest_who_becomes_a_user_is_in_the_default_channels(admin: Client) -> None:
    team, left, guest = admin.team("promoted"), admin.team("promotedleft"), admin.user("promoted")
    admin.ok("POST", f"/users/{guest}/demote")
    admin.join(team, guest)
    admin.join(left, guest)
    admin.ok("DELETE", f"/teams/{left}/members/{guest}")
    members = f"/users/{guest}/teams/{team}/channels/members"
    assert admin.get(members) == []
    admin.ok("POST", f"/users/{guest}/promote")
    assert [member["roles"] for member in admin.get(members)] == ["channel_user", "channel_user"]
    assert [member["roles"] for member in admin.get(f"/users/{guest}/teams/members")] == ["team_user", "team_user"]


# ---- channels --------------------------------------------------------------------------
def test_channel_is_archived_and_restored(admin: Client) -> None:
    team = admin.team("attic")
    channel = admin.channel(team, "box", "P")
    admin.ok("DELETE", f"/channels/{channel}")
    assert admin.refused("GET", "/teams/name/attic/channels/name/box") == (404, "app.channel.get_by_name.missing.app_error")
    assert admin.refused("DELETE", f"/channels/{channel}") == (400, "api.channel.delete_channel.deleted.app_error")
    assert admin.get(f"/teams/{team}/channels/private") == []
    assert [found["id"] for found in admin.get(f"/teams/{team}/channels/deleted")] == [channel]
    assert admin.ok("POST", f"/channels/{channel}/restore")["delete_at"] == 0
    assert [found["id"] for found in admin.get(f"/teams/{team}/channels/private")] == [channel]
    town = admin.get(f"/teams/{team}/channels/name/town-square")["id"]
    assert admin.refused("DELETE", f"/channels/{town}") == (400, "api.channel.delete_channel.cannot.app_error")


def test_channel_of_groups_takes_and_loses_nobody(admin: Client) -> None:
    team, user = admin.team("chgrouped"), admin.user("chgrouped")
    channel = admin.channel(team, "groups")
    admin.join(team, user)
    admin.ok("POST", f"/channels/{channel}/members", {"user_id": user})
    admin.ok("PUT", f"/channels/{channel}/patch", {"group_constrained": True})
    problem = (400, "api.channel.add_members.user_denied")
    assert admin.refused("POST", f"/channels/{channel}/members", {"user_ids": [user]}) == problem
    problem = (400, "api.channel.remove_member.group_constrained.app_error")
    assert admin.refused("DELETE", f"/channels/{channel}/members/{user}") == problem


def test_renamed_channel_is_found_by_its_new_name(admin: Client) -> None:
    team = admin.team("renaming")
    channel = admin.channel(team, "before")
    admin.ok("PUT", f"/channels/{channel}/patch", {"name": "after", "header": "h"})
    assert admin.get(f"/teams/{team}/channels/name/after")["header"] == "h"
    assert admin.refused("GET", f"/teams/{team}/channels/name/before")[0] == 404


def test_users_join_public_channels_of_their_teams_only(admin: Client) -> None:
    team, user = admin.team("joiners"), admin.user("joiner")
    public, private = admin.channel(team, "public"), admin.channel(team, "private", "P")
    client = admin.log_in("joiner")
    assert client.refused("POST", f"/channels/{public}/members", {"user_id": user})[0] == 403
    admin.join(team, user)
    client.ok("POST", f"/channels/{public}/members", {"user_id": user})
    assert client.refused("POST", f"/channels/{private}/members", {"user_id": user})[0] == 403


def test_members_of_messages_never_change(admin: Client) -> None:
    users = [admin.user(f"talker{number}") for number in range(3)]
    channel = admin.ok("POST", "/channels/group", users)["id"]
    problem = (400, "api.channel.add_user_to_channel.type.app_error")
    assert admin.refused("POST", f"/channels/{channel}/members", {"user_id": users[0]}) == problem
    problem = (400, "api.channel.remove_channel_member.type.app_error")
    assert admin.refused("DELETE", f"/channels/{channel}/members/{users[0]}") == problem


# ---- the report ------------------------------------------------------------------------
@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A server with many users; some have no last name, and some have the same."""
    path = tmp_path_factory.mktemp("crowd") / "users.jsonl"
    with path.open("w") as file:
        for number in range(500):
            name = f"user{number * 7 % 500:03}"
            user = {"username": name, "email": f"{name}@example.com", "password": PASSWORD, "first_name": f"F{number % 20:02}"}
            file.write(json.dumps(user) + "\n")
    with fake_server(licensed=True, release="11.2", arguments=["--load", str(path)]) as server:
        yield Client(server.url, server.token)


def pages(client: Client, column: str, key: str, **query: object) -> Iterator[list[dict]]:
    """The report, page for page."""
    place: dict[str, object] = {}
    while page := client.get("/reports/users", sort_column=column, **query, **place):
        yield page
        place = {"direction": "next", "from_column_value": page[-1][key], "from_id": page[-1]["id"]}


@pytest.mark.parametrize(("column", "key"), [("Username", "username"), ("Email", "email"), ("CreateAt", "create_at")])
@pytest.mark.parametrize("direction", ["asc", "desc"])
@pytest.mark.parametrize("size", [7, 100])
def test_report_shows_everybody_once(crowd: Client, column: str, key: str, direction: str, size: int) -> None:
    count = crowd.get("/reports/users/count")
    found = [user for page in pages(crowd, column, key, page_size=size, sort_direction=direction) for user in page]
    values = [user[key] for user in found]
    assert values == sorted(values, reverse=direction == "desc")
    if direction == "asc" or column != "CreateAt":  # like the server, which loses some of the same value when it descends
        assert len({user["id"] for user in found}) == len(found) == count == 501


def test_report_of_a_column_that_is_not_unique(crowd: Client) -> None:
    found = [user for page in pages(crowd, "FirstName", "first_name", page_size=30, search_term="user") for user in page]
    assert len({user["id"] for user in found}) == len(found) == 500
    assert [(user["first_name"], user["id"]) for user in found] == sorted((user["first_name"], user["id"]) for user in found)


def test_report_goes_back(crowd: Client) -> None:
    first, second, third, *_rest = pages(crowd, "Username", "username", page_size=5)
    place = {"direction": "prev", "from_column_value": third[0]["username"], "from_id": third[0]["id"]}
    assert crowd.get("/reports/users", page_size=5, **place) == second
    place = {"direction": "prev", "from_column_value": second[0]["username"], "from_id": second[0]["id"]}
    assert crowd.get("/reports/users", page_size=100, **place) == first


def test_report_follows_changes(crowd: Client) -> None:
    user = crowd.get("/users/username/user010")["id"]
    crowd.ok("PUT", f"/users/{user}/patch", {"username": "zzlast"})
    assert crowd.get("/reports/users", page_size=1, sort_direction="desc")[0]["username"] == "zzlast"
    crowd.ok("PUT", f"/users/{user}/patch", {"username": "user010"})
    assert crowd.get("/reports/users", page_size=1, sort_direction="desc")[0]["username"] == "user499"
    new = crowd.user("zznew")
    assert crowd.get("/reports/users", page_size=1, sort_direction="desc")[0]["username"] == "zznew"
    crowd.ok("PUT", "/config/patch", {"ServiceSettings": {"EnableAPIUserDeletion": True}})
    crowd.ok("DELETE", f"/users/{new}", permanent="true")
    assert crowd.get("/reports/users", page_size=1, sort_direction="desc")[0]["username"] == "user499"


def test_report_filters(crowd: Client) -> None:
    ids = {name: crowd.get(f"/users/username/{name}")["id"] for name in ("user100", "user101", "user102")}
    team = crowd.team("reported")
    crowd.join(team, ids["user100"], ids["user101"])
    crowd.ok("DELETE", f"/users/{ids['user101']}")
    crowd.ok("PUT", f"/users/{ids['user102']}/roles", {"roles": "system_user system_post_all"})

    def names(**query: object) -> list[str]:
        found = crowd.get("/reports/users", search_term="user10", **query)
        assert crowd.get("/reports/users/count", search_term="user10", **query) == len(found)
        return [user["username"] for user in found]

    everybody = [f"user10{number}" for number in range(10)]
    assert names() == everybody
    assert names(hide_active="true") == ["user101"]
    assert names(hide_inactive="true") == [name for name in everybody if name != "user101"]
    assert names(team_filter=team) == ["user100", "user101"]
    assert names(team_filter=UNKNOWN) == []
    assert names(has_no_team="true") == everybody[2:]
    assert names(role_filter="system_post_all") == ["user102"]
    crowd.ok("DELETE", f"/teams/{team}/members/{ids['user100']}")
    assert names(team_filter=team) == ["user101"]


def test_report_tells_the_last_login_and_the_last_status(crowd: Client) -> None:
    def row(name: str) -> dict:
        return crowd.get("/reports/users", search_term=name)[0]

    assert "last_login" not in row("user200")
    user = crowd.log_in("user200")
    after = row("user200")
    assert after["last_login"] > after["create_at"]
    assert "last_status_at" not in after
    user.ok("PUT", f"/users/{after['id']}/status", {"user_id": after["id"], "status": "away"})
    assert row("user200")["last_status_at"] >= after["last_login"]
    crowd.ok("DELETE", f"/users/{row('user201')['id']}")
    assert row("user201")["last_status_at"] > 0


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ({"page_size": 0}, "api.getUsersForReporting.invalid_page_size"),
        ({"page_size": -1}, "api.getUsersForReporting.invalid_page_size"),
        ({"sort_column": "username"}, "model.user_report_options.is_valid.invalid_sort_column"),
    ],
)
def test_report_refuses(crowd: Client, query: dict, error: str) -> None:
    assert crowd.refused("GET", "/reports/users", **query) == (400, error)


# ---- roles, preferences, old releases --------------------------------------------------------
def test_change_of_a_role_takes_effect(admin: Client) -> None:
    admin.user("creator")
    user, role = admin.log_in("creator"), admin.get("/roles/name/system_user")
    user.ok("POST", "/teams", {"name": "may", "display_name": "May", "type": "O"})
    fewer = [name for name in role["permissions"] if name != "create_team"]
    changed = admin.ok("PUT", f"/roles/{role['id']}/patch", {"permissions": fewer})
    assert (changed["permissions"], changed["update_at"] > role["update_at"]) == (fewer, True)
    problem = (403, "api.team.is_team_creation_allowed.disabled.app_error")
    assert user.refused("POST", "/teams", {"name": "maynot", "display_name": "May not", "type": "O"}) == problem
    admin.ok("PUT", f"/roles/{role['id']}/patch", {"permissions": role["permissions"]})
    user.ok("POST", "/teams", {"name": "mayagain", "display_name": "May again", "type": "O"})
    assert user.refused("PUT", f"/roles/{role['id']}/patch", {"permissions": []})[0] == 403


def test_change_of_a_role_of_members_takes_effect(admin: Client) -> None:
    team, member, other = admin.team("strict"), admin.user("strictmember"), admin.user("strictother")
    admin.join(team, member)
    client, role = admin.log_in("strictmember"), admin.get("/roles/name/team_user")
    body = {"team_id": team, "user_id": other}
    fewer = [name for name in role["permissions"] if name != "add_user_to_team"]
    admin.ok("PUT", f"/roles/{role['id']}/patch", {"permissions": fewer})
    assert client.refused("POST", f"/teams/{team}/members", body) == (403, "api.context.permissions.app_error")
    admin.ok("PUT", f"/roles/{role['id']}/patch", {"permissions": role["permissions"]})
    client.ok("POST", f"/teams/{team}/members", body)


def test_preferences_stay_as_they_were_set(admin: Client) -> None:
    user = admin.user("picky")
    path = f"/users/{user}/preferences"
    one = {"user_id": user, "category": "display_settings", "name": "use_military_time", "value": "true"}
    before = admin.get(path)
    admin.ok("PUT", path, [one])
    assert admin.get(path) == sorted([*before, one], key=lambda item: (item["category"], item["name"]))
    assert admin.get(f"{path}/display_settings") == [one]
    assert admin.get(f"{path}/display_settings/name/use_military_time") == one
    admin.ok("POST", f"{path}/delete", [one, *before])
    assert admin.get(path) == []
    assert admin.refused("GET", f"{path}/display_settings") == (404, "app.preference.get_category.app_error")


@pytest.mark.parametrize("path", ["/reports/users", "/limits/server", "/custom_profile_attributes/fields"])
def test_old_release_does_not_know_new_requests(path: str) -> None:
    with fake_server(licensed=True, release="7.6") as server:
        assert Client(server.url, server.token).refused("GET", path) == (404, "api.context.404.app_error")
