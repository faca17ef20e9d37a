"""The fork server: holds imported modules and nothing else; each process of a notebook is a fork.

``python -m safetylab.grading.server FD WORLD MEMORY MODULES``
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import signal
import socket
import sys
import warnings
from pathlib import Path

from safetylab.grading import child, isolate, wire
from safetylab.grading.cells import Shell

WORK = "/tmp/work"


def preload(names: list[str]) -> None:
    """Import what the notebooks will; what cannot be imported is the notebook's own business."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in names:
            with contextlib.suppress(Exception):
                importlib.import_module(name)
    if "torch" in sys.modules:
        _warm_torch()
    if "matplotlib" in sys.modules:
        importlib.import_module("matplotlib.font_manager")
    gc.collect()
    gc.freeze()


def _warm_torch() -> None:
    """The first seed and the first gradient load modules, too."""
    import torch

    torch.set_num_threads(1)
    weight = torch.zeros(1, requires_grad=True)
    (weight * torch.randn(1, generator=torch.Generator().manual_seed(0))).sum().backward()  # type: ignore[no-untyped-call]
    with contextlib.suppress(ImportError):
        importlib.import_module("torch._dynamo")


def main(descriptor: str, world: str, memory: str, modules: str) -> None:
    """Serve requests of the room until it is gone."""
    line = socket.socket(fileno=int(descriptor))
    sys.path[:] = [place for place in sys.path if place and Path(place).exists()]
    shell = Shell.make_quiet()
    preload(modules.split(",") if modules else [])
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    wire.send(line, ["ready"])
    count = 0
    while True:
        try:
            (op, *values), _ = wire.receive(line)
        except EOFError:
            return
        _reap()
        if op == "spawn":
            count += 1
            _, handed, _, _ = socket.recv_fds(line, 1, 2)
            wire.send(
                line, ["ok", _spawn(line, shell, values[0], world, count, float(memory), handed)]
            )
        elif op == "kill":
            with contextlib.suppress(ProcessLookupError):
                os.kill(values[0], signal.SIGTERM)
            wire.send(line, ["ok"])
        elif op == "import":
            preload(values[0])
            wire.send(line, ["ok"])


def _reap() -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _spawn(line: socket.socket, shell: Shell, role: str, world: str, number: int, memory: float,
           handed: list[int]) -> int:  # fmt: skip
    """Start a guard and, below it, the process that it guards; return the guard's id."""
    guard = os.fork()
    if guard:
        for descriptor in handed:
            os.close(descriptor)
        return guard
    try:
        line.close()
        if world:
            isolate.own_processes(world == "root")
        pid = os.fork()
        if pid == 0:
            _become(shell, role, world, number, memory, handed)
        for descriptor in handed:
            os.close(descriptor)
        isolate.guard(pid, memory)
    finally:
        os._exit(1)


def _become(shell: Shell, role: str, world: str, number: int, memory: float,
            handed: list[int]) -> None:  # fmt: skip
    try:
        isolate.limit(memory, bool(world))
        isolate.close_all_but(*handed)
        if world:
            isolate.own_world(number, world == "root")
        else:
            os.setsid()
        work = WORK if world else f"{os.environ['SAFETYLAB_TMP']}/{number}"
        Path(work).mkdir(parents=True)
        os.chdir(work)
        control, other = (socket.socket(fileno=descriptor) for descriptor in handed)
        child.serve(role, shell, control, other)
    finally:
        os._exit(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
