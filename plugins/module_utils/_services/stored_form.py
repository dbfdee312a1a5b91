# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the server stores values: what it removes from them and adds to them, as data beside the field.

A declared value is brought into this form before it is compared and sent, so that the second run finds no difference.
"""

from __future__ import annotations

import json

from ansible_collections.mmops.mattermost.plugins.module_utils._api.server import Server

#: What the server removes from names: deprecated letters, marks of direction and shape, separators of lines and paragraphs,
#: annotations, musical notation and tags.
_REMOVED = dict.fromkeys(
    (
        *(0x0340, 0x0341, 0x17A3, 0x17D3, 0xFEFF),
        *range(0x2028, 0x202F),
        *range(0x206A, 0x2070),
        *range(0xFFF9, 0xFFFD),
        *range(0x1D173, 0x1D17B),
        *range(0xE0000, 0xE0080),
    )
)

#: The key of ``props`` that holds a status of the user's own, as JSON text.
CUSTOM_STATUS = "customStatus"

#: The keys of a custom status in the server's order, with what it puts where one is missing.
_STATUS = {"emoji": "", "text": "", "duration": "", "expires_at": "0001-01-01T00:00:00Z"}
_LONGEST_STATUS_TEXT = 100
_DEFAULT_EMOJI = "speech_balloon"


def without_invisible(text: str) -> str:
    """A name without the characters that the server removes."""
    return text.translate(_REMOVED)


def words(text: str) -> str:
    """Words that mention a user: lower case, without empty ones."""
    return ",".join(word.lower() for word in text.split(",") if word)


#: For each plain field and each entry of a map that the server rewrites, how it does.
REWRITTEN: dict = {
    "username": (without_invisible, str.lower),
    "email": (str.strip, str.lower),
    "first_name": (without_invisible,),
    "last_name": (without_invisible,),
    "nickname": (without_invisible,),
    "notify_props.mention_keys": (words,),
}


def as_stored(name: str, value: str) -> str:
    """A value of a field, like ``first_name``, or of an entry of a map, like ``notify_props.mention_keys``, as it is stored."""
    for rewrite in REWRITTEN.get(name, ()):
        value = rewrite(value)
    return value


def _status(text: str | None) -> dict | None:
    """A custom status with all its keys; ``None`` if the text is not one."""
    try:
        status = json.loads(text or "")
    except ValueError:
        return None
    return {**_STATUS, **status} if isinstance(status, dict) else None


def complete_status(text: str) -> str:
    """A custom status as newer servers store it. Another text stays as it is: the server refuses it."""
    status = _status(text)
    if status is None:
        return text
    status["emoji"] = status["emoji"] or _DEFAULT_EMOJI
    if isinstance(status["text"], str):
        status["text"] = status["text"][:_LONGEST_STATUS_TEXT]
    known = {name: status[name] for name in _STATUS}
    stored = json.dumps(known, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&":
        stored = stored.replace(character, f"\\u{ord(character):04x}")
    return stored


def completed(values: dict, server: Server) -> dict:
    """A map as this server stores it: newer ones complete a custom status."""
    if not values.get(CUSTOM_STATUS) or not server.has("checks_custom_status"):
        return values
    return {**values, CUSTOM_STATUS: complete_status(values[CUSTOM_STATUS])}


def same_status(wanted: str | None, current: str | None) -> bool:
    """Whether the server would store a declared custom status as the one that it has.

    It adds a duration to a status with a time of expiry in the future, so a duration that is not declared may be any.
    """
    if wanted is None or current is None:
        return wanted == current
    declared, stored = _status(complete_status(wanted)), _status(complete_status(current))
    if declared is None or stored is None:
        return wanted == current
    if not declared["duration"]:
        declared["duration"] = stored["duration"]
    return declared == stored
