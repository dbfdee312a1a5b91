# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mails with tokens: password reset and verification of an address.

Nothing is mailed. Tests read the outbox through the control surface.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from . import bodies
from .basics import new_id, now
from .call import Call, Response, done, reply
from .errors import VERIFY_BAD_LINK, ApiError, bad_body
from .router import OPEN, operation

TOKEN_LENGTH = 64


@dataclass(frozen=True)
class Mail:
    """A mail that a user would have got."""

    kind: str
    user_id: str
    to: str
    token: str
    sent_at: int


class Outbox:
    """All mails, and the tokens of them that still work."""

    def __init__(self):
        self.mails: list[Mail] = []
        self._open: dict[str, Mail] = {}

    def send(self, kind: str, user_id: str, to: str) -> None:
        """Mail a fresh token. Older ones go on working."""
        mail = Mail(kind, user_id, to, new_id(TOKEN_LENGTH), now())
        self.mails.append(mail)
        self._open[mail.token] = mail

    def find(self, kind: str, token: str) -> Mail | None:
        """The mail that a token belongs to, if it still works."""
        mail = self._open.get(token)
        return mail if mail and mail.kind == kind else None

    def use(self, token: str) -> None:
        """The token has done its work."""
        del self._open[token]

    def listing(self) -> list[dict]:
        """All mails, oldest first."""
        return [asdict(mail) for mail in self.mails]


def mark_verified(state, user_id: str, email: str) -> None:
    """The address belongs to the user."""
    before = state.users.row(user_id).update_at  # a real server has hashed a password since
    state.users.write(user_id, email=email, email_verified=True, update_at=max(now(), before + 1))
    state.users.forget(user_id)


@operation("send_verification_email", "POST", "/users/email/verify/send", OPEN)
def send_verification_email(call: Call) -> Response:
    """Mail a link to verify an address. The answer does not tell whether there is such a user."""
    email = bodies.texts(call.body).get("email", "").lower()
    if not email:
        raise bad_body("email")
    try:
        user = call.state.users.get_by_email(email)
    except ApiError:
        return done()
    call.state.outbox.send("verify_email", user.id, user.email)
    return done()


@operation("verify_user_email", "POST", "/users/email/verify", OPEN)
def verify_user_email(call: Call) -> Response:
    """Verify an address with the token of a mail."""
    token = bodies.texts(call.body).get("token", "")
    if len(token) != TOKEN_LENGTH:
        raise bad_body("token")
    mail = call.state.outbox.find("verify_email", token)
    users = call.state.users
    if mail is None or users.row(mail.user_id) is None or not users.is_free(mail.to, mail.user_id):
        raise VERIFY_BAD_LINK()
    mark_verified(call.state, mail.user_id, mail.to)
    call.state.outbox.use(token)
    return done()


@operation("verify_user_email_without_token", "POST", "/users/{user_id}/email/verify/member", local=True)
def verify_user_email_without_token(call: Call) -> Response:
    """Verify an address as administrator. The answer is the user as it was, in older releases with the hash of the password."""
    user = call.state.users.get(call.user_param())
    call.need_right()
    mark_verified(call.state, user.id, user.email)
    call.audit("user verified")
    views = call.state.views
    if call.state.release.verification_answers_raw_user:
        return reply(views.raw(user))
    return reply(views.profile(user, True, call.state.settings["PrivacySettings"]))
