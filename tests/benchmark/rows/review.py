# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An access review, with the tasks that take most of the time.

``review_read`` is the part that reads the server. The rest of the time goes into judging, laying out and writing megabytes,
whatever the server is.
"""

from __future__ import annotations

from bench import Bench, net, result

from ansible_collections.mmops.mattermost.plugins.action.access_review_report import FIELDS
from roles import floor_of, role, slowest_tasks


def review_read(bench: Bench, rounds: int, users: int) -> dict:
    ours = bench.play(
        "review_read",
        {"mmops.mattermost.mm_user_info": {"fields": FIELDS, "gather": ["tokens", "report", "sessions"], "idle_after": "90d"}},
        {"mmops.mattermost.mm_user_info": {"stats_filter": {"include_deleted": True, "include_bots": True}}},
        {"mmops.mattermost.mm_user_info": {"user_ids": ["me"]}},
    )
    timings = bench.measure(rounds, empty=bench.play("empty"), mm_user_info=ours, floor=floor_of("review", users))
    ratio = net(timings["mm_user_info"], timings["empty"]) / timings["floor"].median
    return result(ratio, "a script that sends the same requests", timings, bench.requests_of(ours))


def review(bench: Bench, rounds: int, users: int) -> dict:
    ours = role(bench, "access_review", access_review_directory=str(bench.folder / "review"))
    timings = bench.measure(rounds, empty=bench.play("empty"), role=ours, floor=floor_of("review", users))
    ratio = net(timings["role"], timings["empty"]) / timings["floor"].median
    row = result(ratio, "a script that sends the same requests", timings, bench.requests_of(ours))
    return {**row, "tasks": slowest_tasks(bench, ours)}


def rows(bench: Bench, rounds: int, users: int, growth: bool) -> dict[str, dict]:
    return {"review_read": review_read(bench, rounds, users), "review": review(bench, rounds, users)}
