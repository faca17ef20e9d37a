"""What a teacher meets in the formgrader: the labs, what was handed in, what it is worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from browser.teacher import Teacher

if TYPE_CHECKING:
    from browser.conftest import Server
    from playwright.sync_api import Page

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]

LAB = "lab00_start_here"
STUDENT = "ada"


def test_the_formgrader_shows_a_lab_and_grades_a_submission(school: Server, page: Page):
    school.safetylab("term", LAB)
    school.hand_in(STUDENT, LAB)
    teacher = Teacher.at(page, school)
    teacher.row(LAB).wait_for()
    teacher.picture("g-labs")
    teacher.submissions(LAB, 1)
    submission = teacher.row(STUDENT)
    submission.get_by_text("needs autograding").wait_for()
    teacher.press(STUDENT, "autograde", "Successfully autograded")
    submission.get_by_text("needs manual grading").wait_for()
    submission.get_by_text("2 / 3").wait_for()
    teacher.picture("g-graded")
    teacher.notebook_of(STUDENT, LAB)
    written = teacher.place.get_by_placeholder("Comments").last
    written.wait_for()
    written.scroll_into_view_if_needed()
    teacher.picture("g-written")
