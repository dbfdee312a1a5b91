# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A loop of tasks."""

from __future__ import annotations

from bench import Bench, net, result
from people import usernames

LOOP = 100


def loop(bench: Bench, rounds: int) -> dict:
    looped = {"loop": f"{{{{ range({LOOP}) | list }}}}", "loop_control": {"label": "x"}}
    name = usernames(1)[0]
    ours = bench.play("loop_ours", {"mmops.mattermost.mm_user": {"username": name}, **looped})
    uri = bench.play(
        "loop_uri",
        {
            "ansible.builtin.uri": {
                "url": f"{bench.server.url}/api/v4/users/username/{name}",
                "headers": {"Authorization": f"Bearer {bench.server.token}"},
            },
            **looped,
        },
    )
    timings = bench.measure(rounds, empty=bench.play("empty"), mm_user=ours)
    # Half a minute a run: two of them are enough for a ratio of this size.
    timings.update(bench.measure(2, uri=uri))
    ratio = net(timings["mm_user"], timings["empty"]) / net(timings["uri"], timings["empty"])
    return result(ratio, f"{LOOP} items of ansible.builtin.uri", timings, bench.requests_of(ours))


def rows(bench: Bench, rounds: int, users: int, growth: bool) -> dict[str, dict]:
    return {"loop": loop(bench, rounds)}
