"""What the server sees, from outside, of the processes that it started; and how it stops them."""

from __future__ import annotations

import hashlib
import os
import re
import signal
import stat
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from safetylab.grading.room.isolate import COVERED

ALL_FILES = 1_000
"""How many files and sockets a process and all that it started may have open."""
MOST_READ = 2**28
"""Bytes of a notebook's files that are read before and after each test."""
_SHARED = re.compile(r"^\S+ ...s (?!\S+ \S+ \d+ +/usr/)", re.M)
"""A line of ``/proc/PID/maps``: memory that is shared, and no file of the system's."""
_SETTINGS = ("SigPnd", "ShdPnd", "SigBlk", "SigIgn", "SigCgt", "Cpus_allowed:", "Mems_allowed:")
_PRIORITIES = (15, 16, 37, 38)
"""Which words of ``/proc/PID/stat`` behind the name tell how a process is scheduled."""


def end_tree(child: int) -> None:
    """Kill a process and all its descendants; the first of a namespace takes the rest with it."""
    _send([child, *descendants(child)], signal.SIGKILL)


def _send(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


Family = dict[int, list[int]]
"""The processes that each process has started."""


def family() -> Family:
    """Return who has started whom, of all that are there."""
    found: Family = {}
    for name in _listed("/proc"):
        if name.isdigit() and (words := _stat_words(int(name))):
            found.setdefault(int(words[1]), []).append(int(name))
    return found


def descendants(root: int, known: Family | None = None) -> list[int]:
    """Return the process ids below ``root``."""
    known, found, waiting = known or family(), [], [root]
    while waiting:
        children = known.get(waiting.pop(), [])
        found += children
        waiting += children
    return found


def is_past(root: int, memory: float, known: Family) -> bool:
    """Whether a process, with all below it, holds more than ``memory`` GiB, or too many files."""
    pids = [root, *descendants(root, known)]
    held = sum(_memory(pid) for pid in pids)
    return held > memory * 2**30 or sum(len(_listed(f"/proc/{pid}/fd")) for pid in pids) > ALL_FILES


def _memory(pid: int) -> int:
    """Bytes that a process holds beside files, and of page tables; one that has ended has none."""
    lines = [line for line in _read(f"/proc/{pid}/status").splitlines()
             if line.startswith(("RssAnon:", "RssShmem:", "VmPTE:"))]  # fmt: skip
    return sum(int(line.split()[1]) * 1024 for line in lines)


# --- copies: a process stands still while a copy of it serves a test


def stop(pid: int) -> None:
    """Stop a process; one that does not stop within a second is told by its `state`."""
    os.kill(pid, signal.SIGSTOP)
    for pause in (0.0001, 0.001, *[0.01] * 100):
        if os.waitid(os.P_PID, pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT | os.WNOHANG):
            return
        time.sleep(pause)


def hold(pid: int) -> bool:
    """Stop the copies of a process; return whether they stand still and so end by a kill alone.

    One that ends by itself may leave word in its exit code.
    """
    copies = descendants(pid)
    _send(copies, signal.SIGSTOP)
    for pause in (0.0001, 0.001, *[0.005] * 20):
        if all(_stat_words(copy)[:1] == ["T"] for copy in copies):
            return True
        time.sleep(pause)
    return False


def go_on(pid: int) -> None:
    """End the copies of a stopped process and let it go on."""
    _send(descendants(pid), signal.SIGKILL)
    os.kill(pid, signal.SIGCONT)


def shares(pid: int, lines: list[str]) -> bool:
    """Whether a process has open more than its ``lines``, or memory that its copies would share."""
    opened = [_link(f"/proc/{pid}/fd/{number}") for number in _listed(f"/proc/{pid}/fd")]
    if sorted(name for name in opened if name != os.devnull) != lines:
        return True
    maps = _read(f"/proc/{pid}/maps")
    return not maps or bool(_SHARED.search(maps))


def state(pid: int) -> str:
    """Return what a stopped process and its one copy cannot change unseen.

    Nothing is returned if it does not stand still, has another child, or cannot be looked into.
    """
    copies, words = descendants(pid), _stat_words(pid)
    ended = [copy for copy in copies if _stat_words(copy)[:1] in ([], ["Z"])]
    if words[:1] != ["T"] or len(copies) != 1 or ended:
        return ""
    settings = [line for line in _read(f"/proc/{pid}/status").splitlines()
                if line.startswith(_SETTINGS)]  # fmt: skip
    scheduled = [words[place] for place in _PRIORITIES]
    try:
        found = [str(copies), *settings, *scheduled, _read(f"/proc/{pid}/limits"), *_opened(pid),
                 *_files(pid)]  # fmt: skip
    except OSError:  # a path that is too long, say, or too much to read
        return ""
    return hashlib.sha256("\n".join(found).encode(errors="replace")).hexdigest()


def sockets(descriptors: list[int]) -> list[str]:
    """Return the names of those descriptors of this process that are sockets, in order."""
    names = sorted(_link(f"/proc/self/fd/{number}") for number in descriptors)
    return [name for name in names if name.startswith("socket:")]


def _opened(pid: int) -> Iterator[str]:
    """Tell of each open file: what it is, where it stands, its flags."""
    for number in sorted(_listed(f"/proc/{pid}/fd")):
        yield number + _link(f"/proc/{pid}/fd/{number}") + _read(f"/proc/{pid}/fdinfo/{number}")


def _files(pid: int) -> Iterator[str]:
    """Tell of each file and folder that only ``pid`` has: name, time of its last change, content.

    What is written through a mapping changes no time.
    """
    left = MOST_READ
    waiting = [f"/proc/{pid}/root{top}" for top in COVERED]
    while waiting:
        folder = waiting.pop()
        with os.scandir(folder) as entries:
            inside = sorted(entries, key=lambda entry: entry.name)
        waiting += [entry.path for entry in inside if entry.is_dir(follow_symlinks=False)]
        for path in (folder, *(entry.path for entry in inside)):
            told = os.lstat(path)
            yield f"{path} {told.st_size} {told.st_ctime_ns}"
            if stat.S_ISREG(told.st_mode):
                left -= told.st_size
                yield _digest(path) if left >= 0 else _refuse(path)


def _refuse(path: str) -> str:
    raise OSError(f"{path}: too much to read")


def _digest(path: str) -> str:
    with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:  # noqa: PTH123
        return hashlib.file_digest(file, "sha256").hexdigest()


def _stat_words(pid: int) -> list[str]:
    """Return the words of ``/proc/PID/stat`` behind the name: state, parent, ..."""
    return _read(f"/proc/{pid}/stat").rpartition(")")[2].split()


def _read(path: str) -> str:
    with suppress(OSError), open(path, errors="replace") as file:  # noqa: PTH123 (it is often done)
        return file.read()
    return ""


def _listed(folder: str) -> list[str]:
    with suppress(OSError):
        return os.listdir(folder)  # noqa: PTH208 (it is often done)
    return []


def _link(path: str) -> str:
    with suppress(OSError):
        return str(Path(path).readlink())
    return ""
