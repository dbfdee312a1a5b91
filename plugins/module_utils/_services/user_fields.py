# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fields of a user: which there are, what they may hold, and how declared values are brought into the API's form."""

from __future__ import annotations

import re

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput
from ansible_collections.mmops.mattermost.plugins.module_utils._api.server import Server
from ansible_collections.mmops.mattermost.plugins.module_utils._services.account import GUEST
from ansible_collections.mmops.mattermost.plugins.module_utils._services.identity import WHO_OPTIONS, check_identity
from ansible_collections.mmops.mattermost.plugins.module_utils._services.stored_form import as_stored, without_invisible
from ansible_collections.mmops.mattermost.plugins.module_utils._services.system_roles import strange_roles
from ansible_collections.mmops.mattermost.plugins.module_utils._services.team_option import check_teams
from ansible_collections.mmops.mattermost.plugins.module_utils._services.time_zone import unknown_timezones

#: Plain texts, with the number of characters that the server takes.
TEXTS = {"first_name": 64, "last_name": 64, "nickname": 64, "position": 128, "locale": 5}

#: What the server gives to a new user that comes without them; ``push_status`` differs between releases.
DEFAULT_NOTIFY_PROPS = {
    "channel": "true",
    "comments": "never",
    "desktop": "mention",
    "desktop_sound": "true",
    "desktop_threads": "all",
    "email": "true",
    "email_threads": "all",
    "first_name": "false",
    "mention_keys": "",
    "push": "mention",
    "push_status": "online",
    "push_threads": "all",
}
DEFAULT_TIMEZONE = {"automaticTimezone": "", "manualTimezone": "", "useAutomaticTimezone": "true"}
_DEFAULT_MAPS: dict = {"props": {}, "notify_props": DEFAULT_NOTIFY_PROPS, "timezone": DEFAULT_TIMEZONE}

#: The value of the option ``image`` that stands for the picture that the server draws itself.
DEFAULT_PICTURE = "default"

#: Maps of strings, which the server replaces as a whole.
MAPS = tuple(_DEFAULT_MAPS)

#: Fields that can be compared as they are.
PLAIN = ("username", "email", *TEXTS)

#: Bytes in UTF-8 that a password may have, on servers with and without the feature ``long_passwords``.
LONGEST_PASSWORD = 72
LONGEST_OLD_PASSWORD = 64

#: The argument spec of a user, for one and for many. Its documentation is in the modules.
USER_OPTIONS: dict = dict(
    **WHO_OPTIONS,
    state=dict(type="str", choices=["present", "inactive", "absent"], default="present"),
    first_name=dict(type="str"),
    last_name=dict(type="str"),
    nickname=dict(type="str"),
    position=dict(type="str"),
    locale=dict(type="str"),
    timezone=dict(type="raw"),
    props=dict(type="dict"),
    notify_props=dict(type="dict"),
    exact=dict(type="list", elements="str", choices=["props", "notify_props", "timezone", "teams"], default=[]),
    teams=dict(type="list", elements="raw"),
    roles=dict(type="list", elements="str"),
    guest=dict(type="bool"),
    bot=dict(type="bool"),
    bot_owner=dict(type="str"),
    auth_service=dict(type="str"),
    auth_data=dict(type="str"),
    email_verified=dict(type="bool"),
    image=dict(type="str"),
    terms_of_service=dict(
        type="dict", options=dict(id=dict(type="str", required=True), accepted=dict(type="bool", default=True))
    ),
    password=dict(type="str", no_log=True),
    update_password=dict(type="str", choices=["on_create", "always", "when_different"], default="on_create", no_log=False),
    current_password=dict(type="str", no_log=True),
    convert_to_email_auth=dict(type="bool", default=False),
    rename=dict(type="bool", default=False),
    unlock=dict(type="bool"),
    update_unknown=dict(type="bool", default=False),
)

#: The argument spec of what to do about an account that does not exist and is to go.
MISSING_OPTION: dict = dict(missing=dict(type="str", choices=["ignore", "warn", "fail"], default="warn"))

_LOCALE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z]{2,4})?\Z")
_ROLE = re.compile(r"[a-z0-9_]{1,64}\Z")


def check_declaration(declaration: dict) -> list:
    """Bring the values of a declaration into the form in which the server stores them, in place.

    Returns warnings of what the server would change in a declared value, so that somebody may wonder. Raises
    ``InvalidInput`` that names the option, before anything is sent.
    """
    warnings = _remove_invisible(declaration)
    check_identity(declaration)
    for name, longest in TEXTS.items():
        value = declaration[name]
        if value is not None and len(value) > longest:
            raise InvalidInput(f"{name} has {len(value)} characters", f"Use at most {longest}")
    if declaration["locale"] and not _LOCALE.match(declaration["locale"]):
        raise InvalidInput(f"locale: {declaration['locale']!r} is not a valid locale", "Examples are en, de, pt-BR")
    if declaration["timezone"] is not None:
        declaration["timezone"] = timezone_map(declaration["timezone"])
    for name in MAPS:
        if declaration[name] is not None:
            declaration[name] = _strings(name, declaration[name])
    _check_roles(declaration)
    if declaration["bot"] and declaration["guest"]:
        raise InvalidInput("bot and guest exclude each other", "Leave out one of the two")
    warnings += strange_roles(declaration["roles"] or ())
    warnings += unknown_timezones(declaration["timezone"] or {})
    declaration["teams"] = check_teams(declaration["teams"], declaration["guest"] or declaration["roles"] == [GUEST])
    for name in ("password", "current_password"):
        if declaration[name] == "":
            raise InvalidInput(f"{name} is empty", "Leave it out, or give a password")
    if declaration["auth_data"] and not declaration["auth_service"]:
        raise InvalidInput("auth_data is given without auth_service", "Give both")
    if declaration["bot_owner"] is not None:
        declaration["bot_owner"] = declaration["bot_owner"].strip()
        if not declaration["bot_owner"]:
            raise InvalidInput("bot_owner is empty", "Leave it out, or give the name or the id of a user, or me")
        if declaration["bot"] is False:
            raise InvalidInput("bot_owner has no meaning with bot: false", "Leave out one of the two")
    if declaration["image"] == "":
        raise InvalidInput("image is empty", "Give the path of a picture, or default")
    return warnings


def _remove_invisible(declaration) -> list:
    """Take out what the server removes from names, and say so: the result looks the same, but is another text."""
    changed = []
    for name in ("username", "first_name", "last_name", "nickname"):
        value = declaration[name]
        if isinstance(value, str) and without_invisible(value) != value:
            declaration[name] = without_invisible(value)
            changed.append(name)
    if not changed:
        return []
    return [f"{', '.join(changed)}: the server removes invisible characters from names; they are left out here, too"]


def check_password_length(option: str, password: str | None, server: Server) -> None:
    """Raises ``InvalidInput`` for a password that this server does not take, before anything is sent."""
    if password is None:
        return
    longest = LONGEST_OLD_PASSWORD if server.has("long_passwords") is False else LONGEST_PASSWORD
    size = len(password.encode(errors="surrogateescape"))
    if size > longest:
        raise InvalidInput(f"{option} has {size} bytes in UTF-8", f"The server takes at most {longest}")


def default_map(name: str, server: Server) -> dict:
    """What a new user of this server has in one of the maps."""
    value = dict(_DEFAULT_MAPS[name])
    if name == "notify_props" and server.has("pushes_while_online") is False:
        value["push_status"] = "away"
    return value


def terms_of_others() -> InvalidInput:
    """The API records the decision of the caller only."""
    return InvalidInput(
        "terms_of_service: the API records the decision of the caller only", "Run the task with the token of that user"
    )


def _check_roles(declaration):
    roles, guest = declaration["roles"], declaration["guest"]
    if roles is None:
        return
    # The API's own form is a text with blanks.
    declaration["roles"] = roles = [role for part in roles for role in part.split()]
    if not roles:
        raise InvalidInput(
            "roles is empty, which would take every right from the user", "Leave it out, or give at least system_user"
        )
    for role in roles:
        if not _ROLE.match(role):
            raise InvalidInput(f"roles: {role!r} is not a valid role name", "Give a list of names like system_user")
    if "system_admin" in roles and "system_user" not in roles:
        raise InvalidInput("roles: system_admin needs system_user beside it", "Give both")
    if (guest is True and set(roles) != {"system_guest"}) or (guest is False and "system_guest" in roles):
        raise InvalidInput(
            f"roles and guest: {'true' if guest else 'false'} contradict each other",
            "A guest has the role system_guest alone; leave out one of the two",
        )


def timezone_map(timezone) -> dict:
    """The API's map for a name like ``Europe/Berlin``; an empty name means: as the device tells."""
    if isinstance(timezone, dict):
        unknown = set(timezone) - set(DEFAULT_TIMEZONE)
        if unknown:
            raise InvalidInput(
                f"timezone: there is no key {', '.join(sorted(map(str, unknown)))}",
                f"The keys are {', '.join(sorted(DEFAULT_TIMEZONE))}",
            )
        return timezone
    if not isinstance(timezone, str):
        raise InvalidInput("timezone must be the name of a time zone or a map")
    return {"useAutomaticTimezone": "false" if timezone else "true", "manualTimezone": timezone}


def _strings(option, values) -> dict:
    """The API takes strings only. ``None`` stays: it removes the key."""
    strings: dict = {}
    for key, value in values.items():
        if isinstance(value, bool):
            strings[str(key)] = "true" if value else "false"
        elif isinstance(value, (int, float)):
            strings[str(key)] = str(value)
        elif isinstance(value, str):
            strings[str(key)] = as_stored(f"{option}.{key}", value)
        elif value is None:
            strings[str(key)] = value
        else:
            raise InvalidInput(f"{option}: the value of {key} is not a string", "The server stores strings only")
    return strings


def merge(current: dict, declared: dict, exact: bool) -> dict:
    """The map that results from a declaration: declared keys win, ``None`` removes a key, others stay unless ``exact``."""
    merged = {} if exact else dict(current)
    merged.update(declared)
    return {key: value for key, value in merged.items() if value is not None}
