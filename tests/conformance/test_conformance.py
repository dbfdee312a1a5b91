# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fake server answers as the recorded ones, in each release, without and with a licence."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.mmops.mattermost.tests.support.fake_process import Fake, running
from ansible_collections.mmops.mattermost.tests.support.servers import RELEASES

HERE = Path(__file__).resolve().parent

FLAVOURS = {
    f"{release}-{licence}": ["--release", release, *options]
    for release in RELEASES
    for licence, options in {"unlicensed": [], "licensed": ["--licensed"]}.items()
}
TRIES_OF_RATE = 4
OWN_SERVER = {  # groups that disturb all others
    "ratelimit": ["--rate-limit"],
    "deleteall": [],
    "lastadmin": [],
    "userlimit": [],
}
RECORDINGS = [(golden, path.stem) for golden in FLAVOURS for path in sorted((HERE / "golden" / golden).glob("*.jsonl"))]


def of_flavour(golden: str, *others: str):
    """Test cases of a flavour, which one worker runs: they share a server."""
    return pytest.param(golden, *others, marks=pytest.mark.xdist_group(golden))


@pytest.fixture(scope="module")
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fake]:
    """A server of a flavour, for all groups that leave others alone."""
    path = tmp_path_factory.mktemp("sockets") / "local.sock"
    with running(*FLAVOURS[request.param], "--socket", path) as fake:
        fake.flavour = request.param
        yield fake


def run_tool(fake: Fake, golden: str, *groups: str) -> subprocess.CompletedProcess[str]:
    address = [
        "--url",
        fake.url,
        "--socket",
        fake.socket,
        "--admin-login",
        fake.login,
        "--admin-password",
        fake.password,
    ]
    command = [sys.executable, HERE / "conform.py", "run", *address, "--golden", HERE / "golden" / golden]
    command += ["--group", *groups] if groups else []
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


def conform(fake: Fake, golden: str, *groups: str) -> None:
    """Run the tool; it is satisfied with nothing but 100%."""
    done = run_tool(fake, golden, *groups)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "    ! " not in done.stdout, done.stdout  # a step of the set-up failed
    assert "  100.0%" in done.stdout.splitlines()[-1]


@pytest.mark.parametrize("time", ["first", "again"])
@pytest.mark.parametrize("server", [of_flavour(golden) for golden in FLAVOURS], indirect=True)
def test_all_groups(server: Fake, time: str) -> None:
    """A second run on the same server finds nothing in its way, but 250 active users are too few for two runs."""
    if time == "again" and server.flavour == "11.2-unlicensed":
        pytest.skip("takes a fresh server, as the README says")
    conform(server, server.flavour)


@pytest.mark.parametrize(
    ("golden", "group"), [of_flavour(golden, group) for golden, group in RECORDINGS if group in OWN_SERVER]
)
def test_group_that_disturbs_others(tmp_path: Path, golden: str, group: str) -> None:
    # Where the tool sends fewer than 10 requests a second, the limit is never reached: that tells of the machine.
    for tries_left in range(TRIES_OF_RATE if group == "ratelimit" else 1, 0, -1):
        with running(*FLAVOURS[golden], *OWN_SERVER[group], "--socket", tmp_path / f"{tries_left}.sock") as fake:
            if tries_left > 1 and run_tool(fake, golden, group).returncode:
                continue
            if tries_left == 1:
                conform(fake, golden, group)
            return


def test_every_recording_belongs_to_a_flavour_and_a_scenario() -> None:
    assert {path.name for path in (HERE / "golden").iterdir()} == set(FLAVOURS)
    assert {group for _golden, group in RECORDINGS} == {path.stem for path in (HERE / "scenarios").glob("*.py")}
