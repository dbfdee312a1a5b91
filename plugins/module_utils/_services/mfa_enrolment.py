# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The enrolment of an account: a secret is generated, and proved with a code.

A secret is shown once, in the answer to its generation. Whatever goes wrong after that, a secret that may be in force is
either handed over or the message says that nobody has it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from ansible_collections.mmops.mattermost.plugins.module_utils._api.error_meanings import MFA_CODE_REFUSED
from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput, MattermostError
from ansible_collections.mmops.mattermost.plugins.module_utils._api.protocol import ApiClient
from ansible_collections.mmops.mattermost.plugins.module_utils._plan import Plan
from ansible_collections.mmops.mattermost.plugins.module_utils._services.identity import ME
from ansible_collections.mmops.mattermost.plugins.module_utils._services.secret_file import write_private

try:
    import pyotp

    HAS_PYOTP = True
except ImportError:
    HAS_PYOTP = False

#: Seconds for which a code is the current one. The server takes the one before and after as well.
PERIOD = 30

#: Seconds that a code must still be the current one when it is sent.
_MARGIN = 5

#: How often a secret is generated whose answer is lost.
_TRIES = 3

GENERATE, UPDATE = "generate_mfa_secret", "update_user_mfa"

_NOT_ACTIVE = (
    "Nothing is lost: MFA is not active, and the user logs in as before. Run the task again, which generates another secret"
)
_NOBODY_HAS_IT = (
    "The account may have a new secret now that nobody has: run the task again, which generates another one, or "
    "reset the account with state: absent"
)
_PERHAPS_ACTIVE = (
    "Whether MFA is active now could not be found out. If it is, the returned secret is the right one; if it is "
    "not, run the task again."
)


@dataclass(frozen=True)
class Clock:
    """Time in seconds since 1970, and waiting for seconds."""

    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep

    def remaining(self) -> float:
        """Seconds until the next code."""
        return PERIOD - self.now() % PERIOD


@dataclass
class MfaPlan(Plan):
    """``own``: the account is read as that of the caller. ``path`` is the file for the QR code, ``secret_path`` that for the
    secret, if one is wanted.
    """

    looks_again: bool = False  # a plan made again would generate another secret
    own: bool = False
    path: str | None = None
    secret_path: str | None = None
    clock: Clock = field(default_factory=Clock)
    problem: str = ""

    @property
    def failure(self) -> str:
        return self.problem

    def look(self, client: ApiClient) -> dict:
        """The account as it is now."""
        if self.own:
            return client.get_user(user_id=ME)
        return client.get_user_by_username(username=self.predicted["username"])

    def execute(self, client: ApiClient) -> None:
        if self.operations[:1] != [GENERATE]:
            super().execute(client)
            return
        server_time = self._generate(client)
        self._save_secret()
        if self.steps[1:]:  # else it is active already, with the new secret
            try:
                self._activate(client, _seconds_ahead(server_time, self.clock.now()))
            except MattermostError as error:
                error.done = [GENERATE]
                error.returned = {"user": self._account(client), **self.secret}
                raise

    def _generate(self, client: ApiClient) -> float | None:
        """Generate a secret; another one if nobody knows whether there is one now. Each replaces the one before.

        Returns the time of the server, if it tells.
        """
        for tries_left in range(_TRIES - 1, -1, -1):
            try:
                answer = client.call(GENERATE, self.steps[0].arguments)
                break
            except MattermostError as error:
                if error.outcome_unknown and tries_left:
                    continue
                if tries_left < _TRIES - 1 or error.outcome_unknown:
                    error.conclude(f"{_NOT_ACTIVE if self.steps[1:] else _NOBODY_HAS_IT}.")
                raise
        self.answers[GENERATE] = answer.data
        return answer.server_time

    def _save_secret(self):
        """Write the secret before it is activated: a run that is killed in between has lost nothing."""
        if not self.secret_path:
            return
        try:
            write_private(self.secret_path, f"{self.answers[GENERATE]['secret']}\n".encode())
        except OSError as error:
            reason = f"secret_path: {self.secret_path} could not be written: {os.strerror(error.errno or 0)}"
            if self.steps[1:]:
                failed = InvalidInput(reason)
                failed.conclude(f"{_NOT_ACTIVE}.")
                failed.done = [GENERATE]
                raise failed from None
            self.problem = f"{reason}. The new secret is in force, and is in the result of the task alone."

    def _activate(self, client: ApiClient, ahead: float) -> None:
        """Prove the secret with a code; if that one was refused, maybe as used before, or its answer lost, with the next one.

        The server takes a code when MFA is active as well, so the second one tells what became of the first.
        """
        first = self._prove(client)
        if first is None:
            return
        if not first.means(MFA_CODE_REFUSED) and not first.outcome_unknown:
            raise first
        self.clock.sleep(self.clock.remaining())
        self.steps.append(self.steps[1])
        second = self._prove(client)
        if second is None:
            return
        if second.means(MFA_CODE_REFUSED):
            raise _explained(second, ahead, self._is_active(client))
        if not (first.outcome_unknown or second.outcome_unknown):
            raise second
        if not self._is_active(client):
            # The secret may be in force, or come into force: the result hands it over all the same.
            self.problem = f"{second} {_PERHAPS_ACTIVE}"

    def _prove(self, client: ApiClient) -> MattermostError | None:
        step = self.steps[1]
        try:
            client.call(step.operation, {**step.arguments, "code": self._code()})
        except MattermostError as error:
            return error
        return None

    def _code(self) -> str:
        if self.clock.remaining() < _MARGIN:  # it would expire on the way
            self.clock.sleep(self.clock.remaining())
        return pyotp.TOTP(self.answers[GENERATE]["secret"]).at(int(self.clock.now()))

    @property
    def secret(self) -> dict:
        """The return keys that hand over what was generated."""
        generated = self.answers.get(GENERATE, {})
        return {"secret": generated.get("secret"), "qr_code": generated.get("qr_code")}

    def _account(self, client: ApiClient) -> dict | None:
        """The account as it is now, ``None`` if it cannot be read."""
        try:
            return self.look(client)
        except MattermostError:
            return None

    def _is_active(self, client: ApiClient) -> bool | None:
        user = self._account(client)
        return None if user is None else bool(user.get("mfa_active"))


def _seconds_ahead(server_time: float | None, now: float) -> float:
    """How far the clock here is ahead of the server's, as far as its answer tells; 0 if it does not."""
    return 0.0 if server_time is None else now - server_time


def _explained(error: MattermostError, ahead: float, active: bool | None) -> MattermostError:
    """Why the server does not accept codes of the secret that it has just made."""
    if active:
        error.reason = "another task enrolled the user at the same time, with another secret"
        error.remedy = "Let only one task at a time enrol a user"
        error.conclude("MFA is active with the secret of that task.")
        return error
    cause = "another task generated a secret at the same time, or the clocks of server and host differ"
    if abs(ahead) >= PERIOD:
        cause = (
            f"the clock of the host that runs the task is about {abs(ahead):.0f} seconds "
            f"{'ahead of' if ahead > 0 else 'behind'} the server's; set both by NTP"
        )
    error.reason = f"the server refused two codes of the secret that it had just made: {cause}"
    error.remedy = ""
    error.conclude(f"{_NOT_ACTIVE}.")
    return error
