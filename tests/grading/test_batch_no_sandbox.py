"""Without a sandbox `safetylab grade` still grades, and says so. Honest submissions only."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from grading import nbcourse as nc

from safetylab.grading.gradebook import record
from safetylab.grading.gradebook.nbcourse import Course
from safetylab.grading.gradebook.summary import NO_SANDBOX

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("batch_no_sandbox")]

CLASS = {"ann": nc.RIGHT, "bob": nc.HALF, "cyd": nc.WRONG}
FAIR = {"ann": [3.0, 2.0], "bob": [0.0, 1.0], "cyd": [0.0, 0.0]}
COMMAND = [sys.executable, "-m", "safetylab.course.cli", "grade", nc.NAME, "--jobs", "1"]
KERNEL = (  # as on Windows and macOS
    "import sys\nfrom safetylab.grading.room import room\nroom.FORKS = False\n"
    "room.world = lambda: ''\nfrom safetylab.course.cli import main\n"
    f"sys.argv = ['safetylab', 'grade', '{nc.NAME}', '--jobs', '1']\nmain()\n"
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    course = nc.make_course(tmp_path / "course")
    for student, answers in CLASS.items():
        nc.hand_in(course, student, nc.answered(course, answers))
    return course


def points(root: Path) -> dict[str, list[float | None]]:
    course, found = Course.open(root), {}
    for student in CLASS:
        saved = record.saved_scores(course, nc.NAME, student) or {}
        found[student] = [saved.get(f"{nc.NAME}/double-{test}") for test in ("works", "parts")]
    return found


def path_without_bubblewrap(folder: Path) -> str:
    """A PATH with the programs of the environment, and no bwrap."""
    folder.mkdir()
    for name in ("env", "sh", "uname", "python3"):
        if found := shutil.which(name):
            (folder / name).symlink_to(found)
    return str(folder)


def graded(root: Path, command: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=root, env={**os.environ, **environment}, capture_output=True, text=True
    )


def test_without_bubblewrap_points_are_right_and_it_says_so(root: Path, tmp_path: Path) -> None:
    done = graded(root, COMMAND, PATH=path_without_bubblewrap(tmp_path / "bin"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert NO_SANDBOX in done.stdout
    assert "3 graded" in done.stdout
    assert "warning" not in done.stdout
    assert points(root) == FAIR


def test_one_kernel_gives_the_same_points_and_says_that_there_is_no_sandbox(root: Path) -> None:
    done = graded(root, [sys.executable, "-c", KERNEL])
    assert done.returncode == 0, done.stdout + done.stderr
    assert NO_SANDBOX in done.stdout
    assert "warning" not in done.stdout
    assert points(root) == FAIR
