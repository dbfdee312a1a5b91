# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An extension of Sphinx that knows the labels of Ansible's own documentation which the pages of a collection lead to.

So the site is built without its index from the internet, and a reference that leads nowhere still is an error.
"""

from __future__ import annotations

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


def _link(
    _site: Sphinx, _environment: BuildEnvironment, reference: pending_xref, text: nodes.TextElement
) -> nodes.reference | None:
    """The link for a label that this site does not have; none if it is unknown, which Sphinx then reports."""
    if reference["reftype"] not in ("ref", "any") or reference["reftarget"] not in LABELS:
        return None
    target = reference["reftarget"]
    anchor = target.replace("_", "-")
    return nodes.reference("", "", text, internal=False, refuri=f"{ANSIBLE}{LABELS[target]}#{anchor}")


def setup(site: Sphinx) -> dict[str, bool]:
    site.connect("missing-reference", _link)
    return {"parallel_read_safe": True}
