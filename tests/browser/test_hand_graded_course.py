"""A class of ten is graded: by machine, then by hand in the formgrader; then it reads feedback.

The pictures ``h-*`` (see conftest.py) are there to be looked at. With `SAFETYLAB_TEST_ALL` set, the
class of the long Lab 09 is graded, too.
"""
# ruff: noqa: E501

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browser.classroom import DUE, PENALTY, Pupil, Text, ten
from browser.conftest import SAFETYLAB, SCREENSHOTS, environment
from browser.learner import keep
from browser.teacher import Teacher

from safetylab.grading.gradebook.nbcourse import Course
from safetylab.grading.reports.results import Result, results

if TYPE_CHECKING:
    from browser.conftest import Server
    from playwright.sync_api import Page

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]

LABS = ["lab00_start_here"]
if "SAFETYLAB_TEST_ALL" in os.environ:
    LABS.append("lab09_fairness")
GOOD = {
    "lab00_start_here": {
        "ex0_2-why": Text(
            "Only about a *tenth* are eights, so always saying no is right for the rest.",
            1,
            "Yes: the classes are unequal.",
        )
    },
    "lab09_fairness": {
        "ex9_5-why": Text(
            "Equal rates for both groups on average, and nobody chooses who loses. But Cy can ask why and the only answer is a coin. About 17 % of the people are drawn here. I would fix the thresholds: on the unseen halves the FPR gap was 0.1 points without a coin and -0.8 with it, with spreads of 3 and 4, so $|-0.8| < 4$.",
            2,
            "Both sides, a choice, two numbers from people it has not seen.",
        ),
        "ex9_9-why": Text(
            "Mortgages: I want equal TPR, because a family that would have paid and is refused loses a home.\n\n- The bank pays with some defaults.\n- It can be told that it also gains customers.\n\nBut in Boston the label is the bank's own denial, 28 % against 9 %. If repayment data showed equal default rates at the margin I would drop it.",
            4,
            "All four: criterion, who pays, blind spot, finding.",
        ),
    },
}
WEAK = {
    "lab00_start_here": {
        "ex0_2-why": Text(
            "Because accuracy is a bad measure.",
            0,
            "*Why* is it bad here? How many of ten digits are an 8?",
        )
    },
    "lab09_fairness": {
        "ex9_5-why": Text(
            "It is unfair to Cy because both are the same and one goes to jail, though for the groups it is equal. You could just not use randomness.",
            1,
            "For and against: yes. **What would you choose?** And two numbers, please.",
        ),
        "ex9_9-why": Text(
            "I would use demographic parity because everyone should have the same chance, since discrimination is wrong.",
            1,
            "Who pays, and what does it not see?",
        ),
    },
}


NOT_FOR_STUDENTS = ("For graders only", "Rubric", "Sample A", "HIDDEN TESTS", "Grade cell: oracle")


def worth(school: Server, lab: str) -> dict[str, float]:
    """Return the points of each test of a lab."""
    cells = json.loads((school.root / "labs" / lab / f"{lab}.ipynb").read_text())["cells"]
    marks = [cell["metadata"]["nbgrader"] for cell in cells if "nbgrader" in cell["metadata"]]
    return {m["grade_id"]: m["points"] for m in marks if m["grade"] and not m["solution"]}


def earned(pupil: Pupil, tests: dict[str, float]) -> float:
    """Return the points that the tests owe a pupil."""
    if pupil.torn or not pupil.code:
        return 0.0
    lost = tuple(f"{answer.cell}-test" for answer in pupil.wrong)
    return sum(points for name, points in tests.items() if not name.startswith(lost or ("?",)))


def by_hand(pupil: Pupil) -> float:
    return 0.0 if pupil.torn else sum(text.points for text in pupil.texts.values())


def run(school: Server, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        words, env=environment(school.root), cwd=school.root, capture_output=True, text=True
    )


def nbgrader(school: Server, *words: str) -> None:
    done = run(school, sys.executable, "-m", "nbgrader", *words)
    assert done.returncode == 0, done.stderr


def grade_by_machine(school: Server, lab: str, pupils: list[Pupil]) -> str:
    """Hand in and run `safetylab grade`; return what it says."""
    config = school.root / "nbgrader_config.py"
    if PENALTY not in config.read_text():
        config.write_text(config.read_text() + PENALTY)
    school.safetylab("term", lab)
    nbgrader(school, "db", "assignment", "add", lab, "--duedate", DUE)
    for pupil in pupils:
        pupil.hand_in(school.root, lab)
    done = run(school, *SAFETYLAB, "grade", lab)
    assert done.returncode == 1, "one of them could not be graded"
    return done.stdout


def grade_by_hand(teacher: Teacher, lab: str, pupils: list[Pupil]) -> None:
    """Open every submission, read it, give points and comments by the rubric."""
    for pupil in pupils:
        teacher.manual_grading(lab)
        teacher.graded_by_hand(pupil.name)
        teacher.place.get_by_text("For graders only").first.wait_for()
        teacher.picture(f"h-{pupil.name}")
        if not pupil.torn:
            for name, text in pupil.texts.items():
                teacher.give(name, text.points, text.comment)
                teacher.picture(f"h-{pupil.name}-{name}")
            teacher.no_credit_for_the_rest()
    teacher.manual_grading(lab)
    teacher.row(pupils[0].name).wait_for()
    teacher.picture("h-after")


def gradebook(school: Server, lab: str) -> dict[str, Result]:
    with Course.open(school.root).gradebook() as book:
        return {one.student: one for one in results(book, lab)}


def read_feedback(school: Server, page: Page, lab: str, name: str) -> str:
    """Open a feedback page as its student does; return the text on it."""
    path = school.root / "grading/feedback" / name / lab / f"{lab}.html"
    page.route("file://**", lambda route: route.continue_())
    page.goto(path.as_uri(), wait_until="domcontentloaded")
    keep(page, SCREENSHOTS / f"h-feedback-{name}.png")
    assert page.evaluate("window.caught") is None
    return " ".join(page.locator("body").inner_text().split())


@pytest.mark.parametrize("lab", LABS)
def test_a_class_of_ten(school: Server, page: Page, lab: str) -> None:
    pupils, tests = ten(lab, GOOD[lab], WEAK[lab]), worth(school, lab)
    told = grade_by_machine(school, lab, pupils)
    assert "9 graded" in told
    assert "1 not graded" in told
    teacher = Teacher.at(page, school)
    teacher.row(lab).wait_for()
    grade_by_hand(teacher, lab, pupils)
    assert page.evaluate("window.caught") is None
    found = gradebook(school, lab)
    points = {one.name: earned(one, tests) + by_hand(one) for one in pupils}
    points["hana"] -= 1.5
    assert {name: one.score for name, one in found.items()} == points
    assert [name for name, one in found.items() if one.waiting] == ["finn"]
    teacher.place.get_by_role("link", name="Manage Assignments").click()
    teacher.submissions(lab, 10)
    teacher.press("cleo", "generate-feedback", "Successfully generated feedback")
    teacher.picture("h-submissions")
    nbgrader(school, "generate_feedback", lab)
    check_feedback(school, page, lab, pupils, points)


def check_feedback(
    school: Server, page: Page, lab: str, pupils: list[Pupil], points: dict[str, float]
) -> None:
    pages = {one.name: read_feedback(school, page, lab, one.name) for one in pupils}
    for name, text in pages.items():
        assert [secret for secret in NOT_FOR_STUDENTS if secret in text] == [], name
        assert f"Score: {points[name]:.1f} /" in text, name
    check_mistakes(pages, pupils)
    assert "Late submission penalty (Score: -1.5)" in pages["hana"]
    assert "could not be graded by machine" in pages["finn"]
    assert "a person has not decided on all of it yet" in pages["finn"]
    assert "No response." not in pages["finn"]
    assert "is not a notebook" in pages["finn"]
    assert "cells (" in pages["mallory"] or "was changed" in pages["mallory"]
    assert "was changed" not in pages["ada"]
    assert not list(Path(school.root / "grading/feedback/gita").rglob("*.svg"))


def check_mistakes(pages: dict[str, str], pupils: list[Pupil]) -> None:
    """A mistake is named next to the test and in the table on top; comments are shown."""
    for pupil in pupils:
        text = pages[pupil.name]
        for answer in pupil.wrong:
            assert text.count(f"/{answer.misconception}]") == 2, pupil.name
        if pupil.wrong:
            assert "A name in brackets is that of a mistake" in text
        for written in pupil.texts.values() if not pupil.torn else ():
            assert written.comment.replace("*", "") in text
    assert "A name in brackets" not in pages["ada"]
