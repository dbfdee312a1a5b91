# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a step of a role fails for one user, the others go on, all failures are listed, and the next run finishes."""

from __future__ import annotations

import json

import pytest

from ansible_collections.mmops.mattermost.tests.support.faulty import Faulty
from ansible_collections.mmops.mattermost.tests.support.servers import NEWEST

NAMES = ["ada", "bo"]
PASSWORD = "Hush-password-Aa1"


def prepare(faulty: Faulty, **settings: bool) -> None:
    """Two users, each with an elevated role, a personal access token and a session."""
    service = {"EnableUserAccessTokens": True, "EnableAPIUserDeletion": True, **settings}
    faulty.ask("PUT", "/config/patch", ServiceSettings=service)
    for name in NAMES:
        user = faulty.ask("POST", "/users", username=name, email=f"{name}@example.com", password=PASSWORD).json()
        faulty.ask("PUT", f"/users/{user['id']}/roles", roles="system_user system_post_all")
        faulty.ask("POST", f"/users/{user['id']}/tokens", description=f"of {name}")
        faulty.ask("POST", "/users/login", token="", login_id=name, password=PASSWORD)


def once(faulty: Faulty, **operations: int) -> None:
    """Each operation is refused once; the number says how many requests of it pass before."""
    for operation, skip in operations.items():
        faulty.fails(operation=operation, kind="refused", status=500, skip=skip)


def test_a_lockdown_goes_on_with_the_others(faulty: Faulty) -> None:
    # Otherwise new servers end sessions with the password, so that no request for it could fail.
    prepare(faulty, TerminateSessionsOnPasswordChange=False)
    variables = {"users": NAMES, "incident": "one", "passwords": "scramble", "tokens": "revoke"}
    once(faulty, revoke_user_access_token=0, update_user_password=1, revoke_all_sessions=0, send_password_reset_email=1)
    status, message = faulty.role("session_lockdown", **variables)
    assert faulty.faults() == []
    run = status["runs"][-1]
    assert [failure.partition(":")[0].partition(" (")[0] for failure in run["failures"]] == ["of ada", "bo", "ada", "bo"]
    assert all("Refused on demand" in failure and failure in message for failure in run["failures"])
    assert "4 steps failed" in message
    assert [token["description"] for token in run["tokens"]] == ["of bo"]
    assert run["passwords_set"] == ["ada"]
    assert len({session["user_id"] for session in run["sessions"]}) == 1
    assert run["emails_sent"] == ["ada"]

    status, message = faulty.role("session_lockdown", **variables)
    assert message == ""
    run = status["runs"][-1]
    assert [token["description"] for token in run["tokens"]] == ["of ada"]
    assert run["passwords_set"] == ["bo"]
    assert len({session["user_id"] for session in run["sessions"]}) == 1
    assert run["emails_sent"] == ["bo"]

    status, message = faulty.role("session_lockdown", **variables)
    assert [status["runs"][-1][key] for key in ("tokens", "passwords_set", "sessions", "emails_sent", "failures")] == [[]] * 5


def test_a_deactivation_that_fails_in_a_lockdown_ends_sessions_all_the_same(faulty: Faulty) -> None:
    prepare(faulty)
    once(faulty, update_user_active=0)
    status, message = faulty.role("session_lockdown", users=NAMES, incident="two", deactivate=True)
    run = status["runs"][-1]
    assert [failure.partition(":")[0] for failure in run["failures"]] in (["ada"], ["bo"])
    assert len(run["deactivated"]) == 1
    assert len(run["tokens"]) == 2
    # The server ends the sessions of those it deactivates. They are recorded as well.
    assert len({session["user_id"] for session in run["sessions"]}) == 2
    assert message.startswith("1 steps failed: ")
    status, message = faulty.role("session_lockdown", users=NAMES, incident="two", deactivate=True)
    assert message == ""
    assert len(status["runs"][-1]["deactivated"]) == 1


def test_a_list_that_cannot_be_read_is_a_failure_of_the_lockdown(faulty: Faulty) -> None:
    prepare(faulty)
    faulty.fails(operation="get_sessions", kind="status", status=500, count=-1)
    status, message = faulty.role("session_lockdown", users=NAMES, incident="three")
    run = status["runs"][-1]
    assert len(run["failures"]) == 1
    assert "HTTP status 500" in message
    assert len(run["tokens"]) == 2
    assert run["sessions"] == []


def test_an_offboarding_goes_on_with_the_others_but_deletes_nobody(faulty: Faulty) -> None:
    prepare(faulty)
    variables = {"users": NAMES, "delete": True, "confirm": NAMES}
    once(
        faulty,
        disable_user_access_token=0,
        revoke_user_access_token=1,
        revoke_all_sessions=0,
        update_user_roles=1,
        update_user_active=0,
    )
    status, message = faulty.role("user_offboarding", **variables)
    assert faulty.faults() == []
    named = [failure.partition(":")[0].partition(" (")[0] for failure in status["failures"]]
    assert named[:4] == ["of ada", "of bo", "ada", "bo"]
    assert named[4] in NAMES
    assert len(named) == 5
    assert all("Refused on demand" in failure and failure in message for failure in status["failures"])
    assert "nobody was deleted" in message
    assert len(status["deactivated"]) == 1
    assert list(status["roles_removed"]) == ["ada"]
    assert status["deleted"] == []

    status, message = faulty.role("user_offboarding", **variables)
    assert message == ""
    assert status["failures"] == []
    assert status["deleted"] == NAMES
    records = json.loads((faulty.folder / "user-offboarding.json").read_text(encoding="utf-8"))["offboarding_runs"]
    assert [len(record["failures"]) for record in records] == [5, 0]

    status, message = faulty.role("user_offboarding", **variables)
    assert (message, status["missing"], status["deleted"]) == ("", NAMES, [])


def test_a_bot_that_stays_is_a_failure_of_the_offboarding(faulty: Faulty) -> None:
    prepare(faulty, EnableBotAccountCreation=True)
    owner = faulty.ask("GET", "/users/username/ada").json()
    for name in ("bot-one", "bot-two"):
        bot = faulty.ask("POST", "/bots", username=name).json()
        faulty.ask("POST", f"/bots/{bot['user_id']}/assign/{owner['id']}")
    faulty.fails(method="POST", path="/api/v4/bots/*/disable", kind="refused", status=500)
    status, message = faulty.role("user_offboarding", users=["ada"])
    assert [failure.partition(":")[0] for failure in status["failures"]] == ["bot-one"]
    assert status["bots_disabled"] == ["bot-two"]
    assert status["deactivated"] == ["ada"]
    assert "bot-one: " in message


@pytest.mark.parametrize("faulty", [f"{NEWEST}-licensed"], indirect=True)
def test_a_migration_goes_on_with_the_others(faulty: Faulty) -> None:
    prepare(faulty)
    faulty.ask("PUT", "/config/patch", LdapSettings={"Enable": True})
    forth, back = faulty.folder / "forth.csv", faulty.folder / "back.json"
    forth.write_text("username,auth_service,auth_data\nada,ldap,uid=ada\nbo,ldap,uid=bo\n", encoding="utf-8")
    variables = {"src": str(forth), "canary": "100%", "rollback": str(back), "end_sessions": True}
    once(faulty, update_user_auth=0)
    status, message = faulty.role("auth_migration", **variables)
    assert status["moved"] == [{"username": "bo", "auth_service": "ldap"}]
    assert [failure.partition(":")[0] for failure in status["failures"]] == ["ada"]
    assert status["failures"][0] in message
    assert [row["username"] for row in json.loads(back.read_text(encoding="utf-8"))] == NAMES

    once(faulty, revoke_all_sessions=0)
    status, message = faulty.role("auth_migration", **variables)
    assert status["moved"] == [{"username": "ada", "auth_service": "ldap"}]
    assert status["done"] == ["bo"]
    assert [failure.partition(":")[0] for failure in status["failures"]] == ["ada"]
    assert "mm_user_session" in message

    # On the way back, one mail fails: that of ada, who moved last.
    once(faulty, send_password_reset_email=1)
    status, message = faulty.role(
        "auth_migration", src=str(back), canary="100%", rollback=str(faulty.folder / "forth-again.json")
    )
    assert [entry["auth_service"] for entry in status["moved"]] == ["email", "email"]
    assert [failure.partition(":")[0] for failure in status["failures"]] == ["ada"]
    assert "send_password_reset_email" in message
