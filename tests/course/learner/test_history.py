"""Reset and update: whatever happens, what a learner saved is still in work/."""

from __future__ import annotations

import codecs
import json
import os
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import nbformat
import pytest
from grading import tiny
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from typer.testing import CliRunner, Result

from safetylab.course import cli
from safetylab.course.learner import history, workspace
from safetylab.course.learner.evidence import evidence_file, fingerprint, read_evidence, record
from safetylab.course.learner.history import KEPT, Change, remember, reset, update
from safetylab.course.learner.merge import merge
from safetylab.course.learner.workspace import (
    copy_missing,
    learner_notebook,
    older_copies,
    work_dir,
)
from safetylab.course.paths import CourseError, lab_notebook
from safetylab.grading import Report, Row, Status

HISTORIES, STEPS = 200, 15
NOON = datetime(2026, 11, 24, 10, 15)
ANSWERS = ("ex1_1-double", "ex1_2-predict", "ex1_2-mean", "ex1_3-why", "ex1_4-new")
REPORT = Report(tiny.LAB, (Row("1.1", "doubling", 1, 2, Status.PARTLY),))


def run(*arguments: str) -> Result:
    return CliRunner(env={"COLUMNS": "100"}).invoke(cli.app, arguments)


def newer(change: Callable[[Any], None] = lambda _: None, sha: str = "newer") -> bytes:
    """A later version of the tiny lab."""
    notebook = tiny.instructor()
    notebook.metadata["safetylab"]["source_sha"] = sha
    change(notebook.cells)
    return tiny.to_bytes(tiny.release(notebook))


def without(*names: str) -> Callable[[Any], None]:
    def change(cells: Any) -> None:
        cells[:] = [cell for cell in cells if cell["id"] not in names]

    return change


def sources(content: bytes) -> dict[str, str]:
    return {cell["id"]: "".join(cell["source"]) for cell in json.loads(content)["cells"]}


def in_work(root: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in work_dir(root).rglob("*") if path.is_file()}


class Learner(RuleBasedStateMachine):
    """A learner, a teacher who publishes newer labs, a full disk, and our commands."""

    def __init__(self) -> None:
        super().__init__()
        os.environ.pop("SAFETYLAB_WORK", None)
        self.folder = tempfile.TemporaryDirectory()
        self.root = Path(self.folder.name)
        self.copy = work_dir(self.root) / tiny.LAB / f"{tiny.LAB}.ipynb"
        self.saved: list[str] = []
        self.kept: dict[Path, bytes] = {}
        self.version = self.renamed = 0
        self.clock = patch.object(history, "_now", lambda: NOON)
        self.clock.start()

    def teardown(self) -> None:
        self.clock.stop()
        self.folder.cleanup()

    @initialize()
    def publish(self) -> None:
        released = lab_notebook(self.root, tiny.LAB)
        released.parent.mkdir(parents=True)
        released.write_bytes(tiny.RELEASED)
        self.start()

    def line(self) -> str:
        self.saved.append(f"saved-{len(self.saved):03d}-by-the-learner")
        return self.saved[-1]

    def is_notebook(self) -> bool:
        try:
            return bool(json.loads(self.copy.read_text(encoding="utf-8-sig"))["cells"])
        except (OSError, ValueError, KeyError):
            return False

    def save(self, change: Callable[[list[Any]], None]) -> None:
        """Save over the copy in place, as JupyterLab does."""
        notebook = json.loads(self.copy.read_text(encoding="utf-8-sig"))
        change(notebook["cells"])
        self.copy.write_text(json.dumps(notebook))

    @precondition(is_notebook)
    @rule(name=st.sampled_from([*ANSWERS, "tiny", "scale", "a-demo"]))
    def write(self, name: str) -> None:
        def change(cells: list[Any]) -> None:
            for cell in cells:
                if cell["id"] == name:
                    cell["source"] = "".join(cell["source"]) + f"\n# {self.line()}"

        self.save(change)

    @precondition(is_notebook)
    @rule(data=st.data(), kind=st.sampled_from(["code", "markdown"]))
    def add_a_cell(self, data: st.DataObject, kind: str) -> None:
        def change(cells: list[Any]) -> None:
            place = data.draw(st.integers(0, len(cells)))
            new = {"cell_type": kind, "metadata": {}, "source": f"# {self.line()}"}
            cells.insert(place, new | {"id": f"own{len(self.saved)}"})

        self.save(change)

    @precondition(is_notebook)
    @rule(name=st.sampled_from(ANSWERS))
    def paste_a_second_answer(self, name: str) -> None:
        def change(cells: list[Any]) -> None:
            for cell in [cell for cell in cells if cell["id"] == name]:
                cells.append({**cell, "id": f"pasted{len(self.saved)}", "source": self.line()})

        self.save(change)

    @precondition(is_notebook)
    @rule(name=st.sampled_from(["setup-imports", "ex1_1-double-test", "exercise-1-2"]))
    def delete_a_cell_of_the_lab(self, name: str) -> None:
        self.save(lambda cells: without(name)(cells))

    @precondition(lambda self: self.copy.is_file())
    @rule(how=st.sampled_from(["cut", "conflict", "bom", "text"]))
    def damage_the_file(self, how: str) -> None:
        content = self.copy.read_bytes()
        if how == "cut":
            content = content.rstrip(b"}\n")
        elif how == "conflict":
            content = b"<<<<<<< mine\n" + content
        elif how == "bom":
            content = codecs.BOM_UTF8 + content.removeprefix(codecs.BOM_UTF8)
        else:
            content += self.line().encode()
        self.copy.write_bytes(content)

    @precondition(lambda self: self.copy.is_file())
    @rule()
    def rename_the_copy(self) -> None:
        self.renamed += 1
        self.copy.rename(self.copy.with_name(f"mine-{self.renamed}.ipynb"))

    @rule(removed=st.sampled_from(["", *ANSWERS]), stub=st.booleans(), exercise=st.booleans())
    def publish_a_newer_lab(self, removed: str, stub: bool, exercise: bool) -> None:
        def change(cells: Any) -> None:
            without(removed)(cells)
            if stub:
                cells[0]["source"] += f"\nversion {self.version}"
                cells[4]["source"] = f"# version {self.version}\n{cells[4]['source']}"
            if exercise:
                cells.append(nbformat.v4.new_markdown_cell("## Exercise 1.4: new", id="e-1-4"))
                cells.append(tiny.code("ex1_4-new", tiny.PREDICT, solution=True))

        self.version += 1
        lab_notebook(self.root, tiny.LAB).write_bytes(newer(change, f"v{self.version}"))

    @rule()
    def start(self) -> None:
        copy_missing(self.root)
        remember(self.root)

    @rule()
    def reset(self) -> None:
        history.reset(self.root, tiny.LAB)
        assert self.copy.read_bytes() == lab_notebook(self.root, tiny.LAB).read_bytes()

    @rule()
    def update(self) -> None:
        before = self.copy.read_bytes() if self.copy.is_file() else b""
        try:
            done = history.update(self.root, tiny.LAB)
        except CourseError:
            assert not self.is_notebook() or before != self.copy.read_bytes()
            return
        after = self.copy.read_bytes()
        if done is None:
            assert after == before
            return
        nbformat.validate(nbformat.reads(after.decode(), as_version=4))
        assert older_copies(self.root) == []
        assert {line for line in self.saved if line.encode() in before} <= {
            line for line in self.saved if line.encode() in after
        }

    @rule(
        command=st.sampled_from([history.reset, history.update]),
        where=st.sampled_from(["write", "publish"]),
    )
    def run_out_of_disk(self, command: Any, where: str) -> None:
        before = in_work(self.root)
        full = OSError(28, "No space left on device")
        broken = (
            patch.object(workspace.os, "fsync", side_effect=full)
            if where == "write"
            else patch.object(history, "publish", _full_once(full))
        )
        with broken:
            try:
                command(self.root, tiny.LAB)
            except CourseError:
                assert in_work(self.root) == before

    @rule(broken=st.booleans())
    def record_evidence(self, broken: bool) -> None:
        had = len(read_evidence(self.root)[0])
        if broken:
            evidence_file(self.root).parent.mkdir(parents=True, exist_ok=True)
            with evidence_file(self.root).open("ab") as file:
                file.write(f'{{"half": "{self.line()}'.encode())
        record(self.root, REPORT, fingerprint(b""))
        assert len(read_evidence(self.root)[0]) == had + 1

    @invariant()
    def every_saved_line_is_still_there(self) -> None:
        everything = b"".join(in_work(self.root).values())
        assert [line for line in self.saved if line.encode() not in everything] == []

    @invariant()
    def no_kept_copy_ever_changes_and_no_half_file_stays(self) -> None:
        now = in_work(self.root)
        assert {path: now.get(path) for path in self.kept} == self.kept
        self.kept = {path: content for path, content in now.items() if path.parent.name == KEPT}
        assert not [path for path in now if path.name.startswith(".copying-")]


def _full_once(error: OSError) -> Callable[[Path, Path], bool]:
    """A `publish` that fails for the first file, and works for what is put back."""
    left = [error]

    def publish(half: Path, target: Path) -> bool:
        if left:
            raise left.pop()
        return workspace.publish(half, target)

    return publish


TestHistories = Learner.TestCase
TestHistories.settings = settings(
    max_examples=HISTORIES,
    stateful_step_count=STEPS,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def copied(tiny_course: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(history, "_now", lambda: NOON)
    copy_missing(tiny_course)
    return learner_notebook(tiny_course, tiny.LAB)


def release(root: Path, change: Callable[[Any], None] = lambda _: None) -> None:
    lab_notebook(root, tiny.LAB).write_bytes(newer(change))


def test_reset_keeps_what_was_there_and_says_where(tiny_course: Path, copied: Path) -> None:
    copied.write_text("mine")
    shown = run("reset", "1")
    kept = copied.parent / KEPT / f"{tiny.LAB}.2026-11-24T101500.ipynb"
    assert (shown.exit_code, copied.read_bytes(), kept.read_text()) == (0, tiny.RELEASED, "mine")
    assert str(kept) in shown.stdout
    assert "Reload Notebook from Disk" in shown.stdout


def test_two_resets_within_a_second_keep_both(tiny_course: Path, copied: Path) -> None:
    for text in ("one", "two", ""):
        copied.write_text(text)
        reset(tiny_course, tiny.LAB)
    kept = list((copied.parent / KEPT).iterdir())
    assert len(kept) == 3
    assert {path.read_text() for path in kept} == {"one", "two", ""}


def test_reset_of_a_lab_without_a_copy_makes_one(tiny_course: Path) -> None:
    shown = run("reset", tiny.LAB)
    assert "there was no copy: a blank one is in" in shown.stdout
    assert learner_notebook(tiny_course, tiny.LAB).read_bytes() == tiny.RELEASED


@pytest.mark.parametrize("command", ["reset", "update", "progress", "doctor"])
def test_every_help_shows_an_example(command: str) -> None:
    shown = run(command, "--help")
    assert shown.exit_code == 0
    assert f"Example: safetylab {command}" in shown.stdout


@pytest.mark.parametrize("command", ["reset", "update"])
@pytest.mark.parametrize(
    ("place", "error"),
    [
        (
            "safetylab.course.learner.workspace.tempfile.mkstemp",
            PermissionError(13, "Permission denied"),
        ),
        ("safetylab.course.learner.workspace.os.fsync", OSError(28, "No space left on device")),
        ("pathlib.Path.replace", PermissionError(13, "Permission denied")),
        ("pathlib.Path.mkdir", OSError(30, "Read-only file system")),
    ],
)
def test_what_cannot_be_written_changes_nothing(
    tiny_course: Path,
    copied: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    place: str,
    error: OSError,
) -> None:
    copied.write_bytes(tiny.submission(tiny.RIGHT))
    release(tiny_course)
    before = in_work(tiny_course)
    with monkeypatch.context() as patched:
        patched.setattr(place, _raiser(error))
        shown = run(command, "1")
    assert (shown.exit_code, shown.stdout, shown.stderr.count("\n")) == (2, "", 1)
    assert str(error.strerror) in shown.stderr
    assert "nothing was changed" in shown.stderr
    assert in_work(tiny_course) == before


def _raiser(error: BaseException) -> Callable[..., Any]:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


def test_an_interrupt_puts_the_copy_back(
    tiny_course: Path, copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied.write_text("mine")
    monkeypatch.setattr(history, "publish", _full_once(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        reset(tiny_course, tiny.LAB)
    assert in_work(tiny_course) == {copied: b"mine"}


def test_what_is_saved_during_an_update_is_kept(
    tiny_course: Path, copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def meanwhile(*arguments: Any) -> Any:
        copied.write_bytes(saved)
        return merge(*arguments)

    saved = tiny.submission(tiny.RIGHT)
    release(tiny_course)
    monkeypatch.setattr(history, "merge", meanwhile)
    with pytest.raises(CourseError, match="was saved meanwhile"):
        update(tiny_course, tiny.LAB)
    assert in_work(tiny_course) == {copied: saved}


def test_what_appears_during_a_reset_is_kept(
    tiny_course: Path, copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def faster(half: Path, target: Path) -> bool:
        if not target.exists():
            target.write_text("saved just now")
        return workspace.publish(half, target)

    copied.write_text("mine")
    monkeypatch.setattr(history, "publish", faster)
    with pytest.raises(CourseError, match="was saved meanwhile"):
        reset(tiny_course, tiny.LAB)
    assert sorted(in_work(tiny_course).values()) == [b"mine", b"saved just now"]


def test_a_link_is_not_moved(tiny_course: Path, copied: Path, tmp_path: Path) -> None:
    copied.rename(tmp_path / "elsewhere.ipynb")
    copied.symlink_to(tmp_path / "elsewhere.ipynb")
    assert "is not a file of its own" in run("reset", "1").stderr
    assert copied.is_symlink()


@pytest.mark.parametrize("content", [b"", b"{", b"<<<<<<< mine\n{}", b"[]", b'{"cells": []}'])
def test_update_of_a_broken_file_names_reset(
    tiny_course: Path, copied: Path, content: bytes
) -> None:
    copied.write_bytes(content)
    shown = run("update", "1")
    assert (shown.exit_code, shown.stderr.count("\n")) == (2, 1)
    assert f"`safetylab reset {tiny.LAB}`" in shown.stderr
    assert in_work(tiny_course) == {copied: content}


def test_update_of_a_lab_without_a_copy_names_start(tiny_course: Path) -> None:
    shown = run("update", "1")
    assert shown.exit_code == 2
    assert "run `safetylab start`" in shown.stderr


def test_an_update_of_a_fresh_copy_does_nothing(tiny_course: Path, copied: Path) -> None:
    copied.write_bytes(tiny.submission(tiny.RIGHT))
    before = in_work(tiny_course)
    assert "your copy is up to date; nothing was changed" in run("update", "1").stdout
    assert in_work(tiny_course) == before


def updated(tiny_course: Path, copied: Path, mine: bytes) -> tuple[dict[str, str], Change]:
    copied.write_bytes(mine)
    done = update(tiny_course, tiny.LAB)
    assert done is not None
    assert done.kept is not None
    assert done.kept.read_bytes() == mine
    nbformat.validate(nbformat.reads(copied.read_text(), as_version=4))
    return sources(copied.read_bytes()), done


def test_answers_predictions_and_own_cells_are_moved(tiny_course: Path, copied: Path) -> None:
    def mine(cells: list[Any]) -> None:
        note = {"cell_type": "markdown", "id": "my-note", "metadata": {}, "source": "a note"}
        picture = {"image.png": {"image/png": "aGk="}}
        cells[tiny.at(cells, "ex1_3-why")]["attachments"] = picture
        cells.insert(tiny.at(cells, "ex1_1-double"), note)
        cells.append({**tiny.extra("helper = 1"), "id": "my-code", "execution_count": 7})

    def new_text(cells: Any) -> None:
        cells[tiny.at(cells, "tiny")]["source"] = "# Tiny, better"

    release(tiny_course, new_text)
    answers = {**tiny.RIGHT, "ex1_2-predict": "guess = 5"}
    found, done = updated(tiny_course, copied, tiny.submission(answers, mine))
    assert {name: found[name] for name in answers} == answers
    names = list(found)
    assert names[names.index("my-note") + 1] == "ex1_1-double"
    assert names[-1] == "my-code"
    assert found["tiny"] == "# Tiny, better"
    assert f"moved: {', '.join(sorted(answers, key=names.index))}" in done.notes
    assert "cells of your own that were moved: 2" in done.notes
    cells = json.loads(copied.read_bytes())["cells"]
    assert "image.png" in cells[tiny.at(cells, "ex1_3-why")]["attachments"]
    assert cells[-1]["execution_count"] == 7


def test_an_answer_without_a_place_stands_at_the_end(tiny_course: Path, copied: Path) -> None:
    release(tiny_course, without("ex1_2-mean", "ex1_3-why"))
    found, done = updated(tiny_course, copied, tiny.submission(tiny.RIGHT))
    assert list(found)[-4::2] == ["from-ex1_2-mean", "from-ex1_3-why"]
    assert list(found.values())[-3::2] == [tiny.RIGHT["ex1_2-mean"], tiny.RIGHT["ex1_3-why"]]
    assert "`ex1_2-mean`" in found["from-ex1_2-mean"]
    assert any(note.startswith("ex1_2-mean: the newer lab has no such") for note in done.notes)
    cells = json.loads(copied.read_bytes())["cells"]
    assert "nbgrader" not in cells[-1]["metadata"]


def test_an_answer_that_was_not_begun_gets_the_newer_stub(tiny_course: Path, copied: Path) -> None:
    def better(cells: Any) -> None:
        cells[tiny.at(cells, "ex1_1-double")]["source"] = tiny.DOUBLE.strip().replace("x", "value")

    release(tiny_course, better)
    found, done = updated(tiny_course, copied, tiny.RELEASED)
    assert found["ex1_1-double"].startswith("def double(value)")
    assert done.notes == ("there was no answer to move",)


def test_an_answer_whose_stub_changed_is_kept_and_told(tiny_course: Path, copied: Path) -> None:
    def better(cells: Any) -> None:
        cells[tiny.at(cells, "ex1_1-double")]["source"] = tiny.DOUBLE.strip().replace("x", "value")

    remember(tiny_course)
    release(tiny_course, better)
    found, done = updated(tiny_course, copied, tiny.submission(tiny.RIGHT))
    assert found["ex1_1-double"] == tiny.RIGHT["ex1_1-double"]
    assert any(note.startswith("ex1_1-double: the lab changed") for note in done.notes)


def test_what_a_learner_wrote_in_the_labs_own_cells(tiny_course: Path, copied: Path) -> None:
    def mine(cells: list[Any]) -> None:
        for name in ("tiny", "a-demo", "ex1_1-double-test"):
            cells[tiny.at(cells, name)]["source"] += "\n# mine"

    remember(tiny_course)
    release(tiny_course)
    found, done = updated(tiny_course, copied, tiny.submission(tiny.RIGHT, mine))
    assert (found["tiny"], found["tiny-2"]) == ("# Tiny", "# Tiny\n# mine")
    assert found["a-demo"] == "raise RuntimeError\n# mine"
    assert "# mine" not in found["ex1_1-double-test"]
    assert any(note.startswith("ex1_1-double-test: you had changed") for note in done.notes)


def test_without_the_older_lab_at_hand_nothing_a_learner_may_have_written_goes_unsaid(
    tiny_course: Path, copied: Path
) -> None:
    def mine(cells: list[Any]) -> None:
        for name in ("tiny", "scale"):
            cells[tiny.at(cells, name)]["source"] += "\n# mine"

    release(tiny_course)
    found, done = updated(tiny_course, copied, tiny.submission(tiny.RIGHT, mine))
    assert (found["scale"], found["scale-2"]) == ("scale = 1", "scale = 1\n# mine")
    assert done.notes[-1] == "texts of the lab that differ, in case you wrote in one: 1"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "latin-1"])
def test_a_file_in_an_odd_encoding_is_updated(
    tiny_course: Path, copied: Path, encoding: str
) -> None:
    release(tiny_course)
    text = json.dumps(json.loads(tiny.submission({"ex1_3-why": "caf\u00e9"})), ensure_ascii=False)
    found, _ = updated(tiny_course, copied, text.encode(encoding))
    assert found["ex1_3-why"] == "caf\u00e9"


def test_damaged_metadata_and_outputs_do_not_stop_an_update(
    tiny_course: Path, copied: Path
) -> None:
    def mine(cells: list[Any]) -> None:
        cells[tiny.at(cells, "ex1_1-double")].update(outputs="odd", execution_count="1")
        cells[tiny.at(cells, "ex1_2-mean")]["metadata"] = None
        cells.append({"cell_type": "code", "id": "a b", "source": "own = 1", "metadata": []})
        cells.append({"cell_type": "code", "source": "own = 2"})

    release(tiny_course)
    found, _ = updated(tiny_course, copied, tiny.submission(tiny.RIGHT, mine))
    assert {name: found[name] for name in tiny.RIGHT} == tiny.RIGHT
    assert list(found.values())[-2:] == ["own = 1", "own = 2"]


def test_an_update_twice_changes_nothing_more(tiny_course: Path, copied: Path) -> None:
    release(tiny_course, without("ex1_2-mean"))
    updated(tiny_course, copied, tiny.submission(tiny.RIGHT))
    assert update(tiny_course, tiny.LAB) is None
    lab_notebook(tiny_course, tiny.LAB).write_bytes(newer(sha="newest"))
    found, _ = updated(tiny_course, copied, copied.read_bytes())
    assert found["ex1_2-mean"] == tiny.RIGHT["ex1_2-mean"]
    assert list(found.values()).count(tiny.RIGHT["ex1_2-mean"]) == 1


def test_what_is_remembered_of_a_release_must_be_that_release(
    tiny_course: Path, copied: Path
) -> None:
    remember(tiny_course)
    [path] = (work_dir(tiny_course) / ".safetylab" / "released").iterdir()
    path.write_bytes(b"{")
    release(tiny_course)
    found, _ = updated(tiny_course, copied, tiny.submission(tiny.RIGHT))
    assert {name: found[name] for name in tiny.RIGHT} == tiny.RIGHT


def test_start_names_the_command_for_an_older_copy(
    tiny_course: Path, copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release(tiny_course)
    monkeypatch.setattr(cli, "jupyter_command", lambda *_: (["true"], {}))
    assert f"`safetylab update {tiny.LAB}`" in run("start").stdout
