"""Tests that nbgrader writes itself: ``### AUTOTEST`` and ``### HASHED AUTOTEST``."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import nbformat
import nbgrader
import pytest
from grading import nbcourse as nc
from nbformat.v4 import new_code_cell, new_notebook

from safetylab.grading.gradebook.batch import Summary, grade_assignment
from safetylab.grading.gradebook.nbcourse import Course

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("autotest")]

TEMPLATES = Path(nbgrader.__file__).parent / "docs/source/user_guide/autotests.yml"
ANSWERS = {
    "numbers": "count = 42\nshare = 0.125\nwords = ['one', 'two']\nages = {'ann': 3}\nyes = True",
    "average": "def average(values):\n    return sum(values) / len(values)",
    "table": "import pandas as pd\ntable = pd.DataFrame({'x': [1, 2], 'y': ['a', 'b']})",
}
TESTS = {
    "numbers": "### AUTOTEST count; words\n### AUTOTEST ages; yes\n### HASHED AUTOTEST share",
    "average": "### HASHED AUTOTEST average([1, 2, 4]); average((5,))\nassert average([3]) == 3",
    "table": "### AUTOTEST table",
}
WRONG = {
    "numbers": ANSWERS["numbers"].replace("42", "42.0"),
    "average": "def average(values):\n    return sum(values) / 3",
    "table": ANSWERS["table"].replace("[1, 2]", "[2, 1]"),
}
ODD = {
    "numbers": ANSWERS["numbers"].replace("42", "int('42')"),
    "average": "import statistics\naverage = lambda values: float(statistics.mean(values))",
    "table": ANSWERS["table"].replace("[1, 2]", "list(range(1, 3))"),
}
CLASS = {"right": {}, "odd": ODD, "empty": None} | {
    f"no-{name}": {name: WRONG[name]} for name in WRONG
}
FAIR = {"right": (2, 2, 2), "odd": (2, 2, 2), "empty": (0, 0, 0), "no-numbers": (0, 2, 2),
        "no-average": (2, 0, 2), "no-table": (2, 2, 0)}  # fmt: skip


def cell(name: str, source: str, **mark: Any) -> Any:
    base = {"grade": False, "solution": False, "locked": False, "schema_version": 3, "task": False}
    return new_code_cell(source, metadata={"nbgrader": {**base, "grade_id": name, **mark}})


def source() -> nbformat.NotebookNode:
    cells = []
    for name, answer in ANSWERS.items():
        marked = f"### BEGIN SOLUTION\n{answer}\n### END SOLUTION"
        cells.append(cell(name, marked, solution=True))
        cells.append(cell(f"{name}-test", TESTS[name], grade=True, locked=True, points=2))
    kernel = {"name": "python3", "language": "python", "display_name": "Python 3"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course as nbgrader's manual has it, with everybody's notebooks handed in."""
    root = tmp_path_factory.mktemp("course")
    (root / "source" / nc.NAME).mkdir(parents=True)
    (root / "nbgrader_config.py").write_text(nc.CONFIG)
    shutil.copy(TEMPLATES, root)
    (root / "source" / nc.NAME / f"{nc.NAME}.ipynb").write_text(nbformat.writes(source()))
    nc.nbgrader(root, "generate_assignment", nc.NAME)
    for student, changed in CLASS.items():
        answers = {} if changed is None else {**ANSWERS, **changed}
        nc.hand_in(root, student, nc.answered(root, answers))
    return root


def points(root: Path) -> dict[str, tuple[float, ...]]:
    with Course.open(root).gradebook() as book:
        return {
            one.student_id: tuple(
                book.find_grade(f"{name}-test", nc.NAME, nc.NAME, one.student_id).auto_score
                for name in ANSWERS
            )
            for one in book.assignment_submissions(nc.NAME)
        }


@pytest.fixture(scope="module")
def graded(released: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Summary]:
    root = shutil.copytree(released, tmp_path_factory.mktemp("ours") / "course")
    return root, grade_assignment(Course.open(root), nc.NAME)


def test_the_release_holds_tests_that_nbgrader_wrote(released: Path) -> None:
    cells = json.loads((released / "release" / nc.NAME / f"{nc.NAME}.ipynb").read_text())["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells)
    assert "AUTOTEST" not in text
    assert "sha1(" in text
    assert '"""42"""' in text


def test_such_tests_give_fair_points(graded: tuple[Path, Summary]) -> None:
    root, summary = graded
    assert summary.complete
    assert summary.warnings == (), "the instructor's own notebook gets all points"
    assert points(root) == FAIR


def test_nbgrader_itself_gives_the_same(released: Path, tmp_path: Path) -> None:
    root = shutil.copytree(released, tmp_path / "course")
    nc.nbgrader(root, "autograde", nc.NAME)
    assert points(root) == FAIR


def test_a_student_is_told_what_the_templates_say(graded: tuple[Path, Summary]) -> None:
    path = graded[0] / "autograded/no-numbers" / nc.NAME / f"{nc.NAME}.ipynb"
    assert "type of count is not int" in path.read_text()
