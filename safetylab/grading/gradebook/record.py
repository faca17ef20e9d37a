"""The one writer of a gradebook: backup, lock, nbgrader's own conversion, and a last look."""

from __future__ import annotations

import logging
import shutil
import sqlite3
import warnings
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from logging.handlers import BufferingHandler
from pathlib import Path
from typing import Any

import nbgrader.api
from nbgrader.api import (
    BaseCell,
    Grade,
    Gradebook,
    MissingEntry,
    Notebook,
    SubmittedNotebook,
)
from nbgrader.converters import Autograde
from nbgrader.converters.base import BaseConverter, NbGraderException
from nbgrader.preprocessors import CheckCellMetadata
from nbgrader.utils import setenv
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import OperationalError, SAWarning
from sqlalchemy.orm import scoped_session, sessionmaker

from safetylab.course.paths import CourseError
from safetylab.grading.gradebook.engine import STAGED, Desk
from safetylab.grading.gradebook.nbcourse import Course, own_folder, programs_on_path
from safetylab.grading.gradebook.staging import Work
from safetylab.grading.paper.outcome import GradingError
from safetylab.grading.room.exam import Examined

BACKUPS_KEPT = 20
PATIENCE = 60.0
"""Seconds that another program may hold the gradebook, as the formgrader does while it saves."""

# nbgrader's own queries make SQLAlchemy warn each time a submission is new.
warnings.filterwarnings("ignore", category=SAWarning, module=r"nbgrader\.api")
_SQLITE = "sqlite:///"
_BUSY = "another `safetylab grade` is at work in this course: let it finish"
_GO_ON = "nothing is lost: when that is mended, run the command again to grade the rest"


def _engine(url: str, **settings: Any) -> Engine:
    waits = {"timeout": PATIENCE} if url.startswith(_SQLITE) else {}
    engine = create_engine(url, connect_args=waits, **settings)
    event.listen(engine, "handle_error", _note)
    return engine


_refusals: list[OperationalError] = []


def _note(context: ExceptionContext) -> None:
    """Remember that the database itself refused: nbgrader makes an error of many names of it."""
    if isinstance(context.sqlalchemy_exception, OperationalError):
        _refusals.append(context.sqlalchemy_exception)


@contextmanager
def only_writer(course: Course) -> Iterator[None]:
    """Keep a second run out.

    Raises:
        CourseError: another one is at work, or nothing can be written.
    """
    folder = own_folder(course)
    with _told():
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "lock").open("w") as file:
            if not _locked(file.fileno()):
                raise CourseError(_BUSY)
            for left in folder.glob(f"{STAGED}*"):  # by a run that was killed
                shutil.rmtree(left, ignore_errors=True)
            yield


@contextmanager
def _told() -> Iterator[None]:
    """Make a sentence of what keeps a whole course from being written.

    Raises:
        CourseError: the sentence.
    """
    try:
        yield
    except OperationalError as error:
        waited = f" for {PATIENCE:g} seconds by another program (is the formgrader saving?)"
        held = waited if "locked" in str(error.orig) else ""
        raise CourseError(
            f"the gradebook could not be used: {error.orig}{held}; {_GO_ON}"
        ) from error
    except OSError as error:
        raise CourseError(
            f"{error.strerror or error}: {error.filename or 'the journal'}; {_GO_ON}"
        ) from error


def _locked(descriptor: int) -> bool:
    try:
        import fcntl
    except ImportError:  # Windows
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def back_up(course: Course) -> Path | None:
    """Copy the gradebook, as it is at one moment; only one of SQLite's can be."""
    url = course.directory.db_url
    source = course.root / url.removeprefix(_SQLITE)
    if not url.startswith(_SQLITE) or not source.is_file():
        return None
    folder = own_folder(course) / "backups"
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"gradebook-{datetime.now(UTC):%Y%m%dT%H%M%S.%f}.db"
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
    for path in sorted(folder.glob("gradebook-*.db"))[:-BACKUPS_KEPT]:
        path.unlink()
    return target


@contextmanager
def one_gradebook() -> Iterator[None]:
    """Let nbgrader keep its gradebook open: it opens it ten times for each submission.

    Each time it would connect, look for its tables and compile all queries again, which is more
    than half of the work of recording.
    """
    begin, end, make_engine = Gradebook.__init__, Gradebook.close, nbgrader.api.create_engine
    engines: dict[str, Engine] = {}
    known: set[tuple[str, str]] = set()

    def engine(url: str, **settings: Any) -> Engine:
        if url not in engines:
            engines[url] = _engine(url, **settings)
        return engines[url]

    def reopen(book: Any, db_url: str, course_id: str = "default_course", *rest: Any) -> None:
        if (db_url, course_id) not in known:
            begin(book, db_url, course_id, *rest)
            book.db.remove()
            known.add((db_url, course_id))
        book.engine, book.course_id, book.authenticator = engine(db_url), course_id, None
        bind = _transactions.get(db_url, book.engine)
        book.db = scoped_session(sessionmaker(autoflush=True, bind=bind, future=True))

    Gradebook.__init__, nbgrader.api.create_engine = reopen, engine
    Gradebook.close = lambda book: book.db.remove()
    try:
        yield
    finally:
        Gradebook.__init__, nbgrader.api.create_engine = begin, make_engine
        Gradebook.close = end
        for one in engines.values():
            one.dispose()


_transactions: dict[str, Connection] = {}


@contextmanager
def one_transaction(course: Course) -> Iterator[None]:
    """Write all that nbgrader does to the gradebook in the block at its end, or nothing of it."""
    url = course.directory.db_url
    made = Gradebook(url)  # of no course's name, as nbgrader opens it now and then: it adds a row
    with made, course.gradebook() as book, book.engine.begin() as connection:
        _transactions[url] = connection
        try:
            yield
        finally:
            del _transactions[url]


class _Recorder(Autograde):  # type: ignore[misc]
    """nbgrader's Autograde, with what is to be recorded laid out already.

    Metadata is not checked again: it is the release's, which nbgrader checked when it made that.
    What nbgrader does before it runs a notebook and what it does after are one pass here, for
    nothing runs in between.
    """

    desk: Desk

    def init_notebooks(self) -> None:
        """Take the notebooks that were laid out, whatever marks of a pattern their paths hold."""
        self.assignments = {
            folder: [str(path) for path in sorted(Path(folder).glob("*.ipynb"))]
            for folder in self.desk.folders
        }

    def _init_preprocessors(self) -> None:
        self.exporter.optimistic_validation = True  # at the end, not after each step
        self.exporter._preprocessors = []
        for step in [*self.sanitize_preprocessors, *self.autograde_preprocessors]:
            self.exporter.register_preprocessor(step)
        kept = self.exporter._preprocessors
        kept[:] = [step for step in kept if not isinstance(step, CheckCellMetadata)]

    def convert_single_notebook(self, notebook_filename: str) -> None:
        """Write a notebook into ``autograded/``, and its grades into the gradebook."""
        self._init_preprocessors()
        with setenv(NBGRADER_EXECUTION="autograde"):
            BaseConverter.convert_single_notebook(self, notebook_filename)


def record(course: Course, assignment: str, work: Work, results: Mapping[str, Examined]) -> None:
    """Put a submission through nbgrader's own conversion.

    Args:
        course: the course.
        assignment: the assignment.
        work: the submission.
        results: what the exam said of its notebooks.

    Raises:
        GradingError: nbgrader refused it.
        OperationalError: the gradebook cannot be written, whoever's work it is.
    """
    desk = Desk(own_folder(course))
    desk.lay(course, assignment, work)
    for name, examined in results.items():
        desk.results[assignment, work.student, name] = examined
    directory = course.staged(desk.folder)
    directory.assignment_id = assignment
    log, errors = logging.Logger("safetylab.nbgrader", logging.ERROR), BufferingHandler(10_000)
    log.addHandler(errors)
    converter = _Recorder(coursedir=directory, config=course.config, log=log)
    converter.desk, converter.force = desk, True
    _refusals.clear()
    try:
        with programs_on_path(), one_transaction(course):
            converter.start()
    except NbGraderException as error:
        if _refusals:
            raise _refusals[-1] from None
        said = [one.getMessage() for one in errors.buffer]
        raise GradingError(_reason(said) or str(error)) from error


def _reason(said: list[str]) -> str:
    """The last line of the first traceback, which is what went wrong."""
    traces = [text.strip().splitlines()[-1] for text in said if text.startswith("Traceback")]
    return traces[0] if traces else "; ".join(said[:1])


def saved_scores(course: Course, assignment: str, student: str) -> dict[str, float | None] | None:
    """Return the points that the gradebook has from tests, by notebook and cell."""
    with course.gradebook() as book:
        try:
            submission = book.find_submission(assignment, student)
        except MissingEntry:
            return None
        rows = (
            book.db.query(Notebook.name, BaseCell.name, Grade.auto_score)
            .select_from(SubmittedNotebook)
            .join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
            .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
            .join(BaseCell, BaseCell.id == Grade.cell_id)
            .filter(SubmittedNotebook.assignment_id == submission.id)
        )
        return {f"{notebook}/{cell}": score for notebook, cell, score in rows}
