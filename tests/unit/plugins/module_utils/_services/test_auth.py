# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What mm_user_auth plans, on the fake server with login services beside it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import AnswerLost, InvalidInput, RequestRejected
from ansible_collections.mmops.mattermost.plugins.module_utils._front_end import perform
from ansible_collections.mmops.mattermost.plugins.module_utils._plan import converge
from ansible_collections.mmops.mattermost.plugins.module_utils._services.account import LOGIN_SERVICES
from ansible_collections.mmops.mattermost.plugins.module_utils._services.auth import AuthService
from ansible_collections.mmops.mattermost.plugins.module_utils._services.auth_migration import (
    SOURCES,
    TARGETS,
    MigrationRefused,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._services.auth_options import ACTIONS
from ansible_collections.mmops.mattermost.plugins.module_utils._services.login_service import SINGLE_SIGN_ON
from ansible_collections.mmops.mattermost.plugins.modules.mm_user_auth import SUBJECT
from ansible_collections.mmops.mattermost.tests.fake_mattermost.call import done, reply
from ansible_collections.mmops.mattermost.tests.unit.plugins.module_utils.declarations import declared
from ansible_collections.mmops.mattermost.tests.unit.plugins.module_utils.fake_server import ADMIN, FakeClient
from ansible_collections.mmops.mattermost.tests.unit.plugins.module_utils.fake_server import account as new_account

ZOE, ADA = "b" * 26, "c" * 26
TOKEN = "t" * 64
SHOWS_IDENTITY = "11.2"
#: What clients read of the settings, by service.
SWITCHES = {
    "ldap": "EnableLdap",
    "saml": "EnableSaml",
    "gitlab": "EnableSignUpWithGitLab",
    "google": "EnableSignUpWithGoogle",
    "office365": "EnableSignUpWithOffice365",
    "openid": "EnableSignUpWithOpenId",
}


def account(letter, username, **fields):
    return new_account(username, **{"id": letter * 26, "password": "old password", **fields})


def people(*others):
    return [account("a", "admin", roles="system_admin system_user"), account("b", "zoe"), account("c", "ada"), *others]


def start(accounts=None, caller_id=ADMIN, directory=None, lost=(), hidden=(), **options):
    """A client of a server that has all login services.

    ``directory`` holds the e-mail addresses that LDAP has; ``None`` stands for a server without LDAP. ``lost``: operations
    whose next answer is lost. ``hidden``: settings that the server does not tell to clients.
    """
    client = FakeClient(people() if accounts is None else accounts, caller_id, **options)
    for operation in lost:
        client.lose(operation)
    Services(client, directory)
    if hidden:
        client.happen("get_client_config", effect=True, instead=lambda answer: without(answer, hidden), count=-1)
    return client


def off(service):
    """Settings of a server without this service."""
    section, _dot, name = SETTINGS[service].partition(".")
    return {section: {name: False}}


def without(answer, keys):
    return reply({key: value for key, value in json.loads(answer.body).items() if key not in keys})


class Services:
    """What the server does together with login services. The fake has none, so that it would refuse."""

    def __init__(self, client, directory):
        self._client, self._directory = client, directory
        self._stand_in("switch_account_type", self._switch)
        self._stand_in("migrate_auth_to_saml", self._migrate_to_saml)
        if directory is not None:
            self._stand_in("migrate_auth_to_ldap", self._migrate_to_ldap)

    def _stand_in(self, operation, function):
        def answer(_refusal):
            return reply(function(**self._client.bodies(operation)[-1]))

        self._client.happen(operation, instead=answer, count=-1)

    def _switch(self, email, new_service, **_body):
        if new_service in SINGLE_SIGN_ON:
            return {"follow_link": f"https://chat.example.com/login/sso/{new_service}"}
        user = self._client.state.users.get_by_email(email)
        self._client.change(user.id, auth_service=new_service.replace("email", ""))
        self._client.state.sessions.end_user(user.id)
        return {"follow_link": "/login?extra=signin_change"}

    def _of(self, service):
        return [row for row in self._client.state.users.in_order() if row.auth_service == service.replace("email", "")]

    def _migrate_to_ldap(self, match_field, force, **body):
        for row in self._of(body["from"]):
            entries = self._directory.count(getattr(row, match_field))
            assert entries < 2 or force
            if entries == 1:
                self._client.change(row.id, auth_service="ldap", password="")
        return {"status": "OK"}

    def _migrate_to_saml(self, matches, auto, **body):
        assert auto is False
        for row in self._of(body["from"]):
            if row.email in matches:
                self._client.change(row.id, auth_service="saml", password="", username=matches[row.email])
        return {"status": "OK"}


def touched_by(client, before):
    """The names before, in order, of the accounts that are no longer as they were."""
    after = client.snapshot()["users"]
    return sorted(user["username"] for user_id, user in before["users"].items() if after[user_id] != user)


def comparable(user):
    """A user without the times that the server chooses."""
    return user and {key: value for key, value in user.items() if key not in ("update_at", "last_password_update")}


def run(client, check_mode=False, **options):
    return converge(AuthService(), client, declared(SUBJECT.options, **options), check_mode)


def refused(client, match, **options):
    """Refused in check mode and in a real run, with nothing written."""
    for check_mode in (True, False):
        with pytest.raises(InvalidInput, match=match) as caught:
            run(client, check_mode, **options)
    assert client.written == []
    return caught.value


def predicted_and_carried_out(client, **options):
    """A real run that does what check mode told before."""
    before = client.snapshot()
    predicted = run(client, check_mode=True, **options)
    assert client.written == []
    assert client.snapshot() == before
    real = run(client, **options)
    assert client.written == real.operations == predicted.operations
    assert real.plan.changed is predicted.plan.changed is bool(client.written)
    assert real.plan.diff == predicted.plan.diff
    assert real.plan.unknown == predicted.plan.unknown
    assert comparable(real.returned["user"]) == comparable(predicted.returned["user"])
    return predicted, real


# -- the login service of one account ----------------------------------------------------------------------------

DECLARATIONS = st.fixed_dictionaries(
    {
        "auth_service": st.sampled_from(LOGIN_SERVICES),
        "auth_data": st.sampled_from([None, "uid=zoe", "uid=other"]),
        "new_password": st.sampled_from([None, "new password"]),
        "update_unknown": st.booleans(),
        "allow_own_account": st.booleans(),
    }
)


def is_for_a_reason(service, declared, own_account, bot):
    """Whether a declaration may be refused. Written independently of the code under test."""
    to_email, moves = declared["auth_service"] == "email", declared["auth_service"].replace("email", "") != service
    return (
        bot
        or (own_account and moves)
        or (own_account and not declared["allow_own_account"])
        or (to_email and declared["auth_data"] is not None)
        or (to_email and moves and declared["new_password"] is None)
        or (not to_email and declared["new_password"] is not None)
        or (not to_email and moves and declared["auth_data"] is None)
    )


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(["", "email", "ldap", "saml", "gitlab"]),
    DECLARATIONS,
    st.sampled_from([ADMIN, ZOE]),
    st.booleans(),
    st.sampled_from(["7.6", SHOWS_IDENTITY]),
)
def test_any_declared_service_is_reached_or_refused_and_then_stays(service, declaration, caller_id, bot, release):
    admin = {"roles": "system_admin system_user"}
    zoe = account("b", "zoe", auth_service=service, auth_data="uid=before" if service else None, is_bot=bot, **admin)
    client = start([account("a", "admin", **admin), zoe], caller_id, release=release)
    before = client.snapshot()
    try:
        run(client, check_mode=True, username="zoe", **declaration)
    except InvalidInput:
        refused(client, None, username="zoe", **declaration)
        assert client.snapshot() == before
        assert is_for_a_reason(service, declaration, own_account=caller_id == ZOE, bot=bot)
        return
    _unused, real = predicted_and_carried_out(client, username="zoe", **declaration)
    assert client.user(ZOE).auth_service == declaration["auth_service"].replace("email", "")
    if "update_user_auth" in real.operations:
        assert client.user(ZOE).auth_data == declaration["auth_data"]
    if "update_user_password" in real.operations:
        assert client.has_password(ZOE, declaration["new_password"])
    client.sent.clear()
    again = run(client, username="zoe", **declaration)
    if release == SHOWS_IDENTITY:
        kept = None if declaration["auth_service"] == "email" else "uid=before"
        assert client.user(ZOE).auth_data == (declaration["auth_data"] or kept)
        assert client.written == again.operations == again.plan.unknown == []
    elif declaration["auth_data"] and declaration["update_unknown"]:
        assert client.written == ["update_user_auth"]
    else:
        assert client.written == again.operations == []
        assert again.plan.diff == {"before": {}, "after": {}}
        assert again.plan.unknown == (["auth_data"] if declaration["auth_data"] else [])


@pytest.mark.parametrize("release", ["7.6", SHOWS_IDENTITY])
def test_the_way_to_ldap_and_back(release):
    client = start(release=release)
    _unused, there = predicted_and_carried_out(client, username="zoe", auth_service="ldap", auth_data="uid=zoe")
    assert there.operations == ["update_user_auth"]
    assert there.plan.diff == {
        "before": {"auth_service": "email", "auth_data": None},
        "after": {"auth_service": "ldap", "auth_data": "uid=zoe"},
    }
    client.sent.clear()
    _unused, back = predicted_and_carried_out(client, username="zoe", auth_service="email", new_password="new password")
    assert back.operations == ["update_user_password"]
    assert (client.user(ZOE).auth_service, client.user(ZOE).auth_data) == ("", None)
    assert client.has_password(ZOE, "new password")
    assert "new password" not in json.dumps(back.plan.diff)


def test_the_password_of_an_email_account_is_left_alone():
    client = start()
    run(client, username="zoe", auth_service="email", new_password="new password")
    assert client.written == []
    assert client.has_password(ZOE, "old password")


def test_an_account_locked_out_by_the_word_email_is_repaired():
    client = start(people(account("d", "max", auth_service="email", auth_data="max")))
    outcome = run(client, username="max", auth_service="email", new_password="new password")
    assert outcome.returned["user"]["auth_service"] == ""
    assert "does not exist" in outcome.plan.diff["before"]["auth_service"]


def test_auth_data_of_another_account_is_an_error_with_a_way_out():
    client = start(people(account("d", "max", auth_service="saml", auth_data="uid=zoe")))
    with pytest.raises(RequestRejected, match=r"another user has this auth_data.*change the other user first"):
        run(client, username="zoe", auth_service="ldap", auth_data="uid=zoe")
    assert client.user(ZOE).auth_service == ""


def test_a_service_is_not_sent_again_when_the_answer_is_lost():
    client = start(lost=["update_user_auth"])
    outcome = run(client, username="zoe", auth_service="ldap", auth_data="uid=zoe")
    assert outcome.operations == ["update_user_auth"]
    assert client.written == ["update_user_auth"]


def test_the_caller_is_not_locked_out():
    client = start()
    refused(client, "allow_own_account", user_id="me", auth_service="ldap", auth_data="uid=admin")
    run(client, user_id="me", auth_service="ldap", auth_data="uid=admin", allow_own_account=True)
    client.sent.clear()
    refused(client, "another administrator", user_id="me", auth_service="email", new_password="new password")


def test_somebody_who_may_not_see_a_service_gets_no_guess():
    client = start(people(account("d", "max", auth_service="ldap")), caller_id=ZOE)
    refused(client, "may not see how max logs in", username="max", auth_service="email", new_password="new password")
    assert run(client, user_id="me", auth_service="email").returned["user"]["username"] == "zoe"


def test_another_identity_is_seen_where_the_server_shows_it():
    client = start(people(account("d", "max", auth_service="ldap", auth_data="uid=max")), release=SHOWS_IDENTITY)
    same = run(client, username="max", auth_service="ldap", auth_data="uid=max", update_unknown=True)
    assert (same.operations, same.plan.unknown) == ([], [])
    _unused, other = predicted_and_carried_out(client, username="max", auth_service="ldap", auth_data="uid=other")
    assert other.operations == ["update_user_auth"]
    assert other.plan.diff == {"before": {"auth_data": "uid=max"}, "after": {"auth_data": "uid=other"}}
    assert other.returned["user"]["auth_data"] == "uid=other"


def test_a_user_of_another_server_is_left_alone():
    client = start(people(account("d", "max", remote_id="r" * 26)), release=SHOWS_IDENTITY)
    refused(client, "max belongs to another server", username="max", auth_service="ldap", auth_data="uid=max")
    refused(client, "max belongs to another server", username="max", action="send_password_reset_email")
    assert not run(client, username="max", auth_service="email").plan.changed
    left_out = migrate(client, check_mode=True, auto=True).returned["preflight"]["left_out"]
    assert {
        "username": "max",
        "email": "max@example.com",
        "reason": "belongs to another server, which alone changes the account",
    } in left_out
    refused(
        client,
        "a user of another server has the username",
        action="migrate_auth_to_ldap",
        current_service="email",
        match_field="username",
        ldap_entries=["max"],
    )


# -- services that are switched off --------------------------------------------------------------------------------

SETTINGS = {
    "ldap": "LdapSettings.Enable",
    "saml": "SamlSettings.Enable",
    "gitlab": "GitLabSettings.Enable",
    "google": "GoogleSettings.Enable",
    "office365": "Office365Settings.Enable",
    "openid": "OpenIdSettings.Enable",
}


@pytest.mark.parametrize("service", SETTINGS)
def test_nobody_moves_to_a_service_that_is_switched_off(service):
    client = start(settings=off(service))
    options = {"username": "zoe", "auth_service": service, "auth_data": "zoe"}
    error = refused(client, f"auth_service: {service} is switched off on this server .{SETTINGS[service]}.", **options)
    assert f"Set {SETTINGS[service]} to true" in error.remedy
    assert "allow_unavailable_service: true" in error.remedy
    _unused, real = predicted_and_carried_out(client, **options, allow_unavailable_service=True)
    assert real.operations == ["update_user_auth"]
    assert ["nobody can log in with it" in warning for warning in real.plan.warnings] == [True]


@pytest.mark.parametrize("service", ["ldap", "saml"])
def test_nobody_moves_to_a_service_without_its_licence(service):
    options = {"username": "zoe", "auth_service": service, "auth_data": "zoe"}
    error = refused(start(licensed=False), f"{service} needs a licence, which this server does not have", **options)
    assert f"Install a licence, and set {SETTINGS[service]}" in error.remedy


def test_gitlab_needs_a_licence_on_newer_servers():
    options = {"username": "zoe", "auth_service": "gitlab", "auth_data": "zoe"}
    refused(start(release="11.2", licensed=False), "gitlab needs a licence", **options)
    assert run(start(release="10.11", licensed=False), **options).plan.warnings == []


@pytest.mark.parametrize("service", SETTINGS)
def test_a_warning_names_fields_that_the_server_does_not_tell(service):
    client = start(hidden=[SWITCHES[service]])
    outcome = run(client, username="zoe", auth_service=service, auth_data="zoe")
    assert outcome.operations == ["update_user_auth"]
    assert outcome.plan.warnings == [
        f"auth_service: the server does not tell whether {service} is switched on ({SETTINGS[service]})"
    ]


@pytest.mark.parametrize(
    ("by_address", "by_name", "outcome"),
    [
        (False, False, "refused"),
        (True, False, ""),
        (False, True, ""),
        (None, True, ""),
        (None, None, "warned"),
        (False, None, "warned"),
    ],
)
def test_the_way_back_to_a_password_needs_a_login_with_one(by_address, by_name, outcome):
    settings = {"EnableSignInWithEmail": by_address, "EnableSignInWithUsername": by_name}
    client = start(
        people(account("d", "max", auth_service="ldap")),
        settings={"EmailSettings": settings},
        hidden=[name for name, value in settings.items() if value is None],
    )
    options = {"username": "max", "auth_service": "email", "new_password": "new password"}
    if outcome == "refused":
        error = refused(client, "auth_service: email is switched off on this server", **options)
        assert "EmailSettings.EnableSignInWithEmail" in str(error)
        assert run(client, **options, allow_unavailable_service=True).plan.warnings
        return
    warnings = run(client, **options).plan.warnings
    assert ["does not tell" in warning for warning in warnings] == [True] * (outcome == "warned")


def test_a_service_that_an_account_has_is_no_concern():
    client = start(people(account("d", "max", auth_service="ldap", auth_data="uid=max")), settings=off("ldap"))
    outcome = run(client, username="max", auth_service="ldap", auth_data="uid=new", update_unknown=True)
    assert (outcome.operations, outcome.plan.warnings) == (["update_user_auth"], [])


def test_users_do_not_switch_to_a_service_that_is_switched_off():
    client = start(settings=off("saml"))
    options = {"action": "switch_account_type", "current_service": "email", "new_service": "saml", "password": "old password"}
    refused(client, "new_service: saml is switched off", username="zoe", **options)
    outcome = run(client, username="zoe", **options, allow_unavailable_service=True)
    assert outcome.operations == ["switch_account_type"]


@pytest.mark.parametrize(("target", "options"), [("ldap", {"match_field": "email"}), ("saml", {"auto": True})])
def test_nobody_migrates_to_a_service_that_is_switched_off(target, options):
    client = start(settings=off(target))
    error = refused(client, f"{target} is switched off", action=f"migrate_auth_to_{target}", current_service="email", **options)
    assert SETTINGS[target] in error.remedy
    assert "allow_unavailable_service" not in error.remedy
    assert error.details()["preflight"]["matching"]


def test_a_difference_that_the_server_hides_is_reported():
    client = start()
    client.answer("update_user_auth", {"auth_service": "ldap", "auth_data": "uid=zoe"})
    outcome = run(client, username="zoe", auth_service="ldap", auth_data="uid=zoe")
    assert outcome.plan.warnings == ["auth_service: the server accepted the change, but shows email instead of ldap"]


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"username": "zoe", "auth_service": "ldap"}, "auth_data: zoe logs in with email, and the way to ldap needs auth_data"),
        ({"username": "zoe", "auth_service": "ldap", "auth_data": ""}, "auth_data is empty"),
        ({"username": "zoe", "auth_service": "ldap", "auth_data": "d" * 129}, "auth_data has 129 characters"),
        ({"username": "zoe", "auth_service": "email", "auth_data": "uid=zoe"}, "auth_data belongs to a login service"),
        (
            {"username": "zoe", "auth_service": "ldap", "auth_data": "z", "new_password": "p"},
            "new_password: an account of ldap",
        ),
        ({"username": "zoe", "auth_service": "ldap", "auth_data": "z", "token": TOKEN}, "token has no meaning without action"),
        ({"username": "max", "auth_service": "email"}, "new_password: max logs in with saml, and the way back"),
        ({"username": "max", "auth_service": "email", "new_password": ""}, "new_password is empty"),
        ({"username": "bot", "auth_service": "ldap", "auth_data": "bot"}, "bot is a bot"),
        ({"username": "nobody", "auth_service": "email"}, "there is no user nobody"),
        ({"auth_service": "email"}, "no user is named"),
        ({"username": "zoe", "email": "ada@example.com", "auth_service": "email"}, "email: the account is zoe"),
    ],
)
def test_bad_declarations_are_refused(options, named):
    client = start(people(account("d", "max", auth_service="saml"), account("e", "bot", is_bot=True)))
    refused(client, named, **options)


# -- the user's own way ------------------------------------------------------------------------------------------

CREDENTIALS = {"password": "old password", "new_password": "new password", "ldap_id": "zoe", "mfa_code": "123456"}


def switch(client, current, new, check_mode=False, who="zoe", **credentials):
    return run(
        client, check_mode, username=who, action="switch_account_type", current_service=current, new_service=new, **credentials
    )


@pytest.mark.parametrize("current", LOGIN_SERVICES)
@pytest.mark.parametrize("new", LOGIN_SERVICES)
def test_which_switches_there_are_and_what_they_need(current, new):
    def client():
        return start([account("b", "zoe", auth_service=current.replace("email", ""))], caller_id=ZOE)

    needed = {("email", "ldap"): {"password", "new_password", "ldap_id"}, ("ldap", "email"): {"password", "new_password"}}
    needed.update({("email", service): {"password"} for service in SINGLE_SIGN_ON})
    needed.update({(service, "email"): {"new_password"} for service in SINGLE_SIGN_ON})
    if (current, new) not in needed:
        refused(
            client(),
            "new_service: the server does not switch",
            username="zoe",
            action="switch_account_type",
            current_service=current,
            new_service=new,
        )
        return
    needs = needed[current, new]
    for name in needs:
        with pytest.raises(InvalidInput, match=f"{name} is missing"):
            switch(client(), current, new, **{key: CREDENTIALS[key] for key in needs - {name}})
    given = {key: CREDENTIALS[key] for key in needs}
    model = client()
    predicted = switch(model, current, new, check_mode=True, **given)
    assert model.written == []
    assert predicted.returned["follow_link"] is None
    real = switch(model, current, new, **given)
    assert model.bodies("switch_account_type")[-1] == {
        "current_service": current,
        "new_service": new,
        "email": "zoe@example.com",
        **given,
    }
    assert real.returned["follow_link"].startswith(("https://chat.example.com/login/sso/", "/login"))
    assert real.returned["user"] == predicted.returned["user"]
    assert real.plan.diff == predicted.plan.diff
    assert all(secret not in json.dumps(real.plan.diff) for secret in CREDENTIALS.values() if secret != "zoe")


def test_an_mfa_code_is_passed_on():
    client = start()
    switch(client, "email", "saml", password="old password", mfa_code="123456")
    assert client.bodies("switch_account_type")[-1]["mfa_code"] == "123456"


def test_a_switch_that_is_done_is_unchanged():
    client = start([*people()[:1], account("b", "zoe", auth_service="ldap")])
    assert not switch(client, "email", "ldap", password="p", new_password="p", ldap_id="zoe").plan.changed
    assert client.written == []


def test_the_answer_to_a_switch_is_not_awaited_twice():
    client = start(lost=["switch_account_type"])
    with pytest.raises(AnswerLost, match="Look at auth_service"):
        switch(client, "email", "saml", password="old password")
    assert client.written == ["switch_account_type"]


@pytest.mark.parametrize(
    ("current", "new", "credentials", "named"),
    [
        ("gitlab", "email", {"new_password": "p"}, "current_service: zoe logs in with email, not gitlab"),
        ("email", "saml", {"password": "p", "new_password": "p"}, "new_password has no meaning"),
        ("email", "saml", {"password": ""}, "password is empty"),
    ],
)
def test_bad_switches_are_refused(current, new, credentials, named):
    if new == "email":
        client = start(people(account("d", "max", auth_service="gitlab")))
        refused(
            client,
            "the server lets max alone switch",
            username="max",
            action="switch_account_type",
            current_service=current,
            new_service=new,
            **credentials,
        )
        client = start([account("b", "zoe", auth_service="ldap")], caller_id=ZOE)
        refused(
            client,
            "logs in with ldap, not gitlab",
            username="zoe",
            action="switch_account_type",
            current_service=current,
            new_service=new,
            **credentials,
        )
        return
    refused(
        start(), named, username="zoe", action="switch_account_type", current_service=current, new_service=new, **credentials
    )


def test_no_sessions_are_lost_for_a_switch_to_ldap_that_must_fail():
    error = refused(
        start(licensed=False),
        "no licence",
        username="zoe",
        action="switch_account_type",
        current_service="email",
        new_service="ldap",
        password="old password",
        new_password="p",
        ldap_id="zoe",
    )
    assert "licence with LDAP" in error.remedy


def mails(client):
    return [(mail.kind, mail.to) for mail in client.state.outbox.mails]


def mailed_token(client, kind):
    client.state.outbox.send(kind, ZOE, client.user(ZOE).email)
    return client.state.outbox.mails[-1].token


# -- passwords and addresses -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "kind"), [("send_password_reset_email", "password_reset"), ("send_verification_email", "verify_email")]
)
@pytest.mark.parametrize("who", [{"username": "zoe"}, {"email": "ZOE@example.com"}, {"user_id": ZOE}])
def test_a_mail_is_sent_in_every_run(action, kind, who):
    client = start()
    predicted_and_carried_out(client, action=action, **who)
    run(client, action=action, **who)
    assert mails(client) == [(kind, "zoe@example.com")] * 2
    assert client.written == [action, action]


@pytest.mark.parametrize("action", ["send_password_reset_email", "send_verification_email"])
def test_no_mail_is_sent_to_nobody(action):
    client = start(people(account("d", "bot", is_bot=True)))
    refused(client, "there is no user nobody@example.com", action=action, email="nobody@example.com")
    refused(client, "bot is a bot", action=action, username="bot")


def test_no_reset_for_an_account_without_a_password():
    client = start(people(account("d", "max", auth_service="ldap")))
    refused(client, "max logs in with ldap", action="send_password_reset_email", username="max")
    run(client, action="send_verification_email", username="max")


def test_a_mail_to_a_deactivated_user_warns():
    client = start(people(account("d", "max", delete_at=5)))
    assert "max is deactivated" in run(client, action="send_password_reset_email", username="max").plan.warnings[0]


def test_an_address_that_the_caller_may_not_see_must_be_given():
    settings = {"PrivacySettings": {"ShowEmailAddress": False}}
    client = start(people(account("d", "max")), caller_id=ZOE, settings=settings)
    refused(client, "may not see the address", action="send_verification_email", username="max")
    run(client, action="send_verification_email", username="max", email="max@example.com")
    assert mails(client) == [("verify_email", "max@example.com")]


@pytest.mark.parametrize("action", sorted(set(ACTIONS) - {"verify_user_email_without_token", *TARGETS}))
def test_a_delivery_is_never_repeated_blindly(action):
    options = {
        "reset_password": {"token": TOKEN, "new_password": "new password"},
        "verify_user_email": {"token": TOKEN},
        "switch_account_type": {"username": "zoe", "current_service": "email", "new_service": "saml", "password": "p"},
    }
    client = start(lost=[action])
    with pytest.raises(AnswerLost) as caught:
        run(client, action=action, **options.get(action, {"username": "zoe"}))
    assert client.written == [action]
    assert caught.value.done == []
    assert caught.value.remedy == ""
    assert "may have taken effect" in caught.value.consequence
    assert "the next run" not in caught.value.consequence


def test_a_reset_is_completed():
    client = start()
    options = {"action": "reset_password", "token": mailed_token(client, "password_reset"), "new_password": "new password"}
    _unused, real = predicted_and_carried_out(client, **options)
    assert client.has_password(ZOE, "new password")
    assert real.returned == {"user": None, "follow_link": None, "preflight": None, "migrated": None}
    assert client.sent == ["reset_password"]


def test_a_token_that_is_used_up_has_a_way_out():
    with pytest.raises(RequestRejected, match=r"unknown or used up.*Ask for a new e-mail"):
        run(start(), action="reset_password", token="x" * 64, new_password="new password")


@pytest.mark.parametrize("action", ["reset_password", "verify_user_email"])
@pytest.mark.parametrize("length", [1, 63, 65])
def test_a_token_of_another_length_is_refused_without_showing_it(action, length):
    token = "q" * length
    options = {"new_password": "new password"} if action == "reset_password" else {}
    error = refused(start(), f"token has {length} characters", action=action, token=token, **options)
    assert length == 1 or token not in str(error)


def test_an_address_is_verified_with_a_token():
    client = start()
    predicted_and_carried_out(client, action="verify_user_email", token=mailed_token(client, "verify_email"))
    assert client.user(ZOE).email_verified


def test_an_address_is_asserted_and_the_hash_stays_inside():
    client = start()
    options = declared(SUBJECT.options, action="verify_user_email_without_token", username="zoe")
    result = perform(SUBJECT, client, options, check_mode=False)
    assert client.user(ZOE).email_verified
    assert result["changed"]
    assert "verify_user_email_without_token" in client.sent
    secret = client.user(ZOE).password
    assert secret
    assert secret not in json.dumps(result)
    assert secret not in repr(run(client, action="verify_user_email_without_token", username="zoe"))


@pytest.mark.parametrize("who", [{"user_id": "me"}, {"email": "admin@example.com"}])
def test_an_address_known_to_be_verified_is_left_alone(who):
    client = start()
    predicted_and_carried_out(client, action="verify_user_email_without_token", **who)
    client.sent.clear()
    assert not run(client, action="verify_user_email_without_token", **who).plan.changed
    assert client.written == []


def test_every_action_refuses_options_without_meaning_for_it():
    values = {
        "username": "zoe",
        "email": "zoe@example.com",
        "user_id": ZOE,
        "auth_data": "x",
        "current_service": "email",
        "new_service": "ldap",
        "match_field": "email",
        "ldap_entries": [],
        "matches": {},
        "auto": True,
        "force": True,
        "password": "p",
        "new_password": "p",
        "ldap_id": "x",
        "mfa_code": "1",
        "token": TOKEN,
        "update_unknown": True,
        "allow_own_account": True,
        "allow_unavailable_service": True,
    }
    assert set(values) == set(SUBJECT.options) - {"action", "auth_service"}
    for action in ACTIONS:
        needed = {
            "migrate_auth_to_ldap": {"current_service": "email", "match_field": "email"},
            "migrate_auth_to_saml": {"current_service": "email", "matches": {}},
        }.get(action, {})
        meant = 0
        for name, value in values.items():
            try:
                run(start(licensed=False), check_mode=True, action=action, **{**needed, name: value})
            except InvalidInput as error:
                meant += f"{name} has no meaning with action: {action}" not in error.reason
            else:
                meant += 1
        assert 0 < meant < len(values)


# -- all accounts of a service -----------------------------------------------------------------------------------


def migrate(client, target="saml", check_mode=False, **options):
    options = {"current_service": "email", **options}
    return run(client, check_mode, action=f"migrate_auth_to_{target}", **options)


LETTERS = "defghijkl"
NAMES = [f"user{letter}" for letter in LETTERS]
CROWDS = st.lists(
    st.fixed_dictionaries(
        {
            "auth_service": st.sampled_from(["", "", "", "ldap", "saml", "gitlab"]),
            "delete_at": st.sampled_from([0, 5]),
            "roles": st.sampled_from(["system_user", "system_guest", "system_admin system_user"]),
            "is_bot": st.sampled_from([False, False, True]),
        }
    ),
    max_size=len(LETTERS),
).map(
    lambda crowd: people(*(account(letter, f"user{letter}", **fields) for letter, fields in zip(LETTERS, crowd, strict=False)))
)
ADDRESSES = st.sampled_from([f"{name}@example.com" for name in ["zoe", "ada", "admin", "nobody", *NAMES]])
MATCHES = st.dictionaries(ADDRESSES, st.sampled_from(["zoe", "ada", "new.name", "other.name", *NAMES]), max_size=8)


def check_partition(client, preflight):
    """Every account is told of, and only once."""
    told = [
        *(entry["username"] for entry in preflight["matching"]),
        *preflight["already"],
        *(entry["username"] for entry in preflight["left_out"] if entry["username"]),
        *(name for clash in preflight["clashing"] for name in clash["usernames"]),
    ]
    assert sorted(told) == sorted(row.username for row in client.state.users.in_order())


@settings(max_examples=200, deadline=None)
@given(CROWDS, st.sampled_from(sorted({*SOURCES} - {"saml"})), st.one_of(st.none(), MATCHES), st.booleans())
def test_a_migration_to_saml_changes_exactly_whom_the_preflight_names(crowd, current, matches, own):
    client = start(crowd)
    options = {
        "current_service": current,
        "allow_own_account": own,
        "force": True,
        **({"auto": True} if matches is None else {"matches": matches}),
    }
    before = client.snapshot()
    predicted = migrate(client, check_mode=True, **options)
    check_partition(client, predicted.returned["preflight"])
    assert client.snapshot() == before
    real = migrate(client, **options)
    assert real.returned == predicted.returned
    assert real.plan.diff == predicted.plan.diff
    assert client.written == real.operations
    touched = touched_by(client, before)
    assert touched == real.returned["migrated"]
    assert touched == sorted(entry["username"] for entry in real.returned["preflight"]["matching"])
    usernames = [row.username for row in client.state.users.in_order()]
    assert len(set(usernames)) == len(usernames)
    client.sent.clear()
    if not real.plan.checked.clashing:  # what clashed may be free now
        assert not migrate(client, **options).plan.changed
        assert client.written == []


@settings(max_examples=200, deadline=None)
@given(CROWDS, st.sampled_from(["email", "gitlab", "saml"]), st.lists(ADDRESSES, max_size=8))
def test_a_migration_to_ldap_is_predicted_from_its_entries(crowd, current, directory):
    client = start([user for user in crowd if not user.get("is_bot")], directory=directory)
    options = {
        "current_service": current,
        "match_field": "email",
        "ldap_entries": [entry.upper() for entry in directory],
        "allow_own_account": True,
        "force": True,
    }
    before = client.snapshot()
    predicted = migrate(client, "ldap", check_mode=True, **options)
    check_partition(client, predicted.returned["preflight"])
    real = migrate(client, "ldap", **options)
    assert real.returned == predicted.returned
    assert client.written == real.operations
    assert touched_by(client, before) == real.returned["migrated"]
    client.sent.clear()
    assert not migrate(client, "ldap", **options).plan.changed
    assert client.written == []


def test_without_entries_only_ldap_knows_who_migrates():
    client = start(directory=["zoe@example.com"])
    options = {"match_field": "email", "allow_own_account": True}
    predicted = migrate(client, "ldap", check_mode=True, **options)
    assert predicted.returned["migrated"] is None
    assert len(predicted.returned["preflight"]["matching"]) == 3
    real = migrate(client, "ldap", **options)
    assert real.returned["migrated"] == ["zoe"]
    again = migrate(client, "ldap", **options)
    assert again.returned["migrated"] == []
    assert "2 of 2 accounts did not migrate: ada, admin" in again.plan.warnings


def test_who_is_left_out_and_why():
    client = start(
        people(
            account("d", "max", auth_service="gitlab"),
            account("e", "eva", auth_service="saml"),
            account("f", "bot", is_bot=True),
            account("g", "gus", roles="system_guest", delete_at=5),
        )
    )
    outcome = migrate(client, check_mode=True, auto=True)
    preflight = outcome.returned["preflight"]
    assert {entry["username"]: entry["reason"] for entry in preflight["left_out"]} == {
        "admin": "is the caller's own account, which only allow_own_account lets migrate",
        "max": "logs in with gitlab",
        "bot": "is a bot, which does not log in",
    }
    assert preflight["already"] == ["eva"]
    assert [(entry["username"], entry["notes"]) for entry in preflight["matching"]] == [
        ("ada", []),
        ("gus", ["guest", "deactivated"]),
        ("zoe", []),
    ]
    assert outcome.plan.diff["after"]["auth_service"] == {"zoe": "saml", "ada": "saml", "gus": "saml"}


def test_addresses_without_an_account_are_listed():
    outcome = migrate(start(), check_mode=True, matches={"Nobody@Example.com": "nobody", "ZOE@example.com": "Zoe"})
    preflight = outcome.returned["preflight"]
    assert {"username": None, "email": "nobody@example.com", "reason": "no account has this address"} in preflight["left_out"]
    assert preflight["matching"] == [{"username": "zoe", "email": "zoe@example.com", "target": "zoe", "notes": []}]


@pytest.mark.parametrize(
    ("matches", "usernames", "reason"),
    [
        ({"zoe@example.com": "same", "ada@example.com": "same"}, ["ada", "zoe"], "to more than one account"),
        ({"zoe@example.com": "ada"}, ["zoe"], "another account has this username"),
        ({"zoe@example.com": "eva"}, ["zoe"], "another account has this username"),
    ],
)
def test_a_clash_stops_the_migration_unless_it_is_forced(matches, usernames, reason):
    client = start(people(account("e", "eva", auth_service="saml")))
    error = refused(client, r"clashes \(1\)", action="migrate_auth_to_saml", current_service="email", matches=matches)
    assert isinstance(error, MigrationRefused)
    clash = error.details()["preflight"]["clashing"][0]
    assert clash["usernames"] == usernames
    assert reason in clash["reason"]
    assert reason in str(error)
    forced = migrate(client, matches=matches, force=True)
    assert not {"zoe", *usernames} & set(forced.returned["migrated"])
    assert "clashes (1)" in forced.plan.warnings[0]


@pytest.mark.parametrize("bot", [True, False])
def test_clashes_with_ldap(bot):
    fields = {"is_bot": True} if bot else {}
    client = start(people(account("d", "max", **fields)), directory=["max"])
    entries = ["MAX", "zoe"] if bot else ["max", "Max ", "zoe"]
    error = refused(
        client,
        "a bot has the username" if bot else "LDAP has 2 entries",
        action="migrate_auth_to_ldap",
        current_service="email",
        match_field="username",
        ldap_entries=entries,
    )
    assert [entry["username"] for entry in error.preflight["matching"]] == ["zoe"]


def test_the_callers_own_account_does_not_go_to_ldap_unasked():
    client = start(directory=[])
    refused(client, "the caller's own account", action="migrate_auth_to_ldap", current_service="email", match_field="email")
    outcome = migrate(client, "ldap", match_field="email", ldap_entries=["zoe@example.com"])
    assert outcome.operations == ["migrate_auth_to_ldap"]


def test_the_last_way_in_is_warned_of():
    client = start()
    assert any(
        "personal access token" in warning
        for warning in migrate(client, check_mode=True, auto=True, allow_own_account=True).plan.warnings
    )
    assert migrate(client, check_mode=True, auto=True).plan.warnings == []


@pytest.mark.parametrize(("target", "options"), [("ldap", {"match_field": "email"}), ("saml", {"auto": True})])
def test_without_a_licence_the_remedy_is_named_and_nothing_sent(target, options):
    client = start(licensed=False)
    error = refused(
        client,
        f"{target} needs a licence, which this server does not have",
        action=f"migrate_auth_to_{target}",
        current_service="email",
        **options,
    )
    assert f"Install a licence, and set {target.title()}Settings.Enable to true" in error.remedy
    assert error.details()["preflight"]["matching"]


def test_a_server_without_ldap_says_so():
    client = start()
    with pytest.raises(RequestRejected, match=r"LDAP is not available.*LdapSettings\.Enable") as caught:
        migrate(client, "ldap", match_field="email", allow_own_account=True)
    assert caught.value.error_id == "api.admin.ldap.not_available.app_error"
    assert caught.value.done == []


def test_a_lost_migration_is_not_sent_again():
    client = start(lost=["migrate_auth_to_saml"])
    with pytest.raises(AnswerLost, match="may still be at work"):
        migrate(client, auto=True)
    assert client.written == ["migrate_auth_to_saml"]


def test_other_changes_than_predicted_are_reported():
    client = FakeClient(people())
    client.happen("migrate_auth_to_saml", first=lambda: client.change(ADA, auth_service="saml"), instead=lambda _answer: done())
    outcome = migrate(client, matches={"zoe@example.com": "zoe"})
    assert outcome.returned["migrated"] == ["ada"]
    assert outcome.plan.warnings == [
        "1 of 1 accounts did not migrate: zoe",
        "accounts that the preflight left out migrated as well: ada",
    ]


def test_whoever_is_no_administrator_gets_no_preflight():
    refused(start(caller_id=ZOE), "needs an administrator", action="migrate_auth_to_saml", current_service="email", auto=True)


@pytest.mark.parametrize(
    ("target", "options", "named"),
    [
        ("saml", {}, "either matches or auto"),
        ("saml", {"auto": True, "matches": {}}, "either matches or auto"),
        ("saml", {"auto": True, "current_service": "saml"}, "does not migrate from saml to saml"),
        ("saml", {"auto": True, "current_service": "openid"}, "does not migrate from openid"),
        ("ldap", {"match_field": "email", "current_service": "ldap"}, "does not migrate from ldap to ldap"),
        ("saml", {"matches": {"zoe@example.com": ""}}, "'zoe@example.com' has no username"),
        ("saml", {"matches": {"zoe@example.com": ["zoe"]}}, "'zoe@example.com' has no username"),
        ("saml", {"matches": {"": "zoe"}}, "'' has no username"),
        ("saml", {"matches": {"zoe@example.com": "a", "Zoe@example.com": "b"}}, "zoe@example.com is there twice"),
    ],
)
def test_bad_migrations_are_refused(target, options, named):
    refused(start(), named, action=f"migrate_auth_to_{target}", **{"current_service": "email", **options})


def test_an_account_that_moves_between_two_pages_counts_once():
    client = start()
    twice = [user for user in client.pages("get_users") for _unused in range(2)]
    client.pages = lambda name: twice
    assert [entry["username"] for entry in migrate(client, check_mode=True, auto=True).returned["preflight"]["matching"]] == [
        "ada",
        "zoe",
    ]


# -- the local socket --------------------------------------------------------------------------------------------


def local_client(**arguments):
    return start(local=True, **arguments)


def test_the_local_socket_brings_a_user_back_to_email():
    client = local_client(accounts=people(account("d", "max", auth_service="ldap")))
    predicted_and_carried_out(client, username="max", auth_service="email", new_password="new password")


def test_operations_that_the_local_socket_lacks_are_refused():
    refused(local_client(), "local socket does not have", username="zoe", auth_service="ldap", auth_data="uid=zoe")
    refused(local_client(), "local socket does not have", action="send_verification_email", username="zoe")
    refused(local_client(), "local socket does not have", action="verify_user_email", token=TOKEN)


def test_the_local_socket_migrates():
    client = local_client()
    assert migrate(client, auto=True).returned["migrated"] == ["ada", "admin", "zoe"]
