# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Custom terms of service, and who accepted them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

from . import bodies
from .basics import new_id, now
from .call import Call, Response, done, reply
from .errors import NO_SUCH_TERMS, NO_TERMS_ACCEPTED, TERMS_DISABLED, bad_body
from .licence import TERMS_OF_SERVICE
from .permissions import MANAGE_SYSTEM
from .router import operation


@dataclass(frozen=True)
class Terms:
    """One version of the terms."""

    user_id: str
    text: str
    id: str = field(default_factory=new_id)
    create_at: int = field(default_factory=now)


class TermsOfService:
    """All versions, and the one that each user accepted."""

    def __init__(self):
        self._versions: dict[str, Terms] = {}
        self._accepted: dict[str, tuple[str, int]] = {}

    def latest(self) -> Terms | None:
        """The version in force."""
        return next(reversed(self._versions.values()), None)

    def add(self, terms: Terms) -> Terms:
        """A new version."""
        self._versions[terms.id] = terms
        return terms

    def exist(self, terms_id: str) -> bool:
        """Whether there is such a version."""
        return terms_id in self._versions

    def accepted(self, user_id: str) -> tuple[str, int]:
        """Version that a user accepted, and when; empty if none."""
        return self._accepted.get(user_id, ("", 0))

    def accept(self, user_id: str, terms_id: str) -> None:
        """The user agrees."""
        self._accepted[user_id] = (terms_id, now())

    def decline(self, user_id: str, terms_id: str) -> None:
        """The user does not agree, any more."""
        if self.accepted(user_id)[0] == terms_id:
            self.forget_user(user_id)

    def forget_user(self, user_id: str) -> None:
        """The user is deleted for good, or declined."""
        self._accepted.pop(user_id, None)


@operation("create_terms_of_service", "POST", "/terms_of_service")
def create_terms_of_service(call: Call) -> Response:
    """A new version of the terms."""
    call.need(MANAGE_SYSTEM)
    if TERMS_OF_SERVICE not in call.state.licence.adds:
        raise TERMS_DISABLED()
    text = bodies.texts(call.body).get("text", "")
    if not text:
        raise bad_body("text")
    return reply(asdict(call.state.terms.add(Terms(call.user_id, text))))


@operation("get_terms_of_service", "GET", "/terms_of_service")
def get_terms_of_service(call: Call) -> Response:
    """The version in force."""
    terms = call.state.terms.latest()
    if terms is None:
        raise NO_SUCH_TERMS()
    return reply(asdict(terms))


# The id in the path of these two is not looked at: they are about the caller.
@operation("get_user_terms_of_service", "GET", "/users/{user_id}/terms_of_service")
def get_user_terms_of_service(call: Call) -> Response:
    """The version that the caller accepted."""
    terms_id, time = call.state.terms.accepted(call.user_id)
    if not terms_id:
        raise NO_TERMS_ACCEPTED()
    return reply({"user_id": call.user_id, "terms_of_service_id": terms_id, "create_at": time})


@operation("register_terms_of_service_action", "POST", "/users/{user_id}/terms_of_service")
def register_terms_of_service_action(call: Call) -> Response:
    """The caller accepts or declines a version."""
    body = bodies.anything(call.body)
    terms_id, accepted = body.get("termsOfServiceId"), body.get("accepted")
    if not isinstance(terms_id, str):
        raise bad_body("termsOfServiceId")
    if not isinstance(accepted, bool):
        raise bad_body("accepted")
    terms = call.state.terms
    if not terms.exist(terms_id):
        raise NO_SUCH_TERMS()
    if accepted:
        terms.accept(call.user_id, terms_id)
    else:
        terms.decline(call.user_id, terms_id)
    call.audit(f"TermsOfServiceId={terms_id}, accepted={str(accepted).lower()}")
    return done()
