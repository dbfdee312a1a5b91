# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What mm_user_session plans, on a model of the server: the chosen sessions end, and the caller is not cut off in mid-task."""

from __future__ import annotations

import copy
import fnmatch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import AnswerLost, InvalidInput, rejection
from ansible_collections.mmops.mattermost.plugins.module_utils._plan import converge
from ansible_collections.mmops.mattermost.plugins.module_utils._services.session import SessionService
from ansible_collections.mmops.mattermost.plugins.module_utils._services.session_choice import chooses
from ansible_collections.mmops.mattermost.tests.unit.plugins.module_utils.server_model import NOW, ModelClient, new_account

OPTIONS = {
    "username": None,
    "user_id": None,
    "email": None,
    "state": "absent",
    "all_users": False,
    "confirm": None,
    "session_ids": None,
    "older_than": None,
    "idle_for": None,
    "device_id": None,
    "browser": None,
    "os": None,
    "platform": None,
    "keep_current": None,
    "disable_tokens": False,
}
EVERYBODY = {"all_users": True, "confirm": "revoke_sessions_from_all_users"}
HOUR = 3_600_000
ADMIN, ZOE, ADA = "a" * 26, "b" * 26, "c" * 26
SECRET = "the secret csrf"


def session_id(number):
    return f"s{number:025d}"


def token_id(number):
    return f"t{number:025d}"


class SessionModel(ModelClient):
    """Knows sessions and tokens as well.

    ``current`` is the session that the requests come from: its end is the end of all further requests. If it is a
    number, it is that of the personal access token in use; ``None`` is a login of the task itself.
    """

    def __init__(self, sessions=(), tokens=(), current=None, caller_id=ADMIN, logged_in=False):
        super().__init__(
            [
                new_account(id=ADMIN, username="admin", email="admin@example.com"),
                new_account(id=ZOE, username="zoe", email="zoe@example.com"),
                new_account(id=ADA, username="ada", email="ada@example.com"),
            ],
            caller_id,
        )
        self.sessions = {session["id"]: session for session in sessions}
        self.tokens = {token["id"]: token for token in tokens}
        self.current = current
        self.logged_in = logged_in

    def call(self, name, arguments, token=Ellipsis):
        if self.current in self.tokens:
            if not self.tokens[self.current]["is_active"]:
                raise rejection(name, 401, "api.context.session_expired.app_error")
        elif self.current is not None and self.current not in self.sessions:
            raise rejection(name, 401, "api.context.session_expired.app_error")
        return super().call(name, arguments, token)

    def who_am_i(self):
        return self.accounts[self.caller_id]

    def pages(self, name, **arguments):
        if name == "get_user_access_tokens":
            self.sent.append(name)
            return list(copy.deepcopy(self.tokens).values())
        if name == "get_user_access_tokens_for_user":
            return self.call(name, arguments).data
        return super().pages(name, **arguments)

    def _get_user(self, user_id):
        return super()._get_user(self.caller_id if user_id == "me" else user_id)

    def _get_user_access_tokens_for_user(self, user_id):
        return [copy.deepcopy(token) for token in self.tokens.values() if token["user_id"] == user_id]

    def _get_sessions(self, user_id):
        user_id = self.caller_id if user_id == "me" else user_id
        found = [session for session in self.sessions.values() if session["user_id"] == user_id]
        return copy.deepcopy(sorted(found, key=lambda session: -session["create_at"]))

    def _revoke_session(self, user_id, session_id):
        if session_id not in self.sessions:
            raise rejection("revoke_session", 400, "app.session.get.app_error")
        assert self.sessions[session_id]["user_id"] == user_id, "of another user: 400"
        del self.sessions[session_id]

    def _revoke_all_sessions(self, user_id):
        self._end(lambda session: session["user_id"] == user_id)

    def _revoke_sessions_from_all_users(self):
        self._end(lambda session: True)

    def _disable_user_access_token(self, token_id):
        self.tokens[token_id]["is_active"] = False
        self._end(lambda session: session["props"].get("user_access_token_id") == token_id)

    def _attach_device_id(self, device_id):
        owner = self.sessions[self.current]["user_id"]
        self._end(
            lambda session: session["user_id"] == owner and session["device_id"] == device_id and session["id"] != self.current
        )
        self.sessions[self.current].update(device_id=device_id, expires_at=NOW + 999)

    def _end(self, condition):
        self.sessions = {key: session for key, session in self.sessions.items() if not condition(session)}


def login(number, user_id=ZOE, age=1, idle=None, device_id="", browser="Unknown/0.0", os="", platform="Windows"):
    """A session of a login. ``age`` and ``idle`` are hours."""
    return {
        "id": session_id(number),
        "token": "",
        "create_at": NOW - age * HOUR,
        "expires_at": NOW + HOUR,
        "last_activity_at": NOW - (age if idle is None else min(age, idle)) * HOUR,
        "user_id": user_id,
        "device_id": device_id,
        "roles": "system_user",
        "is_oauth": False,
        "expired_notify": False,
        "team_members": [],
        "local": False,
        "props": {"browser": browser, "os": os, "platform": platform, "csrf": SECRET},
    }


def use(number, user_id=ZOE, age=1, idle=None):
    """The session of a personal access token with the same number."""
    session = login(100 + number, user_id, age, idle)
    session["props"] = {"type": "UserAccessToken", "user_access_token_id": token_id(number), "is_guest": "false"}
    return session


def token(number, user_id=ZOE, is_active=True):
    return {"id": token_id(number), "user_id": user_id, "description": f"token {number}", "is_active": is_active}


def run(client, check_mode=False, **options):
    service = SessionService(clock=lambda: NOW / 1000)
    return converge(service, client, {**copy.deepcopy(OPTIONS), **copy.deepcopy(options)}, check_mode)


def ids(sessions):
    return {session["id"] for session in sessions}


# -- properties --------------------------------------------------------------------------------------------------

HOURS = st.integers(0, 72)
LOGINS = st.lists(
    st.builds(
        lambda **fields: fields,
        user_id=st.sampled_from([ADMIN, ZOE, ADA]),
        age=HOURS,
        idle=HOURS,
        device_id=st.sampled_from(["", "apple:1"]),
        browser=st.sampled_from(["Chrome/110.0", "Opera/99.0"]),
    ),
    max_size=6,
).map(lambda found: [login(number, **fields) for number, fields in enumerate(found)])
TOKENS = st.lists(st.tuples(st.sampled_from([ZOE, ADA]), st.booleans(), st.one_of(st.none(), HOURS)), max_size=3)
DECLARATIONS = st.fixed_dictionaries(
    {
        "session_ids": st.one_of(st.none(), st.lists(st.integers(0, 7).map(session_id), max_size=3)),
        "older_than": st.sampled_from([None, "1d", "48h"]),
        "idle_for": st.sampled_from([None, "12h", "1d"]),
        "device_id": st.sampled_from([None, "apple:1"]),
        "browser": st.sampled_from([None, "chrome/*", "*"]),
        "disable_tokens": st.booleans(),
    }
)


def is_meant(session, declaration, user_id):
    """Written independently of the code under test."""
    age, idle = NOW - session["create_at"], NOW - max(session["create_at"], session["last_activity_at"])
    limits = {"1d": 24 * HOUR, "48h": 48 * HOUR, "12h": 12 * HOUR, None: 0}
    return (
        user_id in (None, session["user_id"])
        and (declaration["session_ids"] is None or session["id"] in declaration["session_ids"])
        and age >= limits[declaration["older_than"]]
        and idle >= limits[declaration["idle_for"]]
        and declaration["device_id"] in (None, session["device_id"])
        and fnmatch.fnmatch(session["props"].get("browser", "").lower(), declaration["browser"] or "*")
    )


@settings(max_examples=300, deadline=None)
@given(LOGINS, TOKENS, DECLARATIONS, st.sampled_from([ZOE, None]))
def test_any_choice_ends_what_is_meant_and_then_stays(logins, tokens, declaration, user_id):
    uses = [use(number, owner, age) for number, (owner, active, age) in enumerate(tokens) if active and age is not None]
    made = [token(number, owner, active) for number, (owner, active, _age) in enumerate(tokens)]
    client = SessionModel([*logins, *uses], made, logged_in=True)
    everybody = user_id is None
    declaration = {**declaration, **(EVERYBODY if everybody else {"user_id": user_id})}
    before = copy.deepcopy((client.sessions, client.tokens))
    own = min(
        (session for session in logins if session["user_id"] == ADMIN), key=lambda session: -session["create_at"], default=None
    )
    expected = {session["id"] for session in logins if session is not own and is_meant(session, declaration, user_id)}
    unfiltered = everybody and not chooses({**OPTIONS, **declaration})

    predicted = run(client, check_mode=True, **declaration)
    assert client.written == []
    assert (client.sessions, client.tokens) == before

    real = run(client, **declaration)
    assert client.written == real.operations == predicted.operations
    assert real.plan.changed is predicted.plan.changed is bool(client.written)
    assert real.plan.diff == predicted.plan.diff
    assert real.returned == predicted.returned
    if unfiltered:
        assert client.sessions == {}
        assert real.returned["sessions"] is None
    else:
        assert ids(logins) - set(client.sessions) == expected
        assert ids(real.returned["sessions"]) & ids(logins) == expected
    if declaration["disable_tokens"]:
        for number, (owner, active, _age) in enumerate(tokens):
            meant = [session for session in uses if session["props"]["user_access_token_id"] == token_id(number)]
            hit = user_id in (None, owner) and (
                not chooses({**OPTIONS, **declaration}) or any(is_meant(session, declaration, user_id) for session in meant)
            )
            assert client.tokens[token_id(number)]["is_active"] == (active and not hit)
    else:
        assert client.tokens == before[1]
    assert SECRET not in repr(real.returned) + repr(real.plan.diff)

    client.sent.clear()
    again = run(client, **declaration)
    assert again.operations == (["revoke_sessions_from_all_users"] if unfiltered else [])
    if not unfiltered:
        assert client.written == []
        assert again.plan.diff == {"before": {}, "after": {}}


# -- which operations --------------------------------------------------------------------------------------------


def test_all_sessions_of_a_user_end_with_one_request():
    client = SessionModel([login(1), login(2), login(3, ADA)])
    assert run(client, username="zoe").operations == ["revoke_all_sessions"]
    assert set(client.sessions) == {session_id(3)}


def test_chosen_sessions_end_one_by_one_though_they_are_all():
    # A session that begins in between does not meet the criterion.
    client = SessionModel([login(1, age=48), login(2, age=49)])
    assert run(client, username="zoe", older_than="1d").operations == ["revoke_session", "revoke_session"]


def test_everybody_is_logged_out_with_one_request_and_always_changed():
    client = SessionModel([login(1), login(2, ADA)], logged_in=True)
    for _unused in range(2):
        outcome = run(client, **EVERYBODY)
        assert outcome.operations == ["revoke_sessions_from_all_users"]
        assert outcome.returned["sessions"] is None
    assert "get_sessions" not in client.sent


def test_an_unknown_user_has_no_sessions():
    client = SessionModel([login(1)])
    outcome = run(client, username="ghost")
    assert (outcome.operations, outcome.returned) == ([], {"sessions": [], "tokens": []})


def test_an_empty_list_of_ids_chooses_nothing():
    client = SessionModel([login(1)], [token(1)])
    assert run(client, username="zoe", session_ids=[], disable_tokens=True).operations == []


def test_a_session_of_another_user_is_left_alone():
    client = SessionModel([login(1, ADA)])
    assert run(client, username="zoe", session_ids=[session_id(1)]).operations == []


def test_the_tokens_of_many_are_read_page_by_page_not_user_by_user():
    client = SessionModel([login(1), login(2, ADA)], [token(1), token(2, ADA)], logged_in=True)
    run(client, **EVERYBODY, keep_current=True, disable_tokens=True)
    assert client.sent.count("get_user_access_tokens") == 1
    assert "get_user_access_tokens_for_user" not in client.sent
    assert not any(found["is_active"] for found in client.tokens.values())


@pytest.mark.parametrize(
    ("options", "chosen"),
    [
        ({"os": ""}, {1}),
        ({"os": "windows*"}, {2}),
        ({"platform": "Mac*"}, {2}),
        ({"browser": "chrome/110.?"}, {2}),
        ({"browser": "Chrome"}, set()),
        ({"browser": "*", "os": "lin*"}, set()),
    ],
)
def test_properties_are_chosen_by_patterns(options, chosen):
    client = SessionModel([login(1), login(2, browser="Chrome/110.0", os="Windows 10", platform="Macintosh")])
    assert ids(run(client, username="zoe", **options).returned["sessions"]) == {session_id(number) for number in chosen}


# -- personal access tokens --------------------------------------------------------------------------------------


def test_surviving_tokens_are_warned_of():
    client = SessionModel([login(1), use(1)], [token(1), token(2), token(3, is_active=False), token(4, ADA)])
    outcome = run(client, username="zoe")
    [warning] = outcome.plan.warnings
    assert "2 personal access token(s) of 1 user(s) go on working" in warning
    assert token_id(1) in warning
    assert token_id(2) in warning
    assert [found["is_active"] for found in outcome.returned["tokens"]] == [True, True]


def test_without_sessions_nobody_is_warned_again():
    client = SessionModel([use(1)], [token(1)])
    outcome = run(client, username="zoe")
    assert (outcome.operations, outcome.plan.warnings, outcome.returned["tokens"]) == ([], [], [])
    assert "get_user_access_tokens_for_user" not in client.sent


def test_tokens_are_disabled_on_request():
    client = SessionModel([login(1), use(1)], [token(1), token(2), token(3, is_active=False), token(4, ADA)])
    outcome = run(client, username="zoe", disable_tokens=True)
    assert outcome.operations == ["disable_user_access_token", "disable_user_access_token", "revoke_all_sessions"]
    assert [found["is_active"] for found in client.tokens.values()] == [False, False, False, True]
    assert outcome.plan.diff["after"]["tokens"] == [{**token(1), "is_active": False}, {**token(2), "is_active": False}]
    assert outcome.plan.warnings == []


def test_unused_tokens_are_disabled_by_their_idle_sessions():
    client = SessionModel([use(1, age=99, idle=50), use(2, age=99, idle=2)], [token(1), token(2), token(3)])
    outcome = run(client, username="zoe", idle_for="1d", disable_tokens=True)
    assert outcome.operations == ["disable_user_access_token"]
    assert [found["id"] for found in client.tokens.values() if not found["is_active"]] == [token_id(1)]


def test_a_session_of_a_token_ends_by_its_id_with_a_warning():
    client = SessionModel([use(1)], [token(1), token(2)])
    outcome = run(client, username="zoe", session_ids=[session_id(101)])
    assert outcome.operations == ["revoke_session"]
    assert "1 personal access token(s)" in outcome.plan.warnings[0]


def test_a_session_that_outlived_its_token_ends_like_any_other():
    client = SessionModel([use(1)], [token(1, is_active=False)])
    outcome = run(client, username="zoe", idle_for="1h", disable_tokens=True)
    assert outcome.operations == ["revoke_session"]
    assert client.sessions == {}


class Blinkered(SessionModel):
    def _get_user_access_tokens_for_user(self, user_id):
        raise rejection("get_user_access_tokens_for_user", 403, "api.context.permissions.app_error")


def test_tokens_that_may_not_be_read_are_known_by_their_use():
    client = Blinkered([login(1), use(1)], [token(1), token(2)])
    outcome = run(client, username="zoe")
    assert outcome.returned["tokens"] == [{"id": token_id(1), "user_id": ZOE, "description": None, "is_active": True}]


def test_tokens_that_may_not_be_read_cannot_be_disabled():
    client = Blinkered([login(1), use(1)], [token(1)])
    with pytest.raises(Exception, match="lacks the permission"):
        run(client, username="zoe", disable_tokens=True)
    assert client.written == []


# -- the caller's own session ------------------------------------------------------------------------------------

MINE = {"caller_id": ZOE, "current": session_id(1)}


def test_the_own_session_is_not_ended_by_accident():
    client = SessionModel([login(1)], **MINE)
    with pytest.raises(InvalidInput, match=r"would end the caller's own access.*keep_current: true"):
        run(client, user_id="me")
    assert client.written == []
    assert run(client, user_id="me", keep_current=True).operations == []
    assert run(client, user_id="me", keep_current=False).operations == ["revoke_all_sessions"]
    assert client.sessions == {}


def test_the_own_session_cannot_be_told_from_others():
    client = SessionModel([login(1), login(2), use(1)], [token(1)], **MINE)
    for keep_current in (None, True):
        with pytest.raises(InvalidInput, match="does not tell which of the 3 sessions of zoe"):
            run(client, user_id="me", keep_current=keep_current)
    with pytest.raises(InvalidInput, match="last of 2 requests"):
        run(client, user_id="me", older_than="1h", keep_current=False)
    assert client.written == []
    # In one request it does not matter.
    assert run(client, user_id="me", keep_current=False).operations == ["revoke_all_sessions"]


def test_an_own_session_that_is_chosen_alone_can_be_ended():
    client = SessionModel([login(1, age=3), login(2, age=50)], **MINE)
    with pytest.raises(InvalidInput, match="may end the caller's own access"):
        run(client, username="zoe", older_than="1d")
    assert run(client, username="zoe", older_than="1d", keep_current=False).operations == ["revoke_session"]
    assert set(client.sessions) == {session_id(1)}


def test_a_caller_with_a_token_loses_nothing_by_the_end_of_sessions():
    client = SessionModel([use(1)], [token(1)], caller_id=ZOE, current=token_id(1))
    assert run(client, user_id="me", keep_current=True).operations == []
    assert run(client, user_id="me", session_ids=[session_id(101)]).operations == ["revoke_session"]


def test_the_own_token_is_disabled_last_and_only_on_request():
    client = SessionModel([use(1)], [token(1), token(2)], caller_id=ZOE, current=token_id(1))
    with pytest.raises(InvalidInput, match="own access"):
        run(client, user_id="me", disable_tokens=True)
    outcome = run(client, user_id="me", disable_tokens=True, keep_current=True)
    assert (outcome.operations, client.tokens[token_id(1)]["is_active"]) == (["disable_user_access_token"], True)
    client.tokens[token_id(2)]["is_active"] = True
    outcome = run(client, user_id="me", disable_tokens=True, keep_current=False)
    assert outcome.operations == ["disable_user_access_token", "disable_user_access_token"]
    assert not any(found["is_active"] for found in client.tokens.values())


def test_a_session_or_a_token_in_use_is_not_guessed():
    client = SessionModel([login(1), use(1)], [token(1)], **MINE)
    with pytest.raises(InvalidInput, match="last of 2 requests"):
        run(client, user_id="me", disable_tokens=True, keep_current=False)
    assert client.written == []


def test_the_session_of_a_login_of_the_task_is_left_out():
    client = SessionModel(
        [login(1, age=0), login(2, age=5), login(3, age=7)], caller_id=ZOE, logged_in=True, current=session_id(1)
    )
    outcome = run(client, user_id="me")
    assert outcome.operations == ["revoke_session", "revoke_session"]
    assert set(client.sessions) == {session_id(1)}
    assert run(client, user_id="me").operations == []


def test_everybody_includes_the_caller():
    client = SessionModel([login(1), login(2, ADA)], **MINE)
    with pytest.raises(InvalidInput, match="own access"):
        run(client, **EVERYBODY)
    outcome = run(client, **EVERYBODY, keep_current=True)
    assert outcome.operations == ["revoke_all_sessions"]
    assert set(client.sessions) == {session_id(1)}
    assert run(client, **EVERYBODY, keep_current=False).operations == ["revoke_sessions_from_all_users"]
    assert client.sessions == {}


def test_the_own_session_ends_after_those_of_all_others():
    client = SessionModel([login(1), login(2, ADA), login(3, ADMIN)], [token(1, ADA)], **MINE)
    outcome = run(client, **EVERYBODY, older_than="1h", disable_tokens=True, keep_current=False)
    assert client.sessions == {}
    assert outcome.plan.steps[-1].arguments["session_id"] == session_id(1)


# -- what happens in between -------------------------------------------------------------------------------------


def test_a_session_that_is_gone_already_is_no_error():
    class Hasty(SessionModel):
        def _revoke_session(self, user_id, session_id):
            super()._revoke_session(user_id, session_id)
            super()._revoke_session(user_id, session_id)

    client = Hasty([login(1, age=30), login(2, age=40)])
    assert run(client, username="zoe", older_than="1d").operations == ["revoke_session", "revoke_session"]
    assert client.sessions == {}


@pytest.mark.parametrize("took_effect", [True, False])
def test_a_lost_answer_is_looked_for(took_effect):
    class Forgetful(SessionModel):
        lost = False

        def call(self, name, arguments, token=Ellipsis):
            if name == "revoke_session" and not self.lost:
                self.lost = True
                if took_effect:
                    super().call(name, arguments, token)
                raise AnswerLost("the connection broke", "", name)
            return super().call(name, arguments, token)

    client = Forgetful([login(1, age=30), login(2, age=40)])
    outcome = run(client, username="zoe", older_than="1d")
    assert outcome.operations == client.written == ["revoke_session", "revoke_session"]
    assert ids(outcome.returned["sessions"]) == {session_id(1), session_id(2)}
    assert client.sessions == {}


def test_other_errors_stop_and_tell_what_was_done():
    class Strict(SessionModel):
        def _revoke_all_sessions(self, user_id):
            raise rejection("revoke_all_sessions", 403, "api.context.permissions.app_error")

    client = Strict([login(1)], [token(1)])
    with pytest.raises(Exception, match="lacks the permission") as failure:
        run(client, username="zoe", disable_tokens=True)
    assert failure.value.done == ["disable_user_access_token"]


# -- a device ----------------------------------------------------------------------------------------------------


def test_a_device_is_attached_once():
    client = SessionModel([login(1), login(2, ADA)], **MINE)
    predicted = run(client, check_mode=True, state="present", device_id="apple:1")
    real = run(client, state="present", device_id="apple:1")
    assert real.operations == predicted.operations == client.written == ["attach_device_id"]
    assert real.plan.diff == {"before": {"device_id": ""}, "after": {"device_id": "apple:1"}}
    [expected], [session] = predicted.returned["sessions"], real.returned["sessions"]
    assert session["expires_at"] == NOW + 999
    assert {**session, "expires_at": None, "last_activity_at": None} == expected
    again = run(client, state="present", device_id="apple:1", username="zoe")
    assert (again.operations, again.plan.unknown) == ([], [])
    assert again.returned["sessions"] == [session]


def test_among_several_sessions_the_server_knows_which_gets_the_device():
    client = SessionModel([login(1), login(2, device_id="apple:2")], **MINE)
    predicted = run(client, check_mode=True, state="present", device_id="apple:1").returned["sessions"]
    real = run(client, state="present", device_id="apple:1").returned["sessions"]
    assert [session["id"] for session in real] == [session_id(1)]
    assert [set(session) for session in predicted] == [set(session) for session in real]
    assert {key: value for key, value in predicted[0].items() if value is not None} == {"user_id": ZOE, "device_id": "apple:1"}
    again = run(client, state="present", device_id="apple:1")
    assert (again.operations, again.plan.unknown) == ([], ["device_id"])
    assert "does not tell" in again.plan.warnings[0]


def test_a_device_goes_to_the_session_of_the_caller_only():
    client = SessionModel([login(1)], **MINE)
    with pytest.raises(InvalidInput, match="for the caller only"):
        run(client, state="present", device_id="apple:1", username="ada")
    client.logged_in = True
    with pytest.raises(InvalidInput, match="ends with this task"):
        run(client, state="present", device_id="apple:1")
    assert client.written == []


# -- bad input ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({}, "nobody is named"),
        ({"username": "zoe", "email": "ada@example.com"}, "email"),
        ({"user_id": ADA, "username": "zoe"}, "username"),
        ({"username": "zoe", "older_than": "month"}, "older_than"),
        ({"username": "zoe", "older_than": "-1d"}, "older_than"),
        ({"username": "zoe", "idle_for": "30"}, "idle_for"),
        ({"username": "zoe", "idle_for": ""}, "idle_for"),
        ({"username": "zoe", "device_id": ""}, "device_id"),
        ({"username": "zoe", "session_ids": ["short"]}, "session_ids"),
        ({"all_users": True}, "confirm"),
        ({"all_users": True, "confirm": "yes"}, "confirm"),
        ({"all_users": True, "confirm": "yes", "older_than": "1d"}, "confirm"),
        ({**EVERYBODY, "username": "zoe"}, "all_users and username"),
        ({"state": "present"}, "device_id"),
        ({"state": "present", "device_id": "apple:1", "older_than": "1d"}, "older_than"),
        ({"state": "present", "device_id": "apple:1", "disable_tokens": True}, "disable_tokens"),
        ({"state": "present", "device_id": "apple:1", **EVERYBODY}, "all_users"),
    ],
)
@pytest.mark.parametrize("check_mode", [True, False])
def test_bad_input_is_named_and_nothing_is_written(options, named, check_mode):
    client = SessionModel([login(1)], [token(1)])
    with pytest.raises(InvalidInput, match=named):
        run(client, check_mode=check_mode, **options)
    assert client.written == []


def test_the_local_socket_has_no_sessions():
    client = SessionModel([login(1)])
    client.transport = type("Socket", (), {"local": True})()
    with pytest.raises(InvalidInput, match="api_url"):
        run(client, username="zoe")
