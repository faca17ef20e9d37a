"""The fork server: holds imported modules and nothing else; each process of a notebook is a fork.

``python -m safetylab.grading.room.server FD WORLD MEMORY MODULES``
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import os
import select
import signal
import socket
import sys
import time
import warnings
from pathlib import Path

from safetylab.grading.crossing import values, wire
from safetylab.grading.room import child, isolate, stock, watch
from safetylab.grading.room.imports import uncollected
from safetylab.grading.room.served import Served
from safetylab.grading.room.shell import StockShell

WORK = "/tmp/work"
LOOK_SECONDS = 0.1
NO_WALLS = "whatever is found says nothing: others write into the same folders"
ROLES: dict[str, type[Served]] = {
    "together": stock.Process, "student": child.Student, "tests": child.Tests,
}  # fmt: skip
_LIBC = ctypes.CDLL(None)


def preload(names: list[str]) -> None:
    """Import what the notebooks will; what cannot be imported is the notebook's own business."""
    if all(name in sys.modules for name in names):
        return
    with uncollected(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in names:
            with contextlib.suppress(Exception):
                importlib.import_module(name)
        if "torch" in sys.modules:
            _warm_torch()
        if "matplotlib" in sys.modules:
            importlib.import_module("matplotlib.font_manager")
        values.learn()


def _warm_torch() -> None:
    """The first seed and the first gradient load modules, too."""
    import torch

    torch.set_num_threads(1)
    weight = torch.zeros(1, requires_grad=True)
    (weight * torch.randn(1, generator=torch.Generator().manual_seed(0))).sum().backward()  # type: ignore[no-untyped-call]


def huge_pages() -> None:
    """Put what was loaded into as few pages as can be: a fork copies one entry for each."""
    page, collapse = 2**21, 25
    for line in Path("/proc/self/maps").read_text().splitlines():
        place, access, _, _, _, *name = line.split()
        start, end = (int(address, 16) // page for address in place.split("-"))
        if access == "rw-p" and end > start + 1 and name in ([], ["[heap]"]):
            first = ctypes.c_void_p((start + 1) * page)
            _LIBC.madvise(first, ctypes.c_size_t((end - start - 1) * page), collapse)


class Server:
    """Answers the room's requests, and ends what takes more memory than it may."""

    preload, settle = staticmethod(preload), staticmethod(huge_pages)
    kill = staticmethod(watch.end_tree)

    def __init__(self, line: socket.socket, world: str, memory: float) -> None:
        self.line, self.world, self.memory = line, world, memory
        self.shell = StockShell.make()
        self.children: dict[int, list[str]] = {}  # and the names of their lines
        self.count = 4 * int.from_bytes(os.urandom(2))  # user ids are counted in all rooms together
        self.next_look = 0.0

    def serve(self) -> None:
        """Serve until the room is gone; then end all children, so that their time is counted."""
        try:
            self._serve()
        finally:
            for pid in self.children:
                watch.end_tree(pid)
            for pid in self.children:
                os.waitpid(pid, 0)

    def _serve(self) -> None:
        while True:
            ready = select.select([self.line], [], [], LOOK_SECONDS)[0]
            self.look()
            if not ready:
                continue
            try:
                (op, *values), _ = wire.receive(self.line)
            except EOFError:
                return
            wire.send(self.line, getattr(self, op)(*values))

    def look(self) -> None:
        """Forget the children that ended; end those that are past their memory."""
        if time.monotonic() < self.next_look:
            return
        known = watch.family() if self.children else {}
        for pid in list(self.children):
            if os.waitpid(pid, os.WNOHANG)[0]:
                del self.children[pid]
            elif watch.is_past(pid, self.memory + 1, known):
                self.kill(pid)
        self.next_look = time.monotonic() + LOOK_SECONDS

    def tell(self, op: str, pid: int) -> str:
        """Do what the room wants to a child, if it is still there."""
        return getattr(self, op)(pid) or "" if pid in self.children else ""

    def freeze(self, pid: int) -> str:
        """Stop a child that has just been copied; return what must be the same at its `thaw`.

        Nothing is returned if the copy and later ones could share what is not looked at.
        """
        watch.stop(pid)
        if not self.world:
            return NO_WALLS
        return "" if watch.shares(pid, self.children[pid]) else watch.state(pid)

    def thaw(self, pid: int) -> str:
        """End the copy of a child, and let the child go on."""
        state = watch.state(pid) if self.world and watch.hold(pid) else ""
        watch.go_on(pid)
        return state if self.world else NO_WALLS

    def interrupt(self, pid: int) -> None:
        """Interrupt a cell, as Jupyter does."""
        os.kill(pid, signal.SIGINT)

    def spawn(self, role: str, grouped: bool) -> int:
        """Start a process of a notebook, ``grouped`` in a memory cgroup; return its id."""
        _, handed, _, _ = socket.recv_fds(self.line, 1, 3)
        self.count += 1
        with isolate.own_processes() if self.world else contextlib.nullcontext():
            pid = os.fork()
            if pid == 0:
                self._become(role, handed, grouped)
        self.children[pid] = watch.sockets(handed)
        for descriptor in handed:
            os.close(descriptor)
        return pid

    def _become(self, role: str, handed: list[int], grouped: bool) -> None:
        try:
            if grouped:
                with contextlib.suppress(OSError):  # its limits hold all the same
                    os.write(handed.pop(), b"0")
            if self.world == "user":
                isolate.own_user()
            isolate.limit(self.memory, bool(self.world))
            isolate.close_all_but(*handed)
            if self.world:
                isolate.own_world(self.count, self.world == "root", programs=role != "tests",
                                  locks=role == "together")  # fmt: skip
            else:
                os.setsid()
            work = WORK if self.world else f"{os.environ['SAFETYLAB_TMP']}/{self.count}"
            Path(work).mkdir(parents=True)
            os.chdir(work)
            lines = [socket.socket(fileno=descriptor) for descriptor in handed]
            ROLES[role](self.shell, *lines).serve()
        finally:
            os._exit(1)


def main(descriptor: str, world: str, memory: str, modules: str) -> None:
    """Serve requests of the room until it is gone."""
    line = socket.socket(fileno=int(descriptor))
    sys.path[:] = [place for place in sys.path if place and Path(place).exists()]
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    server = Server(line, world, float(memory))
    preload(modules.split(",") if modules else [])
    wire.send(line, ["ready"])
    server.serve()
    os._exit(0)  # without a last walk through all modules


if __name__ == "__main__":
    main(*sys.argv[1:])
