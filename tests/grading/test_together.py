"""In one process every cell gets the points that stock nbgrader gives it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import nbformat
import pytest
from grading import nbcourse as nc
from grading.foreign import FOREIGN, C, Foreign
from nbformat.v4 import new_code_cell, new_notebook

from safetylab.grading.gradebook.batch import Summary, grade_assignment
from safetylab.grading.gradebook.nbcourse import Course

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("together")]
KERNEL = {"name": "python3", "language": "python", "display_name": "Python 3"}
Points = dict[str, dict[str, float | None]]


def cell(number: int, one: C) -> Any:
    """The instructor's cell."""
    solution, test = one.kind == "answer", one.kind in ("test", "oracle")
    source = one.source
    if solution and one.source != one.stub:
        source = f"### BEGIN SOLUTION\n{one.source}\n### END SOLUTION"
    mark = {"grade_id": one.name, "grade": test, "solution": solution, "task": False,
            "locked": test or one.kind == "locked", "schema_version": 3}  # fmt: skip
    metadata = (
        {}
        if one.kind == "plain"
        else {"nbgrader": {**mark, "points": 2 * (one.kind == "test")} if test else mark}
    )
    return new_code_cell(source, id=f"cell-{number}", metadata=metadata)


def notebook(foreign: Foreign) -> Any:
    """The instructor's notebook; a plain cell holds what students are given."""
    cells = [cell(at, one) for at, one in enumerate(foreign.cells)]
    for made, one in zip(cells, foreign.cells, strict=True):
        if one.kind == "plain":
            made.source = one.stub
    return new_notebook(cells=cells, metadata={"kernelspec": KERNEL})


def name_of(foreign: Foreign) -> str:
    return foreign.name.replace(" ", "_").replace(",", "").replace("'", "")


def handed_in(released: Any, foreign: Foreign, answers: Mapping[str, str]) -> bytes:
    """The released notebook with answers typed in."""
    for made, one in zip(released.cells, foreign.cells, strict=True):
        made.source = answers.get(one.name, made.source)
    return nbformat.writes(released).encode()


def students(foreign: Foreign) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The solution, the untouched copy, and the mutants."""
    right = {one.name: one.source for one in foreign.cells if one.kind in ("answer", "plain")}
    yield "solution", right
    yield "untouched", {}
    for number, wrong in enumerate(foreign.mutants):
        yield f"mutant{number}", {**right, **wrong}


def make(root: Path, some: list[Foreign]) -> Path:
    """A course with an assignment of each, handed in by everybody."""
    root.mkdir()
    (root / "nbgrader_config.py").write_text(nc.CONFIG)
    for foreign in some:
        name = name_of(foreign)
        source = root / "source" / name
        source.mkdir(parents=True)
        (source / f"{name}.ipynb").write_text(nbformat.writes(notebook(foreign)))
        for file, text in foreign.files.items():
            (source / file).write_text(text)
        nc.nbgrader(root, "generate_assignment", name)
        for student, answers in students(foreign):
            folder = root / "submitted" / student / name
            folder.mkdir(parents=True)
            released = nbformat.read(root / "release" / name / f"{name}.ipynb", as_version=4)
            (folder / f"{name}.ipynb").write_bytes(handed_in(released, foreign, answers))
            for file, text in foreign.own.items():
                (folder / file).write_text(text)
    return root


def points(root: Path, name: str) -> Points:
    """What the gradebook has from tests, by student and cell."""
    with Course.open(root).gradebook() as book:
        return {
            entry.student.id: {grade.name: grade.auto_score for notebook in entry.notebooks
                               for grade in notebook.grades}
            for entry in book.assignment_submissions(name)
        }  # fmt: skip


def both(folder: Path, foreign: Foreign) -> tuple[Points, Points, Summary]:
    """Grade an assignment by stock nbgrader, and here."""
    stock, name = make(folder / "stock", [foreign]), name_of(foreign)
    ours = shutil.copytree(stock, folder / "ours")
    nc.nbgrader(stock, "autograde", name)
    summary = grade_assignment(Course.open(ours), name)
    return points(stock, name), points(ours, name), summary


@pytest.mark.parametrize("foreign", FOREIGN, ids=name_of)
def test_every_cell_has_stocks_points(tmp_path: Path, foreign: Foreign) -> None:
    stock, ours, summary = both(tmp_path, foreign)
    assert ours == stock, json.dumps([one.looks for one in summary.graded])
    if foreign.name not in ("partial credit", "no model solution", "shell, magics and errors"):
        assert set(ours["solution"].values()) <= {0, 2}
        assert sum(ours["solution"].values()) == 2 * sum(c.kind == "test" for c in foreign.cells)
        assert sum(filter(None, ours["untouched"].values())) < 2 * len(ours["untouched"])
