# Copyright (c) 2026, the mmops.mattermost contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of the role access_review in a real browser. Pictures of it are left in ``build/browser``."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.mmops.mattermost.plugins.filter.access_review import access_review
from ansible_collections.mmops.mattermost.plugins.plugin_utils._review_files import FORMATS, review_files
from ansible_collections.mmops.mattermost.tests.browser.chromium import BrowserError, Page, find_browser, opened
from ansible_collections.mmops.mattermost.tests.support.people import ATTACKS, everything
from ansible_collections.mmops.mattermost.tests.support.servers import ROOT

PICTURES = ROOT / "build" / "browser"

#: A table's column of texts, as it shows.
COLUMN = "[...document.querySelectorAll('#{table} tbody tr:not([hidden])')].map(row => row.cells[{column}].textContent)"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    try:
        find_browser()
    except BrowserError as error:
        pytest.fail(str(error), pytrace=False)
    PICTURES.mkdir(parents=True, exist_ok=True)
    with opened(tmp_path_factory.mktemp("profile")) as page:
        yield page


@pytest.fixture(scope="module", params=["plain", "hostile"])
def report(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp(request.param)
    people = everything(attacks=request.param == "hostile")
    # People that no server has, so that names can be as hostile as they like.
    (folder / "people.json").write_text(json.dumps(people), encoding="utf-8")
    judged = access_review(people.pop("users"), **{name: people.pop(name) for name in ("now", "refused", "drift", "about")})
    for name, text in review_files({**people, **judged}, FORMATS, "access-review").items():
        # Line ends of tables stay as they are.
        (folder / name).write_bytes(text.encode())
    return folder / "access-review.html"


@pytest.fixture
def shown(page: Page, report: Path) -> Page:
    page.look(width=1400)
    page.open(report.as_uri())
    return page


def test_nothing_runs_or_loads_but_the_page(shown: Page, report: Path) -> None:
    assert shown.complaints() == []
    assert shown.requests() == [report.as_uri()]
    assert shown.evaluate("document.title").startswith("Access review")
    assert shown.evaluate("document.querySelectorAll('script, style').length") == 2
    assert shown.evaluate("document.querySelectorAll('img, iframe, object, form, [onload], [onerror], [onfocus]').length") == 0
    assert shown.evaluate("[...document.querySelectorAll('a')].every(link => link.getAttribute('href').startsWith('#'))")
    # The style has been accepted by the policy of the page.
    assert shown.evaluate("getComputedStyle(document.querySelector('.card')).borderRadius") != "0px"


def test_attacks_show_as_texts(shown: Page, report: Path) -> None:
    people = json.loads((report.parent / "people.json").read_text(encoding="utf-8"))["users"]
    assert shown.evaluate(COLUMN.format(table="accounts", column=0)) == [user["username"] for user in people]
    mails = shown.evaluate(COLUMN.format(table="accounts", column=2))
    assert mails == [user["email"] for user in people]
    assert [mail in mails for mail in ATTACKS] == [report.parent.name.startswith("hostile")] * len(ATTACKS)
    descriptions = shown.evaluate(COLUMN.format(table="tokens", column=1))
    assert set(ATTACKS) & set(descriptions) == set(ATTACKS) & set(mails)


def test_links_lead_to_the_account(shown: Page) -> None:
    missing = shown.evaluate(
        "[...document.querySelectorAll('.findings a, #tokens a')].map(link => decodeURIComponent(link.hash.slice(1)))"
        ".filter(id => !document.getElementById(id))"
    )
    # The roster knows one whom the server does not have yet. Strangers of the attacks are not accounts.
    assert [name for name in missing if name.removeprefix("account-") not in ATTACKS] == ["account-newcomer"]


def test_tables_can_be_sorted(shown: Page) -> None:
    column = COLUMN.format(table="tokens", column=3)
    click = "document.querySelectorAll('#tokens thead button')[3].click()"
    state = "document.querySelectorAll('#tokens thead th')[3].getAttribute('aria-sort')"
    assert shown.evaluate(state) == "none"
    ages = [age for age in shown.evaluate(column) if age]
    empty = [""] * (len(shown.evaluate(column)) - len(ages))
    shown.evaluate(click)
    assert shown.evaluate(state) == "ascending"
    assert shown.evaluate(column) == [*sorted(ages, key=int), *empty]
    shown.evaluate(click)
    assert shown.evaluate(state) == "descending"
    assert shown.evaluate(column) == [*sorted(ages, key=int, reverse=True), *empty]


def test_tables_can_be_searched(shown: Page) -> None:
    shown.evaluate(
        "const field = document.getElementById('accounts-search'); field.value = 'helpdesk MANAGER';"
        "field.dispatchEvent(new Event('input'))"
    )
    assert shown.evaluate(COLUMN.format(table="accounts", column=0)) == ["helpdesk"]
    assert shown.evaluate("document.getElementById('accounts-shown').textContent").startswith("1 of ")


def test_every_table_and_chart_has_a_name(shown: Page) -> None:
    assert (
        shown.evaluate("[...document.querySelectorAll('table')].filter(table => !table.caption?.textContent.trim()).length")
        == 0
    )
    assert (
        shown.evaluate(
            "[...document.querySelectorAll('svg')].filter(svg => !svg.closest('[aria-hidden=true]')"
            " && !svg.getAttribute('aria-label')).length"
        )
        == 0
    )
    assert shown.evaluate("[...document.querySelectorAll('th')].filter(cell => !cell.scope).length") == 0
    ids = "[...document.querySelectorAll('[id]')].map(element => element.id)"
    assert shown.evaluate(f"new Set({ids}).size") == shown.evaluate(f"{ids}.length")


#: Of each text element, the contrast of its colour to the background that it stands on.
CONTRASTS = """
(() => {
  const parse = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = (rgb) => rgb.slice(0, 3).map((part) => part / 255)
    .map((part) => part <= .04045 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4)
    .reduce((sum, part, index) => sum + part * [.2126, .7152, .0722][index], 0);
  const ground = (element) => {
    for (; element; element = element.parentElement) {
      const colour = parse(getComputedStyle(element).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const result = [];
  for (const element of document.querySelectorAll("main *, header *, footer *")) {
    if (element.closest("svg") || ![...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim())) continue;
    const [one, other] = [light(parse(getComputedStyle(element).color)), light(ground(element))].sort((a, b) => b - a);
    result.push([(one + .05) / (other + .05), element.outerHTML.slice(0, 80)]);
  }
  return result;
})()
"""


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_it_can_be_read_in_light_and_dark(shown: Page, report: Path, dark: bool) -> None:
    shown.look(width=1400, dark=dark)
    contrasts = shown.evaluate(CONTRASTS)
    assert len(contrasts) > 100
    # What the guidelines for accessible pages (WCAG 2, level AA) ask for.
    assert [entry for entry in contrasts if entry[0] < 4.5] == []
    ground = shown.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (ground == "rgb(17, 21, 28)") == dark
    picture = shown.screenshot(PICTURES / f"{report.parent.name.rstrip('0123456789')}-{'dark' if dark else 'light'}.png")
    assert picture.startswith(b"\x89PNG")
    assert len(picture) > 50_000


def test_addresses_are_not_broken_on_a_usual_screen(shown: Page) -> None:
    shown.look(width=1440)
    broken = shown.evaluate(
        "[...document.querySelectorAll('#accounts .address')].filter(cell => { const range = document.createRange();"
        "range.selectNodeContents(cell); return range.getClientRects().length > 1 }).map(cell => cell.textContent)"
    )
    assert broken == []
    assert shown.evaluate("document.querySelectorAll('#accounts .address').length") > 50


def test_the_page_says_how_it_was_made(shown: Page, report: Path) -> None:
    about = shown.evaluate("document.querySelector('#about + dl').textContent")
    people = json.loads((report.parent / "people.json").read_text(encoding="utf-8"))
    assert people["about"]["made_by"] in about
    assert "Mattermost 10.11.2" in about
    assert f"{len(people['users'])} reviewed, as many as the server has" in about
    checksum = hashlib.sha256((report.parent / "access-review.json").read_bytes()).hexdigest()
    assert checksum in about
    signatures = "[...document.querySelectorAll('.signatures tbody th')].map(cell => cell.textContent)"
    assert shown.evaluate(signatures) == ["Reviewed by", "Approved by"]
    heads = "[...document.querySelectorAll('#decisions-table thead th')].map(cell => cell.textContent.trim())"
    assert shown.evaluate(heads)[-3:] == ["Decision", "Reviewer", "Date"]
    for table in ("findings", "accounts", "tokens"):
        lines = (report.parent / f"access-review-{table}.csv").read_text(encoding="utf-8-sig").splitlines()
        assert lines[0].endswith('"decision","reviewer","decided_on"')
        assert lines[1].endswith('"","",""')


#: How much of the first printed page is in use: the page is A4 across, less its margins.
FIRST_PAGE = "document.querySelector('.signatures').getBoundingClientRect().bottom"


def test_the_first_printed_page_is_not_empty(shown: Page) -> None:
    """What belongs to it, up to the signatures, fits on it, and takes more than half of it."""
    shown.look(width=1032, media="print")
    assert 350 < shown.evaluate(FIRST_PAGE) <= 703


def test_it_fits_a_narrow_screen(shown: Page, report: Path) -> None:
    shown.look(width=400)
    assert shown.evaluate("document.documentElement.scrollWidth") <= 400
    shown.screenshot(PICTURES / f"{report.parent.name.rstrip('0123456789')}-narrow.png")


def test_it_can_be_printed(shown: Page, report: Path) -> None:
    shown.print(PICTURES / f"{report.parent.name.rstrip('0123456789')}.pdf")
    # Printing has unfolded what was folded.
    assert shown.evaluate("[...document.querySelectorAll('details')].every(details => details.open)")
    shown.look(width=1100, media="print", dark=True)
    assert shown.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert shown.evaluate("getComputedStyle(document.querySelector('nav')).display") == "none"
    assert shown.evaluate("[...document.querySelectorAll('.scroll')].every(part => part.scrollHeight <= part.clientHeight + 1)")
