"""The gradebook is filled beside a committed release, which stays as it is."""

from __future__ import annotations

import functools
import os
import shutil
import sqlite3
from pathlib import Path

import nbformat
import pytest
from nbgrader import api as nbgrader_api
from nbgrader.api import Gradebook
from test_build_variants import LAB as VARIED
from test_nbgrader import nbgrader
from tiny_lab import GOOD
from tiny_lab import Course as Sources
from typer.testing import CliRunner, Result

from safetylab.course import cli
from safetylab.course.build.build import build
from safetylab.course.build.release import grader_config

ROOT = Path(__file__).resolve().parents[3]
LAB = "lab01_tiny"
SECOND = GOOD.replace("Lab 01", "Lab 02").replace("ex1_", "ex2_").replace("step", "stride")
SECOND = SECOND.replace("Exercise 1.", "Exercise 2.").replace('"1.1', '"2.1')
SECOND = SECOND.replace("max(x + moved_by, 0.0), 1.0)", "max(x + moved_by, 0.0), 2.0)")
STUB = "# YOUR CODE HERE\n    raise NotImplementedError()"
SCHEMA = functools.cache(nbgrader_api.get_alembic_version)  # seconds, for the same word each time

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("nbgrader")]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course of one lab, built, as a clone of the repository has it."""
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    Sources(tmp_path).add(LAB, GOOD)
    build(tmp_path)
    monkeypatch.setenv("SAFETYLAB_ROOT", str(tmp_path))
    monkeypatch.setattr(nbgrader_api, "get_alembic_version", SCHEMA)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, ["term", *arguments])


def released(root: Path) -> dict[Path, tuple[bytes, int]]:
    files = (path for path in (root / "labs").rglob("*") if path.is_file())
    return {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


def tables(root: Path) -> list[str]:
    """Everything in the gradebook, as SQL."""
    with sqlite3.connect(root / "grading" / "gradebook.db") as database:
        return list(database.iterdump())


def hand_in(root: Path, answer: str = "return x") -> None:
    notebook = nbformat.read(root / "labs" / LAB / f"{LAB}.ipynb", as_version=4)
    [cell] = [cell for cell in notebook.cells if cell.id == "ex1_1-step"]
    assert STUB in cell.source
    cell.source = cell.source.replace(STUB, answer)
    target = root / "grading" / "submitted" / "ada" / LAB / f"{LAB}.ipynb"
    target.parent.mkdir(parents=True)
    nbformat.write(notebook, target)


def edit(root: Path, old: str, new: str) -> None:
    source = root / "solutions" / LAB / f"{LAB}.py"
    source.write_text(source.read_text().replace(old, new))
    build(root)


def test_a_lab_is_entered_once_and_its_release_is_not_touched(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nbgrader_api, "get_alembic_version", SCHEMA.__wrapped__)
    bare = str(Path(shutil.which("env") or "/usr/bin/env").parent)
    monkeypatch.setenv("PATH", bare)  # no environment is active
    before = released(root)
    first = run("1")
    assert (first.exit_code, first.stdout) == (0, f"{LAB}: entered\n"), first.stderr
    entered = tables(root)
    assert any('INSERT INTO "alembic_version"' in line for line in entered)
    second = run("lab01")
    assert second.stdout == f"{LAB}: is in the gradebook already\n"
    assert tables(root) == entered
    assert released(root) == before
    assert os.environ["PATH"] == bare
    assert {path.name for path in (root / "grading").iterdir()} >= {"exchange", "submitted"}


def test_plain_autograde_works_and_its_grades_outlive_a_second_term(root: Path) -> None:
    assert run("1").exit_code == 0
    hand_in(root, "return min(max(x + (0.2 if gradient > 0 else -0.2), 0.0), 1.0)")
    nbgrader(root, "autograde", LAB)
    graded = tables(root)
    with Gradebook(grader_config(root).CourseDirectory.db_url) as gradebook:
        assert gradebook.find_submission(LAB, "ada").score == 3
    assert run("1").stdout == f"{LAB}: is in the gradebook already\n"
    assert tables(root) == graded
    edit(root, '"points": 1}', '"points": 1}\n# a new remark')
    refused = run("1")
    assert refused.exit_code == 2
    assert f"nbgrader db assignment remove {LAB} --force" in refused.stderr
    (root / "solutions" / "lab02_tiny").mkdir()
    (root / "solutions" / "lab02_tiny" / "lab02_tiny.py").write_text(SECOND)
    build(root)
    assert run("1", "2").exit_code == 2
    assert tables(root) == graded
    assert run("2").stdout == "lab02_tiny: entered\n"
    nbgrader(root, "db", "assignment", "remove", LAB, "--force")
    assert run("1").stdout == f"{LAB}: entered\n"


@pytest.mark.parametrize(
    ("old", "new"), [('salt: "2030a"', 'salt: "2030b"'), ("count: 7", "count: 8")]
)
def test_variants_with_another_salt_or_count_are_refused_while_grades_are_there(
    root: Path, old: str, new: str
) -> None:
    (root / "data" / "audits").mkdir(parents=True)
    source = root / "solutions" / LAB / f"{LAB}.py"
    source.write_text(VARIED, encoding="utf-8")
    build(root)
    assert run("1").stdout == f"{LAB}: entered\n"
    hand_in(root)
    with Gradebook(grader_config(root).CourseDirectory.db_url) as gradebook:
        gradebook.add_student("ada")
        gradebook.add_submission(LAB, "ada")
    graded = tables(root)
    changed = source.read_text().replace(old, new)
    source.write_text(changed.replace(*(text.replace(": ", "=") for text in (old, new))))
    build(root)
    refused = run("1")
    assert refused.exit_code == 2
    assert f"nbgrader db assignment remove {LAB} --force" in refused.stderr
    assert tables(root) == graded


def test_a_changed_lab_without_submissions_is_entered_anew(root: Path) -> None:
    run("1")
    edit(root, '"ex1_1-step-test-edges", "points": 1}', '"ex1_1-step-test-corner", "points": 1}')
    assert run("1").stdout == f"{LAB}: entered\n"
    with Gradebook(grader_config(root).CourseDirectory.db_url) as gradebook:
        cells = {cell.name for cell in gradebook.find_notebook(LAB, LAB).grade_cells}
    assert "ex1_1-step-test-corner" in cells
    assert "ex1_1-step-test-edges" not in cells


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        ("nbgrader_config.py", "is missing: restore it"),
        (f"labs/{LAB}/{LAB}.ipynb", "no lab is called"),
        (f"solutions/{LAB}/{LAB}.ipynb", "missing; run `safetylab build lab01_tiny`"),
    ],
)
def test_what_cannot_be_entered_ends_in_a_sentence(root: Path, spoil: str, says: str) -> None:
    (root / spoil).unlink()
    refused = run("1")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert says in refused.stderr
    assert not (root / "grading").exists()


def test_an_error_of_nbgrader_is_a_sentence_and_leaves_no_lab_behind(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nbgrader.preprocessors import ClearSolutions

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("no room")

    monkeypatch.setattr(ClearSolutions, "preprocess", fail)
    monkeypatch.setattr("safetylab.course.build.ready.check", lambda *_: [])
    refused = run("1")
    assert refused.exit_code == 2
    assert f"nbgrader could not enter {LAB}" in refused.stderr
    assert not (root / "grading" / "gradebook.db").exists()
