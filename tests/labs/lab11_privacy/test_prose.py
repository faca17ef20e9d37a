"""Each claim of Lab 11's text about a number, read off the cells that show it."""

from __future__ import annotations

import math
import re
from functools import cache

import numpy as np
import pytest
from execute import executed, words
from source import names_of

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("lab11_privacy")]


@cache
def text() -> str:
    return "\n".join(words(executed("lab11_privacy")[0]))


def number(pattern: str) -> float:
    """The number that follows ``pattern`` in what the notebook printed."""
    found = re.search(pattern + r"\s*(-?[\d.,]*\d)", text())
    assert found, pattern
    return float(found[1].replace(",", ""))


def test_the_table_without_names():
    assert number(r"9 columns \(hours_per_week last\):") > 50  # "most people", "about 70 per cent"
    assert abs(number(r"9 columns \(hours_per_week last\):") - 70) < 5
    assert number(r"3 columns \(age last\):") < 1  # "near zero for three columns"
    assert number(r"each column alone, at most:") < 1  # "almost nobody"
    assert number(r"with the right income: \d+ \(") < 100  # "Not every claim is right"
    claimed, there = number(r"claimed:"), number(r"of them in the release:")
    assert there < claimed
    kept, exposed = (number(rf"k =  ?20: {p}") for p in ("", r"[\d.]+% of the rows kept,"))
    assert kept > 90
    assert exposed > 5  # "still some groups agree on their secret"
    nine, few = number(r"9 columns: accuracy"), number(r"\b3 columns: accuracy")
    assert nine - few < 1  # "less than a point of accuracy"
    assert number(r"9 columns: accuracy [\d.]+%, unique") > 50  # "cost most people their cover"
    assert number(r"\b3 columns: accuracy [\d.]+%, unique") < 2


def test_membership():
    assert number(r"accuracy on members") == 100  # "until it makes no mistake on them"
    assert number(r"\nAUC") > 0.6
    assert number(r"TPR at 0.1% FPR:") < 0.5  # "no better than a coin"
    assert number(r"TPR at 5.0% FPR:") < 5.5
    assert number(r"TPR at 50.0% FPR:") > 75  # "it earns that on the right"


def test_the_auditor():
    verdicts = re.findall(r"epsilon >= ([\d.]+)   (REFUTED|not refuted)", text())
    assert [v for _, v in verdicts] == ["not refuted"] * 3 + ["REFUTED"] * 3
    for blind in (r"rare on \(0, 1\): epsilon >=", r"other people on \(0, 1\): epsilon >="):
        assert number(blind) <= 1
    assert number(r"other people on \(6, 7\): epsilon >=") > 5


def test_the_books():
    said, truth = number(r"GDP says"), number(r"the truth is at least")
    assert said < truth / 2
    names = names_of("lab11_privacy")
    orders = list(range(2, 257))
    for steps in (10, 100, 3000):
        ours = names["epsilon_of"](names["rdp"](0.01, 0.7, steps, orders), orders, 1e-5)
        low, high = names["tight_epsilon"](0.01, 0.7, steps, 1e-5)
        assert names["clt_epsilon"](0.01, 0.7, steps, 1e-5) < low < high < ours
    assert number(r"sum of 1,000 single steps:") > 1000  # "right, and useless"


def test_private_training():
    plain = number(r"no clipping, no noise:")
    assert abs(plain - 84) < 1  # "right on about 84 %"
    points = re.findall(r"32561 people.*epsilon\s+([\d.]+), accuracy ([\d.]+)%", text())
    assert all(plain - float(a) < 1 for e, a in points if float(e) > 0.1)  # "nearly free"
    points = re.findall(r" 1000 people.*epsilon\s+([\d.]+), accuracy ([\d.]+)%", text())
    assert all(plain - float(a) > 2 for e, a in points if float(e) < 2)  # "it is not"
    theirs, ours = (number(rf"{name} +accuracy [\d.]+%, epsilon") for name in ("opacus", "yours"))
    assert theirs == ours  # "agree to the last digit"
    assert number(r"own choice of orders:") != ours
    assert number(r"MNIST, sigma 2.0: epsilon [\d.]+, accuracy") > 86


def test_asking_better():
    loss, better = (
        number(rf"\n{n} +AUC [\d.]+, TPR at 0.1 % FPR") for n in ("loss threshold", "LiRA")
    )
    assert loss < 0.3  # "about what a coin has"
    assert better > 10 * loss  # the moment
    found, allowed = number(r"model, LiRA: AUC [\d.]+, TPR at 0.1 % FPR"), number(r"; allowed")
    assert found < allowed
    assert better > allowed
    private, ordinary = number(r"delta 1e-3; accuracy"), number(r"%, without privacy")
    assert ordinary - private > 10  # "costs much of the accuracy"


def test_composition_and_groups():
    at = {k: [number(rf"\n{k} answers:.*?{n}") for n in ("basic", "advanced", "exact")]
          for k in (10, 100, 1000)}  # fmt: skip
    assert at[10][1] > at[10][0]  # "for few answers the theorem is worse"
    assert at[100][1] < at[100][0]
    assert all(exact < min(basic, advanced) for basic, advanced, exact in at.values())
    slack, epsilon = 1e-5, 0.1  # "better beyond about 30"
    crossing = next(k for k in range(1, 99) if math.sqrt(2 * k * math.log(1 / slack)) * epsilon
                    + k * epsilon * math.expm1(epsilon) < k * epsilon)  # fmt: skip
    assert abs(crossing - 30) < 3
    eights, others = (number(rf"clipped, {g}: accuracy falls by") for g in ("eights", "others"))
    assert eights > 20 > 5 > others
    assert eights > 0.6 * number(r"private, eights: accuracy falls by")  # "most of the harm"


def test_the_numbers_of_the_written_answer():
    names = names_of("lab11_privacy")
    surest = names["ratio_bound"](np.array([10_000]), np.array([0]), 10_000, 0.0, 0.95)[0]
    assert abs(surest - 7.9) < 0.05
    assert abs(math.exp(8) * 0.001 - 2.98) < 0.005
    assert abs(names["most_tpr"](np.array([0.001]), 8.0, 1e-3)[0] - 0.9997) < 5e-5
    assert abs(names["most_tpr"](np.array([0.001]), 1.0, 0.0)[0] - 0.0027) < 5e-5
