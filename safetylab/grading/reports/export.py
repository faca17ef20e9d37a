"""Tables of grades, as plugins of `nbgrader export`: for people, for Canvas and for Moodle.

    nbgrader export --exporter=safetylab.grading.reports.export.CanvasCsv --to grading/canvas.csv

Names come from outside. A spreadsheet takes a text that begins with ``=`` for a formula and runs
it, so such a text gets an apostrophe in front, which `plain` takes away again.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.plugins import ExportPlugin
from traitlets import Bool, Dict, Enum
from traitlets.config import Config

from safetylab.course.paths import CourseError
from safetylab.grading.bundle import declared_variants
from safetylab.grading.gradebook.nbcourse import Course
from safetylab.grading.gradebook.outputs import kept
from safetylab.grading.reports.results import Person, Result, people, results

_SIGNS = (
    r"=+\-@\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}\N{FULLWIDTH HYPHEN-MINUS}"
    r"\N{FULLWIDTH COMMERCIAL AT}"
)
_FORMULA = re.compile(rf"'*(?:[\s\x00-\x1f]*[{_SIGNS}]|[\t\r\n\x00])")


def guarded(text: str) -> str:
    """Return ``text`` as a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def plain(cell: str) -> str:
    """Return the text of which `guarded` made ``cell``."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def number(value: float) -> str:
    """Return points with at most four digits after the point."""
    return f"{value:.4f}".rstrip("0").rstrip(".")


class _Table(ExportPlugin):  # type: ignore[misc]
    """Writes rows of texts; the first is the head."""

    file = "grades.csv"

    def export(self, gradebook: Gradebook) -> None:
        """Write the table to ``to``."""
        target = Path(self.to or self.file)
        rows = list(self.rows(gradebook))
        # Spreadsheets read UTF-8 only with the mark in front; Canvas and Moodle skip it.
        with target.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows([guarded(cell) for cell in row] for row in rows)
        self.log.info("Exported to %s", target)

    def rows(self, gradebook: Gradebook) -> Iterator[list[str]]:
        raise NotImplementedError

    def chosen_people(self, gradebook: Gradebook) -> list[Person]:
        wanted = set(map(str, self.student))
        return [one for one in people(gradebook) if not wanted or one.id in wanted]

    def chosen_results(self, gradebook: Gradebook) -> dict[str, list[Result]]:
        """The submissions to each assignment that is wanted."""
        known = sorted(entry.name for entry in gradebook.assignments)
        names = list(map(str, self.assignment)) or known
        return {name: results(gradebook, name) for name in names}


class ExerciseCsv(_Table):
    """A row for each student, assignment and exercise; with the variant, if there are any."""

    file = "exercises.csv"

    def rows(self, gradebook: Gradebook) -> Iterator[list[str]]:
        """Yield the head, then a row for each exercise that was handed in."""
        yield [
            "assignment", "notebook", "student_id", "last_name", "first_name", "email",
            "exercise", "points", "max_points", "waiting_for_a_reader", "variant",
        ]  # fmt: skip
        persons = {one.id: one for one in self.chosen_people(gradebook)}
        variant = cache(partial(_variant, getattr(self.parent, "coursedir", None)))
        for name, handed_in in self.chosen_results(gradebook).items():
            for result in handed_in:
                if person := persons.get(result.student):
                    who = [person.id, person.last_name, person.first_name, person.email]
                    for mark in result.marks:
                        points = [number(mark.points), number(mark.max_points)]
                        drawn = variant(name, mark.notebook, person.id)
                        yield [name, mark.notebook, *who, mark.exercise, *points,
                               "yes" if mark.waiting else "no", drawn]  # fmt: skip


def _variant(
    directory: CourseDirectory | None, assignment: str, notebook: str, student: str
) -> str:
    """What a notebook was graded as; nothing where that has no variants, or no course is known."""
    if directory is None:
        return ""
    course, name = Course(directory, Config()), f"{notebook}.ipynb"
    if not _is_varied(course.folder("release", ".", assignment) / name):
        return ""
    return str(kept(course.folder("autograded", student, assignment) / name).get("variant", ""))


@lru_cache
def _is_varied(released: Path) -> bool:
    try:
        return declared_variants(released.read_bytes()) is not None
    except (OSError, CourseError):
        return False


class _Gradebook(_Table):
    """A row for each student, a column for each assignment."""

    unfinished = Bool(
        False,
        help="Export points of submissions that wait for a reader, too; else their cell is empty.",
    ).tag(config=True)

    columns = Dict({}, help="Assignment id -> what the column is called in the other system.").tag(
        config=True
    )

    def table(
        self, gradebook: Gradebook, who: Callable[[Person], list[str]]
    ) -> tuple[list[str], list[list[str]]]:
        """Return the assignments, and for each student who they are and their points.

        An empty cell leaves what the other system has.
        """
        points: dict[str, dict[str, str]] = {}
        for name, handed_in in self.chosen_results(gradebook).items():
            told = [result for result in handed_in if self.unfinished or not result.waiting]
            points[name] = {result.student: number(result.score) for result in told}
            if left := len(handed_in) - len(told):
                self.log.warning(
                    "%s: %d submission(s) wait for a reader and are left empty; grade them in the "
                    "formgrader, or say --%s.unfinished=True", name, left, type(self).__name__
                )  # fmt: skip
        rows = [
            [*who(person), *(points[name].get(person.id, "") for name in points)]
            for person in self.chosen_people(gradebook)
        ]
        return list(points), rows


class CanvasCsv(_Gradebook):
    """For "Import" in the gradebook of Canvas.

    An assignment that is there already is found by its name with its number, for example
    ``c.CanvasCsv.columns = {"lab01_evasion": "Lab 01 (4711)"}``.
    """

    file = "canvas.csv"

    id_column = Enum(
        ["SIS Login ID", "SIS User ID", "ID"], "SIS Login ID",
        help="Which of Canvas's ids nbgrader's student ids are.",
    ).tag(config=True)  # fmt: skip

    def rows(self, gradebook: Gradebook) -> Iterator[list[str]]:
        """Yield the head, Canvas's row of possible points, and a row for each student."""
        names, rows = self.table(gradebook, self._who)
        worth = {entry.name: float(entry.max_score) for entry in gradebook.assignments}
        head = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
        yield [*head, *(str(self.columns.get(name, name)) for name in names)]
        yield ["    Points Possible", *[""] * 4, *(number(worth[name]) for name in names)]
        yield from rows

    def _who(self, person: Person) -> list[str]:
        parts = [part for part in (person.last_name, person.first_name) if part]
        ids: dict[Any, str] = {"ID": person.lms_id, self.id_column: person.id}
        names = ("ID", "SIS User ID", "SIS Login ID")
        return [", ".join(parts) or person.id, *(ids.get(name, "") for name in names), ""]


class MoodleCsv(_Gradebook):
    """For "Import > CSV file" in the gradebook of Moodle, which asks what each column is."""

    file = "moodle.csv"

    id_column = Enum(
        ["Username", "ID number"], "Username",
        help="Which of Moodle's ids nbgrader's student ids are.",
    ).tag(config=True)  # fmt: skip

    def rows(self, gradebook: Gradebook) -> Iterator[list[str]]:
        """Yield the head and a row for each student."""
        names, rows = self.table(gradebook, self._who)
        head = ["First name", "Surname", self.id_column, "Email address"]
        items = (str(self.columns.get(name, f"Assignment: {name}")) for name in names)
        yield [*head, *(f"{item} (Real)" for item in items)]
        yield from rows

    def _who(self, person: Person) -> list[str]:
        return [person.first_name, person.last_name, person.id, person.email]
