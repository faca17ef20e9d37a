"""The start of a term: labs in nbgrader's gradebook, and folders for what a class hands in."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory

from safetylab.course.build.ready import ready_labs
from safetylab.course.build.release import grader_config
from safetylab.course.paths import CourseError
from safetylab.course.teacher.teach import prepare
from safetylab.grading.gradebook.nbcourse import programs_on_path

_KINDS = ("grade_cells", "solution_cells", "task_cells", "source_cells")


def fill_gradebook(root: Path, names: Sequence[str]) -> dict[str, bool]:
    """Enter labs in the gradebook of the course; ``labs/`` stays as it is.

    Twice is as good as once, and what was handed in and graded is kept.

    Returns:
        The ids of the labs, and of each whether it had to be entered.

    Raises:
        CourseError: a lab cannot be entered; then no lab was.
    """
    labs = ready_labs(root, names)
    prepare(root)
    gradebook = grader_config(root).CourseDirectory.db_url
    with programs_on_path(), tempfile.TemporaryDirectory() as folder:
        scratch = f"sqlite:///{Path(folder) / 'gradebook.db'}"
        for lab in labs:
            _enter(root, lab, scratch)
        entered = {lab: _cells(scratch, lab) != _cells(gradebook, lab) for lab in labs}
        for lab in (lab for lab, changed in entered.items() if changed):
            _refuse_graded(gradebook, lab)
        for lab in (lab for lab, changed in entered.items() if changed):
            _enter(root, lab, gradebook)
    return entered


def _enter(root: Path, lab: str, gradebook: str) -> None:
    """Run nbgrader's own conversion into ``gradebook``; throw the release that it writes away."""
    with tempfile.TemporaryDirectory() as release:
        config = grader_config(root)
        config.CourseDirectory.update(
            {"db_url": gradebook, "assignment_id": lab, "release_directory": release}
        )
        try:
            GenerateAssignment(coursedir=CourseDirectory(config=config), config=config).start()
        except NbGraderException as error:
            raise CourseError(f"nbgrader could not enter {lab}: {error}") from error


def _cells(gradebook: str, lab: str) -> dict[str, list[dict[str, Any]]]:
    """What a gradebook knows of the cells of a lab; nothing if it does not know the lab."""
    with Gradebook(gradebook) as book:
        try:
            notebook = book.find_notebook(lab, lab)
        except MissingEntry:
            return {}
        return {kind: _sorted(getattr(notebook, kind)) for kind in _KINDS}


def _sorted(cells: Sequence[Any]) -> list[dict[str, Any]]:
    rows = [{**cell.to_dict(), "id": None} for cell in cells]
    return sorted(rows, key=lambda row: str(row["name"]))


def _refuse_graded(gradebook: str, lab: str) -> None:
    with Gradebook(gradebook) as book:
        try:
            count = len(book.find_assignment(lab).submissions)
        except MissingEntry:
            return
    if count:
        raise CourseError(
            f"{lab} has changed since it was entered, and the gradebook holds {count} graded "
            "submission(s) of the old version, so nothing was changed: go back to the version "
            "that was graded; or, to grade everybody by the new one, copy grading/ to a safe "
            f"place, run `nbgrader db assignment remove {lab} --force` (it deletes the grades of "
            f"this lab), `safetylab term {lab}` and `nbgrader autograde {lab} --force`"
        )
