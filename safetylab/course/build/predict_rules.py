"""Rules on predictions: each is described, its variable is set, and what judges it is out of sight.

A judged prediction may stand before no cell that prints its truth. What a machine can check of
that: the truth hangs on a name that only hidden cells define, and no cell in view reads the
learner's variable, as those do that say "you said ..., it is ...".
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from safetylab.course.build.names import bound, used
from safetylab.course.build.predict import Asked, Item, asked
from safetylab.course.build.source import Cell, Lab, Problem
from safetylab.predictions import NotAPrediction

_TODO = 'begin the cell with PREDICT = {"name": ..., "kind": ...}; CONTRIBUTING.md has examples'


_ID = "-predict-id"


def foretelling(lab: Lab) -> list[Cell]:
    """The cells that ask for a prediction.

    The one for a learner's id, which `setup-variant` reads, foretells nothing.
    """
    return [cell for cell in lab.of("predict") if not cell.id.endswith(_ID)]


def prediction_problems(lab: Lab) -> Iterator[Problem]:
    """Everything in which the predictions of ``lab`` break a rule."""
    for cell in foretelling(lab):
        described = cell.metadata.get("predict")
        if not isinstance(described, dict):
            yield lab.problem(cell, "nothing says what this prediction looks like", _TODO)
        elif "wrong" in described:
            what, _, todo = str(described["wrong"]).partition(": ")
            yield lab.problem(cell, what, todo or "mend `PREDICT`; CONTRIBUTING.md has examples")
        else:
            yield from _described(lab, cell, asked(str(described["description"])))


def _described(lab: Lab, cell: Cell, made: Asked) -> Iterator[Problem]:
    given = _given(cell)
    for item in made.items:
        if item.name not in given:
            what = f"its solution does not set {item.name}"
            yield lab.problem(cell, what, f"write `{item.name} = ...` between the markers")
        elif told := _misfit(item, given[item.name]):
            yield lab.problem(cell, f"its own {item.name} is wrong: {told}", "mend it")
        if made.judged:
            yield from _in_view(lab, cell, item)


def _misfit(item: Item, value: ast.expr | None) -> str:
    """What is wrong with a solution's own value; nothing is known of one that is computed."""
    if value is None:
        return ""
    try:
        said = ast.literal_eval(value)
    except (ValueError, TypeError):
        return ""
    try:
        item.form.read(said)
    except NotAPrediction as error:
        return str(error)
    return ""


def _given(cell: Cell) -> dict[str, ast.expr | None]:
    """What the solution sets: the expression of a name, or nothing where it has none of its own."""
    found: dict[str, ast.expr | None] = {}
    for node in cell.tree.body:
        if isinstance(node, ast.Assign) and node.lineno in cell.solution_lines:
            for target in node.targets:
                single = isinstance(target, ast.Name)
                names = [one.id for one in ast.walk(target) if isinstance(one, ast.Name)]
                found |= dict.fromkeys(names, node.value if single else None)
    return found


def _in_view(lab: Lab, cell: Cell, item: Item) -> Iterator[Problem]:
    """Where a judged prediction's truth could be read before it is graded."""
    shown = [one for one in lab.cells if one.kind == "code" and one.role != "test"]
    for one in shown:
        if one is not cell and item.name in used(one.released):
            what = f"`{one.id}` reads {item.name}, which is judged: it would say what is right"
            yield lab.problem(cell, what, "give no points, or do not read it in view")
    if "accept" in item.raw:
        return
    oracles = {name for one in lab.of("oracle") for name in bound(one.source)}
    seen = {name for one in shown for name in bound(one.released)}
    if not used(item.truth) & (oracles - seen):
        what = f"the truth of {item.name}, {item.truth}, hangs on nothing that is hidden"
        yield lab.problem(cell, what, "compute it in an `oracle-` cell above, out of sight")
