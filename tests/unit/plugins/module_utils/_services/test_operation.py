# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""mm_user_operation: what it sends, what it refuses to send, and what of the answer it shows."""

from __future__ import annotations

import base64
import copy
import json

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mmops.mattermost.plugins.module_utils._api.answers import KEYS
from ansible_collections.mmops.mattermost.plugins.module_utils._api.client import Authentication, Client
from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import (
    AnswerLost,
    InvalidInput,
    RequestRejected,
    rejection,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._api.operations import OPERATIONS
from ansible_collections.mmops.mattermost.plugins.module_utils._api.transport import Answer
from ansible_collections.mmops.mattermost.plugins.module_utils._plan import converge
from ansible_collections.mmops.mattermost.plugins.module_utils._services.operation import (
    CONFIRMED,
    OperationService,
    argument_options,
)
from ansible_collections.mmops.mattermost.plugins.modules import mm_user_operation
from ansible_collections.mmops.mattermost.plugins.modules.mm_user_operation import SUBJECT
from ansible_collections.mmops.mattermost.tests.unit.plugins.module_utils.declarations import declared

ID = "b" * 26
#: A value of each type, as an argument.
VALUES = {"string": "text", "integer": 1, "number": 1.5, "boolean": True, "object": {"key": "value"}, "array": ["one"]}
WRITES = sorted(name for name, operation in OPERATIONS.items() if operation.writes)
READS = sorted(set(OPERATIONS) - set(WRITES))


class Wire:
    """Stands in for the transport: keeps what is sent, and gives the answers that it was given."""

    def __init__(self, local=False):
        self.local = local
        self.token = None
        self.sent = []
        self.answers = {}

    def send(self, operation, method, path, query=None, body=None, file=None, repeatable=False, token=Ellipsis):
        self.sent.append((operation, path, query, body, file))
        fields = {"status": "OK", **dict.fromkeys(KEYS.get(operation, ()), "OK")}
        default = {"picture": b"\x89PNG", "list": [], "number": 1}.get(OPERATIONS[operation].answer, fields)
        answer = self.answers.get(operation, default)
        if isinstance(answer, Exception):
            raise answer
        if callable(answer):
            answer = answer(query)
        return Answer(200, {"Token": "session-token"}, copy.deepcopy(answer))

    @property
    def names(self):
        return [name for name, *_rest in self.sent]


@pytest.fixture
def wire():
    return Wire()


def run(wire, operation, arguments=None, check_mode=False, **options):
    client = Client(wire, None)
    client.caller = {"id": "a" * 26}
    client._asked_for_version = True  # a server that hides its version
    declaration = declared(SUBJECT.options, operation=operation, arguments=arguments or {}, **options)
    return converge(OperationService(), client, declaration, check_mode)


@pytest.fixture
def picture(tmp_path):
    path = tmp_path / "zoe.png"
    path.write_bytes(b"picture")
    return str(path)


def arguments_of(operation, picture):
    """An argument for each parameter."""
    return {
        parameter.name: [{"one": "two"}] if parameter.elements == "object" else VALUES.get(parameter.type, picture)
        for parameter in operation.parameters
    }


def reach(name, picture, check_mode=False):
    operation = OPERATIONS[name]
    wire = Wire(local=not operation.remote)
    confirm = name if name in CONFIRMED else None
    return run(wire, name, arguments_of(operation, picture), check_mode, confirm=confirm), wire


# -- what is sent ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_is_sent_once_with_all_its_arguments(name, picture):
    outcome, wire = reach(name, picture)
    assert wire.names == [name]
    _name, path, query, body, file = wire.sent[0]
    text = json.dumps([path, query, body, file and (file[0], file[1], file[2].decode())])
    for parameter in OPERATIONS[name].parameters:
        where = {"path": path, "query": query, "body": body, "items": body, "file": file}[parameter.where]
        assert where
        assert {"file": "picture", "items": "one", "path": "text"}.get(parameter.where, parameter.name) in text
    assert outcome.plan.changed is OPERATIONS[name].writes
    assert outcome.operations == ([name] if OPERATIONS[name].writes else [])
    assert outcome.plan.diff == {"before": {}, "after": {}}


@pytest.mark.parametrize("name", OPERATIONS)
def test_check_mode_reads_and_does_not_write(name, picture):
    real, _wire = reach(name, picture)
    predicted, wire = reach(name, picture, check_mode=True)
    assert wire.names == ([] if OPERATIONS[name].writes else [name])
    assert predicted.plan.changed is real.plan.changed
    assert predicted.operations == real.operations
    assert set(predicted.returned) == set(real.returned)
    if OPERATIONS[name].writes:
        assert predicted.returned == {"answer": None, "secrets": {}}
    else:
        assert predicted.returned == real.returned


def test_arguments_that_are_null_are_not_sent(wire):
    run(wire, "patch_user", {"user_id": ID, "nickname": "", "position": None})
    assert wire.sent[0][3] == {"nickname": ""}


def test_all_pages_are_read(wire):
    wire.answers["get_user_audits"] = lambda query: [{"id": number} for number in range(200 if query["page"] < 2 else 7)]
    outcome = run(wire, "get_user_audits", {"user_id": ID}, all_pages=True)
    assert len(outcome.returned["answer"]) == 407
    assert wire.names == ["get_user_audits"] * 3


def test_a_list_is_a_list_even_if_the_server_says_null(wire):
    wire.answers["get_user_audits"] = lambda query: None
    assert run(wire, "get_user_audits", {"user_id": ID}).returned["answer"] == []


def test_pictures_are_text(wire):
    assert base64.b64decode(run(wire, "get_profile_image", {"user_id": ID}).returned["answer"]) == b"\x89PNG"


# -- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize(
    ("operation", "arguments", "options", "says"),
    [
        ("create_user", {"username": "zoe"}, {}, "create_user: the parameter email is missing"),
        ("patch_user", {"user_id": ID, "term": "zoe"}, {}, "patch_user: there is no parameter term. It takes: user_id, email"),
        ("patch_user", {"user_id": ""}, {}, "the parameter user_id is empty"),
        ("update_user_roles", {"user_id": ID, "roles": ["system_user"]}, {}, "roles must be of the type string"),
        ("search_users", {"term": "zoe", "roles": "system_user"}, {}, "roles must be of the type array"),
        ("set_profile_image", {"user_id": ID, "image": "/nowhere/zoe.png"}, {}, "image: /nowhere/zoe.png cannot be read"),
        ("revoke_sessions_from_all_users", {}, {}, "Repeat the name in confirm: revoke_sessions_from_all_users"),
        ("revoke_sessions_from_all_users", {}, {"confirm": "yes"}, "confirm names another operation"),
        ("permanent_delete_all_users", {}, {}, "hits every user of the server"),
        (
            "permanent_delete_all_users",
            {},
            {"confirm": "permanent_delete_all_users"},
            "only the local socket has this operation",
        ),
        ("get_user", {"user_id": ID}, {"confirm": "delete_user"}, "confirm names another operation"),
        ("get_user", {"user_id": ID}, {"all_pages": True}, "the answer does not come in pages"),
        ("get_users", {"page": 0}, {"all_pages": True}, "all_pages excludes page and per_page"),
    ],
)
def test_bad_input_is_refused_before_anything_is_sent(wire, check_mode, operation, arguments, options, says):
    with pytest.raises(InvalidInput, match=says):
        run(wire, operation, arguments, check_mode, **options)
    assert wire.sent == []


def test_the_local_socket_is_not_asked_for_what_it_does_not_have():
    wire = Wire(local=True)
    with pytest.raises(InvalidInput, match="the local socket does not have this operation"):
        run(wire, "search_users", {"term": "zoe"})
    assert wire.sent == []


def test_a_refusal_of_the_server_is_passed_on(wire):
    wire.answers["delete_user"] = rejection("delete_user", 404, "app.user.missing_account.const")
    with pytest.raises(RequestRejected) as caught:
        run(wire, "delete_user", {"user_id": ID})
    assert caught.value.done == []


def test_a_lost_answer_is_not_sent_again_and_says_so(wire):
    name = "create_user_access_token"
    wire.answers[name] = AnswerLost("the connection broke", "Run the task again", name)
    with pytest.raises(AnswerLost, match="It may have taken effect all the same") as caught:
        run(wire, name, {"user_id": ID, "description": "backup"})
    assert "Run the task again." not in str(caught.value)
    assert wire.names == [name]


# -- check_user_mfa --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("login_id", "operation"), [("Zoe", "get_user_by_username"), ("zoe@example.com", "get_user_by_email")])
@pytest.mark.parametrize(("user", "expected"), [({"mfa_active": True}, True), ({}, False), (None, False)])
def test_check_user_mfa_answers_where_the_server_no_longer_does(wire, login_id, operation, user, expected):
    wire.answers["check_user_mfa"] = rejection("check_user_mfa", 404, "api.context.404.app_error")
    wire.answers[operation] = rejection(operation, 404, "app.user.missing_account.const")
    if user is not None:
        wire.answers[operation] = {"id": ID, "username": "zoe", "email": "zoe@example.com", **user}
    outcome = run(wire, "check_user_mfa", {"login_id": login_id})
    assert outcome.returned["answer"] == {"mfa_required": expected}
    assert "no longer has check_user_mfa" in outcome.plan.warnings[0]
    assert wire.names == ["check_user_mfa", operation]


def test_check_user_mfa_is_the_servers_where_it_has_it(wire):
    wire.answers["check_user_mfa"] = {"mfa_required": True}
    outcome = run(wire, "check_user_mfa", {"login_id": "zoe"})
    assert outcome.returned["answer"] == {"mfa_required": True}
    assert outcome.plan.warnings == []


# -- secrets ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("operation", "arguments", "answer"),
    [
        ("create_user_access_token", {"user_id": ID, "description": "x"}, {"id": "k", "token": "Hush-1", "description": "x"}),
        ("generate_mfa_secret", {"user_id": ID}, {"secret": "Hush-2", "qr_code": "Hush-3"}),
        ("verify_user_email_without_token", {"user_id": ID}, {"id": "k", "password": "Hush-4"}),
    ],
)
def test_secrets_of_the_answer_are_returned_on_request_only(wire, operation, arguments, answer):
    wire.answers[operation] = answer
    outcome = run(wire, operation, arguments)
    assert "Hush-" not in repr([outcome.returned, outcome.plan])
    assert outcome.returned["secrets"] == {}
    assert set(outcome.returned["answer"]) == set(answer)

    outcome = run(wire, operation, arguments, return_secrets=True)
    assert outcome.returned["secrets"] == {key: value for key, value in answer.items() if str(value).startswith("Hush-")}
    assert "Hush-" not in repr([outcome.returned["answer"], outcome.plan])


def test_the_session_of_a_login_is_a_secret(wire):
    arguments = {"login_id": "zoe", "password": "Hush-5"}
    assert "session-token" not in repr(run(wire, "login", arguments).returned)
    assert run(wire, "login", arguments, return_secrets=True).returned["secrets"] == {"session_token": "session-token"}


def test_secrets_deep_in_the_answer_are_masked(wire):
    wire.answers["get_sessions"] = [{"id": "s", "props": {"csrf": "Hush-6", "os": "Linux"}}]
    for return_secrets in (False, True):
        returned = run(wire, "get_sessions", {"user_id": ID}, return_secrets=return_secrets).returned
        assert returned == {"answer": [{"id": "s", "props": {"csrf": "(not shown)", "os": "Linux"}}], "secrets": {}}


@given(st.sampled_from(sorted(OPERATIONS)), st.data())
def test_every_secret_argument_is_known_to_ansible_as_one(name, data):
    secrets = [parameter.name for parameter in OPERATIONS[name].parameters if parameter.secret]
    values = {secret: data.draw(st.text("abc", min_size=6)) for secret in secrets}
    validation = ArgumentSpecValidator(SUBJECT.options).validate({"operation": name, "arguments": values})
    assert set(values.values()) <= set(validation._no_log_values)


def test_a_wrong_operation_does_not_uncover_them():
    validation = ArgumentSpecValidator(SUBJECT.options).validate({"operation": "longin", "arguments": {"password": "Hush-7"}})
    assert validation.error_messages
    assert "Hush-7" in validation._no_log_values


def test_no_name_is_a_secret_for_one_operation_and_open_for_another():
    kinds = {}
    for operation in OPERATIONS.values():
        for parameter in operation.parameters:
            kinds.setdefault(parameter.name, set()).add(parameter.secret)
    assert [name for name, kind in kinds.items() if len(kind) > 1] == []


# -- options and documentation ---------------------------------------------------------------------------------------


def test_the_documentation_lists_the_operations_and_parameters_of_the_table():
    options = yaml.safe_load(mm_user_operation.DOCUMENTATION)["options"]
    assert options["operation"]["choices"] == sorted(OPERATIONS)
    documented = {name: (option["type"], option.get("elements")) for name, option in options["arguments"]["suboptions"].items()}
    assert documented == {name: (option["type"], option.get("elements")) for name, option in argument_options().items()}
    assert list(documented) == sorted(documented)


@pytest.mark.parametrize("name", OPERATIONS)
def test_templated_values_become_what_the_operation_takes(name, picture):
    """Ansible hands on numbers and booleans as text where a template made them."""
    operation = OPERATIONS[name]
    texts = {
        parameter: value if isinstance(value, (dict, list)) else str(value)
        for parameter, value in arguments_of(operation, picture).items()
    }
    validation = ArgumentSpecValidator(SUBJECT.options).validate({"operation": name, "arguments": texts})
    assert not validation.error_messages
    given_arguments = {key: value for key, value in validation.validated_parameters["arguments"].items() if value is not None}
    assert given_arguments == arguments_of(operation, picture)


@pytest.mark.parametrize(
    "value", ["b/image", "me/tokens", "../../config", "..", ".", "%2e%2e", "a?b", "a#b", "a b", "b\n", "\\"]
)
@pytest.mark.parametrize(
    ("operation", "name"), [("get_user", "user_id"), ("delete_user", "user_id"), ("get_user_by_username", "username")]
)
def test_no_value_in_a_path_leads_to_another_operation(wire, operation, name, value):
    with pytest.raises(InvalidInput, match=name):
        run(wire, operation, {name: value})
    assert wire.sent == []


@pytest.mark.parametrize("value", ["x@y/../../config", "../a@b", "a@b/", "a//b@c", "a b@c", "."])
def test_no_address_leads_to_another_operation(wire, value):
    with pytest.raises(InvalidInput, match="email"):
        run(wire, "get_user_by_email", {"email": value})
    assert wire.sent == []


@pytest.mark.parametrize("value", ["zoe@example.com", "zoë+tag@example.com", "dept/zoe@example.com", "a..b@example.com"])
def test_an_address_of_any_usual_form_is_sent(wire, value):
    run(wire, "get_user_by_email", {"email": value})
    assert wire.names == ["get_user_by_email"]


def test_a_logout_without_a_session_is_nothing_to_do():
    class LoggedOut(Authentication):
        has_session = False

    wire = Wire()
    declaration = declared(SUBJECT.options, operation="logout", arguments=None)
    outcome = converge(OperationService(), Client(wire, LoggedOut()), declaration, check_mode=False)
    assert (wire.sent, outcome.plan.changed, outcome.returned["answer"]) == ([], False, None)
