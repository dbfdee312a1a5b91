# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes what the tasks of a play did into the journal of the requests that they sent.

The recording proxy and this plugin append lines to the same file, so their order is the order of events: all requests
between the start and the end of a task are its own. What that means is judged afterwards, by ``tests/support/guard.py``.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: journal
type: notification
short_description: Writes tasks and their results into a journal
description: Used by the integration tests of this collection.
"""

KEPT = (
    "changed",
    "failed",
    "skipped",
    "operations",
    "error",
    "failed_when_result",
    "censored",
    "_ansible_item_label",
    "item",
    # Of a roster, the operations of each user.
    "users",
    "tokens",
    "failures",
)


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "journal"
    CALLBACK_NEEDS_ENABLED = True

    def _write(self, event, **entry):
        line = json.dumps({"event": event, **entry}, default=str)
        with Path(os.environ["MATTERMOST_TEST_JOURNAL"]).open("a", encoding="utf-8") as journal:
            journal.write(line + "\n")

    def _started(self, task):
        self._write("task", name=task.get_name(), module=task.resolved_action or task.action, where=task.get_path())

    def _ended(self, result, **verdict):
        # The fields of the task as they were in the run, templates filled in. Loop variables are not.
        fields = result.task_fields if hasattr(result, "task_fields") else result._task_fields
        outcome = result.result if hasattr(result, "result") else result._result
        looped = fields.get("loop") is not None or fields.get("loop_with")
        # A loop that could not be started has no results.
        # Of a task without a loop, Ansible takes "failed" and "skipped" out.
        items = outcome["results"] if looped and "results" in outcome else [{**outcome, **verdict}]
        self._write(
            "result",
            name=fields.get("name"),
            check_mode=bool(fields.get("check_mode")),
            items=[{key: item[key] for key in KEPT if key in item} for item in items],
        )

    def v2_playbook_on_task_start(self, task, is_conditional):
        self._started(task)

    def v2_playbook_on_handler_task_start(self, task):
        self._started(task)

    def v2_playbook_on_cleanup_task_start(self, task):
        self._started(task)

    def v2_runner_on_ok(self, result):
        self._ended(result)

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self._ended(result, failed=True)

    def v2_runner_on_skipped(self, result):
        self._ended(result, skipped=True)

    def v2_runner_on_unreachable(self, result):
        self._ended(result, failed=True)

    def v2_playbook_on_stats(self, stats):
        self._write("end")
