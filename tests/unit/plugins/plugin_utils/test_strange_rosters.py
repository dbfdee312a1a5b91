# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever stands in a roster or in the options of mm_users, it is taken, or refused in a sentence that names the option."""

from __future__ import annotations

import copy
import json
import re

import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput
from ansible_collections.mmops.mattermost.plugins.module_utils._front_end import perform
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_entry import ENTRY_OPTIONS
from ansible_collections.mmops.mattermost.plugins.modules.mm_users import SUBJECT
from ansible_collections.mmops.mattermost.plugins.plugin_utils._arguments import ill_typed
from ansible_collections.mmops.mattermost.tests.unit.plugins.module_utils.fake_server import FakeClient

STRANGE = st.sampled_from(
    [
        None, True, False, 0, -1, 10**20, 1.5, float("nan"), float("inf"), "", " ", "me", "true", "nan", "1e999", "007",
        "2026-13-45", "12:30", "\ud800", "a\0b", "a\nb", "{", "[", "=1", "system_admin", "..", "a@b", "ä" * 300, [], [None], {},
        {"": ""}, {"a": {"b": []}}, ["system_user", ["x"]], {"\ud800": "x"}, "9" * 5000,
    ]
)  # fmt: skip
VALUES = (
    STRANGE | st.text(max_size=8) | st.dictionaries(st.text(max_size=3), STRANGE, max_size=2) | st.lists(STRANGE, max_size=2)
)
KEYS = st.sampled_from([*ENTRY_OPTIONS, "colour", "", "Username"])
ENTRIES = st.lists(st.dictionaries(KEYS, VALUES, max_size=4) | VALUES, max_size=3)
OPTIONS = st.dictionaries(
    st.sampled_from([*(name for name in SUBJECT.options if name not in ("users", "src"))]),
    VALUES | st.dictionaries(st.sampled_from(["role", "email_domain", "except", "to", "values", "locale"]), VALUES, max_size=3),
    max_size=2,
)
FAST = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def outcome(arguments: dict) -> str:
    """What the host of a module says to the arguments; empty if it takes them. Anything but a refusal rises."""
    problem = ill_typed(SUBJECT.argument_spec, arguments)
    if problem:
        return problem
    arguments = copy.deepcopy(arguments)
    # Ansible fills in what is missing in a default that is a map, in place.
    validation = ArgumentSpecValidator(copy.deepcopy(SUBJECT.argument_spec), **SUBJECT.rules).validate(arguments)
    if validation.error_messages:
        return ""  # Ansible's own words
    client = FakeClient()
    try:
        perform(SUBJECT, client, validation.validated_parameters, check_mode=True)
    except InvalidInput as error:
        assert client.written == []
        return str(error)
    return ""


def assert_plain(message: str) -> None:
    """One or two sentences that begin with the name of an option."""
    assert "Traceback" not in message
    assert "\n" not in message
    if message:
        assert re.match(rf"({'|'.join(SUBJECT.options)})\b", message), message


@given(ENTRIES, OPTIONS)
@example([{"username": "zoe"}], {"prune": "deactivate", "max_prune": "nan"})
@example([{"username": "zoe", "timezone": {1: "x"}}], {})
@example([None], {"defaults": [None]})
@FAST
def test_users_and_options(users, options):
    assert_plain(outcome({"users": users, "api_url": "http://x", **options}))


@given(ENTRIES, OPTIONS, st.sampled_from(["json", "jsonl", "yml"]))
@FAST
def test_documents(tmp_path, users, options, kind):
    path = tmp_path / f"people.{kind}"
    text = "\n".join(map(json.dumps, users)) if kind == "jsonl" else json.dumps(users)
    if kind == "yml":
        text = yaml.safe_dump(json.loads(text), allow_unicode=False)
    path.write_text(text, encoding="utf-8", errors="replace")
    assert_plain(outcome({"src": str(path), "api_url": "http://x", **options}))


@given(
    st.text(max_size=60) | st.lists(KEYS, max_size=3).map(",".join),
    st.text(max_size=80),
    st.sampled_from(["csv", "json", "yml"]),
)
@FAST
def test_texts(tmp_path, first, rest, kind):
    path = tmp_path / f"people.{kind}"
    path.write_bytes(f"{first}\n{rest}".encode("utf-8", "surrogatepass"))
    assert_plain(outcome({"src": str(path), "api_url": "http://x"}))


@given(st.binary(max_size=100), st.sampled_from(["csv", "json", "jsonl", "yml"]))
@FAST
def test_bytes(tmp_path, content, kind):
    path = tmp_path / f"people.{kind}"
    path.write_bytes(content)
    assert_plain(outcome({"src": str(path), "api_url": "http://x"}))
