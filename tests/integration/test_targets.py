# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every target passes on every flavour of the server, and no task writes more than it reports."""

from __future__ import annotations

from pathlib import Path

import pytest
from harness.plays import run_target, target_names


@pytest.mark.parametrize("target", target_names())
def test_target(target: str, guarded, tmp_path: Path) -> None:
    run = run_target(target, guarded.server, guarded.proxy, tmp_path)
    problems = list(run.problems)
    if run.status:
        problems.insert(0, f"ansible-playbook ended with status {run.status}")
    if not run.tasks:
        problems.append("The target has no task of this collection")
    if problems:
        pytest.fail("\n".join([*problems, "", run.output]), pytrace=False)
