# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What errors say. They reach the user as the message of a failed task."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from ansible_collections.mmops.mattermost.plugins.module_utils._api.error_meanings import EXPLANATIONS, explain
from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import (
    AnswerLost,
    InvalidInput,
    MattermostError,
    MissingLibrary,
    NotAuthenticated,
    NotFound,
    OperationNotAvailable,
    PermissionDenied,
    Redirected,
    RequestRejected,
    ServerUnavailable,
    ServerUnreachable,
    TooManyRequests,
    UnexpectedAnswer,
    rejection,
)

#: Errors of odd requests, whose own words say enough.
UNEXPLAINED = {
    "<untranslated>",
    "api.getUsersForReporting.invalid_active_filter",
    "api.getUsersForReporting.invalid_team_filter",
    "api.preference.update_preferences.set.app_error",
    "api.user.upload_profile_user.parse.app_error",
    "app.desktop_token.validate.invalid",
    "app.preference.get.app_error",
    "app.user.search.app_error",
    "model.user_report_options.is_valid.invalid_sort_column",
}
GOLDEN = Path(__file__).parents[4] / "conformance" / "golden"
SERVER_TEXT = "Invalid or missing nickname in request body."


def sentences(text):
    return re.findall(r".+?\.(?=\s[A-Z]|$)", text)


@pytest.mark.parametrize("error_id", EXPLANATIONS)
def test_an_explained_error_is_one_or_two_sentences(error_id):
    error = rejection("patch_user", 400, error_id, SERVER_TEXT, "r1")
    text = str(error)

    assert text.startswith("patch_user: ")
    assert f"[{error_id}]" in text
    assert 1 <= len(sentences(text)) <= 2
    assert text.endswith(".")
    assert not re.search(r"\.\.|\s\s|\n", text)
    assert (SERVER_TEXT.rstrip(".") in text) != EXPLANATIONS[error_id].complete


@pytest.mark.parametrize(
    ("error_id", "setting"),
    [
        ("api.user.create_user.disabled.app_error", "ServiceSettings.EnableUserAccessTokens"),
        ("app.user_access_token.disabled", "ServiceSettings.EnableUserAccessTokens"),
        ("api.user.delete_user.not_enabled.app_error", "ServiceSettings.EnableAPIUserDeletion"),
        ("api.user.create_user.signup_email_disabled.app_error", "TeamSettings.EnableUserCreation"),
        ("api.user.create_user.accepted_domain.app_error", "TeamSettings.RestrictCreationToDomains"),
        ("api.team.demote_user_to_guest.disabled.error", "GuestAccountsSettings.Enable"),
        ("mfa.mfa_disabled.app_error", "ServiceSettings.EnableMultifactorAuthentication"),
        ("api.context.mfa_required.app_error", "ServiceSettings.EnforceMultifactorAuthentication"),
        ("model.user.is_valid.pwd.app_error", "PasswordSettings"),
        ("model.user.is_valid.pwd_lowercase_uppercase_number_symbol.app_error", "PasswordSettings"),
        ("api.context.session_expired.app_error", "MATTERMOST_TOKEN"),
        ("model.user.is_valid.username.app_error", "64 characters"),
        ("app.role.check_roles_exist.role_not_found", "roles"),
        ("app.user.save.email_exists.app_error", "email"),
        ("app.user.save.username_exists.app_error", "username"),
        ("api.context.permissions.app_error", "administrator"),
    ],
)
def test_the_way_out_is_named(error_id, setting):
    error = rejection("create_user", 400, error_id, "Translated text.")

    assert setting in str(error)
    assert error.remedy


def test_an_error_that_nobody_explained_has_the_words_of_the_server():
    error = rejection("patch_user", 400, "plugin.new.error", "Etwas ist schief gegangen.")

    assert str(error) == "patch_user: Etwas ist schief gegangen [plugin.new.error]."


def test_an_error_without_words_has_its_status():
    assert str(rejection("get_user", 500)) == "get_user: the server answered with HTTP status 500."
    assert str(rejection("get_user", 500, "a.b")) == "get_user: the server answered with HTTP status 500 [a.b]."


@pytest.mark.parametrize("status", [404, 413, 429, 502, 503, 504])
def test_a_status_without_an_id_is_explained(status):
    assert rejection("get_user", status).remedy


@pytest.mark.parametrize(
    ("status", "error_id", "kind"),
    [
        (400, "some.id", RequestRejected),
        (401, "api.context.session_expired.app_error", NotAuthenticated),
        (403, "api.context.session_expired.app_error", NotAuthenticated),
        (401, "other.id", RequestRejected),
        (403, "some.id", PermissionDenied),
        (404, "some.id", NotFound),
        (404, "", OperationNotAvailable),
        (404, "api.context.404.app_error", OperationNotAvailable),
        (405, "api.context.404.app_error", OperationNotAvailable),
        (429, "", TooManyRequests),
        (500, "", RequestRejected),
        (501, "some.id", RequestRejected),
        (502, "", ServerUnavailable),
        (503, "some.id", ServerUnavailable),
        (504, "", ServerUnavailable),
        (520, "", ServerUnavailable),
        (524, "", ServerUnavailable),
    ],
)
def test_the_id_decides_before_the_status_does(status, error_id, kind):
    error = rejection("get_user", status, error_id)

    assert error.__class__ is kind
    assert (error.status, error.error_id) == (status, error_id)


def test_only_an_error_of_unknown_outcome_says_so():
    errors = [kind("reason") for kind in (InvalidInput, ServerUnreachable, AnswerLost, UnexpectedAnswer)]
    errors += [rejection("get_user", status, "some.id") for status in (400, 403, 404, 429, 500, 502, 503, 504)]

    errors += [rejection("get_user", 429), Redirected("elsewhere")]

    assert {type(error) for error in errors if error.outcome_unknown} == {AnswerLost, UnexpectedAnswer, ServerUnavailable}


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 413, 499, 500, 501, 520, 524, 530])
def test_an_error_that_is_not_of_mattermost_leaves_the_outcome_unknown(status):
    assert rejection("create_user", status).outcome_unknown
    assert rejection("create_user", status, "gateway.error", own_form=False).outcome_unknown


def test_details_hold_what_the_server_said():
    error = rejection("patch_user", 400, "some.id", SERVER_TEXT, "r1")

    assert error.details() == {
        "operation": "patch_user",
        "status": 400,
        "id": "some.id",
        "message": SERVER_TEXT,
        "request_id": "r1",
    }
    assert rejection("get_user", 429).details() == {
        "operation": "get_user",
        "status": 429,
        "id": None,
        "message": None,
        "request_id": None,
    }
    assert InvalidInput("nothing").details() == {"operation": None}


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (InvalidInput("api_url is missing", "Give api_url"), "api_url is missing. Give api_url."),
        (InvalidInput("the parameter x is missing", "", "get_user"), "get_user: the parameter x is missing."),
        (InvalidInput("it failed.", "try again."), "it failed. Try again."),
        (
            AnswerLost("the connection broke", "run the task again", "create_user"),
            "create_user: the connection broke. Run the task again.",
        ),
        (
            MissingLibrary("Pillow", "pictures"),
            "the Python library Pillow is missing. Install Pillow on the host that runs the task.",
        ),
    ],
)
def test_a_message_reads_as_sentences(error, text):
    assert str(error) == text
    assert isinstance(error, MattermostError)
    assert error.done == []


def test_the_error_ids_that_users_meet_are_explained():
    """Ids in the recordings that nobody explained must be those of tests with deliberately odd requests."""
    ids = set()
    for path in GOLDEN.glob("*/*.jsonl"):
        for line in path.read_text(encoding="ascii").splitlines():
            record = json.loads(line)
            body = record["response"]["body"]
            if isinstance(body, dict) and "status_code" in body and "/users" in record["request"]["path"]:
                ids.add(body["id"])

    assert len(ids) > 60
    assert {error_id for error_id in ids if not explain(error_id, 400).cause} == UNEXPLAINED
