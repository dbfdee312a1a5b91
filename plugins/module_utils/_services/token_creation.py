# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The creation of a token whose value is told once: nothing is left behind that nobody can use.

An answer that is lost may have made a token. It is looked for and revoked before the next try.
"""

from __future__ import annotations

import os

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput, MattermostError
from ansible_collections.mmops.mattermost.plugins.module_utils._api.protocol import ApiClient
from ansible_collections.mmops.mattermost.plugins.module_utils._plan import Step
from ansible_collections.mmops.mattermost.plugins.module_utils._services.hand_over import Note
from ansible_collections.mmops.mattermost.plugins.module_utils._services.token_steps import revocation

#: How often a creation is tried whose answer is lost. A token that it may have left is looked for in between.
_TRIES = 3


class Creation:
    """Carries out the creation. ``known``: the ids of all tokens that the user had; ``lost``: those of them that are revoked.

    ``extra_steps`` are those that took effect before the one that counts, ``operations`` names all that took effect.
    """

    def __init__(self, known: frozenset, lost: frozenset, note: Note | None):
        self._known = known
        self._lost = lost
        self._note = note
        self._created: dict = {}
        self.extra_steps: list[Step] = []
        self.operations: list[str] = []
        self.warnings: list[str] = []

    def carry_out(self, client: ApiClient, create: Step) -> dict:
        """The new token, with its value."""
        self._write_note(create)
        doubt = False
        for tries_left in range(_TRIES - 1, -1, -1):
            try:
                self._created = client.call(create.operation, create.arguments).data
                break
            except MattermostError as error:
                if not error.outcome_unknown:
                    raise
                doubt = True
                self._revoke_orphan(client, create, error)
                if not tries_left:
                    error.conclude("No token is left of it. Run the task again.")
                    raise
        if doubt:
            self._revoke_latecomers(client, create)
        self.operations.append(create.operation)
        self._check_expiry(client, create)
        return self._created

    def _write_note(self, create):
        """Note that there will be a token that is not handed over."""
        if not self._note or self._note.taken:
            return
        try:
            self._note.write(create.arguments["description"], self._known - self._lost)
        except OSError as error:
            self._note.release()
            self.warnings.append(
                f"It could not be noted that the new token is not handed over yet ({os.strerror(error.errno or 0)}). If "
                "the run is killed before that, the next one does not notice"
            )

    def _appeared(self, client: ApiClient, create) -> list:
        """The ids of tokens that nobody knew before, and that are like the one to be created."""
        tokens = client.pages("get_user_access_tokens_for_user", user_id=create.arguments["user_id"])
        alike = [token["id"] for token in tokens if token["description"] == create.arguments["description"]]
        return [token_id for token_id in alike if token_id not in self._known and token_id != self._created.get("id")]

    def _revoke(self, client: ApiClient, create, token_id):
        client.revoke_user_access_token(token_id=token_id)
        self.extra_steps += [create, revocation(token_id)]
        self.operations += [step.operation for step in self.extra_steps[-2:]]

    def _revoke_orphan(self, client: ApiClient, create, error) -> None:
        """Look for the token that a creation of unknown outcome left, and revoke it: nobody knows its value.

        Keeping it would leave a working secret that is of use to nobody, and a later run would take it for the declared
        token. Raises ``error`` if it cannot be told whether there is one.
        """
        description = create.arguments["description"]
        try:
            appeared = self._appeared(client, create)
            if len(appeared) > 1:
                error.reason += f", and several such tokens appeared ({', '.join(appeared)}), so another run may be at work"
                raise error
            if appeared:
                self._revoke(client, create, appeared[0])
        except MattermostError:
            error.conclude(
                f"There may be a new token {description!r} of this user, and nobody knows its value: "
                + (
                    "the next run on this host revokes it and creates another."
                    if self._note
                    else "revoke it (state: absent), then run the task again."
                )
            )
            raise error from None
        if appeared:
            self.warnings.append(
                f"The answer to a creation was lost. The token {appeared[0]} that it had made was revoked, as "
                "nobody knows its value."
            )

    def _revoke_latecomers(self, client: ApiClient, create) -> None:
        """Revoke what an earlier try made after it had been looked for. Nobody knows those values."""
        try:
            for token_id in self._appeared(client, create):
                self._revoke(client, create, token_id)
                self.warnings.append(f"The token {token_id} of a creation whose answer was lost was revoked.")
        except MattermostError as error:
            self.warnings.append(
                "The new token was created, but whether an earlier try left another one could not be found out: "
                f"{error} Look for a second token {create.arguments['description']!r}, and revoke it."
            )

    def _check_expiry(self, client: ApiClient, create):
        """A server that does not know ``expires_at`` takes no notice of it, and makes a token that never expires."""
        answer, expected = self._created, create.arguments.get("expires_at")
        if expected is None or answer.get("expires_at") == expected:
            return
        error = no_expiry()
        try:
            client.revoke_user_access_token(token_id=answer["id"])
            self.operations.append("revoke_user_access_token")
        except MattermostError:
            error.reason += f"; the token {answer['id']} was created, never expires, and could not be revoked"
        raise error


def no_expiry() -> InvalidInput:
    return InvalidInput(
        "expires_after: tokens of this server never expire, it does not know expires_at",
        "Leave it out and declare rotate_after and overlap, which revoke old tokens on any server",
    )
