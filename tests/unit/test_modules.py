# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every module has all its parts: a way to run inside Ansible, a place in the lists, examples that run, a target."""

from __future__ import annotations

import importlib

import pytest
import yaml

from ansible_collections.mmops.mattermost.plugins.module_utils._api.connection_options import CONNECTION_OPTIONS
from ansible_collections.mmops.mattermost.tests.support.reach import module_names
from ansible_collections.mmops.mattermost.tests.support.servers import ROOT

INTEGRATION = ROOT / "tests" / "integration"
PLUGINS = "ansible_collections.mmops.mattermost.plugins"

#: Their actions do all of the work, on the controller.
ACTIONS = ("access_review_report", "controller_file")

each_module = pytest.mark.parametrize("module", [*ACTIONS, *module_names()])


@each_module
def test_a_module_runs_inside_ansible(module: str) -> None:
    assert (ROOT / "plugins" / "action" / f"{module}.py").is_file()


@pytest.mark.parametrize("module", ["access_review_report", *module_names()])
def test_module_defaults_of_the_group_reach_a_module(module: str) -> None:
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    assert module in runtime["action_groups"]["mattermost"]


@each_module
def test_the_readme_lists_a_module(module: str) -> None:
    assert f"\n| `{module}` | " in (ROOT / "README.md").read_text(encoding="utf-8")


@each_module
def test_a_module_has_examples_that_run_and_a_target(module: str) -> None:
    assert (INTEGRATION / "preparations" / "modules" / f"{module}.yml").is_file()
    assert (INTEGRATION / "targets" / module / "tasks" / "main.yml").is_file()


@pytest.mark.parametrize("module", ACTIONS)
def test_actions_without_a_module_take_the_options_that_are_documented(module: str) -> None:
    """Sanity tests compare only modules that check their options themselves."""
    documentation = yaml.safe_load(importlib.import_module(f"{PLUGINS}.modules.{module}").DOCUMENTATION)
    documented = dict(documentation["options"])
    for fragment in documentation.get("extends_documentation_fragment", []):
        shared = importlib.import_module(f"{PLUGINS}.doc_fragments.{fragment.rpartition('.')[2]}").ModuleDocFragment
        options = yaml.safe_load(shared.DOCUMENTATION).get("options", {})
        documented |= {option: spec for option, spec in options.items() if option not in CONNECTION_OPTIONS}
    taken = importlib.import_module(f"{PLUGINS}.action.{module}").OPTIONS
    facts = ("type", "elements", "choices", "default", "required")
    assert {option: {fact: spec.get(fact) for fact in facts} for option, spec in documented.items()} == {
        option: {fact: spec.get(fact) for fact in facts} for option, spec in taken.items()
    }
