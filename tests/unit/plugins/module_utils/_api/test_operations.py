# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of operations, and each operation against recorded exchanges with a real server.

The recordings are those of ``tests/conformance/golden``. A recorded request is taken apart into the arguments of the
client's method; what the method then sends must be the recorded request, and what it makes of the recorded answer must
be what the answer says.
"""

from __future__ import annotations

import email
import email.policy
import io
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from PIL import Image
from pytest_httpserver import HTTPServer
from werkzeug import Response

from ansible_collections.mmops.mattermost.plugins.module_utils._api.answers import KEYS
from ansible_collections.mmops.mattermost.plugins.module_utils._api.client import (
    Client,
    LocalModeAuthentication,
    TokenAuthentication,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import (
    NotAuthenticated,
    NotFound,
    OperationNotAvailable,
    PermissionDenied,
    RequestRejected,
    TooManyRequests,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._api.neighbour_operations import NEIGHBOURS
from ansible_collections.mmops.mattermost.plugins.module_utils._api.operations import OPERATIONS
from ansible_collections.mmops.mattermost.plugins.module_utils._api.server import Server
from ansible_collections.mmops.mattermost.plugins.module_utils._api.transport import Endpoint, Transport
from ansible_collections.mmops.mattermost.plugins.module_utils._api.users_operations import USERS_API

GOLDEN = Path(__file__).parents[4] / "conformance" / "golden"
TOKEN = "recordingrecordingrecordin"

#: Operations that the real server only refused in the recordings, and why.
ONLY_REFUSED = {
    "check_user_mfa": "the server no longer has it",
    "login_by_cws_token": "needs a Cloud licence",
    "migrate_auth_to_ldap": "needs a configured LDAP service",
    "migrate_auth_to_saml": "needs a configured SAML service",
    "reset_password": "needs a token that is sent by mail",
    "verify_user_email": "needs a token that is sent by mail",
}
#: Operations that no recording holds, and an exchange with the answer that the API reference gives.
SOMEBODY, SOMETHING = "z" * 26, "y" * 26
NEVER_RECORDED = {
    "promote_guest_to_user": ({"user_id": SOMEBODY}, "POST", f"/api/v4/users/{SOMEBODY}/promote", {"status": "OK"}),
    "get_all_teams": ({"page": 0}, "GET", "/api/v4/teams", [{"id": SOMETHING}]),
    "get_team": ({"team_id": SOMETHING}, "GET", f"/api/v4/teams/{SOMETHING}", {"id": SOMETHING, "name": "sales"}),
    "get_channel_members": ({"channel_id": SOMETHING}, "GET", f"/api/v4/channels/{SOMETHING}/members", [{"user_id": SOMEBODY}]),
    "get_channel_members_for_user": (
        {"user_id": SOMEBODY, "team_id": SOMETHING},
        "GET",
        f"/api/v4/users/{SOMEBODY}/teams/{SOMETHING}/channels/members",
        [{"channel_id": SOMETHING}],
    ),
}

# Writes that may be sent again after a lost answer, because the second one does no more than the first.
REPEATABLE_WRITES = {
    "add_channel_member",
    "add_team_member",
    "add_team_members",
    "assign_bot",
    "attach_device_id",
    "disable_user_access_token",
    "enable_bot",
    "enable_user_access_token",
    "logout",
    "patch_bot",
    "patch_user",
    "publish_user_typing",
    "register_terms_of_service_action",
    "remove_team_member",
    "reset_password_failed_attempts",
    "revoke_all_sessions",
    "set_default_profile_image",
    "set_profile_image",
    "update_channel_member_scheme_roles",
    "update_channel_roles",
    "update_team_member_roles",
    "update_team_member_scheme_roles",
    "update_user",
    "update_user_auth",
    "update_user_mfa",
    "update_user_roles",
    "verify_user_email_without_token",
}
# Writes whose repetition does harm, or fails although the first one worked.
WRITES_SENT_ONCE = {
    "convert_bot_to_user": "the bot is no longer a bot",
    "convert_user_to_bot": "the second creates a bot that exists",
    "create_bot": "the name is taken then",
    "create_user": "the name is taken then",
    "create_user_access_token": "makes a second token",
    "delete_user": "moves delete_at; a permanent deletion finds nobody any more",
    "demote_user_to_guest": "the user is a guest already",
    "disable_bot": "if the bot owns itself, starts a second circle that eats the server's memory",
    "generate_mfa_secret": "replaces the secret that the lost answer held",
    "login": "makes a second session, or counts twice as a failed attempt",
    "login_by_cws_token": "the token is used up",
    "migrate_auth_to_ldap": "starts a second migration",
    "migrate_auth_to_saml": "starts a second migration",
    "permanent_delete_all_users": "deletes users that were created since",
    "promote_guest_to_user": "the user is no longer a guest",
    "remove_user_from_channel": "there is no such member any more",
    "reset_password": "the token is used up",
    "revoke_session": "there is no such session any more",
    "revoke_sessions_from_all_users": "ends sessions that were opened since",
    "revoke_user_access_token": "there is no such token any more",
    "send_password_reset_email": "sends a second message",
    "send_verification_email": "sends a second message",
    "switch_account_type": "the account was switched already",
    "update_user_active": "as disable_bot; moves delete_at",
    "update_user_password": "the current password is another one then",
    "verify_user_email": "the token is used up",
}
READING_POSTS = {
    "check_user_mfa",
    "get_channel_members_by_ids",
    "get_roles_by_names",
    "get_team_members_by_ids",
    "get_users_by_group_channel_ids",
    "get_users_by_ids",
    "get_users_by_usernames",
    "search_user_access_tokens",
    "search_users",
}


# ---- the table ----------------------------------------------------------------------------------------------------


def test_the_users_api_has_62_operations():
    reference = json.loads((GOLDEN.parent / "operations.json").read_text(encoding="ascii"))

    assert len(USERS_API) == 62
    assert sorted(USERS_API) == sorted(reference)
    assert {operation.api for operation in USERS_API.values()} == {"users"}


def test_the_neighbours_stand_beside_it():
    assert not USERS_API.keys() & NEIGHBOURS.keys()
    assert {**USERS_API, **NEIGHBOURS} == OPERATIONS
    assert {operation.api for operation in NEIGHBOURS.values()} == {
        "bots",
        "channels",
        "config",
        "license",
        "limits",
        "reports",
        "system",
        "roles",
        "teams",
        "users",
    }
    assert [name for name, operation in NEIGHBOURS.items() if operation.api == "users"] == ["reset_password_failed_attempts"]


def test_each_operation_has_a_request_of_its_own():
    assert all(name == operation.name for name, operation in OPERATIONS.items())
    assert len({(operation.method, operation.path) for operation in OPERATIONS.values()}) == len(OPERATIONS)


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_is_a_documented_method_of_the_client(name, open_transport):
    client = Client(open_transport("http://127.0.0.1:9"), TokenAuthentication(TOKEN))

    assert getattr(client, name).__name__ == name
    assert getattr(client, name).__doc__ == OPERATIONS[name].summary
    assert name in dir(client)


def test_the_client_has_no_other_operations(open_transport):
    client = Client(open_transport("http://127.0.0.1:9"), TokenAuthentication(TOKEN))

    assert not hasattr(client, "get_everything")


def test_reads_are_get_requests_or_known_posts():
    reads = {name for name, operation in OPERATIONS.items() if not operation.writes}

    assert {name for name in reads if OPERATIONS[name].method != "GET"} == READING_POSTS
    assert all(OPERATIONS[name].repeatable for name in reads)
    assert not [name for name, operation in OPERATIONS.items() if operation.method == "GET" and operation.writes]


def test_each_write_is_repeated_or_not_for_a_reason():
    writes = {name: operation.repeatable for name, operation in OPERATIONS.items() if operation.writes}

    assert writes == {**dict.fromkeys(REPEATABLE_WRITES, True), **dict.fromkeys(WRITES_SENT_ONCE, False)}


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_the_path_parameters_are_those_of_the_path(operation):
    in_path = [parameter for parameter in operation.parameters if parameter.where == "path"]

    assert {parameter.name for parameter in in_path} == set(re.findall(r"{(\w+)}", operation.path))
    assert all(parameter.required for parameter in in_path)
    assert len({parameter.name for parameter in operation.parameters}) == len(operation.parameters)
    assert operation.summary
    assert operation.permission


@pytest.mark.parametrize("name", ["password", "new_password", "current_password", "mfa_code", "cws_token", "token", "t"])
def test_parameters_that_hold_a_secret_are_marked(name):
    found = [
        (operation.name, parameter)
        for operation in OPERATIONS.values()
        for parameter in operation.parameters
        if parameter.name == name
    ]

    assert found
    assert all(parameter.secret for _operation, parameter in found)


# ---- recorded exchanges -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Exchange:
    """A recorded request that an operation can send, and its answer."""

    operation: str
    arguments: dict
    server: str
    caller: str
    request: dict
    response: dict


class OutOfScope(Exception):
    """The client never sends such a request."""


#: Of these, the recording holds a summary of the answer.
SUMMARISED = {"report_keys", "roles_which_exist", "limits_keys"}
#: Operations outside the table, whose paths look like that of one of its operations.
FOREIGN = {("GET", "/api/v4/users/invalid_emails")}


def whole(value: Any) -> Any:
    """The recording of a long list keeps its length and first items; this fills it up again."""
    if isinstance(value, dict) and "$list" in value:
        first = [whole(item) for item in value["$first"]]
        return [first[number % len(first)] for number in range(value["$list"])]
    if isinstance(value, dict):
        return {key: whole(item) for key, item in value.items()}
    if isinstance(value, list):
        return [whole(item) for item in value]
    return value


def operation_of(request):
    """The operation with this method and path, and the arguments in the path."""
    found = []
    if (request["method"], request["path"]) in FOREIGN:
        raise OutOfScope
    for operation in OPERATIONS.values():
        pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(operation.path))
        match = re.fullmatch(pattern, request["path"])
        if match and operation.method == request["method"]:
            in_path = {key: unquote(text) for key, text in match.groupdict().items()}
            found.append((len(in_path), operation, in_path))
    if not found:
        raise OutOfScope
    return min(found, key=lambda item: item[0])[1:]


def from_query(parameter, text):
    """The value whose text in a query this is."""
    if parameter.type == "boolean" and text in ("true", "false"):
        return text == "true"
    if parameter.type in ("integer", "number") and re.fullmatch(r"-?\d+", text):
        return int(text)
    if parameter.type == "string":
        return text
    raise OutOfScope


def from_body(parameter, value):
    """The value of a key of the body, if it is of the type that the operation takes."""
    types = {"string": str, "integer": int, "boolean": bool, "object": dict, "array": list}
    if value.__class__ is not types[parameter.type]:
        raise OutOfScope
    return value


def take_apart(request):
    """Name of the operation and its arguments. Raises ``OutOfScope``."""
    operation, arguments = operation_of(request)
    if set(request.get("headers", {})) - {"Content-Type"}:
        raise OutOfScope
    known = {(parameter.where, parameter.name): parameter for parameter in operation.parameters}
    for key, text in request.get("query", {}).items():
        if ("query", key) not in known:
            raise OutOfScope
        arguments[key] = from_query(known["query", key], text)
    places = {parameter.where for parameter in operation.parameters}
    repeated = {parameter.name for parameter in operation.parameters if parameter.repeated}
    if repeated and repeated - set(request.get("body") or ()):
        raise OutOfScope
    body = whole(request.get("body"))
    if "items" in places and isinstance(body, list):
        arguments[next(parameter.name for parameter in operation.parameters if parameter.where == "items")] = body
    elif "file" in places and isinstance(body, dict) and set(body) == {"image"}:
        arguments["image"] = (body["image"]["filename"], bytes(body["image"]["bytes"]))
    elif isinstance(body, dict) and ("body" in places or repeated):
        for key, value in body.items():
            if key in repeated and value == arguments[key]:
                continue
            if ("body", key) not in known:
                raise OutOfScope
            arguments[key] = from_body(known["body", key], value)
    elif "body" in request or places & {"items", "file", "body"}:
        raise OutOfScope
    if any(parameter.required and parameter.name not in arguments for parameter in operation.parameters):
        raise OutOfScope
    return operation.name, arguments


def recorded_exchanges():
    """All of all servers; one where they are the same."""
    found = {}
    for path in sorted(GOLDEN.glob("*/*.jsonl")):
        for line in path.read_text(encoding="ascii").splitlines():
            record = json.loads(line)
            if record["name"] in SUMMARISED:
                continue
            content = json.dumps([record["as"], record["request"], record["response"]], sort_keys=True)
            try:
                operation, arguments = take_apart(record["request"])
            except OutOfScope:
                continue
            found.setdefault(
                (path.stem, record["name"], content),
                Exchange(operation, arguments, path.parent.name, record["as"], record["request"], record["response"]),
            )
    return {f"{exchange.server}-{group}-{name}": exchange for (group, name, _content), exchange in found.items()}


EXCHANGES = recorded_exchanges()


def picture(size) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", tuple(size), "teal").save(file, "PNG")
    return file.getvalue()


def recorded_answer(exchange):
    """Bytes of the answer, and the data that a client sees in them."""
    body = exchange.response["body"]
    if isinstance(body, dict) and "$image" in body:
        content = picture(body["$size"])
        return content, content
    if isinstance(body, dict) and "$text" in body:
        return body["$text"].encode(), None
    if isinstance(body, dict) and "$empty" in body:
        return b"", None
    if isinstance(body, dict) and "$json_values" in body:
        content = "\n".join(json.dumps(value) for value in body["$json_values"]).encode()
        is_list = exchange.response["headers"]["Content-Type"] == "application/x-ndjson"
        return content, body["$json_values"] if is_list else body["$json_values"][-1]
    data = whole(body)
    if isinstance(data, int) and OPERATIONS[exchange.operation].answer == "list":  # of some, only the length was recorded
        data = [{}] * data
    if isinstance(data, list) and exchange.operation in KEYS:  # and of some only the names of the keys
        data = [dict.fromkeys(["id", *item]) if isinstance(item, list) else item for item in data]
    return json.dumps(data).encode(), data


class Replay:
    """A server that gives the answer of one exchange and keeps the request that it saw."""

    def __init__(self, server):
        self.server = server
        self.exchange = None
        self.seen = []
        server.expect_request(re.compile(".*")).respond_with_handler(self._answer)

    def expect(self, exchange):
        self.exchange = exchange
        self.seen.clear()

    def _answer(self, request):
        request.get_data()
        self.seen.append(request)
        content, _data = recorded_answer(self.exchange)
        headers = {
            name: re.sub(r"<.*>", "1", value)
            for name, value in self.exchange.response["headers"].items()
            if name != "Set-Cookie"
        }
        if "X-Version-Id" in headers:
            release, _dash, licence = self.exchange.server.partition("-")
            headers["X-Version-Id"] = f"{release}.0.{release}.0.{'0' * 32}.{'true' if licence == 'licensed' else 'false'}"
        return Response(content, self.exchange.response["status"], headers)


@pytest.fixture(scope="module")
def replay():
    with HTTPServer(host="127.0.0.1") as server:
        yield Replay(server)


@pytest.fixture(scope="module")
def replay_on_socket(tmp_path_factory):
    with HTTPServer(host=f"unix://{tmp_path_factory.mktemp('local')}/socket", port=0) as server:
        yield Replay(server)


@pytest.fixture(scope="module")
def client(replay):
    with Client(Transport(Endpoint(replay.server.url_for(""), retries=0)), TokenAuthentication(TOKEN)) as client:
        client.caller = {"id": SOMEBODY}  # so that create_user need not look at the session
        client._session_proven = True
        yield client


@pytest.fixture(scope="module")
def local_client(replay_on_socket):
    path = replay_on_socket.server.host.removeprefix("unix://")
    with Client(Transport(Endpoint(socket=path, retries=0)), LocalModeAuthentication()) as client:
        yield client


def expected_class(status, error_id):
    if error_id == "api.context.404.app_error":
        return OperationNotAvailable
    if error_id == "api.context.session_expired.app_error":
        return NotAuthenticated
    return {403: PermissionDenied, 404: NotFound, 429: TooManyRequests}.get(status, RequestRejected)


def uploads(request):
    """The parts of a multipart body."""
    head = f"Content-Type: {request.content_type}\r\n\r\n".encode()
    return email.message_from_bytes(head + request.get_data(), policy=email.policy.HTTP).iter_parts()


def assert_sent(request, exchange):
    """The request is the recorded one."""
    recorded = exchange.request
    raw_path, _mark, _query = request.environ["RAW_URI"].partition("?")
    assert request.method == recorded["method"]
    assert unquote(raw_path) == unquote(recorded["path"])
    assert request.args.to_dict(flat=False) == {key: [text] for key, text in recorded.get("query", {}).items()}
    if "image" in recorded.get("body", ()):
        [part] = uploads(request)
        assert part.get_param("name", header="Content-Disposition") == "image"
        assert part.get_filename() == recorded["body"]["image"]["filename"]
        assert len(part.get_payload(decode=True)) == recorded["body"]["image"]["bytes"]
    elif "body" in recorded:
        assert request.content_type == "application/json"
        assert json.loads(request.get_data()) == whole(recorded["body"])
    else:
        assert request.get_data() == b""


@pytest.mark.parametrize("exchange", EXCHANGES.values(), ids=EXCHANGES)
def test_a_recorded_exchange_can_be_had_with_the_client(exchange, replay, replay_on_socket, client, local_client):
    local = exchange.caller == "local"
    server, caller = (replay_on_socket, local_client) if local else (replay, client)
    server.expect(exchange)
    # One that has not told its version yet, so that requests for what it does not have are sent as well.
    caller.server, caller._asked_for_version = Server(), True

    def send():
        if exchange.caller == "anon":
            return caller.call(exchange.operation, exchange.arguments, token=None).data
        return getattr(caller, exchange.operation)(**exchange.arguments)

    status = exchange.response["status"]
    _content, data = recorded_answer(exchange)
    if status < 300:
        # An empty list may come as null.
        is_list = exchange.caller != "anon" and OPERATIONS[exchange.operation].answer == "list"
        assert send() == ([] if data is None and is_list else data)
    else:
        error_id = data["id"] if data else ""
        with pytest.raises(RequestRejected) as caught:
            send()
        assert caught.value.__class__ is expected_class(status, error_id)
        assert (caught.value.status, caught.value.error_id) == (status, error_id)
        assert caught.value.operation == exchange.operation
        assert caught.value.request_id == (data or {}).get("request_id", "")
    [request] = server.seen
    assert_sent(request, exchange)
    expected = None if exchange.caller in ("anon", "local") else f"Bearer {TOKEN}"
    assert request.headers.get("Authorization") == expected


def test_operations_without_a_recording_work_as_the_reference_says(replay, client):
    for name, (arguments, method, path, answer) in NEVER_RECORDED.items():
        replay.expect(
            Exchange(
                name,
                arguments,
                "7.6-licensed",
                "admin",
                {},
                {"status": 200, "headers": {"Content-Type": "application/json"}, "body": answer},
            )
        )

        assert getattr(client, name)(**arguments) == answer
        assert [(request.method, request.path) for request in replay.seen] == [(method, path)]


def test_every_operation_is_replayed():
    good = {exchange.operation for exchange in EXCHANGES.values() if exchange.response["status"] < 300}
    refused = {exchange.operation for exchange in EXCHANGES.values()} - good

    assert refused == set(ONLY_REFUSED)
    assert set(OPERATIONS) - good - refused == set(NEVER_RECORDED)


def test_most_of_the_recordings_are_replayed():
    assert len(EXCHANGES) >= 1500


def test_the_local_socket_has_the_operations_that_the_recordings_show():
    local = [exchange for exchange in EXCHANGES.values() if exchange.caller == "local"]
    routed = {
        exchange.operation
        for exchange in local
        if whole(exchange.response["body"]) is None or "api.context.404.app_error" not in json.dumps(exchange.response["body"])
    }

    refused = {exchange.operation for exchange in local} - routed
    assert {"patch_user", "search_users", "create_bot", "get_team_member", "get_server_limits"} <= refused
    assert not {name for name in refused if OPERATIONS[name].local}
    assert not {name for name in routed if not OPERATIONS[name].local}
    assert [name for name, operation in OPERATIONS.items() if not operation.remote] == ["permanent_delete_all_users"]
