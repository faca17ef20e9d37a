"""A batch: what is graded, what is skipped, and that nothing is lost."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from grading import nbcourse as nc
from typer.testing import CliRunner

from safetylab.course.cli import app
from safetylab.course.paths import CourseError
from safetylab.grading.gradebook import batch, journal, record
from safetylab.grading.gradebook.batch import Graded, Summary, grade_assignment
from safetylab.grading.gradebook.nbcourse import Course
from safetylab.grading.paper.outcome import GradingError
from safetylab.grading.room.exam import ExamCell, Examined
from safetylab.grading.room.rooms import Limits, Task, run_task

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("batch")]

TESTS = ("ps1/double-works", "ps1/double-parts")


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return nc.make_course(tmp_path_factory.mktemp("course"))


@pytest.fixture
def root(empty: Path, tmp_path: Path) -> Path:
    """A course with three submissions, worth 5, 1 and 0."""
    course = shutil.copytree(empty, tmp_path / "course")
    for student, answers in (("ann", nc.RIGHT), ("bob", nc.HALF), ("cyd", nc.WRONG)):
        nc.hand_in(course, student, nc.answered(course, answers))
    return course


def grade(root: Path, **settings: Any) -> Summary:
    return grade_assignment(Course.open(root), nc.NAME, **settings)


def scores(root: Path, student: str) -> list[float | None]:
    saved = record.saved_scores(Course.open(root), nc.NAME, student) or {}
    return [saved.get(name) for name in TESTS]


def skipped(summary: Summary) -> set[str]:
    return {one.student for one in summary.graded if one.skipped}


def lines(root: Path) -> list[dict[str, Any]]:
    return list(journal.read(root / ".safetylab/journal.jsonl"))


class Pool(Executor):
    """Runs each task at once, after asking ``before`` about it."""

    def __init__(self, before: Callable[[Task], object] = lambda task: None) -> None:
        self.before = before
        self.tasks: list[Task] = []

    def submit(self, function: Any, task: Task) -> Future[Examined]:  # type: ignore[override]
        done: Future[Examined] = Future()
        self.tasks.append(task)
        try:
            self.before(task)
            done.set_result(function(task))
        except Exception as error:
            done.set_exception(error)
        return done


def test_everybody_is_graded_once(root: Path) -> None:
    told: list[tuple[str, int, int]] = []
    summary = grade(root, on_done=lambda one, done, total: told.append((one.student, done, total)))
    assert [(one.student, one.score) for one in summary.graded] == [
        ("ann", 5.0), ("bob", 1.0), ("cyd", 0.0),
    ]  # fmt: skip
    assert summary.complete
    assert sorted(told)[0][2] == 3
    assert [done for _, done, _ in told] == [1, 2, 3]
    assert {one["student"] for one in lines(root)} == {"ann", "bob", "cyd"}


def test_what_is_done_is_skipped_until_something_changes(root: Path) -> None:
    grade(root)
    assert skipped(grade(root)) == {"ann", "bob", "cyd"}
    nc.hand_in(root, "bob", nc.answered(root, nc.RIGHT))
    assert skipped(grade(root)) == {"ann", "cyd"}
    assert scores(root, "bob") == [3.0, 2.0]
    shutil.rmtree(root / "autograded/ann")
    assert skipped(grade(root)) == {"bob", "cyd"}
    with Course.open(root).gradebook() as book:
        book.find_grade("double-works", "ps1", nc.NAME, "cyd").auto_score = 3.0
        book.db.commit()
    assert skipped(grade(root)) == {"ann", "bob"}
    assert scores(root, "cyd") == [0.0, 0.0]
    with Course.open(root).gradebook() as book:
        book.update_or_create_assignment(nc.NAME, duedate="2026-01-01 00:00:00 UTC")
    assert skipped(grade(root)) == set()
    assert skipped(grade(root, force=True)) == set()


def test_a_student_can_be_named(root: Path) -> None:
    assert [one.student for one in grade(root, students=["bob"]).graded] == ["bob"]
    with pytest.raises(CourseError, match=r"no submission of nobody: expected it in .*submitted"):
        grade(root, students=["bob", "nobody"])


def test_another_assignment_is_refused_with_what_to_do(root: Path) -> None:
    with pytest.raises(
        CourseError, match=r"ps2 is not in the gradebook .*ps1.*generate_assignment"
    ):
        grade_assignment(Course.open(root), "ps2")


def test_a_release_that_is_not_the_gradebooks_is_refused(root: Path) -> None:
    path = root / "release/ps1/ps1.ipynb"
    path.chmod(0o644)
    path.write_text(path.read_text().replace('"points": 3', '"points": 30'))
    with pytest.raises(CourseError, match="is not what was entered in the gradebook"):
        grade(root)


def test_the_gradebook_is_backed_up_first(root: Path) -> None:
    grade(root, students=["ann"])
    summary = grade(root)
    assert summary.backup is not None
    with closing(sqlite3.connect(summary.backup)) as book:
        rows = book.execute("select count(*) from submitted_assignment").fetchone()
    assert rows == (1,)
    assert grade(root).backup is None, "nothing was written"


def test_model_answers_stay_out_where_feedback_would_show_them(root: Path) -> None:
    """This course's own settings do not know the exam room, so nothing takes them out again."""
    grade(root, students=["ann"])
    assert "For graders only" not in (root / "autograded/ann/ps1/ps1.ipynb").read_text()


def test_two_graders_at_once_are_one_too_many(root: Path) -> None:
    with record.only_writer(Course.open(root)), pytest.raises(CourseError, match="another"):
        grade(root)


def test_a_failure_of_the_machinery_waits_for_a_person_and_is_tried_again(root: Path) -> None:
    def fail(task: Task) -> None:
        if b"get(x)" in task.notebook:
            raise GradingError("the room burned down")

    pool = Pool(fail)
    summary = grade(root, pool=pool)
    bob = next(one for one in summary.graded if one.student == "bob")
    assert bob.failed
    assert bob.looks == ("it could not be graded: the room burned down",)
    assert scores(root, "bob") == [None, None]
    assert len(pool.tasks) == 4, "it had a second chance, alone"
    text = (root / "autograded/bob/ps1/ps1.ipynb").read_text()
    assert "get(x)" in text, "a person can read what was handed in"
    assert skipped(grade(root)) == {"ann", "cyd"}
    assert scores(root, "bob") == [0.0, 1.0]


def test_what_nbgrader_cannot_record_waits_for_a_person(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(sat: ExamCell, *_: Any) -> list[Any]:
        if sat.end or always:
            raise ValueError("no such output")
        return []

    always = False
    monkeypatch.setattr("safetylab.grading.gradebook.engine.cell_outputs", refuse)
    summary = grade(root, students=["ann"])
    assert summary.graded[0].looks == ("nbgrader could not record it: ValueError: no such output",)
    assert scores(root, "ann") == [None, None]
    assert not summary.complete
    always = True
    summary = grade(root)
    assert len(summary.graded) == 3
    assert "nor could a blank notebook be recorded" in summary.graded[0].looks[1]
    course = Course.open(root)
    assert record.saved_scores(course, nc.NAME, "bob") is None, "whole or not at all"
    monkeypatch.undo()
    assert skipped(grade(root)) == set()


def test_a_timeout_is_tried_again_alone(root: Path) -> None:
    slow = nc.answered(root, {**nc.RIGHT, "double": "while True: pass"})
    nc.hand_in(root, "dan", slow)
    pool = Pool()
    summary = grade(root, pool=pool, limits=Limits(timeout=2))
    assert [task.notebook == slow for task in pool.tasks] == [False, False, False, True, True]
    assert summary.complete
    assert scores(root, "dan") == [0.0, 0.0]
    assert scores(root, "ann") == [3.0, 2.0]


def test_an_interrupt_finishes_what_runs(root: Path) -> None:
    pool = ThreadPoolExecutor(1)
    first = threading.Event()

    class Slow(Executor):
        def submit(self, function: Any, task: Task) -> Future[Examined]:  # type: ignore[override]
            def run() -> Examined:
                if not first.is_set():
                    first.set()
                    os.kill(os.getpid(), signal.SIGINT)
                return run_task(task)

            return pool.submit(run)

    summary = grade(root, pool=Slow())
    assert summary.stopped
    assert not summary.complete
    assert [one.student for one in summary.graded] == ["ann"]
    assert scores(root, "ann") == [3.0, 2.0]
    assert skipped(grade(root)) == {"ann"}


def test_the_instructors_own_answers_are_tried_first(root: Path) -> None:
    path = root / "source/ps1/ps1.ipynb"
    path.write_text(path.read_text().replace("return 2 * x", "return 3 * x"))
    warnings = grade(root).warnings
    assert len(warnings) == 2
    assert "ps1.ipynb gets 0 of 3 points in double-works" in warnings[0]


def test_a_notebook_that_was_not_handed_in_is_named(root: Path, empty: Path) -> None:
    for folder in ("source", "release"):
        shutil.copy(root / folder / "ps1/ps1.ipynb", root / folder / "ps1/second.ipynb")
    shutil.rmtree(root / "release")
    nc.nbgrader(root, "generate_assignment", nc.NAME, "--force")
    summary = grade(root)
    assert summary.graded[0].looks == ("second.ipynb was not handed in: no points",)
    assert (summary.graded[0].score, summary.graded[0].max_score) == (5, 10)
    assert summary.complete


def test_a_torn_line_of_the_journal_spoils_nothing(root: Path) -> None:
    grade(root, students=["ann", "bob"])
    path = root / ".safetylab/journal.jsonl"
    path.write_bytes(path.read_bytes()[:-20])
    first = {line["student"] for line in lines(root)}
    assert len(first) == 1
    assert skipped(grade(root)) == first
    assert skipped(grade(root)) == {"ann", "bob", "cyd"}


def test_a_grader_that_is_killed_loses_nothing(empty: Path, tmp_path: Path) -> None:
    """Twenty times, at random points of a batch of thirty."""
    root = shutil.copytree(empty, tmp_path / "course")
    answers = (nc.RIGHT, nc.HALF, nc.WRONG)
    fair = ([3.0, 2.0], [0.0, 1.0], [0.0, 0.0])
    students = [f"student{number:02}" for number in range(30)]
    for number, student in enumerate(students):
        nc.hand_in(root, student, nc.answered(root, answers[number % 3]))
    script = Path(__file__).with_name("kill.py")
    path = os.pathsep.join([str(script.parents[1]), *sys.path])
    done = subprocess.run(
        [sys.executable, str(script), str(root), "7"],
        capture_output=True, text=True, env={**os.environ, "PYTHONPATH": path},
    )  # fmt: skip
    assert done.stdout.count("killed at") >= 15, done.stdout + done.stderr
    assert done.stdout.endswith("exit 0\n"), done.stdout + done.stderr
    for number, student in enumerate(students):
        assert scores(root, student) == fair[number % 3]
    assert Counter(line["student"] for line in lines(root)) == dict.fromkeys(students, 1)
    with Course.open(root).gradebook() as book:
        assert len(book.assignment_submissions(nc.NAME)) == 30
        assert not [one for one in book.assignment_submissions(nc.NAME) if one.score is None]


def test_the_command_says_what_became_of_each(root: Path) -> None:
    nc.hand_in(root, "dan", b"{")
    command = [sys.executable, "-m", "safetylab.course.cli", "grade", nc.NAME]
    done = subprocess.run(
        [*command, "--course", str(root), "--jobs", "1"], capture_output=True, text=True,
        env={**os.environ, "COLUMNS": "100"},
    )  # fmt: skip
    assert done.returncode == 1
    assert "ps1: 3 graded, 0 repaired, 1 to look at, 1 not graded" in done.stdout
    assert "dan" in done.stdout
    assert "sandbox" in done.stdout
    shutil.rmtree(root / "submitted/dan")
    again = subprocess.run(command, cwd=root, capture_output=True, text=True)
    assert again.returncode == 0, again.stderr
    assert "3 graded (3 of them by an earlier run)" in again.stdout


@pytest.mark.parametrize(
    ("setting", "seconds"),
    [("", 30), ("c.ExecutePreprocessor.timeout = 300", 300), ("c.Execute.timeout = 5", 5),
     ("c.ExecutePreprocessor.timeout = -1", 3600), ("c.Execute.timeout = None", 3600)],
)  # fmt: skip
def test_a_cell_may_take_as_long_as_nbgraders_settings_say(
    root: Path, monkeypatch: pytest.MonkeyPatch, setting: str, seconds: float
) -> None:
    given: list[float] = []

    def graded(*_: object, limits: Limits, **__: object) -> Summary:
        given.append(limits.timeout)
        return grade_assignment(Course.open(root), nc.NAME, students=["nobody"])

    monkeypatch.setattr(batch, "grade_assignment", graded)
    (root / "nbgrader_config.py").write_text(nc.CONFIG + setting)
    command = ["grade", nc.NAME, "--course", str(root)]
    for options in ([], ["--timeout", "7"]):
        CliRunner().invoke(app, [*command, *options])
    assert given == [seconds, 7]


def test_a_summary_is_read_back_as_it_was(root: Path) -> None:
    nc.hand_in(root, "ann", nc.answered(root, nc.RIGHT), "other.ipynb")
    first, second = grade(root), grade(root)
    assert [Graded(**{**vars(one), "skipped": False}) for one in second.graded] == list(
        first.graded
    )
    assert json.dumps([vars(one) for one in first.graded])


def test_a_room_learns_what_to_import_where_that_pays(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the rehearsal, and when that is remembered, once more before several are graded."""
    again: list[bool] = []
    rehearse = batch.rehearse
    monkeypatch.setattr(
        batch, "rehearse", lambda *given, both: again.append(both) or rehearse(*given, both=both)
    )
    grade(root)
    assert again == []
    grade(root, students=["ann", "bob"], force=True)
    assert again == []
    grade(root, force=True)
    assert again == [False]
