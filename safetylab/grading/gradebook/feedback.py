"""What a student may see of a graded notebook, and a table that says how each exercise ended."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nbformat import NotebookNode
from nbgrader.api import Grade, Gradebook
from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme, NbGraderPreprocessor
from nbgrader.utils import is_grade, is_solution

from safetylab.grading.gradebook.outputs import is_for_graders, plain, stream
from safetylab.grading.paper.rebuild import exercise_of
from safetylab.grading.paper.told import parted
from safetylab.grading.report import Row

_BRACKETS = (
    "A name in brackets is that of a mistake that others have made, too: say it when you ask for "
    "help."
)
# nbgrader puts the columns of tables side by side without a gap, and does not show that hints open.
# Its own list of contents calls every test "Test cell"; what lateness costs stands there, too.
_STYLE = """
td, th { padding-right: 1em; vertical-align: top }
summary { display: list-item }
#toc li:not(.late-penalty) { display: none }
"""
WITHHELD = "What this cell showed is for graders only: it ran after a hidden test.\n"
_WAITING = "a person has not decided on all of it yet"


class HideTests(NbGraderPreprocessor):  # type: ignore[misc]
    """Take hidden tests, marking schemes and rubrics out of the pages that students are given."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Strip the cells, and leave out those of which nothing is left."""
        nb.cells = [cell for cell in nb.cells if not is_for_graders(cell)]
        told = [cell.metadata.safetylab for cell in nb.cells if _report(cell)]
        if not all(one.get("apart", True) for one in told):
            _withhold(nb.cells, ClearHiddenTests(parent=self).begin_test_delimeter)
        nb, resources = super().preprocess(nb, resources)
        nb.cells = [cell for cell in nb.cells if not _is_empty_oracle(cell)]
        return nb, resources

    def preprocess_cell(
        self, cell: NotebookNode, resources: Any, index: int
    ) -> tuple[NotebookNode, Any]:
        """Strip a cell of the course; an answer is the student's own text."""
        if "nbgrader" in cell.metadata and not is_solution(cell):
            tests, scheme = ClearHiddenTests(parent=self), ClearMarkScheme(parent=self)
            marks = tests.begin_test_delimeter, tests.end_test_delimeter
            schemes = scheme.begin_mark_scheme_delimeter, scheme.end_mark_scheme_delimeter
            cell.source = parted(parted(cell.source, *marks)[0], *schemes)[0]
        return cell, resources


def _is_test(cell: NotebookNode) -> bool:
    return bool(is_grade(cell) and not is_solution(cell))


def _withhold(cells: list[NotebookNode], mark: str) -> None:
    """Leave out what cells showed after a hidden test began in the process that they shared.

    What stands under a test stays: it is the grader's own sentence, or a number.
    """
    begun = False
    for cell in cells:
        if cell.cell_type != "code":
            continue
        ours = "nbgrader" in cell.metadata and not is_solution(cell)
        begun = begun or (ours and mark in cell.source)
        if begun and cell.get("outputs"):
            said = [one for one in cell.outputs if one.output_type in ("error", "execute_result")]
            cell.outputs = said if _is_test(cell) else [stream(WITHHELD)]


def _is_empty_oracle(cell: NotebookNode) -> bool:
    """Whether a cell gives no points, says nothing and went well."""
    says = cell.metadata.get("nbgrader", {}).get("points") or cell.source.strip()
    return _is_test(cell) and not (says or cell.get("outputs"))


class Overview(NbGraderPreprocessor):  # type: ignore[misc]
    """Put a table of the exercises on top: points as they are now, and why some were lost."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Add the table to the cell that the exam room has put on top, if it has."""
        top = next((cell for cell in nb.cells if _report(cell)), None)
        if top is not None:
            resources.setdefault("inlining", {}).setdefault("css", []).append(_STYLE)
            about = resources["nbgrader"]
            key = (about["notebook"], about["assignment"], about["student"])
            with Gradebook(about["db_url"]) as book:
                grades = list(book.find_submission_notebook(*key).grades)
                rows = [Row.from_dict(row) for row in _report(top)["rows"]]
                top.source += "\n\n" + "\n".join(_table(rows, grades))
        return nb, resources


def _report(cell: NotebookNode) -> Any:
    return cell.metadata.get("safetylab", {}).get("report")


def _table(rows: list[Row], grades: list[Grade]) -> Iterator[str]:
    yield "| Exercise | Points | |"
    yield "|---|---|---|"
    for row in rows:
        tests = {check.name for check in row.checks}
        mine = [one for one in grades if one.name in tests or exercise_of(one.name) == row.exercise
                or one.name == row.exercise]  # fmt: skip
        points = f"{sum(one.score for one in mine):g}/{sum(one.max_score for one in mine):g}"
        title = plain(f"{row.exercise} {row.title}".strip())
        lost = [one for one in mine if one.score < one.max_score]
        place = next((one.name for one in (*lost, *mine) if one.max_score), "")
        yield f"| [{title}](#{place}) | {points} | {plain('; '.join(_why(row, mine)))} |"
    if any(check.misconception for row in rows for check in row.checks):
        yield f"\n{_BRACKETS}"


def _why(row: Row, grades: list[Grade]) -> Iterator[str]:
    """Say what was lost and why, for the tests on which nobody has decided otherwise."""
    lost = {one.name for one in grades if one.score < one.max_score}
    failed = [check for check in row.checks if check.message and check.name in lost]
    told = dict.fromkeys((check.message, check.misconception) for check in failed)
    for message, name in told:
        tag = f" [{row.exercise}/{name}]" if name else ""
        yield " ".join(message.split()) + tag
    if any(one.needs_manual_grade for one in grades):
        yield _WAITING
