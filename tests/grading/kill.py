"""Kill a grader at random points of a batch, then let it finish: ``kill.py COURSE SEED [KILLS]``.

Everything is imported once; each run is a fork, in a process group of its own.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from pathlib import Path

from grading import nbcourse as nc

from safetylab.grading.gradebook.batch import grade_assignment
from safetylab.grading.gradebook.nbcourse import Course, own_folder
from safetylab.grading.room import rooms

KILLS = 20
REST = 2  # submissions that are left for the run that nobody kills


def run(root: Path) -> int:
    """Start a run of the grader; return its process id."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            os.setsid()
            summary = grade_assignment(Course.open(root), nc.NAME)
            rooms.close_all()
            code = 0 if summary.complete else 3
        finally:
            os._exit(code)
    return pid


def main(root: Path, seed: int, kills: int = KILLS) -> None:
    random.seed(seed)
    journal = own_folder(Course.open(root)) / "journal.jsonl"
    total = len(list((root / "submitted").iterdir()))
    for kill in range(1, kills + 1):
        goal = min(total - REST, total * kill // kills)
        pid = run(root)
        while _lines(journal) < goal - 1 and _alive(pid):
            time.sleep(0.01)
        time.sleep(random.uniform(0, 0.6))
        alive = _alive(pid)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        print("killed" if alive else "was done", "at", _lines(journal))
    print("exit", os.waitstatus_to_exitcode(os.waitpid(run(root), 0)[1]))


def _lines(journal: Path) -> int:
    return journal.read_bytes().count(b"\n") if journal.is_file() else 0


def _alive(pid: int) -> bool:
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
