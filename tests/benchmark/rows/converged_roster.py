# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A roster whose users are as declared, with ``--growth`` in several sizes."""

from __future__ import annotations

from bench import Bench, net, result
from people import write_roster

GROWTH = (1000, 10000, 50000)


def converged_roster(bench: Bench, rounds: int, count: int) -> dict:
    roster = bench.folder / f"people{count}.csv"
    write_roster(roster, count)
    ours = bench.play(
        f"converged{count}",
        {
            "mmops.mattermost.mm_users": {"src": str(roster)},
            "register": "outcome",
            "failed_when": "outcome is failed or outcome is changed",
        },
    )
    timings = bench.measure(rounds, empty=bench.play("empty"), mm_users=ours, floor=bench.floor("read", count))
    ratio = net(timings["mm_users"], timings["empty"]) / timings["floor"].median
    return result(ratio, "a script that sends the same reads", timings, bench.requests_of(ours), timings["mm_users"].megabytes)


def rows(bench: Bench, rounds: int, users: int, growth: bool) -> dict[str, dict]:
    sizes = GROWTH if growth else ()
    return {
        "converged_roster": converged_roster(bench, rounds, users),
        **{f"converged_{size}": converged_roster(bench, rounds, size) for size in sizes},
    }
