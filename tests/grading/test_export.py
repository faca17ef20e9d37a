"""Tables of grades, read back: no name is lost, and none is a formula."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbgrader.api import Gradebook

from safetylab.course.paths import CourseError
from safetylab.grading.gradebook.nbcourse import programs_on_path
from safetylab.grading.reports.export import (
    CanvasCsv,
    ExerciseCsv,
    MoodleCsv,
    guarded,
    number,
    plain,
)

NAMES = {
    "ann": ("Ann", "O'Hara, PhD", "ann@example.org"),
    "bob": ('Robert "Bob"', "Müller-Øst", "b@example.org"),
    "cyd": ('=HYPERLINK("http://x.test?"&A1)', "=1+1", "=cmd|' /C calc'!A0"),
    "dee": ("\N{FULLWIDTH EQUALS SIGN}1", "@SUM(1)", "+1-800"),
    "-eve": ("'=quoted", "two\nlines; and\ttab", ""),
    "李小龍": ("小龍", "李", "li@example.org"),
    "'-'": ("\t=1+1", "\r=1+1", ""),
}
FORMULA = tuple("=+-@\t\r\n\N{FULLWIDTH EQUALS SIGN}")


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gradebook]:
    """Seven odd names; ann has all points, bob a late half, cyd waits for a reader."""
    path = tmp_path_factory.mktemp("book") / "gradebook.db"
    with programs_on_path(), Gradebook(f"sqlite:///{path}") as book:
        for name in ("lab01_tiny", "ps1"):
            book.add_assignment(name)
            book.add_notebook(name, name)
        cells = {"ex1_2-b-test": 2, "ex1_10-c-test": 1, "ex1_2-b-test-more": 3, "oracle-a": 0}
        lab = ("lab01_tiny", "lab01_tiny")
        for cell, points in cells.items():
            book.add_grade_cell(cell, *lab, max_score=points, cell_type="code")
        book.add_grade_cell("double-works", "ps1", "ps1", max_score=4, cell_type="code")
        for student, (first, last, email) in NAMES.items():
            book.add_student(student, first_name=first, last_name=last, email=email)
        grade(book, "ann", {"ex1_2-b-test": 2, "ex1_10-c-test": 1, "ex1_2-b-test-more": 3})
        late = grade(book, "bob", {"ex1_2-b-test": 2, "ex1_10-c-test": 0, "ex1_2-b-test-more": 0})
        late.late_submission_penalty = 0.5
        for notebook in late.notebooks:
            notebook.late_submission_penalty = 0.5
        grade(book, "cyd", {"ex1_2-b-test": 2, "ex1_10-c-test": None, "ex1_2-b-test-more": 1 / 3})
        book.db.commit()
        yield book


def grade(book: Gradebook, student: str, points: dict[str, float | None]):
    submission = book.add_submission("lab01_tiny", student)
    for cell, score in {**points, "oracle-a": 0}.items():
        entry = book.find_grade(cell, "lab01_tiny", "lab01_tiny", student)
        entry.auto_score, entry.needs_manual_grade = score, score is None
    book.db.commit()
    return submission


def exported(plugin: type, book: Gradebook, folder: Path, **settings: object) -> list[list[str]]:
    path = folder / "table.csv"
    plugin(to=str(path), **settings).export(book)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert len({len(row) for row in rows}) == 1
    assert not [cell for row in rows for cell in row if cell.startswith(FORMULA)]
    return [[plain(cell) for cell in row] for row in rows]


def test_exercises_are_rows_in_their_order(book: Gradebook, tmp_path: Path) -> None:
    head, *rows = exported(ExerciseCsv, book, tmp_path)
    table = [dict(zip(head, row, strict=True)) for row in rows]
    assert [(row["student_id"], row["exercise"], row["points"], row["max_points"])
            for row in table] == [
        ("ann", "1.2", "5", "5"), ("ann", "1.10", "1", "1"),
        ("bob", "1.2", "2", "5"), ("bob", "1.10", "0", "1"),
        ("cyd", "1.2", "2.3333", "5"), ("cyd", "1.10", "0", "1"),
    ]  # fmt: skip
    assert [row["waiting_for_a_reader"] for row in table] == ["no"] * 5 + ["yes"]
    for row in table:
        assert (row["first_name"], row["last_name"], row["email"]) == NAMES[row["student_id"]]
    frame = pd.read_csv(tmp_path / "table.csv", dtype=str)
    assert list(frame.columns) == head
    assert frame["last_name"][0] == "O'Hara, PhD"


def test_canvas_finds_its_columns_and_every_student(book: Gradebook, tmp_path: Path) -> None:
    head, possible, *rows = exported(
        CanvasCsv, book, tmp_path, columns={"lab01_tiny": "Lab 01 (4711)"}
    )
    assert head == [
        "Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Lab 01 (4711)", "ps1",
    ]  # fmt: skip
    assert [cell.strip() for cell in possible] == ["Points Possible", "", "", "", "", "6", "4"]
    points = {row[3]: row[5] for row in rows}
    # A late penalty counts; who waits for a reader, or handed in nothing, has no zero.
    assert points == {**dict.fromkeys(NAMES, ""), "ann": "6", "bob": "1.5"}
    names = {row[3]: row[0] for row in rows}
    assert names == {student: f"{last}, {first}" for student, (first, last, _) in NAMES.items()}
    assert {row[6] for row in rows} == {""}


def test_canvas_ids_may_be_of_another_kind(book: Gradebook, tmp_path: Path) -> None:
    _, _, *rows = exported(CanvasCsv, book, tmp_path, id_column="SIS User ID", student=["ann"])
    assert [row[1:4] for row in rows] == [["", "ann", ""]]


def test_moodle_gets_numbers_under_its_own_names(book: Gradebook, tmp_path: Path) -> None:
    head, *rows = exported(MoodleCsv, book, tmp_path, assignment=["lab01_tiny"], unfinished=True)
    assert head == [
        "First name", "Surname", "Username", "Email address", "Assignment: lab01_tiny (Real)"
    ]  # fmt: skip
    table = {row[2]: (row[0], row[1], row[3]) for row in rows}
    assert table == NAMES
    points = {row[2]: row[4] for row in rows if row[4]}
    assert points == {"ann": "6", "bob": "1.5", "cyd": "2.3333"}


def test_an_unknown_assignment_is_refused_before_a_file_is_written(
    book: Gradebook, tmp_path: Path
) -> None:
    with pytest.raises(CourseError, match="ps9 is not in the gradebook"):
        exported(MoodleCsv, book, tmp_path, assignment=["ps9"])
    assert not list(tmp_path.iterdir())


@given(st.text())
def test_guarding_can_be_undone_and_leaves_no_formula(text: str) -> None:
    assert plain(guarded(text)) == text
    assert not guarded(text).startswith(FORMULA)
    assert not guarded(text).lstrip(" ").startswith(FORMULA)


def test_numbers_have_no_more_digits_than_they_need() -> None:
    assert [number(value) for value in (0.0, 1.0, 10.0, 2.5, 1 / 3, 12345.678)] == [
        "0", "1", "10", "2.5", "0.3333", "12345.678",
    ]  # fmt: skip


@pytest.mark.slow
def test_the_command_takes_the_plugin_by_its_name(book: Gradebook, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", "export", "--db", str(book.engine.url),
         "--exporter=safetylab.grading.reports.export.CanvasCsv", "--to", "here.csv",
         "--assignment", "['lab01_tiny']", "--CanvasCsv.unfinished=True"],
        cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "2.3333" in (tmp_path / "here.csv").read_text(encoding="utf-8-sig")
