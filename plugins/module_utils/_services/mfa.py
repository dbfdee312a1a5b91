# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Multi-factor authentication of one user: enrolment, a new secret, reset.

A secret is shown once, in the answer to its generation. Whatever goes wrong after that, a secret that may be in force is
either handed over or the message says that nobody has it.
"""

from __future__ import annotations

import base64
import email.utils
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from ansible_collections.mmops.mattermost.plugins.module_utils._api.error_meanings import MFA_CODE_REFUSED
from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput, MattermostError, MissingLibrary
from ansible_collections.mmops.mattermost.plugins.module_utils._api.transport import Answer
from ansible_collections.mmops.mattermost.plugins.module_utils._plan import HIDDEN, Plan, Service
from ansible_collections.mmops.mattermost.plugins.module_utils._services.identity import ME, find_user
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

#: Login services whose accounts log in with a code; empty is e-mail.
_WITH_CODES = ("", "ldap")

_GENERATE, _UPDATE = "generate_mfa_secret", "update_user_mfa"

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

    looks_again: bool = False  # a plan made anew would generate another secret
    own: bool = False
    path: str | None = None
    secret_path: str | None = None
    clock: Clock = field(default_factory=Clock)
    problem: str = ""

    @property
    def failure(self) -> str:
        return self.problem

    def look(self, client) -> dict:
        """The account as it is now."""
        if self.own:
            return client.get_user(user_id=ME)
        return client.get_user_by_username(username=self.predicted["username"])

    def execute(self, client) -> None:
        if self.operations[:1] != [_GENERATE]:
            super().execute(client)
            return
        generated = self._generate(client)
        self._save_secret()
        if self.steps[1:]:  # else it is active already, with the new secret
            try:
                self._activate(client, _seconds_ahead(generated, self.clock.now()))
            except MattermostError as error:
                error.done = [_GENERATE]
                error.returned = {"user": self._account(client), **self.secret}
                raise

    def _generate(self, client) -> Answer:
        """Generate a secret; another one if nobody knows whether there is one now. Each replaces the one before."""
        for tries_left in range(_TRIES - 1, -1, -1):
            try:
                answer = client.call(_GENERATE, self.steps[0].arguments)
                break
            except MattermostError as error:
                if error.outcome_unknown and tries_left:
                    continue
                if tries_left < _TRIES - 1 or error.outcome_unknown:
                    error.conclude(f"{_NOT_ACTIVE if self.steps[1:] else _NOBODY_HAS_IT}.")
                raise
        self.answers[_GENERATE] = answer.data
        return answer

    def _save_secret(self):
        """Write the secret before it is activated: a run that is killed in between has lost nothing."""
        if not self.secret_path:
            return
        try:
            write_private(self.secret_path, f"{self.answers[_GENERATE]['secret']}\n".encode())
        except OSError as error:
            reason = f"secret_path: {self.secret_path} could not be written: {os.strerror(error.errno or 0)}"
            if self.steps[1:]:
                failed = InvalidInput(reason)
                failed.conclude(f"{_NOT_ACTIVE}.")
                failed.done = [_GENERATE]
                raise failed from None
            self.problem = f"{reason}. The new secret is in force, and is in the result of the task alone."

    def _activate(self, client, ahead: float) -> None:
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

    def _prove(self, client) -> MattermostError | None:
        step = self.steps[1]
        try:
            client.call(step.operation, {**step.arguments, "code": self._code()})
        except MattermostError as error:
            return error
        return None

    def _code(self) -> str:
        if self.clock.remaining() < _MARGIN:  # it would expire on the way
            self.clock.sleep(self.clock.remaining())
        return pyotp.TOTP(self.answers[_GENERATE]["secret"]).at(int(self.clock.now()))

    @property
    def secret(self) -> dict:
        """The return keys that hand over what was generated."""
        generated = self.answers.get(_GENERATE, {})
        return {"secret": generated.get("secret"), "qr_code": generated.get("qr_code")}

    def _account(self, client) -> dict | None:
        """The account as it is now, ``None`` if it cannot be read."""
        try:
            return self.look(client)
        except MattermostError:
            return None

    def _is_active(self, client) -> bool | None:
        user = self._account(client)
        return None if user is None else bool(user.get("mfa_active"))


class MfaService(Service):
    """Reads the account and plans its MFA. Times come from ``clock``."""

    def __init__(self, clock: Clock | None = None):
        self._clock = clock or Clock()

    def plan(self, client, declaration: dict) -> MfaPlan:
        # With enforced MFA, an account without it can read nothing but itself.
        own = declaration["user_id"] == ME and not (declaration["username"] or declaration["email"] or client.transport.local)
        user = client.get_user(user_id=ME) if own else find_user(client, declaration)
        plan = plan_mfa(declaration, user, client.transport.local)
        plan.own, plan.clock = own, self._clock
        plan.heading = user["username"] if user else ""
        return plan

    def predict(self, plan: Plan) -> dict:
        return {"user": plan.predicted, "secret": None, "qr_code": None}

    def read_back(self, client, plan) -> dict:
        try:
            user = plan.look(client)
        except MattermostError as error:
            # The secret must not be lost over that.
            user = plan.predicted
            plan.warnings.append(f"The account could not be read back: {error}")
        return {"user": user, **plan.secret}

    def write_files(self, plan) -> None:
        if not plan.path or _GENERATE not in plan.answers:
            return
        try:
            write_private(plan.path, base64.b64decode(plan.answers[_GENERATE]["qr_code"]))
        except (OSError, ValueError) as error:
            reason = os.strerror(error.errno or 0) if isinstance(error, OSError) else "the server's picture is none"
            plan.warnings.append(
                f"qr_code_path: {plan.path} could not be written: {reason}. The result holds the picture as well"
            )


def plan_mfa(declaration: dict, user: dict | None, local: bool) -> MfaPlan:
    """The plan for an account, ``None`` if there is none. Raises ``InvalidInput`` for what cannot be carried out."""
    active = bool(user and user.get("mfa_active"))
    plan = MfaPlan(predicted=user)
    if declaration["state"] == "absent":
        for name in ("regenerate", "qr_code_path", "secret_path"):
            if declaration[name]:
                raise InvalidInput(f"{name}: only for state: present", "Leave it out")
        if user and active:
            plan.add(_UPDATE, user_id=user["id"], activate=False)
            plan.note("mfa_active", True, False)
            plan.predicted = {**{key: value for key, value in user.items() if key != "mfa_active"}, "update_at": None}
        return plan
    if user is None:
        raise InvalidInput("there is no such user", "Check username, user_id or email, or create the user first")
    if active and not declaration["regenerate"]:
        return plan
    _check_eligible(user, local)
    if not HAS_PYOTP:
        raise MissingLibrary("pyotp", "computing the code that proves a secret")
    plan.add(_GENERATE, user_id=user["id"])
    if active:
        # The new secret is in force at once. To prove it could only fail, and would then lose it.
        plan.note("secret", HIDDEN, HIDDEN)
    else:
        plan.add(_UPDATE, user_id=user["id"], activate=True)
        plan.note("mfa_active", False, True)
    plan.predicted = {**user, "mfa_active": True, "update_at": None}
    if declaration["qr_code_path"]:
        plan.path = _writable("qr_code_path", declaration["qr_code_path"])
    if declaration["secret_path"]:
        plan.secret_path = _writable("secret_path", declaration["secret_path"])
    return plan


def _check_eligible(user, local):
    name = user["username"]
    if local:
        raise InvalidInput(
            "api_socket: the local socket cannot generate a secret, only reset with state: absent",
            "Use api_url and the token of an administrator",
        )
    if user["auth_service"] not in _WITH_CODES:
        raise InvalidInput(
            f"{name} logs in with {user['auth_service']}, and Mattermost asks accounts with e-mail and LDAP "
            "login alone for a code",
            f"Enrol the user in {user['auth_service']} itself",
        )
    if user.get("is_bot"):
        raise InvalidInput(f"{name} is a bot, which never logs in, and so is never asked for a code", "Leave bots out")


def _seconds_ahead(generated: Answer, now: float) -> float:
    """How far the clock here is ahead of the server's, as far as its answer tells; 0 if it does not."""
    try:
        return now - email.utils.parsedate_to_datetime(generated.headers["Date"]).timestamp()
    except (KeyError, TypeError, ValueError, OverflowError):
        return 0.0


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


def _writable(option: str, declared: str) -> str:
    """The whole path of a file that can be written."""
    path = os.path.abspath(os.path.expanduser(declared))
    folder = os.path.dirname(path)
    if os.path.isdir(path) or not os.path.isdir(folder) or not os.access(folder, os.W_OK | os.X_OK):
        raise InvalidInput(
            f"{option}: {path} cannot be written",
            "Give the path of a file in a directory that exists on the host that runs the task",
        )
    return path
