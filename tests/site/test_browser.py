"""The site in a browser, from the folder: no request outside, keys, search, a phone, axe-core."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

from safetylab.course.site.show import BROWSERS, chromium, write
from safetylab.course.site.slides import DECKS, deck_labs, read_deck

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [
    pytest.mark.xdist_group("site"),
    pytest.mark.skipif(not any(map(shutil.which, BROWSERS)), reason="no Chromium on this machine"),
    pytest.mark.skipif(find_spec("playwright") is None, reason="Playwright is not installed"),
]
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that may read files only, and must raise no error."""
    page = browser.new_page(viewport=WIDE)
    asked: list[str] = []
    wrong: list[str] = []
    page.on("request", lambda sent: asked.append(sent.url))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    yield page
    page.close()
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    assert wrong == []


def findings(page: Page) -> list[str]:
    """What axe-core finds on a page whose folds are open."""
    from axe_playwright_python.sync_playwright import Axe

    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    page.wait_for_timeout(100)
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {node['html'][:120]}" for one in found for node in one["nodes"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("place", ["index", "labs/lab00", "methods", "data/compas"])
def test_axe_finds_nothing(page, site, place, scheme):
    page.emulate_media(color_scheme=scheme)
    page.goto((site / f"{place}.html").as_uri())
    assert findings(page) == []


@pytest.mark.parametrize("place", ["index", "labs/lab14", "syllabus", "data/compas"])
def test_a_phone_scrolls_no_page_sideways(page, site, place):
    page.set_viewport_size(PHONE)
    page.goto((site / f"{place}.html").as_uri())
    wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wider) <= 0


def test_a_fold_opens_with_the_keyboard(page, site):
    page.goto((site / "labs/lab14.html").as_uri())
    hint = page.locator("details.hint").first
    hint.locator("summary").focus()
    page.keyboard.press("Enter")
    assert hint.get_attribute("open") is not None
    page.keyboard.press("Enter")
    assert hint.get_attribute("open") is None


def test_an_outcome_is_folded_until_it_is_asked_for(page, site):
    page.goto((site / "labs/lab14.html").as_uri())
    told = page.get_by_text("every division of the finds is")
    assert told.count() == 1
    assert not told.is_visible()
    page.get_by_text("Show what happens").first.click()
    assert told.is_visible()


def test_search_finds_a_lab_from_a_folder(page, site):
    page.goto((site / "search.html").as_uri() + "?q=feedback")
    page.wait_for_selector("#search-results li a")
    places = page.locator("#search-results li a").evaluate_all("all => all.map(one => one.href)")
    assert any("labs/lab14.html" in place for place in places)


@pytest.mark.parametrize("lab", deck_labs())
def test_axe_finds_nothing_on_a_deck(page, tmp_path, lab):
    path = write(_kept(lab), tmp_path)
    page.goto(path.as_uri())
    page.wait_for_function("Reveal.isReady()")
    assert findings(page) == []


def _kept(lab: str):
    from site_tests import ROOT, without_running

    from safetylab.course.site.runs import SiteError

    [folder] = (ROOT / "solutions").glob(f"{lab}_*")
    run = without_running(folder.name)
    if not any(run.outputs.values()):
        pytest.skip(f"no run of {lab} is kept: make slides LAB={lab} makes one")
    try:
        return read_deck(DECKS / f"{lab}.md", run)
    except SiteError as error:
        pytest.fail(str(error))


def test_every_link_leads_to_a_page_and_a_place_on_it(site: Path):
    pages = {path.resolve(): path.read_text() for path in site.rglob("*.html")}
    ids = {path: set(re.findall(r'\bid="([^"]+)"', text)) for path, text in pages.items()}
    lost, seen = [], 0
    for path, text in pages.items():
        for link in re.findall(r'<a\b[^>]*?\bhref="([^"]*)"', text):
            file, _, place = unquote(link).partition("#")
            if ":" in file or "/decks/" in path.as_posix():
                continue
            seen += 1
            to = (path.parent / file).resolve() if file else path
            if to.parent.name == "decks" and to.stem in deck_labs():
                continue  # make.add_decks puts it there, from a run
            if to not in pages or (place and place not in ids[to]):
                lost.append(f"{path.name}: {link}")
    assert seen > 1000
    assert lost == []
