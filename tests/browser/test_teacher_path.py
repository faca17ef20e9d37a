"""What a teacher meets in the formgrader: the labs, what was handed in, what it is worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from browser.conftest import SCREENSHOTS
from browser.learner import keep

if TYPE_CHECKING:
    from browser.conftest import Server
    from playwright.sync_api import FrameLocator, Locator, Page

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]

LAB = "lab00_start_here"
STUDENT = "ada"


def row(place: FrameLocator, name: str) -> Locator:
    """Return the row of a table in which ``name`` stands."""
    return place.locator("tbody tr").filter(has_text=name)


def test_the_formgrader_shows_a_lab_and_grades_a_submission(school: Server, page: Page):
    school.safetylab("term", LAB)
    school.hand_in(STUDENT, LAB)
    # The formgrader asks the web for MathJax; without it, formulas stay as they are typed.
    page.route(lambda url: not url.startswith(school.url), lambda route: route.abort())
    page.set_viewport_size({"width": 1500, "height": 900})
    page.goto(f"{school.url}/lab?token={school.token}&reset")
    page.get_by_role("menuitem", name="Nbgrader").click()
    page.get_by_role("menuitem", name="Formgrader").first.click()
    formgrader = page.frame_locator("iframe")
    row(formgrader, LAB).wait_for()
    keep(page, SCREENSHOTS / "g-labs.png")
    row(formgrader, LAB).get_by_role("link", name="1", exact=True).click()
    submission = row(formgrader, STUDENT)
    submission.get_by_text("needs autograding").wait_for()
    submission.locator(".autograde a").click()
    formgrader.get_by_text("Successfully autograded").wait_for()
    formgrader.get_by_role("button", name="OK").click()
    formgrader.locator(".modal-backdrop").wait_for(state="detached")
    submission.get_by_text("needs manual grading").wait_for()
    submission.get_by_text("2 / 3").wait_for()
    keep(page, SCREENSHOTS / "g-graded.png")
    submission.locator(".student-name a").click()
    row(formgrader, LAB).get_by_role("link", name=LAB).click()
    written = formgrader.get_by_placeholder("Comments").last
    written.wait_for()
    written.scroll_into_view_if_needed()
    keep(page, SCREENSHOTS / "g-written.png")
