# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the two hosts of a subject share, and the first of them: the ordinary Ansible module.

The second, the action plugin that runs a subject inside the Ansible process, is in ``plugins/plugin_utils``.
"""

from __future__ import annotations

import os
import signal
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ansible_collections.mmops.mattermost.plugins.module_utils._api.client import Client, encodable, texts_in
from ansible_collections.mmops.mattermost.plugins.module_utils._api.connection import make_client, password_in
from ansible_collections.mmops.mattermost.plugins.module_utils._api.connection_options import CONNECTION_OPTIONS
from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import (
    InvalidInput,
    MattermostError,
    MissingLibrary,
    UnforeseenError,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._excerpt import MOST, OPTION, shorten
from ansible_collections.mmops.mattermost.plugins.module_utils._plan import Service, converge


@dataclass(frozen=True)
class Subject:
    """What a module is about.

    ``options`` is the argument spec of its own options, ``rules`` the rules between them (``required_one_of`` ...).
    """

    options: dict
    service: Service
    rules: dict = field(default_factory=dict)

    @property
    def argument_spec(self) -> dict:
        """All options, those of the connection included."""
        return {**self.options, **CONNECTION_OPTIONS}


def perform(subject: Subject, client: Client, options: dict, check_mode: bool) -> dict:
    """Converge and return the result of the task. Raises ``MattermostError``."""
    declaration = {name: options[name] for name in subject.options}
    outcome = converge(subject.service, client, declaration, check_mode)
    result = {
        "changed": outcome.plan.changed,
        **outcome.returned,
        "diff": outcome.plan.shown_diff,
        "operations": outcome.operations,
        "unknown": outcome.plan.unknown,
        "warnings": outcome.plan.warnings,
    }
    if outcome.plan.failure:
        result.update(failed=True, msg=outcome.plan.failure)
        if not options.get(OPTION):
            _shorten(result, subject)
    return result


def _shorten(result: dict, subject: Subject) -> None:
    shorten(result)
    if "omitted" in result and OPTION in subject.options:
        result["msg"] += f" The result shows the first {MOST} of each list, and all of them with {OPTION}: true."


def check_texts(options: dict) -> None:
    """Refuse texts that cannot be sent, before anything is. Names of files may be any bytes."""
    for name, value in options.items():
        if "\0" in "".join(texts_in(value)):
            raise InvalidInput(f"{name} holds a NUL character", "Correct the value")
        if name not in _FILES and not encodable(value):
            raise InvalidInput(f"{name} contains bytes that are not text", "Give text in UTF-8")


#: Options that name files.
_FILES = (
    "api_socket",
    "ca_path",
    "client_cert",
    "client_key",
    "image",
    "passwords_directory",
    "qr_code_path",
    "secret_path",
    "src",
    "directory",
)


def failure(error: MattermostError) -> dict:
    """The result of a task that failed, without ``failed`` itself. ``operations`` lists what had taken effect."""
    message = str(error)
    if isinstance(error, MissingLibrary):
        message = missing_required_lib(error.library, reason=f"for {error.needed_for}")
    result = {**error.returned, "msg": message, "error": error.details(), "operations": error.done, "changed": bool(error.done)}
    shorten(result)
    return result


def unforeseen(name: str, error: Exception) -> dict:
    """The same for an error that should have been foreseen. Ansible shows the traceback with -vvv."""
    result = failure(UnforeseenError(error))
    return {**result, "msg": f"{name}: {result['msg']}", "exception": traceback.format_exc()}


class Ended(BaseException):
    """A signal asks this process to end."""


def on_end(react: Callable[[int], None]) -> None:
    """Call a function, once, when a signal asks this process to end."""
    if threading.current_thread() is not threading.main_thread():
        return

    def handle(number, frame):
        for each in _ENDING:
            signal.signal(each, signal.SIG_IGN)  # let it finish
        react(number)

    for each in _ENDING:
        if signal.getsignal(each) is not signal.SIG_IGN:
            signal.signal(each, handle)


_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def secret_values(spec: dict, options: dict) -> set:
    """The values of all options that are marked ``no_log``."""
    values: set = _texts(password_in(options.get("api_url")))
    for name, option in spec.items():
        value = options.get(name)
        if value is None:
            continue
        if option.get("no_log"):
            values |= _texts(value)
        elif "options" in option:
            # Anything but a map was refused, but may stand beside maps that hold secrets.
            parts = value if isinstance(value, list) else [value]
            for part in (part for part in parts if isinstance(part, dict)):
                values |= secret_values(option["options"], part)
                if any(inner.get("no_log") for inner in option["options"].values()):
                    # A misspelt password is refused, but it is one.
                    values |= _texts([value for name, value in part.items() if name not in option["options"]])
    return values


def _texts(value) -> set:
    if isinstance(value, dict):
        return set().union(*map(_texts, value.values()))
    if isinstance(value, list):
        return set().union(*map(_texts, value))
    return set() if value == "" or isinstance(value, bool) else {str(value)}


class _Module(AnsibleModule):
    """Masks secrets in every refusal. Ansible finds none of them when an option with sub-options is ill-typed."""

    def _log_invocation(self):
        self.no_log_values |= secret_values(self.argument_spec, self.params)
        super()._log_invocation()

    def fail_json(self, msg, **result):
        self.no_log_values |= secret_values(self.argument_spec, self.params)
        super().fail_json(msg, **result)


def run_module(subject: Subject) -> None:
    """The ``main`` of a module."""
    module = _Module(argument_spec=subject.argument_spec, supports_check_mode=True, **subject.rules)
    client = problem = None
    try:
        check_texts(module.params)
        client = make_client(module.params)
        _follow(client)
        with client:
            result = perform(subject, client, module.params, module.check_mode)
    except MattermostError as error:
        problem = failure(error)
    except Ended as error:
        problem = {"msg": f"{error}. The next run looks at the server and does what is missing."}
    except Exception as error:
        problem = unforeseen(module._name, error)
    # Not within the handlers, where ansible-core 2.17 adds a traceback.
    for warning in client.warnings if client else ():
        module.warn(warning)
    if problem:
        module.fail_json(**problem)
    for warning in result.pop("warnings"):
        module.warn(warning)
    if result.get("failed"):
        module.fail_json(**result)
    module.exit_json(**result)


def _follow(client: Client) -> None:
    """End when a signal or the end of the parent says so, but log out before."""
    parent = os.getppid()
    client.stop_reason = lambda: "" if os.getppid() == parent else PARENT_GONE

    def end(number):
        reason = f"the task was ended by {signal.Signals(number).name}"
        client.stop(reason)  # other threads as well
        raise Ended(reason[:1].upper() + reason[1:])

    on_end(end)


#: Why nothing is written any more.
PARENT_GONE = "the process that started the task has ended"
