"""Run a rebuilt notebook so that a crash costs the exercise that crashed, and no other.

The student's cells run in one process, the lab's cells and tests in another; the lab's released
cells run in both, so that the student's code finds what it imports there.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Protocol

from safetylab.grading.paper import defined
from safetylab.grading.paper.outcome import End, Outcome, Run
from safetylab.grading.paper.rebuild import Role, Step
from safetylab.grading.room.together import DEADLY, MAX_RESTARTS, Files, Passes

__all__ = ["MAX_RESTARTS", "Processes", "Runner"]


class Processes(AbstractContextManager["Processes"], Protocol):
    """Where a notebook runs: see `room.Pair` and `kernel.Alone`."""

    def begin(self, shared: frozenset[str], files: Files, own: Files) -> None:
        """Tell both sides what the notebook brings along."""

    def run_student(self, source: str, place: int) -> Outcome:
        """Run a cell of the student's."""

    def run_tests(self, source: str, place: int, apart: bool) -> Outcome:
        """Run a cell of the lab's; ``apart`` for a test, whose effects are thrown away."""

    def answered(self, names: frozenset[str], imports: str) -> None:
        """Say that the student's cell has defined ``names``."""


@dataclass
class Runner(Passes):
    """Runs steps in `Processes`; starts again without the culprit if one was lost."""

    own: Files = field(default_factory=dict)

    def _begin(self, run: Run, where: Processes) -> None:
        where.begin(defined.shared(run.steps), self.files, self.own)

    def _is_decided(self, run: Run, place: int) -> bool:
        return place in run.outcomes and run.steps[place].role is Role.TEST

    def _step(self, run: Run, place: int, where: Processes, last: bool) -> Outcome:
        """Run a step; if a process was lost in it before, run its stub, or leave it out.

        A test runs ``apart``, so that what comes after it never sees what it did; not the ``last``.
        """
        step, before = run.steps[place], run.outcomes.get(place)
        deadly = before is not None and before.end in DEADLY
        if step.role is Role.TEST:
            return where.run_tests(step.source, place, apart=not last)
        if step.role in (Role.ANSWER, Role.WRITTEN):
            outcome = where.run_student(step.stub if deadly else step.source, place)
            solution = step.cell.source
            where.answered(defined.answer_names(solution), defined.imports(solution))
            return outcome
        if before is not None and deadly:
            return replace(before, lost=False)
        if step.role is Role.EXTRA or "demo" in step.cell.tags:
            return where.run_student(step.source, place)
        return _run_on_both(step, place, where)

    def _record(self, run: Run, place: int, outcome: Outcome) -> None:
        before = run.outcomes.get(place)
        if before is None or before.end not in DEADLY:
            run.outcomes[place] = outcome


def _run_on_both(step: Step, place: int, where: Processes) -> Outcome:
    """Run a cell of the lab's in both processes."""
    source = step.stub if step.role is Role.LOCKED else step.source
    own = where.run_student(source, place)
    ours = Outcome(End.OK) if own.lost else where.run_tests(step.cell.source, place, apart=False)
    return ours if own.end is End.OK or ours.end is not End.OK else own
