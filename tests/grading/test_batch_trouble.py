"""A batch in trouble: the gradebook is held by somebody else, or nothing can be written."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from grading import nbcourse as nc

from safetylab.course.paths import CourseError
from safetylab.grading.gradebook import batch, record
from safetylab.grading.gradebook.batch import Graded, Summary, grade_assignment
from safetylab.grading.gradebook.nbcourse import Course

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("batch_trouble")]

STUDENTS = {"ann": nc.RIGHT, "bob": nc.HALF, "cyd": nc.WRONG}
FAIR = {"ann": [3.0, 2.0], "bob": [0.0, 1.0], "cyd": [0.0, 0.0]}
TESTS = ("ps1/double-works", "ps1/double-parts")


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return nc.make_course(tmp_path_factory.mktemp("course"))


@pytest.fixture
def root(empty: Path, tmp_path: Path) -> Path:
    """A course with three submissions, of which none is graded."""
    course = shutil.copytree(empty, tmp_path / "course")
    for student, answers in STUDENTS.items():
        nc.hand_in(course, student, nc.answered(course, answers))
    return course


def grade(root: Path, **settings: Any) -> Summary:
    return grade_assignment(Course.open(root), nc.NAME, **settings)


def saved(root: Path) -> dict[str, list[float | None]]:
    """The points that the gradebook holds, of those who have any."""
    found = {name: record.saved_scores(Course.open(root), nc.NAME, name) for name in STUDENTS}
    return {name: [have[test] for test in TESTS] for name, have in found.items() if have}


@contextmanager
def held(root: Path, how: str = "BEGIN IMMEDIATE") -> Iterator[sqlite3.Connection]:
    """Another program in the middle of a save."""
    path = root / "gradebook.db"
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute(how)
        yield other


class Holder:
    """Takes the gradebook when the first submission is done, until it is let go."""

    def __init__(self, root: Path) -> None:
        self.root, self.other = root, None
        self.first = ""

    def __call__(self, one: Graded, done: int, total: int) -> None:
        if self.other is None:
            self.first = one.student
            self.other = sqlite3.connect(self.root / "gradebook.db", isolation_level=None)
            self.other.execute("BEGIN IMMEDIATE")

    def let_go(self) -> None:
        assert self.other is not None
        self.other.rollback()
        self.other.close()


def test_a_gradebook_that_is_held_for_some_seconds_is_waited_for(root: Path) -> None:
    """Longer than SQLite itself would wait."""
    with held(root) as other:
        release = threading.Timer(7, other.rollback)
        release.start()
        summary = grade(root)
        release.join()
    assert summary.complete
    assert saved(root) == FAIR


def test_a_gradebook_that_is_held_for_ever_stops_the_run(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record, "PATIENCE", 0.2)
    holder = Holder(root)
    with pytest.raises(
        CourseError, match=r"database is locked for 0\.2 seconds .* nothing is lost"
    ):
        grade(root, on_done=holder)
    assert saved(root)[holder.first] == FAIR[holder.first], "what was graded is kept"
    holder.let_go()
    summary = grade(root)
    assert summary.complete
    assert [one.student for one in summary.graded if one.skipped] == [holder.first]
    assert saved(root) == FAIR


def test_a_gradebook_that_cannot_even_be_read_is_told(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record, "PATIENCE", 0.2)
    with (
        held(root, "BEGIN EXCLUSIVE"),
        pytest.raises(CourseError, match=r"database is locked .* run the command again"),
    ):
        grade(root)
    assert grade(root).complete


def test_nobody_waits_for_the_notebooks_that_are_not_needed_any_more(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rest of the queue is not run when the gradebook is held for ever."""
    monkeypatch.setattr(record, "PATIENCE", 0.2)
    for number in range(20):
        nc.hand_in(root, f"more{number:02}", nc.answered(root, nc.RIGHT))
    ran: list[object] = []
    run_task = batch.run_task
    monkeypatch.setattr(batch, "run_task", lambda task: ran.append(task) or run_task(task))
    with held(root), pytest.raises(CourseError, match="locked"):
        grade(root)
    assert len(ran) < 23


def test_where_graded_notebooks_cannot_be_written_a_sentence_says_so(root: Path) -> None:
    block = root / "autograded/bob"
    block.parent.mkdir()
    block.touch()
    summary = grade(root)
    bob = next(one for one in summary.graded if one.student == "bob")
    assert "nbgrader could not record it: NotADirectoryError" in bob.looks[0]
    assert not summary.complete
    assert {name: points for name, points in saved(root).items() if name != "bob"} == {
        "ann": FAIR["ann"], "cyd": FAIR["cyd"],
    }  # fmt: skip
    block.unlink()
    again = grade(root)
    assert [one.student for one in again.graded if not one.skipped] == ["bob"]
    assert saved(root) == FAIR


def test_a_journal_on_a_full_disk_stops_the_run(root: Path) -> None:
    path = root / ".safetylab/journal.jsonl"
    path.parent.mkdir()
    path.symlink_to("/dev/full")
    with pytest.raises(CourseError, match=r"No space left on device: .*nothing is lost"):
        grade(root)
    path.unlink()
    assert grade(root).complete
    assert saved(root) == FAIR
