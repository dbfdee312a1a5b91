# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds the documentation site into ``build/docs``: the guides, and a page for every plugin and role.

antsibull-docs makes the pages and the settings of Sphinx, ``docs_site_pages`` completes them, Sphinx makes HTML of them. A
warning of either is an error. Nothing is fetched.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from ansible_collections.mmops.mattermost.tests.support.servers import ROOT
from ansible_collections.mmops.mattermost.tests.tools.docs_site_pages import write_pages

SOURCE = ROOT / "build" / "docs-source"
SITE = ROOT / "build" / "docs"
COLLECTION = "mmops.mattermost"

SETTINGS = [
    "--project",
    COLLECTION,
    "--copyright",
    f"the {COLLECTION} contributors",
    "--title",
    f"{COLLECTION}: users of a Mattermost server as code",
]

#: What is added to the settings that antsibull-docs writes.
MORE_SETTINGS = f"""
extensions += ["ansible_collections.mmops.mattermost.tests.tools.docs_site_labels", "myst_parser"]

# The README files of roles are parts of their pages, which have the titles.
exclude_patterns = ["readme"]
suppress_warnings = ["myst.header"]

html_static_path = [{str(ROOT / "docs" / "docsite" / "static")!r}]
html_css_files = ["site.css"]

# The indexes of other sites would be fetched.
intersphinx_mapping = {{}}
"""


def run(*command: str | Path) -> None:
    """Runs a tool of the environment."""
    tool, *arguments = command
    tools = Path(sys.executable).parent
    environment = {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".tree"),
        "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
    }
    # Beside problems, the tools only tell how to go on by hand.
    subprocess.run([tools / tool, *arguments], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)


def main() -> int:
    for folder in (SOURCE, SITE):
        shutil.rmtree(folder, ignore_errors=True)
    pages = SOURCE / "rst"
    # antsibull-docs refuses a folder that others may write to.
    SOURCE.mkdir(parents=True)
    SOURCE.chmod(0o755)
    try:
        choice = ["--use-current", "--squash-hierarchy", "--fail-on-error", COLLECTION]
        run("antsibull-docs", "sphinx-init", "--dest-dir", SOURCE, "--no-add-antsibull-docs-version", *SETTINGS, *choice)
        with (SOURCE / "conf.py").open("a", encoding="utf-8") as file:
            file.write(MORE_SETTINGS)
        pages.chmod(0o755)
        run(
            "antsibull-docs",
            "--config-file",
            SOURCE / "antsibull-docs.cfg",
            "collection",
            "--cleanup",
            "everything",
            "--dest-dir",
            pages,
            *choice,
        )
        write_pages(ROOT, pages)
        run("sphinx-build", "-q", "-b", "html", "-W", "--keep-going", "-c", SOURCE, "-d", SOURCE / "doctrees", pages, SITE)
    except subprocess.CalledProcessError as error:
        print(f"{Path(error.cmd[0]).name} failed with status {error.returncode}: see its messages above", file=sys.stderr)
        return 1
    print(f"The documentation is in {SITE.relative_to(ROOT)}/index.html")
    return 0


if __name__ == "__main__":
    sys.exit(main())
