# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Passwords that a roster chooses: who gets one, and that it is in its file before it is sent."""

from __future__ import annotations

import stat

import pytest

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_entry import ENTRY_OPTIONS
from ansible_collections.mmops.mattermost.plugins.module_utils._services.roster_passwords import (
    Passwords,
    forget_password,
    save_password,
)
from ansible_collections.mmops.mattermost.plugins.modules.mm_users import SUBJECT
from ansible_collections.mmops.mattermost.tests.unit.plugins.module_utils.declarations import declared

NOBODY = declared(ENTRY_OPTIONS, username="zoe")
ZOE = {"username": "zoe", "auth_service": ""}


def passwords(folder, policy="random"):
    folder = None if folder is None else str(folder)
    return Passwords(declared(SUBJECT.options, missing_password=policy, passwords_directory=folder))


@pytest.mark.parametrize(
    ("options", "user", "chosen"),
    [
        ({}, None, True),
        ({"password": "given"}, None, False),
        ({"auth_service": "ldap"}, None, False),
        ({"state": "absent"}, None, False),
        ({}, ZOE, False),
        ({"update_password": "always"}, ZOE, True),
        ({"update_password": "always"}, {**ZOE, "auth_service": "saml"}, False),
        ({"update_password": "always"}, {**ZOE, "is_bot": True}, False),
    ],
)
def test_who_gets_a_password(tmp_path, options, user, chosen):
    entry = {**NOBODY, **options}
    before = entry["password"]
    choice = passwords(tmp_path)
    choice.choose(entry, user)
    assert (entry["password"] != before) == chosen
    assert choice.path_of(entry) == (f"{tmp_path}/zoe.password" if chosen else "")


def test_without_a_folder_existing_users_keep_theirs_and_no_file_is_named():
    old, new = {**NOBODY, "update_password": "always"}, dict(NOBODY)
    choice = passwords(None)
    choice.choose(old, ZOE)
    choice.choose(new, None)
    assert old["password"] is None
    assert new["password"]
    assert choice.path_of(new) == ""


def test_a_bot_has_a_password_that_nobody_needs(tmp_path):
    bot = {**NOBODY, "bot": True}
    choice = passwords(tmp_path)
    choice.choose(bot, None)
    assert choice.path_of(bot) == ""


@pytest.mark.parametrize(
    ("folder", "policy", "says"),
    [
        ("there", "fail", "passwords_directory counts only with missing_password: random"),
        ("nowhere", "random", "passwords_directory: there is no folder"),
        ("", "random", "passwords_directory: there is no folder"),
    ],
)
def test_options_that_do_not_fit_are_refused(tmp_path, folder, policy, says):
    (tmp_path / "there").mkdir()
    with pytest.raises(InvalidInput, match=says):
        passwords(tmp_path / folder if folder else "", policy)


def test_the_file_is_for_its_owner_alone_and_goes_if_it_is_of_no_use(tmp_path):
    path = tmp_path / "zoe.password"
    path.write_text("earlier")
    path.chmod(0o644)
    save_password(str(path), "secret")
    assert path.read_text() == "secret\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    forget_password(str(path))
    assert not path.exists()


def test_a_file_that_cannot_be_written_is_an_error_without_the_password(tmp_path):
    with pytest.raises(InvalidInput) as error:
        save_password(str(tmp_path / "missing" / "zoe.password"), "secret")
    assert "zoe.password could not be written: No such file" in str(error.value)
    assert "secret" not in str(error.value)
