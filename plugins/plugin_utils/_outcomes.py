# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the registered results of tasks tell that go on when something fails. A task that was not run may have ``{}``."""

from __future__ import annotations

from collections.abc import Iterator


def results(step: dict) -> list:
    """The results of a task with a loop."""
    return step.get("results") or []


def changed(step: dict) -> list:
    """The results of the items that were changed."""
    return [result for result in results(step) if result.get("changed")]


def ended_sessions(step: dict) -> list:
    """The sessions that ``mm_user_session`` ended."""
    return [session for result in changed(step) for session in result["sessions"]]


def failed(step: dict) -> list:
    """The results of the items that failed."""
    return [result for result in results(step) if result.get("failed")]


def user_failures(step: dict) -> Iterator[str]:
    """Sentences about users of a loop."""
    return (f"{result['item']['username']}: {result['msg']}" for result in failed(step))


def token_failures(step: dict) -> Iterator[str]:
    """Sentences about tokens of a loop."""
    return (f"{result['item']['description']} ({result['item']['id']}): {result['msg']}" for result in failed(step))


def roster_users(step: dict) -> list:
    """The names of the users that ``mm_users`` changed."""
    return [user["username"] for user in step.get("users") or []]


def roster_failures(step: dict) -> Iterator[str]:
    """Sentences about users of ``mm_users``, or about the task if it failed as a whole."""
    failures = step.get("failures") or []
    yield from (f"{failure['username']}: {failure['msg']}" for failure in failures)
    # A role goes on after it, so that nothing but the message says that the task failed.
    if step.get("msg") and not failures:
        yield step["msg"]
