# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is declared of the tokens of a user, in a form to plan with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput
from ansible_collections.mmops.mattermost.plugins.module_utils._services.duration import seconds
from ansible_collections.mmops.mattermost.plugins.module_utils._services.identity import WHO_OPTIONS, is_id
from ansible_collections.mmops.mattermost.plugins.module_utils._services.token_generation import generation, with_generation

#: What the server takes as a description. It counts bytes.
LONGEST_DESCRIPTION = 255

#: Days. More is a mistake, and leaves the calendar.
_LONGEST_SPAN = 36500

#: When the value of a new token counts as handed over: at the end of the task, when a later task says so, or now.
AT_THE_END, LATER, DONE = "at_the_end", "later", "done"


#: What the service for one token takes, where a list of tokens or a description alone does not say it.
PLAIN_TOKEN: dict = {
    **dict.fromkeys(("token_id", "rotate_after", "overlap", "keep_disabled", "user_id", "email", "expires_after")),
    "state": "present",
    "duplicates": "fail",
    "hand_over": AT_THE_END,
    "allow_own_token": False,
}


@dataclass(frozen=True)
class Rotation:
    """All in days. ``keep_disabled``: how long a predecessor is kept disabled before it is revoked."""

    after: int
    overlap: int
    keep_disabled: int


@dataclass(frozen=True)
class Wanted:
    """A declaration in a form to plan with. ``expires_after`` is days."""

    state: str
    description: str | None
    token_id: str | None
    duplicates: str
    rotation: Rotation | None
    expires_after: int | None


def token_declaration(username: str, description: str, expires_after: str | None = None) -> dict:
    """The declaration of one token, as the service for one takes it."""
    return {**PLAIN_TOKEN, "username": username, "description": description, "expires_after": expires_after or None}


def wanted_of(declaration: dict) -> Wanted:
    """Raises ``InvalidInput`` that names the option, before anything is sent."""
    description, token_id = declaration["description"], declaration["token_id"]
    # Ansible's own rules take an option that is null for given.
    if description is None and token_id is None:
        raise InvalidInput("no token is named", "Give description or token_id")
    if token_id is None and all(declaration[name] is None for name in WHO_OPTIONS):
        raise InvalidInput("no user is named", "Give username, user_id or email")
    after, overlap, kept = (declaration[name] for name in ("rotate_after", "overlap", "keep_disabled"))
    rotation = None
    if after is not None and overlap is not None:
        days = _days("overlap", overlap, 0)
        rotation = Rotation(_days("rotate_after", after, 1), days, days if kept is None else _days("keep_disabled", kept, 0))
        if token_id is not None:
            raise InvalidInput(
                "rotate_after and token_id: a rotation concerns all tokens of a description", "Leave out one of the two"
            )
    elif any(span is not None for span in (after, overlap, kept)):
        raise InvalidInput("a rotation needs both rotate_after and overlap", "Give both, or leave out the rotation")
    expires_after = None
    if declaration["expires_after"] is not None:
        expires_after = _days("expires_after", declaration["expires_after"], 1)
        if rotation and expires_after < rotation.after:
            raise InvalidInput("expires_after: the token would expire before rotate_after", "Give a longer span")
    if token_id is not None and not is_id(token_id):
        raise InvalidInput(
            "token_id is not a valid id", "An id has 26 characters a-z and 0-9; the value of a token is not its id"
        )
    if description is not None:
        _check_description(description, rotation)
    return Wanted(declaration["state"], description, token_id, declaration["duplicates"], rotation, expires_after)


def _check_description(description, rotation):
    if not description.strip():
        raise InvalidInput("description is empty", "Say what the token is for")
    if rotation and generation(description)[1]:
        raise InvalidInput(
            f"description: {description!r} ends with a generation, which the rotation writes itself",
            f"Give {generation(description)[0]!r}",
        )
    full = with_generation(description, date.min) if rotation else description
    size = len(full.encode(errors="surrogateescape"))
    if size > LONGEST_DESCRIPTION:
        raise InvalidInput(
            f"description has {size} bytes" + (", with the generation" if rotation else ""),
            f"The server takes {LONGEST_DESCRIPTION} bytes in UTF-8: use at most "
            f"{LONGEST_DESCRIPTION - len(full) + len(description)}",
        )


def _days(option, text, least) -> int:
    days, rest = divmod(seconds(option, text), 86400)
    if rest:
        raise InvalidInput(
            f"{option}: {text!r} is not a whole number of days",
            "Generations are told apart by their day, so give days or weeks, like 90d or 12w",
        )
    if not least <= days <= _LONGEST_SPAN:
        raise InvalidInput(f"{option}: {text!r} is out of range", f"Give {least}d to {_LONGEST_SPAN}d")
    return days
