"""The exam room of the lab at hand, and what was graded in it whole.

A module of its own, for a test's module exists twice when another imports it: pytest's, and this
one's.
"""

from __future__ import annotations

import atexit
from functools import cache

from columns import notebook
from execute import ROOT, solution

from safetylab.grading import Bundle
from safetylab.grading.room.exam import Examined, examine
from safetylab.grading.room.room import Room
from safetylab.grading.room.rooms import imports_of

_OPEN: dict[str, Room] = {}


@cache
def bundle(lab: str) -> Bundle:
    return Bundle.load(ROOT, lab)


def room(lab: str) -> Room:
    """The one exam room of a lab; it closes when another lab's is asked for.

    A room with torch takes two thirds of a GiB, and all that is graded of a lab is graded by one
    worker in one go.
    """
    if lab not in _OPEN:
        close()
        _OPEN[lab] = Room(modules=imports_of(bundle(lab)))
    return _OPEN[lab]


@atexit.register
def close() -> None:
    """Close what is open."""
    while _OPEN:
        _OPEN.popitem()[1].close()


@cache
def whole(lab: str, kind: str) -> Examined:
    """Grade the solution, or the untouched copy, by all tests of the lab."""
    content = bundle(lab).released if kind == "untouched" else notebook(solution(lab), {})
    return examine(content, bundle(lab), room(lab))
