# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the site has beyond the pages that antsibull-docs makes: a home page, a side bar in parts, and role pages that say
what the README of the role says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import yaml

#: A line of the index that antsibull-docs makes.
LISTED = re.compile(r"^\* :ansplugin:`(?P<name>\w+) (?P<kind>\w+) <[^>]+>` -- (?P<says>.+)$", re.MULTILINE)

#: The section of a README that the table of a role's page replaces.
VARIABLES = re.compile(r"^## Variables\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
COMMENT = re.compile(r"^<!-- .* -->\n+", re.MULTILINE)


class Plugin(NamedTuple):
    name: str
    kind: str
    says: str

    @property
    def page(self) -> str:
        return f"{self.name}_{self.kind}"


def write_pages(root: Path, pages: Path) -> None:
    """Completes the pages in the folder ``pages``."""
    index = pages / "index.rst"
    plugins = [Plugin(**match.groupdict()) for match in LISTED.finditer(index.read_text(encoding="utf-8"))]
    index.write_text(home_page(root, plugins), encoding="utf-8")
    for plugin in plugins:
        if plugin.kind == "role":
            _complete_role(root / "roles" / plugin.name / "README.md", pages, plugin)


def home_page(root: Path, plugins: list[Plugin]) -> str:
    roles = [plugin for plugin in plugins if plugin.kind == "role"]
    modules = [plugin for plugin in plugins if plugin.kind == "module"]
    others = [plugin for plugin in plugins if plugin not in roles and plugin not in modules]
    galaxy = yaml.safe_load((root / "galaxy.yml").read_text(encoding="utf-8"))
    sections = yaml.safe_load((root / "docs" / "docsite" / "extra-docs.yml").read_text(encoding="utf-8"))["sections"]
    guides = {section["title"]: [f"docsite/{name}" for name in section["toctree"]] for section in sections}
    reference = guides.pop("Reference")
    sidebar = [
        *(_toctree(title, names) for title, names in guides.items()),
        _toctree("Roles", map(_entry, roles)),
        _toctree("Modules", map(_entry, modules)),
        _toctree("Plugins", map(_entry, others)),
        _toctree("Reference", [*reference, "environment_variables"]),
    ]
    text = (root / "docs" / "docsite" / "home.rst").read_text(encoding="utf-8")
    parts = {
        "VERSION": galaxy["version"],
        "ROLES": _table("role", roles),
        "MODULES": _table("module", modules),
        "PLUGINS": _table("plugin", others),
        "SIDEBAR": "\n".join(sidebar),
    }
    return re.sub(r"@([A-Z]+)@", lambda match: parts[match[1]], text)


def _entry(plugin: Plugin) -> str:
    kind = f" ({plugin.kind})" if plugin.kind not in ("role", "module") else ""
    return f"{plugin.name}{kind} <{plugin.page}>"


def _toctree(caption: str, entries: Iterable[str]) -> str:
    lines = "".join(f"   {entry}\n" for entry in entries)
    return f".. toctree::\n   :hidden:\n   :maxdepth: 1\n   :caption: {caption}\n\n{lines}"


def _table(heading: str, plugins: list[Plugin]) -> str:
    def rows() -> Iterator[str]:
        yield f"   * - {heading}\n     - what it does\n"
        for plugin in plugins:
            yield f"   * - :doc:`{plugin.name} <{plugin.page}>`\n     - {plugin.says}\n"

    return ".. list-table::\n   :header-rows: 1\n   :widths: 25 75\n   :class: longtable\n\n" + "".join(rows())


def _complete_role(readme: Path, pages: Path, role: Plugin) -> None:
    """Puts the README into the page of a role, in place of the synopsis. Its variables are those of the page."""
    text = COMMENT.sub("", VARIABLES.sub("", readme.read_text(encoding="utf-8")))
    _title, _newline, text = text.partition("\n")
    introduction, heading, sections = text.partition("\n## ")
    parts = {"introduction": introduction, "sections": heading.lstrip() + sections}
    (pages / "readme").mkdir(exist_ok=True)
    for part, content in parts.items():
        (pages / "readme" / f"{role.name}_{part}.md").write_text(content, encoding="utf-8")
    page = pages / f"{role.page}.rst"
    made = page.read_text(encoding="utf-8")
    made = _replace(r"(?=^\.\. contents::)", _include(role, "introduction"), made)
    made = _replace(r"(?=^\.\. _\S+__entrypoint-main:)", _include(role, "sections"), made)
    made = _replace(r"^Entry point ``main`` -- .+\n-+\n", "Variables\n---------\n", made)
    made = _replace(r"^Synopsis\n\^+\n.*?(?=^\.\. Requirements)", "", made)
    made = _replace(r"^Parameters\n\^+\n", "", made)
    page.write_text(made, encoding="utf-8")


def _replace(pattern: str, new: str, text: str) -> str:
    text, count = re.subn(pattern, lambda _match: new, text, count=1, flags=re.MULTILINE | re.DOTALL)
    if not count:
        raise ValueError(f"antsibull-docs writes no {pattern} any more")
    return text


def _include(role: Plugin, part: str) -> str:
    return f".. include:: readme/{role.name}_{part}.md\n   :parser: myst_parser.sphinx_\n\n"
