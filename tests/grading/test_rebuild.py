"""What is run, in which order, and what the notes say; no kernel."""

from __future__ import annotations

import json
from typing import Any

import pytest
from grading import tiny

from safetylab.grading import BadSubmission
from safetylab.grading.paper.notebook import read_notebook
from safetylab.grading.paper.rebuild import Rebuilt, older_copy, rebuild


def rebuilt(content: bytes, hidden: bool = True) -> Rebuilt:
    return rebuild(read_notebook(content, "my.ipynb"), tiny.bundle(hidden))


def sources(made: Rebuilt) -> list[str]:
    return [step.source for step in made.steps if step.runs]


def test_the_hidden_tests_come_from_the_instructor_and_the_answers_from_the_learner() -> None:
    made = rebuilt(tiny.submission(tiny.RIGHT))
    assert sources(made)[2] == tiny.RIGHT["ex1_1-double"]
    assert any("oracle_double(10)" in source for source in sources(made))
    assert not any("SOLUTION" in source for source in sources(made))


def test_without_an_instructor_nothing_is_hidden() -> None:
    assert not any("oracle" in source for source in sources(rebuilt(tiny.RELEASED, hidden=False)))


def test_cells_that_lost_their_metadata_are_known_by_id() -> None:
    def edit(cells: list[Any]) -> None:
        for cell in cells:
            cell["metadata"] = {}

    assert rebuilt(tiny.submission(tiny.RIGHT, edit)) == rebuilt(tiny.submission(tiny.RIGHT))


def test_points_and_order_of_a_submission_are_not_believed() -> None:
    def edit(cells: list[Any]) -> None:
        for cell in cells:
            cell["metadata"].get("nbgrader", {})["points"] = 99
        cells.reverse()

    made, honest = rebuilt(tiny.submission(tiny.RIGHT, edit)), rebuilt(tiny.submission(tiny.RIGHT))
    assert [step.cell for step in made.steps] == [step.cell for step in honest.steps]


def test_an_added_cell_that_calls_itself_a_test_gives_no_points() -> None:
    fake = tiny.extra("pass") | {"metadata": {"nbgrader": {"grade": True, "points": 99}}}
    made = rebuilt(tiny.submission({}, lambda cells: cells.append(fake)))
    assert sum(step.cell.points for step in made.steps if step.cell.is_test) == 5


def test_an_answer_cell_that_became_text_is_still_an_answer() -> None:
    def edit(cells: list[Any]) -> None:
        cells[tiny.at(cells, "ex1_1-double")]["cell_type"] = "markdown"

    made = rebuilt(tiny.submission(tiny.RIGHT, edit))
    assert tiny.RIGHT["ex1_1-double"] in sources(made)
    assert made.notes == ("the answer cell ex1_1-double had become markdown: it was read as code",)


def test_text_that_became_code_runs_and_code_that_became_text_does_not() -> None:
    def edit(cells: list[Any]) -> None:
        cells[tiny.at(cells, "exercise-1-1")] |= {"cell_type": "code", "source": "helper = 1"}
        cells[tiny.at(cells, "scale")] |= {"cell_type": "markdown", "source": "My notes."}

    ran = sources(rebuilt(tiny.submission(tiny.RIGHT, edit)))
    assert ran.index("helper = 1") < ran.index(tiny.RIGHT["ex1_1-double"])
    assert "My notes." not in ran


def test_trailing_spaces_are_no_edit() -> None:
    def edit(cells: list[Any]) -> None:
        for cell in cells:
            cell["source"] = "\n" + "".join(cell["source"]).replace("\n", "  \n") + "\n"

    assert rebuilt(tiny.submission({}, edit)).notes == ()


def test_an_older_copy_gets_one_note_and_none_about_what_the_lab_changed_since() -> None:
    values = json.loads(tiny.RELEASED)
    values["metadata"]["safetylab"]["source_sha"] = "older"
    values["cells"][tiny.at(values["cells"], "ex1_1-double-test")]["source"] = "old test"
    assert rebuilt(json.dumps(values).encode()).notes == (older_copy(tiny.LAB),)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("ex2_1-poison", "not a copy of lab01_tiny: its exercises are 2.1"),
        ("setup", "it has none of its exercises"),
    ],
)
def test_another_labs_notebook_is_refused(name: str, says: str) -> None:
    cell = tiny.extra("x = 1") | {"metadata": {"nbgrader": {"grade_id": name}}}
    with pytest.raises(BadSubmission, match=says):
        rebuilt(json.dumps({"cells": [cell]}).encode())
