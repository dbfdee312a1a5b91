# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values of a user that the server rewrites before it stores them."""

from __future__ import annotations

import datetime
import json
import re
from functools import lru_cache

from .release import Release
from .user import NOTIFY_PROPS, User

# Marks that nobody sees, and that are not part of a name: directions, obsolete and deprecated characters, language tags.
INVISIBLE = re.compile(
    "[\u0340\u0341\u17a3\u17d3\u2028\u2029\u202a-\u202e\u206a-\u206f\ufff9-\ufffc\ufeff\U0001d173-\U0001d17a\U000e0000-\U000e007f]"
)
NAMES = ("username", "first_name", "last_name", "nickname")

CUSTOM_STATUS = "customStatus"
STATUS_TEXT_MAX = 100
NEVER = "0001-01-01T00:00:00Z"
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)\Z")


def tidy(user: User, release: Release) -> None:
    """What is put right before the rules are applied."""
    for name in NAMES:
        value = getattr(user, name)
        if not value.isascii():
            setattr(user, name, INVISIBLE.sub("", value))
    user.username = user.username.lower()
    user.email = user.email.lower()
    user.auth_data = user.auth_data or None
    if not user.notify_props:
        user.notify_props = _default_notify_props(release)
    status = custom_status(user) if release.checks_custom_status else None
    if status is not None:
        text = json.dumps(status, ensure_ascii=False, separators=(",", ":"))
        user.props = dict(user.props or {}, **{CUSTOM_STATUS: text})


@lru_cache
def _default_notify_props(release: Release) -> dict[str, str]:
    """One map for all users."""
    return dict(NOTIFY_PROPS, push_status=release.push_status_of_new_users)


def custom_status(user: User) -> dict | None:
    """The custom status in full; None, if there is none, or none that could be read."""
    try:
        given = json.loads((user.props or {}).get(CUSTOM_STATUS, ""))
    except ValueError:
        return None
    if not isinstance(given, dict):
        return None
    given = {key.lower(): value for key, value in given.items() if value is not None}
    status = {name: given.get(name, "") for name in ("emoji", "text", "duration")}
    status["expires_at"] = expires = given.get("expires_at", NEVER)
    if not all(isinstance(value, str) for value in status.values()) or not _TIME.match(expires):
        return None
    status["text"] = status["text"][:STATUS_TEXT_MAX]
    if not status["duration"] and datetime.datetime.fromisoformat(expires) >= datetime.datetime.now(datetime.UTC):
        status["duration"] = "date_and_time"
    return status


def has_bad_custom_status(user: User) -> bool:
    """Whether there is a custom status that cannot be read."""
    return bool((user.props or {}).get(CUSTOM_STATUS)) and custom_status(user) is None


def tidy_mention_keys(user: User) -> None:
    """Words in lower case, no empty ones."""
    keys = (user.notify_props or {}).get("mention_keys")
    if keys:
        tidied = ",".join(key.lower() for key in keys.split(",") if key)
        user.notify_props = dict(user.notify_props or {}, mention_keys=tidied)


def drop_mentions_of(user: User, old_name: str) -> None:
    """A user who is renamed is no longer mentioned by the old name. The words that stay get a comma in front."""
    keys = (user.notify_props or {}).get("mention_keys", "").split(",")
    left = [key.strip() for key in keys if key.strip() not in ("", old_name, "@" + old_name)]
    user.notify_props = dict(user.notify_props or {}, mention_keys="".join("," + key for key in left))
