"""Run a lab's solution notebook top to bottom, and say what it cost.

By hand: ``python tests/labs/execute.py lab01_evasion`` prints CPU seconds (in all, and without the
cells tagged demo), the slowest cell, and the peak memory of the kernel.
"""

from __future__ import annotations

import copy
import os
import re
import sys
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import fmean

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode
from pace import pace

from safetylab.threads import VARIABLES

ROOT = Path(__file__).resolve().parents[2]
LABS = sorted(path.parent.name for path in (ROOT / "solutions").glob("lab[0-9][0-9]_*/*.py"))
WIDGET = "application/vnd.jupyter.widget-view+json"
LONG = 2  # CPU seconds of a cell after which the machine's pace is measured again
# ru_maxrss would also count the test process that the kernel was forked from.
USAGE = """\
import pathlib as _p, re as _re, resource as _r
_u = _r.getrusage(_r.RUSAGE_SELF)
_s = _p.Path("/proc/self/status")
_m = int(_re.search("VmHWM:\\\\s+([0-9]+)", _s.read_text())[1]) if _s.exists() else _u.ru_maxrss
print(_u.ru_utime + _u.ru_stime, _m / 2**20)
"""


@dataclass(frozen=True)
class Cost:
    """CPU seconds of each cell by id, those of the demo cells, peak memory in GiB.

    ``pace`` says how many times as many CPU seconds as on a quiet core the machine counted for a
    fixed piece of work, on average over the run.
    """

    seconds: dict[str, float]
    demo: float
    memory: float
    pace: float


@dataclass(frozen=True)
class Execution:
    """A notebook with its outputs, what the run cost, and what each rerun cell said twice.

    ``twice`` maps the id of a demo or test cell to its words in the run and after it.
    """

    notebook: NotebookNode
    cost: Cost
    twice: dict[str, tuple[list[str], list[str]]]


def solution(lab: str) -> NotebookNode:
    """Return the instructor's notebook of ``lab``."""
    notebook: NotebookNode = nbformat.read(ROOT / "solutions" / lab / f"{lab}.ipynb", as_version=4)
    return notebook


class Kernel:
    """Runs the cells of one notebook in a kernel, as a learner does: no variable sets threads."""

    def __init__(self, notebook: NotebookNode, folder: Path) -> None:
        self.notebook = notebook
        self.client = NotebookClient(
            notebook,
            timeout=600,
            kernel_name="python3",
            resources={"metadata": {"path": str(folder)}},
        )

    def started(self) -> AbstractContextManager[object]:
        """Start the kernel for the length of a ``with`` block."""
        kept = {name: value for name, value in os.environ.items() if name not in VARIABLES}
        context: AbstractContextManager[object] = self.client.setup_kernel(env=kept)
        return context

    def run(self, cell: NotebookNode) -> list[str]:
        """Run a cell, whose first error ends everything; return what it said."""
        place = next(at for at, one in enumerate(self.notebook.cells) if one is cell)
        self.client.execute_cell(cell, place)
        for output in cell.outputs:
            assert output.output_type != "error", f"{cell.id}: {output.ename}: {output.evalue}"
        return said(cell)

    def usage(self) -> tuple[float, float]:
        """CPU seconds of the kernel until now, and its peak memory in GiB."""
        probe = nbformat.v4.new_code_cell(USAGE)
        self.notebook.cells.append(probe)
        try:
            return tuple(map(float, "".join(self.run(probe)).split()))  # type: ignore[return-value]
        finally:
            self.notebook.cells.pop()


def run(notebook: NotebookNode, folder: Path, demo: bool = True) -> Cost:
    """Execute ``notebook`` in place, in ``folder``; the first error ends it."""
    kernel = Kernel(notebook, folder)
    with kernel.started():
        return _run(kernel, demo)[0]


def run_twice(notebook: NotebookNode, folder: Path) -> Execution:
    """Execute ``notebook`` in place; then, in the same kernel, each demo and each test again.

    A learner who comes back does the same. Outputs in ``notebook`` are those of the first time.
    """
    kernel = Kernel(notebook, folder)
    with kernel.started():
        cost, first = _run(kernel, demo=True)
        kept = copy.deepcopy(notebook)
        again = {cell.id: _again(kernel, cell) for cell in code_cells(notebook) if runs_again(cell)}
    return Execution(kept, cost, {name: (first[name], words) for name, words in again.items()})


def _again(kernel: Kernel, cell: NotebookNode) -> list[str]:
    """What a cell says the second time; an error is no reason to give up the first."""
    try:
        return kernel.run(cell)
    except (AssertionError, CellExecutionError) as error:
        return [f"raised {error}"]


def _run(kernel: Kernel, demo: bool) -> tuple[Cost, dict[str, list[str]]]:
    """Run every cell, or all but the demos; return what it cost, and what each cell said."""
    seconds, spoken, before, memory = {}, {}, 0.0, 0.0
    paces, weights = [pace()], [1.0]
    cells = [cell for cell in code_cells(kernel.notebook) if demo or not is_demo(cell)]
    for cell in cells:
        spoken[cell.id] = kernel.run(cell)
        now, memory = kernel.usage()
        seconds[cell.id], before = now - before, now
        if seconds[cell.id] > LONG:
            paces.append(pace())
            weights.append(seconds[cell.id])
    shown = sum(seconds[cell.id] for cell in cells if is_demo(cell))
    return Cost(seconds, shown, memory, fmean(paces, weights)), spoken


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """Return the cells of code."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def is_demo(cell: NotebookNode) -> bool:
    """Say whether grading leaves the cell out."""
    return "demo" in cell.metadata.get("tags", [])


def runs_again(cell: NotebookNode) -> bool:
    """Say whether a reader would run the cell again when all has run: a demo, or a check."""
    return is_demo(cell) or "-test" in cell.metadata.get("nbgrader", {}).get("grade_id", "")


@cache
def execution(lab: str) -> Execution:
    """Return the one run of the solution notebook of ``lab`` that all tests share."""
    return run_twice(solution(lab), ROOT)


def executed(lab: str) -> tuple[NotebookNode, Cost]:
    """Return the solution notebook of ``lab`` with its outputs, and its cost."""
    return execution(lab).notebook, execution(lab).cost


def said(cell: NotebookNode) -> list[str]:
    """What a cell printed, in one piece, and what it showed, but for widgets."""
    outputs = cell.get("outputs", [])
    printed = "".join(o.text for o in outputs if o.get("name") == "stdout")
    shown = [str(o.data) for o in outputs if "data" in o]
    return [printed, *(data for data in shown if WIDGET not in data)]


def words(notebook: NotebookNode) -> list[str]:
    """What each cell printed, in one piece, and what it showed, but for progress bars."""
    cells = [cell.get("outputs", []) for cell in notebook.cells]
    printed = ["".join(o.text for o in cell if o.get("name") == "stdout") for cell in cells]
    shown = [o.data for cell in cells for o in cell if "data" in o]
    return printed + [str(data) for data in shown if WIDGET not in data]


def number(text: str, pattern: str) -> float:
    """The first number after what ``pattern`` matches in the words of a notebook."""
    found = re.search(pattern + r"\D*?([-+]?[\d.]+(?:e-?\d+)?)", text)
    assert found, pattern
    return float(found[1].rstrip("."))


def main() -> None:
    """Print what the lab costs."""
    lab = sys.argv[1]
    cost = run(solution(lab), ROOT)
    slowest = max(cost.seconds, key=lambda name: cost.seconds[name])
    lean = run(solution(lab), ROOT, demo=False)
    print(
        f"{lab}: {sum(cost.seconds.values()):.0f} CPU s in all, "
        f"{sum(lean.seconds.values()):.1f} without demo cells; slowest cell {slowest}: "
        f"{cost.seconds[slowest]:.1f}; peak {max(cost.memory, lean.memory):.2f} GiB; "
        f"a quiet core would count {cost.pace:.2f} times less"
    )


if __name__ == "__main__":
    main()
