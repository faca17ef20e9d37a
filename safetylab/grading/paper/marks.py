"""From how cells ended to rows: points, a status, and a sentence that a learner can act on."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from safetylab.grading.paper.outcome import End, Frame, Outcome, Run, written
from safetylab.grading.paper.rebuild import Role, Step
from safetylab.grading.paper.told import parted
from safetylab.grading.report import Check, Row, Status

LONGEST = 300

_TAG = re.compile(r"\s*\[(\d+\.\d+[a-z]?)(?:/([\w.-]+))?\]\s*$")
_CELL_FILE = re.compile(r"\((?:\d+\.py|<cell \d+>), line (\d+)\)")


@dataclass(frozen=True)
class Verdict:
    """Why a test cell gave no points."""

    status: Status
    message: str = ""
    misconception: str = ""


NOT_WRITTEN = Verdict(Status.NOT_STARTED, "not written yet", "not-started")


def rows(run: Run, titles: Mapping[str, str], timeout: float) -> tuple[Row, ...]:
    """Return a row for each exercise that gives points, in the order of the notebook."""
    numbers = dict.fromkeys(step.exercise for step in run.steps if step.cell.grade)
    made = [_Exercise(run, one, timeout).row(titles.get(one, "")) for one in numbers if one]
    return tuple(row for row in made if row.max_points > 0)


def notes(run: Run, graded: tuple[Row, ...], timeout: float) -> Iterator[str]:
    """Yield what went wrong outside the exercises' own cells."""
    if not run.complete:
        yield (
            "the notebook ended its Python process again and again, so it was not run to its end: "
            "look for a cell that ends the process or fills the memory"
        )
    all_right = all(row.status in (Status.RIGHT, Status.WAITING) for row in graded)
    for place, outcome in run.outcomes.items():
        step = run.steps[place]
        if _worth_telling(step, outcome, all_right):
            yield _story(step.label, outcome, timeout)


def _worth_telling(step: Step, outcome: Outcome, all_right: bool) -> bool:
    """A scratch cell's exception matters only if it may explain a lost point."""
    if step.role in (Role.EXTRA, Role.OPEN):
        return outcome.end is not End.OK and not (all_right and outcome.end is End.ERROR)
    return step.role is Role.LOCKED and outcome.end is not End.OK


def earned(step: Step, outcome: Outcome) -> float:
    """All points of a test or none, or as many as its last line says (as nbgrader reads it)."""
    if outcome.end is not End.OK:
        return 0.0
    value, worth = outcome.value, step.cell.points
    if value is None:
        return worth
    # Where nbgrader gives all points for a number that is none, or is below nothing.
    return 0.0 if math.isnan(value) else min(max(0.0, value), worth)


class _Exercise:
    """The cells of an exercise by their places, and why tests of it gave no points."""

    def __init__(self, run: Run, number: str, timeout: float) -> None:
        self.run, self.number, self.timeout = run, number, timeout
        places = [at for at, step in enumerate(run.steps) if step.exercise == number]
        self.tests, self.answers, self.written = (
            [at for at in places if run.steps[at].role is role]
            for role in (Role.TEST, Role.ANSWER, Role.WRITTEN)
        )
        self.verdicts = {at: self._verdict(at) for at in self.tests if not self._passed(at)}

    def row(self, title: str) -> Row:
        """The exercise's row."""
        checks = tuple(map(self._check, self.tests))
        worth = sum((check.max_points for check in checks), 0.0)
        answers = [self.run.steps[at] for at in self.written]
        written = sum((step.cell.points for step in answers), 0.0)
        waiting = sum((step.cell.points for step in answers if _begun(step)), 0.0)
        points = sum((check.points for check in checks), 0.0)
        verdict = Verdict(Status.WAITING if waiting else Status.NOT_STARTED)
        if worth:
            verdict = self._judged(points, worth)
        return Row(self.number, title, points, worth + written, **vars(verdict),
                   written=written, waiting=waiting, checks=checks)  # fmt: skip

    def _judged(self, points: float, worth: float) -> Verdict:
        """What the tests say in all: that of the first which failed on an answer."""
        if not self.verdicts:
            return Verdict(Status.RIGHT if points >= worth else Status.PARTLY, self._aside())
        failed = list(self.verdicts.values())
        begun = [verdict for verdict in failed if verdict.status is not Status.NOT_STARTED]
        verdict = (begun or failed)[0]
        if self._unsure(verdict):
            return replace(verdict, status=Status.LOOK)
        return replace(verdict, status=Status.PARTLY) if points > 0 else verdict

    def _check(self, place: int) -> Check:
        step, outcome = self.run.steps[place], self.run.outcomes.get(place)
        points = earned(step, outcome) if outcome else 0.0
        why = self.verdicts.get(place, Verdict(Status.RIGHT))
        return Check(step.cell.name, points, step.cell.points, why.message, why.misconception)

    def _passed(self, place: int) -> bool:
        outcome = self.run.outcomes.get(place)
        return outcome is not None and outcome.end is End.OK

    def _unsure(self, verdict: Verdict) -> bool:
        """A test that never ran, or that failed after a cell of the lab did, judges nothing."""
        if any(at not in self.run.outcomes or at in self.run.doubts for at in self.verdicts):
            return True
        first = next(iter(self.verdicts))
        return not verdict.misconception and any(
            self.run.steps[place].role is Role.LOCKED
            and outcome.end is not End.OK
            and not self._is_students(place, outcome)
            for place, outcome in self.run.outcomes.items()
            if place < first
        )

    def _is_students(self, place: int, outcome: Outcome) -> bool:
        """Whether a lab's cell failed for want of an answer: it shows what is not there yet."""
        answers = [at for at in range(place) if self.run.steps[at].role is Role.ANSWER]
        ended = [self.run.outcomes[at].end for at in answers if at in self.run.outcomes]
        blank = any(not self.run.steps[at].changed for at in answers)
        return bool(answers) and (outcome.ename == "NameError" or blank or {*ended} != {End.OK})

    def _aside(self) -> str:
        """Every test passed, yet an answer cell did not run to its end."""
        for place in self.answers:
            outcome = self.run.outcomes.get(place)
            if outcome and outcome.end is not End.OK and not _is_empty_stub(outcome):
                label = self.run.steps[place].label
                return f"(though {_story(label, outcome, self.timeout)})"
        return ""

    def _verdict(self, place: int) -> Verdict:
        outcome = self.run.outcomes.get(place)
        if outcome is None:
            return Verdict(Status.LOOK, "this test was not run")
        return self._broken_answer(place, outcome) or self._test_verdict(place, outcome)

    def _answers_of(self, test: int) -> list[int]:
        """The answer that a test is named for; all of the exercise if it is named for none."""
        name = self.run.steps[test].cell.name
        own = [at for at in self.answers if name.startswith(f"{self.run.steps[at].cell.name}-test")]
        return own or self.answers

    def _broken_answer(self, place: int, test: Outcome) -> Verdict | None:
        """The answer cell's own failure, unless the test got far enough to say more."""
        for at in self._answers_of(place):
            outcome, step = self.run.outcomes.get(at), self.run.steps[at]
            if outcome is None or outcome.end is End.OK:
                continue
            if outcome.end is not End.ERROR:
                return Verdict(Status.WRONG, _story(step.label, outcome, self.timeout))
            if _is_empty_stub(outcome):
                return NOT_WRITTEN
            if test.ename != "CheckFailed" or _parse(test.evalue)[1] == "not-started":
                return Verdict(Status.WRONG, f"{step.label} could not be run: {_error(outcome)}")
        return None

    def _test_verdict(self, place: int, outcome: Outcome) -> Verdict:
        if outcome.end is not End.ERROR:
            return Verdict(Status.WRONG, _story("your code", outcome, self.timeout))
        if outcome.ename == "CheckFailed":
            message, misconception = _parse(outcome.evalue)
            started = misconception != "not-started"
            return Verdict(Status.WRONG if started else Status.NOT_STARTED, message, misconception)
        if _is_empty_stub(outcome) or self._untouched(place):
            return NOT_WRITTEN
        if self._may_be_hidden(place, outcome):
            why = "" if outcome.ename == "AssertionError" else f" ({_error_name(outcome)})"
            return Verdict(Status.WRONG, f"a hidden test of {self.number} failed{why}")
        return Verdict(Status.WRONG, self._raised(outcome))

    def _untouched(self, test: int) -> bool:
        answers = [self.run.steps[place] for place in self._answers_of(test)]
        return bool(answers) and all(step.present and not step.changed for step in answers)

    def _may_be_hidden(self, place: int, outcome: Outcome) -> bool:
        """Whether the error is a hidden test's own, or may be: its text may tell what is hidden."""
        frames = list(self._frames(outcome))
        if outcome.ename != "AssertionError" and any(_is_learners(step) for step, _ in frames):
            return False
        labs = [(step, frame.line) for step, frame in frames if not _is_learners(step)]
        unknown = not labs and bool(parted(self.run.steps[place].source)[1])
        return unknown or any(line in parted(step.source)[1] for step, line in labs)

    def _frames(self, outcome: Outcome) -> Iterator[tuple[Step, Frame]]:
        """The cells and lines of a traceback; a student's code can make up their numbers."""
        for frame in outcome.frames:
            if 0 <= frame.count < len(self.run.steps):
                yield self.run.steps[frame.count], frame

    def _raised(self, outcome: Outcome) -> str:
        """A sentence with the learner's own line, where the traceback passes through one."""
        for step, frame in reversed(list(self._frames(outcome))):
            if _is_learners(step):
                who = frame.function if frame.function.isidentifier() else "your code"
                return f"{who} raised {_error(outcome)} (in {step.label}, line {frame.line})"
        return f"the test stopped with {_error(outcome)}"


def _is_learners(step: Step) -> bool:
    return step.role in (Role.ANSWER, Role.EXTRA, Role.OPEN)


def _begun(step: Step) -> bool:
    return step.changed and bool(step.source.strip())


def _is_empty_stub(outcome: Outcome) -> bool:
    return outcome.ename == "NotImplementedError" and not outcome.evalue.strip()


def _parse(text: str) -> tuple[str, str]:
    """Split ``text [1.1/no-sign]`` into ``text`` and ``no-sign``."""
    text = _written(text)
    found = _TAG.search(text)
    return (text[: found.start()], found[2] or "") if found else (text, "")


def _error(outcome: Outcome) -> str:
    text = _CELL_FILE.sub(r"(line \1)", " ".join(_written(outcome.evalue).split()))
    text = text if len(text) <= LONGEST else text[:LONGEST] + "..."
    return f"{_error_name(outcome)}: {text}" if text else _error_name(outcome)


def _error_name(outcome: Outcome) -> str:
    return " ".join(_written(outcome.ename).split())


def _written(text: str) -> str:
    """Return text that a file can hold (half of an emoji is none) and that no terminal obeys."""
    return "".join(c if c.isprintable() or c.isspace() else "?" for c in written(text))


def _story(who: str, outcome: Outcome, timeout: float) -> str:
    if outcome.end is End.TIMEOUT:
        return f"{who} did not finish within {timeout:g} seconds: look for a loop that never ends"
    if outcome.end is End.DEAD:
        return (
            f"{who} ended the Python process: look for a call that exits or crashes it, "
            "or for an array that fills the memory"
        )
    return f"{who} raised {_error(outcome)}"
