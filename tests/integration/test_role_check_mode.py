# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A role predicts the same with ``check_mode`` of the play, which ``ansible_check_mode`` does not know, as with ``--check``."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.mmops.mattermost.tests.support.roles import GOOD, place, prepare, run
from ansible_collections.mmops.mattermost.tests.support.servers import fake_server

ROLE = "token_rotation"


def test_both_ways_of_check_mode_predict_the_same(tmp_path: Path) -> None:
    seen = []
    with fake_server(licensed=True) as server:
        prepare(server)
        for arguments, play in ((("--check",), {}), ((), {"check_mode": True})):
            folder = tmp_path / str(len(seen))
            folder.mkdir()
            process = run(ROLE, GOOD[ROLE], server, folder, start=place(folder), arguments=arguments, play=play)
            assert process.returncode == 0, process.stdout
            tasks = [task.split("]")[0] for task in process.stdout.split("\nTASK [") if "\nchanged:" in task]
            seen.append(tasks)
    assert seen[0]
    assert seen[0] == seen[1]
