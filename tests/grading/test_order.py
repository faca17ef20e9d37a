"""Each folder of the grader imports only from those below it, and no two import each other."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import safetylab.grading

HERE = Path(safetylab.grading.__file__).parent
ORDER = ["crossing", "paper", "room", "gradebook", "reports"]
FILES = sorted(path.relative_to(HERE).with_suffix("").as_posix() for path in HERE.rglob("*.py"))


def imported(name: str) -> set[str]:
    """The files of the grader that a file imports anywhere, by path without an ending."""
    found = set()
    for node in ast.walk(ast.parse((HERE / f"{name}.py").read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    paths = {name.removeprefix("safetylab.grading.").replace(".", "/") for name in found
             if name.startswith("safetylab.grading.")}  # fmt: skip
    return paths & set(FILES)


@pytest.mark.parametrize("name", [name for name in FILES if "/" in name])
def test_a_folder_imports_only_from_those_below_it(name: str) -> None:
    own = ORDER.index(name.partition("/")[0])
    above = [other for other in imported(name)
             if "/" in other and ORDER.index(other.partition("/")[0]) > own]  # fmt: skip
    assert not above, f"{name} imports {above}"


def test_no_two_files_import_each_other() -> None:
    graph = {name: imported(name) - {name} for name in FILES if not name.endswith("__init__")}
    waiting = dict(graph)
    while done := [name for name, needs in waiting.items() if not needs & waiting.keys()]:
        for name in done:
            del waiting[name]
    assert not waiting, f"in a circle: {sorted(waiting)}"


def test_what_crosses_knows_no_notebook() -> None:
    for name in FILES:
        if name.startswith("crossing/"):
            assert all(other.startswith("crossing/") for other in imported(name)), name
