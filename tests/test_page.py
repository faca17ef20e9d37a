"""What a learner sees around a check, and that it is seen only where a person looks."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbclient import NotebookClient

from safetylab import page
from safetylab.page import Exercise, Strip, box

LAB = "lab01_tiny"
STUB = "def {name}(x):\n    raise NotImplementedError()"
TEST = """\
# Check
@exercise("{number}")
def test_{name}():
    expect({name}(1) == 2, "{name}(1) is 2 <b>", "off-by-one")


test_{name}()
print("{number}: visible checks passed")"""
SETUP = (
    "from safetylab import page\nfrom safetylab.checks import exercise, expect\n\npage.progress(1)"
)


def code(source: str, grade_id: str = "", points: int = 0):
    cell = nbformat.v4.new_code_cell(source)
    if grade_id:
        mark = {"grade_id": grade_id, "grade": points > 0, "solution": points == 0}
        cell.metadata.nbgrader = {**mark, "points": points}
    if points:
        cell.metadata.tags = ["raises-exception"]
    return cell


def written(source: str, grade_id: str = ""):
    cell = nbformat.v4.new_markdown_cell(source)
    if grade_id:
        cell.metadata.nbgrader = {"grade_id": grade_id, "grade": True, "solution": True}
    return cell


def tiny():
    return nbformat.v4.new_notebook(
        cells=[
            code(SETUP),
            written("Text.\n\n## Exercise 1.1: one more (3 points)\n\nMore text."),
            code(STUB.format(name="more"), "ex1_1-more"),
            code(TEST.format(name="more", number="1.1"), "ex1_1-more-test", 2),
            code(STUB.format(name="most"), "ex1_1-most"),
            code(TEST.format(name="most", number="1.1"), "ex1_1-most-test", 1),
            written("## Exercise 1.2: why (2 points)"),
            written("YOUR ANSWER HERE", "ex1_2-why"),
            written("## Exercise 1.10: the last (4 points)"),
            code(STUB.format(name="last"), "ex1_10-last"),
            code(TEST.format(name="last", number="1.10"), "ex1_10-last-test", 4),
        ]
    )


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "labs" / LAB / f"{LAB}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(nbformat.writes(tiny()))
    monkeypatch.setenv("SAFETYLAB_ROOT", str(tmp_path))
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    monkeypatch.setattr(page, "_strip", None)
    return path


def exercises() -> dict[str, Exercise]:
    return dict(page._exercises(json.loads(nbformat.writes(tiny()))["cells"]))


def test_the_released_notebook_says_what_there_is(course):
    assert dict(page._exercises(page._released(1))) == exercises()
    assert exercises() == {
        "1.1": Exercise("one more", {"test_more": 2, "test_most": 1}),
        "1.2": Exercise("why", {}),
        "1.10": Exercise("the last", {"test_last": 4}),
    }


@pytest.mark.parametrize(
    ("said", "states", "summary"),
    [
        ({}, ["open", "to write", "open"], "0 of 7 points · next: exercise 1.1, one more"),
        ({"test_more": True}, ["begun", "to write", "open"], "2 of 7 points · next: exercise 1.1"),
        ({"test_more": True, "test_most": False}, ["not yet", "to write", "open"], "2 of 7 points"),
        (
            {"test_more": True, "test_most": True},
            ["passed", "to write", "open"],
            "3 of 7 points · next: exercise 1.10, the last",
        ),
        (
            {"test_more": True, "test_most": True, "test_last": True, "test_other": True},
            ["passed", "to write", "passed"],
            "7 of 7 points · next: the written answers, then your score",
        ),
    ],
)
def test_the_strip_has_a_sign_and_a_word_for_each_exercise(said, states, summary):
    strip = Strip(1, exercises(), said)
    assert [strip.state(number) for number in exercises()] == states
    assert strip.summary().startswith(summary)
    shown = strip.bundle()
    chips = BeautifulSoup(shown["text/html"], "html.parser").find_all("li")
    assert [chip.text.split(maxsplit=2)[::2] for chip in chips] == [
        [number, state] for number, state in zip(exercises(), states, strict=True)
    ]
    assert all(chip.find("span", attrs={"aria-hidden": "true"}).text for chip in chips)
    assert f"1.1 {states[0]}, 1.2 to write" in shown["text/plain"]


def test_a_box_says_what_is_wrong_and_what_to_do_next():
    shown = box("1.1", "keep <x> & go up [1.1/wrong-sign]")
    html = BeautifulSoup(shown["text/html"], "html.parser")
    assert html.find(role="alert").strong.text == "\N{BALLOT X} Exercise 1.1: not right yet"
    assert html.code.text == "wrong-sign"
    lines = shown["text/plain"].split("\n")
    assert lines[:2] == ["Exercise 1.1: not right yet", "keep <x> & go up"]
    assert all(line in html.text for line in lines)
    assert "wrong-sign" in lines[-1]
    assert "name of this mistake" not in box("1.1", "no [1.1]")["text/plain"]
    begun = box("1.1", "exercise 1.1 is not written yet [1.1/not-started]")["text/plain"]
    assert begun.startswith("Exercise 1.1: not written yet\n")
    assert "not-started" not in begun


def test_nothing_is_shown_outside_of_a_notebook_that_somebody_has_open(course, capsys, monkeypatch):
    monkeypatch.setenv("JPY_SESSION_NAME", "a/lab01_tiny.ipynb")
    page.progress(1)
    page.passed("test_more")
    assert page.failed("test_more", "1.1", "no [1.1]") is False
    assert page._strip is None
    assert capsys.readouterr() == ("", "")


def test_an_open_notebook_is_told_from_every_other_place(monkeypatch):
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    monkeypatch.setenv("JPY_SESSION_NAME", "a/lab01.ipynb")
    shell = SimpleNamespace(user_ns={})
    assert page.opened(shell) == Path("a/lab01.ipynb")
    assert page.opened(None) is None
    monkeypatch.setenv("JPY_SESSION_NAME", "a console")
    assert page.opened(shell) is None
    assert page.opened(SimpleNamespace(user_ns={"__vsc_ipynb_file__": "/b.ipynb"})) is not None
    monkeypatch.setenv("JPY_SESSION_NAME", "a/lab01.ipynb")
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    assert page.opened(shell) is None


@pytest.mark.parametrize("broken", ["", "{}", '{"cells": 1}', None])
def test_a_lab_that_is_not_there_or_broken_shows_no_strip(course, broken):
    course.unlink() if broken is None else course.write_text(broken)
    assert page._released(1) == []
    assert page._released(2) == []


def run(folder: Path, *changes: tuple[int, str]) -> list[list[dict]]:
    """Run the tiny lab, some cells in another wording, and return the outputs of each cell."""
    notebook = tiny()
    for index, source in changes:
        notebook.cells[index].source = source
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(folder)}}).execute()
    return [cell.get("outputs", []) for cell in notebook.cells]


def kinds(outputs: list[dict]) -> list[str]:
    return [one.output_type for one in outputs]


RIGHT = "def more(x):\n    return x + 1"
WRONG = "def most(x):\n    return x"
RAISES = "def last(x):\n    return x / 0"
CHANGES = ((2, RIGHT), (4, WRONG), (9, RAISES))


@pytest.mark.slow
def test_in_an_open_notebook_a_check_shows_box_error_and_strip(course, monkeypatch):
    monkeypatch.setenv("JPY_SESSION_NAME", str(course))
    outputs = run(course.parent, *CHANGES)
    top, right, wrong, raised = (outputs[index] for index in (0, 3, 5, 10))
    assert kinds(top) == ["display_data"]
    assert kinds(right) == ["stream", "display_data"]
    assert right[0].text == "1.1: visible checks passed\n"
    assert right[1].data["text/plain"] == "", "the strip has gone on to the next check"
    assert kinds(wrong) == ["display_data", "error", "display_data"]
    assert "most(1) is 2 &lt;b&gt;" in wrong[0].data["text/html"]
    assert wrong[1].evalue == "most(1) is 2 <b> [1.1/off-by-one]"
    assert len(wrong[1].traceback) == 1
    assert "/off-by-one" not in wrong[1].traceback[0]
    assert kinds(raised) == ["error", "display_data"]
    trace = "\n".join(raised[0].traceback)
    assert "ZeroDivisionError" in trace
    assert "checks.py" not in trace
    states = "1.1 not yet, 1.2 to write, 1.10 not yet"
    for strip in (top[0], raised[-1]):
        assert states in strip.data["text/plain"]
    assert not any("stderr" in str(one) for cell in outputs for one in cell)


@pytest.mark.slow
@pytest.mark.parametrize("setting", [{}, {"NBGRADER_EXECUTION": "autograde"}])
def test_grading_and_nbconvert_see_nothing_of_it(course, monkeypatch, setting):
    monkeypatch.setenv("JPY_SESSION_NAME", str(course) if setting else "")
    for name, value in setting.items():
        monkeypatch.setenv(name, value)
    outputs = run(course.parent, *CHANGES)
    assert [kinds(outputs[index]) for index in (0, 3, 5, 10)] == [
        [],
        ["stream"],
        ["error"],
        ["error"],
    ]
    [wrong] = outputs[5]
    assert wrong.evalue == "most(1) is 2 <b> [1.1/off-by-one]"
    assert "most(1) is 2 <b> [1.1/off-by-one]" in wrong.traceback[0]
