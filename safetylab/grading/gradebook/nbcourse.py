"""A course of nbgrader's, ours or any other: its folders, its settings, its assignments."""

from __future__ import annotations

import copy
import hashlib
import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, chdir, contextmanager
from dataclasses import dataclass
from glob import escape, glob
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import find_all_files
from traitlets.config import Config

from safetylab.course.paths import CourseError
from safetylab.grading.bundle import Bundle
from safetylab.grading.gradebook.variants import Allotment, allotment
from safetylab.grading.paper.notebook import read_notebook
from safetylab.grading.paper.variant import Assigned


@dataclass(frozen=True)
class Assignment:
    """What an assignment is graded against.

    Attributes:
        name: its id.
        bundles: its notebooks.
        own_files: paths of the course's files that a student may hand in instead of the course's.
        due: when it is due, as the gradebook has it.
        allotment: which variant is whose, if it has any.
    """

    name: str
    bundles: tuple[Bundle, ...]
    own_files: frozenset[str] = frozenset()
    due: str = ""
    allotment: Allotment | None = None

    def assigned(self, student: str, bundle: Bundle) -> Assigned | None:
        """Return the variant of a student in one of the notebooks, if it has any."""
        if not (self.allotment and bundle.variants):
            return None
        return self.allotment.of(student, bundle.variants)

    def drawn(self, student: str) -> list[list[Any]]:
        """Return notebook, variant, count, salt and checksum of each that has variants."""
        return [[bundle.name, one.number, says.count, says.salt, self.allotment.shas[bundle.name]]
                for bundle in self.bundles if (says := bundle.variants) and self.allotment
                and (one := self.assigned(student, bundle))]  # fmt: skip

    @property
    def files(self) -> Mapping[str, bytes]:
        """The course's files beside the notebooks."""
        return self.bundles[0].files

    @property
    def sha(self) -> str:
        """A hash of all that decides on points."""
        digest = hashlib.sha256(f"{self.due} {sorted(self.own_files)}".encode())
        for bundle in self.bundles:
            digest.update(f"{bundle.name}\n".encode() + bundle.released)
            digest.update(bundle.instructor or b"")
        for name, content in sorted(self.files.items()):
            digest.update(f"{name} {len(content)}\n".encode() + content)
        return digest.hexdigest()


class Course:
    """A folder that nbgrader grades in."""

    def __init__(self, directory: CourseDirectory, config: Config) -> None:
        self.directory = directory
        self.config = config

    @classmethod
    def open(cls, root: Path) -> Course:
        """Read the settings of the course in ``root``, as nbgrader reads them there.

        Raises:
            CourseError: there is no such folder, or its settings cannot be read.
        """
        from nbgrader.apps.baseapp import NbGrader

        if not root.is_dir():
            raise CourseError(f"there is no folder {root}: name the folder of the course")
        with _beside(root.resolve()), chdir(root):
            app = NbGrader(log_level="ERROR")
            app.initialize([], root=str(root.resolve()))
        return cls(app.coursedir, app.config)

    def plugins(self) -> AbstractContextManager[None]:
        """Find modules beside the settings, such as a plugin for late penalties."""
        return _beside(self.root)

    @property
    def root(self) -> Path:
        """The folder of the course."""
        return Path(self.directory.root)

    def folder(self, step: str, student: str, assignment: str) -> Path:
        """Return where ``step`` (``submitted``, ``autograded``, ...) of a student's work is."""
        name = getattr(self.directory, f"{step}_directory")
        return Path(self.directory.format_path(name, student, assignment))

    @contextmanager
    def gradebook(self) -> Iterator[Gradebook]:
        """The gradebook, closed at the end."""
        with programs_on_path():
            book = Gradebook(self.directory.db_url, self.directory.course_id)
        with book:
            yield book

    def assignment(self, name: str) -> Assignment:
        """Return the assignment of that name, as it was entered in the gradebook.

        Tests are those that nbgrader keeps in the gradebook, with their hidden parts.

        Raises:
            CourseError: it is not in the gradebook, or was changed since; or the tables that say
                which variant is whose cannot be read.
        """
        with self.gradebook() as book:
            try:
                entry = book.find_assignment(name)
            except MissingEntry:
                raise CourseError(self._unknown(name, book)) from None
            files = self._companions(name)
            bundles = [self._bundle(name, notebook, files) for notebook in entry.notebooks]
            due = str(entry.duedate or "")
        if not bundles:
            raise CourseError(f"{name} has no notebook in the gradebook: {_enter(name)}")
        own = self.config.Autograde.get("exclude_overwriting", {}).get(name, [])
        allotted = allotment(name, bundles, own_folder(self).parent)
        return Assignment(name, tuple(bundles), frozenset(own), due, allotted)

    def students(self, assignment: str) -> dict[str, Path]:
        """Return the folders of the submissions to ``assignment``, by student."""
        found, excluded = self._folders(assignment), self.directory.student_id_exclude.split(",")
        return {name: found[name] for name in sorted(found)
                if name not in excluded and not misnamed(name)}  # fmt: skip

    def misnamed(self, assignment: str) -> list[str]:
        """Return the folders of ``assignment`` whose names are no student's id."""
        return sorted(name for name in self._folders(assignment) if misnamed(name))

    def _folders(self, assignment: str) -> dict[str, Path]:
        pattern = os.path.relpath(self.folder("submitted", "*", escape(assignment)), self.root)
        found = (self.root / name for name in glob(pattern, root_dir=self.root))  # noqa: PTH207
        folders = (Path(os.path.normpath(folder)) for folder in found if folder.is_dir())
        return {self.parse(folder)[1]: folder for folder in folders}

    def parse(self, folder: Path) -> tuple[str, str]:
        """Return the assignment and the student that a folder of submissions is for."""
        submitted = self.directory.submitted_directory
        wanted = "(?P<student>.*)", "(?P<assignment>.*)"
        match = re.fullmatch(
            self.directory.format_path(submitted, *wanted, escape=True), str(folder), re.DOTALL
        )
        if match is None:
            raise CourseError(f"{folder} is not where submissions of this course are")
        return match["assignment"], match["student"]

    def _unknown(self, name: str, book: Gradebook) -> str:
        known = ", ".join(sorted(entry.name for entry in book.assignments)) or "none"
        return (
            f"{name} is not in the gradebook of {self.root} (assignments there: {known}): "
            f"{_enter(name)}"
        )

    def _companions(self, assignment: str) -> dict[str, bytes]:
        source = self.folder("source", ".", assignment)
        paths = map(Path, find_all_files(str(source), [*self.directory.ignore, "*.ipynb"]))
        return {path.relative_to(source).as_posix(): path.read_bytes() for path in paths}

    def _bundle(self, assignment: str, notebook: Any, files: Mapping[str, bytes]) -> Bundle:
        path = self.folder("release", ".", assignment) / f"{notebook.name}.ipynb"
        if not path.is_file():
            raise CourseError(f"{path}, the notebook that students get, is missing: restore it")
        released = path.read_bytes()
        entered = {cell.name: cell for cell in notebook.source_cells}
        graded = (*notebook.grade_cells, *notebook.task_cells)
        instructor = json.loads(released.decode("utf-8-sig"))
        marks = dict(_marked(instructor))
        if not _same_cells(marks, entered, {cell.name: cell.max_score for cell in graded}):
            raise CourseError(
                f"{path} is not what was entered in the gradebook: {_enter(assignment)}"
            )
        _require_python(notebook.name, instructor)
        solutions = self._solutions(assignment, notebook.name)
        for name, cell in marks.items():
            answer = solutions.get(name, cell["source"])
            cell["source"] = entered[name].source if entered[name].locked else answer
        asked = True if self.config.ExamRoom.get("apart") is True else None
        return Bundle(notebook.name, released, json.dumps(instructor).encode(), files, asked)

    def _solutions(self, assignment: str, notebook: str) -> dict[str, str]:
        """The instructor's own answers, which tell what names an answer defines."""
        path = self.folder("source", ".", assignment) / f"{notebook}.ipynb"
        if not path.is_file():
            return {}
        cells = read_notebook(path.read_bytes(), path.name).cells
        return {cell.name: cell.source for cell in cells if cell.solution}

    def staged(self, folder: Path) -> CourseDirectory:
        """Return the same course, with submissions in ``folder``."""
        settings = {name: getattr(self.directory, name) for name in _SETTINGS}
        return _Staged(**copy.copy(settings) | {"submitted_directory": str(folder)})


class _Staged(CourseDirectory):  # type: ignore[misc]
    """nbgrader's own, for submissions in a folder whose name may hold marks of a pattern."""

    def format_path(
        self, nbgrader_step: str, student_id: str, assignment_id: str, escape: bool = False
    ) -> str:
        """Return where something is; a pattern for it if ``escape``."""
        step = re.escape(nbgrader_step) if escape else nbgrader_step
        return str(super().format_path(step, student_id, assignment_id, escape=escape))


def misnamed(student: str) -> bool:
    """Whether the name of a folder can be no student's id: nbgrader strips and matches ids."""
    return student != student.strip() or not student.isprintable()


def own_folder(course: Course) -> Path:
    """Return where the journal, backups and the lock are: beside the gradebook."""
    url = course.directory.db_url
    home = Path(url.removeprefix("sqlite:///")).parent if url.startswith("sqlite:///") else Path()
    return course.root / home / ".safetylab"


_SETTINGS = tuple(CourseDirectory.class_trait_names(config=True))


_OTHER_KERNELS = re.compile(r"i?r$|irkernel|i?java|julia|xcpp|octave|scala|bash|sql|matlab", re.I)


def _require_python(name: str, notebook: Mapping[str, Any]) -> None:
    """Raise `CourseError` for a notebook in another language."""
    metadata = notebook.get("metadata", {})
    kernel, about = metadata.get("kernelspec", {}), metadata.get("language_info", {})
    language = str(kernel.get("language") or about.get("name") or "").lower()
    other = language and not language.startswith("python")
    if other or (not language and _OTHER_KERNELS.match(str(kernel.get("name", "")))):
        raise CourseError(
            f"{name}.ipynb is for the kernel {kernel.get('name', language)}, and here only Python "
            "is run: grade it with `nbgrader autograde`, and leave use_exam_room out of "
            "nbgrader_config.py"
        )


def _marked(notebook: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for cell in notebook["cells"]:
        mark = cell["metadata"].get("nbgrader", {})
        if any(mark.get(key) for key in ("grade", "solution", "locked", "task")):
            yield mark["grade_id"], cell


def _same_cells(
    released: Mapping[str, dict[str, Any]],
    entered: Mapping[str, Any],
    points: Mapping[str, float],
) -> bool:
    """Whether a release has the cells, the points and the stubs that the gradebook has."""
    return set(released) == set(entered) and all(
        _same_cell(cell, entered[name].source, points.get(name)) for name, cell in released.items()
    )


def _same_cell(cell: dict[str, Any], source: str, points: float | None) -> bool:
    mark = cell["metadata"]["nbgrader"]
    if (mark.get("grade") or mark.get("task")) and float(mark.get("points", 0)) != points:
        return False
    return not mark.get("solution") or "".join(cell["source"]) == source


def _enter(name: str) -> str:
    return (
        f"enter it with `safetylab term {name}`, in a course that is not made with safetylab "
        f"with `nbgrader generate_assignment {name}`"
    )


@contextmanager
def _beside(root: Path) -> Iterator[None]:
    before = sys.path.copy()
    sys.path.append(str(root))
    try:
        yield
    finally:
        sys.path[:] = before


@contextmanager
def programs_on_path() -> Iterator[None]:
    """Let nbgrader find `alembic`, without which a gradebook gets no version of its schema."""
    before = os.environ.get("PATH", "")
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), before])
    try:
        yield
    finally:
        os.environ["PATH"] = before
