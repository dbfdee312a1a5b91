# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations


class ModuleDocFragment:
    """The ways to name one account that exists."""

    DOCUMENTATION = r"""
options:
  username:
    description:
      - Name of the user. It is lower-cased, as the server does.
      - If more than one of O(username), O(user_id) and O(email) are given, they must name the same account.
    type: str
  user_id:
    description: Id of the user, 26 characters, or V(me) for the caller.
    type: str
  email:
    description: E-mail address of the user. It is lower-cased, as the server does.
    type: str
"""
