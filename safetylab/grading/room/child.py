"""What runs in the two processes of a notebook: the student's cells, and the tests."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from safetylab.grading.crossing import wire
from safetylab.grading.crossing.peer import Gone, Peer, TimeIsUp
from safetylab.grading.room.cells import Cells, Names, Text
from safetylab.grading.room.served import Served
from safetylab.grading.room.shell import StockShell

HIDDEN = "BEGIN HIDDEN TESTS"


def serve(role: str, shell: StockShell, control: socket.socket, other: socket.socket) -> None:
    """Do what the grader asks for on ``control`` until it is gone.

    Args:
        role: ``"student"`` or ``"tests"``.
        shell: made before the fork.
        control: connected to the grader.
        other: connected to the other process of the notebook.
    """
    sys.path.insert(0, "")  # a module beside the notebook is found, as in Jupyter
    (Student if role == "student" else Tests)(shell, control, other).serve()


class _Side(Served):
    def __init__(self, shell: StockShell, control: socket.socket, peer: Peer) -> None:
        self.cells, self.control, self.peer = Cells(shell, peer.namespace), control, peer

    def share(self, names: list[str]) -> None:
        """Learn what both sides define."""
        self.peer.shared = frozenset(names)

    def handed(self) -> socket.socket:
        """Return the line that came along with what the grader asks for."""
        _, descriptors, _, _ = socket.recv_fds(self.control, 1, 1)
        return socket.socket(fileno=descriptors[0])


class Student(_Side):
    """The student's process. Nothing that it says is believed."""

    def __init__(self, shell: StockShell, control: socket.socket, other: socket.socket) -> None:
        super().__init__(shell, control, Peer(other, False, {}))
        self.copy_pid = 0

    def serve(self) -> None:
        """Do what the grader asks for, and what the tests do."""
        while True:
            if self.control in select.select([self.control, self.peer.sock], [], [])[0]:
                self.obey(self.control)
            else:
                self._answer()

    def run(self, source: str, place: int) -> dict[str, Any]:
        """Run a cell."""
        return self.cells.run(source, place).about()

    def copy(self) -> None:
        """Fork a process that serves one test, on a line of its own."""
        if self.copy_pid:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(self.copy_pid, 0)  # gone already where SIGCHLD is ignored
        with self.handed() as line:
            self.copy_pid = os.fork()
            if self.copy_pid == 0:
                self._serve_alone(line)

    def _answer(self) -> None:
        sys.stdout, sys.stderr = Text(), Text()
        self.peer.answer(*wire.receive(self.peer.sock))

    def _serve_alone(self, sock: socket.socket) -> None:
        self.peer.sock, self.peer.owner = sock, os.getpid()
        try:
            _one_thread()
            while True:
                self._answer()
        finally:
            os._exit(0)


def _one_thread() -> None:
    """Calculate in this thread from now on: a fork has none of the others, and would wait."""
    torch = sys.modules.get("torch")
    if torch and torch.get_num_threads() > 1:
        torch.set_num_threads(1)


class Tests(_Side):
    """The tests' process, which holds what the student must not see."""

    def __init__(self, shell: StockShell, control: socket.socket, other: socket.socket) -> None:
        self.names = Names()
        super().__init__(shell, control, Peer(other, True, self.names))
        self.names.fetch = lambda name: self.peer.request("name", name)
        self.line: socket.socket | None = None

    def serve(self) -> None:
        """Do what the grader asks for."""
        while True:
            self.obey(self.control)

    def answered(self, names: list[str], imports: str) -> None:
        """Take ``names`` from the student's process from now on, and import what it imports."""
        for name in names:
            self.names.pop(name, None)
        self.names.student.update(names)
        if imports:
            self.cells.run(imports, 0)

    def run(self, source: str, place: int, apart: bool, limit: float) -> dict[str, Any]:
        """Run a cell of the instructor's; ``apart`` against a copy of the student's process."""
        self.line = self.handed() if apart else None  # open until the next test: a copy would end
        self.names.forget()
        self.peer.deadline = time.monotonic() + limit
        self.peer.spoiled = None
        self.peer.lent = _loans()
        try:
            with self.peer.on(self.line):
                return self._told(source, place)
        except TimeIsUp:
            return {"end": "timeout"}
        except Gone:
            return {"end": "dead"}
        finally:
            self.names.forget()
            self.peer.deadline = None

    def _told(self, source: str, place: int) -> dict[str, Any]:
        ran = self.cells.run(source, place)
        if isinstance(ran.error, TimeIsUp | Gone):
            raise ran.error
        ran.error = self.peer.spoiled or ran.error
        if HIDDEN in source:  # warnings and unittest quote the lines of a test on stderr
            ran.outputs = [output for output in ran.outputs if output[0] != "stderr"]
        told = ran.about()
        if type(ran.value) in (int, float, np.float64, np.float32, np.int64):
            told["value"] = float(ran.value)  # type: ignore[arg-type]
        return told


def _loans() -> Callable[[Any], bool]:
    """Begin to note what the tests lend; return whether a value was lent."""
    checks = sys.modules.get("safetylab.checks")
    if checks is None:
        return lambda value: False
    lent: list[Any] = []
    checks.on_loan = lent  # type: ignore[attr-defined]
    return lambda value: any(value is item for item in lent)
