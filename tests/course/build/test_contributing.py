"""The example lab of CONTRIBUTING.md is complete: it builds, grades, and tells a mistake."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from columns import Edit, Wrong, notebook

from safetylab.course.build.build import build, build_notebooks
from safetylab.grading import Bundle, Status, grade_notebook

ROOT = Path(__file__).resolve().parents[3]
LAB = "lab99_example"

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("contributing")]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    (example,) = re.findall(r"```python\n(.*?)```", text, re.S)
    root = tmp_path_factory.mktemp("course")
    folder = root / "solutions" / LAB
    folder.mkdir(parents=True)
    (root / "safetylab").symlink_to(ROOT / "safetylab")
    (folder / f"{LAB}.py").write_text(example)
    build(root)
    return root


def test_the_solution_gets_full_marks_and_the_stub_none(course):
    bundle = Bundle.load(course, LAB)
    solved, blank = (
        grade_notebook((course / folder / LAB / f"{LAB}.ipynb").read_bytes(), bundle)
        for folder in ("solutions", "labs")
    )
    assert (solved.score, solved.waiting, blank.score) == (2, 1, 0)
    assert {row.status for row in blank.rows} == {Status.NOT_STARTED}


def test_a_mistake_is_named(course):
    mistake = Wrong("ex99_1-change", "no-abs", Edit(".abs()", ""))
    handed_in = notebook(build_notebooks(course, LAB)[0], {mistake.cell: mistake})
    report = grade_notebook(handed_in, Bundle.load(course, LAB))
    assert report.rows[0].misconception == "no-abs"
    assert report.score == 0
