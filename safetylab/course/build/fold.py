"""Tests as learners get them: folded, with a line that says what to do, oracles inside.

The source keeps its oracles in cells of their own. In the notebooks each test carries what it uses
of them, at the top of its hidden tests: no cell is left empty in the release, and a test runs
wherever it stands, also where the tests of a notebook know nothing of one another.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from safetylab.course.build.names import bound, used
from safetylab.course.build.source import (
    BEGIN_HIDDEN,
    END_HIDDEN,
    Cell,
    Lab,
    Problem,
    released,
)

_PART = re.compile(r"ex\d+_\d+-([\w-]+?)-test(?:-([\w-]+))?")


@dataclass(frozen=True)
class _Piece:
    """A statement of an oracle, with the comments above it."""

    cell: Cell
    source: str
    names: frozenset[str]
    needs: frozenset[str]


def folded(lab: Lab) -> tuple[Cell, ...]:
    """Return the cells of the notebooks: tests with their oracles, folded, and all other cells."""
    pieces = list(_pieces(lab))
    cells = (cell for cell in lab.cells if cell.role != "oracle")
    return tuple(_test(lab, c, _used(c, pieces)) if c.role == "test" else c for c in cells)


def oracle_problems(lab: Lab) -> Iterator[Problem]:
    """Every statement of an oracle that would reach no test."""
    pieces = list(_pieces(lab))
    taken = [piece for test in lab.of("test") for piece in _used(test, pieces)]
    for piece in pieces:
        if piece not in taken:
            line = piece.source.strip().split("\n")[0]
            what = f"no test uses {', '.join(sorted(piece.names)) or repr(line)}"
            yield lab.problem(piece.cell, what, "use it in a hidden test, or take it out")


def _pieces(lab: Lab) -> Iterator[_Piece]:
    for cell in lab.of("oracle"):
        lines, begin = cell.source.split("\n"), 0
        for node in cell.tree.body:
            end = node.end_lineno or node.lineno
            kept = [line for line in lines[begin:end] if line.strip() not in _MARKS]
            source, begin = "\n".join(kept).strip("\n"), end
            bare = ast.unparse(node)
            yield _Piece(cell, source, frozenset(bound(bare)), frozenset(used(bare)))


_MARKS = (BEGIN_HIDDEN, END_HIDDEN)


def _used(test: Cell, pieces: Sequence[_Piece]) -> list[_Piece]:
    """What a test needs of the oracles, and what that needs, in the order of the source."""
    needs, taken = used(test.source), set[int]()
    while found := {i for i, piece in enumerate(pieces) if piece.names & needs} - taken:
        taken |= found
        needs = needs.union(*(pieces[i].needs for i in found))
    return [pieces[i] for i in sorted(taken)]


def _test(lab: Lab, cell: Cell, pieces: Sequence[_Piece]) -> Cell:
    metadata = dict(cell.metadata)
    shown = metadata.get("jupyter")
    metadata["jupyter"] = {**(shown if isinstance(shown, dict) else {}), "source_hidden": True}
    # Without the tag the first failing check would end "Run All Above".
    metadata["tags"] = list(dict.fromkeys([*cell.tags, "raises-exception"]))
    blocks = [_bar(lab, cell), *_hidden(pieces), cell.source]
    return replace(cell, source="\n".join(blocks), metadata=metadata)


def _hidden(pieces: Sequence[_Piece]) -> Iterator[str]:
    if pieces:
        yield BEGIN_HIDDEN
        yield "\n\n\n".join(piece.source for piece in pieces)
        yield END_HIDDEN


def _bar(lab: Lab, cell: Cell) -> str:
    """The comment that JupyterLab shows in place of a folded test."""
    tests = [test for test in lab.of("test") if test.exercise == cell.exercise]
    found = _PART.fullmatch(cell.id)
    part = " ".join(filter(None, found.groups())) if found and len(tests) > 1 else ""
    name = f"Check {cell.exercise}{part and ', '}{part}"
    points = f"{cell.points} point{'s' * (cell.points != 1)}"
    if released("code", cell.source).strip():
        return f"# {name} ({points}): run me (Shift+Enter). Click this bar to read the test."
    return f"# {name} ({points}): this check runs when your work is graded."
