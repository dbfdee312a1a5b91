# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the server takes without a word, and that people may wonder about later."""

from __future__ import annotations

import pytest

from ansible_collections.mmops.mattermost.plugins.module_utils._services.system_roles import strange_roles
from ansible_collections.mmops.mattermost.plugins.module_utils._services.time_zone import unknown_timezones


@pytest.mark.parametrize("name", ["Mars/Base", "../etc/passwd", "Europe/", "\0"])
def test_what_is_not_a_time_zone(name):
    [warning] = unknown_timezones({"manualTimezone": name})
    assert warning.startswith("timezone: ")


@pytest.mark.parametrize(
    "timezone", [{}, {"manualTimezone": ""}, {"manualTimezone": "Asia/Kolkata"}, {"automaticTimezone": "UTC"}]
)
def test_time_zones(timezone):
    assert unknown_timezones(timezone) == []


def test_roles_of_teams_are_not_of_the_system():
    assert strange_roles(["system_user", "auditor"]) == []
    assert "team_admin, channel_user" in strange_roles(["team_admin", "system_user", "channel_user"])[0]
