# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shape of the code: what each layer may know, one skeleton for all services, and how long things may be."""

from __future__ import annotations

import ast
import importlib
import inspect
from functools import cache
from pathlib import Path

import pytest

from ansible_collections.mmops.mattermost.plugins.module_utils._api.client import Client
from ansible_collections.mmops.mattermost.plugins.module_utils._api.operations import OPERATIONS
from ansible_collections.mmops.mattermost.plugins.module_utils._api.protocol import ApiClient
from ansible_collections.mmops.mattermost.plugins.module_utils._plan import Service

PLUGINS = Path(__file__).parents[2] / "plugins"
SERVICES = sorted((PLUGINS / "module_utils" / "_services").glob("*.py"))
PACKAGE = "ansible_collections.mmops.mattermost.plugins.module_utils._services"

#: Planners by another name than ``..._plan``.
PURE = ["auth_account", "auth_mail", "user_creation", "user_update"]
#: What a planner must not import: files, clocks, chance, the network.
IMPURE = {"os", "time", "random", "secrets", "tempfile", "socket", "pathlib", "threading", "requests"}
HEADERS = {"Authorization", "Date", "Retry-After", "Token", "X-Request-Id", "X-Version-Id"}

#: Services that do not plan in one go.
OWN_PLAN = {
    "OnboardingService": "is composed of the services for rosters, tokens, enrolments and mails, which plan by themselves",
    "RosterService": "plans some thousand users while it reads the next ones",
    "TokensService": "plans each doubtful token with the service for one token",
}

#: Services that change nothing, and so have nothing to read back.
READ_ONLY = {"UserInfoService"}


@cache
def tree_of(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def imports_of(path):
    """The names of all modules that a file imports."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def attributes_of(path):
    return {node.attr for node in ast.walk(tree_of(path)) if isinstance(node, ast.Attribute)}


def texts_of(path):
    return {node.value for node in ast.walk(tree_of(path)) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.stem)
def test_no_service_knows_how_requests_are_sent(path):
    known = set(imports_of(path))
    assert not {name for name in known if name.split(".")[0] in ("requests", "urllib3", "http", "ansible")}
    assert not {name for name in known if name.endswith(("._api.transport", "._api.connection"))}
    assert not attributes_of(path) & {"headers", "transport"}
    assert not texts_of(path) & HEADERS


@pytest.mark.parametrize(
    "path", [path for path in SERVICES if path.stem.endswith("_plan") or path.stem in PURE], ids=lambda path: path.stem
)
def test_planners_are_pure(path):
    assert not IMPURE & {name.split(".")[0] for name in imports_of(path)}
    called = {
        node.func.id for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert "open" not in called
    arguments = {argument.arg for node in ast.walk(tree_of(path)) if isinstance(node, ast.arguments) for argument in node.args}
    assert "client" not in arguments


def services():
    """All classes of services."""
    for path in SERVICES:
        module = importlib.import_module(f"{PACKAGE}.{path.stem}")
        for _name, kind in inspect.getmembers(module, inspect.isclass):
            if issubclass(kind, Service) and kind is not Service and kind.__module__ == module.__name__:
                yield kind


@pytest.mark.parametrize("service", list(services()), ids=lambda service: service.__name__)
def test_all_services_have_one_skeleton(service):
    if service.__name__ in OWN_PLAN:
        assert "plan" in vars(service), "not an exception any more"
        return
    assert {"look", "decide", "predict"} <= set(vars(service))
    assert "read_back" in vars(service) or service.__name__ in READ_ONLY
    assert "plan" not in vars(service)
    for step in ("check", "look", "decide"):
        assert list(inspect.signature(getattr(service, step)).parameters) == list(
            inspect.signature(getattr(Service, step)).parameters
        )


# -- the client --------------------------------------------------------------------------------------------------------


def needed():
    """What services need of a client, by name."""
    return {name: value for name, value in vars(ApiClient).items() if not name.startswith("_")}


def test_the_client_is_one_for_services():
    missing = [name for name in needed() if name not in OPERATIONS and name not in CLIENT_FIELDS and not hasattr(Client, name)]
    assert not missing


#: Fields that each client has of its own.
CLIENT_FIELDS = {"server", "caller", "report", "stop_reason"}


@pytest.mark.parametrize("name", sorted(set(needed()) & set(OPERATIONS)))
def test_the_client_takes_operations_as_services_send_them(name):
    parameters = inspect.signature(needed()[name]).parameters.values()
    named = {parameter.name for parameter in parameters if parameter.kind is parameter.KEYWORD_ONLY}
    assert named <= {parameter.name for parameter in OPERATIONS[name].parameters}


# -- lengths -----------------------------------------------------------------------------------------------------------


def functions():
    for path in sorted(PLUGINS.rglob("*.py")):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield node.end_lineno - node.lineno + 1, f"{path.relative_to(PLUGINS)}: {node.name}"


def test_functions_have_less_than_40_lines():
    assert [(lines, where) for lines, where in functions() if lines >= 40] == []


def test_services_have_at_most_400_lines():
    lengths = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in SERVICES}
    assert {name for name, lines in lengths.items() if lines > 400} == set()
