# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Multi-factor authentication of one user: enrolment, a new secret, reset."""

from __future__ import annotations

import base64
import os

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput, MattermostError
from ansible_collections.mmops.mattermost.plugins.module_utils._api.protocol import ApiClient
from ansible_collections.mmops.mattermost.plugins.module_utils._plan import Plan, Service
from ansible_collections.mmops.mattermost.plugins.module_utils._services.identity import ME, find_user
from ansible_collections.mmops.mattermost.plugins.module_utils._services.mfa_enrolment import (
    GENERATE,
    HAS_PYOTP,
    Clock,
    MfaPlan,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._services.mfa_plan import Seen, plan_mfa
from ansible_collections.mmops.mattermost.plugins.module_utils._services.secret_file import write_private


class MfaService(Service):
    """Reads the account and plans its MFA. Times come from ``clock``."""

    def __init__(self, clock: Clock | None = None):
        self._clock = clock or Clock()

    def check(self, declaration: dict) -> list:
        for name in ("regenerate", "qr_code_path", "secret_path"):
            if declaration["state"] == "absent" and declaration[name]:
                raise InvalidInput(f"{name}: only for state: present", "Leave it out")
        return []

    def look(self, client: ApiClient, declaration: dict) -> Seen:
        # With enforced MFA, an account without it can read nothing but itself.
        own = declaration["user_id"] == ME and not (declaration["username"] or declaration["email"] or client.local)
        user = client.get_user(user_id=ME) if own else find_user(client, declaration)
        seen = Seen(user, own, client.local, HAS_PYOTP)
        seen.path, seen.secret_path = _whole(declaration["qr_code_path"]), _whole(declaration["secret_path"])
        for option, path in (("qr_code_path", seen.path), ("secret_path", seen.secret_path)):
            if path and not _is_writable(path):
                seen.unwritable[option] = path
        return seen

    def decide(self, declaration: dict, seen: Seen) -> MfaPlan:
        plan = plan_mfa(declaration, seen)
        plan.clock = self._clock
        return plan

    def predict(self, plan: Plan) -> dict:
        return {"user": plan.predicted, "secret": None, "qr_code": None}

    def read_back(self, client: ApiClient, plan) -> dict:
        try:
            user = plan.look(client)
        except MattermostError as error:
            # The secret must not be lost over that.
            user = plan.predicted
            plan.warnings.append(f"The account could not be read back: {error}")
        return {"user": user, **plan.secret}

    def write_files(self, plan) -> None:
        if not plan.path or GENERATE not in plan.answers:
            return
        try:
            write_private(plan.path, base64.b64decode(plan.answers[GENERATE]["qr_code"]))
        except (OSError, ValueError) as error:
            reason = os.strerror(error.errno or 0) if isinstance(error, OSError) else "the server's picture is none"
            plan.warnings.append(
                f"qr_code_path: {plan.path} could not be written: {reason}. The result holds the picture as well"
            )


def _whole(path: str | None) -> str | None:
    return os.path.abspath(os.path.expanduser(path)) if path else None


def _is_writable(path: str) -> bool:
    folder = os.path.dirname(path)
    return not os.path.isdir(path) and os.path.isdir(folder) and os.access(folder, os.W_OK | os.X_OK)
