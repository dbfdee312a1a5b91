# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option ``teams``: what people may write, and the one form that everything else reads.

A team is a map with ``name``, ``role`` and ``channels``. As a text it is ``sales``, ``sales:admin`` or ``sales/dev``, the
channel dev of the team sales. The same team may be there several times; then it is all of that together.
"""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput

MEMBER = "member"
TEAM_ADMIN = "admin"
ROLES = (MEMBER, TEAM_ADMIN)

#: How columns for one team, and for one of its channels, are called.
TEAM_COLUMN = "team:"
CHANNEL_COLUMN = "channel:"

EXAMPLES = "Examples are sales, sales:admin, sales/general, and {name: sales, role: admin, channels: [general]}"

_TEAM = re.compile(r"[a-z0-9_-]{1,64}\Z")
_CHANNEL = re.compile(r"[a-z0-9._-]{1,64}\Z")
_KEYS = {"name", "role", "channels"}
_NOTHING = frozenset({"", "-", "false", "f", "no", "n", "off", "0"})
_SOMETHING = frozenset({"true", "t", "yes", "y", "on", "1", "x"})


def teams_of(declared: Any) -> list:
    """The declared teams as maps, each team once. Raises ``InvalidInput``."""
    teams: dict = {}
    for position, raw in enumerate(declared):
        team = _team(position, raw)
        known = teams.setdefault(team["name"], team)
        if known is team:
            continue
        if None not in (known["role"], team["role"]) and known["role"] != team["role"]:
            raise InvalidInput(f"teams: {team['name']} is declared with two roles", "Leave out one of them")
        known["role"] = known["role"] or team["role"]
        known["channels"] += [channel for channel in team["channels"] if channel not in known["channels"]]
    return list(teams.values())


def joined(defaults: list, own: list) -> list:
    """The teams of an entry with those that all entries have by default. The entry goes before them."""
    try:
        named = {team["name"] for team in teams_of(own)}
        return own + [team for team in teams_of(defaults) if team["name"] not in named]
    except InvalidInput:
        return own  # refused with its place when the entry is checked


def check_teams(teams: list | None, guest: bool | None) -> list | None:
    """The option in its one form, ``None`` if it is not declared. Raises ``InvalidInput`` for what can never be carried out."""
    if teams is None:
        return None
    wanted = teams_of(teams)
    for team in wanted if guest else ():
        if team["role"] == TEAM_ADMIN:
            raise InvalidInput(f"teams: {guest_as_admin(team['name'])}", "Leave out the role")
        if not team["channels"]:
            raise InvalidInput(f"teams: {guest_without_channel(team['name'])}", "Name them, like sales/general")
    return wanted


def guest_as_admin(team: str) -> str:
    return f"a guest cannot be an administrator of the team {team}"


def guest_without_channel(team: str) -> str:
    return f"a guest sees only the channels that are named, and none is named for the team {team}"


def _team(position: int, raw: Any) -> dict:
    if isinstance(raw, str):
        return _from_text(raw)
    if not isinstance(raw, dict):
        raise InvalidInput(f"teams[{position}] must be a text or a map", EXAMPLES)
    unknown = sorted(set(map(str, raw)) - _KEYS)
    if unknown:
        raise InvalidInput(f"teams[{position}]: the key {unknown[0]!r} is unknown", f"Known are {', '.join(sorted(_KEYS))}")
    channels = raw.get("channels")
    channels = [channels] if isinstance(channels, str) else [] if channels is None else channels
    if not isinstance(channels, (list, tuple)):
        raise InvalidInput(f"teams[{position}]: channels must be a list of names", EXAMPLES)
    return {
        "name": _name(_TEAM, "team", raw.get("name")),
        "role": _role(raw.get("role")),
        "channels": list(dict.fromkeys(_name(_CHANNEL, "channel", channel) for channel in channels)),
    }


def _from_text(text: str) -> dict:
    head, *channels = text.strip().split("/")
    name, colon, role = head.partition(":")
    return {
        "name": _name(_TEAM, "team", name),
        "role": _role(role.strip() if colon else None),
        "channels": list(dict.fromkeys(_name(_CHANNEL, "channel", channel) for channel in channels)),
    }


def _name(valid, what, value) -> str:
    name = value.strip().lower() if isinstance(value, str) else ""
    if not valid.match(name):
        shown = repr(value) if isinstance(value, str) else "this"
        raise InvalidInput(f"teams: {shown} is not a valid name of a {what}", EXAMPLES)
    return name


def _role(value) -> str | None:
    if value is None:
        return None
    role = value.strip().lower() if isinstance(value, str) else ""
    if role not in ROLES:
        shown = repr(value) if isinstance(value, str) else "this"
        raise InvalidInput(f"teams: {shown} is not a role in a team", f"Known are {' and '.join(ROLES)}")
    return role


# -- columns of a roster -------------------------------------------------------------------------------------------


def column_name(title: str) -> str | None:
    """The name of a column for a team or a channel in its one form; ``None`` for any other column."""
    text = title.strip().lower()
    if text.startswith(TEAM_COLUMN):
        name = text[len(TEAM_COLUMN) :].strip()
        return TEAM_COLUMN + name if _TEAM.match(name) else None
    if text.startswith(CHANNEL_COLUMN):
        team, slash, channel = text[len(CHANNEL_COLUMN) :].strip().partition("/")
        return CHANNEL_COLUMN + team + slash + channel if _TEAM.match(team) and _CHANNEL.match(channel) else None
    return None


def team_of_column(name: str, cell: Any) -> dict | None:
    """The team that a cell of such a column declares; ``None`` if it declares none. Raises ``InvalidInput``."""
    word = str(cell).strip().lower() if isinstance(cell, (str, bool, int)) else None
    if cell is None or word in _NOTHING:
        return None
    if name.startswith(TEAM_COLUMN) and (word in ROLES or word in _SOMETHING):
        return {"name": name[len(TEAM_COLUMN) :], "role": word if word in ROLES else None, "channels": []}
    if name.startswith(CHANNEL_COLUMN) and (word in _SOMETHING or word == MEMBER):
        team, _slash, channel = name[len(CHANNEL_COLUMN) :].partition("/")
        return {"name": team, "role": None, "channels": [channel]}
    known = "member, admin, yes, no" if name.startswith(TEAM_COLUMN) else "yes, no"
    raise InvalidInput(f"this is not a valid cell of a column {name}", f"Known are {known} and an empty cell")


def from_bulk_teams(teams: Any) -> Any:
    """The teams of a line of a bulk import or export; anything that has another form as it is."""
    if not isinstance(teams, list):
        return teams
    return [_from_bulk_team(team) if isinstance(team, dict) else team for team in teams]


def _from_bulk_team(team: dict) -> dict:
    entry = {"name": team.get("name")}
    if isinstance(team.get("roles"), str) and team["roles"].strip():
        entry["role"] = TEAM_ADMIN if "team_admin" in team["roles"].split() else MEMBER
    channels = team.get("channels")
    if isinstance(channels, list):
        entry["channels"] = [channel.get("name") if isinstance(channel, dict) else channel for channel in channels]
    return entry
