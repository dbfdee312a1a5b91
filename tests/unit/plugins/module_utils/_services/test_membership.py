# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan for memberships: what is added, what is left alone, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mmops.mattermost.plugins.module_utils._services.membership import (
    ENTER,
    JOIN,
    LEAVE,
    SET_ROLE,
    Move,
    Seen,
    UnfitTeam,
    check_rights,
    check_targets,
    in_domains,
    plan_memberships,
    role_of,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._services.team_option import teams_of
from ansible_collections.mmops.mattermost.plugins.module_utils._services.user_fields import USER_OPTIONS
from ansible_collections.mmops.mattermost.tests.unit.plugins.module_utils.declarations import declared

ZOE = {"username": "zoe", "email": "zoe@example.com", "roles": "system_user", "delete_at": 0}
NAMES = ("a", "b", "c")


def a_team(name, **fields):
    return {"id": "id-" + name, "name": name, "delete_at": 0, "email": "", "allowed_domains": "", **fields}


def a_channel(team, name, **fields):
    return {"id": f"id-{team}-{name}", "name": name, "delete_at": 0, "type": "O", **fields}


def member(role="member", **fields):
    flags = {"scheme_user": role in ("member", "admin"), "scheme_admin": role == "admin", "scheme_guest": role == "guest"}
    return {"roles": "", **flags, **fields}


def seen(members=None, inside=(), other_teams=None, other_channels=None, **fields):
    found = Seen(
        teams={name: a_team(name) for name in NAMES},
        channels={(team, name): a_channel(team, name) for team in NAMES for name in ("dev", "ops", "town-square")},
        members={("id-" + name, "zoe"): member(role) for name, role in (members or {}).items()},
        in_channels={(f"id-{team}-{name}", "zoe") for team, name in inside},
        **fields,
    )
    found.teams.update(other_teams or {})
    found.channels.update(other_channels or {})
    found.others = {"zoe": [found.teams[name] for name in (members or {})]}
    return found


def plan(teams, account=None, exact=False, user_id="zoe", **there):
    declaration = declared(USER_OPTIONS, teams=teams_of(teams), exact=["teams"] if exact else [])
    return plan_memberships(declaration, user_id, {**ZOE, **(account or {})}, seen(**there))


def moves(*arguments, **options):
    return [(move.operation, (move.channel or move.team)["name"], move.admin) for move in plan(*arguments, **options).moves]


def test_a_new_user_joins_teams_first_and_channels_last():
    assert moves(["a:admin/dev", "b/ops"], user_id=None) == [
        (JOIN, "a", False),
        (JOIN, "b", False),
        (SET_ROLE, "a", True),
        (ENTER, "dev", False),
        (ENTER, "ops", False),
    ]


def test_nothing_is_done_twice():
    there = {"members": {"a": "admin"}, "inside": [("a", "dev")]}
    for teams in (["a"], ["a:admin"], ["a/dev"], []):
        assert not moves(teams, **there)
    assert moves(["a:member"], **there) == [(SET_ROLE, "a", False)]
    assert moves(["a/ops"], **there) == [(ENTER, "ops", False)]


def test_a_member_without_roles_is_repaired():
    assert moves(["a"], members={"a": "none"}) == [(SET_ROLE, "a", False)]
    assert plan(["a"], members={"a": "none"}).before == {"a": {"role": "none"}}
    assert role_of({"roles": "team_user team_admin"}) == "admin"


def test_town_square_comes_with_the_team_but_not_for_guests():
    assert moves(["a/town-square"]) == [(JOIN, "a", False)]
    assert moves(["a/town-square"], {"roles": "system_guest"}) == [(JOIN, "a", False), (ENTER, "town-square", False)]
    assert moves(["a/town-square"], members={"a": "member"}) == [(ENTER, "town-square", False)]


def test_the_address_of_a_team_makes_an_administrator():
    own = {"a": a_team("a", email="zoe@example.com")}
    assert plan(["a"], other_teams=own).after == {"a": {"role": "admin"}}
    assert moves(["a:member"], other_teams=own) == [(JOIN, "a", False), (SET_ROLE, "a", False)]


def test_only_exact_lets_a_user_leave():
    there = {"members": {"a": "member", "b": "admin"}}
    assert not moves(["a"], **there)
    changes = plan(["a"], exact=True, **there)
    assert [move.operation for move in changes.moves] == [LEAVE]
    assert (changes.before, changes.after) == ({"b": {"role": "admin"}}, {})
    assert not moves(["a"], exact=True, members={"b": "member"}, other_teams={"b": a_team("b", delete_at=1)})[1:]


def test_an_inactive_user_is_left_alone():
    assert not moves(["a/dev"], {"delete_at": 1}, exact=True, members={"b": "member"})


@pytest.mark.parametrize(
    ("teams", "account", "there", "says"),
    [
        (["a"], {}, {"other_teams": {"a": a_team("a", group_constrained=True)}}, "those of its groups"),
        (["a"], {}, {"other_teams": {"a": a_team("a", allowed_domains="corp.com, @b.org")}}, "takes addresses of corp.com"),
        (["a"], {"roles": "system_guest"}, {}, "none is named for the team a"),
        (["a:admin"], {"roles": "system_guest"}, {"members": {"a": "guest"}}, "cannot be an administrator"),
        (
            ["a/dev"],
            {},
            {"other_channels": {("a", "dev"): a_channel("a", "dev", group_constrained=True)}},
            "channel dev of the team a",
        ),
        (["a:member"], {}, {"shows_roles": False}, "local socket"),
        (
            [],
            {},
            {"members": {"a": "member"}, "other_teams": {"a": a_team("a", group_constrained=True)}},
            "zoe cannot leave it",
        ),
    ],
)
def test_declarations_that_the_server_would_refuse_are_refused_before(teams, account, there, says):
    with pytest.raises(UnfitTeam, match=says):
        plan(teams, account, exact=True, **there)


def test_members_stay_whatever_the_team_takes_now():
    closed = {"a": a_team("a", group_constrained=True, allowed_domains="corp.com")}
    assert not moves(["a"], members={"a": "member"}, other_teams=closed)
    assert moves(["a"], {"is_bot": True}, other_teams={"a": a_team("a", allowed_domains="corp.com")}) == [(JOIN, "a", False)]


@pytest.mark.parametrize(
    ("there", "says"),
    [
        ({"other_teams": {"a": None}}, "there is no team a"),
        ({"other_teams": {"a": None}, "hidden": {"a"}}, "may not see the team a"),
        ({"other_teams": {"a": a_team("a", delete_at=1)}}, "the team a is archived"),
        ({"other_channels": {("a", "dev"): None}}, "the team a has no channel dev"),
        ({"other_channels": {("a", "dev"): None}, "hidden": {("a", "dev")}}, "may not see the channel dev"),
        ({"other_channels": {("a", "dev"): a_channel("a", "dev", delete_at=1)}}, "the channel dev of the team a is archived"),
    ],
)
def test_targets_that_are_not_there(there, says):
    with pytest.raises(UnfitTeam, match=says) as refused:
        check_targets(teams_of(["b", "a/dev"]), seen(**there))
    assert refused.value.team == "a"


def test_the_caller_needs_the_permission_for_each_move():
    move = Move(ENTER, a_team("a"), a_channel("a", "dev", type="P"))
    check_rights([move], lambda team, channel: {"manage_private_channel_members"})
    with pytest.raises(
        UnfitTeam, match="the channel dev of the team a: it lacks the permission manage_private_channel_members"
    ):
        check_rights([move], lambda team, channel: {"manage_public_channel_members"})
    with pytest.raises(UnfitTeam, match="the team a: it lacks the permission add_user_to_team"):
        check_rights([Move(JOIN, a_team("a"))], lambda team, channel: set())


def test_domains_as_the_server_reads_them():
    assert in_domains("zoe@example.com", "")
    assert in_domains("zoe@EXAMPLE.com", "corp.com, @example.com")
    assert not in_domains("zoe@sub.example.com", "example.com")


ROLES = st.sampled_from(["member", "admin", "none"])
TEAMS = st.lists(
    st.builds(
        lambda name, role, channels: {"name": name, "role": role, "channels": channels},
        st.sampled_from(NAMES),
        st.sampled_from([None, "member"]),
        st.lists(st.sampled_from(["dev", "ops", "town-square"]), unique=True),
    )
)


def carried_out(changes, members, inside):
    """What the server has afterwards."""
    members, inside = dict(members), set(inside)
    for move in changes.moves:
        name = move.team["name"]
        if move.operation == JOIN:
            members[name] = "member"
            inside.add((name, "town-square"))
        elif move.operation == SET_ROLE:
            members[name] = "admin" if move.admin else "member"
        elif move.operation == ENTER:
            inside.add((name, move.channel["name"]))
        else:
            del members[name]
            inside = {(team, channel) for team, channel in inside if team != name}
    return members, inside


@given(TEAMS, st.dictionaries(st.sampled_from(NAMES), ROLES), st.booleans())
def test_a_second_run_changes_nothing(teams, members, exact):
    first = plan(teams, exact=exact, members=members)
    then, inside = carried_out(first, members, ())
    again = plan(teams, exact=exact, members=then, inside=inside)
    assert (again.moves, again.before, again.after) == ([], {}, {})
    named = {team["name"] for team in teams_of(teams)}
    assert set(then) == (named if exact else named | set(members))
    assert {name for name in then if then[name] == "none"} <= set(members) - named
