"""What one process of the sandbox holds back, survives, and tells."""
# ruff: noqa: E501

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import nbformat
import pytest
from grading import nbcourse as nc
from grading import tiny
from grading.foreign import A, C, Foreign, L, P, T
from grading.stock import handed_in, notebook

from safetylab.grading import Bundle, Status
from safetylab.grading.paper.outcome import End
from safetylab.grading.paper.rebuild import Role
from safetylab.grading.room.exam import Examined, examine
from safetylab.grading.room.room import Room

pytestmark = pytest.mark.xdist_group("one process")
HIDDEN = "### BEGIN HIDDEN TESTS\nsecret_number = 271\nassert f(2) == secret_number, 'they want 271'\n### END HIDDEN TESTS"


@pytest.fixture(scope="module")
def room() -> Iterator[Room]:
    with Room(timeout=5, memory=1, modules=[]) as made:
        yield made


def bundle(*cells: C) -> tuple[Bundle, Foreign]:
    foreign = Foreign("one", cells)
    made = notebook(foreign)
    instructor = tiny.to_bytes(made)
    return Bundle("one", tiny.to_bytes(tiny.release(made)), instructor), foreign


def graded(room: Room, cells: tuple[C, ...], **answers: str) -> Examined:
    assignment, foreign = bundle(*cells)
    released = nbformat.reads(assignment.released.decode(), as_version=4)
    return examine(handed_in(released, foreign, answers), assignment, room)


def scores(examined: Examined) -> dict[str, float | None]:
    return {cell.name: cell.score for cell in examined.cells if cell.role == Role.TEST.name}


TWO = (A("p1", "x = 1"), T("t1", "assert x == 1"), A("p2", "y = 2"), T("t2", "assert y == 2"))


@pytest.mark.parametrize("ends", [
    "import os\nos._exit(0)", "import os\nos.abort()",
    "import ctypes\nctypes.string_at(0)", "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass",
    "import os\nos.closerange(3, 100)",
])  # fmt: skip
def test_a_cell_that_ends_the_process_costs_itself_alone(room: Room, ends: str) -> None:
    examined = graded(room, TWO, p1=ends, p2="y = 2")
    assert scores(examined) == {"t1": 0, "t2": 2}
    looks = [row for row in examined.report.rows if row.status is Status.LOOK]
    assert [check.name for row in looks for check in row.checks] == ["t1"], "a person decides"


def test_what_was_decided_before_stays_decided(room: Room) -> None:
    examined = graded(room, TWO, p1="x = 1", p2="import os\nos._exit(0)")
    assert scores(examined) == {"t1": 2, "t2": 0}


def test_a_loop_is_interrupted_and_what_follows_runs_in_the_same_process(room: Room) -> None:
    examined = graded(room, TWO, p1="x = 1\nwhile True: pass", p2="y = 2 * x")
    assert scores(examined) == {"t1": 2, "t2": 2}
    assert [cell.end for cell in examined.cells] == ["timeout", "ok", "ok", "ok"]


PEEKS = [
    "def f(x):\n    print(In[-1], get_ipython().history_manager.input_hist_raw)\n    return 271",
    "def f(x):\n    import sys\n    raise ValueError(str(sys._getframe(1).f_code.co_consts) + In[-1])",
    "def f(x):\n    class CheckFailed(AssertionError): pass\n    raise CheckFailed(In[-1])",
    "def f(x):\n    import builtins\n    builtins.X = type(In[-1], (Exception,), {})\n    raise builtins.X('x')",
    "def f(x):\n    raise AssertionError(In[-1])",
]  # fmt: skip


@pytest.mark.parametrize("peek", PEEKS)
def test_no_hidden_test_is_told(room: Room, peek: str) -> None:
    cells = (A("p1", "def f(x):\n    return 271"), T("t1", HIDDEN), P("later", "# scratch"))
    examined = graded(room, cells, p1=peek, later="print(In)")
    told = examined.report.to_json()
    assert "271" not in told
    assert "secret_number" not in told
    (test,) = (cell for cell in examined.cells if cell.name == "t1")
    assert "secret_number" not in test.ename + test.evalue


def test_messages_that_stand_in_a_test_are_told(room: Room) -> None:
    check = ("class CheckFailed(AssertionError): pass\n"
             "def expect(c, m):\n    if not c: raise CheckFailed(m)")  # fmt: skip
    test = "### BEGIN HIDDEN TESTS\nexpect(f(2) == 4, f'f({2}) must be twice as much [1.1/half]')\n### END HIDDEN TESTS"
    visible = "assert f(2) == 4, 'look at the sign'\n" + HIDDEN
    cells = (
        L("setup", check),
        A("p1", "def f(x):\n    return 2 * x"),
        T("t1", test),
        T("t2", visible),
    )
    examined = graded(room, cells, p1="def f(x):\n    return x")
    messages = {check.name: check.message for row in examined.report.rows for check in row.checks}
    assert messages["t1"] == "f(2) must be twice as much"
    assert "look at the sign" in messages["t2"]


LEAKS = {
    "in a gap of a visible message": "raise AssertionError('f(2) gave ' + stolen)",
    "in a gap of the lab's message": (
        "class CheckFailed(AssertionError): pass\n    raise CheckFailed('the table has ' + stolen + ' rows')"),
    "behind a message": (
        "class CheckFailed(AssertionError): pass\n    raise CheckFailed('look at the sign [' + stolen + ']')"),
    "as the name of a mistake": (
        "class CheckFailed(AssertionError): pass\n    raise CheckFailed('look at the sign [1.1/' + stolen + ']')"),
}  # fmt: skip


@pytest.mark.parametrize("way", LEAKS)
def test_no_message_carries_a_hidden_tests_text(room: Room, way: str) -> None:
    visible = (
        "got = f(2)\nassert got == 4, f'f(2) gave {got}'\nassert got > 0, 'look at the sign'\n"
    )
    cells = (
        L("rows", "def rows(n):\n    print(f'the table has {n} rows')"),
        A("p1", "def f(x):\n    return 271"), T("t1", visible + HIDDEN), P("later", "# scratch"),
    )  # fmt: skip
    steal = f"def f(x):\n    stolen = In[-1][In[-1].index('secret'):][:13]\n    {LEAKS[way]}"
    examined = graded(room, cells, p1=steal, later="f(2)")
    told = examined.report.to_json() + "".join(c.evalue for c in examined.cells if c.name == "t1")
    assert "secret" not in told


def test_values_of_a_message_are_dots(room: Room) -> None:
    test = f"got = f(2)\nassert got == 4, f'f(2) gave {{got}}, too much'\n{HIDDEN}"
    examined = graded(room, (A("p1", "def f(x):\n    return 271"), T("t1", test)), p1="f = abs")
    assert "f(2) gave ..., too much" in examined.report.rows[0].message


def test_a_message_of_many_gaps_is_read_at_once(room: Room) -> None:
    test = "print(f'{1 + 1} {2 + 2} {3 + 3} {4 + 4} {5 + 5} {6 + 6} is wrong')\n" + HIDDEN
    cells = (A("p1", "def f(x):\n    return 271"), T("t1", test))
    began = time.monotonic()
    graded(room, cells, p1="def f(x):\n    raise AssertionError(' ' * 480 + '!')")
    assert time.monotonic() - began < 30


FORGE = """
import gc, socket
from safetylab.grading.crossing import wire
def forge(**told):
    for thing in gc.get_objects():
        if type(thing) is socket.socket and thing.fileno() > 2:
            for number in range(99): wire.send(thing, [number, told]) if number in wanted else None
wanted = ()
"""


@pytest.mark.parametrize("told", [
    "ename='x' * 10**7", "evalue='x' * 10**7", "outputs=[['stream', 'stdout', 'x' * 10**7]]",
    "frames=[[1, 1, 'x']] * 10**5", "frames=[[1, 1, 'x' * 10**7]]", "value=1e999, frames=[[1e999, 1, 'x']]",
])  # fmt: skip
def test_what_a_process_makes_up_is_bounded_before_it_is_kept(room: Room, told: str) -> None:
    ends = "ok" if told.startswith("outputs") else "error"
    forge = f"{FORGE}wanted = [2]\nforge(end='{ends}', {told})"
    examined = graded(room, TWO, p1=forge, p2="y = 2")
    held = [repr(cell) for cell in examined.cells]
    assert sum(map(len, held)) < 300_000


def test_outputs_are_bounded_by_the_grader(room: Room) -> None:
    flood = ("from IPython.display import display, Image\nprint('x' * 10**8)\n"
             "for _ in range(10**4): display('y' * 10**4)")  # fmt: skip
    examined = graded(room, TWO, p1=flood, p2="y = 2")
    assert sum(len(one.data) for cell in examined.cells for one in cell.outputs) < 300_000
    assert scores(examined)["t2"] == 2


def test_a_partial_credit_counts_however_much_was_printed(room: Room) -> None:
    cells = (A("p1", "x = 1"), T("t1", "print('x' * 10**6)\n1"))
    assert scores(graded(room, cells)) == {"t1": 1}


def test_a_forged_answer_is_bounded_too(room: Room) -> None:
    """The student's code may say anything on the line to the grader, as in stock."""
    forge = ("import gc, socket, json, struct\n"
             "for s in [o for o in gc.get_objects() if type(o) is socket.socket]:\n"
             "    s.send(b'{' * 1000)")  # fmt: skip
    examined = graded(room, TWO, p1=forge, p2="y = 2")
    assert scores(examined)["t2"] == 2


def test_a_cell_of_the_lab_that_shows_an_answer_flags_nobody(room: Room) -> None:
    cells = (A("p1", "x = 1"), L("show", "print(x)"), T("t1", "assert x == 1"))
    examined = graded(room, cells)
    assert scores(examined) == {"t1": 0}
    assert [row.status for row in examined.report.rows] == [Status.NOT_STARTED]


def test_the_sandbox_is_there_for_it(room: Room) -> None:
    if not room.sandbox:
        pytest.skip("there is no sandbox on this machine")
    look = "import os, socket\nfound = os.path.exists('/root') and os.listdir('/root')\nnet = socket.if_nameindex()"
    cells = (
        A("p1", look),
        T("t1", "assert not found or found == ['.pyenv']\nassert len(net) <= 1"),
    )
    assert scores(graded(room, cells, p1=look)) == {"t1": 2}


ORDINARY = {
    "python in the shell": "found = !python -c 'import numpy, sys; print(sys.version)'\nimport sys\nassert found == sys.version.splitlines()",
    "a library that asks what is loaded": (
        "from sklearn.neighbors import KNeighborsClassifier\n"
        "assert KNeighborsClassifier(1).fit([[0.0], [1.0]], [0, 1]).predict([[0.9]]) == [1]"),
    "a look at the machine": "import psutil\nassert psutil.virtual_memory().total > 2**20",
}  # fmt: skip


@pytest.mark.parametrize("way", ORDINARY)
def test_what_ordinary_notebooks_ask_of_the_system_is_there(room: Room, way: str) -> None:
    if not room.sandbox:
        pytest.skip("without a sandbox it is all there")
    with room.alone() as one:
        outcome = one.run_cell(ORDINARY[way], 0)
    assert outcome.end is End.OK, outcome


def test_which_way_is_the_assignments_decision() -> None:
    made = notebook(Foreign("one", TWO))
    plain, declared = tiny.to_bytes(made), tiny.instructor()
    assert not Bundle("one", plain).apart
    assert Bundle("one", plain, asked=True).apart
    assert Bundle("one", tiny.to_bytes(declared)).apart
    assert not replace(tiny.bundle(), asked=False).apart
    assert not Bundle("ps1", nbformat.writes(nc.instructor()).encode()).apart
