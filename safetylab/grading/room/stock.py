"""The one process of a notebook that runs as in Jupyter.

Cells run in the notebook's order in one namespace, within a running event loop, as `ipykernel` runs
them. What a kernel would publish is kept in order, so that a grade can be read from it as nbgrader
reads it. Student and tests share the process: what it says is as good as what stock would say.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import socket
import sys
import tempfile
from collections.abc import Iterator
from types import FrameType
from typing import Any

from safetylab.grading.room.served import Served
from safetylab.grading.room.shell import MAX_TEXT, StockShell

INLINE = "module://matplotlib_inline.backend_inline"
TORCH_SEED = 67280421310721
"""What torch's global generator starts from in a process that nobody has seeded."""


class Process(Served):
    """The process of a fork of ``shell``, as if a kernel had just been started."""

    def __init__(self, shell: StockShell, control: socket.socket) -> None:
        super().__init__(shell, control)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        sys.path[:] = ["", *(place for place in sys.path if place not in ("", "/tmp"))]
        sys.argv[:] = ["ipykernel_launcher.py", "-f", "/tmp/kernel.json"]
        shell.wake()
        _as_if_new()
        self.read = [0, 0]
        for number in (1, 2):  # files, which other programs and C code write into
            with tempfile.TemporaryFile() as file:
                os.dup2(file.fileno(), number)

    def run(self, source: str, place: int) -> dict[str, Any]:
        """Run a cell."""
        with _interruptible():
            told = super().run(source, place)
        for at, name in enumerate(("stdout", "stderr")):
            if text := self._news(at):
                self.shell.published.keep("stream", name, text)
        return told

    def _news(self, at: int) -> str:
        """What other programs and C code have written since the last cell."""
        size = os.fstat(at + 1).st_size
        if size <= self.read[at]:
            return ""
        content = os.pread(at + 1, min(size - self.read[at], MAX_TEXT), self.read[at])
        self.read[at] = size
        return content.decode("utf-8", "replace")


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    """Let the grader interrupt a cell, and nothing but a cell."""
    signal.signal(signal.SIGINT, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _as_if_new() -> None:
    """Undo what tells a fork from a fresh kernel: generators, and where figures go."""
    random.seed()
    os.environ["MPLBACKEND"] = INLINE
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed()
    if torch := sys.modules.get("torch"):
        torch.default_generator.manual_seed(TORCH_SEED)  # those of other devices are not made yet
    if matplotlib := sys.modules.get("matplotlib"):
        if pyplot := sys.modules.get("matplotlib.pyplot"):
            pyplot.switch_backend(INLINE)
        else:
            matplotlib.rcParams["backend"] = INLINE
        if inline := sys.modules.get("matplotlib_inline.backend_inline"):
            inline._enable_matplotlib_integration()
