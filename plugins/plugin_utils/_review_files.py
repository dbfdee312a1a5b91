# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of an access review: the page, the report for programs, and the tables.

The page of ten thousand accounts has a quarter of a million values. Laid out by the templates of Ansible, which look at each
of them for a template, it took most of the time of a review.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ansible_collections.mmops.mattermost.plugins.plugin_utils._plain import without_templates
from ansible_collections.mmops.mattermost.plugins.plugin_utils._private_files import as_json
from ansible_collections.mmops.mattermost.plugins.plugin_utils._tables import review_table

FORMATS = ("csv", "json", "html")

#: The page of the role, unless another one is given.
_TEMPLATES = Path(__file__).parents[2] / "roles" / "access_review" / "templates"

_TABLES = ("findings", "accounts", "tokens", "sessions")


def review_files(report: dict, formats, name: str, templates: str | None = None) -> dict:
    """The texts of all files by their names, or ``None`` for one that must not be. ``templates`` is the folder of the page."""
    plain = without_templates(report)
    program = as_json(plain) if "json" in formats else ""
    files: dict = {}
    if "html" in formats:
        checksum = hashlib.sha256(program.encode()).hexdigest() if program else ""
        files[f"{name}.html"] = _page(templates or _TEMPLATES, report=plain, checksum=checksum, name=name)
    if program:
        files[f"{name}.json"] = program
    if "csv" in formats:
        files.update({f"{name}-{table}.csv": review_table(plain, table) for table in _TABLES})
        # Without a roster, there must be no table of differences from one that an earlier report was made with.
        files[f"{name}-differences.csv"] = review_table(plain, "differences") if plain["drift"] else None
    return files


class _Maps(Environment):
    """Takes ``account.name`` for a value of a map at once, as it nearly always is one."""

    def getattr(self, obj, attribute):
        try:
            return obj[attribute]
        except (TypeError, LookupError):
            return super().getattr(obj, attribute)


def _page(templates, **variables) -> str:
    environment = _Maps(
        loader=FileSystemLoader(templates),
        autoescape=True,
        finalize=lambda value: "" if value is None else value,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    return environment.get_template("report.html.j2").render(variables) + "\n"
