"""Give a forked process its own small world: namespaces, empty folders, limits, no privileges."""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import resource
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_LIBC = ctypes.CDLL(None, use_errno=True)
NEWNS, NEWIPC, NEWUSER, NEWPID, NEWNET = 0x20000, 0x8000000, 0x10000000, 0x20000000, 0x40000000
NOSUID, NODEV, NOATIME, PRIVATE, REC = 2, 4, 1 << 10, 1 << 18, 1 << 14
PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 4, 24, 38
_CAPABILITY_VERSION = 0x20080522
PR_SET_SECCOMP = 22
_LOAD, _IF_EQUAL, _IF_AT_LEAST, _IF_ANY, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW = 0x7FFF0000
_REFUSE, _MISSING = (0x00050000 | code for code in (errno.EPERM, errno.ENOSYS))
_NUMBER, _ARCHITECTURE, _FIRST, _SECOND = 0, 4, 16, 24
_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
CALLS = {
    "memfd_create": (319, 279), "memfd_secret": (447, 447), "shmget": (29, 194),
    "semget": (64, 190), "msgget": (68, 186), "mq_open": (240, 180), "ioprio_set": (251, 30),
    "io_uring_setup": (425, 425), "add_key": (248, 217), "request_key": (249, 218),
    "keyctl": (250, 219), "unshare": (272, 97), "setns": (308, 268), "mount": (165, 40),
    "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51), "ptrace": (101, 117),
    "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "flock": (73, 32),
    "userfaultfd": (323, 282), "bpf": (321, 280), "perf_event_open": (298, 241),
    "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430), "fsmount": (432, 432),
    "mount_setattr": (442, 442), "execve": (59, 221), "execveat": (322, 281), "clone": (56, 220),
    "clone3": (435, 435), "fcntl": (72, 25), "sched_setattr": (314, 274), "socket": (41, 198),
    "setsockopt": (54, 208), "bind": (49, 200),
}  # fmt: skip
"""Numbers of system calls on x86_64 and aarch64."""
CHECKED = {"execve", "execveat", "clone", "clone3", "fcntl", "socket", "setsockopt", "bind"}
"""Calls that are refused in part, or to some only; the others are refused to everybody: memory and
keys that belong to no process, locks on files that others see, and new namespaces and mounts."""
_NEW_NAMESPACES = 0x7E020000
_LOCKS = (6, 7, 37, 38, 1024, 8, 10, 15, 1036, 1038)
"""Commands of ``fcntl``: locks, and settings that outlive who made them (owners, hints)."""
_FAMILIES = (1, 2, 10, 16)
"""Sockets of this machine, two of the network (there is none) and the kernel's list of it. Others
reach beyond namespaces: by vsock, the machine that this one is a guest of."""
_THREAD, _SHARED_FILES, _VFORK, _SHARED_MEMORY = 0x10000, 0x600, 0x4000, 0x100
_TOLD_BYTES = 2**19
FIRST_UID = 200_000
PROCESSES = 96
FILES = 256
INODES = 20_000
FILE_BYTES = 2**28
COVERED = {"/tmp": "512m", "/dev/shm": "256m", "/proc": "4m"}
"""Folders that each process finds empty, with the size each may grow to."""
TOLD = ("cpuinfo", "meminfo", "stat", "self/maps", "self/status")
"""Files of ``/proc`` that a process finds as they were when it began: libraries read them."""


def _call(name: str, *args: object) -> None:
    if getattr(_LIBC, name)(*args) != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")


@contextmanager
def own_processes() -> Iterator[None]:
    """Have the next child be the first of a process namespace, which dies with it.

    Raises:
        OSError: the system does not allow it.
    """
    home = os.open("/proc/self/ns/pid", os.O_RDONLY)
    _call("unshare", NEWPID)
    try:
        yield
    finally:
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


def own_world(number: int, as_root: bool, programs: bool = True, locks: bool = False) -> None:
    """Leave this process without a network, shared memory, others' files and privileges.

    Args:
        number: as root, a user id of its own comes from it.
        as_root: whether this process is root in the first user namespace.
        programs: whether it may start programs.
        locks: whether it may lock files, and name sockets or set them up.

    Raises:
        OSError: the system does not allow it.
    """
    _call("unshare", NEWNS | NEWNET | NEWIPC)
    _call("mount", b"none", b"/", None, PRIVATE | REC, None)
    told = _told()
    for folder, size in COVERED.items():
        options = f"size={size},nr_inodes={INODES},mode=1777".encode()
        _call("mount", b"tmpfs", folder.encode(), b"tmpfs", NOSUID | NODEV | NOATIME, options)
    Path("/proc/self").mkdir()
    for name, content in told.items():
        Path("/proc", name).write_bytes(content)
    if as_root:
        os.setgroups([])
        os.setresgid(FIRST_UID + number, FIRST_UID + number, FIRST_UID + number)
        os.setresuid(FIRST_UID + number, FIRST_UID + number, FIRST_UID + number)
    _drop_capabilities()
    _deny_calls(programs, locks)


def _told() -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for name in TOLD:
        with suppress(OSError):
            found[name] = Path("/proc", name).read_bytes()[:_TOLD_BYTES]
    return found


def _drop_capabilities() -> None:
    for capability in range(64):
        _LIBC.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    _call("capset", header, (ctypes.c_uint32 * 6)())
    _call("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def _deny_calls(programs: bool, locks: bool) -> None:
    """Refuse the calls that no folder, namespace or limit holds back (seccomp)."""
    machine = platform.machine()
    if machine not in _ARCHITECTURES:
        return
    column = list(_ARCHITECTURES).index(machine)
    calls = {name: numbers[column] for name, numbers in CALLS.items()}
    refused = calls.keys() - CHECKED | (set() if programs else {"execve", "execveat"})
    refused |= set() if locks else {"setsockopt", "bind"}
    steps = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_IF_EQUAL, 1, 0, _ARCHITECTURES[machine]),
        (_RETURN, 0, 0, _REFUSE),  # no other one's numbers
        (_LOAD, 0, 0, _NUMBER),
        *_where(_IF_AT_LEAST, 0x40000000, _REFUSE),  # none of x32's
        *(step for name in sorted(refused) for step in _where(_IF_EQUAL, calls[name], _REFUSE)),
        *_where(_IF_EQUAL, calls["clone3"], _MISSING),  # its flags cannot be seen: clone is used
        *_of(calls["clone"], _FIRST, _new_processes()),
        *_of(calls["socket"], _FIRST, _sockets()),
    ]
    if not locks:
        refusals = [step for lock in _LOCKS for step in _where(_IF_EQUAL, lock, _REFUSE)]
        steps += _of(calls["fcntl"], _SECOND, refusals)
    code = b"".join(struct.pack("HBBI", *step) for step in [*steps, (_RETURN, 0, 0, _ALLOW)])
    kept = ctypes.create_string_buffer(code)
    program = struct.pack("HP", len(code) // 8, ctypes.addressof(kept))
    _call("prctl", PR_SET_SECCOMP, 2, program, 0, 0)


_Step = tuple[int, int, int, int]
"""What to do, how many steps to pass over if it is so and if not, and with which number."""


def _where(test: int, number: int, answer: int) -> list[_Step]:
    return [(test, 0, 1, number), (_RETURN, 0, 0, answer)]


def _new_processes() -> list[_Step]:
    """What `clone` may do: threads, and processes that share nothing (but until they exec)."""
    return [*_where(_IF_ANY, _NEW_NAMESPACES, _REFUSE), *_where(_IF_ANY, _THREAD, _ALLOW),
            *_where(_IF_ANY, _SHARED_FILES, _REFUSE), *_where(_IF_ANY, _VFORK, _ALLOW),
            *_where(_IF_ANY, _SHARED_MEMORY, _REFUSE)]  # fmt: skip


def _sockets() -> list[_Step]:
    known = [step for family in _FAMILIES for step in _where(_IF_EQUAL, family, _ALLOW)]
    return [*known, (_RETURN, 0, 0, _REFUSE)]


def _of(call: int, argument: int, steps: list[_Step]) -> list[_Step]:
    """Have a call judged by one of its arguments, and let it pass if ``steps`` do not end it."""
    inner = [(_LOAD, 0, 0, argument), *steps, (_RETURN, 0, 0, _ALLOW)]
    return [(_IF_EQUAL, 0, len(inner), call), *inner]


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
        resource.RLIMIT_DATA: _held() + int(memory * 2**30),
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


def _held() -> int:
    """Bytes of data that this process holds now."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmData:"))
