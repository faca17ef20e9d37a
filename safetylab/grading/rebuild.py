"""Put a learner's answers into the lab's own notebook: its order, its locked cells, its tests."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from safetylab.grading.bundle import Bundle
from safetylab.grading.notebook import BadSubmission, Cell, Notebook, read_notebook

OLDER_COPY = "your copy was made from an older version of the lab; it was graded with this one"

_EXERCISE = re.compile(r"ex(\d+)_(\d+[a-z]?)-")
_HEADING = re.compile(
    r"^#+\s*Exercise\s+(\d+\.\d+[a-z]?)\s*:\s*(.+?)\s*(?:\([^()]*points?\b.*)?$", re.M
)


class Role(Enum):
    """What a cell is to grading."""

    TEXT = auto()
    LOCKED = auto()
    OPEN = auto()
    ANSWER = auto()
    WRITTEN = auto()
    TEST = auto()
    EXTRA = auto()


@dataclass(frozen=True)
class Step:
    """A cell of the rebuilt notebook.

    ``source`` is what runs, ``stub`` what the release holds in its place, ``label`` what messages
    call it, ``runs`` whether it is run at all.
    """

    cell: Cell
    role: Role
    source: str
    stub: str
    label: str
    runs: bool
    present: bool = True

    @property
    def exercise(self) -> str:
        """The number of its exercise (``1.1``), or nothing."""
        return exercise_of(self.cell.name)

    @property
    def changed(self) -> bool:
        """Whether it says something else than the release."""
        return not _same(self.source, self.stub)


@dataclass(frozen=True)
class Rebuilt:
    """Steps in order, the exercises' titles, and one sentence per repair."""

    steps: tuple[Step, ...]
    titles: Mapping[str, str]
    notes: tuple[str, ...]


def exercise_of(name: str) -> str:
    """Return the exercise that a cell belongs to: ``ex1_1-fgsm-test`` to ``1.1``; else nothing."""
    found = _EXERCISE.match(name)
    return f"{found[1]}.{found[2]}" if found else ""


def rebuild(submission: Notebook, bundle: Bundle) -> Rebuilt:
    """Return the lab's notebook with the answers and the extra cells of ``submission``.

    Raises:
        BadSubmission: none of the lab's exercises is in it.
    """
    released = read_notebook(bundle.released, f"the release of {bundle.name}")
    base = released
    if bundle.instructor is not None:
        base = read_notebook(bundle.instructor, f"the solution of {bundle.name}")
    _require_same_lab(submission, released, bundle.name)
    older = bool(submission.source_sha) and submission.source_sha != released.source_sha
    stubs = {cell.name: cell.source for cell in released.cells}
    mine, notes = _choose(submission, stubs)
    own = [_step(cell, stubs.get(cell.name, ""), mine.get(cell.name)) for cell in base.cells]
    if not older:
        notes += [note for step in own for note in _repairs(step, mine.get(step.cell.name))]
    notes = [*submission.notes, *([OLDER_COPY] if older else []), *notes]
    steps = _with_extras(own, submission.cells, set(stubs.values()))
    return Rebuilt(tuple(steps), _titles(base), tuple(notes))


def _titles(notebook: Notebook) -> dict[str, str]:
    texts = [cell.source for cell in notebook.cells if cell.kind == "markdown"]
    return {found[1]: found[2] for text in texts for found in _HEADING.finditer(text)}


def _require_same_lab(submission: Notebook, released: Notebook, lab: str) -> None:
    wanted = {cell.name for cell in released.cells if exercise_of(cell.name)}
    found = {cell.name for cell in submission.cells}
    if wanted & found:
        return
    numbers = sorted({exercise_of(name) for name in found} - {""})
    holds = f"its exercises are {', '.join(numbers)}" if numbers else "it holds no exercise cells"
    raise BadSubmission(
        f"this notebook is not a copy of {lab}: {holds}; give the notebook that you made from {lab}"
    )


def _choose(submission: Notebook, stubs: Mapping[str, str]) -> tuple[dict[str, Cell], list[str]]:
    """Pick one cell per name: the last that differs from the release, else the last."""
    copies: dict[str, list[Cell]] = defaultdict(list)
    for cell in submission.cells:
        copies[cell.name].append(cell)
    chosen, notes = {}, []
    for name, cells in copies.items():
        changed = [cell for cell in cells if not _same(cell.source, stubs.get(name, ""))]
        chosen[name] = (changed or cells)[-1]
        if len(cells) > 1 and exercise_of(name) and name in stubs:
            notes.append(
                f"{len(cells)} cells are called {name}: the last one that you changed was graded"
            )
    return chosen, notes


def _role(cell: Cell) -> Role:
    if cell.is_written:
        return Role.WRITTEN
    if cell.solution:
        return Role.ANSWER
    if cell.kind != "code":
        return Role.TEXT
    if cell.is_test:  # an oracle is marked as a test, but it belongs to no exercise
        return Role.TEST if exercise_of(cell.name) else Role.LOCKED
    return Role.LOCKED if cell.locked else Role.OPEN


def _step(cell: Cell, stub: str, mine: Cell | None) -> Step:
    role = _role(cell)
    learners = role in (Role.ANSWER, Role.WRITTEN, Role.OPEN)
    source = cell.source
    if learners:
        source = mine.source if mine else stub
    edited = learners and not _same(source, stub)
    is_code = cell.kind == "code" and not (role is Role.OPEN and mine and mine.kind != "code")
    return Step(
        cell=cell,
        role=role,
        source=source,
        stub=stub,
        label=f"your cell {cell.name}" if learners else f"the lab's cell {cell.name}",
        runs=is_code and bool(source.strip()) and (edited or "demo" not in cell.tags),
        present=mine is not None,
    )


def _repairs(step: Step, mine: Cell | None) -> list[str]:
    name = step.cell.name
    own = step.role in (Role.LOCKED, Role.TEST)
    if mine is None:
        if own and step.stub.strip():
            return [f"the cell {name} was missing: the lab's own was put back"]
        if step.role in (Role.ANSWER, Role.WRITTEN):
            return [f"the answer cell {name} is missing: the empty one of the lab was put back"]
        return []
    if own and not (_same(mine.source, step.stub) or _same(mine.source, step.source)):
        return [f"the cell {name} was changed: the lab's own was run instead"]
    if step.role in (Role.ANSWER, Role.WRITTEN) and mine.kind != step.cell.kind:
        return [f"the answer cell {name} had become {mine.kind}: it was read as {step.cell.kind}"]
    return []


def _with_extras(own: list[Step], cells: Sequence[Cell], released: set[str]) -> list[Step]:
    """Insert the learner's own code cells where they stood."""
    position = {step.cell.name: index for index, step in enumerate(own)}
    extras: dict[int, list[Step]] = defaultdict(list)
    anchor = -1
    for cell in cells:
        known = cell.name in position
        anchor = position.get(cell.name, anchor)
        new = not known or own[anchor].role is Role.TEXT  # a text cell can be turned into code
        if new and cell.kind == "code" and cell.source.strip() and cell.source not in released:
            extras[_past_missing(own, anchor)].append(_extra(own, anchor, cell))
    steps = list(extras[-1])
    for index, step in enumerate(own):
        steps += [step, *extras[index]]
    return steps


def _past_missing(own: list[Step], anchor: int) -> int:
    """Move past deleted answers: what was written in their place must come after their stub."""
    following = anchor + 1
    while following < len(own) and not own[following].present:
        if own[following].role is Role.TEST:
            break
        following += 1
    return following - 1


def _extra(own: list[Step], anchor: int, cell: Cell) -> Step:
    where = f"after {own[anchor].cell.name}" if anchor >= 0 else "at the top"
    label = f"the cell that you added {where}"
    bare = Cell("", "code", cell.source)  # what it calls itself does not count
    return Step(bare, Role.EXTRA, cell.source, "", label, runs=True)


def _same(one: str, other: str) -> bool:
    return _lines(one) == _lines(other)


def _lines(source: str) -> list[str]:
    return [line.rstrip() for line in source.strip().splitlines()]
