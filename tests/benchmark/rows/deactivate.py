# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A roster of people who have left."""

from __future__ import annotations

from bench import CONCURRENCY, Bench, net, result
from people import usernames

PEOPLE = 1000
MORE = 10000


def deactivate(bench: Bench, rounds: int, count: int) -> dict:
    roster = bench.folder / f"gone{count}.csv"
    roster.write_text("username,state\n" + "".join(f"{name},inactive\n" for name in usernames(count)))
    ours = bench.play(f"deactivate{count}", {"mmops.mattermost.mm_users": {"src": str(roster), "concurrency": CONCURRENCY}})
    back = bench.floor("active", count, CONCURRENCY, "true")

    def restore():
        bench.run(back)

    timings = bench.measure(
        rounds, restore, empty=bench.play("empty"), mm_users=ours, floor=bench.floor("active", count, CONCURRENCY, "false")
    )
    counts = bench.requests_of(ours)
    restore()
    ratio = net(timings["mm_users"], timings["empty"]) / timings["floor"].median
    return result(
        ratio, f"a script that sends the same requests, {CONCURRENCY} at a time", timings, counts, timings["mm_users"].megabytes
    )


def rows(bench: Bench, rounds: int, users: int, growth: bool) -> dict[str, dict]:
    """With ``--growth`` in two sizes."""
    sizes = {PEOPLE: min(rounds, 3), **({MORE: 1} if growth else {})}
    return {f"deactivate_{count}": deactivate(bench, turns, count) for count, turns in sizes.items()}
