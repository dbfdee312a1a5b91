# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON, strictly: no key twice, no values that JSON does not have. Numbers stay the texts that they are."""

from __future__ import annotations

import json
from typing import Any


class Refused(ValueError):
    """JSON that Python's parser would take."""


def _object(pairs):
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _value in pairs]
        raise Refused(f"the key {next(key for key in keys if keys.count(key) > 1)!r} is there twice")
    return found


def _no_number(name):
    raise Refused(f"{name} is not a JSON value")


#: Strict, and leaves numbers the texts that they are.
DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_no_number, parse_int=str, parse_float=str)


def parse_json(text: str) -> Any:
    """A JSON document. Raises ``ValueError``."""
    try:
        return DECODER.decode(text)
    except RecursionError:
        raise Refused("it is nested too deep") from None
