# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""People of all kinds as the API tells of them, and some whose names are attacks."""

from __future__ import annotations

import hashlib
import itertools
from typing import Any

DAY = 86_400
NOW = 1_790_000_000

#: What must show as a text. The first would change the title of the page, the others break out of an attribute, of a
#: style, of a script, or of the template.
ATTACKS = [
    "<script>document.title='taken over'</script>",
    '"><img src=x onerror="document.title=\'taken over\'">',
    "</style></title></textarea><svg onload=document.title='taken_over'>",
    "</script><script>document.title='taken over'</script>",
    "javascript:document.title='taken over'",
    "{{ lookup('ansible.builtin.pipe', 'echo taken over') }}",
    "{% raw %}taken over{% endraw %}",
    "' onfocus='document.title=1' autofocus='",
    '=HYPERLINK("https://evil.example")',
]

FIRST = ["Zoë", "Bjørn", "José María", "Ada", "Chiara", "Łukasz", "Nguyễn", "Σοφία", "Юлия", "さくら", "Amina", "Tomáš"]
LAST = [
    "Ångström",
    "Øyen",
    "Muñoz García",
    "Lovelace",
    "d'Angelo",
    "Żółć",
    "Văn",
    "Παπαδοπούλου",
    "Смирнова",
    "田中",
    "Diallo",
    "Dvořák",
]
PLACES = ["Head of operations", "Network engineer", "", "Support engineer", "Data engineer", ""]


def an_id(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:26]


def person(username: str, **fields: Any) -> dict[str, Any]:
    user = {
        "id": an_id("user", username),
        "username": username,
        "email": f"{username}@nordwind.example",
        "first_name": "",
        "last_name": "",
        "nickname": "",
        "position": "",
        "roles": "system_user",
        "auth_service": "",
        "auth_data": "",
        "create_at": (NOW - 400 * DAY) * 1000,
        "update_at": (NOW - 3 * DAY) * 1000,
        "delete_at": 0,
        "locale": "en",
        "sessions": [],
        "tokens": [],
    }
    return user | fields


def session(username: str, days: float, **fields: Any) -> dict[str, Any]:
    opened = {
        "id": an_id("session", username, days),
        "create_at": int((NOW - days * DAY - 9 * DAY) * 1000),
        "last_activity_at": int((NOW - days * DAY) * 1000),
        "expires_at": (NOW + 30 * DAY) * 1000,
        "device_id": "",
        "props": {"browser": "Firefox/140.0", "os": "Windows 11", "platform": "Windows"},
    }
    return opened | fields


def token(username: str, description: str, *, active: bool = True) -> dict[str, Any]:
    return {"id": an_id("token", username, description), "description": description, "is_active": active}


def crowd() -> list[dict[str, Any]]:
    """Sixty ordinary people, deterministically different."""
    people = []
    for number, (first, last) in enumerate(itertools.islice(itertools.product(FIRST, LAST), 0, 144, 2)):
        username = f"person{number:02}"
        user = person(
            username,
            first_name=first,
            last_name=last,
            position=PLACES[number % 6],
            mfa_active=number % 4 > 0,
            auth_service=("", "", "ldap", "saml")[number % 4 if number % 3 else 0],
        )
        if number % 5:
            user["sessions"] = [session(username, (number * 7 % 120) / (1 + number % 3))]
        if number % 11 == 0:
            user["delete_at"] = (NOW - number * DAY) * 1000
        people.append(user)
    return people


def special() -> list[dict[str, Any]]:
    """Those that findings are about."""
    deploy = token("deploy-bot", "deploy [generation 2026-08-20]")
    use = {"type": "UserAccessToken", "user_access_token_id": deploy["id"]}
    return [
        person(
            "zoe",
            first_name="Zoë",
            last_name="Ångström",
            roles="system_user system_admin",
            mfa_active=True,
            sessions=[session("zoe", 0.2), session("zoe", 3, device_id="apple:17")],
        ),
        person("root", first_name="Old", last_name="Administrator", roles="system_user system_admin"),
        person("helpdesk", roles="system_user system_user_manager", sessions=[session("helpdesk", 1)]),
        person("guest.ines", roles="system_guest", first_name="Inês", last_name="de Sá", sessions=[session("guest.ines", 4)]),
        person(
            "deploy-bot",
            is_bot=True,
            roles="system_user system_admin",
            sessions=[session("deploy-bot", 0.1, props=use)],
            tokens=[deploy, token("deploy-bot", "deploy [generation 2025-11-02]"), token("deploy-bot", "backup", active=False)],
        ),
        person("leaver", delete_at=(NOW - 9 * DAY) * 1000, tokens=[token("leaver", "laptop")]),
        person("fresh", create_at=(NOW - 2 * DAY) * 1000),
        person("hidden", sessions=None, tokens=None),
    ]


def hostile() -> list[dict[str, Any]]:
    """Each attack in every field that somebody can choose."""
    return [
        person(
            f"mallory{number}{attack}",
            first_name=attack,
            last_name=attack,
            nickname=attack,
            position=attack,
            email=attack,
            roles=f"system_user {attack.replace(' ', '')}",
            auth_service=attack,
            tokens=[token(attack, attack)],
            sessions=[session(attack, 2, device_id=attack, props={"browser": attack, "os": attack, "platform": attack})],
        )
        for number, attack in enumerate(ATTACKS)
    ]


def everything(*, attacks: bool) -> dict[str, Any]:
    """All that a report is made of."""
    users = sorted([*crowd(), *special(), *(hostile() if attacks else [])], key=lambda user: user["username"])
    attack = ATTACKS[0] if attacks else "Customer care"
    drift = {
        "counts": {"total": 78},
        "prunable": ["person03", *(ATTACKS if attacks else [])],
        "unknown": ["email_verified"],
        "users": [
            {
                "username": "person05",
                "change": "updated",
                "before": {"roles": ["system_user"], "position": attack},
                "after": {"roles": ["system_user", "system_admin"], "position": "Support engineer"},
            },
            {"username": "newcomer", "change": "created", "before": {}, "after": {"username": "newcomer"}},
        ],
        "failures": [{"username": "person07", "where": "people.csv, line 9", "msg": f"the address {attack} is taken"}],
    }
    refused = [
        {"username": "hidden", "subject": subject, "reason": f"You may not. {attack}"} for subject in ("sessions", "tokens")
    ]
    return {
        "title": f"Access review {attack}" if attacks else "Access review",
        "server": "https://chat.nordwind.example",
        "now": NOW,
        "users": users,
        "refused": refused,
        "drift": drift,
        "about": {
            "made_by": f"auditor {attack}",
            "server_version": "10.11.2",
            "scope": "all accounts of the server",
            "on_server": len(users),
            "parameters": {"sessions": True},
        },
    }
