"""The command line, as a person or a script sees it."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from grading import tiny
from typer.testing import CliRunner, Result

from safetylab.course import cli
from safetylab.course.learner.workspace import copy_missing, learner_notebook
from safetylab.grading import GradingError, Report, Row, Status

REPORT = Report(
    tiny.LAB,
    (
        Row("1.1", "doubling [b]", 0, 2, Status.WRONG, "you squared [/b]: " + "x " * 60, "squared"),
        Row("1.2", "the mean", 1, 3, Status.PARTLY, "the mean of nothing", "empty"),
        Row("1.3", "why", 0, 4, Status.WAITING, written=4, waiting=4),
        Row("1.4", "later", 0, 1, Status.NOT_STARTED, "not written yet", "not-started"),
    ),
    ("something was mended",),
)


@pytest.fixture
def copied(tiny_course: Path) -> Path:
    copy_missing(tiny_course)
    return learner_notebook(tiny_course, tiny.LAB)


def run(*arguments: str) -> Result:
    return CliRunner(env={"COLUMNS": "80"}).invoke(cli.app, arguments)


def test_the_command_line_imports_nothing_heavy() -> None:
    code = "import sys, safetylab.course.cli; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"torch", "nbformat", "nbclient", "jupytext", "numpy", "jupyter_client", "nbgrader"}
    assert "safetylab.course.cli" in done.stdout.split()
    assert heavy.isdisjoint(done.stdout.split())


@pytest.mark.parametrize(
    "command", [command.callback.__name__ for command in cli.app.registered_commands]
)
def test_every_help_shows_an_example(command: str) -> None:
    shown = run(command, "--help")
    assert shown.exit_code == 0
    assert f"Example: safetylab {command}" in shown.stdout
    assert " ." not in shown.stdout  # rich takes what stands in brackets for its own, and drops it


@pytest.mark.slow
def test_check_grades_the_learners_copy_and_leaves_it_as_it_was(copied: Path) -> None:
    answers = {**tiny.RIGHT, "ex1_1-double": "def double(x):\n    return x * x"}
    copied.write_bytes(tiny.submission(answers))
    before = (copied.read_bytes(), copied.stat().st_mtime_ns, sorted(copied.parent.iterdir()))
    shown = run("check", "1")
    assert shown.exit_code == 0
    assert "1.1: you squared: double adds x to itself [1.1/squared]" in shown.stdout.splitlines()
    assert "3 of 5 points from the checks; written answers worth 4 points" in shown.stdout
    after = (copied.read_bytes(), copied.stat().st_mtime_ns, sorted(copied.parent.iterdir()))
    assert after == before


@pytest.mark.slow
def test_check_as_json_of_another_file(tiny_course: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.ipynb"
    file.write_bytes(tiny.submission(tiny.RIGHT))
    shown = run("check", "lab01", "--file", str(file), "--json", "--timeout", "60")
    assert shown.exit_code == 0
    assert Report.from_json(shown.stdout).score == 5


def test_a_table_in_a_log_is_neither_cropped_nor_read_as_markup(
    monkeypatch: pytest.MonkeyPatch, copied: Path
) -> None:
    monkeypatch.setattr(cli, "grade_notebook", lambda *_, **__: REPORT)
    lines = run("check", "1").stdout.splitlines()
    assert all(len(line) <= 80 for line in lines if line.startswith(("|", "+")))
    assert any("doubling [b]" in line and "0/2" in line and "wrong" in line for line in lines)
    assert f"1.1: {REPORT.rows[0].message} [1.1/squared]" in lines
    assert "1.2: the mean of nothing [1.2/empty]" in lines
    assert not any(line.startswith("1.4: ") for line in lines)
    assert "note: something was mended" in lines
    assert "…" not in "".join(lines)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"{", "is not a notebook: expected JSON"),
        (b"", "is empty: expected a notebook"),
        (json.dumps({"cells": []}).encode(), "is not a copy of lab01_tiny"),
        (None, "could not be read: No such file"),
    ],
)
def test_bad_input_ends_in_one_sentence_and_code_2(
    tiny_course: Path, tmp_path: Path, content: bytes | None, says: str
) -> None:
    file = tmp_path / "mine.ipynb"
    if content is not None:
        file.write_bytes(content)
    shown = run("check", "1", "--file", str(file))
    assert (shown.exit_code, shown.stdout, shown.stderr.count("\n")) == (2, "", 1)
    assert shown.stderr.startswith("safetylab: ")
    assert says in shown.stderr


def test_a_lab_that_is_not_there_ends_in_one_sentence_and_code_2(tiny_course: Path) -> None:
    assert "run `safetylab start`" in run("check", "1").stderr
    unknown = run("check", "lab42")
    assert unknown.exit_code == 2
    assert unknown.stderr == f"safetylab: no lab is called 'lab42'; the labs are: {tiny.LAB}\n"


@pytest.mark.parametrize(
    ("error", "code"), [(GradingError("no kernel"), 1), (KeyboardInterrupt(), 130)]
)
def test_a_failure_of_the_engine_and_an_interrupt_end_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, copied: Path, error: BaseException, code: int
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(cli, "grade_notebook", fail)
    shown = run("check", "1")
    assert shown.exit_code == code
    assert shown.stderr.startswith("safetylab: ")
    assert shown.stderr.count("\n") == 1


@pytest.mark.slow
def test_start_copies_the_labs_and_hands_the_rest_to_jupyterlab(tiny_course: Path) -> None:
    command = [sys.executable, "-m", "safetylab.course.cli", "start", "--version"]
    first = subprocess.run(command, capture_output=True, text=True, check=True)
    second = subprocess.run(command, capture_output=True, text=True, check=True)
    assert first.stdout.splitlines()[0] == f"copied {Path(tiny.LAB, tiny.LAB)}.ipynb"
    assert "nothing new to copy" in second.stdout
    version = importlib.import_module("jupyterlab").__version__
    assert first.stdout.splitlines()[-1] == version


def test_start_without_labs_says_how_to_make_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "solutions").mkdir()
    monkeypatch.setenv("SAFETYLAB_ROOT", str(tmp_path))
    started = run("start")
    assert started.exit_code == 2
    assert "run `safetylab build` first" in started.stderr
    assert list(tmp_path.iterdir()) == [tmp_path / "solutions"]


def test_start_tells_of_an_older_copy(monkeypatch: pytest.MonkeyPatch, copied: Path) -> None:
    copied.write_bytes(tiny.RELEASED.replace(b'"abc"', b'"older"'))
    monkeypatch.setattr(cli, "jupyter_command", lambda *_: ([sys.executable, "-c", ""], {}))
    assert f"{tiny.LAB}: your copy was made from an older version" in run("start").stdout


ROOT_SAYS = "you are root: JupyterLab is told that this is meant (--allow-root); it listens "


def test_jupyterlab_serves_work_with_this_environments_programs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000, raising=False)
    command, environment = cli.jupyter_command(Path("/w"), ["--no-browser", "--port", "8899"])
    assert command[:3] == [sys.executable, "-m", "jupyterlab"]
    assert command[3:] == [f"--ServerApp.root_dir={Path('/w')}", "--no-browser", "--port", "8899"]
    assert environment["PATH"].split(os.pathsep)[0] == str(Path(sys.executable).parent)
    assert environment["JUPYTER_PREFER_ENV_PATH"] == "1"
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("given", "added", "where"),
    [
        ([], ["--allow-root", "--ServerApp.ip=127.0.0.1"], "on 127.0.0.1"),
        (["--allow-root"], ["--ServerApp.ip=127.0.0.1"], "on 127.0.0.1"),
        (["--ip", "0.0.0.0"], ["--allow-root"], "where you say"),
        (["--ServerApp.ip=::1"], ["--allow-root"], "where you say"),
    ],
)
def test_root_is_let_in_and_told_so_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    given: list[str], added: list[str], where: str,
) -> None:  # fmt: skip
    monkeypatch.setattr(os, "geteuid", lambda: 0, raising=False)
    command, _ = cli.jupyter_command(Path("/w"), given)
    assert command[4:] == [*added, *given]
    told = capsys.readouterr().out
    assert told.startswith(ROOT_SAYS + where)
    assert told.count("\n") == 1


@pytest.mark.slow
def test_validate_gives_a_cell_120_seconds_when_served_from_the_root() -> None:
    code = (
        "from nbgrader.server_extensions.validate_assignment.handlers import *\n"
        "config = ValidateAssignmentHandler.load_config(None)\n"
        "from nbgrader.preprocessors import Execute\n"
        "print(Execute(parent=Validator(config=config)).timeout)"
    )
    root = Path(cli.__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
    )
    assert done.stdout.split()[-1] == "120"


class FakeBuilder:
    """What `safetylab.course.build.build` offers."""

    class BuildError(Exception):
        pass

    def __init__(self, stale: list[str], error: str = "") -> None:
        self.stale, self.error = stale, error

    def check(self, root: Path, labs: list[str]) -> list[str]:
        return self.stale

    def build(self, root: Path, labs: list[str]) -> list[Path]:
        if self.error:
            raise self.BuildError(self.error)
        return [root / "labs" / lab for lab in labs]


@pytest.mark.parametrize(
    ("arguments", "builder", "code", "out", "err"),
    [
        (["--check"], FakeBuilder([]), 0, "", ""),
        (["--check"], FakeBuilder(["lab01 is stale"]), 1, "lab01 is stale\n", ""),
        (["lab01"], FakeBuilder([]), 0, f"wrote {Path('labs', 'lab01')}\n", ""),
        ([], FakeBuilder([]), 0, "nothing to write: every notebook is up to date\n", ""),
        ([], FakeBuilder([], "lab01: no END"), 1, "", "lab01: no END\n"),
    ],
)
def test_build_says_what_it_did(
    monkeypatch: pytest.MonkeyPatch,
    tiny_course: Path,
    arguments: list[str],
    builder: FakeBuilder,
    code: int,
    out: str,
    err: str,
) -> None:
    monkeypatch.setattr("safetylab.course.build.build", builder, raising=False)
    shown = run("build", *arguments)
    assert (shown.exit_code, shown.stdout, shown.stderr) == (code, out, err)
