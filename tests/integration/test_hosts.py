# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two hosts of the modules, the Ansible process and a process of their own, show the same to the last word."""

from __future__ import annotations

import difflib
import re
from pathlib import Path

import pytest

from ansible_collections.mmops.mattermost.tests.support.flavours import ONE
from ansible_collections.mmops.mattermost.tests.support.plays import run_target

#: What only the server or the clock chooses, and how Ansible itself names the two hosts.
CHOSEN_ANEW = [
    (re.compile(r"\b[a-z0-9]{26}\b"), "<id>"),
    (re.compile(r"\b1[0-9]{12}\b"), "<time>"),
    (re.compile(r"\b(Module|Action) failed: "), ""),
    (re.compile(r"/[^ \"]*/home/"), "<home>/"),
]

#: Lines about how a module is started, and of Ansible about itself.
ABOUT_THE_HOST = re.compile(r"<localhost>|<127\.0\.0\.1>|Using module file|redirecting|Loading|task path|.*<home>")


def shown(output: str) -> list[str]:
    """The output of a play, as far as both hosts must agree."""
    for pattern, replacement in CHOSEN_ANEW:
        output = pattern.sub(replacement, output)
    play = output[output.index("TASK [hosts : Refuse") : output.rindex("TASK [setup_server :")]
    return [line for line in play.splitlines() if line and not ABOUT_THE_HOST.match(line)]


@pytest.mark.parametrize("guarded", [ONE], indirect=True, scope="session")
def test_hosts_show_the_same(guarded, tmp_path: Path) -> None:
    outputs = []
    for in_process in (True, False):
        folder = tmp_path / f"in_process_{in_process}"
        folder.mkdir()
        run = run_target("hosts", guarded.server, guarded.proxy, folder, in_process=in_process)
        assert run.status == 0, run.output
        assert run.problems == []
        assert ("AnsiballZ_mm_user" in run.output) is not in_process
        outputs.append(shown(run.output))
    assert len(outputs[0]) > 500
    if outputs[0] != outputs[1]:
        pytest.fail("\n".join(difflib.unified_diff(*outputs, "in process", "module", lineterm="")), pytrace=False)
