# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation site in a real browser: nothing is cut off, on a wide screen and on a phone. Pictures of some
pages are left in ``build/browser/site``.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.mmops.mattermost.tests.browser.chromium import BrowserError, Page, find_browser, opened
from ansible_collections.mmops.mattermost.tests.support.servers import ROOT, TOOLS

SITE = ROOT / "build" / "docs"
PICTURES = ROOT / "build" / "browser" / "site"

#: Pages of every kind. Pictures of all would take minutes.
PICTURED = {"index", "guide_migration", "mm_user_module", "operations", "user_roster_role"}

#: What reaches beyond the screen, and is not in a part of the page that can be scrolled.
CUT_OFF = """
[...document.querySelectorAll('.rst-content *')].filter(element => {
  if (!element.offsetParent || element.getBoundingClientRect().right <= document.documentElement.clientWidth + 1) return false;
  for (let part = element; part && !part.matches('.rst-content'); part = part.parentElement) {
    if (['auto', 'scroll'].includes(getComputedStyle(part).overflowX)) return false;
  }
  return true;
}).map(element => element.tagName + ': ' + element.textContent.trim().slice(0, 60))
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    try:
        find_browser()
    except BrowserError as error:
        pytest.fail(str(error), pytrace=False)
    subprocess.run([sys.executable, TOOLS / "docs_site.py"], check=True, stdout=subprocess.DEVNULL)
    PICTURES.mkdir(parents=True, exist_ok=True)
    with opened(tmp_path_factory.mktemp("profile")) as page:
        yield page


def pages() -> list[Path]:
    return [path for path in sorted(SITE.rglob("*.html")) if "_static" not in path.parts]


@pytest.mark.parametrize("width", [1280, 375])
def test_nothing_is_cut_off(width: int, page: Page) -> None:
    page.look(width=width)
    problems = {}
    for path in pages():
        page.open(path.as_uri())
        found = page.evaluate(CUT_OFF)
        if path.stem in PICTURED:
            page.screenshot(PICTURES / f"{path.stem}-{width}.png")
        if found:
            problems[path.name] = found[:3]
        scrolls = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if scrolls > 0:
            problems.setdefault(path.name, []).append(f"The page is {scrolls} pixels too wide")
    assert problems == {}


def test_the_home_page_has_tables_of_everything_and_a_side_bar_in_parts(page: Page) -> None:
    page.look(width=1280)
    page.open((SITE / "index.html").as_uri())
    captions = page.evaluate("[...document.querySelectorAll('.wy-menu .caption-text')].map(part => part.textContent)")
    assert captions == ["First steps", "Guides", "Roles", "Modules", "Plugins", "Reference"]
    linked = set(page.evaluate("[...document.querySelectorAll('.rst-content table a')].map(link => link.getAttribute('href'))"))
    others = {"index", "search", "environment_variables"}
    everything = {str(path.relative_to(SITE)) for path in pages() if path.stem not in others}
    assert everything - linked == set()


@pytest.mark.parametrize("role", sorted(path.name for path in (ROOT / "roles").iterdir()))
def test_a_role_page_says_what_the_readme_says(role: str, page: Page) -> None:
    page.look(width=1280)
    page.open((SITE / f"{role}_role.html").as_uri())
    headings = page.evaluate("[...document.querySelectorAll('h2')].map(part => part.firstChild.textContent)")
    assert headings[0] == "Example"
    assert headings.count("Variables") == 1
    text = page.evaluate("document.querySelector('.rst-content').textContent")
    assert f"ansible-playbook mmops.mattermost.{role}" in text
    assert f"role: mmops.mattermost.{role}" in text
