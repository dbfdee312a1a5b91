# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people write in ``teams``, and in columns for single teams and channels."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput
from ansible_collections.mmops.mattermost.plugins.module_utils._services.team_option import (
    check_teams,
    column_name,
    from_bulk_teams,
    joined,
    team_of_column,
    teams_of,
)


def team(name, role=None, *channels):
    return {"name": name, "role": role, "channels": list(channels)}


@pytest.mark.parametrize(
    ("declared", "teams"),
    [
        (["sales"], [team("sales")]),
        ([" Sales:Admin "], [team("sales", "admin")]),
        (["sales/dev/ops"], [team("sales", None, "dev", "ops")]),
        (["sales:member/dev", "sales/ops", "sales/dev"], [team("sales", "member", "dev", "ops")]),
        ([{"name": "sales", "channels": "dev"}], [team("sales", None, "dev")]),
        ([{"name": "Sales", "role": None, "channels": None}, "support"], [team("sales"), team("support")]),
        ([], []),
    ],
)
def test_texts_and_maps_mean_the_same(declared, teams):
    assert teams_of(declared) == teams


@given(st.lists(st.builds(team, st.sampled_from("abc"), st.just("admin"), st.sampled_from(["dev", "ops"]))))
def test_the_one_form_stays_as_it_is(teams):
    once = teams_of(teams)
    assert teams_of(once) == once
    assert len({one["name"] for one in once}) == len(once)


@pytest.mark.parametrize(
    ("declared", "says"),
    [
        (["sa les"], "'sa les' is not a valid name of a team"),
        ([""], "'' is not a valid name of a team"),
        ([{"role": "admin"}], "this is not a valid name of a team"),
        (["sales/De v"], "is not a valid name of a channel"),
        (["sales:owner"], "'owner' is not a role in a team. Known are member and admin"),
        ([{"name": "sales", "role": 1}], "this is not a role"),
        (["sales:admin", "sales:member"], "sales is declared with two roles"),
        ([["sales"]], r"teams\[0\] must be a text or a map"),
        ([{"name": "sales", "channels": {"dev": 1}}], r"teams\[0\]: channels must be a list"),
        ([{"name": "sales", "chanels": []}], r"teams\[0\]: the key 'chanels' is unknown"),
    ],
)
def test_mistakes_are_named(declared, says):
    with pytest.raises(InvalidInput, match=says):
        teams_of(declared)


def test_guests_need_channels_and_administer_nothing():
    assert check_teams(None, True) is None
    assert check_teams(["sales/dev"], True) == [team("sales", None, "dev")]
    assert check_teams(["sales:admin"], False) == [team("sales", "admin")]
    with pytest.raises(InvalidInput, match="none is named for the team sales"):
        check_teams(["sales"], True)
    with pytest.raises(InvalidInput, match="a guest cannot be an administrator of the team sales"):
        check_teams(["sales:admin/dev"], True)


def test_teams_of_all_entries_are_joined_with_those_of_one():
    assert teams_of(joined(["sales:admin", "support"], ["sales/dev"])) == [team("sales", None, "dev"), team("support")]
    assert joined(["sales"], ["not valid"]) == ["not valid"]  # refused where the entry is checked


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("team:sales", "team:sales"),
        ("Team: Sales", "team:sales"),
        ("channel:sales/dev", "channel:sales/dev"),
        ("channel:sales", None),
        ("team:", None),
        ("team", None),
        ("teams", None),
    ],
)
def test_columns_of_single_teams_are_known_by_their_heading(title, name):
    assert column_name(title) == name


@pytest.mark.parametrize(
    ("column", "cell", "found"),
    [
        ("team:sales", "admin", team("sales", "admin")),
        ("team:sales", "Member", team("sales", "member")),
        ("team:sales", "x", team("sales")),
        ("team:sales", True, team("sales")),
        ("team:sales", "", None),
        ("team:sales", "no", None),
        ("team:sales", None, None),
        ("channel:sales/dev", "yes", team("sales", None, "dev")),
        ("channel:sales/dev", "-", None),
    ],
)
def test_a_cell_says_whether_and_as_what(column, cell, found):
    assert team_of_column(column, cell) == found


@pytest.mark.parametrize(("column", "cell"), [("team:sales", "boss"), ("channel:sales/dev", "admin"), ("team:sales", ["x"])])
def test_other_cells_are_refused(column, cell):
    with pytest.raises(InvalidInput, match="is not a valid cell of a column"):
        team_of_column(column, cell)


def test_teams_of_a_bulk_export():
    exported = {
        "name": "eng",
        "theme": "",
        "roles": "team_user team_admin",
        "channels": [{"name": "dev", "roles": "channel_user"}],
    }
    assert from_bulk_teams([exported]) == [{"name": "eng", "role": "admin", "channels": ["dev"]}]
    assert from_bulk_teams([{"name": "eng"}, "eng"]) == [{"name": "eng"}, "eng"]
    assert from_bulk_teams("eng") == "eng"
