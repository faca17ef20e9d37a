"""Which variant is whose: the gradebook's id, two tables of the course, and nothing a student says.

``variants.csv`` beside the gradebook has the columns ``id,key``: the key is hashed in place of the
id, so that a team, or a second attempt, is one line. With a column ``variant`` a line gives the
number itself; with a column ``assignment`` it holds for that one only. ``withdrawn.csv`` has the
columns ``assignment,variant``: whoever would get such a variant gets the next one that is left.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from safetylab.course.paths import CourseError
from safetylab.grading.bundle import Bundle, Variants
from safetylab.grading.paper.notebook import read_notebook
from safetylab.grading.paper.variant import CELL, FORM, Assigned, call_in
from safetylab.places import data_folder
from safetylab.variants import normal, variant_of

TABLE, WITHDRAWN = "variants.csv", "withdrawn.csv"


@dataclass(frozen=True)
class Line:
    """What a line of the table says of an id: the key to hash, or the number itself."""

    key: str = ""
    variant: int | None = None
    number: int = 0


@dataclass(frozen=True)
class Allotment:
    """The variants of one assignment: what the tables say of it.

    ``table`` is the file, ``lines`` are by id, ``shas`` are the checksums of the folders in
    ``data/`` by notebook.
    """

    assignment: str
    table: Path = Path(TABLE)
    lines: Mapping[str, Line] = field(default_factory=dict)
    withdrawn: frozenset[int] = frozenset()
    shas: Mapping[str, str] = field(default_factory=dict)

    def of(self, student: str, variants: Variants) -> Assigned:
        """Return the variant of a student.

        Raises:
            CourseError: nobody can have such an id.
        """
        try:
            line = self.lines.get(normal(student), Line())
        except ValueError as error:
            raise CourseError(str(error)) from None
        if line.variant is not None:
            return Assigned(line.variant, student, line.key)
        number = variant_of(line.key or student, variants.salt, variants.count)
        return Assigned(self.next(number, variants.count), student, line.key)

    def next(self, number: int, count: int) -> int:
        """Return ``number``, or the next one that was not withdrawn."""
        after = [(number + step) % count for step in range(count)]
        return next(one for one in after if one not in self.withdrawn)

    def spread(self, count: int, many: int) -> list[int]:
        """Return at most ``many`` variants that are in use, at even distances."""
        left = [number for number in range(count) if number not in self.withdrawn]
        many = min(many, len(left))
        return [left[place * len(left) // many] for place in range(many)]

    def strangers(self, known: Collection[str]) -> list[str]:
        """Return a sentence for each line of the table about nobody in ``known``."""
        names = {normal(one) for one in known if one.strip()}
        return [
            f"{self.table.name}, line {line.number}: no student is called {student}"
            for student, line in self.lines.items()
            if student not in names
        ]


def allotment(name: str, bundles: Sequence[Bundle], folder: Path) -> Allotment | None:
    """Read the tables in ``folder`` for an assignment; nothing where no notebook has variants.

    Raises:
        CourseError: a table cannot be read, what it says cannot be, the notebooks' cell does not
            say what their metadata do, or their data are not there.
    """
    varied = {bundle.name: bundle.variants for bundle in bundles if bundle.variants}
    if not varied:
        return None
    for bundle in bundles:
        if bundle.variants:
            _require_agreement(name, bundle, bundle.variants)
    least = min(variants.count for variants in varied.values())
    withdrawn = frozenset(_withdrawn(folder / WITHDRAWN, name, least))
    if len(withdrawn) >= least:
        raise CourseError(f"{folder / WITHDRAWN} withdraws every variant of {name}: leave one")
    lines = dict(_lines(folder / TABLE, name, least))
    for student, line in lines.items():
        if line.variant in withdrawn:
            raise CourseError(
                f"{folder / TABLE}, line {line.number}: {student} is given variant "
                f"{line.variant}, which {WITHDRAWN} withdraws: give another one"
            )
    shas = {one: _checksum(variants.folder) for one, variants in varied.items()}
    return Allotment(name, folder / TABLE, lines, withdrawn, shas)


def _require_agreement(name: str, bundle: Bundle, variants: Variants) -> None:
    """Raise `CourseError` if salt or count are not those that were entered in the gradebook."""
    notebook = read_notebook(bundle.instructor or bundle.released, bundle.name)
    found = [call_in(cell.source) for cell in notebook.cells if cell.name == CELL and cell.locked]
    if len(found) != 1 or found[0] is None:
        raise CourseError(
            f"{bundle.name}.ipynb has variants, so it needs one locked cell {CELL} that says {FORM}"
        )
    before, now = ({bundle.name: [one.count, one.salt]} for one in (found[0], variants))
    if before != now:
        raise CourseError(changed(name, before, now))


Said = Mapping[str, Sequence[Any]]
"""Count and salt of each notebook that has variants."""


def changed(name: str, before: Said, now: Said) -> str:
    """Return the sentence about variants that are not those that were graded."""
    then, today = ("; ".join(f"count {count} and salt {salt!r}" for count, salt in said.values())
                   or "no variants" for said in (before, now))  # fmt: skip
    return (
        f"nothing of {name} was graded: its notebook says {today} of its variants, and the "
        f"gradebook was filled with {then}. Another count or salt gives everybody another variant: "
        "go back to what was entered; or, to grade everybody anew, copy the folder of the "
        f"gradebook to a safe place, run `nbgrader db assignment remove {name} --force` (it "
        f"deletes the grades of this lab), `safetylab term {name}` and `safetylab grade {name} "
        "--force`"
    )


def _checksum(folder: str) -> str:
    """A hash of the files of a folder in ``data/``, but for what is only there to be read."""
    place = data_folder() / folder
    if not place.is_dir():
        raise CourseError(f"{place}, which holds the variants, is missing: restore it")
    digest = hashlib.sha256()
    for path in sorted(path for path in place.rglob("*") if path.is_file()):
        if path.suffix != ".md":
            digest.update(f"{path.relative_to(place).as_posix()} {path.stat().st_size}\n".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _lines(path: Path, assignment: str, count: int) -> Iterator[tuple[str, Line]]:
    """Yield id and line of each row of the table that is about the assignment."""
    seen: dict[str, int] = {}
    for number, row in _rows(path, ("id", "key"), ("variant", "assignment")):
        where = f"{path}, line {number}"
        if not row["id"]:
            raise CourseError(f"{where}: it names no id")
        if row.get("assignment") not in (None, "", assignment):
            continue
        given = row.get("variant", "")
        if not row["key"] and not given:
            raise CourseError(f"{where}: {row['id']} has neither a key nor a variant")
        student = normal(row["id"])
        if student in seen:
            raise CourseError(f"{where}: {student} stands in line {seen[student]} already")
        seen[student] = number
        variant = _number(given, count, where) if given else None
        yield student, Line(row["key"], variant, number)


def _withdrawn(path: Path, assignment: str, count: int) -> Iterator[int]:
    for number, row in _rows(path, ("assignment", "variant"), ()):
        if row["assignment"] == assignment:
            yield _number(row["variant"], count, f"{path}, line {number}")


def _number(text: str, count: int, where: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) < count):
        raise CourseError(
            f"{where}: the variant is {text!r}, and must be a whole number from 0 to {count - 1}"
        )
    return int(text)


def _rows(
    path: Path, needed: Sequence[str], more: Sequence[str]
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the number of the line and the cells of each row; none if there is no table."""
    if not path.exists():
        return
    reader = csv.reader(io.StringIO(_text(path)), strict=True)
    try:
        head = [name.strip().lower() for name in next(reader, [])]
        usable = set(needed) <= set(head) <= {*needed, *more} and len(set(head)) == len(head)
        if not usable:
            may = f" (and may be {', '.join(more)})" if more else ""
            raise CourseError(
                f"{path}: its first line is {','.join(head)!r}, and its columns must be "
                f"{','.join(needed)}{may}, with commas between"
            )
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(head):
                raise CourseError(
                    f"{path}, line {reader.line_num}: it has {len(cells)} cells, and the first "
                    f"line names {len(head)}"
                )
            values = (cell.strip() for cell in cells)
            yield reader.line_num, dict(zip(head, values, strict=True))
    except csv.Error as error:
        raise CourseError(f"{path}, line {reader.line_num}: {error}") from None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise CourseError(f"{path} is not UTF-8: save it as UTF-8") from None
