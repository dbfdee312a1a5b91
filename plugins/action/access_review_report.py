# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import time

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.plugins.action import ActionBase

from ansible_collections.mmops.mattermost.plugins.module_utils._api.connection_options import CONNECTION_OPTIONS
from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput
from ansible_collections.mmops.mattermost.plugins.modules.mm_users import SUBJECT as ROSTER
from ansible_collections.mmops.mattermost.plugins.plugin_utils._access_review import limits, review
from ansible_collections.mmops.mattermost.plugins.plugin_utils._controller_paths import full_path
from ansible_collections.mmops.mattermost.plugins.plugin_utils._private_files import folder_of_files, private_files, whole_path
from ansible_collections.mmops.mattermost.plugins.plugin_utils._review_files import FORMATS, review_files

OPTIONS = {
    "directory": {"type": "path", "required": True},
    "formats": {"type": "list", "elements": "str", "choices": list(FORMATS), "default": list(FORMATS)},
    "templates": {"type": "path"},
    "name": {"type": "str", "default": "access-review"},
    "title": {"type": "str", "default": "Access review"},
    "server": {"type": "str", "default": ""},
    "inactive_after": {"type": "str", "default": "90d"},
    "token_max_age": {"type": "str", "default": "90d"},
    "ordinary_roles": {"type": "list", "elements": "str", "default": ["system_user", "system_guest"]},
    "mfa_services": {"type": "list", "elements": "str", "default": ["email", "ldap"]},
    "sessions": {"type": "bool", "default": True},
    "every_session": {"type": "bool", "default": False},
    "in_team": {"type": "str"},
    "concurrency": {"type": "int", "default": 8},
    "roster_src": ROSTER.options["src"],
    "roster_columns": ROSTER.options["columns"],
    "roster_scope": ROSTER.options["prune_scope"],
}

#: What is read of each user.
FIELDS = [
    *("email", "first_name", "last_name", "nickname", "position", "roles"),
    *("auth_service", "mfa_active", "is_bot", "create_at", "delete_at"),
]


class ActionModule(ActionBase):
    """Does the work of M(mmops.mattermost.access_review_report). Ansible carries ten thousand users to no other task."""

    _requires_connection = False
    TRANSFERS_FILES = False

    def run(self, tmp=None, task_vars=None):
        """Returns the report, and which files were written."""
        result = super().run(tmp, task_vars)
        own = {name: value for name, value in self._task.args.items() if name not in CONNECTION_OPTIONS}
        validation = ArgumentSpecValidator(OPTIONS).validate(own)
        if validation.error_messages:
            return {**result, "failed": True, "msg": validation.errors.msg}
        self._warnings: list = []
        options = validation.validated_parameters
        try:
            options["directory"] = whole_path("directory", options["directory"])
            result.update(self._report(options, task_vars or {}))
        except InvalidInput as error:
            result.update(failed=True, msg=str(error))
        return {**result, "warnings": list(dict.fromkeys(self._warnings))} if self._warnings else result

    def _report(self, options: dict, task_vars: dict) -> dict:
        wanted = limits(options["inactive_after"], options["token_max_age"], options["ordinary_roles"], options["mfa_services"])
        in_team = {"in_team": options["in_team"]} if options["in_team"] else {}
        idle = {"idle_after": options["inactive_after"]} if options["sessions"] and not options["every_session"] else {}
        found = self._ask(
            "mm_user_info",
            task_vars,
            fields=FIELDS,
            gather=["tokens", "report", *(["sessions"] if options["sessions"] else [])],
            concurrency=options["concurrency"],
            **idle,
            **in_team,
        )
        if "users" not in found:
            raise InvalidInput(f"The users could not be read. {found.get('msg', '')}")
        drift = self._compare(options, task_vars) if options["roster_src"] else None
        about = self._about(options, task_vars, found["server"]["version"])
        report = {
            "title": options["title"],
            "server": options["server"] or self._address(found),
            **review(found["users"], wanted, int(time.time() * 1000), found["refused"], drift, about),
        }
        return {**report, "changed": False, "written": self._write(report, options)}

    def _about(self, options, task_vars, version) -> dict:
        """By whom the report was made, and of what. Over the local socket, the server tells less, which stays unknown."""
        in_team, roster = options["in_team"], options["roster_src"]
        chosen = {"in_team": in_team} if in_team else {}
        counted = self._ask("mm_user_info", task_vars, stats_filter={"include_deleted": True, "include_bots": True, **chosen})
        caller = self._ask("mm_user_info", task_vars, user_ids=["me"])
        return {
            "made_by": next((user["username"] for user in caller.get("users", [])), None),
            "server_version": version,
            "scope": f"members of the team {in_team}" if in_team else "all accounts",
            "on_server": (counted.get("filtered_stats") or {}).get("total_users_count"),
            "parameters": {
                "every session": options["every_session"],
                "roster": os.path.basename(roster) if roster else "none",
                "roster scope": options["roster_scope"] if roster else "none",
                "sessions": options["sessions"],
            },
        }

    def _compare(self, options, task_vars):
        """Like a roster that is applied, but in check mode, so that nothing is sent that writes."""
        drift = self._ask(
            "mm_users",
            task_vars,
            check_mode=True,
            src=full_path(options["roster_src"]),
            columns=options["roster_columns"],
            prune="report",
            prune_scope=options["roster_scope"],
            missing_password="random",  # noqa: S106  the word of an option
            concurrency=options["concurrency"],
            full_result=True,
        )
        if "counts" not in drift:
            raise InvalidInput(f"The server could not be compared with the roster. {drift.get('msg', '')}")
        return drift

    def _write(self, report, options) -> list:
        texts = review_files(report, options["formats"], options["name"], options["templates"])
        folder = options["directory"]
        written, _removed = private_files(folder_of_files(folder, texts), self._task.check_mode, folder)
        return [] if self._task.check_mode else written

    def _ask(self, module: str, task_vars: dict, check_mode: bool = False, **options) -> dict:
        """The result of another module with the connection of this task, on the host of this task."""
        task = self._task.copy()
        task.action = f"mmops.mattermost.{module}"
        task.check_mode = check_mode
        connection = {name: value for name, value in self._task.args.items() if name in CONNECTION_OPTIONS}
        task.args = {**connection, **options}
        action = self._shared_loader_obj.action_loader.get(
            task.action,
            task=task,
            connection=self._connection,
            play_context=self._play_context,
            loader=self._loader,
            templar=self._templar,
            shared_loader_obj=self._shared_loader_obj,
        )
        answer = action.run(task_vars=task_vars)
        self._warnings += answer.get("warnings", [])
        return answer

    def _address(self, found) -> str:
        arguments = found.get("invocation", {}).get("module_args", {})
        return arguments.get("api_url") or self._task.args.get("api_url") or os.environ.get("MATTERMOST_URL", "")
