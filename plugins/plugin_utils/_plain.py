# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Large values of variables as plain lists and maps, which Ansible does not look through for templates at each access."""

from __future__ import annotations


class MayBeTemplate(Exception):
    """Ansible has to look at the value."""


def plain(value):
    """A copy of a value that holds no template. Raises ``MayBeTemplate`` if it may hold one, or a secret of a vault."""
    if isinstance(value, str):
        if "{" in value:
            raise MayBeTemplate
        return value
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [plain(part) for part in value]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    raise MayBeTemplate


def without_templates(value):
    """Without the containers of Ansible, which look for a template at each access."""
    if isinstance(value, dict):
        return {str(key): without_templates(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [without_templates(part) for part in value]
    return value
