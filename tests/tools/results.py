# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A table of the results of the test steps, which are JUnit files: ``results.py [FOLDER]``."""

from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree

from ansible_collections.mmops.mattermost.tests.support.results import FOLDER


def table(folder: Path) -> str:
    lines = [f"{'step':<14}{'tests':>7}{'failed':>8}{'skipped':>9}{'seconds':>9}"]
    totals = [0, 0, 0, 0.0]
    for path in sorted(folder.glob("*.xml")):
        numbers = [0, 0, 0, 0.0]
        for suite in ElementTree.parse(path).getroot().iter("testsuite"):  # noqa: S314 - written by our own tools
            count = [suite.get(name, "0") for name in ("tests", "failures", "errors", "skipped", "time")]
            numbers[0] += int(count[0])
            numbers[1] += int(count[1]) + int(count[2])
            numbers[2] += int(count[3])
            numbers[3] += float(count[4])
        totals = [total + number for total, number in zip(totals, numbers, strict=True)]
        lines.append("{:<14}{:>7}{:>8}{:>9}{:>9.1f}".format(path.stem, *numbers))
    lines.append("{:<14}{:>7}{:>8}{:>9}{:>9.1f}".format("total", *totals))
    return "\n".join(lines)


if __name__ == "__main__":
    print(table(Path(sys.argv[1]) if sys.argv[1:] else FOLDER))
