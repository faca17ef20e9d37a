"""The archive for a class: complete, without an answer, and good enough to work with."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import json
import lzma
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
from offline import run_offline
from tiny_lab import GOOD, Course
from typer.testing import CliRunner, Result

from safetylab.course import cli
from safetylab.course.build.build import build
from safetylab.course.build.leaks import answers_in, file_places, statements
from safetylab.course.build.pack import TOP, pack
from safetylab.course.build.source import read_lab
from safetylab.course.paths import CourseError
from safetylab.grading import Report
from safetylab.grading.room.exam import VISIBLE_ONLY

ROOT = Path(__file__).resolve().parents[3]
LAB = "lab00_start_here"
LINE = "return min(max(x + moved_by, 0.0), 1.0)"
ENVIRONMENT = (
    "LICENSE",
    "Makefile",
    "environment.yml",
    "nbgrader_config.py",
    "pyproject.toml",
    "requirements.lock",
)
ANSWER = GOOD.split('"solution": true}\n')[1].split("# %%")[0]
GIVEN = '# %% nbgrader={"grade_id": "given-ex1_1-step", "locked": true}\n' + "\n".join(
    line for line in ANSWER.split("\n") if "###" not in line
)
SECOND = (
    GOOD.replace("Lab 01", "Lab 02")
    .replace("ex1_", "ex2_")
    .replace("Exercise 1.", "Exercise 2.")
    .replace('"1.1', '"2.1')
    .replace("step", "stride")
    .replace("max(x + moved_by, 0.0), 1.0)", "max(x + moved_by, 0.0), 2.0)")
    .replace("# %% [markdown]\n# The end", f"{GIVEN}\n# %% [markdown]\n# The end")
)


def plant(course: Course, place: str, content: bytes) -> None:
    """Write a file; one in ``data/`` with its checksum in a datasheet."""
    path = course.root / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    if place.startswith("data/"):
        with (path.parent / "DATASHEET.md").open("a") as sheet:
            sheet.write(f"SHA-256 of {path.name}: {hashlib.sha256(content).hexdigest()}\n")


@pytest.fixture
def full(course: Course, monkeypatch: pytest.MonkeyPatch) -> Course:
    """A course of two labs, the second of which gives the answer of the first."""
    course.add("lab02_tiny", SECOND)
    for name in ENVIRONMENT:
        (course.root / name).write_text("")
    plant(course, "data/numbers/numbers.csv", b"1,2\n")
    build(course.root)
    monkeypatch.setenv("SAFETYLAB_ROOT", str(course.root))
    return course


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "out" / "labs.zip"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, ["pack", *arguments])


def unzipped(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name.removeprefix(f"{TOP}/"): archive.read(name) for name in archive.namelist()}


def test_the_archive_holds_what_a_class_needs_and_nothing_else(full: Course, output: Path) -> None:
    strays = "tests/answers.py", "safetylab/__pycache__/a.pyc", "data/numbers/.cache", "work/mine"
    for stray in strays:
        (full.root / stray).parent.mkdir(exist_ok=True)
        (full.root / stray).write_text("stray")
    packed = run("1", "--output", str(output))
    assert (packed.exit_code, packed.stdout) == (0, f"wrote {output}: lab01_tiny\n")
    files = unzipped(output.read_bytes())
    labs = {"labs/lab01_tiny/lab01_tiny.ipynb"}
    data = {"data/numbers/numbers.csv", "data/numbers/DATASHEET.md"}
    others = {"README.md", "safetylab/bench.py", *data}
    assert files.keys() == {*ENVIRONMENT, *labs, *others}
    assert files.pop("labs/lab01_tiny/lab01_tiny.ipynb") == full.student().read_bytes()
    assert [path.name for path in output.parent.iterdir()] == ["labs.zip"]


def test_the_archive_says_how_to_install_less(full: Course, output: Path) -> None:
    text = (ROOT / "README.md").read_text()
    command = next(line for line in text.splitlines() if line.startswith("make setup PIP_ARGS="))
    shutil.copy(ROOT / "README.md", full.root)
    pack(full.root, ["lab01"], output)
    assert f"\n    {command}\n" in unzipped(output.read_bytes())["README.md"].decode()


def test_the_same_tree_gives_the_same_bytes(full: Course, tmp_path: Path) -> None:
    first, second = tmp_path / "first.zip", tmp_path / "second.zip"
    pack(full.root, ["lab02", "lab01"], first, answers_released=True)
    for path in full.root.rglob("*.csv"):
        os.utime(path, (0, 0))
    pack(full.root, ["lab01", "lab02", "lab01"], second, answers_released=True)
    assert first.read_bytes() == second.read_bytes()


def stale(course: Course) -> None:
    course.edit("scale = 2.0", "scale = 3.0")


def nothing(course: Course) -> None:
    pass


def as_class(course: Course) -> None:
    shutil.rmtree(course.root / "solutions")


def unreadable(course: Course) -> None:
    course.add("lab03_broken", "x")
    course.source("lab03_broken").write_bytes(b"\xff\xff")


@pytest.mark.parametrize(
    ("spoil", "labs", "says"),
    [
        (nothing, ["lab07"], "no lab is called 'lab07'"),
        (nothing, ["1", "2"], "cell `given-ex1_1-step` of lab02_tiny answers lab01_tiny"),
        (stale, ["1"], "run `safetylab build lab01_tiny`"),
        (as_class, ["1"], "a class's copy of the course, without solutions/"),
        (unreadable, ["1"], "the source of lab03_broken cannot be read"),
    ],
)
def test_what_cannot_be_packed_ends_in_a_sentence_and_no_file(
    full: Course, output: Path, spoil: Callable[[Course], None], labs: list[str], says: str
) -> None:
    spoil(full)
    refused = run(*labs, "--output", str(output))
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr.startswith("safetylab: ")
    assert says in refused.stderr
    assert not output.parent.exists()


def test_a_file_that_is_there_is_never_overwritten(full: Course, output: Path) -> None:
    output.parent.mkdir()
    output.write_text("mine")
    refused = run("1", "--output", str(output))
    assert refused.exit_code == 2
    assert "name another file with --output" in refused.stderr
    assert output.read_text() == "mine"


@pytest.mark.parametrize("labs", [["2"], ["1", "2", "--answers-released"]])
def test_a_later_lab_may_give_an_answer_that_is_behind_the_class(
    full: Course, output: Path, labs: list[str]
) -> None:
    assert run(*labs, "--output", str(output)).exit_code == 0


def as_numbers(text: str, save: Callable[..., None] = np.save) -> bytes:
    buffer = io.BytesIO()
    save(buffer, np.array([text]))
    return buffer.getvalue()


def as_zip(name: str, content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return buffer.getvalue()


PLANTS: dict[str, bytes] = {
    "safetylab/sneak.py": f'HELP = """\n    {LINE}\n"""\n'.encode(),
    "safetylab/other.py": f"def f(x, moved_by):\n    {LINE}\n".encode(),
    "safetylab/notes.md": f"Hm:\n    {LINE.replace(' ', '')}\n".encode(),
    "data/readme.txt": f"try {LINE}".encode(),
    "data/utf16.txt": LINE.encode("utf-16"),
    "data/answers.json": json.dumps({"text": LINE.replace("x + ", "x +\n")}).encode(),
    "data/notebook.ipynb": json.dumps({"cells": [{"source": [LINE]}]}).encode(),
    "data/array.npy": as_numbers(LINE),
    "data/numbers/array.npz": as_numbers(LINE, np.savez_compressed),
    "data/numbers/table.csv.gz": gzip.compress(LINE.encode()),
    "data/numbers/table.csv.bz2": bz2.compress(LINE.encode()),
    "data/numbers/table.csv.xz": lzma.compress(LINE.encode()),
    "data/numbers/deep.zip": as_zip("a/b.gz", gzip.compress(LINE.encode())),
    "Makefile": f"# {LINE}\n".encode(),
}


@pytest.mark.parametrize("place", PLANTS)
@pytest.mark.parametrize("lab", ["lab01", "lab02"])
def test_a_planted_answer_is_found(full: Course, output: Path, place: str, lab: str) -> None:
    plant(full, place, PLANTS[place])
    refused = run(lab, "--output", str(output))
    assert refused.exit_code == 2
    assert f"stands in {place}" in refused.stderr
    assert not output.parent.exists()


@pytest.mark.parametrize(
    "line",
    [
        'expect(abs(step(0.5, -1.0, 0.1) - 0.3) < 1e-9, "go up by epsilon times scale")',
        "Because every coordinate may move by epsilon.",
        "- 2 points: says that coordinates are independent",
    ],
)
@pytest.mark.parametrize("place", ["data/notes.txt", "safetylab/sneak.py"])
def test_what_only_graders_may_read_is_found(
    full: Course, output: Path, line: str, place: str
) -> None:
    plant(full, place, f'"""\n{line}\n"""\n'.encode())
    refused = run("1", "--output", str(output))
    assert refused.exit_code == 2
    assert f"stands in {place}: {line}" in refused.stderr
    assert not output.parent.exists()


def test_a_later_lab_that_shows_an_answer_is_packed_only_once_it_is_released(
    full: Course, output: Path
) -> None:
    full.edit(GIVEN, f"# %% [markdown]\n# Before: `{LINE}`\n", "lab02_tiny")
    build(full.root)
    refused = run("1", "2", "--output", str(output))
    assert refused.exit_code == 2
    assert "line 6 of the answer stands in labs/lab02_tiny/lab02_tiny.ipynb" in refused.stderr
    assert run("1", "2", "--answers-released", "--output", str(output)).exit_code == 0


def test_a_reason_excuses_a_line(full: Course, output: Path) -> None:
    plant(full, "data/a.md", f"{LINE} <!-- not-an-answer: it is famous -->\n".encode())
    assert run("1", "--output", str(output)).exit_code == 0


def test_a_reason_in_a_later_lab_counts_though_its_notebook_does_not_hold_it(
    full: Course, output: Path
) -> None:
    shown = f"# %% [markdown]\n# Before: `{LINE}` <!-- not-an-answer: the text of Lab 1 -->\n"
    full.edit(GIVEN, shown, "lab02_tiny")
    build(full.root)
    assert run("1", "2", "--output", str(output)).exit_code == 0
    notebook = unzipped(output.read_bytes())["labs/lab02_tiny/lab02_tiny.ipynb"]
    assert LINE.encode() in notebook
    assert b"not-an-answer" not in notebook


@pytest.mark.parametrize("place", ["data/mine/list.csv", "data/numbers/more.csv", "data/loose.csv"])
def test_data_without_a_checksum_in_a_datasheet_is_not_passed_on(
    full: Course, output: Path, place: str
) -> None:
    (full.root / place).parent.mkdir(exist_ok=True)
    (full.root / place).write_bytes(b"a name, and a diagnosis")
    refused = run("1", "--output", str(output))
    assert refused.exit_code == 2
    assert f"{place} has no checksum in " in refused.stderr
    assert not output.parent.exists()


def test_a_datasheet_may_name_a_list_of_checksums(full: Course, output: Path) -> None:
    folder = full.root / "data" / "weights"
    folder.mkdir()
    (folder / "net.bin").write_bytes(b"1")
    (folder / "checksums.json").write_text(f'{{"net": "{hashlib.sha256(b"1").hexdigest()}"}}')
    (folder / "DATASHEET.md").write_text("Checksums: `checksums.json`.")
    assert run("1", "--output", str(output)).exit_code == 0


def test_a_short_line_of_everybodys_is_no_answer(full: Course, output: Path) -> None:
    common = "return float(first), float(second)"
    full.edit(LINE, f"if x:\n        {common}\n    {LINE}")
    full.edit("[value * scale for value in (1, 2)]",
              f"def pair(first, second):\n    {common}", "lab02_tiny")  # fmt: skip
    build(full.root)
    assert run("1", "2", "--answers-released", "--output", str(output)).exit_code == 0


CHORES = [
    'warnings.simplefilter("ignore", UserWarning)',
    "from safetylab.checks import exercise, expect, show",
    "with contextlib.redirect_stdout(io.StringIO()):",
]
KEYS = [
    "assert 3 <= len(sys.argv) <= 7, sys.argv",
    'os.environ["PYTHONHASHSEED"] = "617"',
    'logging.warning("a tenth of them are eights")',
    "logging.warning(step(0.5, -1.0, 0.1))",
    "random.seed(617, version=2); random.random()",
    "statistics.mean([0.25, 0.5, 0.75, 1.0])",
    'with open("the_answer_is_617.txt") as file:',
]


@pytest.mark.parametrize("line", [*CHORES, *KEYS])
def test_a_line_of_graders_that_knows_nothing_of_the_exercise_is_no_key(
    full: Course, output: Path, line: str
) -> None:
    inner = "\n        pass" * line.endswith(":")
    full.edit("def oracle_step(step):", f"def oracle_step(step):\n    {line}{inner}")
    build(full.root)
    plant(full, "safetylab/other.py", f"{line}{inner}\n".encode())
    refused = run("1", "--output", str(output))
    assert refused.exit_code == (2 if line in KEYS else 0), refused.stderr
    assert (f"stands in safetylab/other.py: {line}" in refused.stderr) == (line in KEYS)


def found(files: Mapping[str, bytes], lab: str) -> list[str]:
    places = [place for name, content in files.items() for place in file_places(name, content)]
    return [problem.what for problem in answers_in(read_lab(ROOT, lab), places)]


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Lab 00 of this repository, packed and unpacked elsewhere."""
    folder = tmp_path_factory.mktemp("class")
    pack(ROOT, [LAB], folder / "labs.zip")
    with zipfile.ZipFile(folder / "labs.zip") as archive:
        archive.extractall(folder)
    return folder / TOP


@pytest.mark.slow
@pytest.mark.parametrize("lab", [LAB, "lab01_evasion"])
def test_no_answer_of_this_course_is_in_its_pack_and_each_would_be_found(
    packed: Path, lab: str
) -> None:
    files = {
        path.relative_to(packed).as_posix(): path.read_bytes()
        for path in packed.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert not [name for name in files if name.startswith(("solutions", "tests"))]
    assert b"BEGIN" not in files[f"labs/{LAB}/{LAB}.ipynb"]
    assert found(files, lab) == []
    lines = {
        cell.source.split("\n")[statement.line - 1].strip()
        for cell in read_lab(ROOT, lab).of("answer")
        for statement in statements(cell.source)
        if statement.line in cell.solution_lines and not statement.excused
    }
    told = found({"data/plant.txt": "\n".join(lines).encode()}, lab)
    missed = [line for line in lines if not any(what.endswith(line) for what in told)]
    assert lines
    assert [line for line in missed if statements(line)] == []


def in_pack(packed: Path, tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the packed package, without a network, on copies in ``tmp_path``."""
    environment = {
        "PYTHONPATH": str(packed),
        "SAFETYLAB_WORK": str(tmp_path / "work"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    home = tmp_path / "home"
    home.mkdir(exist_ok=True)
    return run_offline(*arguments, folder=home, environment=environment)


@pytest.mark.slow
def test_a_class_can_start_and_check_without_solutions(packed: Path, tmp_path: Path) -> None:
    command = ("-m", "safetylab.course.cli")
    where = in_pack(packed, tmp_path, "-c", "import safetylab; print(safetylab.__file__)")
    assert Path(where.stdout.strip()) == packed / "safetylab" / "__init__.py"
    started = in_pack(packed, tmp_path, *command, "start", "--version")
    assert started.stdout.startswith(f"copied {Path(LAB, LAB)}.ipynb\n"), started.stderr
    solved = ROOT / "solutions" / LAB / f"{LAB}.ipynb"
    arguments: list[tuple[str, ...]] = [(), ("--file", str(solved))]
    reports = []
    for more in arguments:
        checked = in_pack(packed, tmp_path, *command, "check", "0", "--json", *more)
        assert checked.returncode == 0, checked.stderr
        reports.append(Report.from_json(checked.stdout))
    assert [report.hidden for report in reports] == [False, False]
    assert all(VISIBLE_ONLY in report.notes for report in reports)
    assert reports[0].score == 0
    assert 0 < reports[1].score == reports[1].max_score


@pytest.mark.slow
@pytest.mark.parametrize("command", ["pack", "teach"])
def test_what_needs_solutions_says_so_in_a_pack(packed: Path, tmp_path: Path, command: str) -> None:
    lab = [] if command == "teach" else ["0"]
    ended = in_pack(packed, tmp_path, "-m", "safetylab.course.cli", command, *lab)
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (2, "", 1)
    assert "without solutions/" in ended.stderr
    assert not (packed / "grading").exists()


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("make"), reason="there is no make on this machine")
def test_make_in_a_pack_offers_only_what_works_there(packed: Path) -> None:
    wanted = ["make", "--dry-run", "lab", f"PYTHON={sys.executable}"]
    assert "safetylab start" in subprocess.run(
        wanted, cwd=packed, capture_output=True, text=True, check=True
    ).stdout  # fmt: skip
    tested = subprocess.run(
        ["make", "test"], cwd=packed, capture_output=True, text=True, check=False
    )
    assert tested.returncode != 0
    assert tested.stderr.startswith("make test needs the full course; ")


def test_pack_needs_the_files_of_the_environment(full: Course, output: Path) -> None:
    (full.root / "requirements.lock").unlink()
    with pytest.raises(CourseError, match=r"requirements\.lock is missing"):
        pack(full.root, ["1"], output)


@pytest.mark.parametrize("command", ["pack", "term", "teach"])
def test_every_help_shows_an_example(command: str) -> None:
    shown = CliRunner().invoke(cli.app, [command, "--help"])
    assert shown.exit_code == 0
    assert f"Example: safetylab {command}" in shown.stdout
