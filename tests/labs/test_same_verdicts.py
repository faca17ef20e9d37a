"""The exam room gives the points that stock nbgrader's own preprocessor gives in one kernel.

`make test` compares the solution and the untouched copy of every lab, `make test-all` each column
of wrong and odd right answers, too.
"""

from __future__ import annotations

import os

import nbformat
import pytest
from columns import Right, Wrong, columns, load, notebook
from execute import LABS, ROOT, solution
from nbgrader.preprocessors import Execute
from nbgrader.utils import determine_grade, is_grade
from sat import bundle, room, whole

from safetylab.grading.room.exam import examine

ALL = "SAFETYLAB_TEST_ALL" in os.environ
CASES = [
    pytest.param(lab, kind, k, marks=pytest.mark.xdist_group(f"{lab}-answers"))
    for lab in LABS
    for kind, count in [
        ("solution", 1),
        ("untouched", 1),
        *((kind, len(columns(load(lab), kind)) * ALL) for kind in (Wrong, Right)),
    ]
    for k in range(count)
]
pytestmark = [pytest.mark.slow]


def content(lab: str, kind: object, k: int) -> bytes:
    if kind == "untouched":
        return bundle(lab).released
    return notebook(solution(lab), {} if kind == "solution" else columns(load(lab), kind)[k])


def with_hidden_tests(lab: str, submitted: bytes) -> nbformat.NotebookNode:
    """What nbgrader runs: the instructor's tests and oracles around the submission's answers."""
    answers = {cell.id: cell for cell in nbformat.reads(submitted.decode(), as_version=4).cells}
    made = solution(lab)
    for cell in made.cells:
        mark = cell.metadata.get("nbgrader", {})
        if mark.get("solution") and cell.id in answers:
            cell.source = answers[cell.id].source
    made.cells = [cell for cell in made.cells if "demo" not in cell.metadata.get("tags", [])]
    return made


def stock(lab: str, submitted: bytes) -> dict[str, float | None]:
    """Points by cell, from one kernel."""
    made = with_hidden_tests(lab, submitted)
    made, _ = Execute(timeout=300).preprocess(made, {"metadata": {"path": str(ROOT)}})
    tests = [c for c in made.cells if is_grade(c) and not c.metadata.nbgrader.solution]
    return {cell.metadata.nbgrader.grade_id: determine_grade(cell)[0] for cell in tests}


@pytest.mark.parametrize(("lab", "kind", "k"), CASES)
def test_the_exam_room_and_one_kernel_agree(lab, kind, k):
    submitted = content(lab, kind, k)
    shared = whole(lab, kind) if isinstance(kind, str) else None
    cells = (shared or examine(submitted, bundle(lab), room(lab))).cells
    ours = {cell.name: cell.score for cell in cells if cell.role == "TEST"}
    theirs = {name: score for name, score in stock(lab, submitted).items() if name in ours}
    assert ours == theirs
