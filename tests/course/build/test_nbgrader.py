"""Plain nbgrader on this course, as its manual says: generate, autograde, feedback, export.

Its own commands run in a scratch copy of the course, with our nbgrader_config.py and the mapping
solutions -> labs. Lab 01 takes part in `make test-all` only: what stock nbgrader gives for it,
`labs/test_same_verdicts.py` compares always.
"""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[3]
LABS = ["lab00_start_here"]
if "SAFETYLAB_TEST_ALL" in os.environ:
    LABS.append("lab01_evasion")
POINTS = {"lab00_start_here": 2, "lab01_evasion": 37}
BIN = Path(sys.executable).parent

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("nbgrader")]


def nbgrader(course: Path, *words: str) -> str:
    """Run a command of nbgrader in ``course``, which must succeed; return what it said."""
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    command = [sys.executable, "-m", "nbgrader", *words]
    ended = subprocess.run(
        command, cwd=course, env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr[-3000:]
    return ended.stdout + ended.stderr


def submit(course: Path, student: str, lab: str, folder: str) -> None:
    target = course / "grading" / "submitted" / student / lab
    target.mkdir(parents=True)
    shutil.copy(ROOT / folder / lab / f"{lab}.ipynb", target)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course in which blank and solved copies of both labs were graded and sent back."""
    course = tmp_path_factory.mktemp("course")
    shutil.copy(ROOT / "nbgrader_config.py", course)
    shutil.copytree(ROOT / "solutions", course / "solutions")
    (course / "grading").mkdir()
    for lab in LABS:
        nbgrader(course, "generate_assignment", lab)
        submit(course, "blank", lab, "labs")
        submit(course, "solved", lab, "solutions")
        nbgrader(course, "autograde", lab)
        nbgrader(course, "generate_feedback", lab)
    nbgrader(course, "export")
    return course


@pytest.fixture(scope="module")
def grades(course: Path) -> dict[tuple[str, str], dict[str, str]]:
    with (course / "grading" / "grades.csv").open(newline="") as file:
        return {(row["student_id"], row["assignment"]): row for row in csv.DictReader(file)}


@pytest.mark.parametrize("lab", LABS)
def test_it_releases_what_the_builder_releases(course, lab):
    theirs, ours = (
        nbformat.read(root / "labs" / lab / f"{lab}.ipynb", as_version=4) for root in (course, ROOT)
    )
    assert [c.source for c in theirs.cells] == [c.source for c in ours.cells]
    assert [c.metadata for c in theirs.cells] == [c.metadata for c in ours.cells]
    assert [path.name for path in (course / "labs" / lab).iterdir()] == [f"{lab}.ipynb"]


@pytest.mark.parametrize("lab", LABS)
def test_a_blank_lab_scores_nothing_and_the_solution_everything(grades, lab):
    assert float(grades["blank", lab]["score"]) == 0
    assert float(grades["solved", lab]["score"]) == POINTS[lab]
    written = {"lab00_start_here": 1, "lab01_evasion": 3}[lab]
    assert float(grades["solved", lab]["max_score"]) == POINTS[lab] + written


@pytest.mark.parametrize("lab", LABS)
def test_written_answers_wait_for_a_reader(course, lab):
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course / 'grading' / 'gradebook.db'}") as gradebook:
        assert gradebook.find_submission(lab, "solved").needs_manual_grade
        assert gradebook.find_submission(lab, "solved").score == POINTS[lab]


@pytest.mark.parametrize("lab", LABS)
def test_feedback_tells_the_learner_what_to_do(course, lab):
    page = (course / "grading" / "feedback" / "blank" / lab / f"{lab}.html").read_text()
    assert "is not written yet" in page
    assert "/not-started]" in page
