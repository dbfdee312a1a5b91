# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan for one user on servers that differ: what is compared, what is refused, and what is predicted."""

from __future__ import annotations

import pytest

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput
from ansible_collections.mmops.mattermost.plugins.module_utils._api.server import Server
from ansible_collections.mmops.mattermost.plugins.module_utils._services.user_fields import (
    DEFAULT_TIMEZONE,
    check_declaration,
    default_map,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._services.user_plan import plan_user
from ansible_collections.mmops.mattermost.plugins.module_utils._services.user_seen import Seen
from ansible_collections.mmops.mattermost.plugins.modules.mm_user import SUBJECT
from ansible_collections.mmops.mattermost.tests.unit.plugins.module_utils.declarations import declared

OLD, LTS, NEW = (Server(number, licensed=False) for number in ((7, 6, 0), (10, 11, 0), (11, 2, 0)))
SERVERS = pytest.mark.parametrize("server", [OLD, LTS, NEW], ids=str)
NEWER = pytest.mark.parametrize("server", [LTS, NEW], ids=str)
ADMIN = {"id": "z" * 26, "roles": "system_admin system_user"}


def zoe(**fields) -> dict:
    return {
        "id": "b" * 26,
        "create_at": 1,
        "update_at": 1,
        "delete_at": 0,
        "username": "zoe",
        "email": "zoe@example.com",
        "nickname": "",
        "first_name": "",
        "last_name": "",
        "position": "",
        "roles": "system_user",
        "auth_service": "",
        "locale": "en",
        "timezone": dict(DEFAULT_TIMEZONE),
        **fields,
    }


def plan(server, user=None, caller=..., seen=(), **options):
    declaration = declared(SUBJECT.options, **{"username": "zoe", **options})
    check_declaration(declaration)
    return plan_user(declaration, Seen(user, server, ADMIN if caller is ... else caller, **dict(seen)))


# -- what is compared ----------------------------------------------------------------------------------------------------


@SERVERS
def test_the_verification_of_others_is_unknown_whatever_else_is_shown(server):
    shown = zoe(notify_props=default_map("notify_props", server), failed_attempts=1)
    planned = plan(server, shown, email_verified=True)
    assert (planned.operations, planned.unknown) == ([], ["email_verified"])


@SERVERS
def test_ones_own_verification_is_known(server):
    myself = zoe(roles="system_admin system_user")
    assert plan(server, myself, caller=myself, email_verified=True).operations == ["verify_user_email_without_token"]
    assert plan(server, {**myself, "email_verified": True}, caller=myself, email_verified=True).operations == []


@NEWER
def test_notification_settings_are_compared_where_they_are_shown(server):
    current = default_map("notify_props", server)
    assert plan(server, zoe(notify_props=current), notify_props={"email": "true"}).unknown == []
    assert plan(server, zoe(notify_props=current), notify_props={"email": "false"}).operations == ["patch_user"]


def test_notification_settings_are_unknown_where_they_are_not_shown():
    planned = plan(OLD, zoe(), notify_props={"email": "false"})
    assert (planned.operations, planned.unknown) == ([], ["notify_props"])


@NEWER
def test_the_local_socket_keeps_notification_settings_that_it_shows(server):
    current = default_map("notify_props", server)
    planned = plan(server, zoe(notify_props=current), caller=None, seen={"local": True}, nickname="Z")
    assert planned.operations == ["update_user"]
    assert planned.steps[0].arguments["notify_props"] == current


def test_new_settings_are_merged_into_the_defaults_of_the_release():
    options = {"email": "zoe@example.com", "password": "long enough", "notify_props": {"email": "false"}}
    away, online = (plan(server, **options).steps[0].arguments["notify_props"]["push_status"] for server in (OLD, NEW))
    assert (away, online) == ("away", "online")


@SERVERS
@pytest.mark.parametrize(
    "options",
    [
        {"first_name": "\u202aDana\u202c"},
        {"notify_props": {"mention_keys": ",Zo,,ZOE"}},
        {"props": {"customStatus": '{"text": "busy", "emoji": "calendar"}'}},
        {"email": " ZOE@example.com "},
    ],
)
def test_what_the_server_rewrites_is_not_changed_again(server, options):
    status = '{"emoji":"calendar","text":"busy","duration":"","expires_at":"0001-01-01T00:00:00Z"}'
    stored = zoe(
        first_name="Dana",
        notify_props={**default_map("notify_props", server), "mention_keys": "zo,zoe"},
        props={"customStatus": status},
    )
    assert plan(server, stored, **options).operations == []


# -- what is refused -----------------------------------------------------------------------------------------------------


@SERVERS
def test_the_length_of_a_password_is_counted_in_bytes(server):
    longest = 64 if server is OLD else 72
    options = {"email": "zoe@example.com", "password": "\u00e4" * (longest // 2)}
    assert plan(server, **options).operations == ["create_user"]
    with pytest.raises(InvalidInput, match=rf"password has {longest + 1} bytes in UTF-8.*at most {longest}"):
        plan(server, **{**options, "password": options["password"] + "a"})


@SERVERS
def test_a_user_of_another_server_is_left_alone(server):
    remote = zoe(remote_id="r" * 26)
    assert plan(server, remote, nickname="").operations == []
    with pytest.raises(InvalidInput, match="belongs to another server"):
        plan(server, remote, nickname="Z")


@SERVERS
def test_a_user_with_ldap_login_is_deactivated_by_deletion(server):
    planned = plan(server, zoe(auth_service="ldap"), state="inactive")
    assert planned.operations == ["delete_user"]
    assert "permanent" not in planned.steps[0].arguments


@NEWER
def test_a_user_with_ldap_login_is_not_activated(server):
    with pytest.raises(InvalidInput, match="LDAP, which alone activates"):
        plan(server, zoe(auth_service="ldap", delete_at=5))


@SERVERS
@pytest.mark.parametrize("user", [None, zoe()], ids=["new", "there"])
def test_guests_are_refused_where_there_can_be_none(server, user):
    with pytest.raises(InvalidInput, match="guest: they need a licence"):
        plan(
            server, user, seen={"no_guests": "they need a licence"}, guest=True, email="zoe@example.com", password="long enough"
        )


@SERVERS
@pytest.mark.parametrize("consent", [{}, {"rename": True}, {"user_id": "b" * 26}], ids=["none", "rename", "user_id"])
@pytest.mark.parametrize(
    ("user", "options"),
    [
        (zoe(username="leaver", delete_at=5), {"email": "zoe@example.com"}),
        (zoe(username="colleague"), {"email": "zoe@example.com"}),
        (zoe(email="leaver@example.com", delete_at=5), {"email": "zoe@example.com"}),
    ],
    ids=["leaver by address", "colleague by address", "leaver by name"],
)
def test_nobody_gets_the_account_of_somebody_else(server, consent, user, options):
    if consent:
        assert "patch_user" in plan(server, user, **options, **consent).operations
        return
    with pytest.raises(InvalidInput, match="rename: true"):
        plan(server, user, **options)


@SERVERS
def test_somebody_who_is_named_as_the_account_is_comes_back(server):
    assert plan(server, zoe(delete_at=5), email="zoe@example.com").operations == ["update_user_active"]


@SERVERS
def test_an_address_that_waits_for_its_confirmation_is_neither_sent_nor_verified(server):
    planned = plan(server, zoe(), seen={"confirms_addresses": True}, email="new@example.com", email_verified=True)
    assert planned.operations == []
    assert planned.unknown == ["email", "email_verified"]
    asked = plan(
        server, zoe(), seen={"confirms_addresses": True}, email="new@example.com", email_verified=True, update_unknown=True
    )
    assert asked.operations == ["patch_user"]


# -- unlocking -----------------------------------------------------------------------------------------------------------


@NEWER
def test_an_account_is_unlocked_once(server):
    planned = plan(server, zoe(failed_attempts=3), unlock=True)
    assert planned.operations == ["reset_password_failed_attempts"]
    assert "failed_attempts" not in planned.predicted
    assert plan(server, zoe(), unlock=True).operations == []


@pytest.mark.parametrize(
    ("server", "user", "caller", "words"),
    [
        (OLD, zoe(), ADMIN, "new password"),
        (NEW, zoe(auth_service="saml", failed_attempts=3), ADMIN, "logs in with saml"),
        (NEW, zoe(failed_attempts=3), zoe(roles="system_admin system_user"), "their own account"),
    ],
    ids=["old server", "other service", "own account"],
)
def test_accounts_that_cannot_be_unlocked_are_refused(server, user, caller, words):
    with pytest.raises(InvalidInput, match=words):
        plan(server, user, caller=caller, unlock=True)


# -- bots ----------------------------------------------------------------------------------------------------------------


SELFIE = {"user_id": "b" * 26, "owner_id": "b" * 26, "username": "zoe", "delete_at": 0}


@SERVERS
@pytest.mark.parametrize("state", ["inactive", "absent"])
def test_a_bot_that_owns_itself_gets_an_owner_before_it_is_switched_off(server, state):
    planned = plan(server, zoe(is_bot=True), seen={"bot": SELFIE, "bot_owner_id": ADMIN["id"]}, state=state)
    assert planned.operations[0] == "assign_bot"
    assert planned.after["bot_owner"] == ADMIN["id"]
    with pytest.raises(InvalidInput, match="bot_owner"):
        plan(server, zoe(is_bot=True), seen={"bot": SELFIE}, state=state)


@SERVERS
def test_a_bot_that_was_switched_off_while_it_owned_itself_gets_an_owner(server):
    """The server may still be busy with the request that switched it off, which this ends."""
    bot = zoe(is_bot=True, delete_at=5)
    planned = plan(server, bot, seen={"bot": SELFIE, "bot_owner_id": ADMIN["id"]}, state="inactive")
    assert planned.operations == ["assign_bot"]


# -- what is predicted ---------------------------------------------------------------------------------------------------


@SERVERS
def test_a_new_user_is_predicted_as_an_administrator_of_the_server_reads_it(server):
    predicted = plan(server, email="zoe@example.com", password="long enough").predicted
    assert ("notify_props" in predicted) == (server is not OLD)
    assert ("auth_data" in predicted) == (server is OLD)
    assert ("remote_id" in predicted) == (server is not OLD)


@NEWER
def test_a_new_name_draws_a_new_picture_and_ends_mentions_by_the_old_one(server):
    settings = {**default_map("notify_props", server), "mention_keys": "zoe,zo"}
    predicted = plan(server, zoe(notify_props=settings), user_id="b" * 26, username="zora").predicted
    assert predicted["last_picture_update"] is None
    assert predicted["notify_props"]["mention_keys"] == "zo"


@SERVERS
@pytest.mark.parametrize(("moment", "changed"), [(-5, False), (None, False), (5, True)])
def test_a_picture_that_the_server_has_drawn_is_not_a_picture_of_ones_own(server, moment, changed):
    from ansible_collections.mmops.mattermost.plugins.module_utils._services.account import has_picture  # noqa: PLC0415

    assert has_picture(zoe() if moment is None else zoe(last_picture_update=moment)) is changed
