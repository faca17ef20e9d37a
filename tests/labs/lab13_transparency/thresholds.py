"""What the thresholds of Lab 13 were set from: 20 seeds of the solution and of a mistake.

``python tests/labs/lab13_transparency/thresholds.py >
tests/labs/lab13_transparency/thresholds.txt``
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import seeds
from source import names_of

from safetylab import counts

LAB = names_of("lab13_transparency")


def spread(p, share, shuffles=400):
    """How many standard deviations a p is from what a share of reaching shuffles makes it."""
    return LAB["oracle_far"](p, share, shuffles)


def total(answers, is_b):
    """The statistic of the hidden cases of 13.4."""
    return float(np.where(is_b, answers, 0).sum())


def labels_off(seed, lazy=False):
    """13.4a: the worst of the five small cases; the mistake exchanges within one prompt a time."""
    worst = 0.0
    for case in LAB["oracle_cases"]():
        rng = np.random.default_rng(seed)
        p = one_prompt(case, rng) if lazy else LAB["permutation_p"](*case, total, 400, rng)
        worst = max(worst, spread(p, LAB["oracle_share"](*case, total)))
    return worst


def one_prompt(case, rng):
    """The mistake: each shuffle exchanges labels of one prompt only."""
    answers, prompts = np.concatenate(case[:2]), np.concatenate(case[2:])
    is_b = np.arange(len(answers)) >= len(case[0])
    reached = 1
    for _ in range(400):
        mixed, here = is_b.copy(), prompts == rng.choice(prompts)
        mixed[here] = rng.permutation(is_b[here])
        reached += total(answers, mixed) >= total(answers, is_b)
    return reached / 401


def orders_off(seed, rolled=False):
    """13.5a: the worst of the four small cases; the mistake rolls the list instead of shuffling."""
    worst = 0.0
    for case, labels in enumerate(([0] * 4, [0] * 5, [0, 1, 0, 1, 0], [2, 2, 1, 1, 2, 1])):
        items, logp = [(i, i) for i in range(len(labels))], LAB["oracle_toy"](case)
        rng = np.random.default_rng(100 * seed + case)
        p = LAB["order_p"](logp, items, 400, rng, labels if any(labels) else None)
        if rolled:
            tried = [np.roll(np.arange(len(items)), rng.integers(len(items))) for _ in range(400)]
            p = 1 + sum(logp([items[i] for i in order]) >= logp(items) for order in tried)
            p /= 401
        worst = max(worst, spread(p, LAB["oracle_orders"](logp, items, labels)))
    return worst


def exam(seed):
    """A model that has not read an exam, and the exam."""
    rng = np.random.default_rng(9000 + seed)
    model = counts.CountModel(counts.topic_text(12_000, rng))
    return model, *counts.topic_items(60, rng), rng


def likelier(seed, sort=True):
    """13.5b: standard deviations above random orders; the mistake leaves a random order."""
    model, items, topics, rng = exam(seed)
    order = LAB["frame"](items, topics) if sort else range(60)
    mine = model.log_prob([items[i] for i in order])
    usual = [model.log_prob([items[i] for i in rng.permutation(60)]) for _ in range(40)]
    return (mine - np.mean(usual)) / np.std(usual)


def accused(seed, sort=True):
    """13.5b: how many of ten models are accused."""
    times = 0
    for k in range(10):
        model, items, topics, _ = exam(100 + 10 * seed + k)
        order = LAB["frame"](items, topics) if sort else range(60)
        times += LAB["oracle_accused"](model, items, order, seed=seed)
    return times


def split_off(seed, rows="test"):
    """13.7: distance of p from 15/56 in the visible case; the mistake counts training rows."""
    many = np.array([[1, 1]] * 3 + [[k, 0] for k in range(10, 15)])
    train, test = many[[0, 3, 4, 5, 6]], many[[1, 2, 7]]
    rng = np.random.default_rng(seed)
    if rows == "test":
        return abs(LAB["leak_p"](train, test, 400, rng) - 15 / 56)
    ids = np.array([0, 1, 2, 3, 4, 0, 0, 5])
    reached = 0
    for _ in range(400):
        new = rng.permutation(ids)
        reached += np.isin(new[:5], new[5:]).sum() >= np.isin(ids[:5], ids[5:]).sum()
    return abs((1 + reached) / 401 - 15 / 56)


def splits_off(seed, swapped=False):
    """13.7: the worst of the hidden small splits; the mistake swaps the parts."""
    worst, cases = 0.0, np.random.default_rng(1371)
    for a, b, kinds in ((6, 3, 3), (3, 6, 4), (5, 5, 5), (4, 4, 2)):
        train, test = cases.integers(0, kinds, (a, 1)), cases.integers(0, kinds, (b, 1))
        rng = np.random.default_rng(seed)
        first, second = (test, train) if swapped else (train, test)
        p = LAB["leak_p"](first, second, 400, rng)
        worst = max(worst, spread(p, LAB["oracle_leak"](train, test)))
    return worst


ROWS = [
    # name, at most or at least, threshold, solution, mistake, what the mistake is
    ("13.4a deviations", "<=", 5, labels_off, partial(labels_off, lazy=True), "one prompt a time"),
    ("13.5a deviations", "<=", 5, orders_off, partial(orders_off, rolled=True), "rolls the list"),
    ("13.5b above random", ">=", 3, likelier, partial(likelier, sort=False), "as given"),
    ("13.5b accused of 10", ">=", 9, accused, partial(accused, sort=False), "as given"),
    ("13.7 off 15/56", "<=", 0.11, split_off, partial(split_off, rows="train"), "training rows"),
    ("13.7 deviations", "<=", 5, splits_off, partial(splits_off, swapped=True), "parts swapped"),
]  # fmt: skip


if __name__ == "__main__":
    seeds.table(ROWS)
