"""What it costs to grade a class: ``nbgrader autograde``, then ``safetylab grade`` both ways.

``python tests/benchmarks/grading.py [--copies 40] [--jobs 2]``. All grade the same copies of a
notebook that imports torch, trains with an optimizer, and has two graded cells. CPU seconds are
those of the whole tree of processes, start and end included.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

NAME = "training"
SETUP = "import torch\nfrom torch import nn\nfrom safetylab.checks import lend"
FIT = """
def fit(model, x, y, steps, rate):
    ### BEGIN SOLUTION
    optimizer = torch.optim.SGD(model.parameters(), rate)
    losses = []
    for _ in range(steps):
        loss = nn.functional.mse_loss(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
    ### END SOLUTION
"""
FIT_TEST = """
torch.manual_seed(0)
model, x = nn.Linear(3, 1), torch.randn(64, 3)
y = x @ torch.tensor([[1.0], [2.0], [3.0]])
losses = fit(lend(model), x, y, 50, 0.1)
assert losses[-1] < 0.01 * losses[0]
### BEGIN HIDDEN TESTS
assert torch.allclose(model.weight, torch.tensor([[1.0, 2.0, 3.0]]), atol=0.1)
### END HIDDEN TESTS
"""
ACCURACY = """
def accuracy(logits, labels):
    ### BEGIN SOLUTION
    return (logits.argmax(1) == labels).float().mean().item()
    ### END SOLUTION
"""
ACCURACY_TEST = """
assert accuracy(torch.eye(4), torch.arange(4)) == 1
### BEGIN HIDDEN TESTS
assert accuracy(torch.eye(4), torch.zeros(4, dtype=torch.long)) == 0.25
### END HIDDEN TESTS
"""
GRADES = "select auto_score, count(*) from grade group by auto_score"


@dataclass(frozen=True)
class Cost:
    """CPU and wall seconds of a command, per submission."""

    cpu: float
    wall: float


def main() -> None:
    parser = argparse.ArgumentParser(description="Compare two ways to grade a class.")
    parser.add_argument("--copies", type=int, default=40)
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        stock, *ours = courses(Path(folder), arguments.copies)
        nbgrader = [sys.executable, "-m", "nbgrader", "autograde", NAME]
        safetylab = [sys.executable, "-m", "safetylab.course.cli", "grade", NAME,
                     "--jobs", str(arguments.jobs)]  # fmt: skip
        before = measured(nbgrader, stock, arguments.copies)
        after = {one.name: measured(safetylab, one, arguments.copies) for one in ours}
        theirs, mine = grades(stock), [grades(one) for one in ours]
    print(f"{arguments.copies} submissions    CPU s each    wall s each")
    print(f"nbgrader autograde  {before.cpu:10.3f} {before.wall:14.3f}")
    for name, cost in after.items():
        print(f"safetylab, {name:9}{cost.cpu:10.3f} {cost.wall:14.3f}")
        print(f"        times less  {before.cpu / cost.cpu:10.1f} {before.wall / cost.wall:14.1f}")
    assert mine == [theirs] * len(mine), f"they do not agree: {theirs}, {mine} (points, how often)"


def courses(folder: Path, copies: int) -> Iterator[Path]:
    """Make one course with submissions, and a copy of it for each way."""
    course = folder / "stock"
    source = course / "source" / NAME
    source.mkdir(parents=True)
    (course / "nbgrader_config.py").write_text("c = get_config()\nc.Execute.timeout = 120\n")
    (source / f"{NAME}.ipynb").write_text(nbformat.writes(notebook()))
    measured([sys.executable, "-m", "nbgrader", "generate_assignment", NAME], course, 1)
    for number in range(copies):
        target = course / "submitted" / f"student{number:03}" / NAME
        target.mkdir(parents=True)
        shutil.copy(source / f"{NAME}.ipynb", target)
    yield course
    yield shutil.copytree(course, folder / "together")
    split = shutil.copytree(course, folder / "split")
    (split / "nbgrader_config.py").open("a").write("c.ExamRoom.apart = True\n")
    yield split


def notebook() -> nbformat.NotebookNode:
    cells = [code("setup", SETUP, locked=True)]
    for name, answer, test in (("fit", FIT, FIT_TEST), ("accuracy", ACCURACY, ACCURACY_TEST)):
        cells.append(code(name, answer, solution=True))
        cells.append(code(f"{name}-test", test, grade=True, locked=True, points=2))
    kernel = {"name": "python3", "language": "python", "display_name": "Python 3"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


def code(name: str, source: str, **mark: object) -> nbformat.NotebookNode:
    base = {"grade": False, "solution": False, "locked": False, "task": False}
    mark = {**base, "schema_version": 3, "grade_id": name, **mark}
    return new_code_cell(source.strip(), metadata={"nbgrader": mark})


def measured(command: list[str], course: Path, copies: int) -> Cost:
    """Run a command in a course; count the processes that it leaves behind, too."""
    adopt_orphans()
    programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    began, wall = children_cpu(), time.monotonic()
    done = subprocess.run(
        command, cwd=course, env={**os.environ, "PATH": programs, "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    wall = time.monotonic() - wall
    assert done.returncode == 0, done.stdout
    while True:
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            break
    return Cost((children_cpu() - began) / copies, wall / copies)


def children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def adopt_orphans() -> None:
    """Have processes whose parent is gone belong to this one, so that they are counted."""
    set_child_subreaper = 36
    ctypes.CDLL(None).prctl(set_child_subreaper, 1, 0, 0, 0)


def grades(course: Path) -> list[tuple[float, int]]:
    import sqlite3

    with sqlite3.connect(course / "gradebook.db") as book:
        return book.execute(GRADES).fetchall()


if __name__ == "__main__":
    main()
