# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers for the integration tests: each behind a recording proxy, one set for each worker of pytest-xdist."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ansible_collections.mmops.mattermost.tests.support.faulty import Faulty
from ansible_collections.mmops.mattermost.tests.support.flavours import flavours, options
from ansible_collections.mmops.mattermost.tests.support.proxy import RecordingProxy, recording_proxy
from ansible_collections.mmops.mattermost.tests.support.servers import NEWEST, Server, fake_server, given_server


@dataclass(frozen=True)
class Guarded:
    """A server and the recording proxy before it."""

    server: Server
    proxy: RecordingProxy


@pytest.fixture(scope="session", params=flavours())
def guarded(request: pytest.FixtureRequest) -> Iterator[Guarded]:
    given = given_server()
    source = contextlib.nullcontext(given) if given else fake_server(**options(request.param))
    with source as server, recording_proxy(server.url) as proxy:
        yield Guarded(server, proxy)


@pytest.fixture(params=[f"{NEWEST}-unlicensed"])
def faulty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Faulty]:
    """A server of its own for each test. A test that needs the other flavour sets the parameter."""
    with fake_server(**options(request.param), arguments=["--control"]) as server:
        yield Faulty(server, tmp_path)
