# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What mm_user_mfa plans and does, on the fake server: no working secret is touched, and none is lost in silence."""

from __future__ import annotations

import base64
import os

import pyotp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import (
    AnswerLost,
    InvalidInput,
    MissingLibrary,
    RequestRejected,
    ServerUnreachable,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._plan import converge
from ansible_collections.mmops.mattermost.plugins.module_utils._services import mfa
from ansible_collections.mmops.mattermost.plugins.module_utils._services.mfa import MfaService
from ansible_collections.mmops.mattermost.plugins.module_utils._services.mfa_enrolment import Clock
from ansible_collections.mmops.mattermost.plugins.modules.mm_user_mfa import SUBJECT
from ansible_collections.mmops.mattermost.tests.fake_mattermost import mfa as server_mfa
from ansible_collections.mmops.mattermost.tests.unit.plugins.module_utils.declarations import declared
from ansible_collections.mmops.mattermost.tests.unit.plugins.module_utils.fake_server import FakeClient, account

ZOE = "b" * 26
BAD_CODE = (401, "mfa.activate.bad_token.app_error")
MFA_OFF = {"ServiceSettings": {"EnableMultifactorAuthentication": False}}
#: A time at which a code begins.
START = 1_700_000_010


class Time:
    """The clock of the host, which is some seconds ahead of that of the server. Nobody waits."""

    def __init__(self, now=START):
        self.now = now
        self.ahead = 0
        self.slept = []

    def time(self):
        """That of the server."""
        return self.now - self.ahead

    def sleep(self, duration):
        self.slept.append(duration)
        self.now += duration

    @property
    def clock(self):
        return Clock(lambda: self.now, self.sleep)


def start(time, *accounts, **options):
    """A client of a server that lives in the time of the test."""
    server_mfa.time = time
    client = FakeClient(accounts, clock=time.time, **options)
    client.time = time
    return client


@pytest.fixture(autouse=True)
def time_of_the_server(monkeypatch):
    monkeypatch.setattr(server_mfa, "time", server_mfa.time)  # to have it back at the end


def zoe(**fields):
    return account("zoe", **fields)


def run(client, check_mode=False, **options):
    options = options if "user_id" in options else {"username": "zoe", **options}
    return converge(MfaService(client.time.clock), client, declared(SUBJECT.options, **options), check_mode)


def is_picture(text):
    return base64.b64decode(text).startswith(b"\x89PNG\r\n")


def refused_codes(client):
    return [status for status in client.statuses("update_user_mfa") if status == 401]


def secret(client):
    return client.user(ZOE).mfa_secret


@pytest.fixture
def time():
    return Time()


def enrolled(time):
    client = start(time, zoe())
    run(client)
    client.sent.clear()
    return client


# -- properties --------------------------------------------------------------------------------------------------


@settings(max_examples=100, deadline=None)
@given(
    active=st.booleans(),
    state=st.sampled_from(["present", "absent"]),
    regenerate=st.booleans(),
    now=st.integers(START, START + 60),
    auth_service=st.sampled_from(["", "ldap"]),
    myself=st.booleans(),
)
def test_any_declaration_is_reached_predicted_and_then_stays(active, state, regenerate, now, auth_service, myself):
    who = {"user_id": "me"} if myself else {}
    time = Time(now)
    client = start(time, zoe(auth_service=auth_service), caller_id=ZOE)
    if active:
        run(client)
        client.sent.clear()
    old_secret = secret(client)
    declaration = {"state": state, "regenerate": regenerate and state == "present", **who}
    untouched = client.snapshot()

    predicted = run(client, check_mode=True, **declaration)
    assert client.written == []
    assert client.snapshot() == untouched

    real = run(client, **declaration)
    assert client.written == real.operations == predicted.operations
    assert real.plan.changed is predicted.plan.changed is bool(client.written)
    assert real.plan.diff == predicted.plan.diff
    assert refused_codes(client) == []
    assert client.user(ZOE).mfa_active is (state == "present")
    assert set(real.returned) == set(predicted.returned)
    comparable = [
        {key: value for key, value in outcome.returned["user"].items() if key != "update_at"} for outcome in (predicted, real)
    ]
    assert comparable[0] == comparable[1]

    generated = "generate_mfa_secret" in real.operations
    assert generated is (state == "present" and (not active or regenerate))
    assert real.returned["secret"] == (secret(client) if generated else None)
    assert is_picture(real.returned["qr_code"]) if generated else real.returned["qr_code"] is None
    if not generated and state == "present":
        assert secret(client) == old_secret
    assert (secret(client) or "no secret") not in repr((real.plan, real.plan.diff, real.plan.steps))

    client.sent.clear()
    again = run(client, **{**declaration, "regenerate": False})
    assert client.written == again.operations == []
    assert again.returned == {"user": real.returned["user"], "secret": None, "qr_code": None}


# -- who can have it ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"auth_service": "saml"}, "logs in with saml"),
        ({"auth_service": "gitlab"}, "logs in with gitlab"),
        ({"is_bot": True}, "is a bot"),
    ],
)
def test_somebody_who_is_never_asked_for_a_code_is_refused(time, fields, named):
    client = start(time, zoe(**fields))
    for check_mode in (True, False):
        with pytest.raises(InvalidInput, match=named):
            run(client, check_mode=check_mode)
    assert client.written == []
    # An existing secret can be reset.
    client.change(ZOE, mfa_active=True)
    assert run(client, state="absent").operations == ["update_user_mfa"]


def test_a_user_that_does_not_exist(time):
    client = start(time)
    with pytest.raises(InvalidInput, match="no such user"):
        run(client)
    assert run(client, state="absent").returned == {"user": None, "secret": None, "qr_code": None}


def test_the_caller_enrols_itself_without_reading_anybody_by_name(time):
    # With enforced MFA that is all it may do.
    client = start(time, zoe(), caller_id=ZOE)
    assert run(client, user_id="me").returned["secret"] == secret(client)
    assert set(client.sent) == {"get_user", "generate_mfa_secret", "update_user_mfa"}


def test_the_local_socket_can_only_reset(time):
    client = enrolled(time).beside(local=True)
    client.time = time
    assert run(client, state="absent").operations == ["update_user_mfa"]
    with pytest.raises(InvalidInput, match="api_url"):
        run(client)
    with pytest.raises(InvalidInput, match="user_id"):
        run(client, user_id="me", state="absent")


def test_without_the_library_nothing_is_sent(time, monkeypatch):
    monkeypatch.setattr(mfa, "HAS_PYOTP", False)
    client = start(time, zoe())
    with pytest.raises(MissingLibrary, match="pyotp"):
        run(client)
    assert client.written == []
    client.change(ZOE, mfa_active=True)
    assert run(client).operations == []
    assert run(client, state="absent").operations == ["update_user_mfa"]


@pytest.mark.parametrize("options", [{"regenerate": True}, {"qr_code_path": "zoe.png"}])
def test_options_of_an_enrolment_are_refused_for_a_reset(time, options):
    with pytest.raises(InvalidInput, match=next(iter(options))):
        run(start(time, zoe()), state="absent", **options)


def test_two_ways_to_name_the_user_must_agree(time):
    client = start(time, zoe(), account("ada", id="c" * 26))
    with pytest.raises(InvalidInput, match="email"):
        run(client, email="ada@example.com")
    with pytest.raises(InvalidInput, match="username"):
        run(client, user_id="me", username="ada")
    assert client.written == []


# -- codes and clocks --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("now", "slept"), [(START, []), (START + 24, []), (START + 26, [4]), (START + 29, [1])])
def test_a_code_that_is_about_to_end_is_not_sent(now, slept):
    time = Time(now)
    client = start(time, zoe())
    run(client)
    assert time.slept == slept
    assert refused_codes(client) == []


def test_a_code_that_was_used_is_followed_by_the_next_one(time):
    # The server remembers codes of the secret before.
    client = enrolled(time)
    run(client, state="absent")
    client.refuse("update_user_mfa", *BAD_CODE)
    outcome = run(client)
    assert outcome.operations == ["generate_mfa_secret", "update_user_mfa", "update_user_mfa"]
    assert outcome.returned["secret"] == secret(client)
    assert time.slept == [30]
    assert outcome.plan.failure == ""


@pytest.mark.parametrize(("ahead", "told"), [(95, "about 95 seconds ahead of"), (-200, "about 200 seconds behind")])
def test_clocks_that_differ_are_explained(time, ahead, told):
    time.ahead = ahead
    client = start(time, zoe())
    with pytest.raises(RequestRejected) as failure:
        run(client)
    assert told in str(failure.value)
    assert "Nothing is lost" in str(failure.value)
    assert failure.value.done == ["generate_mfa_secret"]
    assert not client.user(ZOE).mfa_active
    time.ahead = 0
    assert run(client).returned["secret"] == secret(client)


def test_small_differences_of_clocks_do_not_matter(time):
    for ahead in (-25, 25):
        time.ahead = ahead
        client = start(time, zoe())
        run(client)
        assert refused_codes(client) == []


@pytest.mark.parametrize("enrols", [False, True])
def test_the_secret_of_another_task_is_not_taken_for_the_own_one(time, enrols):
    client = start(time, zoe())

    def meddle():  # after every generation
        client.change(ZOE, mfa_secret=pyotp.random_base32(), mfa_active=enrols)

    client.meanwhile("generate_mfa_secret", then=meddle, count=-1)
    with pytest.raises(RequestRejected) as failure:
        run(client)
    assert "another task" in str(failure.value)
    assert ("Nothing is lost" in str(failure.value)) is not enrols


# -- lost answers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("active", [True, False])
def test_a_lost_secret_is_replaced_by_another_one(time, active):
    client = start(time, zoe(mfa_active=active))
    client.lose("generate_mfa_secret", count=2)
    outcome = run(client, regenerate=active)
    assert outcome.returned["secret"] == secret(client)
    assert client.written[:3] == ["generate_mfa_secret"] * 3
    assert outcome.plan.failure == ""


def test_a_lost_secret_of_a_new_enrolment_does_no_harm(time):
    client = start(time, zoe())
    client.lose("generate_mfa_secret", count=3)
    with pytest.raises(AnswerLost, match=r"not active.*Run the task again"):
        run(client)
    assert run(client).returned["secret"] == secret(client)


def test_a_lost_secret_that_may_be_in_force_is_told(time):
    client = start(time, zoe(mfa_active=True))
    client.lose("generate_mfa_secret", count=3)
    with pytest.raises(AnswerLost, match=r"nobody has: run the task again.*or reset the account"):
        run(client, regenerate=True)
    assert client.written == ["generate_mfa_secret"] * 3


def test_a_refusal_after_a_lost_secret_tells_of_it(time):
    client = start(time, zoe(mfa_active=True))
    client.meanwhile("generate_mfa_secret", first=lambda: client.state.settings.change(MFA_OFF), skip=1)
    client.lose("generate_mfa_secret")
    with pytest.raises(RequestRejected, match="nobody has"):
        run(client, regenerate=True)


@pytest.mark.parametrize("took_effect", [True, False])
def test_a_lost_activation_is_proved_by_the_next_code(time, took_effect):
    client = start(time, zoe())
    client.lose("update_user_mfa", took_effect)
    outcome = run(client)
    assert outcome.returned["secret"] == secret(client)
    assert outcome.plan.failure == ""
    assert client.user(ZOE).mfa_active
    assert outcome.operations == ["generate_mfa_secret", "update_user_mfa", "update_user_mfa"]


def test_an_activation_that_took_effect_in_the_end_is_seen(time):
    client = start(time, zoe())
    client.lose("update_user_mfa", effect=False)
    client.lose("update_user_mfa")
    outcome = run(client)
    assert (outcome.plan.failure, outcome.returned["secret"]) == ("", secret(client))


@pytest.mark.parametrize("second", ["lose", "unplug"])
def test_a_secret_that_may_be_in_force_is_handed_over_with_the_failure(time, second):
    client = start(time, zoe())
    client.lose("update_user_mfa")
    if second == "lose":
        client.lose("update_user_mfa", effect=False)
    else:
        client.unplug("update_user_mfa")
    client.unplug("get_user_by_username", skip=1, count=2)
    outcome = run(client)
    assert "could not be found out" in outcome.plan.failure
    assert outcome.returned["secret"] == secret(client)
    assert outcome.returned["user"]["mfa_active"] is True
    assert client.user(ZOE).mfa_active
    assert "could not be read back" in outcome.plan.warnings[0]


def test_a_refused_activation_fails_with_what_was_done(time):
    client = start(time, zoe())
    client.meanwhile("generate_mfa_secret", then=lambda: client.state.settings.change(MFA_OFF))
    with pytest.raises(RequestRejected, match="EnableMultifactorAuthentication") as failure:
        run(client)
    assert failure.value.done == ["generate_mfa_secret"]
    assert failure.value.returned["secret"] == secret(client)
    assert not failure.value.returned["user"].get("mfa_active")
    assert time.slept == []


def test_a_server_that_goes_away_after_a_refusal_leaves_the_account_as_it_was(time):
    client = start(time, zoe())
    client.refuse("update_user_mfa", *BAD_CODE)
    client.unplug("update_user_mfa")
    with pytest.raises(ServerUnreachable) as failure:
        run(client)
    assert failure.value.done == ["generate_mfa_secret"]


def test_the_missing_feature_switch_is_explained(time):
    client = start(time, zoe(), settings=MFA_OFF)
    with pytest.raises(RequestRejected, match="EnableMultifactorAuthentication") as failure:
        run(client)
    assert failure.value.done == []


def test_a_result_that_cannot_be_read_back_keeps_the_secret(time):
    client = start(time, zoe())
    client.unplug("get_user_by_username", skip=1)
    outcome = run(client)
    assert outcome.returned["secret"] == secret(client)
    assert outcome.returned["user"] == outcome.plan.predicted
    assert "could not be read back" in outcome.plan.warnings[0]


# -- the picture -------------------------------------------------------------------------------------------------


def test_the_picture_is_written_for_its_owner_only(time, tmp_path):
    path = tmp_path / "zoe.png"
    path.write_text("an old one that everybody can read")
    path.chmod(0o644)
    client = start(time, zoe())
    run(client, check_mode=True, qr_code_path=str(path))
    assert path.read_text().startswith("an old one")
    outcome = run(client, qr_code_path=str(path))
    assert path.read_bytes() == base64.b64decode(outcome.returned["qr_code"])
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["zoe.png"]
    path.unlink()
    run(client, qr_code_path=str(path))  # nothing was generated
    assert not path.exists()


def test_a_picture_that_cannot_be_written_is_refused_before_a_secret_is_made(time, tmp_path):
    client = start(time, zoe())
    for path in (tmp_path, tmp_path / "nowhere" / "zoe.png"):
        with pytest.raises(InvalidInput, match="qr_code_path"):
            run(client, qr_code_path=str(path))
    assert client.written == []


def test_a_picture_that_fails_to_be_written_does_not_lose_the_secret(time, tmp_path, monkeypatch):
    def full(source, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    client = start(time, zoe())
    outcome = run(client, qr_code_path=str(tmp_path / "zoe.png"))
    assert outcome.returned["secret"] == secret(client)
    assert "No space left" in outcome.plan.warnings[0]
    assert list(tmp_path.iterdir()) == []


# -- the file of the secret --------------------------------------------------------------------------------------


def test_the_secret_is_in_its_file_before_mfa_is_active(time, tmp_path):
    path = tmp_path / "zoe.secret"
    seen = []

    client = start(time, zoe())
    client.meanwhile("update_user_mfa", first=lambda: seen.append(path.read_text()))
    run(client, check_mode=True, secret_path=str(path))
    assert not path.exists()
    run(client, secret_path=str(path))
    assert seen == [f"{secret(client)}\n"]
    assert path.stat().st_mode & 0o777 == 0o600


def test_without_the_file_mfa_does_not_become_active(time, tmp_path, monkeypatch):
    def full(source, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    client = start(time, zoe())
    with pytest.raises(InvalidInput, match=r"secret_path.*No space left.*MFA is not active") as error:
        run(client, secret_path=str(tmp_path / "zoe.secret"))
    assert error.value.done == ["generate_mfa_secret"]
    assert client.written == ["generate_mfa_secret"]
    assert list(tmp_path.iterdir()) == []
