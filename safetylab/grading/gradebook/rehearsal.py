"""Grade what the instructor wrote before anybody is graded, and compare both ways to do it.

An assignment in two processes must judge its solution and its untouched copy as one kernel does.
Where it does not, a test breaks the contract, and nobody is graded until a person has decided.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import safetylab
from safetylab.course.paths import CourseError
from safetylab.grading.bundle import Bundle
from safetylab.grading.gradebook import journal
from safetylab.grading.gradebook.nbcourse import Assignment, Course
from safetylab.grading.paper.notebook import read_notebook
from safetylab.grading.room.exam import Examined
from safetylab.grading.room.rooms import Limits, Task, run_task

SOLUTION, UNTOUCHED = "the instructor's own notebook", "an untouched copy"


@dataclass(frozen=True)
class Difference:
    """A test that judges one and the same notebook differently in two processes."""

    notebook: str
    cell: str
    whose: str
    apart: float | None
    together: float | None
    message: str = ""

    def __str__(self) -> str:
        apart, together = (_points(one) for one in (self.apart, self.together))
        why = f": {self.message}" if self.message else ""
        return (f"{self.notebook}/{self.cell}: {self.whose} gets {apart} in two processes and "
                f"{together} in one{why}")  # fmt: skip


@dataclass(frozen=True)
class Rehearsal:
    """What is wrong with an assignment: sentences, and the tests that break the contract."""

    warnings: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()


def rehearse(course: Course, assignment: Assignment, limits: Limits, both: bool) -> Rehearsal:
    """Grade solution and untouched copy; both ways if ``both``, else as students will be."""
    warnings: list[str] = []
    differences: list[Difference] = []
    for bundle in assignment.bundles:
        solution = _solution(course, assignment.name, bundle)
        if solution:
            warnings += _shortcomings(bundle, solution, limits)
        if both:
            papers = {SOLUTION: solution, UNTOUCHED: bundle.released}
            for whose, paper in papers.items():
                differences += _differences(bundle, whose, paper, limits) if paper else ()
    return Rehearsal(tuple(warnings), tuple(differences))


def rehearsed(course: Course, assignment: Assignment, limits: Limits, file: Path) -> Rehearsal:
    """Return the rehearsal of this very assignment, from ``file`` if it has been held before.

    What a person has accepted (`accept`) is no difference any more.
    """
    sha = f"{assignment.sha} {safetylab.__version__} {is_split(assignment)}"
    found = [line for line in journal.read(file) if line.get("rehearsed") == sha]
    if found:
        told = [Difference(**one) for one in found[-1]["differences"]]
        return Rehearsal(tuple(found[-1]["warnings"]), tuple(told))
    held = rehearse(course, assignment, limits, both=is_split(assignment))
    _write(file, sha, held)
    return held


def accept(assignment: Assignment, held: Rehearsal, file: Path) -> Rehearsal:
    """Write down that a person has decided to grade all the same."""
    sha = f"{assignment.sha} {safetylab.__version__} {is_split(assignment)}"
    accepted = Rehearsal((*held.warnings, *map(str, held.differences)))
    _write(file, sha, accepted)
    return accepted


def require_agreement(name: str, held: Rehearsal) -> None:
    """Raise `CourseError` with the tests that judge differently in two processes."""
    if held.differences:
        told = "\n".join(f"- {one}" for one in held.differences)
        raise CourseError(
            f"nothing of {name} was graded, for its rehearsal disagrees with one kernel:\n{told}\n"
            "mend these tests (safetylab/grading/README.md has the contract), grade in one process "
            "(without split=True), or decide that it is right: `safetylab grade --accept-rehearsal`"
        )


def is_split(assignment: Assignment) -> bool:
    """Whether any of its notebooks runs in two processes."""
    return any(bundle.apart for bundle in assignment.bundles)


def _write(file: Path, sha: str, held: Rehearsal) -> None:
    told = [asdict(one) for one in held.differences]
    journal.append(file, {"rehearsed": sha, "warnings": held.warnings, "differences": told})


def _solution(course: Course, assignment: str, bundle: Bundle) -> bytes | None:
    """The instructor's notebook, if it holds answers at all."""
    path = course.folder("source", ".", assignment) / f"{bundle.name}.ipynb"
    if not path.is_file():
        return None
    content = path.read_bytes()
    own, stubs = (
        {cell.name: cell.source for cell in read_notebook(one, bundle.name).cells if cell.solution}
        for one in (content, bundle.released)
    )
    return content if own != stubs else None


def _shortcomings(bundle: Bundle, solution: bytes, limits: Limits) -> Iterator[str]:
    """Say where the instructor's own answers do not get all points."""
    try:
        report = run_task(Task(solution, bundle, limits=limits, learn=True)).report
    except Exception as error:
        yield f"the instructor's {bundle.name}.ipynb could not be graded: {error}"
        return
    for row in report.rows:
        if row.points < row.max_points - row.written:
            cells = ", ".join(one.name for one in row.checks if one.points < one.max_points)
            yield (
                f"the instructor's own {bundle.name}.ipynb gets {row.points:g} of "
                f"{row.max_points - row.written:g} points in {row.exercise} ({cells}: "
                f"{row.message}): look at that test before you believe the points of others"
            )


def _differences(bundle: Bundle, whose: str, paper: bytes, limits: Limits) -> Iterator[Difference]:
    apart, together = (
        run_task(Task(paper, replace(bundle, asked=asked), limits=limits))
        for asked in (True, False)
    )
    messages = {one.name: one.evalue for one in apart.cells}
    scores, others = _scores(apart), _scores(together)
    for cell, score in scores.items():
        if score != others.get(cell):
            yield Difference(bundle.name, cell, whose, score, others.get(cell), messages[cell])


def _scores(examined: Examined) -> dict[str, float | None]:
    return {cell.name: cell.score for cell in examined.cells if cell.role == "TEST"}


def _points(score: float | None) -> str:
    return "no verdict" if score is None else f"{score:g} point{'' if score == 1 else 's'}"
