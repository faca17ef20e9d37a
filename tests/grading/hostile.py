"""Submissions to the tiny lab that cheat, break, or are odd and honest, each with its fair score.

The tiny lab gives 2 points for ``double`` and 1 + 2 for ``mean``. ``WRONG`` answers earn nothing by
themselves, so any point that a cheat gets was paid for cheating.
"""
# ruff: noqa: E501

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from grading import tiny

WRONG = {"ex1_1-double": "def double(x):\n    return 7",
         "ex1_2-mean": "def mean(values):\n    return -1", "ex1_3-why": "?"}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A submission and the points that its answers earn in exercises 1.1 and 1.2."""

    name: str
    content: bytes
    fair: tuple[float, float]


def cheat(name: str, code: str, fair: tuple[float, float] = (0, 0)) -> Case:
    """Wrong answers behind a cell of the student's own that runs before everything else."""
    return Case(name, tiny.submission(WRONG, lambda cells: cells.insert(0, tiny.extra(code))), fair)


def answer(name: str, code: str, fair: tuple[float, float]) -> Case:
    """``code`` as the answer to 1.1, beside a right one to 1.2."""
    return Case(name, tiny.submission({**tiny.RIGHT, "ex1_1-double": code}), fair)


def right(name: str, edit: Callable[[list[Any]], None], fair: tuple[float, float] = (2, 3)) -> Case:
    """Right answers in an edited notebook."""
    return Case(name, tiny.submission(tiny.RIGHT, edit), fair)


def odd(name: str, code: str, fair: tuple[float, float] = (2, 3)) -> Case:
    """Right answers beside a cell of the student's own."""
    return right(name, lambda cells: cells.insert(3, tiny.extra(code)), fair)


ROGUE = """
import gc, os, socket, struct, time
from safetylab.grading.crossing import wire
from safetylab.grading.crossing.peer import Peer
(peer,) = [thing for thing in gc.get_objects() if type(thing) is Peer]

def is_open(line):
    try: return bool(os.fstat(line.fileno()))
    except OSError: return False

lines = [thing for thing in gc.get_objects() if type(thing) is socket.socket]
(control,) = [line for line in lines if line is not peer.sock and is_open(line)]
"""
"""Code that has found the lines to the tests and to the grader."""

EQUAL = """
class Equal{base}:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __lt__(self, other): return True
    __le__ = __gt__ = __ge__ = __lt__
    def __hash__(self): return 0
    def __bool__(self): return True
    def __sub__(self, other): return 0
    __rsub__ = __add__ = __radd__ = __mul__ = __rmul__ = __truediv__ = __sub__
    def __abs__(self): return 0
    def __contains__(self, other): return True
    def __float__(self): return 0.0
def double(x): return Equal{make}
def mean(values): return Equal{make}
"""

PATCHES = {
    "expect": "expect = lambda *a, **k: None",
    "the check's class": "class CheckFailed(AssertionError):\n    def __init__(self, *a): pass",
    "builtins.all": "import builtins\nbuiltins.all = builtins.any = lambda items: True",
    "builtins.AssertionError": "import builtins\nbuiltins.AssertionError = Warning",
    "exceptions that vanish": "import sys\nsys.excepthook = lambda *a: None",
    "an input transformer": (
        "ip = get_ipython()\nip.input_transformers_cleanup.append(lambda lines: ['pass\\n'])"
    ),
    "an AST transformer": (
        "import ast\nclass Drop(ast.NodeTransformer):\n    def visit_Expr(self, node):\n"
        "        return ast.Pass()\nget_ipython().ast_transformers.append(Drop())"
    ),
    "run_code": "type(get_ipython()).run_code = lambda *a, **k: False",
    "run_cell": (
        "from IPython.core.interactiveshell import ExecutionResult\n"
        "get_ipython().run_cell = type(get_ipython()).run_cell = lambda *a, **k: ExecutionResult(None)"
    ),
    "showtraceback": "get_ipython().showtraceback = lambda *a, **k: None",
    "custom exceptions": ("get_ipython().set_custom_exc((Exception,), lambda *a, **k: None)"),
    "events": "get_ipython().events.register('pre_run_cell', lambda info: None)\nraise SystemExit",
    "the shell's namespace": (
        "class Never(dict):\n    def __setitem__(self, key, value):\n"
        "        if not key.startswith('test'): dict.__setitem__(self, key, value)\n"
        "get_ipython().user_ns = Never(get_ipython().user_ns)"
    ),
    "the grader's own code": (
        "import gc\nfor thing in gc.get_objects():\n"
        "    if type(thing).__name__ == 'Student':\n"
        "        type(thing).run = lambda *a, **k: {'end': 'ok', 'value': 99}\n"
        "        type(thing).listen = lambda *a, **k: None"
    ),
    "the wire": (
        "from safetylab.grading.crossing import wire\nreal = wire.send\n"
        "def send(sock, tree, *rest):\n"
        "    if tree and tree[0] in ('ok', 'error'): tree = ['ok', 2, [], ['', '']]\n"
        "    return real(sock, tree)\nwire.send = send"
    ),
    "answers to questions nobody asked": (
        "import gc, socket\nfrom safetylab.grading.crossing import wire\n"
        "for thing in gc.get_objects():\n    if isinstance(thing, socket.socket):\n"
        "        try:\n            wire.send(thing, [1, {'end': 'ok'}])\n"
        "            wire.send(thing, ['ok', 2, [], ['', '']])\n        except OSError: pass"
    ),
    "every open file": (
        "import os\nfor number in range(3, 64):\n    try: os.write(number, b'\\0' * 64)\n"
        "    except OSError: pass"
    ),
    "printed points": "print('points: 99'); print('1.1: visible checks passed')\n99",
    "a displayed score": (
        "from IPython.display import display\ndisplay({'text/plain': '5'}, raw=True)\n5"
    ),
    "a test of one's own": "def test_double(): pass\ndef test_mean(): pass",
    "a tracing function": "import sys\nsys.settrace(lambda *a: None)",
    "frames": (
        "import sys, inspect\nfor info in inspect.stack():\n"
        "    info.frame.f_globals.update(CheckFailed=Warning, expect=print)"
    ),
    "a lying type": EQUAL.format(base="", make="()"),
    "a lying integer": EQUAL.format(base="(int)", make="(1)"),
    "a lying float": EQUAL.format(base="(float)", make="(1.0)"),
    "a class in place of a function": (
        EQUAL.format(base="", make="()")
        + "\nclass double(Equal):\n    def __init__(self, x): pass\nmean = double"
    ),
    "a lying __class__": (
        EQUAL.format(base="", make="()") + "\nEqual.__class__ = property(lambda self: int)"
    ),
    "modules that are not": (
        "import sys, types\nfor name in ('json', 'numpy', 'torch', 'safetylab.checks'):\n"
        "    sys.modules[name] = types.ModuleType(name)"
    ),
    "a file that shadows a module": (
        "open('json.py', 'w').write('raise SystemExit')\n"
        "open('sitecustomize.py', 'w').write('raise SystemExit')"
    ),
}
"""Whatever these do to their own process, the answers stay wrong."""

ENDINGS = {
    "a loop in a function": "def double(x):\n    while True: pass",
    "a loop that no interrupt ends": (
        "import signal\nfor number in range(1, 60):\n    try: signal.signal(number, signal.SIG_IGN)\n"
        "    except (OSError, ValueError): pass\ndef double(x):\n    while True:\n"
        "        try:\n            while True: pass\n        except BaseException: pass"
    ),
    "_exit in a function": "def double(x):\n    import os; os._exit(0)",
    "a signal to itself": "def double(x):\n    import os; os.kill(os.getpid(), 9)",
    "a signal to everybody": (
        "def double(x):\n    import os\n    os.kill(-1, 9); os.kill(1, 9)\n    os._exit(0)"
    ),
    "a crash": "def double(x):\n    import ctypes; ctypes.string_at(0)",
    "exit in a function": "def double(x):\n    exit()",
    "KeyboardInterrupt": "def double(x):\n    raise KeyboardInterrupt",
    "the grader's own exception": (
        "from safetylab.grading.crossing.peer import Gone, TimeIsUp\ndef double(x):\n    raise TimeIsUp"
    ),
    "a recursion": "def double(x):\n    return double(x)",
    "all memory": "def double(x):\n    return len(bytearray(10**13))",
    "much memory, slowly": (
        "def double(x):\n    kept = []\n    while True: kept.append(bytearray(50_000_000))"
    ),
    "forks without end": (
        "def double(x):\n    import os\n    while True:\n        try: os.fork()\n"
        "        except OSError: pass"
    ),
    "threads without end": (
        "def double(x):\n    import threading, time\n    while True:\n"
        "        threading.Thread(target=time.sleep, args=[9]).start()"
    ),
    "a file without end": (
        "def double(x):\n    with open('big', 'wb') as file:\n"
        "        while True: file.write(bytes(10**7))"
    ),
    "words without end": "def double(x):\n    while True: print('x' * 10**6)",
    "an iterator without end": (
        "class Many:\n    def __iter__(self):\n        while True: yield 1\n"
        "    def __len__(self): return 10**18\ndef double(x):\n    return Many()"
    ),
    "a huge number": "def double(x):\n    return 10 ** 10**7",
    "a list that holds itself": "def double(x):\n    a = []; a.append(a); return a",
    "a deep list": ("def double(x):\n    a = []\n    for _ in range(10**5): a = [a]\n    return a"),
    "a name that is no text": "class X(Exception):\n    __qualname__ = 'a.b.c'\ndef double(x):\n    raise X",
    "a line of a traceback made up": (
        "exec(compile('def double(x):\\n    raise KeyError', '<cell 99999>', 'exec'))"
    ),
    "an error with half an emoji": "def double(x):\n    raise ValueError('\\ud83d | \\x1b[2J')",
    "an error whose name is a page": (
        "class X(Exception): pass\nX.__name__ = X.__qualname__ = '<script>\\n\\n# x'\n"
        "def double(x):\n    raise X('\\0')"
    ),
    "a group of errors": "def double(x):\n    raise ExceptionGroup('a', [ValueError(1)])",
    "a test to be skipped": "import unittest\ndef double(x): raise unittest.SkipTest",
    "a process that stops itself": (
        "import os, signal\ndef double(x): os.kill(os.getpid(), signal.SIGSTOP)"
    ),
    "an answer that comes one byte at a time": (
        f"{ROGUE}def double(x):\n    peer.sock.sendall(struct.pack('!II', 50, 60_000_000))\n"
        "    while True:\n        peer.sock.send(b' '); time.sleep(0.5)"
    ),
    "no answers": f"{ROGUE}def double(x):\n    for tree in (None, [], {{}}): wire.send(peer.sock, tree)",
    "questions without end": (
        f"{ROGUE}def double(x):\n"
        "    while True: wire.send(peer.sock, ['ask', 'x', ['list', [['yours', 0]]]])"
    ),
    "all file descriptors": "import os\ndef double(x): os.closerange(0, 999)",
    "memory that is no process's": (
        "import os\ndef double(x):\n    open_ = [os.memfd_create('m') for _ in range(60)]\n"
        "    for file in open_: os.write(file, bytes(2**27))\n    return x + x"
    ),
    "a key for those who come later": (
        "import ctypes, platform\ndef double(x):\n    libc = ctypes.CDLL(None)\n"
        "    number = {'x86_64': 248, 'aarch64': 217}[platform.machine()]\n"
        "    key = libc.syscall(number, b'user', b'answer', b'2x', 2, -3)\n"
        "    if key < 0: raise OSError('no key')\n    return x + x"
    ),
    "an error that cannot be shown": (
        "class X(Exception):\n    def __str__(self): raise ValueError\ndef double(x):\n    raise X"
    ),
}
"""Each costs exercise 1.1 and nothing else."""

RIGHT = {
    "print to a closed stdout": "import sys\ndef double(x):\n    sys.stdout.close(); return x + x",
    "fork and come back": "import os\ndef double(x):\n    os.fork(); return x + x",
    "stop the process they came from": (
        "import os, signal\ndef double(x):\n    os.kill(os.getppid(), signal.SIGSTOP); return x + x"
    ),
    "begin with a shell line": "!echo hello\nlines = !echo 2\ndef double(x): return int(lines[0]) * x",
    "stand in a file of their own": (
        "open('own.py', 'w').write('def twice(x): return x + x')\nfrom own import twice as double"
    ),
    "end with exit()": "def double(x): return x + x\nexit()",
    "use threads": (
        "from concurrent.futures import ThreadPoolExecutor\ndef double(x):\n"
        "    with ThreadPoolExecutor(2) as pool: return sum(pool.map(int, [x, x]))"
    ),
    "use processes": (
        "import multiprocessing, subprocess\ndef double(x):\n"
        "    subprocess.run(['true'], stdout=subprocess.DEVNULL, check=True)\n"
        "    with multiprocessing.Pool(2) as pool: return sum(pool.map(int, [x, x]))"
    ),
    "use an event loop": (
        "import asyncio\nasync def later(x): return x + x\n"
        "def double(x): return asyncio.run(later(x))"
    ),
    "are deep": (
        "import sys\nsys.setrecursionlimit(10**6)\n"
        "def double(x, n=20_000): return x + x if n == 0 else double(x, n - 1)"
    ),
    "are a method": "class Of:\n    __slots__ = ()\n    def double(self, x): return x + x\ndouble = Of().double",
    "come with line ends of Windows": "%%time\r\ndef double(x):\r\n    return x + x\r\n",
    "come after a reset": "%reset -f\ndef double(x): return x + x",
    "rename what Python has": "list = str = print = id = 7\ndef double(x): return x + x",
    "are new Python": (
        "from __future__ import annotations\ndef double(x: Number) -> Number:\n"
        "    match x:\n        case int(): return (y := x + x)"
    ),
}
"""Whatever these do beside it, they double."""

SNOOPS = {
    "the course": "/work /home /root /srv /mnt /media /data",
    "the system's secrets": "/etc/shadow /etc/passwd /etc/hostname /etc/hosts",
}


def _looks(names: str) -> str:
    return (
        "import os\nfound = []\n"
        f"for top in {names.split()!r}:\n"
        "    for folder, _, files in os.walk(top):\n"
        "        found += [f for f in files if f.endswith(('.ipynb', '.db', '.key'))]\n"
        "    if os.path.isfile(top): found.append(top)\n"
        "assert not found, found\n"
    )


ODD = {
    "a warning": "import warnings\nwarnings.warn('careful')",
    "words on stderr": "import sys\nprint('hm', file=sys.stderr)",
    "a scratch cell that raises": "1 / 0",
    "a magic": "%time 1 + 1",
    "a cell magic": "%%time\nsum(range(10))",
    "a shell line": "!echo hello",
    "input": "try:\n    input('name? ')\nexcept Exception:\n    pass",
    "await": "import asyncio\nawait asyncio.sleep(0)",
    "a plot": "import matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.show()",
    "a thread": "import threading\nt = threading.Thread(target=print); t.start(); t.join()",
    "a process": "import subprocess\nsubprocess.run(['true'], check=True)",
    "a file of one's own": "open('notes.txt', 'w').write('x')",
    "a helper that prints": "for _ in range(3): print('thinking')",
    "logging": "import logging\nlogging.basicConfig(level='DEBUG'); logging.error('x')",
    "exit in a scratch cell": "exit()",
    "a syntax error in a scratch cell": "def (",
    "a question mark": "len?",
    "an end of the process": "import os\nos._exit(0)",
    "an endless loop": "while True: pass",
    "a fork": "import os\nos.fork()",
    "a closed stdout": "import sys\nsys.stdout.close()",
    "half an emoji": "print('\\ud83d')\n'\\udc00'",
    "a frame that comes one byte at a time": (
        f"{ROGUE}control.sendall(struct.pack('!II', 50, 60_000_000))\nif os.fork() == 0:\n"
        "    while True:\n        control.send(b' '); time.sleep(0.5)"
    ),
    "a reloaded module": "import importlib, json\nimportlib.reload(json)",
    "sockets": (
        "import socket\ntry:\n    socket.create_connection(('127.0.0.1', 22), 1)\n"
        "except OSError:\n    pass\nelse:\n    raise SystemExit('a network')"
    ),
    **{f"a look at {name}": _looks(names) for name, names in SNOOPS.items()},
}
"""None of these costs a point."""


def _delete(name: str) -> Callable[[list[Any]], None]:
    return lambda cells: cells.pop(tiny.at(cells, name)) and None


def _source(name: str, source: str) -> Callable[[list[Any]], None]:
    return lambda cells: cells[tiny.at(cells, name)].update(source=source)


def _relabel(cells: list[Any]) -> None:
    mark = cells[tiny.at(cells, "ex1_1-double-test")]["metadata"]["nbgrader"]
    mark |= {"points": 99, "grade": False, "solution": True, "locked": False}


def _swap_names(cells: list[Any]) -> None:
    first, second = (cells[tiny.at(cells, name)] for name in
                     ("ex1_1-double-test", "ex1_2-mean-test"))  # fmt: skip
    one, two = (cell["metadata"]["nbgrader"] for cell in (first, second))
    one["grade_id"], two["grade_id"] = two["grade_id"], one["grade_id"]


def _strip(cells: list[Any]) -> None:
    for cell in cells:
        cell["metadata"] = {}


def _double(cells: list[Any]) -> None:
    cells.append({**cells[tiny.at(cells, "ex1_1-double-test")], "source": "pass"})


def _schema(cells: list[Any]) -> None:
    for cell in cells:
        if "nbgrader" in cell["metadata"]:
            cell["metadata"]["nbgrader"]["schema_version"] = 17


def _ends(cells: list[Any]) -> None:
    cells[:0] = [tiny.extra("import os; os._exit(0)") for _ in range(7)]


def _blanks(cells: list[Any]) -> None:
    cells += [tiny.extra(" ") for _ in range(3000)]


def _types(cells: list[Any]) -> None:
    odd = [[], None, "x", {"nbgrader": []}, {"nbgrader": {"grade_id": []}}, {"tags": "x"}]
    for number, cell in enumerate(cells):
        cell["metadata"] = odd[number % len(odd)]


CELLS: dict[str, tuple[Callable[[list[Any]], None], tuple[float, float]]] = {
    "a deleted test": (_delete("ex1_1-double-test"), (2, 3)),
    "an edited test": (_source("ex1_1-double-test", "pass"), (2, 3)),
    "a deleted set-up": (_delete("setup-imports"), (2, 3)),
    "cells upside down": (lambda cells: cells.reverse(), (2, 3)),
    "a relabelled test": (_relabel, (2, 3)),
    "two tests that trade names": (_swap_names, (2, 3)),
    "all metadata stripped": (_strip, (2, 3)),
    "a second copy of a test": (_double, (2, 3)),
    "a schema of the future": (_schema, (2, 3)),
    "seven cells that end the process": (_ends, (2, 3)),
    "thousands of blank cells": (_blanks, (2, 3)),
    "metadata of all types": (_types, (2, 3)),
    "an edited oracle": (_source("oracle-double", "def oracle_double(x): return 7"), (2, 3)),
}


def _bytes(name: str, change: Callable[[str], bytes], fair: tuple[float, float]) -> Case:
    return Case(name, change(tiny.submission(tiny.RIGHT).decode()), fair)


def _kernel(text: str) -> bytes:
    notebook = json.loads(text)
    notebook["metadata"]["kernelspec"] = {"name": "sh", "display_name": "!", "language": "bash"}
    return json.dumps(notebook).encode()


FILES = [
    _bytes("UTF-16", lambda text: text.encode("utf-16"), (2, 3)),
    _bytes("a byte order mark", lambda text: text.encode("utf-8-sig"), (2, 3)),
    _bytes("UTF-16 without a mark", lambda text: text.encode("utf-16-le"), (2, 3)),
    _bytes("UTF-32", lambda text: text.encode("utf-32"), (2, 3)),
    _bytes("NULs at the end", lambda text: text.encode() + bytes(512), (2, 3)),
    _bytes("Latin-1", lambda text: text.replace("linear", "lin\xe9ar").encode("latin-1"), (2, 3)),
    _bytes("another kernel", _kernel, (2, 3)),
]

CASES = [
    *(cheat(f"cheat: {name}", code) for name, code in PATCHES.items()),
    *(answer(f"ends: {name}", code, (0, 3)) for name, code in ENDINGS.items()),
    *(answer(f"answers that {name}", code, (2, 3)) for name, code in RIGHT.items()),
    *(odd(f"odd: {name}", code) for name, code in ODD.items()),
    *(right(f"cells: {name}", edit, fair) for name, (edit, fair) in CELLS.items()),
    *FILES,
]
