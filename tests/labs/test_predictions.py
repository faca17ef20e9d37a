"""A learner who is asked for a prediction is told what to call it: later cells print it."""

from __future__ import annotations

import ast
import json

import pytest
from execute import LABS, ROOT


def cells(folder: str, lab: str) -> list[dict]:
    return json.loads((ROOT / folder / lab / f"{lab}.ipynb").read_text())["cells"]


def is_prediction(cell: dict) -> bool:
    return cell["metadata"].get("nbgrader", {}).get("grade_id", "").endswith("-predict")


def assigned(source: str) -> set[str]:
    return {name.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Assign)
            for name in node.targets if isinstance(name, ast.Name)}  # fmt: skip


@pytest.mark.parametrize("lab", LABS)
def test_a_released_prediction_names_its_variable(lab: str) -> None:
    solved = [cell for cell in cells("solutions", lab) if is_prediction(cell)]
    blank = cells("labs", lab)
    places = [place for place, cell in enumerate(blank) if is_prediction(cell)]
    assert len(places) == len(solved)
    assert solved, "each lab asks for a prediction"
    for place, answer in zip(places, solved, strict=True):
        told = "".join([*blank[place - 1]["source"], *blank[place]["source"]])
        missing = [name for name in assigned("".join(answer["source"])) if name not in told]
        assert not missing, f"{answer['metadata']['nbgrader']['grade_id']} does not tell {missing}"
