# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the two hosts of a subject share, and the first of them: the ordinary Ansible module.

The second, the action plugin that runs a subject inside the Ansible process, is in ``plugins/plugin_utils``.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ansible_collections.mmops.mattermost.plugins.module_utils._api.client import Client
from ansible_collections.mmops.mattermost.plugins.module_utils._api.connection import CONNECTION_OPTIONS, make_client
from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import MattermostError, MissingLibrary
from ansible_collections.mmops.mattermost.plugins.module_utils._plan import Service, converge


@dataclass(frozen=True)
class Subject:
    """What a module is about.

    ``options`` is the argument spec of its own options, ``rules`` the rules between them (``required_one_of`` ...).
    """

    options: dict
    service: Service
    rules: dict = field(default_factory=dict)

    @property
    def argument_spec(self) -> dict:
        """All options, those of the connection included."""
        return {**self.options, **CONNECTION_OPTIONS}


def perform(subject: Subject, client: Client, options: dict, check_mode: bool) -> dict:
    """Converge and return the result of the task. Raises ``MattermostError``."""
    declaration = {name: options[name] for name in subject.options}
    outcome = converge(subject.service, client, declaration, check_mode)
    result = {
        "changed": outcome.plan.changed,
        **outcome.returned,
        "diff": outcome.plan.shown_diff,
        "operations": outcome.operations,
        "unknown": outcome.plan.unknown,
        "warnings": outcome.plan.warnings,
    }
    if outcome.plan.failure:
        result.update(failed=True, msg=outcome.plan.failure)
    return result


def failure(error: MattermostError) -> dict:
    """The result of a task that failed, without ``failed`` itself. ``operations`` lists what had taken effect."""
    message = str(error)
    if isinstance(error, MissingLibrary):
        message = missing_required_lib(error.library, reason=f"for {error.needed_for}")
    return {"msg": message, "error": error.details(), "operations": error.done, "changed": bool(error.done)}


def secret_values(spec: dict, options: dict) -> set:
    """The values of all options that are marked ``no_log``."""
    values: set = set()
    for name, option in spec.items():
        value = options.get(name)
        if value is None:
            continue
        if option.get("no_log"):
            values |= _texts(value)
        elif "options" in option:
            # What is no map was refused, but may stand beside maps that hold secrets.
            parts = value if isinstance(value, list) else [value]
            for part in (part for part in parts if isinstance(part, dict)):
                values |= secret_values(option["options"], part)
    return values


def _texts(value) -> set:
    if isinstance(value, dict):
        return set().union(*map(_texts, value.values()))
    if isinstance(value, list):
        return set().union(*map(_texts, value))
    return set() if value == "" or isinstance(value, bool) else {str(value)}


class _Module(AnsibleModule):
    """Masks secrets in every refusal. Ansible finds none of them when an option with sub-options is ill-typed."""

    def fail_json(self, msg, **result):
        self.no_log_values |= secret_values(self.argument_spec, self.params)
        super().fail_json(msg, **result)


def run_module(subject: Subject) -> None:
    """The ``main`` of a module."""
    module = _Module(argument_spec=subject.argument_spec, supports_check_mode=True, **subject.rules)
    problem = None
    try:
        with make_client(module.params) as client:
            result = perform(subject, client, module.params, module.check_mode)
    except MattermostError as error:
        problem = failure(error)
    if problem:  # not within the handler, where ansible-core 2.17 adds a traceback
        module.fail_json(**problem)
    for warning in [*client.warnings, *result.pop("warnings")]:
        module.warn(warning)
    if result.get("failed"):
        module.fail_json(**result)
    module.exit_json(**result)
