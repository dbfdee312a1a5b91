# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations


class ModuleDocFragment:
    """What an access review asks of accounts."""

    DOCUMENTATION = r"""
options:
  inactive_after:
    description: An active account without a sign of use for this long is inactive, like V(90d).
    type: str
    default: 90d
  token_max_age:
    description: A token whose generation is older than this is overdue, like V(90d).
    type: str
    default: 90d
  ordinary_roles:
    description: System roles that everybody may have. All others count as elevated.
    type: list
    elements: str
    default: [system_user, system_guest]
  mfa_services:
    description:
      - Login services whose accounts need the multi-factor authentication of the server. V(email) stands for accounts with
        a password of their own.
    type: list
    elements: str
    default: [email, ldap]
"""
