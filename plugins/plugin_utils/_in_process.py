# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a subject inside the Ansible process, for tasks on a local connection.

A module is packed, copied, started and imports its libraries again for every item of a loop; here an item costs
little more than its requests, and the connection to the server, and a login, last over all items of a task.
Options, defaults, masking of secrets and results are those of the module.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import multiprocessing
import multiprocessing.util
import os
import signal

from ansible import constants as C
from ansible.errors import AnsibleError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.parameters import remove_values
from ansible.module_utils.errors import UnsupportedError
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible.plugins.action.normal import ActionModule as OrdinaryAction
from ansible.utils.display import Display

from ansible_collections.mmops.mattermost.plugins.module_utils._api.connection import make_client
from ansible_collections.mmops.mattermost.plugins.module_utils._api.connection_options import CONNECTION_OPTIONS
from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import (
    MattermostError,
    MissingLibrary,
    NotAuthenticated,
)
from ansible_collections.mmops.mattermost.plugins.module_utils._api.transport import REQUESTS_IMPORT_ERROR
from ansible_collections.mmops.mattermost.plugins.module_utils._front_end import (
    PARENT_GONE,
    Subject,
    check_texts,
    failure,
    on_end,
    perform,
    secret_values,
    unforeseen,
)
from ansible_collections.mmops.mattermost.plugins.plugin_utils._arguments import ill_typed

#: The setting that turns this off: a variable of Ansible, or in upper case one of the environment.
SETTING = "mattermost_in_process"


class _OpenClients:
    """The clients of this worker process, by how they connect. A worker serves one task on one host, then ends."""

    def __init__(self):
        self._clients = {}

    def get(self, key, options):
        """The client for these options, opened if it is not open yet. Raises ``MattermostError``."""
        if key not in self._clients:
            if not self._clients:
                self._close_at_the_end()
                # What the worker inherited is not garbage, but every collection would look through all of it again.
                gc.freeze()
            client = make_client(options)
            client.stop_reason = _parent_gone
            self._clients[key] = client.__enter__()
        return self._clients[key]

    def drop(self, key):
        """Forget a client whose session is no longer valid."""
        client = self._clients.pop(key, None)
        if client:
            client.transport.close()

    def end(self, key):
        """Log out and close one client."""
        client = self._clients.pop(key, None)
        if client:
            client.__exit__(None, None, None)

    def _close_at_the_end(self):
        """Ansible tells no plugin that a loop is over. A worker ends by itself, or by a signal at the end of a play."""
        multiprocessing.util.Finalize(None, self.close, exitpriority=1)  # workers leave without atexit
        previous = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}

        def end(number):
            for client in self._clients.values():
                client.stop(f"the task was ended by {signal.Signals(number).name}")  # threads as well
            self.close()
            signal.signal(number, previous[number] or signal.SIG_DFL)
            os.kill(os.getpid(), number)

        on_end(end)

    def close(self):
        """Log out and close all connections."""
        while self._clients:
            _unused, client = self._clients.popitem()
            shown = len(client.warnings)
            client.__exit__(None, None, None)
            for warning in client.warnings[shown:]:
                Display().warning(warning)


def _end_with_parent() -> None:
    """Let the system end this worker, and the module that it may have started, when Ansible is killed."""
    if multiprocessing.parent_process():
        with contextlib.suppress(AttributeError, OSError):  # only Linux has it
            ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGTERM)


#: PR_SET_PDEATHSIG
_PARENT_DEATH_SIGNAL = 1


def _parent_gone() -> str:
    """Why nothing must be written any more. A worker whose Ansible was killed has nobody to report to."""
    parent = multiprocessing.parent_process()
    return PARENT_GONE if parent and parent.pid != os.getppid() else ""


_open_clients = _OpenClients()


class InProcessAction(OrdinaryAction):
    """Base of the action plugins: each names its ``subject``."""

    subject: Subject

    def run(self, tmp=None, task_vars=None):
        _end_with_parent()
        problem = ill_typed(self.subject.argument_spec, self._task.args)
        if problem:
            return {"failed": True, "changed": False, "msg": problem}
        if self._runs_here(task_vars or {}):
            result = ActionBase.run(self, tmp, task_vars)
            try:
                result.update(self._perform(task_vars or {}))
            except MissingLibrary:
                # The Python that modules run with may have what Ansible's own lacks. Nothing was changed yet.
                pass
            else:
                return result
        return super().run(tmp, task_vars)

    def _runs_here(self, task_vars) -> bool:
        wanted = self._templar.template(task_vars.get(SETTING, os.environ.get(SETTING.upper(), "true")))
        return (
            boolean(wanted)
            and not REQUESTS_IMPORT_ERROR
            and self._connection.transport == "local"
            and self._connection.become is None
            and not self._task.async_val
        )

    def _perform(self, task_vars) -> dict:
        # As on the way to a module: plain JSON types, vaulted values decrypted.
        arguments = json.loads(json.dumps(self._task.args, default=str))
        environment: dict = {}
        self._compute_environment_string(environment)
        with _environment(environment):
            validation = ArgumentSpecValidator(self.subject.argument_spec, **self.subject.rules).validate(arguments)
            options = validation.validated_parameters
            if validation.error_messages:
                result = {"failed": True, "msg": self._refusal(validation)}
            else:
                result = self._converge(options, tuple(sorted(environment.items())))
        secrets = secret_values(self.subject.argument_spec, options)
        result = without_secrets(secrets, result)
        if self._shows_invocation(task_vars):
            result["invocation"] = without_secrets(secrets, {"module_args": _shown(options)})
        return result

    @staticmethod
    def _shows_invocation(task_vars) -> bool:
        try:
            return C.config.get_config_value("INJECT_INVOCATION", variables=task_vars)
        except AnsibleError:  # before ansible-core 2.21, there was no choice
            return True

    def _refusal(self, validation) -> str:
        if isinstance(validation.errors[0], UnsupportedError):
            return f"Unsupported parameters for ({self._task.action}) module: {validation.errors.msg}"
        return validation.errors.msg

    def _report(self, text):
        Display().display(f"{self._task.get_name()}: {text}")

    def _converge(self, options, environment) -> dict:
        key = (tuple(options[name] for name in CONNECTION_OPTIONS), environment)
        client = None
        try:
            check_texts(options)
            client = _open_clients.get(key, options)
            client.report = self._report
            result = perform(self.subject, client, options, self._task.check_mode)
        except MissingLibrary:
            raise
        except MattermostError as error:
            if isinstance(error, NotAuthenticated):
                _open_clients.drop(key)
            result = {"failed": True, **failure(error)}
        except Exception as error:
            result = {"failed": True, **unforeseen(self._task.action.rpartition(".")[2], error)}
        if not (self._task.loop or self._task.until):
            _open_clients.end(key)  # nothing else comes, and what there is to say about it must get into the result
        warnings = [*(client.warnings if client else ()), *result.pop("warnings", ())]
        return {**result, "warnings": warnings} if warnings else result


#: Elements of a list that are shown among the arguments of a task.
_MOST_SHOWN = 100


def _shown(options: dict) -> dict:
    """The arguments as the result shows them. Ansible would carry a roster of ten thousand users along, for nobody to read."""
    return {
        name: f"VALUE_OMITTED ({len(value)} entries)" if isinstance(value, list) and len(value) > _MOST_SHOWN else value
        for name, value in options.items()
    }


def without_secrets(secrets: set, result: dict) -> dict:
    """The result as plain JSON types, without secrets. Ten thousand users are not searched one by one if they hold none."""
    text = json.dumps(result, ensure_ascii=False)
    plain = json.loads(text)
    everywhere = text + _WORDS
    found = any(json.dumps(secret, ensure_ascii=False)[1:-1] in everywhere for secret in secrets)
    return remove_values(plain, secrets) if found else plain


#: As Ansible writes values that JSON writes in another way.
_WORDS = "True False None"


@contextlib.contextmanager
def _environment(variables):
    """The environment of the task, for defaults of options and for proxies. A worker runs one item at a time."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update({name: str(value) for name, value in variables.items()})
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
