# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role user_onboarding: people with a password and a token, in files, and a second run that has nothing to do.

The people are in a CSV file; ``..._listed`` is the second run with a list in the play, which Ansible carries through the
tasks. The second runs are measured in two ways: ``ratio`` is net of an empty playbook, as in all other rows, against the bare
reads; ``whole`` is the time of the whole play against that of a play whose only task is the script with the same reads. A role
cannot do without the tasks that Ansible starts for it.
"""

from __future__ import annotations

import shlex
import shutil

from bench import CONCURRENCY, Bench, net, result
from people import onboarded, write_onboarded

from roles import slowest_tasks

PEOPLE = 1000
MORE = 10000


def role(bench: Bench, count: int, listed: bool = False) -> list[str]:
    """The command that onboards so many people, who are in a file, or in a list."""
    secrets = bench.folder / "secrets"
    secrets.mkdir(exist_ok=True)
    variables: dict[str, object] = {
        "user_onboarding_directory": str(secrets),
        "user_onboarding_defaults": {"locale": "en", **({"tokens": ["laptop"]} if listed else {})},
    }
    if listed:
        variables["user_onboarding_users"] = list(onboarded(count))
    else:
        source = bench.folder / f"board{count}.csv"
        write_onboarded(source, count)
        variables["user_onboarding_src"] = str(source)
    include = {"ansible.builtin.include_role": {"name": "mmops.mattermost.user_onboarding"}, "vars": variables}
    return bench.play(f"onboard{count}{'_listed' if listed else ''}", include)


def again(bench: Bench, rounds: int, count: int, listed: bool) -> dict:
    """A run with nothing to do."""
    ours, floor = role(bench, count, listed), bench.floor("look", count)
    task = bench.play(f"look{count}", {"ansible.builtin.command": shlex.join(floor)})
    timings = bench.measure(rounds, empty=bench.play("empty"), role=ours, floor=floor, task=task)
    ratio = net(timings["role"], timings["empty"]) / timings["floor"].median
    row = result(ratio, "a script that sends the same reads", timings, bench.requests_of(ours))
    whole = timings["role"].median / timings["task"].median
    return {**row, "whole": round(whole, 2), "tasks": slowest_tasks(bench, ours)}


def onboard(bench: Bench, rounds: int, count: int) -> dict[str, dict]:
    ours = role(bench, count)

    def clean():
        bench.delete_users("board")
        shutil.rmtree(bench.folder / "secrets")
        (bench.folder / "secrets").mkdir()

    with bench.settings(ServiceSettings={"EnableUserAccessTokens": True}):
        clean()
        timings = bench.measure(
            rounds,
            clean,
            empty=bench.play("empty"),
            role=ours,
            floor=bench.floor("onboard", count, CONCURRENCY, bench.folder / "secrets"),
        )
        first = bench.requests_of(ours)
        seconds = {
            f"onboarded_{count}": again(bench, rounds, count, listed=False),
            f"onboarded_{count}_listed": again(bench, rounds, count, listed=True),
        }
        clean()
    ratio = net(timings["role"], timings["empty"]) / timings["floor"].median
    baseline = f"a script that sends the same requests, {CONCURRENCY} at a time, and writes the files"
    return {f"onboard_{count}": result(ratio, baseline, timings, first, timings["role"].megabytes), **seconds}


def rows(bench: Bench, rounds: int, users: int, growth: bool) -> dict[str, dict]:
    """With ``--growth`` in two sizes."""
    found = onboard(bench, min(rounds, 3), PEOPLE)
    return found | onboard(bench, 1, MORE) if growth else found
