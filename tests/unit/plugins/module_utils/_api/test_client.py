# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client: arguments, authentication, the guard before a creation, paging, the server's version."""

from __future__ import annotations

import json
import traceback
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.mmops.mattermost.plugins.module_utils._api.client import (
    Client,
    LocalModeAuthentication,
    LoginAuthentication,
    TokenAuthentication,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import (
    AnswerLost,
    InvalidInput,
    MattermostError,
    NotAuthenticated,
    NotFound,
    OperationNotAvailable,
    RequestRejected,
    Stopped,
    UnexpectedAnswer,
    WrongServerVersion,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._api.operations import OPERATIONS
from ansible_collections.mmops.mattermost.plugins.module_utils._api.server import Server
from ansible_collections.mmops.mattermost.plugins.module_utils._api.transport import Endpoint, Transport
from ansible_collections.mmops.mattermost.tests.unit.plugins.module_utils.wire import RESET, Wire, answer

TOKEN = "k3yt0k3nk3yt0k3nk3yt0k3nk3"
PASSWORD = "s3cr3t-Passw0rd"
VERSION = "7.6.0.7.6.0.0123456789abcdef0123456789abcdef."
#: A good answer to any operation that answers an object.
OK = answer(
    200,
    {
        **dict.fromkeys(("status", "id", "user_id", "username", "description", "token", "secret", "qr_code"), "OK"),
        **dict.fromkeys(("owner_id", "channel_id", "name"), "OK"),
        "is_active": True,
        "mfa_required": True,
        "IsLicensed": "true",
        "users": [],
        "auth_service": "",
        "total_users_count": 1,
    },
)
ME = answer(200, {"id": "admin", "username": "admin"})
DEAD = answer(401, {"id": "api.context.session_expired.app_error", "message": "Please log in.", "status_code": 401})
UNKNOWN = answer(404, {"id": "app.user.missing_account.const", "message": "None.", "status_code": 404})
CREATED = answer(201, {"id": "new"})

#: The newest server that recordings show.
NEWEST = Server((11, 2, 0), True)


def open_and_use(client):
    with client:
        client.get_user(user_id="me")


def open_in_vain(client):
    with client:
        pytest.fail("the client must not open")


@pytest.fixture
def open_client(wire, open_transport):
    """Makes a server with a script, and a client with a token for it."""

    def make(*script, authentication=None, **settings):
        server = wire(*script)
        return server, Client(open_transport(server.url, **settings), authentication or TokenAuthentication(TOKEN))

    return make


def sent(server):
    return [(request.method, request.target) for request in server.requests]


def shown(error):
    return "\n".join([str(error), repr(error), json.dumps(error.details()), *traceback.format_exception(error)])


# ---- arguments ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def echo():
    """A client, and the requests that its server saw."""
    server = Wire([lambda request: answer(200, [] if request.target.startswith("/api/v4/users?") else {"id": "x"})])
    transport = Transport(Endpoint(server.url))
    with Client(transport, TokenAuthentication(TOKEN)) as client:
        yield client, server.requests
    server.stop()


ODD = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20) | st.text("./%?#&=+ ü\n", min_size=1, max_size=8)


@settings(max_examples=150, deadline=None)
@given(name=ODD)
def test_any_name_in_a_path_arrives_as_it_is(echo, name):
    client, requests = echo
    if name in (".", ".."):
        with pytest.raises(InvalidInput):
            client.get_user_by_username(username=name)
        return

    client.get_user_by_username(username=name)

    start, _slash, last = requests[-1].target.rpartition("/")
    assert start == "/api/v4/users/username"
    assert unquote(last) == name


@settings(max_examples=100, deadline=None)
@given(role=st.text(st.characters(codec="utf-8"), max_size=20))
def test_any_value_in_a_query_arrives_as_it_is(echo, role):
    client, requests = echo

    client.get_users(role=role)

    target = urlsplit(requests[-1].target)
    assert target.path == "/api/v4/users"
    assert parse_qs(target.query, keep_blank_values=True) == {"role": [role]}


@pytest.mark.parametrize("user_id", [".", ".."])
def test_a_path_cannot_become_that_of_another_operation(echo, user_id):
    """``/users/./sessions/revoke/all`` would end the sessions of all users."""
    client, requests = echo
    before = len(requests)

    with pytest.raises(InvalidInput, match="revoke_all_sessions: the parameter user_id must not be"):
        client.revoke_all_sessions(user_id=user_id)

    assert len(requests) == before


@pytest.mark.parametrize(
    ("operation", "arguments", "words"),
    [
        ("get_user", {}, "user_id is missing"),
        ("get_user", {"user_id": None}, "user_id is missing"),
        ("get_user", {"user_id": ""}, "user_id is empty"),
        ("get_user", {"user_id": 5}, "user_id must be of the type string"),
        ("get_user", {"user_id": "a\udc80"}, "user_id contains bytes that are not text"),
        ("get_user", {"user_id": "me", "nick": "x", "more": 1}, "no parameter more, nick"),
        ("get_users", {"page": "1"}, "page must be of the type integer"),
        ("get_users", {"page": True}, "page must be of the type integer"),
        ("get_users", {"active": 1}, "active must be of the type boolean"),
        ("get_users", {"role": "\udcff"}, "role contains bytes that are not text"),
        ("create_user", {"username": "x", "password": PASSWORD}, "email is missing"),
        ("create_user", {"email": "x@example.com", "password": [PASSWORD]}, "password must be of the type string"),
        ("update_user_active", {"user_id": "x", "active": "true"}, "active must be of the type boolean"),
        ("get_users_by_ids", {"user_ids": "abc"}, "user_ids must be of the type array"),
        ("set_profile_image", {"user_id": "x", "image": "/etc/passwd"}, "image must be of the type binary"),
        ("logout", {"everywhere": True}, "It takes: none"),
    ],
)
def test_arguments_that_do_not_fit_are_refused_before_anything_is_sent(open_client, operation, arguments, words):
    server, client = open_client(OK)

    with pytest.raises(InvalidInput) as caught:
        getattr(client, operation)(**arguments)

    assert words in str(caught.value)
    assert str(caught.value).startswith(f"{operation}: ")
    assert PASSWORD not in shown(caught.value)
    assert server.requests == []


def test_null_means_not_given(open_client):
    server, client = open_client(OK)

    client.patch_user(user_id="x", nickname=None, position="")

    assert json.loads(server.requests[0].body) == {"position": ""}


def test_a_picture_may_come_without_a_name(open_client):
    server, client = open_client(OK)

    client.set_profile_image(user_id="x", image=b"\x89PNG")

    assert b"\x89PNG" in server.requests[0].body


# ---- authentication -------------------------------------------------------------------------------------------------


def test_a_token_is_sent_and_not_ended(open_client):
    server, client = open_client(ME)

    with client:
        assert client.get_user(user_id="me")["id"] == "admin"

    assert sent(server) == [("GET", "/api/v4/users/me")]
    assert server.requests[0].headers["authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize("token", [TOKEN + "\n", " " + TOKEN, "k3y t0k3n", "k3yü", "k3y\udc80", "k3y\x00", ""])
def test_a_token_that_cannot_be_one_is_refused(open_client, token):
    server, client = open_client(OK, authentication=TokenAuthentication(token))

    with pytest.raises(InvalidInput, match="api_token") as caught:
        open_and_use(client)

    assert "k3y" not in shown(caught.value)
    assert server.requests == []


@pytest.mark.parametrize(
    ("mfa_code", "credentials"),
    [
        ("", {"login_id": "admin", "password": PASSWORD}),
        ("123456", {"login_id": "admin", "password": PASSWORD, "token": "123456"}),
    ],
)
def test_a_login_is_logged_out(open_client, mfa_code, credentials):
    server, client = open_client(
        answer(200, {"id": "admin"}, Token="s3ss10n"), ME, OK, authentication=LoginAuthentication("admin", PASSWORD, mfa_code)
    )

    with client:
        client.get_user(user_id="me")

    assert sent(server) == [("POST", "/api/v4/users/login"), ("GET", "/api/v4/users/me"), ("POST", "/api/v4/users/logout")]
    assert json.loads(server.requests[0].body) == credentials
    assert [request.headers.get("authorization") for request in server.requests] == [None, "Bearer s3ss10n", "Bearer s3ss10n"]
    assert client.warnings == []


def test_a_login_is_logged_out_after_a_failure(open_client):
    server, client = open_client(
        answer(200, {"id": "admin"}, Token="s3ss10n"), UNKNOWN, OK, authentication=LoginAuthentication("admin", PASSWORD)
    )

    with pytest.raises(NotFound), client:
        client.get_user(user_id="x")

    assert sent(server)[-1] == ("POST", "/api/v4/users/logout")
    assert server.requests[-1].headers["authorization"] == "Bearer s3ss10n"


def test_a_failed_logout_is_a_warning(open_client):
    _server, client = open_client(
        answer(200, {"id": "admin"}, Token="s3ss10n"),
        answer(500, {"id": "some.id"}),
        authentication=LoginAuthentication("admin", PASSWORD),
    )

    with client:
        pass

    assert len(client.warnings) == 1
    assert "logout" in client.warnings[0]
    assert "s3ss10n" not in client.warnings[0]


@pytest.mark.parametrize(
    ("error_id", "words"),
    [
        ("api.user.login.invalid_credentials_email_username", ["api_login_id", "api_password"]),
        ("mfa.validate_token.authenticate.app_error", ["api_mfa_code"]),
        ("api.user.check_user_mfa.bad_code.app_error", ["api_mfa_code"]),
        ("api.user.check_user_login_attempts.too_many.app_error", ["unlock: true"]),
    ],
)
def test_a_refused_login_is_sent_once_and_explained(open_client, pauses, error_id, words):
    server, client = open_client(
        answer(401, {"id": error_id, "message": "No."}), authentication=LoginAuthentication("admin", PASSWORD, "123456")
    )

    with pytest.raises(RequestRejected) as caught:
        open_in_vain(client)

    assert [word for word in ["login", *words] if word not in str(caught.value)] == []
    assert PASSWORD not in shown(caught.value)
    assert (len(server.requests), pauses) == (1, [])


def test_a_lost_login_is_not_repeated(open_client):
    server, client = open_client(RESET, authentication=LoginAuthentication("admin", PASSWORD))

    with pytest.raises(AnswerLost) as caught:
        open_in_vain(client)

    assert PASSWORD not in shown(caught.value)
    assert len(server.requests) == 1


def test_a_login_finds_the_session_token_in_any_case(open_client):
    server, client = open_client(
        answer(200, {"id": "admin"}, token="s3ss10n"), OK, authentication=LoginAuthentication("admin", PASSWORD)
    )

    with client:
        pass

    assert server.requests[-1].headers["authorization"] == "Bearer s3ss10n"


def test_a_login_without_a_session_token_is_an_error(open_client):
    """Otherwise a creation that follows would be an anonymous sign-up."""
    _server, client = open_client(answer(200, {"id": "admin"}), authentication=LoginAuthentication("admin", PASSWORD))

    with pytest.raises(UnexpectedAnswer, match=r"login: .*no session token"), client:
        pytest.fail("the client must not open")


def test_the_local_socket_needs_nothing(wire, open_transport, tmp_path):
    path = str(tmp_path / "local.socket")
    server = wire(CREATED, path=path)

    with Client(open_transport(socket=path), LocalModeAuthentication()) as client:
        assert client.create_user(email="x@example.com") == {"id": "new"}

    assert sent(server) == [("POST", "/api/v4/users")]
    assert "authorization" not in server.requests[0].headers


# ---- the session before a creation ----------------------------------------------------------------------------------


def test_a_dead_token_is_noticed_before_a_creation(open_client):
    """The server would take the creation for an anonymous sign-up."""
    server, client = open_client(DEAD)

    with client, pytest.raises(NotAuthenticated) as caught:
        client.create_user(email="x@example.com", password=PASSWORD)

    assert sent(server) == [("GET", "/api/v4/users/me")]
    assert "api_token" in str(caught.value)
    assert TOKEN not in shown(caught.value)


@pytest.mark.parametrize("dead", [(DEAD,), (DEAD, DEAD)])
def test_a_dead_token_stays_dead(open_client, dead):
    server, client = open_client(*dead)

    with client:
        for _unused in range(2):
            with pytest.raises(NotAuthenticated):
                client.create_user(email="x@example.com")

    assert {method for method, _target in sent(server)} == {"GET"}


def test_the_session_is_looked_at_once(open_client):
    server, client = open_client(ME, CREATED)

    with client:
        for _unused in range(3):
            client.create_user(email="x@example.com")
        assert client.who_am_i()["username"] == "admin"

    assert sent(server) == [("GET", "/api/v4/users/me"), *[("POST", "/api/v4/users")] * 3]


def test_a_session_that_served_a_read_needs_no_look(open_client):
    server, client = open_client(ME, CREATED)

    with client:
        client.get_user_by_username(username="x")
        client.create_user(email="x@example.com")

    assert [method for method, _target in sent(server)] == ["GET", "POST"]


@pytest.mark.parametrize("operation", ["send_password_reset_email", "send_verification_email"])
def test_an_operation_open_to_everybody_proves_no_session(open_client, operation):
    server, client = open_client(OK, DEAD)

    with client:
        getattr(client, operation)(email="x@example.com")
        with pytest.raises(NotAuthenticated):
            client.create_user(email="x@example.com")

    assert [method for method, _target in sent(server)] == ["POST", "GET"]


def test_a_refused_read_proves_no_session(open_client):
    server, client = open_client(DEAD)

    with client:
        for operation, arguments in (("get_user", {"user_id": "x"}), ("create_user", {"email": "x@example.com"})):
            with pytest.raises(NotAuthenticated):
                client.call(operation, arguments)

    assert {method for method, _target in sent(server)} == {"GET"}


def test_a_fresh_login_needs_no_look(open_client):
    server, client = open_client(
        answer(200, {"id": "admin"}, Token="s3ss10n"), CREATED, OK, authentication=LoginAuthentication("admin", PASSWORD)
    )

    with client:
        client.create_user(email="x@example.com")
        assert client.who_am_i() == {"id": "admin"}

    assert [target.rpartition("/")[2] for _method, target in sent(server)] == ["login", "users", "logout"]


def test_a_lost_creation_is_not_repeated(open_client):
    server, client = open_client(ME, RESET)

    with client, pytest.raises(AnswerLost) as caught:
        client.create_user(email="x@example.com", password=PASSWORD)

    assert caught.value.outcome_unknown
    assert PASSWORD not in shown(caught.value)
    assert [method for method, _target in sent(server)] == ["GET", "POST"]


@pytest.mark.parametrize("name", sorted(name for name, operation in OPERATIONS.items() if operation.writes))
def test_a_lost_answer_is_repeated_only_where_the_table_says_so(open_client, name):
    operation = OPERATIONS[name]
    example = {"string": "x", "boolean": True, "object": {}, "array": [], "integer": 1, "binary": b"x"}
    arguments = {parameter.name: example[parameter.type] for parameter in operation.parameters if parameter.required}
    good = answer(200, []) if operation.answer == "list" else OK
    server, client = open_client(RESET, good)
    client.server = NEWEST

    if operation.repeatable:
        client.call(name, arguments, token=TOKEN)
    else:
        with pytest.raises(AnswerLost):
            client.call(name, arguments, token=TOKEN)

    assert len(server.requests) == 1 + operation.repeatable


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_every_operation_is_repeated_after_a_refusal_for_the_rate(open_client, name):
    operation = OPERATIONS[name]
    example = {"string": "x", "boolean": True, "object": {}, "array": [], "integer": 1, "binary": b"x"}
    arguments = {parameter.name: example[parameter.type] for parameter in operation.parameters if parameter.required}
    good = {
        "object": OK,
        "list": answer(200, []),
        "object or list": OK,
        "number": answer(200, 1),
        "picture": answer(200, content=b"x", kind="image/png"),
    }
    server, client = open_client(answer(429, content=b"limit exceeded", kind="text/plain"), good[operation.answer])
    client.server = Server() if operation.removed_in else NEWEST

    client.call(name, arguments, token=TOKEN)

    first, second = server.requests
    assert (first.method, first.target, first.body) == (second.method, second.target, second.body)


# ---- a task that ends early -----------------------------------------------------------------------------------------


def test_nothing_but_the_logout_is_sent_after_a_stop(open_client):
    login = answer(200, {"id": "admin"}, Token="s3ss10n")
    server, client = open_client(login, OK, authentication=LoginAuthentication("a", "b"))

    with client:
        client.stop("the task was ended by SIGTERM")
        for operation, arguments in (("get_user", {"user_id": "me"}), ("delete_user", {"user_id": "x"})):
            with pytest.raises(Stopped, match="ended by SIGTERM"):
                client.call(operation, arguments)

    assert [target for _method, target in sent(server)] == ["/api/v4/users/login", "/api/v4/users/logout"]


def test_a_logout_after_a_stop_does_not_wait(open_client):
    login = answer(200, {"id": "admin"}, Token="s3ss10n")
    server, client = open_client(login, answer(503, content=b""), authentication=LoginAuthentication("a", "b"))

    with client:
        client.stop("the task was ended by SIGTERM")

    assert len(server.requests) == 2
    assert "could not be logged out" in client.warnings[0]


def test_without_anybody_to_report_to_nothing_is_written_but_read(open_client):
    server, client = open_client(OK)
    client.stop_reason = lambda: "nobody waits"

    client.get_user(user_id="me")
    with pytest.raises(Stopped, match="nobody waits"):
        client.delete_user(user_id="x")

    assert len(server.requests) == 1


@pytest.mark.parametrize("step", [RESET, answer(500, content=b"<html>", kind="text/html"), answer(200, {"error": "no"})])
def test_a_login_of_unknown_outcome_may_have_left_a_session(open_client, step):
    _server, client = open_client(step, authentication=LoginAuthentication("admin", PASSWORD))

    with pytest.raises(MattermostError, match="A session may have been opened"):
        open_and_use(client)


# ---- answers, paging, lookups ---------------------------------------------------------------------------------------


def test_nothing_found_is_none(open_client):
    _server, client = open_client(UNKNOWN, ME)

    assert client.find("get_user_by_username", username="nobody") is None
    assert client.find("get_user_by_username", username="admin")["id"] == "admin"


@pytest.mark.parametrize(
    "step",
    [
        answer(404, {"id": "api.context.404.app_error", "message": "No route.", "status_code": 404}),
        answer(404, content=b"404 page not found", kind="text/plain"),
    ],
)
def test_a_server_without_the_operation_does_not_mean_that_nobody_is_there(open_client, step):
    _server, client = open_client(step)

    with pytest.raises(OperationNotAvailable):
        client.find("get_user_by_username", username="admin")


@pytest.mark.parametrize(
    ("operation", "arguments", "step"),
    [
        ("get_user", {"user_id": "me"}, answer(200, [])),
        ("get_user", {"user_id": "me"}, answer(200, None)),
        ("get_user", {"user_id": "me"}, answer(200, "ok")),
        ("get_user", {"user_id": "me"}, answer(200, content=b"\x89PNG", kind="image/png")),
        ("get_users", {}, answer(200, {"users": []})),
        ("get_users", {}, answer(200, [{"name": "somebody"}])),
        ("get_users", {}, answer(200, ["somebody"])),
        ("get_user", {"user_id": "me"}, answer(200, {"error": "not logged in"})),
        ("create_user_access_token", {"user_id": "x", "description": "y"}, answer(200, {"id": "x"})),
        ("generate_mfa_secret", {"user_id": "x"}, answer(200, {"status": "OK"})),
        ("update_user_roles", {"user_id": "x", "roles": "system_user"}, answer(200, {})),
        ("get_profile_image", {"user_id": "me"}, answer(200, {"status": "OK"})),
    ],
)
def test_an_answer_of_another_form_is_not_of_mattermost(open_client, operation, arguments, step):
    _server, client = open_client(step)

    with pytest.raises(UnexpectedAnswer, match=f"{operation}: .*api_url"):
        client.call(operation, arguments)


def pages_of(*sizes):
    """Answers with so many users; the server serves at most 200 at once."""
    numbers = iter(range(10**6))
    return [answer(200, [{"id": str(next(numbers))} for _unused in range(size)]) for size in sizes]


@pytest.mark.parametrize("sizes", [[0], [1], [199], [200, 0], [200, 1], [200, 200, 37]])
def test_pages_are_read_until_a_short_one(open_client, sizes):
    server, client = open_client(*pages_of(*sizes))

    found = list(client.pages("get_users", role="system_admin"))

    assert [item["id"] for item in found] == [str(number) for number in range(sum(sizes))]
    queries = [parse_qs(urlsplit(request.target).query) for request in server.requests]
    assert queries == [{"role": ["system_admin"], "page": [str(page)], "per_page": ["200"]} for page in range(len(sizes))]


def test_null_is_an_empty_page(open_client):
    server, client = open_client(*pages_of(200), answer(200, None))

    assert len(list(client.pages("get_user_audits", user_id="x"))) == 200
    assert len(server.requests) == 2


def test_null_is_an_empty_list(open_client):
    _server, client = open_client(answer(200, None))

    assert client.get_roles_by_names(role_names=["no_such_role"]) == []


def test_pages_are_read_when_they_are_needed(open_client):
    server, client = open_client(*pages_of(200, 200, 200))

    items = client.pages("get_users")
    next(items)

    assert len(server.requests) == 1


@pytest.mark.parametrize("name", [name for name, operation in OPERATIONS.items() if operation.paged])
def test_every_paged_operation_can_be_read_whole(open_client, name):
    server, client = open_client(*pages_of(200, 3))
    arguments = {parameter.name: "x" for parameter in OPERATIONS[name].parameters if parameter.required}

    assert len(list(client.pages(name, **arguments))) == 203
    assert all("per_page=200" in request.target for request in server.requests)


# ---- version --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "number", "licensed", "text"),
    [
        (VERSION + "true", (7, 6, 0), True, "7.6.0"),
        (VERSION + "false", (7, 6, 0), False, "7.6.0"),
        ("10.11.2.17.abc.true", (10, 11, 2), True, "10.11.2"),
        ("5.4.0...false", (5, 4, 0), False, "5.4.0"),
    ],
)
def test_the_version_and_the_licence_are_read(open_client, header, number, licensed, text):
    _server, client = open_client(answer(200, {"id": "x"}, X_Version_Id=header))

    client.get_user(user_id="me")

    assert client.server == Server(number, licensed)
    assert str(client.server) == text
    assert client.server.number >= (5, 4)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "7.6.0",
        "7.6.0.x.y.maybe",
        "v7.6.0.x.y.true",
        "7.6.x.y.true",
        "a.b.c.d.e.true",
        VERSION + "true.more",
        "<script>",
        "7..0.x.y.true",
    ],
)
def test_a_version_of_another_form_is_unknown(open_client, header):
    _server, client = open_client(answer(200, {"id": "x"}, X_Version_Id=header))

    assert client.get_user(user_id="me") == {"id": "x"}
    assert client.server == Server()


def test_the_version_comes_from_the_first_answer_that_tells_it(open_client):
    _server, client = open_client(answer(200, {"id": "x"}), answer(200, {"id": "x"}, X_Version_Id=VERSION + "true"))

    client.get_user(user_id="me")
    assert client.server == Server()
    client.get_user(user_id="me")
    assert client.server.licensed


@pytest.mark.parametrize(
    ("operation", "number", "message"),
    [
        ("get_server_limits", "7.6.0", "get_server_limits: needs Mattermost 10.11 or later; this server is 7.6.0."),
        ("get_server_limits", "5.4.0", "get_server_limits: needs Mattermost 10.11 or later; this server is 5.4.0."),
        ("check_user_mfa", "7.6.0", "check_user_mfa: Mattermost 6.0 removed it; this server is 7.6.0."),
    ],
)
def test_an_operation_that_the_server_is_known_not_to_have_is_not_sent(open_client, operation, number, message):
    server, client = open_client(answer(200, {"id": "admin"}, X_Version_Id=f"{number}.{number}.{'0' * 32}.false"))
    client.who_am_i()

    with pytest.raises(WrongServerVersion) as caught:
        client.call(operation, {"login_id": "zoe"} if operation == "check_user_mfa" else {})

    assert isinstance(caught.value, OperationNotAvailable)  # as after the 404 of a server whose version is not known
    assert str(caught.value) == message
    assert caught.value.details() == {"operation": operation}
    assert len(server.requests) == 1


@pytest.mark.parametrize("number", ["9.5.0", "10.11.0", "12.0.0"])
def test_any_other_operation_is_sent(open_client, number):
    """What was recorded of 10.11 first may be older, so that only a server as old as one without it is known not to have it."""
    server, client = open_client(answer(200, {"id": "admin"}, X_Version_Id=f"{number}.{number}.{'0' * 32}.false"), OK)
    client.who_am_i()

    client.get_server_limits()

    assert len(server.requests) == 2


def test_a_server_that_has_not_told_its_version_is_asked_once(open_client):
    server, client = open_client(OK, OK, OK)

    client.get_server_limits()
    client.get_server_limits()

    assert [target.rpartition("/")[2] for _method, target in sent(server)] == ["ping", "server", "server"]
    assert "authorization" not in server.requests[0].headers


def test_the_id_of_the_team_is_repeated_in_the_body(open_client):
    server, client = open_client(OK)

    client.add_team_member(team_id="t", user_id="u")

    [request] = server.requests
    assert (request.target, json.loads(request.body)) == ("/api/v4/teams/t/members", {"team_id": "t", "user_id": "u"})


def test_lines_of_json_are_a_list(open_client):
    _server, client = open_client(answer(200, content=b'{"a": 1}\n{"a": 2}\n', kind="application/x-ndjson"))

    assert client.get_channel_members_with_team_data_for_user(user_id="u", page=-1) == [{"a": 1}, {"a": 2}]


# ---- settings -------------------------------------------------------------------------------------------------------


def test_settings_that_are_still_being_read_are_not_taken_for_unknown(open_client):
    asked_meanwhile = []

    def config(request):
        if not asked_meanwhile:
            asked_meanwhile.append("")
            asked_meanwhile[0] = client.setting("EnableLdap")  # as another thread would
        return answer(200, {"EnableLdap": "true", "EnableSaml": "false"})

    _server, client = open_client(config)
    with client:
        assert client.setting("EnableLdap") is True
        assert client.setting("EnableSaml") is False
        assert client.setting("NoSuchSetting") is None
    assert asked_meanwhile == [True]
