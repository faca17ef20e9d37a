"""A column is graded by the tests of its exercises, and by no others."""

from __future__ import annotations

import nbformat
from columns import Wrong, part

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
