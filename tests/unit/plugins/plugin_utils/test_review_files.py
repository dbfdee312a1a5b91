# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of an access review, laid out outside of the templates of Ansible."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from ansible_collections.mmops.mattermost.plugins.filter.access_review import access_review
from ansible_collections.mmops.mattermost.plugins.plugin_utils._review_files import FORMATS, review_files

ATTACK = "<script>{{ 6 * 7 }}</script>"
MARK = "<b>"


def report(user: Any = None, **more: Any) -> dict:
    account = {
        "id": "z" * 26,
        "username": "zoe",
        "email": "zoe@example.com",
        "first_name": ATTACK,
        "last_name": "Ångström",
        "nickname": "",
        "position": "",
        "roles": "system_user",
        "auth_service": "",
        "create_at": 1,
        "delete_at": 0,
        "report": {"last_login": 86_400_000, "last_status_at": None, "days_active": 0},
        **(user or {}),
    }
    about = {"made_by": "root", "on_server": "1", "parameters": {"sessions": True}}
    return {"title": "Review", "server": "chat", **access_review([account], now=1_000_000, about=about), **more}


def files(formats: Any = FORMATS, name: str = "access-review", **more: Any) -> dict:
    return review_files(report(**more), formats, name)


def test_all_files_are_named() -> None:
    tables = [f"access-review-{table}.csv" for table in ("findings", "accounts", "tokens", "sessions")]
    assert list(files()) == ["access-review.html", "access-review.json", *tables, "access-review-differences.csv"]
    assert [name for name, text in files().items() if text is None] == ["access-review-differences.csv"]


@pytest.mark.parametrize(("formats", "names"), [(["json"], ["q1.json"]), ([], []), (["html"], ["q1.html"])])
def test_formats_and_name_are_chosen(formats: Any, names: list[str]) -> None:
    assert list(files(formats=formats, name="q1")) == names


def test_the_page_names_the_checksum_of_the_json() -> None:
    made = files()
    checksum = hashlib.sha256(made["access-review.json"].encode()).hexdigest()
    assert checksum in made["access-review.html"]
    assert json.loads(made["access-review.json"])["about"]["complete"]
    assert "Checksum" not in files(formats=["html"])["access-review.html"]


def test_names_of_people_stay_texts() -> None:
    page = files()["access-review.html"]
    assert ATTACK not in page
    assert "&lt;script&gt;{{ 6 * 7 }}&lt;/script&gt; Ångström" in page


def attacked(value: Any) -> Any:
    """The same value with an attack at the beginning of every text."""
    if isinstance(value, dict):
        return {name: attacked(part) for name, part in value.items()}
    if isinstance(value, list):
        return [attacked(part) for part in value]
    return f"{MARK}\"'>{value}" if isinstance(value, str) else value


def test_every_text_of_the_page_is_escaped() -> None:
    times = {"create_at": 1, "last_activity_at": 2, "expires_at": 3}
    session = {"id": "s" * 26, "device_id": "d", "props": {"browser": "b", "os": "o", "platform": "p"}, **times}
    drift = {
        "differing": [
            {
                "username": "bo",
                "change": "created",
                "differences": [{"field": "email", "server": "", "roster": "bo@example.com"}],
            },
            {"username": "cy", "change": "deleted", "differences": []},
        ],
        "strangers": ["di"],
        "failures": [{"username": "ed", "where": "row 4", "msg": "no"}],
        "unknown": ["email_verified"],
        "checked": 5,
    }
    unreadable = [{"username": "flo", "subject": "tokens", "reason": "may not"}]
    token = {"id": "t" * 26, "description": "deploy [2020-01-01]", "is_active": True}
    ours = report(
        user={
            "nickname": "Z",
            "position": "Boss",
            "roles": "system_user system_admin",
            "sessions": [session],
            "tokens": [token],
        },
        drift=drift,
        unreadable=unreadable,
    )
    page = review_files(attacked(ours), ["html", "json"], f"{MARK}-name")[f"{MARK}-name.html"]
    assert page.count("&lt;b&gt;") > 100
    assert MARK not in page


def test_the_last_login_is_in_the_table() -> None:
    heading, row = files()["access-review-accounts.csv"].splitlines()
    columns = heading.lstrip("\ufeff").replace('"', "").split(",")
    values = dict(zip(columns, row.replace('"', "").split(","), strict=True))
    assert (values["last_login"], values["last_activity"], values["sessions"]) == ("1970-01-02", "1970-01-02", "")


def test_differences_are_a_table_of_their_own() -> None:
    drift = {"differing": [], "strangers": ["bo"], "failures": [], "unknown": [], "checked": 1}
    assert files(["csv"], "r", drift=drift)["r-differences.csv"]
