"""What stock nbgrader gives for the notebooks of `foreign`, measured once and kept in a file.

``PYTHONPATH=tests python -m grading.stock`` measures again, all or those that it names; with
`SAFETYLAB_TEST_ALL` set, `test_together` does, and compares.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import nbformat
from grading import nbcourse as nc
from grading.foreign import FOREIGN, A, C, Foreign, L, T
from grading.style import Style
from grading.styles import STYLES
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.apps import NbGraderAPI
from traitlets.config import Config

from safetylab.grading.gradebook.nbcourse import Course, programs_on_path

FILE = Path(__file__).with_name("stock.json")
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
        release(root, name)
        for student, answers in students(foreign):
            folder = root / "submitted" / student / name
            folder.mkdir(parents=True)
            released = nbformat.read(root / "release" / name / f"{name}.ipynb", as_version=4)
            (folder / f"{name}.ipynb").write_bytes(handed_in(released, foreign, answers))
            for file, text in foreign.own.items():
                (folder / file).write_text(text)
    return root


def release(root: Path, name: str) -> None:
    """Do what ``nbgrader generate_assignment`` does, without the seconds of its start."""
    config = Config()
    config.CourseDirectory.root, config.CourseDirectory.course_id = str(root), "foreign"
    with programs_on_path():
        done = NbGraderAPI(config=config).generate_assignment(name)
    assert done["success"], done["log"]


def points(root: Path, name: str) -> Points:
    """What the gradebook has from tests, by student and cell."""
    with Course.open(root).gradebook() as book:
        return {
            entry.student.id: {grade.name: grade.auto_score for notebook in entry.notebooks
                               for grade in notebook.grades}
            for entry in book.assignment_submissions(name)
        }  # fmt: skip


def of_style(style: Style) -> Foreign:
    """A style of tests as a notebook."""
    setup = L("setup", style.setup or "pass")
    cells = (setup, A("p1", style.right), T("t1", style.test))
    return Foreign(style.name, cells, ({"p1": style.wrong},))


ODD = [of_style(style) for style in STYLES if style.stock != (1, 0)]


def measured(folder: Path, foreign: Foreign) -> Points:
    """Have stock nbgrader grade an assignment."""
    root, name = make(folder / name_of(foreign), [foreign]), name_of(foreign)
    nc.nbgrader(root, "autograde", name)
    return points(root, name)


def kept() -> dict[str, Points]:
    """What was measured, by the name of the notebook."""
    return json.loads(FILE.read_text())


def main(names: Sequence[str]) -> None:
    """Measure those of ``names``, or all, and keep what was found after each."""
    some = [one for one in (*FOREIGN, *ODD) if not names or name_of(one) in names]
    every = kept() if names else {}
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as workers:
        found = workers.map(lambda one: measured(Path(folder), one), some)
        for one, each in zip(some, found, strict=True):
            every[name_of(one)] = each
            FILE.write_text(json.dumps(every, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
