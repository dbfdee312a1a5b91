# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers of the fake server that no recording shows: circles, delegated administrators, odd requests."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import requests_unixsocket

from ansible_collections.mmops.mattermost.tests.support.fake_process import PASSWORD, Fake, name_of, running

IMPATIENT = 0.4  # seconds that a client waits for an answer that never comes
DELEGATED = ("system_user_manager", "system_manager", "system_read_only_admin")


@pytest.fixture(scope="module")
def fake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fake]:
    """The newest release, without a licence."""
    with running("--control", "--socket", tmp_path_factory.mktemp("socket") / "local.sock") as process:
        process.call("PUT", "/config/patch", {"ServiceSettings": {"EnableAPIUserDeletion": True}})
        yield process


@pytest.fixture(scope="module")
def oldest() -> Iterator[Fake]:
    """The oldest release, with a licence for everything."""
    with running("--release", "7.6", "--licensed") as process:
        process.call("PUT", "/config/patch", {"GuestAccountsSettings": {"Enable": True}})
        yield process


# ---- a bot that owns itself -------------------------------------------------------------
STUCK = {
    "deactivate": ("PUT", "/users/{id}/active", {"active": False}),
    "disable": ("POST", "/bots/{id}/disable", None),
    "delete": ("DELETE", "/users/{id}", None),
    "delete for good": ("DELETE", "/users/{id}?permanent=true", None),
}


class Request(threading.Thread):
    """A request that is under way while the test goes on."""

    def __init__(self, fake: Fake, method: str, path: str, body: object, session: requests.Session | None = None):
        super().__init__(daemon=True)
        self._arguments, self.answer = (fake, method, path, body), None
        self.start()

    def run(self) -> None:
        fake, method, path, body = self._arguments
        headers = {"Authorization": f"Bearer {fake.token}"}
        self.answer = requests.request(method, f"{fake.url}/api/v4{path}", json=body, headers=headers, timeout=30)

    def is_stuck(self) -> bool:
        self.join(IMPATIENT)
        return self.answer is None

    def status(self) -> int:
        self.join(10)
        assert self.answer is not None
        return self.answer.status_code


def converted(fake: Fake, request: pytest.FixtureRequest) -> dict:
    user = fake.new_user(name_of(request))
    assert fake.call("POST", f"/users/{user['id']}/convert_to_bot").status_code == 200
    return user


@pytest.mark.parametrize("how", STUCK)
def test_a_bot_that_owns_itself_is_never_deactivated_to_the_end(fake: Fake, request: pytest.FixtureRequest, how: str) -> None:
    bot, other = converted(fake, request), fake.new_user(name_of(request) + "owner")
    method, path, body = STUCK[how]
    stuck = Request(fake, method, path.format(id=bot["id"]), body)
    assert stuck.is_stuck()
    # The server answers others, the user is deactivated, and activation does not help.
    assert fake.call("GET", f"/users/{bot['id']}").json()["delete_at"] > 0
    assert fake.call("PUT", f"/users/{bot['id']}/active", {"active": True}).status_code == 200
    assert fake.call("GET", f"/users/{bot['id']}").json()["delete_at"] > 0
    assert stuck.is_stuck()
    # A new owner ends it.
    assert fake.call("POST", f"/bots/{bot['id']}/assign/{other['id']}").status_code == 200
    assert stuck.status() == 200
    gone = how == "delete for good"
    assert fake.call("GET", f"/users/{bot['id']}").status_code == (404 if gone else 200)
    if not gone:
        assert fake.call("GET", f"/bots/{bot['id']}?include_deleted=true").json()["delete_at"] > 0
        assert fake.call("PUT", f"/users/{bot['id']}/active", {"active": True}).status_code == 200
        assert fake.call("GET", f"/users/{bot['id']}").json()["delete_at"] == 0


def test_the_setting_ends_all_circles(fake: Fake, request: pytest.FixtureRequest) -> None:
    stuck = Request(fake, "DELETE", f"/users/{converted(fake, request)['id']}", None)
    assert stuck.is_stuck()
    setting = {"ServiceSettings": {"DisableBotsWhenOwnerIsDeactivated": False}}
    assert fake.call("PUT", "/config/patch", setting).status_code == 200
    try:
        assert stuck.status() == 200
        other = fake.new_user(name_of(request) + "other")
        fake.call("POST", f"/users/{other['id']}/convert_to_bot")
        assert fake.call("DELETE", f"/users/{other['id']}").status_code == 200
    finally:
        setting["ServiceSettings"]["DisableBotsWhenOwnerIsDeactivated"] = True
        fake.call("PUT", "/config/patch", setting)


def test_a_bot_with_another_owner_is_deactivated_at_once(fake: Fake, request: pytest.FixtureRequest) -> None:
    bot, other = converted(fake, request), fake.new_user(name_of(request) + "owner")
    fake.call("POST", f"/bots/{bot['id']}/assign/{other['id']}")
    assert fake.call("PUT", f"/users/{bot['id']}/active", {"active": False}).status_code == 200


def test_a_caller_who_goes_away_leaves_the_circle_behind(fake: Fake, request: pytest.FixtureRequest) -> None:
    bot = converted(fake, request)
    fake.control("DELETE", "requests")
    for _attempt in range(2):
        with pytest.raises(requests.ReadTimeout):
            requests.delete(
                f"{fake.url}/api/v4/users/{bot['id']}", headers={"Authorization": f"Bearer {fake.token}"}, timeout=IMPATIENT
            )
    time.sleep(0.1)
    statuses = [entry["status"] for entry in fake.control("GET", "requests").json()["requests"]]
    assert statuses == [None, None]
    fake.call("PUT", f"/users/{bot['id']}/active", {"active": True})
    assert fake.call("GET", f"/users/{bot['id']}").json()["delete_at"] > 0


def test_a_circle_over_the_socket(fake: Fake, request: pytest.FixtureRequest) -> None:
    bot = converted(fake, request)
    base = "http+unix://" + fake.socket.replace("/", "%2F") + "/api/v4"
    with requests_unixsocket.Session() as session, pytest.raises(requests.ReadTimeout):
        session.delete(f"{base}/users/{bot['id']}", timeout=IMPATIENT)
    with requests_unixsocket.Session() as session:
        assert session.get(f"{base}/users/{bot['id']}", timeout=10).json()["delete_at"] > 0


def test_a_circle_does_not_keep_the_server_from_stopping(request: pytest.FixtureRequest) -> None:
    with running() as fake:
        bot = converted(fake, request)
        with socket.create_connection(("127.0.0.1", fake.port)) as waiting:
            head = f"DELETE /api/v4/users/{bot['id']} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {fake.token}\r\n\r\n"
            waiting.sendall(head.encode())
            time.sleep(0.2)
            assert fake.stop() == 0


# ---- delegated administrators ---------------------------------------------------------------
@pytest.fixture(scope="module", params=DELEGATED)
def delegated(request: pytest.FixtureRequest, oldest: Fake) -> tuple[str, str]:
    """Role and token of a delegated administrator."""
    user = oldest.new_user(request.param.replace("_", ""))
    roles = {"roles": f"system_user {request.param}"}
    assert oldest.call("PUT", f"/users/{user['id']}/roles", roles).status_code == 200
    login = oldest.call("POST", "/users/login", {"login_id": user["username"], "password": PASSWORD})
    return request.param, login.headers["Token"]


@pytest.fixture(scope="module")
def victim(oldest: Fake) -> dict:
    return oldest.new_user("victim")


REFUSED = [
    ("PUT", "/users/{id}/patch", {"nickname": "x"}, "api.context.permissions.app_error"),
    ("PUT", "/users/{id}", {"id": "{id}", "username": "victim", "email": "v@example.com"}, "api.context.permissions.app_error"),
    ("DELETE", "/users/{id}", None, "api.context.permissions.app_error"),
    ("PUT", "/users/{id}/roles", {"roles": "system_user"}, "api.context.permissions.app_error"),
    ("PUT", "/users/{id}/active", {"active": False}, "api.user.update_active.permissions.app_error"),
    ("PUT", "/users/{id}/active", {"active": True}, "api.user.update_active.permissions.app_error"),
    ("PUT", "/users/{id}/password", {"new_password": PASSWORD}, "api.user.update_password.context.app_error"),
    ("PUT", "/users/{id}/mfa", {"activate": False}, "api.context.permissions.app_error"),
    ("POST", "/users/{id}/mfa/generate", None, "api.context.permissions.app_error"),
    ("POST", "/users/{id}/email/verify/member", None, "api.context.permissions.app_error"),
    ("PUT", "/users/{id}/auth", {"auth_service": "ldap", "auth_data": "x"}, "api.context.permissions.app_error"),
    ("GET", "/users/{id}/sessions", None, "api.context.permissions.app_error"),
    ("POST", "/users/{id}/sessions/revoke/all", None, "api.context.permissions.app_error"),
    ("POST", "/users/sessions/revoke/all", None, "api.context.permissions.app_error"),
    ("GET", "/users/{id}/audits", None, "api.context.permissions.app_error"),
    ("POST", "/users/{id}/tokens", {"description": "x"}, "api.context.permissions.app_error"),
    ("GET", "/users/{id}/tokens", None, "api.context.permissions.app_error"),
    ("GET", "/users/tokens", None, "api.context.permissions.app_error"),
    ("POST", "/users/{id}/demote", None, "api.context.permissions.app_error"),
    ("POST", "/users/{id}/promote", None, "api.context.permissions.app_error"),
    ("POST", "/users/{id}/convert_to_bot", None, "api.context.permissions.app_error"),
    ("DELETE", "/users/{id}/image", None, "api.context.permissions.app_error"),
]


@pytest.mark.parametrize(("method", "path", "body", "error"), REFUSED)
def test_delegated_administrators_change_no_users(
    oldest: Fake, delegated: tuple[str, str], victim: dict, method: str, path: str, body: dict | None, error: str
) -> None:
    if body and "id" in body:
        body = {**body, "id": victim["id"]}
    answer = oldest.call(method, path.format(id=victim["id"]), body, token=delegated[1])
    assert answer.status_code == 403, answer.text
    assert answer.json()["id"] == error


def test_delegated_administrators_see_what_users_see(oldest: Fake, delegated: tuple[str, str], victim: dict) -> None:
    role, token = delegated
    seen = oldest.call("GET", f"/users/{victim['id']}", token=token).json()
    assert "notify_props" not in seen
    assert oldest.call("GET", "/users/stats/filtered", token=token).status_code == (
        200 if role == "system_read_only_admin" else 403
    )
    team = oldest.call("POST", "/teams", {"name": role.replace("_", "-"), "display_name": "T", "type": "I"}).json()
    assert oldest.call("GET", f"/users?in_team={team['id']}", token=token).status_code == 200


def test_delegated_administration_needs_a_licence_that_has_it() -> None:
    for options, status in ((["--licensed", "enterprise"], 200), (["--licensed"], 400), ([], 400)):
        with running(*options) as fake:
            user = fake.new_user("anna")
            roles = {"roles": "system_user system_user_manager"}
            assert fake.call("PUT", f"/users/{user['id']}/roles", roles).status_code == status


# ---- odd requests ---------------------------------------------------------------------------
@pytest.mark.parametrize("blank", [" {}", "{} ", "\t{}"])
def test_blanks_around_an_address(oldest: Fake, fake: Fake, request: pytest.FixtureRequest, blank: str) -> None:
    for server, status in ((oldest, 200), (fake, 400)):
        user = server.new_user(f"blank{len(blank)}{ord(blank[0])}")
        address = blank.format("x" + user["email"])
        answer = server.call("PUT", f"/users/{user['id']}/patch", {"email": address})
        assert answer.status_code == status
        assert answer.json()["email" if status == 200 else "id"] in (address, "model.user.is_valid.email.app_error")


def test_bodies_are_cut_off_at_the_limit(oldest: Fake, fake: Fake) -> None:
    for server, section, name in (
        (oldest, "FileSettings", "MaxFileSize"),
        (fake, "ServiceSettings", "MaximumPayloadSizeBytes"),
    ):
        user = server.new_user("bigbody")
        before = server.call("GET", "/config").json()[section][name]
        path, big = f"/users/{user['id']}/patch", {"nickname": "n", "props": {"k": "v" * 4000}}
        try:
            assert server.call("PUT", "/config/patch", {section: {name: 1000}}).status_code == 200
            answer = server.call("PUT", path, big)
            assert (answer.status_code, answer.json()["id"]) == (400, "api.context.invalid_body_param.app_error")
            # What is read as a plain map counts as an empty one.
            roles = server.call("PUT", f"/users/{user['id']}/roles", {"roles": "system_user", "x": "v" * 4000})
            assert roles.status_code == 200
            assert server.call("GET", f"/users/{user['id']}").json()["roles"] == ""
        finally:
            server.call("PUT", "/config/patch", {section: {name: before}})
        assert server.call("PUT", path, big).status_code == 200


def test_unknown_routes(fake: Fake, tmp_path: Path) -> None:
    def ask(method: str, path: str) -> tuple[int, str, bool]:
        answer = requests.request(method, fake.url + path, timeout=10)
        return answer.status_code, answer.headers["Content-Type"], "X-Version-Id" in answer.headers

    assert ask("GET", "/api/v4/nosuch") == (404, "application/json", False)
    assert ask("GET", "/api/v3/users") == (404, "application/json", True)  # the web application answers
    assert ask("POST", "/api/v3/users") == (404, "application/json", False)
    assert ask("GET", "/nosuch") == (200, "text/html; charset=utf-8", True)


def test_marks_that_nobody_sees_are_dropped(fake: Fake) -> None:
    user = fake.new_user("marks", first_name="A\u202eB\ufeff", nickname="N\u2028")
    assert (user["first_name"], user["nickname"]) == ("AB", "N")


def test_a_link_for_a_new_password_shows_in_the_audits_of_the_caller(fake: Fake) -> None:
    token = "k" * 64
    assert fake.call("POST", "/users/password/reset", {"token": token, "new_password": PASSWORD}).status_code == 400
    newest = fake.call("GET", "/users/me/audits").json()[:2]
    assert [entry["extra_info"] for entry in newest] == [f"fail - token={token}", f"attempt - token={token}"]


def test_who_may_write_everywhere_types_even_where_there_is_no_channel(fake: Fake) -> None:
    user = fake.new_user("typist")
    for user_id, channel_id, status in (("me", "z" * 26, 200), ("me", "", 403), (user["id"], "z" * 26, 403)):
        assert fake.call("POST", f"/users/{user_id}/typing", {"channel_id": channel_id}).status_code == status


def test_login_services_are_off_without_a_licence(fake: Fake, oldest: Fake) -> None:
    settings = {"LdapSettings": {"Enable": True}, "OpenIdSettings": {"Enable": True}}
    for server, shown in ((fake, "false"), (oldest, "true")):
        assert server.call("PUT", "/config/patch", settings).status_code == 200
        config = server.call("GET", "/config/client?format=old").json()
        assert (config["EnableLdap"], config["EnableSignUpWithOpenId"]) == (shown, shown)
