# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role user_onboarding: people with a password and a token, in files, and a second run that has nothing to do."""

from __future__ import annotations

import shutil

from bench import CONCURRENCY, Bench, net, result
from people import onboarded

PEOPLE = 1000
MORE = 10000


def role(bench: Bench, count: int) -> list[str]:
    """The command that onboards so many people."""
    secrets = bench.folder / "secrets"
    secrets.mkdir(exist_ok=True)
    variables = {
        "user_onboarding_users": list(onboarded(count)),
        "user_onboarding_directory": str(secrets),
        "user_onboarding_defaults": {"tokens": ["laptop"], "locale": "en"},
    }
    include = {"ansible.builtin.include_role": {"name": "mmops.mattermost.user_onboarding"}, "vars": variables}
    return bench.play(f"onboard{count}", include)


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
        again = bench.measure(rounds, empty=bench.play("empty"), role=ours, floor=bench.floor("look", count))
        second = bench.requests_of(ours)
        clean()
    return {
        f"onboard_{count}": result(
            net(timings["role"], timings["empty"]) / timings["floor"].median,
            f"a script that sends the same writes and reads, {CONCURRENCY} at a time, and writes the files",
            timings,
            first,
            timings["role"].megabytes,
        ),
        f"onboarded_{count}": result(
            net(again["role"], again["empty"]) / again["floor"].median, "a script that sends the same reads", again, second
        ),
    }


def rows(bench: Bench, rounds: int, users: int, growth: bool) -> dict[str, dict]:
    """With ``--growth`` in two sizes."""
    found = onboard(bench, min(rounds, 3), PEOPLE)
    return found | onboard(bench, 1, MORE) if growth else found
