# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values that Ansible would turn into texts without a word are refused."""

from __future__ import annotations

import pytest

from ansible_collections.mmops.mattermost.plugins.module_utils._front_end import secret_values
from ansible_collections.mmops.mattermost.plugins.modules.mm_user import SUBJECT as ONE
from ansible_collections.mmops.mattermost.plugins.modules.mm_users import SUBJECT as MANY
from ansible_collections.mmops.mattermost.plugins.plugin_utils._arguments import ill_typed

SECRET = "Hush-hunter-2"


@pytest.mark.parametrize(
    ("subject", "arguments", "says"),
    [
        (ONE, {"password": {"a": SECRET}}, "password must be a text, not a map."),
        (ONE, {"first_name": [SECRET]}, "first_name must be a text, not a list."),
        (ONE, {"username": True}, "username must be a text, not a truth value. Put it in quotes."),
        (ONE, {"roles": ["system_user", None]}, "roles[1] must be a text, not null."),
        (ONE, {"props": {"a": [float("nan")]}}, "props holds a number that cannot be sent."),
        (ONE, {"props": {"a": 10**5000}}, "props holds a number that cannot be sent."),
        (MANY, {"users": [{}, {"password": {"a": SECRET}}]}, "users[1].password must be a text, not a map."),
        (MANY, {"users": [{"roles": [{}]}]}, "users[0].roles[0] must be a text, not a map."),
        (MANY, {"prune_scope": {"except": [None]}}, "prune_scope.except[0] must be a text, not null."),
        (MANY, {"max_prune": float("inf")}, "max_prune holds a number that cannot be sent."),
        (MANY, {"defaults": True}, "defaults must be a map."),
        (MANY, {"defaults": [None]}, "defaults must be a map."),
        (MANY, {"users": [{}, 5]}, "users[1] must be a map."),
        (MANY, {"users": [None]}, "users[0] must be a map."),
        (MANY, {"users": "zoe"}, "users must be a list of maps."),
        (MANY, {"users": ["zoe"]}, "users[0] must be a map."),
        (MANY, {"users": ["zoe"], "prune_scope": "x"}, "users[0] must be a map."),
        (MANY, {"prune_scope": "x"}, "prune_scope must be a map."),
        (MANY, {"prune_scope": []}, "prune_scope must be a map."),
        (MANY, {"prune_scope": {"role": False}}, "prune_scope.role must be a text, not a truth value. Put it in quotes."),
    ],
)
def test_a_value_that_is_not_a_text_is_refused_by_its_name(subject, arguments, says):
    assert ill_typed(subject.argument_spec, arguments) == says


@pytest.mark.parametrize(
    ("subject", "arguments"),
    [
        (ONE, {"username": "zoe", "password": 4711, "email": None, "roles": "system_user", "props": {"a": 1.5}}),
        (ONE, {"state": "present", "guest": True, "timezone": {"useAutomaticTimezone": True}, "unknown": {"a": 1}}),
        (MANY, {"users": [{"username": "zoe", "roles": ["a"]}], "max_prune": 5, "columns": {"a": None}}),
        (MANY, {"users": ['{"username": "zoe"}'], "prune_scope": "role=system_user"}),
    ],
)
def test_everything_else_is_left_to_ansible(subject, arguments):
    assert ill_typed(subject.argument_spec, arguments) == ""


def test_the_value_of_a_misspelt_key_is_a_secret():
    options = {"users": [{"username": "zoe", "passwrd": SECRET, "pass": {"x": ["other"]}}]}
    assert secret_values(MANY.argument_spec, options) == {SECRET, "other"}
    assert secret_values(MANY.argument_spec, {"prune_scope": {"rolle": "x"}}) == set()
