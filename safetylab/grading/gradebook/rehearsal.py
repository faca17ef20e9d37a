"""Grade what the instructor wrote before anybody is graded, and compare both ways to do it.

An assignment in two processes must judge its solution and its untouched copy as one kernel does.
Where it does not, a test breaks the contract, and nobody is graded until a person has decided.
Of a lab with variants both are graded on several of them: one gets all points, the other none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

import psutil

import safetylab
from safetylab.course.paths import CourseError
from safetylab.grading.bundle import Bundle
from safetylab.grading.gradebook import journal
from safetylab.grading.gradebook.nbcourse import Assignment, Course, own_folder
from safetylab.grading.gradebook.variants import WITHDRAWN
from safetylab.grading.paper.notebook import read_notebook
from safetylab.grading.paper.rebuild import Role
from safetylab.grading.paper.variant import Assigned
from safetylab.grading.report import Row
from safetylab.grading.room.exam import Examined
from safetylab.grading.room.rooms import Limits, Task, run_task

MEND = (
    "mend these tests (safetylab/grading/README.md has the contract), grade in one process "
    "(without split=True), or decide that it is right: `safetylab grade --accept-rehearsal`"
)
NOT_SPLIT = "this assignment is graded in one process: what two would give decides no points"
SOLUTION, UNTOUCHED = "the instructor's own notebook", "an untouched copy"
AT_GRADING, ON_DEMAND = 3, 20
"""Variants that the solution is graded on before a class is, and by `safetylab rehearse`."""


@dataclass(frozen=True)
class Trial:
    """One variant: points of tests, and the solution's seconds, of the clock if not ``cpu``.

    ``blank`` is what the untouched copy gets; None where it could not be graded.
    """

    notebook: str
    variant: int
    points: float
    max_points: float
    seconds: float
    cpu: bool = True
    blank: float | None = None

    def __str__(self) -> str:
        untouched = "not graded" if self.blank is None else f"{self.blank:g}"
        seconds = f"{self.seconds:.1f} {'CPU ' if self.cpu else ''}s"
        return (f"{self.notebook}, variant {self.variant}: {self.points:g} of {self.max_points:g} "
                f"points, untouched {untouched}; {seconds}")  # fmt: skip


@dataclass(frozen=True)
class Rehearsal:
    """What is wrong with an assignment, in sentences.

    ``differences`` are the tests that judge one and the same notebook differently in two processes;
    ``trials`` are what the solution got on variants, if there are any.
    """

    warnings: tuple[str, ...] = ()
    differences: tuple[str, ...] = ()
    trials: tuple[Trial, ...] = ()


OnTrial = Callable[[Trial], object]


def rehearse(
    course: Course,
    assignment: Assignment,
    limits: Limits,
    both: bool,
    *,
    variants: int = AT_GRADING,
    on_trial: OnTrial = lambda trial: None,
) -> Rehearsal:
    """Grade solution and untouched copy; both ways if ``both``, else as students will be.

    Where there are variants, both are graded on as many as ``variants`` says. ``on_trial`` is
    called with each when it is done.
    """
    warnings: list[str] = []
    differences: list[str] = []
    trials: list[Trial] = []
    for bundle in assignment.bundles:
        solution = _solution(course, assignment.name, bundle)
        chosen = _chosen(assignment, bundle, variants)
        papers = {SOLUTION: solution, UNTOUCHED: bundle.released}
        tasks = {whose: Task(paper, bundle, limits=limits, assigned=chosen[0])
                 for whose, paper in papers.items() if paper}  # fmt: skip
        for place, variant in enumerate(chosen if solution else ()):
            task = replace(tasks[SOLUTION], assigned=variant, learn=not place)
            told, trial = _tried(assignment.name, task)
            warnings += told
            if trial:
                told, blank = _given_away(replace(tasks[UNTOUCHED], assigned=variant))
                warnings += told
                trials.append(trial := replace(trial, blank=blank))
                on_trial(trial)
        for whose, task in tasks.items() if both else ():
            differences += _differences(whose, task)
    return Rehearsal(tuple(warnings), tuple(differences), tuple(trials))


def _chosen(assignment: Assignment, bundle: Bundle, many: int) -> list[Assigned | None]:
    """The variants to grade the instructor's notebooks on; one that is none if there are none."""
    if not (assignment.allotment and bundle.variants):
        return [None]
    numbers = assignment.allotment.spread(bundle.variants.count, many)
    return [Assigned(number, "the instructor", everywhere=True) for number in numbers]


def _tried(assignment: str, task: Task) -> tuple[list[str], Trial | None]:
    """Grade the solution: sentences about points that it does not get, and what it got."""
    before, name = cpu_below(), f"{task.bundle.name}.ipynb"
    on = f" on variant {task.assigned.number}" if task.assigned else ""
    try:
        examined = run_task(task)
    except Exception as error:
        return [f"the instructor's {name} could not be graded{on}: {error}"], None
    told = [_shortcoming(name, row, on) for row in examined.report.rows
            if row.points < row.max_points - row.written]  # fmt: skip
    if not task.assigned:
        return told, None
    trial = _trial(task.bundle.name, task.assigned.number, examined, before)
    if told:
        told.append(
            f"mend the lab, or withdraw variant {trial.variant}: a line "
            f"{assignment},{trial.variant} in {WITHDRAWN} beside the gradebook (its first line is "
            "assignment,variant) gives its students the next one"
        )
    return told, trial


def _given_away(task: Task) -> tuple[list[str], float | None]:
    """Grade the untouched copy on a variant: a sentence about points that it gets, and those."""
    name, number = f"{task.bundle.name}.ipynb", task.assigned.number if task.assigned else 0
    try:
        rows = run_task(task).report.rows
    except Exception as error:
        return [f"an untouched {name} could not be graded on variant {number}: {error}"], None
    free = [one.name for row in rows for one in row.checks if one.points > 0]
    points = sum(row.points for row in rows)
    if not points:
        return [], 0.0
    return [f"an untouched {name} gets {points:g} points on variant {number} ({', '.join(free)}): "
            "these tests pass where nothing is written"], points  # fmt: skip


def _trial(notebook: str, variant: int, examined: Examined, before: float | None) -> Trial:
    report, after = examined.report, cpu_below()
    seconds, counted = sum(cell.seconds for cell in examined.cells), False
    if before is not None and after is not None:
        seconds, counted = max(0.0, after - before), True
    return Trial(notebook, variant, report.score, report.max_score, seconds, counted)


def cpu_below() -> float | None:
    """Return the CPU seconds of all processes below this one; nothing where no one counts them."""
    if not psutil.LINUX:
        return None
    spent = 0.0
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):  # it has ended, or is hidden
            spent += sum(process.cpu_times()[:4])  # and of children that were waited for
    return spent


def settled(
    course: Course, assignment: Assignment, limits: Limits, *, accepted: bool = False
) -> tuple[tuple[str, ...], bool]:
    """Hold the rehearsal of this very assignment, unless it was held before.

    With ``accepted``, a person has decided to grade although it disagrees with one kernel.

    Returns:
        What is wrong, in sentences, and whether it was held now.

    Raises:
        CourseError: tests judge differently in two processes, and nobody has accepted that.
    """
    file, sha = own_folder(course) / "rehearsals.jsonl", _sha(assignment)

    def note(held: Rehearsal) -> Rehearsal:
        told = {"warnings": held.warnings, "disagree": held.differences}
        journal.append(file, {"rehearsed": sha, **told})
        return held

    lines = [line for line in journal.read(file)
             if line.get("rehearsed") == sha and "disagree" in line]  # fmt: skip
    if lines:
        held = Rehearsal(tuple(lines[-1]["warnings"]), tuple(lines[-1]["disagree"]))
    else:
        held = note(rehearse(course, assignment, limits, both=is_split(assignment)))
    if held.differences and accepted:
        held = note(Rehearsal((*held.warnings, *held.differences)))
    _require_agreement(assignment.name, held)
    return held.warnings, not lines


def _sha(assignment: Assignment) -> str:
    """What a rehearsal holds for."""
    allotted = assignment.allotment
    variants = f" {sorted(allotted.withdrawn)} {sorted(allotted.shas.items())}" if allotted else ""
    return f"{assignment.sha} {safetylab.__version__} {is_split(assignment)}{variants}"


def _require_agreement(name: str, held: Rehearsal) -> None:
    if held.differences:
        told = "\n".join(f"- {one}" for one in held.differences)
        raise CourseError(
            f"nothing of {name} was graded, for its rehearsal disagrees with one kernel:\n{told}\n"
            f"{MEND}"
        )


def is_split(assignment: Assignment) -> bool:
    """Whether any of its notebooks runs in two processes."""
    return any(bundle.apart for bundle in assignment.bundles)


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


def _shortcoming(name: str, row: Row, on: str) -> str:
    """Say where the instructor's own answers do not get all points."""
    cells = ", ".join(one.name for one in row.checks if one.points < one.max_points)
    return (
        f"the instructor's own {name} gets {row.points:g} of {row.max_points - row.written:g} "
        f"points in {row.exercise}{on} ({cells}: {row.message}): look at that test before you "
        "believe the points of others"
    )


def _differences(whose: str, task: Task) -> Iterator[str]:
    apart, together = (
        run_task(replace(task, bundle=replace(task.bundle, asked=asked))) for asked in (True, False)
    )
    scores = {cell.name: cell.score for cell in together.cells if cell.role == Role.TEST.name}
    for cell in apart.cells:
        if cell.role == Role.TEST.name and cell.score != scores.get(cell.name):
            two, one = _points(cell.score), _points(scores.get(cell.name))
            why = f": {cell.evalue}" if cell.evalue else ""
            where = f"{task.bundle.name}/{cell.name}"
            yield f"{where}: {whose} gets {two} in two processes and {one} in one{why}"


def _points(score: float | None) -> str:
    return "no verdict" if score is None else f"{score:g} point{'' if score == 1 else 's'}"
