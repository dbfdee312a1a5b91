# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What mm_user plans, on a model of the server: any declaration is reached in one run, and predicted exactly."""

from __future__ import annotations

import copy

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import (
    AnswerLost,
    InvalidInput,
    RequestRejected,
    rejection,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._api.server import Server
from ansible_collections.mmops.mattermost.plugins.module_utils._plan import converge
from ansible_collections.mmops.mattermost.plugins.module_utils._services.user import UserService
from ansible_collections.mmops.mattermost.plugins.module_utils._services.user_fields import merge
from ansible_collections.mmops.mattermost.plugins.module_utils._services.user_plan import plainly_as_declared, plan_user
from ansible_collections.mmops.mattermost.plugins.module_utils._services.user_seen import Seen
from ansible_collections.mmops.mattermost.plugins.modules.mm_user import SUBJECT
from ansible_collections.mmops.mattermost.tests.unit.plugins.module_utils.server_model import ModelClient, new_account

OPTIONS = {name: option.get("default") for name, option in SUBJECT.options.items()}
#: What only the server can choose.
SERVERS_CHOICE = ("id", "create_at", "update_at", "delete_at", "terms_of_service_create_at")


def run(client, check_mode=False, **options):
    return converge(UserService(), client, {**copy.deepcopy(OPTIONS), **options}, check_mode)


def comparable(user):
    """A user without what only the server can choose; of ``delete_at`` it is known whether it is 0."""
    return user and {
        **{key: value for key, value in user.items() if key not in SERVERS_CHOICE},
        "roles": set(user["roles"].split()),
        "active": user["delete_at"] == 0,
    }


def zoe(**fields):
    return new_account(username="zoe", email="zoe@example.com", password="first password", **fields)


# -- properties --------------------------------------------------------------------------------------------------

TEXT = st.text("aä漢'", max_size=5)
KEYS, VALUES = st.sampled_from(["one", "two", "three"]), st.sampled_from(["", "x", "y"])
MAP = st.dictionaries(KEYS, st.one_of(st.none(), VALUES), max_size=3)
FULL_MAP = st.dictionaries(KEYS, VALUES, max_size=3)
ROLES = st.lists(st.sampled_from(["system_user", "system_user_access_token", "system_post_all"]), min_size=1, unique=True)


def maybe(strategy):
    return st.one_of(st.none(), strategy)


DECLARATIONS = st.fixed_dictionaries(
    {
        "state": st.sampled_from(["present", "inactive", "absent"]),
        "first_name": maybe(TEXT),
        "nickname": maybe(TEXT),
        "position": maybe(TEXT),
        "locale": maybe(st.sampled_from(["en", "de"])),
        "timezone": maybe(st.sampled_from(["", "Europe/Berlin"])),
        "props": maybe(MAP),
        "notify_props": maybe(MAP),
        "exact": st.lists(st.sampled_from(["props", "notify_props", "timezone"]), unique=True),
        "bot": maybe(st.booleans()),
        "email_verified": maybe(st.booleans()),
    }
).flatmap(
    lambda fields: st.one_of(
        st.builds(lambda roles: {**fields, "roles": roles}, maybe(ROLES)),
        st.builds(lambda guest: {**fields, "guest": guest}, st.booleans()),
    )
)

ACCOUNTS = st.one_of(
    st.none(),
    st.builds(
        lambda fields, bot: zoe(**fields, **({"is_bot": True} if bot else {})),
        st.fixed_dictionaries(
            {
                "first_name": TEXT,
                "nickname": TEXT,
                "position": TEXT,
                "props": FULL_MAP,
                "delete_at": st.sampled_from([0, 5]),
                "email_verified": st.booleans(),
                "roles": st.one_of(st.just("system_guest"), ROLES.map(" ".join)),
            }
        ),
        st.booleans(),
    ),
)


@settings(max_examples=300, deadline=None)
@given(ACCOUNTS, DECLARATIONS, st.booleans())
def test_any_declaration_is_reached_predicted_and_then_stays(account, declaration, own_account):
    declaration = {**declaration, "username": "zoe", "email": "zoe@example.com", "password": "first password"}
    assume(not (own_account and declaration["bot"]))  # a bot must not own itself
    caller = {"caller_id": "b" * 26} if own_account else {}
    client = ModelClient([account] if account else [], **caller)

    untouched = copy.deepcopy(client.accounts)
    predicted = run(client, check_mode=True, **copy.deepcopy(declaration))
    assert client.written == []
    assert client.accounts == untouched

    real = run(client, **copy.deepcopy(declaration))
    assert client.written == real.operations == predicted.operations
    assert real.plan.changed is predicted.plan.changed is bool(client.written)
    assert real.plan.diff == predicted.plan.diff
    assert real.plan.unknown == predicted.plan.unknown
    assert comparable(real.returned["user"]) == comparable(predicted.returned["user"])
    assert (real.returned["user"] is None) == (predicted.returned["user"] is None)
    if real.returned["user"]:
        assert set(real.returned["user"]) == set(predicted.returned["user"])
    expected = declaration["email_verified"] is False or (account is None and declaration["state"] != "present")
    assert expected or not real.plan.warnings

    client.sent.clear()
    again = run(client, **copy.deepcopy(declaration))
    assert client.written == again.operations == []
    assert again.plan.diff == {"before": {}, "after": {}}
    assert again.returned["user"] == real.returned["user"]


PLAIN = ("first_name", "nickname", "position", "locale", "email", "roles")


@given(ACCOUNTS.filter(bool), DECLARATIONS, st.dictionaries(st.sampled_from(PLAIN), st.booleans()), st.booleans())
def test_the_short_cut_of_rosters_leaves_out_no_plan(account, declaration, plain, only_plain):
    values = {**account, "roles": account["roles"].split()}
    others = {"first_name": "X", "nickname": "X", "position": "X", "locale": "pl", "email": "x@example.com", "roles": ["x"]}
    declared = {name: values[name] if same else others[name] for name, same in plain.items()}
    options = {**copy.deepcopy(OPTIONS), **({} if only_plain else declaration), **declared, "username": "zoe"}
    user = ModelClient().shown(account)
    if plainly_as_declared(options, user):
        plan = plan_user(options, Seen(user))
        assert (plan.steps, plan.warnings, plan.unknown) == ([], [], [])
    elif only_plain and not account["delete_at"]:
        assert not all(plain.values())


@given(FULL_MAP, MAP)
def test_merge_keeps_what_is_not_declared(current, declared):
    merged = merge(current, declared, exact=False)
    for key in {*current, *declared}:
        expected = declared.get(key) if key in declared else current[key]
        assert merged.get(key) == expected
    assert merge(merged, declared, exact=False) == merged


@given(FULL_MAP, MAP)
def test_exact_leaves_only_what_is_declared(current, declared):
    assert merge(current, declared, exact=True) == {key: value for key, value in declared.items() if value is not None}


# -- creation ----------------------------------------------------------------------------------------------------


def test_roles_follow_the_creation():
    client = ModelClient()
    run(client, username="zoe", email="zoe@example.com", password="first password", roles=["system_admin", "system_user"])
    assert client.written == ["create_user", "update_user_roles"]


def test_a_new_bot_needs_no_password_and_no_address():
    client = ModelClient()
    run(client, username="deploy-bot", bot=True)
    bot = next(iter(client.accounts.values()))
    assert bot["is_bot"]
    assert bot["email"] == "deploy-bot@localhost"
    assert len(bot["password"]) >= 20


def test_a_new_users_notification_settings_start_from_the_defaults():
    client = ModelClient()
    run(client, username="zoe", email="zoe@example.com", password="first password", notify_props={"email": False})
    settings_of_zoe = next(iter(client.accounts.values()))["notify_props"]
    assert settings_of_zoe["email"] == "false"
    assert settings_of_zoe["desktop"] == "mention"


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"username": "zoe", "password": "first password"}, "email"),
        ({"username": "zoe", "email": "zoe@example.com"}, "password"),
        ({"email": "zoe@example.com", "password": "first password"}, "username"),
        ({"user_id": "z" * 26}, "user_id"),
        ({"username": "zoe", "email": "z@example.com", "auth_service": "ldap", "auth_data": "z", "password": "p"}, "auth_data"),
        (
            {"username": "zoe", "email": "z@example.com", "password": "p", "terms_of_service": {"id": "t", "accepted": True}},
            "terms_of_service",
        ),
    ],
)
def test_what_a_creation_lacks_is_named(options, named):
    client = ModelClient()
    with pytest.raises(InvalidInput, match=named):
        run(client, **options)
    assert client.written == []


# -- who is meant ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", [{"user_id": "b" * 26}, {"email": "zoe@example.com", "rename": True}])
def test_an_account_is_renamed_by_its_id_or_with_consent(who):
    client = ModelClient([zoe()])
    outcome = run(client, **who, username="zoe.angstrom")
    assert client.written == ["patch_user"]
    assert outcome.returned["user"]["username"] == "zoe.angstrom"


def test_a_name_that_another_account_has_is_refused():
    other = new_account(id="c" * 26, username="ada", email="ada@example.com")
    client = ModelClient([zoe(), other])
    with pytest.raises(InvalidInput, match="username: ada belongs to another account"):
        run(client, user_id="b" * 26, username="ada", check_mode=True)


def test_an_address_that_another_account_has_is_refused():
    other = new_account(id="c" * 26, username="ada", email="ada@example.com")
    client = ModelClient([zoe(), other])
    with pytest.raises(InvalidInput, match=r"email: ada@example\.com belongs to another account"):
        run(client, username="zoe", email="ada@example.com")
    assert client.written == []


@pytest.mark.parametrize("state", ["inactive", "absent"])
def test_whoever_is_to_go_is_never_found_by_the_address_of_another(state):
    client = ModelClient([zoe()])
    outcome = run(client, username="ada", email="zoe@example.com", state=state)
    assert client.written == []
    assert outcome.returned["user"] is None


def test_two_ways_to_name_a_user_that_is_to_be_deleted_must_agree():
    client = ModelClient([zoe()])
    with pytest.raises(InvalidInput, match="email"):
        run(client, username="zoe", email="ada@example.com", state="absent")
    assert client.written == []


@pytest.mark.parametrize("leaves", [{"state": "inactive"}, {"state": "absent"}, {"roles": ["system_user"]}, {"guest": True}])
def test_the_last_administrator_is_kept(leaves):
    admin = zoe(roles="system_user system_admin")
    client = ModelClient([admin], caller_id="c" * 26)
    with pytest.raises(InvalidInput, match="zoe is the last administrator"):
        run(client, username="zoe", **leaves)
    assert client.written == []
    other = new_account(id="d" * 26, username="ada", email="ada@example.com", roles="system_user system_admin")
    assert run(ModelClient([admin, other], caller_id="c" * 26), username="zoe", **leaves).plan.changed


def test_names_and_addresses_are_compared_in_lower_case():
    client = ModelClient([zoe()])
    assert not run(client, username="Zoe", email=" ZOE@Example.com ").plan.changed


# -- what cannot be read -----------------------------------------------------------------------------------------


def test_hidden_fields_are_left_alone_and_listed():
    client = ModelClient([zoe()])
    outcome = run(client, username="zoe", notify_props={"email": "false"}, email_verified=True)
    assert client.written == []
    assert outcome.plan.unknown == ["notify_props", "email_verified"]


def test_hidden_fields_are_sent_on_request_and_merged():
    client = ModelClient([zoe()])
    outcome = run(
        client, username="zoe", notify_props={"email": "false"}, email_verified=True, nickname="Z", update_unknown=True
    )
    assert client.written == ["patch_user", "patch_user", "verify_user_email_without_token"]
    assert outcome.plan.unknown == []
    account = client.accounts["b" * 26]
    assert (account["notify_props"]["email"], account["notify_props"]["push"]) == ("false", "mention")
    assert account["nickname"] == "Z"
    assert account["email_verified"]


def test_a_new_address_is_verified_again():
    client = ModelClient([zoe(email_verified=True)])
    run(client, username="zoe", email="zoe@new.example.com", email_verified=True)
    assert client.written == ["patch_user", "verify_user_email_without_token"]


# -- passwords ---------------------------------------------------------------------------------------------------


def test_a_password_is_left_alone_after_the_creation():
    client = ModelClient([zoe()])
    assert not run(client, username="zoe", password="another one").plan.changed


@pytest.mark.parametrize(("password", "written"), [("first password", []), ("another one", ["update_user_password"])])
@pytest.mark.parametrize("check_mode", [True, False])
def test_a_login_tells_whether_a_password_differs(password, written, check_mode):
    client = ModelClient([zoe()])
    outcome = run(client, username="zoe", password=password, update_password="when_different", check_mode=check_mode)
    assert outcome.operations == written
    assert client.written == ([] if check_mode else written)
    assert client.sent.count("login") == 1
    assert client.sent.count("logout") == (0 if written else 1)


def test_a_password_that_cannot_be_proved_is_unknown():
    client = ModelClient([zoe(delete_at=5)])
    outcome = run(client, username="zoe", password="another one", update_password="when_different")
    assert outcome.plan.unknown == ["password"]
    assert "update_user_password" not in client.written


def test_an_account_of_a_login_service_is_not_turned_into_an_email_account():
    client = ModelClient([zoe(auth_service="ldap")])
    with pytest.raises(InvalidInput, match="convert_to_email_auth"):
        run(client, username="zoe", password="another one", update_password="always")
    assert client.written == []
    outcome = run(client, username="zoe", password="another one", update_password="always", convert_to_email_auth=True)
    assert outcome.returned["user"]["auth_service"] == ""


def test_the_own_password_needs_the_current_one():
    client = ModelClient([zoe()], caller_id="b" * 26)
    with pytest.raises(InvalidInput, match="current_password"):
        run(client, username="zoe", password="another one", update_password="always")
    run(client, username="zoe", password="another one", update_password="always", current_password="first password")
    assert client.accounts["b" * 26]["password"] == "another one"


def test_no_password_shows_in_a_plan():
    client = ModelClient([zoe()])
    for options in ({"username": "zoe", "update_password": "always"}, {"username": "ada", "email": "ada@example.com"}):
        outcome = run(client, password="the secret one", **options)
        assert "the secret one" not in repr((outcome, outcome.plan.diff, outcome.plan.steps))


# -- order, terms of service, bots -------------------------------------------------------------------------------


def test_a_leaver_is_locked_out_before_anything_else():
    client = ModelClient([zoe()])
    run(client, username="zoe", state="inactive", nickname="gone", roles=["system_user", "system_post_all"])
    assert client.written[0] == "update_user_active"


def test_a_returner_gets_in_after_everything_else():
    client = ModelClient([zoe(delete_at=5)])
    run(client, username="zoe", nickname="back", roles=["system_user", "system_post_all"])
    assert client.written[-1] == "update_user_active"


def test_terms_of_service_are_accepted_only_by_the_user():
    terms = {"id": "t" * 26, "accepted": True}
    with pytest.raises(InvalidInput, match="terms_of_service"):
        run(ModelClient([zoe()]), username="zoe", terms_of_service=terms)
    client = ModelClient([zoe()], caller_id="b" * 26)
    assert run(client, username="zoe", terms_of_service=terms).returned["user"]["terms_of_service_id"] == "t" * 26
    assert not run(client, username="zoe", terms_of_service=terms).plan.changed
    declined = run(client, username="zoe", terms_of_service={**terms, "accepted": False})
    assert "terms_of_service_id" not in declined.returned["user"]


def test_a_bot_becomes_a_user_with_a_password():
    client = ModelClient([zoe(is_bot=True)])
    with pytest.raises(InvalidInput, match="password"):
        run(client, username="zoe", bot=False)
    outcome = run(client, username="zoe", bot=False, password="a new human", nickname="Z")
    assert client.written == ["convert_bot_to_user"]
    assert outcome.returned["user"]["nickname"] == "Z"


def test_another_login_service_is_reported_not_changed():
    client = ModelClient([zoe(auth_service="ldap")])
    outcome = run(client, username="zoe", auth_service="saml", auth_data="zoe")
    assert not outcome.plan.changed
    assert "auth_service" in outcome.plan.warnings[0]


# -- the local socket --------------------------------------------------------------------------------------------


class LocalTransport:
    local = True


def local_client(*accounts):
    client = ModelClient(accounts)
    client.transport = LocalTransport()
    return client


def test_the_local_socket_refuses_to_reset_what_it_does_not_show():
    client = local_client(zoe(nickname="Z"))
    with pytest.raises(InvalidInput, match="notification settings"):
        run(client, username="zoe", position="Engineer")
    with pytest.raises(InvalidInput, match="notification settings"):
        run(client, username="zoe", position="Engineer", notify_props={"email": "false"})
    assert client.written == []


def test_a_full_update_over_the_local_socket_loses_nothing():
    berlin = {"automaticTimezone": "", "manualTimezone": "Europe/Berlin", "useAutomaticTimezone": "false"}
    client = local_client(zoe(nickname="Z", props={"a": "b"}, timezone=berlin))
    before = copy.deepcopy(client.accounts["b" * 26])
    wanted = {"username": "zoe", "position": "Engineer", "notify_props": {"email": "false"}, "exact": ["notify_props"]}
    predicted = run(client, **copy.deepcopy(wanted), check_mode=True)
    real = run(client, **copy.deepcopy(wanted))
    assert client.written == predicted.operations == ["update_user"]
    assert real.returned == predicted.returned
    assert client.accounts["b" * 26] == {**before, "position": "Engineer", "notify_props": {"email": "false"}}
    assert real.plan.unknown == predicted.plan.unknown == []


def test_what_needs_no_patch_works_over_the_local_socket():
    client = local_client(zoe())
    run(client, username="zoe", state="inactive", roles=["system_user", "system_post_all"])
    assert client.written == ["update_user_active", "update_user_roles"]


# -- lost answers ------------------------------------------------------------------------------------------------


class ForgetfulClient(ModelClient):
    """Loses the answer to one operation, before or after it took effect."""

    def __init__(self, accounts, operation, took_effect):
        super().__init__(accounts)
        self.loses, self.took_effect = operation, took_effect

    def call(self, name, arguments, token=Ellipsis):
        if name != self.loses:
            return super().call(name, arguments, token)
        self.loses = None
        if self.took_effect:
            super().call(name, arguments, token)
        raise AnswerLost("the connection broke", "", name)


@pytest.mark.parametrize("took_effect", [True, False])
@pytest.mark.parametrize("lost", ["create_user", "update_user_roles", "convert_user_to_bot", "assign_bot"])
def test_after_a_lost_answer_the_server_is_looked_at_again(lost, took_effect):
    client = ForgetfulClient([], lost, took_effect)
    outcome = run(
        client,
        username="zoe",
        email="zoe@example.com",
        password="first password",
        bot=True,
        roles=["system_user", "system_post_all"],
    )
    assert outcome.operations == ["create_user", "update_user_roles", "convert_user_to_bot", "assign_bot"]
    assert client.written == outcome.operations
    assert len(client.accounts) == 1


def test_a_failure_tells_what_was_done():
    class Broken(ModelClient):
        def _update_user_roles(self, user_id, roles):
            raise InvalidInput("no such role")

    client = Broken()
    with pytest.raises(InvalidInput) as failure:
        run(client, username="zoe", email="zoe@example.com", password="first password", roles=["system_user", "nonsense"])
    assert failure.value.done == ["create_user"]


# -- bad input ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"username": ""}, "username"),
        ({"username": "with space"}, "username"),
        ({"username": "all"}, "username"),
        ({"username": "ä"}, "username"),
        ({"username": "x" * 65}, "username"),
        ({"user_id": "short"}, "user_id"),
        ({"user_id": "B" * 26}, "user_id"),
        ({"username": "zoe", "email": "nonsense"}, "email"),
        ({"username": "zoe", "email": "x" * 120 + "@example.com"}, "email"),
        ({"username": "zoe", "first_name": "x" * 65}, "first_name"),
        ({"username": "zoe", "position": "x" * 129}, "position"),
        ({"username": "zoe", "locale": "german"}, "locale"),
        ({"username": "zoe", "roles": []}, "roles"),
        ({"username": "zoe", "roles": ["system_admin"]}, "system_user"),
        ({"username": "zoe", "roles": ["System Admin"]}, "roles"),
        ({"username": "zoe", "roles": ["system_user"], "guest": True}, "guest"),
        ({"username": "zoe", "roles": ["system_guest"], "guest": False}, "guest"),
        ({"username": "zoe", "timezone": {"zone": "Europe/Berlin"}}, "timezone"),
        ({"username": "zoe", "timezone": 1}, "timezone"),
        ({"username": "zoe", "props": {"a": {"b": "c"}}}, "props"),
        ({"username": "zoe", "password": ""}, "password"),
        ({"username": "zoe", "auth_data": "x"}, "auth_service"),
        ({"username": "zoe", "image": ""}, "image"),
        ({"username": "zoe", "image": "/nowhere/zoe.png"}, "image"),
    ],
)
def test_bad_input_is_named_and_nothing_is_written(options, named):
    client = ModelClient([zoe()])
    with pytest.raises(InvalidInput, match=named):
        run(client, **options)
    assert client.written == []


@pytest.mark.parametrize(
    ("service", "setting", "says"),
    [
        ("saml", False, "saml is switched off on this server (SamlSettings.Enable)"),
        ("saml", None, "does not tell whether saml is switched on"),
        ("kerberos", None, "kerberos is not a login service that Mattermost is known to have"),
        ("saml", True, ""),
    ],
)
def test_a_new_account_that_cannot_log_in_is_warned_of(service, setting, says):
    client = ModelClient([], caller_id="a" * 26)
    client.server = Server((11, 2, 1), True)
    client.setting = lambda name: setting
    outcome = run(client, username="zoe", email="zoe@example.com", auth_service=service, auth_data="zoe")
    assert outcome.operations == ["create_user"]
    assert len(outcome.plan.warnings) == bool(says)
    assert says in "".join(outcome.plan.warnings)
    assert run(client, username="zoe", auth_service=service).plan.warnings == []


def test_a_new_user_who_cannot_become_a_guest_is_left_deactivated():
    class NoGuests(ModelClient):
        def _demote_user_to_guest(self, user_id):
            raise rejection("demote_user_to_guest", 501, "api.team.demote_user_to_guest.disabled.error")

    client = NoGuests()
    with pytest.raises(RequestRejected, match="left deactivated") as caught:
        run(client, username="ext", email="ext@example.com", password="long enough", guest=True)
    assert caught.value.done == ["create_user", "update_user_active"]
    assert [bool(account["delete_at"]) for account in client.accounts.values()] == [True]
