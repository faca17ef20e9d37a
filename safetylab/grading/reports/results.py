"""What a gradebook knows of an assignment: who handed it in, and the points of each exercise."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from nbgrader.api import (
    BaseCell,
    Gradebook,
    MissingEntry,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.api import Grade as Entry
from nbgrader.api import Notebook as Sheet

from safetylab.course.paths import CourseError
from safetylab.grading.paper.rebuild import exercise_of


@dataclass(frozen=True)
class Person:
    """A student, as the gradebook has them; what it does not know is empty."""

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_id: str = ""


@dataclass(frozen=True)
class Mark:
    """The points of an exercise; ``waiting`` says that a person has not given all of them yet."""

    notebook: str
    exercise: str
    points: float
    max_points: float
    waiting: bool = False


@dataclass(frozen=True)
class Result:
    """A submission: its marks in the order of the exercises, and what lateness costs."""

    student: str
    marks: tuple[Mark, ...]
    penalty: float = 0.0

    @property
    def score(self) -> float:
        """The points that count."""
        return max(0.0, sum(mark.points for mark in self.marks) - self.penalty)

    @property
    def waiting(self) -> bool:
        """Whether a person has not given all points yet."""
        return any(mark.waiting for mark in self.marks)


def people(book: Gradebook) -> list[Person]:
    """Return all students, by id."""
    found = book.db.query(Student).order_by(Student.id)
    return [Person(*(str(value or "") for value in (
        one.id, one.first_name, one.last_name, one.email, one.lms_user_id
    ))) for one in found]  # fmt: skip


def results(book: Gradebook, assignment: str) -> list[Result]:
    """Return the graded submissions to an assignment, by student, with few queries.

    Raises:
        CourseError: the gradebook does not know the assignment.
    """
    try:
        entry = book.find_assignment(assignment)
    except MissingEntry:
        raise CourseError(f"{assignment} is not in the gradebook") from None
    graded = (cell for sheet in entry.notebooks for cell in (*sheet.grade_cells, *sheet.task_cells))
    worth = {cell.id: float(cell.max_score) for cell in graded}
    marks = _marks(book, entry.id, worth)
    handed_in = book.db.query(SubmittedAssignment).filter_by(assignment_id=entry.id)
    found = [
        Result(one.student_id, tuple(marks[one.student_id]),
               float(one.late_submission_penalty or 0.0))
        for one in handed_in
    ]  # fmt: skip
    return sorted(found, key=lambda one: one.student)


def _marks(
    book: Gradebook, assignment: str, worth: dict[str, float]
) -> defaultdict[str, list[Mark]]:
    """Return one mark for each exercise, by student.

    What gives no points, an oracle for one, is left out.
    """
    query = (
        book.db.query(
            SubmittedAssignment.student_id, Sheet.name, BaseCell.name, Entry.cell_id,
            Entry.score, Entry.needs_manual_grade,
        )
        .select_from(Entry)
        .join(SubmittedNotebook, Entry.notebook_id == SubmittedNotebook.id)
        .join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(BaseCell, Entry.cell_id == BaseCell.id)
        .join(Sheet, SubmittedNotebook.notebook_id == Sheet.id)
        .filter(SubmittedAssignment.assignment_id == assignment)
    )  # fmt: skip
    sums: dict[tuple[str, str, str], Mark] = {}
    for student, sheet, cell, cell_id, score, by_hand in query:
        exercise = exercise_of(cell) or cell
        one = sums.get((student, sheet, exercise), Mark(sheet, exercise, 0.0, 0.0))
        points, most = one.points + float(score or 0.0), one.max_points + worth.get(cell_id, 0.0)
        sums[student, sheet, exercise] = Mark(
            sheet, exercise, points, most, one.waiting or bool(by_hand)
        )
    found = defaultdict[str, list[Mark]](list)
    for (student, *_), mark in sorted(sums.items(), key=lambda item: _natural(item[0][1:])):
        if mark.max_points > 0:
            found[student].append(mark)
    return found


def _natural(names: Iterable[str]) -> list[tuple[int, str]]:
    """1.10 comes after 1.9."""
    parts = re.findall(r"\d+|\D+", "\n".join(names))
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]
