"""The report of a class: numbers by hand, and a page in which nothing of a student's can run."""

from __future__ import annotations

import io
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from grading import nbcourse as nc
from rich.console import Console
from typer.testing import CliRunner

from safetylab.course import cli
from safetylab.course.paths import CourseError
from safetylab.grading.gradebook.batch import grade_assignment
from safetylab.grading.gradebook.nbcourse import Course
from safetylab.grading.report import Check, Row, Status
from safetylab.grading.reports import classreport
from safetylab.grading.reports.classpage import class_page, print_class, shown
from safetylab.grading.reports.classreport import (
    ClassReport,
    Exercise,
    Standing,
    Student,
    class_report,
)
from safetylab.grading.reports.results import Mark

EVIL = "<img src=x onerror=alert(1)>\"'</title><script>alert(2)</script>"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six graded submissions; fay's is untouched, eve's raises what could run in a page."""
    course = nc.make_course(tmp_path_factory.mktemp("course"))
    raises = {**nc.RIGHT, "double": f"def double(x):\n    raise ValueError({EVIL!r})"}
    answers = {"ann": nc.RIGHT, "bob": nc.HALF, "cyd": nc.WRONG, "dee": nc.WRONG, "eve": raises,
               "fay": {}}  # fmt: skip
    for student, typed in answers.items():
        nc.hand_in(course, student, nc.answered(course, typed))
    assert grade_assignment(Course.open(course), nc.NAME).complete
    return course


@pytest.fixture(scope="module")
def report(root: Path) -> ClassReport:
    return class_report(Course.open(root), nc.NAME)


def one(report: ClassReport, name: str) -> Exercise:
    return next(exercise for exercise in report.exercises if exercise.name == name)


@pytest.mark.slow
def test_shares_statuses_and_reasons(report: ClassReport) -> None:
    works = one(report, "double-works")
    assert works.counts == {Status.RIGHT: 1, Status.WRONG: 4, Status.NOT_STARTED: 1}
    assert works.share_right == 1 / 6
    assert works.seconds is not None
    assert works.seconds > 0
    assert sum(each.count for each in works.misconceptions) == 4
    assert report.stuck("double-works") == ["bob", "cyd", "dee", "eve"]
    assert one(report, "why").counts[Status.WAITING] == 5
    assert one(report, "double-parts").counts[Status.PARTLY] >= 1
    assert not report.unknown
    works_points = np.array([3, 0, 0, 0, 0, 0])
    parts = [student.standings["double-parts"].points for student in report.students]
    expected = np.corrcoef(works_points, parts)[0, 1]
    assert works.discrimination == pytest.approx(expected)


@pytest.mark.slow
def test_points_of_a_person_count(root: Path) -> None:
    with Course.open(root).gradebook() as book:
        entry = book.find_grade("why", nc.NAME, nc.NAME, "ann")
        entry.manual_score, entry.needs_manual_grade = 4.0, False
        book.db.commit()
    why = one(class_report(Course.open(root), nc.NAME), "why")
    assert why.counts[Status.RIGHT] == 1
    assert why.share_right == 1 / why.judged
    with Course.open(root).gradebook() as book:
        entry = book.find_grade("why", nc.NAME, nc.NAME, "ann")
        entry.manual_score, entry.needs_manual_grade = None, True
        book.db.commit()


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def harmless(page: str) -> None:
    """Nothing but the template's own elements, none of which acts or asks for anything."""
    tags = Tags()
    tags.feed(page)
    known = {
        "html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "span", "i", "figure",
        "figcaption", "svg", "rect", "text", "line", "div", "table", "thead", "tbody", "tr", "th",
        "td", "ul", "li", "code", "bdi",
    }  # fmt: skip
    for tag, attributes in tags.found:
        assert tag in known, tag
        assert not [name for name in attributes if name.startswith("on")]
        assert not attributes.keys() & {"href", "src", "action", "srcdoc", "xlink:href"}
    assert "default-src 'none'" in page
    assert "<script" not in page


@pytest.mark.slow
def test_the_page_shows_it_and_runs_nothing(report: ClassReport) -> None:
    page = class_page(report)
    harmless(page)
    assert "onerror" not in page, "eve's own words, which could be a hidden test's"
    assert "17%" in page


@pytest.mark.slow
def test_the_command_prints_a_table_and_writes_the_page(root: Path, tmp_path: Path) -> None:
    said = CliRunner().invoke(cli.app, ["report", nc.NAME, "--course", str(root)])
    assert said.exit_code == 0, said.output
    assert "stuck in double-works: bob, cyd, dee, eve" in said.stdout
    page = root / "reports" / f"{nc.NAME}.html"
    assert str(page) in said.stdout.replace("\n", "")
    harmless(page.read_text(encoding="utf-8"))
    nobody = CliRunner().invoke(cli.app, ["report", "ps9", "--course", str(root)])
    assert nobody.exit_code == 2
    assert "ps9 is not in the gradebook" in nobody.stderr


@pytest.mark.slow
def test_a_notebook_of_stock_nbgraders_has_points_but_no_reasons(root: Path) -> None:
    path = root / "autograded/bob" / nc.NAME / f"{nc.NAME}.ipynb"
    before = path.read_text()
    for text in ('{"cells": [{"id": "graded", "metadata": {"safetylab": {"report": {"rows": [1]},'
                 ' "seconds": []}}}]}', '{"cells": []}', "no json"):  # fmt: skip
        path.chmod(0o644)
        path.write_text(text)
        found = class_report(Course.open(root), nc.NAME)
        assert found.unknown == ("bob",)
        assert "bob" in found.stuck("double-works")
    path.write_text(before)


@pytest.mark.slow
def test_an_assignment_that_nobody_was_graded_in(tmp_path: Path) -> None:
    root = nc.make_course(tmp_path / "course")
    with pytest.raises(CourseError, match="run `safetylab grade ps1`"):
        class_report(Course.open(root), nc.NAME)


def made(points: dict[str, list[float]], names: list[str] | None = None) -> ClassReport:
    """A report of students with these points, 2 being all."""
    width = len(next(iter(points.values())))
    students = tuple(
        Student(student, sum(values), {
            f"1.{n}": Standing(value, Status.RIGHT if value == 2 else Status.WRONG,
                               {} if value == 2 else {"no-sign": EVIL}, EVIL)
            for n, value in enumerate(values)})
        for student, values in points.items()
    )  # fmt: skip
    exercises = tuple(
        classreport._exercise(f"1.{n}", names[n] if names else "", 2, students)
        for n in range(width)
    )
    return ClassReport("lab01_tiny", exercises, students)


def test_discrimination_is_numpys_correlation_with_the_rest() -> None:
    rng = np.random.default_rng(3)
    table = rng.integers(0, 3, size=(12, 4)).astype(float)
    report = made({f"s{n}": list(row) for n, row in enumerate(table)})
    for n, exercise in enumerate(report.exercises):
        rest = np.delete(table, n, 1).sum(1)
        assert exercise.discrimination == pytest.approx(np.corrcoef(table[:, n], rest)[0, 1])
    few = made({f"s{n}": list(row) for n, row in enumerate(table[:4])})
    assert {exercise.discrimination for exercise in few.exercises} == {None}
    same = made({f"s{n}": [2.0, float(n % 3)] for n in range(6)})
    assert {exercise.discrimination for exercise in same.exercises} == {None}


def test_nothing_of_a_students_can_run_anywhere() -> None:
    report = made({EVIL: [0, 1], "\x1b[31mred\u202e": [1, 2], "=1+1": [2, 2]}, [EVIL, "b"])
    harmless(class_page(report))
    assert "onerror=alert(1)&gt;" in class_page(report)
    page = io.StringIO()
    print_class(report, Console(file=page, width=200, force_terminal=False))
    assert "\x1b" not in page.getvalue()
    assert shown("\x1b[31m\u202e") == "\N{REPLACEMENT CHARACTER}[31m\N{REPLACEMENT CHARACTER}"
    assert "no-sign 2" in page.getvalue()


@pytest.mark.parametrize(
    ("points", "waiting", "said", "status"),
    [
        (2, False, Status.WRONG, Status.RIGHT),  # a person gave all points
        (1, False, Status.WRONG, Status.PARTLY),
        (0, False, Status.RIGHT, Status.WRONG),  # a person took them
        (0, False, Status.NOT_STARTED, Status.NOT_STARTED),
        (1, False, Status.NOT_STARTED, Status.PARTLY),
        (0, True, Status.WAITING, Status.WAITING),
        (1, True, Status.RIGHT, Status.WAITING),  # the tests are right, words wait
        (0, True, Status.WRONG, Status.WRONG),
        (0, True, Status.LOOK, Status.LOOK),
    ],
)
def test_a_persons_points_come_first(
    points: float, waiting: bool, said: Status, status: Status
) -> None:
    row = Row("1.1", "", 0, 2, said, "m", "id", checks=(Check("a", 0, 2, "m", "id"),))
    mark: Any = Mark("n", "1.1", points, 2, waiting)
    assert classreport._status(mark, row) is status


def test_each_mistake_of_an_exercise_is_told_in_its_own_words() -> None:
    checks = (Check("a", 0, 1, "too steep", "no-sign"), Check("b", 0, 1, "too long", "no-norm"),
              Check("c", 0, 1, "still too steep", "no-sign"))  # fmt: skip
    row = Row("1.1", "", 0, 3, Status.WRONG, "too steep", "no-sign", checks=checks)
    standing = classreport._standing(
        Mark("n", "1.1", 0, 3), classreport._Sheet({"1.1": row}, {}, "")
    )
    told = list(classreport._misconceptions([standing, standing]))
    assert [(one.name, one.count, one.message) for one in told] == [
        ("no-sign", 2, "too steep"), ("no-norm", 2, "too long"),
    ]  # fmt: skip
