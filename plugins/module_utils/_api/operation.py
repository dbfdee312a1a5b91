# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How an operation of the API is described."""

from __future__ import annotations

from dataclasses import dataclass

API_PREFIX = "/api/v4"

#: The largest page that the server answers. It silently lowers larger requests to this.
LARGEST_PAGE = 200

#: Connections kept open. More concurrent requests than this open and close further ones.
MOST_CONNECTIONS = 16


@dataclass(frozen=True)
class Parameter:
    """A parameter of an operation.

    ``where`` is ``path``, ``query``, ``body`` (a key of the JSON object), ``items`` (the body is this JSON array) or
    ``file`` (a multipart upload). ``type`` is a JSON type, ``elements`` that of the elements of an array. ``secret`` values
    never show in output. ``repeated``: the body has to repeat this part of the path.
    """

    name: str
    where: str
    type: str = "string"
    required: bool = False
    secret: bool = False
    elements: str = "string"
    repeated: bool = False


@dataclass(frozen=True)
class Operation:
    """An operation of the API.

    ``api`` is the part of the API that has it, as the reference divides it: ``users``, ``bots``, ``teams`` ...
    ``writes``: the operation changes the server or sends a message. Some POST requests only read.
    ``repeatable``: sending it twice leaves the server as sending it once does, but for time stamps. Only such an
    operation is sent again when it is unknown whether the first request took effect.
    ``local``: the local mode socket has it. ``remote``: the HTTP interface has it.
    ``needs``: licence or server setting that it depends on. ``removed_in``: the server version that no longer has it.
    ``answer``: ``object``, ``list``, ``object or list``, ``number`` or ``picture``. ``answer_secrets``: keys, at any depth of
    the answer, that hold a secret.
    """

    name: str
    method: str
    path: str
    summary: str
    permission: str
    parameters: tuple
    writes: bool
    repeatable: bool
    local: bool
    remote: bool
    minimum_version: str
    removed_in: str
    needs: str
    answer: str
    answer_secrets: tuple
    api: str

    @property
    def paged(self) -> bool:
        """Whether the answer comes in pages (parameters ``page`` and ``per_page``)."""
        return any(parameter.name == "per_page" for parameter in self.parameters)

    def parameter(self, name: str) -> Parameter:
        """The parameter of that name. Raises ``KeyError`` if there is none."""
        for parameter in self.parameters:
            if parameter.name == name:
                return parameter
        raise KeyError(name)


def in_path(name, repeated=False):
    return Parameter(name, "path", required=True, repeated=repeated)


def in_query(name, type="string", required=False, secret=False):
    return Parameter(name, "query", type, required, secret)


def in_body(name, type="string", required=False, secret=False):
    return Parameter(name, "body", type, required, secret)


def as_items(name, elements="string"):
    return Parameter(name, "items", "array", required=True, elements=elements)


def as_file(name):
    return Parameter(name, "file", "binary", required=True)


def operation(
    name,
    method,
    path,
    summary,
    permission,
    parameters=(),
    writes=None,
    repeatable=None,
    local=False,
    remote=True,
    minimum_version="",
    removed_in="",
    needs="",
    answer="object",
    answer_secrets=(),
    api="users",
):
    """The description of an operation; ``path`` without the prefix that all have in common."""
    if writes is None:
        writes = method != "GET"
    return Operation(
        name,
        method,
        API_PREFIX + path,
        summary,
        permission,
        parameters,
        writes,
        not writes if repeatable is None else repeatable,
        local,
        remote,
        minimum_version,
        removed_in,
        needs,
        answer,
        answer_secrets,
        api,
    )


def by_name(*operations: Operation) -> dict:
    """A table of operations."""
    return {operation.name: operation for operation in operations}
