# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The users to onboard, in the one form that the tasks of the role work with."""

from __future__ import annotations

from collections.abc import Mapping

from ansible.module_utils.parsing.convert_bool import boolean

from ansible_collections.mmops.mattermost.plugins.plugin_utils._controller_paths import full_path
from ansible_collections.mmops.mattermost.plugins.plugin_utils._listed import listed

#: What users have if neither their entry nor the defaults say anything else.
_PERSON: dict = {"email": "", "password": "", "auth_service": "", "bot": False, "mfa": False, "tokens": []}


def onboarding_people(users: list, defaults: Mapping) -> list:
    """The users, each with the options of the defaults that its entry does not have."""
    return [_person({**_PERSON, **_given(defaults), **_given(user)}) for user in users]


def _given(options: Mapping) -> dict:
    """The options that have a value."""
    return {name: value for name, value in options.items() if value is not None}


def _person(options: dict) -> dict:
    person = {**options, "bot": boolean(options["bot"]), "mfa": boolean(options["mfa"]), "tokens": listed(options["tokens"])}
    if options.get("image") not in (None, "default"):
        person["image"] = full_path(options["image"])
    return person
