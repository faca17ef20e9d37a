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
from dataclasses import asdict, dataclass, replace
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
from safetylab.grading.gradebook.rehearsal import rehearse, settled
from safetylab.grading.gradebook.staging import Work, blank, open_work
from safetylab.grading.gradebook.variants import changed
from safetylab.grading.report import Status
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


Outcomes = dict[str, Examined | str]
"""What became of the notebooks of a submission; a string is the reason why one was not graded."""


def _graded(work: Work, results: Mapping[str, Examined], assignment: Assignment) -> Graded:
    """Say what became of a submission; ``work`` is what was recorded."""
    good = [results[paper.name].report for paper in work.papers if not paper.problem]
    papers = [paper for paper in work.papers if paper.problem]
    papers += [blank(work.student, one, "") for one in assignment.bundles
               if one.name in work.absent]  # fmt: skip
    empty = [paper.ungraded().report for paper in papers]
    problems = dict.fromkeys(paper.problem for paper in work.papers if paper.problem)
    absent = [f"{name}.ipynb was not handed in: no points" for name in work.absent]
    unsure = [f"{row.exercise}: {row.message}"
              for report in good for row in report.rows if row.status is Status.LOOK]  # fmt: skip
    mended = [note for paper in work.papers for note in (*paper.rebuilt.notes, paper.odd)]
    return Graded(
        work.student,
        score=sum(report.score for report in good),
        max_score=sum(report.max_score for report in (*good, *empty)),
        repairs=tuple(filter(None, dict.fromkeys([*work.submission.notes, *mended]))),
        looks=(*problems, *absent, *unsure),
        failed=bool(problems),
        unsure=bool(unsure),
    )


class _Batch:
    def __init__(
        self, course: Course, assignment: Assignment, limits: Limits, on_done: OnDone | None
    ) -> None:
        self.course, self.assignment, self.limits = course, assignment, limits
        self.on_done = on_done
        self.journal = own_folder(course) / "journal.jsonl"
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
                raise CourseError(changed(self.assignment.name, before, now))

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
        late: list[tuple[Work, Outcomes]] = []
        works = (self.open(student, folder) for student, folder in todo.items())
        with _interrupts() as stop:
            with closing(self.sat(works, workers, stop)) as sat:
                for work, outcomes in sat:
                    if any(map(_worth_another_try, outcomes.values())):
                        late.append((work, outcomes))
                    else:
                        self.finish(work, outcomes)
            for work, outcomes in late:
                slow = [name for name, outcome in outcomes.items() if _worth_another_try(outcome)]
                again = [paper for paper in work.papers if paper.name in slow]
                for paper in again:  # alone: a busy machine makes honest notebooks late
                    del outcomes[paper.name]
                    one = iter([replace(work, papers=(paper,))])
                    for _, found in self.sat(one, workers, stop):
                        outcomes |= found
                if all(paper.name in outcomes for paper in again):
                    self.finish(work, outcomes)
            return stop.is_set()

    def rehearse(self, many: int, accepted: bool) -> None:
        """Grade the instructor's own notebooks; what they import, the room has from then on."""
        warnings, held = settled(self.course, self.assignment, self.limits, accepted=accepted)
        if not held and many >= WORTH_LEARNING:
            rehearse(self.course, self.assignment, self.limits, both=False)
        self.warnings += warnings

    def sat(
        self, works: Iterator[Work], workers: Executor, stop: threading.Event
    ) -> Generator[tuple[Work, Outcomes], None, None]:
        """Yield submissions as they are graded; when told to stop, those that have begun."""
        waiting: list[tuple[Work, dict[str, Future[Examined]]]] = []
        try:
            while True:
                while not stop.is_set() and _room_for_more(work for work, _ in waiting):
                    if (work := next(works, None)) is None:
                        break
                    jobs = {paper.name: workers.submit(run_task, paper.task(self.limits))
                            for paper in work.papers if not paper.problem}  # fmt: skip
                    waiting.append((work, jobs))
                if stop.is_set():
                    waiting = [one for one in waiting if not _cancelled(one[1])]
                if not waiting:
                    return
                wait([job for _, jobs in waiting for job in jobs.values() if not job.done()],
                     _POLL, FIRST_COMPLETED)  # fmt: skip
                ended = [one for one in waiting if all(job.done() for job in one[1].values())]
                waiting = [one for one in waiting if one not in ended]
                for work, jobs in ended:
                    yield work, {name: _outcome(job) for name, job in jobs.items()}
        finally:
            for _, jobs in waiting:
                _cancelled(jobs)

    def finish(self, opened: Work, outcomes: Outcomes) -> None:
        """Write a submission into the gradebook, then into the journal."""
        results = {name: one for name, one in outcomes.items() if not isinstance(one, str)}
        self.sandboxes |= {one.sandbox for one in results.values()}
        broken = {name: one for name, one in outcomes.items() if isinstance(one, str)}
        work, problem = self.record(opened.with_problems(broken), results)
        self.stamped += bool(self.assignment.due and TIMESTAMP in work.submission.files)
        graded = _graded(work, results, self.assignment)
        looks = (*graded.looks, problem) if problem else graded.looks
        graded = replace(graded, looks=looks, again=work.papers != opened.papers)
        journal.append(self.journal, {
            "time": datetime.now(UTC).isoformat(timespec="seconds"),
            "assignment": self.assignment.name,
            "student": work.student,
            "hashes": self.hashes(work),
            **({"variants": said} if (said := self.said()) else {}),
            "graded": asdict(graded),
            "scores": saved_scores(self.course, self.assignment.name, work.student),
        })  # fmt: skip
        self.done(graded)

    def record(self, work: Work, results: Mapping[str, Examined]) -> tuple[Work, str]:
        """Return what is in the gradebook now, and what nbgrader refused to the very last."""
        try:
            record(self.course, self.assignment.name, work, results)
        except OperationalError:  # the next one would fare no better
            raise
        except Exception as error:
            work = work.all_blank(f"nbgrader could not record it: {error}")
            try:
                record(self.course, self.assignment.name, work, {})
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


def _room_for_more(works: Iterable[Work]) -> bool:
    papers = [paper for work in works for paper in work.papers]
    sizes = [len(paper.content) + sum(map(len, paper.files.values())) for paper in papers]
    return len(sizes) < AHEAD and sum(sizes) < AHEAD_BYTES


def _cancelled(jobs: Mapping[str, Future[Examined]]) -> bool:
    """Cancel jobs; whether any has not begun, or is cancelled already."""
    return any([job.cancel() for job in jobs.values()])  # noqa: C419


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
    stop, before = threading.Event(), signal.getsignal(signal.SIGINT)
    hears = threading.current_thread() is threading.main_thread()

    def note(*_: object) -> None:
        stop.set()
        signal.signal(signal.SIGINT, before)

    if hears:
        signal.signal(signal.SIGINT, note)
    try:
        yield stop
    finally:
        if hears:
            signal.signal(signal.SIGINT, before)
