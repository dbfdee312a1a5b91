# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Multi-factor authentication."""

from __future__ import annotations

import base64
import io
import time

import pyotp
import segno

from . import bodies
from .basics import now
from .call import Call, Response, done, reply
from .errors import MFA_BAD_CODE, MFA_DISABLED, MFA_OTHER_SERVICE, MFA_REQUIRED, bad_body
from .licence import MFA_ENFORCEMENT
from .router import API, SESSION_NO_MFA, operation, removed

removed("check_user_mfa", "POST", "/users/mfa")


STEP_SECONDS = 30


def use_code(state, user, code: str) -> bool:
    """Whether this is a code of the user: the one of now, of the last or of the next half minute.

    Newer releases take each code once.
    """
    if not user.mfa_secret:
        return False
    totp, this = pyotp.TOTP(user.mfa_secret), int(time.time()) // STEP_SECONDS
    for step in (this - 1, this, this + 1):
        if not totp.verify(code.strip(), for_time=step * STEP_SECONDS):
            continue
        if state.release.mfa_codes_work_once:
            used = state.users.row(user.id).mfa_used_codes
            if step in used:
                return False
            state.users.write(user.id, mfa_used_codes=(*(old for old in used if old >= this - 1), step), update_at=now())
        return True
    return False


def _is_on(state) -> bool:
    return state.settings["ServiceSettings"]["EnableMultifactorAuthentication"]


def check_enforced(call: Call) -> None:
    """Refuse users without MFA where it is enforced (with a licence only)."""
    state = call.state
    if not (
        MFA_ENFORCEMENT in state.licence.adds
        and _is_on(state)
        and state.settings["ServiceSettings"]["EnforceMultifactorAuthentication"]
    ):
        return
    user = state.users.get(call.user_id)
    exempt = (
        call.path == API + "/users/me"
        or user.is_bot
        or user.auth_service not in ("", "email", "ldap")
        or (user.is_guest and not state.settings["GuestAccountsSettings"]["EnforceMultifactorAuthentication"])
    )
    if not (exempt or user.mfa_active):
        raise MFA_REQUIRED()


@operation("generate_mfa_secret", "POST", "/users/{user_id}/mfa/generate", SESSION_NO_MFA)
def generate_mfa_secret(call: Call) -> Response:
    """A new secret; it replaces the one in use."""
    user_id = call.user_param()
    call.need_right_over(user_id)
    state = call.state
    user = state.users.get(user_id)
    if not _is_on(state):
        raise MFA_DISABLED()
    secret = pyotp.random_base32()
    state.users.write(user_id, mfa_secret=secret, mfa_used_codes=(), update_at=now())
    state.users.forget(user_id)
    picture = io.BytesIO()
    issuer = state.settings["TeamSettings"]["SiteName"]
    segno.make(pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name=issuer)).save(picture, kind="png", scale=4)
    return reply(
        {"secret": secret, "qr_code": base64.b64encode(picture.getvalue()).decode()}, headers={"Cache-Control": "no-cache"}
    )


@operation("update_user_mfa", "PUT", "/users/{user_id}/mfa", SESSION_NO_MFA, local=True)
def update_user_mfa(call: Call) -> Response:
    """Switch MFA on with a code, or off without."""
    user_id = call.user_param()
    call.need_right_over(user_id)
    body = bodies.anything(call.body)
    activate, code = body.get("activate"), body.get("code")
    if not isinstance(activate, bool):
        raise bad_body("activate")
    if activate and not (isinstance(code, str) and code):
        raise bad_body("code")
    state = call.state
    user = state.users.get(user_id)
    if activate:
        if user.auth_service not in ("", "ldap"):
            raise MFA_OTHER_SERVICE()
        if not _is_on(state):
            raise MFA_DISABLED()
        if not use_code(state, user, code):
            raise MFA_BAD_CODE()
        state.users.write(user_id, mfa_active=True, update_at=now())
    else:
        state.users.write(user_id, mfa_active=False, mfa_secret="", mfa_used_codes=(), update_at=now())
    state.users.forget(user_id)
    call.audit("success - " + ("activated" if activate else "deactivated"))
    return done()
