"""Each claim of Lab 04's text about a number, read off the cells that show it."""

from __future__ import annotations

import re
from functools import cache

import pytest
from execute import executed, words

KINDS = ("mean loss", "worst mixture")
TASKS, WAYS = ("rare, linear", "hard, linear"), ("mean loss", "equal weights", "group DRO")


@cache
def shown() -> str:
    """All that the cells print and show."""
    return "\n".join(words(executed("lab04_robustness")[0]))


def shares(pattern: str) -> list[float]:
    """The percentages in the rest of the line that begins with a pattern."""
    found = re.search(pattern + r"(?=\s)(.*)", shown())
    assert found, pattern
    return [float(share) for share in re.findall(r"([\d.]+)%", found[1])]


@pytest.mark.slow
@pytest.mark.xdist_group("lab04_robustness")
def test_lab04_shows_what_its_prose_says():
    text = shown()

    assert shares("offer 1: PGD-40 at epsilon 0.2 leaves")[0] > 90  # "it is true of both"
    assert shares("offer 2: PGD-40 at epsilon 0.2 leaves")[0] > 90
    assert shares("offer 1: the carried digits leave")[0] < 10  # "walks through"
    assert shares("offer 2: the carried digits leave")[0] > 90
    spread = shares("spread: d = 25:")
    assert (round(spread[0]), round(spread[-1])) == (93, 21)  # "from 93 % to 21 %"
    thousand = shares("n = 1000:")
    assert thousand[0] > 97.7 - 1.5  # "within a point or so of its best"
    assert thousand[1] < 93.3 - 20  # "still tens of points away from its own"
    assert re.search(r"^standard .* none$", text, re.MULTILINE)
    assert re.search(r"^A .*%  (\S+, ){2,}silent$", text, re.MULTILINE)  # "several alarms"
    assert re.search(r"^B .*%  (\S+, ){2,}unsteady$", text, re.MULTILINE)
    assert re.search(r"^C .* none$", text, re.MULTILINE)


@pytest.mark.slow
@pytest.mark.xdist_group("lab04_robustness")
def test_lab04_tells_the_truth_about_the_random_defence():
    stop, steps, mean = (shares(rf"\n{row} +right") for row in ("with the stop", "steps", "mean"))
    free = shares(r"\nno stop +right")
    assert stop[0] > 60  # "left B most of its digits"
    assert stop[3] > 90  # "stopped at nearly every image"
    assert stop[4] < 50  # "at the next one most of these images are read again"
    assert abs(steps[0] - stop[0]) < 3  # "Ten times as many steps do not help", "about as many"
    assert free[2] < mean[1] < stop[0]  # "A better gradient helps a little"
    assert 12 < free[0] < 30  # "about a fifth"
    assert free[2] < mean[1]  # lowest to highest: the ranges do not meet
    assert shares("A, around the rounding +right")[0] < 10  # "A and B are gone"
    assert shares("C, its own gradient +right")[1] > 85  # "C keeps what it kept"
    both = shares(r"B, 20 steps, mean of 10 draws +right"), shares(r"B, 200 small steps.* right")
    assert all(row[2] < 8 for row in both)  # "as far as twenty means of ten"


@pytest.mark.slow
@pytest.mark.xdist_group("lab04_robustness")
def test_lab04_trains_as_its_prose_says():
    fgsm, pgd = shares(r"\nFGSM  .*passes"), shares(r"PGD-2 .*passes")
    assert fgsm[1] > 50  # "looks respectable"
    assert fgsm[3] <= 50  # "half of that, or less": the mean of three
    assert fgsm[5] < 60  # and each of them hardly more
    assert shares(r"\nnatural .*passes")[0] > pgd[0] + 2  # "it cost clean accuracy, too"
    uphill = re.search(r"after its one step: ([\d., ]+)", shown())
    assert uphill
    before, half, after = map(float, uphill[1].split(", "))
    assert before < half < after  # "The one step still leads uphill"
    assert pgd[2] / pgd[1] > 0.7  # "most"
    found = re.search(r"collapsed in epoch (\d+); PGD-20 at its best", shown())
    assert found
    curve = re.search(r"PGD-20 exam: (.*)\.", shown())
    assert curve
    strong = [float(share) for share in re.findall(r"([\d.]+)%", curve[1])]
    assert strong[int(found[1])] < max(strong) - 10  # "fell far"
    curve = re.search(r"one-step exam: ([^;]*);", shown())
    assert curve
    weak = [float(share) for share in re.findall(r"([\d.]+)%", curve[1])]
    assert weak[-1] > weak[0]  # "ends higher than it began"
    loss = [float(each) for each in re.findall(r"[\d.]+", re.search("loss on fresh.*", shown())[0])]
    assert min(loss[1:-1]) < 0.9 * loss[0]  # "turns round"
    assert loss[-1] > 1.2 * min(loss)  # "and rises"
    seen, fresh = (shares(f"PGD-10 leaves of {kind} digits:") for kind in ("training", "fresh"))
    assert seen[-1] > fresh[-1] + 25  # "far below"
    assert 5 < fresh[-1] - fresh[0] < seen[-1] - seen[0]  # "it still rises"
    rows = {kind: shares(rf"\n{kind} +clean") for kind in
            ("plain", "dropout", "weight decay", "batch normalisation")}  # fmt: skip
    assert all(row[1] < row[0] / 3 for row in rows.values())  # "more than two thirds"
    assert all(row[1] < 1.4 * rows["plain"][1] for row in rows.values())  # "none reaches 1.5"
    assert shares("adversarial training +clean")[1] > 60  # "loses far less"
    for name in ("mnist_cnn_one_step", "mnist_cnn_robust"):
        row = shares(f"{name} ")
        assert row[3] + 1 < row[4] < row[3] + 10  # "a few points above"
    clean = [shares(rf"\n{name} +")[0] for name in ("mnist_cnn", "mnist_cnn_robust")]
    assert abs(clean[0] - clean[1]) < 2.5  # "about as many clean digits"
    robust = re.search(r"robust, worst case: (.*?)\. Always", shown())
    assert robust
    by_radius = dict(re.findall(r"([\d.]+)% at ([\d.]+)", robust[1]))
    left = {radius: float(share) for share, radius in by_radius.items()}
    assert left["0.3"] > 90 > 10 > left["0.34"]  # "nearly all", "hardly any"


@pytest.mark.slow
@pytest.mark.xdist_group("lab04_robustness")
def test_lab04_re_weights_as_its_prose_says():
    mean, mixture = (shares(rf"true labels +{name} +worst group") for name in KINDS)
    mean_f, mixture_f = (shares(rf"flipped +{name} +worst group") for name in KINDS)
    assert mixture[0] > mean[0] + 30  # "finds them without being told": the bet asks for 25
    assert mixture_f[0] < mean_f[0] + 20
    assert mixture_f[0] - mean_f[0] < mixture[0] - mean[0]  # "the gain shrinks"
    assert mixture_f[0] < mixture[0] - 15  # "far from the accuracy with true labels"
    assert mixture_f[4] > 30  # "much of the weight"
    rows = {(task, way): shares(rf"{task} +{way} +worst group") for task in TASKS for way in WAYS}
    assert rows["rare, linear", "mean loss"][2] < 60  # "are lost"
    assert rows["rare, linear", "equal weights"][0] > 85  # "Equal weights mend that"
    assert abs(rows["rare, linear", "group DRO"][0] - rows["rare, linear", "equal weights"][0]) < 2
    hard = [rows["hard, linear", way] for way in WAYS]
    assert hard[1][0] < hard[0][0] + 4  # "next to nothing"
    assert hard[2][1] > hard[1][2]  # "by several points": the ranges do not meet
    assert 0 < hard[1][3] - hard[2][3] < 3  # "a point or two of the average"
    gains = [shares(rf"{task} +group DRO +worst group")[0] - shares(
        rf"{task} +equal weights +worst group")[0] for task in
        ("hard, weight decay 0", "hard, weight decay 0.03")]  # fmt: skip
    assert abs(gains[0]) < 2.5  # "a point or so over equal weights"
    assert gains[1] > 3.5  # "several points"
    assert shares("hard, weight decay 0 +equal weights")[4] > 95  # "nearly all right"
