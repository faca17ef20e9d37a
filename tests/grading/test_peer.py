"""Student code that knows how the room works and speaks to the tests directly."""
# ruff: noqa: E501

from __future__ import annotations

from collections.abc import Iterator

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
    wire.send(peer.sock, ["ask", op, ["list", list(trees)], [[], ["list", []], []]])
    answer, blobs = wire.receive(peer.sock)
    return answer

def say(tree):
    peer._codec = lambda reply, **parts: Says()

class Says:
    seen, objects, blobs = {}, [], []
    tree = None
    def encode(self, value): return self.tree
    def decode(self, tree): return [None, [], {}]
"""


@pytest.fixture(scope="module")
def room() -> Iterator[Room]:
    with Room(timeout=10, modules=["torch", "pandas"]) as made:
        yield made


@pytest.fixture
def pair(room: Room) -> Iterator[Pair]:
    with room.pair() as made:
        made.begin([], [], {}, {})
        yield made


def student(pair: Pair, code: str, *names: str) -> None:
    outcome = pair.run_student(ROGUE + code, 0)
    assert outcome.end is End.OK, outcome
    pair.answered(names, "")


def verdict(pair: Pair, test: str) -> End:
    return pair.run_tests(test, 1, apart=True).end


def test_an_oracle_of_an_earlier_test_cannot_be_handed_in(pair: Pair) -> None:
    student(pair, "def use(g): return g(1)\ndef make(n):\n    say(None)\n"
            "    Says.tree = ['yours', n]", "use", "make")  # fmt: skip
    right = "def right(x): return x + 1\n"
    assert verdict(pair, f"{right}assert use(right) == 2") is End.OK
    for number in range(4):
        assert verdict(pair, f"g = make({number})\nassert g(1) == 2") is not End.OK


SECRETS = {
    "the globals of a callback": "ask('getattr', ['yours', 0], '__globals__')",
    "the code of a callback": "ask('getattr', ['yours', 0], '__code__')",
    "the text of a callback": "ask('repr', ['yours', 0])",
    "a signature with defaults": "ask('signature', ['yours', 0])",
    "frames by pandas": (
        "ask('getattr', ['frame', ['range', ['list', [None]], [0, 0, 1]],"
        " ['range', ['list', [None]], [0, 0, 1]], []], 'eval')"
    ),
    "a class to call": "ask('call', ['class', 'numpy', 'memmap'], ['list', ['/x']], ['dict', []])",
    "a name": "ask('name', 'expected')",
    "a function of a library": "ask('call', ['function', 'numpy', 'load'], ['list', []], ['dict', []])",
    "an object never handed out": "ask('getattr', ['yours', 5], 'x')",
    "a change": "ask('setattr', ['yours', 0], 'x', 1)",
}


@pytest.mark.parametrize("question", SECRETS.values(), ids=SECRETS)
def test_the_tests_answer_no_question_about_themselves(pair: Pair, question: str) -> None:
    student(pair, f"def spy(g):\n    return repr({question})", "spy")
    test = (
        "expected = 'se' + 'cret'\ndef g(x, hidden='se' + 'cret'): return x\n"
        "told = spy(g)\nprint(told)\nassert 'secret' in told or \"'ok'\" in told and 'object of' not in told"
    )
    assert verdict(pair, test) is not End.OK


def test_a_budget_is_kept_and_the_model_is_not_read(pair: Pair) -> None:
    student(pair, "def attack(oracle):\n    told = []\n    for name in ('model', 'queries', '_x'):\n"
            "        try: told.append(getattr(oracle, name))\n"
            "        except AttributeError: told.append('no')\n"
            "    try:\n        while True: oracle(1)\n    except RuntimeError: pass\n"
            "    return told", "attack")  # fmt: skip
    oracle = (
        "import torch\nclass Oracle:\n    def __init__(self):\n"
        "        self.model, self.queries, self._x = torch.nn.Linear(1, 1), 0, 3\n"
        "    def __call__(self, x):\n        if self.queries >= 5: raise RuntimeError('budget')\n"
        "        self.queries += 1\n        return x\n"
        "o = Oracle()\nassert attack(o) == ['no', 0, 'no'] and o.queries == 5"
    )
    assert verdict(pair, oracle) is End.OK


def test_an_assertion_in_a_callback_tells_nothing_but_fails_the_test(pair: Pair) -> None:
    student(pair, "def call(g):\n    try: g(1)\n    except AssertionError as error: print(error)\n"
            "def through(g): g(1)", "call", "through")  # fmt: skip
    callback = "def g(x): raise AssertionError('expected 42')\n"
    outcome = pair.run_tests(callback + "call(g)", 1, apart=True)
    assert outcome.end is End.OK
    assert [output.data for output in outcome.outputs] == ["a check failed\n"]
    outcome = pair.run_tests(callback + "through(g)", 1, apart=True)
    assert (outcome.ename, outcome.evalue) == ("AssertionError", "expected 42")


def test_what_a_test_does_to_the_students_objects_ends_with_it(pair: Pair) -> None:
    student(pair, "class C: n = 0", "C")
    assert verdict(pair, "C.n = 5\nassert C.n == 5") is End.OK
    assert verdict(pair, "assert C.n == 0") is End.OK


def test_what_the_labs_own_cells_do_stays(pair: Pair) -> None:
    student(pair, "class C: n = 0", "C")
    assert pair.run_tests("c = C()\nc.n = 7", 1, apart=False).end is End.OK
    assert verdict(pair, "assert c.n == 7 and isinstance(c, C)") is End.OK


def test_an_object_of_one_test_is_refused_in_the_next(pair: Pair) -> None:
    student(pair, "class C: n = 0", "C")
    assert verdict(pair, "kept = C()") is End.OK
    outcome = pair.run_tests("kept.n", 1, apart=True)
    assert "ended with the test" in outcome.evalue


@pytest.mark.parametrize("failure", ["assert False", "1 / 0"])
def test_a_students_manager_swallows_nothing_by_surprise(pair: Pair, failure: str) -> None:
    student(pair, "class T:\n    def __enter__(self): return self\n"
            "    def __exit__(self, *_): return True", "T")  # fmt: skip
    assert verdict(pair, f"with T():\n    {failure}") is not End.OK


def test_a_students_error_skips_no_test(pair: Pair) -> None:
    student(pair, "import unittest\ndef f(): raise unittest.SkipTest", "f")
    test = (
        "import unittest\nclass T(unittest.TestCase):\n    def test_f(self): f()\n"
        "assert unittest.TextTestRunner().run(T('test_f')).wasSuccessful()"
    )
    assert verdict(pair, test) is not End.OK


def test_a_student_does_not_choose_what_a_test_draws(pair: Pair) -> None:
    code = (
        "import numpy as np\ndef f():\n    state = np.random.get_state(legacy=False)\n"
        "    state['state']['key'][:] = 0\n    np.random.set_state(state)"
    )
    pair.begin([], [("the global generator", "numpy"), ("the global generator", "seed")], {}, {})
    student(pair, code, "f")
    assert (
        verdict(pair, "import numpy as np\nf()\nassert len(set(np.random.rand(9))) == 9") is End.OK
    )


def test_a_file_of_the_tests_is_never_overwritten(pair: Pair) -> None:
    student(pair, "def f(path):\n    open(path, 'w').write('mine')", "f")
    test = "open('{0}', 'w').write('ours')\nf('{0}')\nassert open('{0}').read() == 'ours'"
    assert verdict(pair, test.format("a.txt")) is End.OK
    assert verdict(pair, "f('b.txt')\nassert open('b.txt').read() == 'mine'") is End.OK
    assert verdict(pair, "import os\nf('c.py')\nassert not os.path.exists('c.py')") is End.OK
