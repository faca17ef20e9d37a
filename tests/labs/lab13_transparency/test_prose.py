"""Each claim of Lab 13's text about a number, read off the cells that show it."""

from __future__ import annotations

import re

import pytest
from execute import executed, words

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("lab13_transparency")]


@pytest.fixture(scope="module")
def text() -> str:
    return "\n".join(words(executed("lab13_transparency")[0]))


def numbers(text: str, pattern: str) -> list[float]:
    """The numbers of the line that matches, after the match."""
    found = re.search(pattern + r"([^\n]*)", text)
    assert found, pattern
    return [float(n.replace(",", "")) for n in re.findall(r"-?\d[\d,]*(?:\.\d+)?", found[1])]


def test_the_card(text):
    low, high = numbers(text, "this precision and recall lies between")
    assert 0.6 < low < high < 0.67
    assert numbers(text, "the lender's card: ")[0] == 0
    lines = {name: numbers(text, f"without {name}: ")[0] for name in
             ("accuracy", "precision", "recall", "f1")}  # fmt: skip
    assert lines == {"accuracy": 0, "precision": 0, "recall": 1, "f1": 0}
    assert "'recall': 0.525" in text
    assert "2 digits, accuracy: matrices left: 5,329, false-positive rate 0.000 to 1.000" in text
    assert "2 digits, accuracy and recall and precision: matrices left: 1," in text
    assert (
        "3 digits, accuracy and recall: matrices left: 2, false-positive rate 0.000 to 0.113"
        in text
    )
    refuted = {(digits, name): numbers(text, f"{digits} digits, {name}: no matrix fits in ")[0]
               for digits in (2, 3) for name in
               ("honest", "lie: one loan more is right", "lie: specificity as precision",
                "cut off, not rounded", "mean of two tests")}  # fmt: skip
    assert refuted[2, "honest"] == refuted[3, "honest"] == 0
    assert refuted[2, "lie: one loan more is right"] == 20
    assert refuted[2, "lie: specificity as precision"] == 17
    for name in ("lie: one loan more is right", "lie: specificity as precision"):
        assert refuted[3, name] == 20
    for name in ("cut off, not rounded", "mean of two tests"):
        assert min(refuted[2, name], refuted[3, name]) > 14


def test_one_run_or_twenty(text):
    reported, fresh, _ = numbers(text, "above the rival: reported ")
    assert (reported, fresh) == (13, 3)
    once, _, later = numbers(text, "one single network above it: reported ")[:3]
    assert 11 <= once <= 14  # one in eight
    assert later == 15  # 3 of 20, as often as the chosen one
    assert 3.4 <= numbers(text, "the best, reported minus fresh: ")[0] <= 4.5
    assert abs(numbers(text, "all 400 networks, reported minus fresh: ")[0]) < 0.6
    assert numbers(text, r"best of 1: expected [\d.]+, above the rival with chance ")[0] == 13
    assert numbers(text, r"best of 20: expected [\d.]+, above the rival with chance ")[0] == 65


def test_forty_answers(text):
    left = {n: numbers(text, f"{n} audited: of 100 others, ")[:5] for n in (40, 60, 120)}
    assert left[40] == [100] * 5
    assert left[60][0] >= 1
    assert left[60][-1] <= 19
    assert left[120][-1] <= 4
    assert numbers(text, "after 40: the other weights are ") == [1.4, 18]


def test_the_service(text):
    assert numbers(text, "exchange within prompts: ")[0] == 1
    assert numbers(text, "exchange across prompts: ")[0] == 20
    distance = {name: numbers(text, f"{name}: total variation to the card ")[0] for name in
                ("rounded to 0.5", "temperature 1.1", "one in ten at 1.2")}  # fmt: skip
    assert distance["rounded to 0.5"] == pytest.approx(distance["temperature 1.1"], abs=0.01)
    assert distance["one in ten at 1.2"] == pytest.approx(0.016, abs=0.001)
    rows = {name: numbers(text, rf"  {name} +(?=\d\.\d\d )") for name in
            ("same model", "rounded to 0.5", "rounded to 1", "temperature 1.1", "temperature 1.2",
             "one in ten at 1.2")}  # fmt: skip
    assert rows["same model"][0] == 0.05
    assert rows["temperature 1.2"][0] == 1
    assert 0.6 <= rows["temperature 1.1"][0] < 1
    assert rows["rounded to 0.5"][0] < 0.3
    assert rows["rounded to 0.5"][1] < 0.3
    assert rows["rounded to 0.5"][2] > 0.95
    assert rows["rounded to 1"][0] == pytest.approx(0.57, abs=0.02)
    assert rows["one in ten at 1.2"][2:] == pytest.approx([0.2, 0.42], abs=0.03)
    for row in rows.values():
        assert row[2] <= row[3] + 0.02


def test_the_exam(text):
    for name, times in (("has not read it", 1), ("has read it", 20),
                        ("has read it in another order", 2), ("framed", 20),
                        ("guilty, within topics", 20)):  # fmt: skip
        assert numbers(text, rf"\n{name}: accused\D*?(?:0.05 )?in ")[0] == times, name
    assert numbers(text, "cleared within topics: accused in ")[0] <= 2
    assert "framed: accused in 20 of 20, p from 0.01 to 0.01" in text
    assert "has read it: accused at p up to 0.05 in 20 of 20, p from 0.01 to 0.01" in text


def test_people(text):
    line = "flagged: 25 of 100, right if flagged: 17 of 25, missed: 16 of 33"
    assert f"100 loans: {line}" in text
    assert "right if flagged: 8 of 103" in text
    assert "right if flagged: 5 of 116" in text
    assert numbers(text, "right if flagged, as tested: ") == [21, 30, 95, 0.52, 0.83]
    ten, hundred = (numbers(text, rf"\n{n} people: \D*is off by up to ")[0] for n in (10, 100))
    assert ten > 0.1
    assert hundred < 0.025


def test_adult(text):
    assert "2,586 of 16,281 test rows" in text
    assert numbers(text, "stand in the training part, p = ")[0] == 1
    low, _, mean = numbers(text, "  twenty random splits: ")
    assert low > 2586
    assert mean == pytest.approx(2700, abs=25)
    ps = [numbers(text, f"with {n} test rows replaced by training rows: p = ")[0]
          for n in (200, 400, 800)]  # fmt: skip
    assert ps[0] > 0.2
    assert 0.01 < ps[1] < 0.1
    assert ps[2] == 0.01
