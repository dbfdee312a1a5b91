# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A roster made of the users of a server is read back, and changes nothing."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.mmops.mattermost.plugins.filter.as_roster import FilterModule
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster import RosterService
from ansible_collections.mmops.mattermost.plugins.module_utils._services.stored_form import without_invisible
from ansible_collections.mmops.mattermost.plugins.modules.mm_users import SUBJECT
from ansible_collections.mmops.mattermost.tests.unit.plugins.module_utils.declarations import declared
from ansible_collections.mmops.mattermost.tests.unit.plugins.module_utils.fake_server import FakeClient, numbered

as_roster = FilterModule().filters()["as_roster"]

#: As a server holds them.
NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20).map(without_invisible).map(str.strip)
FORMULAS = st.sampled_from(
    ["=1+1", "'=1+1", "''-x", "+49", "@zoe", "-", "'tis", "no", "007", "null", "~", "2026-01-01", "a,b;c", '"']
)
USERS = st.lists(
    st.fixed_dictionaries(
        {
            "first_name": NAMES | FORMULAS,
            "nickname": NAMES | FORMULAS,
            "roles": st.sampled_from(["system_user", "system_user system_admin", "system_guest"]),
            "delete_at": st.sampled_from([0, 1700000000000]),
            "is_bot": st.booleans(),
            "auth_service": st.sampled_from(["", "ldap"]),
        }
    ),
    min_size=1,
    max_size=4,
)


def accounts(users):
    return [numbered(number, **user) for number, user in enumerate(users)]


@given(users=USERS, kind=st.sampled_from(["csv", "json", "yaml", "list"]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_roster_that_is_read_back_changes_nothing(tmp_path, users, kind):
    client = FakeClient(accounts(users))
    roster = as_roster(client.get_users(), format=kind)
    source = {"src": None, "users": roster}
    if kind != "list":
        path = tmp_path / f"people.{kind}"
        path.write_bytes(roster.encode())
        source = {"src": str(path), "users": None}
    plan = RosterService().plan(client, declared(SUBJECT.options, missing="fail", prune="report", max_prune="0", **source))
    assert (plan.changed, plan.failed, plan.prunable, plan.warnings, plan.unknown) == (False, [], [], [], [])


def test_bots_may_be_left_out():
    users = accounts([{"is_bot": True, "roles": "system_user"}, {"roles": "system_user", "position": "a"}])
    assert [entry["username"] for entry in as_roster(users)] == ["user00000", "user00001"]
    assert as_roster(users, "csv", bots="no") == (
        "username,email,first_name,last_name,nickname,position,locale,roles,state\nuser00001,user00001@example.com,,,,a,en,system_user,present\n"
    )


@pytest.mark.parametrize(("users", "kind"), [("zoe", "csv"), ([{"username": "zoe"}], "csv"), ([], "xml")])
def test_input_that_cannot_become_a_roster_is_refused(users, kind):
    with pytest.raises(AnsibleFilterError, match="as_roster: "):
        as_roster(users, kind)
