"""Grading through the seam: one kernel serves several assertions wherever it can."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from grading import tiny

from safetylab.grading import Report, Row, Status, grade_notebook
from safetylab.grading.room.run import MAX_RESTARTS

pytestmark = pytest.mark.slow

LIMIT = 2.0


def grade(answers: dict[str, str], edit: Any = None, hidden: bool = True, **options: Any) -> Report:
    content = tiny.submission({**tiny.RIGHT, **answers}, edit)
    return grade_notebook(content, tiny.bundle(hidden), **{"timeout": LIMIT, **options})


def row(report: Report, exercise: str) -> Row:
    return next(row for row in report.rows if row.exercise == exercise)


def assert_others_right(report: Report, lost: str) -> None:
    kept = [row for row in report.rows if row.exercise != lost]
    assert all(row.status in (Status.RIGHT, Status.WAITING) for row in kept)


def test_an_untouched_notebook_scores_nothing_and_is_not_started() -> None:
    report = grade_notebook(tiny.RELEASED, tiny.bundle())
    assert [row.status for row in report.rows] == [Status.NOT_STARTED] * 3
    assert (report.score, report.max_score, report.waiting) == (0, 5, 0)
    assert report.notes == ()


def test_the_solution_scores_everything_and_shows_its_progress() -> None:
    seen: list[tuple[int, int]] = []
    solved = json.loads(tiny.INSTRUCTOR)
    report = grade_notebook(
        json.dumps(solved).encode(), tiny.bundle(), on_cell=lambda *cells: seen.append(cells)
    )
    assert [row.status for row in report.rows] == [Status.RIGHT, Status.RIGHT, Status.WAITING]
    assert (report.score, report.max_score, report.waiting) == (5, 5, 4)
    assert report.notes == ()
    assert [row.title for row in report.rows] == ["doubling", "the mean", "why"]
    total = seen[-1][1]
    assert seen == [(done, total) for done in range(1, total + 1)]


def test_a_wrong_answer_carries_its_misconception_and_a_partial_one_keeps_points() -> None:
    report = grade(
        {
            "ex1_1-double": "def double(x):\n    return x * x",
            "ex1_2-mean": "def mean(values):\n    return sum(values) / len(values)",
            "ex1_3-why": "  ",
        }
    )
    wrong, partly, written = report.rows
    assert (wrong.status, wrong.points, wrong.misconception) == (Status.WRONG, 0, "squared")
    assert wrong.message == "you squared: double adds x to itself"
    assert (partly.status, partly.points, partly.max_points) == (Status.PARTLY, 1, 3)
    assert partly.message == (
        "mean raised ZeroDivisionError: division by zero (in your cell ex1_2-mean, line 2)"
    )
    assert written.status is Status.NOT_STARTED


def test_a_learners_own_cells_run_where_they_stand() -> None:
    def edit(cells: list[Any]) -> None:
        cells.insert(tiny.at(cells, "ex1_1-double"), tiny.extra("def add(a, b):\n    return a + b"))
        cells.insert(tiny.at(cells, "ex1_2-mean-test"), tiny.extra("extra = len"))
        cells[tiny.at(cells, "scale")]["source"] = "scale = 2"

    report = grade(
        {
            "ex1_1-double": "def double(x):\n    return add(x, x)",
            "ex1_2-mean": "def mean(v):\n    return scale / 2 * sum(v) / max(extra(v), 1)",
        },
        edit,
    )
    assert (report.score, report.notes) == (5, ())


def test_deleted_and_edited_cells_are_the_labs_own_again() -> None:
    def edit(cells: list[Any]) -> None:
        cells[tiny.at(cells, "ex1_1-double-test")]["source"] = "pass"
        del cells[tiny.at(cells, "ex1_2-mean-test")]
        del cells[tiny.at(cells, "setup-imports")]
        answer = tiny.at(cells, "ex1_2-mean")
        cells[answer] = tiny.extra("def mean(values):\n    return 0")

    report = grade({"ex1_1-double": "def double(x):\n    return x * x"}, edit)
    assert report.score == 2  # the empty list's test only
    assert row(report, "1.1").misconception == "squared"
    assert row(report, "1.2").misconception == "not-mean"
    assert report.notes == (
        "the cell setup-imports was missing: the lab's own was put back",
        "the cell ex1_1-double-test was changed: the lab's own was run instead",
        "the answer cell ex1_2-mean is missing: the empty one of the lab was put back",
        "the cell ex1_2-mean-test was missing: the lab's own was put back",
    )


def test_of_two_cells_with_one_name_the_changed_one_counts() -> None:
    def edit(cells: list[Any]) -> None:
        place = tiny.at(cells, "ex1_1-double")
        stub = json.loads(tiny.RELEASED)["cells"][place]
        cells.insert(place + 1, {**stub, "id": "copied"})

    report = grade({}, edit)
    assert report.score == 5
    assert report.notes == (
        "2 cells are called ex1_1-double: the last one that you changed was graded",
    )


@pytest.mark.parametrize(
    ("cell", "code", "message"),
    [
        pytest.param(
            "ex1_1-double",
            "while True: pass",
            "your cell ex1_1-double did not finish within 2 seconds: "
            "look for a loop that never ends",
            id="loop in a cell",
        ),
        pytest.param(
            "ex1_1-double",
            "def double(x):\n    while True: pass",
            "your code did not finish within 2 seconds: look for a loop that never ends",
            id="loop in a function",
        ),
        pytest.param(
            "ex1_1-double",
            "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass",
            "your cell ex1_1-double did not finish within 2 seconds: "
            "look for a loop that never ends",
            id="loop that no interrupt ends",
        ),
        pytest.param(
            "ex1_1-double",
            "import os; os._exit(1)",
            "your cell ex1_1-double ended the Python process: look for a call that exits or "
            "crashes it, or for an array that fills the memory",
            id="crash in a cell",
        ),
        pytest.param(
            "ex1_1-double",
            "def double(x):\n    import os; os._exit(1)",
            "your code ended the Python process: look for a call that exits or crashes it, "
            "or for an array that fills the memory",
            id="crash in a function",
        ),
        pytest.param(
            "ex1_1-double",
            "exit()\ndef double(x): return 2 * x",
            "your cell ex1_1-double could not be run: SystemExit",
            id="exit",
        ),
        pytest.param(
            "ex1_1-double",
            "def double(x)\n    return 2 * x",
            "your cell ex1_1-double could not be run: SyntaxError: expected ':' (line 1)",
            id="syntax",
        ),
        pytest.param(
            "ex1_1-double",
            "def double(x):\n    return 2 * x if x < 5 else 0\nprint('points: 99')\n99",
            "a hidden test of 1.1 failed",
            id="hidden test",
        ),
        pytest.param(
            "ex1_1-double",
            "def double(x):\n    assert x > 2, 'too small'\n    return 2 * x",
            "double raised AssertionError: too small (in your cell ex1_1-double, line 2)",
            id="assertion in a visible check",
        ),
    ],
)
def test_a_failure_costs_its_own_exercise_only(cell: str, code: str, message: str) -> None:
    report = grade({cell: code})
    lost = row(report, "1.1")
    assert (lost.status, lost.points, lost.message) == (Status.WRONG, 0, message)
    assert_others_right(report, "1.1")
    assert "expected 20" not in report.to_json()


def test_a_cell_that_always_kills_is_given_up_with_a_note_and_no_silent_zero() -> None:
    thread = "import os, threading, time\nthreading.Timer(0.01, os._exit, [1]).start()\n"
    number = MAX_RESTARTS + 4
    kill_all = [tiny.extra(f"{thread}time.sleep(9)  # {place}") for place in range(number)]
    report = grade({}, lambda cells: cells.__setitem__(slice(0, 0), kill_all))
    assert [row.status for row in report.rows[:2]] == [Status.LOOK] * 2
    assert "again and again" in report.notes[0]


def test_a_demo_cell_runs_only_if_it_was_edited() -> None:
    def edit(cells: list[Any]) -> None:
        cells[tiny.at(cells, "a-demo")]["source"] = "half = 0.5"

    used = {"ex1_2-mean": "def mean(v):\n    return 2 * half * sum(v) / max(len(v), 1)"}
    assert row(grade(used, edit), "1.2").points == 3
    assert row(grade(used), "1.2").points == 0


def test_without_solutions_only_visible_checks_run_and_the_report_says_so() -> None:
    report = grade(
        {"ex1_1-double": "def double(x):\n    return 2 * x if x < 5 else 0"}, None, False
    )
    assert (report.score, report.hidden) == (5, False)
    assert "only the visible checks were run" in report.notes[-1]


def test_a_broken_lab_cell_is_named_and_judges_nobody() -> None:
    broken = tiny.INSTRUCTOR.replace(b"class CheckFailed(AssertionError)", b"class CheckFailed(Oh)")
    report = grade_notebook(
        tiny.submission({"ex1_1-double": "def double(x):\n    return 5"}),
        tiny.Bundle(tiny.LAB, tiny.RELEASED, broken),
    )
    assert row(report, "1.1").status is Status.LOOK
    assert report.notes[0] == (
        "the lab's cell setup-imports raised NameError: name 'Oh' is not defined"
    )


def test_the_processes_stand_apart_from_the_session_that_grades(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("JPY_SESSION_NAME", "somebody.ipynb")
    startup = tmp_path / "startup.py"
    startup.write_text("import builtins\nbuiltins.ValueError = KeyError")
    monkeypatch.setenv("PYTHONSTARTUP", str(startup))
    code = """
import os, sys
def double(x):
    raise ValueError([
        os.environ[key] for key in ("MPLBACKEND", "NBGRADER_EXECUTION", "OMP_NUM_THREADS")
    ] + ["JPY_SESSION_NAME" in os.environ, os.listdir()])
"""
    message = row(grade({"ex1_1-double": code}), "1.1").message
    found = re.search(r"ValueError: (\[.*\]) \(in", message)
    assert found
    assert found[1] == str(["Agg", "autograde", "1", False, []])


def test_safetylabs_own_checks_are_understood() -> None:
    def edit_all(content: bytes) -> bytes:
        real = "from safetylab.checks import exercise, expect"
        values = json.loads(content)
        cells = values["cells"]
        cells[tiny.at(cells, "setup-imports")]["source"] = real
        test = cells[tiny.at(cells, "ex1_1-double-test")]
        source = "".join(test["source"]).replace(
            "def test_double", "@exercise('1.1')\ndef test_double"
        )
        test["source"] = source.replace(' [1.1/squared]"', '", "squared"')
        return json.dumps(values).encode()

    bundle = tiny.Bundle(tiny.LAB, edit_all(tiny.RELEASED), edit_all(tiny.INSTRUCTOR))
    submitted = tiny.submission({"ex1_1-double": "def double(x):\n    return x * x"})
    report = grade_notebook(submitted, bundle)
    assert row(report, "1.1").misconception == "squared"
    assert row(report, "1.1").message == "you squared: double adds x to itself"
    untouched = grade_notebook(tiny.RELEASED, bundle)
    assert row(untouched, "1.1").status is Status.NOT_STARTED
