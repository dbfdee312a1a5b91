# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong, as exceptions.

Every message is one or two plain sentences: what failed and why, then the way out. No message holds a secret: texts of
other libraries, which may quote URLs or headers, are never passed on.
"""

from __future__ import annotations

from ansible_collections.mmops.mattermost.plugins.module_utils._api.error_meanings import PERMISSION_REMEDIES, explain


class MattermostError(Exception):
    """Base of all errors of this collection.

    ``operation`` is the API name of the operation under way, if any. ``done`` lists the operations that had taken
    effect before, in order. ``consequence`` is a sentence on what became of the writes of the task, ``returned`` holds
    return keys of the module that there are although the task failed.

    ``outcome_unknown``: the request may have taken effect. That is so whenever it was sent and what came back, if
    anything, is neither a good answer nor a refusal in Mattermost's own form. Known is the outcome of

    * an error object of Mattermost, that of status 500 included: it refuses, and every recorded one changed nothing;
      only where the server says that it is not available (502, 503, 504) it may have begun;
    * 429 in whatever form, as the limit comes before everything else;
    * a redirect, which only says where the request should have gone.
    """

    outcome_unknown = False

    #: Whether the same request may well succeed in a moment.
    transient = False

    def __init__(self, reason: str, remedy: str = "", operation: str = ""):
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy
        self.operation = operation
        self.done: list[str] = []
        self.consequence = ""
        self.returned: dict = {}

    def __str__(self) -> str:
        text = f"{self.operation}: {self.reason}" if self.operation else self.reason
        sentences = [text.rstrip(".") + "."]
        if self.remedy:
            sentences.append(self.remedy[:1].upper() + self.remedy[1:].rstrip(".") + ".")
        if self.consequence:
            sentences.append(self.consequence)
        return " ".join(sentences)

    def conclude(self, consequence: str) -> None:
        """Say what became of the writes of the task."""
        self.consequence = consequence

    def means(self, *kinds: str) -> bool:
        """Whether the server's refusal is of one of these kinds, which ``error_meanings`` lists."""
        return False

    def details(self) -> dict:
        """What a result of Ansible shows beside the message."""
        return {"operation": self.operation or None}


class InvalidInput(MattermostError):
    """An option, or a combination of options, that cannot be carried out. Nothing was sent to change the server."""


class Stopped(MattermostError):
    """The task must not write any more, as nobody waits for it."""


class UnforeseenError(MattermostError):
    """A fault of this collection. The message names the kind of the Python error, but not its text, which may be secret."""

    def __init__(self, error: BaseException):
        super().__init__(
            f"an error that this collection did not foresee ({type(error).__name__})",
            "Please report it, with the traceback that -vvv shows",
        )


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
    transient = True

    def conclude(self, consequence: str) -> None:
        super().conclude(consequence)
        self.remedy = ""  # it said to run the task again, which depends on the consequence


class UnexpectedAnswer(MattermostError):
    """The answer is not one that Mattermost gives: a proxy, a login page, a wrong address."""

    outcome_unknown = True


class Redirected(UnexpectedAnswer):
    """The server, or what stands before it, names another address. The request had no effect."""

    outcome_unknown = False


class RequestRejected(MattermostError):
    """The answer is an error, of the server or of something that stands before it.

    ``status`` is the HTTP status, ``error_id`` the server's stable name of the error (empty when the body held none),
    ``server_message`` its translated text, ``request_id`` the key to the server's log and ``version_id`` what the answer told
    of the server. ``own_form``: the body is an error object as Mattermost makes it.
    """

    version_id = ""

    #: What the kind of the error tells of the outcome; ``None`` if the form of the answer decides.
    _outcome_unknown: bool | None = None

    def __init__(
        self,
        operation: str,
        status: int,
        error_id: str = "",
        server_message: str = "",
        request_id: str = "",
        own_form: bool = True,
    ):
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
        refused = bool(error_id) and own_form
        self.outcome_unknown = not refused if self._outcome_unknown is None else self._outcome_unknown

    @property
    def overtaken(self) -> bool:
        """Whether somebody else may have done what was asked since the server was looked at."""
        return self.error_id in _OVERTAKEN

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


#: What the server answers when something was created, deleted or changed in between.
_OVERTAKEN = frozenset(
    {
        "api.user.demote_user_to_guest.already_guest.app_error",
        "api.user.promote_guest_to_user.no_guest.app_error",
        "app.bot.createbot.internal_error",
        "app.user.missing_account.const",
        "app.user.save.email_exists.app_error",
        "app.user.save.username_exists.app_error",
    }
)


class NotAuthenticated(RequestRejected):
    """401 because the session is not valid."""


class PermissionDenied(RequestRejected):
    """403."""

    def __init__(self, operation: str, *answer, **more):
        super().__init__(operation, *answer, **more)
        self.remedy = PERMISSION_REMEDIES.get(operation, self.remedy)


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

    _outcome_unknown = False
    retry_after: float | None = None


class ServerUnavailable(RequestRejected):
    """Something between here and the server's database does not answer."""

    _outcome_unknown = True
    transient = True


#: Those of HTTP, and those of Cloudflare.
_UNAVAILABLE = (502, 503, 504, *range(520, 528), 530)


def rejection(
    operation: str, status: int, error_id: str = "", server_message: str = "", request_id: str = "", own_form: bool = True
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
            **dict.fromkeys(_UNAVAILABLE, ServerUnavailable),
        }.get(status, RequestRejected)
    return kind(operation, status, error_id, server_message, request_id, own_form)
