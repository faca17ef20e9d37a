"""Which messages of a failed test may be told: those that stand in the test's own text."""

from __future__ import annotations

import random
import re

import pytest

from safetylab.grading.paper import told

SOURCE = (
    'assert got == want, f"expected {want} and got {got} for the input {x}"; mistake = "no-sign"'
)


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("expected 1 and got 2 for the input [0, 1]", True),
        ("expected 1 and got 2 for the input [0, 1] [1.1/no-sign]", True),
        ("expected  and got  for the input ", True),
        ("expected 1 and got 2", False),
        ("the secret is expected 1 and got 2 for the input 3", False),
        (f"expected {'s' * 80} and got 2 for the input 3", True),
        (f"expected {'s' * 81} and got 2 for the input 3", False),
        (f"expected 1 and got 2 for the input {'x' * 9000}", False),
        ("and got ", False),
    ],
)
def test_a_message_is_told_if_the_test_says_it(text: str, known: bool) -> None:
    assert bool(told._said(SOURCE, text)) is known


def test_values_and_made_up_names_are_not_told() -> None:
    assert told._said(SOURCE, "expected 7 and got 8 for the input 9 [1.1/no-sign]") == (
        "expected ... and got ... for the input ... [1.1/no-sign]"
    )
    assert "stolen" not in told._said(SOURCE, "expected 7 and got 8 for the input 9 [1.1/stolen]")


def test_it_fits_where_a_regular_expression_matches() -> None:
    draw = random.Random(0)
    seen = []
    for _ in range(3000):
        parts = [draw.choice([None, None, "a", "b", "ab"]) for _ in range(draw.randint(1, 6))]
        text = "".join(draw.choices("ab", k=draw.randint(0, 8)))
        pattern = "".join(".{0,80}" if part is None else part for part in parts)
        seen.append(bool(re.fullmatch(pattern, text)))
        assert told._fits(parts, text) is seen[-1], (parts, text)
    assert 200 < sum(seen) < 2800


def test_a_text_that_nearly_is_a_message_keeps_nobody_waiting() -> None:
    """A search that tries every way to fill twenty gaps would not end."""
    source = "f'the values differ: " + ", ".join(["{x}"] * 20) + "'"
    assert told._said(source, "the values differ: " + ", " * 19)
    assert not told._said(source, "the values differ: " + ", " * 700 + "\nx" * 100)
