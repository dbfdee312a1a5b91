# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures the collection against baselines of the same run: ``make bench``.

Every figure is a ratio, because absolute times say as much about the machine. Commands take turns, so that a machine
that becomes slower slows both sides. Against a server that MATTERMOST_URL names, the accounts are created first and
deleted at the end.

Each file in ``rows`` is a part of the table: its function ``rows(bench, rounds, users, growth)`` returns the results by
name. A new file needs no entry anywhere.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import tempfile
from pathlib import Path

from bench import HERE, Bench, prepared_server

from ansible_collections.mmops.mattermost.tests.support.servers import ROOT

#: The largest roster with ``--growth``.
LARGEST = 50000


def parts(names: list[str]) -> list:
    """The modules of the rows that are asked for, all of them if none is."""
    known = sorted(path.stem for path in (HERE / "rows").glob("[a-z]*.py"))
    unknown = sorted(set(names) - set(known))
    if unknown:
        sys.exit(f"there is no row {', '.join(unknown)}. Known are {', '.join(known)}")
    return [importlib.import_module(f"rows.{name}") for name in names or known]


def show(rows: dict[str, dict]) -> None:
    print(f"{'measured':<18} {'ratio':>8}   medians in seconds; requests")
    for name, row in rows.items():
        medians = ", ".join(f"{key} {value:.2f}" for key, value in row["medians"].items())
        counts = ", ".join(f"{key} {value}" for key, value in row["requests"].items())
        extra = "".join(
            f"; {row[key]:g} {unit}"
            for key, unit in (
                ("peak_memory_mb", "MB peak"),
                ("difference_ms", "ms more"),
                ("whole", "times a play with that script as its only task"),
            )
            if key in row
        )
        print(f"{name:<18} {row['ratio']:>8.3f}   {medians}; {counts}{extra}")
        print(f"{'':<18} {'':>8}   against {row['baseline']}")
        if row.get("tasks"):
            print(f"{'':<18} {'':>8}   of which " + ", ".join(f"{task} {spent:.2f}" for task, spent in row["tasks"].items()))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("rows", nargs="*", help="files in tests/benchmark/rows, without .py; all by default")
    parser.add_argument("--users", type=int, default=10000, help="users of the server")
    parser.add_argument("--rounds", type=int, default=5, help="counted runs of each command")
    parser.add_argument("--growth", action="store_true", help="also measure larger sizes, up to 50,000 users")
    arguments = parser.parse_args()
    chosen = parts(arguments.rows)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        size = max(arguments.users, LARGEST) if arguments.growth else arguments.users
        results: dict[str, dict] = {}
        with prepared_server(size, folder) as server:
            for part in chosen:
                results |= part.rows(Bench(server, folder), arguments.rounds, arguments.users, arguments.growth)
    show(results)
    target = ROOT / "build" / "bench.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    print(f"Written to {target.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
