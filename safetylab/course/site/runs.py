"""One run of each solution notebook, kept in build/runs by the hash of its source.

The cells named ``*-test`` are not run: what they print is no part of any page. Where a
demonstration prints the reader's own prediction, the run prints an ellipsis: the solution's guess
is nobody's.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

from safetylab.course.build.source import Cell, Lab, read_lab
from safetylab.threads import VARIABLES

ROOT = Path(__file__).resolve().parents[3]
RUNS = ROOT / "build" / "runs"
UNSAID = "…"


class SiteError(Exception):
    """Something is missing or wrong in a source; the text says what, where, and what to do."""


@dataclass(frozen=True)
class Run:
    """A lab as its source has it, and the outputs of a run of its solution."""

    lab: Lab
    notebook: NotebookNode

    @cached_property
    def outputs(self) -> dict[str, list[NotebookNode]]:
        """The outputs of each code cell by its id."""
        return {cell.id: cell.outputs for cell in self.notebook.cells if cell.cell_type == "code"}

    @cached_property
    def sources(self) -> dict[str, Cell]:
        """The cells of the source by id."""
        return {cell.id: cell for cell in self.lab.cells}

    @cached_property
    def outcomes(self) -> dict[str, str]:
        """The cell that shows what a prediction asked for: its id -> that of the prediction."""
        return dict(_outcomes(self.lab))

    def pictures(self, cell: str) -> list[tuple[str, str]]:
        """The pictures of a cell in order: PNG in base64, and what one sees."""
        shown = [one.data for one in self.outputs.get(cell, []) if "data" in one]
        return [(data["image/png"].strip(), str(data.get("text/plain", "")))
                for data in shown if "image/png" in data]  # fmt: skip

    def printed(self, cell: str) -> list[str]:
        """The lines that a cell printed."""
        found = [one.text for one in self.outputs.get(cell, []) if one.get("name") == "stdout"]
        return "".join(found).rstrip("\n").split("\n") if found else []


def run_of(name: str, root: Path = ROOT, kept: Path = RUNS) -> Run:
    """Return the run of a lab, from ``kept`` if its source has not changed since.

    Raises:
        SiteError: a cell of the solution fails.
    """
    lab = read_lab(root, name)
    path = root / "solutions" / name / f"{name}.ipynb"
    notebook: NotebookNode = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    cache = kept_run(notebook, name, kept)
    if not cache.is_file():
        executed = _execute(lab, notebook, root)
        kept.mkdir(parents=True, exist_ok=True)
        partial = cache.with_suffix(f".{os.getpid()}")
        nbformat.write(executed, partial)  # type: ignore[no-untyped-call]
        partial.replace(cache)
        for old in kept.glob(f"{name}-*.ipynb"):
            if old != cache:
                old.unlink(missing_ok=True)
    return Run(lab, nbformat.read(cache, as_version=4))  # type: ignore[no-untyped-call]


def kept_run(notebook: NotebookNode, name: str, kept: Path = RUNS) -> Path:
    """Where the run of a lab lies, if this source of it was run."""
    return kept / f"{name}-{notebook.metadata.safetylab.source_sha[:16]}.ipynb"


def predicted(cell: Cell) -> list[str]:
    """The variables that the solution of a prediction assigns."""
    tops = [top for top in cell.tree.body if top.lineno in cell.solution_lines]
    nodes = (node for top in tops for node in ast.walk(top))
    return [node.id for node in nodes if isinstance(node, ast.Name) and _stored(node)]


def masked(source: str, names: Iterable[str]) -> str:
    """The code with an ellipsis wherever an f-string would print one of ``names``."""
    tree = ast.fix_missing_locations(_Mask(frozenset(names)).visit(ast.parse(source)))
    return ast.unparse(tree)


class _Mask(ast.NodeTransformer):
    def __init__(self, names: frozenset[str]) -> None:
        self.names = names

    def visit_FormattedValue(self, node: ast.FormattedValue) -> ast.AST:
        return ast.Constant(UNSAID) if uses(node, self.names) else node


def uses(tree: ast.AST, names: Iterable[str]) -> bool:
    """Whether the code reads one of ``names``."""
    wanted = set(names)
    return any(isinstance(node, ast.Name) and node.id in wanted for node in ast.walk(tree))


def _stored(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Store)


def _outcomes(lab: Lab) -> Iterable[tuple[str, str]]:
    """The demonstrations that name a predicted variable, and the last prediction that sets it."""
    setters: dict[str, str] = {}
    for cell in lab.cells:
        if cell.role == "predict" and cell.kind == "code":
            setters |= dict.fromkeys(predicted(cell), cell.id)
        elif cell.kind == "code" and "demo" in cell.tags:
            for name, prediction in setters.items():
                if uses(cell.tree, [name]):
                    yield cell.id, prediction


def _execute(lab: Lab, notebook: NotebookNode, root: Path) -> NotebookNode:
    names = {name for cell in lab.of("predict") for name in predicted(cell)}
    for cell in notebook.cells:
        cell.metadata.pop("tags", None)
        if cell.metadata.get("nbgrader", {}).get("grade_id", "").find("-test") > 0:
            cell.source = ""
        elif cell.cell_type == "code" and any(name in cell.source for name in names):
            cell.source = _mask_cell(cell.source, names)
    client = NotebookClient(notebook, timeout=600, kernel_name="python3",
                            resources={"metadata": {"path": str(root)}})  # fmt: skip
    env = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    try:
        return client.execute(env=env)
    except Exception as error:
        what = str(error).strip().splitlines()[-1]
        raise SiteError(f"{lab.file}: its solution does not run: {what}") from error


def _mask_cell(source: str, names: set[str]) -> str:
    try:
        return masked(source, names)
    except SyntaxError:  # a cell with magics
        return source
