# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a server tells of its users: who is meant, and what is gathered of each. Nothing here changes the server."""

from __future__ import annotations

import base64
import os
import re
import time
from dataclasses import dataclass, field

from ansible_collections.mmops.mattermost.plugins.module_utils._api.protocol import ApiClient
from ansible_collections.mmops.mattermost.plugins.module_utils._plan import Plan, Service
from ansible_collections.mmops.mattermost.plugins.module_utils._services.account import is_bot
from ansible_collections.mmops.mattermost.plugins.module_utils._services.info_options import (
    bad_directory,
    check_declaration,
    chooses_users,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._services.info_selection import Selection, once, select
from ansible_collections.mmops.mattermost.plugins.module_utils._services.info_subjects import Gathered, gather
from ansible_collections.mmops.mattermost.plugins.module_utils._services.lookup import chunks


@dataclass
class Seen:
    """What the server told. ``about_server`` holds the return keys that are not about the selected users."""

    selection: Selection = field(default_factory=Selection)
    gathered: list[Gathered] = field(default_factory=list)
    about_server: dict = field(default_factory=dict)


@dataclass
class InfoPlan(Plan):
    """A plan without steps. ``files`` are pictures to write, by path."""

    files: dict = field(default_factory=dict, repr=False)


class UserInfoService(Service):
    """Reads users and what belongs to them. ``clock`` tells the time in milliseconds."""

    def __init__(self, clock=lambda: int(time.time() * 1000)):
        self._clock = clock

    def check(self, declaration: dict) -> list:
        check_declaration(declaration)
        return []

    def decide(self, declaration: dict, seen: Seen) -> InfoPlan:
        return plan_result(declaration, seen)

    def look(self, client: ApiClient, declaration: dict) -> Seen:
        selection = select(client, declaration) if chooses_users(declaration) else Selection()
        gathered = gather(client, declaration, selection.users, self._clock())
        about_server = _read_about_server(client, declaration)
        return Seen(selection, gathered, {**about_server, "server": _describe(client.server)})

    def predict(self, plan: Plan) -> dict:
        return plan.predicted

    def write_files(self, plan) -> None:
        for path, content in plan.files.items():
            try:
                with open(path, "wb") as file:
                    file.write(content)
            except OSError as error:
                raise bad_directory(os.strerror(error.errno or 0)) from None


def plan_result(declaration: dict, seen: Seen) -> InfoPlan:
    """The result. Values that the server does not tell are ``None``, listed in ``unknown``, and explained in a warning."""
    selection = seen.selection
    plan = InfoPlan(warnings=list(selection.warnings))
    users = {user["id"]: _with_fields(declaration["fields"], user) for user in selection.users}
    refused = []
    for part in seen.gathered:
        picture = isinstance(part.value, bytes)
        shown = _picture(plan, declaration["image_directory"], part) if picture else part.value
        users[part.user["id"]][part.subject] = shown
        if part.reason:
            account = {"user_id": part.user["id"], "username": part.user["username"]}
            refused.append({**account, "subject": part.subject, "reason": part.reason})
    if _lacks_report(seen.gathered):
        plan.unknown.append("report")
    for subject in once(entry["subject"] for entry in refused):
        reasons = [entry["reason"] for entry in refused if entry["subject"] == subject]
        plan.unknown.append(subject)
        plan.warnings.append(f"{subject} of {len(reasons)} of {len(users)} users cannot be read. {reasons[0]}")
    plan.predicted = {
        "users": list(users.values()),
        "missing": selection.missing,
        "out_of_channel": selection.out_of_channel,
        "refused": refused,
        **seen.about_server,
    }
    return plan


def _with_fields(fields: list | None, user: dict) -> dict:
    return dict(user) if fields is None else {name: user[name] for name in ("id", "username", *fields) if name in user}


def _lacks_report(gathered) -> bool:
    """Whether the server has no report. Bots are in none."""
    asked = [part for part in gathered if part.subject == "report" and not is_bot(part.user)]
    return bool(asked) and not any(part.value or part.reason for part in asked)


def _picture(plan, directory, part) -> str:
    """The picture as it shows in the result: in base64, or the path of the file that is to be written."""
    if directory is None:
        return base64.b64encode(part.value).decode()
    # A name can hold none of the other characters; this keeps a strange server from choosing the path.
    path = os.path.join(directory, f"{part.subject}-{re.sub('[^a-z0-9._-]', '_', part.user['username'])}.png")
    plan.files[path] = part.value
    return path


def _describe(server) -> dict:
    return {"version": str(server) if server.known else None, "licensed": server.licensed}


def _read_about_server(client: ApiClient, declared) -> dict:
    stats = filtered = None
    if declared["stats"]:
        stats = client.get_total_users_stats()
    if declared["stats_filter"] is not None:
        filtered = client.get_total_users_stats_filtered(
            **{
                name: ",".join(value) if isinstance(value, list) else value
                for name, value in declared["stats_filter"].items()
                if value
            }
        )
    known = client.get_known_users() if declared["known_users"] else []
    members = {}
    for chunk in chunks(once(declared["group_channel_ids"])):
        answer = client.get_users_by_group_channel_ids(group_channel_ids=chunk)
        members.update({channel_id: answer.get(channel_id) or [] for channel_id in chunk})
    return {"stats": stats, "filtered_stats": filtered, "known_users": known, "group_channel_members": members}
