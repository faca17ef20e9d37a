"""Which cell is which, when a submission's cells have lost their names."""

from __future__ import annotations

import json
from typing import Any

import pytest
from grading import tiny

from safetylab.course.learner.merge import merge
from safetylab.grading import BadSubmission
from safetylab.grading.paper.notebook import read_notebook
from safetylab.grading.paper.rebuild import Rebuilt, rebuild
from safetylab.grading.paper.recognise import BY_PLACE


def rebuilt(content: bytes) -> Rebuilt:
    return rebuild(read_notebook(content, "my.ipynb"), tiny.bundle())


def runs(made: Rebuilt) -> list[str]:
    return [step.source for step in made.steps if step.runs]


def nameless(cells: list[Any]) -> None:
    for number, cell in enumerate(cells):
        cell["metadata"] = {}
        cell["id"] = f"new-{number}"


def test_cells_without_any_name_are_told_by_their_place() -> None:
    made = rebuilt(tiny.submission(tiny.RIGHT, nameless))
    assert runs(made) == runs(rebuilt(tiny.submission(tiny.RIGHT)))
    assert made.notes == (BY_PLACE,)


def test_an_update_reads_what_a_check_reads() -> None:
    merged = merge(tiny.submission(tiny.RIGHT, nameless), tiny.RELEASED, tiny.LAB)
    sources = [cell.source for cell in read_notebook(merged.content, "merged").cells]
    assert tiny.RIGHT["ex1_1-double"] in sources
    assert tiny.RIGHT["ex1_2-mean"] in sources


def test_added_cells_do_not_mislead() -> None:
    def edit(cells: list[Any]) -> None:
        nameless(cells)
        cells.insert(3, tiny.extra("note = 1"))
        cells.insert(0, tiny.extra("import math"))

    made = rebuilt(tiny.submission(tiny.RIGHT, edit))
    assert tiny.RIGHT["ex1_1-double"] in runs(made)
    assert tiny.RIGHT["ex1_2-mean"] in runs(made)
    assert "note = 1" in runs(made)


def test_a_notebook_of_something_else_is_refused() -> None:
    values = {"cells": [tiny.extra(f"x = {number}") for number in range(20)]}
    with pytest.raises(BadSubmission, match="not a copy of lab01_tiny"):
        rebuilt(json.dumps(values).encode())


def test_ids_tell_cells_whose_grade_id_was_changed() -> None:
    def edit(cells: list[Any]) -> None:
        for cell in cells:
            if "nbgrader" in cell["metadata"]:
                cell["metadata"]["nbgrader"]["grade_id"] += "-mine"

    made = rebuilt(tiny.submission(tiny.RIGHT, edit))
    assert runs(made) == runs(rebuilt(tiny.submission(tiny.RIGHT)))
