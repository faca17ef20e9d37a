"""The term in the instructor's guide agrees with the labs: names, exercises, minutes, arrows."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

from safetylab.course.build.parts import minutes_of, parts
from safetylab.course.build.source import Lab, read_lab

ROOT = Path(__file__).resolve().parents[3]
GUIDE = (ROOT / "solutions" / "README.md").read_text(encoding="utf-8")
SOURCES = sorted((ROOT / "solutions").glob("lab[0-9][0-9]_*/lab*.py"))
ROWS = {int(row[1]): row for row in re.finditer(r"^\| (\d\d) \| (.*) \| (.*) \|$", GUIDE, re.M)}


MODULE = runpy.run_path(str(ROOT / "solutions" / "make_dependencies.py"))


def core(lab: Lab) -> dict[str, int]:
    """The minutes of the exercises that every learner does; all of a lab without parts."""
    found = [part.exercises for part in parts(lab) if not part.deeper]
    return {name: own[name] for own in found for name in own} if found else minutes_of(lab.cells)


def test_each_lab_has_a_row_in_the_guide_and_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for path in SOURCES:
        assert int(path.stem[3:5]) in ROWS
        assert f"| [{path.stem}](labs/{path.stem}/{path.stem}.ipynb) |" in readme
    assert len(ROWS) == len(SOURCES)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_the_outcomes_name_the_core_exercises_and_two_hours_hold_the_choice(path: Path) -> None:
    minutes, row = core(read_lab(ROOT, path.stem)), ROWS[int(path.stem[3:5])]
    named = set(re.findall(r"\d+\.\d+", row[2]))
    assert named == set(minutes), "the outcomes are those of the core"
    chosen = re.findall(r"\d+\.\d+", row[3].partition(":")[0]) or list(minutes)
    spent = sum(minutes[name] for name in chosen)
    assert spent <= 120
    assert row[3].endswith(f": {spent} min")


def test_the_picture_is_that_of_the_headers() -> None:
    told = MODULE["described"](MODULE["edges"](MODULE["sources"]()))
    drawn = (ROOT / "solutions" / "dependencies.svg").read_text(encoding="utf-8")
    assert f"<dc:description>{told}</dc:description>" in drawn, "run solutions/make_dependencies.py"


def test_an_arrow_needs_its_words() -> None:
    row, cell = "# | You need | Lab 01 and Labs 04 |", '"grade_id": "given-ex5_1-box"'
    edges = MODULE["edges"]({9: f"{row}\n{cell}"})
    assert edges == [(1, 9, "needs"), (4, 9, "needs"), (5, 9, "brings")]
