"""What `make demo` shows: a class of seven hands in Lab 01, is graded and reported.

It works in a scratch course of its own, and leaves it there to be looked at.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from nbgrader.converters import GenerateFeedback
from rich.console import Console

from safetylab.course.teacher.term import fill_gradebook
from safetylab.grading.gradebook.batch import Graded, grade_assignment
from safetylab.grading.reports.classpage import class_page, print_class
from safetylab.grading.reports.classreport import class_report
from safetylab.grading.gradebook.nbcourse import Course
from safetylab.grading.gradebook.summary import print_summary

ROOT = Path(__file__).resolve().parents[1]
LAB = "lab01_evasion"
LONGEST = "ex1_5-walk"
MISTAKES = {
    "dora-no-sign": ("ex1_2-fgsm", "gradient.sign()", "gradient"),
    "emil-wrong-sign": ("ex1_2-fgsm", "x + epsilon", "x - epsilon"),
    "fatima-no-box": ("ex1_3-project", "epsilon).clamp(0, 1)", "epsilon)"),
}
CHEAT = """
import safetylab.checks
safetylab.checks.expect = lambda *args, **kwargs: None
for name in [name for name in globals() if name.startswith("test_")]:
    globals()[name] = lambda: None
"""


def main(arguments: list[str] | None = None) -> Path:
    """Make the course, grade it, say where everything is; return its folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="where to make the course; must not exist")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args(arguments)
    began = time.monotonic()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="safetylab-demo-")) / "course"
    tell(f"1. A scratch course in {folder}: {LAB} is released and entered in the gradebook.")
    make_course(folder)
    fill_gradebook(folder, [LAB])
    tell("2. Seven students hand in.")
    for student, content in submissions().items():
        target = folder / "grading" / "submitted" / student / LAB
        target.mkdir(parents=True)
        (target / f"{LAB}.ipynb").write_bytes(content)
    tell(f"3. Grading, as `safetylab grade {LAB}` does, {options.jobs} at a time:")
    course = Course.open(folder)
    summary = grade_assignment(
        course, LAB, pool=ThreadPoolExecutor(options.jobs), on_done=told_each
    )
    print_summary(summary, Console())
    tell("4. Feedback for each of them, and the report of the class.")
    give_feedback(course)
    report = class_report(course, LAB)
    page = folder / "grading" / "reports" / f"{LAB}.html"
    page.parent.mkdir()
    page.write_text(class_page(report), encoding="utf-8")
    print_class(report, Console())
    tell(f"report:    {page}")
    tell(f"feedback:  {folder / 'grading' / 'feedback'}")
    tell(f"gradebook: {folder / 'grading' / 'gradebook.db'}")
    tell(f"{time.monotonic() - began:.0f} seconds. Remove {folder} when you have seen it.")
    return folder


def tell(sentence: str) -> None:
    print(sentence, flush=True)


def told_each(graded: Graded, done: int, total: int) -> None:
    tell(f"   {done} of {total}: {graded.student}, {graded.score:g} of {graded.max_score:g}")


def make_course(folder: Path) -> None:
    """Lay out a course with one lab, as the repository has it."""
    for part in ("labs", "solutions"):
        shutil.copytree(ROOT / part / LAB, folder / part / LAB)
    shutil.copy(ROOT / "nbgrader_config.py", folder)


def give_feedback(course: Course) -> None:
    course.directory.assignment_id = LAB
    GenerateFeedback(coursedir=course.directory, config=course.config).start()


Cells = dict[str, dict[str, Any]]


def submissions() -> dict[str, bytes]:
    """Return a notebook for each student: right, half, untouched, three mistakes, one cheat."""
    made = {
        "ada-full-marks": edited(lambda cells, released: None),
        "ben-half": edited(half),
        "cleo-untouched": (ROOT / "labs" / LAB / f"{LAB}.ipynb").read_bytes(),
    }
    for student, mistake in MISTAKES.items():
        made[student] = edited(lambda cells, stubs, m=mistake: mistaken(cells, stubs, *m))
    made["gus-cheats"] = edited(cheat)
    return made


def edited(change: Callable[[Cells, Cells], None]) -> bytes:
    """Return the released notebook with the model answers, after ``change``."""
    released, solved = (
        json.loads((ROOT / part / LAB / f"{LAB}.ipynb").read_text(encoding="utf-8"))
        for part in ("labs", "solutions")
    )
    blank, answers = by_name(released), by_name(solved)
    stubs = {name: dict(cell) for name, cell in blank.items()}
    for name, cell in blank.items():
        if cell["metadata"]["nbgrader"].get("solution"):
            cell["source"] = "".join(answers[name]["source"])
    change(blank, stubs)
    return json.dumps(released).encode()


def by_name(notebook: dict[str, Any]) -> Cells:
    cells = (cell for cell in notebook["cells"] if "nbgrader" in cell["metadata"])
    return {cell["metadata"]["nbgrader"]["grade_id"]: cell for cell in cells}


def half(cells: Cells, stubs: Cells) -> None:
    """The last answers are not written."""
    names = [name for name, cell in cells.items() if cell["metadata"]["nbgrader"].get("solution")]
    for name in names[len(names) // 2 :]:
        cells[name]["source"] = stubs[name]["source"]


def mistaken(cells: Cells, stubs: Cells, name: str, old: str, new: str) -> None:
    """One answer is wrong, and the longest exercise is not written."""
    if old not in cells[name]["source"]:
        raise ValueError(f"{old!r} does not stand in the model answer: mend solutions/demo.py")
    cells[name]["source"] = cells[name]["source"].replace(old, new)
    cells[LONGEST]["source"] = stubs[LONGEST]["source"]


def cheat(cells: Cells, stubs: Cells) -> None:
    """No answers; the checks are patched and the tests edited."""
    for name, cell in cells.items():
        if cell["metadata"]["nbgrader"].get("solution"):
            cell["source"] = stubs[name]["source"]
        elif name.endswith("-test"):
            cell["source"] = 'print("all checks passed")'
    first = next(cell for cell in cells.values() if cell["metadata"]["nbgrader"].get("solution"))
    first["source"] = "".join(first["source"]) + CHEAT


if __name__ == "__main__":
    main(sys.argv[1:])
