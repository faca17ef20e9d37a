"""Whatever a submission does, it gets the points that its answers earn."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from grading import hostile, tiny

from safetylab.grading.room.exam import examine
from safetylab.grading.room.room import Room

pytestmark = [pytest.mark.slow]
WORLDS = ["sandbox", "no sandbox"]
# Without walls a student's process can reach what its user can: said in the summary.
NEEDS_WALLS = {
    "odd: sockets",
    "ends: a signal to everybody",
    "ends: forks without end",
    "ends: a file without end",
    "ends: memory that is no process's",
    "ends: a key for those who come later",
    "answers that stop the process they came from",
    *(f"odd: a look at {name}" for name in hostile.SNOOPS),
}


@pytest.fixture(scope="module", params=[pytest.param(world, marks=pytest.mark.xdist_group(world))
                                        for world in WORLDS])  # fmt: skip
def room(request) -> Iterator[Room]:
    with Room(timeout=6, memory=1, modules=[], sandbox=request.param == "sandbox") as made:
        yield made


@pytest.mark.parametrize("case", hostile.CASES, ids=lambda case: case.name)
def test_it_gets_what_its_answers_earn(room: Room, case: hostile.Case) -> None:
    if not room.sandbox and case.name in NEEDS_WALLS:
        pytest.skip("needs the sandbox: without one this reaches beyond its own process")
    examined = examine(case.content, tiny.bundle(), room)
    points = {row.exercise: row.points for row in examined.report.rows}
    assert (points["1.1"], points["1.2"]) == case.fair, examined.report.rows
    shown = [output.data for cell in examined.cells for output in cell.outputs]
    text = "\n".join([examined.report.to_json(), *shown])
    assert "expected 20" not in text
    assert "oracle_double(10)" not in text


def test_the_suite_is_large() -> None:
    assert len(hostile.CASES) >= 60
    assert len({case.name for case in hostile.CASES}) == len(hostile.CASES)
