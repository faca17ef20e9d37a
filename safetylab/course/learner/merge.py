"""Move a learner's answers, notes and extra cells from one version of a lab into another."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from safetylab.grading.paper.notebook import Cell, Notebook, read_notebook
from safetylab.grading.paper.rebuild import (
    Role,
    Step,
    choose,
    own_steps,
    placed,
    require_same_lab,
    same_source,
)
from safetylab.grading.paper.recognise import recognised

_ANSWERS = (Role.ANSWER, Role.WRITTEN)

Raw = dict[str, Any]


@dataclass(frozen=True)
class Merged:
    """The newer notebook with the learner's cells in it, and what was done, in sentences."""

    content: bytes
    notes: tuple[str, ...]


def merge(mine: bytes, released: bytes, lab: str, base: bytes | None = None) -> Merged:
    """Return the lab ``released`` with what the learner wrote in ``mine``.

    Answers find their place by grade_id, else by cell id; added cells stay after the cell that
    they followed. An answer whose cell is gone becomes a cell at the end, below a heading.

    Args:
        mine: the learner's file.
        released: the newer version of the lab.
        lab: the lab's id, for messages.
        base: the version that the learner began with, if it was kept: it tells what the learner
            changed from what the lab changed.

    Raises:
        BadSubmission: ``mine`` holds no notebook, or one of another lab.
    """
    newer = read_notebook(released, f"the release of {lab}")
    submission = recognised(read_notebook(mine, f"your {lab}.ipynb"), newer)
    require_same_lab(submission, newer, lab)
    begun = read_notebook(base, f"the older {lab}").cells if base else ()
    return _Merge(submission, newer, {cell.name: cell.source for cell in begun}).merged(released)


class _Merge:
    """One merge: the learner's cells, the newer lab's cells, the sources that were begun with."""

    def __init__(self, submission: Notebook, newer: Notebook, begun: Mapping[str, str]) -> None:
        self.submission, self.begun = submission, begun
        self.stubs = {cell.name: cell.source for cell in newer.cells}
        mine, _ = choose(submission, {**self.stubs, **begun})
        self.own = own_steps(newer, self.stubs, mine)

    def merged(self, released: bytes) -> Merged:
        steps = placed(self.own, self.submission.cells, self.is_extra)
        homeless = [cell for cell in self.submission.cells if self.is_homeless(cell)]
        extras = [step.cell for step in steps if step.role is Role.EXTRA]
        cells = [_own_cell(step.cell) if step.role is Role.EXTRA else self.filled(step)
                 for step in steps]  # fmt: skip
        for cell in homeless:
            cells += [_heading(cell), _own_cell(cell)]
        values = json.loads(released.decode("utf-8-sig"))
        values["cells"] = _with_unique_ids(cells)
        return Merged(_to_bytes(values), tuple(self.notes(len(extras), homeless)))

    def is_edited(self, cell: Cell) -> bool:
        """Whether the learner wrote in a cell; one that cannot be told is taken for written."""
        if cell.name in self.begun:
            return not same_source(cell.source, self.begun[cell.name])
        if same_source(cell.source, self.stubs.get(cell.name, "")):
            return False
        return not _is_as_released(cell)

    def can_tell(self, cell: Cell) -> bool:
        """Whether it is known what the lab held in a cell when the learner began."""
        return cell.name in self.begun or "checksum" in _mark(cell)

    def is_moved(self, step: Step) -> bool:
        """Whether the learner's cell fills the lab's."""
        mine = step.mine
        if mine is None or not self.is_edited(mine):
            return False
        return step.role in _ANSWERS or (step.role is Role.OPEN and self.can_tell(mine))

    def is_extra(self, cell: Cell, step: Step | None) -> bool:
        if not cell.source.strip() or not self.is_edited(cell):
            return False
        if step is None:
            return not self.was_the_labs(cell)
        if cell is not step.mine:
            return not (step.mine and same_source(cell.source, step.mine.source))
        if step.role is Role.OPEN:
            return not self.can_tell(cell)
        return step.role is Role.TEXT and (cell.kind == "code" or self.can_tell(cell))

    def is_homeless(self, cell: Cell) -> bool:
        gone = cell.name not in self.stubs and self.was_the_labs(cell)
        return gone and not cell.locked and bool(cell.source.strip()) and self.is_edited(cell)

    def was_the_labs(self, cell: Cell) -> bool:
        return cell.name in self.begun or bool(_mark(cell))

    def filled(self, step: Step) -> Raw:
        """Return the newer lab's cell, with the learner's source and outputs if it is theirs."""
        raw: Raw = dict(step.cell.raw)
        if step.mine is None or not self.is_moved(step):
            return raw
        if step.role is Role.OPEN:
            raw["cell_type"] = step.mine.kind
        return _shaped(raw, step.mine)

    def notes(self, added: int, homeless: list[Cell]) -> list[str]:
        moved = [step.cell.name for step in self.own if self.is_moved(step)]
        notes = [f"moved: {', '.join(moved)}"] if moved else ["there was no answer to move"]
        if added:
            notes.append(f"cells of your own that were moved: {added}")
        notes += [
            f"{cell.name}: the newer lab has no such cell; yours is at the end of the notebook"
            for cell in homeless
        ]
        notes += [note for step in self.own for note in self.look_again(step)]
        unclear = sum(map(self.is_unclear, self.own))
        if unclear:
            notes.append(f"texts of the lab that differ, in case you wrote in one: {unclear}")
        return [*self.submission.notes, *notes]

    def look_again(self, step: Step) -> list[str]:
        name, mine = step.cell.name, step.mine
        if mine is None:
            return []
        begun = self.begun.get(name, step.stub)
        if self.is_moved(step) and not same_source(begun, step.stub):
            return [f"{name}: the lab changed what stands there at first; yours was kept: look"]
        locked = step.role in (Role.LOCKED, Role.TEST)
        if locked and self.can_tell(mine) and self.is_edited(mine):
            return [f"{name}: you had changed this cell of the lab; the newer lab's own is there"]
        return []

    def is_unclear(self, step: Step) -> bool:
        """Whether a text of the lab differs, and nobody can say who changed it."""
        mine = step.mine
        if mine is None or step.role is not Role.TEXT or mine.kind == "code":
            return False
        return not self.can_tell(mine) and self.is_edited(mine)


def _is_as_released(cell: Cell) -> bool:
    """Whether nbgrader's checksum in a cell says that nobody wrote in it."""
    if "checksum" not in _mark(cell):
        return False
    from nbformat import from_dict
    from nbgrader.utils import compute_checksum

    try:
        node = from_dict({**cell.raw, "source": cell.source})  # type: ignore[no-untyped-call]
        return bool(_mark(cell)["checksum"] == compute_checksum(node))
    except (KeyError, TypeError, ValueError, AttributeError):
        return False


def _mark(cell: Cell) -> Mapping[str, Any]:
    """Return nbgrader's metadata of a cell; none if there is none, or it is damaged."""
    metadata = cell.raw.get("metadata")
    mark = metadata.get("nbgrader") if isinstance(metadata, Mapping) else None
    return mark if isinstance(mark, Mapping) else {}


def _own_cell(cell: Cell) -> Raw:
    """Return a cell that belongs to the learner: it can be edited, deleted and is not graded."""
    metadata = cell.raw.get("metadata")
    kept = dict(metadata) if isinstance(metadata, Mapping) else {}
    for key in ("nbgrader", "deletable", "editable"):
        kept.pop(key, None)
    return _shaped({"cell_type": cell.kind, "id": cell.raw.get("id"), "metadata": kept}, cell)


def _shaped(raw: Raw, cell: Cell) -> Raw:
    """Return ``raw`` with source, outputs and pictures of ``cell``, as its cell type has them."""
    shaped: Raw = {key: raw[key] for key in ("cell_type", "id", "metadata") if key in raw}
    shaped["source"] = cell.source.splitlines(keepends=True)
    attachments, outputs = cell.raw.get("attachments"), cell.raw.get("outputs")
    if raw["cell_type"] == "code":
        count = cell.raw.get("execution_count")
        shaped["execution_count"] = count if isinstance(count, int) else None
        shaped["outputs"] = outputs if isinstance(outputs, list) else []
    elif isinstance(attachments, Mapping) and attachments:
        shaped["attachments"] = attachments
    return shaped


def _heading(cell: Cell) -> Raw:
    text = (
        f"## From your older copy: `{cell.name}`\n\n"
        "The newer version of this lab has no such cell. Move what you need, then delete it."
    )
    return {
        "cell_type": "markdown",
        "id": f"from-{cell.name}",
        "metadata": {},
        "source": text.splitlines(keepends=True),
    }


def _with_unique_ids(cells: list[Raw]) -> list[Raw]:
    """Give a cell whose id is odd or taken another; the lab's own cells keep theirs."""
    taken: set[str] = set()
    for raw in cells:
        wanted = _valid_id(raw.get("id"))
        name, number = wanted, 1
        while name in taken:
            number += 1
            name = f"{wanted}-{number}"
        raw["id"] = name
        taken.add(name)
    return cells


def _valid_id(value: object) -> str:
    kept = "".join(c for c in str(value or "") if c.isascii() and (c.isalnum() or c in "-_"))
    return kept[:58] or "own"


def _to_bytes(values: Raw) -> bytes:
    text = json.dumps(values, ensure_ascii=False, indent=1)
    return (text + "\n").encode("utf-8", "replace")
