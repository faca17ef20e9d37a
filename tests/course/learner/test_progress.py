"""Evidence and progress: points come from checks of the learner's own copy only."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from course.learner.test_lastcell import Session
from grading import tiny
from typer.testing import CliRunner, Result

from safetylab.course import cli
from safetylab.course.learner import evidence, lastcell
from safetylab.course.learner.evidence import evidence_file, fingerprint, read_evidence, record
from safetylab.course.learner.history import reset
from safetylab.course.learner.progress import next_step, standings
from safetylab.course.learner.workspace import copy_missing, learner_notebook
from safetylab.grading import Report, Row, Status

RIGHT = Row("1.1", "doubling", 2, 2, Status.RIGHT)
WRITTEN = Row("1.3", "why", 0, 4, Status.WAITING, written=4, waiting=4)


def mean(points: float) -> Row:
    status = Status.RIGHT if points == 3 else Status.PARTLY
    return Row("1.2", "the mean", points, 3, status)


def report(points: float = 1, hidden: bool = True) -> Report:
    return Report(tiny.LAB, (RIGHT, mean(points), WRITTEN), (), hidden)


def run(*arguments: str) -> Result:
    return CliRunner(env={"COLUMNS": "100"}).invoke(cli.app, arguments)


@pytest.fixture
def copied(tiny_course: Path) -> Path:
    copy_missing(tiny_course)
    copy = learner_notebook(tiny_course, tiny.LAB)
    copy.write_bytes(tiny.submission(tiny.RIGHT))
    return copy


def checked(root: Path, copy: Path, *reports: Report) -> None:
    for one in reports:
        record(root, one, fingerprint(copy.read_bytes()))


def shown() -> str:
    done = run("progress")
    assert done.exit_code == 0
    assert done.stderr == ""
    return done.stdout


@pytest.fixture
def graded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "grade_notebook", lambda *_, **__: report())


@pytest.mark.usefixtures("graded")
def test_a_check_of_the_own_copy_is_evidence(tiny_course: Path, copied: Path) -> None:
    assert run("check", "1").exit_code == 0
    assert run("check", "1", "--json").exit_code == 0
    [one, two], notes = read_evidence(tiny_course)
    assert (one.report, one.source_sha, notes) == (report(), "abc", [])
    assert one.time.utcoffset() == timedelta(0)
    assert one.notebook_sha256 == two.notebook_sha256
    assert one.notebook_sha256 == fingerprint(copied.read_bytes())["notebook_sha256"]


@pytest.mark.usefixtures("graded")
def test_a_check_of_another_file_is_no_evidence(tiny_course: Path, copied: Path) -> None:
    assert run("check", "1", "--file", str(copied)).exit_code == 0
    assert not evidence_file(tiny_course).exists()


@pytest.mark.usefixtures("graded")
def test_a_check_that_cannot_be_recorded_still_shows_its_points(
    tiny_course: Path, copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(evidence.journal.os, "fsync", full)
    done = run("check", "1")
    assert (done.exit_code, done.stderr.count("\n")) == (0, 1)
    assert "No space left on device" in done.stderr
    assert "3 of 5 points" in done.stdout


def test_broken_lines_are_skipped_told_and_never_deleted(tiny_course: Path, copied: Path) -> None:
    checked(tiny_course, copied, report(1))
    file = evidence_file(tiny_course)
    good = json.loads(file.read_bytes())
    broken: list[Any] = [
        {**good, "lab": "another"},
        {**good, "time": "2026-11-24T10:15:00"},
        {**good, "report": {**good["report"], "rows": [{}]}},
        {
            **good,
            "report": {**good["report"], "rows": [{**good["report"]["rows"][0], "points": 9}]},
        },
        ["no", "object"],
    ]
    lines = b"".join(json.dumps(line).encode() + b"\n" for line in broken) + b'\xff{"half'
    with file.open("ab") as stream:
        stream.write(lines)
    before = file.read_bytes()
    checked(tiny_course, copied, report(3))
    assert file.read_bytes().startswith(before + b"\n")
    found, notes = read_evidence(tiny_course)
    assert [one.report.score for one in found] == [3, 5]
    assert [note.split(" of ")[0] for note in notes] == [f"line {n}" for n in range(2, 8)]
    assert shown().count("could not be read and does not count") == 6


def test_opening_editing_and_resetting_give_no_points(tiny_course: Path, copied: Path) -> None:
    assert "not checked: run safetylab check lab01_tiny" in shown()
    assert "Next: run `safetylab check lab01_tiny`; it was not checked yet." in shown()
    reset(tiny_course, tiny.LAB)
    assert "lab01_tiny: not started" in shown()
    assert "/5" not in shown()
    copied.unlink()
    assert "Next: run `safetylab start` and begin lab01_tiny." in shown()


def test_the_table_shows_the_latest_the_best_and_what_waits(
    tiny_course: Path, copied: Path
) -> None:
    checked(tiny_course, copied, report(3), report(0))
    [row] = [line for line in shown().splitlines() if line.startswith(f"| {tiny.LAB}")]
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert cells[1:5] == ["2/5", "5/5", "4", "run"]
    checked(tiny_course, copied, report(3))
    [row] = [line for line in shown().splitlines() if line.startswith(f"| {tiny.LAB}")]
    assert [cell.strip() for cell in row.strip("|").split("|")][1:3] == ["5/5", ""]


def test_visible_checks_alone_are_told(tiny_course: Path, copied: Path) -> None:
    checked(tiny_course, copied, report(3, hidden=False))
    assert "not run" in shown()
    assert "lab01_tiny: checked without hidden tests" in shown()


def test_running_cells_is_no_change_and_editing_is(tiny_course: Path, copied: Path) -> None:
    checked(tiny_course, copied, report())
    notebook = json.loads(copied.read_bytes())
    notebook["cells"][-2]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "5"}]
    copied.write_text(json.dumps(notebook, indent=4))
    assert "changed since" not in shown()
    notebook["cells"][-1]["source"] = "something else"
    copied.write_text(json.dumps(notebook))
    assert "lab01_tiny: changed since: run safetylab check lab01_tiny" in shown()
    copied.write_text("{")
    assert "changed since: run safetylab check" in shown()
    copied.unlink()
    assert "your copy is gone: run safetylab start" in shown()


def test_a_newer_lab_is_told(tiny_course: Path, copied: Path) -> None:
    checked(tiny_course, copied, report(3))
    released = tiny_course / "labs" / tiny.LAB / f"{tiny.LAB}.ipynb"
    released.write_bytes(tiny.RELEASED.replace(b'"abc"', b'"newer"'))
    assert "the lab is newer: run safetylab update lab01_tiny" in shown()


@pytest.mark.parametrize(
    ("reports", "says"),
    [
        ([report(3), report(1)], "Next: exercise 1.2 of lab01_tiny (the mean), partly right."),
        ([report(1), report(3)], "Every exercise is done."),
    ],
)
def test_the_next_step_is_the_first_unfinished_exercise(
    tiny_course: Path, copied: Path, reports: list[Report], says: str
) -> None:
    checked(tiny_course, copied, *reports)
    found, _ = standings(tiny_course)
    assert next_step(found) == says
    assert shown().rstrip().endswith(says)


def test_a_begun_lab_comes_before_one_that_was_not_started(tiny_course: Path, copied: Path) -> None:
    first = tiny_course / "labs" / "lab00_first" / "lab00_first.ipynb"
    first.parent.mkdir()
    first.write_bytes(tiny.RELEASED)
    checked(tiny_course, copied, report(1))
    assert next_step(standings(tiny_course)[0]).startswith("Next: exercise 1.2 of lab01_tiny")
    checked(tiny_course, copied, report(3))
    assert "begin lab00_first" in next_step(standings(tiny_course)[0])


def test_without_labs_there_is_nothing_to_do() -> None:
    assert next_step([]) == "There are no labs yet."


def session(path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    line = {"report": report().to_json(), "fingerprints": fingerprint(path.read_bytes())}
    monkeypatch.setattr(lastcell, "_grading_process", lambda *_: iter([line]))
    return Session(path, monkeypatch)


def test_the_last_cell_records_the_own_copy(
    tiny_course: Path, copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "3 of 5 points" in session(copied, monkeypatch).score()
    [one], _ = read_evidence(tiny_course)
    assert one.notebook_sha256 == fingerprint(copied.read_bytes())["notebook_sha256"]
    assert "changed since" not in shown()


def test_the_last_cell_of_another_file_is_not_recorded(
    tiny_course: Path, copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = copied.with_name("mine.ipynb")
    other.write_bytes(copied.read_bytes())
    assert "3 of 5 points" in session(other, monkeypatch).score()
    assert not evidence_file(tiny_course).exists()


def test_the_last_cell_says_when_it_cannot_be_recorded(
    tiny_course: Path, copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (copied.parents[1] / ".safetylab").write_text("a file where the folder should be")
    assert "note: this check is not in your progress" in session(copied, monkeypatch).score()


@pytest.mark.slow
def test_the_grading_process_says_what_it_graded(tiny_course: Path, copied: Path) -> None:
    *_, last = lastcell._grading_process(tiny.LAB, copied)
    assert last["fingerprints"] == fingerprint(copied.read_bytes())
