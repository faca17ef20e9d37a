"""What a student may see of a graded notebook."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme, NbGraderPreprocessor
from nbgrader.utils import is_solution


class HideTests(NbGraderPreprocessor):  # type: ignore[misc]
    """Take hidden tests and marking schemes out of the pages that students are given."""

    def preprocess_cell(
        self, cell: NotebookNode, resources: Any, index: int
    ) -> tuple[NotebookNode, Any]:
        """Strip a cell of the course; an answer is the student's own text."""
        if "nbgrader" in cell.metadata and not is_solution(cell):
            tests, scheme = ClearHiddenTests(parent=self), ClearMarkScheme(parent=self)
            cell.source = _without(
                cell.source, tests.begin_test_delimeter, tests.end_test_delimeter
            )
            cell.source = _without(
                cell.source,
                scheme.begin_mark_scheme_delimeter,
                scheme.end_mark_scheme_delimeter,
            )
        return cell, resources


def _without(source: str, begin: str, end: str) -> str:
    """Leave out regions; one that is never closed goes to the end."""
    kept, inside = [], False
    for line in source.split("\n"):
        if begin in line:
            inside = True
        elif end in line:
            inside = False
        elif not inside:
            kept.append(line)
    return "\n".join(kept)
