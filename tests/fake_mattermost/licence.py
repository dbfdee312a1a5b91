# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a licence adds to a server."""

from __future__ import annotations

from dataclasses import dataclass

GUEST_ACCOUNTS = "guest accounts"
MFA_ENFORCEMENT = "enforcement of multi-factor authentication"
AUTH_TRANSFER_SETTING = "effect of the setting that forbids another way to log in"
TERMS_OF_SERVICE = "custom terms of service"
DELEGATED_ADMINISTRATION = "roles of delegated administrators"


@dataclass(frozen=True)
class Licence:
    """An edition of Mattermost."""

    name: str
    adds: frozenset[str] = frozenset()


TEAM = Licence("team")  # no licence at all
PROFESSIONAL = Licence("professional", frozenset({GUEST_ACCOUNTS, MFA_ENFORCEMENT, AUTH_TRANSFER_SETTING}))
ENTERPRISE = Licence("enterprise", PROFESSIONAL.adds | {TERMS_OF_SERVICE, DELEGATED_ADMINISTRATION})
LICENCES = {licence.name: licence for licence in (PROFESSIONAL, ENTERPRISE)}
