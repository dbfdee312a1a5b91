# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Roles as commands of the benchmark, and where their time goes."""

from __future__ import annotations

import json
import sys

from bench import HERE, Bench

#: Tasks that are named, the slowest first.
SHOWN = 5


def floor_of(*arguments: object) -> list[str]:
    return [sys.executable, str(HERE / "floor_review.py"), *map(str, arguments)]


def role(bench: Bench, name: str, **variables: object) -> list[str]:
    task = {"ansible.builtin.include_role": {"name": f"mmops.mattermost.{name}"}, "vars": variables}
    return bench.play(name, task)


def slowest_tasks(bench: Bench, command: list[str]) -> dict[str, float]:
    """Seconds of the slowest tasks of a command, which is run once more."""
    noted = bench.folder / "stopwatch.json"
    stopwatch = {
        "ANSIBLE_CALLBACK_PLUGINS": str(HERE / "stopwatch"),
        "ANSIBLE_CALLBACKS_ENABLED": "stopwatch",
        "BENCH_STOPWATCH": str(noted),
    }
    bench.run(command, environment={**bench.environment, **stopwatch})
    tasks = json.loads(noted.read_text(encoding="utf-8"))
    slowest = sorted(tasks.items(), key=lambda item: -item[1])[:SHOWN]
    return {name: round(seconds, 2) for name, seconds in slowest}
