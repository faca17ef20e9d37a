"""The exam room under nbgrader's own commands; see `config.use_exam_room`.

nbgrader makes an exporter at the start of each conversion, when it has found the submissions and
has read nothing of them yet. `StagingExporter` takes that moment to take them in, and lets nbgrader
go on with rebuilt copies in a temporary folder. `ExamRoom` stands in for `Execute`.
"""

from __future__ import annotations

import fnmatch
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import Execute, SaveAutoGrades
from nbgrader.utils import determine_grade, is_grade, is_solution
from traitlets import Bool, Float

from safetylab.course.paths import CourseError
from safetylab.grading.bundle import Bundle
from safetylab.grading.config import hides_rubrics
from safetylab.grading.gradebook.nbcourse import Course
from safetylab.grading.gradebook.outputs import cell_outputs, for_graders, summary, tags
from safetylab.grading.gradebook.rehearsal import settled
from safetylab.grading.gradebook.staging import Paper, Work, lay_out, open_work
from safetylab.grading.paper.notebook import read_notebook
from safetylab.grading.paper.outcome import GradingError
from safetylab.grading.paper.rebuild import Role
from safetylab.grading.report import Status
from safetylab.grading.room.exam import Examined
from safetylab.grading.room.rooms import Limits, run_task

STAGED = "safetylab-staged-"
UNLIMITED = 3600.0
"""Seconds that a cell may take where nbgrader's settings (None, 0 or -1) set no limit."""

_MARKS = re.compile(r"^### (BEGIN|END) SOLUTION\s*$", re.M)


class Desk:
    """The submissions of one conversion, and what the exam said of those that are graded.

    They are laid out in a folder of their own, below ``place`` or the system's temporary folder.
    """

    def __init__(self, place: Path | None = None) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix=STAGED, dir=place)
        self.folder = Path(self._folder.name)
        self.papers: dict[tuple[str, str, str], Paper] = {}
        self.results: dict[tuple[str, str, str], Examined] = {}
        self.notes: dict[tuple[str, str], tuple[str, ...]] = {}
        self.folders: list[str] = []
        self.waits: list[str] = []

    def lay(self, course: Course, assignment: str, work: Work) -> str:
        """Stage a submission, and return the folder."""
        staged = course.staged(self.folder)
        target = str(staged.format_path(str(self.folder), work.student, assignment))
        lay_out(work, Path(target))
        self.folders.append(target)
        self.notes[assignment, work.student] = work.submission.notes
        for paper in work.papers:
            self.papers[assignment, work.student, paper.name] = paper
        return target

    def examined(self, key: tuple[str, str, str], limits: Limits) -> Examined:
        """Return what the exam says of a notebook; it is held now if it was not before."""
        paper = self.papers[key]
        if key not in self.results and not paper.problem:
            try:
                self.results[key] = run_task(paper.task(limits))
            except Exception as error:
                self.papers[key] = paper = replace(paper, problem=not_graded(error))
        return paper.ungraded() if paper.problem else self.results[key]


def not_graded(error: Exception) -> str:
    """Return the sentence about a notebook at which the machinery failed."""
    return f"it could not be graded: {error or type(error).__name__}"


class StagingExporter(NotebookExporter):
    """nbconvert's exporter of notebooks, which stages what its converter is about to read."""

    def __init__(self, parent: Any = None, **kwargs: Any) -> None:
        super().__init__(parent=parent, **kwargs)  # type: ignore[no-untyped-call]
        try:
            self.desk: Desk = getattr(parent, "desk", None) or _stage_all(parent)
        except CourseError as error:
            parent.log.error(str(error))  # nbgrader ends without a word about its own exceptions
            raise NbGraderException(str(error)) from error


def _stage_all(converter: Any) -> Desk:
    """Stage what a converter of nbgrader's has found, and let it go on with that."""
    desk, course = Desk(), Course(converter.coursedir, converter.config)
    limits = limits_of(course)
    assignments: dict[str, Any] = {}
    found = {}
    for folder in converter.assignments:
        name, student = course.parse(Path(folder))
        if name not in assignments:
            assignments[name] = course.assignment(name)
            for warning in settled(course, assignments[name], limits)[0]:
                converter.log.warning(warning)
        work = open_work(course, assignments[name], student, Path(folder))
        try:
            target = desk.lay(course, name, work)
        except Exception as error:  # nobody else's submission is to wait for this one
            work = work.all_blank(not_graded(error))
            target = desk.lay(course, name, work)
        for note in work.submission.notes:
            converter.log.warning("%s: %s", student, note)
        names = fnmatch.filter([one.name for one in work.papers], converter.coursedir.notebook_id)
        found[target] = [f"{target}/{each}.ipynb" for each in names]
    converter.coursedir, converter.assignments = course.staged(desk.folder), found
    converter.convert_notebooks = partial(
        _convert, desk, converter.convert_notebooks, converter.log
    )
    return desk


def _convert(desk: Desk, convert: Callable[[], None], log: Any) -> None:
    """Let nbgrader grade; at the end say what waits for a person, as it says what went wrong."""
    convert()
    for sentence in desk.waits:
        log.error(sentence)
    if desk.waits:
        raise NbGraderException(
            f"{len(desk.waits)} submission(s) were recorded, but something in them could not be "
            "judged and waits for a person: see above"
        )


class ExamRoom(Execute):  # type: ignore[misc]
    """In place of nbgrader's Execute: the notebook sits the exam, its outputs are written down."""

    memory = Float(4.0, help="GiB of memory that a notebook may use").tag(config=True)
    apart = Bool(False, help="Run student and tests in two processes.").tag(config=True)
    rubrics = Bool(
        False, help="Show graders the instructor's text above each written answer. Feedback must "
        "leave it out, as safetylab.grading.gradebook.feedback.HideTests does."
    ).tag(config=True)  # fmt: skip

    @property
    def limits(self) -> Limits:
        """What a notebook may use."""
        limited = self.timeout is not None and self.timeout > 0
        return Limits(float(self.timeout) if limited else UNLIMITED, self.memory)

    def preprocess(
        self, nb: NotebookNode, resources: Any, km: Any = None
    ) -> tuple[NotebookNode, Any]:
        """Fill in outputs that give the points of the exam."""
        about = resources["nbgrader"]
        key = (about["assignment"], about["student"], about["notebook"])
        desk: Desk = self.parent.desk
        examined = desk.examined(key, self.limits)
        told = tags(examined.report)
        for cell, sat in zip(nb.cells, examined.cells, strict=True):
            if cell.cell_type == "code":
                cell.outputs = cell_outputs(sat, cell, told.get(sat.name, ""))
        tests = (cell for cell in examined.cells if cell.role == Role.TEST.name)
        about["scores"] = {cell.name: cell.score for cell in tests}
        about["problem"] = desk.papers[key].problem
        about["lost"] = {step.cell.name for step in desk.papers[key].rebuilt.steps
                         if step.role is Role.WRITTEN and not step.present}  # fmt: skip
        about["doubts"] = {check.name for row in examined.report.rows if row.status is Status.LOOK
                           for check in row.checks if check.points < check.max_points}  # fmt: skip
        if why := desk.papers[key].problem or ", ".join(sorted(about["doubts"])):
            desk.waits.append(f"{about['student']}, {about['notebook']}: {why}")
        if self.rubrics and hides_rubrics(self.config):
            nb.cells = list(_with_rubrics(nb.cells, desk.papers[key].bundle))
        nb.cells.insert(0, summary(examined, desk.notes.get(key[:2], ())))
        return nb, resources


def limits_of(course: Course) -> Limits:
    """Return what a notebook may use by the course's own settings, which nbgrader obeys, too."""
    return ExamRoom(config=course.config).limits


def _with_rubrics(cells: list[NotebookNode], bundle: Bundle) -> Iterator[NotebookNode]:
    """Yield the cells, and before each written answer what the instructor wrote there."""
    content, released = (
        {cell.name: cell.source for cell in read_notebook(text, bundle.name).cells}
        for text in (bundle.instructor or bundle.released, bundle.released)
    )
    for place, cell in enumerate(cells):
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        if cell.cell_type == "markdown" and is_solution(cell) and is_grade(cell):
            text = content.get(name, "")
            if text != released.get(name):
                yield for_graders(_MARKS.sub("", text).strip(), place)
        yield cell


class SaveGrades(SaveAutoGrades):  # type: ignore[misc]
    """nbgrader's own, but what the exam did not settle waits for a person."""

    @property
    def _where(self) -> tuple[str, str, str]:
        return self.notebook_id, self.assignment_id, self.student_id

    def _add_score(self, cell: NotebookNode, resources: Any) -> None:
        super()._add_score(cell, resources)
        about, name = resources["nbgrader"], cell.metadata.nbgrader["grade_id"]
        settled = self._settled(cell, about)
        if not settled or name in about["doubts"]:
            grade = self.gradebook.find_grade(name, *self._where)
            grade.needs_manual_grade = True
            grade.auto_score = grade.auto_score if settled else None
            self.gradebook.db.commit()

    def _add_comment(self, cell: NotebookNode, resources: Any) -> None:
        """As nbgrader does, but "No response." is told of no answer that may be elsewhere."""
        super()._add_comment(cell, resources)
        about, name = resources["nbgrader"], cell.metadata.nbgrader["grade_id"]
        if about.get("problem") or name in about.get("lost", ()):
            self.gradebook.find_comment(name, *self._where).auto_comment = None
            self.gradebook.db.commit()

    def _settled(self, cell: NotebookNode, about: Mapping[str, Any]) -> bool:
        name = cell.metadata.nbgrader["grade_id"]
        if "scores" not in about or about["problem"] or name in about["lost"]:
            return False
        if is_solution(cell) or name not in about["scores"]:
            return True
        score, written = about["scores"][name], determine_grade(cell, self.log)[0]
        if score is not None and written != score:
            raise GradingError(f"{name} earned {score:g} points; its outputs say {written:g}")
        return score is not None
