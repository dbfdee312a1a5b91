# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``make faults``: the table of writes x faults. Each cell counts the requests that met the fault, and what broke."""

from __future__ import annotations

import argparse
import sys
from collections import Counter

from ansible_collections.mmops.mattermost.tests.faults.matrix import FAULTS, WRITES, Bench, Case, cases
from ansible_collections.mmops.mattermost.tests.support.servers import fake_server


def table(results: list[Case]) -> str:
    """Writes down, faults across."""
    tried = Counter((case.write, case.fault) for case in results)
    broken = Counter((case.write, case.fault) for case in results if case.problems)
    writes = list(dict.fromkeys(case.write for case in results))
    faults = list(dict.fromkeys(case.fault for case in results))
    width = max(map(len, writes))
    lines = [f"{number + 1:>4}  {fault}" for number, fault in enumerate(faults)]
    lines += ["", " " * width + "".join(f"{number + 1:>6}" for number in range(len(faults)))]
    for write in writes:
        cells = (f"{tried[write, fault] - broken[write, fault]}/{tried[write, fault]}" for fault in faults)
        lines.append(write.ljust(width) + "".join(f"{cell:>6}" for cell in cells))
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python tests/faults", description="Writes x faults against the fake server.")
    parser.add_argument("--write", action="append", choices=[write.name for write in WRITES], help="only this write")
    parser.add_argument("--fault", action="append", choices=list(FAULTS), help="only this fault")
    arguments = parser.parse_args()
    writes = [write for write in WRITES if write.name in (arguments.write or [write.name])]
    with fake_server(licensed=True, arguments=["--control"]) as server:
        results = list(cases(Bench(server), writes, arguments.fault or list(FAULTS)))
    broken = [case for case in results if case.problems]
    sys.stdout.write(f"{table(results)}\n\n{len(results)} cases, {len(broken)} of them broken\n")
    for case in broken:
        sys.stdout.write(f"{case.write} | {case.fault} | {case.request}: {'; '.join(case.problems)}\n")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
