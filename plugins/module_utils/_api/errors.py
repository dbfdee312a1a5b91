# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong, as exceptions.

Every message is one or two plain sentences: what failed and why, then the way out. No message holds a secret: texts of
other libraries, which may quote URLs or headers, are never passed on.
"""

from __future__ import annotations

from ansible_collections.mmops.mattermost.plugins.module_utils._api.error_meanings import explain


class MattermostError(Exception):
    """Base of all errors of this collection.

    ``operation`` is the API name of the operation under way, if any. ``done`` lists the operations that had taken
    effect before, in order. ``outcome_unknown``: the request may have taken effect, but its answer was lost.
    """

    outcome_unknown = False

    def __init__(self, reason: str, remedy: str = "", operation: str = ""):
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy
        self.operation = operation
        self.done: list[str] = []

    def __str__(self) -> str:
        text = f"{self.operation}: {self.reason}" if self.operation else self.reason
        sentences = [text.rstrip(".") + "."]
        if self.remedy:
            sentences.append(self.remedy[:1].upper() + self.remedy[1:].rstrip(".") + ".")
        return " ".join(sentences)

    def means(self, *kinds: str) -> bool:
        """Whether the server's refusal is of one of these kinds, which ``error_meanings`` lists."""
        return False

    def details(self) -> dict:
        """What a result of Ansible shows beside the message."""
        return {"operation": self.operation or None}


class InvalidInput(MattermostError):
    """An option, or a combination of options, that cannot be carried out. Nothing was sent to change the server."""


class MissingLibrary(MattermostError):
    """A Python library that is needed for what was asked is not installed."""

    def __init__(self, library: str, reason: str):
        super().__init__(f"the Python library {library} is missing", f"Install {library} on the host that runs the task")
        self.library = library
        self.needed_for = reason


class ServerUnreachable(MattermostError):
    """No connection: the request never reached the server."""


class CertificateRejected(ServerUnreachable):
    """TLS failed: the server's certificate is not trusted, or the server wants a client certificate."""


class AnswerLost(MattermostError):
    """The connection broke, or time ran out, after the request was sent."""

    outcome_unknown = True


class UnexpectedAnswer(MattermostError):
    """The answer is not one that Mattermost gives: a proxy, a login page, a redirect, a wrong address."""


class RequestRejected(MattermostError):
    """The server answered with an error.

    ``status`` is the HTTP status, ``error_id`` the server's stable name of the error (empty when the body held none),
    ``server_message`` its translated text and ``request_id`` the key to the server's log.
    """

    def __init__(self, operation: str, status: int, error_id: str = "", server_message: str = "", request_id: str = ""):
        explanation = explain(error_id, status)
        cause = explanation.cause
        if server_message and not explanation.complete:
            cause = f"{cause} ({server_message.rstrip('.')})" if cause else server_message.rstrip(".")
        if not cause:
            cause = f"the server answered with HTTP status {status}"
        if error_id:
            cause = f"{cause} [{error_id}]"
        super().__init__(cause, explanation.remedy, operation)
        self.status = status
        self.error_id = error_id
        self.kind = explanation.kind
        self.server_message = server_message
        self.request_id = request_id

    def means(self, *kinds: str) -> bool:
        return self.kind in kinds

    def details(self) -> dict:
        return {
            "operation": self.operation,
            "status": self.status,
            "id": self.error_id or None,
            "message": self.server_message or None,
            "request_id": self.request_id or None,
        }


class NotAuthenticated(RequestRejected):
    """401 because the session is not valid."""


class PermissionDenied(RequestRejected):
    """403."""


class NotFound(RequestRejected):
    """404 for an object. A route that the server does not have is ``OperationNotAvailable``."""


class OperationNotAvailable(RequestRejected):
    """The server has no such route: an older or newer version, the local socket, or a wrong ``api_url``."""


class WrongServerVersion(OperationNotAvailable):
    """The server is known not to have the operation. Nothing was sent."""

    def __init__(self, operation: str, reason: str):
        super().__init__(operation, 0)
        self.reason, self.remedy = reason, ""

    def details(self) -> dict:
        return {"operation": self.operation}


class TooManyRequests(RequestRejected):
    """429: refused before anything was done, whatever the operation. ``retry_after``: seconds that the server asks for."""

    retry_after: float | None = None


class ServerUnavailable(RequestRejected):
    """502, 503 or 504: something between here and the server's database does not answer."""

    outcome_unknown = True


def rejection(
    operation: str, status: int, error_id: str = "", server_message: str = "", request_id: str = ""
) -> RequestRejected:
    """The exception for an answer with an error status. The id decides before the status does: status codes lie."""
    kind: type[RequestRejected]
    if error_id == "api.context.404.app_error" or (status == 404 and not error_id):
        kind = OperationNotAvailable
    elif error_id == "api.context.session_expired.app_error":
        kind = NotAuthenticated
    else:
        kind = {
            403: PermissionDenied,
            404: NotFound,
            429: TooManyRequests,
            502: ServerUnavailable,
            503: ServerUnavailable,
            504: ServerUnavailable,
        }.get(status, RequestRejected)
    return kind(operation, status, error_id, server_message, request_id)
