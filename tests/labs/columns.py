"""Wrong and right answers to a lab, set up as notebooks: column k holds the k-th of each cell."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from safetylab.course.build.predict import Asked, Item, asked
from safetylab.course.build.predict_rules import foretelling
from safetylab.course.build.predict_text import form_check
from safetylab.course.build.source import Lab
from safetylab.grading import Bundle
from safetylab.grading.paper.defined import bound

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Edit:
    """One change of text in the model solution; ``tail`` is appended. Edits add up with ``+``."""

    old: str
    new: str
    tail: str = ""
    then: Edit | None = None

    def __add__(self, other: Edit) -> Edit:
        return replace(self, then=self.then + other if self.then else other)

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


def judged(lab: Lab) -> list[Wrong | Right]:
    """Return answers to the judged predictions of ``lab``, from what their author says of them.

    Each distractor of a choice is a wrong one, each accepted option a right one; a number whose
    outcome is stated is wrong at the ends of its range. A sum of several is left to its lab.
    """
    found: list[Wrong | Right] = []
    for cell in foretelling(lab):
        made = asked(str(cell.metadata["predict"]["description"]))
        if made.judged and len(made.items) == 1 and not made.bars:
            found += _judged(cell.id, made, made.items[0])
    return found


def _judged(cell: str, made: Asked, item: Item) -> Iterator[Wrong | Right]:
    def code(value: object) -> str:
        return f"{item.name} = {value!r}\n\n{form_check(made)}"

    if item.form.kind == "choice" and not item.form.several and "accept" in item.raw:
        for option, id_ in item.raw["mistakes"].items():
            yield Wrong(cell, id_, code(option), seen="hidden")
        accepted = item.raw["accept"]
        for option in accepted if isinstance(accepted, list) else [accepted]:
            yield Right(cell, f"says-{option}", code(option))
    if item.form.kind == "number" and item.form.size == 1 and "outcome" in item.raw:
        true, off = item.raw["outcome"], item.raw["tolerance"]
        for end, id_, sign in ((item.form.low, "too-low", -1), (item.form.high, "too-high", 1)):
            if end is not None and sign * (end - true) > 2 * off:
                yield Wrong(cell, id_, code(end), seen="hidden")
        yield Right(cell, "says-it", code(true))


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


def part(bundle: Bundle, chosen: dict[str, Wrong | Right]) -> Bundle:
    """Return the lab without the tests of exercises that no chosen answer is in.

    The builder sees to it that no test uses another exercise's answers, and every test is run on
    the model answers elsewhere. A test stays if another one that stays uses what it defines.
    """
    source = nbformat.reads((bundle.instructor or bundle.released).decode(), as_version=4)
    kept = _needed(source, {cell.partition("-")[0] for cell in chosen})

    def cut(content: bytes) -> bytes:
        made = nbformat.reads(content.decode(), as_version=4)
        made.cells = [cell for cell in made.cells if not is_test(cell) or cell.id in kept]
        return nbformat.writes(made).encode()

    instructor = cut(bundle.instructor) if bundle.instructor else None
    return replace(bundle, released=cut(bundle.released), instructor=instructor)


def _needed(notebook: NotebookNode, exercises: set[str]) -> set[str]:
    """The ids of the tests of ``exercises``, and of those that define what they use."""
    tests = [cell for cell in notebook.cells if is_test(cell)]
    kept = [cell for cell in tests if cell.id.partition("-")[0] in exercises]
    waiting = list(kept)
    while waiting:
        words = set(re.findall(r"\w+", waiting.pop().source))
        more = [cell for cell in tests if cell not in kept and bound(cell.source) & words]
        kept += more
        waiting += more
    return {cell.id for cell in kept}


def is_test(cell: NotebookNode) -> bool:
    """Say whether a cell is a test of an exercise."""
    return re.match(r"ex\d+_\d+-.*-test", cell.id) is not None
