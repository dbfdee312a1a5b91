# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the guide of what servers tell and do: ``python tests/tools/limits_page.py``.

Differences between releases come from the table of features that the modules ask.
"""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.mmops.mattermost.plugins.module_utils._api.server import (
    FEATURES,
    HIDDEN_FIELDS,
    LATER,
    RELEASES,
    Feature,
    text,
)
from ansible_collections.mmops.mattermost.tests.support.servers import ROOT

PAGE = ROOT / "docs" / "docsite" / "rst" / "guide_limits.rst"

HEAD = """\
..
  Copyright (c) 2026, the mmops.mattermost contributors
  GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
  SPDX-License-Identifier: GPL-3.0-or-later

.. Made by tests/tools/limits_page.py from plugins/module_utils/_api/server.py. Changes here are overwritten.

.. _ansible_collections.mmops.mattermost.docsite.guide_limits:

What servers show and do
========================

A module compares what is declared with what the server shows. The server shows some values to nobody, or not to
administrators. These cannot be compared. This collection does not guess: it leaves such a value alone and lists it in
``unknown``, so that the result is never a guess. This page lists these values, and what differs between servers.

.. contents::
   :local:
   :depth: 1

Values that cannot be read
--------------------------

"""

#: For each hidden field that can be declared, what the modules do where it is not shown.
WHERE_HIDDEN = {
    "auth_data": "send it when ``auth_service`` changes, and otherwise with ``update_unknown: true``",
    "email_verified": "send it to new users, and to others when the address changes or with ``update_unknown: true``",
    "failed_attempts": "unlock an account with ``update_unknown: true``",
    "notify_props": "send them to new users, and to others with ``update_unknown: true``",
}

#: What no server shows to anybody, or only to the user itself.
NEVER_SHOWN = (
    (
        "password",
        "nobody",
        (
            "send it on creation only, unless ``update_password`` says otherwise; see\n"
            "       :ref:`ansible_collections.mmops.mattermost.docsite.guide_passwords`"
        ),
    ),
    ("value of a personal access token", "nobody, after its creation", "return it once, in ``token_value``"),
    (
        "age of a personal access token",
        "nobody",
        (
            "write the day of creation into the description; see\n"
            "       :ref:`ansible_collections.mmops.mattermost.docsite.guide_token_rotation`"
        ),
    ),
    ("MFA secret", "nobody, after its creation", "return it once; whether MFA is active can be read"),
    ("uploads of a user", "the user", "read them with the token of that user only"),
    ("terms of service that a user has accepted", "the user", "change them with the token of that user only"),
    (
        "new address that waits for its confirmation",
        "nobody",
        (
            "leave the address alone where the server has ``EmailSettings.RequireEmailVerification``; with\n"
            "       ``update_unknown: true`` the server mails the user"
        ),
    ),
)

SEND_ONCE = """
Declare such a value all the same: new users get it. To send it to an existing user, run the task once with
``update_unknown: true``. It is always changed then, so do not leave the option in the playbook.

.. code-block:: yaml+jinja

    - name: Declare that an address is verified
      mmops.mattermost.mm_user:
        username: zoe
        email_verified: true
      register: zoe

    - name: Show what could not be compared
      ansible.builtin.debug:
        msg: "Not known, and left alone: {{ zoe.unknown | join(', ') }}"
      when: zoe.unknown | length > 0

    - name: Send it once, whatever the server has
      mmops.mattermost.mm_user:
        username: zoe
        email_verified: true
        update_unknown: true

What differs between servers
----------------------------

The modules see the release of a server in its answers. The table has what was recorded of three releases. A release between
two of them has what both have; where they differ, nobody knows which release changed it, and the modules take it for unknown.
A server older than all of them, or newer, is taken for the nearest one, with a warning. Some proxies hide the release; then all
of this is unknown.

"""

TAIL = """
Values that are out of date
---------------------------

After a change of the login service or into a bot, an older server answers requests *by id* from a cache, with the old account.
Requests by name and by address are up to date. The modules read by name wherever they can. Do the same in your own tasks.

Changes that the server makes by itself
---------------------------------------

* **An unknown locale** of a new user becomes the default of the server. The task warns.
* **A new e-mail address** stays the old one until the user has confirmed it, if the server has
  ``EmailSettings.RequireEmailVerification``.
* **A new password** for an account of a login service turns it into an e-mail account. The task refuses that unless
  ``convert_to_email_auth`` is true.
* **Deactivation keeps** name, address, roles and multi-factor authentication. Names stay taken.
* **Switching guests off** on the server deactivates all guests.
* **Names and addresses** are lower-cased. Invisible characters are removed from names.
* **Words that mention a user** (``mention_keys``) are lower-cased, and empty ones removed.
* **A custom status** in ``props`` is completed.
* **A bot that was made of a user** owns itself, and a server may never answer a request that switches such a bot off. The
  modules give it an owner first; see :ansopt:`mmops.mattermost.mm_user#module:bot_owner`.

Values are compared in the form in which the server stores them, so that the second run finds no difference.

Limits of check mode
--------------------

Check mode predicts what is sent, and what the account looks like afterwards. The server may still refuse it:
a name or an address of an account that the caller does not see, a password that does not meet the policy, a
permission that the caller lacks, a picture with too many pixels. For ids, times and secrets that the server makes, the
prediction shows ``null``.

Large servers
-------------

Lists have at most 200 users a page; the modules read all pages. There is no snapshot: when accounts are created, renamed or
deleted while the list is being read, it may lack an account.
"""


def _table(headings: Sequence[str], widths: str, rows: Sequence[Sequence[str]]) -> str:
    lines = [".. list-table::", "   :header-rows: 1", f"   :widths: {widths}", ""]
    for row in (headings, *rows):
        lines += [f"   {'*' if position == 0 else ' '} - {cell}" for position, cell in enumerate(row)]
    return "\n".join(lines) + "\n"


def _readers(field: str) -> str:
    """Who sees a field of a user."""
    feature = HIDDEN_FIELDS[field]
    if feature is None:
        return "the user"
    since = next(text(release) for release in RELEASES if FEATURES[feature].in_release(release))
    others = "nobody" if field == "auth_data" else "the user alone"
    return f"from {since} on administrators and the user; before, {others}"


def _of(feature: Feature) -> list[str]:
    """Whether each recorded release has the feature."""
    cells = []
    for release in RELEASES:
        if feature.since == LATER or not feature.in_release(release):
            cells.append("no")
        else:
            cells.append({True: "with a licence", False: "without a licence", None: "yes"}[feature.licence])
    return cells


def page() -> str:
    """The text of the page."""
    hidden = [(f"``{field}``", _readers(field), WHERE_HIDDEN[field]) for field in sorted(WHERE_HIDDEN)]
    differences = [(feature.meaning, *_of(feature)) for feature in FEATURES.values()]
    return "".join(
        [
            HEAD,
            _table(("Value", "Seen by", "What the modules do"), "22 28 50", [*hidden, *NEVER_SHOWN]),
            SEND_ONCE,
            _table(("Mattermost", *(text(release) for release in RELEASES)), "55 15 15 15", differences),
            TAIL,
        ]
    )


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
