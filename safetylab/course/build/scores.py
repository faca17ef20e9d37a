"""Rules on what a lab promises its readers: points, rubrics, hints, time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from safetylab.course.build.source import GRADED, Cell, Lab, Problem, headings, unfenced

_HEADING = re.compile(r"Exercise (\d+\.\d+): \S.* \((?:(1) point|(0|[2-9]|[1-9]\d+) points)\)")
_TOTAL = re.compile(r"\bPoints\W+(\d+)\b(?:\s*(\([^)\n]*\)))?")
_RUBRIC = re.compile(r"- (?:(1) point|(\d+) points): \S")
_SAMPLE = re.compile(r"\**Sample ([A-Z]) \((\d+)/(\d+)\):")
HINTS = 3
SAMPLES = 2


@dataclass(frozen=True)
class Exercise:
    """What a heading promises, and the prose from it to the next heading of its level."""

    number: str
    points: int
    cell: Cell
    prose: str


def score_problems(lab: Lab) -> Iterator[Problem]:
    """Everything in which the prose of ``lab`` and its cells disagree."""
    if not lab.cells:
        yield lab.problem("", "the source has no cells", "begin it with `# %% [markdown]`")
        return
    exercises = list(_exercises(lab))
    yield from _malformed_headings(lab)
    yield from _heading_problems(lab, exercises)
    yield from _header_problems(lab)
    for exercise in exercises:
        yield from _exercise_problems(lab, exercise)
    for cell in lab.of("written"):
        yield from _written_problems(lab, cell)


def _exercises(lab: Lab) -> Iterator[Exercise]:
    """The exercises in the order of their headings."""
    for cell, title, prose in _sections(lab):
        if found := _HEADING.fullmatch(title):
            yield Exercise(found[1], int(found[2] or found[3]), cell, prose)


def _sections(lab: Lab) -> Iterator[tuple[Cell, str, str]]:
    """Cell, title and prose of each section, a section being what one ``## `` heading opens."""
    cell, title, prose = lab.cells[0], "", ""
    for one in (c for c in lab.cells if c.kind == "markdown"):
        for line in unfenced(one.released):
            if found := re.match(r"##?\s+(.*)", line):
                yield cell, title, prose
                cell, title, prose = one, found[1].strip(), ""
            prose += line + "\n"
    yield cell, title, prose


def _malformed_headings(lab: Lab) -> Iterator[Problem]:
    for cell in (c for c in lab.cells if c.kind == "markdown"):
        for level, title in headings(cell.released):
            meant = re.match(r"Exercise\b", title, re.IGNORECASE)
            if meant and not (level == 2 and _HEADING.fullmatch(title)):
                todo = f"write `## Exercise {lab.number}.1: title (3 points)`, or `(1 point)`"
                yield lab.problem(cell, f"the heading {title!r} cannot be read", todo)


def _heading_problems(lab: Lab, exercises: list[Exercise]) -> Iterator[Problem]:
    """Headings of other labs, headings that stand twice, graded cells without one."""
    seen: set[str] = set()
    for exercise in exercises:
        if exercise.number in seen:
            todo = "give each exercise a number of its own"
            yield lab.problem(exercise.cell, f"a second exercise {exercise.number}", todo)
        seen.add(exercise.number)
        if int(exercise.number.split(".")[0]) != lab.number:
            todo = f"number it {lab.number}.something"
            yield lab.problem(exercise.cell, f"{exercise.number} is of another lab", todo)
    for cell in lab.of("test", "written", "answer"):
        if cell.exercise not in seen:
            todo = f"add `## Exercise {cell.exercise}: title (K points)` above it"
            yield lab.problem(cell, f"exercise {cell.exercise} has no heading", todo)


def _header_problems(lab: Lab) -> Iterator[Problem]:
    """The header states the total, and how much of it is graded by whom."""
    header = lab.cells[0]
    machine = sum(cell.points for cell in lab.of("test"))
    person = sum(cell.points for cell in lab.of("written"))
    parts = f"({machine} checked by machine, {person} read by a person)"
    todo = f"write `| Points | {machine + person} {parts} |` in its table"
    found = _TOTAL.search(header.source) if header.kind == "markdown" else None
    if not found:
        yield lab.problem(header, "the first cell does not state the points of the lab", todo)
        return
    if int(found[1]) != machine + person:
        what = f"it states {found[1]} points; the cells have {machine + person}"
        yield lab.problem(header, what, todo)
    if found[2] and found[2] != parts:
        yield lab.problem(header, f"it states {found[2]}; the cells have {parts}", todo)


def _exercise_problems(lab: Lab, exercise: Exercise) -> Iterator[Problem]:
    own = [cell for cell in lab.cells if cell.exercise == exercise.number]
    points = sum(cell.points for cell in own if cell.role in GRADED)
    prefix = f"ex{exercise.number.replace('.', '_')}-"
    if not own:
        todo = f"add cells whose grade_id begins with {prefix}, or take the heading away"
        yield lab.problem(exercise.cell, f"exercise {exercise.number} has no cells", todo)
    elif points != exercise.points:
        what = f"the heading says {exercise.points} points, the cells of {prefix}* have {points}"
        yield lab.problem(exercise.cell, what, "change the heading or the cells")
    yield from _help_problems(lab, exercise)


def _help_problems(lab: Lab, exercise: Exercise) -> Iterator[Problem]:
    opened, closed = exercise.prose.count("<details"), exercise.prose.count("</details>")
    if opened < HINTS:
        what = f"exercise {exercise.number} has {opened} of {HINTS} hints before the next heading"
        todo = "nest three <details>: where to look, the idea, nearly the code"
        yield lab.problem(exercise.cell, what, todo)
    if opened != closed:
        what = f"exercise {exercise.number} opens {opened} <details> and closes {closed}"
        yield lab.problem(exercise.cell, what, "close each with </details>")
    lines = exercise.cell.source.split("\n")
    if not any("Difficulty" in line and "Minutes" in line for line in lines):
        what = f"exercise {exercise.number} does not say how hard and how long it is"
        todo = "add a line such as `Difficulty: 2 of 5. Minutes: 15.` below its heading"
        yield lab.problem(exercise.cell, what, todo)


def _written_problems(lab: Lab, cell: Cell) -> Iterator[Problem]:
    """A rubric whose points add up, and samples graded out of the same number."""
    lines = cell.source.split("\n")
    solution = [line.strip() for n, line in enumerate(lines, 1) if n in cell.solution_lines]
    rubric = [match for line in solution if (match := _RUBRIC.match(line))]
    total = sum(int(match[1] or match[2]) for match in rubric)
    if not any(re.fullmatch(r"\**Rubric:\**", line) for line in solution):
        todo = "add a line `Rubric:` inside the solution markers"
        yield lab.problem(cell, "a written answer without a rubric", todo)
    elif total != cell.points:
        what = f"the rubric adds up to {total}, the cell has {cell.points} points"
        todo = "list `- 1 point: ...` and `- 2 points: ...` below `Rubric:`"
        yield lab.problem(cell, what, todo)
    yield from _sample_problems(lab, cell, solution)


def _sample_problems(lab: Lab, cell: Cell, solution: list[str]) -> Iterator[Problem]:
    samples = [match for line in solution if (match := _SAMPLE.match(line))]
    letters = {match[1] for match in samples}
    points = cell.points
    todo = f"write `Sample A ({points}/{points}): ...` and one of fewer points, one a line"
    if len(letters) < SAMPLES:
        yield lab.problem(cell, f"{len(letters)} of {SAMPLES} graded samples", todo)
    for match in samples:
        if int(match[3]) != points or int(match[2]) > points:
            what = f"sample {match[1]} is graded {match[2]}/{match[3]}, the cell has {points}"
            yield lab.problem(cell, what, todo)
