"""The checks of every lab can fail: each wrong answer loses its own points, right ones keep them.

Column k of a lab's answers is one notebook that holds the k-th answer of each exercise.
"""

from __future__ import annotations

import atexit
from functools import cache
from pathlib import Path

import nbformat
import pytest
from columns import Right, Wrong, columns, load, notebook
from execute import LABS, ROOT, solution

from safetylab.grading import Bundle, Report, Status
from safetylab.grading.room.exam import examine
from safetylab.grading.room.room import Room
from safetylab.grading.room.rooms import imports_of

COLUMNS = [
    pytest.param(lab, kind, k, marks=pytest.mark.xdist_group(f"{lab}-{k % 2}"))
    for lab in LABS
    for kind in (Wrong, Right)
    for k in range(len(columns(load(lab), kind)))
]


@cache
def bundle(lab: str) -> Bundle:
    return Bundle.load(ROOT, lab)


@cache
def room(lab: str) -> Room:
    """One exam room for all columns of a lab that this process grades."""
    made = Room(modules=imports_of(bundle(lab)))
    atexit.register(made.close)
    return made


def graded(lab: str, chosen: dict[str, Wrong | Right]) -> Report:
    return examine(notebook(solution(lab), chosen), bundle(lab), room(lab)).report


def answer_cells(lab: str) -> set[str]:
    """The code cells that a learner writes and a machine checks."""
    graders = [cell.metadata.get("nbgrader", {}) for cell in solution(lab).cells]
    ids = {g["grade_id"] for g in graders if g.get("solution") and not g.get("grade")}
    return {name for name in ids if "-predict" not in name}


@pytest.mark.slow
@pytest.mark.parametrize(("lab", "kind", "k"), COLUMNS)
def test_each_answer_moves_only_its_own_points(lab, kind, k):
    chosen = columns(load(lab), kind)[k]
    report = graded(lab, chosen)
    wrong = {cell: a.misconception for cell, a in chosen.items() if isinstance(a, Wrong)}
    for check in (check for row in report.rows for check in row.checks):
        expected = wrong.get(check.name.partition("-test")[0], "")
        assert check.misconception == expected, (check.name, check.message)
        assert check.points == (0 if expected else check.max_points), (check.name, check.message)
    assert not report.notes


@pytest.mark.slow
@pytest.mark.parametrize("lab", LABS)
def test_the_untouched_lab_scores_nothing_and_the_solution_everything(lab):
    blank = examine(bundle(lab).released, bundle(lab), room(lab)).report
    solved = graded(lab, {})
    assert blank.score == 0
    assert {row.status for row in blank.rows} == {Status.NOT_STARTED}
    assert solved.score == solved.max_score > 0
    assert {row.status for row in solved.rows} <= {Status.RIGHT, Status.WAITING}
    assert solved.waiting == sum(row.written for row in solved.rows)


@pytest.mark.parametrize("lab", LABS)
def test_every_answer_cell_has_three_wrong_answers_and_a_right_one(lab):
    answers = load(lab)
    for cell in answer_cells(lab):
        own = [answer for answer in answers if answer.cell == cell]
        assert sum(isinstance(answer, Wrong) for answer in own) >= 3, cell
        assert sum(isinstance(answer, Right) for answer in own) >= 1, cell
    assert {answer.cell for answer in answers} == answer_cells(lab)


@pytest.mark.parametrize("lab", LABS)
def test_no_cell_of_the_released_lab_holds_a_solution_or_a_hidden_test(lab):
    released = nbformat.read(ROOT / "labs" / lab / f"{lab}.ipynb", as_version=4)
    text = "\n".join(cell.source for cell in released.cells)
    assert "BEGIN SOLUTION" not in text
    assert "HIDDEN TESTS" not in text
    assert not any(cell.get("outputs") for cell in released.cells)


def test_there_are_labs() -> None:
    assert Path(ROOT / "labs").is_dir()
    assert "lab01_evasion" in LABS
