# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lockdown of everybody in check mode. The API has the sessions of one user at a time, which most of the requests are."""

from __future__ import annotations

from bench import CONCURRENCY, Bench, net, result

from roles import floor_of, role, slowest_tasks


def lockdown(bench: Bench, rounds: int, users: int) -> dict:
    ours = role(
        bench,
        "session_lockdown",
        session_lockdown_incident="bench",
        session_lockdown_everybody=True,
        session_lockdown_confirm="everybody",
        session_lockdown_record=str(bench.folder / "lockdown.json"),
    )
    ours.append("--check")
    floor = floor_of("lockdown", users, CONCURRENCY)
    timings = bench.measure(rounds, empty=bench.play("empty"), role=ours, floor=floor)
    ratio = net(timings["role"], timings["empty"]) / timings["floor"].median
    row = result(ratio, "a script that sends the same requests", timings, bench.requests_of(ours))
    return {**row, "tasks": slowest_tasks(bench, ours)}


def rows(bench: Bench, rounds: int, users: int, growth: bool) -> dict[str, dict]:
    return {"lockdown": lockdown(bench, rounds, users)}
