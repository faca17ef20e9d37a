"""Restarts and rows, with a kernel that only pretends."""

from __future__ import annotations

import pytest
from grading import tiny

from safetylab.grading import Status, marks, run
from safetylab.grading.kernel import End, Outcome
from safetylab.grading.notebook import read_notebook
from safetylab.grading.rebuild import Rebuilt, Step, rebuild
from safetylab.grading.run import MAX_RESTARTS, Run, run_steps

OK = Outcome(End.OK)


class Script:
    """Stands for kernels: ends as told by a word in the cell, and writes down what it ran."""

    def __init__(self, ends: dict[str, Outcome]) -> None:
        self.ends = ends
        self.started: list[list[str]] = []

    def __call__(self) -> Script:
        return self

    def __enter__(self) -> Script:
        self.started.append([])
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def run(self, source: str, timeout: float) -> Outcome:
        self.started[-1].append(source)
        return next((end for word, end in self.ends.items() if word in source), OK)


def rebuilt(answers: dict[str, str]) -> Rebuilt:
    return rebuild(read_notebook(tiny.submission(answers), "my.ipynb"), tiny.bundle())


def place(steps: tuple[Step, ...], name: str) -> int:
    return next(at for at, step in enumerate(steps) if step.cell.name == name)


def test_after_a_crash_nothing_decided_runs_again_and_the_culprit_is_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    script = Script({"test_mean_empty": Outcome(End.DEAD, lost=True)})
    monkeypatch.setattr(run, "Kernel", script)
    seen: list[tuple[int, int]] = []
    steps = rebuilt(tiny.RIGHT).steps
    finished = run_steps(steps, 1, lambda *cells: seen.append(cells))
    assert finished.complete
    again = script.started[1]
    assert not any("def test_" in source for source in again)
    assert any("def oracle_double" in source for source in again)
    assert tiny.RIGHT["ex1_2-mean"] in again
    assert max(seen) == (finished.total, finished.total)
    assert finished.outcomes[place(steps, "ex1_2-mean-test-empty")].end is End.DEAD


def test_an_answer_that_kills_is_replaced_by_its_stub(monkeypatch: pytest.MonkeyPatch) -> None:
    script = Script({"crash": Outcome(End.DEAD, lost=True)})
    monkeypatch.setattr(run, "Kernel", script)
    assert run_steps(rebuilt({"ex1_1-double": "crash"}).steps, 1).complete
    assert any("def double(x):\n    # YOUR CODE HERE" in source for source in script.started[1])


def test_restarts_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    script = Script({"CheckFailed(Ass": OK, "": Outcome(End.DEAD, lost=True)})
    monkeypatch.setattr(run, "Kernel", script)
    assert not run_steps(rebuilt(tiny.RIGHT).steps, 1).complete
    assert len(script.started) == MAX_RESTARTS + 1


def test_a_test_that_never_ran_needs_a_look_even_beside_one_that_passed() -> None:
    solved = rebuilt(tiny.RIGHT)
    missing = place(solved.steps, "ex1_2-mean-test-empty")
    outcomes = {at: OK for at in range(len(solved.steps)) if at != missing}
    row = marks.rows(Run(solved.steps, outcomes), solved.titles, 1)[1]
    assert (row.status, row.points, row.message) == (Status.LOOK, 1, "this test was not run")
