"""Predictions: forms, what is said of them, and scores that pay for honesty."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from safetylab import predictions
from safetylab.predictions import Form, NotAPrediction, Rules, Unanswered, judge

NUMBER = Form("number", low=0, high=1)
CHOICE = Form("choice", ("a", "b", "c", "d"))
RULES = Rules(mistakes={"b": "thinks-b", "c": "thinks-c", "d": "thinks-d"}, tolerance=0.1)
unit = st.floats(0, 1)


@pytest.mark.parametrize(
    ("form", "value", "read"),
    [
        (NUMBER, 0.4, 0.4),
        (NUMBER, np.float32(0.5), 0.5),
        (NUMBER, torch.tensor(1), 1),
        (Form("number", whole=True), 3.0, 3),
        (Form("number", size=2), [5, 5], (5, 5)),
        (CHOICE, "b", "b"),
        (Form("choice", (300, 3000)), 300.0, 300),
        (Form("choice", ("D", "W", "B"), several=True), "WD", ["D", "W"]),
        (Form("choice", ("one", "two"), several=True), ["two"], ["two"]),
        (Form("choice", ("one", "two"), several=True), [], []),
        (Form("interval"), (0, 2.5), (0, 2.5)),
        (Form("probability"), 1, 1),
        (Form("probability", ("a", "b")), [0.3, 0.7], {"a": 0.3, "b": 0.7}),
        (Form("probability", ("a", "b")), {"b": 1, "a": 0}, {"a": 0, "b": 1}),
        (Form("probability", ("a", "b"), exclusive=False), [1, 1], {"a": 1, "b": 1}),
    ],
)
def test_a_right_form_is_read(form: Form, value: object, read: object) -> None:
    assert form.read(value) == read


@pytest.mark.parametrize(
    ("form", "value", "asked"),
    [
        (NUMBER, 1.1, "a number from 0 to 1; 1.1 is not"),
        (NUMBER, "0.4", "a number from 0 to 1; '0.4' is not"),
        (NUMBER, math.nan, "a number from 0 to 1; nan is not"),
        (NUMBER, True, "a number from 0 to 1; True is not"),
        (NUMBER, [0.4], "a number"),
        (Form("number", low=0, whole=True), 1.5, "a whole number of at least 0"),
        (Form("number", size=2), 5, "2 numbers"),
        (CHOICE, "e", '"a", "b", "c" or "d"; \'e\' is not'),
        (CHOICE, ["a"], '"a", "b", "c" or "d"'),
        (Form("choice", ("one", "two"), several=True), "one", "a list of some of"),
        (Form("interval", low=0), (2, 1), r"two numbers \(low, high\) of at least 0"),
        (Form("interval"), (1,), "two numbers"),
        (Form("probability"), -0.1, "a probability from 0 to 1"),
        (Form("probability", ("a", "b")), [0.5, 0.6], "which add up to 1"),
        (Form("probability", ("a", "b")), {"a": 1}, 'each of "a" and "b"'),
        (Form("probability", ("a", "b")), [1], "each of"),
    ],
)
def test_a_wrong_form_is_told_what_was_asked_for(form: Form, value: object, asked: str) -> None:
    with pytest.raises(NotAPrediction, match=asked):
        form.read(value)


def test_what_is_recorded_is_returned_as_it_was_given(capsys) -> None:
    assert predictions.number(0.4, 0, 1) == 0.4
    assert predictions.choices("", "D", "W") == ""
    assert predictions.chances([1, 0], "a", "b") == [1, 0]
    assert predictions.interval((1, 2)) == (1, 2)
    assert predictions.chance(0.5) == 0.5
    assert predictions.choice("a", "a", "b") == "a"
    said = capsys.readouterr().out.splitlines()
    assert said[:2] == ["recorded: 0.4", "recorded: ''"]
    assert len(said) == 6


@pytest.mark.parametrize("blank", [..., None, (..., ...)])
def test_none_yet_is_a_sentence_and_prints_in_any_format(blank: object, capsys) -> None:
    none = predictions.number(blank, 0, 1)
    assert isinstance(none, Unanswered)
    assert f"{none:g} {none:.0%} {none!r} {none:,} {none}" == " ".join(["nothing yet"] * 5)
    assert predictions.number(none, 0, 1) is not none
    assert predictions.number(..., 0, 1, graded=True) is None
    told = "not answered yet: write a number from 0 to 1 in place of the three dots"
    assert capsys.readouterr().out.splitlines() == [told] * 3


def test_scores_are_one_for_certain_and_right_and_nothing_for_knowing_nothing() -> None:
    assert predictions.brier({"a": 1.0, "b": 0.0, "c": 0.0}, "a") == 1
    assert predictions.brier(dict.fromkeys("abc", 1 / 3), "b") == pytest.approx(0)
    assert predictions.brier({"a": 0.0, "b": 1.0}, "a") == -3
    assert judge(Form("probability"), 0.5, True, Rules()).score == 0
    assert judge(Form("probability"), 0.0, True, Rules()).score == -3


def test_the_interval_score_is_that_of_gneiting_and_raftery() -> None:
    assert predictions.interval_score(1, 3, 2, 0.9) == 2
    assert predictions.interval_score(1, 3, 4, 0.9) == pytest.approx(2 + 20)
    assert predictions.interval_score(1, 3, 0.5, 0.8) == pytest.approx(2 + 5)


@given(st.lists(unit, min_size=3, max_size=3), st.lists(unit, min_size=3, max_size=3))
def test_nobody_gains_by_saying_what_they_do_not_believe(belief, said) -> None:
    belief = [one / (sum(belief) or 1) if sum(belief) else 1 / 3 for one in belief]
    said = [one / (sum(said) or 1) if sum(said) else 1 / 3 for one in said]

    def expected(shares: list[float]) -> float:
        named = dict(zip("abc", shares, strict=True))
        return sum(b * predictions.brier(named, one) for b, one in zip(belief, "abc", strict=True))

    assert expected(belief) >= expected(said) - 1e-9


def test_an_honest_interval_has_the_best_interval_score_on_average() -> None:
    g = random.Random(1)
    truths = [g.gauss(0, 1) for _ in range(20_000)]

    def mean(half: float) -> float:
        return sum(predictions.interval_score(-half, half, t, 0.8) for t in truths) / len(truths)

    assert min((0.6, 0.9, 1.2816, 1.7, 2.5), key=mean) == 1.2816


def test_blind_choices_earn_nothing_on_average() -> None:
    for truth in ("a", ["a", "b"]):
        scores = [judge(CHOICE, said, truth, RULES).score for said in "abcd"]
        assert sum(scores) == pytest.approx(0)


@pytest.mark.parametrize(
    ("form", "said", "truth", "misconception"),
    [
        (CHOICE, "c", "a", "thinks-c"),
        (Form("choice", ("a", "b"), several=True), ["b"], [], "thinks-b"),
        (NUMBER, 0.2, 0.5, "too-low"),
        (NUMBER, 0.7, 0.5, "too-high"),
        (Form("probability"), 0.1, True, "sure-and-wrong"),
        (Form("probability"), 0.4, True, "other-side"),
        (Form("probability"), 0.6, True, "timid"),
        (Form("probability", ("a", "b", "c")), [0.2, 0.5, 0.3], "a", "thinks-b"),
        (Form("probability", ("a", "b")), [0.6, 0.4], "a", "timid"),
        (Form("probability", ("a", "b"), exclusive=False), [0.9, 0.9], {"a": 1, "b": 0},
         "sure-and-wrong"),
        (Form("interval"), (0, 0.1), 0.5, "missed"),
        (Form("interval"), (0, 5), 0.5, "too-wide"),
    ],
)  # fmt: skip
def test_a_wrong_one_says_what_it_shows(form, said, truth, misconception) -> None:
    found = judge(form, said, truth, RULES)
    assert found.misconception == misconception
    assert found.score < 1
    assert len(found.sentence) <= 60


def test_a_sum_is_cut_off_once_and_not_item_by_item() -> None:
    sure = [(1.0, Form("probability"), truth, Rules()) for truth in (True, True, False)]
    what, why = predictions.shortfall(0.1, *sure)
    assert why == "sure-and-wrong"
    assert what == "you said 1, and it does not hold (score -0.33)"
    assert predictions.shortfall(0.6, *sure, names="abc")[0] == f"c: {what}"
    assert predictions.shortfall(0.9, *sure[:2]) == ("", "")


def test_all_points_or_none_need_no_score() -> None:
    told = predictions.shortfall(1.0, (0.1, NUMBER, 0.6, Rules(tolerance=0.1)))
    assert told == ("you said 0.1, measured is 0.6", "too-low")


def test_trouble_names_the_first_that_is_missing_or_malformed() -> None:
    assert predictions.trouble((0.4, NUMBER), ("a", CHOICE)) == ("", "")
    assert predictions.trouble((0.4, NUMBER), (None, CHOICE))[1] == "not-started"
    assert predictions.trouble((4, NUMBER), (None, CHOICE))[1] == "no-prediction"
