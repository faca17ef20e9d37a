"""Predictions of the labs: a stub that names its variable, and an outcome that the lab shows."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from functools import cache

import pytest
from execute import LABS, ROOT, executed

from safetylab.course.build.predict import Item, asked
from safetylab.course.build.predict_rules import foretelling
from safetylab.course.build.source import Cell, read_lab

IN_LAB = [pytest.param(lab, marks=pytest.mark.xdist_group(lab)) for lab in LABS]


@cache
def cells(lab: str) -> list[Cell]:
    """The cells that ask for a prediction."""
    return foretelling(read_lab(ROOT, lab))


def described(lab: str) -> Iterator[tuple[str, Item, bool]]:
    """Each prediction, the id of its cell, and whether it has points."""
    for cell in cells(lab):
        made = asked(str(cell.metadata["predict"]["description"]))
        yield from ((cell.id, item, made.graded) for item in made.items)


@pytest.mark.parametrize("lab", LABS)
def test_a_released_prediction_names_its_variable_and_holds_none(lab: str) -> None:
    text = (ROOT / "labs" / lab / f"{lab}.ipynb").read_text()
    released = {cell["id"]: "".join(cell["source"]) for cell in json.loads(text)["cells"]}
    assert cells(lab), "each lab asks for a prediction"
    for name, item, _ in described(lab):
        lines = released[name].split("\n")
        assert [line for line in lines if line.startswith(f"{item.name} = ...")], name
        assert [line for line in lines if line.startswith(f"{item.name} = predictions.")], name
        assert str(item.raw.get("seen")) not in text


@pytest.mark.parametrize("lab", LABS)
def test_an_ungraded_prediction_says_what_comes_out_and_where_it_is_seen(lab: str) -> None:
    for name, item, graded in described(lab):
        assert graded or {"outcome", "seen"} <= set(item.raw), (name, item.name)
        ends = {"low", "high"} <= set(item.raw)
        assert item.form.kind != "number" or ends or "tolerance" in item.raw, (name, item.name)


@pytest.mark.parametrize("lab", LABS)
def test_later_cells_only_print_a_prediction_so_that_none_yet_stops_nothing(lab: str) -> None:
    names = {item.name for _, item, graded in described(lab) if not graded}
    others = [cell for cell in read_lab(ROOT, lab).cells if cell.role not in ("predict", "test")]
    for cell in (cell for cell in others if cell.kind == "code"):
        printed = {id(one) for text in ast.walk(cell.tree) if isinstance(text, ast.JoinedStr)
                   for one in ast.walk(text)}  # fmt: skip
        bare = {one.id for one in ast.walk(cell.tree) if isinstance(one, ast.Name)
                and isinstance(one.ctx, ast.Load) and id(one) not in printed}  # fmt: skip
        assert not names & bare, (cell.id, names & bare)


@pytest.mark.slow
@pytest.mark.parametrize("lab", IN_LAB)
def test_the_lab_shows_the_outcome_after_the_prediction(lab: str) -> None:
    notebook, _ = executed(lab)
    ids = [cell.id for cell in notebook.cells]
    for name, item, _ in described(lab):
        if "outcome" in item.raw:
            after = [cell for cell in notebook.cells[ids.index(name) + 1 :] if cell.get("outputs")]
            said = "\n".join("\n".join(["", *texts(cell)]) for cell in after)
            found = re.search(str(item.raw["seen"]), said)
            assert found, (name, item.name, "is not seen")
            if found.groups():
                assert float(found[1]) == pytest.approx(item.raw["outcome"], abs=slack(item)), name


def texts(cell: object) -> list[str]:
    """What a cell printed."""
    return ["".join(one.text) for one in cell.outputs if one.output_type == "stream"]


def slack(item: Item) -> float:
    """Half of what counts as near: another machine may print another last digit."""
    if "tolerance" in item.raw:
        return item.raw["tolerance"] / 2
    return (item.raw["high"] - item.raw["low"]) / 20
