"""Grade an assignment: exams side by side, one writer of the gradebook, nothing lost on the way.

Notebooks are graded by a pool that knows no course: bytes in, a value out. This process alone
writes: one student after the other goes through nbgrader's own conversion, and when the database
has it, a line in the journal says so. A run that was killed goes on where no line is.
"""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.exc import OperationalError

from safetylab.course.paths import CourseError
from safetylab.grading.config import use_exam_room
from safetylab.grading.gradebook import journal
from safetylab.grading.gradebook.engine import not_graded
from safetylab.grading.gradebook.intake import TIMESTAMP
from safetylab.grading.gradebook.nbcourse import Assignment, Course, own_folder
from safetylab.grading.gradebook.record import (
    back_up,
    one_gradebook,
    only_writer,
    record,
    saved_scores,
)
from safetylab.grading.gradebook.rehearsal import (
    accept,
    rehearse,
    rehearsed,
    require_agreement,
)
from safetylab.grading.gradebook.staging import Paper, Work, open_work
from safetylab.grading.gradebook.variants import changed
from safetylab.grading.report import Report, Status
from safetylab.grading.room.exam import Examined
from safetylab.grading.room.rooms import Limits, room, run_task

WORTH_LEARNING = 3
AHEAD = 64
AHEAD_BYTES = 2**27
"""Papers, and bytes of them, that are in memory at a time."""
_POLL = 0.2


@dataclass(frozen=True)
class Graded:
    """What became of a submission.

    Attributes:
        student: whose it is.
        score: the points that tests gave.
        max_score: the points that tests can give.
        repairs: what was mended, one sentence each.
        looks: what a person must look at, one sentence each.
        failed: whether a notebook of it could not be graded.
        unsure: whether a test of it could not be judged.
        again: whether the next run tries again, for the machinery failed and not the submission.
        skipped: whether an earlier run had graded it.
    """

    student: str
    score: float = 0.0
    max_score: float = 0.0
    repairs: tuple[str, ...] = ()
    looks: tuple[str, ...] = ()
    failed: bool = False
    unsure: bool = False
    again: bool = False
    skipped: bool = False


@dataclass(frozen=True)
class Summary:
    """What became of an assignment.

    ``sandbox`` is what students' code ran in (None if none ran), ``stopped`` says that it was
    interrupted, ``warnings`` what is wrong with the assignment, ``misnamed`` the folders that
    were left out because no student can have such an id, ``stamped`` how many submissions say
    themselves when they were handed in, where there is a due date.
    """

    assignment: str
    graded: tuple[Graded, ...]
    sandbox: str | None = None
    stopped: bool = False
    backup: Path | None = None
    warnings: tuple[str, ...] = ()
    misnamed: tuple[str, ...] = ()
    stamped: int = 0

    @property
    def complete(self) -> bool:
        """Whether every submission was graded, and nothing in them waits for a look."""
        waits = any(one.failed or one.unsure for one in self.graded)
        return not self.stopped and not waits and not self.misnamed


OnDone = Callable[[Graded, int, int], None]


def grade_assignment(
    course: Course,
    name: str,
    *,
    students: Sequence[str] = (),
    force: bool = False,
    limits: Limits = Limits(),  # noqa: B008
    pool: Executor | None = None,
    on_done: OnDone | None = None,
    accepted: bool = False,
) -> Summary:
    """Grade the submissions to an assignment that have not been graded yet.

    Args:
        course: the course.
        name: the assignment.
        students: whose submissions; all if none is named.
        force: grade what has been graded, too.
        limits: what a cell and a notebook may use.
        pool: what runs the tasks; two threads if it is not given. A pool of processes or of
            other machines will do: a task is bytes in, a value out.
        on_done: called with each submission as it is done, how many are, and how many there are.
        accepted: a person has decided to grade although the rehearsal disagrees with one kernel.

    Raises:
        CourseError: the assignment or a student is not known, there are no submissions, another
            run is at work, or the rehearsal disagrees with one kernel.
    """
    use_exam_room(course.config, rubrics=False)  # the course's own settings may want them
    with only_writer(course), one_gradebook(), course.plugins():
        batch = _Batch(course, course.assignment(name), limits, on_done)
        batch.refuse_other_variants()
        batch.warn_of_strangers()
        todo = batch.pending(_chosen(course, name, students), force)
        if not todo:
            return batch.summary()
        backup = back_up(course)
        with room(limits) as place, pool or ThreadPoolExecutor(2) as workers:
            batch.rehearse(len(todo), accepted)
            stopped = batch.run(todo, workers)
        sandbox = min(batch.sandboxes, default=place.sandbox)
        return replace(batch.summary(), sandbox=sandbox, stopped=stopped, backup=backup)


def _chosen(course: Course, name: str, students: Sequence[str]) -> dict[str, Path]:
    there = course.students(name)
    if not there and not course.misnamed(name):
        folder = course.folder("submitted", "STUDENT", name)
        raise CourseError(f"there are no submissions of {name}: expected folders like {folder}")
    if unknown := sorted(set(students) - set(there)):
        folder = course.folder("submitted", unknown[0], name)
        raise CourseError(f"no submission of {', '.join(unknown)}: expected it in {folder}")
    return {student: there[student] for student in students} if students else there


@dataclass
class _Sitting:
    """A submission whose notebooks are being graded; a string is the reason why one is not."""

    work: Work
    outcomes: dict[str, Examined | str] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        names = {paper.name for paper in self.work.papers if not paper.problem}
        return names <= set(self.outcomes)

    @property
    def results(self) -> dict[str, Examined]:
        return {
            name: outcome for name, outcome in self.outcomes.items() if not isinstance(outcome, str)
        }

    @property
    def broken(self) -> dict[str, str]:
        return {name: why for name, why in self.outcomes.items() if isinstance(why, str)}

    def graded(self, work: Work) -> Graded:
        """Say what became of it; ``work`` is what was recorded."""
        good = [paper.name for paper in work.papers if not paper.problem]
        reports = [self.results[name].report for name in good]
        blanks = [paper.ungraded().report for paper in work.papers if paper.problem]
        problems = [paper.problem for paper in work.papers if paper.problem]
        absent = [f"{name}.ipynb was not handed in: no points" for name in work.absent]
        mended = [note for paper in work.papers for note in (*paper.rebuilt.notes, paper.odd)]
        return Graded(
            work.student,
            score=sum(report.score for report in reports),
            max_score=sum(report.max_score for report in (*reports, *blanks)),
            repairs=tuple(filter(None, dict.fromkeys([*work.submission.notes, *mended]))),
            looks=(*dict.fromkeys(problems), *absent, *_unsure(reports)),
            failed=bool(problems),
            unsure=any(True for _ in _unsure(reports)),
        )


def _unsure(reports: Iterable[Report]) -> Iterator[str]:
    for report in reports:
        for row in report.rows:
            if row.status is Status.LOOK:
                yield f"{row.exercise}: {row.message}"


class _Batch:
    def __init__(
        self, course: Course, assignment: Assignment, limits: Limits, on_done: OnDone | None
    ) -> None:
        self.course, self.assignment, self.limits = course, assignment, limits
        self.on_done = on_done
        self.journal = own_folder(course) / "journal.jsonl"
        self.sittings: dict[str, _Sitting] = {}
        self.graded: list[Graded] = []
        self.total = 0
        self.warnings: list[str] = []
        self.stamped = 0
        self.sandboxes: set[str] = set()  # "" is the least

    def pending(self, folders: Mapping[str, Path], force: bool) -> dict[str, Path]:
        """Return the submissions that no earlier run has graded."""
        self.total = len(folders)
        lines, todo = self.lines(), {}
        for student, folder in folders.items():
            line = lines.get(student)
            if line and not force and self.is_done(self.open(student, folder), line):
                self.done(_read_back(line))
            else:
                todo[student] = folder
        return todo

    def lines(self) -> dict[str, dict[str, Any]]:
        """Return the last line of the journal about each student."""
        name = self.assignment.name
        read = (line for line in journal.read(self.journal) if line.get("assignment") == name)
        return {str(line.get("student")): line for line in read}

    def open(self, student: str, folder: Path) -> Work:
        return open_work(self.course, self.assignment, student, folder)

    def is_done(self, work: Work, line: Mapping[str, Any]) -> bool:
        """Whether the gradebook still holds what the journal says of this very submission."""
        name = self.assignment.name
        folder = self.course.folder("autograded", work.student, name)
        return (
            line.get("hashes") == self.hashes(work)
            and not line.get("graded", {}).get("again")
            and all((folder / f"{paper.name}.ipynb").is_file() for paper in work.papers)
            and line.get("scores") == saved_scores(self.course, name, work.student)
        )

    def hashes(self, work: Work) -> list[str]:
        drawn = self.assignment.drawn(work.student)
        return [work.submission.sha, self.assignment.sha, *([json.dumps(drawn)] if drawn else [])]

    def refuse_other_variants(self) -> None:
        """Raise `CourseError` if grades are there of variants with another count or salt."""
        now = self.said()
        for student, line in self.lines().items():
            before = line.get("variants", {})
            if before != now and saved_scores(self.course, self.assignment.name, student):
                raise CourseError(changed(self.assignment.name, _told(before), _told(now)))

    def said(self) -> dict[str, list[Any]]:
        """Return count and salt of each notebook that has variants."""
        return {bundle.name: [bundle.variants.count, bundle.variants.salt]
                for bundle in self.assignment.bundles if bundle.variants}  # fmt: skip

    def warn_of_strangers(self) -> None:
        """Name lines of the table that are about nobody in this course."""
        if self.assignment.allotment:
            with self.course.gradebook() as book:
                known = [one.id for one in book.students]
            known += self.course.students(self.assignment.name)
            self.warnings += self.assignment.allotment.strangers(known)

    def run(self, todo: Mapping[str, Path], workers: Executor) -> bool:
        """Grade submissions; return whether it was interrupted."""
        late: list[Paper] = []
        with _interrupts() as stop:
            with closing(self.outcomes(self.papers(todo), workers, stop)) as outcomes:
                for paper, outcome in outcomes:
                    if _worth_another_try(outcome):
                        late.append(paper)
                    else:
                        self.take(paper, outcome)
            for paper in late:  # alone: a busy machine makes honest notebooks late
                for _, outcome in self.outcomes(iter([paper]), workers, stop):
                    self.take(paper, outcome)
            return stop.is_set()

    def papers(self, todo: Mapping[str, Path]) -> Iterator[Paper]:
        """Yield the notebooks to grade, each read when its turn comes."""
        for student, folder in todo.items():
            sitting = self.sittings[student] = _Sitting(self.open(student, folder))
            if sitting.complete:
                self.finish(sitting)
            yield from (paper for paper in sitting.work.papers if not paper.problem)

    def rehearse(self, many: int, accepted: bool) -> None:
        """Grade the instructor's own notebooks; what they import, the room has from then on."""
        file = self.journal.with_name("rehearsals.jsonl")
        before = file.stat().st_size if file.is_file() else 0
        held = rehearsed(self.course, self.assignment, self.limits, file)
        if held.differences and accepted:
            held = accept(self.assignment, held, file)
        require_agreement(self.assignment.name, held)
        if file.stat().st_size == before and many >= WORTH_LEARNING:
            rehearse(self.course, self.assignment, self.limits, both=False)
        self.warnings += held.warnings

    def outcomes(
        self, papers: Iterator[Paper], workers: Executor, stop: threading.Event
    ) -> Generator[tuple[Paper, Examined | str], None, None]:
        """Yield papers as they are graded; when told to stop, those that have begun."""
        waiting: dict[Future[Examined], Paper] = {}
        try:
            while True:
                while not stop.is_set() and _room_for_more(waiting.values()):
                    if (paper := next(papers, None)) is None:
                        break
                    waiting[workers.submit(run_task, paper.task(self.limits))] = paper
                if stop.is_set():
                    waiting = {job: paper for job, paper in waiting.items() if not job.cancel()}
                if not waiting:
                    return
                for job in wait(waiting, _POLL, FIRST_COMPLETED).done:
                    yield waiting.pop(job), _outcome(job)
        finally:
            for job in waiting:
                job.cancel()

    def take(self, paper: Paper, outcome: Examined | str) -> None:
        sitting = self.sittings[paper.student]
        sitting.outcomes[paper.name] = outcome
        if not isinstance(outcome, str):
            self.sandboxes.add(outcome.sandbox)
        if sitting.complete:
            self.finish(sitting)

    def finish(self, sitting: _Sitting) -> None:
        """Write a submission into the gradebook, then into the journal."""
        work, problem = self.record(sitting)
        self.stamped += bool(self.assignment.due and TIMESTAMP in work.submission.files)
        graded = sitting.graded(work)
        looks = (*graded.looks, problem) if problem else graded.looks
        again = work.papers != sitting.work.papers
        graded = replace(graded, looks=looks, again=again)
        journal.append(self.journal, {
            "time": datetime.now(UTC).isoformat(timespec="seconds"),
            "assignment": self.assignment.name,
            "student": work.student,
            "hashes": self.hashes(work),
            **({"variants": said} if (said := self.said()) else {}),
            "graded": asdict(graded),
            "scores": saved_scores(self.course, self.assignment.name, work.student),
        })  # fmt: skip
        del self.sittings[work.student]
        self.done(graded)

    def record(self, sitting: _Sitting) -> tuple[Work, str]:
        """Return what is in the gradebook now, and what nbgrader refused to the very last."""
        name, work = self.assignment.name, sitting.work.with_problems(sitting.broken)
        try:
            record(self.course, name, work, sitting.results)
        except OperationalError:  # the next one would fare no better
            raise
        except Exception as error:
            work = work.all_blank(f"nbgrader could not record it: {error}")
            try:
                record(self.course, name, work, {})
            except Exception as second:
                return work, f"nor could a blank notebook be recorded: {second}"
        return work, ""

    def summary(self) -> Summary:
        graded = sorted(self.graded, key=lambda one: one.student)
        name = self.assignment.name
        left_out = tuple(self.course.misnamed(name))
        return Summary(name, tuple(graded), warnings=tuple(self.warnings), misnamed=left_out,
                       stamped=self.stamped)  # fmt: skip

    def done(self, graded: Graded) -> None:
        self.graded.append(graded)
        if self.on_done:
            self.on_done(graded, len(self.graded), self.total)


def _read_back(line: Mapping[str, Any]) -> Graded:
    values: dict[str, Any] = dict(line["graded"])
    told = {name: tuple(values[name]) for name in ("repairs", "looks")}
    return Graded(**{**values, **told, "skipped": True})


def _told(variants: Mapping[str, Sequence[Any]]) -> str:
    said = (f"count {count} and salt {salt!r}" for count, salt in variants.values())
    return "; ".join(said) or "no variants"


def _room_for_more(papers: Iterable[Paper]) -> bool:
    sizes = [len(paper.content) + sum(map(len, paper.files.values())) for paper in papers]
    return len(sizes) < AHEAD and sum(sizes) < AHEAD_BYTES


def _outcome(job: Future[Examined]) -> Examined | str:
    try:
        return job.result()
    except Exception as error:
        return not_graded(error)


def _worth_another_try(outcome: Examined | str) -> bool:
    return isinstance(outcome, str) or any(cell.end == "timeout" for cell in outcome.cells)


@contextmanager
def _interrupts() -> Iterator[threading.Event]:
    """An event that Ctrl-C sets; the second Ctrl-C is an interrupt as ever."""
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = signal.getsignal(signal.SIGINT)

    def note(*_: object) -> None:
        stop.set()
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, note)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)
