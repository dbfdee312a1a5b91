# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What mm_user_session plans, on the fake server: the chosen sessions end, and the caller is not cut off in mid-task."""

from __future__ import annotations

import fnmatch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput, PermissionDenied
from ansible_collections.mmops.mattermost.plugins.module_utils._plan import converge
from ansible_collections.mmops.mattermost.plugins.module_utils._services.session import SessionService
from ansible_collections.mmops.mattermost.plugins.module_utils._services.session_choice import chooses
from ansible_collections.mmops.mattermost.plugins.modules.mm_user_session import SUBJECT
from ansible_collections.mmops.mattermost.tests.fake_mattermost.licence import ENTERPRISE
from ansible_collections.mmops.mattermost.tests.fake_mattermost.release import RELEASES
from ansible_collections.mmops.mattermost.tests.fake_mattermost.sessions import Session
from ansible_collections.mmops.mattermost.tests.fake_mattermost.state import State
from ansible_collections.mmops.mattermost.tests.fake_mattermost.tokens import AccessToken
from ansible_collections.mmops.mattermost.tests.unit.plugins.module_utils.declarations import declared
from ansible_collections.mmops.mattermost.tests.unit.plugins.module_utils.fake_server import ADMIN, NOW, FakeClient, account

EVERYBODY = {"all_users": True, "confirm": "revoke_sessions_from_all_users"}
HOUR = 3_600_000
ZOE, ADA = "b" * 26, "c" * 26
PASSWORD = "the password of the caller"
SECRET = "the secret csrf"
NEVER = 4_000_000_000_000


def session_id(number):
    return f"s{number:025d}"


def token_id(number):
    return f"t{number:025d}"


def start(sessions=(), tokens=(), current=None, caller_id=ADMIN, logged_in=False):
    """A client whose requests come from ``current``: a session, or a token. It has logged in itself if ``logged_in``."""
    state = State(ENTERPRISE, RELEASES["7.6"])
    for token in tokens:
        state.tokens.place(token)
    for session in sorted(sessions, key=lambda session: session.create_at):
        state.sessions.add(session)
    roles = dict.fromkeys([ADMIN, caller_id], "system_user system_admin")
    people = [
        account(name, id=user_id, roles=roles.get(user_id, "system_user"), password=PASSWORD)
        for name, user_id in (("admin", ADMIN), ("zoe", ZOE), ("ada", ADA))
    ]
    using = current and current.token
    return FakeClient(people, caller_id, state=state, using=using, password=PASSWORD if logged_in else None)


def next_run(client):
    """The client of a run that follows, with a login of its own."""
    client.__exit__(None, None, None)
    return client.beside(password=PASSWORD)


def left(client):
    """The ids of the sessions of the test that there still are."""
    state = client.state
    found = (session for user_id in (ADMIN, ZOE, ADA) for session in state.sessions.of(user_id))
    return {session.id for session in found if session.id.startswith("s000")}


def active(client):
    """Whether the tokens are active, in order."""
    return [token.is_active for token in client.state.tokens.all()]


def login(number, user_id=ZOE, age=1, idle=None, device_id="", browser="Unknown/0.0", os="", platform="Windows"):
    """A session of a login. ``age`` and ``idle`` are hours."""
    return Session(
        user_id,
        f"secret-{number}",
        NEVER,
        {"browser": browser, "os": os, "platform": platform, "csrf": SECRET},
        device_id,
        session_id(number),
        NOW - age * HOUR,
        NOW - (age if idle is None else min(age, idle)) * HOUR,
    )


def use(number, user_id=ZOE, age=1, idle=None):
    """The session of a personal access token with the same number."""
    session = login(100 + number, user_id, age, idle)
    session.token = token(number).token
    session.props = {"type": "UserAccessToken", "user_access_token_id": token_id(number)}
    return session


def token(number, user_id=ZOE, is_active=True):
    return AccessToken(user_id, f"token {number}", is_active, token_id(number), f"value-{number}")


def run(client, check_mode=False, **options):
    service = SessionService(clock=lambda: NOW / 1000)
    declaration = declared(SUBJECT.options, **{"state": "absent", **options})
    return converge(service, client, declaration, check_mode)


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
    age, idle = NOW - session.create_at, NOW - max(session.create_at, session.last_activity_at)
    limits = {"1d": 24 * HOUR, "48h": 48 * HOUR, "12h": 12 * HOUR, None: 0}
    return (
        user_id in (None, session.user_id)
        and (declaration["session_ids"] is None or session.id in declaration["session_ids"])
        and age >= limits[declaration["older_than"]]
        and idle >= limits[declaration["idle_for"]]
        and declaration["device_id"] in (None, session.device_id)
        and fnmatch.fnmatch(session.props.get("browser", "").lower(), declaration["browser"] or "*")
    )


@settings(max_examples=300, deadline=None)
@given(LOGINS, TOKENS, DECLARATIONS, st.sampled_from([ZOE, None]))
def test_any_choice_ends_what_is_meant_and_then_stays(logins, tokens, declaration, user_id):
    uses = [use(number, owner, age) for number, (owner, used, age) in enumerate(tokens) if used and age is not None]
    made = [token(number, owner, is_active) for number, (owner, is_active, _age) in enumerate(tokens)]
    client = start([*logins, *uses], made, logged_in=True)
    everybody = user_id is None
    declaration = {**declaration, **(EVERYBODY if everybody else {"user_id": user_id})}
    before = client.snapshot()
    expected = {session.id for session in logins if is_meant(session, declaration, user_id)}
    unfiltered = everybody and not chooses(declared(SUBJECT.options, **declaration))

    predicted = run(client, check_mode=True, **declaration)
    assert client.written == []
    assert client.snapshot() == before

    real = run(client, **declaration)
    assert client.written == real.operations == predicted.operations
    assert real.plan.changed is predicted.plan.changed is bool(client.written)
    assert real.plan.diff == predicted.plan.diff
    assert real.returned == predicted.returned
    if unfiltered:
        assert left(client) == set()
        assert real.returned["sessions"] is None
    else:
        assert {session.id for session in logins} - left(client) == expected
        assert ids(real.returned["sessions"]) & {session.id for session in logins} == expected
    if declaration["disable_tokens"]:
        for number, (owner, was_active, _age) in enumerate(tokens):
            meant = [session for session in uses if session.props["user_access_token_id"] == token_id(number)]
            hit = user_id in (None, owner) and (
                not chooses(declared(SUBJECT.options, **declaration))
                or any(is_meant(session, declaration, user_id) for session in meant)
            )
            assert client.state.tokens.get(token_id(number)).is_active == (was_active and not hit)
    else:
        assert client.snapshot()["tokens"] == before["tokens"]
    assert SECRET not in repr(real.returned) + repr(real.plan.diff)

    client = next_run(client)
    again = run(client, **declaration)
    assert again.operations == (["revoke_sessions_from_all_users"] if unfiltered else [])
    if not unfiltered:
        assert client.written == []
        assert again.plan.diff == {"before": {}, "after": {}}


# -- which operations --------------------------------------------------------------------------------------------


def test_all_sessions_of_a_user_end_with_one_request():
    client = start([login(1), login(2), login(3, ADA)])
    assert run(client, username="zoe").operations == ["revoke_all_sessions"]
    assert left(client) == {session_id(3)}


def test_chosen_sessions_end_one_by_one_though_they_are_all():
    # A session that begins in between does not meet the criterion.
    client = start([login(1, age=48), login(2, age=49)])
    assert run(client, username="zoe", older_than="1d").operations == ["revoke_session", "revoke_session"]


def test_everybody_is_logged_out_with_one_request_and_always_changed():
    client = start([login(1), login(2, ADA)], logged_in=True)
    for _unused in range(2):
        outcome = run(client, **EVERYBODY)
        assert outcome.operations == ["revoke_sessions_from_all_users"]
        assert outcome.returned["sessions"] is None
        assert "get_sessions" not in client.sent
        client = next_run(client)


def test_an_unknown_user_has_no_sessions():
    client = start([login(1)])
    outcome = run(client, username="ghost")
    assert (outcome.operations, outcome.returned) == ([], {"sessions": [], "tokens": []})


def test_an_empty_list_of_ids_chooses_nothing():
    client = start([login(1)], [token(1)])
    assert run(client, username="zoe", session_ids=[], disable_tokens=True).operations == []


def test_a_session_of_another_user_is_left_alone():
    client = start([login(1, ADA)])
    assert run(client, username="zoe", session_ids=[session_id(1)]).operations == []


def test_the_tokens_of_many_are_read_page_by_page_not_user_by_user():
    client = start([login(1), login(2, ADA)], [token(1), token(2, ADA)], logged_in=True)
    run(client, **EVERYBODY, keep_current=True, disable_tokens=True)
    assert client.sent.count("get_user_access_tokens") == 1
    assert "get_user_access_tokens_for_user" not in client.sent
    assert not any(active(client))


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
    client = start([login(1), login(2, browser="Chrome/110.0", os="Windows 10", platform="Macintosh")])
    assert ids(run(client, username="zoe", **options).returned["sessions"]) == {session_id(number) for number in chosen}


# -- personal access tokens --------------------------------------------------------------------------------------


def test_surviving_tokens_are_warned_of():
    client = start([login(1), use(1)], [token(1), token(2), token(3, is_active=False), token(4, ADA)])
    outcome = run(client, username="zoe")
    [warning] = outcome.plan.warnings
    assert "2 personal access token(s) of 1 user(s) go on working" in warning
    assert token_id(1) in warning
    assert token_id(2) in warning
    assert [found["is_active"] for found in outcome.returned["tokens"]] == [True, True]


def test_without_sessions_nobody_is_warned_again():
    client = start([use(1)], [token(1)])
    outcome = run(client, username="zoe")
    assert (outcome.operations, outcome.plan.warnings, outcome.returned["tokens"]) == ([], [], [])
    assert "get_user_access_tokens_for_user" not in client.sent


def test_tokens_are_disabled_on_request():
    client = start([login(1), use(1)], [token(1), token(2), token(3, is_active=False), token(4, ADA)])
    outcome = run(client, username="zoe", disable_tokens=True)
    assert outcome.operations == ["disable_user_access_token", "disable_user_access_token", "revoke_all_sessions"]
    assert active(client) == [False, False, False, True]
    assert outcome.plan.diff["after"]["tokens"] == [token(1, is_active=False).view(), token(2, is_active=False).view()]
    assert outcome.plan.warnings == []


def test_unused_tokens_are_disabled_by_their_idle_sessions():
    client = start([use(1, age=99, idle=50), use(2, age=99, idle=2)], [token(1), token(2), token(3)])
    outcome = run(client, username="zoe", idle_for="1d", disable_tokens=True)
    assert outcome.operations == ["disable_user_access_token"]
    assert active(client) == [False, True, True]


def test_a_session_of_a_token_ends_by_its_id_with_a_warning():
    client = start([use(1)], [token(1), token(2)])
    outcome = run(client, username="zoe", session_ids=[session_id(101)])
    assert outcome.operations == ["revoke_session"]
    assert "1 personal access token(s)" in outcome.plan.warnings[0]


def test_a_session_that_outlived_its_token_ends_like_any_other():
    client = start([use(1)], [token(1, is_active=False)])
    outcome = run(client, username="zoe", idle_for="1h", disable_tokens=True)
    assert outcome.operations == ["revoke_session"]
    assert left(client) == set()


def blinkered(sessions, tokens):
    client = start(sessions, tokens)
    client.refuse("get_user_access_tokens_for_user", 403, "api.context.permissions.app_error", count=-1)
    return client


def test_tokens_that_may_not_be_read_are_known_by_their_use():
    client = blinkered([login(1), use(1)], [token(1), token(2)])
    outcome = run(client, username="zoe")
    assert outcome.returned["tokens"] == [{"id": token_id(1), "user_id": ZOE, "description": None, "is_active": True}]


def test_tokens_that_may_not_be_read_cannot_be_disabled():
    client = blinkered([login(1), use(1)], [token(1)])
    with pytest.raises(PermissionDenied, match="lacks the permission"):
        run(client, username="zoe", disable_tokens=True)
    assert client.written == []


# -- the caller's own session ------------------------------------------------------------------------------------

MINE = {"caller_id": ZOE, "current": login(1)}


def test_the_own_session_is_not_ended_by_accident():
    client = start([login(1)], **MINE)
    with pytest.raises(InvalidInput, match=r"would end the caller's own access.*keep_current: true"):
        run(client, user_id="me")
    assert client.written == []
    assert run(client, user_id="me", keep_current=True).operations == []
    assert run(client, user_id="me", keep_current=False).operations == ["revoke_all_sessions"]
    assert left(client) == set()


def test_the_own_session_cannot_be_told_from_others():
    client = start([login(1), login(2), use(1)], [token(1)], **MINE)
    for keep_current in (None, True):
        with pytest.raises(InvalidInput, match="does not tell which of the 3 sessions of zoe"):
            run(client, user_id="me", keep_current=keep_current)
    with pytest.raises(InvalidInput, match="last of 2 requests"):
        run(client, user_id="me", older_than="1h", keep_current=False)
    assert client.written == []
    # In one request it does not matter.
    assert run(client, user_id="me", keep_current=False).operations == ["revoke_all_sessions"]


def test_an_own_session_that_is_chosen_alone_can_be_ended():
    client = start([login(1, age=3), login(2, age=50)], **MINE)
    with pytest.raises(InvalidInput, match="may end the caller's own access"):
        run(client, username="zoe", older_than="1d")
    assert run(client, username="zoe", older_than="1d", keep_current=False).operations == ["revoke_session"]
    assert left(client) == {session_id(1)}


def test_a_caller_with_a_token_loses_nothing_by_the_end_of_sessions():
    client = start([use(1)], [token(1)], caller_id=ZOE, current=token(1))
    assert run(client, user_id="me", keep_current=True).operations == []
    assert run(client, user_id="me", session_ids=[session_id(101)]).operations == ["revoke_session"]


def test_the_own_token_is_disabled_last_and_only_on_request():
    client = start([use(1)], [token(1), token(2)], caller_id=ZOE, current=token(1))
    with pytest.raises(InvalidInput, match="own access"):
        run(client, user_id="me", disable_tokens=True)
    outcome = run(client, user_id="me", disable_tokens=True, keep_current=True)
    assert (outcome.operations, active(client)) == (["disable_user_access_token"], [True, False])
    client.state.tokens.get(token_id(2)).is_active = True
    outcome = run(client, user_id="me", disable_tokens=True, keep_current=False)
    assert outcome.operations == ["disable_user_access_token", "disable_user_access_token"]
    assert not any(active(client))


def test_a_session_or_a_token_in_use_is_not_guessed():
    client = start([login(1), use(1)], [token(1)], **MINE)
    with pytest.raises(InvalidInput, match="last of 2 requests"):
        run(client, user_id="me", disable_tokens=True, keep_current=False)
    assert client.written == []


def test_the_session_of_a_login_of_the_task_is_left_out():
    client = start([login(2, age=5), login(3, age=7)], caller_id=ZOE, logged_in=True)
    outcome = run(client, user_id="me")
    assert outcome.operations == ["revoke_session", "revoke_session"]
    assert left(client) == set()
    assert client.get_user(user_id="me")["username"] == "zoe"
    assert run(client, user_id="me").operations == []


def test_everybody_includes_the_caller():
    client = start([login(1), login(2, ADA)], **MINE)
    with pytest.raises(InvalidInput, match="own access"):
        run(client, **EVERYBODY)
    outcome = run(client, **EVERYBODY, keep_current=True)
    assert outcome.operations == ["revoke_all_sessions"]
    assert left(client) == {session_id(1)}
    assert run(client, **EVERYBODY, keep_current=False).operations == ["revoke_sessions_from_all_users"]
    assert left(client) == set()


def test_the_own_session_ends_after_those_of_all_others():
    client = start([login(1), login(2, ADA), login(3, ADMIN)], [token(1, ADA)], **MINE)
    outcome = run(client, **EVERYBODY, older_than="1h", disable_tokens=True, keep_current=False)
    assert left(client) == set()
    assert outcome.plan.steps[-1].arguments["session_id"] == session_id(1)


# -- what happens in between -------------------------------------------------------------------------------------


def test_a_session_that_is_gone_already_is_no_error():
    client = start([login(1, age=30), login(2, age=40)])
    client.meanwhile("revoke_session", first=lambda: client.state.sessions.end_user(ZOE))
    assert run(client, username="zoe", older_than="1d").operations == ["revoke_session", "revoke_session"]
    assert client.statuses("revoke_session") == [400, 400]
    assert left(client) == set()


@pytest.mark.parametrize("took_effect", [True, False])
def test_a_lost_answer_is_looked_for(took_effect):
    client = start([login(1, age=30), login(2, age=40)])
    client.lose("revoke_session", took_effect)
    outcome = run(client, username="zoe", older_than="1d")
    assert outcome.operations == ["revoke_session", "revoke_session"]
    assert client.written == ["revoke_session"] * (2 if took_effect else 3)
    assert ids(outcome.returned["sessions"]) == {session_id(1), session_id(2)}
    assert left(client) == set()


def test_other_errors_stop_and_tell_what_was_done():
    client = start([login(1)], [token(1)])
    client.refuse("revoke_all_sessions", 403, "api.context.permissions.app_error")
    with pytest.raises(PermissionDenied, match="lacks the permission") as failure:
        run(client, username="zoe", disable_tokens=True)
    assert failure.value.done == ["disable_user_access_token"]


# -- a device ----------------------------------------------------------------------------------------------------


def test_a_device_is_attached_once():
    client = start([login(1), login(2, ADA)], **MINE)
    predicted = run(client, check_mode=True, state="present", device_id="apple:1")
    real = run(client, state="present", device_id="apple:1")
    assert real.operations == predicted.operations == client.written == ["attach_device_id"]
    assert real.plan.diff == {"before": {"device_id": ""}, "after": {"device_id": "apple:1"}}
    [expected], [session] = predicted.returned["sessions"], real.returned["sessions"]
    assert session["expires_at"] == NEVER
    assert {**session, "expires_at": None, "last_activity_at": None} == expected
    again = run(client, state="present", device_id="apple:1", username="zoe")
    assert (again.operations, again.plan.unknown) == ([], [])
    assert again.returned["sessions"] == [session]


def test_among_several_sessions_the_server_knows_which_gets_the_device():
    client = start([login(1), login(2, device_id="apple:2")], **MINE)
    predicted = run(client, check_mode=True, state="present", device_id="apple:1").returned["sessions"]
    real = run(client, state="present", device_id="apple:1").returned["sessions"]
    assert [session["id"] for session in real] == [session_id(1)]
    assert [set(session) for session in predicted] == [set(session) for session in real]
    assert {key: value for key, value in predicted[0].items() if value is not None} == {"user_id": ZOE, "device_id": "apple:1"}
    again = run(client, state="present", device_id="apple:1")
    assert (again.operations, again.plan.unknown) == ([], ["device_id"])
    assert "does not tell" in again.plan.warnings[0]


def test_a_device_goes_to_the_session_of_the_caller_only():
    client = start([login(1)], **MINE)
    with pytest.raises(InvalidInput, match="for the caller only"):
        run(client, state="present", device_id="apple:1", username="ada")
    assert client.written == []
    client = client.beside(password=PASSWORD)
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
        ({"all_users": True}, "all_users .*confirm"),
        ({"all_users": True, "confirm": "yes"}, "all_users .*confirm"),
        ({"all_users": True, "confirm": "yes", "older_than": "1d"}, "all_users .*confirm"),
        ({**EVERYBODY, "username": "zoe"}, "all_users and username"),
        ({"state": "present"}, "state: .*device_id"),
        ({"state": "present", "device_id": "apple:1", "older_than": "1d"}, "older_than"),
        ({"state": "present", "device_id": "apple:1", "disable_tokens": True}, "disable_tokens"),
        ({"state": "present", "device_id": "apple:1", **EVERYBODY}, "all_users"),
    ],
)
@pytest.mark.parametrize("check_mode", [True, False])
def test_bad_input_is_named_and_nothing_is_written(options, named, check_mode):
    client = start([login(1)], [token(1)])
    with pytest.raises(InvalidInput, match=rf"^{named}\b"):
        run(client, check_mode=check_mode, **options)
    assert client.written == []


def test_the_local_socket_has_no_sessions():
    client = start([login(1)]).beside(local=True)
    with pytest.raises(InvalidInput, match="api_url"):
        run(client, username="zoe")
