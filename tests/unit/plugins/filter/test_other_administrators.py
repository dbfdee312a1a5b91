# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter that tells who can still administer the system."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.mmops.mattermost.plugins.filter.other_administrators import FilterModule

other_administrators = FilterModule().filters()["other_administrators"]

ADMIN = "system_user system_admin"
FIRST = {"id": "1" * 26, "username": "first", "roles": ADMIN, "delete_at": 0}
SECOND = {"id": "2" * 26, "username": "second", "roles": ADMIN, "delete_at": 0}
ROBOT = {"id": "3" * 26, "username": "robot", "roles": ADMIN, "delete_at": 0, "is_bot": True}
USERS = [FIRST, SECOND, ROBOT]


@pytest.mark.parametrize("leaving", [[FIRST], FIRST, ["first"], "first", ["1" * 26], "first, robot"])
def test_those_who_leave_are_named_in_any_way(leaving):
    assert other_administrators(USERS, leaving) == [SECOND]


def test_nobody_may_be_left():
    assert other_administrators(USERS, [FIRST, "second"]) == []
    assert other_administrators(USERS) == [FIRST, SECOND]


@pytest.mark.parametrize("users", ["zoe", [{"username": "zoe"}], ["zoe"], None])
def test_an_input_that_is_no_list_of_users_is_refused(users):
    with pytest.raises(AnsibleFilterError, match="list of users"):
        other_administrators(users)
