"""A course of nbgrader's with its default folders, not made with safetylab, and without torch."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

NAME = "ps1"
CONFIG = """
c = get_config()
c.CourseDirectory.course_id = "foreign"
"""
TWO_LINES = """
from safetylab.grading.config import use_exam_room
use_exam_room(c)
"""

DOUBLE = """
def double(x):
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION
"""
DOUBLE_TEST = """
assert double(1) == 2
### BEGIN HIDDEN TESTS
secret_value = 20
assert double(10) == secret_value, f"expected {secret_value}"
### END HIDDEN TESTS
"""
PARTIAL_TEST = """
sum([double(2) == 4, double(-3) == -6, double("ab") == "abab", double(0.5) == 1.0]) / 2
"""
PLOT = """
### BEGIN SOLUTION
sizes = [double(n) for n in range(3)]
### END SOLUTION
sizes
"""
WHY = """### BEGIN SOLUTION
Because it adds x to itself.
### END SOLUTION"""
TASK = """Add cells below that draw a picture.
=== BEGIN MARK SCHEME ===
2 points for axes, the secret scheme.
=== END MARK SCHEME ==="""


def _mark(grade_id: str, **mark: Any) -> dict[str, Any]:
    base = {"grade": False, "solution": False, "locked": False, "schema_version": 3}
    return {"nbgrader": {**base, "grade_id": grade_id, "task": False, **mark}}


def instructor() -> nbformat.NotebookNode:
    """Cells of every kind that nbgrader knows."""
    test: dict[str, Any] = {"grade": True, "locked": True}
    person: dict[str, Any] = {"grade": True, "solution": True}
    cells = [
        new_markdown_cell("# Problem set 1"),
        new_code_cell("import math", metadata=_mark("imports", locked=True)),
        new_code_cell(DOUBLE.strip(), metadata=_mark("double", solution=True)),
        new_code_cell(DOUBLE_TEST.strip(), metadata=_mark("double-works", **test, points=3)),
        new_code_cell(PARTIAL_TEST.strip(), metadata=_mark("double-parts", **test, points=2)),
        new_code_cell(PLOT.strip(), metadata=_mark("sizes", **person, points=1)),
        new_markdown_cell(WHY, metadata=_mark("why", **person, points=4)),
        new_markdown_cell(TASK, metadata=_mark("draw", locked=True, task=True, points=2)),
    ]
    kernel = {"name": "python3", "language": "python", "display_name": "Python 3"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


RIGHT = {
    "double": "def double(x):\n    return x + x",
    "sizes": "sizes = list(map(double, range(3)))\nsizes",
    "why": "x and x again are two of x.",
}
WRONG = {**RIGHT, "double": "def double(x):\n    return x + x if x < 5 else 0"}
HALF = {**RIGHT, "double": "def double(x):\n    return {2: 4, -3: -6}.get(x)"}


def make_course(root: Path, config: str = CONFIG) -> Path:
    """Make the course, its assignment entered and released by nbgrader itself.

    The plain one is made once in a process, and copied.
    """
    if config != CONFIG:
        return _made(root, config)
    return shutil.copytree(Path(_plain().name) / "course", root, dirs_exist_ok=True)


@cache
def _plain() -> tempfile.TemporaryDirectory[str]:
    folder = tempfile.TemporaryDirectory()
    _made(Path(folder.name) / "course", CONFIG)
    return folder


def _made(root: Path, config: str) -> Path:
    source = root / "source" / NAME
    source.mkdir(parents=True)
    (root / "nbgrader_config.py").write_text(config)
    (source / f"{NAME}.ipynb").write_text(nbformat.writes(instructor()))
    (source / "numbers.csv").write_text("1,2\n")
    nbgrader(root, "generate_assignment", NAME)
    return root


def nbgrader(root: Path, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    """Run one of nbgrader's commands in the course; ``code`` is what it must end in."""
    programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    # Below pytest, ipykernel does not watch what programs write on stderr.
    inherited = {key: text for key, text in os.environ.items() if key != "PYTEST_CURRENT_TEST"}
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=root, env={**inherited, "PATH": programs}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == code, done.stdout + done.stderr
    return done


Edit = Callable[[list[Any]], None]


def answered(root: Path, answers: Mapping[str, str], edit: Edit | None = None) -> bytes:
    """The released notebook with ``answers`` typed in, then ``edit`` on its cells."""
    values = json.loads((root / "release" / NAME / f"{NAME}.ipynb").read_text())
    for cell in values["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        cell["source"] = answers.get(name, cell["source"])
    if edit:
        edit(values["cells"])
    return json.dumps(values).encode()


def hand_in(root: Path, student: str, content: bytes, name: str = f"{NAME}.ipynb") -> Path:
    """Put a file into a student's submission."""
    path = root / "submitted" / student / NAME / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path
