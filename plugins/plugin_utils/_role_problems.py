# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with the variables of a role, as far as it can be known without the server.

``problems`` is asked before a role sends anything, in check mode as well. Sentences name the variable as the user wrote it.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping

from ansible_collections.mmops.mattermost.plugins.module_utils._api.connection_options import CONNECTION_OPTIONS
from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput, MattermostError
from ansible_collections.mmops.mattermost.plugins.module_utils._services.onboarding_plan import person_problem, secrets_of
from ansible_collections.mmops.mattermost.plugins.module_utils._services.token_file import clash_sentences
from ansible_collections.mmops.mattermost.plugins.module_utils._services.token_options import PLAIN_TOKEN, wanted_of
from ansible_collections.mmops.mattermost.plugins.plugin_utils._access_review import limits
from ansible_collections.mmops.mattermost.plugins.plugin_utils._auth_mapping import quota, read_mapping
from ansible_collections.mmops.mattermost.plugins.plugin_utils._controller_paths import (
    clash_problem,
    folder_problem,
    full_path,
    input_problem,
    new_folder_problem,
    output_problem,
    tasks_problem,
)
from ansible_collections.mmops.mattermost.plugins.plugin_utils._listed import usernames
from ansible_collections.mmops.mattermost.plugins.plugin_utils._mfa_enforcement import rule
from ansible_collections.mmops.mattermost.plugins.plugin_utils._onboarding import onboarding_people, people_in_file, src_of
from ansible_collections.mmops.mattermost.plugins.plugin_utils._records import (
    earlier_lockdown,
    earlier_offboardings,
    earlier_rows,
)

_NAME = re.compile(r"[A-Za-z0-9._-]+\Z")
_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\Z")


class Values(Mapping):
    """The variables of a role, without the name of the role before theirs."""

    def __init__(self, role: str, values: dict):
        self.role = role
        self._values = {name[len(role) + 1 :]: value for name, value in values.items()}

    def __getitem__(self, name):
        return self._values[name]

    def __iter__(self):
        return iter(self._values)

    def __len__(self):
        return len(self._values)

    def variable(self, name: str) -> str:
        """The name as users write it."""
        return f"{self.role}_{name}"

    def paths(self, *names: str) -> dict:
        """Variables and the paths that they hold."""
        return {self.variable(name): self[name] for name in names if self.get(name)}


def problems(role: str, values: dict) -> list:
    """Sentences about what is wrong. ``values`` are the variables of the role, typed as it documents them."""
    given = Values(role, values)
    found = [*_connection(given), *_CHECKS[role](given)]
    return [problem for problem in found if problem]


def connection_problem(variable: str, value) -> str:
    """About a connection that is not a map. From the command line, it may be a text."""
    if isinstance(value, Mapping):
        return ""
    example = json.dumps({variable: {"api_url": "https://chat.example.com"}})
    return f"{variable} is not a map. On the command line, give it as JSON: -e '{example}'."


def _connection(given: Values) -> Iterator[str]:
    unknown = sorted(set(given["connection"]) - set(CONNECTION_OPTIONS))
    if unknown:
        yield (
            f"{given.variable('connection')}: there is no connection option {', '.join(map(str, unknown))}. "
            f"Known are {', '.join(CONNECTION_OPTIONS)}."
        )


def _refusal(prefix: str, check: Callable, *arguments) -> str:
    """What a check says, whose message begins with the name of an option."""
    try:
        check(*arguments)
    except MattermostError as error:
        return f"{prefix}{error}"
    return ""


def _file(given: Values, name: str, problem: Callable, *more) -> str:
    """About a path, if one is given."""
    return problem(given.variable(name), given[name], *more) if given.get(name) else ""


def _hand_over(given: Values, lost: str, needed: bool = True) -> Iterator[str]:
    """About the places that secrets go to."""
    directory, tasks = given.variable("directory"), given.variable("handover_tasks")
    if needed and not given["directory"] and not given["handover_tasks"]:
        yield (
            f"{lost} would be lost. Give {directory}, an existing folder on the controller, or {tasks}, an existing file with "
            "tasks."
        )
    yield _file(given, "directory", folder_problem)
    yield _file(given, "handover_tasks", tasks_problem)


def _token_clashes(variable: str, tokens: Iterable) -> Iterator[str]:
    """About tokens that would be handed over in the same file."""
    yield from (f"{variable}: {sentence}" for sentence in clash_sentences(tokens))


# -- the roles ---------------------------------------------------------------------------------------------------------


def _access_review(given: Values) -> Iterator[str]:
    spans = given["inactive_after"], given["token_max_age"]
    yield _refusal("access_review_", limits, *spans, given["ordinary_roles"], given["mfa_services"])
    if not 1 <= given["concurrency"] <= 16:
        yield f"access_review_concurrency: {given['concurrency']} is out of range. Give a number from 1 to 16."
    if not _FILE_NAME.match(given["name"]):
        yield (
            f"access_review_name: {given['name']!r} cannot begin the name of a file. Use letters, digits, dots, hyphens and "
            "underscores, and give the folder in access_review_directory."
        )
        return
    yield new_folder_problem("access_review_directory", given["directory"])
    yield _file(given, "roster_src", input_problem)
    made = {"access_review_directory": f"{full_path(given['directory'])}/{given['name']}.json"}
    if "json" in given["formats"]:
        yield clash_problem(made, given.paths("roster_src"))


def _auth_migration(given: Values) -> Iterator[str]:
    yield _file(given, "src", input_problem) or _mapping_problem(full_path(given["src"]), given["columns"])
    yield _refusal("auth_migration_", quota, given["canary"], 1)
    yield output_problem("auth_migration_rollback", given["rollback"], (".json",))
    yield _refusal("auth_migration_", earlier_rows, full_path(given["rollback"]))
    yield _file(given, "report", output_problem)
    yield clash_problem(given.paths("rollback", "report"), given.paths("src"))


def _mapping_problem(path: str, columns: dict) -> str:
    """About the content of a mapping file. Some messages begin with the option, others with the place in the file."""
    problem = _refusal("", read_mapping, path, columns)
    return f"auth_migration_{problem}" if problem.startswith("src:") else problem and f"auth_migration_src: {problem}"


def _mfa_enforcement(given: Values) -> Iterator[str]:
    action = given["action"]
    if action == "reset" and not given["users"]:
        yield "mfa_enforcement_action: reset needs names. Give mfa_enforcement_users."
    if given["max_deactivations"] < 0:
        yield f"mfa_enforcement_max_deactivations: {given['max_deactivations']} is out of range. Give 0 or more."
    options = ("roles", "exempt", "grace", "grace_from", "start", "property")
    yield _refusal("mfa_enforcement_", rule, *(given[name] for name in options))
    yield from _hand_over(given, "mfa_enforcement_action: enrol makes secrets, which", action == "enrol")
    yield _file(given, "report", output_problem)


def _session_lockdown(given: Values) -> Iterator[str]:
    everybody = given["everybody"]
    if bool(given["users"]) == everybody:
        yield "Give either session_lockdown_users or session_lockdown_everybody: true, not both."
    elif everybody and given["confirm"] != "everybody":
        yield (
            "session_lockdown_everybody locks all users of the server out but the caller. If you mean that, confirm it with "
            "session_lockdown_confirm: everybody."
        )
    if not everybody:
        yield from (
            f"session_lockdown_{name} is for session_lockdown_everybody: true only. Leave it out."
            for name in ("exempt", "include_bots")
            if given[name]
        )
    if not given["sessions"] and not given["deactivate"] and given["tokens"] == given["passwords"] == "keep":
        yield (
            "Nothing is asked for. Give session_lockdown_sessions, session_lockdown_tokens, session_lockdown_passwords or "
            "session_lockdown_deactivate."
        )
    if not _NAME.match(given["incident"]):
        yield (
            f"session_lockdown_incident: {json.dumps(given['incident'])} is not a valid name. Use letters, digits, dots, "
            "hyphens and underscores."
        )
        return
    path = given["record"] or f"session-lockdown-{given['incident']}.json"
    yield output_problem("session_lockdown_record", path) or _refusal(
        "session_lockdown_", earlier_lockdown, full_path(path), given["incident"]
    )


def _token_rotation(given: Values) -> Iterator[str]:
    accounts = given["accounts"]
    if not accounts:
        yield "token_rotation_accounts is empty. Give the tokens to rotate."
    spans = {name: given[name] or None for name in _ROTATION}
    yield _refusal("token_rotation_", _rotation, {"description": "any", "user_id": "me", **spans})
    for account in accounts:
        named = {name: value for name, value in account.items() if value not in (None, "")}
        label = token_label(named)
        if sum(name in named for name in ("username", "user_id", "email")) > 1:
            yield f"token_rotation_accounts: {label}: username, user_id and email exclude each other. Give one of them."
        else:
            yield _refusal(f"token_rotation_accounts: {label}: ", _rotation, {**spans, **named})
    counted = Counter(token_label(account) for account in accounts)
    yield from (
        f"token_rotation_accounts: {label} is listed more than once. List every token once."
        for label, count in counted.items()
        if count > 1
    )
    yield from _token_clashes(
        "token_rotation_accounts",
        {(account["username"].lower(), account["description"]) for account in accounts if account.get("username")},
    )
    yield from _hand_over(given, "The values of new tokens")
    yield _file(given, "report", output_problem)


_ROTATION = ("rotate_after", "overlap", "keep_disabled", "expires_after")


def _rotation(declared: dict) -> None:
    """Raises ``InvalidInput`` for a declaration of a token that ``mm_user_token`` would refuse."""
    rotation = wanted_of({**PLAIN_TOKEN, "username": None, "description": None, **declared}).rotation
    if rotation and rotation.overlap > rotation.after:
        raise InvalidInput(
            "overlap: it is longer than rotate_after, so that ever more predecessors would be in force", "Give a shorter one"
        )


def token_label(account: Mapping) -> str:
    """How a token is called in messages."""
    owner = next((account[name] for name in ("username", "email", "user_id") if account.get(name)), "")
    return f"{owner.lower()}: {account.get('description', '')}"


def _user_offboarding(given: Values) -> Iterator[str]:
    leavers = usernames(given["users"])
    if not leavers:
        yield "user_offboarding_users is empty. Give the names of the users who leave."
    if given["delete"] and set(usernames(given["confirm"])) != set(leavers):
        yield (
            "user_offboarding_delete deletes accounts with all their posts for good. If you mean that, confirm it with the "
            f"same names: user_offboarding_confirm: {json.dumps(leavers)}"
        )
    successor = given["bots_to"].strip().lower()
    if successor in leavers:
        yield f"user_offboarding_bots_to: {successor} leaves as well. Name somebody who stays."
    path = full_path(given["record"])
    yield output_problem("user_offboarding_record", path) or _refusal("user_offboarding_", earlier_offboardings, path)


def _user_onboarding(given: Values) -> Iterator[str]:
    src = given["src"]
    if bool(src) == bool(given["users"]):
        yield "Give either user_onboarding_users, the users to onboard, or user_onboarding_src, the path of a file with them."
    if (given["columns"] or given["delimiter"]) and not src:
        yield (
            "user_onboarding_columns and user_onboarding_delimiter are about a file. Give user_onboarding_src, or leave them "
            "out."
        )
    yield from _people_in_file(given) if src else _people_in_list(given)
    expires_after = given["token_expires_after"]
    if expires_after and (not re.match(r"[1-9][0-9]{0,4}[dw]\Z", expires_after)):
        yield f"user_onboarding_token_expires_after: {expires_after!r} is not a span of whole days. Give one like 120d."
    yield _file(given, "report", output_problem)
    yield clash_problem(given.paths("report"), given.paths("src"))


def _people_in_file(given: Values) -> Iterator[str]:
    """About a file. The module reads it before it sends anything; here only what tasks of the user need is read."""
    yield _file(given, "src", input_problem)
    if given["handover_tasks"]:
        yield _refusal("user_onboarding_", people_in_file, src_of(given))
    yield from _hand_over(given, "", needed=False)


def _people_in_list(given: Values) -> Iterator[str]:
    people = onboarding_people(given["users"], given["defaults"])
    names = Counter(person["username"].lower() for person in people)
    yield from (
        f"user_onboarding_users: {name} is listed more than once. List every user once."
        for name, count in names.items()
        if count > 1
    )
    for person in people:
        yield from (f"user_onboarding_users: {person['username']}: {problem}" for problem in _person(person) if problem)
    tokens = [(person["username"].lower(), description) for person in people for description in person["tokens"]]
    yield from _token_clashes("user_onboarding_users", tokens)
    secret = any(secrets_of(person, given["passwords"]) for person in people)
    yield from _hand_over(given, "Passwords, MFA secrets and tokens", secret)


def _person(person: Mapping) -> Iterator[str]:
    """About one user."""
    yield person_problem(person)
    image = person.get("image")
    if image and image != "default":
        yield input_problem("image", image)


def _user_roster(given: Values) -> Iterator[str]:
    if bool(given["src"]) == bool(given["users"]):
        yield (
            "Give either user_roster_src, the path of a roster file, or user_roster_users, a list of users. A roster without "
            "users would say that nobody should be there."
        )
    if (given["columns"] or given["delimiter"]) and not given["src"]:
        yield "user_roster_columns and user_roster_delimiter are about a file. Give user_roster_src, or leave them out."
    yield _file(given, "report", output_problem, (".csv", ".json"))
    yield clash_problem(given.paths("report"), given.paths("src"))


_CHECKS: dict = {
    "access_review": _access_review,
    "auth_migration": _auth_migration,
    "mfa_enforcement": _mfa_enforcement,
    "session_lockdown": _session_lockdown,
    "token_rotation": _token_rotation,
    "user_offboarding": _user_offboarding,
    "user_onboarding": _user_onboarding,
    "user_roster": _user_roster,
}
