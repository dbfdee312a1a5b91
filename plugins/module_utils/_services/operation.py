# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One operation of the API as it is: the arguments are checked against the table of operations, then it is sent."""

from __future__ import annotations

import base64
import os
import re
from dataclasses import dataclass, field

from ansible_collections.mmops.mattermost.plugins.module_utils._api.client import check_arguments
from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import (
    InvalidInput,
    MattermostError,
    OperationNotAvailable,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._api.operation import Operation
from ansible_collections.mmops.mattermost.plugins.module_utils._api.operations import OPERATIONS
from ansible_collections.mmops.mattermost.plugins.module_utils._plan import HIDDEN, Plan, Service
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
class OperationPlan(Plan):
    """A plan with one step, or with none if the operation only reads. ``return_secrets``: as the user asked."""

    return_secrets: bool = False
    looks_again: bool = False  # a look at the server cannot tell whether any operation took effect
    returned: dict = field(default_factory=dict, repr=False)

    def execute(self, client) -> None:
        [step] = self.steps
        try:
            answer = client.call(step.operation, step.arguments)
        except MattermostError as error:
            if error.outcome_unknown:
                error.conclude("It may have taken effect all the same: look at the server before you run the task again.")
            raise
        self.keep(OPERATIONS[step.operation], answer.data, answer.headers.get("Token"))

    def keep(self, operation: Operation, data, session_token=None) -> None:
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

    def plan(self, client, declaration: dict) -> OperationPlan:
        operation = OPERATIONS[declaration["operation"]]
        arguments = {name: value for name, value in (declaration["arguments"] or {}).items() if value is not None}
        _check_declaration(declaration, operation, arguments, client.transport.local)
        for parameter in operation.parameters:
            if parameter.where == "file" and parameter.name in arguments:
                arguments[parameter.name] = _upload(parameter.name, arguments[parameter.name])
        check_arguments(operation.name, arguments)
        for parameter in operation.parameters:
            if parameter.where == "path":
                _check_part_of_path(parameter.name, arguments[parameter.name], operation)
        plan = OperationPlan(return_secrets=declaration["return_secrets"])
        if operation.name == "logout" and not client.has_session:
            plan.returned = {"answer": None, "secrets": {}}
        elif operation.writes:
            plan.add(operation.name, **arguments)
            plan.returned = {"answer": None, "secrets": {}}
        elif declaration["all_pages"]:
            plan.keep(operation, list(client.pages(operation.name, **arguments)))
        elif operation.name == "check_user_mfa":
            plan.keep(operation, _check_user_mfa(client, arguments["login_id"], plan))
        else:
            plan.keep(operation, client.call(operation.name, arguments).data)
        return plan

    def predict(self, plan) -> dict:
        return plan.returned

    def read_back(self, client, plan: Plan) -> dict:
        return self.predict(plan)


def _check_declaration(declared, operation, arguments, local):
    """Refuse what need not be sent to know that it fails, or what must not be sent by mistake."""
    if operation.name in CONFIRMED and declared["confirm"] is None:
        raise InvalidInput(
            "this hits every user of the server", f"Repeat the name in confirm: {operation.name}", operation.name
        )
    if declared["confirm"] not in (None, operation.name):
        raise InvalidInput("confirm names another operation", "Correct operation or confirm", operation.name)
    if local and not operation.local:
        raise InvalidInput("the local socket does not have this operation", "Give api_url and a token instead", operation.name)
    if not local and not operation.remote:
        raise InvalidInput("only the local socket has this operation", "Give api_socket", operation.name)
    if declared["all_pages"]:
        if not operation.paged:
            raise InvalidInput("all_pages: the answer does not come in pages", "Leave it out", operation.name)
        if {"page", "per_page"} & set(arguments):
            raise InvalidInput("all_pages excludes page and per_page", "Give one or the other", operation.name)


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


def _check_user_mfa(client, login_id, plan) -> dict:
    """What the operation answers, also from servers that no longer have it."""
    try:
        return client.check_user_mfa(login_id=login_id)
    except OperationNotAvailable:
        plan.warnings.append(
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
