# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The people of the benchmark."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

#: Marks the accounts that the benchmark makes on a server, so that it can clean up after itself.
MARK = "mmops-bench"


def usernames(count: int, prefix: str = "user") -> list[str]:
    return [f"{MARK}-{prefix}-{number:05d}" for number in range(count)]


def bodies(count: int, prefix: str = "user") -> Iterator[dict[str, str]]:
    """What POST /users takes. One by one: the memory of whoever starts a command counts into that of the command."""
    for name in usernames(count, prefix):
        yield {
            "username": name,
            "email": f"{name}@example.com",
            "first_name": "Zoë",
            "last_name": f"Ångström {name}",
            "position": "Engineer",
            "locale": "en",
            "password": "A-Passw0rd-of-the-benchmark",
        }


def onboarded(count: int) -> Iterator[dict[str, str]]:
    """People for the role user_onboarding."""
    for name in usernames(count, "board"):
        yield {"username": name, "email": f"{name}@example.com", "first_name": "Zoë", "last_name": f"Ångström {name}"}


def write_roster(path: Path, count: int, prefix: str = "user") -> None:
    """The same people as a roster. Their passwords count on creation only."""
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.DictWriter(file, next(bodies(1)))
        rows.writeheader()
        rows.writerows(bodies(count, prefix))


def write_onboarded(path: Path, count: int) -> None:
    """The people for the role user_onboarding as a file, each with a token."""
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow([*next(onboarded(1)), "tokens"])
        rows.writerows([*person.values(), "laptop"] for person in onboarded(count))


def write_load_file(path: Path, count: int) -> None:
    """The same people for the option --load of the fake server."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(body) + "\n" for body in bodies(count))
