# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which operations of the API the source of a module can send.

Starts at the options and the service of a module and follows every name to its definition, through all shared files.
The names of operations that are met on the way, as text or as method of the client, are what the module can send.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

from ansible_collections.mmops.mattermost.plugins.module_utils._api.operations import OPERATIONS
from ansible_collections.mmops.mattermost.tests.support.servers import ROOT

PLUGINS = ROOT / "plugins"
SHARED = "ansible_collections.mmops.mattermost.plugins.module_utils."

#: What all modules share. It knows operations by name, but does not choose any.
MACHINERY = ("_api.", "_front_end")


def module_names() -> list[str]:
    """All modules that carry out operations of the API."""
    return sorted(path.stem for path in (PLUGINS / "modules").glob("mm_*.py"))


@cache
def _definitions(path: Path) -> dict[str, ast.AST | tuple[str, str]]:
    """What each global name of a file is: the node that defines it, or the file and name that it is imported from."""
    names: dict[str, ast.AST | tuple[str, str]] = {}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(SHARED):
            for alias in node.names:
                names[alias.asname or alias.name] = (str(node.module).removeprefix(SHARED), alias.name)
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names[node.name] = node
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                names |= {name.id: node for name in ast.walk(target) if isinstance(name, ast.Name)}
    return names


@cache
def _methods_of_the_client() -> dict[str, set[str]]:
    """Methods of the client that send certain operations for their callers."""
    client = _definitions(PLUGINS / "module_utils" / "_api" / "client.py")["Client"]
    assert isinstance(client, ast.ClassDef)
    public = (node for node in client.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"))
    return {node.name: _named(node) for node in public if node.name != "call"}


def _named(node: ast.AST) -> set[str]:
    """The operations that a piece of source names."""
    texts = {part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)}
    attributes = {part.attr for part in ast.walk(node) if isinstance(part, ast.Attribute)}
    return (texts | attributes) & OPERATIONS.keys()


def operations_of(module: str) -> set[str]:
    """The operations that a module can send."""
    found: set[str] = set()
    seen = set()
    waiting = [(PLUGINS / "modules" / f"{module}.py", "SUBJECT")]
    while waiting:
        path, name = waiting.pop()
        definition = _definitions(path).get(name)
        if definition is None or (path, name) in seen:
            continue
        seen.add((path, name))
        if isinstance(definition, tuple):
            file, name = definition
            if not file.startswith(MACHINERY):
                waiting.append(((PLUGINS / "module_utils").joinpath(*file.split(".")).with_suffix(".py"), name))
            continue
        found |= _named(definition)
        for part in ast.walk(definition):
            if isinstance(part, ast.Name):
                waiting.append((path, part.id))
            elif isinstance(part, ast.Attribute):
                found |= _methods_of_the_client().get(part.attr, set())
    return found
