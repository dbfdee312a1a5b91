# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Ansible would turn into texts without a word: a map as a password, ``true`` as a user name, null in a list of names.

It is looked for before Ansible validates the arguments of a task, for both hosts of a module.
"""

from __future__ import annotations

import math
from typing import Any

from ansible.module_utils.common.validation import check_type_dict

#: Beyond this, Python refuses to write a number as text, and no number of ours comes near it.
_LARGEST_NUMBER = 10**300


def ill_typed(spec: dict, arguments: dict, path: str = "") -> str:
    """A sentence about the first argument of the wrong type that Ansible would convert; empty if there is none."""
    for name, value in arguments.items():
        option = spec.get(name)
        problem = _strange_number(value) or (option and _problem(option, value, f"{path}{name}"))
        if problem:
            return problem if isinstance(problem, str) else f"{path}{name} holds a number that cannot be sent."
    return ""


def _problem(option, value, path) -> str:
    kind = option.get("type", "str")
    if kind in ("str", "path") and "choices" not in option:
        return _no_text(value, path) if value is not None else ""
    is_list = kind == "list" and isinstance(value, list)
    places = {f"{path}[{position}]": part for position, part in enumerate(value)} if is_list else {path: value}
    if is_list and option.get("elements") == "str":
        return next(filter(None, (_no_text(part, place) for place, part in places.items())), "")
    if "options" not in option or value is None:
        return ""
    for place, part in places.items():
        if isinstance(part, dict):
            problem = ill_typed(option["options"], part, f"{place}.")
            if problem:
                return problem
        elif not isinstance(part, str) or not _is_map(part):
            wanted = "a list of maps" if kind == "list" and not is_list else "a map"
            return f"{place} must be {wanted}."  # over anything else Ansible stumbles, or does not say where
    return ""


def _is_map(text: str) -> bool:
    """Whether Ansible makes a map of a text: JSON, or keys and values."""
    try:
        check_type_dict(text)
    except TypeError:
        return False
    return True


def _no_text(value, path) -> str:
    if isinstance(value, bool):
        return f"{path} must be a text, not a truth value. Put it in quotes."
    if value is None or isinstance(value, (dict, list)):
        kind = "null" if value is None else "a map" if isinstance(value, dict) else "a list"
        return f"{path} must be a text, not {kind}."
    return ""


def _strange_number(value: Any) -> bool:
    """Whether there is a number that is not finite, or endless."""
    ahead = [value]
    while ahead:
        one = ahead.pop()
        if isinstance(one, dict):
            ahead += one.values()
        elif isinstance(one, list):
            ahead += one
        elif (isinstance(one, float) and not math.isfinite(one)) or (isinstance(one, int) and abs(one) > _LARGEST_NUMBER):
            return True
    return False
