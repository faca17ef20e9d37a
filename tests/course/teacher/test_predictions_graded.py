"""A class hands in judged predictions: entered, graded and counted as any other answer."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest
from test_predict import LAB as TEXT
from tiny_lab import Course as Sources
from typer.testing import CliRunner, Result

from safetylab.course import cli
from safetylab.course.build.build import build
from safetylab.grading.gradebook.nbcourse import Course
from safetylab.grading.reports.classreport import Misconception, class_report

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


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    Sources(tmp_path).add(LAB, TEXT)
    build(tmp_path)
    monkeypatch.setenv("SAFETYLAB_ROOT", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, arguments)


def hand_in(root: Path, student: str, said: dict[str, str]) -> None:
    """The released notebook with values in the place of the three dots."""
    notebook = nbformat.read(root / "labs" / LAB / f"{LAB}.ipynb", as_version=4)
    for cell in notebook.cells:
        for name, value in said.items():
            cell.source = cell.source.replace(f"{name} = ...", f"{name} = {value}")
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
