"""What every process of a notebook has in common."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from safetylab.grading.crossing import wire

if TYPE_CHECKING:
    from safetylab.grading.room.shell import StockShell


def write_files(folder: Path, files: Mapping[str, wire.Blob]) -> None:
    """Write files by their names, which may name folders, into ``folder``."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


class Served:
    """A process of a notebook, which does what the grader asks for on ``control``."""

    def __init__(self, shell: StockShell, control: socket.socket) -> None:
        self.shell, self.control = shell, control

    def serve(self) -> None:
        """Do what the grader asks for until it is gone."""
        while True:
            self.obey()

    blobs: Sequence[wire.Blob] = ()
    """The bytes that came with what the grader asks for."""

    def files(self, names: list[str]) -> None:
        """Write the notebook's files into the working folder."""
        write_files(Path(), dict(zip(names, self.blobs, strict=True)))

    def run(self, source: str, place: int) -> dict[str, Any]:
        """Run a cell."""
        error, _ = self.shell.run(source, place)
        return self.shell.told(error)

    def modules(self) -> list[str]:
        """Return the names of all modules that were imported."""
        return [name for name, module in sys.modules.items() if getattr(module, "__spec__", None)]

    def obey(self) -> None:
        """Do one thing that the grader asks for."""
        me = os.getpid()
        (number, op, values), self.blobs = wire.receive(self.control)
        answer = getattr(self, op)(**values)
        if os.getpid() != me:  # a fork of the student's own came back from its cell
            os._exit(0)
        wire.send(self.control, [number, answer])
