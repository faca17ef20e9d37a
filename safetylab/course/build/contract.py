"""The grader's contract: a test calls functions of the student's by name, and no more.

Student and tests run in two processes (``safetylab/grading/README.md``), so a test that looks into
a function, or needs a class of the student's, would judge another thing than one kernel does.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from safetylab.course.build.source import Cell, Lab, Problem
from safetylab.grading.paper.defined import defined

_BEYOND = frozenset(
    ("globals", "locals", "vars", "dir", "eval", "exec", "compile", "get_ipython", "inspect",
     "monkeypatch", "mock", "In", "Out")
)  # fmt: skip


def contract_problems(lab: Lab) -> Iterator[Problem]:
    """Every answer that is no function or value, and every test that does more than call."""
    answers: set[str] = set()
    for cell in lab.of("answer"):
        yield from _classes(lab, cell)
        answers |= defined(cell.tree)
    for cell in lab.of("test", "oracle"):
        yield from _beyond_calls(lab, cell, answers)


def _classes(lab: Lab, cell: Cell) -> Iterator[Problem]:
    for node in cell.tree.body:
        if isinstance(node, ast.ClassDef):
            what = f"the answer defines the class {node.name}, and a test cannot hold its objects"
            yield lab.problem(cell, what, "let it define a function that returns plain values")


def _beyond_calls(lab: Lab, cell: Cell, answers: set[str]) -> Iterator[Problem]:
    for node in ast.walk(cell.tree):
        if isinstance(node, ast.Name) and node.id in _BEYOND:
            what = f"line {node.lineno} uses {node.id}, which sees the tests' process only"
            yield lab.problem(
                cell, what, "call the student's function, and look at what it returns"
            )
        if isinstance(node, ast.Attribute) and _is_one(node.value, answers):
            what = f"line {node.lineno} takes {ast.unparse(node)} of a student's function"
            yield lab.problem(cell, what, "call it: its attributes stay in the student's process")


def _is_one(node: ast.expr, answers: set[str]) -> bool:
    return isinstance(node, ast.Name) and node.id in answers
