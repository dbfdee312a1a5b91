# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people to onboard get beside their account, each by the service that a task of its own would have."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import (
    MattermostError,
    MissingLibrary,
    UnforeseenError,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._api.protocol import ApiClient
from ansible_collections.mmops.mattermost.plugins.module_utils._plan import Service, carry_out
from ansible_collections.mmops.mattermost.plugins.module_utils._services.auth import AuthService
from ansible_collections.mmops.mattermost.plugins.module_utils._services.auth_options import mail_to
from ansible_collections.mmops.mattermost.plugins.module_utils._services.known_accounts import KnownAccounts
from ansible_collections.mmops.mattermost.plugins.module_utils._services.lookup import in_parallel
from ansible_collections.mmops.mattermost.plugins.module_utils._services.mfa import MfaService
from ansible_collections.mmops.mattermost.plugins.module_utils._services.token import TokenService
from ansible_collections.mmops.mattermost.plugins.module_utils._services.token_options import token_declaration

#: The operation that sends a link to set a password.
LINK = "send_password_reset_email"


@dataclass
class Job:
    """Something for one of the people, and what became of it."""

    username: str
    service: Service
    declaration: dict = field(repr=False)
    operations: list = field(default_factory=list)
    warnings: list = field(default_factory=list)
    error: MattermostError | None = None

    def run(self, client: ApiClient, user: dict, check_mode: bool) -> None:
        """Carry it out, or tell what that would send. Errors are kept, but for a library that is missing."""
        plan = None
        known = KnownAccounts(client, {self.username: user})
        try:
            plan = self.service.plan(known, self.declaration)
            self.operations = plan.operations
            if not check_mode:
                self.operations = carry_out(self.service, client, self.declaration, plan)
                self.service.write_files(plan)
        except MissingLibrary:
            raise
        except MattermostError as error:
            self.error, self.operations = error, error.done
        except Exception as error:  # that of one user must not hide what became of the others
            self.error = UnforeseenError(error)
        if plan:
            self.warnings = [f"{self.username}: {text}" for text in plan.warnings]
            if plan.failure and not self.error:
                self.error = MattermostError(plan.failure)


def revocations(line: dict) -> list:
    """Tokens of an earlier run that nobody has."""
    if not line["pending"]:
        return []
    return [
        Job(
            line["username"],
            TokenService(),
            {**token_declaration(line["username"], description), "state": "absent", "duplicates": "all"},
        )
        for description in line["tokens"]
    ]


def enrolments(line: dict, folder: str) -> list:
    """An enrolment in multi-factor authentication, if there is to be one."""
    return [
        Job(
            line["username"],
            MfaService(),
            {
                **dict.fromkeys(("user_id", "email")),
                "username": line["username"],
                "state": "present",
                "regenerate": entry["renewed"],
                "secret_path": os.path.join(folder, f"{line['username']}.secret"),
                "qr_code_path": os.path.join(folder, f"{line['username']}.png"),
            },
        )
        for entry in line["wanted_mfa"]
    ]


def links(line: dict) -> list:
    """The e-mail with a link to set a password, if there is to be one."""
    return [Job(line["username"], AuthService(), mail_to(line["username"], LINK))] if line["link"] else []


def run_all(client: ApiClient, workers: int, jobs: Iterable[list], users: dict, check_mode: bool) -> list:
    """Run the jobs, those of one user one after the other until one of them fails. Returns those that were begun."""

    def run(of_one: list) -> list:
        begun = []
        for job in of_one:
            job.run(client, users[job.username], check_mode)
            begun.append(job)
            if job.error:
                break
        return begun

    return [job for begun in in_parallel(workers, run, filter(None, jobs)) for job in begun]
