# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The users to onboard: what each is to get, the roster of their accounts, and the report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ansible.module_utils.parsing.convert_bool import boolean

from ansible_collections.mmops.mattermost.plugins.module_utils._services.onboarding_people import check_people, people_of
from ansible_collections.mmops.mattermost.plugins.module_utils._services.onboarding_plan import (
    completed,
    given,
    onboarding_lines,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._services.password import unknown_password
from ansible_collections.mmops.mattermost.plugins.module_utils._services.token_file import token_file
from ansible_collections.mmops.mattermost.plugins.plugin_utils._controller_paths import full_path
from ansible_collections.mmops.mattermost.plugins.plugin_utils._inert import inert
from ansible_collections.mmops.mattermost.plugins.plugin_utils._listed import listed


def onboarding_people(users: list, defaults: Mapping) -> list:
    """The users, each with the options of the defaults that its entry does not have."""
    common = given(defaults)
    return [_person(completed(given(user), common)) for user in users]


def people_in_file(declaration: Mapping) -> list:
    """The users of a file, complete with the defaults. Raises ``MattermostError`` that names line and column."""
    people = people_of({**declaration, "users": None})
    check_people(people, {**declaration, "directory": "somewhere", "token_expires_after": None, "passwords": "generate"})
    return inert([entry.options for entry in people.entries])


def src_of(options: Mapping) -> dict:
    """What says which file that is. ``options`` has more."""
    return {
        "src": full_path(options["src"]),
        "columns": options["columns"],
        "delimiter": options["delimiter"] or None,
        "defaults": options["defaults"],
    }


def _person(person: dict) -> dict:
    person.update(bot=boolean(person["bot"]), mfa=boolean(person["mfa"]), tokens=listed(person["tokens"]))
    if person.get("image") not in (None, "default"):
        person["image"] = full_path(person["image"])
    return person


def onboarding_plan(people: list, found: Iterable[Mapping], passwords: str, expires_after: str = "") -> list:
    """What each of the people is to get. ``found`` are the accounts that there are; ``passwords`` as the role takes it."""
    return inert(onboarding_lines(people, {user["username"]: user for user in found}, passwords, expires_after))


def onboarding_roster(plan: list, passwords: Mapping) -> list:
    """The roster of the accounts. ``passwords`` are those that were chosen, by user name."""
    return [
        {**line["entry"], "password": passwords[line["username"]]} if line["username"] in passwords else line["entry"]
        for line in plan
    ]


def onboarding_passwords(plan: list) -> dict:
    """A password for everybody who gets one, by user name."""
    return {line["username"]: unknown_password() for line in plan if line["password"]}


def onboarding_status(plan: list, done: Mapping) -> list:
    """The report of a hand-over by tasks of the user, a map for each of the people.

    ``done`` holds the results of the tasks: ``accounts``, ``tokens`` and ``marks`` of modules for many users, ``links`` and
    ``revoked`` of loops, ``handed``, the secrets that tasks of the user have got, by user name, and
    ``failures``, texts by user name.
    """
    changes = {user["username"]: user for user in done["accounts"].get("users", [])}
    failures = onboarding_failures(plan, done)
    made: dict = {}
    for token in done["tokens"].get("tokens", []):
        made.setdefault(token["username"], []).append(token["description"])
    for result in done["revoked"].get("results") or []:
        if result.get("changed"):
            made.setdefault(result["item"]["username"], []).append(result["item"]["description"])
    status = []
    for line in plan:
        name, change = line["username"], changes.get(line["username"], {})
        secrets = done["handed"].get(name)
        if secrets is None:
            secrets = [secret for secret, due in (("password", line["password"]), ("mfa", line["mfa"])) if due]
            # In check mode, a user who does not exist yet has no id, and tokens that would be revoked are still there.
            absent = not (line["user_id"] or change.get("user_id"))
            secrets += [token for token in line["tokens"] if absent or token in made.get(name, ())]
        status.append(
            {
                "username": name,
                "user_id": line["user_id"] or change.get("user_id") or "",
                "created": line["created"],
                "operations": change.get("operations", []),
                "secrets": [] if name in failures else secrets,
                "failure": failures.get(name, ""),
            }
        )
    return inert(status)


def onboarding_work(plan: list, done: Mapping) -> dict:
    """What the tasks have to do for those for whom all went well so far, and who are there; ``done`` as for the report.

    ``revoke``, ``due_tokens``, ``links`` and ``unmark`` are entries for the modules, ``one_by_one`` names of users.
    """
    failed = onboarding_failures(plan, done)
    # In check mode, a user who does not exist yet has no id.
    made = {user["username"] for user in done["accounts"].get("users", []) if user["user_id"]}
    lacking = {token["username"] for token in done["tokens"].get("tokens", [])}
    going = [line for line in plan if line["username"] not in failed and (line["user_id"] or line["username"] in made)]
    return inert(
        {
            "revoke": [token for line in going if line["pending"] for token in line["wanted_tokens"]],
            "due_tokens": [token for line in going for token in line["wanted_tokens"]],
            "links": [line["unmarked"] for line in going if line["link"]],
            "unmark": [line["unmarked"] for line in going if line["begins"] and line["username"] not in done["handed"]],
            "one_by_one": [
                line["username"] for line in going if line["password"] or line["mfa"] or line["username"] in lacking
            ],
        }
    )


def onboarding_secrets(account: Mapping, password: str, mfa: Mapping, tokens: Iterable[Mapping]) -> dict:
    """The secrets of a user: ``handed_over`` for tasks, ``files`` by name. Empty values are not new."""
    made = [result for result in tokens if result.get("token_value")]
    new = {
        "username": account["username"],
        "user_id": account["id"],
        "email": account["email"],
        "password": password,
        "mfa_secret": mfa.get("secret") or "",
        "qr_code": mfa.get("qr_code") or "",
        "tokens": [
            {"description": result["item"], "token_id": result["token"]["id"], "token_value": result["token_value"]}
            for result in made
        ],
    }
    name = new["username"]
    contents = {f"{name}.password": new["password"], f"{name}.secret": new["mfa_secret"]}
    contents |= {token_file(name, token["description"]): token["token_value"] for token in new["tokens"]}
    files = [{"name": file, "content": f"{value}\n"} for file, value in contents.items() if value]
    return inert({"handed_over": new, "files": files})


def onboarding_failures(plan: list, done: Mapping) -> dict:
    """Why people could not be onboarded, by user name. Messages of the modules hold no secrets."""
    texts: dict = {}
    for result in (done["accounts"], done["tokens"], done["marks"]):
        for failure in result.get("failures") or []:
            texts.setdefault(failure["username"], []).append(failure["msg"])
    begun = {user["username"] for user in done["accounts"].get("users", [])} | set(texts)
    for line in plan:
        if line["created"] and line["username"] not in begun:
            texts[line["username"]] = ["The account was not begun, as the server could not be reached."]
    for looped in (done["links"], done["revoked"]):
        for result in looped.get("results") or []:
            if "error" in result:
                texts.setdefault(result["item"]["username"], []).append(result["msg"])
    for name, text in done["failures"].items():
        texts.setdefault(name, []).append(text)
    return inert({name: f"{name}: {' '.join(dict.fromkeys(parts))}" for name, parts in texts.items()})
