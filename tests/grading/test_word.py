"""No copy of a student's process leaves word for the copy that serves the next test."""
# ruff: noqa: E501

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from safetylab.grading.paper.outcome import End
from safetylab.grading.room.room import Pair, Room

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("word")]

FIND = """
import gc, os, socket, fcntl, struct, ctypes
from safetylab.grading.crossing import wire
from safetylab.grading.crossing.peer import Peer
from safetylab.grading.room.child import Student
(peer,) = [thing for thing in gc.get_objects() if type(thing) is Peer]
(student,) = [thing for thing in gc.get_objects() if type(thing) is Student]
main = peer.sock
"""
WORDS = {
    "the folder over /proc": ("", "open('/proc/w', 'w').write(str(n))", "int(open('/proc/w').read())"),
    "a file written through a mapping": (
        "import mmap\nopen('/tmp/x', 'wb').write(bytes(4096))",
        "f = open('/tmp/x', 'r+b'); m = mmap.mmap(f.fileno(), 4096); m[0]; m[:10] = b'%010d' % n; m.close()",
        "int(open('/tmp/x').read(10))"),
    "when a file was read": (
        "for i in range(10):\n    open(f'/tmp/a{i}', 'w').write('x'); os.utime(f'/tmp/a{i}', (1, 2))",
        "[open(f'/tmp/a{i}').read() for i in range(10) if n >> i & 1]",
        "sum((os.stat(f'/tmp/a{i}').st_atime != 1) << i for i in range(10))"),
    "a hint on a file": (
        "for i in range(10): open(f'/tmp/h{i}', 'w').write('x')",
        "[fcntl.fcntl(os.open(f'/tmp/h{i}', os.O_RDWR), 1036, struct.pack('Q', 2)) for i in range(10) if n >> i & 1]",
        "sum((struct.unpack('Q', fcntl.fcntl(os.open(f'/tmp/h{i}', os.O_RDWR), 1035, bytes(8)))[0] == 2) << i for i in range(10))"),
    "a socket that talks to itself": (
        "s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)\ntry: s.bind('\\0me'); s.connect('\\0me')\nexcept OSError: pass\n"
        "number = main.fileno(); socket.send_fds(s, [b'keep'], [number]) if s.getsockname() else None\n"
        "os.dup2(s.fileno(), number); s.close(); peer.sock = student.control\n"
        "def own(): return socket.socket(fileno=os.dup(number))",
        "own().send(b'%d' % n)", "(own().recv(9), int(own().recv(9)))[1]"),
    "a filter on a line": (
        "", "kept = ctypes.create_string_buffer(struct.pack('HBBI', 6, 0, 0, n)); "
        "main.setsockopt(1, 26, struct.pack('HxxxxxxP', 1, ctypes.addressof(kept)))",
        "(b := ctypes.create_string_buffer(8), ctypes.CDLL(None).getsockopt(main.fileno(), 1, 26, b, ctypes.byref(ctypes.c_uint32(1))), struct.unpack('HBBI', b.raw)[3])[2]"),
    "an option of a line": ("", "main.setsockopt(1, 20, struct.pack('ll', n, 0))",
                            "struct.unpack('ll', main.getsockopt(1, 20, 16))[0]"),
    "the name of a line": ("", "main.bind('\\0%d' % n)", "int(main.getsockname()[1:])"),
    "flags of open files": (
        "nulls = [os.open(os.devnull, os.O_RDWR) for _ in range(10)]",
        "[fcntl.fcntl(file, fcntl.F_SETFL, os.O_APPEND) for i, file in enumerate(nulls) if n >> i & 1]",
        "sum(bool(fcntl.fcntl(file, fcntl.F_GETFL) & os.O_APPEND) << i for i, file in enumerate(nulls))"),
    "memory whose name looks like the system's": (
        "os.makedirs('/tmp/a /usr'); f = open('/tmp/a /usr/f', 'w+b'); f.write(bytes(4096)); f.flush()\n"
        "libc = ctypes.CDLL(None); libc.mmap.restype = ctypes.c_void_p\n"
        "place = libc.mmap(None, ctypes.c_size_t(4096), 3, 1, f.fileno(), ctypes.c_long(0))\n"
        "f.close(); os.unlink('/tmp/a /usr/f')",
        "ctypes.memmove(place, b'%010d' % n, 10)", "int(ctypes.string_at(place, 10))"),
    "how it is scheduled": (
        "libc = ctypes.CDLL(None)",
        "libc.syscall(314, os.getppid(), struct.pack('IIQiIQQQ', 48, 0, 0, os.getpriority(0, 0), 0, n * 1000, 0, 0), 0)",
        "(b := ctypes.create_string_buffer(56), libc.syscall(315, 0, b, 56, 0), struct.unpack('IIQiIQQQII', b.raw)[5] // 1000)[2]"),
    "the mask of a process that shares it": (
        "libc = ctypes.PyDLL(None)\ndef copy():\n    line = student.handed()\n"
        "    student.copy_pid = libc.syscall(56, 0x200 | 17, 0, 0, 0, 0)\n"
        "    if student.copy_pid == 0: student._serve_alone(line)\n    line.close()\nstudent.copy = copy",
        "os.umask(n & 0o777)", "os.umask(0) | n & 0o1000"),
}  # fmt: skip
WORD = 777


@pytest.fixture(scope="module")
def room() -> Iterator[Room]:
    with Room(timeout=5, memory=1, modules=[]) as made:
        if not made.sandbox:
            pytest.skip("without a sandbox each test has a fresh start")
        yield made


@pytest.fixture
def pair(room: Room) -> Iterator[Pair]:
    with room.pair() as made:
        made.begin([], {}, {})
        yield made


def defined(pair: Pair, setup: str, put: str, get: str) -> None:
    code = (
        f"{FIND}{setup}\nn = {WORD}\ndef f(n):\n    {put}\n    return n\ndef g():\n    return {get}"
    )
    pair.run_student(code, 0)
    pair.answered(["f", "g"], "")


@pytest.mark.parametrize("way", WORDS)
def test_a_copy_leaves_no_word_for_the_next(pair: Pair, way: str) -> None:
    defined(pair, *WORDS[way])
    if pair.run_tests(f"f({WORD})", 1, apart=True).lost:
        return  # a fresh start comes after it
    heard = pair.run_tests(f"assert g() == {WORD}", 2, apart=True)
    assert heard.end is not End.OK


def test_no_copy_answers_what_the_last_test_will_ask(pair: Pair) -> None:
    put = ("wire.send(main, ['ok', ['handle', 0, 'g'], [], ['', '']]); "
           "wire.send(main, ['ok', n, [], ['', '']])")  # fmt: skip
    defined(pair, "", put, "-1")
    assert pair.run_tests(f"f({WORD})", 1, apart=True).end is End.OK
    assert pair.run_tests(f"assert g() == {WORD}", 2, apart=False).end is not End.OK


def test_an_honest_notebook_with_files_needs_no_fresh_start(pair: Pair) -> None:
    defined(pair, "open('notes.txt', 'w').write('x' * 10**6)", "open('notes.txt').read()", "7")
    for place in (1, 2, 3):
        assert not pair.run_tests(f"assert f(2) == 2 and g() == {7}", place, apart=True).lost


@pytest.mark.parametrize("family", [38, 40])
def test_no_socket_reaches_beyond_the_room(room: Room, family: int) -> None:
    with room.alone() as one:
        code = (
            f"import socket\ntry: socket.socket({family}, 1)\nexcept OSError as e: print(e.errno)"
        )
        assert [shown.data for shown in one.run_cell(code, 0).outputs] == ["1\n"]


def test_two_rooms_have_no_user_in_common(room: Room) -> None:
    """What a user may start is counted on the whole machine."""
    look = "import os\nprint(os.getuid())"
    with Room(modules=[]) as other, room.alone() as one, other.alone() as two:
        ids = {side.run_cell(look, 0).outputs[0].data for side in (one, two)}
    assert len(ids) == 2 or os.geteuid() != 0
