# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What mm_user_info reads, on a model of the server: the right users, the fewest requests, and no secret."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.mmops.mattermost.plugins.module_utils._api.client import Client
from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput, PermissionDenied, rejection
from ansible_collections.mmops.mattermost.plugins.module_utils._api.server import Server
from ansible_collections.mmops.mattermost.plugins.module_utils._plan import converge
from ansible_collections.mmops.mattermost.plugins.module_utils._services.info import UserInfoService
from ansible_collections.mmops.mattermost.plugins.module_utils._services.info_options import LARGEST_SEARCH
from ansible_collections.mmops.mattermost.plugins.module_utils._services.info_subjects import SUBJECTS
from ansible_collections.mmops.mattermost.plugins.modules.mm_user_info import SUBJECT
from ansible_collections.mmops.mattermost.tests.unit.plugins.module_utils.server_model import ModelClient, new_account

TEAM, CHANNEL, GROUP = "t" * 26, "c" * 26, "g" * 26
PICTURE = b"\x89PNG picture"


def numbered(number, **fields):
    return new_account(id=f"{number:026d}", username=f"user{number:05d}", email=f"user{number:05d}@example.com", **fields)


class InfoModel(ModelClient):
    """The reading operations. ``asked`` lists their arguments in order, beside ``sent``."""

    pages = Client.pages

    def __init__(self, accounts=(), caller_id="a" * 26, caller_roles="system_user system_admin"):
        super().__init__(accounts, caller_id)
        self.caller_roles = caller_roles
        self.asked = []
        self.tokens = []
        self.bots = []
        self.audits = {}
        self.terms = {}
        self.refuses = ()
        self.report_rows = {}

    def call(self, name, arguments, token=Ellipsis):
        self.asked.append(arguments)
        if name in self.refuses:
            raise rejection(name, 403, "api.context.permissions.app_error")
        return super().call(name, arguments, token)

    def who_am_i(self):
        return {"id": self.caller_id, "roles": self.caller_roles}

    def _get_users(self, page, per_page, active=False, inactive=False, **unused):
        users = [
            user for user in self._in_order() if not (active and user["delete_at"]) and not (inactive and not user["delete_at"])
        ]
        return users[page * per_page : (page + 1) * per_page]

    def _search_users(self, term, allow_inactive, limit, **unused):
        assert 0 < limit <= 1000
        return [
            user for user in self._in_order() if user["username"].startswith(term) and (allow_inactive or not user["delete_at"])
        ][:limit]

    def _autocomplete_users(self, name, limit, in_team, in_channel):
        found = [user for user in self._in_order() if user["username"].startswith(name)][:limit]
        return {"users": found, "out_of_channel": found[:1]} if in_channel else {"users": found}

    def _get_sessions(self, user_id):
        return [
            {"id": "s" * 26, "token": "", "user_id": user_id, "props": {"csrf": "secret", "os": "Linux"}},
            {"id": "r" * 26, "token": "", "user_id": user_id, "props": None},
        ]

    def _get_user_access_tokens(self, page, per_page):
        return self.tokens[page * per_page : (page + 1) * per_page]

    def _get_user_access_tokens_for_user(self, user_id, page, per_page):
        return [token for token in self.tokens if token["user_id"] == user_id][page * per_page : (page + 1) * per_page]

    def _get_users_for_reporting(
        self,
        page_size,
        sort_column,
        search_term="",
        hide_inactive=False,
        direction="",
        from_column_value="",
        from_id="",
        team_filter="",
    ):
        assert (page_size, sort_column) == (100, "Username")
        assert direction == ("next" if from_id else "")
        rows = [user for user in self._in_order() if not user.get("is_bot") and search_term in user["username"]]
        rows = [user for user in rows if (user["username"], user["id"]) > (from_column_value, from_id)]
        rows = [user for user in rows if not (hide_inactive and user["delete_at"])][:page_size]
        return [{**user, "days_active": 0, **self.report_rows.get(user["id"], {})} for user in rows]

    def _get_user_count_for_reporting(self, hide_inactive=False, team_filter=""):
        return len(self.accounts)

    def _get_bots(self, page, per_page, include_deleted):
        assert include_deleted
        return self.bots[page * per_page : (page + 1) * per_page]

    def _get_user_audits(self, user_id, page, per_page):
        return self.audits.get(user_id, [])[page * per_page : (page + 1) * per_page] or None

    def _get_uploads_for_user(self, user_id):
        if user_id != self.caller_id:
            raise rejection("get_uploads_for_user", 403, "api.user.get_uploads_for_user.forbidden.app_error")
        return [{"id": "u" * 26, "user_id": user_id}]

    def _get_channel_members_with_team_data_for_user(self, user_id, page, per_page):
        return [{"channel_id": CHANNEL, "user_id": user_id}] if page == 0 else []

    def _get_user(self, user_id):
        user = super()._get_user(user_id)
        if user_id in self.terms:
            user.update(terms_of_service_id=self.terms[user_id], terms_of_service_create_at=5)
        return user

    def _get_user_terms_of_service(self, user_id):
        if self.caller_id not in self.terms:
            raise rejection("get_user_terms_of_service", 404, "app.user_terms_of_service.get_by_user.no_rows.app_error")
        return {"user_id": self.caller_id, "terms_of_service_id": self.terms[self.caller_id], "create_at": 5}

    def _get_profile_image(self, user_id):
        return PICTURE

    def _get_default_profile_image(self, user_id):
        return PICTURE + b" default"

    def _get_total_users_stats_filtered(self, **query):
        return {"total_users_count": 1}

    def _get_known_users(self):
        return None

    def _get_roles_by_names(self, role_names):
        return [{"name": name} for name in role_names if name in ("system_user", "system_admin", "custom")]

    def _get_users_by_group_channel_ids(self, group_channel_ids):
        return {GROUP: [self._in_order()[0]]} if GROUP in group_channel_ids else {}


def declaration(**options):
    defaults = {name: option.get("default") for name, option in SUBJECT.options.items()}
    return {**defaults, "gather": list(defaults["gather"]), **options}


def run(client, check_mode=False, **options):
    return converge(UserInfoService(), client, declaration(**options), check_mode)


def names(outcome):
    return [user["username"] for user in outcome.returned["users"]]


@pytest.fixture
def model():
    return InfoModel([numbered(number, delete_at=number % 2) for number in range(5)])


# -- which users -----------------------------------------------------------------------------------------------------


def test_without_options_all_users_are_listed_page_by_page():
    client = InfoModel([numbered(number) for number in range(401)])
    assert len(run(client).returned["users"]) == 401
    assert client.sent == ["get_users"] * 3


def test_a_limit_stops_at_the_page_it_ends_on():
    client = InfoModel([numbered(number) for number in range(401)])
    assert names(run(client, limit=200))[-1] == "user00199"
    assert client.sent == ["get_users"]
    assert len(run(client, limit=201).returned["users"]) == 201
    assert client.sent == ["get_users"] * 3


def test_thousands_of_names_and_ids_take_a_request_for_each_thousand():
    accounts = [numbered(number) for number in range(2500)]
    client = InfoModel(accounts)
    assert len(run(client, usernames=[account["username"] for account in accounts]).returned["users"]) == 2500
    assert client.sent == ["get_users_by_usernames"] * 3
    client.sent.clear()
    assert len(run(client, user_ids=[account["id"] for account in accounts]).returned["users"]) == 2500
    assert client.sent == ["get_users_by_ids"] * 3 + ["get_users_by_usernames"] * 3


@settings(deadline=None)
@given(st.sets(st.integers(0, 6)), st.lists(st.integers(0, 9)), st.lists(st.integers(0, 9)), st.lists(st.integers(0, 9)))
def test_named_users_are_found_once_and_the_others_are_missing(there, by_name, by_id, by_email):
    client = InfoModel([numbered(number) for number in there])
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
    fresh = model.accounts[f"{1:026d}"]
    model.stale[fresh["id"]] = dict(model.shown(fresh))
    fresh["is_bot"] = True
    assert run(model, user_ids=[fresh["id"]]).returned["users"][0]["is_bot"]


def test_fields_can_be_chosen(model):
    [user] = run(model, limit=1, fields=["email", "last_login"], gather=["audits"]).returned["users"]
    assert user == {"id": f"{0:026d}", "username": "user00000", "email": "user00000@example.com", "audits": []}
    [user] = run(model, limit=1, fields=[]).returned["users"]
    assert set(user) == {"id", "username"}


def test_me_is_the_caller(model):
    model.caller_id = f"{2:026d}"
    outcome = run(model, user_ids=["me", f"{2:026d}"])
    assert names(outcome) == ["user00002"]
    assert outcome.returned["missing"] == []


def test_empty_lists_of_names_choose_nobody(model):
    assert run(model, usernames=[], emails=[]).returned["users"] == []
    assert model.sent == []


def test_the_local_socket_is_asked_for_each_name(model):
    model.transport = type("Transport", (), {"local": True})
    outcome = run(model, usernames=["user00001", "nobody"], user_ids=[f"{2:026d}"])
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


@pytest.mark.parametrize(
    ("options", "expected"),
    [({}, [0, 1, 2, 3, 4]), ({"active": True}, [0, 2, 4]), ({"inactive": True}, [1, 3]), ({"inactive": True, "limit": 1}, [1])],
)
def test_a_search_knows_active_and_inactive_users(model, options, expected):
    assert names(run(model, search="user", **options)) == [f"user{number:05d}" for number in expected]


def test_a_search_that_is_cut_warns():
    client = InfoModel([numbered(number) for number in range(LARGEST_SEARCH + 1)])
    for way in ("search", "autocomplete"):
        outcome = run(client, **{way: "user"})
        assert len(outcome.returned["users"]) == LARGEST_SEARCH
        assert "some may be left out" in outcome.plan.warnings[0]
        assert run(client, limit=3, **{way: "user"}).plan.warnings == []


def test_an_autocompletion_tells_who_is_not_in_the_channel(model):
    outcome = run(model, autocomplete="user", in_team=TEAM, in_channel=CHANNEL)
    assert len(outcome.returned["users"]) == 5
    assert [user["username"] for user in outcome.returned["out_of_channel"]] == ["user00000"]
    assert run(model, autocomplete="nobody").returned["users"] == []


# -- what is gathered ------------------------------------------------------------------------------------------------


def test_everything_is_gathered_under_its_name(model):
    model.caller_id = f"{0:026d}"
    model.tokens = [{"id": "k" * 26, "user_id": f"{1:026d}"}]
    model.bots = [{"user_id": letter * 26, "owner_id": f"{1:026d}"} for letter in "xy"]
    model.terms = {f"{0:026d}": "o" * 26, f"{1:026d}": "p" * 26}
    outcome = run(model, usernames=["user00000", "user00001", "user00002"], gather=list(SUBJECTS))
    me, other, third = outcome.returned["users"]
    assert me["sessions"][0] == {"id": "s" * 26, "token": "", "user_id": me["id"], "props": {"os": "Linux"}}
    assert (me["tokens"], other["tokens"]) == ([], model.tokens)
    assert (me["bots"], other["bots"]) == ([], model.bots)
    assert model.sent.count("get_bots") == 1
    assert me["audits"] == []
    assert me["uploads"] == [{"id": "u" * 26, "user_id": me["id"]}]
    assert me["channel_members"] == [{"channel_id": CHANNEL, "user_id": me["id"]}]
    assert me["terms_of_service"]["terms_of_service_id"] == "o" * 26
    assert other["terms_of_service"] == {"user_id": other["id"], "terms_of_service_id": "p" * 26, "create_at": 5}
    assert third["terms_of_service"] is None
    assert base64.b64decode(me["image"]) == PICTURE
    assert base64.b64decode(me["default_image"]) == PICTURE + b" default"
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


def test_bots_that_may_not_be_read_are_refused_for_each_user(model):
    model.refuses = ("get_bots",)
    outcome = run(model, usernames=["user00000", "user00001"], gather=["bots"])
    assert [user["bots"] for user in outcome.returned["users"]] == [None, None]
    assert outcome.plan.unknown == ["bots"]
    assert len(outcome.returned["refused"]) == 2
    with pytest.raises(PermissionDenied):
        run(model, usernames=["user00000"], gather=["bots"], require_all=True)


def test_what_is_refused_does_not_stop_the_rest_unless_asked(model):
    model.refuses = ("get_sessions",)
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
    model.caller_roles = "system_user"
    outcome = run(model, limit=1, gather=["terms_of_service"])
    assert outcome.returned["users"][0]["terms_of_service"] is None
    assert outcome.returned["refused"][0]["subject"] == "terms_of_service"
    assert "get_user" not in model.sent


def test_tokens_of_many_users_are_read_at_once():
    client = InfoModel([numbered(number) for number in range(30)])
    client.tokens = [{"id": f"{number:026d}", "user_id": f"{number % 30:026d}"} for number in range(450)]
    client.tokens.append(client.tokens[0])  # pages without an order may overlap
    users = run(client, gather=["tokens"]).returned["users"]
    assert {len(user["tokens"]) for user in users} == {15}
    assert client.sent == ["get_users"] + ["get_user_access_tokens"] * 3

    client.refuses = ("get_user_access_tokens",)
    client.sent.clear()
    assert {len(user["tokens"]) for user in run(client, gather=["tokens"]).returned["users"]} == {15, 16}
    assert client.sent.count("get_user_access_tokens_for_user") == 30


# -- the report ------------------------------------------------------------------------------------------------------

DAY = 86_400_000
NOW = 1_800_000_000_000


def reported(client, **options):
    """With a report, at a time when the accounts of the model are more than three years old."""
    client.server = Server((11, 2, 0), False)
    service = UserInfoService(clock=lambda: NOW)
    return converge(service, client, declaration(**options), check_mode=False)


def test_the_report_of_many_users_takes_a_request_for_a_hundred():
    client = InfoModel([numbered(number) for number in range(1250)])
    client.report_rows = {f"{1249:026d}": {"last_login": 5, "last_status_at": 7}}
    users = reported(client, gather=["report"]).returned["users"]
    assert users[1249]["report"] == {"last_login": 5, "last_status_at": 7, "days_active": 0}
    assert users[0]["report"] == {"last_login": None, "last_status_at": None, "days_active": 0}
    assert client.sent == ["get_users"] * 7 + ["get_users_for_reporting"] * 13


def test_the_report_of_few_users_is_searched_for():
    client = InfoModel([numbered(number) for number in range(450)])
    reported(client, usernames=["user00444", "user00002"], gather=["report"])
    assert client.sent == ["get_users_by_usernames"] + ["get_users_for_reporting"] * 2
    client.sent.clear()
    # Here the five pages are less.
    reported(client, usernames=[f"user{number:05d}" for number in range(21)], gather=["report"])
    assert client.sent == ["get_users_by_usernames", "get_user_count_for_reporting", "get_users_for_reporting"]


def test_a_name_that_is_a_part_of_many_is_found_in_the_report():
    client = InfoModel([numbered(number) for number in range(450)])
    client.accounts["z" * 26] = new_account(id="z" * 26, username="user", email="user@example.com")
    client.accounts["y" * 26] = new_account(id="y" * 26, username="zuser", email="zuser@example.com")
    users = reported(client, usernames=["user", "zuser"], gather=["report"]).returned["users"]
    assert all(user["report"] for user in users)


def test_a_report_that_goes_round_in_a_circle_is_left():
    class Circle(InfoModel):
        def _get_users_for_reporting(self, **query):
            return super()._get_users_for_reporting(page_size=100, sort_column="Username")

    client = Circle([numbered(number) for number in range(450)])
    users = reported(client, gather=["report"]).returned["users"]
    assert [user["report"] is not None for user in users].count(True) == 100


def test_bots_are_in_no_report():
    client = InfoModel([numbered(1), numbered(2, is_bot=True)])
    outcome = reported(client, gather=["report"])
    assert [user["report"] is None for user in outcome.returned["users"]] == [False, True]
    assert outcome.plan.unknown == outcome.returned["refused"] == outcome.plan.warnings == []
    assert reported(client, usernames=["user00002"], gather=["report"]).plan.unknown == []


def test_sessions_are_read_of_those_who_need_them():
    old, new = {"create_at": NOW - 900 * DAY}, {"create_at": NOW - DAY}
    client = InfoModel(
        [
            numbered(0, **old),  # never seen
            numbered(1, **old),  # seen long ago
            numbered(2, **old),  # logged in long ago, and active since
            numbered(3, **old),  # seen, with a token
            numbered(4, **old),  # seen, with a disabled token
            numbered(5, **new),
            numbered(6, delete_at=5, **old),
            numbered(7, is_bot=True, **old),
        ]
    )
    client.report_rows = {
        f"{1:026d}": {"last_login": NOW - 200 * DAY},
        f"{2:026d}": {"last_login": NOW - 200 * DAY, "last_status_at": NOW - DAY},
        f"{3:026d}": {"last_login": NOW - DAY},
        f"{4:026d}": {"last_login": NOW - DAY},
    }
    client.tokens = [
        {"id": "k", "user_id": f"{3:026d}", "is_active": True},
        {"id": "l", "user_id": f"{4:026d}", "is_active": False},
    ]

    def read(**options):
        outcome = reported(client, idle_after="90d", **options)
        assert outcome.returned["refused"] == []
        return [int(user["id"]) for user in outcome.returned["users"] if user["sessions"] is not None]

    assert read(gather=["report", "sessions"]) == [0, 1, 7]
    assert read(gather=["sessions", "tokens", "report"]) == [0, 1, 3]
    client.refuses = ("get_users_for_reporting",)
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
    model.refuses = ("get_users_for_reporting",)
    outcome = reported(model, gather=["report"])
    assert outcome.plan.unknown == ["report"]
    assert len(outcome.returned["refused"]) == 5
    with pytest.raises(PermissionDenied):
        reported(model, gather=["report"], require_all=True)


def test_the_server_is_described(model):
    assert reported(model, limit=1).returned["server"] == {"version": "11.2.0", "licensed": False}
    model.server = Server()
    assert run(model, limit=1).returned["server"] == {"version": None, "licensed": None}


@pytest.mark.parametrize(("limit", "expected", "requests"), [(200, 200, 1), (3, 3, 1), (201, 201, 2), (0, 450, 3)])
def test_audits_are_limited(model, limit, expected, requests):
    model.audits[f"{0:026d}"] = [{"id": number} for number in range(450)]
    [user] = run(model, usernames=["user00000"], gather=["audits"], audits_limit=limit).returned["users"]
    assert len(user["audits"]) == expected
    assert model.sent.count("get_user_audits") == requests


def test_audits_show_no_token(model):
    texts = ["attempt - token=" + "k" * 64, "success - token_id=" + "i" * 26, "", "user=a roles=b"]
    model.audits[f"{0:026d}"] = [{"id": number, "extra_info": text} for number, text in enumerate(texts)]
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
    assert (tmp_path / "image-user00000.png").read_bytes() == PICTURE
    assert len(list(tmp_path.iterdir())) == 2


def test_no_name_leads_out_of_the_directory(tmp_path):
    inside = tmp_path / "inside"
    inside.mkdir()
    client = InfoModel([{**numbered(0), "username": "../../outside"}])
    run(client, gather=["image"], image_directory=str(inside))
    assert [path.name for path in inside.iterdir()] == ["image-.._.._outside.png"]
    assert list(tmp_path.iterdir()) == [inside]


def test_a_directory_that_cannot_be_written_to_is_named(model, tmp_path):
    (tmp_path / "image-user00000.png").mkdir()
    with pytest.raises(InvalidInput, match="image_directory"):
        run(model, limit=1, gather=["image"], image_directory=str(tmp_path))


# -- the server as a whole -------------------------------------------------------------------------------------------


def test_the_server_is_asked_about_without_listing_users(model):
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
    assert outcome.returned["stats"] == {"total_users_count": 5}
    assert outcome.returned["filtered_stats"] == {"total_users_count": 1}
    assert outcome.returned["known_users"] == []
    assert [user["username"] for user in outcome.returned["group_channel_members"][GROUP]] == ["user00000"]
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
        ({"usernames": ["a b"]}, "username: 'a b' is not valid"),
        ({"usernames": [""]}, "username is empty"),
        ({"user_ids": ["zoe"]}, "user_id: 'zoe' is not a valid id"),
        ({"emails": ["zoe"]}, "email: 'zoe' is not a valid e-mail address"),
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
    client = InfoModel([numbered(1)])
    for options in ({"role": role}, {"role": role, "search": "user"}):
        with pytest.raises(InvalidInput, match="role: the server has no role"):
            run(client, **options)
    assert "get_users" not in client.sent


@pytest.mark.parametrize("role", ["system_admin", "system_user", "custom"])
def test_a_role_that_exists_is_listed(role):
    client = InfoModel([numbered(1)])
    assert run(client, role=role).returned["users"]
    assert client.asked[-1]["role"] == role
