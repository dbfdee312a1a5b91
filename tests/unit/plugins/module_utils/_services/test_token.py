# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What mm_user_token plans, on the fake server: declarations, rotation over months, lost answers, own tokens."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import (
    AnswerLost,
    InvalidInput,
    MattermostError,
    PermissionDenied,
    RequestRejected,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._plan import converge
from ansible_collections.mmops.mattermost.plugins.module_utils._services.hand_over import Note
from ansible_collections.mmops.mattermost.plugins.module_utils._services.token import TokenService
from ansible_collections.mmops.mattermost.plugins.module_utils._services.token_generation import generation, with_generation
from ansible_collections.mmops.mattermost.plugins.modules.mm_user_token import SUBJECT
from ansible_collections.mmops.mattermost.tests.fake_mattermost.licence import TEAM
from ansible_collections.mmops.mattermost.tests.fake_mattermost.release import RELEASES
from ansible_collections.mmops.mattermost.tests.fake_mattermost.state import State
from ansible_collections.mmops.mattermost.tests.fake_mattermost.tokens import AccessToken, AccessTokens
from ansible_collections.mmops.mattermost.tests.unit.plugins.module_utils.declarations import declared
from ansible_collections.mmops.mattermost.tests.unit.plugins.module_utils.fake_server import ADMIN, FakeClient, account, raises

CREATE, ENABLE, DISABLE, REVOKE, END_SESSION = (
    "create_user_access_token",
    "enable_user_access_token",
    "disable_user_access_token",
    "revoke_user_access_token",
    "revoke_session",
)
BOT, OTHER = "b" * 26, "c" * 26
OLD = RELEASES["7.6"]
LATER = replace(RELEASES["11.2"], version="12.9.0", tokens_expire=True)
NO_EXPIRY = replace(LATER, version="12.0.0", tokens_expire=False)
DAY_ONE = date(2026, 1, 1)
TOKENS_OFF = {"ServiceSettings": {"EnableUserAccessTokens": False}}


class NumberedTokens(AccessTokens):
    """Ids and values are numbers in the order in which the tokens are made."""

    made = 0

    def add(self, user_id, description):
        self.made += 1
        return self.place(AccessToken(user_id, description, True, f"{self.made:026d}", f"value{self.made}"))


def start(*descriptions, release=OLD, caller_id=ADMIN, **fields):
    """A client of a server on which the bot has tokens of these descriptions. ``fields`` are those of its account."""
    state = State(TEAM, release)
    state.tokens = NumberedTokens()
    people = [
        account("deploy-bot", **{"email": "bot@example.com", **fields}),
        account("admin", id=ADMIN, roles="system_user system_admin"),
        account("other", id=OTHER),
    ]
    client = FakeClient(people, caller_id, state=state)
    for description in descriptions:
        add(client, description)
    return client


def add(client, description, user_id=BOT, **fields):
    """Put a token there."""
    token = client.state.tokens.add(user_id, description)
    if client.state.release.tokens_expire:
        token.expires_at = 0
    for name, value in fields.items():
        setattr(token, name, value)


def tokens_of(client):
    """All tokens by id."""
    return {token.id: token for token in client.state.tokens.all()}


def ids(client, description=None):
    return [token.id for token in client.state.tokens.all() if description in (None, token.description)]


def run(client, check_mode=False, day=DAY_ONE, **options):
    service = TokenService(now=lambda: datetime(day.year, day.month, day.day, 13, 30, tzinfo=UTC))
    who = {} if {"username", "user_id", "email"} & set(options) else {"username": "deploy-bot"}
    return converge(service, client, declared(SUBJECT.options, **who, **options), check_mode)


def refusal(client, **options):
    """The error, which no request that writes preceded, in check mode as well."""
    with pytest.raises(InvalidInput) as predicted:
        run(client, check_mode=True, **options)
    with pytest.raises(InvalidInput) as error:
        run(client, **options)
    assert str(error.value) == str(predicted.value)
    assert client.written == error.value.done == []
    return error.value


def without_ids(tokens):
    return [token and {key: value for key, value in token.items() if key != "id"} for token in tokens]


def check_prediction(client, **options):
    """Runs in check mode and for real, compares, runs again, and returns the outcome."""
    before = client.snapshot()
    predicted = run(client, check_mode=True, **options)
    assert client.written == []
    assert client.snapshot() == before
    assert predicted.returned["token_value"] is None
    real = run(client, **options)
    assert client.written == real.operations == predicted.operations
    assert real.plan.changed is predicted.plan.changed is bool(client.written)
    assert real.plan.diff == predicted.plan.diff
    assert real.plan.warnings == predicted.plan.warnings
    assert without_ids(real.returned["tokens"]) == without_ids(predicted.returned["tokens"])
    assert without_ids([real.returned["token"]]) == without_ids([predicted.returned["token"]])
    assert (real.returned["token_value"] is not None) == (CREATE in real.operations)
    for token in real.returned["tokens"]:
        assert token == tokens_of(client)[token["id"]].view()
    client.sent.clear()
    again = run(client, **options)
    assert client.written == again.operations == []
    assert again.plan.diff == {"before": {}, "after": {}}
    assert again.returned == {**real.returned, "token_value": None}
    return real


# -- declarations ------------------------------------------------------------------------------------------------

FAMILY = [
    "deploy",
    "deploy [generation 2025-10-01]",
    "deploy [generation 2025-12-30]",
    "deploy [generation 2026-01-01]",
    "else",
]
TOKENS = st.lists(st.tuples(st.sampled_from(FAMILY), st.booleans(), st.sampled_from([0, 1, 4_000_000_000_000])), max_size=6)
DECLARATIONS = st.fixed_dictionaries(
    {
        "state": st.sampled_from(["present", "disabled", "absent"]),
        "duplicates": st.sampled_from(["fail", "keep_one", "all"]),
        "description": st.sampled_from(["deploy", "deploy [generation 2025-12-30]"]),
    }
).flatmap(
    lambda fields: st.one_of(
        st.just(fields),
        st.builds(lambda number: {**fields, "token_id": f"{number:026d}"}, st.integers(1, 6)),
        st.builds(
            lambda after, overlap, kept: {
                **fields,
                "description": "deploy",
                "rotate_after": f"{after}d",
                "overlap": f"{overlap}d",
                "keep_disabled": kept,
            },
            st.sampled_from([1, 30, 90]),
            st.integers(0, 9),
            st.sampled_from([None, "0d", "3d"]),
        ),
    )
)


@settings(max_examples=500, deadline=None)
@given(TOKENS, DECLARATIONS)
def test_any_declaration_is_refused_or_reached_predicted_and_then_stays(tokens, declaration):
    # One token that there is always: it shows whether the server knows an expiry.
    client = start("else", release=LATER)
    for description, active, expires_at in tokens:
        add(client, description, is_active=active, expires_at=expires_at)
    strangers = ids(client, "else")
    try:
        predicted = run(client, check_mode=True, **declaration)
    except InvalidInput:
        refusal(client, **declaration)
        alike = [description for description, _active, _expires_at in tokens]
        assert "token_id" in declaration or (declaration["duplicates"] != "all" and len(set(alike)) < len(alike))
        return
    assert client.written == []
    real = check_prediction(client, **declaration)
    assert real.plan.diff == predicted.plan.diff
    if declaration["state"] == "present":
        assert real.returned["token"]["is_active"]
    elif declaration["state"] == "absent":
        assert real.returned["token"] is None
        assert declaration.get("token_id") not in tokens_of(client)
        assert "token_id" in declaration or real.returned["tokens"] == []
    else:
        assert not any(token["is_active"] for token in real.returned["tokens"])
        assert REVOKE not in real.operations or declaration["duplicates"] == "keep_one"
    assert ids(client, "else") == strangers


def test_a_token_is_created_once_and_its_value_is_returned_then_only():
    client = start()
    outcome = check_prediction(client, description="backup")
    assert outcome.returned["token_value"] == "value1"
    assert outcome.returned["token"] == tokens_of(client)[ids(client)[0]].view()
    assert "value1" not in str([outcome.returned["token"], outcome.returned["tokens"], outcome.plan])
    assert outcome.plan.diff == {"before": {}, "after": {"backup": "present"}}


def test_me_is_the_caller():
    client = start()
    run(client, user_id="me", description="mine")
    assert [token.user_id for token in tokens_of(client).values()] == [ADMIN]


@pytest.mark.parametrize("who", [{}, {"token_id": f"{1:026d}", "description": None}])
def test_present_enables_a_disabled_token(who):
    client = start("backup")
    run(client, description="backup", state="disabled")
    client.sent.clear()
    outcome = check_prediction(client, **{"description": "backup", **who})
    assert outcome.operations == [ENABLE]
    assert outcome.plan.diff == {"before": {f"backup ({1:026d})": "disabled"}, "after": {f"backup ({1:026d})": "present"}}


def test_the_id_alone_names_a_token():
    client = start("backup")
    outcome = run(client, username=None, token_id=f"{1:026d}", state="absent")
    assert outcome.operations == [REVOKE]
    assert run(client, username=None, token_id=f"{1:026d}", state="absent").operations == []


@pytest.mark.parametrize("state", ["disabled", "absent"])
def test_an_unknown_user_has_no_tokens(state):
    assert run(start(), username="nobody", description="backup", state=state).returned == {
        "token": None,
        "token_value": None,
        "tokens": [],
        "schedule": None,
    }


@pytest.mark.parametrize("state", ["disabled", "absent"])
def test_a_description_names_all_its_generations(state):
    client = start("deploy", "deploy [generation 2025-10-01]", "deploy [generation 2026-13-01]", "deployment")
    outcome = check_prediction(client, description="deploy", state=state)
    assert len(outcome.operations) == 2
    assert ids(client, "deploy [generation 2026-13-01]")  # no day of the calendar, so it is another token
    assert ids(client, "deployment")


def test_a_generation_can_be_named_alone():
    client = start("deploy [generation 2025-10-01]", "deploy [generation 2025-12-01]")
    run(client, description="deploy [generation 2025-10-01]", state="absent")
    assert ids(client) == ids(client, "deploy [generation 2025-12-01]")


def test_a_deactivated_user_gets_a_token_with_a_warning():
    outcome = check_prediction(start(delete_at=5), description="backup")
    assert "deactivated" in outcome.plan.warnings[0]


# -- duplicates --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["present", "disabled", "absent"])
def test_a_clash_is_reported_with_the_ids(state):
    client = start("backup", "backup")
    tokens_of(client)[f"{2:026d}"].is_active = False
    message = str(refusal(client, description="backup", state=state))
    assert f"{1:026d} (active)" in message
    assert f"{2:026d} (disabled)" in message
    assert "duplicates: keep_one" in message


def test_the_only_active_one_is_kept():
    client = start("backup", "backup", "backup")
    for number in (1, 3):
        tokens_of(client)[f"{number:026d}"].is_active = False
    check_prediction(client, description="backup", duplicates="keep_one")
    assert ids(client) == [f"{2:026d}"]


def test_the_one_that_is_named_is_kept():
    client = start("backup", "backup", "backup")
    check_prediction(client, description="backup", token_id=f"{3:026d}", duplicates="keep_one")
    assert ids(client) == [f"{3:026d}"]


def test_which_one_to_keep_is_not_guessed():
    assert "token_id" in str(refusal(start("backup", "backup"), description="backup", duplicates="keep_one"))


def test_the_id_alone_touches_no_other_of_the_same_description():
    client = start("backup", "backup")
    check_prediction(client, description="backup", token_id=f"{1:026d}", state="absent")
    assert ids(client) == [f"{2:026d}"]


def test_all_of_the_same_description_are_treated_alike():
    client = start("backup", "backup")
    assert check_prediction(client, description="backup", state="disabled", duplicates="all").operations == [DISABLE, DISABLE]
    client.sent.clear()
    assert check_prediction(client, description="backup", duplicates="all").operations == [ENABLE, ENABLE]


# -- rotation ----------------------------------------------------------------------------------------------------


def next_day(schedule):
    """The first day of a schedule on which something is due."""
    days = [schedule["rotate_on"]]
    for token in schedule["predecessors"]:
        days += [token["disable_on"], token["revoke_on"]]
    return min(date.fromisoformat(day) for day in days if day)


def forget(client, number):
    """Somebody else revokes a token."""
    client.state.tokens.remove(tokens_of(client)[f"{number:026d}"])


def usable(client, expected_owner=BOT):
    return [token for token in tokens_of(client).values() if token.is_active and token.user_id == expected_owner]


@settings(max_examples=200, deadline=None)
@given(
    gaps=st.lists(st.one_of(st.integers(1, 3), st.integers(4, 40), st.integers(41, 400)), min_size=1, max_size=25),
    after=st.integers(1, 60),
    overlap=st.integers(0, 20),
    kept=st.one_of(st.none(), st.integers(0, 20)),
    first=st.lists(st.sampled_from(["deploy", "deploy [generation 2025-12-30]"]), unique=True),
)
def test_a_rotation_over_a_calendar_of_runs(gaps, after, overlap, kept, first):
    client = start(*first)
    declaration = {
        "description": "deploy",
        "rotate_after": f"{after}d",
        "overlap": f"{overlap}d",
        "keep_disabled": None if kept is None else f"{kept}d",
    }
    day, due = DAY_ONE, None
    for gap in gaps:
        client.sent.clear()
        worked = {token.id for token in usable(client)}
        outcome = check_prediction(client, day=day, **declaration)
        tokens = outcome.returned["tokens"]
        newest, *older = tokens
        assert due is None or bool(outcome.operations) == (day >= due), "the last schedule told this day"
        due = next_day(outcome.returned["schedule"])
        assert newest["is_active"], "there is always a valid token"
        newest_day = generation(newest["description"])[1]
        assert (day - newest_day).days < after, "the newest is never too old after a run"
        successor = newest_day
        for token in older:
            age = (day - successor).days
            assert token["is_active"] == (age < overlap), "a predecessor works for the overlap, and no longer"
            assert age < overlap + (overlap if kept is None else kept), "and is gone when it was disabled long enough"
            successor = generation(token["description"])[1]
        if overlap and outcome.returned["token_value"] and worked:
            assert worked & {token.id for token in usable(client)}, "the value in use works on the day of the rotation"
        day += timedelta(days=gap)


def test_a_rotation_day_by_day():
    client = start()
    changes = {}
    for number in range(130):
        day = DAY_ONE + timedelta(days=number)
        outcome = run(client, day=day, description="deploy", rotate_after="90d", overlap="1w")
        if outcome.operations:
            changes[number] = outcome.operations
    assert changes == {0: [CREATE], 90: [CREATE], 97: [DISABLE], 104: [REVOKE]}
    assert [token.description for token in tokens_of(client).values()] == [
        with_generation("deploy", DAY_ONE + timedelta(days=90))
    ]


def test_a_token_from_before_the_rotation_is_a_predecessor():
    client = start("deploy", "deploy")
    outcome = check_prediction(client, description="deploy", rotate_after="90d", overlap="7d")
    assert outcome.operations == [CREATE]
    assert outcome.returned["schedule"] == {
        "rotate_on": "2026-04-01",
        "predecessors": [
            {"token_id": token_id, "description": "deploy", "disable_on": "2026-01-08", "revoke_on": "2026-01-15"}
            for token_id in (f"{2:026d}", f"{1:026d}")
        ],
    }
    later = run(client, day=DAY_ONE + timedelta(days=7), description="deploy", rotate_after="90d", overlap="7d")
    assert later.operations == [DISABLE, DISABLE]


def test_a_schedule_ends_with_the_calendar():
    client = start("deploy [generation 9999-12-31]", "deploy [generation 9999-12-01]")
    schedule = run(client, description="deploy", rotate_after="90d", overlap="7d").returned["schedule"]
    assert schedule["rotate_on"] is None
    assert [token["disable_on"] for token in schedule["predecessors"]] == [None]


def test_without_rotation_a_generation_is_present_already():
    client = start("deploy [generation 2020-01-01]")
    assert check_prediction(client, description="deploy").operations == []


def test_a_disabled_predecessor_is_not_enabled_and_the_newest_is():
    client = start("deploy [generation 2025-12-30]", "deploy [generation 2026-01-01]")
    for token in tokens_of(client).values():
        token.is_active = False
    outcome = check_prediction(client, description="deploy", rotate_after="90d", overlap="7d")
    assert outcome.operations == [ENABLE]
    assert [token["is_active"] for token in outcome.returned["tokens"]] == [True, False]


def test_a_clash_matters_in_the_newest_generation_only():
    client = start("deploy [generation 2025-12-30]", "deploy [generation 2025-12-30]", "deploy [generation 2026-01-01]")
    assert check_prediction(client, description="deploy", rotate_after="90d", overlap="7d").operations == []
    add(client, "deploy [generation 2026-01-01]")
    assert "2 tokens" in str(refusal(client, description="deploy", rotate_after="90d", overlap="7d"))


def test_a_generation_of_the_future_is_reported():
    client = start("deploy [generation 2027-01-01]")
    outcome = check_prediction(client, description="deploy", rotate_after="1d", overlap="0d")
    assert "future" in outcome.plan.warnings[0]


def test_over_the_local_socket_predecessors_are_revoked_when_the_overlap_is_over():
    client = start("deploy [generation 2025-12-01]", "deploy [generation 2025-12-25]")
    client = client.beside(local=True)
    outcome = check_prediction(client, description="deploy", rotate_after="90d", overlap="7d")
    assert outcome.operations == [REVOKE]


def test_the_local_socket_says_what_it_cannot_do():
    client = start("backup")
    client = client.beside(local=True)
    assert "socket" in str(refusal(client, description="backup", state="disabled"))
    assert "socket" in str(refusal(client, username=None, token_id=f"{1:026d}"))
    assert "socket" in str(refusal(client, username=None, user_id="me", description="backup"))
    tokens_of(client)[f"{1:026d}"].is_active = False
    assert "socket" in str(refusal(client, description="backup"))


# -- expiry ------------------------------------------------------------------------------------------------------


def test_expiry_is_set_and_read():
    client = start(release=LATER)
    token = check_prediction(client, description="deploy", expires_after="30d").returned["token"]
    assert token["expires_at"] == int(datetime(2026, 1, 31, tzinfo=UTC).timestamp() * 1000)


def test_an_expired_token_is_replaced():
    client = start(release=LATER)
    run(client, description="deploy", expires_after="30d")
    assert run(client, day=DAY_ONE + timedelta(days=29), description="deploy").operations == []
    later = DAY_ONE + timedelta(days=30)
    client.sent.clear()
    assert check_prediction(client, day=later, description="deploy").operations == [CREATE, REVOKE]


@pytest.mark.parametrize(("descriptions", "release"), [([], OLD), (["else"], NO_EXPIRY)])
def test_expiry_is_refused_where_it_is_known_that_tokens_do_not_expire(descriptions, release):
    client = start(*descriptions, release=release)
    assert "rotate_after" in str(refusal(client, description="deploy", expires_after="30d"))


def test_a_token_that_does_not_expire_although_declared_is_revoked():
    client = start(release=NO_EXPIRY)
    with pytest.raises(InvalidInput) as error:
        run(client, description="deploy", expires_after="30d")
    assert client.written == error.value.done == [CREATE, REVOKE]
    assert tokens_of(client) == {}


def test_a_token_that_does_not_expire_and_cannot_be_revoked_is_named():
    client = start(release=NO_EXPIRY)
    client.refuse(REVOKE, 500, "", count=-1)
    with pytest.raises(InvalidInput, match=f"{1:026d} was created") as error:
        run(client, description="deploy", expires_after="30d")
    assert error.value.done == [CREATE]


# -- lost answers ------------------------------------------------------------------------------------------------


def test_a_token_whose_value_nobody_knows_is_revoked_and_another_created():
    client = start("else")
    client.lose(CREATE)
    outcome = run(client, description="deploy")
    assert client.written == outcome.operations == [CREATE, REVOKE, CREATE]
    assert outcome.returned["token_value"] == "value3"
    assert ids(client) == [f"{1:026d}", f"{3:026d}"]
    assert f"{2:026d}" in outcome.plan.warnings[0]
    assert outcome.returned["tokens"] == [tokens_of(client)[f"{3:026d}"].view()]


def test_a_creation_without_effect_is_repeated_after_a_look():
    client = start()
    client.lose(CREATE, effect=False)
    outcome = run(client, description="deploy")
    look = "get_user_access_tokens_for_user"
    assert client.sent[-4:] == [CREATE, look, CREATE, look]
    assert outcome.operations == [CREATE]
    assert outcome.returned["token_value"] == "value1"
    assert not outcome.plan.warnings


def test_a_rotation_goes_on_after_a_lost_creation():
    client = start("deploy [generation 2025-01-01]")
    client.lose(CREATE)
    outcome = run(client, description="deploy", rotate_after="90d", overlap="0d")
    assert client.written == outcome.operations == [CREATE, REVOKE, CREATE, REVOKE]
    assert len(tokens_of(client)) == 1
    assert outcome.returned["token_value"]


def test_a_creation_that_takes_effect_late_leaves_no_second_token():
    client = start()
    client.lose(CREATE, effect=False)
    # That of the first try, which a proxy had given up.
    client.meanwhile(CREATE, first=lambda: add(client, "deploy"))
    outcome = run(client, description="deploy")
    assert outcome.operations == [CREATE, REVOKE, CREATE]
    assert outcome.returned["token_value"] == "value2"
    assert ids(client) == [f"{2:026d}"]


def test_no_token_is_left_when_every_answer_is_lost():
    client = start()
    client.lose(CREATE, count=3)
    with pytest.raises(AnswerLost, match="Run the task again") as error:
        run(client, description="deploy")
    assert client.written == error.value.done == [CREATE, REVOKE] * 3
    assert tokens_of(client) == {}


def test_two_new_tokens_are_left_alone():
    client = start()
    client.lose(CREATE, first=lambda: add(client, "deploy"))
    with pytest.raises(AnswerLost, match=f"{1:026d}, {2:026d}"):
        run(client, description="deploy")
    assert len(tokens_of(client)) == 2


@pytest.mark.parametrize("then", ["get_user_access_tokens_for_user", REVOKE])
def test_when_the_server_cannot_be_asked_the_error_says_what_to_look_for(then):
    client = start()
    client.lose(CREATE)
    client.unplug(then, skip=0 if then == REVOKE else 1, count=-1)
    with pytest.raises(AnswerLost, match="nobody knows its value") as error:
        run(client, description="deploy")
    assert error.value.done == []


def test_an_error_in_a_second_try_tells_what_the_first_one_did():
    client = start()
    client.lose(CREATE)
    client.meanwhile(REVOKE, then=lambda: client.state.settings.change(TOKENS_OFF))
    with pytest.raises(RequestRejected) as error:
        run(client, description="deploy")
    assert error.value.done == [CREATE, REVOKE]
    assert client.written == [CREATE, REVOKE, CREATE]


@pytest.mark.parametrize("effect", [True, False])
def test_a_lost_revocation_is_repeated(effect):
    client = start("backup")
    client.lose(REVOKE, effect)
    assert run(client, description="backup", state="absent").operations == [REVOKE]
    assert tokens_of(client) == {}


def test_a_new_value_is_returned_although_a_predecessor_cannot_be_ended():
    client = start("deploy [generation 2025-01-01]")
    client.refuse(REVOKE, 500, "", count=-1)
    outcome = run(client, description="deploy", rotate_after="90d", overlap="0d")
    assert outcome.operations == [CREATE]
    assert outcome.returned["token_value"] == "value2"
    assert len(outcome.returned["tokens"]) == 2
    assert "The next run" in outcome.plan.warnings[0]
    assert outcome.plan.diff["before"] == {}
    with pytest.raises(RequestRejected):
        run(client, description="deploy", rotate_after="90d", overlap="0d")


# -- runs that were killed ---------------------------------------------------------------------------------------


class Killed(BaseException):
    """Ends the run as a signal would."""


def run_killed(client, operation, **options):
    """The next request of this kind takes effect, and then the run ends."""
    client.meanwhile(operation, then=raises(Killed()))
    with pytest.raises(Killed):
        run(client, **options)
    client.sent.clear()


def test_a_token_that_was_not_handed_over_is_revoked_and_replaced_by_the_next_run():
    client = start("deploy", "else")
    forget(client, 1)
    run_killed(client, CREATE, description="deploy")
    outcome = check_prediction(client, description="deploy")
    assert outcome.operations == [REVOKE, CREATE]
    assert outcome.returned["token_value"] == "value4"
    assert ids(client, "deploy") == [f"{4:026d}"]
    assert "ended before its value was handed over" in outcome.plan.warnings[0]


def test_a_token_that_was_there_before_is_left_alone():
    client = start()
    run_killed(client, CREATE, description="deploy")
    forget(client, 1)
    add(client, "deploy")  # an id that the killed run knew nothing of
    outcome = run(client, description="deploy", token_id=ids(client)[0], hand_over="done")
    assert outcome.operations == []
    assert run(client, description="deploy").operations == []


def test_the_predecessor_works_until_the_successor_was_handed_over():
    rotation = {"description": "deploy", "rotate_after": "90d", "overlap": "0d"}
    client = start("deploy [generation 2025-01-01]")
    run_killed(client, CREATE, **rotation)
    old = f"{1:026d}"
    outcome = run(client, hand_over="later", **rotation)
    assert outcome.operations == [REVOKE, CREATE]
    assert tokens_of(client)[old].is_active
    # Not handed over, so that the next run makes another one.
    outcome = run(client, hand_over="later", **rotation)
    assert outcome.operations == [REVOKE, CREATE]
    assert tokens_of(client)[old].is_active
    confirmed = run(client, hand_over="done", **{**rotation, "overlap": "36500d"})
    assert confirmed.operations == []
    assert run(client, hand_over="later", **rotation).operations == [REVOKE]
    assert old not in tokens_of(client)
    assert len(tokens_of(client)) == 1


def test_a_run_that_is_at_work_is_left_alone():
    client = start()
    note = Note(client.address, BOT, "deploy")
    note.write("deploy", frozenset())
    add(client, "deploy")
    assert run(client, description="deploy").operations == []
    note.release()
    assert run(client, description="deploy").operations == [REVOKE, CREATE]


def test_a_note_that_cannot_be_written_stops_nobody(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("ANSIBLE_HOME", str(tmp_path / "file"))
    outcome = run(start(), description="deploy")
    assert outcome.returned["token_value"]
    assert "could not be noted" in outcome.plan.warnings[0]


def test_a_note_holds_no_secret_and_is_private(tmp_path, monkeypatch):
    monkeypatch.setenv("ANSIBLE_HOME", str(tmp_path))
    run(start("else"), description="deploy", hand_over="later")
    [path] = (tmp_path / "mmops.mattermost" / "not_handed_over").iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert "value" not in path.read_text(encoding="utf-8")


# -- the caller's own token --------------------------------------------------------------------------------------


def own_client(*descriptions, using=1, logged_in_elsewhere=False):
    """The bot itself is the caller, with one of its tokens."""
    client = start(*descriptions, roles="system_user system_user_access_token")
    if logged_in_elsewhere:
        client.state.sessions.log_in(BOT, "", 1, "Linux")
    return client.beside(caller_id=BOT, using=use(client, f"{using:026d}"))


def use(client, token_id):
    """Somebody uses a token; returns its value."""
    return client.state.sessions.use_access_token(tokens_of(client)[token_id]).token


@pytest.mark.parametrize("state", ["disabled", "absent"])
def test_the_token_in_use_is_not_cut_off(state):
    client = own_client("deploy", "unused")
    assert "allow_own_token" in str(refusal(client, user_id="me", description="deploy", state=state))


@pytest.mark.parametrize("state", ["disabled", "absent"])
def test_unless_that_is_asked_for(state):
    client = own_client("deploy")
    outcome = run(client, user_id="me", description="deploy", state=state, allow_own_token=True)
    assert len(client.written) == len(outcome.operations) == 1


def test_in_doubt_the_session_shows_that_the_token_is_in_use():
    client = own_client("deploy", "second", logged_in_elsewhere=True)
    use(client, f"{2:026d}")
    with pytest.raises(InvalidInput, match="allow_own_token") as error:
        run(client, description="deploy", state="absent")
    assert client.written == error.value.done == [END_SESSION]
    assert len(tokens_of(client)) == 2


def test_in_doubt_the_session_shows_that_the_token_is_not_in_use():
    client = own_client("deploy", "second")
    use(client, f"{2:026d}")
    predicted = run(client, check_mode=True, description="second", state="disabled")
    outcome = run(client, description="second", state="disabled")
    assert client.written == outcome.operations == predicted.operations == [END_SESSION, DISABLE]
    assert outcome.returned == predicted.returned


def test_a_token_that_was_never_used_is_not_the_one_in_use():
    client = own_client("deploy", "second")
    assert check_prediction(client, description="second", state="absent").operations == [REVOKE]


def test_the_bot_rotates_its_own_token():
    client = own_client("deploy [generation 2026-01-01]")
    declaration = {"user_id": "me", "description": "deploy", "rotate_after": "90d", "overlap": "7d"}
    done = {}
    for number in range(110):
        outcome = run(client, day=DAY_ONE + timedelta(days=number), **declaration)
        if outcome.returned["token_value"]:
            client = client.beside(using=outcome.returned["token_value"])
        if outcome.operations:
            done[number] = outcome.operations
    assert done == {90: [CREATE], 97: [END_SESSION, DISABLE], 104: [REVOKE]}


def test_a_bot_that_still_uses_the_old_value_is_told_so():
    client = own_client("deploy [generation 2025-12-01]", "deploy [generation 2025-12-25]")
    assert "the successor" in str(refusal(client, description="deploy", rotate_after="90d", overlap="7d"))


def test_a_login_uses_no_token():
    client = start("deploy", roles="system_user system_user_access_token", password="the password")
    use(client, f"{1:026d}")
    client = client.beside(caller_id=BOT, password="the password")
    assert run(client, description="deploy", state="absent").operations == [REVOKE]


# -- bad input ---------------------------------------------------------------------------------------------------

LONG = "ä" * 127 + "a"  # 255 bytes


def test_the_longest_description_is_taken():
    assert run(start(), description=LONG).operations == [CREATE]
    assert run(start(), description="a" * 231, rotate_after="1d", overlap="0d").operations == [CREATE]


ROTATION = {"rotate_after": "90d", "overlap": "7d"}


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({}, "no token is named"),
        ({"username": None, "description": "deploy"}, "no user is named"),
        ({"description": "deploy", "rotate_after": "90d"}, "needs both"),
        ({"description": "deploy", "overlap": "7d"}, "needs both"),
        ({"description": "deploy", "keep_disabled": "7d"}, "needs both"),
        ({"description": ""}, "description is empty"),
        ({"description": " "}, "description is empty"),
        ({"description": LONG + "a"}, "256 bytes"),
        ({"description": "a" * 232, **ROTATION}, "at most 231"),
        ({"description": "deploy [generation 2026-01-01]", **ROTATION}, "Give 'deploy'"),
        ({"token_id": f"{1:026d}", **ROTATION}, "rotate_after and token_id"),
        ({"token_id": "short"}, "token_id is not a valid id"),
        ({"token_id": "z" * 26}, "there is no token"),
        ({"token_id": f"{1:026d}", "description": "other"}, "is described 'backup'"),
        ({"token_id": f"{2:026d}", "state": "absent"}, "belongs to another user"),
        ({"description": "deploy", "username": "nobody"}, "no such user"),
        ({"description": "deploy", "email": "admin@example.com", "username": "deploy-bot"}, "not admin@example.com"),
        ({"description": "deploy", "rotate_after": "90", "overlap": "7d"}, "rotate_after: '90' is not a valid duration"),
        ({"description": "deploy", "rotate_after": "90d", "overlap": "36h"}, "overlap: '36h' is not a whole number"),
        ({"description": "deploy", "rotate_after": "0d", "overlap": "0d"}, "rotate_after: '0d' is out of range"),
        ({"description": "deploy", "rotate_after": "99999w", "overlap": "0d"}, "out of range"),
        ({"description": "deploy", "keep_disabled": "1h", **ROTATION}, "keep_disabled"),
        ({"description": "deploy", "expires_after": "0d"}, "expires_after"),
        ({"description": "deploy", "expires_after": "89d", **ROTATION}, "would expire before"),
    ],
)
def test_bad_input_is_refused_before_anything_is_sent(options, complaint):
    client = start("backup")
    add(client, "admin's", ADMIN)
    assert complaint in str(refusal(client, **options))


def test_hours_and_weeks_are_taken_as_days():
    client = start("deploy [generation 2025-12-31]")
    assert run(client, description="deploy", rotate_after="48h", overlap="1w").operations == []
    assert run(client, description="deploy", rotate_after="24h", overlap="1w").operations == [CREATE]


def test_a_token_that_expired_cannot_be_made_present_by_its_id():
    client = start(release=LATER)
    add(client, "deploy", expires_at=1)
    assert "expired" in str(refusal(client, token_id=f"{1:026d}"))


@pytest.mark.parametrize("operation", ["get_user_access_tokens_for_user", CREATE])
def test_a_caller_without_the_right_is_told_the_role(operation):
    client = start()
    client.refuse(operation, 403, "api.context.permissions.app_error")
    with pytest.raises(PermissionDenied, match="system_user_access_token"):
        run(client, description="deploy")


def test_tokens_that_are_switched_off_are_explained():
    client = start()
    client.state.settings.change(TOKENS_OFF)
    with pytest.raises(MattermostError, match=r"ServiceSettings\.EnableUserAccessTokens") as error:
        run(client, description="deploy")
    assert error.value.done == []


@given(st.text(max_size=20), st.dates())
def test_a_generation_is_read_as_it_was_written(description, day):
    assert generation(with_generation(description, day)) == (description, day)
