# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every target passes on every flavour of the server, and no task writes more than it reports."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.mmops.mattermost.tests.support.flavours import ONE, flavours
from ansible_collections.mmops.mattermost.tests.support.guard import COLLECTION, ON_CONTROLLER
from ansible_collections.mmops.mattermost.tests.support.plays import SECRET_MARK, run_target, target_names


def cases() -> Iterator[Any]:
    """Every target on every flavour. Roles only put modules together, which were tried on all, so one flavour will do,
    and one is enough for what asks no server, and never runs elsewhere.

    Modules that are started by themselves do the same but far slower, so they have a make target of their own.
    """
    for target in target_names():
        on_controller = COLLECTION + target in ON_CONTROLLER
        for host, *marks in (("in_process",), ("module", pytest.mark.modules)):
            for flavour in [] if on_controller and marks else flavours(*marks):
                (name,) = flavour.values
                once = target.startswith("role_") or on_controller
                more = [pytest.mark.releases] if once and name != ONE else []
                yield pytest.param(target, name, host, id=f"{target}-{name}-{host}", marks=[*flavour.marks, *more])


@pytest.mark.parametrize(("target", "guarded", "host"), list(cases()), indirect=["guarded"], scope="session")
def test_target(target: str, guarded, host: str, tmp_path: Path) -> None:
    run = run_target(target, guarded.server, guarded.proxy, tmp_path, in_process=host == "in_process")
    problems = list(run.problems)
    if run.status:
        problems.insert(0, f"ansible-playbook ended with status {run.status}")
    if not run.tasks:
        problems.append("The target has no task of this collection")
    if host == "module" and "AnsiballZ_mm_" not in run.output:
        problems.append("No module was started by itself")
    if problems:
        pytest.fail("\n".join([*problems, "", run.output.replace(SECRET_MARK, "(hidden) ")]), pytrace=False)
