"""Every command of the instructor's guide runs, in the order of the guide, in a scratch course."""

from __future__ import annotations

import csv
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
LAB = "lab00_start_here"
ELSEWHERE = {
    "--scheduler": "tests/grading/test_cluster.py",
    "make teach": "tests/browser/test_teacher_path.py",
    "make demo": "tests/course/teacher/test_demo.py",
}

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("nbgrader")]


def commands() -> list[str]:
    text = (ROOT / "solutions" / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    return [line for block in blocks for line in block.splitlines() if line]


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A copy of this repository, a class list, and what a student sent by mail."""
    course = tmp_path / "course"
    left_out = (".venv", ".git", "work", "tests", "*cache*", "screenshots")
    for path in ROOT.iterdir():
        if path.is_dir() and path.name not in (*left_out, "grading"):
            ignored = shutil.ignore_patterns(*left_out)
            if not path.name.startswith("."):
                shutil.copytree(path, course / path.name, ignore=ignored)
        elif path.is_file():
            course.mkdir(exist_ok=True)
            shutil.copy(path, course)
    (course / "students.csv").write_text("id,first_name,last_name,email\nann,Ann,=1+1,a@x.org\n")
    (course / "inbox").mkdir()
    shutil.copy(course / "solutions" / LAB / f"{LAB}.ipynb", course / "inbox" / "ann.ipynb")
    (course / "bin").mkdir()
    for name, module in (("safetylab", "safetylab.course.cli"), ("nbgrader", "nbgrader")):
        program = course / "bin" / name
        program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m {module} "$@"\n')
        program.chmod(0o755)
    return course


def test_every_command_runs(course: Path) -> None:
    programs = [str(course / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]]
    environment = {
        **os.environ,
        "PATH": os.pathsep.join(programs),
        "SAFETYLAB_ROOT": str(course),
        "PYTHONPATH": str(ROOT),
        "HOME": str(course),
        "USER": "bob",
        "JUPYTER_DATA_DIR": str(course / ".data"),
    }
    said = {}
    for command in commands():
        if command.startswith("safetylab build"):
            change_a_test(course)
        done = subprocess.run(
            command, shell=True, cwd=course, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        said.setdefault(command, done.stdout)
    assert "2 graded" in said[f"safetylab grade {LAB}"]
    assert "2 graded" in said[f"safetylab grade {LAB} --force"]
    assert "wrote" in said[f"safetylab build {LAB}"]
    assert said["safetylab term lab00"] == f"{LAB}: entered\n"
    assert (course / "grading" / "feedback" / "ann" / LAB / f"{LAB}.html").is_file()
    assert (course / "grading" / "reports" / f"{LAB}.html").is_file()
    with (course / "grading" / "exercises.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["last_name"] for row in rows if row["student_id"] == "ann"} == {"'=1+1"}


def change_a_test(course: Path) -> None:
    source = course / "solutions" / LAB / f"{LAB}.py"
    text = source.read_text(encoding="utf-8")
    assert "visible checks passed" in text
    source.write_text(text.replace("visible checks passed", "checks passed"), encoding="utf-8")


@pytest.mark.parametrize(("command", "test"), ELSEWHERE.items())
def test_what_is_run_elsewhere_is(command: str, test: str) -> None:
    guide = (ROOT / "solutions" / "README.md").read_text(encoding="utf-8")
    assert command in guide
    assert (ROOT / test).is_file()
    assert not [line for line in commands() if command in line]
