# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An extension of Sphinx that knows what of Ansible's own documentation the pages of a collection lead to.

So the site is built without its index from the internet, and a reference that leads nowhere still is an error.
"""

from __future__ import annotations

import re

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

ANSIBLE = "https://docs.ansible.com/ansible/latest/"

#: Labels that antsibull-docs writes into its pages, and where they are.
LABELS = {
    "action_plugins": "plugins/action.html",
    "ansible_configuration_settings": "reference_appendices/config.html",
    "collections_keyword": "reference_appendices/playbooks_keywords.html",
    "common_return_values": "reference_appendices/common_return_values.html",
    "list_of_collections": "collections/index.html",
}


#: Modules and plugins of ansible-core, with an option or return value of theirs.
BUILTIN = re.compile(
    r"ansible_collections\.ansible\.builtin\.(?P<plugin>\w+?_(?:module|lookup|filter|test|inventory))(?:__(?P<part>.+))?"
)


def address(kind: str, target: str) -> str | None:
    """Where Ansible's documentation has it; None if it has not."""
    builtin = BUILTIN.fullmatch(target)
    if kind == "envvar" and target.startswith("ANSIBLE_"):
        return f"{ANSIBLE}reference_appendices/config.html#envvar-{target}"
    if kind != "ref":
        return None
    if builtin:
        part = builtin["part"] or target.replace("_", "-").replace(".", "-")
        return f"{ANSIBLE}collections/ansible/builtin/{builtin['plugin']}.html#{part}"
    if target in LABELS:
        return f"{ANSIBLE}{LABELS[target]}#{target.replace('_', '-')}"
    return None


def _link(
    _site: Sphinx, _environment: BuildEnvironment, reference: pending_xref, text: nodes.TextElement
) -> nodes.reference | None:
    """The link for something that this site does not have; none if it is unknown, which Sphinx then reports."""
    target = address(reference["reftype"], reference["reftarget"])
    return nodes.reference("", "", text, internal=False, refuri=target) if target else None


def setup(site: Sphinx) -> dict[str, bool]:
    site.connect("missing-reference", _link)
    return {"parallel_read_safe": True}
