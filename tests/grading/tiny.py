"""A tiny lab of three exercises, its release made by nbgrader's own preprocessors."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.preprocessors import (
    ClearHiddenTests,
    ClearSolutions,
    ComputeChecksums,
    LockCells,
)

from safetylab.grading import Bundle

LAB = "lab01_tiny"

SETUP = """
class CheckFailed(AssertionError):
    pass

def expect(condition, message):
    if not condition:
        raise CheckFailed(message)
"""
DOUBLE = """
def double(x):
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION
"""
DOUBLE_TEST = """
def test_double():
    expect(double(3) != 9, "you squared: double adds x to itself [1.1/squared]")
    expect(double(1) == 2, "double(1) must be 2 [1.1]")
    ### BEGIN HIDDEN TESTS
    assert double(10) == oracle_double(10), f"expected {oracle_double(10)}"
    ### END HIDDEN TESTS

test_double()
"""
ORACLE = """
### BEGIN HIDDEN TESTS
def oracle_double(x):
    return x + x
### END HIDDEN TESTS
"""
PREDICT = """
### BEGIN SOLUTION
guess = 2
### END SOLUTION
"""
MEAN = """
def mean(values):
    ### BEGIN SOLUTION
    return sum(values) / len(values) if values else 0.0
    ### END SOLUTION
"""
MEAN_TEST = """
def test_mean():
    expect(mean([1, 3]) == 2, "the mean of 1 and 3 is 2 [1.2/not-mean]")
    ### BEGIN HIDDEN TESTS
    expect(mean([2, 2]) == oracle_double(1), "the mean of 2 and 2 is 2 [1.2/not-mean]")
    ### END HIDDEN TESTS

test_mean()
"""
MEAN_TEST_EMPTY = """
def test_mean_empty():
    expect(mean([]) == 0, "the mean of nothing is 0 here [1.2/empty]")

test_mean_empty()
"""
WHY = """### BEGIN SOLUTION
Because doubling is linear.
### END SOLUTION"""


def _mark(grade_id: str, **mark: Any) -> dict[str, Any]:
    base = {"grade": False, "solution": False, "locked": False, "schema_version": 3}
    return {"nbgrader": {**base, "grade_id": grade_id, "task": False, **mark}}


def code(name: str, source: str, **mark: Any) -> nbformat.NotebookNode:
    """A code cell with nbgrader's mark."""
    return new_code_cell(source.strip(), id=name, metadata=_mark(name, **mark))


def instructor() -> nbformat.NotebookNode:
    """The instructor's notebook."""
    test: dict[str, Any] = {"grade": True, "locked": True}
    cells = [
        new_markdown_cell("# Tiny", id="tiny"),
        code("setup-imports", SETUP, locked=True),
        code("oracle-double", ORACLE, **test, points=0),
        new_markdown_cell("## Exercise 1.1: doubling (2 points)", id="exercise-1-1"),
        code("ex1_1-double", DOUBLE, solution=True),
        code("ex1_1-double-test", DOUBLE_TEST, **test, points=2),
        new_code_cell("raise RuntimeError", id="a-demo", metadata={"tags": ["demo"]}),
        new_code_cell("scale = 1", id="scale"),
        new_markdown_cell("## Exercise 1.2: the mean (3 points, deeper)", id="exercise-1-2"),
        code("ex1_2-predict", PREDICT, solution=True),
        code("ex1_2-mean", MEAN, solution=True),
        code("ex1_2-mean-test", MEAN_TEST, **test, points=1),
        code("ex1_2-mean-test-empty", MEAN_TEST_EMPTY, **test, points=2),
        new_markdown_cell("## Exercise 1.3: why (4 points)", id="exercise-1-3"),
        new_markdown_cell(
            WHY, id="ex1_3-why", metadata=_mark("ex1_3-why", grade=True, solution=True, points=4)
        ),
    ]
    metadata = {
        "kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"},
        "safetylab": {"version": "1", "source_sha": "abc", "split": True},
    }
    return new_notebook(cells=cells, metadata=metadata)


def release(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """What a learner is given."""
    for step in (LockCells, ClearSolutions, ClearHiddenTests, ComputeChecksums):
        notebook, _ = step().preprocess(notebook, {})
    return notebook


def to_bytes(notebook: nbformat.NotebookNode) -> bytes:
    """The notebook as a file's content."""
    return nbformat.writes(notebook).encode()


INSTRUCTOR = to_bytes(instructor())
RELEASED = to_bytes(release(instructor()))


def bundle(hidden: bool = True) -> Bundle:
    """The tiny lab to grade against."""
    return Bundle(LAB, RELEASED, INSTRUCTOR if hidden else None)


RIGHT = {
    "ex1_1-double": "def double(x):\n    return x + x",
    "ex1_2-mean": "def mean(values):\n    return sum(values) / max(len(values), 1)",
    "ex1_3-why": "Adding a number to itself is linear.",
}


def submission(answers: dict[str, str], edit: Callable[[list[Any]], None] | None = None) -> bytes:
    """A learner's file: the release with ``answers`` typed in, then ``edit`` on its cells."""
    notebook = json.loads(RELEASED)
    for cell in notebook["cells"]:
        cell["source"] = answers.get(cell["id"], cell["source"])
    if edit:
        edit(notebook["cells"])
    return json.dumps(notebook).encode()


def extra(source: str) -> dict[str, Any]:
    """A code cell that a learner added."""
    return dict(new_code_cell(source))


def at(cells: list[Any], name: str) -> int:
    """Where the cell of that id is."""
    return next(place for place, cell in enumerate(cells) if cell["id"] == name)
