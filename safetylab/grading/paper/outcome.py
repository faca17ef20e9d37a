"""How the run of a cell ended, and what it showed."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from safetylab.grading.paper.rebuild import Step

PICTURES = {
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/jpeg": b"\xff\xd8\xff",
    "image/gif": b"GIF8",
}
"""How pictures made of pixels begin."""
TEXTS = ("stdout", "stderr", "text/plain")
MAX_TEXT = 100_000
MAX_PICTURES = 8_000_000
MAX_OUTPUTS = 200
MAX_NOTEBOOK = 24_000_000
"""Characters of text and of pictures that are kept of a cell, outputs of a cell, characters of a
notebook: bounds of the grader's own, whatever a process says that it has shown."""


class GradingError(Exception):
    """The machinery failed, not the submission."""


class End(Enum):
    """How the execution of a cell ended."""

    OK = auto()
    ERROR = auto()
    TIMEOUT = auto()
    DEAD = auto()


@dataclass(frozen=True)
class Frame:
    """A line of a cell that a traceback passes through; ``count`` is the place of the cell."""

    count: int
    line: int
    function: str = ""


@dataclass(frozen=True)
class Output:
    """What a cell showed: ``kind`` is stdout, stderr, text/plain, image/png or image/jpeg.

    ``data`` is text, or a picture in base64.
    """

    kind: str
    data: str

    @classmethod
    def checked(cls, kind: str, data: str) -> Output | None:
        """Return the output if it is of one of the kinds, and a picture if it says so."""
        if kind in TEXTS:
            return cls(kind, data)
        content = picture(kind, data) if kind != "image/gif" else ""
        return cls(kind, content) if content else None


def picture(kind: str, data: str) -> str:
    """Return a picture's base64 without anything else; nothing if it is no picture of that kind."""
    try:
        content = base64.b64decode("".join(data.split()), validate=True)
    except ValueError:
        return ""
    known = kind in PICTURES and content.startswith(PICTURES[kind])
    return base64.b64encode(content).decode() if known else ""


@dataclass(frozen=True)
class Outcome:
    """How a cell ended; ``lost`` says that its process is of no more use.

    ``value`` is the number that a test cell ends in, if it does: a partial credit. ``seconds`` are
    those of the clock, on the machine that graded.
    """

    end: End
    ename: str = ""
    evalue: str = ""
    frames: tuple[Frame, ...] = ()
    lost: bool = False
    outputs: tuple[Output, ...] = ()
    value: float | None = None
    seconds: float = field(default=0.0, compare=False)


@dataclass
class Run:
    """How each step ended, by its place.

    ``doubts`` are the places of cells that failed after the process had been lost.
    """

    steps: Sequence[Step]
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    complete: bool = False
    doubts: set[int] = field(default_factory=set)

    @property
    def total(self) -> int:
        """How many cells there are to run."""
        return sum(step.runs for step in self.steps)


def bounded(outputs: Iterable[Output], left: int) -> tuple[Output, ...]:
    """Return what is kept of a cell's outputs in a notebook that has room for ``left`` characters.

    A text that is cut says so.
    """
    room = {True: MAX_TEXT, False: MAX_PICTURES}
    kept: list[Output] = []
    for output in list(outputs)[:MAX_OUTPUTS]:
        text = output.kind in TEXTS
        most = min(room[text], left)
        if len(output.data) <= most:
            kept.append(output)
        elif text and most:
            kept.append(Output(output.kind, f"{output.data[:most]}\n... (cut here)"))
        spent = min(len(output.data), most) if text or len(output.data) <= most else 0
        room[text] -= spent
        left -= spent
    return tuple(kept)


def written(text: str) -> str:
    """Return text that a file can hold: half of an emoji is none."""
    return text.encode("utf-8", "replace").decode()
