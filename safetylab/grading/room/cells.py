"""Run cells of one side, student's or tests', and say how each ended."""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass, field
from typing import Any

from safetylab.grading.crossing import errors
from safetylab.grading.crossing.handles import Handle
from safetylab.grading.room.shell import MAX_TEXT, PICTURES, StockShell

SHOWN = (*PICTURES, "text/plain")


@dataclass
class Ran:
    """How a cell ended: its error, the value of its last line, and what it showed."""

    error: BaseException | None = None
    value: object = None
    outputs: list[tuple[str, str]] = field(default_factory=list)

    def about(self) -> dict[str, Any]:
        """Return what is told of it: a tree of JSON."""
        told: dict[str, Any] = {"end": "error" if self.error else "ok", "outputs": self.outputs}
        if self.error:
            about = errors.describe_error(self.error)
            told |= {"ename": about["name"], "evalue": about["text"], "frames": about["frames"]}
        return told


class Text(io.StringIO):
    """What a cell prints, cut when it is too much."""

    def write(self, text: str) -> int:
        """Take ``text`` while there is room."""
        if self.tell() < MAX_TEXT:
            super().write(text[:MAX_TEXT])
        return len(text)

    def close(self) -> None:
        """Stay open: it is read when the cell has ended."""


class Cells:
    """Runs cells in ``namespace``, which becomes the ``__main__`` of the process."""

    def __init__(self, shell: StockShell, namespace: dict[str, Any]) -> None:
        self.shell = shell
        shell.enter(namespace, SHOWN)

    def run(self, source: str, place: int) -> Ran:
        """Run cell number ``place``; tracebacks will name it."""
        sys.stdout, sys.stderr, before = Text(), Text(), (sys.stdout, sys.stderr)
        try:
            result = self.shell.run_plainly(source, place)
            printed = [("stdout", _text(sys.stdout)), ("stderr", _text(sys.stderr))]
        finally:
            sys.stdout, sys.stderr = before
        error = result.error_before_exec or result.error_in_exec
        shown = [(form, data) for _, form, data in self.shell.published.outputs]
        return Ran(error, result.result, [output for output in printed if output[1]] + shown)


def _text(stream: object) -> str:
    return stream.getvalue() if isinstance(stream, Text) else ""


class Names(dict[str, Any]):
    """The namespace of the tests, in which the student's names are found on the other side."""

    def __init__(self) -> None:
        super().__init__()
        self.student: set[str] = set()
        self.fetch: Any = None
        self._fetched: dict[str, Any] = {}

    def __missing__(self, name: str) -> Any:
        if name not in self.student:
            raise KeyError(name)
        if name in self._fetched:
            return self._fetched[name]
        try:
            value = self.fetch(name)
        except NameError:
            raise KeyError(name) from None
        if type(value) is Handle:
            self._fetched[name] = value
        return value

    def forget(self) -> None:
        """Fetch the student's names anew from now on."""
        self._fetched.clear()

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or self.get(str(name), self) is not self

    def get(self, name: str, default: Any = None) -> Any:
        """Return what a name stands for on either side."""
        try:
            return self[name]
        except KeyError:
            return default
