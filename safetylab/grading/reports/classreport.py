"""How a class did in an assignment: exercise by exercise, and who is stuck where.

Points are the gradebook's, so what a person gave counts. Why points were lost is what the exam
wrote into the graded notebooks; for a notebook that the exam room did not grade it is unknown.
"""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from safetylab.course.paths import CourseError
from safetylab.grading.gradebook.nbcourse import Course
from safetylab.grading.gradebook.outputs import kept
from safetylab.grading.paper.rebuild import exercise_of
from safetylab.grading.report import Row, Status
from safetylab.grading.reports.results import Mark, Result, results

ENOUGH = 5
MESSAGES = 3
STUCK = (Status.PARTLY, Status.WRONG, Status.LOOK)


@dataclass(frozen=True)
class Standing:
    """Where a student stands in an exercise; ``seconds`` is what its cells took to run.

    ``misconceptions`` tells for each mistake what the student was told of it.
    """

    points: float
    status: Status
    misconceptions: Mapping[str, str] = field(default_factory=dict)
    message: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Misconception:
    """A mistake: how many students made it, and what one of them was told."""

    name: str
    count: int
    message: str


@dataclass(frozen=True)
class Student:
    """A student's standings by exercise, the points in all, and the variant, if there is one."""

    id: str
    score: float
    standings: Mapping[str, Standing]
    variant: str = ""

    def stuck(self) -> list[str]:
        """Return the exercises that were begun and are not right."""
        return [name for name, one in self.standings.items() if one.status in STUCK]


@dataclass(frozen=True)
class Exercise:
    """An exercise in a class.

    Attributes:
        name: its number, or the name of a test.
        title: what its heading says.
        max_points: what it is worth.
        counts: how many students stand how.
        misconceptions: the most frequent first.
        seconds: the median of what its cells took to run; None if nobody knows.
        discrimination: the correlation, in [-1, 1], between its points and the points in all other
            exercises; None for fewer than `ENOUGH` students, or if everybody has the same.
    """

    name: str
    title: str
    max_points: float
    counts: Mapping[Status, int]
    misconceptions: tuple[Misconception, ...] = ()
    seconds: float | None = None
    discrimination: float | None = None

    @property
    def judged(self) -> int:
        """How many students' answers wait for nobody."""
        return sum(self.counts.values()) - self.counts.get(Status.WAITING, 0)

    @property
    def share_right(self) -> float | None:
        """The share of the judged who have all points, in [0, 1]."""
        waits = self.counts.get(Status.WAITING, 0)
        if waits and self.judged == self.counts.get(Status.NOT_STARTED, 0):
            return None  # who has begun waits for a reader
        return self.counts.get(Status.RIGHT, 0) / self.judged if self.judged else None


@dataclass(frozen=True)
class ClassReport:
    """A class in an assignment; ``unknown`` are students whose mistakes nobody wrote down."""

    assignment: str
    exercises: tuple[Exercise, ...]
    students: tuple[Student, ...]
    unknown: tuple[str, ...] = ()

    @property
    def max_score(self) -> float:
        """The points that there are."""
        return sum(one.max_points for one in self.exercises)

    def stuck(self, exercise: str) -> list[str]:
        """Return the students who are stuck in an exercise."""
        return [one.id for one in self.students if exercise in one.stuck()]


@dataclass
class _Sheet:
    """What the exam wrote into one graded notebook: rows and seconds by exercise, the variant."""

    rows: dict[str, Row]
    seconds: dict[str, float]
    variant: str


def class_report(course: Course, assignment: str) -> ClassReport:
    """Read the gradebook and the graded notebooks of an assignment.

    Raises:
        CourseError: nobody has been graded, or the assignment is not known.
    """
    with course.gradebook() as book:
        graded = [result for result in results(book, assignment) if result.marks]
    if not graded:
        raise CourseError(
            f"no submission of {assignment} has been graded: run `safetylab grade {assignment}`"
        )
    students, unknown = [], []
    titles: dict[str, str] = {}
    for result in graded:
        folder = course.folder("autograded", result.student, assignment)
        names = dict.fromkeys(mark.notebook for mark in result.marks)
        sheets = {name: _sheet(folder / f"{name}.ipynb") for name in names}
        if not any(sheet.rows for sheet in sheets.values()):
            unknown.append(result.student)
        titles |= {row.exercise: row.title for one in sheets.values() for row in one.rows.values()}
        students.append(_student(result, sheets))
    worth = {mark.exercise: mark.max_points for result in graded for mark in result.marks}
    exercises = [_exercise(name, titles.get(name, ""), worth[name], students) for name in worth]
    return ClassReport(assignment, tuple(exercises), tuple(students), tuple(unknown))


def _sheet(path: Path) -> _Sheet:
    found = kept(path)
    sheet = _Sheet({row.exercise: row for row in found["rows"]}, {}, str(found.get("variant", "")))
    for cell, spent in found["seconds"].items():
        exercise = exercise_of(cell) or cell
        sheet.seconds[exercise] = sheet.seconds.get(exercise, 0.0) + spent
    return sheet


def _student(result: Result, sheets: Mapping[str, _Sheet]) -> Student:
    standings = {mark.exercise: _standing(mark, sheets[mark.notebook]) for mark in result.marks}
    variants = ", ".join(sheet.variant for sheet in sheets.values() if sheet.variant)
    return Student(result.student, result.score, standings, variants)


def _standing(mark: Mark, sheet: _Sheet) -> Standing:
    row = sheet.rows.get(mark.exercise)
    seconds = sheet.seconds.get(mark.exercise, 0.0)
    status = _status(mark, row)
    if row is None or status not in STUCK:
        return Standing(mark.points, status, seconds=seconds)
    told: dict[str, str] = {}
    for check in row.checks:
        if check.message and check.misconception:
            told.setdefault(check.misconception, check.message)
    return Standing(mark.points, status, told, row.message, seconds)


def _status(mark: Mark, row: Row | None) -> Status:
    """A person's points come before what the exam said."""
    if mark.points >= mark.max_points:
        return Status.RIGHT
    said = row.status if row else Status.WRONG
    if said is Status.NOT_STARTED and not mark.points:
        return said
    if mark.waiting and said in (Status.RIGHT, Status.WAITING, Status.LOOK):
        return Status.LOOK if said is Status.LOOK else Status.WAITING
    return Status.PARTLY if mark.points else Status.WRONG


def _exercise(name: str, title: str, worth: float, students: Sequence[Student]) -> Exercise:
    there = [one for one in students if name in one.standings]
    standings = [one.standings[name] for one in there]
    spent = [one.seconds for one in standings if one.seconds]
    return Exercise(
        name, title, worth,
        counts=Counter(one.status for one in standings),
        misconceptions=tuple(_misconceptions(standings)),
        seconds=statistics.median(spent) if spent else None,
        discrimination=_discrimination(name, there),
    )  # fmt: skip


def _misconceptions(standings: Sequence[Standing]) -> Iterator[Misconception]:
    counts = Counter(name for one in standings for name in one.misconceptions)
    told = {name: text for one in standings for name, text in one.misconceptions.items()}
    for name, count in counts.most_common():
        yield Misconception(name, count, told[name])
    others = [one for one in standings if one.status in STUCK and not one.misconceptions]
    most = Counter(one.message for one in others).most_common(MESSAGES)
    yield from (Misconception("", count, message) for message, count in most)
    if rest := len(others) - sum(count for _, count in most):
        yield Misconception("", rest, "other messages")


def _discrimination(name: str, students: Sequence[Student]) -> float | None:
    """Pearson's correlation of an item with the rest of the test."""
    if len(students) < ENOUGH:
        return None
    own = [one.standings[name].points for one in students]
    # of the exercises, before a late penalty
    whole = [sum(standing.points for standing in one.standings.values()) for one in students]
    rest = [points - mine for points, mine in zip(whole, own, strict=True)]
    if len(set(own)) == 1 or len(set(rest)) == 1:
        return None
    value = statistics.correlation(own, rest)
    return value if math.isfinite(value) else None
