# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Declarations as Ansible hands them to a service."""

from __future__ import annotations

import copy


def declared(options: dict, **given) -> dict:
    """All options of an argument spec: those that are given, and the others with their defaults."""
    assert given.keys() <= options.keys(), f"there are no options {given.keys() - options.keys()}"
    defaults = {name: option.get("default") for name, option in options.items()}
    return copy.deepcopy({**defaults, **given})
