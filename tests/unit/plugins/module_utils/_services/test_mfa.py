# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What mm_user_mfa plans and does, on a model of the server: no working secret is touched, and none is lost in silence."""

from __future__ import annotations

import base64
import copy
import os
from email.utils import formatdate

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
    rejection,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._api.transport import Answer
from ansible_collections.mmops.mattermost.plugins.module_utils._plan import converge
from ansible_collections.mmops.mattermost.plugins.module_utils._services import mfa
from ansible_collections.mmops.mattermost.plugins.module_utils._services.mfa import MfaService
from ansible_collections.mmops.mattermost.plugins.module_utils._services.mfa_enrolment import Clock
from ansible_collections.mmops.mattermost.tests.unit.plugins.module_utils.server_model import ModelClient, new_account

OPTIONS = {
    "username": None,
    "user_id": None,
    "email": None,
    "state": "present",
    "regenerate": False,
    "qr_code_path": None,
    "secret_path": None,
}
ZOE = "b" * 26
PICTURE = b"\x89PNG picture"
#: A time at which a code begins.
START = 1_700_000_010


class Time:
    """The clock of the host. Nobody waits."""

    def __init__(self, now=START):
        self.now = now
        self.slept = []

    def sleep(self, duration):
        self.slept.append(duration)
        self.now += duration

    @property
    def clock(self):
        return Clock(lambda: self.now, self.sleep)


class MfaModel(ModelClient):
    """Knows MFA as well. ``ahead``: seconds by which the host's clock is ahead of the server's.

    ``once``: a code is accepted only once, whatever secret it is of, as newer servers do it.
    """

    def __init__(self, accounts, time, ahead=0, once=False, **options):
        super().__init__(accounts, **options)
        self.time, self.ahead, self.once = time, ahead, once
        self.secrets = {}
        self.used = set()
        self.refused = 0

    def call(self, name, arguments, token=Ellipsis):
        answer = super().call(name, arguments, token)
        return Answer(200, {"Date": formatdate(self.time.now - self.ahead, usegmt=True)}, answer.data)

    def _get_user(self, user_id):
        return super()._get_user(self.caller_id if user_id == "me" else user_id)

    def _generate_mfa_secret(self, user_id):
        self.secrets[user_id] = pyotp.random_base32()
        self.accounts[user_id]["update_at"] += 1
        return {"secret": self.secrets[user_id], "qr_code": base64.b64encode(PICTURE).decode()}

    def _update_user_mfa(self, user_id, activate, code=None):
        account = self.accounts[user_id]
        if activate and not self.accepts(user_id, code):
            self.refused += 1
            raise rejection("update_user_mfa", 401, "mfa.activate.bad_token.app_error")
        account["update_at"] += 1
        account.pop("mfa_active", None)
        if activate:
            account["mfa_active"] = True
        else:
            self.secrets.pop(user_id, None)

    def accepts(self, user_id, code):
        server_time = int(self.time.now - self.ahead)
        for window in (-1, 0, 1):
            moment = server_time // 30 + window
            if user_id in self.secrets and pyotp.TOTP(self.secrets[user_id]).at(moment * 30) == code:
                if self.once and moment in self.used:
                    return False
                self.used.add(moment)
                return True
        return False


def zoe(**fields):
    return new_account(id=ZOE, username="zoe", email="zoe@example.com", **fields)


def run(client, check_mode=False, **options):
    options = options if "user_id" in options else {"username": "zoe", **options}
    return converge(MfaService(client.time.clock), client, {**OPTIONS, **options}, check_mode)


@pytest.fixture
def time():
    return Time()


def enrolled(time, **options):
    client = MfaModel([zoe()], time, **options)
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
    client = MfaModel([zoe(auth_service=auth_service)], time, caller_id=ZOE)
    if active:
        run(client)
        client.sent.clear()
    old_secret = client.secrets.get(ZOE)
    declaration = {"state": state, "regenerate": regenerate and state == "present", **who}
    untouched = copy.deepcopy(client.accounts)

    predicted = run(client, check_mode=True, **declaration)
    assert client.written == []
    assert (client.accounts, client.secrets.get(ZOE)) == (untouched, old_secret)

    real = run(client, **declaration)
    assert client.written == real.operations == predicted.operations
    assert real.plan.changed is predicted.plan.changed is bool(client.written)
    assert real.plan.diff == predicted.plan.diff
    assert client.refused == 0
    assert client.accounts[ZOE].get("mfa_active", False) is (state == "present")
    assert set(real.returned) == set(predicted.returned)
    comparable = [
        {key: value for key, value in outcome.returned["user"].items() if key != "update_at"} for outcome in (predicted, real)
    ]
    assert comparable[0] == comparable[1]

    generated = "generate_mfa_secret" in real.operations
    assert generated is (state == "present" and (not active or regenerate))
    assert (real.returned["secret"], real.returned["qr_code"]) == (
        (client.secrets[ZOE], base64.b64encode(PICTURE).decode()) if generated else (None, None)
    )
    if not generated and state == "present":
        assert client.secrets[ZOE] == old_secret
    assert client.secrets.get(ZOE, "no secret") not in repr((real.plan, real.plan.diff, real.plan.steps))

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
def test_who_is_never_asked_for_a_code_is_refused(time, fields, named):
    client = MfaModel([zoe(**fields)], time)
    for check_mode in (True, False):
        with pytest.raises(InvalidInput, match=named):
            run(client, check_mode=check_mode)
    assert client.written == []
    # What is there can be reset.
    client.accounts[ZOE]["mfa_active"] = True
    assert run(client, state="absent").operations == ["update_user_mfa"]


def test_a_user_that_does_not_exist(time):
    client = MfaModel([], time)
    with pytest.raises(InvalidInput, match="no such user"):
        run(client)
    assert run(client, state="absent").returned == {"user": None, "secret": None, "qr_code": None}


def test_the_caller_enrols_itself_without_reading_anybody_by_name(time):
    # With enforced MFA that is all it may do.
    client = MfaModel([zoe()], time, caller_id=ZOE)
    assert run(client, user_id="me").returned["secret"] == client.secrets[ZOE]
    assert set(client.sent) == {"get_user", "generate_mfa_secret", "update_user_mfa"}


def test_the_local_socket_can_only_reset(time):
    client = enrolled(time)
    client.transport = type("Socket", (), {"local": True})()
    assert run(client, state="absent").operations == ["update_user_mfa"]
    with pytest.raises(InvalidInput, match="api_url"):
        run(client)
    with pytest.raises(InvalidInput, match="user_id"):
        run(client, user_id="me", state="absent")


def test_without_the_library_nothing_is_sent(time, monkeypatch):
    monkeypatch.setattr(mfa, "HAS_PYOTP", False)
    client = MfaModel([zoe()], time)
    with pytest.raises(MissingLibrary, match="pyotp"):
        run(client)
    assert client.written == []
    client.accounts[ZOE]["mfa_active"] = True
    assert run(client).operations == []
    assert run(client, state="absent").operations == ["update_user_mfa"]


@pytest.mark.parametrize("options", [{"regenerate": True}, {"qr_code_path": "zoe.png"}])
def test_options_of_an_enrolment_are_refused_for_a_reset(time, options):
    with pytest.raises(InvalidInput, match=next(iter(options))):
        run(MfaModel([zoe()], time), state="absent", **options)


def test_two_ways_to_name_the_user_must_agree(time):
    client = MfaModel([zoe(), new_account(id="c" * 26, username="ada", email="ada@example.com")], time)
    with pytest.raises(InvalidInput, match="email"):
        run(client, email="ada@example.com")
    with pytest.raises(InvalidInput, match="username"):
        run(client, user_id="me", username="ada")
    assert client.written == []


# -- codes and clocks --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("now", "slept"), [(START, []), (START + 24, []), (START + 26, [4]), (START + 29, [1])])
def test_a_code_that_is_about_to_end_is_not_sent(now, slept):
    time = Time(now)
    client = MfaModel([zoe()], time)
    run(client)
    assert time.slept == slept
    assert client.refused == 0


def test_a_code_that_was_used_is_followed_by_the_next_one(time):
    client = enrolled(time, once=True)
    run(client, state="absent")
    outcome = run(client)
    assert outcome.operations == ["generate_mfa_secret", "update_user_mfa", "update_user_mfa"]
    assert outcome.returned["secret"] == client.secrets[ZOE]
    assert time.slept == [30]
    assert outcome.plan.failure == ""


@pytest.mark.parametrize(("ahead", "told"), [(95, "about 95 seconds ahead of"), (-200, "about 200 seconds behind")])
def test_clocks_that_differ_are_explained(time, ahead, told):
    client = MfaModel([zoe()], time, ahead=ahead)
    with pytest.raises(RequestRejected) as failure:
        run(client)
    assert told in str(failure.value)
    assert "Nothing is lost" in str(failure.value)
    assert failure.value.done == ["generate_mfa_secret"]
    assert not client.accounts[ZOE].get("mfa_active")
    client.ahead = 0
    assert run(client).returned["secret"] == client.secrets[ZOE]


def test_small_differences_of_clocks_do_not_matter(time):
    for ahead in (-25, 25):
        client = MfaModel([zoe()], time, ahead=ahead)
        run(client)
        assert client.refused == 0


class Meddled(MfaModel):
    """Another task generates a secret after every generation of this one."""

    enrols = False

    def _generate_mfa_secret(self, user_id):
        answer = super()._generate_mfa_secret(user_id)
        self.secrets[user_id] = pyotp.random_base32()
        if self.enrols:
            self.accounts[user_id]["mfa_active"] = True
        return answer


@pytest.mark.parametrize("enrols", [False, True])
def test_the_secret_of_another_task_is_not_taken_for_the_own_one(time, enrols):
    client = Meddled([zoe()], time)
    client.enrols = enrols
    with pytest.raises(RequestRejected) as failure:
        run(client)
    assert "another task" in str(failure.value)
    assert ("Nothing is lost" in str(failure.value)) is not enrols


# -- lost answers ------------------------------------------------------------------------------------------------


class Flaky(MfaModel):
    """Fails at calls of an operation: a list with a pair for each, whether it takes effect and the error, or ``FINE``."""

    def __init__(self, time, accounts=(), **failures):
        super().__init__(accounts or [zoe()], time)
        self.failures = failures

    def call(self, name, arguments, token=Ellipsis):
        if not self.failures.get(name):
            return super().call(name, arguments, token)
        takes_effect, error = self.failures[name].pop(0)
        answer = super().call(name, arguments, token) if takes_effect else None
        if error:
            raise error
        return answer


FINE = (True, None)
LOST = AnswerLost("the connection broke", "", "update_user_mfa")
DOWN = ServerUnreachable("no connection", "", "update_user_mfa")


LOST_SECRET = (True, AnswerLost("the connection broke", "", "generate_mfa_secret"))


@pytest.mark.parametrize("active", [True, False])
def test_a_lost_secret_is_replaced_by_another_one(time, active):
    client = Flaky(time, [zoe(**({"mfa_active": True} if active else {}))], generate_mfa_secret=[LOST_SECRET, LOST_SECRET])
    outcome = run(client, regenerate=active)
    assert outcome.returned["secret"] == client.secrets[ZOE]
    assert client.written[:3] == ["generate_mfa_secret"] * 3
    assert outcome.plan.failure == ""


def test_a_lost_secret_of_a_new_enrolment_does_no_harm(time):
    client = Flaky(time, generate_mfa_secret=[LOST_SECRET] * 3)
    with pytest.raises(AnswerLost, match=r"not active.*Run the task again"):
        run(client)
    assert run(client).returned["secret"] == client.secrets[ZOE]


def test_a_lost_secret_that_may_be_in_force_is_told(time):
    client = Flaky(time, [zoe(mfa_active=True)], generate_mfa_secret=[LOST_SECRET] * 3)
    with pytest.raises(AnswerLost, match=r"nobody has: run the task again.*or reset the account"):
        run(client, regenerate=True)
    assert client.written == ["generate_mfa_secret"] * 3


def test_a_refusal_after_a_lost_secret_tells_of_it(time):
    refused = (False, rejection("generate_mfa_secret", 501, "mfa.mfa_disabled.app_error"))
    client = Flaky(time, [zoe(mfa_active=True)], generate_mfa_secret=[LOST_SECRET, refused])
    with pytest.raises(RequestRejected, match="nobody has"):
        run(client, regenerate=True)


@pytest.mark.parametrize("took_effect", [True, False])
def test_a_lost_activation_is_proved_by_the_next_code(time, took_effect):
    client = Flaky(time, update_user_mfa=[(took_effect, LOST)])
    outcome = run(client)
    assert outcome.returned["secret"] == client.secrets[ZOE]
    assert outcome.plan.failure == ""
    assert client.accounts[ZOE]["mfa_active"]
    assert outcome.operations == ["generate_mfa_secret", "update_user_mfa", "update_user_mfa"]


def test_an_activation_that_took_effect_in_the_end_is_seen(time):
    client = Flaky(time, update_user_mfa=[(False, LOST), (True, LOST)])
    outcome = run(client)
    assert (outcome.plan.failure, outcome.returned["secret"]) == ("", client.secrets[ZOE])


@pytest.mark.parametrize("second", [LOST, DOWN])
def test_a_secret_that_may_be_in_force_is_handed_over_with_the_failure(time, second):
    client = Flaky(
        time, update_user_mfa=[(True, LOST), (False, second)], get_user_by_username=[FINE, (False, DOWN), (False, DOWN)]
    )
    outcome = run(client)
    assert "could not be found out" in outcome.plan.failure
    assert outcome.returned["secret"] == client.secrets[ZOE]
    assert outcome.returned["user"]["mfa_active"] is True
    assert client.accounts[ZOE]["mfa_active"]
    assert "could not be read back" in outcome.plan.warnings[0]


def test_a_refused_activation_fails_with_what_was_done(time):
    error = rejection("update_user_mfa", 501, "mfa.mfa_disabled.app_error")
    client = Flaky(time, update_user_mfa=[(False, error)])
    with pytest.raises(RequestRejected, match="EnableMultifactorAuthentication") as failure:
        run(client)
    assert failure.value.done == ["generate_mfa_secret"]
    assert failure.value.returned["secret"] == client.secrets[ZOE]
    assert not failure.value.returned["user"].get("mfa_active")
    assert time.slept == []


def test_a_server_that_goes_away_after_a_refusal_leaves_the_account_as_it_was(time):
    refusal = rejection("update_user_mfa", 401, "mfa.activate.bad_token.app_error")
    client = Flaky(time, update_user_mfa=[(False, refusal), (False, DOWN)])
    with pytest.raises(ServerUnreachable) as failure:
        run(client)
    assert failure.value.done == ["generate_mfa_secret"]


def test_the_missing_feature_switch_is_explained(time):
    error = rejection("generate_mfa_secret", 501, "mfa.mfa_disabled.app_error")
    client = Flaky(time, generate_mfa_secret=[(False, error)])
    with pytest.raises(RequestRejected, match="EnableMultifactorAuthentication") as failure:
        run(client)
    assert failure.value.done == []


def test_a_result_that_cannot_be_read_back_keeps_the_secret(time):
    client = Flaky(time, get_user_by_username=[FINE, (False, DOWN)])
    outcome = run(client)
    assert outcome.returned["secret"] == client.secrets[ZOE]
    assert outcome.returned["user"] == outcome.plan.predicted
    assert "could not be read back" in outcome.plan.warnings[0]


# -- the picture -------------------------------------------------------------------------------------------------


def test_the_picture_is_written_for_its_owner_only(time, tmp_path):
    path = tmp_path / "zoe.png"
    path.write_text("an old one that everybody can read")
    path.chmod(0o644)
    client = MfaModel([zoe()], time)
    run(client, check_mode=True, qr_code_path=str(path))
    assert path.read_text().startswith("an old one")
    run(client, qr_code_path=str(path))
    assert path.read_bytes() == PICTURE
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["zoe.png"]
    path.unlink()
    run(client, qr_code_path=str(path))  # nothing was generated
    assert not path.exists()


def test_a_picture_that_cannot_be_written_is_refused_before_a_secret_is_made(time, tmp_path):
    client = MfaModel([zoe()], time)
    for path in (tmp_path, tmp_path / "nowhere" / "zoe.png"):
        with pytest.raises(InvalidInput, match="qr_code_path"):
            run(client, qr_code_path=str(path))
    assert client.written == []


def test_a_picture_that_fails_to_be_written_does_not_lose_the_secret(time, tmp_path, monkeypatch):
    def full(source, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    client = MfaModel([zoe()], time)
    outcome = run(client, qr_code_path=str(tmp_path / "zoe.png"))
    assert outcome.returned["secret"] == client.secrets[ZOE]
    assert "No space left" in outcome.plan.warnings[0]
    assert list(tmp_path.iterdir()) == []


# -- the file of the secret --------------------------------------------------------------------------------------


def test_the_secret_is_in_its_file_before_mfa_is_active(time, tmp_path):
    path = tmp_path / "zoe.secret"
    seen = []

    class Watched(MfaModel):
        def call(self, name, arguments, token=Ellipsis):
            if name == "update_user_mfa":
                seen.append(path.read_text())
            return super().call(name, arguments, token)

    client = Watched([zoe()], time)
    run(client, check_mode=True, secret_path=str(path))
    assert not path.exists()
    run(client, secret_path=str(path))
    assert seen == [f"{client.secrets[ZOE]}\n"]
    assert path.stat().st_mode & 0o777 == 0o600


def test_without_the_file_mfa_does_not_become_active(time, tmp_path, monkeypatch):
    def full(source, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    client = MfaModel([zoe()], time)
    with pytest.raises(InvalidInput, match=r"secret_path.*No space left.*MFA is not active") as error:
        run(client, secret_path=str(tmp_path / "zoe.secret"))
    assert error.value.done == ["generate_mfa_secret"]
    assert client.written == ["generate_mfa_secret"]
    assert list(tmp_path.iterdir()) == []
