"""A teacher before the formgrader: what the tests click and read there, through Playwright."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from browser.conftest import SCREENSHOTS
from browser.learner import keep
from playwright.sync_api import expect

if TYPE_CHECKING:
    from browser.conftest import Server
    from playwright.sync_api import FrameLocator, Locator, Page


@dataclass(frozen=True)
class Teacher:
    """One page of JupyterLab with the formgrader in it."""

    page: Page
    school: Server

    @classmethod
    def at(cls, page: Page, school: Server) -> Teacher:
        """Open the formgrader; a script of a student's that opens a dialog fails the test."""
        # It asks the web for MathJax; without it, formulas stay as they are typed.
        page.route(lambda url: not url.startswith(school.url), lambda route: route.abort())
        page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
        page.set_viewport_size({"width": 1500, "height": 900})
        page.goto(f"{school.url}/lab?token={school.token}&reset")
        page.get_by_role("menuitem", name="Nbgrader").click()
        page.get_by_role("menuitem", name="Formgrader").first.click()
        return cls(page, school)

    @property
    def place(self) -> FrameLocator:
        """Return where the formgrader is."""
        return self.page.frame_locator("iframe")

    def row(self, name: str) -> Locator:
        """Return the row of a table in which ``name`` stands."""
        return self.place.locator("tbody tr").filter(has_text=name)

    def picture(self, name: str) -> None:
        """Keep what the teacher sees now."""
        keep(self.page, SCREENSHOTS / f"{name}.png")

    def submissions(self, lab: str, count: int) -> None:
        """From the list of labs, go to the submissions; ``count`` of them are expected."""
        self.row(lab).get_by_role("link", name=str(count), exact=True).click()

    def press(self, student: str, button: str, told: str) -> None:
        """Press ``autograde`` or ``generate-feedback`` of a student, and read the answer."""
        self.row(student).locator(f".{button} a").click()
        self.place.get_by_text(told).wait_for()
        self.place.get_by_role("button", name="OK").click()
        self.place.locator(".modal-backdrop").wait_for(state="detached")

    def notebook_of(self, student: str, lab: str) -> None:
        """From the list of submissions, open what a student handed in."""
        self.row(student).locator(".student-name a").click()
        self.row(lab).get_by_role("link", name=lab).click()

    def manual_grading(self, lab: str) -> None:
        """Open the list of notebooks to grade by hand, with the names of students."""
        self.place.get_by_role("link", name="Manual Grading").first.click()
        # Both pages have a row of this name: only its address says that the second one is there.
        for address in (f"/gradebook/{lab}", f"/gradebook/{lab}/{lab}"):
            self.row(lab).locator(f"a[href$='{address}']").click()

    def graded_by_hand(self, student: str) -> None:
        """From the list of notebooks to grade by hand, open a student's."""
        self.row(student).locator(".glyphicon.name-hidden").click()
        with self.page.expect_response(lambda answer: "/api/grades?" in answer.url):
            self.row(student).locator(".name a.name-shown").click()
        self.place.locator("#notebook-container").first.wait_for()

    def give(self, cell: str, points: float, comment: str) -> None:
        """Type points and a comment at a written answer, and wait until both are saved."""
        for field, text, saved in (
            (f"input.score[id='{cell}']", f"{points:g}", "/api/grade/"),
            (f"textarea[id='{cell}-comment']", comment, "/api/comment/"),
        ):
            place = self.place.locator(field)
            place.fill(text)
            with self.page.expect_response(lambda answer, path=saved: path in answer.url) as told:
                place.press("Tab")
            assert told.value.ok, told.value.url

    def no_credit_for_the_rest(self) -> None:
        """Press "No credit" wherever a person still has to decide."""
        waiting = self.place.locator(".nbgrader_cell:has(input.needs_manual_grade)")
        for _ in range(60):
            if not waiting.count():
                return
            waiting.first.get_by_role("button", name="No credit").click()
            self.page.wait_for_timeout(500)
        expect(waiting).to_have_count(0)
