"""Run a rebuilt notebook so that a crash costs the exercise that crashed, and no other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from safetylab.grading.kernel import End, Frame, Kernel, Outcome
from safetylab.grading.rebuild import Role, Step

MAX_RESTARTS = 5

OnCell = Callable[[int, int], None]


@dataclass
class Run:
    """How each step ended, by its place; ``frames`` in it point at steps, not at ``In[n]``."""

    steps: Sequence[Step]
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    complete: bool = False

    @property
    def total(self) -> int:
        """How many cells there are to run."""
        return sum(step.runs for step in self.steps)


def run_steps(steps: Sequence[Step], timeout: float, on_cell: OnCell | None = None) -> Run:
    """Run ``steps`` in a kernel; start again without the culprit each time the kernel is lost."""
    run = Run(steps)
    restarts = 0
    while not run.complete and restarts <= MAX_RESTARTS:
        run.complete = _one_pass(run, timeout, on_cell)
        restarts += 1
    return run


def _one_pass(run: Run, timeout: float, on_cell: OnCell | None) -> bool:
    """Run what is left to run; return False when the kernel was lost on the way."""
    places: dict[int, int] = {}
    with Kernel() as kernel:
        for place, step in enumerate(run.steps):
            source = _source(step, run.outcomes.get(place))
            if source is None:
                continue
            outcome = kernel.run(source, timeout)
            places[outcome.count] = place
            _record(run, place, _point_at_steps(outcome, places))
            if on_cell:
                on_cell(len(run.outcomes), run.total)
            if outcome.lost:
                return False
    return True


def _source(step: Step, before: Outcome | None) -> str | None:
    """What to run of a step, given how it ended in an earlier pass; None for nothing."""
    if not step.runs or (before and step.role is Role.TEST):
        return None
    if before and before.end in (End.TIMEOUT, End.DEAD):
        return step.stub if step.role in (Role.ANSWER, Role.WRITTEN) else None
    return step.source


def _record(run: Run, place: int, outcome: Outcome) -> None:
    before = run.outcomes.get(place)
    if before is None or before.end in (End.OK, End.ERROR):
        run.outcomes[place] = outcome


def _point_at_steps(outcome: Outcome, places: dict[int, int]) -> Outcome:
    known = [frame for frame in outcome.frames if frame.count in places]
    frames = [Frame(places[frame.count], frame.line, frame.function) for frame in known]
    return replace(outcome, frames=tuple(frames))
