"""Read a notebook file, however it comes, into the few things that grading needs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from safetylab.course.paths import CourseError

MOST_CELLS = 2000
MOST_VALUES = 2_000_000
"""Commas and opening brackets in a file: each is a value, and each value fills memory."""


class BadSubmission(CourseError):
    """A file that cannot be graded: what was wrong, what was expected, what to do."""


@dataclass(frozen=True)
class Cell:
    """A cell.

    ``name`` is its grade_id, else its id, else made from its content; ``task`` says that it is
    one of nbgrader's tasks, which a reader marks; ``raw`` is what the file holds for it.
    """

    name: str
    kind: str
    source: str
    tags: frozenset[str] = frozenset()
    grade: bool = False
    solution: bool = False
    locked: bool = False
    points: float = 0.0
    task: bool = False
    raw: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def is_test(self) -> bool:
        """A cell that gives points by itself."""
        return self.grade and not self.solution and not self.task

    @property
    def is_written(self) -> bool:
        """An answer, or a task, that a reader marks."""
        return self.grade and (self.solution or self.task)


@dataclass(frozen=True)
class Notebook:
    """Cells in order, the version they come from, and what had to be mended to read them."""

    cells: tuple[Cell, ...]
    source_sha: str = ""
    notes: tuple[str, ...] = ()


def read_notebook(content: bytes, name: str) -> Notebook:
    """Return the notebook in ``content``; ``name`` is what messages call the file.

    Raises:
        BadSubmission: ``content`` holds no notebook.
    """
    text, notes = _decode(content)
    values = _parse(text, name)
    raw_cells = values["cells"]
    if len(raw_cells) > MOST_CELLS:
        raw_cells = [raw for raw in raw_cells if not _is_blank(raw)]
    if len(raw_cells) > MOST_CELLS:
        raise BadSubmission(
            f"{name} has {len(raw_cells)} cells, and {MOST_CELLS} are as many as are looked at: "
            "delete those that you do not need"
        )
    cells = [cell for cell in map(_cell, raw_cells) if cell]
    if len(cells) < len(raw_cells):
        notes = (*notes, f"{len(raw_cells) - len(cells)} damaged cell(s) were left out")
    sha = _mapping(_mapping(values, "metadata"), "safetylab").get("source_sha", "")
    return Notebook(tuple(cells), str(sha), notes)


def _decode(content: bytes) -> tuple[str, tuple[str, ...]]:
    encoding = json.detect_encoding(content)
    try:
        text = content.decode(encoding).rstrip("\0")  # a crash of the machine leaves such behind
    except UnicodeDecodeError:
        return content.decode("latin-1"), (
            "the file is not UTF-8: it was read as Latin-1, so accented letters may differ",
        )
    if encoding.startswith("utf-8"):
        return text, ()
    return text, (f"the file was saved as {encoding[:6].upper()}: read as such",)


def _parse(text: str, name: str) -> dict[str, Any]:
    many = text.count(",") + text.count("[") + text.count("{")
    if many > MOST_VALUES:
        raise BadSubmission(
            f"{name} holds {many} values, and {MOST_VALUES} are as many as are read: clear the "
            "outputs (Kernel, Restart and Clear Outputs) and save it again"
        )
    if not text.strip():
        raise BadSubmission(f"{name} is empty: expected a notebook; {_REMEDY}")
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadSubmission(f"{name} is not a notebook: {_json_problem(text, error)}") from None
    if isinstance(values, dict) and "worksheets" in values:
        values = _upgrade(text, name)
    if not isinstance(values, dict) or not isinstance(values.get("cells"), list):
        raise BadSubmission(
            f"{name} is not a notebook: it is JSON, but holds no list of cells; {_REMEDY}"
        )
    return values


_REMEDY = "save the lab in JupyterLab (Ctrl+S) and give that .ipynb file"


def _json_problem(text: str, error: Exception) -> str:
    if "<<<<<<< " in text:
        return (
            "it holds merge-conflict marks (<<<<<<<); go back to a version without them, "
            "or take the cells over by hand into a fresh copy of the lab"
        )
    where = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
    return f"expected JSON, and it breaks off or is damaged{where}; {_REMEDY}"


def _upgrade(text: str, name: str) -> dict[str, Any]:
    import nbformat

    if text.count('"cell_type"') > MOST_CELLS:
        raise BadSubmission(f"{name} has too many cells: {_REMEDY}")
    try:
        return dict(nbformat.reads(text, as_version=4))  # type: ignore[no-untyped-call]
    except Exception:
        raise BadSubmission(
            f"{name} is in a notebook format of before 2015 that could not be read; {_REMEDY}"
        ) from None


def _cell(raw: object) -> Cell | None:
    if not isinstance(raw, Mapping):
        return None
    source = raw.get("source", "")
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    if not isinstance(source, str) or raw.get("cell_type") not in ("code", "markdown", "raw"):
        return None
    metadata = _mapping(raw, "metadata")
    mark = _mapping(metadata, "nbgrader")
    tags = metadata.get("tags")
    task = bool(mark.get("task"))
    return Cell(
        name=str(mark.get("grade_id") or raw.get("id") or _content_name(raw["cell_type"], source)),
        kind=str(raw["cell_type"]),
        source=source.encode("utf-8", "replace").decode(),
        tags=frozenset(map(str, tags)) if isinstance(tags, list) else frozenset(),
        grade=bool(mark.get("grade")) or task,
        solution=bool(mark.get("solution")),
        locked=bool(mark.get("locked")),
        points=_number(mark.get("points")),
        task=task,
        raw=raw,
    )


def _is_blank(raw: object) -> bool:
    """Whether a cell says nothing and is none of an exercise."""
    cell = _cell(raw)
    return cell is not None and not (cell.source.strip() or cell.grade or cell.solution)


def _content_name(kind: str, source: str) -> str:
    """Name a cell of a format without ids (before nbformat 4.5) by what it says."""
    text = f"{kind}\n{source.strip()}".encode("utf-8", "replace")
    return f"#{hashlib.sha256(text).hexdigest()[:12]}"


def _mapping(values: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = values.get(key)
    return value if isinstance(value, Mapping) else {}


def _number(value: object) -> float:
    try:
        return float(str(value))
    except ValueError:
        return 0.0
