# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Onboarding in one go: what is sent, what lies in files, and that nothing is lost whatever goes wrong in between."""

from __future__ import annotations

import os

import pytest

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput
from ansible_collections.mmops.mattermost.plugins.module_utils._plan import converge
from ansible_collections.mmops.mattermost.plugins.module_utils._services.hand_over import notes_folder
from ansible_collections.mmops.mattermost.plugins.module_utils._services.onboarding import OnboardingService
from ansible_collections.mmops.mattermost.plugins.module_utils._services.onboarding_plan import PENDING
from ansible_collections.mmops.mattermost.plugins.modules.mm_user_onboarding import SUBJECT
from ansible_collections.mmops.mattermost.tests.unit.plugins.module_utils._services.test_token import CREATE, REVOKE, add
from ansible_collections.mmops.mattermost.tests.unit.plugins.module_utils._services.test_tokens import READ_ALL, READ_ONE
from ansible_collections.mmops.mattermost.tests.unit.plugins.module_utils.declarations import declared
from ansible_collections.mmops.mattermost.tests.unit.plugins.module_utils.fake_server import FakeClient

READ, NEW, PATCH, VERIFY = "get_users_by_usernames", "create_user", "patch_user", "verify_user_email_without_token"


SETTINGS = {"ServiceSettings": {"EnableUserAccessTokens": True}}


def start():
    return FakeClient(release="11.2", settings=SETTINGS)


def person(name, **more):
    return {"username": name, "email": f"{name}@example.com", **more}


ZOE, MAX = person("zoe", tokens=["laptop", "phone"]), person("max")


def run(client, folder, *users, check_mode=False, **more):
    given = {"users": list(users), "directory": folder and str(folder), "concurrency": 1, **more}
    declaration = declared(SUBJECT.options, **given)
    return converge(OnboardingService(), client, declaration, check_mode)


def files(folder):
    return sorted(path.name for path in folder.iterdir())


def secrets(outcome):
    return {user["username"]: user["secrets"] for user in outcome.returned["users"]}


def mark_of(client, name):
    return client.named(name).props or {}


def test_one_read_and_all_that_has_to_be_written(tmp_path, monkeypatch):
    monkeypatch.setenv("MATTERMOST_NOTES_DIRECTORY", str(tmp_path / "notes"))
    client, folder = start(), tmp_path / "secrets"
    folder.mkdir()
    outcome = run(client, folder, ZOE, MAX)
    assert files(folder) == ["max.password", "zoe.laptop.token", "zoe.password", "zoe.phone.token"]
    assert secrets(outcome) == {"zoe": ["password", "laptop", "phone"], "max": ["password"]}
    # Nobody asks for tokens of accounts that were made a moment ago.
    assert READ_ONE not in client.sent
    assert READ_ALL not in client.sent
    assert client.sent.count(READ) <= 2
    assert [name for name in client.written if name != VERIFY] == [NEW, NEW, CREATE, CREATE, PATCH, PATCH]
    assert not mark_of(client, "zoe")
    # The mark of a new account serves as well as a note.
    assert not os.path.exists(notes_folder())


def test_a_second_run_reads_in_bulk_and_writes_nothing(tmp_path):
    client = start()
    first = run(client, tmp_path, ZOE, MAX)
    client.sent.clear()
    outcome = run(client, tmp_path, ZOE, MAX)
    assert not outcome.plan.changed
    assert secrets(outcome) == {"zoe": [], "max": []}
    assert [user["user_id"] for user in outcome.returned["users"]] == [user["user_id"] for user in first.returned["users"]]
    assert outcome.returned["counts"] == {"total": 2, "created": 0, "failed": 0, "unchanged": 2}
    assert set(client.sent) <= {READ, READ_ALL, READ_ONE}
    assert not client.written


def test_check_mode_tells_the_same_and_sends_and_writes_nothing(tmp_path):
    client = start()
    foretold = run(client, tmp_path, ZOE, MAX, check_mode=True)
    assert not client.written
    assert files(tmp_path) == []
    real = run(client, tmp_path, ZOE, MAX)
    assert foretold.operations == real.operations
    assert foretold.plan.shown_diff == real.plan.shown_diff
    without_id = [{**user, "user_id": ""} for user in real.returned["users"]]
    assert foretold.returned["users"] == without_id


def test_secrets_are_nowhere_in_the_result(tmp_path):
    client = start()
    outcome = run(client, tmp_path, ZOE)
    shown = str(outcome.returned) + str(outcome.plan.shown_diff)
    assert not [path.name for path in tmp_path.iterdir() if path.read_text().strip() in shown]


def test_secrets_of_a_killed_run_are_made_again(tmp_path):
    client = start()
    client.refuse(CREATE, 501, "app.user_access_token.disabled", count=2)
    killed = run(client, tmp_path, ZOE)
    assert killed.plan.failure
    assert mark_of(client, "zoe") == {PENDING: "true"}
    assert secrets(killed) == {"zoe": []}
    first_password = (tmp_path / "zoe.password").read_text()
    add(client, "laptop", client.named("zoe").id)  # whose value went with the run
    client.sent.clear()
    outcome = run(client, tmp_path, ZOE)
    assert secrets(outcome) == {"zoe": ["password", "laptop", "phone"]}
    assert client.sent.count(REVOKE) == 1
    assert (tmp_path / "zoe.password").read_text() != first_password
    assert not mark_of(client, "zoe")


def test_somebody_who_is_there_keeps_the_password_and_gets_only_missing_secrets(tmp_path):
    client = start()
    run(client, tmp_path, person("zoe", tokens=["laptop"]))
    for path in tmp_path.iterdir():
        path.unlink()
    outcome = run(client, tmp_path, person("zoe", tokens=["laptop", "phone"], position="Engineer"))
    assert secrets(outcome) == {"zoe": ["phone"]}
    assert files(tmp_path) == ["zoe.phone.token"]
    assert outcome.operations == [PATCH, CREATE]


def test_a_link_instead_of_a_password(tmp_path):
    client = start()
    foretold = run(client, None, MAX, passwords="email", check_mode=True)
    outcome = run(client, None, MAX, passwords="email")
    assert foretold.operations == outcome.operations
    assert "send_password_reset_email" in outcome.operations
    assert secrets(outcome) == {"max": []}


def test_people_in_a_file(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("username,email,tokens\nzoe,zoe@example.com,laptop;phone\nmax,max@example.com,\n")
    folder = tmp_path / "secrets"
    folder.mkdir()
    outcome = run(start(), folder, users=None, src=str(path), defaults={"tokens": ["common"]})
    assert secrets(outcome) == {"zoe": ["password", "laptop", "phone"], "max": ["password", "common"]}


@pytest.mark.parametrize(
    ("user", "says"),
    [
        (person("zoe", mfa=True, bot=True), "users[0]: mfa is not for bots"),
        (person("zoe", mfa=True, auth_service="saml"), "users[0]: mfa is for users with a password"),
        (person("zoe", tokens=["a", "a"]), "users[0]: tokens: a description is given twice"),
        (person("zoe", tokens=[" "]), "users[0]: tokens: a description is empty"),
        (person("zoe", tokens=["a/b", "a:b"]), "would be written to the same file"),
        (person("zoe", tokens=["x" * 300]), "users[0].tokens: description has 300 bytes"),
        (person("zoe", locale="e!"), "users[0].locale: locale: this value is not a valid locale"),
    ],
)
def test_people_who_do_not_fit_are_refused_before_anything_is_sent(user, says, tmp_path):
    client = start()
    with pytest.raises(InvalidInput) as refused:
        run(client, tmp_path, user)
    assert says in str(refused.value)
    assert not client.written


def test_a_wrong_line_of_a_file_is_named(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("username,email,bot,mfa\nzoe,zoe@example.com,true,true\n")
    with pytest.raises(InvalidInput) as refused:
        run(start(), tmp_path, users=None, src=str(path))
    assert "people.csv, line 2" in str(refused.value)


def test_secrets_are_never_lost():
    with pytest.raises(InvalidInput, match="directory: passwords, MFA secrets and tokens would be lost"):
        run(start(), None, MAX)
