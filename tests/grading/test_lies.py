"""A student's object does not decide whether it is right, and no message tells what is hidden."""
# ruff: noqa: E501

from __future__ import annotations

from collections.abc import Iterator

import pytest
from grading import lies
from grading.styles import Style
from grading.test_styles import graded

from safetylab.grading.room.room import Room

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("styles")]
HIDDEN = "### BEGIN HIDDEN TESTS\n{}\n### END HIDDEN TESTS"
TELLING = {
    "an error of the test": "if f(5) != 15: raise ValueError('the secret is 15')",
    "a key": "assert {15: 'secret'}[f(5)]",
    "a warning": "import numpy as np\nsecret = 15\nassert abs(np.log(f(5)) - np.log(secret)) < 1e-9",
    "unittest": (
        "import unittest\nclass T(unittest.TestCase):\n"
        "    def test_f(self): self.assertEqual(f(5), 15, 'secret')\n"
        "suite = unittest.defaultTestLoader.loadTestsFromTestCase(T)\n"
        "assert unittest.TextTestRunner().run(suite).wasSuccessful()"
    ),
}


@pytest.fixture(scope="module")
def room() -> Iterator[Room]:
    with Room(timeout=10, modules=["torch", "pandas"]) as made:
        yield made


@pytest.mark.parametrize("style", [*lies.LIES, *lies.HELD], ids=lambda style: style.name)
def test_what_an_answer_says_of_itself_earns_nothing(room: Room, style: Style) -> None:
    right, wrong = (
        graded(room, style, answer, split=True) for answer in (style.right, style.wrong)
    )
    assert right.report.score == 1, right.report.rows[0].message
    assert wrong.report.score == 0


@pytest.mark.parametrize("way", TELLING)
def test_a_failed_hidden_test_does_not_tell_what_it_expects(room: Room, way: str) -> None:
    test = HIDDEN.format(TELLING[way])
    style = Style(
        way, "def f(x): return x * 3", test, "import numpy as np\ndef f(x): return np.float64(-1)"
    )
    examined = graded(room, style, style.wrong, split=True)
    assert examined.report.score == 0
    shown = [output.data for cell in examined.cells for output in cell.outputs]
    told = [examined.report.to_json(), *shown, *(cell.evalue for cell in examined.cells)]
    assert "secret" not in "\n".join(told)
    assert "a hidden test of 1.1 failed" in examined.report.rows[0].message
