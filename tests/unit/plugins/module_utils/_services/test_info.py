# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What mm_user_info reads, on the fake server: the right users, the fewest requests, and no secret."""

from __future__ import annotations

import base64
from dataclasses import asdict
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput, PermissionDenied
from ansible_collections.mmops.mattermost.plugins.module_utils._plan import converge
from ansible_collections.mmops.mattermost.plugins.module_utils._services import user_report
from ansible_collections.mmops.mattermost.plugins.module_utils._services.info import UserInfoService
from ansible_collections.mmops.mattermost.plugins.module_utils._services.info_options import LARGEST_SEARCH
from ansible_collections.mmops.mattermost.plugins.module_utils._services.info_subjects import SUBJECTS
from ansible_collections.mmops.mattermost.plugins.modules.mm_user_info import SUBJECT
from ansible_collections.mmops.mattermost.tests.fake_mattermost.channels import Channel
from ansible_collections.mmops.mattermost.tests.fake_mattermost.statuses import Status
from ansible_collections.mmops.mattermost.tests.fake_mattermost.teams import Team
from ansible_collections.mmops.mattermost.tests.fake_mattermost.uploads import Upload
from ansible_collections.mmops.mattermost.tests.unit.plugins.module_utils.declarations import declared
from ansible_collections.mmops.mattermost.tests.unit.plugins.module_utils.fake_server import FakeClient, account, numbered

TEAM, CHANNEL, GROUP = "t" * 26, "c" * 26, "g" * 26
NOT_ALLOWED = (403, "api.context.permissions.app_error")
ADMINISTRATOR = {"roles": "system_user system_admin"}


def id_of(number):
    return f"{number:026d}"


def start(*accounts, release="7.6", licensed=True, **options):
    """The client of the first of these accounts, who administers the server."""
    first = {**accounts[0], **ADMINISTRATOR}
    return FakeClient([first, *accounts[1:]], first["id"], release=release, licensed=licensed, **options)


def start_many(count, **options):
    return start(*(numbered(number) for number in range(count)), **options)


def run(client, check_mode=False, **options):
    return converge(UserInfoService(), client, declared(SUBJECT.options, **options), check_mode)


def names(outcome):
    return [user["username"] for user in outcome.returned["users"]]


def put_together(client):
    """A team of all, a channel in it with two of them, and a group message between the caller and another."""
    state = client.state
    team = Team(name="ops", display_name="Ops", type="O", id=TEAM)
    state.teams.create(state, team, "")
    for user_id in state.users.ids():
        state.teams.join(state, team, user_id)
    channel = state.channels.add(Channel("deploy", "Deploy", "O", TEAM, id=CHANNEL))
    for number in (2, 4):
        state.channels.add_member(channel, state.users.get(id_of(number)))
    group = state.channels.add(Channel("group", "Group", "G", id=GROUP))
    for number in (0, 3):
        state.channels.add_member(group, state.users.get(id_of(number)))


@pytest.fixture
def model():
    client = start(*(numbered(number, delete_at=number % 2) for number in range(5)))
    put_together(client)
    return client


# -- which users -----------------------------------------------------------------------------------------------------


def test_without_options_all_users_are_listed_page_by_page():
    client = start_many(401)
    assert len(run(client).returned["users"]) == 401
    assert client.sent == ["get_users"] * 3


def test_a_limit_stops_at_the_page_it_ends_on():
    client = start_many(401)
    assert names(run(client, limit=200))[-1] == "user00199"
    assert client.sent == ["get_users"]
    assert len(run(client, limit=201).returned["users"]) == 201
    assert client.sent == ["get_users"] * 3


def test_thousands_of_names_and_ids_take_a_request_for_each_thousand():
    accounts = [numbered(number) for number in range(2500)]
    client = start(*accounts)
    assert len(run(client, usernames=[account["username"] for account in accounts]).returned["users"]) == 2500
    assert client.sent == ["get_users_by_usernames"] * 3
    client.sent.clear()
    assert len(run(client, user_ids=[account["id"] for account in accounts]).returned["users"]) == 2500
    assert client.sent == ["get_users_by_ids"] * 3 + ["get_users_by_usernames"] * 3


@settings(deadline=None)
@given(st.sets(st.integers(0, 6)), st.lists(st.integers(0, 9)), st.lists(st.integers(0, 9)), st.lists(st.integers(0, 9)))
def test_named_users_are_found_once_and_the_others_are_missing(there, by_name, by_id, by_email):
    client = FakeClient(numbered(number) for number in there)
    outcome = run(
        client,
        usernames=[f"User{number:05d} " for number in by_name],
        user_ids=[f"{number:026d}" for number in by_id],
        emails=[f"USER{number:05d}@example.com" for number in by_email],
    )
    wanted = {*by_name, *by_id, *by_email}
    assert names(outcome) == [f"user{number:05d}" for number in sorted(wanted & there)]
    assert sorted(outcome.returned["missing"]) == sorted(
        {f"user{number:05d}" for number in set(by_name) - there}
        | {f"{number:026d}" for number in set(by_id) - there}
        | {f"user{number:05d}@example.com" for number in set(by_email) - there}
    )
    assert client.sent.count("get_user_by_email") == len(set(by_email))


def test_a_stale_answer_by_id_is_replaced_by_the_one_by_name(model):
    model.state.users.get(id_of(1))  # gets the account into the cache, where it stays as it is
    model.state.users.write(id_of(1), is_bot=True)
    assert "is_bot" not in model.get_users_by_ids(user_ids=[id_of(1)])[0]
    assert run(model, user_ids=[id_of(1)]).returned["users"][0]["is_bot"]


def test_fields_can_be_chosen(model):
    [user] = run(model, limit=1, fields=["email", "last_login"], gather=["audits"]).returned["users"]
    assert user == {"id": id_of(0), "username": "user00000", "email": "user00000@example.com", "audits": []}
    [user] = run(model, limit=1, fields=[]).returned["users"]
    assert set(user) == {"id", "username"}


def test_me_is_the_caller(model):
    model = model.beside(caller_id=id_of(2))
    outcome = run(model, user_ids=["me", id_of(2)])
    assert names(outcome) == ["user00002"]
    assert outcome.returned["missing"] == []


def test_empty_lists_of_names_choose_nobody(model):
    assert run(model, usernames=[], emails=[]).returned["users"] == []
    assert model.sent == []


def test_the_local_socket_is_asked_for_each_name(model):
    model = model.beside(local=True)
    outcome = run(model, usernames=["user00001", "nobody"], user_ids=[id_of(2)])
    assert names(outcome) == ["user00001", "user00002"]
    assert outcome.returned["missing"] == ["nobody"]
    assert "get_users_by_usernames" not in model.sent
    with pytest.raises(InvalidInput, match="no caller that me could stand for"):
        run(model, user_ids=["me"])


def test_filters_go_to_the_server_in_its_form(model):
    run(model, in_team=TEAM, active=True, roles=["system_admin", "system_user"], team_roles=["team_admin"], sort="create_at")
    assert model.asked == [
        {
            "in_team": TEAM,
            "active": True,
            "roles": "system_admin,system_user",
            "team_roles": "team_admin",
            "sort": "create_at",
            "page": 0,
            "per_page": 200,
        }
    ]
    assert model.sent == ["get_users"]
    assert names(run(model, inactive=True)) == ["user00001", "user00003"]


def test_a_search_has_the_same_filters_under_other_names(model):
    run(model, search=" user ", in_team=TEAM, not_in_channel=CHANNEL, group_constrained=True, roles=["system_admin"], limit=7)
    assert model.asked == [
        {
            "term": "user",
            "team_id": TEAM,
            "not_in_channel_id": CHANNEL,
            "group_constrained": True,
            "roles": ["system_admin"],
            "limit": 7,
            "allow_inactive": True,
        }
    ]
    assert model.sent == ["search_users"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [({}, [0, 1, 2, 3, 4]), ({"active": True}, [0, 2, 4]), ({"inactive": True}, [1, 3]), ({"inactive": True, "limit": 1}, [1])],
)
def test_a_search_knows_active_and_inactive_users(model, options, expected):
    assert names(run(model, search="user", **options)) == [f"user{number:05d}" for number in expected]


def test_a_search_that_is_cut_warns():
    client = start_many(LARGEST_SEARCH + 1)
    for way in ("search", "autocomplete"):
        outcome = run(client, **{way: "user"})
        assert len(outcome.returned["users"]) == LARGEST_SEARCH
        assert "some may be left out" in outcome.plan.warnings[0]
        assert run(client, limit=3, **{way: "user"}).plan.warnings == []


def test_an_autocompletion_tells_who_is_not_in_the_channel(model):
    outcome = run(model, autocomplete="user", in_team=TEAM, in_channel=CHANNEL)
    assert names(outcome) == ["user00002", "user00004"]
    assert [user["username"] for user in outcome.returned["out_of_channel"]] == ["user00000"]
    assert run(model, autocomplete="nobody").returned["users"] == []


# -- what is gathered ------------------------------------------------------------------------------------------------


def test_everything_is_gathered_under_its_name(model):
    state = model.state
    token = state.tokens.add(id_of(1), "deploy").view()
    for letter in "xy":
        model.add(**account(f"bot-{letter}", id=letter * 26, is_bot=True, owner_id=id_of(1)))
    bots = [model.get_bot(bot_user_id=letter * 26, include_deleted=True) for letter in "xy"]
    for number, letter in ((0, "o"), (1, "p")):
        state.terms.accept(id_of(number), letter * 26)
    upload = Upload(id_of(0), CHANNEL, "picture.png", 9)
    state.uploads.add(upload)
    session = state.sessions.of(id_of(0))[0]
    model.sent.clear()
    outcome = run(model, usernames=["user00000", "user00001", "user00002"], gather=list(SUBJECTS))
    me, other, third = outcome.returned["users"]
    assert {key: value for key, value in session.props.items() if key != "csrf"}.items() <= me["sessions"][0]["props"].items()
    assert (me["sessions"][0]["id"], me["sessions"][0]["token"]) == (session.id, "")
    assert session.props["csrf"] not in repr(outcome.returned)
    assert (me["tokens"], other["tokens"]) == ([], [token])
    assert (me["bots"], other["bots"]) == ([], bots)
    assert model.sent.count("get_bots") == 1
    assert me["audits"] == []
    assert me["uploads"] == [asdict(upload)]
    assert GROUP in [member["channel_id"] for member in me["channel_members"]]
    assert CHANNEL in [member["channel_id"] for member in third["channel_members"]]
    assert me["terms_of_service"]["terms_of_service_id"] == "o" * 26
    accepted_id, accepted_at = state.terms.accepted(id_of(1))
    assert other["terms_of_service"] == {"user_id": other["id"], "terms_of_service_id": accepted_id, "create_at": accepted_at}
    assert third["terms_of_service"] is None
    assert base64.b64decode(me["image"]) == model.get_profile_image(user_id=id_of(0))
    assert base64.b64decode(me["default_image"]) == model.get_default_profile_image(user_id=id_of(0))
    # The one thing that nobody but the owner sees.
    assert (other["uploads"], third["uploads"]) == (None, None)
    assert [(entry["username"], entry["subject"]) for entry in outcome.returned["refused"]] == [
        ("user00001", "uploads"),
        ("user00002", "uploads"),
    ]
    assert outcome.plan.unknown == ["report", "uploads"]
    [warning] = outcome.plan.warnings
    assert warning.startswith("uploads of 2 of 3 users cannot be read. gather: only the owner sees its uploads")
    assert model.sent.count("get_uploads_for_user") == 1
    assert not outcome.plan.changed
    assert model.written == []


def test_a_session_may_have_no_properties(model):
    session = {"id": "r" * 26, "token": "", "user_id": id_of(0), "props": None}
    model.answer("get_sessions", [session])
    assert run(model, limit=1, gather=["sessions"]).returned["users"][0]["sessions"] == [session]


def test_bots_that_may_not_be_read_are_refused_for_each_user(model):
    model.refuse("get_bots", *NOT_ALLOWED, count=-1)
    outcome = run(model, usernames=["user00000", "user00001"], gather=["bots"])
    assert [user["bots"] for user in outcome.returned["users"]] == [None, None]
    assert outcome.plan.unknown == ["bots"]
    assert len(outcome.returned["refused"]) == 2
    with pytest.raises(PermissionDenied):
        run(model, usernames=["user00000"], gather=["bots"], require_all=True)


def test_a_refusal_does_not_stop_the_rest_unless_asked(model):
    model.refuse("get_sessions", *NOT_ALLOWED, count=-1)
    outcome = run(model, limit=2, gather=["sessions", "channel_members"])
    assert [user["sessions"] for user in outcome.returned["users"]] == [None, None]
    assert all(user["channel_members"] for user in outcome.returned["users"])
    assert outcome.plan.unknown == ["sessions"]
    assert "lacks the permission" in outcome.returned["refused"][0]["reason"]
    with pytest.raises(PermissionDenied):
        run(model, limit=2, gather=["sessions"], require_all=True)
    with pytest.raises(InvalidInput, match="only the owner sees its uploads"):
        run(model, limit=2, gather=["uploads"], require_all=True)


def test_terms_of_others_are_for_administrators(model):
    model = model.beside(caller_id=id_of(2))
    outcome = run(model, limit=1, gather=["terms_of_service"])
    assert outcome.returned["users"][0]["terms_of_service"] is None
    assert outcome.returned["refused"][0]["subject"] == "terms_of_service"
    assert {"user_id": id_of(0)} not in model.asked


def test_tokens_of_many_users_are_read_at_once():
    client = start_many(30)
    made = [client.state.tokens.add(id_of(number % 30), "deploy").view() for number in range(450)]
    # Pages without an order may overlap.
    client.answer("get_user_access_tokens", [*made[400:], made[0]], skip=2)
    users = run(client, gather=["tokens"]).returned["users"]
    assert {len(user["tokens"]) for user in users} == {15}
    assert client.sent == ["get_users"] + ["get_user_access_tokens"] * 3

    client.refuse("get_user_access_tokens", *NOT_ALLOWED)
    client.sent.clear()
    assert {len(user["tokens"]) for user in run(client, gather=["tokens"]).returned["users"]} == {15}
    assert client.sent.count("get_user_access_tokens_for_user") == 30


# -- the report ------------------------------------------------------------------------------------------------------

DAY = 86_400_000
NOW = 1_800_000_000_000


def reported(client, **options):
    """With a report, at a time when the accounts of the tests are more than three years old."""
    service = UserInfoService(clock=lambda: NOW)
    return converge(service, client, declared(SUBJECT.options, **options), check_mode=False)


NEWEST = {"release": "11.2", "licensed": False}


def test_the_report_of_many_users_takes_a_request_for_a_hundred():
    client = start_many(1250, **NEWEST)
    client.change(id_of(1249), last_login=5)
    client.state.statuses.set(Status(id_of(1249), last_activity_at=7))
    users = reported(client, gather=["report"]).returned["users"]
    assert users[1249]["report"] == {"last_login": 5, "last_status_at": 7, "days_active": 0}
    assert users[0]["report"] == {"last_login": None, "last_status_at": None, "days_active": 0}
    assert client.sent == ["get_users"] * 7 + ["get_users_for_reporting"] * 13


def test_the_report_of_few_users_is_searched_for():
    client = start_many(450, **NEWEST)
    reported(client, usernames=["user00444", "user00002"], gather=["report"])
    assert client.sent == ["get_users_by_usernames"] + ["get_users_for_reporting"] * 2
    client.sent.clear()
    # Here the five pages are less.
    reported(client, usernames=[f"user{number:05d}" for number in range(21)], gather=["report"])
    assert client.sent == ["get_users_by_usernames", "get_user_count_for_reporting", "get_users_for_reporting"]


def test_a_name_that_is_a_part_of_many_is_found_in_the_report():
    client = start_many(450, **NEWEST)
    client.add(**account("user", id="z" * 26))
    client.add(**account("zuser", id="y" * 26))
    users = reported(client, usernames=["user", "zuser"], gather=["report"]).returned["users"]
    assert [user["username"] for user in users if user["report"]] == ["user", "zuser"]


@pytest.mark.parametrize(("threads", "requests"), [(1, 2), (8, 5)])
def test_a_report_that_goes_round_in_a_circle_is_left(threads, requests):
    client = start_many(450, **NEWEST)
    pages = []

    def first_page(answer):
        pages.append(answer)
        return pages[0]

    client.happen("get_users_for_reporting", effect=True, instead=first_page, count=-1)
    users = reported(client, gather=["report"], concurrency=threads).returned["users"]
    assert [user["report"] is not None for user in users].count(True) == 100
    assert len(pages) == requests


@settings(deadline=None)
@given(st.permutations(range(60)), st.integers(21, 60), st.integers(1, 16), st.sets(st.integers(0, 59)))
def test_the_report_of_many_is_complete_in_whatever_order_they_are_asked_for(order, count, workers, bots):
    """As servers sort names in other ways than Python does, it may begin in other places than expected."""
    client = start(*(numbered(number, is_bot=number in bots - {0}) for number in range(60)), **NEWEST)
    everybody = {user["id"]: user for user in client.pages("get_users")}
    users = [everybody[id_of(number)] for number in order[:count]]
    with patch.object(user_report, "LARGEST_REPORT_PAGE", 4):
        report = user_report.read_report(client, users, workers)
    assert set(report) >= {user["id"] for user in users if not user.get("is_bot")}
    assert not set(report) & {user["id"] for user in users if user.get("is_bot")}


def test_bots_are_in_no_report():
    client = start(numbered(1), numbered(2, is_bot=True), **NEWEST)
    outcome = reported(client, gather=["report"])
    assert [user["report"] is None for user in outcome.returned["users"]] == [False, True]
    assert outcome.plan.unknown == outcome.returned["refused"] == outcome.plan.warnings == []
    assert reported(client, usernames=["user00002"], gather=["report"]).plan.unknown == []


def test_sessions_are_read_of_those_who_need_them():
    old, new = {"create_at": NOW - 900 * DAY}, {"create_at": NOW - DAY}
    client = start(
        numbered(0, **old),  # never seen
        numbered(1, last_login=NOW - 200 * DAY, **old),  # seen long ago
        numbered(2, last_login=NOW - 200 * DAY, **old),  # logged in long ago, and active since
        numbered(3, last_login=NOW - DAY, **old),  # seen, with a token
        numbered(4, last_login=NOW - DAY, **old),  # seen, with a disabled token
        numbered(5, **new),
        numbered(6, delete_at=5, **old),
        numbered(7, is_bot=True, **old),
        **NEWEST,
    )
    client.state.statuses.set(Status(id_of(2), last_activity_at=NOW - DAY))
    client.state.tokens.add(id_of(3), "works")
    client.state.tokens.add(id_of(4), "disabled").is_active = False

    def read(**options):
        outcome = reported(client, idle_after="90d", **options)
        assert outcome.returned["refused"] == []
        return [int(user["id"]) for user in outcome.returned["users"] if user["sessions"] is not None]

    assert read(gather=["report", "sessions"]) == [0, 1, 7]
    assert read(gather=["sessions", "tokens", "report"]) == [0, 1, 3]
    client.refuse("get_users_for_reporting", *NOT_ALLOWED, count=-1)
    assert read(gather=["report", "sessions"], require_all=True) == [0, 1, 2, 3, 4, 5, 7]


def test_without_a_report_the_sessions_of_all_active_users_are_read(model):
    outcome = run(model, gather=["report", "sessions"], idle_after="90d", require_all=True)
    assert [user["sessions"] is None for user in outcome.returned["users"]] == [False, True, False, True, False]
    assert outcome.plan.unknown == ["report"]
    assert outcome.plan.warnings == []
    assert "get_users_for_reporting" not in model.sent


def test_a_report_that_does_not_exist_is_unknown_and_one_that_is_refused_is_named(model):
    outcome = run(model, gather=["report"])
    assert (outcome.plan.unknown, outcome.returned["refused"], outcome.plan.warnings) == (["report"], [], [])
    with pytest.raises(InvalidInput, match="this server has no user report"):
        run(model, gather=["report"], require_all=True)
    model = start(*(numbered(number, delete_at=number % 2) for number in range(5)), **NEWEST)
    model.refuse("get_users_for_reporting", *NOT_ALLOWED, count=-1)
    outcome = reported(model, gather=["report"])
    assert outcome.plan.unknown == ["report"]
    assert len(outcome.returned["refused"]) == 5
    with pytest.raises(PermissionDenied):
        reported(model, gather=["report"], require_all=True)


def test_the_server_is_described():
    assert run(start_many(1, **NEWEST), limit=1).returned["server"] == {"version": "11.2.0", "licensed": False}
    assert run(start_many(1), limit=1).returned["server"] == {"version": "7.6.0", "licensed": True}
    client = start_many(1)
    client.hide_version()
    assert run(client, limit=1).returned["server"] == {"version": None, "licensed": None}


@pytest.mark.parametrize(("limit", "expected", "requests"), [(200, 200, 1), (3, 3, 1), (201, 201, 2), (0, 450, 3)])
def test_audits_are_limited(model, limit, expected, requests):
    for number in range(450):
        model.state.audits.add(id_of(0), "/api/v4/users/login", str(number), "", "")
    [user] = run(model, usernames=["user00000"], gather=["audits"], audits_limit=limit).returned["users"]
    assert [entry["extra_info"] for entry in user["audits"]] == [str(number) for number in range(449, 449 - expected, -1)]
    assert model.sent.count("get_user_audits") == requests


def test_audits_show_no_token(model):
    texts = ["attempt - token=" + "k" * 64, "success - token_id=" + "i" * 26, "", "user=a roles=b"]
    for text in reversed(texts):
        model.state.audits.add(id_of(0), "/api/v4/users", text, "", "")
    [user] = run(model, usernames=["user00000"], gather=["audits"]).returned["users"]
    assert [entry["extra_info"] for entry in user["audits"]] == ["attempt - token=(not shown)", *texts[1:]]


def test_pictures_are_written_unless_in_check_mode(model, tmp_path):
    def pictures(check_mode):
        outcome = run(model, check_mode, limit=1, gather=["image", "default_image"], image_directory=str(tmp_path))
        return [outcome.returned["users"][0][name] for name in ("image", "default_image")]

    expected = [str(tmp_path / name) for name in ("image-user00000.png", "default_image-user00000.png")]
    assert pictures(check_mode=True) == expected
    assert list(tmp_path.iterdir()) == []
    assert pictures(check_mode=False) == expected
    assert (tmp_path / "image-user00000.png").read_bytes() == model.get_profile_image(user_id=id_of(0))
    assert len(list(tmp_path.iterdir())) == 2


def test_no_name_leads_out_of_the_directory(tmp_path):
    inside = tmp_path / "inside"
    inside.mkdir()
    client = start(account("../../outside"))
    run(client, gather=["image"], image_directory=str(inside))
    assert [path.name for path in inside.iterdir()] == ["image-.._.._outside.png"]
    assert list(tmp_path.iterdir()) == [inside]


def test_a_directory_that_cannot_be_written_to_is_named(model, tmp_path):
    (tmp_path / "image-user00000.png").mkdir()
    with pytest.raises(InvalidInput, match="image_directory"):
        run(model, limit=1, gather=["image"], image_directory=str(tmp_path))


# -- the server as a whole -------------------------------------------------------------------------------------------


def test_the_server_is_asked_about_without_listing_users(model):
    model.answer("get_known_users", None)  # as some servers say that there are none
    outcome = run(
        model,
        stats=True,
        stats_filter={
            "in_team": TEAM,
            "include_deleted": True,
            "include_bots": False,
            "roles": ["system_admin", "system_user"],
        },
        known_users=True,
        group_channel_ids=[GROUP, CHANNEL],
    )
    assert outcome.returned["stats"] == {"total_users_count": 3}
    assert outcome.returned["filtered_stats"] == {"total_users_count": 5}
    assert outcome.returned["known_users"] == []
    assert [user["username"] for user in outcome.returned["group_channel_members"][GROUP]] == ["user00003"]
    assert outcome.returned["group_channel_members"][CHANNEL] == []
    assert outcome.returned["users"] == []
    assert model.sent == [
        "get_total_users_stats",
        "get_total_users_stats_filtered",
        "get_known_users",
        "get_users_by_group_channel_ids",
    ]
    assert model.asked[1] == {"in_team": TEAM, "include_deleted": True, "roles": "system_admin,system_user"}


@pytest.mark.parametrize("options", [{"limit": 1}, {"active": True}, {"gather": ["audits"]}, {"usernames": ["user00000"]}])
def test_users_are_listed_beside_it_if_asked_for(model, options):
    outcome = run(model, stats=True, **options)
    assert outcome.returned["users"]
    assert outcome.returned["stats"]


def test_the_keys_are_always_the_same(model):
    keys = {"users", "missing", "out_of_channel", "refused", "stats", "filtered_stats", "known_users"}
    keys |= {"group_channel_members", "server"}
    assert set(run(model).returned) == set(run(model, stats=True).returned) == set(run(model, usernames=[]).returned) == keys
    assert run(model).returned["stats"] is None


# -- bad input -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"active": True, "inactive": True}, "active and inactive exclude each other"),
        ({"search": "a", "autocomplete": "a"}, "search and autocomplete exclude each other"),
        ({"search": "a", "usernames": ["a"]}, "usernames and search exclude each other"),
        ({"search": " "}, "search is empty"),
        ({"autocomplete": ""}, "autocomplete is empty"),
        ({"usernames": ["a"], "active": True}, "active cannot be combined with usernames"),
        ({"emails": ["a@b"], "limit": 1}, "limit cannot be combined with emails"),
        ({"usernames": ["a b"]}, "usernames: 'a b' is not valid"),
        ({"usernames": [""]}, "usernames is empty"),
        ({"user_ids": ["zoe"]}, "user_ids: 'zoe' is not a valid id"),
        ({"emails": ["zoe"]}, "emails: 'zoe' is not a valid e-mail address"),
        ({"in_team": "ops"}, "in_team: 'ops' is not a valid id"),
        ({"in_team": ""}, "in_team is empty"),
        ({"roles": []}, "roles is empty"),
        ({"group_channel_ids": ["ops"]}, "group_channel_ids: 'ops' is not a valid id"),
        ({"stats_filter": {"in_channel": "ops"}}, "stats_filter.in_channel: 'ops' is not a valid id"),
        ({"in_team": TEAM, "in_channel": CHANNEL}, "in_team and in_channel cannot be combined"),
        ({"without_team": True, "not_in_team": TEAM}, "not_in_team and without_team cannot be combined"),
        ({"not_in_channel": CHANNEL}, "not_in_channel needs the team"),
        ({"group_constrained": True}, "group_constrained counts only together"),
        ({"sort": "create_at"}, "only for users filtered by in_team"),
        ({"sort": "admin", "in_team": TEAM}, "only for users filtered by in_channel"),
        ({"sort": "create_at", "in_team": TEAM, "not_in_channel": CHANNEL}, "only for users filtered by in_team"),
        ({"search": "a", "sort": "admin", "in_channel": CHANNEL}, "a search knows no sort"),
        ({"search": "a", "not_in_group": GROUP}, "a search knows no not_in_group"),
        ({"team_roles": ["team_admin"]}, "team_roles needs in_team"),
        ({"channel_roles": ["channel_admin"], "in_team": TEAM}, "channel_roles needs in_channel"),
        ({"autocomplete": "a", "active": True}, "autocomplete knows no filter active"),
        ({"autocomplete": "a", "in_channel": CHANNEL}, "needs the team of the channel"),
        ({"limit": 0}, "limit must be at least 1"),
        ({"search": "a", "limit": 1001}, "search answers at most 1000"),
        ({"audits_limit": -1}, "audits_limit must not be negative"),
        ({"idle_after": "90d", "gather": ["sessions"]}, "idle_after needs report and sessions in gather"),
        ({"idle_after": "soon", "gather": ["sessions", "report"]}, "idle_after: 'soon'"),
        ({"concurrency": 0}, "concurrency must be between 1 and 16"),
        ({"concurrency": 17}, "concurrency must be between 1 and 16"),
        ({"image_directory": "/nowhere"}, "there is no directory /nowhere"),
    ],
)
def test_bad_input_is_refused_before_anything_is_sent(model, options, says):
    with pytest.raises(InvalidInput, match=says):
        run(model, **options)
    assert model.sent == []


@pytest.mark.parametrize("role", ["nosuchrole", "system_", "bad role!"])
def test_a_role_that_does_not_exist_is_refused_on_all_servers(role):
    client = start(numbered(1))
    for options in ({"role": role}, {"role": role, "search": "user"}):
        with pytest.raises(InvalidInput, match="role: the server has no role"):
            run(client, **options)
    assert "get_users" not in client.sent


@pytest.mark.parametrize("role", ["system_admin", "system_user", "system_post_all"])
def test_a_role_that_exists_is_listed(role):
    client = start(numbered(0), numbered(1, roles=role))
    assert "user00001" in names(run(client, role=role))
    assert client.asked[-1]["role"] == role
