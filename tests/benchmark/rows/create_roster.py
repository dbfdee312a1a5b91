# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A roster of new users."""

from __future__ import annotations

from bench import CONCURRENCY, Bench, net, result
from people import write_roster

CREATIONS = 1000


def create_roster(bench: Bench, rounds: int) -> dict:
    roster = bench.folder / "new.csv"
    write_roster(roster, CREATIONS, "new")
    ours = bench.play("create", {"mmops.mattermost.mm_users": {"src": str(roster), "concurrency": CONCURRENCY}})

    def clean():
        bench.delete_users("new")

    clean()
    timings = bench.measure(
        rounds, clean, empty=bench.play("empty"), mm_users=ours, floor=bench.floor("create", CREATIONS, CONCURRENCY)
    )
    counts = bench.requests_of(ours)
    clean()
    ratio = net(timings["mm_users"], timings["empty"]) / timings["floor"].median
    return result(ratio, f"a script that sends {CREATIONS} POST requests, {CONCURRENCY} at a time", timings, counts)


def rows(bench: Bench, rounds: int, users: int, growth: bool) -> dict[str, dict]:
    return {"create_roster": create_roster(bench, rounds)}
