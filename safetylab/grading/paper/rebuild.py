"""Put a learner's answers into the lab's own notebook: its order, its locked cells, its tests."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, auto

from safetylab.grading.bundle import Bundle
from safetylab.grading.paper.notebook import BadSubmission, Cell, Notebook, read_notebook
from safetylab.grading.paper.recognise import recognised

OLDER_COPY = "your copy was made from an older version of the lab; it was graded with this one"

FEW = 3
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
    call it, ``runs`` whether it is run at all, ``mine`` the learner's cell of that name,
    ``exercise`` the exercise that it belongs to (``1.1``, else a grade_id), or nothing.
    """

    cell: Cell
    role: Role
    source: str
    stub: str
    label: str
    runs: bool
    mine: Cell | None = field(default=None, compare=False)
    exercise: str = ""

    @property
    def kind(self) -> str:
        """Code or text: what the learner made of an open cell, else what the lab says."""
        if self.role is Role.OPEN and self.mine and self.mine.kind != "code":
            return "markdown"
        return "code" if self.cell.kind == "code" else "markdown"

    @property
    def present(self) -> bool:
        """Whether the learner's notebook has a cell of its name."""
        return self.mine is not None

    @property
    def changed(self) -> bool:
        """Whether it says something else than the release; a task's answer may be anywhere."""
        return self.cell.task or not same_source(self.source, self.stub)


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
    submission = recognised(submission, released)
    require_same_lab(submission, released, bundle.name)
    older = bool(submission.source_sha) and submission.source_sha != released.source_sha
    stubs = {cell.name: cell.source for cell in released.cells}
    mine, notes = choose(submission, stubs)
    own = own_steps(base, stubs, mine)
    if not older:
        notes += _repairs_of(own)
    notes = [*submission.notes, *([older_copy(bundle.name)] if older else []), *notes]
    if bundle.apart:
        steps = _with_extras(own, submission.cells, set(stubs.values()), older)
    else:
        steps = _as_handed_in(own, submission.cells)
    return Rebuilt(tuple(_in_exercises(steps)), _titles(base), tuple(notes))


def older_copy(lab: str) -> str:
    """Return the note about a copy of an older version, and what to do about it."""
    return f"{OLDER_COPY}; `safetylab update {lab}` moves your answers into the newer one"


def own_steps(base: Notebook, stubs: Mapping[str, str], mine: Mapping[str, Cell]) -> list[Step]:
    """Return the lab's own cells in order, each with the learner's cell of its name."""
    return [_step(cell, stubs.get(cell.name, ""), mine.get(cell.name)) for cell in base.cells]


def _in_exercises(steps: list[Step]) -> list[Step]:
    """Give each cell its exercise; where they have no numbers, each test is one of its own.

    An answer without a number belongs to the test that follows it.
    """
    exercise, named = "", []
    for step in reversed(steps):
        number = exercise_of(step.cell.name)
        if step.role in (Role.TEST, Role.WRITTEN):
            exercise = step.cell.name
        belongs = step.role in (Role.TEST, Role.WRITTEN, Role.ANSWER)
        named.append(replace(step, exercise=number or (exercise if belongs else "")))
    return named[::-1]


def _titles(notebook: Notebook) -> dict[str, str]:
    texts = [cell.source for cell in notebook.cells if cell.kind == "markdown"]
    return {found[1]: found[2] for text in texts for found in _HEADING.finditer(text)}


def require_same_lab(submission: Notebook, released: Notebook, lab: str) -> None:
    """Raise `BadSubmission` if ``submission`` holds none of the exercises of ``released``."""
    wanted = {cell.name for cell in released.cells
              if exercise_of(cell.name) or cell.grade or cell.solution}  # fmt: skip
    found = {cell.name for cell in submission.cells}
    if not wanted or wanted & found:
        return
    numbers = sorted({exercise_of(name) for name in found} - {""})
    holds = f"its exercises are {', '.join(numbers)}" if numbers else "it has none of its exercises"
    raise BadSubmission(
        f"this notebook is not a copy of {lab}: {holds}; give the notebook that you made from {lab}"
    )


def choose(submission: Notebook, stubs: Mapping[str, str]) -> tuple[dict[str, Cell], list[str]]:
    """Pick one cell per name: the last that differs from the release, else the last.

    Returns:
        The cells by name, and one sentence per exercise cell that there were several of.
    """
    copies: dict[str, list[Cell]] = defaultdict(list)
    for cell in submission.cells:
        copies[cell.name].append(cell)
    chosen, notes = {}, []
    for name, cells in copies.items():
        changed = [cell for cell in cells if not same_source(cell.source, stubs.get(name, ""))]
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
        return Role.TEST if exercise_of(cell.name) or cell.points else Role.LOCKED
    return Role.LOCKED if cell.locked else Role.OPEN


def _step(cell: Cell, stub: str, mine: Cell | None) -> Step:
    role = _role(cell)
    learners = role in (Role.ANSWER, Role.WRITTEN, Role.OPEN) and not cell.task
    source = cell.source
    if learners:
        source = mine.source if mine else stub
    label = f"your cell {cell.name}" if learners else f"the lab's cell {cell.name}"
    step = Step(cell, role, source, stub, label, runs=False, mine=mine)
    shown = "demo" in cell.tags and not (learners and step.changed)
    return replace(step, runs=_is_code(step) and not shown)


def _is_code(step: Step) -> bool:
    return step.kind == "code" and bool(step.source.strip())


def _repairs_of(own: Sequence[Step]) -> list[str]:
    """One sentence for each repair; many of one kind share a sentence."""
    told = [(step.cell.name, note) for step in own if (note := _repair(step))]
    ends: dict[str, list[str]] = defaultdict(list)
    for name, note in told:
        ends[note.partition(name)[2]].append(name)
    few = [note for name, note in told if len(ends[note.partition(name)[2]]) <= FEW]
    return [*few, *(f"of {len(names)} cells ({', '.join(names[:FEW])}, ...) each{end}"
                    for end, names in ends.items() if len(names) > FEW)]  # fmt: skip


def _repair(step: Step) -> str:
    name, mine = step.cell.name, step.mine
    own, answer = step.role in (Role.LOCKED, Role.TEST), step.role in (Role.ANSWER, Role.WRITTEN)
    if mine is None and own and step.stub.strip():
        return f"the cell {name} was missing: the lab's own was put back"
    if mine is None and answer:
        return f"the answer cell {name} is missing: the empty one of the lab was put back"
    if mine and own and not any(same_source(mine.source, one) for one in (step.stub, step.source)):
        return f"the cell {name} was changed: the lab's own was run instead"
    if mine and answer and mine.kind != step.cell.kind:
        return f"the answer cell {name} had become {mine.kind}: it was read as {step.cell.kind}"
    return ""


def _with_extras(
    own: list[Step], cells: Sequence[Cell], released: set[str], older: bool
) -> list[Step]:
    """Insert the learner's own cells where they stood, and texts of the lab that they wrote in."""

    def is_extra(cell: Cell, place: Step | None) -> bool:
        if not cell.source.strip() or cell.source in released:
            return False
        if place is None:
            return True
        if place.role is Role.TEXT or place.cell.task:
            changed = not older and not same_source(cell.source, place.stub)
            return cell.kind == "code" or changed
        # An answer cell that was split in two: both halves have its name, and both count.
        learners = place.role in (Role.ANSWER, Role.WRITTEN, Role.OPEN)
        return learners and cell is not place.mine and not same_source(cell.source, place.source)

    return placed(own, cells, is_extra)


def _as_handed_in(own: list[Step], cells: Sequence[Cell]) -> list[Step]:
    """Return what stock runs: nbgrader's cells as the lab has them, all others as handed in.

    nbgrader knows its own cells only (answers, tests, locked ones and tasks), and puts those back
    where they are missing or changed. What stands around them is the student's.
    """
    marked = [step for step in own if _is_marked(step.cell)]
    ours = [replace(step, runs=_runs(step, step.cell)) for step in marked]
    free = {step.cell.name: step for step in own if not _is_marked(step.cell)}

    def is_extra(cell: Cell, place: Step | None) -> bool:
        if place is None or place.cell.task or place.role is Role.TEXT:
            return place is None or (cell is not place.mine and bool(cell.source.strip()))
        learners = place.role in (Role.ANSWER, Role.WRITTEN)
        return learners and cell is not place.mine and not same_source(cell.source, place.source)

    steps = placed(ours, cells, is_extra)
    return [_free(step, free) if step.role is Role.EXTRA else step for step in steps]


def _is_marked(cell: Cell) -> bool:
    return cell.grade or cell.solution or cell.locked or cell.task


def _runs(step: Step, cell: Cell) -> bool:
    """Whether it is run; a test without a word is, and passes, as in stock."""
    code = _is_code(step) or (step.role is Role.TEST and step.kind == "code")
    return code and "skip-execution" not in cell.tags  # nbclient's own tag


def _free(step: Step, free: dict[str, Step]) -> Step:
    """A cell that nbgrader does not know: one of the lab's, or one that the student added."""
    assert step.mine is not None
    runs = _runs(step, step.mine)
    labs = free.pop(step.mine.name, None)
    if labs is None:
        return replace(step, runs=runs)
    label = f"the cell that stands{step.label.removeprefix(_ADDED)}"
    return replace(labs, cell=replace(labs.cell, kind=step.mine.kind), role=Role.OPEN,
                   source=step.source, mine=step.mine, runs=runs, label=label)  # fmt: skip


def placed(
    own: list[Step], cells: Sequence[Cell], is_extra: Callable[[Cell, Step | None], bool]
) -> list[Step]:
    """Return the lab's own cells, and between them those of the learner's where they stood.

    Args:
        own: the lab's own cells.
        cells: the learner's cells in order.
        is_extra: told a cell and the step of its name, says whether to place it.
    """
    position = {step.cell.name: index for index, step in enumerate(own)}
    extras: dict[int, list[Step]] = defaultdict(list)
    anchor = -1
    for cell in cells:
        step = own[position[cell.name]] if cell.name in position else None
        if step is not None and cell is step.mine:
            anchor = position[cell.name]
        if is_extra(cell, step):
            extras[_past_missing(own, anchor)].append(_extra(own, anchor, cell))
    return [*extras[-1], *(each for at, step in enumerate(own) for each in (step, *extras[at]))]


def _past_missing(own: list[Step], anchor: int) -> int:
    """Move past deleted answers: what was written in their place must come after their stub."""
    following = anchor + 1
    while following < len(own) and not own[following].present:
        if own[following].role is Role.TEST:
            break
        following += 1
    return following - 1


_ADDED = "the cell that you added"


def _extra(own: list[Step], anchor: int, cell: Cell) -> Step:
    where = f"after {own[anchor].cell.name}" if anchor >= 0 else "at the top"
    bare = Cell("", cell.kind, cell.source, raw=cell.raw)  # what it calls itself does not count
    return Step(bare, Role.EXTRA, cell.source, "", f"{_ADDED} {where}", cell.kind == "code", cell)


def same_source(one: str, other: str) -> bool:
    """Say whether two sources differ in nothing but blank ends."""
    return _lines(one) == _lines(other)


LONGEST = 1_000_000
"""Characters of a source that is looked at line by line."""


def _lines(source: str) -> list[str]:
    if len(source) > LONGEST:
        return [source.strip()]
    return [line.rstrip() for line in source.strip().splitlines()]
