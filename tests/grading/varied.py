"""A course of nbgrader's whose one tiny lab has ten variants."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
from grading import nbcourse as nc
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from safetylab.variants import variant_of

NAME, COUNT, SALT, FOLDER = nc.NAME, 10, "2030a", "audits"
KEY = (30, 11, 42, 13, 54, 95, 26, 67, 88, 79)
OTHER_KEY = tuple(value + 1 for value in KEY)

SETUP = """
from safetylab import variants

class CheckFailed(AssertionError):
    pass

def expect(condition, message):
    if not condition:
        raise CheckFailed(message)
"""
MY_ID = '### BEGIN SOLUTION\nmy_id = "ann"\n### END SOLUTION'
VARIANT = f'VARIANT = variants.mine(my_id, salt="{SALT}", count={COUNT})'
ROOT = """
def root(x):
    ### BEGIN SOLUTION
    return x**0.5
    ### END SOLUTION
"""
ROOT_TEST = """
expect(root(4) == 2, "the root of 4 is 2 [1.1]")
### BEGIN HIDDEN TESTS
expect(abs(root(VARIANT) ** 2 - VARIANT) < 1e-9, "no root [1.1]")
### END HIDDEN TESTS
"""
FOUND = f"### BEGIN SOLUTION\nfound = {list(KEY)}[VARIANT]\n### END SOLUTION"
FOUND_TEST = f"""
expect(type(found) is int, "write a whole number [1.2]")
### BEGIN HIDDEN TESTS
expect(found == {KEY}[VARIANT], "not what is in your system [1.2/not-yours]")
### END HIDDEN TESTS
"""


def instructor(salt: str = SALT, key: tuple[int, ...] = KEY) -> nbformat.NotebookNode:
    """The instructor's notebook."""
    test: dict[str, Any] = {"grade": True, "locked": True}
    cells = [
        new_markdown_cell("# Your own system"),
        _code("setup-imports", SETUP, locked=True),
        _code("ex1_0-predict-id", MY_ID, solution=True),
        _code("setup-variant", VARIANT.replace(SALT, salt), locked=True),
        _code("ex1_1-root", ROOT, solution=True),
        _code("ex1_1-root-test", ROOT_TEST, **test, points=1),
        _code("ex1_2-found", FOUND.replace(str(list(KEY)), str(list(key))), solution=True),
        _code("ex1_2-found-test", FOUND_TEST.replace(str(KEY), str(key)), **test, points=2),
    ]
    kernel = {"name": "python3", "language": "python", "display_name": "Python 3"}
    said = {"count": COUNT, "folder": FOLDER, "salt": salt}
    metadata = {"kernelspec": kernel, "safetylab": {"split": True, "variants": said}}
    return new_notebook(cells=cells, metadata=metadata)


def _code(name: str, source: str, **mark: Any) -> nbformat.NotebookNode:
    base = {"grade": False, "solution": False, "locked": False, "schema_version": 3}
    mark = {**base, "grade_id": name, "task": False, **mark}
    return new_code_cell(source.strip(), id=name, metadata={"nbgrader": mark})


def write(root: Path, notebook: nbformat.NotebookNode) -> None:
    """Put the instructor's notebook into the course and let nbgrader enter it."""
    path = root / "source" / NAME / f"{NAME}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(nbformat.writes(notebook))
    nc.nbgrader(root, "generate_assignment", NAME, "--force")


def make_course(root: Path) -> Path:
    """Make the course; the first one of a process is made by nbgrader, the others are copies."""
    return shutil.copytree(Path(_made().name) / "course", root, dirs_exist_ok=True)


@cache
def _made() -> tempfile.TemporaryDirectory[str]:
    folder = tempfile.TemporaryDirectory()
    root = Path(folder.name) / "course"
    root.mkdir()
    (root / "nbgrader_config.py").write_text(nc.CONFIG + nc.TWO_LINES)
    write(root, instructor())
    return folder


def own(student: str) -> int:
    """The variant of an id."""
    return variant_of(student, SALT, COUNT)


def answers(entered: str | None, variant: int, key: tuple[int, ...] = KEY) -> dict[str, str]:
    """What somebody hands in who enters an id, and found what is in a variant."""
    given = {} if entered is None else {"ex1_0-predict-id": f"my_id = {entered!r}"}
    return {**given, "ex1_1-root": "def root(x):\n    return x**0.5",
            "ex1_2-found": f"found = {key[variant]}"}  # fmt: skip


def hand_in(root: Path, student: str, given: Mapping[str, str] | None = None) -> None:
    """Put a notebook into a submission; the student's own and right if none is given."""
    given = answers(student, own(student)) if given is None else given
    nc.hand_in(root, student, nc.answered(root, given))


def graded(root: Path, student: str) -> nbformat.NotebookNode:
    """The notebook as it was graded."""
    path = root / "autograded" / student / NAME / f"{NAME}.ipynb"
    return nbformat.read(path, as_version=4)
