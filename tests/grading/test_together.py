"""In one process every cell gets the points that stock nbgrader gives it.

Stock's are kept in ``stock.json``. With `SAFETYLAB_TEST_ALL` set, stock nbgrader grades again, the
styles of tests that it fails, too.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from grading.foreign import FOREIGN, Foreign
from grading.stock import ODD, kept, make, measured, name_of, of_style, points
from grading.styles import STYLES

from safetylab.grading.gradebook.batch import grade_assignment
from safetylab.grading.gradebook.nbcourse import Course

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("together")]
ALL = "SAFETYLAB_TEST_ALL" in os.environ


@pytest.mark.parametrize("foreign", [*FOREIGN, *ODD] if ALL else FOREIGN, ids=name_of)
def test_every_cell_has_stocks_points(tmp_path: Path, foreign: Foreign) -> None:
    name, stock = name_of(foreign), kept()[name_of(foreign)]
    root = make(tmp_path / "ours", [foreign])
    summary = grade_assignment(Course.open(root), name)
    assert points(root, name) == stock, json.dumps([one.looks for one in summary.graded])
    if ALL:
        assert measured(tmp_path, foreign) == stock, "PYTHONPATH=tests python -m grading.stock"


@pytest.mark.parametrize("foreign", FOREIGN, ids=name_of)
def test_stocks_points_are_worth_comparing(foreign: Foreign) -> None:
    stock = kept()[name_of(foreign)]
    if foreign.name not in ("partial credit", "no model solution", "shell, magics and errors"):
        assert set(stock["solution"].values()) <= {0, 2}
        assert sum(stock["solution"].values()) == 2 * sum(c.kind == "test" for c in foreign.cells)
        assert sum(filter(None, stock["untouched"].values())) < 2 * len(stock["untouched"])


def test_styles_that_stock_fails_are_told_from_measured_points() -> None:
    for style, foreign in ((style, of_style(style)) for style in STYLES):
        if style.stock != (1, 0):
            stock = kept()[name_of(foreign)]
            found = [stock[student]["t1"] for student in ("solution", "mutant0")]
            assert found == [2 * one for one in style.stock]
