"""The source of a lab: a py:percent script read into cells that know their part in the lab."""

from __future__ import annotations

import ast
import hashlib
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path

import jupytext
from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode

from safetylab.course.build import predict, predict_text

BEGIN_SOLUTION, END_SOLUTION = "### BEGIN SOLUTION", "### END SOLUTION"
BEGIN_HIDDEN, END_HIDDEN = "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"
STUB = "raise NotImplementedError()"

# The first pattern that fits a grade_id names the role; markdown answers become "written".
_ROLES = {
    "setup": r"setup-[\w-]+",
    "given": r"given-ex(\d+)_(\d+)-[\w-]+",
    "oracle": r"oracle-[\w-]+",
    "test": r"ex(\d+)_(\d+)-[\w-]+?-test(-[\w-]+)?",
    "predict": r"ex(\d+)_(\d+)-predict(-[\w-]+)?",
    "answer": r"ex(\d+)_(\d+)-[\w-]+",
}
# What the builder fills in for nbgrader, by role.
FLAGS = {
    "setup": {"grade": False, "solution": False, "locked": True},
    "given": {"grade": False, "solution": False, "locked": True},
    "oracle": {"grade": True, "solution": False, "locked": True},
    "test": {"grade": True, "solution": False, "locked": True},
    "predict": {"grade": False, "solution": True, "locked": False},
    "answer": {"grade": False, "solution": True, "locked": False},
    "written": {"grade": True, "solution": True, "locked": False},
}
GRADED = ("test", "oracle", "written")
SOLVED = ("answer", "predict", "written")
# What an author tells the builder at the end of a line, and learners do not need to read.
_ASIDE = re.compile(
    r"^[ \t]*#\s*(?:not-an-answer|no-numbers):.*\n|[ \t]*#\s*(?:not-an-answer|no-numbers):.*$"
    r"|[ \t]*<!--\s*not-an-answer:.*?-->",
    re.MULTILINE,
)
_CODE = re.compile(r"(?<!<pre>)<code>.*?</code>", re.DOTALL)
_MAGIC = re.compile(r"(^|=)\s*[%!]|\?\s*$", re.MULTILINE)
# What jupytext keeps for itself, and what the builder reads and writes elsewhere.
_CONSUMED = ("id", "nbgrader", "lines_to_next_cell", "title", "incorrectly_encoded_metadata")


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, where it is, and what its author can do about it."""

    file: str
    cell: str
    what: str
    todo: str

    def __str__(self) -> str:
        place = f"{self.file}, cell `{self.cell}`" if self.cell else self.file
        return f"{place}: {self.what}; {self.todo}"


@dataclass(frozen=True)
class Cell:
    """A cell of the source, as its author wrote it."""

    id: str
    kind: str
    source: str
    metadata: Mapping[str, object]

    @cached_property
    def declared(self) -> Mapping[str, object]:
        """The author's sparse nbgrader metadata, empty for a cell without any."""
        sparse = self.metadata.get("nbgrader", {})
        return sparse if isinstance(sparse, Mapping) else {"unreadable": sparse}

    @cached_property
    def role(self) -> str:
        """The cell's part: a key of `FLAGS`, "plain" without metadata, else "unknown"."""
        if not self.declared:
            return "plain"
        grade_id = str(self.declared.get("grade_id", ""))
        fits = (r for r, pattern in _ROLES.items() if re.fullmatch(pattern, grade_id, re.ASCII))
        role = next(fits, "unknown")
        return "written" if role == "answer" and self.kind == "markdown" else role

    @cached_property
    def exercise(self) -> str:
        """The number of its exercise, such as "1.2"; empty for cells outside exercises."""
        found = re.match(r"ex(\d+)_(\d+)-", str(self.declared.get("grade_id", "")))
        return f"{found[1]}.{found[2]}" if found else ""

    @property
    def points(self) -> int:
        """The points the author gives, 0 where there are none (or none that can be read)."""
        points = self.declared.get("points", 0)
        return points if isinstance(points, int) else 0

    @cached_property
    def solution_lines(self) -> frozenset[int]:
        """The numbers (from 1) of the lines that a learner must write."""
        return _between(self.source, BEGIN_SOLUTION, END_SOLUTION)

    @cached_property
    def hidden_lines(self) -> frozenset[int]:
        """The numbers (from 1) of the lines that only grading sees."""
        return _between(self.source, BEGIN_HIDDEN, END_HIDDEN)

    @cached_property
    def released(self) -> str:
        """The source as a learner gets it: stubs for solutions, hidden tests gone."""
        own = self.metadata.get("predict")
        stub = str(own["stub"]) if isinstance(own, Mapping) and "stub" in own else STUB
        return released(self.kind, self.source, stub)

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree of a code cell; an empty one where it cannot be parsed."""
        return tree(self.source) if self.kind == "code" else tree("")

    @cached_property
    def nbgrader(self) -> dict[str, object]:
        """The metadata that nbgrader reads, complete; empty for cells it has no part in."""
        if self.role not in FLAGS:
            return {}
        filled = {"schema_version": 3, "grade_id": self.id, "task": False, **FLAGS[self.role]}
        return {**filled, "points": self.points} if self.role in GRADED else filled

    @cached_property
    def written(self) -> str:
        """The source as it stands in a notebook: without words to the builder."""
        return _ASIDE.sub("", self.source)

    @property
    def tags(self) -> list[str]:
        """Jupyter's cell tags."""
        tags = self.metadata.get("tags", [])
        return list(tags) if isinstance(tags, list) else []

    def content(self) -> dict[str, object]:
        """The cell as nbformat's JSON has it."""
        kept = {key: value for key, value in self.metadata.items() if key not in _CONSUMED}
        if self.nbgrader:
            kept["nbgrader"] = self.nbgrader
        if isinstance(own := kept.get("predict"), Mapping):  # the key stays in the source
            kept["predict"] = {key: own[key] for key in ("public", "stub") if key in own}
        content: dict[str, object] = {"cell_type": self.kind, "id": self.id}
        content |= {"source": self.written, "metadata": kept}
        if self.kind == "code":
            content |= {"outputs": [], "execution_count": None}
        return content


@dataclass(frozen=True)
class Lab:
    """One lab as its source has it."""

    name: str
    number: int
    file: str
    text: str
    cells: tuple[Cell, ...]

    def problem(self, cell: Cell | str, what: str, todo: str) -> Problem:
        """A `Problem` of this lab's source; ``cell`` is a cell, or "" for the whole file."""
        return Problem(self.file, cell if isinstance(cell, str) else cell.id, what, todo)

    def of(self, *roles: str) -> Iterator[Cell]:
        """The cells that play one of ``roles``, in order."""
        return (cell for cell in self.cells if cell.role in roles)


def lab_names(root: Path) -> list[str]:
    """The names of the labs under ``root``: folders solutions/labNN_* with a source inside."""
    folders = sorted((root / "solutions").glob("lab[0-9][0-9]_*"))
    return [folder.name for folder in folders if source_path(root, folder.name).is_file()]


def source_path(root: Path, lab: str) -> Path:
    """Where the source of ``lab`` is."""
    return root / "solutions" / lab / f"{lab}.py"


def read_lab(root: Path, name: str) -> Lab:
    """Read the source of one lab."""
    path = source_path(root, name)
    text = path.read_text(encoding="utf-8")
    nodes = jupytext.reads(text, fmt="py:percent").cells
    cells = (
        Cell(id_, node.cell_type, _whole(node), node.metadata)
        for id_, node in zip(_ids(nodes), nodes, strict=True)
    )
    expanded = tuple(one for cell in cells for one in _expanded(cell))
    return Lab(name, int(name[3:5]), path.relative_to(root).as_posix(), text, expanded)


def _whole(node: NotebookNode) -> str:
    """What a cell says, each ``<code>`` on one line: JupyterLab would show a break in it."""
    if node.cell_type != "markdown":
        return str(node.source)
    return _CODE.sub(lambda code: re.sub(r"\s*\n\s*", " ", code[0]), node.source)


@cache
def python(source: str) -> str:
    """The cell as plain Python, line by line: IPython's magics become calls."""
    if not _MAGIC.search(source):
        return source
    manager = TransformerManager()  # type: ignore[no-untyped-call]
    return str(manager.transform_cell(source))


@cache
def tree(source: str) -> ast.Module:
    """The syntax tree of a cell, empty where it cannot be parsed (a rule of its own says so)."""
    try:
        return ast.parse(python(source))
    except SyntaxError:
        return ast.Module(body=[], type_ignores=[])


def headings(markdown: str) -> Iterator[tuple[int, str]]:
    """Level and text of each heading, outside fenced code."""
    for line in unfenced(markdown):
        if found := re.match(r"(#{1,6})\s+(.*)", line):
            yield len(found[1]), found[2].strip()


def unfenced(markdown: str) -> Iterator[str]:
    """The lines of a markdown text that stand outside fenced code."""
    fenced = False
    for line in markdown.split("\n"):
        if re.match(r"\s*(```|~~~)", line):
            fenced = not fenced
        elif not fenced:
            yield line


def _expanded(cell: Cell) -> Iterator[Cell]:
    """A prediction cell as learners get it, and its tests; any other cell as it is.

    A description that cannot be read stays: a rule of its own says what is wrong with it.
    """
    description, rest = predict.taken_out(cell.source) if cell.role == "predict" else ("", "")
    try:
        asked = predict.asked(description, rest) if description else None
    except ValueError as error:
        yield replace(cell, metadata={**cell.metadata, "predict": {"wrong": str(error)}})
        return
    if asked is None:
        yield cell
        return
    described = {"public": [item.public(asked.judged) for item in asked.items],
                 "description": description, "stub": predict_text.stub(asked)}  # fmt: skip
    source = f"{rest}\n\n{predict_text.form_check(asked)}"
    yield replace(cell, source=source, metadata={**cell.metadata, "predict": described})
    for grade_id, points, test in predict_text.test_cells(asked, cell.id, cell.exercise):
        yield Cell(grade_id, "code", test, {"nbgrader": {"grade_id": grade_id, "points": points}})


def released(kind: str, source: str, stub: str = STUB) -> str:
    """What nbgrader leaves of a cell; of the stub in a code cell only what Python reads."""
    gone = _between(source, BEGIN_SOLUTION, END_SOLUTION)
    gone |= _between(source, BEGIN_HIDDEN, END_HIDDEN)
    kept = []
    for number, line in enumerate(source.split("\n"), start=1):
        if kind == "code" and BEGIN_SOLUTION in line:
            kept.append(line[: len(line) - len(line.lstrip())] + stub)
        elif number not in gone:
            kept.append(line)
    return "\n".join(kept)


def _between(source: str, begin: str, end: str) -> frozenset[int]:
    """Numbers of the lines nbgrader takes out between two markers, the markers' own too."""
    begin, end = begin.lstrip("# "), end.lstrip("# ")
    inside, found = False, set()
    for number, line in enumerate(source.split("\n"), start=1):
        inside = inside or begin in line
        if inside:
            found.add(number)
        inside = inside and end not in line
    return frozenset(found)


def _ids(nodes: Sequence[NotebookNode]) -> Iterator[str]:
    """An id for each cell that does not depend on where in the notebook the cell stands."""
    section = "cell"
    for node in nodes:
        prose = released("markdown", node.source) if node.cell_type == "markdown" else ""
        _, title = next(headings(prose), (0, ""))
        section = _slug(title) or section
        grader = node.metadata.get("nbgrader", {})
        grade_id = grader.get("grade_id") if isinstance(grader, Mapping) else None
        derived = section if _slug(title) else f"{section}-{_digest(node.source)}"
        yield str(node.metadata.get("id") or grade_id or derived)


def _slug(title: str) -> str:
    """A heading as an id of at most 50 letters, digits and hyphens, without its points."""
    title = re.sub(r"\(\d+ points?\)\s*$", "", title)
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:50].strip("-")


def _digest(source: str) -> str:
    """Eight hexadecimal digits that stand for the first line of a cell."""
    first = source.strip().split("\n")[0].strip()
    return hashlib.sha256(first.encode()).hexdigest()[:8]
