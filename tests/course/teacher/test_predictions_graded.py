"""A class hands in judged predictions: entered, graded and counted as any other answer."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest
from test_build_variants import LAB as VARIED
from test_predict import HINTS
from test_predict import LAB as TEXT
from tiny_lab import Course as Sources
from typer.testing import CliRunner, Result

from safetylab.course import cli
from safetylab.course.build.build import build
from safetylab.grading.gradebook.nbcourse import Course
from safetylab.grading.reports.classreport import Misconception, class_report
from safetylab.variants import variant_of

ROOT = Path(__file__).resolve().parents[3]
LAB = "lab01_tiny"
CLASS = {
    "ada": {"my_share": "0.65", "my_side": '"up"'},
    "ben": {"my_share": "0.1", "my_side": '"down"'},
    "cleo": {"my_share": "0.2", "my_side": '"down"'},
    "dan": {"my_share": "0.9"},
    "eve": {},
}

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("nbgrader")]


OWN = f"""
# %% [markdown]
# ## Exercise 1.3: which part is it? (1 point)
#
# Difficulty: 1 of 5 · Minutes: 10 · Why: you cannot open it.
#
{HINTS}
# %% nbgrader={{"grade_id": "oracle-part", "points": 0}}
### BEGIN HIDDEN TESTS
def oracle_part(variant):
    return ("valve", "pump", "pipe")[(5 * variant + 1) % 3]
### END HIDDEN TESTS

# %% nbgrader={{"grade_id": "ex1_3-predict", "solution": true}}
PREDICT = {{
    "name": "my_part", "kind": "choice", "points": 1, "truth": "oracle_part(VARIANT)",
    "options": {{"valve": "it sticks", "pump": "it stops", "pipe": "it leaks"}},
    "mistakes": {{"valve": "blames-valve", "pump": "blames-pump", "pipe": "blames-pipe"}},
}}
### BEGIN SOLUTION
my_part = ["pump", "valve", "pipe"][VARIANT % 3]
### END SOLUTION
"""
VARIED_TEXT = VARIED.replace("6 (3 checked", "7 (4 checked") + OWN


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return made(tmp_path, TEXT, monkeypatch)


def made(tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course of one lab, in which the commands run."""
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    (tmp_path / "data" / "audits").mkdir(parents=True)
    Sources(tmp_path).add(LAB, text)
    build(tmp_path)
    monkeypatch.setenv("SAFETYLAB_ROOT", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, arguments)


def hand_in(root: Path, student: str, said: dict[str, str], entered: str = "") -> None:
    """The released notebook with values in the place of the three dots, and an id."""
    notebook = nbformat.read(root / "labs" / LAB / f"{LAB}.ipynb", as_version=4)
    for cell in notebook.cells:
        for name, value in said.items():
            cell.source = cell.source.replace(f"{name} = ...", f"{name} = {value}")
        if entered and cell.id.endswith("-predict-id"):
            cell.source = f"my_id = {entered!r}"
    target = root / "grading" / "submitted" / student / LAB / f"{LAB}.ipynb"
    target.parent.mkdir(parents=True)
    nbformat.write(notebook, target)


def counted(root: Path) -> dict[str, Misconception]:
    made = class_report(Course.open(root), LAB)
    [exercise] = [one for one in made.exercises if one.name == "1.3"]
    return {one.name: one.count for one in exercise.misconceptions}


def test_distractors_are_counted_and_a_changed_key_is_regraded(root: Path) -> None:
    assert run("term", "1").exit_code == 0
    for student, said in CLASS.items():
        hand_in(root, student, said)
    done = run("grade", LAB)
    assert "needs" not in done.output, done.output
    made = class_report(Course.open(root), LAB)
    points = {one.id: one.standings["1.3"].points for one in made.students}
    assert points == {"ada": 2, "ben": 0, "cleo": 0, "dan": 0, "eve": 0}
    counts = counted(root)
    assert (counts["too-low"], counts["wrong-way"], counts["too-high"]) == (2, 2, 1)


def test_an_answer_that_is_passed_on_is_judged_by_the_own_variant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What one system's right option is says nothing of another's, whatever id is entered."""
    root = made(tmp_path, VARIED_TEXT, monkeypatch)
    assert run("term", "1").exit_code == 0
    parts = {one: ("pump", "valve", "pipe")[variant_of(one, "2030a", 7) % 3] for one in "abcd"}
    assert len(set(parts.values())) > 1
    for student in parts:
        hand_in(root, student, {"my_part": repr(parts["a"])}, entered="a")
    done = run("grade", LAB)
    assert "needs" not in done.output, done.output
    points = {one.id: one.standings["1.3"].points for one in
              class_report(Course.open(root), LAB).students}  # fmt: skip
    assert points == {one: float(part == parts["a"]) for one, part in parts.items()}
    assert counted(root)[f"blames-{parts['a']}"] == list(points.values()).count(0)
