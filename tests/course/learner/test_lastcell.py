"""The score table in a lab's last cell."""

from __future__ import annotations

import json
import os
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import pytest
from grading import tiny
from nbclient import NotebookClient

from safetylab.course.learner import lastcell
from safetylab.course.learner.lastcell import ELSEWHERE, defined_names, show_score, unsaved_answer
from safetylab.course.learner.scorecard import html, plain_text
from safetylab.grading import Report, Row, Status
from safetylab.grading.paper.notebook import read_notebook
from safetylab.grading.room.kernel import Kernel

REPORT = Report(
    "lab01_<tiny>",
    (
        Row("1.1", "<b>doubling</b>", 0, 2, Status.WRONG, "<script>x</script> & so", "squared"),
        Row("1.2", "mean", 3, 3, Status.RIGHT),
    ),
    ("a <note>",),
)


class Session:
    """A stand-in for a live session: what was run, and what the cell showed."""

    def __init__(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.executed: list[str] = [""]
        self.shown: list[dict[str, str]] = []
        history = SimpleNamespace(input_hist_raw=self.executed)
        shell = SimpleNamespace(user_ns={}, history_manager=history)
        monkeypatch.setattr(lastcell, "_shell", lambda: shell)
        monkeypatch.setattr(lastcell, "_display", lambda: self.shown.append)
        monkeypatch.setenv("JPY_SESSION_NAME", str(path))
        monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
        self.user_ns: dict[str, Any] = shell.user_ns

    def score(self) -> str:
        show_score(tiny.LAB)
        return self.shown[-1]["text/plain"] if self.shown else ""


@pytest.fixture
def saved(tiny_course: Path, tmp_path: Path) -> Path:
    path = tmp_path / "mine.ipynb"
    path.write_bytes(tiny.submission(tiny.RIGHT))
    return path


@pytest.fixture
def session(saved: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    return Session(saved, monkeypatch)


@pytest.mark.slow
def test_a_live_session_shows_progress_then_the_table(session: Session) -> None:
    session.executed += [tiny.RIGHT["ex1_1-double"] + "\n", "show_score('lab01_tiny')"]
    assert "5 of 5 points" in session.score()
    assert session.shown[0]["text/plain"].startswith("checking: 1 of ")
    assert "<caption" in session.shown[-1]["text/html"]


def test_code_that_was_run_and_not_saved_asks_to_save_first(session: Session) -> None:
    session.executed += [tiny.RIGHT["ex1_1-double"], "def double(x): return 7"]
    assert "you last ran for ex1_1-double is not in the saved file" in session.score()
    assert "(Ctrl+S)" in session.score()
    assert "text/html" not in session.shown[-1]


@pytest.mark.parametrize(
    ("executed", "unsaved"),
    [
        ([], ""),
        (["def double(x): return 7", tiny.RIGHT["ex1_1-double"] + "\n\n"], ""),
        ([tiny.RIGHT["ex1_2-mean"], "def mean(v):\n    return 7"], "ex1_2-mean"),
        (["x = double(3)\nprint(mean([x]))", "%timeit double(1)"], ""),
        (["mean = lambda v: 0"], "ex1_2-mean"),
        (["def mean(v:"], "ex1_2-mean"),
    ],
)
def test_the_file_must_hold_what_was_run_last(executed: list[str], unsaved: str) -> None:
    saved = read_notebook(tiny.submission(tiny.RIGHT), "mine.ipynb")
    assert unsaved_answer(saved, executed) == unsaved


def test_code_run_in_another_saved_cell_is_saved() -> None:
    again = "def double(x):\n    return x * 2"
    content = tiny.submission(tiny.RIGHT, lambda cells: cells.append(tiny.extra(again)))
    assert unsaved_answer(read_notebook(content, "mine.ipynb"), [again]) == ""


def test_names_that_code_defines() -> None:
    code = "a, b = 1, 2\nc: int = 3\nd == 4\ne.f = 5\n    g = 6\nclass H: ...\nasync def i(): ..."
    assert defined_names(code) == {"a", "b", "c", "H", "i"}


@pytest.mark.parametrize("mode", ["autograde", "validate"])
def test_nothing_happens_under_grading(
    session: Session, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], mode: str
) -> None:
    monkeypatch.setenv("NBGRADER_EXECUTION", mode)
    assert session.score() == ""
    assert capsys.readouterr().out == ELSEWHERE + "\n"


def test_nothing_happens_outside_a_notebook(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("JPY_SESSION_NAME", "somebody.ipynb")
    show_score(tiny.LAB)
    assert capsys.readouterr().out == ELSEWHERE + "\n"


def test_vs_code_names_the_file_in_its_own_way(
    session: Session, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("JPY_SESSION_NAME")
    assert lastcell.live_notebook() is None
    session.user_ns["__vsc_ipynb_file__"] = str(saved)
    assert lastcell.live_notebook() == saved


@pytest.mark.slow
def test_another_labs_file_is_told_in_a_sentence(session: Session, saved: Path) -> None:
    saved.write_text(json.dumps({"cells": []}))
    assert "could not be computed: this notebook is not a copy of lab01_tiny" in session.score()


def test_a_broken_or_missing_file_is_told_in_a_sentence(session: Session, saved: Path) -> None:
    saved.write_bytes(b"")
    assert session.score().startswith("Your score could not be computed: mine.ipynb is empty")
    saved.unlink()
    assert "is not where it was when its kernel started" in session.score()


def test_any_other_failure_is_told_in_a_sentence(
    session: Session, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for error, says in (
        (ValueError("odd"), "could not be shown: odd"),
        (KeyboardInterrupt(), "Stopp"),
    ):
        monkeypatch.setattr(lastcell, "_outcome", _raiser(error))
        show_score(tiny.LAB)
        assert says in capsys.readouterr().out


def _raiser(error: BaseException) -> Any:
    def fail(*_: object) -> None:
        raise error

    return fail


def test_grading_that_dies_says_where_to_look(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lastcell, "_grading_process", lambda *_: iter([{"done": 1, "total": 2}]))
    assert "`safetylab check lab01_tiny` may say more" in session.score()


@pytest.mark.slow
def test_in_a_real_kernel_that_is_not_live_the_cell_ends_well(tiny_course: Path) -> None:
    code = "from safetylab.course.learner.lastcell import show_score\nshow_score('lab01_tiny')"
    with Kernel(60) as kernel:
        assert kernel.run(code, 30).ename == ""


@pytest.mark.slow
def test_in_a_real_live_kernel_the_table_is_shown(saved: Path) -> None:
    cell = "from safetylab.course.learner.lastcell import show_score; show_score('lab01_tiny')"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell)])
    client = NotebookClient(notebook, kernel_name="python3", timeout=60)
    with client.setup_kernel(env={**os.environ, "JPY_SESSION_NAME": str(saved)}):
        client.execute_cell(notebook.cells[0], 0)
    [output] = notebook.cells[0].outputs
    assert "5 of 5 points" in output["data"]["text/plain"]


class _Page(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.scopes: list[str | None] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == "th":
            self.scopes.append(dict(attrs).get("scope"))

    def handle_data(self, data: str) -> None:
        self.text += data + "\n"


def test_the_table_is_accessible_and_runs_nothing_of_a_learners() -> None:
    page = _Page(html(REPORT))
    assert page.tags.count("caption") == 1
    assert page.scopes == ["col"] * 5 + ["row"] * 2
    assert not {"script", "b", "note", "tiny"} & set(page.tags)
    for words in (
        "<script>x</script> & so [1.1/squared]",
        "\u2717 wrong",
        "\u2713 right",
        "a <note>",
    ):
        assert words in page.text


def test_the_plain_text_says_the_same() -> None:
    text = plain_text(REPORT)
    assert "1.1: <script>x</script> & so [1.1/squared]\n" in text
    assert "3 of 5 points from the checks\nnote: a <note>" in text
    assert "\x1b" not in text
