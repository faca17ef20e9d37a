"""Restarts and rows, with processes that only pretend."""

from __future__ import annotations

from grading import tiny

from safetylab.grading import Status
from safetylab.grading.paper import marks
from safetylab.grading.paper.notebook import read_notebook
from safetylab.grading.paper.outcome import End, Outcome, Run
from safetylab.grading.paper.rebuild import Rebuilt, Step, rebuild
from safetylab.grading.room.run import MAX_RESTARTS, Runner

OK = Outcome(End.OK)


class Script:
    """Stands for processes: ends as told by a word in the cell, and writes down what it ran."""

    def __init__(self, ends: dict[str, Outcome]) -> None:
        self.ends = ends
        self.started: list[list[str]] = []
        self.apart: list[bool] = []

    def __call__(self) -> Script:
        return self

    def __enter__(self) -> Script:
        self.started.append([])
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def begin(self, *_: object) -> None:
        pass

    def answered(self, names: frozenset[str], imports: str) -> None:
        pass

    def run_student(self, source: str, place: int) -> Outcome:
        self.started[-1].append(source)
        return next((end for word, end in self.ends.items() if word in source), OK)

    def run_tests(self, source: str, place: int, apart: bool) -> Outcome:
        self.apart += [apart] if "def test_" in source else []
        return self.run_student(source, place)


def rebuilt(answers: dict[str, str]) -> Rebuilt:
    return rebuild(read_notebook(tiny.submission(answers), "my.ipynb"), tiny.bundle())


def place(steps: tuple[Step, ...], name: str) -> int:
    return next(at for at, step in enumerate(steps) if step.cell.name == name)


def test_after_a_crash_nothing_decided_runs_again_and_the_culprit_is_left_out() -> None:
    script = Script({"def test_mean():": Outcome(End.DEAD, lost=True)})
    seen: list[tuple[int, int]] = []
    steps = rebuilt(tiny.RIGHT).steps
    finished = Runner(script, 1, on_cell=lambda *cells: seen.append(cells)).run(steps)
    assert finished.complete
    again = script.started[1]
    assert ["test_mean_empty" in source for source in again if "def test_" in source] == [True]
    assert any("def oracle_double" in source for source in again)
    assert tiny.RIGHT["ex1_2-mean"] in again
    assert max(seen) == (finished.total, finished.total)
    assert finished.outcomes[place(steps, "ex1_2-mean-test")].end is End.DEAD


def test_only_the_last_test_needs_no_copy_of_the_students_process_and_no_restart() -> None:
    script = Script({"test_mean_empty": Outcome(End.DEAD, lost=True)})
    steps = rebuilt(tiny.RIGHT).steps
    finished = Runner(script, 1).run(steps)
    assert finished.complete
    assert len(script.started) == 1
    assert script.apart == [True] * (len(script.apart) - 1) + [False]
    assert finished.outcomes[place(steps, "ex1_2-mean-test-empty")].end is End.DEAD


def test_a_last_test_that_a_cell_of_the_learners_follows_gets_a_copy() -> None:
    followed = tiny.submission(tiny.RIGHT, lambda cells: cells.append(tiny.extra("print(1)")))
    script = Script({})
    steps = rebuild(read_notebook(followed, "my.ipynb"), tiny.bundle()).steps
    assert Runner(script, 1).run(steps).complete
    assert all(script.apart)


def test_an_answer_that_kills_is_replaced_by_its_stub() -> None:
    script = Script({"crash": Outcome(End.DEAD, lost=True)})
    assert Runner(script, 1).run(rebuilt({"ex1_1-double": "crash"}).steps).complete
    assert any("def double(x):\n    # YOUR CODE HERE" in source for source in script.started[1])


def test_restarts_are_bounded() -> None:
    script = Script({"CheckFailed(Ass": OK, "": Outcome(End.DEAD, lost=True)})
    assert not Runner(script, 1).run(rebuilt(tiny.RIGHT).steps).complete
    assert len(script.started) == MAX_RESTARTS + 1


def test_a_test_that_never_ran_needs_a_look_even_beside_one_that_passed() -> None:
    solved = rebuilt(tiny.RIGHT)
    missing = place(solved.steps, "ex1_2-mean-test-empty")
    outcomes = {at: OK for at in range(len(solved.steps)) if at != missing}
    row = marks.rows(Run(solved.steps, outcomes), solved.titles, 1)[1]
    assert (row.status, row.points, row.message) == (Status.LOOK, 1, "this test was not run")
