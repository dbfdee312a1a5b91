# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which servers there are to test with: releases of Mattermost, without and with a licence."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.mmops.mattermost.tests.support.servers import NEWEST, RELEASES, given_server

#: A server from the environment takes the place of all fake ones.
GIVEN = "given"

#: The newest release, the one before it and the oldest are seen in each run; the others with `make integration-releases`.
_IN_EACH_RUN = (f"{NEWEST}-unlicensed", f"{NEWEST}-licensed", f"{RELEASES[-2]}-licensed", f"{RELEASES[0]}-unlicensed")

#: Where one flavour will do.
ONE = GIVEN if given_server() else f"{NEWEST}-licensed"


def flavours(*marks: Any) -> list[Any]:
    """A parameter for each flavour, with these marks, and ``releases`` for those that are not seen in each run."""
    if given_server():
        return [pytest.param(GIVEN, marks=marks, id=GIVEN)]
    names = [f"{release}-{licence}" for release in RELEASES for licence in ("unlicensed", "licensed")]
    return [
        pytest.param(name, marks=marks if name in _IN_EACH_RUN else (*marks, pytest.mark.releases), id=name)
        for name in sorted(names, key=lambda name: name not in _IN_EACH_RUN)
    ]


def options(flavour: str) -> dict[str, Any]:
    """The arguments of ``fake_server`` for a flavour."""
    release, _dash, licence = flavour.partition("-")
    return {"release": release, "licensed": licence == "licensed"}
