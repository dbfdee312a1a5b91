# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One task, as often stands in a play."""

from __future__ import annotations

from bench import Bench, result
from people import usernames


def single_task(bench: Bench, rounds: int) -> dict:
    ours = bench.play("single", {"mmops.mattermost.mm_user": {"username": usernames(1)[0]}})
    timings = bench.measure(rounds, ping=bench.play("ping", {"ansible.builtin.ping": {}}), mm_user=ours)
    row = result(
        timings["mm_user"].median / timings["ping"].median, "one ansible.builtin.ping task", timings, bench.requests_of(ours)
    )
    row["difference_ms"] = round(1000 * (timings["mm_user"].median - timings["ping"].median))
    return row


def rows(bench: Bench, rounds: int, users: int, growth: bool) -> dict[str, dict]:
    return {"single_task": single_task(bench, rounds)}
