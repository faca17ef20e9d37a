"""Student code that knows how the room works and speaks to the tests directly."""
# ruff: noqa: E501

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from safetylab.grading.paper.outcome import End
from safetylab.grading.room.room import Pair, Room

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("styles")]

ROGUE = """
import gc
from safetylab.grading.crossing import wire
from safetylab.grading.crossing.peer import Peer
(peer,) = [thing for thing in gc.get_objects() if type(thing) is Peer]

def ask(op, *trees):
    wire.send(peer.sock, ["ask", op, ["list", list(trees)], [], [True, False]])
    answer, blobs = wire.receive(peer.sock)
    return answer
"""


@pytest.fixture(scope="module")
def room() -> Iterator[Room]:
    with Room(timeout=10, modules=["torch", "pandas", "safetylab.checks"]) as made:
        yield made


@pytest.fixture
def pair(room: Room) -> Iterator[Pair]:
    with room.pair() as made:
        made.begin([], {}, {})
        yield made


def student(pair: Pair, code: str, *names: str) -> None:
    outcome = pair.run_student(ROGUE + code, 0)
    assert outcome.end is End.OK, outcome
    pair.answered(names, "")


def verdict(pair: Pair, test: str) -> End:
    return pair.run_tests(test, 1, apart=True).end


def works(pair: Pair, code: str, test: str) -> None:
    student(pair, code, "f")
    outcome = pair.run_tests(test, 1, apart=True)
    assert outcome.end is End.OK, outcome


def fails(pair: Pair, code: str, test: str) -> str:
    student(pair, code, "f")
    outcome = pair.run_tests(test, 1, apart=True)
    assert outcome.end is End.ERROR, outcome
    return f"{outcome.ename}: {outcome.evalue}"


# --- the contract


CONTRACT = {
    "a function by name": ("def f(x): return x + 1", "assert f(1) == 2"),
    "a constant": ("f = 7", "assert f == 7"),
    "a function that comes back": ("def f(n):\n    return lambda x: x + n", "assert f(2)(3) == 5"),
    "a function handed in": ("def f(g): return [g(i) for i in range(3)]",
                             "assert f(lambda i: 2 * i) == [0, 2, 4]"),
    "a function that comes home": ("def f(g): return g", "def g(): return 1\nassert f(g) is g"),
    "what a test counts": ("def f(g): return g(1) + g(2)",
                           "calls = []\ndef g(x):\n    calls.append(x)\n    return x\n"
                           "assert f(g) == 3 and calls == [1, 2]"),
    "a class as a function": ("class f:\n    def __new__(cls, x): return x + 1", "assert f(1) == 2"),
    "errors of Python": ("def f(x):\n    if x < 0: raise ValueError('below')\n    return x",
                         "try:\n    f(-1)\nexcept ValueError as error:\n    assert 'below' in str(error)\n"
                         "else:\n    raise AssertionError"),
    "a test's own error": ("def f(g):\n    try: g()\n    finally: pass",
                           "class Out(Exception): pass\ndef g(): raise Out('x')\n"
                           "try: f(g)\nexcept Out as error: assert error.args == ('x',)\n"
                           "else: raise AssertionError"),
    "words": ("def f(): print('hello')", "import contextlib, io\nwith contextlib.redirect_stdout("
              "io.StringIO()) as out: f()\nassert out.getvalue() == 'hello\\n'"),
    "a generator goes on": ("def f(rng): return rng.normal()",
                            "import numpy as np\na, b = np.random.default_rng(1), np.random.default_rng(1)\n"
                            "assert [f(a), f(a)] == [b.normal(), b.normal()]"),
    "a gradient through theirs": ("def f(x): return (x * x).sum()",
                                  "import torch\nx = torch.tensor([1.0, 2.0], requires_grad=True)\n"
                                  "f(x).backward()\nassert x.grad.tolist() == [2, 4]"),
    "a gradient through ours": ("import torch\ndef f(g, x):\n    x = x.clone().requires_grad_(True)\n"
                                "    return torch.autograd.grad(g(x), x)[0]",
                                "import torch\nassert f(lambda x: (x ** 2).sum(), torch.ones(2)).tolist() == [2, 2]"),
    "no graph without need": ("import torch\ndef f(model, x): return model(x)",
                              "import torch\nm = torch.nn.Linear(1, 1)\nwith torch.no_grad():\n"
                              "    assert not f(m, torch.ones(1)).requires_grad\n"
                              "assert f(m, torch.ones(1)).requires_grad"),
    "a model goes along": ("def f(model, g, x):\n    model.weight.data.zero_()\n    return g(model, x)",
                           "import torch\nm = torch.nn.Linear(1, 1, bias=False)\n"
                           "assert f(m, lambda model, x: model(x), torch.ones(1)) == 0\n"
                           "assert m.weight != 0"),
    "an argument comes back": ("def f(x): return x", "import torch\nx = torch.ones(2)\nassert f(x) is x"),
    "an empty text of numpy": ("import numpy as np\ndef f(): return np.array(['', 'a'])[0]", "assert f() == ''"),
    "an error with parts of its own": ("def f(b): return b.decode()",
                                       "for kind in (UnicodeDecodeError, ValueError):\n    try: f(b'\\xff')\n"
                                       "    except kind as error: assert 'invalid start byte' in str(error)\n"
                                       "    else: raise AssertionError"),
    "many words": ("def f():\n    for i in range(9000): print(i)", "import contextlib, io\nwith contextlib.redirect_stdout("
                   "io.StringIO()) as out: f()\nassert out.getvalue().split()[-1] == '8999'"),
    "threads": ("from concurrent.futures import ThreadPoolExecutor\ndef f(g):\n"
                "    with ThreadPoolExecutor(4) as pool: return list(pool.map(g, range(50)))",
                "assert f(lambda i: i * i) == [i * i for i in range(50)]"),
    "a large array": ("def f(x): return x * 2",
                      "import numpy as np\nassert (f(np.ones(10**6)) == 2).all()"),
}  # fmt: skip


@pytest.mark.parametrize("case", CONTRACT.values(), ids=CONTRACT)
def test_what_keeps_the_contract_works_as_in_one_process(pair: Pair, case: tuple[str, str]) -> None:
    works(pair, *case)


BROKEN = {
    "a kind of text": ("import enum\nclass W(enum.StrEnum):\n    A = 'a'\ndef f(x): return W.A",
                       "assert f(1) == 'a' or f(1) != 'b'"),
    "a record": ("from dataclasses import dataclass\n@dataclass\nclass P:\n    x: int = 1\n"
                 "def f(x): return P()", "assert f(1).x == 1"),
    "a masked array": ("import numpy as np\ndef f(x): return np.ma.masked_all(3)",
                       "import numpy as np\nnp.testing.assert_allclose(f(1), [1, 2, 3])"),
    "an iterator": ("def f(x):\n    yield x", "assert list(f(1)) == [1]"),
    "in a list": ("class C: pass\ndef f(x): return [1, C()]", "assert f(1)[0] == 1"),
    "where an error is expected": ("class C: pass\ndef f(x): return C()",
                                   "try: f(1)\nexcept Exception: pass"),
    "where everything is swallowed": ("class C: pass\ndef f(x): return C()",
                                      "try: f(1)\nexcept BaseException: pass"),
    "a partial of a library's class": ("import functools, torch\n"
                                       "def f(x): return {functools.partial(torch.nn.Linear, 1): 1}",
                                       "f(1)['a']"),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN.values(), ids=BROKEN)
def test_what_breaks_it_fails_and_says_which_value_would_do(
    pair: Pair, case: tuple[str, str]
) -> None:
    text = fails(pair, *case)
    assert (
        text.startswith("NotPlainAnswer: f returned what a test cannot take: ") or "Error" in text
    )


def test_a_value_that_cannot_be_shown_fails_its_test_as_in_one_kernel(pair: Pair) -> None:
    test = "class A:\n    def __repr__(self): raise ValueError('no')\nassert f() == 1\nA()"
    assert fails(pair, "def f(): return 1", test) == "ValueError: no"


def test_the_line_of_the_function_is_told(pair: Pair) -> None:
    student(pair, "class C: pass\ndef f(x): return C()", "f")
    outcome = pair.run_tests("f(1)", 1, apart=True)
    assert [(frame.count, frame.function) for frame in outcome.frames][-1] == (0, "f")


# --- arguments


NEGATE = "def f(model, x):\n    model.weight.data.neg_(); x.neg_(); return 0"
MODEL = (
    "import torch\nfrom safetylab.checks import lend, untouched\n"
    "m, x = torch.nn.Linear(1, 1), torch.ones(3)\nw = m.weight.detach().clone()\n"
)


def test_arguments_are_not_written_back(pair: Pair) -> None:
    works(pair, NEGATE, MODEL + "f(m, x)\nassert torch.equal(m.weight, w) and (x == 1).all()")


def test_what_is_lent_is(pair: Pair) -> None:
    works(
        pair,
        NEGATE,
        MODEL + "f(lend(m), lend(x))\nassert torch.equal(m.weight, -w) and (x == -1).all()",
    )
    works(pair, "def f(d):\n    d['b'] = 2; d['a'].append(1)",
          "from safetylab.checks import lend\nd = {'a': []}\nf(lend(d))\nassert d == {'a': [1], 'b': 2}")  # fmt: skip


def test_what_is_lent_may_come_back_in_another_dtype(pair: Pair) -> None:
    """As in one kernel, where `untouched` sees it."""
    answer = "def f(model, x):\n    model.double(); x.data = x.double(); return 0"
    twice = (
        "assert m.weight.dtype == x.dtype == torch.float64 and torch.equal(m.weight, w.double())"
    )
    works(pair, answer, f"{MODEL}f(lend(m), lend(x))\n{twice}")
    assert "your code changed the model" in fails(
        pair, "def f(model):\n    model.double()", f"{MODEL}with untouched(m): f(m)"
    )


def test_a_loan_ends_with_its_test_and_with_untouched(pair: Pair) -> None:
    student(pair, NEGATE, "f")
    assert verdict(pair, MODEL + "lend(m)") is End.OK
    assert verdict(pair, "f(m, x)\nassert torch.equal(m.weight, w)") is End.OK
    guarded = "try:\n    with untouched(m, x): f(m, x)\nexcept AssertionError: pass\nelse: 1 / 0\n"
    again = "m.weight.data.copy_(w)\nf(m, x)\nassert torch.equal(m.weight, w)"
    assert verdict(pair, guarded + again) is End.OK


def test_arrays_are_guarded_in_any_mix_and_nan_is_no_change(pair: Pair) -> None:
    arrays = MODEL + "import numpy as np\na = np.array([2.0, np.nan, 1.0])\n"
    guarded = "try:\n    with untouched(a, m, x): f(a, m, x)\nexcept AssertionError as error:\n"
    told = "    assert 'np.sort' in str(error) and a[0] == 1\nelse: 1 / 0"
    works(pair, "def f(a, m, x): a.sort()", arrays + guarded + told)
    works(pair, "def f(a, m, x): a + a", arrays + "with untouched(a, m, x): f(a, m, x)")


def test_gradients_left_in_a_model_are_seen_where_it_is_guarded(pair: Pair) -> None:
    works(pair, "def f(m, x): m(x[:1]).sum().backward()",
          MODEL + "try:\n    with untouched(m): f(m, x)\nexcept AssertionError as error:\n"
          "    assert 'gradients' in str(error)\nelse: 1 / 0")  # fmt: skip


def test_a_model_that_is_handed_in_again_is_as_the_test_has_it(pair: Pair) -> None:
    works(pair, "def f(m, g, change):\n    if change: m.weight.data.zero_()\n    return g(m)",
          MODEL + "g = lambda model: float(model.weight)\nassert f(m, g, True) == 0\n"
          "assert f(m, g, False) == float(w)")  # fmt: skip


def test_torch_func_does_not_go_through_and_says_so(pair: Pair) -> None:
    student(pair, "import torch\ndef f(g, x): return torch.func.vmap(torch.func.grad(g))(x)", "f")
    outcome = pair.run_tests(
        "import torch\nf(lambda x: (x ** 2).sum(), torch.ones(2, 1))", 1, apart=True
    )
    assert "torch.func does not go through a function that was handed over" in outcome.evalue


# --- students who speak to the tests directly


SECRETS = {
    "an attribute": "ask('getattr', ['yours', 0], '__globals__')",
    "a text": "ask('repr', ['yours', 0])",
    "a class to call": "ask('call', ['found', 'numpy', 'memmap'], ['list', ['/x']], ['dict', []])",
    "a name": "ask('name', 'expected')",
    "a function of a library": "ask('call', ['function', 'numpy', 'load'], ['list', []], ['dict', []])",
    "an object never handed out": "ask('call', ['yours', 5], ['list', []], ['dict', []])",
    "a gradient of what is not theirs": "ask('gradients', 0, None)",
    "a call of a value": "ask('call', 'expected', ['list', []], ['dict', []])",
}


@pytest.mark.parametrize("question", SECRETS.values(), ids=SECRETS)
def test_the_tests_answer_no_question_about_themselves(pair: Pair, question: str) -> None:
    student(pair, f"def spy(g):\n    return repr({question})", "spy")
    test = (
        "expected = 'se' + 'cret'\ndef g(x, hidden='se' + 'cret'): return x\n"
        "told = spy(g)\nassert 'secret' in told"
    )
    assert verdict(pair, test) is not End.OK


def test_a_handle_has_no_attributes(pair: Pair) -> None:
    works(pair, "def f(g): return [hasattr(g, n) for n in ('__globals__', '__code__', '__wrapped__', "
          "'__dict__', '__closure__', 'model')]", "def g(): pass\nassert not any(f(g))")  # fmt: skip


def test_an_assertion_in_a_callback_tells_nothing_but_fails_the_test(pair: Pair) -> None:
    student(pair, "def call(g):\n    try: g(1)\n    except AssertionError as error: print(error)\n"
            "def through(g): g(1)", "call", "through")  # fmt: skip
    callback = "def g(x): raise AssertionError('expected 42')\n"
    outcome = pair.run_tests(callback + "call(g)", 1, apart=True)
    assert outcome.end is End.OK
    assert [output.data for output in outcome.outputs] == ["a check failed\n"]
    outcome = pair.run_tests(callback + "through(g)", 1, apart=True)
    assert (outcome.ename, outcome.evalue) == ("AssertionError", "expected 42")


def test_a_function_of_one_test_is_refused_in_the_next(pair: Pair) -> None:
    student(pair, "def f(): return lambda: 1", "f")
    assert verdict(pair, "kept = f()") is End.OK
    assert "ended with the test" in pair.run_tests("kept(kept)", 1, apart=True).evalue


def test_an_unlent_object_cannot_be_changed_by_an_answer(pair: Pair) -> None:
    student(pair, "def f(x):\n    real = wire.send\n    def send(sock, tree, *rest):\n"
            "        tree[2] = [[2, ['list', [9]]]]; return real(sock, tree, *rest)\n"
            "    wire.send = send\n    return 1", "f")  # fmt: skip
    assert verdict(pair, "x = [1]\nf(x)") is End.DEAD


def test_a_students_error_skips_no_test_and_ends_no_loop(pair: Pair) -> None:
    test = (
        "import unittest\nclass T(unittest.TestCase):\n    def test_f(self): f(1)\n"
        "assert unittest.TextTestRunner().run(T('test_f')).wasSuccessful()"
    )
    fails(pair, "import unittest\ndef f(x): raise unittest.SkipTest", test)
    fails(pair, "def f(x): raise StopIteration", "assert all(map(lambda x: f(x) == 1, [1]))")


# --- walls


def test_a_test_starts_no_program_and_a_student_makes_no_namespace(pair: Pair) -> None:
    if not pair.room.sandbox:
        pytest.skip("there is no sandbox here")
    program = "import subprocess\nsubprocess.run(['true'])"
    assert pair.run_tests(program, 1, apart=False).ename == "PermissionError"
    code = (
        "import ctypes, os\nlibc = ctypes.CDLL(None)\n"
        "assert libc.unshare(0x10000000) == -1 and libc.unshare(0x20000) == -1\n"
        "assert libc.mount(b'none', b'/tmp', b'tmpfs', 0, None) == -1 and libc.chroot(b'/tmp') == -1\n"
        "assert libc.ptrace(0, 0, 0, 0) == -1\n"
        "import fcntl\nfor lock in (fcntl.flock, fcntl.lockf):\n"
        "    try: lock(open('x', 'w'), fcntl.LOCK_EX)\n    except OSError: pass\n    else: 1 / 0\n"
        "for number in range(10**5):\n    try: os.symlink('a', f'l{number}')\n    except OSError: break\n"
        "assert 1_000 < number < 30_000\n"
        "import torchattacks\nassert not hasattr(torchattacks, 'FGSM')"
    )
    outcome = pair.run_student(code, 0)
    assert outcome.end is End.OK, outcome


SIGNALS = "import os, resource, signal\nseen = []\n"
WORDS = {
    "a file": ("def put(): open('/tmp/word', 'w').write('x')\n"
               "def get(): return os.path.exists('/tmp/word')"),
    "a pipe": ("r, w = os.pipe()\nos.set_blocking(r, False)\ndef put(): os.write(w, b'x')\n"
               "def get():\n    try: return bool(os.read(r, 1))\n    except BlockingIOError: return False"),
    "shared memory": ("import mmap\nm = mmap.mmap(-1, 9)\ndef put(): m[0] = 1\n"
                      "def get(): return m[0] == 1"),
    "the place in a file": ("file = open('/usr/bin/env', 'rb', 0)\ndef put(): file.seek(7)\n"
                            "def get(): return file.tell() == 7"),
    "a process": ("import socket\ndef put():\n    line = socket.socket(socket.AF_UNIX)\n"
                  "    line.bind('\\0word'); line.listen()\n    if os.fork() == 0: signal.pause()\n"
                  "def get():\n    try: socket.socket(socket.AF_UNIX).connect('\\0word')\n"
                  "    except OSError: return False\n    return True"),
    "a signal": ("signal.signal(signal.SIGUSR1, lambda *_: seen.append(1))\n"
                 "def put(): os.kill(os.getppid(), signal.SIGUSR1)\ndef get(): return bool(seen)"),
    "a limit": ("limits = resource.getrlimit(resource.RLIMIT_STACK)\n"
                "def put(): resource.prlimit(os.getppid(), resource.RLIMIT_STACK, (7 << 20, limits[1]))\n"
                "def get(): return resource.getrlimit(resource.RLIMIT_STACK)[0] == 7 << 20"),
    "a priority": ("def put(): os.setpriority(os.PRIO_PROCESS, os.getppid(), 7)\n"
                   "def get(): return os.nice(0) == 7"),
    "an exit code": ("real = os.waitpid\ndef waitpid(*args):\n    told = real(*args)\n"
                     "    seen.append(told[1])\n    return told\nos.waitpid = waitpid\n"
                     "def put(): os._exit(42)\ndef get(): return 42 << 8 in seen"),
    "a semaphore": ("import ctypes\nlibc = ctypes.CDLL(None)\n"
                    "def put(): libc.semget(99, 1, 0o1600)\n"
                    "def get(): return libc.semget(99, 1, 0) != -1"),
    "a queue of messages": ("import ctypes\nlibc = ctypes.CDLL(None)\n"
                            "def put(): libc.msgget(99, 0o1600)\n"
                            "def get(): return libc.msgget(99, 0) != -1"),
    "folders beyond any path": ("def put():\n    for _ in range(4000): os.mkdir('d'); os.chdir('d')\n"
                                "def get(): return False"),
    "a thread that cannot be stopped": (
        "import ctypes, threading, time\nlibc = ctypes.CDLL(None)\n"
        "def fork():\n    if libc.syscall(58) == 0: libc.pause()\n"
        "threading.Thread(target=fork, daemon=True).start(); time.sleep(0.5)\n"
        "def put(): pass\ndef get(): return False"),
    "a wake-up": ("def put(): os.kill(os.getppid(), signal.SIGCONT)\ndef get(): return False"),
}  # fmt: skip


@pytest.mark.parametrize("code", WORDS.values(), ids=WORDS)
def test_no_copy_leaves_word_for_the_next(pair: Pair, code: str) -> None:
    if not pair.room.sandbox:
        pytest.skip("there is no sandbox here")
    student(pair, SIGNALS + code, "put", "get")
    heard = not pair.run_tests("put()", 1, apart=True).lost
    if heard:
        assert pair.run_tests("assert not get()", 1, apart=True).end is End.OK


def test_a_copy_that_leaves_none_is_followed_by_the_next(pair: Pair) -> None:
    student(pair, "kept = []\ndef f(x):\n    kept.append(x); return len(kept)", "f")
    for _ in range(3):
        outcome = pair.run_tests("assert f(1) == 1 and f(1) == 2", 1, apart=True)
        assert (outcome.end, outcome.lost) == (End.OK, False)


def test_a_copy_that_ends_is_heard_at_once_and_followed_by_a_fresh_start(pair: Pair) -> None:
    student(pair, "import os\ndef f(): os._exit(0)", "f")
    outcome = pair.run_tests("f()", 1, apart=True)
    assert outcome.end is End.DEAD
    assert outcome.lost == bool(pair.room.sandbox)


def test_the_students_process_stands_still_while_its_copy_is_tested(pair: Pair) -> None:
    """It knows the machinery, makes no copy and would serve every test itself."""
    code = (
        "import threading\nfrom safetylab.grading.room.child import Student\ntold = []\n"
        "def serve(made, line):\n    made.peer.sock = line\n    while True: made._answer()\n"
        "def copy(made, blobs):\n"
        "    threading.Thread(target=serve, args=[made, made.handed()]).start()\n"
        "Student.copy = copy\ndef f(x):\n    told.append(x); return len(told)"
    )
    student(pair, code, "f")
    assert pair.run_tests("f('secret')", 1, apart=True).lost


# --- bytes in flight


FLOODS = {
    "more than may cross": "peer.sock.sendall(struct.pack('!II', 9, 2**28 + 9) + bytes(2**20))",
    "a tree of nothing but lists": (
        "head = b'[[], [' + b'[],' * 8_000_000 + b'[]]]'\n"
        "    peer.sock.sendall(struct.pack('!II', len(head), len(head)) + head)"
    ),
    "a long tree": (
        "peer.sock.sendall(struct.pack('!II', 2**26, 2**26) + b'[[], [' + b'1' * (2**26 - 6))"
    ),
}


@pytest.mark.parametrize("flood", FLOODS.values(), ids=FLOODS)
def test_a_message_past_the_bounds_ends_its_test_with_a_sentence(pair: Pair, flood: str) -> None:
    code = f"import struct, time\ndef f(x):\n    {flood}\n    time.sleep(5)\ndef g(): return 1"
    student(pair, code, "f", "g")
    for test in ("f(1)", "try: f(1)\nexcept BaseException: pass"):
        outcome = pair.run_tests(test, 1, apart=True)
        assert outcome.end is End.ERROR
        assert outcome.evalue.startswith("your code sent ")
    assert verdict(pair, "assert g() == 1") is End.OK


def test_a_result_that_is_too_large_is_told_with_its_size(pair: Pair) -> None:
    text = fails(pair, "def f(n): return bytes(n)", "f(300 * 2**20)")
    assert "300 MiB, where at most 256 MiB may cross" in text
    text = fails(pair, "def f(n): return 'a' * n", "f(40 * 2**20)")
    assert "40 MiB, where at most 32 MiB may cross" in text


def test_what_a_cell_tells_the_grader_takes_no_memory_there(pair: Pair) -> None:
    code = (
        "import gc, os, socket, struct\n"
        "lines = [t for t in gc.get_objects() if type(t) is socket.socket and t is not peer.sock]\n"
        "head = b'[[], [1, [' + b'[],' * 20_000_000 + b'[]]]]'\n"
        "for line in lines:\n"
        "    try: line.sendall(struct.pack('!II', len(head), len(head)) + head)\n"
        "    except OSError: pass"
    )
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak until now: proc(5)
    before = _peak()
    assert pair.run_student(ROGUE + code, 0).lost
    assert _peak() - before < 200_000


def _peak() -> int:
    """The most memory, in KiB, that this process held since its peak was forgotten."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmHWM:")))
