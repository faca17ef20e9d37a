"""Give a forked process its own small world: namespaces, empty folders, limits, no privileges."""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import resource
import signal
import struct
from pathlib import Path

_LIBC = ctypes.CDLL(None, use_errno=True)
NEWNS, NEWIPC, NEWUSER, NEWPID, NEWNET = 0x20000, 0x8000000, 0x10000000, 0x20000000, 0x40000000
NOSUID, NODEV, PRIVATE, REC = 2, 4, 1 << 18, 1 << 14
PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 4, 24, 38
_CAPABILITY_VERSION = 0x20080522
PR_SET_SECCOMP = 22
_LOAD, _IF_EQUAL, _IF_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
DENIED = {
    "x86_64": (0xC000003E, (319, 447, 29, 425, 248, 249, 250)),
    "aarch64": (0xC00000B7, (279, 447, 194, 425, 217, 218, 219)),
}
"""By machine: its architecture, and the numbers of memfd_create, memfd_secret, shmget,
io_uring_setup, add_key, request_key and keyctl: memory that belongs to no process, and the keys
that one process would find of another."""
FIRST_UID = 200_000
PROCESSES = 96
FILES = 512
FILE_BYTES = 2**28
COVERED = {"/tmp": "512m", "/dev/shm": "256m", "/proc": "1m"}
"""Folders that each process finds empty, with the size each may grow to."""


def _call(name: str, *args: object) -> None:
    if getattr(_LIBC, name)(*args) != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")


def own_processes() -> int:
    """Have the next child be the first of a process namespace; return this process's own.

    A namespace dies with its first process. `back_home` undoes it for the children after that.

    Raises:
        OSError: the system does not allow it.
    """
    home = os.open("/proc/self/ns/pid", os.O_RDONLY)
    _call("unshare", NEWPID)
    return home


def back_home(home: int) -> None:
    """Have children from now on in the namespace that `own_processes` returned."""
    _call("setns", home, NEWPID)
    os.close(home)


def own_user() -> None:
    """Leave the user namespace in which this process may do as it likes; keep user and group.

    Raises:
        OSError: the system does not allow it.
    """
    user, group = os.getuid(), os.getgid()
    _call("unshare", NEWUSER)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")


def own_world(number: int, as_root: bool) -> None:
    """Leave this process without a network, shared memory, others' files and privileges.

    Args:
        number: as root, a user id of its own comes from it.
        as_root: whether this process is root in the first user namespace.

    Raises:
        OSError: the system does not allow it.
    """
    _call("unshare", NEWNS | NEWNET | NEWIPC)
    _call("mount", b"none", b"/", None, PRIVATE | REC, None)
    for folder, size in COVERED.items():
        options = f"size={size},mode=1777".encode()
        _call("mount", b"tmpfs", folder.encode(), b"tmpfs", NOSUID | NODEV, options)
    if as_root:
        os.setgroups([])
        os.setresgid(FIRST_UID + number, FIRST_UID + number, FIRST_UID + number)
        os.setresuid(FIRST_UID + number, FIRST_UID + number, FIRST_UID + number)
    _drop_capabilities()
    _deny_calls()


def _drop_capabilities() -> None:
    for capability in range(64):
        _LIBC.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    _call("capset", header, (ctypes.c_uint32 * 6)())
    _call("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def _deny_calls() -> None:
    """Refuse the calls in `DENIED`, which no folder, namespace or limit holds back (seccomp)."""
    if platform.machine() not in DENIED:
        return
    architecture, calls = DENIED[platform.machine()]
    to_refusal = [len(calls) - place for place in range(len(calls))]
    steps = [
        (_LOAD, 0, 0, 4),  # the architecture: no other one's numbers
        (_IF_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _ERRNO | errno.EPERM),
        (_LOAD, 0, 0, 0),  # the number of the call: none of x32's
        (_IF_AT_LEAST, len(calls) + 1, 0, 0x40000000),
        *((_IF_EQUAL, far, 0, call) for far, call in zip(to_refusal, calls, strict=True)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _ERRNO | errno.EPERM),
    ]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    _call("prctl", PR_SET_SECCOMP, 2, struct.pack("HP", len(steps), ctypes.addressof(code)), 0, 0)


def limit(memory: float, alone: bool) -> None:
    """Bound what this process and those it starts may use.

    Args:
        memory: GiB beyond what it holds now.
        alone: whether it will have a user id or namespace of its own, in which it is counted.
    """
    bounds = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: FILE_BYTES,
        resource.RLIMIT_NOFILE: FILES,
        resource.RLIMIT_DATA: _memory("self", "VmData:") + int(memory * 2**30),
    }
    if alone:
        bounds[resource.RLIMIT_NPROC] = PROCESSES
    for kind, bound in bounds.items():
        resource.setrlimit(kind, (bound, bound))


def close_all_but(*kept: int) -> None:
    """Close every file descriptor except ``kept``; 0, 1 and 2 lead nowhere."""
    null = os.open(os.devnull, os.O_RDWR)
    for number in range(3):
        os.dup2(null, number)
    low = 3
    for number in sorted(kept):
        os.closerange(low, number)
        low = number + 1
    os.closerange(low, 65_536)


def end_tree(child: int) -> None:
    """Kill a process and all its descendants; the first of a namespace takes the rest with it."""
    for pid in [child, *descendants(child)]:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def descendants(root: int) -> list[int]:
    """Return the process ids below ``root``."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, ValueError, IndexError):
                continue
            parents.setdefault(parent, []).append(int(entry.name))
    found, waiting = [], [root]
    while waiting:
        children = parents.get(waiting.pop(), [])
        found += children
        waiting += children
    return found


def memory_of(root: int) -> int:
    """Bytes of memory that the processes below ``root``, and it, hold beside files."""
    return sum(_memory(pid, "RssAnon:", "RssShmem:") for pid in [root, *descendants(root)])


def _memory(pid: int | str, *kinds: str) -> int:
    """Add up what the system tells of a process, in bytes; one that has ended holds nothing."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(kinds))
