# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One operation of the API as it is: the arguments are checked against the table of operations, then it is sent."""

from __future__ import annotations

import base64
import os
import re
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.mmops.mattermost.plugins.module_utils._api.client import check_arguments
from ansible_collections.mmops.mattermost.plugins.module_utils._api.error_meanings import WRONG_LOGIN
from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import (
    InvalidInput,
    MattermostError,
    OperationNotAvailable,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._api.operation import Operation
from ansible_collections.mmops.mattermost.plugins.module_utils._api.operations import OPERATIONS
from ansible_collections.mmops.mattermost.plugins.module_utils._api.protocol import ApiClient
from ansible_collections.mmops.mattermost.plugins.module_utils._plan import HIDDEN, Plan, Service, Step
from ansible_collections.mmops.mattermost.plugins.module_utils._services.audit import without_token
from ansible_collections.mmops.mattermost.plugins.module_utils._services.identity import find_user
from ansible_collections.mmops.mattermost.plugins.module_utils._services.option_file import read_option_file

#: Operations that hit every user of the server. They are sent only if their name is repeated.
CONFIRMED = ("permanent_delete_all_users", "revoke_sessions_from_all_users")

#: Operations that open a session, whose token comes in a header of the answer.
_LOGINS = ("login", "login_by_cws_token")

#: The types of the table as Ansible calls them.
_OPTION_TYPES = {
    "string": "str",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "object": "dict",
    "array": "list",
    "binary": "path",
}


def argument_options() -> dict:
    """The argument spec of all parameters of all operations. Secret ones are marked, so that Ansible never shows them.

    A parameter that is a text for one operation and a list for another is taken as it comes.
    """
    options: dict = {}
    for operation in OPERATIONS.values():
        for parameter in operation.parameters:
            kind = _OPTION_TYPES[parameter.type]
            option = options.setdefault(parameter.name, {"type": kind, "no_log": False})
            if kind == "list":
                option["elements"] = _OPTION_TYPES[parameter.elements]
            option["no_log"] = option["no_log"] or parameter.secret
            if option["type"] != kind:
                option["type"] = "raw"
                option.pop("elements", None)
    return dict(sorted(options.items()))


@dataclass
class Seen:
    """What is known before the operation is carried out.

    ``arguments`` are as they are sent, files by name and content. ``answer`` is that of an operation that only reads.
    ``has_session``: there is a session that ``logout`` could end.
    """

    arguments: dict = field(repr=False)
    has_session: bool = True
    answer: Any = field(default=None, repr=False)
    warnings: list = field(default_factory=list)


@dataclass
class OperationPlan(Plan):
    """A plan with one step, or with none if the operation only reads. ``return_secrets``: as the user asked."""

    looks_again: bool = False  # a look at the server cannot tell whether any operation took effect
    if_lost: str = "It may have taken effect all the same: look at the server before you run the task again."
    return_secrets: bool = False
    returned: dict = field(default_factory=lambda: {"answer": None, "secrets": {}}, repr=False)

    def execute(self, client: ApiClient) -> None:
        try:
            super().execute(client)
        except MattermostError as error:
            if error.operation in _LOGINS and error.means(WRONG_LOGIN):
                error.remedy = "Check arguments.login_id and arguments.password"
            raise

    def keep(self, step: Step, answer) -> None:
        self.show(OPERATIONS[step.operation], answer.data, answer.session_token)

    def show(self, operation: Operation, data, session_token: str | None = None) -> None:
        """Make the result of an answer."""
        if isinstance(data, bytes):
            data = base64.b64encode(data).decode()
        if operation.answer == "list":
            data = data or []  # audits answer null where another list is empty
        if operation.name == "get_user_audits":
            data = [without_token(entry) for entry in data]
        secrets = {name: data[name] for name in operation.answer_secrets if isinstance(data, dict) and name in data}
        if operation.name in _LOGINS:
            secrets["session_token"] = session_token
        self.returned = {"answer": _masked(data, operation.answer_secrets), "secrets": secrets if self.return_secrets else {}}


class OperationService(Service):
    """Carries out the operation that is named."""

    def check(self, declaration: dict) -> list:
        operation, arguments = OPERATIONS[declaration["operation"]], _given(declaration)
        _check_declaration(declaration, operation, arguments)
        # Files are read later.
        files = {name: ("", b"") for name in _files(operation) if name in arguments}
        check_arguments(operation.name, {**arguments, **files})
        for parameter in operation.parameters:
            if parameter.where == "path":
                _check_part_of_path(parameter.name, arguments[parameter.name], operation)
        return []

    def look(self, client: ApiClient, declaration: dict) -> Seen:
        operation = OPERATIONS[declaration["operation"]]
        _check_offered(operation, client.local)
        seen = Seen(_given(declaration), client.has_session)
        for name in _files(operation):
            if name in seen.arguments:
                seen.arguments[name] = _upload(name, seen.arguments[name])
        if operation.writes:
            return seen
        if declaration["all_pages"]:
            seen.answer = list(client.pages(operation.name, **seen.arguments))
        elif operation.name == "check_user_mfa":
            seen.answer = _check_user_mfa(client, seen.arguments["login_id"], seen.warnings)
        else:
            seen.answer = client.call(operation.name, seen.arguments).data
        return seen

    def decide(self, declaration: dict, seen: Seen) -> OperationPlan:
        operation = OPERATIONS[declaration["operation"]]
        plan = OperationPlan(return_secrets=declaration["return_secrets"], warnings=seen.warnings)
        if not operation.writes:
            plan.show(operation, seen.answer)
        elif operation.name != "logout" or seen.has_session:
            plan.add(operation.name, **seen.arguments)
        return plan

    def predict(self, plan) -> dict:
        return plan.returned

    def read_back(self, client: ApiClient, plan: Plan) -> dict:
        return self.predict(plan)


def _given(declaration: dict) -> dict:
    """The arguments that are given."""
    return {name: value for name, value in (declaration["arguments"] or {}).items() if value is not None}


def _files(operation: Operation) -> list:
    """The parameters that are files."""
    return [parameter.name for parameter in operation.parameters if parameter.where == "file"]


def _check_declaration(declared, operation, arguments):
    """Refuse what need not be sent to know that it fails, or what must not be sent by mistake."""
    if operation.name in CONFIRMED and declared["confirm"] is None:
        raise InvalidInput(
            "this hits every user of the server", f"Repeat the name in confirm: {operation.name}", operation.name
        )
    if declared["confirm"] not in (None, operation.name):
        raise InvalidInput("confirm names another operation", "Correct operation or confirm", operation.name)
    if declared["all_pages"]:
        if not operation.paged:
            raise InvalidInput("all_pages: the answer does not come in pages", "Leave it out", operation.name)
        if {"page", "per_page"} & set(arguments):
            raise InvalidInput("all_pages excludes page and per_page", "Give one or the other", operation.name)


def _check_offered(operation, local):
    """Refuse what the socket alone has, and what it does not have."""
    if local and not operation.local:
        raise InvalidInput("the local socket does not have this operation", "Give api_url and a token instead", operation.name)
    if not local and not operation.remote:
        raise InvalidInput("only the local socket has this operation", "Give api_socket", operation.name)


_NAME = (re.compile(r"[A-Za-z0-9._-]+\Z"), "name, which has letters, digits, dot, dash and underscore only")
_ID = (re.compile(r"[A-Za-z0-9]+\Z"), "id, which has letters and digits only")

#: What the server's own routes take in a path, except that no part between slashes of an address is empty or made of dots.
_PARTS_OF_PATH: dict = {
    "email": (re.compile(r"(?!(.*/)?\.{0,2}(/|\Z))[^\x00-\x20\x7f]+\Z"), "e-mail address"),
    **dict.fromkeys(("username", "team_name", "channel_name", "role_name"), _NAME),
}


def _check_part_of_path(name, value, operation):
    """Another value would lead to another operation: the server takes an encoded slash for a slash."""
    pattern, form = _PARTS_OF_PATH.get(name, _ID)
    if value in (".", "..") or not pattern.match(value):
        raise InvalidInput(f"arguments.{name}: {value!r} is not a valid {form}", "Correct it", operation.name)


def _upload(name, path) -> tuple:
    """Name and content of a file that is to be sent."""
    return os.path.basename(path), read_option_file(f"arguments.{name}", path)


def _check_user_mfa(client: ApiClient, login_id, warnings) -> dict:
    """What the operation answers, also from servers that no longer have it."""
    try:
        return client.check_user_mfa(login_id=login_id)
    except OperationNotAvailable:
        warnings.append(
            "The server no longer has check_user_mfa (it went with version 6.0). "
            "The answer was made from mfa_active of the account instead."
        )
    who = {"user_id": None, "username": None, "email": None, "email" if "@" in login_id else "username": login_id}
    user = find_user(client, who)
    # The operation did not tell unknown users from those without MFA either.
    return {"mfa_required": bool(user and user.get("mfa_active"))}


def _masked(data, secrets):
    """The data without the values of these keys, at any depth."""
    if not secrets:
        return data
    if isinstance(data, dict):
        return {key: HIDDEN if key in secrets and value else _masked(value, secrets) for key, value in data.items()}
    if isinstance(data, list):
        return [_masked(value, secrets) for value in data]
    return data
