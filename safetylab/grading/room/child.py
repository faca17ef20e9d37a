"""What runs in the two processes of a notebook: the student's cells, and the tests."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from safetylab.grading.crossing import wire
from safetylab.grading.crossing.peer import Gone, Peer, TimeIsUp
from safetylab.grading.room.cells import Names, Shell, Text
from safetylab.grading.room.served import Served

HIDDEN = "BEGIN HIDDEN TESTS"


def serve(role: str, shell: Shell, control: socket.socket, other: socket.socket) -> None:
    """Do what the grader asks for on ``control`` until it is gone.

    Args:
        role: ``"student"`` or ``"tests"``.
        shell: made before the fork.
        control: connected to the grader.
        other: connected to the other process of the notebook.
    """
    sys.path.insert(0, "")  # a module beside the notebook is found, as in Jupyter
    made = Student(shell, other) if role == "student" else Tests(shell, other)
    while True:
        if isinstance(made, Student) and control not in _ready(control, made.peer.sock):
            made.listen()
        else:
            made.obey(control)


def _ready(*lines: socket.socket) -> list[socket.socket]:
    return select.select(lines, [], [])[0]


class _Side(Served):
    def __init__(self, shell: Shell, namespace: dict[str, Any], peer: Peer) -> None:
        self.shell, self.peer = shell, peer
        shell.enter(namespace)


class Student(_Side):
    """The student's process. Nothing that it says is believed."""

    def __init__(self, shell: Shell, other: socket.socket) -> None:
        namespace: dict[str, Any] = {}
        super().__init__(shell, namespace, Peer(other, False, namespace))
        self.copies: list[int] = []

    def share(self, names: list[str], blobs: list[bytes]) -> None:
        """Learn what both sides define."""
        self.peer.shared = frozenset(names)

    def run(self, source: str, place: int, blobs: list[bytes]) -> dict[str, Any]:
        """Run a cell."""
        return self.shell.run(source, place).about()

    def listen(self) -> None:
        """Serve one frame of the tests: a request, or the wish for a copy of this process."""
        frame, blobs = wire.receive(self.peer.sock)
        if frame[0] == "ask":
            sys.stdout, sys.stderr = Text(), Text()
            self.peer.answer(frame, blobs)
        elif frame[0] == "fork":
            self._fork()
        else:
            for pid in self.copies:
                with contextlib.suppress(ProcessLookupError, ChildProcessError):
                    os.kill(pid, signal.SIGKILL)  # gone already where SIGCHLD is ignored
                    os.waitpid(pid, 0)
            self.copies.clear()
            wire.send(self.peer.sock, ["done"])

    def _fork(self) -> None:
        _, descriptors, _, _ = socket.recv_fds(self.peer.sock, 1, 1)
        pid = os.fork()
        if pid == 0:
            self._serve_alone(socket.socket(fileno=descriptors[0]))
        os.close(descriptors[0])
        self.copies.append(pid)
        wire.send(self.peer.sock, ["done"])

    def _serve_alone(self, sock: socket.socket) -> None:
        self.peer.sock, self.peer.owner = sock, os.getpid()
        sys.stdout, sys.stderr = Text(), Text()
        _one_thread()
        try:
            while True:
                self.peer.answer(*wire.receive(sock))
        finally:
            os._exit(0)


def _one_thread() -> None:
    """Calculate in this thread from now on: a fork has none of the others, and would wait."""
    torch = sys.modules.get("torch")
    if torch and torch.get_num_threads() > 1:
        torch.set_num_threads(1)


class Tests(_Side):
    """The tests' process, which holds what the student must not see."""

    def __init__(self, shell: Shell, other: socket.socket) -> None:
        self.names = Names()
        super().__init__(shell, self.names, Peer(other, True, self.names))
        self.names.fetch = lambda name: self.peer.request("name", name)

    def share(self, names: list[str], blobs: list[bytes]) -> None:
        """Learn what both sides define."""
        self.peer.shared = frozenset(names)

    def answered(self, names: list[str], imports: str, blobs: list[bytes]) -> None:
        """Take ``names`` from the student's process from now on, and import what it imports."""
        for name in names:
            self.names.pop(name, None)
        self.names.student.update(names)
        if imports:
            self.shell.run(imports, 0)

    def run(
        self, source: str, place: int, apart: bool, limit: float, blobs: list[bytes]
    ) -> dict[str, Any]:
        """Run a cell of the instructor's; ``apart`` against a copy of the student's process."""
        self.names.forget()
        self.peer.deadline = time.monotonic() + limit
        self.peer.spoiled = None
        self.peer.lent = _loans()
        try:
            if not apart:
                return self._told(source, place)
            with self.peer.forked():
                return self._told(source, place)
        except TimeIsUp:
            return {"end": "timeout"}
        except Gone:
            return {"end": "dead"}
        finally:
            self.names.forget()
            self.peer.deadline = None

    def _told(self, source: str, place: int) -> dict[str, Any]:
        ran = self.shell.run(source, place)
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
