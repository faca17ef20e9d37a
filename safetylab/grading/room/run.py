"""Run a rebuilt notebook so that a crash costs the exercise that crashed, and no other.

What could not be run because a process was lost is run again, without the culprit. What was
decided stays decided.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from safetylab.grading.paper import defined
from safetylab.grading.paper.outcome import MAX_NOTEBOOK, End, Outcome, Output, Run, bounded
from safetylab.grading.paper.rebuild import Role, Step

MAX_RESTARTS = 20
MAX_TIMEOUTS = 10
DEADLY = (End.TIMEOUT, End.DEAD)

OnCell = Callable[[int, int], None]
Files = Mapping[str, bytes]


@dataclass
class Passes:
    """Runs steps in what ``start`` makes, and what is left of them once more if that was lost."""

    start: Callable[[], Any]
    timeout: float
    files: Files = field(default_factory=dict)
    on_cell: OnCell | None = None
    on_end: Callable[[Any], None] | None = None
    kept: dict[int, int] = field(default_factory=dict)

    def run(self, steps: Sequence[Step]) -> Run:
        """Run ``steps``; what could not be run has no outcome."""
        run, end = Run(steps), time.monotonic() + MAX_TIMEOUTS * self.timeout
        restarts = 0
        while not run.complete and restarts <= MAX_RESTARTS and time.monotonic() <= end:
            with self.start() as where:
                self._begin(run, where)
                lost = self._pass(run, where, end)
                run.complete = lost is None
                if run.complete and self.on_end:
                    self.on_end(where)
            restarts += lost in DEADLY  # a fresh start after a test that came to its end is none
        return run

    def _pass(self, run: Run, where: Any, end: float) -> End | None:
        """Run what is left to run; return how the cell ended in which a process was lost."""
        left = [place for place, step in enumerate(run.steps)
                if step.runs and not self._is_decided(run, place)]  # fmt: skip
        for place in left:
            if time.monotonic() > end:
                return End.TIMEOUT
            began, last = time.monotonic(), place == left[-1]
            outcome: Outcome | None = self._step(run, place, where, last)
            if outcome is None:
                continue
            outputs, seconds = self._bounded(place, outcome), time.monotonic() - began
            self._record(run, place, replace(outcome, seconds=seconds, outputs=outputs))
            if self.on_cell:
                self.on_cell(len(run.outcomes), run.total)
            if outcome.lost and not last:
                return outcome.end
        return None

    def _bounded(self, place: int, outcome: Outcome) -> tuple[Output, ...]:
        """Return what is kept of a cell's outputs, as long as the notebook has room for them."""
        self.kept.pop(place, None)
        left = MAX_NOTEBOOK - sum(self.kept.values())
        outputs = bounded(outcome.outputs, max(0, left))
        self.kept[place] = sum(len(output.data) for output in outputs)
        return outputs

    def _begin(self, run: Run, where: Any) -> None:
        raise NotImplementedError

    def _is_decided(self, run: Run, place: int) -> bool:
        return False

    def _step(self, run: Run, place: int, where: Any, last: bool) -> Any:
        """Run a step, or what stands for it; return its outcome, or nothing if nothing does."""
        raise NotImplementedError

    def _record(self, run: Run, place: int, outcome: Outcome) -> bool:
        """Keep an outcome, unless the cell has one that stays."""
        before, is_test = run.outcomes.get(place), run.steps[place].role is Role.TEST
        kept = before is None or not (is_test or before.end in DEADLY)
        if kept:
            run.outcomes[place] = outcome
        return kept


@dataclass
class Together(Passes):
    """Runs every cell in order in one process, a `room.Alone` or a `kernel.Kernel`.

    A cell that ends the process, or cannot be interrupted, would end stock's grading of the whole
    notebook. Here a test that passes without it has passed, and one that fails then waits for a
    person.
    """

    culprits: set[int] = field(default_factory=set)

    def _begin(self, run: Run, where: Any) -> None:
        where.bring(self.files)

    def _step(self, run: Run, place: int, where: Any, last: bool) -> Any:
        """Run a cell; in place of one that ended the process, the stub of an answer."""
        step = run.steps[place]
        source = step.source
        if not source.strip():
            return Outcome(End.OK)
        if place in self.culprits:
            source = step.stub if step.role is Role.ANSWER and step.changed else ""
        return where.run_cell(source, place) if source else None

    def _record(self, run: Run, place: int, outcome: Outcome) -> bool:
        kept = super()._record(run, place, outcome)
        if kept and self.culprits and outcome.end is not End.OK:
            run.doubts.add(place)
        if outcome.lost:
            self.culprits.add(place)
        return kept


@dataclass
class Runner(Passes):
    """Runs steps in the two processes of a `room.Pair`.

    The student's cells run in one process, the lab's cells and tests in another; the lab's released
    cells run in both, so that the student's code finds what it imports there.
    """

    own: Files = field(default_factory=dict)

    def _begin(self, run: Run, where: Any) -> None:
        where.begin(defined.shared(run.steps), self.files, self.own)

    def _is_decided(self, run: Run, place: int) -> bool:
        return place in run.outcomes and run.steps[place].role is Role.TEST

    def _step(self, run: Run, place: int, where: Any, last: bool) -> Any:
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


def _run_on_both(step: Step, place: int, where: Any) -> Any:
    """Run a cell of the lab's in both processes."""
    source = step.stub if step.role is Role.LOCKED else step.source
    own = where.run_student(source, place)
    ours = Outcome(End.OK) if own.lost else where.run_tests(step.cell.source, place, apart=False)
    return ours if own.end is End.OK or ours.end is not End.OK else own
