"""How the run of a cell ended, and what it showed."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from enum import Enum, auto

_MAGIC = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}
TEXTS = ("stdout", "stderr", "text/plain")


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
        try:
            content = base64.b64decode(data, validate=False)
        except (binascii.Error, ValueError):
            return None
        if kind in _MAGIC and content.startswith(_MAGIC[kind]):
            return cls(kind, base64.b64encode(content).decode())
        return None


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


def written(text: str) -> str:
    """Return text that a file can hold: half of an emoji is none."""
    return text.encode("utf-8", "replace").decode()
