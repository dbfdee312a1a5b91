# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What mm_user plans, on the fake server: any declaration is reached in one run, and predicted exactly."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput, RequestRejected
from ansible_collections.mmops.mattermost.plugins.module_utils._plan import converge
from ansible_collections.mmops.mattermost.plugins.module_utils._services.user import UserService
from ansible_collections.mmops.mattermost.plugins.module_utils._services.user_fields import merge
from ansible_collections.mmops.mattermost.plugins.module_utils._services.user_plan import plainly_as_declared, plan_user
from ansible_collections.mmops.mattermost.plugins.module_utils._services.user_seen import Seen
from ansible_collections.mmops.mattermost.plugins.modules.mm_user import SUBJECT
from ansible_collections.mmops.mattermost.tests.fake_mattermost.terms import Terms
from ansible_collections.mmops.mattermost.tests.unit.plugins.module_utils.declarations import declared
from ansible_collections.mmops.mattermost.tests.unit.plugins.module_utils.fake_server import FakeClient, account

ZOE = "b" * 26
#: What only the server can choose.
SERVERS_CHOICE = ("id", "create_at", "update_at", "delete_at", "last_password_update", "terms_of_service_create_at")


def run(client, check_mode=False, **options):
    return converge(UserService(), client, declared(SUBJECT.options, **options), check_mode)


def comparable(user):
    """A user without what only the server can choose; of ``delete_at`` it is known whether it is 0."""
    return user and {
        **{key: value for key, value in user.items() if key not in SERVERS_CHOICE},
        "roles": set(user["roles"].split()),
        "active": user["delete_at"] == 0,
    }


def zoe(**fields):
    return account("zoe", password="first password", **fields)


def ada(**fields):
    return account("ada", id="c" * 26, **fields)


# -- properties --------------------------------------------------------------------------------------------------

TEXT = st.text("aä漢'", max_size=5)
KEYS, VALUES = st.sampled_from(["one", "two", "three"]), st.sampled_from(["", "x", "y"])
MAP = st.dictionaries(KEYS, st.one_of(st.none(), VALUES), max_size=3)
FULL_MAP = st.dictionaries(KEYS, VALUES, max_size=3)
ROLES = st.lists(st.sampled_from(["system_user", "system_user_access_token", "system_post_all"]), min_size=1, unique=True)


def let_everybody_administer(client):
    """So that a caller may do all to its account, whatever its roles become."""
    for name in ("system_user", "system_guest", "system_user_access_token", "system_post_all"):
        client.state.roles.change(client.state.roles.named(name), client.state.roles.named("system_admin").permissions)


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
        st.builds(lambda guest: {**fields, "guest": guest and not fields["bot"]}, st.booleans()),
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
def test_any_declaration_is_reached_predicted_and_then_stays(there, declaration, own_account):
    declaration = {**declaration, "username": "zoe", "email": "zoe@example.com", "password": "first password"}
    assume(not (own_account and declaration["bot"]))  # a bot must not own itself
    if own_account and there:
        # Whoever is deactivated cannot ask for anything.
        there, declaration["state"] = {**there, "delete_at": 0}, "present"
    client = FakeClient([there] if there else [])
    if own_account and there:
        client = client.beside(caller_id=ZOE)
        let_everybody_administer(client)

    untouched = client.snapshot()
    predicted = run(client, check_mode=True, **declaration)
    assert client.written == []
    assert client.snapshot() == untouched

    real = run(client, **declaration)
    assert client.written == real.operations == predicted.operations
    assert real.plan.changed is predicted.plan.changed is bool(client.written)
    assert real.plan.diff == predicted.plan.diff
    assert real.plan.unknown == predicted.plan.unknown
    assert comparable(real.returned["user"]) == comparable(predicted.returned["user"])
    assert (real.returned["user"] is None) == (predicted.returned["user"] is None)
    if real.returned["user"]:
        assert set(real.returned["user"]) == set(predicted.returned["user"])
    expected = declaration["email_verified"] is False or (there is None and declaration["state"] != "present")
    assert expected or not real.plan.warnings
    if there is None and declaration["state"] != "present":
        assert real.plan.warnings[0].startswith("username: there is no account zoe")

    client.sent.clear()
    again = run(client, **declaration)
    assert client.written == again.operations == []
    assert again.plan.diff == {"before": {}, "after": {}}
    assert again.returned["user"] == real.returned["user"]


PLAIN = ("first_name", "nickname", "position", "locale", "email", "roles")


@given(ACCOUNTS.filter(bool), DECLARATIONS, st.dictionaries(st.sampled_from(PLAIN), st.booleans()), st.booleans())
def test_the_short_cut_of_rosters_leaves_out_no_plan(there, declaration, plain, only_plain):
    values = {**there, "roles": there["roles"].split()}
    others = {"first_name": "X", "nickname": "X", "position": "X", "locale": "pl", "email": "x@example.com", "roles": ["x"]}
    named = {name: values[name] if same else others[name] for name, same in plain.items()}
    options = declared(SUBJECT.options, **{**({} if only_plain else declaration), **named, "username": "zoe"})
    user = FakeClient([there]).shown(ZOE)
    if plainly_as_declared(options, user):
        plan = plan_user(options, Seen(user))
        assert (plan.steps, plan.warnings, plan.unknown) == ([], [], [])
    elif only_plain and not there["delete_at"]:
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


def test_a_caller_that_deactivates_itself_is_told_that_the_result_is_a_prediction():
    client = FakeClient([zoe(roles="system_user system_admin")]).beside(caller_id=ZOE)
    outcome = run(client, username="zoe", state="inactive")
    assert outcome.operations == client.written == ["update_user_active"]
    assert "the result is a prediction" in outcome.plan.warnings[0]
    assert client.user(ZOE).delete_at


# -- creation ----------------------------------------------------------------------------------------------------


def test_roles_follow_the_creation():
    client = FakeClient()
    run(client, username="zoe", email="zoe@example.com", password="first password", roles=["system_admin", "system_user"])
    assert client.written == ["create_user", "update_user_roles"]


def test_a_new_bot_needs_no_password_and_no_address():
    client = FakeClient()
    run(client, username="deploy-bot", bot=True)
    bot = client.named("deploy-bot")
    assert bot.is_bot
    assert bot.email == "deploy-bot@localhost"
    [body] = client.bodies("create_user")
    password = body["password"]
    assert len(password) >= 20
    assert client.has_password(bot.id, password)


def test_a_new_users_notification_settings_start_from_the_defaults():
    client = FakeClient()
    run(client, username="zoe", email="zoe@example.com", password="first password", notify_props={"email": False})
    settings_of_zoe = client.named("zoe").notify_props
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
def test_options_that_a_creation_lacks_are_named(options, named):
    client = FakeClient()
    with pytest.raises(InvalidInput, match=named):
        run(client, **options)
    assert client.written == []


# -- who is meant ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", [{"user_id": ZOE}, {"email": "zoe@example.com", "rename": True}])
def test_an_account_is_renamed_by_its_id_or_with_consent(who):
    client = FakeClient([zoe()])
    outcome = run(client, **who, username="zoe.angstrom")
    assert client.written == ["patch_user"]
    assert outcome.returned["user"]["username"] == "zoe.angstrom"


def test_a_name_that_another_account_has_is_refused():
    client = FakeClient([zoe(), ada()])
    with pytest.raises(InvalidInput, match="username: ada belongs to another account"):
        run(client, user_id=ZOE, username="ada", check_mode=True)


def test_an_address_that_another_account_has_is_refused():
    client = FakeClient([zoe(), ada()])
    with pytest.raises(InvalidInput, match=r"email: ada@example\.com belongs to another account"):
        run(client, username="zoe", email="ada@example.com")
    assert client.written == []


@pytest.mark.parametrize("state", ["inactive", "absent"])
def test_whoever_is_to_go_is_never_found_by_the_address_of_another(state):
    client = FakeClient([zoe()])
    outcome = run(client, username="ada", email="zoe@example.com", state=state)
    assert client.written == []
    assert outcome.returned["user"] is None


def test_two_ways_to_name_a_user_that_is_to_be_deleted_must_agree():
    client = FakeClient([zoe()])
    with pytest.raises(InvalidInput, match="email"):
        run(client, username="zoe", email="ada@example.com", state="absent")
    assert client.written == []


@pytest.mark.parametrize("leaves", [{"state": "inactive"}, {"state": "absent"}, {"roles": ["system_user"]}, {"guest": True}])
def test_the_last_administrator_is_kept(leaves):
    admins = "system_user system_admin"
    robot = account("robot", id="d" * 26, roles=admins, is_bot=True)  # which does not count
    client = FakeClient([zoe(roles=admins), robot], caller_id=robot["id"])
    with pytest.raises(InvalidInput, match="zoe is the last administrator"):
        run(client, username="zoe", **leaves)
    assert client.written == []
    assert run(FakeClient([zoe(roles=admins), ada(roles=admins)]), username="zoe", **leaves).plan.changed


def test_names_and_addresses_are_compared_in_lower_case():
    client = FakeClient([zoe()])
    assert not run(client, username="Zoe", email=" ZOE@Example.com ").plan.changed


# -- what cannot be read -----------------------------------------------------------------------------------------


def test_hidden_fields_are_left_alone_and_listed():
    client = FakeClient([zoe()])
    outcome = run(client, username="zoe", notify_props={"email": "false"}, email_verified=True)
    assert client.written == []
    assert outcome.plan.unknown == ["notify_props", "email_verified"]


def test_hidden_fields_are_sent_on_request_and_merged():
    client = FakeClient([zoe()])
    outcome = run(
        client, username="zoe", notify_props={"email": "false"}, email_verified=True, nickname="Z", update_unknown=True
    )
    assert client.written == ["patch_user", "patch_user", "verify_user_email_without_token"]
    assert outcome.plan.unknown == []
    row = client.user(ZOE)
    assert (row.notify_props["email"], row.notify_props["push"]) == ("false", "mention")
    assert row.nickname == "Z"
    assert row.email_verified


def test_a_new_address_is_verified_again():
    client = FakeClient([zoe(email_verified=True)])
    run(client, username="zoe", email="zoe@new.example.com", email_verified=True)
    assert client.written == ["patch_user", "verify_user_email_without_token"]


# -- passwords ---------------------------------------------------------------------------------------------------


def test_a_password_is_left_alone_after_the_creation():
    client = FakeClient([zoe()])
    assert not run(client, username="zoe", password="another one").plan.changed


@pytest.mark.parametrize(("password", "written"), [("first password", []), ("another one", ["update_user_password"])])
@pytest.mark.parametrize("check_mode", [True, False])
def test_a_login_tells_whether_a_password_differs(password, written, check_mode):
    client = FakeClient([zoe()])
    outcome = run(client, username="zoe", password=password, update_password="when_different", check_mode=check_mode)
    assert outcome.operations == written
    assert client.written == ([] if check_mode else written)
    assert client.sent.count("login") == 1
    assert client.sent.count("logout") == (0 if written else 1)


def test_a_password_that_cannot_be_proved_is_unknown():
    client = FakeClient([zoe(delete_at=5)])
    outcome = run(client, username="zoe", password="another one", update_password="when_different")
    assert outcome.plan.unknown == ["password"]
    assert "update_user_password" not in client.written


def test_an_account_of_a_login_service_is_not_turned_into_an_email_account():
    client = FakeClient([zoe(auth_service="ldap")])
    with pytest.raises(InvalidInput, match="convert_to_email_auth"):
        run(client, username="zoe", password="another one", update_password="always")
    assert client.written == []
    outcome = run(client, username="zoe", password="another one", update_password="always", convert_to_email_auth=True)
    assert outcome.returned["user"]["auth_service"] == ""


def test_the_own_password_needs_the_current_one():
    client = FakeClient([zoe()], caller_id=ZOE)
    with pytest.raises(InvalidInput, match="current_password"):
        run(client, username="zoe", password="another one", update_password="always")
    run(client, username="zoe", password="another one", update_password="always", current_password="first password")
    assert client.has_password(ZOE, "another one")


def test_no_password_shows_in_a_plan():
    client = FakeClient([zoe()])
    for options in ({"username": "zoe", "update_password": "always"}, {"username": "ada", "email": "ada@example.com"}):
        outcome = run(client, password="the secret one", **options)
        assert "the secret one" not in repr((outcome, outcome.plan.diff, outcome.plan.steps))


# -- order, terms of service, bots -------------------------------------------------------------------------------


def test_a_leaver_is_locked_out_before_anything_else():
    client = FakeClient([zoe()])
    run(client, username="zoe", state="inactive", nickname="gone", roles=["system_user", "system_post_all"])
    assert client.written[0] == "update_user_active"


def test_a_returner_gets_in_after_everything_else():
    client = FakeClient([zoe(delete_at=5)])
    run(client, username="zoe", nickname="back", roles=["system_user", "system_post_all"])
    assert client.written[-1] == "update_user_active"


def test_terms_of_service_are_accepted_only_by_the_user():
    client = FakeClient([zoe()])
    terms = {"id": client.state.terms.add(Terms(client.caller_id, "Be kind.", "t" * 26)).id, "accepted": True}
    with pytest.raises(InvalidInput, match="terms_of_service"):
        run(client, username="zoe", terms_of_service=terms)
    client = client.beside(caller_id=ZOE)
    assert run(client, username="zoe", terms_of_service=terms).returned["user"]["terms_of_service_id"] == "t" * 26
    assert not run(client, username="zoe", terms_of_service=terms).plan.changed
    declined = run(client, username="zoe", terms_of_service={**terms, "accepted": False})
    assert "terms_of_service_id" not in declined.returned["user"]


def test_a_bot_becomes_a_user_with_a_password():
    client = FakeClient([zoe(is_bot=True)])
    with pytest.raises(InvalidInput, match="password"):
        run(client, username="zoe", bot=False)
    outcome = run(client, username="zoe", bot=False, password="a new human", nickname="Z")
    assert client.written == ["convert_bot_to_user"]
    assert outcome.returned["user"]["nickname"] == "Z"


def test_another_login_service_is_reported_not_changed():
    client = FakeClient([zoe(auth_service="ldap")])
    outcome = run(client, username="zoe", auth_service="saml", auth_data="zoe")
    assert not outcome.plan.changed
    assert "auth_service" in outcome.plan.warnings[0]


# -- the local socket --------------------------------------------------------------------------------------------


def test_the_local_socket_refuses_to_reset_what_it_does_not_show():
    client = FakeClient([zoe(nickname="Z")], local=True)
    with pytest.raises(InvalidInput, match="notification settings"):
        run(client, username="zoe", position="Engineer")
    with pytest.raises(InvalidInput, match="notification settings"):
        run(client, username="zoe", position="Engineer", notify_props={"email": "false"})
    assert client.written == []


def test_a_full_update_over_the_local_socket_loses_nothing():
    berlin = {"automaticTimezone": "", "manualTimezone": "Europe/Berlin", "useAutomaticTimezone": "false"}
    client = FakeClient([zoe(nickname="Z", props={"a": "b"}, timezone=berlin)], local=True)
    before = client.snapshot()["users"][ZOE]
    wanted = {"username": "zoe", "position": "Engineer", "notify_props": {"email": "false"}, "exact": ["notify_props"]}
    predicted = run(client, **wanted, check_mode=True)
    real = run(client, **wanted)
    assert client.written == predicted.operations == ["update_user"]
    assert real.returned.keys() == predicted.returned.keys() == {"user"}
    assert comparable(real.returned["user"]) == comparable(predicted.returned["user"])
    changes = {"position": "Engineer", "notify_props": {"email": "false"}, "update_at": client.user(ZOE).update_at}
    assert client.snapshot()["users"][ZOE] == {**before, **changes}
    assert real.plan.unknown == predicted.plan.unknown == []


def test_changes_without_a_patch_work_over_the_local_socket():
    client = FakeClient([zoe()], local=True)
    run(client, username="zoe", state="inactive", roles=["system_user", "system_post_all"])
    assert client.written == ["update_user_active", "update_user_roles"]


# -- lost answers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("took_effect", [True, False])
@pytest.mark.parametrize("lost", ["create_user", "update_user_roles", "convert_user_to_bot", "assign_bot"])
def test_after_a_lost_answer_the_server_is_looked_at_again(lost, took_effect):
    client = FakeClient()
    client.lose(lost, took_effect)
    outcome = run(
        client,
        username="zoe",
        email="zoe@example.com",
        password="first password",
        bot=True,
        roles=["system_user", "system_post_all"],
    )
    assert outcome.operations == ["create_user", "update_user_roles", "convert_user_to_bot", "assign_bot"]
    twice = [] if took_effect else [lost]
    assert sorted(client.written) == sorted([*outcome.operations, *twice])
    assert [row.username for row in client.users] == ["zoe"]


def test_a_failure_tells_what_was_done():
    client = FakeClient()
    client.refuse("update_user_roles", 400, "app.role.check_roles_exist.role_not_found")
    roles = ["system_user", "system_post_all"]
    with pytest.raises(RequestRejected) as failure:
        run(client, username="zoe", email="zoe@example.com", password="first password", roles=roles)
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
        ({"username": ".."}, "username"),
        ({"username": "zoe", "email": "mailto:zoe@example.com"}, "email"),
        ({"username": "zoe", "email": "zoe@example.com."}, "email"),
        ({"username": "zoe", "bot": True, "guest": True}, "bot and guest"),
        ({"username": "zoe", "roles": ["system_admin"]}, "roles: .*system_user"),
        ({"username": "zoe", "roles": ["System Admin"]}, "roles"),
        ({"username": "zoe", "roles": ["system_user"], "guest": True}, "roles and guest"),
        ({"username": "zoe", "roles": ["system_guest"], "guest": False}, "roles and guest"),
        ({"username": "zoe", "timezone": {"zone": "Europe/Berlin"}}, "timezone"),
        ({"username": "zoe", "timezone": 1}, "timezone"),
        ({"username": "zoe", "props": {"a": {"b": "c"}}}, "props"),
        ({"username": "zoe", "password": ""}, "password"),
        ({"username": "zoe", "auth_data": "x"}, "auth_data .*auth_service"),
        ({"username": "zoe", "image": ""}, "image"),
        ({"username": "zoe", "image": "/nowhere/zoe.png"}, "image"),
    ],
)
def test_bad_input_is_named_and_nothing_is_written(options, named):
    client = FakeClient([zoe()])
    with pytest.raises(InvalidInput, match=rf"^{named}\b"):
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
    client = FakeClient(release="11.2", settings={"SamlSettings": {"Enable": bool(setting)}})
    if setting is None:
        client.refuse("get_client_config", 403, "api.context.permissions.app_error")
    outcome = run(client, username="zoe", email="zoe@example.com", auth_service=service, auth_data="zoe")
    assert outcome.operations == ["create_user"]
    assert len(outcome.plan.warnings) == bool(says)
    assert says in "".join(outcome.plan.warnings)
    assert run(client, username="zoe", auth_service=service).plan.warnings == []


def test_a_new_user_who_cannot_become_a_guest_is_left_deactivated():
    client = FakeClient()
    client.refuse("demote_user_to_guest", 501, "api.team.demote_user_to_guest.disabled.error")
    with pytest.raises(RequestRejected, match="left deactivated") as caught:
        run(client, username="ext", email="ext@example.com", password="long enough", guest=True)
    assert caught.value.done == ["create_user", "update_user_active"]
    assert [bool(row.delete_at) for row in client.users] == [True]
