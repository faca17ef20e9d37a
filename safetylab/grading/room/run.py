"""Run a rebuilt notebook so that a crash costs the exercise that crashed, and no other.

The student's cells run in one process, the lab's cells and tests in another; the lab's released
cells run in both, so that the student's code finds what it imports there.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Protocol

from safetylab.grading.paper import defined
from safetylab.grading.paper.outcome import End, Outcome, Run
from safetylab.grading.paper.rebuild import Role, Step
from safetylab.grading.room.together import MAX_RESTARTS, MAX_TIMEOUTS, Files, OnCell

DEADLY = (End.TIMEOUT, End.DEAD)


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
class Runner:
    """Runs steps in processes that ``start`` makes; starts again without the culprit if lost."""

    start: Callable[[], Processes]
    timeout: float
    files: Files = field(default_factory=dict)
    own: Files = field(default_factory=dict)
    on_cell: OnCell | None = None
    on_end: Callable[[Processes], None] | None = None

    def run(self, steps: Sequence[Step]) -> Run:
        """Run ``steps``; what could not be run has no outcome."""
        run, end = Run(steps), time.monotonic() + MAX_TIMEOUTS * self.timeout
        restarts = 0
        while restarts <= MAX_RESTARTS and not run.complete:
            with self.start() as pair:
                pair.begin(defined.shared(steps), self.files, self.own)
                lost = self._pass(run, pair, end)
                run.complete = lost is None
                if run.complete and self.on_end:
                    self.on_end(pair)
            restarts += lost in DEADLY  # a fresh start after a test that ended is none
            if time.monotonic() > end:
                break
        return run

    def _pass(self, run: Run, pair: Processes, end: float) -> End | None:
        """Run what is left to run; return how the cell ended in which a process was lost."""
        decided = {place for place in run.outcomes if run.steps[place].role is Role.TEST}
        left = [place for place, step in enumerate(run.steps)
                if step.runs and place not in decided]  # fmt: skip
        for place in left:
            if time.monotonic() > end:
                return End.TIMEOUT
            began, last = time.monotonic(), place == left[-1]
            outcome = _run_step(run.steps[place], place, pair, run.outcomes.get(place), last)
            outcome = replace(outcome, seconds=time.monotonic() - began)
            _record(run, place, outcome)
            if self.on_cell:
                self.on_cell(len(run.outcomes), run.total)
            if outcome.lost and not last:
                return outcome.end
        return None


def _run_step(
    step: Step, place: int, pair: Processes, before: Outcome | None, last: bool
) -> Outcome:
    """Run a step; if a process was lost in it ``before``, run its stub, or leave it out.

    A test runs ``apart``, so that what comes after it never sees what it did; not the ``last``.
    """
    deadly = before is not None and before.end in DEADLY
    if step.role is Role.TEST:
        return pair.run_tests(step.source, place, apart=not last)
    if step.role in (Role.ANSWER, Role.WRITTEN):
        outcome = pair.run_student(step.stub if deadly else step.source, place)
        solution = step.cell.source
        pair.answered(defined.answer_names(solution), defined.imports(solution))
        return outcome
    if before is not None and deadly:
        return replace(before, lost=False)
    if step.role is Role.EXTRA or "demo" in step.cell.tags:
        return pair.run_student(step.source, place)
    own = pair.run_student(step.stub if step.role is Role.LOCKED else step.source, place)
    ours = Outcome(End.OK) if own.lost else pair.run_tests(step.cell.source, place, apart=False)
    return ours if own.end is End.OK or ours.end is not End.OK else own


def _record(run: Run, place: int, outcome: Outcome) -> None:
    before = run.outcomes.get(place)
    if before is None or before.end in (End.OK, End.ERROR):
        run.outcomes[place] = outcome
