"""A lab with variants on every grading path: whose number counts, and what is graded again."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
import time
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from grading import nbcourse as nc
from grading import tiny, varied
from nbgrader.apps.api import NbGraderAPI

from safetylab.course.paths import CourseError
from safetylab.grading import Bundle, Status, grade_notebook
from safetylab.grading.gradebook import journal, record
from safetylab.grading.gradebook.batch import Graded, Summary, grade_assignment
from safetylab.grading.gradebook.nbcourse import Course
from safetylab.grading.gradebook.rehearsal import rehearse
from safetylab.grading.paper import variant
from safetylab.grading.paper.variant import Assigned
from safetylab.grading.reports.classpage import class_page
from safetylab.grading.reports.classreport import class_report
from safetylab.grading.room import rooms
from safetylab.grading.room.exam import Examined
from safetylab.grading.room.rooms import Limits, Task, run_task

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("varied")]

NAME, COUNT, own = varied.NAME, varied.COUNT, varied.own
ZOE = unicodedata.normalize("NFD", "Zoë Ångström")
TESTS = ("ps1/ex1_1-root-test", "ps1/ex1_2-found-test")
FULL, HALF, NONE = [1.0, 2.0], [1.0, 0.0], [0.0, 0.0]


@pytest.fixture(scope="module", autouse=True)
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The course's data; a room that was opened before would not see them."""
    folder = tmp_path_factory.mktemp("data") / varied.FOLDER
    folder.mkdir()
    (folder / "0.txt").write_text("zero")
    rooms.close_all()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SAFETYLAB_DATA", str(folder.parent))
        yield folder
    rooms.close_all()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A course without submissions."""
    return varied.make_course(tmp_path / "course")


def grade(root: Path, **settings: Any) -> Summary:
    return grade_assignment(Course.open(root), NAME, **settings)


def scores(root: Path, student: str) -> list[float | None]:
    saved = record.saved_scores(Course.open(root), NAME, student) or {}
    return [saved.get(name) for name in TESTS]


def one(summary: Summary, student: str) -> Graded:
    return next(each for each in summary.graded if each.student == student)


def regraded(summary: Summary) -> set[str]:
    return {each.student for each in summary.graded if not each.skipped}


def told(root: Path, student: str) -> str:
    return "".join(varied.graded(root, student).cells[0].source.split("\\"))


def another(*students: str) -> str:
    """An id with another variant than these."""
    taken = {own(student) for student in students}
    return next(f"x{n}" for n in range(99) if own(f"x{n}") not in taken)


def test_the_gradebooks_id_counts_whatever_the_notebook_says(root: Path) -> None:
    other = another("ann")
    varied.hand_in(root, "ann")
    varied.hand_in(root, other, varied.answers("ann", own("ann")))  # ann's, handed in by another
    varied.hand_in(root, "cyd", varied.answers(None, own("cyd")))
    odd = varied.answers("dan", own("dan")) | {"ex1_0-predict-id": "my_id = 17"}
    varied.hand_in(root, "dan", odd)
    varied.hand_in(root, ZOE, varied.answers(unicodedata.normalize("NFC", ZOE), own(ZOE)))
    summary = grade(root)
    assert {each: scores(root, each) for each in ("ann", other, "cyd", "dan", ZOE)} == {
        "ann": FULL, other: HALF, "cyd": FULL, "dan": FULL, ZOE: FULL,
    }  # fmt: skip
    assert summary.complete, summary
    assert summary.warnings == ()
    note = f"graded as variant {own(other)} of {other}; the notebook says ann"
    assert one(summary, other).repairs == (note,)
    assert note in told(root, other)
    assert f"graded as variant {own('ann')} of ann" in told(root, "ann")
    assert one(summary, "ann").repairs == one(summary, "cyd").repairs == ()
    assert one(summary, ZOE).repairs == ()
    assert "; the notebook names no id" in told(root, "cyd")
    assert varied.graded(root, "cyd").cells[0].metadata.safetylab.variant == own("cyd")
    cell = next(c for c in varied.graded(root, "cyd").cells if "VARIANT =" in c.source)
    assert cell.source == varied.VARIANT, "graders and students see the lab's own text"


def test_the_student_cannot_choose(root: Path) -> None:
    """They set the number in their own process, define the name and edit the locked cell."""
    other = another("ann")
    cheat = f"""
from safetylab import variants
variants._assigned = {own("ann")}
VARIANT = {own("ann")}
variants.mine = variants.assign = variants.entered = lambda *_, **__: {own("ann")}
my_id = "ann"
"""
    given = varied.answers("ann", own("ann")) | {"ex1_0-predict-id": cheat, "ex1_1-root": cheat}
    varied.hand_in(root, other, given | {"setup-variant": f"VARIANT = {own('ann')}"})
    summary = grade(root)
    assert scores(root, other) == NONE
    assert "the notebook says ann" in one(summary, other).repairs[-1]


def test_an_untouched_copy_is_graded(root: Path) -> None:
    varied.hand_in(root, "ann", {})
    summary = grade(root)
    assert scores(root, "ann") == NONE
    assert summary.complete, "nobody has to look at it"


def test_teams_and_second_attempts_are_a_line(root: Path) -> None:
    table = "id,key\nann,reds\nbob,reds\nanne,reds\ncyd,cyd-2\n"
    (root / "variants.csv").write_text(table)
    varied.hand_in(root, "ann", varied.answers("reds", own("reds")))
    varied.hand_in(root, "bob", varied.answers("reds", own("reds")))
    varied.hand_in(root, "cyd", varied.answers("cyd", own("cyd")))
    summary = grade(root)
    assert scores(root, "ann") == scores(root, "bob") == FULL
    assert scores(root, "cyd") == (FULL if own("cyd") == own("cyd-2") else HALF)
    assert summary.warnings == ("variants.csv, line 4: no student is called anne",)
    assert one(summary, "ann").repairs == ()
    if own("cyd") != own("cyd-2"):
        says = f"variant {own('cyd-2')} of cyd (cyd-2); the notebook says cyd, which is variant"
        assert says in one(summary, "cyd").repairs[0]


def test_only_those_are_graded_again_whose_variant_has_changed(root: Path) -> None:
    for student in ("ann", "bob"):
        varied.hand_in(root, student)
    grade(root)
    assert regraded(grade(root)) == set()
    key = another("ann")
    (root / "variants.csv").write_text(f"id,key\nann,{key}\n")
    summary = grade(root)
    assert regraded(summary) == {"ann"}
    assert scores(root, "ann") == HALF
    (root / "variants.csv").unlink()
    (root / "withdrawn.csv").write_text(f"assignment,variant\n{NAME},{own('bob')}\n")
    summary = grade(root)
    assert "ann" in regraded(summary)
    assert "bob" in regraded(summary)
    assert scores(root, "bob") == HALF
    (root / "withdrawn.csv").unlink()
    grade(root)
    assert scores(root, "ann") == scores(root, "bob") == FULL


def test_other_data_are_graded_again(root: Path, data: Path) -> None:
    varied.hand_in(root, "ann")
    grade(root)
    (data / "1.txt").write_text("one")
    try:
        assert regraded(grade(root)) == {"ann"}
    finally:
        (data / "1.txt").unlink()


def test_a_changed_key_is_graded_with_force(root: Path) -> None:
    for student in ("ann", "bob"):
        varied.hand_in(root, student)
    grade(root)
    varied.write(root, varied.instructor(key=varied.OTHER_KEY))
    varied.hand_in(root, "bob", varied.answers("bob", own("bob"), varied.OTHER_KEY))
    assert regraded(grade(root, force=True)) == {"ann", "bob"}
    assert scores(root, "ann") == HALF
    assert scores(root, "bob") == FULL
    assert regraded(grade(root, force=True, students=["bob"])) == {"bob"}


def test_another_salt_is_refused_while_grades_are_there(root: Path) -> None:
    varied.hand_in(root, "ann")
    grade(root)
    release = root / "release" / NAME / f"{NAME}.ipynb"
    release.chmod(0o644)
    release.write_text(release.read_text().replace('"salt": "2030a"', '"salt": "2031a"'))
    with pytest.raises(CourseError, match=r"says count 10 and salt '2031a' of its variants"):
        grade(root, force=True)
    varied.write(root, varied.instructor(salt="2031a"))
    with pytest.raises(CourseError, match=r"was filled with count 10 and salt '2030a'.*remove ps1"):
        grade(root, force=True)
    assert scores(root, "ann") == FULL, "what was graded stays"
    nc.nbgrader(root, "db", "assignment", "remove", NAME, "--force")
    varied.write(root, varied.instructor(salt="2031a"))
    varied.hand_in(root, "ann", varied.answers("ann", varied.variant_of("ann", "2031a", COUNT)))
    assert grade(root, force=True).complete
    assert scores(root, "ann") == FULL


def test_a_malformed_table_stops_before_anything_is_graded(root: Path) -> None:
    varied.hand_in(root, "ann")
    (root / "variants.csv").write_text("ann;reds\n")
    with pytest.raises(CourseError, match="its columns must be id,key"):
        grade(root)
    nc.nbgrader(root, "autograde", NAME, code=1)
    assert scores(root, "ann") == [None, None]
    command = [sys.executable, "-m", "safetylab.course.cli", "grade", NAME, "--course", str(root)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2
    assert "variants.csv: its first line is 'ann;reds'" in done.stderr


def test_nbgraders_own_commands_know_the_id(root: Path) -> None:
    other = another("ann")
    varied.hand_in(root, "ann")
    varied.hand_in(root, other, varied.answers("ann", own("ann")))
    varied.hand_in(root, "cyd", varied.answers(None, own("cyd")))
    (root / "variants.csv").write_text("id,key\ncyd,reds\n")
    nc.nbgrader(root, "autograde", NAME)
    fair = {"ann": FULL, other: HALF, "cyd": FULL if own("cyd") == own("reds") else HALF}
    assert {student: scores(root, student) for student in fair} == fair
    assert f"graded as variant {own(other)} of {other}; the notebook says ann" in told(root, other)
    assert f"graded as variant {own('reds')} of cyd (reds)" in told(root, "cyd")
    before = {student: told(root, student) for student in fair}
    grade(root, force=True)
    assert {student: scores(root, student) for student in fair} == fair
    assert {student: told(root, student) for student in fair} == before
    course = Course.open(root)
    done = NbGraderAPI(course.directory, config=course.config).autograde(
        NAME, other
    )  # the formgrader
    assert done["success"], done
    assert scores(root, other) == HALF


def test_reports_say_the_variant(root: Path) -> None:
    varied.hand_in(root, "ann")
    grade(root)
    assert class_report(Course.open(root), NAME).students[0].variant == str(own("ann"))
    page = class_page(class_report(Course.open(root), NAME))
    assert f"(variant {own('ann')})" in page
    exporter = "--exporter=safetylab.grading.reports.export.ExerciseCsv"
    nc.nbgrader(root, "export", exporter, "--to", "exercises.csv")
    with (root / "exercises.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["exercise"], row["points"], row["variant"]) for row in rows] == [
        ("1.1", "1", str(own("ann"))), ("1.2", "2", str(own("ann"))),
    ]  # fmt: skip


def bundle(split: bool) -> Bundle:
    released = tiny.to_bytes(tiny.release(varied.instructor()))
    return Bundle(NAME, released, tiny.to_bytes(varied.instructor()), asked=split)


def filled(given: dict[str, str]) -> bytes:
    released = tiny.release(varied.instructor())
    for cell in released.cells:
        cell.source = given.get(cell.id, cell.source)
    return tiny.to_bytes(released)


def points(examined: Examined) -> list[float | None]:
    return [cell.score for cell in examined.cells if cell.role == "TEST"]


@pytest.mark.parametrize("split", [True, False])
def test_both_ways_to_run_a_notebook_take_the_graders_number(split: bool) -> None:
    variant = own("ann")
    given = filled(varied.answers("bob", variant))
    sat = run_task(Task(given, bundle(split), assigned=Assigned(variant, "ann")))
    assert points(sat) == FULL
    assert sat.variant == variant
    unset = filled(varied.answers(None, variant))
    assert points(run_task(Task(unset, bundle(split), assigned=Assigned(variant, "ann")))) == FULL
    after = Assigned((variant + 1) % COUNT, "ann")
    assert points(run_task(Task(given, bundle(split), assigned=after))) == HALF


@pytest.mark.parametrize("split", [True, False])
def test_a_learners_own_check_takes_the_entered_id(split: bool) -> None:
    report = grade_notebook(filled(varied.answers("bob", own("bob"))), bundle(split))
    assert [row.status for row in report.rows] == [Status.RIGHT, Status.RIGHT]
    says = f"practice on variant {own('bob')} of bob, as the notebook says; a grader takes your id"
    assert says in report.notes[0]
    report = grade_notebook(filled(varied.answers(None, 0)), bundle(split))
    assert [row.status for row in report.rows] == [Status.RIGHT, Status.RIGHT]
    assert "practice on variant 0, for the notebook names no id" in report.notes[0]


def test_a_rehearsal_tries_several_variants(root: Path) -> None:
    course = Course.open(root)
    seen: list[int] = []
    held = rehearse(
        course, course.assignment(NAME), Limits(), both=True,
        variants=4, on_trial=lambda trial: seen.append(trial.variant),
    )  # fmt: skip
    assert (held.warnings, held.differences) == ((), ())
    assert seen == [0, 2, 5, 7]
    assert [(trial.points, trial.max_points) for trial in held.trials] == [(3.0, 3.0)] * 4
    assert all(0 <= trial.seconds < 30 for trial in held.trials)
    assert [trial.blank for trial in held.trials] == [0.0] * 4
    assert str(held.trials[1]).startswith("ps1, variant 2: 3 of 3 points, untouched 0; ")


def test_a_variant_on_which_nothing_written_earns_points_is_named(root: Path) -> None:
    lab = varied.instructor()
    for cell in lab.cells:
        if cell.id == "ex1_2-found-test":
            cell.source = cell.source.replace("expect(", "VARIANT == 5 or expect(")
    varied.write(root, lab)
    course = Course.open(root)
    held = rehearse(course, course.assignment(NAME), Limits(), both=False, variants=2)
    assert [(one.variant, one.points, one.blank) for one in held.trials] == [(0, 3, 0), (5, 3, 2)]
    assert held.warnings == (
        "an untouched ps1.ipynb gets 2 points on variant 5 (ex1_2-found-test): these tests pass "
        "where nothing is written",
    )


def test_a_variant_that_the_solution_does_not_solve_is_named_and_withdrawn(root: Path) -> None:
    source = root / "source" / NAME / f"{NAME}.ipynb"
    source.write_text(source.read_text().replace("[VARIANT]\\n", "[VARIANT] + (VARIANT == 5)\\n"))
    (root / "variants.csv").write_text("id,key\nnobody,reds\n")
    command = [sys.executable, "-m", "safetylab.course.cli", "rehearse", NAME]
    command += ["--course", str(root), "--variants", "10"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1, done.stderr
    assert done.stdout.count("3 of 3 points, ") == 9, done.stdout
    assert "ps1, variant 5: 1 of 3 points, " in done.stdout
    assert "gets 0 of 2 points in 1.2 on variant 5 (ex1_2-found-test:" in done.stdout
    assert "a line ps1,5 in withdrawn.csv beside the gradebook" in done.stdout
    (root / "withdrawn.csv").write_text("assignment,variant\nps1,5\n")
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert "variant 5" not in done.stdout


def test_a_grader_that_is_killed_goes_on_with_the_same_variants(root: Path) -> None:
    students = [f"student{n:02}" for n in range(12)]
    for n, student in enumerate(students):
        copied = varied.answers(students[0], own(students[0]))
        varied.hand_in(root, student, copied if n % 4 == 3 else None)
    (root / "variants.csv").write_text("id,key\nstudent01,student00\n")
    script = Path(__file__).with_name("kill.py")
    path = os.pathsep.join([str(script.parents[1]), *sys.path])
    done = subprocess.run(
        [sys.executable, str(script), str(root), "3", "4"],
        capture_output=True, text=True, env={**os.environ, "PYTHONPATH": path},
    )  # fmt: skip
    assert "killed at" in done.stdout, done.stdout + done.stderr
    assert done.stdout.endswith("exit 0\n"), done.stdout + done.stderr
    number = {each: own("student00" if each == "student01" else each) for each in students}
    for n, student in enumerate(students):
        worked_on = own(students[0]) if n % 4 == 3 else own(student)
        assert scores(root, student) == (FULL if worked_on == number[student] else HALF), student
        assert varied.graded(root, student).cells[0].metadata.safetylab.variant == number[student]
    lines = list(journal.read(root / ".safetylab/journal.jsonl"))
    assert Counter(line["student"] for line in lines) == dict.fromkeys(students, 1)
    assert all(line["variants"] == {NAME: [COUNT, varied.SALT]} for line in lines)
    shutil.rmtree(root / "autograded" / "student01")
    assert regraded(grade(root)) == {"student01"}


def test_a_cell_of_many_magics_is_read_at_once() -> None:
    """IPython's way to find them takes a pass over the cell for each."""
    began = time.monotonic()
    assert not variant._text_given("%time 1\n" * 600, "my_id")
    assert variant._text_given("%%time\nmy_id = 'ann'\n!ls", "my_id") == "ann"
    assert time.monotonic() - began < 2
