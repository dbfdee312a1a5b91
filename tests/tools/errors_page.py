# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the page of the documentation that explains errors: ``python tests/tools/errors_page.py``.

Causes and ways out come from the table that the modules use for their messages.
"""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.mmops.mattermost.plugins.module_utils._api.error_meanings import (
    BY_STATUS,
    EXPLANATIONS,
    PASSWORD_POLICY,
    POLICY_IDS,
    Explanation,
)
from ansible_collections.mmops.mattermost.tests.support.servers import ROOT

PAGE = ROOT / "docs" / "docsite" / "rst" / "errors.rst"

HEAD = """\
.. Made by tests/tools/errors_page.py from plugins/module_utils/_api/error_meanings.py. Changes here are overwritten.

.. _ansible_collections.mmops.mattermost.docsite.errors:

Troubleshooting by error id
===========================

When the server refuses a request, the task fails with a message of this form:

.. code-block:: text

    update_user_roles: one of the roles does not exist on the server [app.role.check_roles_exist.role_not_found].
    Correct roles; names are like system_user or system_admin.

It names the operation, the cause, the id of the error in brackets, and the way out. The result holds the same in parts, in
:ansretval:`mmops.mattermost.mm_user#module:error`. Branch on ``error.id`` in a playbook. The HTTP status in ``error.status``
and the server's own text in ``error.message`` do not help there: the server uses the same status for different things, and
translates its texts into the language of the caller.

.. contents::
   :local:
   :depth: 1

Before anything else
--------------------

* ``error.id`` is null and ``error.operation`` as well: the server was not asked. An option is wrong or missing, and the message
  names it.
* ``error.request_id`` finds the request in the log of the server.
* :ansretval:`mmops.mattermost.mm_user#module:operations` lists what had taken effect before the failure. Correct the cause and
  run the task again. It goes on from there.
* Errors without an id come from something between Ansible and the server, such as a proxy. They are
  :ref:`below <ansible_collections.mmops.mattermost.docsite.errors.status>`.

An error that you expect
------------------------

.. code-block:: yaml

    - name: Delete an account, or deactivate it where the server does not allow deletion
      block:
        - name: Delete the account
          mmops.mattermost.mm_user:
            username: leaver
            state: absent
          register: deletion
      rescue:
        - name: Stop at all other errors
          ansible.builtin.assert:
            # Newer servers have another id for administrators.
            that: deletion.error.id is match('api.user.delete_user.not_enabled')
            fail_msg: "{{ deletion.msg }}"

        - name: Deactivate the account
          mmops.mattermost.mm_user:
            username: leaver
            state: inactive
"""

IDS = """
Error ids
---------

Ids that begin with the same words belong to the same part of the server. The list has the ids that users meet, not all
that there are. For any other, the message shows the server's own text.
"""

STATUS = """
.. _ansible_collections.mmops.mattermost.docsite.errors.status:

Errors without an id
--------------------
"""


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def _entry(term: str, explanation: Explanation) -> str:
    """An entry of a definition list."""
    lines = [f"``{term}``", f"  {_sentence(explanation.cause)}"]
    if explanation.remedy:
        lines += ["", f"  *{_sentence(explanation.remedy)}*"]
    return "\n".join(lines) + "\n"


def page(explanations: Mapping[str, Explanation] | None = None) -> str:
    """The text of the page, of the explanations that the collection has."""
    entries = {**(EXPLANATIONS if explanations is None else explanations), f"{POLICY_IDS}...": PASSWORD_POLICY}
    parts = [HEAD, IDS]
    parts += ["\n" + _entry(error_id, entries[error_id]) for error_id in sorted(entries)]
    parts += [STATUS]
    parts += ["\n" + _entry(f"HTTP status {status}", BY_STATUS[status]) for status in sorted(BY_STATUS)]
    return "".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
