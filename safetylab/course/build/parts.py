"""The parts of a lab: what each promises in minutes, and what the header promises of all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from safetylab.course.build.source import Cell, Lab, Problem, headings, unfenced

SITTING, CORE = 90, 150
_HEADING = re.compile(r"Part ([A-Z]): (\S.*)")
_PROMISE = re.compile(r"About (\d+) minutes: exercises? (.*\d)\.?")
_EXERCISE = re.compile(r"^##\s+Exercise (\d+\.\d+):", re.MULTILINE)
_MINUTES = re.compile(r"\bMinutes: (\d+)\b")
_TIME = re.compile(r"^\|\s*Time\s*\|\s*(.*?)\s*\|\s*$", re.MULTILINE)
_CHECKPOINT = "**Checkpoint.**"


@dataclass
class Part:
    """What stands from one heading ``# Part A: title`` to the next."""

    letter: str
    title: str
    cell: Cell
    cells: list[Cell] = field(default_factory=list)

    @property
    def deeper(self) -> bool:
        """Whether nothing depends on it."""
        return self.title.lower().startswith("deeper")

    @property
    def exercises(self) -> dict[str, int]:
        """The minutes of each exercise, by its number."""
        return minutes_of(self.cells)


def parts(lab: Lab) -> list[Part]:
    """The parts of ``lab`` in order; a lab of one short sitting has none."""
    found: list[Part] = []
    for cell in lab.cells:
        titles = list(headings(cell.released)) if cell.kind == "markdown" else []
        level, title = titles[0] if titles else (0, "")
        if level == 1 and (match := _HEADING.fullmatch(title)):
            found.append(Part(match[1], match[2], cell))
        if found:
            found[-1].cells.append(cell)
    return found


def part_problems(lab: Lab) -> Iterator[Problem]:
    """Everything in which the parts of ``lab``, their minutes and its header disagree."""
    found = parts(lab)
    if not found:
        yield from _undivided_problems(lab)
        return
    letters = [part.letter for part in found]
    if letters != [chr(ord("A") + place) for place in range(len(found))]:
        what = f"the parts are {', '.join(letters)}"
        yield lab.problem(found[0].cell, what, "name them A, B, C, ... in order")
    for part in found:
        yield from _promise_problems(lab, part)
        yield from _length_problems(lab, part)
        if part is not found[-1] and not _has_checkpoint(part):
            what = f"part {part.letter} does not end with a checkpoint"
            todo = f"end it with a markdown cell that begins with `{_CHECKPOINT}`"
            yield lab.problem(part.cell, what, todo)
    yield from _header_problems(lab, found)


def _undivided_problems(lab: Lab) -> Iterator[Problem]:
    """A lab without parts is short enough for one sitting."""
    minutes = sum(minutes_of(lab.cells).values())
    if minutes > SITTING:
        what = f"its exercises take {minutes} minutes, and it has no parts"
        todo = f"divide it into parts of at most {SITTING} minutes (# Part A: title)"
        yield lab.problem(lab.cells[0], what, todo)


def _promise_problems(lab: Lab, part: Part) -> Iterator[Problem]:
    """The heading stands alone with its minutes, which are those of its exercises."""
    own, minutes = part.exercises, sum(part.exercises.values())
    numbers = list(own)
    told = numbers[0] if len(numbers) == 1 else f"{numbers[0]} to {numbers[-1]}" if own else "?"
    todo = f"write `About {minutes} minutes: exercise{'s' * (len(own) > 1)} {told}.` below it"
    lines = part.cell.source.strip().split("\n")
    promise = next(filter(None, map(_PROMISE.match, lines[1:])), None)
    if not lines[0].startswith("# ") or len(list(headings(part.cell.source))) > 1:
        what = "a part's heading is not the first line of a cell without another heading"
        yield lab.problem(part.cell, what, "give it a markdown cell of its own")
    if promise is None:
        yield lab.problem(part.cell, f"part {part.letter} does not say how long it takes", todo)
    elif int(promise[1]) != minutes:
        what = f"part {part.letter} promises {promise[1]} minutes, its exercises take {minutes}"
        yield lab.problem(part.cell, what, todo)
    else:
        named = re.findall(r"\d+\.\d+", promise[2])
        if (named[:1], named[-1:]) != (numbers[:1], numbers[-1:]):
            what = f"part {part.letter} holds {', '.join(numbers)}, not {promise[2]}"
            yield lab.problem(part.cell, what, todo)


def _length_problems(lab: Lab, part: Part) -> Iterator[Problem]:
    minutes = sum(part.exercises.values())
    if minutes > SITTING and not part.deeper:
        what = f"part {part.letter} takes {minutes} minutes, a sitting has {SITTING}"
        yield lab.problem(part.cell, what, "divide it, or move exercises to the deeper part")


def _header_problems(lab: Lab, found: list[Part]) -> Iterator[Problem]:
    """The row Time of the header lists the parts."""
    minutes = {part.letter: sum(part.exercises.values()) for part in found}
    core = [part for part in found if not part.deeper]
    rest = [minutes[part.letter] for part in found if part.deeper]
    wanted = ", ".join(f"Part {part.letter} {minutes[part.letter]} min" for part in core)
    wanted += f"; deeper {sum(rest)} min" if rest else ""
    row = _TIME.search(lab.cells[0].source)
    if row is None or row[1] != wanted:
        what = f"its row Time says {row[1]!r}" if row else "it has no row Time"
        yield lab.problem(lab.cells[0], what, f"write `| Time | {wanted} |`")
    if (total := sum(minutes[part.letter] for part in core)) > CORE:
        what = f"all parts but the deeper one take {total} minutes, more than {CORE}"
        yield lab.problem(lab.cells[0], what, "cut, or move exercises to the deeper part")


def _has_checkpoint(part: Part) -> bool:
    texts = [cell.source for cell in part.cells if cell.kind == "markdown"]
    return any(text.lstrip().startswith(_CHECKPOINT) for text in texts)


def minutes_of(cells: list[Cell] | tuple[Cell, ...]) -> dict[str, int]:
    """The minutes of the exercises whose headings stand in ``cells``, by their numbers."""
    found = {}
    for cell in cells:
        text = "\n".join(unfenced(cell.released)) if cell.kind == "markdown" else ""
        heading, minutes = _EXERCISE.search(text), _MINUTES.search(text)
        if heading:
            found[heading[1]] = int(minutes[1]) if minutes else 0
    return found
