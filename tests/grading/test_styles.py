"""Tests written for one shared kernel work unmodified, and judge as stock nbgrader has them judge.

`test_together` compares the styles that stock nbgrader fails with what it has given.
"""

from __future__ import annotations

import nbformat
import pytest
from grading import styles, tiny
from nbformat.v4 import new_markdown_cell, new_notebook

from safetylab.grading import Bundle
from safetylab.grading.room.exam import Examined, examine
from safetylab.grading.room.room import Room

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("styles")]


@pytest.fixture(scope="module")
def room():
    modules = ["torch", "pandas", "sklearn.linear_model", "safetylab.checks"]
    with Room(timeout=30, modules=modules) as made:
        yield made


def bundle(style: styles.Style, split: bool) -> Bundle:
    marked = f"### BEGIN SOLUTION\n{style.right}\n### END SOLUTION"
    test = {"grade": True, "locked": True, "points": 1}
    cells = [
        new_markdown_cell("## Exercise 1.1: a style (1 point)", id="exercise"),
        tiny.code("setup-style", style.setup or "pass", locked=True),
        tiny.code("ex1_1-f", marked, solution=True),
        tiny.code("ex1_1-f-test", style.test, **test),
    ]
    made = new_notebook(cells=cells, metadata={"safetylab": {"split": split},
                        "kernelspec": {"name": "python3",
                        "language": "python", "display_name": "Python 3"}})  # fmt: skip
    instructor = tiny.to_bytes(made)
    return Bundle("lab01_style", tiny.to_bytes(tiny.release(made)), instructor)


def graded(room: Room, style: styles.Style, answer: str, split: bool = False) -> Examined:
    assignment = bundle(style, split)
    notebook = nbformat.reads(assignment.released.decode(), as_version=4)
    notebook.cells[2].source = answer
    return examine(tiny.to_bytes(notebook), assignment, room)


@pytest.mark.parametrize("style", styles.STYLES, ids=lambda style: style.name)
def test_a_right_answer_passes_and_a_wrong_one_fails(room: Room, style: styles.Style) -> None:
    right, wrong = (graded(room, style, answer) for answer in (style.right, style.wrong))
    found = right.report.score, wrong.report.score
    assert found == style.stock, [one.report.rows[0].message for one in (right, wrong)]
