# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from ansible.plugins.action import ActionBase

from ansible_collections.mmops.mattermost.plugins.module_utils._api.errors import InvalidInput
from ansible_collections.mmops.mattermost.plugins.plugin_utils._plain import without_templates
from ansible_collections.mmops.mattermost.plugins.plugin_utils._private_files import (
    as_json,
    as_text,
    folder_of_files,
    private_files,
    whole_path,
)

OPTIONS = {
    "dest": {"type": "path", "required": True},
    "content": {"type": "str"},
    "data": {"type": "raw"},
    "files": {"type": "dict"},
}
CONTENTS = ("content", "data", "files")


class ActionModule(ActionBase):
    """Does the work of M(mmops.mattermost.controller_file) in the Ansible process."""

    _requires_connection = False
    TRANSFERS_FILES = False

    def run(self, tmp=None, task_vars=None):
        """Returns ``changed``, ``written`` and ``removed``."""
        result = super().run(tmp, task_vars)
        if self._task.args.get("content") is not None:
            self._task.args["content"] = as_text(self._task.args["content"])
        _validation, options = self.validate_argument_spec(OPTIONS, required_one_of=[CONTENTS], mutually_exclusive=[CONTENTS])
        text = as_json(without_templates(options["data"])) if options["data"] is not None else options["content"]
        several = options["files"] is not None
        try:
            path = whole_path("dest", options["dest"])
            texts = folder_of_files(path, options["files"]) if several else {path: text}
            written, removed = private_files(texts, self._task.check_mode, folder=path if several else "")
        except InvalidInput as error:
            return {**result, "failed": True, "msg": str(error)}
        return {**result, "changed": bool(written or removed), "written": written, "removed": removed}
