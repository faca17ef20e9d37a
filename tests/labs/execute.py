"""Run a lab's solution notebook top to bottom, and say what it cost.

By hand: ``python tests/labs/execute.py lab01_evasion`` prints CPU seconds (in all, and without the
cells tagged demo), the slowest cell, and the peak memory of the kernel.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parents[2]
LABS = sorted(path.parent.name for path in (ROOT / "solutions").glob("lab[0-9][0-9]_*/*.py"))
WIDGET = "application/vnd.jupyter.widget-view+json"
USAGE = """\
import resource as _r
_u = _r.getrusage(_r.RUSAGE_SELF)
print(_u.ru_utime + _u.ru_stime, _u.ru_maxrss / 2**20)
"""


@dataclass(frozen=True)
class Cost:
    """CPU seconds of each cell by id, those of the demo cells, peak memory in GiB."""

    seconds: dict[str, float]
    demo: float
    memory: float


def solution(lab: str) -> NotebookNode:
    """Return the instructor's notebook of ``lab``."""
    notebook: NotebookNode = nbformat.read(ROOT / "solutions" / lab / f"{lab}.ipynb", as_version=4)
    return notebook


def run(notebook: NotebookNode, folder: Path, demo: bool = True) -> Cost:
    """Execute ``notebook`` in place, in ``folder``; the first error ends it."""
    client = NotebookClient(
        notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    )
    seconds, shown, before, memory = {}, 0.0, 0.0, 0.0
    cells = list(notebook.cells)
    notebook.cells.append(nbformat.v4.new_code_cell(USAGE))
    with client.setup_kernel():
        for index, cell in enumerate(cells):
            if cell.cell_type != "code" or not (
                demo or "demo" not in cell.metadata.get("tags", [])
            ):
                continue
            client.execute_cell(cell, index)
            probe = client.execute_cell(notebook.cells[-1], len(cells))
            text = "".join(output.text for output in probe.outputs)
            now, memory = map(float, text.split())
            seconds[cell.id], before = now - before, now
            shown += seconds[cell.id] if "demo" in cell.metadata.get("tags", []) else 0.0
    notebook.cells.pop()
    return Cost(seconds, shown, memory)


@cache
def executed(lab: str, again: int = 0) -> tuple[NotebookNode, Cost]:
    """Return the solution notebook of ``lab`` with its outputs, and its cost; ``again`` reruns."""
    notebook = solution(lab)
    return notebook, run(notebook, ROOT)


def words(notebook: NotebookNode) -> list[str]:
    """What each cell printed, in one piece, and what it showed, but for progress bars."""
    cells = [cell.get("outputs", []) for cell in notebook.cells]
    printed = ["".join(o.text for o in cell if o.get("name") == "stdout") for cell in cells]
    shown = [o.data for cell in cells for o in cell if "data" in o]
    return printed + [str(data) for data in shown if WIDGET not in data]


def main() -> None:
    """Print what the lab costs."""
    lab = sys.argv[1]
    cost = run(solution(lab), ROOT)
    slowest = max(cost.seconds, key=lambda name: cost.seconds[name])
    lean = run(solution(lab), ROOT, demo=False)
    print(
        f"{lab}: {sum(cost.seconds.values()):.0f} CPU s in all, "
        f"{sum(lean.seconds.values()):.1f} without demo cells; slowest cell {slowest}: "
        f"{cost.seconds[slowest]:.1f}; peak {max(cost.memory, lean.memory):.2f} GiB"
    )


if __name__ == "__main__":
    main()
