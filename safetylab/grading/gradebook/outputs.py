"""Write down how cells ended as outputs of a notebook: for nbgrader's points, and for readers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from textwrap import fill
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell
from nbformat.v4 import new_output as make_output
from nbgrader.utils import is_grade

from safetylab.grading.paper.outcome import Output, written
from safetylab.grading.paper.rebuild import Role
from safetylab.grading.report import Report, Row
from safetylab.grading.room.exam import ExamCell, Examined

GRADED = "graded"
NOT_RUN = "This cell was not run when grading: no points depend on it."
BY_MACHINE = (
    "This notebook was graded by machine: the lab's own cells and tests, with your answers."
)
BY_A_PERSON = "This notebook could not be graded by machine: a person decides on its points."
PAGE = 90
_ENDS = {
    "timeout": ("Timeout", "this cell did not finish in time"),
    "dead": ("Died", "this cell ended its Python process"),
}


def tags(report: Report) -> dict[str, str]:
    """Return what follows the sentence of a failed test: ``[1.1/no-sign]``, by the test's name."""
    return {
        check.name: f" [{row.exercise}/{check.misconception}]"
        for row in report.rows
        for check in row.checks
        if check.misconception
    }


def cell_outputs(sat: ExamCell, cell: NotebookNode, tag: str = "") -> list[NotebookNode]:
    """Return outputs of which nbgrader makes ``sat.score``, whatever the cell printed."""
    outputs = [_shown(output, is_grade(cell)) for output in sat.outputs]
    if not sat.end and "demo" in cell.metadata.get("tags", []):
        outputs.append(stream(f"{NOT_RUN}\n"))
    if sat.end in ("error", *_ENDS):
        outputs.append(_failure(sat, tag))
    elif sat.score is not None and sat.score != float(cell.metadata.nbgrader["points"]):
        outputs.append(_output("execute_result", data={"text/plain": repr(sat.score)}))
    return outputs


def _shown(output: Output, graded: bool) -> NotebookNode:
    if output.kind in ("stdout", "stderr"):
        # Under a test, nbgrader takes a warning on stderr for a failure.
        return stream(written(output.data), "stdout" if graded else output.kind)
    return _output("display_data", data={output.kind: written(output.data)})


def _failure(sat: ExamCell, tag: str) -> NotebookNode:
    ename, evalue = _ENDS.get(sat.end, (sat.ename, ""))
    evalue = (sat.evalue or evalue) + tag
    text = f"{ename}: {evalue}"
    if sat.role == Role.TEST.name and sat.evalue:  # ``[1.1/no-sign]`` stays whole
        text = fill(evalue, PAGE, break_on_hyphens=False, break_long_words=False)
    ename, evalue, text = map(written, (ename, evalue, text))
    return _output("error", ename=ename, evalue=evalue, traceback=[text])


def stream(text: str, name: str = "stdout") -> NotebookNode:
    """Return a text that a cell printed."""
    return _output("stream", name=name, text=text)


def _output(kind: str, **content: object) -> NotebookNode:
    output: NotebookNode = make_output(kind, **content)  # type: ignore[no-untyped-call]
    return output


def summary(examined: Examined, notes: Sequence[str]) -> NotebookNode:
    """Return the cell at the top of a graded notebook; its metadata keep the report."""
    said = list(dict.fromkeys([*notes, *examined.report.notes]))
    lines = [f"- {plain(note)}" for note in said]
    head = BY_MACHINE if any(sat.end for sat in examined.cells) else BY_A_PERSON
    text = "\n".join([head, "", *lines]) if lines else head
    seconds = {sat.name: round(sat.seconds, 3) for sat in examined.cells if sat.seconds}
    about = {"report": asdict(examined.report), "seconds": seconds, "apart": examined.apart}
    if examined.variant is not None:
        about["variant"] = examined.variant
    cell: NotebookNode = new_markdown_cell(  # type: ignore[no-untyped-call]
        text, id=GRADED, metadata={"safetylab": about}
    )
    return cell


def kept(graded: Path) -> dict[str, Any]:
    """Return what `summary` kept in a graded notebook; nothing if the exam room did not grade it.

    ``rows`` and ``seconds`` are there in any case.
    """
    try:
        first = json.loads(graded.read_bytes())["cells"][0]
        found = first["metadata"]["safetylab"] if first["id"] == GRADED else {}
        rows = [Row.from_dict(row) for row in found["report"]["rows"]]
        seconds = {str(cell): float(spent) for cell, spent in found["seconds"].items()}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return {"rows": [], "seconds": {}}
    return {**found, "rows": rows, "seconds": seconds}


def for_graders(text: str, place: int) -> NotebookNode:
    """Return a cell with a model answer and its rubric; feedback leaves it out."""
    said = f"**For graders only**, the rubric of the answer below:\n\n{text}"
    shown = "\n".join(f"> {line}" for line in said.split("\n"))
    cell: NotebookNode = new_markdown_cell(  # type: ignore[no-untyped-call]
        shown, id=f"rubric-{place}", metadata={"safetylab": {"for": "graders"}}
    )
    return cell


def is_for_graders(cell: NotebookNode) -> bool:
    """Whether students must not see a cell of a graded notebook."""
    return bool(cell.metadata.get("safetylab", {}).get("for") == "graders")


def plain(text: str) -> str:
    """Return a sentence as Markdown that shows just that sentence."""
    text = written(text)
    escaped = "".join(f"\\{c}" if c in r"\`*_{}[]()#+-.!|~$" else c for c in text)
    return escaped.replace("&", "&amp;").replace("<", "&lt;")
