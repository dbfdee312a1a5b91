# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Notes in the file BENCH_STOPWATCH how long each task of a play took: where the time of a role goes."""

from __future__ import annotations

import json
import os
import time
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: stopwatch
type: notification
short_description: Notes how long each task took
description: For the benchmark.
"""


class CallbackModule(CallbackBase):
    """From the start of a task to that of the next one."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "stopwatch"

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._tasks: dict[str, float] = {}
        self._began, self._name = time.monotonic(), ""

    def _lap(self, name: str) -> None:
        now = time.monotonic()
        if self._name:
            self._tasks[self._name] = self._tasks.get(self._name, 0) + now - self._began
        self._began, self._name = now, name

    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:
        self._lap(task.get_name().rpartition(" : ")[2])

    def v2_playbook_on_stats(self, stats: Any) -> None:
        self._lap("")
        path = os.environ.get("BENCH_STOPWATCH")
        if path:
            with open(path, "w", encoding="utf-8") as file:
                json.dump(self._tasks, file)
