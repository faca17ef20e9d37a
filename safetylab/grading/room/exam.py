"""Examine a notebook in a room: bytes in, a report and every cell's outcome out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace

from safetylab.grading.bundle import Bundle
from safetylab.grading.paper import marks, variant
from safetylab.grading.paper.notebook import read_notebook
from safetylab.grading.paper.outcome import Output, Run
from safetylab.grading.paper.rebuild import Rebuilt, Role, rebuild
from safetylab.grading.paper.told import told
from safetylab.grading.paper.variant import Assigned
from safetylab.grading.report import Report
from safetylab.grading.room.room import Room
from safetylab.grading.room.run import OnCell

VISIBLE_ONLY = (
    "only the visible checks were run: this copy of the course holds no hidden tests, "
    "so a grader may still find mistakes that these checks do not see"
)


@dataclass(frozen=True)
class ExamCell:
    """A cell of the rebuilt notebook.

    ``role`` is the name of a `rebuild.Role`; ``end`` is ok, error, timeout or dead, or nothing for
    a cell that was not run. ``evalue`` of a test is a sentence for the learner. ``score`` is what a
    test gives; None wants a person. ``seconds`` is how long it took to run.
    """

    name: str
    kind: str
    source: str
    role: str
    end: str = ""
    ename: str = ""
    evalue: str = ""
    score: float | None = None
    outputs: tuple[Output, ...] = ()
    seconds: float = field(default=0.0, compare=False)


@dataclass(frozen=True)
class Examined:
    """A report, the cells in order, and the sandbox that they ran in (or nothing).

    ``apart`` says that student and tests ran apart, so that no cell can have shown a hidden test.
    ``variant`` is the one that the grader gave, if the assignment has any.
    """

    report: Report
    cells: tuple[ExamCell, ...]
    sandbox: str
    apart: bool = True
    variant: int | None = None


def examine(
    notebook: bytes,
    bundle: Bundle,
    room: Room,
    *,
    files: Mapping[str, bytes] | None = None,
    on_cell: OnCell | None = None,
    learn: bool = False,
    assigned: Assigned | None = None,
) -> Examined:
    """Grade a student's notebook against an assignment.

    Args:
        notebook: the content of the student's ``.ipynb`` file.
        bundle: what to grade against.
        room: where the cells run.
        files: the student's own extra files, which only the student's process sees.
        on_cell: called after each cell with the number of cells done and the number to do.
        learn: have the room import what this notebook did, once for all that follow.
        assigned: the variant that the grader gives; without one, the id in the notebook counts.

    Raises:
        BadSubmission: the file holds no notebook, or one of another assignment.
        GradingError: the room is gone.
    """
    rebuilt = rebuild(read_notebook(notebook, f"{bundle.name}.ipynb"), bundle)
    runner = room.runner(bundle.files, files or {}, on_cell, bundle.apart)
    if learn:
        runner.on_end = room.learn_from
    if not bundle.variants:
        return _examined(rebuilt, runner.run(rebuilt.steps), bundle, room)
    run = replace(runner.run(variant.seated(rebuilt.steps, assigned)), steps=rebuilt.steps)
    note = variant.told(rebuilt.steps, bundle.variants, assigned)
    sat = _examined(replace(rebuilt, notes=(note, *rebuilt.notes)), run, bundle, room)
    return replace(sat, variant=assigned.number if assigned else None)


def _examined(rebuilt: Rebuilt, run: Run, bundle: Bundle, room: Room) -> Examined:
    shown = run if bundle.apart else told(run)
    rows = marks.rows(shown, rebuilt.titles, room.timeout)
    notes = [*rebuilt.notes, *marks.notes(shown, rows, room.timeout)]
    hidden = bundle.instructor is not None
    if not hidden:
        notes.append(VISIBLE_ONLY)
    checks = {check.name: check for row in rows for check in row.checks}
    cells = []
    for place, step in enumerate(run.steps):
        outcome, check = run.outcomes.get(place), checks.get(step.cell.name)
        cell = ExamCell(step.cell.name, step.cell.kind, step.source, step.role.name)
        values = asdict(cell)
        if outcome:
            values |= {"end": outcome.end.name.lower(), "ename": outcome.ename,
                       "evalue": outcome.evalue, "outputs": outcome.outputs,
                       "seconds": outcome.seconds}  # fmt: skip
        if step.role is Role.TEST:
            values["evalue"] = check.message if check else ""
            values["ename"] = shown.outcomes[place].ename if outcome else ""
            values["score"] = marks.earned(step, outcome) if outcome else None
        cells.append(ExamCell(**values))
    report = Report(bundle.name, rows, tuple(notes), hidden)
    return Examined(report, tuple(cells), room.sandbox, bundle.apart)
