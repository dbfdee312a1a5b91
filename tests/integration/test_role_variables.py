# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables that come from the command line are texts: ``-e session_lockdown_deactivate=false``."""

from __future__ import annotations

import pytest

from ansible_collections.mmops.mattermost.tests.support.faulty import Faulty

NAMES = ["ada", "bo", "cy"]


@pytest.fixture
def people(faulty: Faulty) -> Faulty:
    for name in NAMES:
        faulty.ask("POST", "/users", username=name, email=f"{name}@example.com", password="Hush-password-Aa1")
    return faulty


def active(faulty: Faulty) -> list[str]:
    return [name for name in NAMES if not faulty.ask("GET", f"/users/username/{name}").json()["delete_at"]]


def test_a_lockdown_of_two(people: Faulty) -> None:
    status, message = people.role("session_lockdown", users="ada,bo", everybody="false", deactivate="yes", incident="one")
    assert message == ""
    assert status["runs"][-1]["asked_for"]["deactivate"] is True
    assert active(people) == ["cy"]


def test_a_lockdown_without_deactivation(people: Faulty) -> None:
    status, message = people.role("session_lockdown", users="ada", deactivate="no", sessions="true", incident="one")
    assert message == ""
    assert status["runs"][-1]["deactivated"] == []
    assert active(people) == NAMES


def test_a_lockdown_of_everybody_spares_those_it_should(people: Faulty) -> None:
    status, message = people.role(
        "session_lockdown", everybody="true", confirm="everybody", deactivate="true", exempt="Bo, cy", incident="one"
    )
    assert message == ""
    assert status["runs"][-1]["users"] == ["ada"]
    assert active(people) == ["bo", "cy"]


def test_an_offboarding(people: Faulty) -> None:
    status, message = people.role("user_offboarding", users="ada,bo", delete="false", mfa_reset="true")
    assert message == ""
    assert status["asked_for"]["delete"] is False
    assert active(people) == ["cy"]


def test_mfa_enforcement_spares_the_exempt_and_counts_the_brake(people: Faulty) -> None:
    people.ask("PUT", "/config/patch", ServiceSettings={"EnableMultifactorAuthentication": True})
    variables = {"action": "deactivate", "roles": "system_user", "exempt": "ada, admin", "grace": "0s"}
    _status, message = people.role("mfa_enforcement", **variables, max_deactivations="1")
    assert "mfa_enforcement_max_deactivations: 1" in message
    assert active(people) == NAMES
    _status, message = people.role("mfa_enforcement", **variables, max_deactivations="2")
    assert message == ""
    assert active(people) == ["ada"]
