# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: role_problems
short_description: Find what is wrong with the variables of a role before it sends anything
version_added: 0.2.0
author:
  - The mmops.mattermost contributors (@mmops)
description:
  - Checks the variables of a role of this collection as far as that is possible without the server, such as whether its files
    can be written, whether what it goes on from an earlier run is in order, and whether options fit together.
  - The roles use it as their first task. Nothing is sent anywhere.
options:
  _terms:
    description: Name of the role, without that of the collection.
    type: list
    elements: str
    required: true
"""

EXAMPLES = r"""
- name: Show what would be refused
  ansible.builtin.debug:
    msg: "{{ query('mmops.mattermost.role_problems', 'user_roster') }}"
"""

RETURN = r"""
_raw:
  description: Sentences that name the variable, the cause and the way out. No element, if nothing is wrong.
  type: list
  elements: str
"""

from pathlib import Path

import yaml
from ansible.errors import AnsibleError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.plugins.lookup import LookupBase

from ansible_collections.mmops.mattermost.plugins.plugin_utils._inert import inert
from ansible_collections.mmops.mattermost.plugins.plugin_utils._plain import MayBeTemplate, plain
from ansible_collections.mmops.mattermost.plugins.plugin_utils._role_problems import connection_problem, problems

#: The parser in C is ten times as fast.
_YAML: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_ROLES = Path(__file__).resolve().parents[2] / "roles"


class LookupModule(LookupBase):
    """The lookup."""

    def run(self, terms, variables=None, **kwargs):
        return [inert(problem) for role in terms for problem in self._problems(role, variables or {})]

    def _problems(self, role, variables) -> list:
        spec = self._spec(role)
        values = {name: self._value(variables[name]) for name in spec if name in variables}
        connection = f"{role}_connection"
        problem = connection_problem(connection, values.get(connection, {}))
        if problem:
            return [problem]
        validation = ArgumentSpecValidator(spec).validate(values)
        return validation.error_messages or problems(role, validation.validated_parameters)

    def _value(self, value):
        """The value of a variable. As a rule a list of a thousand users holds no template that Ansible would have to find."""
        try:
            return plain(value)
        except MayBeTemplate:
            return self._templar.template(value)

    @staticmethod
    def _spec(role) -> dict:
        """The variables that the role documents, which may come as text."""
        file = _ROLES / role / "meta" / "argument_specs.yml"
        if not file.is_file():
            raise AnsibleError(f"role_problems: there is no role {role} in this collection")
        text = file.read_text(encoding="utf-8")
        return yaml.load(text, Loader=_YAML)["argument_specs"]["main"]["options"]  # noqa: S506  a safe loader
