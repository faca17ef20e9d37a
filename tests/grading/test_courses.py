"""Courses as they come: odd folders, plugins, ids, languages; and the rehearsal before grading."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from grading import nbcourse as nc
from grading.foreign import A, Foreign, T
from grading.stock import make, name_of

from safetylab.course.paths import CourseError
from safetylab.grading.gradebook.batch import grade_assignment
from safetylab.grading.gradebook.nbcourse import Course

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("courses")]

PLUGIN = """
from nbgrader.plugins import BasePlugin
class OnePoint(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return 1.0
"""
BREAKS = Foreign("breaks the contract", (
    A("p1", "def add(items):\n    items.append(3)"),
    T("t1", "a = []\nadd(a)\nassert a == [3], 'nothing was added'"),
    A("p2", "def two():\n    return 2"), T("t2", "assert two() == 2"),
))  # fmt: skip


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course in an odd folder, with a plugin beside its settings and odd ids."""
    root = tmp_path_factory.mktemp("odd") / "term (1) + 2"
    root.mkdir()
    (root / "late.py").write_text(PLUGIN)
    config = nc.CONFIG + (
        'c.AssignLatePenalties.plugin_class = "late.OnePoint"\n'
        'c.CourseDirectory.student_id_exclude = "left"\n'
    )
    nc.make_course(root, config)
    for student in ("ann", "left", "s[1]", " blank", "two\nlines"):
        nc.hand_in(root, student, nc.answered(root, nc.RIGHT))
    return root


def test_whom_a_course_can_grade_is_graded_and_the_others_are_named(odd: Path) -> None:
    summary = grade_assignment(Course.open(odd), nc.NAME)
    assert {one.student: one.score for one in summary.graded} == {"ann": 5, "s[1]": 5}
    assert summary.misnamed == (" blank", "two\nlines")
    assert not summary.complete, "two were not graded"


def test_an_assignment_that_nobody_handed_in_names_the_folder(odd: Path, tmp_path: Path) -> None:
    root = nc.make_course(tmp_path / "empty")
    with pytest.raises(CourseError, match=r"expected folders like .*submitted/STUDENT/ps1"):
        grade_assignment(Course.open(root), nc.NAME)


@pytest.mark.parametrize("kernel", [
    {"name": "ir", "display_name": "R", "language": "R"}, {"name": "ijava", "display_name": "Java"},
])  # fmt: skip
def test_other_languages_are_refused_with_a_sentence(
    tmp_path: Path, kernel: dict[str, str]
) -> None:
    root = nc.make_course(tmp_path / "c")
    nc.hand_in(root, "ann", nc.answered(root, nc.RIGHT))
    path = root / "release" / nc.NAME / f"{nc.NAME}.ipynb"
    released = json.loads(path.read_text())
    released["metadata"] = {"kernelspec": kernel}
    path.chmod(0o644)
    path.write_text(json.dumps(released))
    with pytest.raises(CourseError, match="only Python is run"):
        grade_assignment(Course.open(root), nc.NAME)


def split_course(root: Path) -> Path:
    """A course that asks for two processes, and an assignment that breaks their contract."""
    made = make(root, [BREAKS])
    (made / "nbgrader_config.py").open("a").write(
        "from safetylab.grading.config import use_exam_room\nuse_exam_room(c, split=True)\n"
    )
    return made


def safetylab(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "safetylab.course.cli", *arguments], cwd=root,
                          capture_output=True, text=True, check=False)  # fmt: skip


def test_nothing_is_graded_until_a_person_has_decided(tmp_path: Path) -> None:
    root, name = split_course(tmp_path / "c"), name_of(BREAKS)
    told = safetylab(root, "rehearse", name)
    assert told.returncode == 1
    assert f"{name}/t1" in told.stdout
    assert "0 points in two processes and 2 points in one" in told.stdout
    assert "t2" not in told.stdout
    assert told.stdout.splitlines()[-1].startswith("mend these tests"), "what to do about it"
    course = Course.open(root)
    with pytest.raises(CourseError, match="t1"):
        grade_assignment(course, name, students=["solution"])
    refused = nc.nbgrader(root, "autograde", name, code=1)
    assert "disagrees with one kernel" in refused.stdout + refused.stderr
    assert not list(root.glob("autograded/*/*/*.ipynb"))
    summary = grade_assignment(course, name, students=["solution"], accepted=True)
    assert [one.score for one in summary.graded] == [2]
    assert any("t1" in warning for warning in summary.warnings)


def test_in_one_process_it_is_no_matter(tmp_path: Path) -> None:
    root, name = make(tmp_path / "c", [BREAKS]), name_of(BREAKS)
    summary = grade_assignment(Course.open(root), name, students=["solution"])
    assert [one.score for one in summary.graded] == [4]
    assert not summary.warnings
    assert summary.complete
    assert "what two would give decides no points" in safetylab(root, "rehearse", name).stdout


def test_a_notebook_without_exercises_holds_nobody_up(tmp_path: Path) -> None:
    root = tmp_path / "c"
    nc.make_course(root)
    plain = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Read this")])
    for folder in ("source", "release"):
        path = root / folder / nc.NAME / "intro.ipynb"
        path.parent.chmod(0o755)
        path.write_text(nbformat.writes(plain))
    with Course.open(root).gradebook() as book:
        book.add_notebook("intro", nc.NAME)
    nc.hand_in(root, "ann", nc.answered(root, nc.RIGHT))
    nc.hand_in(root, "ann", nbformat.writes(plain).encode(), "intro.ipynb")
    summary = grade_assignment(Course.open(root), nc.NAME)
    assert [(one.score, one.failed) for one in summary.graded] == [(5, False)]
