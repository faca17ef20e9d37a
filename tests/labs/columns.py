"""Wrong and right answers to a lab, set up as notebooks: column k holds the k-th of each cell."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import nbformat
from nbformat import NotebookNode

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Edit:
    """One change of text in the model solution; ``tail`` is appended. Edits add up with ``+``."""

    old: str
    new: str
    tail: str = ""
    then: Edit | None = None

    def __add__(self, other: Edit) -> Edit:
        return Edit(self.old, self.new, self.tail, other)

    def apply(self, source: str) -> str:
        """Return the changed source; an edit that finds nothing to change is a mistake."""
        assert self.old in source, f"{self.old!r} does not stand in the solution:\n{source}"
        changed = source.replace(self.old, self.new) + self.tail
        return self.then.apply(changed) if self.then else changed


@dataclass(frozen=True)
class Wrong:
    """A mistake that people make in answer cell ``cell``, and the id it must be told.

    ``seen`` says which check must catch it: "visible", the one that learners have, or "hidden".
    """

    cell: str
    misconception: str
    code: str | Edit
    seen: str = ""


@dataclass(frozen=True)
class Right:
    """A right answer to ``cell`` that looks quite different from the model solution."""

    cell: str
    name: str
    code: str | Edit


def load(lab: str) -> list[Wrong | Right]:
    """Return the list ANSWERS of ``tests/labs/LAB/answers.py``."""
    spec = importlib.util.spec_from_file_location(f"{lab}_answers", HERE / lab / "answers.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    answers: list[Wrong | Right] = module.ANSWERS
    return answers


def columns(answers: list[Wrong | Right], kind: type) -> list[dict[str, Wrong | Right]]:
    """Return one mapping cell -> answer per notebook; a short column is filled up by its first."""
    by_cell: dict[str, list[Wrong | Right]] = {}
    for answer in answers:
        if isinstance(answer, kind):
            by_cell.setdefault(answer.cell, []).append(answer)
    rows = zip_longest(*by_cell.values())
    return [{a.cell: a for a in row if a is not None} for row in rows]


def notebook(instructor: NotebookNode, chosen: dict[str, Wrong | Right]) -> bytes:
    """Return the solved notebook with the chosen answers in place of the model ones."""
    made = nbformat.from_dict(instructor)
    for cell in made.cells:
        answer = chosen.get(cell.metadata.get("nbgrader", {}).get("grade_id"))
        if answer is not None:
            code = answer.code
            cell.source = code.apply(cell.source) if isinstance(code, Edit) else code.strip()
    return nbformat.writes(made).encode()
