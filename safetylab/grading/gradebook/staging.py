"""Lay submissions out as nbgrader wants to find them: rebuilt, complete, with nothing active."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from safetylab.grading.bundle import Bundle
from safetylab.grading.gradebook.intake import Submission, take_in
from safetylab.grading.gradebook.markup import as_text, harmless, is_active, pictures, shortened
from safetylab.grading.gradebook.nbcourse import Assignment, Course
from safetylab.grading.paper.marks import rows
from safetylab.grading.paper.notebook import BadSubmission, read_notebook
from safetylab.grading.paper.outcome import Run
from safetylab.grading.paper.rebuild import Rebuilt, Role, Step, rebuild
from safetylab.grading.paper.variant import Assigned, odd
from safetylab.grading.report import Report
from safetylab.grading.room.exam import ExamCell, Examined
from safetylab.grading.room.rooms import Limits, Task

LONGEST_TEXTS = 1_000_000
"""Characters of a student's texts in a notebook that are read as Markdown: some take a second for
50,000."""


@dataclass(frozen=True)
class Paper:
    """One notebook of a submission; ``problem`` says why it cannot be graded, if it cannot.

    ``assigned`` is the student's variant, if the notebook has any.
    """

    student: str
    bundle: Bundle
    content: bytes
    rebuilt: Rebuilt
    files: Mapping[str, bytes] = field(default_factory=dict)
    problem: str = ""
    assigned: Assigned | None = None

    def task(self, limits: Limits) -> Task:
        """Return what a room is told to grade it."""
        return Task(self.content, self.bundle, self.files, limits, assigned=self.assigned)

    @property
    def odd(self) -> str:
        """The sentence about a notebook that works on another variant, or nothing."""
        if not (self.bundle.variants and self.assigned) or self.problem:
            return ""
        return odd(self.rebuilt.steps, self.bundle.variants, self.assigned)

    @property
    def name(self) -> str:
        """The notebook's name."""
        return self.bundle.name

    def ungraded(self) -> Examined:
        """Return what grading says when there is nothing that can be graded."""
        cells = [ExamCell(step.cell.name, step.kind, step.source, step.role.name)
                 for step in self.rebuilt.steps]  # fmt: skip
        judged = rows(Run(self.rebuilt.steps), self.rebuilt.titles, 0)
        return Examined(Report(self.name, judged, (self.problem,)), tuple(cells), "")


@dataclass(frozen=True)
class Work:
    """A submission, taken in: its papers, and the notebooks that were not handed in."""

    student: str
    submission: Submission
    papers: tuple[Paper, ...]
    absent: tuple[str, ...] = ()

    def with_problems(self, problems: Mapping[str, str]) -> Work:
        """Return the same work, the notebooks that ``problems`` names marked as not graded."""
        papers = (replace(paper, problem=problems.get(paper.name, paper.problem))
                  for paper in self.papers)  # fmt: skip
        return replace(self, papers=tuple(papers))

    def all_blank(self, problem: str) -> Work:
        """Return the same work with nothing in it to grade."""
        papers = (blank(self.student, paper.bundle, problem) for paper in self.papers)
        bare = replace(self.submission, files={})
        return replace(self, submission=bare, papers=tuple(papers))


def open_work(course: Course, assignment: Assignment, student: str, folder: Path) -> Work:
    """Take in a submission and rebuild its notebooks."""
    submission = take_in(
        folder,
        assignment.bundles,
        ignore=course.directory.ignore,
        replaced=set(assignment.files) - assignment.own_files,
    )
    papers = {bundle.name: _paper(student, bundle, submission) for bundle in assignment.bundles}
    found = [replace(paper, assigned=assignment.assigned(student, paper.bundle))
             for paper in papers.values() if paper]  # fmt: skip
    absent = tuple(name for name, paper in papers.items() if paper is None)
    return Work(student, submission, tuple(found), absent)


def _paper(student: str, bundle: Bundle, submission: Submission) -> Paper | None:
    content = submission.notebooks.get(bundle.name)
    problem, name = submission.refused.get(bundle.name, ""), f"{bundle.name}.ipynb"
    if content is not None:
        try:
            rebuilt = rebuild(read_notebook(content, name), bundle)
            return Paper(student, bundle, content, rebuilt, submission.files)
        except BadSubmission as error:
            problem = str(error)
        except Exception as error:  # whatever it is, nobody else is to wait for it
            problem = f"{name} could not be read: {error or type(error).__name__}"
    return blank(student, bundle, problem) if problem else None


def blank(student: str, bundle: Bundle, problem: str) -> Paper:
    """Return an empty notebook in place of one that cannot be graded."""
    rebuilt = rebuild(read_notebook(bundle.released, bundle.name), bundle)
    return Paper(student, bundle, b"", rebuilt, problem=problem)


def lay_out(work: Work, folder: Path) -> None:
    """Write the notebooks and files of ``work`` into ``folder``."""
    for name, content in work.submission.files.items():
        if not is_active(name):
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    folder.mkdir(parents=True, exist_ok=True)
    for paper in work.papers:
        (folder / f"{paper.name}.ipynb").write_bytes(_staged_notebook(paper))


def _staged_notebook(paper: Paper) -> bytes:
    """The rebuilt notebook as a file: metadata of the release, and no output."""
    values = json.loads(paper.bundle.released.decode("utf-8-sig"))
    released = read_notebook(paper.bundle.released, paper.name)
    raw = {cell.name: cell.raw for cell in released.cells}
    left, cells = LONGEST_TEXTS, []
    for number, step in enumerate(paper.rebuilt.steps):
        typed = step.kind != "code" and step.changed and not step.cell.task
        left -= len(step.source) if typed else 0
        cells.append(_staged_cell(step, raw.get(step.cell.name, {}), number, as_typed=left < 0))
    return json.dumps({**values, "cells": cells, "nbformat": 4, "nbformat_minor": 5}).encode()


def _staged_cell(
    step: Step, released: Mapping[str, Any], number: int, *, as_typed: bool
) -> dict[str, Any]:
    own = step.role is not Role.EXTRA
    cell: dict[str, Any] = {
        "cell_type": step.kind,
        "id": f"cell-{number}",
        "metadata": dict(released.get("metadata", {})) if own else {},
        "source": step.source,
    }
    if step.kind == "code":
        return {**cell, "outputs": [], "execution_count": None, "source": shortened(step.source)}
    attachments = released.get("attachments")
    if step.role in (Role.EXTRA, Role.OPEN, Role.WRITTEN) and not step.cell.task:
        attachments = pictures((step.mine or step.cell).raw.get("attachments"))
        if step.changed:
            text = step.source
            cell["source"] = as_text(text) if as_typed else harmless(text, attachments)
    return {**cell, "attachments": attachments} if attachments else cell
