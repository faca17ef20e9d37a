"""What a big class costs: time, memory that does not grow, size and speed of the gradebook.

``python tests/benchmarks/class_size.py --students 1000 [--jobs 2]``. The lab is tiny (no torch), so
this is what the machinery itself costs; add the seconds that your lab runs.
"""
# ruff: noqa: E402

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parents[1])  # here, grading.py is a benchmark

from grading import nbcourse as nc
from nbgrader.apps.api import NbGraderAPI

from safetylab.grading.gradebook.batch import Graded, grade_assignment
from safetylab.grading.gradebook.nbcourse import Course
from safetylab.grading.reports.classpage import class_page
from safetylab.grading.reports.classreport import class_report
from safetylab.grading.reports.export import CanvasCsv

ANSWERS = (nc.RIGHT, nc.HALF, nc.WRONG, {})


def main() -> None:
    parser = argparse.ArgumentParser(description="Grade a class of any size.")
    parser.add_argument("--students", type=int, default=100)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = nc.make_course(Path(folder) / "course")
        files = [nc.answered(root, answers) for answers in ANSWERS]
        for number in range(options.students):
            nc.hand_in(root, f"student{number:05}", files[number % len(files)])
        course = Course.open(root)
        memory: list[int] = []
        quarter = max(1, options.students // 4)

        def on_done(_: Graded, done: int, total: int) -> None:
            if done % quarter == 0:
                memory.append(resident())

        def grade(on_done: Callable[[Graded, int, int], None] | None = None) -> None:
            pool = ThreadPoolExecutor(options.jobs)
            assert grade_assignment(course, nc.NAME, pool=pool, on_done=on_done).complete

        print(f"{options.students} submissions, {options.jobs} at a time")
        cpu = time.process_time()
        row("grade all", lambda: grade(on_done))
        print(f"  of that CPU seconds of the grader itself: {time.process_time() - cpu:.1f}")
        print(f"  MiB resident after each quarter: {', '.join(map(str, memory))}")
        row("grade again (all skipped)", grade)
        row("report and page", lambda: class_page(class_report(course, nc.NAME)))
        print(f"gradebook: {(root / 'gradebook.db').stat().st_size / 2**20:.1f} MiB")
        row("export for Canvas", lambda: export(course, Path(folder) / "canvas.csv"))
        api = NbGraderAPI(course.directory)
        row("formgrader, list of submissions", lambda: api.get_submissions(nc.NAME))
        row("formgrader, list of assignments", api.get_assignments)
        row("formgrader, list of students", api.get_students)


def export(course: Course, target: Path) -> None:
    with course.gradebook() as book:
        CanvasCsv(to=str(target)).export(book)


def row(name: str, action: Callable[[], object]) -> None:
    began = time.monotonic()
    action()
    print(f"{name}: {time.monotonic() - began:.1f} s", flush=True)


def resident() -> int:
    """MiB of this process that are in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 // 2**20


if __name__ == "__main__":
    main()
