"""Run a rebuilt notebook as one kernel would: every cell in order, in one process.

A cell that ends the process, or cannot be interrupted, would end stock's grading of the whole
notebook. Here the notebook runs again without that cell: what was decided stays decided, a test
that passes without it has passed, and one that fails then waits for a person.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from safetylab.grading.paper.outcome import End, Outcome, Run
from safetylab.grading.paper.rebuild import Role, Step

MAX_RESTARTS = 20
MAX_TIMEOUTS = 10
DEADLY = (End.TIMEOUT, End.DEAD)

OnCell = Callable[[int, int], None]
Files = Mapping[str, bytes]


class Process(AbstractContextManager["Process"], Protocol):
    """Where a whole notebook runs: see `room.Alone` and `kernel.Kernel`."""

    def bring(self, files: Files) -> None:
        """Write files into the working folder."""

    def run_cell(self, source: str, place: int) -> Outcome:
        """Run a cell."""


@dataclass
class Passes:
    """Runs steps in what ``start`` makes, and what is left of them once more if that was lost."""

    start: Callable[[], Any]
    timeout: float
    files: Files = field(default_factory=dict)
    on_cell: OnCell | None = None
    on_end: Callable[[Any], None] | None = None

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
            outcome = self._step(run, place, where, last)
            if outcome is None:
                continue
            self._record(run, place, replace(outcome, seconds=time.monotonic() - began))
            if self.on_cell:
                self.on_cell(len(run.outcomes), run.total)
            if outcome.lost and not last:
                return outcome.end
        return None

    def _begin(self, run: Run, where: Any) -> None:
        raise NotImplementedError

    def _is_decided(self, run: Run, place: int) -> bool:
        return False

    def _step(self, run: Run, place: int, where: Any, last: bool) -> Outcome | None:
        """Run a step, or what stands for it; return nothing if nothing does."""
        raise NotImplementedError

    def _record(self, run: Run, place: int, outcome: Outcome) -> None:
        raise NotImplementedError


@dataclass
class Together(Passes):
    """Runs steps in a `Process`; see the module."""

    culprits: set[int] = field(default_factory=set)

    def _begin(self, run: Run, where: Process) -> None:
        where.bring(self.files)

    def _step(self, run: Run, place: int, where: Process, last: bool) -> Outcome | None:
        """Run a cell; in place of one that ended the process, the stub of an answer."""
        step = run.steps[place]
        source = step.source
        if place in self.culprits:
            source = step.stub if step.role is Role.ANSWER and step.changed else ""
        return where.run_cell(source, place) if source else None

    def _record(self, run: Run, place: int, outcome: Outcome) -> None:
        before, again = run.outcomes.get(place), bool(self.culprits)
        changes = run.steps[place].role is not Role.TEST
        if before is None or (changes and before.end in (End.OK, End.ERROR)):
            run.outcomes[place] = outcome
            if again and outcome.end is not End.OK:
                run.doubts.add(place)
        if outcome.lost:
            self.culprits.add(place)
