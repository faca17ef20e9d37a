"""What runs in the two processes of a notebook: the student's cells, and the tests."""

from __future__ import annotations

import contextlib
import io
import os
import select
import socket
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from safetylab.grading.crossing import wire
from safetylab.grading.crossing.handles import Handle
from safetylab.grading.crossing.peer import Gone, Peer, TimeIsUp
from safetylab.grading.room.served import Served
from safetylab.grading.room.shell import MAX_TEXT, StockShell

HIDDEN = "BEGIN HIDDEN TESTS"


class _Side(Served):
    def __init__(self, shell: StockShell, control: socket.socket, peer: Peer) -> None:
        super().__init__(shell, control)
        self.peer = peer
        shell.enter(peer.namespace)
        sys.path.insert(0, "")  # a module beside the notebook is found, as in Jupyter

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
                self.obey()
            else:
                self._answer()

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


class Text(io.StringIO):
    """What a function of the student's prints, cut when it is too much."""

    def write(self, text: str) -> int:
        """Take ``text`` while there is room."""
        if self.tell() < MAX_TEXT:
            super().write(text[:MAX_TEXT])
        return len(text)

    def close(self) -> None:
        """Stay open: it is read when the call has ended."""


def _one_thread() -> None:
    """Calculate in this thread from now on: a fork has none of the others, and would wait."""
    torch = sys.modules.get("torch")
    if torch and torch.get_num_threads() > 1:
        torch.set_num_threads(1)


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


class Tests(_Side):
    """The tests' process, which holds what the student must not see."""

    def __init__(self, shell: StockShell, control: socket.socket, other: socket.socket) -> None:
        self.names = Names()
        super().__init__(shell, control, Peer(other, True, self.names))
        self.names.fetch = lambda name: self.peer.request("name", name)
        self.line: socket.socket | None = None

    def answered(self, names: list[str], imports: str) -> None:
        """Take ``names`` from the student's process from now on, and import what it imports."""
        for name in names:
            self.names.pop(name, None)
        self.names.student.update(names)
        if imports:
            self.shell.run(imports, 0)

    def test(self, source: str, place: int, apart: bool, limit: float) -> dict[str, Any]:
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
        error, value = self.shell.run(source, place)
        if isinstance(error, TimeIsUp | Gone):
            raise error
        told = self.shell.told(self.peer.spoiled or error)
        if HIDDEN in source:  # warnings and unittest quote the lines of a test on stderr
            told["outputs"] = [shown for shown in told["outputs"] if shown[1] != "stderr"]
        if type(value) in (int, float, np.float64, np.float32, np.int64):
            told["value"] = float(value)  # type: ignore[arg-type]
        return told


def _loans() -> Callable[[Any], bool]:
    """Begin to note what the tests lend; return whether a value was lent."""
    checks = sys.modules.get("safetylab.checks")
    if checks is None:
        return lambda value: False
    lent: list[Any] = []
    checks.on_loan = lent  # type: ignore[attr-defined]
    return lambda value: any(value is item for item in lent)
