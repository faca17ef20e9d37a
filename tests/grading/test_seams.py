"""What holds the parts together: two lines of settings, lines of a journal, tasks that travel."""

from __future__ import annotations

import pickle
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from grading import tiny
from traitlets.config import Config

from safetylab.grading.config import hides_rubrics, use_exam_room
from safetylab.grading.gradebook import journal
from safetylab.grading.paper.outcome import GradingError, Output
from safetylab.grading.report import Report
from safetylab.grading.room import rooms
from safetylab.grading.room.exam import ExamCell, Examined
from safetylab.grading.room.rooms import Limits, Task, run_task


def test_the_two_lines_replace_two_steps_and_add_one() -> None:
    c = Config()
    use_exam_room(c)
    steps = [step.rpartition(".")[2] for step in c.Autograde.autograde_preprocessors]
    assert steps[0] == "ExamRoom"
    assert "SaveGrades" in steps
    assert not {"Execute", "SaveAutoGrades"} & set(steps)
    once = c.copy()
    use_exam_room(c)
    assert c == once


def test_a_courses_own_steps_are_kept() -> None:
    c = Config()
    c.Autograde.autograde_preprocessors = ["mine.Before", "nbgrader.preprocessors.Execute"]
    c.GenerateFeedback.preprocessors = ["mine.Feedback"]
    use_exam_room(c)
    assert c.Autograde.autograde_preprocessors[0] == "mine.Before"
    assert c.Autograde.autograde_preprocessors[1].endswith(".ExamRoom")
    hide, mine, overview, formulas = c.GenerateFeedback.preprocessors
    assert hide.endswith(".HideTests")
    assert mine == "mine.Feedback"
    assert overview.endswith(".Overview")
    assert formulas.endswith(".MathML")


def test_rubrics_are_shown_only_where_feedback_will_leave_them_out() -> None:
    c = Config()
    assert not hides_rubrics(c)
    use_exam_room(c)
    assert hides_rubrics(c)
    c.GenerateFeedback.preprocessors = ["mine.Feedback"]
    assert not hides_rubrics(c)


def test_settings_are_read_without_loading_anything() -> None:
    """Jupyter reads nbgrader_config.py each time that it starts."""
    code = "import sys, safetylab.grading.config; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {"torch", "numpy", "nbgrader", "nbconvert"}.isdisjoint(done.stdout.split())


def test_a_journal_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "new" / "journal.jsonl"
    assert list(journal.read(path)) == []
    for number in range(3):
        journal.append(path, {"number": number, "text": "a\nb \N{SNOWMAN}"})
    assert [line["number"] for line in journal.read(path)] == [0, 1, 2]


@pytest.mark.parametrize("torn", [b'{"number": 1', b"\xff\xfe", b"[1]", b"[" * 10**5, b"\0" * 9])
def test_a_line_that_was_cut_short_spoils_no_other(tmp_path: Path, torn: bytes) -> None:
    path = tmp_path / "journal.jsonl"
    journal.append(path, {"number": 0})
    with path.open("ab") as file:
        file.write(torn)
    journal.append(path, {"number": 2})
    assert [line["number"] for line in journal.read(path)] == [0, 2]


def test_tasks_and_their_values_travel() -> None:
    task = Task(tiny.RELEASED, tiny.bundle(), {"a": b"1"}, Limits(1, 2), learn=True)
    assert pickle.loads(pickle.dumps(task)) == task
    assert pickle.loads(pickle.dumps(run_task)) is run_task
    cell = ExamCell("a", "code", "1", "TEST", "ok", "", "", 1 / 3, (Output("stdout", "x"),))
    examined = Examined(Report("lab", ()), (cell,), "bubblewrap")
    assert pickle.loads(pickle.dumps(examined)) == examined


class Place:
    """A room that counts how often one is opened and closed."""

    opened = closed = 0

    def __init__(self, **_: object) -> None:
        Place.opened += 1

    def close(self) -> None:
        Place.closed += 1

    def learn(self, _: object) -> None:
        raise GradingError("the room is gone")


@pytest.fixture
def places(monkeypatch: pytest.MonkeyPatch) -> type[Place]:
    monkeypatch.setattr(rooms, "Room", Place)
    monkeypatch.setattr(rooms, "_keeper", rooms._Keeper())
    monkeypatch.setattr(rooms, "IDLE", 0.05)
    Place.opened = Place.closed = 0
    return Place


def test_a_room_is_shared_and_closed_when_nobody_comes(places: type[Place]) -> None:
    with rooms.room(Limits()) as first, rooms.room(Limits()) as second:
        assert first is second
    with rooms.room(Limits()) as third:
        assert third is first
        threading.Event().wait(0.2)
        assert places.closed == 0
    threading.Event().wait(0.5)
    assert (places.opened, places.closed) == (1, 1)


def test_a_room_that_is_out_of_order_is_replaced(places: type[Place]) -> None:
    for _ in range(2):
        with pytest.raises(GradingError):
            run_task(Task(tiny.RELEASED, tiny.bundle()))
    assert places.opened == 2
