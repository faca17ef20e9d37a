"""What grading says: one row per exercise, and notes about the notebook as a whole."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    """How an exercise stands."""

    RIGHT = "right"
    PARTLY = "partly right"
    WRONG = "wrong"
    NOT_STARTED = "not started"
    WAITING = "waiting for a reader"
    LOOK = "needs a look"


@dataclass(frozen=True)
class Check:
    """One test cell: all of its points or none, and why none."""

    name: str
    points: float
    max_points: float
    message: str = ""
    misconception: str = ""


@dataclass(frozen=True)
class Row:
    """One exercise.

    Of ``max_points``, ``written`` are given by a reader only; ``waiting`` are those of them whose
    answer is handed in. ``points`` are what the tests gave, one by one in ``checks``; ``message``
    is that of the first check to look at.
    """

    exercise: str
    title: str
    points: float
    max_points: float
    status: Status
    message: str = ""
    misconception: str = ""
    written: float = 0.0
    waiting: float = 0.0
    checks: tuple[Check, ...] = ()

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Row:
        """Return the row of which ``dataclasses.asdict`` made ``values``."""
        checks = tuple(Check(**check) for check in values["checks"])
        return cls(**{**values, "status": Status(values["status"]), "checks": checks})


@dataclass(frozen=True)
class Report:
    """The rows of a lab in the order of its notebook; ``hidden`` says if hidden tests ran."""

    lab: str
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    hidden: bool = True

    @property
    def score(self) -> float:
        """Points that tests gave."""
        return sum(row.points for row in self.rows)

    @property
    def max_score(self) -> float:
        """Points that tests can give."""
        return sum(row.max_points - row.written for row in self.rows)

    @property
    def waiting(self) -> float:
        """Points of written answers that wait for a reader."""
        return sum(row.waiting for row in self.rows)

    def to_json(self) -> str:
        """Return the report as JSON text, from which `from_json` makes an equal report."""
        return json.dumps(asdict(self), indent=1)

    @classmethod
    def from_json(cls, text: str) -> Report:
        """Return the report that `to_json` wrote."""
        values = json.loads(text)
        rows = [Row.from_dict(row) for row in values.pop("rows")]
        notes = values.pop("notes")
        return cls(rows=tuple(rows), notes=tuple(notes), **values)
