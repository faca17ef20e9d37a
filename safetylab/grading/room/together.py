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
from typing import Protocol

from safetylab.grading.paper.outcome import End, Outcome, Run
from safetylab.grading.paper.rebuild import Role, Step

MAX_RESTARTS = 20
MAX_TIMEOUTS = 10

OnCell = Callable[[int, int], None]
Files = Mapping[str, bytes]


class Process(AbstractContextManager["Process"], Protocol):
    """Where a whole notebook runs: see `room.Alone` and `kernel.Kernel`."""

    def bring(self, files: Files) -> None:
        """Write files into the working folder."""

    def run_cell(self, source: str, place: int) -> Outcome:
        """Run a cell."""


@dataclass
class Together:
    """Runs steps in a process that ``start`` makes; see the module."""

    start: Callable[[], Process]
    timeout: float
    files: Files = field(default_factory=dict)
    on_cell: OnCell | None = None
    on_end: Callable[[Process], None] | None = None

    def run(self, steps: Sequence[Step]) -> Run:
        """Run ``steps``; what could not be run has no outcome."""
        run, end = Run(steps), time.monotonic() + MAX_TIMEOUTS * self.timeout
        culprits: set[int] = set()
        for _ in range(MAX_RESTARTS + 1):
            with self.start() as process:
                process.bring(self.files)
                run.complete = self._pass(run, process, culprits, end)
                if run.complete and self.on_end:
                    self.on_end(process)
            if run.complete or time.monotonic() > end:
                break
        return run

    def _pass(self, run: Run, process: Process, culprits: set[int], end: float) -> bool:
        """Run all but the culprits; return False when the process was lost, or time is up."""
        places = [place for place, step in enumerate(run.steps) if step.runs]
        for place in places:
            if time.monotonic() > end:
                return False
            step, began = run.steps[place], time.monotonic()
            source = step.source if place not in culprits else _instead(step)
            if not source:
                continue
            outcome = process.run_cell(source, place)
            outcome = replace(outcome, seconds=time.monotonic() - began)
            _record(run, place, outcome, bool(culprits))
            if self.on_cell:
                self.on_cell(len(run.outcomes), run.total)
            if outcome.lost:
                culprits.add(place)
                if place != places[-1]:
                    return False
        return True


def _instead(step: Step) -> str:
    """Return what runs in place of a cell that ended the process: the stub of an answer."""
    return step.stub if step.role is Role.ANSWER and step.changed else ""


def _record(run: Run, place: int, outcome: Outcome, again: bool) -> None:
    before = run.outcomes.get(place)
    changes = run.steps[place].role is not Role.TEST
    if before is None or (changes and before.end in (End.OK, End.ERROR)):
        run.outcomes[place] = outcome
        if again and outcome.end is not End.OK:
            run.doubts.add(place)
