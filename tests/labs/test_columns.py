"""A column is graded by the tests of its exercises, and by no others."""

from __future__ import annotations

from pathlib import Path

import nbformat
from columns import Edit, Right, Wrong, judged, part

from safetylab.course.build.source import read_lab
from safetylab.grading import Bundle

CELLS = {
    "setup-imports": "import math",
    "ex1_1-one": "def one(): return 1",
    "ex1_1-one-test": "def oracle_two(two): return two() == 2\nassert one() == 1",
    "ex1_2-two": "def two(): return 2",
    "ex1_2-two-test": "assert oracle_two(two)",
    "ex1_10-ten-test": "assert True",
}


def lab() -> Bundle:
    made = nbformat.v4.new_notebook()
    for name, code in CELLS.items():
        metadata = {"nbgrader": {"grade_id": name}}
        made.cells.append(nbformat.v4.new_code_cell(code, id=name, metadata=metadata))
    content = nbformat.writes(made).encode()
    return Bundle("lab01_tiny", content, content)


def left(*cells: str) -> set[str]:
    cut = part(lab(), {cell: Wrong(cell, "", "") for cell in cells})
    assert cut.released == cut.instructor
    ids = {cell.id for cell in nbformat.reads(cut.released.decode(), as_version=4).cells}
    return {name for name in CELLS if name not in ids}


def test_the_tests_of_other_exercises_are_left_out():
    assert left("ex1_1-one") == {"ex1_2-two-test", "ex1_10-ten-test"}
    assert left() == {"ex1_1-one-test", "ex1_2-two-test", "ex1_10-ten-test"}


def test_one_that_defines_what_another_uses_stays():
    assert left("ex1_2-two") == {"ex1_10-ten-test"}


JUDGED = """\
# %% nbgrader={"grade_id": "ex1_1-predict", "solution": true}
PREDICT = {
    "name": "side", "kind": "choice", "options": ["a", "b", "c"], "points": 1, "accept": "a",
    "mistakes": {"b": "thinks-b", "c": "thinks-c"},
}
### BEGIN SOLUTION
side = "a"
### END SOLUTION

# %% nbgrader={"grade_id": "ex1_2-predict", "solution": true}
PREDICT = {
    "name": "share", "kind": "number", "low": 0, "high": 1, "points": 1, "truth": "oracle()",
    "tolerance": 0.1, "outcome": 0.1,
}
### BEGIN SOLUTION
share = 0.1
### END SOLUTION
"""


def test_judged_predictions_give_their_own_columns(tmp_path: Path) -> None:
    source = tmp_path / "solutions" / "lab01_tiny" / "lab01_tiny.py"
    source.parent.mkdir(parents=True)
    source.write_text(JUDGED)
    found = judged(read_lab(tmp_path, "lab01_tiny"))
    wrong = [(one.cell, one.misconception) for one in found if isinstance(one, Wrong)]
    assert wrong == [("ex1_1-predict", "thinks-b"), ("ex1_1-predict", "thinks-c"),
                     ("ex1_2-predict", "too-high")]  # fmt: skip
    assert [one.name for one in found if isinstance(one, Right)] == ["says-a", "says-it"]
    assert "predictions.choice(side" in str(found[0].code)


def test_edits_add_up_in_their_order_and_none_is_lost() -> None:
    edit = Edit("a", "b") + Edit("b", "c") + Edit("c", "d", " end") + Edit("d end", "e")
    assert edit.apply("a") == "e"
