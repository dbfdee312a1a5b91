# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files and folders on the controller that roles read and write: where they are, and whether that will work.

Every function returns a sentence about what is wrong, or an empty text.
"""

from __future__ import annotations

import os
import stat

from ansible.errors import AnsibleError
from ansible.parsing.dataloader import DataLoader


def full_path(path: str) -> str:
    """The whole path. A relative one starts where Ansible was started. An empty one stays empty."""
    return os.path.realpath(os.path.expanduser(path)) if path else ""


def input_problem(variable: str, path: str) -> str:
    """About a file that is read."""
    path = full_path(path)
    if not os.path.exists(path):
        return f"{variable}: there is no file {path} on the controller. Correct the path."
    return _regular_problem(variable, path) or (
        "" if os.access(path, os.R_OK) else f"{variable}: {path} cannot be read. Change its permissions."
    )


def output_problem(variable: str, path: str, endings: tuple = ()) -> str:
    """About a file that is written or replaced."""
    path = full_path(path)
    folder = os.path.dirname(path)
    if endings and not path.lower().endswith(endings):
        return f"{variable}: {path} is not a {' or '.join(endings)} file. Give the name such an ending."
    if not os.path.isdir(folder):
        return f"{variable}: there is no folder {folder} on the controller. Create it."
    if os.path.exists(path):
        problem = _regular_problem(variable, path)
        if problem:
            return problem
    return _writable_problem(variable, folder)


def folder_problem(variable: str, path: str) -> str:
    """About an existing folder that files are written to."""
    path = full_path(path)
    if not os.path.isdir(path):
        return f"{variable}: there is no folder {path} on the controller. Create it."
    return _writable_problem(variable, path)


def new_folder_problem(variable: str, path: str) -> str:
    """About a folder that is made unless it exists. The one that it is in must exist."""
    path = full_path(path)
    if os.path.isdir(path):
        return _writable_problem(variable, path)
    if os.path.exists(path):
        return f"{variable}: {path} is a file, not a folder. Name another folder."
    while not os.path.exists(path):
        path = os.path.dirname(path)
    if not os.path.isdir(path):
        return f"{variable}: {path} is a file, not a folder. Name another folder."
    return _writable_problem(variable, path)


def tasks_problem(variable: str, path: str) -> str:
    """About a file with tasks of the user."""
    problem = input_problem(variable, path)
    if problem:
        return problem
    path = full_path(path)
    try:
        tasks = DataLoader().load_from_file(path)
    except AnsibleError:
        return f"{variable}: {path} is not valid YAML. Correct it; ansible-lint shows the place."
    if not isinstance(tasks, list) or not tasks or not all(isinstance(task, dict) for task in tasks):
        return f"{variable}: {path} is not a list of tasks. Begin each task with a hyphen, and leave out hosts and plays."
    return ""


def clash_problem(outputs: dict, others: dict) -> str:
    """About files that would replace one another, or what is read. Both map variables to paths; empty paths do not count."""
    taken = {full_path(path): variable for variable, path in others.items() if path}
    for variable, given in outputs.items():
        path = full_path(given)
        if path and path in taken:
            return f"{variable} and {taken[path]} are the same file, {path}. Name another file in {variable}."
        taken[path] = variable
    return ""


def _regular_problem(variable: str, path: str) -> str:
    mode = os.stat(path).st_mode
    if stat.S_ISDIR(mode):
        return f"{variable}: {path} is a folder, not a file. Name a file."
    return "" if stat.S_ISREG(mode) else f"{variable}: {path} is not a regular file. Name another one."


def _writable_problem(variable: str, folder: str) -> str:
    if os.access(folder, os.W_OK | os.X_OK):
        return ""
    return f"{variable}: the folder {folder} cannot be written to. Change its permissions, or name another folder."
