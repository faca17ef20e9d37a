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
    assert [v for _, v in verdicts[:6]] == ["not refuted"] * 3 + ["REFUTED"] * 3
    assert [v for _, v in verdicts[6:]] == ["not refuted"] * 2 + ["REFUTED", "not refuted"]
    assert (
        number(r"in clear on \(0, 1\) claims 8: epsilon >=") < 8
    )  # "published in clear ... passed"
    assert abs(number(r"10,000 runs can refute:") - 7.90) < 0.01
    assert number(r"claim  8: at least") > 10_000
    names = names_of("lab11_privacy")
    ten = [names["most_refutable"](n, 0.0, 0.95) for n in (1000, 10_000)]
    assert abs(ten[1] - ten[0] - 2.3) < 0.01  # "climbs by 2.3 for ten times the runs"


def test_the_books():
    said, truth = number(r"GDP says"), number(r"the truth is at least")
    assert said < truth / 2
    names = names_of("lab11_privacy")
    ratios = []
    for steps in (30, 300, 3000):
        ours = names["epsilon_of"](
            names["rdp"](0.05, 1.0, steps, names["ORDERS"]), names["ORDERS"], 1e-5
        )
        low, high = names["tight_epsilon"](0.05, 1.0, steps, 1e-5)
        said = names["clt_epsilon"](0.05, 1.0, steps, 1e-5)
        assert said < low < high < ours
        ratios.append(said / low)
    assert min(ratios) > 0.5  # the picture is no witness
    assert ratios == sorted(ratios)  # "most clearly for few steps"
    assert number(r"in all: RDP [\d.]+, basic composition") > 500  # "right, and useless"
    theirs, ours = (number(rf"{name} +accuracy [\d.]+%, epsilon") for name in ("opacus", "yours"))
    assert theirs == ours  # "agree to the last printed digit"
    assert number(r"own choice of orders:") != ours


def points_of(people):
    """The rows of the frontier: epsilon, accuracy in percent, spread in points."""
    row = rf" {people} people, sigma.*epsilon +([\d.]+|inf), accuracy ([\d.]+)%, .* ([\d.]+) points"
    return [tuple(map(float, found)) for found in re.findall(row, text())]


def test_private_training():
    many, few = points_of("20000"), points_of("1000")
    assert abs(many[0][1] - 84) < 1  # "right on about 84 %"
    assert abs(many[2][0] - 1) < 0.3  # "an epsilon near 1"
    assert many[0][1] - many[2][1] < 2 * max(many[0][2], many[2][2])  # "within the spread"
    assert abs(few[0][1] - few[2][1] - 2.75) < 0.25  # "nearly three points"
    assert many[0][1] - many[3][1] < 1  # "less than one point"
    assert few[3][1] < number(r'always answering "<=50K":') + 1  # "no better than one answer"
    assert [row[0] for row in many] == [row[0] for row in few]  # "at the same epsilon"


def rates_of(name):
    """The TPR at 0.1 % FPR by LiRA and by the loss, and both AUC."""
    row = (
        rf"\n{name} +TPR at 0.1 % FPR ([\d.]+)%, AUC ([\d.]+); by the loss ([\d.]+)%, AUC ([\d.]+)"
    )
    found = re.search(row, "\n" + text())
    assert found, name
    return tuple(map(float, found.groups()))


def test_asking_better():
    loss, better = (
        number(rf"\n?{n} +AUC [\d.]+, TPR at 0.1 % FPR") for n in ("loss threshold", "LiRA")
    )
    assert loss < 0.3  # "about what a coin has"
    assert better > 10 * loss  # the moment
    assert abs(better - 14) < 0.5  # "found 14 %"
    ordinary, clipped, private = map(rates_of, ("LiRA", "clipped, no noise, LiRA", "private, LiRA"))
    assert abs(clipped[0] / ordinary[0] - 1 / 3) < 0.05  # "a third"
    assert abs(private[1] - private[3]) < 0.03  # "the plain loss does about as well"
    assert private[0] < number(r"at 0.1 % FPR the ceiling is")


def test_what_other_draws_show():
    """Four more pools: the ranges that the text gives, ordinary, without noise, with it."""
    names = names_of("lab11_privacy")
    found = []
    for seed in (1, 2, 3, 4):
        x, y, inside, logits = names["pool_of"](seed)
        some = inside[:32]
        sets = [logits[:32]] + [
            names["retrained"](names["dp_sgd"], names["clip_and_sum"], sigma, x, y, some)
            for sigma in (0.0, 8.0)
        ]
        scores = [names["attack_each"](names["lira"], names["sureness"](s, y), some) for s in sets]
        found.append([100 * names["tpr_at_fpr"](*pair, 0.001) for pair in scores])
    ordinary, clipped, private = zip(*found, strict=True)
    assert min(ordinary) >= 7.5
    assert max(ordinary) < 15.5
    assert min(clipped) >= 2.5
    assert max(clipped) < 5.05
    assert max(private) < 0.55


def test_composition():
    at = {k: [number(rf"\n{k} answers:.*?{n}") for n in ("basic", "advanced", "exact")]
          for k in (10, 100, 1000)}  # fmt: skip
    assert at[10][1] > at[10][0]  # "for few answers the theorem is worse"
    assert at[100][1] < at[100][0]
    assert all(exact < min(basic, advanced) for basic, advanced, exact in at.values())
    assert abs(number(r"by the factors [\d.]+,") - 4.39) < 0.02  # "less than half of that"


def cost_of(way):
    """Accuracy on the eights and others, and what each lost, with its standard error."""
    row = rf"\n{way} +lr +[\d.]+: eights ([\d.]+)%, others ([\d.]+)%"
    row += r"(?:; falls by (-?[\d.]+) \(standard error ([\d.]+)\) and (-?[\d.]+))?"
    return [tuple(float(v or 0) for v in found) for found in re.findall(row, "\n" + text())]


def test_who_pays():
    (first, best), private = cost_of("clipped"), cost_of("private")
    assert first[2] > 0.6 * private[0][2]  # "clipping alone takes most of what the eights lose"
    assert abs(best[2]) < 3 * best[3] + 1  # "about as well as plain training"
    assert private[1][2] > 3 * private[1][4]  # "many times what the others pay"
    assert private[1][2] - best[2] > 3 * (private[1][3] + best[3])  # "lost with the noise"
    detour = number(r"at the rate of private \([\d.]+\): eights")
    assert private[1][0] + 5 < detour < best[0] - 15  # "takes much even without noise"


def test_the_textbook_sigma():
    names = names_of("lab11_privacy")
    for delta in (1e-9, 1e-6, 1e-3):
        root = math.sqrt(2 * math.log(1.25 / delta))
        got = [names["gaussian_delta"](1.0, root / e, e) for e in (0.1, 0.5, 0.99, 10.0)]
        assert max(got[:3]) < delta < got[3]  # "more than enough there; for 10 too small"


def test_the_numbers_of_the_written_answer():
    names = names_of("lab11_privacy")
    assert abs(names["most_refutable"](10_000, 1e-3, 0.95) - 7.9) < 0.01
    assert abs(math.exp(8) * 0.001 - 2.98) < 0.005
    assert abs(names["most_tpr"](np.array([0.001]), 8.0, 1e-3)[0] - 0.9997) < 5e-5
    assert abs(names["most_tpr"](np.array([0.001]), 1.0, 0.0)[0] - 0.0027) < 5e-5
