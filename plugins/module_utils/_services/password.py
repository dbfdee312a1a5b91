# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Passwords that nobody is to know."""

from __future__ import annotations

import secrets


def unknown_password() -> str:
    """A random password that meets any policy and that nobody is to know."""
    return secrets.token_urlsafe(24) + "aA1!"
