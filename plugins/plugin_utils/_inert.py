# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Marks texts that came from a server, so that Ansible never takes one for a template.

Users choose their own nicknames. One like ``{{ lookup('pipe', 'id') }}`` must stay a text.
"""

from __future__ import annotations

from ansible import template
from ansible.utils.unsafe_proxy import wrap_var

#: Since ansible-core 2.19, only what is marked as a template is one.
NEEDS_WRAPPING = not hasattr(template, "trust_as_template")


def inert(value):
    """The value, in a form that Ansible never takes for a template."""
    return wrap_var(value) if NEEDS_WRAPPING else value
