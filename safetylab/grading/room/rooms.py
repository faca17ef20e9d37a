"""One exam room per process: opened when the first notebook comes, closed when none has for long.

Everything that grades a notebook goes through `run_task`: the local pool, nbgrader's own
commands, and a worker on another machine. It takes bytes and returns a value.
"""

from __future__ import annotations

import atexit
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from safetylab.grading.bundle import Bundle
from safetylab.grading.paper import defined
from safetylab.grading.paper.notebook import read_notebook
from safetylab.grading.paper.outcome import GradingError
from safetylab.grading.paper.variant import Assigned
from safetylab.grading.room.exam import Examined, examine
from safetylab.grading.room.room import Room

IDLE = 30.0


@dataclass(frozen=True)
class Limits:
    """What a notebook may use: seconds per cell, and GiB."""

    timeout: float = 120.0
    memory: float = 4.0


@dataclass(frozen=True)
class Task:
    """A notebook to grade, and all that it takes.

    ``learn`` is for the instructor's own: what it imports, the room imports once for all.
    ``assigned`` is the variant that the grader gives, if the assignment has any.
    """

    notebook: bytes
    bundle: Bundle
    files: Mapping[str, bytes] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    learn: bool = False
    assigned: Assigned | None = None


def run_task(task: Task) -> Examined:
    """Grade a notebook in this process's room.

    Raises:
        BadSubmission: it is no notebook of the assignment.
        GradingError: the machinery failed.
    """
    with room(task.limits) as place:
        try:
            place.learn(imports_of(task.bundle))
            return examine(
                task.notebook, task.bundle, place,
                files=task.files, learn=task.learn, assigned=task.assigned,
            )  # fmt: skip
        except GradingError:
            _keeper.close(task.limits, place)  # it is out of order
            raise


def imports_of(assignment: Bundle) -> frozenset[str]:
    """Return the modules that an assignment's own cells import, at once or at first use."""
    notebook = read_notebook(assignment.instructor or assignment.released, assignment.name)
    sources = [cell.source for cell in notebook.cells if cell.kind == "code"]
    trains = any("optim" in source or "training" in source for source in sources)
    return defined.modules(sources) | ({"torch._dynamo"} if trains else set())  # by an optimizer


@contextmanager
def room(limits: Limits) -> Iterator[Room]:
    """This process's room, which stays open while anybody is in it, and a while longer."""
    place = _keeper.enter(limits)
    try:
        yield place
    finally:
        _keeper.leave(limits)


class _Keeper:
    """Opens and closes rooms; one for each set of limits."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.rooms: dict[Limits, Room] = {}
        self.inside: Counter[Limits] = Counter()
        self.timers: dict[Limits, threading.Timer] = {}
        atexit.register(self.close_all)

    def enter(self, limits: Limits) -> Room:
        with self.lock:
            if timer := self.timers.pop(limits, None):
                timer.cancel()
            if limits not in self.rooms:
                made = Room(timeout=limits.timeout, memory=limits.memory, modules=())
                self.rooms[limits] = made
            self.inside[limits] += 1
            return self.rooms[limits]

    def leave(self, limits: Limits) -> None:
        with self.lock:
            self.inside[limits] -= 1
            if not self.inside[limits]:
                self.timers[limits] = timer = threading.Timer(IDLE, self.close, [limits])
                timer.daemon = True
                timer.start()

    def close(self, limits: Limits, place: Room | None = None) -> None:
        """Close a room that nobody is in, or ``place``, whoever is in it."""
        with self.lock:
            known = self.rooms.get(limits)
            if known and (known is place or not self.inside[limits]):
                self.rooms.pop(limits).close()

    def close_all(self) -> None:
        for limits, place in list(self.rooms.items()):
            self.close(limits, place)


_keeper = _Keeper()
close_all = _keeper.close_all
