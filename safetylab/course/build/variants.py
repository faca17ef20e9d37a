"""Labs of which each learner gets a variant: what a source says of them, and whether it holds.

The source says it in its header::

    # ---
    # jupyter:
    #   safetylab:
    #     variants: {count: 100, folder: audits, salt: 2030a}

The builder writes it into both notebooks, where the grader reads it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import jupytext

from safetylab.course.build.source import Cell, Lab, Problem
from safetylab.grading.paper.variant import CELL, FORM, NAME, call_in

_HEADER = "safetylab: {variants: {count: 100, folder: audits, salt: 2030a}}"


def variant_stamp(lab: Lab) -> dict[str, object]:
    """What the notebooks of a lab say of its variants; nothing for a lab without."""
    declared = _declared(lab)
    return {} if declared is None else {"variants": declared}


def variant_problems(lab: Lab, root: Path) -> Iterator[Problem]:
    """Everything in which header, cells and data of a lab with variants do not agree."""
    declared = _declared(lab)
    if declared is None:
        yield from _undeclared(lab)
        return
    yield from _header_problems(lab, declared, root)
    cells = [cell for cell in lab.cells if cell.id == CELL]
    if not cells:
        todo = f'add # %% nbgrader={{"grade_id": "{CELL}", "locked": true}} with {FORM}'
        yield lab.problem("", f"it has variants and no cell `{CELL}`", todo)
    for cell in cells:
        yield from _cell_problems(lab, cell, declared)
    for cell in lab.cells:
        if cell.id != CELL and _assigns(cell):
            todo = "give the value another name"
            yield lab.problem(cell, f"it changes {NAME}, which `{CELL}` sets for the grader", todo)


def _declared(lab: Lab) -> object:
    """What the header says under ``variants``, whatever it is; None where it says nothing."""
    if not lab.text.startswith("# ---") or "safetylab:" not in lab.text.split("# ---")[1]:
        return None
    said = jupytext.reads(lab.text, fmt="py:percent").metadata.get("safetylab", {})
    return said.get("variants") if isinstance(said, Mapping) else said


def _undeclared(lab: Lab) -> Iterator[Problem]:
    for cell in lab.cells:
        if cell.id == CELL or any(
            isinstance(node, ast.Name) and node.id == NAME for node in ast.walk(cell.tree)
        ):
            what = f"it uses {NAME}, and the header names no variants"
            yield lab.problem(cell, what, f"write there {_HEADER}, or use another name")


def _header_problems(lab: Lab, declared: object, root: Path) -> Iterator[Problem]:
    if not isinstance(declared, Mapping) or set(declared) != {"count", "folder", "salt"}:
        what = f"the header's variants are {declared!r}"
        yield lab.problem("", what, f"say count, folder and salt, no more: {_HEADER}")
        return
    count, folder, salt = (declared[key] for key in ("count", "folder", "salt"))
    if type(count) is not int or count < 2:
        what = f"the header's count of variants is {count!r}"
        yield lab.problem("", what, "give a whole number, 2 or more")
    if not isinstance(salt, str) or not salt.strip():
        what = f"the header's salt is {salt!r}"
        yield lab.problem("", what, 'give a text that is not blank, in quotes: "2030a"')
    if not isinstance(folder, str) or not folder.isidentifier():
        what = f"the header's folder of variants is {folder!r}"
        yield lab.problem("", what, "give the name of a folder in data/, such as audits")
    elif not (root / "data" / folder).is_dir():
        what = f"the variants' folder data/{folder} is not there"
        yield lab.problem("", what, "make it, or name the folder that holds them")


def _cell_problems(lab: Lab, cell: Cell, declared: object) -> Iterator[Problem]:
    if "demo" in cell.tags:
        yield lab.problem(cell, "it is tagged demo, and graders skip demos", "take the tag away")
    call = call_in(cell.source)
    if call is None:
        yield lab.problem(cell, f"it gives {NAME} no value that can be read", f"write {FORM}")
        return
    said = declared if isinstance(declared, Mapping) else {}
    for key, given in (("salt", call.salt), ("count", call.count)):
        if given != said.get(key):
            what = f"its {key} is {given!r}, and the header's is {said.get(key)!r}"
            yield lab.problem(cell, what, "let both say the same")
    above = lab.cells[: lab.cells.index(cell)]
    if not any(other.role in ("predict", "answer") and _assigns(other, call.name)
               for other in above):  # fmt: skip
        what = f"no answer above it sets {call.name}, the id that learners enter"
        todo = f'add a cell exN_0-predict-id whose solution says {call.name} = "ann"'
        yield lab.problem(cell, what, todo)


def _assigns(cell: Cell, name: str = NAME) -> bool:
    """Whether a cell gives ``name`` a value, anywhere in it."""
    return any(
        isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store)
        for node in ast.walk(cell.tree)
    )
